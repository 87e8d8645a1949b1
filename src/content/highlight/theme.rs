//! The colour themes that a site may name.
//!
//! Those of `two-face`, which has `syntect`'s own among them, less three that
//! only number the colours of a terminal.

use syntect::highlighting::Theme;
use two_face::theme::{EmbeddedLazyThemeSet, EmbeddedThemeName};

/// The names of all themes that the configuration may name, sorted.
pub fn theme_names() -> Vec<&'static str> {
    let mut names: Vec<_> = themes().map(EmbeddedThemeName::as_name).collect();
    names.sort_unstable_by_key(|name| name.to_lowercase());
    names
}

/// The theme of a name, or of the `fallback` where there is none.
pub(super) fn theme(name: &str, fallback: EmbeddedThemeName) -> Theme {
    let found = themes().find(|theme| theme.as_name() == name);
    two_face::theme::extra()
        .get(found.unwrap_or(fallback))
        .clone()
}

fn themes() -> impl Iterator<Item = EmbeddedThemeName> {
    let terminal = |theme: &EmbeddedThemeName| {
        matches!(
            theme,
            EmbeddedThemeName::Ansi | EmbeddedThemeName::Base16 | EmbeddedThemeName::Base16_256
        )
    };
    EmbeddedLazyThemeSet::theme_names()
        .iter()
        .copied()
        .filter(move |theme| !terminal(theme))
}
