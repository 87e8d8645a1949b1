//! Admonitions: quotations that begin with `[!WARNING]`.
//!
//! The parser knows GitHub's five kinds alone, takes no heading and leaves the
//! writer's word out, so its own recognition is off and all is done here.

use std::ops::Range;

use pulldown_cmark::{CowStr, Tag, TagEnd};

use super::pieces::{Piece, Placed};
use crate::ground::suggest::did_you_mean;

/// The kinds: five of GitHub, and NOTICE and DANGER.
pub(super) const KINDS: [&str; 7] = [
    "note",
    "tip",
    "important",
    "notice",
    "caution",
    "warning",
    "danger",
];

/// A quotation whose kind does not exist: the marker's place, the word, and
/// the kind that was probably meant.
pub(super) struct Unknown {
    /// Where the marker stands in the body.
    pub range: Range<usize>,
    /// The word as written.
    pub word: String,
    /// The kind that was probably meant.
    pub meant: Option<&'static str>,
}

/// Turns the quotations that are admonitions into such. `text` is the body.
pub(super) fn mark<'a>(pieces: Vec<Placed<'a>>, text: &str) -> (Vec<Placed<'a>>, Vec<Unknown>) {
    let mut unknown = Vec::new();
    let is_quote = |piece: &Placed<'_>| matches!(piece.0, Piece::Start(Tag::BlockQuote(_)));
    if !pieces.iter().any(is_quote) {
        return (pieces, unknown);
    }
    let mut out: Vec<Placed<'a>> = Vec::with_capacity(pieces.len());
    // Of each open quotation, whether it is an admonition.
    let mut open = Vec::new();
    let mut rest = pieces.into_iter().peekable();
    while let Some((piece, range)) = rest.next() {
        match piece {
            Piece::Start(Tag::BlockQuote(kind)) => {
                let paragraph =
                    rest.next_if(|(piece, _)| matches!(piece, Piece::Start(Tag::Paragraph)));
                let marker = match (&paragraph, rest.peek()) {
                    (Some((_, place)), Some((Piece::Text(first), _))) => {
                        marker_at(&text[place.start..], first)
                    }
                    _ => None,
                };
                let known = marker.as_ref().and_then(|marker| {
                    let word = marker.word.to_ascii_lowercase();
                    KINDS.into_iter().find(|kind| *kind == word)
                });
                if let (Some(marker), None, Some((_, place))) = (&marker, known, &paragraph)
                    && marker.alone
                {
                    unknown.push(Unknown {
                        range: place.start..place.start + marker.length,
                        word: marker.word.clone(),
                        meant: did_you_mean(&marker.word, KINDS),
                    });
                }
                open.push(known.is_some());
                match (known, marker, paragraph) {
                    (Some(kind), Some(marker), Some(paragraph)) => {
                        let head = Head {
                            kind,
                            marker,
                            paragraph,
                            range,
                        };
                        admonition(&mut out, &mut rest, head);
                    }
                    (.., paragraph) => {
                        out.push((Piece::Start(Tag::BlockQuote(kind)), range));
                        out.extend(paragraph);
                    }
                }
            }
            Piece::End(TagEnd::BlockQuote(kind)) => {
                let end = if open.pop() == Some(true) {
                    Piece::AdmonitionEnd
                } else {
                    Piece::End(TagEnd::BlockQuote(kind))
                };
                out.push((end, range));
            }
            piece => out.push((piece, range)),
        }
    }
    (out, unknown)
}

struct Marker {
    word: String,
    /// Bytes of `[!WORD]`.
    length: usize,
    /// Whether it stands alone on its line.
    alone: bool,
}

/// The marker at the start of a paragraph. `first` is the paragraph's first
/// text, in which the marker stands too unless it is a link or is escaped.
fn marker_at(source: &str, first: &str) -> Option<Marker> {
    let end = source
        .strip_prefix("[!")?
        .find(|c: char| !c.is_ascii_alphabetic())?;
    let length = end + 3;
    let word = &source[2..2 + end];
    if word.is_empty() || source.as_bytes().get(length - 1) != Some(&b']') {
        return None;
    }
    let line = source[length..]
        .split(['\n', '\r'])
        .next()
        .unwrap_or_default();
    let separate = line.is_empty() || line.starts_with([' ', '\t']);
    (separate && first.starts_with(&source[..length])).then(|| Marker {
        word: word.to_owned(),
        length,
        alone: line.trim().is_empty(),
    })
}

struct Head<'a> {
    kind: &'static str,
    marker: Marker,
    paragraph: Placed<'a>,
    range: Range<usize>,
}

/// Writes an admonition's start, its heading and the start of what follows.
/// `rest` stands at the paragraph's first text.
fn admonition<'a>(
    out: &mut Vec<Placed<'a>>,
    rest: &mut std::iter::Peekable<impl Iterator<Item = Placed<'a>>>,
    head: Head<'a>,
) {
    let Head {
        kind,
        marker,
        paragraph,
        range,
    } = head;
    let mut title: Vec<Placed<'a>> = Vec::new();
    let mut plain = String::new();
    let mut depth = 0_usize;
    let mut ended = false;
    for (piece, place) in rest.by_ref() {
        match &piece {
            Piece::SoftBreak | Piece::HardBreak if depth == 0 => break,
            Piece::SoftBreak | Piece::HardBreak => plain.push(' '),
            Piece::End(TagEnd::Paragraph) => {
                ended = true;
                break;
            }
            Piece::Text(text) | Piece::Code(text) => plain.push_str(text),
            piece if piece.opens() => depth += 1,
            piece if piece.closes() => depth = depth.saturating_sub(1),
            _ => {}
        }
        title.push((piece, place));
    }
    if let Some((Piece::Text(text), place)) = title.first_mut() {
        let shown = text[marker.length..].trim_start().to_owned();
        place.start += marker.length;
        *text = CowStr::from(shown);
    }
    let plain = plain[marker.length.min(plain.len())..].trim().to_owned();
    if plain.is_empty()
        && !title
            .iter()
            .any(|(piece, _)| matches!(piece, Piece::Image { .. }))
    {
        title = vec![(Piece::Text(heading(&marker.word).into()), range.clone())];
    }
    let plain = if plain.is_empty() {
        heading(&marker.word)
    } else {
        plain
    };
    out.push((Piece::AdmonitionStart(kind, plain), range.clone()));
    out.push((Piece::TitleStart, range.clone()));
    out.extend(title);
    out.push((Piece::TitleEnd, range));
    if !ended {
        out.push(paragraph);
    }
}

/// The writer's word as a heading: `WARNING` becomes `Warning`.
fn heading(word: &str) -> String {
    let lower = word.to_ascii_lowercase();
    let (first, rest) = lower.split_at(lower.len().min(1));
    first.to_ascii_uppercase() + rest
}
