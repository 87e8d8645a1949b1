//! Going on behind a syntax error: the broken statement is blanked out.
//!
//! A parser that gave up is run again over the same text with the statement
//! that it gave up on replaced by spaces. Offsets stay what they were, the
//! next mistake is found too, and what is well formed is read all the same.

use std::ops::Range;

/// Statements blanked at most, and so syntax errors reported at most.
pub(super) const MOST_ERRORS: usize = 20;

/// A part of a source in which statements can be blanked out.
pub(super) struct Draft {
    text: String,
    starts_statement: fn(&str) -> bool,
}

impl Draft {
    /// Takes a text and how a line is told that begins a statement.
    pub(super) fn new(text: &str, starts_statement: fn(&str) -> bool) -> Self {
        Self {
            text: text.to_owned(),
            starts_statement,
        }
    }

    /// The text as it stands.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The line around an offset, without its line break.
    pub(super) fn line(&self, at: usize) -> Range<usize> {
        line(&self.text, at)
    }

    /// Blanks the lines from the one that holds `from` to the one before the
    /// next statement; at least the line that holds `through` goes too. Says
    /// whether there was anything to blank.
    pub(super) fn blank(&mut self, from: usize, through: usize) -> bool {
        let start = self.line(from).start;
        let mut end = self.line(through.max(from)).end;
        while end < self.text.len() {
            let next = self.line(end + 1);
            if (self.starts_statement)(&self.text[next.clone()]) {
                break;
            }
            end = next.end;
        }
        self.erase(start..end)
    }

    /// Blanks a range of whole lines.
    pub(super) fn erase(&mut self, range: Range<usize>) -> bool {
        if self.text[range.clone()].trim().is_empty() {
            return false;
        }
        // Every byte becomes a space, so that no offset moves.
        let spaces: String = self.text[range.clone()]
            .bytes()
            .map(|byte| match byte {
                b'\n' | b'\r' => char::from(byte),
                _ => ' ',
            })
            .collect();
        self.text.replace_range(range, &spaces);
        true
    }
}

/// The line around an offset, without its line break.
pub(super) fn line(text: &str, at: usize) -> Range<usize> {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    let end = text[at..].find('\n').map_or(text.len(), |found| at + found);
    start..end
}

/// Splits `key: value` or `key = value` at its separator; the key must be a
/// word or stand in quotes.
pub(super) fn split_key(line: &str, separator: char) -> Option<(&str, &str)> {
    let trimmed = line.trim_start();
    let key_end = match trimmed.chars().next()? {
        quote @ ('"' | '\'') => 2 + trimmed[1..].find(quote)?,
        _ => trimmed
            .find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)))
            .unwrap_or(trimmed.len()),
    };
    let (key, rest) = trimmed.split_at(key_end);
    let rest = rest.trim_start().strip_prefix(separator)?;
    (!key.is_empty()).then_some((key, rest))
}
