//! A parsed TOML or YAML document in which every value knows its place.
//!
//! Both formats become the same tree, so that configuration, front matter and
//! data files have one set of readers and one set of complaints. Nothing here
//! knows which keys exist. Invariant: every span is a byte range of the whole
//! source, whatever part of it was parsed, and a tree is never deeper than
//! [`MOST_DEPTH`] nor larger than its text allows, aliases counted.

mod recover;
#[cfg(test)]
mod tests;
mod toml;
mod toml_words;
mod yaml;
mod yaml_scalar;
mod yaml_words;

use std::ops::Range;

use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;
use crate::ground::value::{Map, Value};

/// Levels of lists and tables within each other at most.
pub const MOST_DEPTH: usize = 64;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Byte range in the file.
    pub span: Range<usize>,
    /// The value.
    pub kind: Kind,
}

/// The kinds of values.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// YAML's null or empty value.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction; always finite.
    Float(f64),
    /// Text.
    Text(String),
    /// A date or time without quotes, as written.
    Date(String),
    /// A list.
    List(Vec<Node>),
    /// A table in source order.
    Table(Vec<Entry>),
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Range<usize>,
    /// The value.
    pub value: Node,
}

/// Which format a document has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
}

/// What parsing came to.
#[derive(Debug, Default)]
pub struct Document {
    /// The root: a table in TOML, anything in YAML. `None` where a YAML
    /// document is empty or nothing of it could be read.
    pub root: Option<Node>,
    /// Syntax errors and duplicate keys.
    pub diagnostics: Vec<Diagnostic>,
    /// Unquoted dates that TOML does not accept, such as `2024-02-30` and
    /// `2020-4-3`, each with the parser's reason. They are in the tree as
    /// [`Kind::Date`], and not among the diagnostics: a reader that knows
    /// which keys are dates has better words for them.
    pub bad_dates: Vec<(Range<usize>, String)>,
}

/// Parses the part `range` of a source as keys and values. All spans are
/// offsets in the whole source. Syntax errors are reported under `rule`,
/// duplicate keys under [`Rule::DuplicateKey`]; what could be parsed is
/// returned beside them.
pub fn parse(
    source: &Source<'_>,
    range: Range<usize>,
    format: Format,
    rule: Rule,
) -> (Vec<Entry>, Vec<Diagnostic>) {
    let mut document = document(source, range, format, rule);
    for (span, why) in std::mem::take(&mut document.bad_dates) {
        let diagnostic = bad_date(source, span, &why, rule);
        document.diagnostics.push(diagnostic);
    }
    into_entries(document, source, rule)
}

/// Parses the part `range` of a source, whatever value it holds at its root.
pub fn document(source: &Source<'_>, range: Range<usize>, format: Format, rule: Rule) -> Document {
    match format {
        Format::Toml => toml::parse(source, range, rule),
        Format::Yaml => yaml::parse(source, range, rule),
    }
}

/// The entries of a document whose root must be a table.
pub(super) fn into_entries(
    document: Document,
    source: &Source<'_>,
    rule: Rule,
) -> (Vec<Entry>, Vec<Diagnostic>) {
    let mut diagnostics = document.diagnostics;
    let entries = match document.root {
        None
        | Some(Node {
            kind: Kind::Null, ..
        }) => Vec::new(),
        Some(Node {
            kind: Kind::Table(entries),
            ..
        }) => entries,
        // After a syntax error the root may be what little was left.
        Some(_) if !diagnostics.is_empty() => Vec::new(),
        Some(node) => {
            diagnostics.push(yaml_words::not_a_table(source, &node, rule));
            Vec::new()
        }
    };
    (entries, diagnostics)
}

/// The complaint about a date that TOML does not accept.
pub(super) fn bad_date(
    source: &Source<'_>,
    span: Range<usize>,
    why: &str,
    rule: Rule,
) -> Diagnostic {
    let text = &source.text[span.clone()];
    Diagnostic::at(
        rule,
        source,
        span,
        format!("`{text}` is not a date or time in TOML: {why}"),
    )
    .help(format!("put it in quotes to keep it as text: `\"{text}\"`"))
}

impl Node {
    /// The plain value, without places.
    pub fn to_value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Int(value) => Value::Int(*value),
            Kind::Float(value) => Value::Float(*value),
            Kind::Text(text) | Kind::Date(text) => Value::Text(text.clone()),
            Kind::List(items) => Value::List(items.iter().map(Node::to_value).collect()),
            Kind::Table(entries) => Value::Map(to_map(entries)),
        }
    }

    /// What kind of value this is, in words for messages.
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "nothing",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) => "a whole number",
            Kind::Float(_) => "a number with a fraction",
            Kind::Text(_) => "text",
            Kind::Date(_) => "a date",
            Kind::List(_) => "a list",
            Kind::Table(_) => "a table",
        }
    }
}

/// The entries as a plain map.
pub fn to_map(entries: &[Entry]) -> Map {
    Map(entries
        .iter()
        .map(|entry| (entry.key.clone(), entry.value.to_value()))
        .collect())
}

/// The complaint about lists and tables in lists and tables without end.
pub(super) fn too_deep(source: &Source<'_>, span: Range<usize>, rule: Rule) -> Diagnostic {
    let message = format!("lists and tables are nested more than {MOST_DEPTH} levels deep");
    Diagnostic::at(rule, source, span, message)
}

/// A text in the quotes that need no escapes, for examples in messages.
pub(super) fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) && !text.contains('\'') {
        format!("'{text}'")
    } else {
        format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
