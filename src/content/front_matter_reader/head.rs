//! Where the front matter of a file begins and ends.

use std::ops::Range;

use super::super::node::Format;

/// What stands at the head of a file.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// No front matter.
    Nothing {
        /// The whole text but a BOM.
        body: Range<usize>,
    },
    /// Front matter between two delimiters.
    Block {
        /// By its delimiters.
        format: Format,
        /// Between the delimiters' lines.
        content: Range<usize>,
        /// Behind the closing line.
        body: Range<usize>,
    },
    /// An opening delimiter without a closing one.
    Unclosed {
        /// The delimiter: `+++` or `---`.
        delimiter: &'static str,
        /// Where it stands.
        open: Range<usize>,
        /// A line that would close the other kind of front matter.
        other: Option<Range<usize>>,
        /// Number of the line, from 1, before which the closing line is missing.
        before: usize,
    },
}

/// The lines of a text from an offset on, with where each begins.
fn lines(text: &str, from: usize) -> impl Iterator<Item = (usize, &str)> {
    let mut at = from;
    text[from..].split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        (start, line)
    })
}

/// Looks at the head of a text.
pub(super) fn find(text: &str) -> Found {
    let start = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let nothing = Found::Nothing {
        body: start..text.len(),
    };
    let Some((open, first)) = lines(text, start).find(|(_, line)| !line.trim().is_empty()) else {
        return nothing;
    };
    let (delimiter, format) = match first.trim_end() {
        "+++" => ("+++", Format::Toml),
        "---" => ("---", Format::Yaml),
        _ => return nothing,
    };
    let inner = open + first.len();
    let closes = |line: &str| {
        let line = line.trim_end();
        line == delimiter || format == Format::Yaml && line == "..."
    };
    let close = lines(text, inner).find(|(_, line)| closes(line));
    let content = inner..close.map_or(text.len(), |(at, _)| at);
    if format == Format::Yaml && !is_yaml(&text[content.clone()], close.is_some()) {
        return nothing;
    }
    if let Some((at, line)) = close {
        return Found::Block {
            format,
            content,
            body: at + line.len()..text.len(),
        };
    }
    let other = lines(text, inner)
        .find(|(_, line)| format == Format::Toml && line.trim_end() == "---")
        .map(|(at, line)| at..at + line.trim_end().len());
    let end = lines(text, inner)
        .find(|(_, line)| !belongs(line, format))
        .map_or(text.len(), |(at, _)| at);
    Found::Unclosed {
        delimiter,
        open: open..open + delimiter.len(),
        other,
        before: text[..end].lines().count() + 1,
    }
}

/// Whether a line of an unclosed block may be part of the front matter.
fn belongs(line: &str, format: Format) -> bool {
    let separator = match format {
        Format::Toml => '=',
        Format::Yaml => ':',
    };
    line.trim().starts_with('#')
        || line.starts_with([' ', '\t', '[', ']', '-'])
        || is_key(line, separator)
}

fn is_key(line: &str, separator: char) -> bool {
    let line = line.trim_end();
    let name = line
        .trim_start_matches(['"', '\''])
        .trim_start_matches(|c: char| c.is_alphanumeric() || "_-.".contains(c));
    name.len() < line.len()
        && name
            .trim_start_matches(['"', '\''])
            .trim_start()
            .strip_prefix(separator)
            .is_some_and(|rest| {
                separator == '=' || rest.is_empty() || rest.starts_with([' ', '\t'])
            })
}

/// Whether what follows a `---` is front matter rather than the text behind
/// a thematic break. Front matter has keys, and prose has not; `---` and a
/// blank line before words is a break.
fn is_yaml(content: &str, closed: bool) -> bool {
    let mut lines = content
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let Some(first) = lines.next() else {
        return closed;
    };
    let directly = content
        .lines()
        .next()
        .is_some_and(|line| !line.trim().is_empty());
    if !closed {
        return directly && is_key(first, ':');
    }
    // `title:Fix`, `title = "Fix"` and `- title: Fix` are mistakes in front
    // matter, not prose.
    let mistaken = is_key(first, '=')
        || first
            .strip_prefix("- ")
            .is_some_and(|item| is_key(item, ':'))
        || first
            .split_once(':')
            .is_some_and(|(key, _)| !key.contains(char::is_whitespace));
    is_key(first, ':')
        || first.starts_with('{')
        || directly && (mistaken || lines.any(|line| is_key(line, ':')))
}
