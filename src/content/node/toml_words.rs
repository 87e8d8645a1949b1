//! What TOML's syntax errors mean, in plain words and with a way out.

use std::ops::Range;

use super::recover::{line, split_key};
use super::toml::is_header;
use super::{Entry, Kind, Node, quoted};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;

/// A complaint, and which part of the text to leave out to go on.
pub(super) struct Mistake {
    /// The complaint.
    pub(super) diagnostic: Diagnostic,
    /// Where the broken statement begins, in the parsed part.
    pub(super) from: usize,
    /// An offset that must be left out too.
    pub(super) through: usize,
    /// Whether the statement is a table's header.
    pub(super) table_header: bool,
}

/// Explains what a parse found, at most one complaint a line. Where a list,
/// table or text is not closed, what follows is not judged: it would be
/// blamed for being inside.
pub(super) fn explain(
    source: &Source<'_>,
    offset: usize,
    text: &str,
    entries: &[Entry],
    errors: &[(Range<usize>, String)],
    rule: Rule,
) -> Vec<Mistake> {
    let unclosed = errors
        .iter()
        .filter_map(|(span, message)| unclosed(source, offset, text, entries, span, message))
        .min_by_key(|(opener, ..)| opener.start);
    let limit = unclosed
        .as_ref()
        .map_or(usize::MAX, |(opener, ..)| line(text, opener.start).start);
    let mut mistakes: Vec<Mistake> = Vec::new();
    let mut lines = Vec::new();
    for (span, message) in errors {
        let row = line(text, span.start);
        if span.start >= limit || lines.contains(&row.start) {
            continue;
        }
        lines.push(row.start);
        let (place, words, help) = describe(text, &row, span, message);
        let mut diagnostic = Diagnostic::at(rule, source, shift(&place, offset), words);
        diagnostic.help = help;
        mistakes.push(Mistake {
            diagnostic,
            from: statement(entries, offset, span.start),
            through: span.start,
            table_header: is_header(&text[row]),
        });
    }
    if let Some((opener, words, help)) = unclosed {
        mistakes.push(Mistake {
            diagnostic: Diagnostic::at(rule, source, shift(&opener, offset), words).help(help),
            from: opener.start,
            through: opener.start,
            table_header: false,
        });
    }
    mistakes
}

fn shift(span: &Range<usize>, offset: usize) -> Range<usize> {
    span.start + offset..span.end + offset
}

/// Where the statement that holds an offset begins: its key, where the value
/// goes over several lines.
fn statement(entries: &[Entry], offset: usize, at: usize) -> usize {
    fn find(entries: &[Entry], at: usize) -> Option<usize> {
        entries.iter().find_map(|entry| {
            let value = &entry.value;
            let whole = entry.key_span.start..=value.span.end;
            if value.span.start >= entry.key_span.end && whole.contains(&at) {
                return Some(entry.key_span.start);
            }
            match &value.kind {
                Kind::Table(inner) => find(inner, at),
                Kind::List(items) => items.iter().find_map(|item| match &item.kind {
                    Kind::Table(inner) => find(inner, at),
                    _ => None,
                }),
                _ => None,
            }
        })
    }
    find(entries, at + offset).map_or(at, |start| start - offset)
}

/// What is opened and not closed, if that is what an error says.
fn unclosed(
    source: &Source<'_>,
    offset: usize,
    text: &str,
    entries: &[Entry],
    span: &Range<usize>,
    message: &str,
) -> Option<(Range<usize>, String, String)> {
    let (what, close) = if message.starts_with("unclosed array,") {
        ("list", "]")
    } else if message.starts_with("unclosed inline table") {
        ("table", "}")
    } else if message.starts_with("invalid multi-line") {
        ("text", "")
    } else {
        return None;
    };
    let mut openers = Vec::new();
    for entry in entries {
        nodes_ending_at(&entry.value, span.start + offset, &mut openers);
    }
    let opener = openers
        .into_iter()
        .filter(|start| {
            let rest = &source.text.as_bytes()[*start..];
            match what {
                "list" => rest.starts_with(b"["),
                "table" => rest.starts_with(b"{"),
                _ => rest.starts_with(b"\"\"\"") || rest.starts_with(b"'''"),
            }
        })
        .min()?
        - offset;
    let length = if what == "text" { 3 } else { 1 };
    let mark = &text[opener..opener + length];
    let close = if what == "text" { mark } else { close };
    Some((
        opener..opener + length,
        format!("the {what} that begins here is not closed"),
        format!("close it with `{close}`"),
    ))
}

fn nodes_ending_at(node: &Node, end: usize, found: &mut Vec<usize>) {
    if node.span.end == end {
        found.push(node.span.start);
    }
    match &node.kind {
        Kind::List(items) => {
            for item in items {
                nodes_ending_at(item, end, found);
            }
        }
        Kind::Table(entries) => {
            for entry in entries {
                nodes_ending_at(&entry.value, end, found);
            }
        }
        _ => {}
    }
}

/// The place, the words and the help for one error.
fn describe(
    text: &str,
    row: &Range<usize>,
    span: &Range<usize>,
    message: &str,
) -> (Range<usize>, String, Option<String>) {
    let content = text[row.clone()].trim_end();
    let found = text.get(span.clone()).unwrap_or_default();
    let at = |part: &str| {
        let start = part.as_ptr() as usize - text.as_ptr() as usize;
        start..start + part.len()
    };
    let is = |start: &str| message.starts_with(start);
    if is_header(content) && !content.contains(']') {
        let name = content.trim();
        let place = at(name);
        let close = if name.starts_with("[[") { "]]" } else { "]" };
        return (
            place,
            "the table's header is not closed".into(),
            Some(format!("write it as `{name}{close}`")),
        );
    }
    if split_key(content, '=').is_none()
        && let Some((key, value)) = split_key(content, ':')
    {
        let colon = at(value).start - 1;
        return (
            colon..colon + 1,
            "TOML separates a key from its value with `=`, not `:`".into(),
            Some(format!("write `{key} = {}`", as_toml(value))),
        );
    }
    if (is("key with no value") || is("invalid unquoted key"))
        && let Some((key, value)) = content.split_once('=')
        && !key.contains(['"', '\''])
    {
        let help = format!("write `{} = {}`", quoted(key.trim()), as_toml(value));
        return (
            at(key.trim()),
            "a key of more than letters, digits, `-` and `_` must stand in quotes".into(),
            Some(help),
        );
    }
    if is("key with no value") {
        return (
            at(content.trim()),
            "this line is not a `key = value`".into(),
            None,
        );
    }
    let key = split_key(content, '=').map_or("key", |(key, _)| key);
    if is("string values must be quoted") || is("invalid boolean") {
        return unquoted(content, key, span.clone(), found, at);
    }
    let (words, help) = if is("invalid basic string") || is("invalid literal string") {
        let open = split_key(content, '=').map_or("", |(_, value)| value.trim());
        let quote = if is("invalid basic") { '"' } else { '\'' };
        if open.starts_with(quote) && span.start >= row.start + content.len() {
            return (
                at(open),
                format!("the text that begins here is not closed with `{quote}`"),
                Some(format!("write `{key} = {}`", as_toml(&open[1..]))),
            );
        }
        (plain(message), None)
    } else if is("unexpected key or value") {
        (
            "there is more on the line after the value".into(),
            Some(if content.contains('\'') {
                "a text in single quotes cannot have a `'` in it: put it in double quotes".into()
            } else {
                "one key and one value stand on a line; a text stands in quotes as a whole".into()
            }),
        )
    } else if is("missing escaped value") || is("too few unicode") || is("invalid escape") {
        (
            "a backslash in double quotes begins an escape such as `\\n`".into(),
            Some("use single quotes, or write `\\\\` for a backslash itself".into()),
        )
    } else if is("missing comma between array") {
        (
            "a comma is missing between two items of the list".into(),
            Some("write `[\"a\", \"b\"]`".into()),
        )
    } else if is("missing comma between key-value") {
        (
            "a comma is missing between two keys of the table".into(),
            Some("write `{ a = 1, b = 2 }`".into()),
        )
    } else if is("extra comma") {
        ("there is a comma too many".into(), None)
    } else if is("extra `=`") {
        ("there is a `=` too many".into(), None)
    } else if is("unexpected leading zero") {
        let value = split_key(content, '=').map_or(found, |(_, value)| value.trim());
        (
            "a number cannot begin with 0".into(),
            Some(format!(
                "for text, use quotes: `{key} = {}`",
                as_toml(value)
            )),
        )
    } else if is("invalid float") || is("invalid integer") || is("invalid") && is_numeric(content) {
        let value = split_key(content, '=').map_or(found, |(_, value)| value.trim());
        return (
            at(if value.is_empty() { content } else { value }),
            format!("`{value}` is neither a number nor text in quotes"),
            Some(format!(
                "for text, use quotes: `{key} = {}`",
                as_toml(value)
            )),
        );
    } else if is("cannot extend value") {
        (
            format!("`{found}` has a value already and cannot be a table too"),
            Some("a key is either a value or a table".into()),
        )
    } else if is("cannot recurse") || is("recursion limit") {
        ("lists and tables are nested too deeply".into(), None)
    } else {
        (plain(message), None)
    };
    (span.clone(), words, help)
}

fn is_numeric(content: &str) -> bool {
    split_key(content, '=')
        .is_some_and(|(_, value)| value.trim().starts_with(|c: char| c.is_ascii_digit()))
}

/// A value that is neither in quotes nor anything else.
fn unquoted<'a>(
    content: &'a str,
    key: &str,
    span: Range<usize>,
    found: &str,
    at: impl Fn(&'a str) -> Range<usize>,
) -> (Range<usize>, String, Option<String>) {
    if found.trim().is_empty() {
        return (
            at(content.trim()),
            format!("`{key}` has no value"),
            Some("give it one, such as `\"\"` or `[]`, or leave the line out".into()),
        );
    }
    let boolean = match found.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" => Some("true"),
        "false" | "no" | "off" => Some("false"),
        _ => None,
    };
    if let Some(boolean) = boolean {
        return (
            span,
            format!("`{found}` is not a value in TOML"),
            Some(format!(
                "write `{boolean}` in lower case, or `\"{found}\"` for text"
            )),
        );
    }
    if found.starts_with(['\u{201c}', '\u{201d}', '\u{201e}', '\u{2018}', '\u{2019}']) {
        let bare = found.trim_matches(|c: char| ('\u{2018}'..='\u{201f}').contains(&c));
        return (
            span,
            "typographic quotes do not enclose a text in TOML".into(),
            Some(format!("write `{key} = {}`", quoted(bare))),
        );
    }
    // In a list each item is quoted on its own.
    let value = split_key(content, '=')
        .map(|(_, value)| value.trim())
        .filter(|value| !value.starts_with(['[', '{']));
    let (span, help) = match value {
        Some(value) => (
            at_value(content, span, value),
            format!("write `{key} = {}`", as_toml(value)),
        ),
        None => (span, format!("write `{}`", quoted(found))),
    };
    (span, "a text must stand in quotes".into(), Some(help))
}

/// The whole value where the parser names its first word.
fn at_value(content: &str, span: Range<usize>, value: &str) -> Range<usize> {
    span.start..span.start + value.len().min(content.len())
}

/// What somebody wrote as a value, as TOML has it.
fn as_toml(value: &str) -> String {
    let value = value.trim();
    if value.is_empty() {
        return "…".into();
    }
    let bare = value.trim_matches(['"', '\'']);
    let is_value = value.starts_with(['[', '{'])
        || value == "true"
        || value == "false"
        || (value.parse::<f64>().is_ok()
            && !value.ends_with('.')
            && !(value.len() > 1 && value.starts_with('0')));
    if is_value {
        value.to_owned()
    } else {
        quoted(bare)
    }
}

/// The parser's own words where there are none better.
fn plain(message: &str) -> String {
    message.replace(", expected nothing", "")
}
