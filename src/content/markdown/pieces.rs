//! The pieces of a body: the parser's events, put into the shape that both
//! [`super::analyse`] and [`super::render`] read.
//!
//! Code blocks, images and blocks of raw HTML are one piece each, adjacent
//! text is merged, and shortcode calls stand where they were written.
//! Ranges are byte ranges of the body.

use std::borrow::Cow;
use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::calls::{Call, Role};
use crate::content::config::MarkdownOptions;

/// One piece.
#[derive(Clone, Debug)]
pub(super) enum Piece<'a> {
    /// An element opens.
    Start(Tag<'a>),
    /// An element closes.
    End(TagEnd),
    /// Text.
    Text(CowStr<'a>),
    /// Code in running text.
    Code(CowStr<'a>),
    /// A code block: its info string, `None` for indented code, and its code.
    CodeBlock(Option<CowStr<'a>>, String),
    /// An image.
    Image {
        /// The target.
        target: CowStr<'a>,
        /// The title; empty if there is none.
        title: CowStr<'a>,
        /// Plain text of its description.
        alt: String,
    },
    /// Raw HTML.
    Html(RawHtml<'a>),
    /// A line break in the source.
    SoftBreak,
    /// A line break.
    HardBreak,
    /// A thematic break.
    Rule,
    /// A reference to a footnote.
    Footnote(CowStr<'a>),
    /// The box of a task, and whether the task is done.
    Task(bool),
    /// A call without a body: its index.
    Call(usize),
    /// A call with a body opens: its index.
    CallStart(usize),
    /// A call with a body ends: the index of its opening.
    CallEnd(usize),
    /// What looks like a call and is shown as text: its index.
    Literal(usize),
    /// An admonition opens: its kind, and its heading in plain text.
    AdmonitionStart(&'static str, String),
    /// The heading of an admonition opens.
    TitleStart,
    /// The heading of an admonition ends.
    TitleEnd,
    /// An admonition ends.
    AdmonitionEnd,
}

/// Raw HTML.
#[derive(Clone, Debug)]
pub(super) struct RawHtml<'a> {
    /// The HTML.
    pub html: Cow<'a, str>,
    /// Whether it is a block.
    pub block: bool,
    /// Where the lines of `html` begin: offset in `html`, offset in the body.
    lines: Vec<(usize, usize)>,
}

impl RawHtml<'_> {
    /// The place in the body of a range of the HTML.
    pub(super) fn place(&self, range: Range<usize>) -> Range<usize> {
        let line = self.lines.partition_point(|(at, _)| *at <= range.start);
        let (at, from) = self.lines[line.saturating_sub(1)];
        let start = from + (range.start - at);
        start..start + range.len()
    }
}

/// A piece and where it stands in the body.
pub(super) type Placed<'a> = (Piece<'a>, Range<usize>);

impl Piece<'_> {
    /// Whether pieces up to a closing one are inside this one.
    pub(super) fn opens(&self) -> bool {
        matches!(
            self,
            Piece::Start(_) | Piece::CallStart(_) | Piece::AdmonitionStart(..) | Piece::TitleStart
        )
    }

    /// Whether this piece ends an opening one.
    pub(super) fn closes(&self) -> bool {
        matches!(
            self,
            Piece::End(_) | Piece::CallEnd(_) | Piece::AdmonitionEnd | Piece::TitleEnd
        )
    }
}

/// The parser's options for the switches of a site.
pub(super) fn parser_options(options: &MarkdownOptions) -> Options {
    let mut out = Options::empty();
    out.set(Options::ENABLE_TABLES, options.tables);
    out.set(Options::ENABLE_TASKLISTS, options.task_lists);
    out.set(Options::ENABLE_FOOTNOTES, options.footnotes);
    out.set(Options::ENABLE_STRIKETHROUGH, options.strikethrough);
    out.set(Options::ENABLE_DEFINITION_LIST, options.definition_lists);
    out.set(
        Options::ENABLE_HEADING_ATTRIBUTES,
        options.heading_attributes,
    );
    out.set(Options::ENABLE_SMART_PUNCTUATION, options.smart_punctuation);
    out
}

/// Reads a text whose calls are hidden. Returns the pieces and, of every call,
/// whether it was met.
pub(super) fn read<'a>(
    text: &'a str,
    options: Options,
    calls: &[Call],
) -> (Vec<Placed<'a>>, Vec<bool>) {
    let mut reader = Reader {
        calls,
        pieces: Vec::new(),
        met: vec![false; calls.len()],
    };
    let mut events = Parser::new_ext(text, options).into_offset_iter();
    while let Some((event, range)) = events.next() {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let mut code = String::new();
                for (event, _) in events.by_ref() {
                    match event {
                        Event::Text(text) => code.push_str(&text),
                        Event::End(TagEnd::CodeBlock) => break,
                        _ => {}
                    }
                }
                let info = match kind {
                    CodeBlockKind::Fenced(info) => Some(info),
                    CodeBlockKind::Indented => None,
                };
                reader.push(Piece::CodeBlock(info, code), range);
            }
            Event::Start(Tag::Image {
                dest_url, title, ..
            }) => {
                let alt = alt_text(&mut events);
                reader.push(
                    Piece::Image {
                        target: dest_url,
                        title,
                        alt,
                    },
                    range,
                );
            }
            Event::Start(Tag::HtmlBlock) => {
                let mut block = Vec::new();
                for (event, range) in events.by_ref() {
                    match event {
                        Event::Html(html) | Event::Text(html) => block.push((html, range)),
                        Event::End(TagEnd::HtmlBlock) => break,
                        _ => {}
                    }
                }
                reader.html(block, true);
            }
            Event::Html(html) | Event::InlineHtml(html) => {
                reader.html(vec![(html, range)], false);
            }
            event => {
                if let Some(piece) = simple(event) {
                    reader.push(piece, range);
                }
            }
        }
    }
    (reader.pieces, reader.met)
}

fn simple(event: Event<'_>) -> Option<Piece<'_>> {
    Some(match event {
        Event::Start(Tag::Link {
            link_type: LinkType::Email,
            dest_url,
            title,
            id,
        }) => Piece::Start(Tag::Link {
            link_type: LinkType::Email,
            dest_url: format!("mailto:{dest_url}").into(),
            title,
            id,
        }),
        Event::Start(tag) => Piece::Start(tag),
        Event::End(tag) => Piece::End(tag),
        Event::Text(text) => Piece::Text(text),
        Event::Code(text) => Piece::Code(text),
        Event::SoftBreak => Piece::SoftBreak,
        Event::HardBreak => Piece::HardBreak,
        Event::Rule => Piece::Rule,
        Event::FootnoteReference(name) => Piece::Footnote(name),
        Event::TaskListMarker(done) => Piece::Task(done),
        // Math is never switched on; raw HTML is taken by the caller.
        Event::InlineMath(_) | Event::DisplayMath(_) | Event::Html(_) | Event::InlineHtml(_) => {
            return None;
        }
    })
}

/// Reads to the end of an image; returns its description in plain text.
fn alt_text<'a>(events: &mut impl Iterator<Item = (Event<'a>, Range<usize>)>) -> String {
    let mut alt = String::new();
    let mut depth = 0_usize;
    for (event, _) in events {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) if depth == 0 => break,
            Event::End(_) => depth -= 1,
            Event::Text(text) | Event::Code(text) => alt.push_str(&text),
            Event::SoftBreak | Event::HardBreak => alt.push(' '),
            _ => {}
        }
    }
    alt
}

struct Reader<'a, 'c> {
    calls: &'c [Call],
    pieces: Vec<Placed<'a>>,
    met: Vec<bool>,
}

impl<'a> Reader<'a, '_> {
    fn push(&mut self, piece: Piece<'a>, range: Range<usize>) {
        if let Piece::Text(text) = &piece
            && let Some((Piece::Text(last), place)) = self.pieces.last_mut()
        {
            let mut merged = std::mem::replace(last, CowStr::Borrowed("")).into_string();
            merged.push_str(text);
            *last = merged.into();
            place.end = range.end;
            return;
        }
        self.pieces.push((piece, range));
    }

    /// Takes raw HTML, line by line, and finds the calls in it.
    fn html(&mut self, lines: Vec<(CowStr<'a>, Range<usize>)>, block: bool) {
        let mut html = RawHtml {
            html: Cow::Borrowed(""),
            block,
            lines: Vec::new(),
        };
        let mut range = 0..0;
        for (text, place) in lines {
            let first = self
                .calls
                .partition_point(|call| call.range.start < place.start);
            let calls = self.calls[first..]
                .iter()
                .enumerate()
                // Where escapes or line ends make a line another length than
                // its source, offsets in it are not to be trusted.
                .take_while(|(_, call)| call.range.end <= place.start + text.len());
            let mut from = 0;
            for (index, call) in calls {
                let start = call.range.start - place.start;
                let before = CowStr::from(text[from..start].to_owned());
                self.add(&mut html, &mut range, before, place.start + from);
                self.flush(&mut html, &mut range);
                self.call(first + index);
                from = start + call.range.len();
            }
            let rest = if from == 0 {
                text
            } else {
                CowStr::from(text[from..].to_owned())
            };
            if from == 0 || !rest.trim().is_empty() {
                self.add(&mut html, &mut range, rest, place.start + from);
            }
        }
        self.flush(&mut html, &mut range);
    }

    fn add(
        &mut self,
        html: &mut RawHtml<'a>,
        range: &mut Range<usize>,
        text: CowStr<'a>,
        from: usize,
    ) {
        if html.lines.is_empty() {
            range.start = from;
        }
        range.end = from + text.len();
        html.lines.push((html.html.len(), from));
        if html.html.is_empty() {
            html.html = match text {
                CowStr::Borrowed(text) => Cow::Borrowed(text),
                text => Cow::Owned(text.into_string()),
            };
        } else {
            html.html.to_mut().push_str(&text);
        }
    }

    fn flush(&mut self, html: &mut RawHtml<'a>, range: &mut Range<usize>) {
        let taken = RawHtml {
            html: std::mem::take(&mut html.html),
            block: html.block,
            lines: std::mem::take(&mut html.lines),
        };
        if !taken.html.is_empty() {
            self.pieces.push((Piece::Html(taken), range.clone()));
        }
    }

    fn call(&mut self, index: usize) {
        self.met[index] = true;
        let call = &self.calls[index];
        let piece = match &call.role {
            Role::Whole(..) => Piece::Call(index),
            Role::Open(..) => Piece::CallStart(index),
            Role::Close => Piece::CallEnd(index),
            Role::Literal(_) => Piece::Literal(index),
        };
        self.pieces.push((piece, call.range.clone()));
    }
}
