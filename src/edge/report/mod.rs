//! Diagnostics for people and for programs.
//!
//! [`text`] shows findings in a terminal or a log, [`json`] makes them values
//! for `--json`, [`Counts`] is for the closing line. Nothing here reads a
//! file: a finding carries the line that it speaks of. Invariant: no control
//! character of a source reaches a terminal.

mod graphical;
mod json;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::{self, Write};

use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::{Level, Rule};
use crate::ground::source::Place;

pub use json::{JsonDiagnostic, JsonPlace, JsonRelated, json};

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether snippets are drawn with frames and arcs, for terminals.
    pub graphical: bool,
    /// Whether ANSI colours are used.
    pub color: bool,
    /// Whether notes are printed one by one rather than summed up.
    pub verbose: bool,
    /// Whether errors only are printed.
    pub quiet: bool,
    /// Columns at which help is wrapped.
    pub width: usize,
}

impl Default for Style {
    fn default() -> Self {
        Self {
            graphical: false,
            color: false,
            verbose: false,
            quiet: false,
            width: 100,
        }
    }
}

/// How many findings of each level there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

/// Counts findings by level.
pub fn counts(diagnostics: &[Diagnostic]) -> Counts {
    let mut counts = Counts::default();
    for found in diagnostics {
        match found.level {
            Level::Error => counts.errors += 1,
            Level::Warning => counts.warnings += 1,
            Level::Note => counts.notes += 1,
        }
    }
    counts
}

/// `3 errors, 2 warnings, 14 notes`; `no findings` where there are none.
impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = [
            (self.errors, "error"),
            (self.warnings, "warning"),
            (self.notes, "note"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| plural(count, word))
        .collect();
        if parts.is_empty() {
            return f.write_str("no findings");
        }
        f.write_str(&parts.join(", "))
    }
}

/// `1 guide`, `2 guides`.
pub fn plural(count: usize, word: &str) -> String {
    match count {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    }
}

/// Findings in the order given, an empty line after each; then, unless the
/// style is verbose or quiet, one line that sums up the notes.
pub fn text(diagnostics: &[Diagnostic], style: &Style) -> String {
    let mut out = String::new();
    for found in diagnostics {
        let shown = match found.level {
            Level::Error => true,
            Level::Warning => !style.quiet,
            Level::Note => style.verbose && !style.quiet,
        };
        // Writing to a string cannot fail.
        if shown {
            let _ = one(&mut out, found, style);
        }
    }
    if !style.verbose
        && !style.quiet
        && let Some(line) = notes(diagnostics)
    {
        out.push_str(&line);
        out.push('\n');
    }
    out
}

fn one(out: &mut String, found: &Diagnostic, style: &Style) -> fmt::Result {
    head(out, found, style)?;
    if style.graphical {
        graphical::snippet(out, found, style)?;
    } else {
        plain(out, found)?;
    }
    out.write_char('\n')
}

/// `12 notes: unknown-key (9), title-from-heading (3); --verbose shows them`,
/// the most frequent first; `None` where there are no notes.
pub fn notes(diagnostics: &[Diagnostic]) -> Option<String> {
    let mut by_rule: BTreeMap<Rule, usize> = BTreeMap::new();
    for found in diagnostics.iter().filter(|d| d.level == Level::Note) {
        *by_rule.entry(found.rule).or_default() += 1;
    }
    let mut rules: Vec<(Rule, usize)> = by_rule.into_iter().collect();
    rules.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.name().cmp(b.0.name())));
    let total = rules.iter().map(|(_, count)| count).sum();
    let listed: Vec<String> = rules
        .iter()
        .map(|(rule, count)| format!("{rule} ({count})"))
        .collect();
    (total > 0).then(|| {
        let them = if total == 1 { "it" } else { "them" };
        format!(
            "{}: {}; --verbose shows {them}",
            plural(total, "note"),
            listed.join(", ")
        )
    })
}

/// `content/a.md:3:5: warning[broken-link]: there is no such page`. The
/// graphical form has the message in its next line.
fn head(out: &mut String, found: &Diagnostic, style: &Style) -> fmt::Result {
    let paint = |code: &str, text: String| match style.color {
        true => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        false => text,
    };
    if let Some(place) = &found.place {
        write!(out, "{}: ", paint("1", location(place)))?;
    }
    let color = match found.level {
        Level::Error => "1;31",
        Level::Warning => "1;33",
        Level::Note => "1;36",
    };
    let label = paint(color, format!("{}[{}]", found.level, found.rule));
    if style.graphical {
        return writeln!(out, "{label}");
    }
    writeln!(out, "{label}: {}", clean(&found.message))
}

/// `path:line:column`, or the path alone where the whole file is meant.
fn location(place: &Place) -> String {
    let file = clean(place.file.as_str());
    match place.line {
        0 => file,
        line => format!("{file}:{line}:{}", place.column),
    }
}

/// The source line, the carets, the help and the related places.
fn plain(out: &mut String, found: &Diagnostic) -> fmt::Result {
    if let Some(place) = &found.place {
        line(out, place)?;
    }
    if let Some(help) = &found.help {
        writeln!(out, "  help: {}", clean(help))?;
    }
    for related in &found.related {
        let place = &related.place;
        writeln!(out, "  {}: {}", location(place), clean(&related.label))?;
        line(out, place)?;
    }
    Ok(())
}

fn line(out: &mut String, place: &Place) -> fmt::Result {
    let shown = Shown::of(place);
    if place.line == 0 || shown.text.trim().is_empty() {
        return Ok(());
    }
    let number = place.line.to_string();
    let margin = " ".repeat(number.len());
    // Tabs stay tabs below the line too, so that the carets stand in line.
    let gap: String = shown
        .text
        .chars()
        .take(shown.column)
        .map(|c| if c == '\t' { '\t' } else { ' ' })
        .collect();
    writeln!(out, "  {number} | {}", shown.text)?;
    writeln!(out, "  {margin} | {gap}{}", "^".repeat(shown.length))
}

/// A source line as it can be shown: cut ends marked, control characters
/// replaced, and where the place lies in it, in characters.
struct Shown {
    text: String,
    column: usize,
    length: usize,
}

impl Shown {
    fn of(place: &Place) -> Self {
        let mut text = String::new();
        if place.cut > 0 {
            text.push('…');
        }
        text.push_str(&clean(&place.excerpt));
        let marked = usize::from(place.cut > 0);
        let column = (place.column.max(1) - 1).saturating_sub(place.cut) as usize + marked;
        let total = text.chars().count();
        let length = (place.length.max(1) as usize).min(total.saturating_sub(column).max(1));
        Self {
            text,
            column,
            length,
        }
    }
}

/// A text without control characters but tabs: a source must not be able to
/// move the cursor or colour the screen.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\t' => c,
            '\n' => ' ',
            c if c.is_control() || is_bidi(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Characters that reorder what follows them on the screen.
fn is_bidi(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
