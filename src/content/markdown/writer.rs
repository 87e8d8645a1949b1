//! Writing the HTML of a body.
//!
//! One pass over the pieces, with a stack of open elements instead of
//! recursion, so that no nesting is too deep. An element whose content is
//! needed before it can be written (for a hook, for cleaning, for a call) is
//! collected in a [`Frame`]; every other is written where it stands.

mod blocks;
mod inlines;
mod raw;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::calls::Call;
use super::document::Document;
use super::pieces::Piece;
use super::sanitize::{self, Content};
use super::surroundings::TemplateFailure;
use super::{Rendered, Surroundings};
use crate::content::config::{MarkdownOptions, RawHtml};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;

/// What the writer needs and does not change.
pub(super) struct Input<'w, 'a> {
    /// The source.
    pub source: &'w Source<'w>,
    /// Where the body begins in it.
    pub base: usize,
    /// The calls of the body.
    pub calls: &'w [Call],
    /// The body.
    pub document: &'w Document<'a>,
    /// The switches.
    pub options: &'w MarkdownOptions,
    /// Everything outside the body.
    pub around: &'w dyn Surroundings,
}

/// Writes a document.
pub(super) fn write(input: &Input<'_, '_>) -> Rendered {
    let mut writer = Writer::new(input);
    let pieces = &input.document.pieces;
    let mut index = 0;
    while let Some((piece, range)) = pieces.get(index) {
        index += writer.piece(index, piece, range);
    }
    writer.finish()
}

/// Content that is being collected.
struct Frame {
    html: String,
    /// Where the content is to be cleaned: what came before `html`.
    content: Option<Vec<Content>>,
    /// Whether what stands before the frame ends a line.
    fresh: bool,
}

/// An open element.
struct Open<'w> {
    framed: bool,
    block: bool,
    opening: String,
    closing: String,
    role: Role<'w>,
    range: Range<usize>,
}

/// What is done with an element's content.
enum Role<'w> {
    /// It stands between the opening and the closing tag.
    Plain,
    /// A heading for the site's own template.
    Heading(&'w super::Heading),
    /// A link for the site's own template: target, title.
    Link(String, &'w str),
    /// An admonition for the site's own template: kind, heading.
    Admonition(&'static str, &'w str),
    /// The body of a call.
    Call(usize),
    /// A footnote of that number.
    Footnote(usize),
    /// Left out.
    Nothing,
}

/// State of a table.
struct Table<'w> {
    alignments: &'w [pulldown_cmark::Alignment],
    column: usize,
    head: bool,
    rows: bool,
}

struct Writer<'w, 'a> {
    input: &'w Input<'w, 'a>,
    frames: Vec<Frame>,
    open: Vec<Open<'w>>,
    tables: Vec<Table<'w>>,
    /// Of every opening piece, whether raw HTML to be cleaned stands in it.
    raw: Vec<bool>,
    footnotes: BTreeMap<usize, String>,
    /// References to each footnote so far.
    references: BTreeMap<usize, usize>,
    images: usize,
    /// Whether the site's own templates for elements exist.
    hooks: Hooks,
    /// Unknown shortcodes that were reported.
    unknown: BTreeSet<&'w str>,
    diagnostics: Vec<Diagnostic>,
}

struct Hooks {
    image: bool,
    link: bool,
    heading: bool,
    code: bool,
    admonition: bool,
}

impl<'w, 'a> Writer<'w, 'a> {
    fn new(input: &'w Input<'w, 'a>) -> Self {
        let has = |template| input.around.has_hook(template);
        let (raw, root) = raw_flags(input);
        Self {
            input,
            frames: vec![Frame {
                html: String::new(),
                content: root.then(Vec::new),
                fresh: true,
            }],
            open: Vec::new(),
            tables: Vec::new(),
            raw,
            footnotes: BTreeMap::new(),
            references: BTreeMap::new(),
            images: 0,
            hooks: Hooks {
                image: has("hooks/image.html"),
                link: has("hooks/link.html"),
                heading: has("hooks/heading.html"),
                code: has("hooks/code.html"),
                admonition: has("hooks/admonition.html"),
            },
            unknown: BTreeSet::new(),
            diagnostics: input.document.diagnostics.clone(),
        }
    }

    /// Writes a piece; returns how many pieces that took.
    fn piece(&mut self, index: usize, piece: &'w Piece<'a>, range: &Range<usize>) -> usize {
        match piece {
            Piece::Start(tag) => return self.start(index, tag, range),
            Piece::End(tag) => self.end(*tag),
            Piece::Text(text) => self.text(text),
            Piece::Code(code) => {
                let mut html = String::from("<code>");
                super::escape::push_text(&mut html, code);
                html.push_str("</code>");
                self.put(false, &html);
            }
            Piece::CodeBlock(info, code) => self.code_block(info.as_deref(), code, range),
            Piece::Image { target, title, alt } => {
                let html = self.image(target, title, alt, range, false);
                self.put(false, &html);
            }
            Piece::Html(raw) => self.raw_html(raw),
            Piece::SoftBreak => self.top().html.push('\n'),
            Piece::HardBreak => self.put(false, "<br />\n"),
            Piece::Rule => self.put(true, "<hr />\n"),
            Piece::Footnote(name) => self.footnote_reference(name),
            Piece::Task(done) => self.put(
                false,
                if *done {
                    "<input type=\"checkbox\" checked disabled aria-label=\"Done\"> "
                } else {
                    "<input type=\"checkbox\" disabled aria-label=\"To do\"> "
                },
            ),
            Piece::Call(call) => self.call(*call, None),
            Piece::CallStart(call) => {
                let role = Role::Call(*call);
                self.enter(index, true, String::new(), String::new(), role, range);
            }
            Piece::CallEnd(_) | Piece::TitleEnd | Piece::AdmonitionEnd => self.leave(),
            Piece::Literal(call) => self.literal(*call),
            Piece::AdmonitionStart(kind, title) => self.admonition(index, kind, title, range),
            Piece::TitleStart => self.admonition_title(index, range),
        }
        1
    }

    fn top(&mut self) -> &mut Frame {
        if self.frames.is_empty() {
            // Every element closes its own frame alone, so the root's stays.
            self.frames.push(Frame {
                html: String::new(),
                content: None,
                fresh: true,
            });
        }
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    /// Writes escaped text.
    fn text(&mut self, text: &str) {
        super::escape::push_text(&mut self.top().html, text);
    }

    /// Begins a new line unless one has just begun.
    fn fresh_line(&mut self) {
        self.top().fresh_line();
    }

    /// Writes our own markup.
    fn put(&mut self, block: bool, html: &str) {
        let frame = self.top();
        if block {
            frame.fresh_line();
        }
        match &mut frame.content {
            None => frame.html.push_str(html),
            Some(content) => {
                content.push(Content::Text(std::mem::take(&mut frame.html)));
                content.push(Content::Own(html.to_owned()));
                frame.fresh = html.ends_with('\n');
            }
        }
    }

    /// Opens an element.
    fn enter(
        &mut self,
        index: usize,
        block: bool,
        opening: String,
        closing: String,
        role: Role<'w>,
        range: &Range<usize>,
    ) {
        let raw = self.raw.get(index).copied().unwrap_or_default();
        let framed = raw || !matches!(role, Role::Plain) || self.top().content.is_some();
        let mut open = Open {
            framed,
            block,
            opening,
            closing,
            role,
            range: range.clone(),
        };
        if framed {
            self.frames.push(Frame {
                html: String::new(),
                content: raw.then(Vec::new),
                fresh: open.opening.is_empty() || open.opening.ends_with('\n'),
            });
        } else {
            if block {
                self.fresh_line();
            }
            self.top().html.push_str(&std::mem::take(&mut open.opening));
        }
        self.open.push(open);
    }

    /// Closes the innermost element.
    fn leave(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if !open.framed {
            self.top().html.push_str(&open.closing);
            return;
        }
        let inner = self.frames.pop().map(Frame::finish).unwrap_or_default();
        let html = match open.role {
            Role::Plain => open.opening + &inner + &open.closing,
            Role::Nothing => return,
            Role::Footnote(number) => {
                self.footnotes.insert(number, inner);
                return;
            }
            Role::Call(call) => return self.call(call, Some(&inner)),
            Role::Heading(heading) => {
                let own = open.opening + &inner + &open.closing;
                self.hooked_heading(heading, &inner, own, &open.range)
            }
            Role::Link(href, title) => self.hooked_link(&href, title, &inner, &open.range),
            Role::Admonition(kind, title) => {
                self.hooked_admonition(kind, title, &inner, &open.range)
            }
        };
        self.put(open.block, &html);
    }

    fn source_range(&self, range: &Range<usize>) -> Range<usize> {
        self.input.base + range.start..self.input.base + range.end
    }

    /// Reports a finding at a range of the body.
    fn report(&mut self, rule: Rule, range: &Range<usize>, message: String, help: Option<String>) {
        let place = self.source_range(range);
        let mut finding = Diagnostic::at(rule, self.input.source, place, message);
        finding.help = help;
        self.diagnostics.push(finding);
    }

    /// Reports what a template could not do for the element at a range.
    fn report_failure(
        &mut self,
        rule: Rule,
        range: &Range<usize>,
        message: String,
        failure: TemplateFailure,
    ) {
        self.report(rule, range, format!("{message}: {}", failure.message), None);
        if let (Some(place), Some(finding)) = (failure.place, self.diagnostics.last_mut()) {
            let related = finding.clone().related(place, "it fails here");
            *finding = related;
        }
    }

    fn finish(mut self) -> Rendered {
        while !self.open.is_empty() {
            self.leave();
        }
        let notes = self.footnote_section();
        let mut html = self.frames.pop().map(Frame::finish).unwrap_or_default();
        html.push_str(&notes);
        let mut diagnostics = self.diagnostics;
        crate::ground::diagnostic::sort(&mut diagnostics);
        Rendered { html, diagnostics }
    }
}

impl Frame {
    fn fresh_line(&mut self) {
        let fresh = if self.html.is_empty() {
            self.fresh
        } else {
            self.html.ends_with('\n')
        };
        if !fresh {
            self.html.push('\n');
        }
    }

    fn finish(self) -> String {
        match self.content {
            None => self.html,
            Some(mut content) => {
                content.push(Content::Text(self.html));
                sanitize::clean(&content)
            }
        }
    }
}

/// Of every piece, whether raw HTML that must be cleaned stands directly in
/// it, and whether any stands in none.
fn raw_flags(input: &Input<'_, '_>) -> (Vec<bool>, bool) {
    let pieces = &input.document.pieces;
    let mut raw = Vec::new();
    let mut root = false;
    if input.options.raw_html != RawHtml::Sanitize
        || !pieces
            .iter()
            .any(|(piece, _)| matches!(piece, Piece::Html(_)))
    {
        return (raw, root);
    }
    raw.resize(pieces.len(), false);
    let mut stack = Vec::new();
    for (index, (piece, _)) in pieces.iter().enumerate() {
        if matches!(piece, Piece::Html(_)) {
            match stack.last() {
                Some(&parent) => raw[parent] = true,
                None => root = true,
            }
        } else if piece.opens() {
            stack.push(index);
        } else if piece.closes() {
            stack.pop();
        }
    }
    (raw, root)
}
