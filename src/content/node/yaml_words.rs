//! What YAML's syntax errors mean, in plain words and with a way out.

use std::ops::Range;

use serde_saphyr::granit_parser::{ErrorKind, ScanError};

use super::recover::{line, split_key};
use super::yaml::starts_statement;
use super::{Node, quoted};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;

/// A complaint, and which part of the text to leave out to go on.
pub(super) struct Mistake {
    /// The complaint.
    pub(super) diagnostic: Diagnostic,
    /// An offset in the first line to leave out, in the parsed part.
    pub(super) from: usize,
    /// An offset that must be left out too.
    pub(super) through: usize,
}

/// The complaint about a document that is a text or a list.
pub(super) fn not_a_table(source: &Source<'_>, node: &Node, rule: Rule) -> Diagnostic {
    let first = line(source.text, node.span.start);
    let content = source.text[first].trim();
    let help = match split_key(content, '=') {
        Some((key, value)) => format!(
            "YAML separates a key from its value with `: `; write `{key}: {}`",
            value.trim()
        ),
        None => match split_key(content, ':') {
            Some((key, value)) => format!("put a space after the colon: `{key}: {}`", value.trim()),
            None => "write one `key: value` on each line".into(),
        },
    };
    let message = "expected keys and values";
    Diagnostic::at(rule, source, node.span.clone(), message).help(help)
}

/// Explains the error at which the parser gave up. `openers` are the flow
/// lists and tables that were open there.
pub(super) fn explain(
    source: &Source<'_>,
    offset: usize,
    text: &str,
    error: &ScanError,
    openers: &[usize],
    rule: Rule,
) -> Mistake {
    let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
    let words = Words { text, at };
    // What follows an open bracket is read as its content and blamed wrongly.
    let opener = openers
        .first()
        .copied()
        .filter(|opener| words.is_unclosed(*opener, error.kind()));
    let (place, message, help) = match opener {
        Some(opener) => {
            let (what, close) = match text.as_bytes().get(opener) {
                Some(b'{') => ("table", "}"),
                _ => ("list", "]"),
            };
            (
                opener..opener + 1,
                format!("the {what} that begins here is not closed"),
                Some(format!(
                    "close it with `{close}` on the same line, or put the value in quotes if it is text"
                )),
            )
        }
        None => words.describe(error.kind()),
    };
    let from = words.statement(opener.unwrap_or(place.start));
    let shifted = place.start + offset..place.end + offset;
    let mut diagnostic = Diagnostic::at(rule, source, shifted, message);
    diagnostic.help = help;
    let through = if opener.is_some() { from } else { at };
    Mistake {
        diagnostic,
        from,
        through,
    }
}

struct Words<'t> {
    text: &'t str,
    at: usize,
}

impl Words<'_> {
    /// Where the outermost entry begins that holds an offset.
    fn statement(&self, at: usize) -> usize {
        let mut row = line(self.text, at);
        while row.start > 0 {
            let content = &self.text[row.clone()];
            let continues = content.starts_with([' ', '\t', ']', '}']) || content.trim().is_empty();
            if !continues || starts_statement(content) {
                break;
            }
            row = line(self.text, row.start - 1);
        }
        row.start
    }

    /// Whether a bracket is open because it was forgotten to close it, and
    /// not because of a mistake in front of its end.
    fn is_unclosed(&self, opener: usize, kind: &ErrorKind) -> bool {
        let rest = &self.text[opener..self.at.max(opener)];
        rest.contains('\n')
            || matches!(
                kind,
                ErrorKind::UnclosedFlowCollection { .. }
                    | ErrorKind::UnexpectedEofFlowSequence
                    | ErrorKind::UnexpectedEofFlowMapping
                    | ErrorKind::UnexpectedEofImplicitFlowMapping
            )
    }

    fn row(&self) -> Range<usize> {
        let row = line(self.text, self.at);
        let content = self.text[row.clone()].trim_end();
        row.start..row.start + content.len()
    }

    fn describe(&self, kind: &ErrorKind) -> (Range<usize>, String, Option<String>) {
        let row = self.row();
        let content = &self.text[row.clone()];
        let one = self.one();
        match kind {
            ErrorKind::TabInBlockIndentation
            | ErrorKind::TabInIndentation
            | ErrorKind::TabNotAllowed
            | ErrorKind::TabAtBlockScalarStart => {
                let tab = content.find('\t').map_or(self.at, |tab| row.start + tab);
                (
                    tab..tab + 1,
                    "a tab in the indentation".into(),
                    Some("YAML is indented with spaces: two for each level".into()),
                )
            }
            ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => self.colon(),
            ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => self.no_key(),
            ErrorKind::UnexpectedCharacter { character } => self.in_quotes(*character),
            ErrorKind::MappingKeyNotAllowed => self.in_quotes('?'),
            ErrorKind::InvalidBlockScalarHeader => {
                let character = self.text[self.at..].chars().next().unwrap_or('>');
                self.in_quotes(character)
            }
            ErrorKind::UnexpectedEofBlockMapping
            | ErrorKind::ExpectedNodeContent
            | ErrorKind::MisplacedFlowCollectionEnd
                if self.text[self.at..].starts_with([',', ']', '}']) =>
            {
                let character = self.text[self.at..].chars().next().unwrap_or(',');
                if self.begins_value() {
                    return self.in_quotes(character);
                }
                let message = format!("there is a `{character}` too many");
                (one, message, None)
            }
            ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
                let quote = self.text[self.at..].chars().next().unwrap_or('"');
                (
                    self.at..row.end.max(self.at),
                    format!("the text that begins here is not closed with `{quote}`"),
                    Some(format!("add `{quote}` at its end")),
                )
            }
            ErrorKind::InvalidTrailingSingleQuotedScalar
            | ErrorKind::InvalidTrailingDoubleQuotedScalar => {
                let single = matches!(kind, ErrorKind::InvalidTrailingSingleQuotedScalar);
                let help = if single {
                    "for a `'` inside single quotes write `''`, or use double quotes"
                } else {
                    "put the whole value in single quotes, or write `\\\"` for a quote inside"
                };
                let message = "there is more after the closing quote";
                (one, message.into(), Some(help.into()))
            }
            ErrorKind::UnknownQuotedScalarEscape
            | ErrorKind::InvalidQuotedScalarHexEscape
            | ErrorKind::InvalidUnicodeEscape => {
                let slash = content[self.at - row.start..].find('\\').unwrap_or(0) + self.at;
                (
                    slash..slash + 2,
                    "a backslash in double quotes begins an escape such as `\\n`".into(),
                    Some("use single quotes, or write `\\\\` for a backslash itself".into()),
                )
            }
            ErrorKind::BlockSequenceEntryNotAllowed => (
                one,
                "a list cannot begin on the line of its key".into(),
                Some("put each `- item` on a line of its own, or write `[a, b]`".into()),
            ),
            ErrorKind::ExpectedBlockMappingKey
            | ErrorKind::ExpectedBlockSequenceEntry
            | ErrorKind::InvalidIndentation
            | ErrorKind::InvalidQuotedScalarIndent
            | ErrorKind::InvalidFlowScalarIndent
            | ErrorKind::InvalidBlockScalarIndent => {
                let start = row.start + content.len() - content.trim_start().len();
                (
                    start..row.end,
                    "this line does not fit the lines before it".into(),
                    Some(
                        "keys of one table, and items of one list, begin in the same column".into(),
                    ),
                )
            }
            ErrorKind::RecursionLimitExceeded => {
                (one, "lists and tables are nested too deeply".into(), None)
            }
            other => (one, format!("YAML cannot be read here: {other}"), None),
        }
    }

    fn one(&self) -> Range<usize> {
        let length = self.text[self.at..]
            .chars()
            .next()
            .map_or(0, char::len_utf8);
        self.at..self.at + length
    }

    /// Whether nothing but a key or a dash stands before the error.
    fn begins_value(&self) -> bool {
        let before = self.text[self.row().start..self.at].trim_end();
        before.is_empty() || before.ends_with(':') || before.ends_with('-')
    }

    /// A value that begins with a character that has a meaning in YAML.
    fn in_quotes(&self, character: char) -> (Range<usize>, String, Option<String>) {
        let row = self.row();
        let value = self.text[self.at..row.end.max(self.at)].trim();
        let before = self.text[row.start..self.at].trim_start();
        let name = match character {
            '`' => "a backtick".into(),
            other => format!("`{other}`"),
        };
        (
            self.one(),
            format!("a value cannot begin with {name} unless it stands in quotes"),
            Some(format!("write `{before}{}`", quoted(value))),
        )
    }

    /// A colon where none can be.
    fn colon(&self) -> (Range<usize>, String, Option<String>) {
        let row = self.row();
        let content = &self.text[row.clone()];
        let own = content.trim_start_matches([' ', '-']);
        let indent = content.len() - own.len();
        if let Some((key, value)) = split_key(own, ':')
            && self.at > row.start + indent + key.len()
        {
            let value = value.trim();
            let start = row.end - value.len();
            return (
                start..row.end,
                "a value with `: ` in it must stand in quotes".into(),
                Some(format!("write `{key}: {}`", quoted(value))),
            );
        }
        if let Some(before) = self.unspaced() {
            return before;
        }
        (
            row.start + indent..row.end,
            "this line is indented further than the line before it, which has a value already"
                .into(),
            Some("keys of one table begin in the same column".into()),
        )
    }

    /// A line without a key.
    fn no_key(&self) -> (Range<usize>, String, Option<String>) {
        let row = self.row();
        let content = self.text[row.clone()].trim_start();
        let place = row.end - content.len()..row.end;
        if let Some((key, value)) = split_key(content, '=') {
            let message = "YAML separates a key from its value with `: `, not `=`";
            return (
                place,
                message.into(),
                Some(format!("write `{key}: {}`", value.trim())),
            );
        }
        self.unspaced().unwrap_or_else(|| {
            let message = "this line is not a `key: value`";
            (
                place,
                message.into(),
                Some("indent it if it belongs to the value above".into()),
            )
        })
    }

    /// `key:value` on the line of the error or in the lines just above.
    fn unspaced(&self) -> Option<(Range<usize>, String, Option<String>)> {
        let mut row = line(self.text, self.at);
        loop {
            let content = self.text[row.clone()].trim_end();
            if let Some((key, value)) = split_key(content, ':')
                && !value.is_empty()
                && !value.starts_with([' ', '\t', '/', ':'])
            {
                let colon = row.start + content.len() - value.len() - 1;
                return Some((
                    colon..colon + 1,
                    "there must be a space after the colon".into(),
                    Some(format!("write `{key}: {value}`")),
                ));
            }
            if row.start == 0 || starts_statement(content) && row.start < self.row().start {
                return None;
            }
            row = line(self.text, row.start - 1);
        }
    }
}
