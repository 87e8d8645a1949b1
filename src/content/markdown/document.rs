//! A body, read: what [`super::analyse`] and [`super::render`] share, so that
//! an anchor that one reports is an anchor that the other writes.

use std::collections::BTreeSet;
use std::ops::Range;

use super::calls::{Call, Hidden, Role};
use super::footnotes::{self, Footnotes};
use super::headings::{self, Headings};
use super::pieces::{self, Piece, Placed};
use super::raw_html::{Part, parts};
use super::{admonition, autolink, calls, sanitize};
use crate::content::config::{MarkdownOptions, RawHtml};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;

/// A body, read.
pub(super) struct Document<'a> {
    /// The pieces that are shown.
    pub pieces: Vec<Placed<'a>>,
    /// The headings.
    pub headings: Headings,
    /// The footnotes.
    pub footnotes: Footnotes,
    /// Ids of the body beside those of headings.
    pub ids: BTreeSet<String>,
    /// What was found on the way.
    pub diagnostics: Vec<Diagnostic>,
}

/// Hides the calls of a body; the answer is what [`read`] reads.
pub(super) fn hide<'t>(
    source: &Source<'t>,
    body: Range<usize>,
    options: &MarkdownOptions,
) -> Hidden<'t> {
    calls::hide(
        source,
        body,
        pieces::parser_options(options),
        options.shortcodes,
    )
}

/// A range of a text, cut to what the text has.
pub(super) fn clamped(text: &str, range: Range<usize>) -> Range<usize> {
    let floor = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(range.start);
    start..floor(range.end).max(start)
}

/// Reads a body whose calls are hidden.
pub(super) fn read<'a>(
    source: &Source<'_>,
    body: Range<usize>,
    hidden: &'a Hidden<'_>,
    title: Option<&str>,
    options: &MarkdownOptions,
) -> Document<'a> {
    let base = body.start;
    let text: &'a str = &hidden.text;
    let mut diagnostics = hidden.diagnostics.clone();
    let report = |range: &Range<usize>, rule: Rule, message: String| {
        let place = base + range.start..base + range.end;
        Diagnostic::at(rule, source, place, message)
    };
    let (mut pieces, met) = pieces::read(text, pieces::parser_options(options), &hidden.calls);
    for (call, _) in hidden.calls.iter().zip(&met).filter(|(_, met)| !**met) {
        if !matches!(call.role, Role::Literal(_)) {
            let message = "a shortcode call cannot stand here".to_owned();
            diagnostics.push(report(&call.range, Rule::Shortcode, message));
        }
    }
    for opening in demote_torn(&mut pieces, &hidden.calls) {
        let name = match &hidden.calls[opening].role {
            Role::Open(name, ..) => name,
            _ => "",
        };
        let message = format!("`{name}` is opened and closed in different elements");
        diagnostics.push(
            report(&hidden.calls[opening].range, Rule::Shortcode, message).help(
                "put the opening and the closing each on a line of its own, or both into one line",
            ),
        );
    }
    unwrap_lone_calls(&mut pieces);
    if options.admonitions {
        let (marked, unknown) = admonition::mark(pieces, text);
        pieces = marked;
        for unknown in unknown {
            let message = format!(
                "there is no alert `[!{}]`; it stays a quotation",
                unknown.word
            );
            let finding = report(&unknown.range, Rule::UnknownAdmonition, message);
            diagnostics.push(match unknown.meant {
                Some(meant) => {
                    finding.did_you_mean(Some(&format!("[!{}]", meant.to_ascii_uppercase())))
                }
                None => finding.help(format!("there are: {}", admonition::KINDS.join(", "))),
            });
        }
    }
    if options.autolinks {
        pieces = autolink::link(pieces, text);
    }
    let footnotes = footnotes::number(&mut pieces);
    let ids = ids(&pieces, &footnotes, options.raw_html);
    let wanted = headings::Wanted {
        title,
        drop: options.drop_repeated_title,
        anchors: options.heading_anchors,
    };
    let headings = headings::mark(&mut pieces, &wanted, ids.clone());
    Document {
        pieces,
        headings,
        footnotes,
        ids,
        diagnostics,
    }
}

/// Makes text of calls that open in one element and end in another; returns
/// the indices of their openings.
fn demote_torn(pieces: &mut [Placed<'_>], calls: &[Call]) -> Vec<usize> {
    // Of every call with a body: pieces that open and close it, and the
    // element in which each stands.
    let mut stack = vec![usize::MAX];
    let mut starts = vec![None; calls.len()];
    let mut ends = vec![None; calls.len()];
    for (index, (piece, _)) in pieces.iter().enumerate() {
        let parent = stack.last().copied().unwrap_or(usize::MAX);
        match piece {
            Piece::CallStart(call) => starts[*call] = Some((index, parent)),
            Piece::CallEnd(call) => ends[*call] = Some((index, parent)),
            Piece::Start(_) => stack.push(index),
            Piece::End(_) => {
                stack.pop();
            }
            _ => {}
        }
    }
    let mut torn = Vec::new();
    for (opening, call) in calls.iter().enumerate() {
        let Role::Open(_, _, closing) = call.role else {
            continue;
        };
        match (starts[opening], ends[closing]) {
            (Some((_, from)), Some((to, parent))) if from == parent => {
                // From here on, an end names its opening.
                pieces[to].0 = Piece::CallEnd(opening);
            }
            (start, end) => {
                if let Some((start, _)) = start {
                    pieces[start].0 = Piece::Literal(opening);
                }
                if let Some((end, _)) = end {
                    pieces[end].0 = Piece::Literal(closing);
                }
                torn.push(opening);
            }
        }
    }
    torn
}

/// A paragraph that holds nothing but one call is no paragraph.
fn unwrap_lone_calls(pieces: &mut Vec<Placed<'_>>) {
    use pulldown_cmark::{Tag, TagEnd};
    let mut dropped = BTreeSet::new();
    let mut paragraph = None;
    for (index, (piece, _)) in pieces.iter().enumerate() {
        match piece {
            Piece::Start(Tag::Paragraph) => paragraph = Some(index),
            Piece::End(TagEnd::Paragraph) => {
                if let Some(start) = paragraph.take()
                    && is_lone_call(&pieces[start + 1..index])
                {
                    dropped.extend([start, index]);
                }
            }
            _ => {}
        }
    }
    if !dropped.is_empty() {
        let mut index = 0;
        pieces.retain(|_| {
            index += 1;
            !dropped.contains(&(index - 1))
        });
    }
}

fn is_lone_call(inner: &[Placed<'_>]) -> bool {
    match (inner.first(), inner.last()) {
        (Some((Piece::Call(_), _)), _) => inner.len() == 1,
        (Some((Piece::CallStart(start), _)), Some((Piece::CallEnd(end), _))) => start == end,
        _ => false,
    }
}

/// The ids that footnotes and raw HTML have.
fn ids(pieces: &[Placed<'_>], footnotes: &Footnotes, policy: RawHtml) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for number in 1..=footnotes.count() {
        ids.insert(format!("fn-{number}"));
        ids.insert(format!("fnref-{number}"));
    }
    if policy == RawHtml::Escape {
        return ids;
    }
    for (piece, _) in pieces {
        let Piece::Html(raw) = piece else { continue };
        for part in parts(&raw.html) {
            if let Part::Attribute(attribute) = part
                && (attribute.name == "id"
                    || (attribute.name == "name" && attribute.element == "a"))
                && (policy == RawHtml::Allow || sanitize::keeps(&attribute.element))
                && !attribute.value.is_empty()
            {
                ids.insert(attribute.value);
            }
        }
    }
    ids
}
