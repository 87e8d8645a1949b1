//! YAML as a tree of nodes: one document, plain data, no surprises.
//!
//! Scalars are read by YAML 1.2's core schema, except that a number with
//! leading zeros stays text and a date is a date. Aliases and merge keys are
//! followed, within bounds: a few lines cannot become gigabytes.

use std::collections::HashMap;
use std::ops::Range;

use serde_saphyr::granit_parser::{
    Event, Parser, ScalarStyle, ScanError, Span, StrInput, StructureStyle, options,
};

use super::recover::{Draft, MOST_ERRORS, split_key};
use super::{Document, Entry, Kind, MOST_DEPTH, Node, too_deep, yaml_scalar, yaml_words};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;

/// Nodes that aliases may add to a document.
const MOST_ALIASED: usize = 20_000;

/// Parses a part of a source as YAML.
pub(super) fn parse(source: &Source<'_>, range: Range<usize>, rule: Rule) -> Document {
    let offset = range.start;
    let mut draft = Draft::new(&source.text[range], starts_statement);
    let mut diagnostics = Vec::new();
    let mut recovered = true;
    while recovered {
        let mut builder = Builder::new(source, offset, draft.text(), rule);
        let (failure, openers) = match builder.document() {
            Ok(root) => {
                diagnostics.append(&mut builder.diagnostics);
                return Document {
                    root,
                    diagnostics,
                    bad_dates: Vec::new(),
                };
            }
            Err(failure) => (failure, std::mem::take(&mut builder.openers)),
        };
        let mistake = yaml_words::explain(source, offset, draft.text(), &failure, &openers, rule);
        diagnostics.push(mistake.diagnostic);
        recovered = diagnostics.len() < MOST_ERRORS && draft.blank(mistake.from, mistake.through);
    }
    Document {
        root: None,
        diagnostics,
        bad_dates: Vec::new(),
    }
}

/// Whether a line begins an entry of the outermost table or list.
pub(super) fn starts_statement(line: &str) -> bool {
    let is_key = split_key(line, ':')
        .is_some_and(|(_, value)| value.is_empty() || value.starts_with([' ', '\t', '\r']));
    !line.starts_with([' ', '\t']) && (is_key || line.starts_with("- "))
}

type Next<'i> = (Event<'i>, Span);

struct Builder<'s, 't, 'i> {
    source: &'s Source<'t>,
    offset: usize,
    rule: Rule,
    events: Parser<'i, StrInput<'i>>,
    anchors: HashMap<usize, Anchored>,
    aliased: usize,
    /// Whether the complaint about too much of that was made.
    told_size: bool,
    /// Flow lists and tables that are open, by where they begin.
    openers: Vec<usize>,
    diagnostics: Vec<Diagnostic>,
}

struct Anchored {
    node: Node,
    size: usize,
    height: usize,
}

impl<'s, 't, 'i> Builder<'s, 't, 'i> {
    fn new(source: &'s Source<'t>, offset: usize, text: &'i str, rule: Rule) -> Self {
        let options = options! {
            emit_comments: false,
            emit_unresolved_aliases: true,
            flow_nesting_limit: MOST_DEPTH,
            block_nesting_limit: MOST_DEPTH,
        };
        Self {
            source,
            offset,
            rule,
            events: Parser::new_from_str_with_options(text, options),
            anchors: HashMap::new(),
            aliased: 0,
            told_size: false,
            openers: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    fn next(&mut self) -> Result<Option<Next<'i>>, ScanError> {
        self.events.next().transpose()
    }

    fn span(&self, span: &Span) -> Range<usize> {
        let range = span.byte_range().unwrap_or(0..0);
        self.offset + range.start..self.offset + range.end.max(range.start)
    }

    fn complain(&mut self, span: Range<usize>, message: &str, help: &str) {
        let diagnostic = Diagnostic::at(self.rule, self.source, span, message).help(help);
        self.diagnostics.push(diagnostic);
    }

    fn document(&mut self) -> Result<Option<Node>, ScanError> {
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            if event.is_node() {
                if root.is_some() {
                    let span = self.span(&span);
                    self.complain(
                        span,
                        "a second YAML document begins here",
                        "keep one document a file: remove the `---` between them",
                    );
                    return Ok(root);
                }
                root = Some(self.node(event, &span, 0)?);
            }
        }
        Ok(root)
    }

    fn node(&mut self, event: Event<'i>, span: &Span, depth: usize) -> Result<Node, ScanError> {
        let start = self.span(span);
        let is_text = event
            .tag()
            .is_some_and(|tag| tag.is_yaml_core_schema_tag("str"));
        let anchor = event.anchor_id();
        let node = match event {
            Event::Alias(id) => return Ok(self.alias(id, start, depth)),
            Event::UnresolvedAlias(name) => {
                let help = format!("put the value in quotes: {}", code(&format!("*{name}")));
                let message = "a value cannot begin with `*` unless it stands in quotes";
                self.complain(start.clone(), message, &help);
                Node {
                    span: start,
                    kind: Kind::Null,
                }
            }
            Event::Scalar(text, style, ..) => Node {
                kind: if style == ScalarStyle::Plain && !is_text {
                    yaml_scalar::plain(&text, start.is_empty())
                } else {
                    Kind::Text(text.into_owned())
                },
                span: start,
            },
            Event::SequenceStart(style, ..) => self.list(style, start, depth)?,
            Event::MappingStart(style, ..) => self.table(style, start, depth)?,
            _ => Node {
                span: start,
                kind: Kind::Null,
            },
        };
        if let Some(id) = anchor {
            let (size, height) = measure(&node);
            let anchored = Anchored {
                node: node.clone(),
                size,
                height,
            };
            self.anchors.insert(id, anchored);
        }
        Ok(node)
    }

    /// A copy of the anchored node, if that is neither too much nor too deep.
    fn alias(&mut self, id: usize, span: Range<usize>, depth: usize) -> Node {
        let message = match self.anchors.get(&id) {
            // The node is still being read: it would hold itself.
            None => "this alias stands inside the value that it names",
            Some(anchored) if depth + anchored.height > MOST_DEPTH => {
                "aliases nest lists and tables too deeply here"
            }
            Some(anchored) if self.aliased + anchored.size > MOST_ALIASED => {
                if std::mem::replace(&mut self.told_size, true) {
                    return Node {
                        span,
                        kind: Kind::Null,
                    };
                }
                "aliases make this document far larger than it is written"
            }
            Some(anchored) => {
                self.aliased += anchored.size;
                return anchored.node.clone();
            }
        };
        self.complain(span.clone(), message, "write the value out instead");
        Node {
            span,
            kind: Kind::Null,
        }
    }

    fn list(
        &mut self,
        style: StructureStyle,
        mut span: Range<usize>,
        depth: usize,
    ) -> Result<Node, ScanError> {
        self.open(style, &span);
        let mut items = Vec::new();
        while let Some((event, at)) = self.next()? {
            if event == Event::SequenceEnd {
                self.close(style, &mut span, &at);
                break;
            }
            let item = self.node(event, &at, depth + 1)?;
            span.end = span.end.max(item.span.end);
            items.push(item);
        }
        Ok(Node {
            span,
            kind: Kind::List(items),
        })
    }

    fn table(
        &mut self,
        style: StructureStyle,
        mut span: Range<usize>,
        depth: usize,
    ) -> Result<Node, ScanError> {
        self.open(style, &span);
        if depth >= MOST_DEPTH {
            let diagnostic = too_deep(self.source, span.clone(), self.rule);
            self.diagnostics.push(diagnostic);
        }
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Vec<Entry> = Vec::new();
        // Where each key stood first, so that large tables stay cheap.
        let mut seen: HashMap<String, Range<usize>> = HashMap::new();
        let mut spoilt = false;
        while let Some((event, at)) = self.next()? {
            if event == Event::MappingEnd {
                self.close(style, &mut span, &at);
                break;
            }
            let is_merge =
                matches!(&event, Event::Scalar(text, ScalarStyle::Plain, ..) if text == "<<");
            let key_span = self.span(&at);
            let key = self.key(event, &at, depth)?;
            let Some((event, at)) = self.next()? else {
                break;
            };
            let value = self.node(event, &at, depth + 1)?;
            span.end = span.end.max(value.span.end);
            let Some(key) = key else {
                spoilt = true;
                continue;
            };
            if is_merge {
                self.merge(value, &mut merged);
                continue;
            }
            if let Some(first) = seen.get(&key) {
                let message = format!("`{key}` stands twice in the same table");
                let diagnostic = Diagnostic::at(Rule::DuplicateKey, self.source, key_span, message)
                    .help("keep one of the two")
                    .related(self.source.place(first.clone()), "it stands here first");
                self.diagnostics.push(diagnostic);
                continue;
            }
            seen.insert(key.clone(), key_span.clone());
            entries.push(Entry {
                key,
                key_span,
                value,
            });
        }
        // What the table says itself goes before what it merges.
        for entry in merged {
            if !seen.contains_key(&entry.key) {
                seen.insert(entry.key.clone(), entry.key_span.clone());
                entries.push(entry);
            }
        }
        // One complaint is enough: nobody shall find the table's type wrong too.
        let kind = if spoilt {
            Kind::Null
        } else {
            Kind::Table(entries)
        };
        Ok(Node { span, kind })
    }

    fn key(
        &mut self,
        event: Event<'i>,
        at: &Span,
        depth: usize,
    ) -> Result<Option<String>, ScanError> {
        let span = self.span(at);
        if let Event::Scalar(text, ..) = &event
            && !span.is_empty()
        {
            return Ok(Some(text.to_string()));
        }
        let node = self.node(event, at, depth + 1)?;
        if let Kind::Text(text) = node.kind {
            return Ok(Some(text));
        }
        let braces = self.source.text[..span.start].ends_with('{');
        let help = if braces {
            "a value that begins with `{{` must stand in quotes"
        } else {
            "write `key: value`; put a key with special characters in quotes"
        };
        self.complain(span, "a key must be plain text", help);
        Ok(None)
    }

    fn merge(&mut self, value: Node, merged: &mut Vec<Entry>) {
        match value.kind {
            Kind::Table(entries) => merged.extend(entries),
            Kind::List(items) if items.iter().all(|i| matches!(i.kind, Kind::Table(_))) => {
                for item in items {
                    self.merge(item, merged);
                }
            }
            _ => self.complain(
                value.span,
                "`<<` merges tables, and this is none",
                "name a table with an alias: `<<: *defaults`",
            ),
        }
    }

    fn open(&mut self, style: StructureStyle, span: &Range<usize>) {
        if style == StructureStyle::Flow {
            self.openers.push(span.start - self.offset);
        }
    }

    fn close(&mut self, style: StructureStyle, span: &mut Range<usize>, at: &Span) {
        if style == StructureStyle::Flow {
            self.openers.pop();
            span.end = self.span(at).end;
        }
    }
}

fn code(text: &str) -> String {
    format!("`{}`", super::quoted(text))
}

/// Nodes in a node, itself among them, and levels of them.
fn measure(node: &Node) -> (usize, usize) {
    let sum = |(size, height): (usize, usize), child: &Node| {
        let (more, below) = measure(child);
        (size + more, height.max(below + 1))
    };
    match &node.kind {
        Kind::List(items) => items.iter().fold((1, 1), sum),
        Kind::Table(entries) => entries.iter().map(|e| &e.value).fold((1, 1), sum),
        _ => (1, 1),
    }
}
