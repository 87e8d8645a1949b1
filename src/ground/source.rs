//! A source text and the places in it.
//!
//! Byte ranges become a line, a column and the source line itself here and
//! nowhere else. Lines and columns count from 1; columns count characters.

use std::ops::Range;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use super::paths::SrcPath;

/// A place in a source file, with the line it stands on, so that it can be
/// shown long after the file has changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The file, relative to the site's root.
    pub file: SrcPath,
    /// Line, from 1. 0 where the file as a whole is meant.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// Length in characters, cut at the end of the line; at least 1.
    pub length: u32,
    /// The source line, without its line break; cut to a window around the
    /// place where it is very long.
    pub excerpt: String,
    /// Characters of the line that were cut off before `excerpt`.
    pub cut: u32,
}

impl Place {
    /// A whole file.
    pub fn file(file: SrcPath) -> Self {
        Self {
            file,
            line: 0,
            column: 0,
            length: 0,
            excerpt: String::new(),
            cut: 0,
        }
    }
}

/// Characters of a line shown at most.
const WINDOW: usize = 160;

/// A source text with its path.
#[derive(Debug)]
pub struct Source<'t> {
    /// The file, relative to the site's root.
    pub path: SrcPath,
    /// The whole text, as read.
    pub text: &'t str,
    lines: OnceLock<Vec<usize>>,
}

impl<'t> Source<'t> {
    /// Wraps a text; line starts are found at the first question.
    pub fn new(path: SrcPath, text: &'t str) -> Self {
        Self {
            path,
            text,
            lines: OnceLock::new(),
        }
    }

    /// The place of a byte range. Ranges beyond the text or inside a character
    /// are moved to the nearest character boundary before.
    pub fn place(&self, range: Range<usize>) -> Place {
        let start = self.floor(range.start);
        let end = self.floor(range.end.max(start));
        let lines = self.line_starts();
        let index = lines.partition_point(|&line| line <= start) - 1;
        let line_start = lines[index];
        let line = self.text[line_start..]
            .split(['\n', '\r'])
            .next()
            .unwrap_or_default();
        // A place at the line break itself points behind the last character.
        let start = start.min(line_start + line.len());
        let end = end.clamp(start, line_start + line.len());
        let column = self.text[line_start..start].chars().count();
        let length = self.text[start..end].chars().count().max(1);
        let (excerpt, cut) = window(line, column);
        Place {
            file: self.path.clone(),
            line: clamp(index + 1),
            column: clamp(column + 1),
            length: clamp(length),
            excerpt,
            cut: clamp(cut),
        }
    }

    fn floor(&self, mut offset: usize) -> usize {
        offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }

    fn line_starts(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            std::iter::once(0)
                .chain(self.text.match_indices('\n').map(|(at, _)| at + 1))
                .collect()
        })
    }
}

fn window(line: &str, column: usize) -> (String, usize) {
    let total = line.chars().count();
    if total <= WINDOW {
        return (line.to_owned(), 0);
    }
    let cut = column.saturating_sub(WINDOW / 2).min(total - WINDOW);
    (line.chars().skip(cut).take(WINDOW).collect(), cut)
}

fn clamp(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_characters_and_cuts_at_the_line() {
        let source = Source::new(SrcPath::new("a.md"), "één\r\ntwee drie\r\n");
        let place = source.place(12..40);
        assert_eq!((place.line, place.column, place.length), (2, 6, 4));
        assert_eq!(place.excerpt, "twee drie");
    }

    #[test]
    fn a_place_beyond_the_text_is_its_end() {
        let source = Source::new(SrcPath::new("a.md"), "ab");
        let place = source.place(90..99);
        assert_eq!((place.line, place.column, place.length), (1, 3, 1));
    }

    #[test]
    fn a_very_long_line_is_shown_around_the_place() {
        let text = "x".repeat(10_000);
        let place = Source::new(SrcPath::new("a.md"), &text).place(5_000..5_001);
        assert_eq!(place.excerpt.len(), WINDOW);
        assert_eq!(place.column - place.cut, 81);
    }
}
