//! A parsed TOML or YAML document in which every value knows its place.
//!
//! Both formats become the same tree, so that configuration, front matter and
//! data files have one set of readers and one set of complaints.

use std::ops::Range;

use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;
use crate::ground::value::{Map, Value};

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
    /// A number with a fraction.
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

/// Parses the part `range` of a source. All spans are offsets in the whole
/// source. Syntax errors are reported under `rule`, duplicate keys under
/// [`Rule::DuplicateKey`]; what could be parsed is returned beside them.
pub fn parse(
    source: &Source<'_>,
    range: Range<usize>,
    format: Format,
    rule: Rule,
) -> (Vec<Entry>, Vec<Diagnostic>) {
    let _ = (source, range, format, rule);
    todo!()
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
}

/// The entries as a plain map.
pub fn to_map(entries: &[Entry]) -> Map {
    Map(entries
        .iter()
        .map(|entry| (entry.key.clone(), entry.value.to_value()))
        .collect())
}
