//! Typed values out of a parsed document, with every complaint.
//!
//! Configuration and front matter are read with the same functions: each
//! takes a node, gives back the value if it has the right type, and complains
//! at the value's place if it has not. Nothing here knows which keys exist.

use std::ops::Range;

use super::node::{self, Entry, Format, Kind, Node};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;
use crate::ground::suggest::did_you_mean;

/// A document being read, and what was found in it so far.
pub(super) struct Reader<'s, 't> {
    /// The source that the nodes are from.
    pub(super) source: &'s Source<'t>,
    /// Its format, for examples in messages.
    pub(super) format: Format,
    /// The rule of syntax errors.
    pub(super) syntax_rule: Rule,
    /// The rule of values of the wrong type.
    pub(super) type_rule: Rule,
    /// Whether numbers, booleans and dates may stand where text is wanted;
    /// they are taken as they are written.
    pub(super) lenient: bool,
    /// Everything found so far.
    pub(super) diagnostics: Vec<Diagnostic>,
    bad_dates: Vec<(Range<usize>, String)>,
}

/// What a value should have been, in words, with an example value as it is
/// written in TOML.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// `text`, `a list of texts`
    pub(super) what: &'static str,
    /// `"Replace a fan"`
    pub(super) example: &'static str,
}

impl<'s, 't> Reader<'s, 't> {
    /// Parses a part of a source and begins to read it.
    pub(super) fn begin(
        source: &'s Source<'t>,
        range: Range<usize>,
        format: Format,
        syntax_rule: Rule,
        type_rule: Rule,
    ) -> (Self, Vec<Entry>) {
        let mut document = node::document(source, range, format, syntax_rule);
        let bad_dates = std::mem::take(&mut document.bad_dates);
        let (entries, diagnostics) = node::into_entries(document, source, syntax_rule);
        let reader = Self {
            source,
            format,
            syntax_rule,
            type_rule,
            lenient: type_rule == Rule::FrontMatterType,
            diagnostics,
            bad_dates,
        };
        (reader, entries)
    }

    /// Everything that was found, dates that TOML refuses and nobody took
    /// among it.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        for (span, why) in &self.bad_dates {
            let found = node::bad_date(self.source, span.clone(), why, self.syntax_rule);
            self.diagnostics.push(found);
        }
        crate::ground::diagnostic::sort(&mut self.diagnostics);
        self.diagnostics
    }

    /// Says that a date is judged by its reader, whatever TOML says of it.
    pub(super) fn take_date(&mut self, node: &Node) {
        self.bad_dates.retain(|(span, _)| *span != node.span);
    }

    /// Adds a finding at a place.
    pub(super) fn report(
        &mut self,
        rule: Rule,
        span: Range<usize>,
        message: impl Into<String>,
    ) -> &mut Diagnostic {
        let index = self.diagnostics.len();
        let found = Diagnostic::at(rule, self.source, span, message);
        self.diagnostics.push(found);
        &mut self.diagnostics[index]
    }

    /// `key = value` or `key: value`, as the document's format has it; the
    /// value as in TOML.
    pub(super) fn pair(&self, path: &str, value: &str) -> String {
        let key = path.rsplit('.').next().unwrap_or(path);
        match self.format {
            Format::Toml => format!("{key} = {value}"),
            Format::Yaml => format!("{key}: {value}"),
        }
    }

    /// Complains that a value has the wrong type.
    pub(super) fn wrong(&mut self, path: &str, node: &Node, wanted: Wanted) {
        let message = format!("`{path}` must be {}, not {}", wanted.what, node.kind_name());
        let help = format!("write it as `{}`", self.pair(path, wanted.example));
        self.report(self.type_rule, node.span.clone(), message).help = Some(help);
    }

    /// A scalar as it stands in the source; text without its quotes.
    pub(super) fn written(&self, node: &Node) -> Option<String> {
        match &node.kind {
            Kind::Text(text) | Kind::Date(text) => Some(text.clone()),
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) => {
                Some(self.source.text[node.span.clone()].trim().to_owned())
            }
            Kind::Null | Kind::List(_) | Kind::Table(_) => None,
        }
    }

    /// Text.
    pub(super) fn text(
        &mut self,
        path: &str,
        node: &Node,
        example: &'static str,
    ) -> Option<String> {
        let wanted = Wanted {
            what: "text",
            example,
        };
        match &node.kind {
            Kind::Null => None,
            Kind::Text(text) => Some(text.clone()),
            Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Date(_) if self.lenient => {
                self.written(node)
            }
            _ => {
                self.wrong(path, node, wanted);
                None
            }
        }
    }

    /// A truth value. YAML's old words `yes`, `no`, `on` and `off` will do.
    pub(super) fn boolean(&mut self, path: &str, node: &Node) -> Option<bool> {
        let bare = self.source.text[node.span.clone()].to_lowercase();
        match (&node.kind, self.format, bare.as_str()) {
            (Kind::Null, ..) => return None,
            (Kind::Bool(value), ..) => return Some(*value),
            (Kind::Text(_), Format::Yaml, "yes" | "on") => return Some(true),
            (Kind::Text(_), Format::Yaml, "no" | "off") => return Some(false),
            _ => {}
        }
        let example = match bare.trim_matches(['"', '\'']) {
            "false" | "no" | "off" | "0" => "false",
            _ => "true",
        };
        let wanted = Wanted {
            what: "`true` or `false`",
            example,
        };
        self.wrong(path, node, wanted);
        None
    }

    /// A whole number.
    pub(super) fn whole(&mut self, path: &str, node: &Node, example: &'static str) -> Option<i64> {
        match &node.kind {
            Kind::Null => None,
            Kind::Int(number) => Some(*number),
            _ => {
                let wanted = Wanted {
                    what: "a whole number",
                    example,
                };
                self.wrong(path, node, wanted);
                None
            }
        }
    }

    /// A whole number from 0 to `most`.
    pub(super) fn count(
        &mut self,
        path: &str,
        node: &Node,
        most: u32,
        example: &'static str,
    ) -> Option<u32> {
        let number = self.whole(path, node, example)?;
        let fits = u32::try_from(number).ok().filter(|count| *count <= most);
        if fits.is_none() {
            let message = format!("`{path}` must be from 0 to {most}, not {number}");
            self.report(self.type_rule, node.span.clone(), message);
        }
        fits
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        path: &str,
        node: &Node,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let words: Vec<String> = choices
            .iter()
            .map(|(word, _)| format!("`\"{word}\"`"))
            .collect();
        let (last, others) = words.split_last()?;
        let listed = format!("{} or {last}", others.join(", "));
        let Kind::Text(text) = &node.kind else {
            let message = format!("`{path}` must be {listed}, not {}", node.kind_name());
            self.report(self.type_rule, node.span.clone(), message);
            return None;
        };
        if let Some((_, value)) = choices.iter().find(|(word, _)| word == text) {
            return Some(*value);
        }
        let message = format!("`{path}` must be {listed}, not `\"{text}\"`");
        let near = did_you_mean(text, choices.iter().map(|(word, _)| *word));
        let found = self.report(self.type_rule, node.span.clone(), message);
        *found = found.clone().did_you_mean(near);
        None
    }

    /// A list of texts, or a single one.
    pub(super) fn texts(
        &mut self,
        path: &str,
        node: &Node,
        example: &'static str,
    ) -> Vec<(String, Range<usize>)> {
        match &node.kind {
            Kind::Null => Vec::new(),
            Kind::List(items) => items
                .iter()
                .filter_map(|item| {
                    let wanted = Wanted {
                        what: "a list of texts",
                        example,
                    };
                    let text = match &item.kind {
                        Kind::Text(text) => Some(text.clone()),
                        _ if self.lenient => self.written(item),
                        _ => None,
                    };
                    if text.is_none() && item.kind != Kind::Null {
                        let message = format!(
                            "`{path}` must be {}; this item is {}",
                            wanted.what,
                            item.kind_name()
                        );
                        let help = format!("write it as `{}`", self.pair(path, wanted.example));
                        self.report(self.type_rule, item.span.clone(), message).help = Some(help);
                    }
                    Some((text?, item.span.clone()))
                })
                .collect(),
            kind if matches!(kind, Kind::Table(_))
                || !self.lenient && !matches!(kind, Kind::Text(_)) =>
            {
                let wanted = Wanted {
                    what: "a list of texts",
                    example,
                };
                self.wrong(path, node, wanted);
                Vec::new()
            }
            _ => {
                let text = self.text(path, node, example);
                text.map(|text| (text, node.span.clone()))
                    .into_iter()
                    .collect()
            }
        }
    }

    /// A table's entries.
    pub(super) fn table<'n>(&mut self, path: &str, node: &'n Node) -> Option<&'n [Entry]> {
        match &node.kind {
            Kind::Null => None,
            Kind::Table(entries) => Some(entries),
            _ => {
                let message = format!("`{path}` must be a table, not {}", node.kind_name());
                let help = match self.format {
                    Format::Toml => format!("write a line `[{path}]` and its keys below it"),
                    Format::Yaml => format!("write `{path}:` and its keys below it, indented"),
                };
                self.report(self.type_rule, node.span.clone(), message).help = Some(help);
                None
            }
        }
    }

    /// A list of tables.
    pub(super) fn tables<'n>(
        &mut self,
        path: &str,
        node: &'n Node,
    ) -> Option<Vec<(&'n [Entry], Range<usize>)>> {
        let mut tables = Vec::new();
        let items = match &node.kind {
            Kind::List(items) => items,
            _ => {
                let message = format!(
                    "`{path}` must be a list of tables, not {}",
                    node.kind_name()
                );
                let help =
                    format!("write `[[{path}]]` and the keys of one table below it, once for each");
                self.report(self.type_rule, node.span.clone(), message).help = Some(help);
                return None;
            }
        };
        for item in items {
            match &item.kind {
                Kind::Table(entries) => tables.push((entries.as_slice(), item.span.clone())),
                _ => {
                    let message = format!(
                        "`{path}` must be a list of tables; this item is {}",
                        item.kind_name()
                    );
                    self.report(self.type_rule, item.span.clone(), message);
                }
            }
        }
        Some(tables)
    }
}
