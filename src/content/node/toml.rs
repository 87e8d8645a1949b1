//! TOML as a tree of nodes.

use std::ops::Range;

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue};

use super::recover::{Draft, MOST_ERRORS, split_key};
use super::{Document, Entry, Kind, MOST_DEPTH, Node, toml_words, too_deep};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;

/// Parses a part of a source as TOML.
pub(super) fn parse(source: &Source<'_>, range: Range<usize>, rule: Rule) -> Document {
    let offset = range.start;
    let original = &source.text[range];
    let mut draft = Draft::new(original, starts_statement);
    let mut document = Document::default();
    loop {
        let (table, errors) = DeTable::parse_recoverable(draft.text());
        let mut tree = Tree {
            text: original,
            offset,
            too_deep: None,
        };
        let entries = tree.entries(table.get_ref(), 0);
        let (dates, errors): (Vec<_>, Vec<_>) = errors
            .into_iter()
            .map(|error| {
                let span = error.span().unwrap_or(0..0);
                (span, error.message().to_owned())
            })
            .partition(|(span, _)| is_date_in(&entries, &shift(span, offset)));
        let (duplicates, errors): (Vec<_>, Vec<_>) = errors
            .into_iter()
            .partition(|(_, message)| message == "duplicate key");
        if errors.is_empty() || document.diagnostics.len() >= MOST_ERRORS {
            document.bad_dates = dates
                .into_iter()
                .map(|(span, why)| (shift(&span, offset), reason(&why)))
                .collect();
            for (span, _) in duplicates {
                document
                    .diagnostics
                    .push(duplicate(source, &entries, shift(&span, offset)));
            }
            if let Some(span) = tree.too_deep {
                document.diagnostics.push(too_deep(source, span, rule));
            }
            if errors.is_empty() {
                document.root = Some(Node {
                    span: offset..offset + original.len(),
                    kind: Kind::Table(entries),
                });
            }
            return document;
        }
        let mut erased = false;
        for mistake in toml_words::explain(source, offset, draft.text(), &entries, &errors, rule) {
            if document.diagnostics.len() < MOST_ERRORS {
                document.diagnostics.push(mistake.diagnostic);
            }
            erased |= match mistake.table_header {
                true => erase_table(&mut draft, mistake.from),
                false => draft.blank(mistake.from, mistake.through),
            };
        }
        // Without progress the same errors would be found for ever.
        if !erased {
            return document;
        }
    }
}

/// Whether a line begins a `key = value` or a table.
fn starts_statement(line: &str) -> bool {
    is_header(line) || split_key(line, '=').is_some()
}

/// Whether a line is a table's header, closed or not.
pub(super) fn is_header(line: &str) -> bool {
    let line = line.trim();
    let Some(name) = line.strip_prefix("[[").or_else(|| line.strip_prefix('[')) else {
        return false;
    };
    name.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '"') && !name.contains(',')
}

/// Blanks a table from its header to the next one: its keys would else land
/// in the table before it.
fn erase_table(draft: &mut Draft, from: usize) -> bool {
    let start = draft.line(from).start;
    let mut end = draft.line(from).end;
    while end < draft.text().len() {
        let next = draft.line(end + 1);
        if is_header(&draft.text()[next.clone()]) {
            break;
        }
        end = next.end;
    }
    draft.erase(start..end)
}

fn shift(span: &Range<usize>, offset: usize) -> Range<usize> {
    span.start + offset..span.end + offset
}

/// The parser's reason for refusing a date, without its preamble.
fn reason(message: &str) -> String {
    message.split_once("expected ").map_or_else(
        || message.to_owned(),
        |(_, expected)| format!("expected {expected}"),
    )
}

fn is_date_in(entries: &[Entry], span: &Range<usize>) -> bool {
    fn in_node(node: &Node, span: &Range<usize>) -> bool {
        match &node.kind {
            Kind::Date(_) => node.span == *span,
            Kind::List(items) => items.iter().any(|item| in_node(item, span)),
            Kind::Table(entries) => is_date_in(entries, span),
            _ => false,
        }
    }
    entries.iter().any(|entry| in_node(&entry.value, span))
}

struct Tree<'t> {
    text: &'t str,
    offset: usize,
    too_deep: Option<Range<usize>>,
}

impl Tree<'_> {
    fn entries(&mut self, table: &DeTable<'_>, depth: usize) -> Vec<Entry> {
        table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref().to_string(),
                key_span: shift(&key.span(), self.offset),
                value: self.node(value, depth),
            })
            .collect()
    }

    fn node(&mut self, value: &Spanned<DeValue<'_>>, depth: usize) -> Node {
        let span = value.span();
        let text = self.text;
        let written = || text.get(span.clone()).unwrap_or_default().to_owned();
        let kind = match value.get_ref() {
            DeValue::String(text) => Kind::Text(text.to_string()),
            // A number that no 64 bits hold is kept as it was written.
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or_else(|_| Kind::Text(written()), Kind::Int),
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Kind::Float(number),
                _ => Kind::Text(written()),
            },
            DeValue::Boolean(value) => Kind::Bool(*value),
            DeValue::Datetime(_) => Kind::Date(written()),
            DeValue::Array(_) | DeValue::Table(_) if depth >= MOST_DEPTH => {
                self.too_deep.get_or_insert(shift(&span, self.offset));
                Kind::Null
            }
            DeValue::Array(items) => Kind::List(
                items
                    .iter()
                    .map(|item| self.node(item, depth + 1))
                    .collect(),
            ),
            DeValue::Table(table) => Kind::Table(self.entries(table, depth + 1)),
        };
        Node {
            span: shift(&span, self.offset),
            kind,
        }
    }
}

/// The complaint about a second key, with the first as its related place.
fn duplicate(source: &Source<'_>, entries: &[Entry], second: Range<usize>) -> Diagnostic {
    let name = &source.text[second.clone()];
    let diagnostic = Diagnostic::at(
        Rule::DuplicateKey,
        source,
        second.clone(),
        format!("`{name}` stands twice in the same table"),
    )
    .help("keep one of the two");
    match first_of(source, entries, &second) {
        Some(first) => diagnostic.related(source.place(first), "it stands here first"),
        None => diagnostic,
    }
}

/// The nearest key before `second` that is spelt like it, from the beginning
/// of its statement on. The parser knows the place but does not tell it.
fn first_of(source: &Source<'_>, entries: &[Entry], second: &Range<usize>) -> Option<Range<usize>> {
    let spelling = |span: &Range<usize>| -> String {
        let line = super::recover::line(source.text, span.start);
        let statement = &source.text[line.start..span.end];
        let start = statement.rfind(['{', ',']).map_or(0, |at| at + 1);
        statement[start..]
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect()
    };
    let wanted = spelling(second);
    if wanted.starts_with('[') {
        // A second table of one name replaces the first in the tree, so its
        // header is sought in the text.
        let mut at = 0;
        for text in source.text[..second.start].split_inclusive('\n') {
            let name = text.split_whitespace().collect::<String>();
            if is_header(text)
                && name
                    .trim_start_matches('[')
                    .starts_with(wanted.trim_start_matches('['))
                && name.contains(&format!("{}]", wanted.trim_start_matches('[')))
            {
                let start = at + text.find('[').unwrap_or(0);
                return Some(start..at + text.trim_end().len());
            }
            at += text.len();
        }
    }
    let mut keys = Vec::new();
    collect_keys(entries, &mut keys);
    if wanted.starts_with('[') {
        // The header's table may have been a plain value before.
        let bare = wanted.trim_start_matches('[');
        return text_key(source, bare, second.start);
    }
    keys.into_iter()
        .filter(|span| span.start < second.start && spelling(span) == wanted)
        .max_by_key(|span| span.start)
}

/// The first line before `end` that gives `key` a value.
fn text_key(source: &Source<'_>, key: &str, end: usize) -> Option<Range<usize>> {
    let mut at = 0;
    source.text[..end].split_inclusive('\n').find_map(|line| {
        let start = at + line.len() - line.trim_start().len();
        at += line.len();
        split_key(line, '=')
            .filter(|(found, _)| *found == key)
            .map(|_| start..start + key.len())
    })
}

fn collect_keys(entries: &[Entry], keys: &mut Vec<Range<usize>>) {
    for entry in entries {
        keys.push(entry.key_span.clone());
        match &entry.value.kind {
            Kind::Table(inner) => collect_keys(inner, keys),
            Kind::List(items) => {
                for item in items {
                    if let Kind::Table(inner) = &item.kind {
                        collect_keys(inner, keys);
                    }
                }
            }
            _ => {}
        }
    }
}
