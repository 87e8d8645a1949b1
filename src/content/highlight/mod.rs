//! Highlighting: code in, compact markup out.
//!
//! Classes come from a fixed table of token kinds that no theme changes, so
//! that a highlighted block depends on its language and its code alone.

use serde::{Deserialize, Serialize};

use super::config::HighlightOptions;
use crate::ground::step::Step;

/// Highlights one block. Memoized: equal blocks are highlighted once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HighlightBlock<'a> {
    /// The language as written in the fence.
    pub language: &'a str,
    /// The code, line breaks as `\n`.
    pub code: &'a str,
}

/// A highlighted block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Highlighted {
    /// Escaped code with `<span class=…>`; no span crosses a line break.
    pub html: String,
    /// Why the code stayed plain, if it did.
    pub plain: Option<Plain>,
}

/// Why a block was not highlighted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Plain {
    /// No language was named, highlighting is off, or the language is text.
    Asked,
    /// The language is not known; perhaps another one was meant.
    UnknownLanguage(Option<String>),
    /// A line or the whole block is too long, or the grammar too slow.
    TooLong,
}

impl Step for HighlightBlock<'_> {
    const NAME: &'static str = "highlight-block";
    type Output = Highlighted;
    fn run(&self) -> Highlighted {
        todo!()
    }
}

/// The style rules for code, light and dark, for the configured themes.
pub fn stylesheet(options: &HighlightOptions) -> String {
    let _ = options;
    todo!()
}

/// The names of all themes that the configuration may name, sorted.
pub fn theme_names() -> Vec<&'static str> {
    todo!()
}
