//! Headings: their ids, and the one that repeats the title.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use pulldown_cmark::{Tag, TagEnd};

use super::Heading;
use super::pieces::{Piece, Placed};
use crate::content::slug;

/// The headings of a body.
#[derive(Debug, Default)]
pub(super) struct Headings {
    /// Those that are shown, by the index of the piece that opens each.
    pub shown: BTreeMap<usize, Heading>,
    /// The first H1 that stands in no quotation, list or call.
    pub first_h1: Option<Heading>,
}

/// What to do with a title.
pub(super) struct Wanted<'t> {
    /// The page's title, if the front matter gives one.
    pub title: Option<&'t str>,
    /// Whether an H1 that repeats it is dropped.
    pub drop: bool,
    /// Whether headings without an id of their own get one.
    pub anchors: bool,
}

/// Gives headings their ids and drops the one that repeats the title from
/// `pieces`. `taken` are the ids that the body has already.
pub(super) fn mark(
    pieces: &mut Vec<Placed<'_>>,
    wanted: &Wanted<'_>,
    mut taken: BTreeSet<String>,
) -> Headings {
    let found = collect(pieces);
    // Ids that are written out come before all that are made.
    let mut explicit = vec![String::new(); found.len()];
    for (own, heading) in explicit.iter_mut().zip(&found) {
        if let Some(id) = &heading.id {
            *own = unique(id, &mut taken, &mut BTreeMap::new());
        }
    }
    let mut headings = Headings::default();
    let mut dropped: Option<Range<usize>> = None;
    // Where the search for a free suffix goes on, so that a thousand equal
    // headings do not search from 1 each.
    let mut next = BTreeMap::new();
    for (order, heading) in found.into_iter().enumerate() {
        let id = if heading.id.is_some() {
            std::mem::take(&mut explicit[order])
        } else if wanted.anchors {
            match slug::anchor(&heading.text) {
                slug if slug.is_empty() => unique("section", &mut taken, &mut next),
                slug => unique(&slug, &mut taken, &mut next),
            }
        } else {
            String::new()
        };
        let fact = Heading {
            level: heading.level,
            id,
            text: heading.text,
        };
        if heading.level == 1 && heading.top && headings.first_h1.is_none() {
            headings.first_h1 = Some(fact.clone());
            let repeats = match wanted.title {
                Some(title) => {
                    let title = folded(title);
                    title == folded(&fact.text) || title == folded(&heading.written)
                }
                None => order == 0 && !fact.text.is_empty(),
            };
            if wanted.drop && repeats {
                dropped = Some(heading.pieces);
                continue;
            }
        }
        // Behind a dropped heading, pieces move up by its length.
        let moved = dropped.as_ref().map_or(0, Range::len);
        headings.shown.insert(heading.pieces.start - moved, fact);
    }
    if let Some(range) = dropped {
        pieces.drain(range);
    }
    headings
}

struct Found {
    /// From its start to behind its end.
    pieces: Range<usize>,
    level: u8,
    id: Option<String>,
    text: String,
    /// The text with its tags: a title such as `The <b> element` has `<b>` as
    /// text, and the heading that repeats it has it as raw HTML.
    written: String,
    top: bool,
}

fn collect(pieces: &[Placed<'_>]) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut depth = 0_usize;
    let mut inside = false;
    for (index, (piece, _)) in pieces.iter().enumerate() {
        match piece {
            Piece::Start(Tag::Heading { level, id, .. }) => {
                inside = true;
                found.push(Found {
                    pieces: index..index,
                    level: *level as u8,
                    id: id.as_ref().map(ToString::to_string),
                    text: String::new(),
                    written: String::new(),
                    top: depth == 0,
                });
            }
            Piece::End(TagEnd::Heading(_)) => {
                inside = false;
                if let Some(heading) = found.last_mut() {
                    heading.pieces.end = index + 1;
                    heading.text = heading.text.trim().to_owned();
                }
            }
            _ => {
                if let Some(heading) = found.last_mut().filter(|_| inside) {
                    push_plain(&mut heading.text, piece);
                    match piece {
                        Piece::Html(raw) => heading.written.push_str(&raw.html),
                        piece => push_plain(&mut heading.written, piece),
                    }
                }
            }
        }
        if piece.opens() {
            depth += 1;
        } else if piece.closes() {
            depth = depth.saturating_sub(1);
        }
    }
    found
}

/// Appends what a piece of running text says in plain text.
pub(super) fn push_plain(out: &mut String, piece: &Piece<'_>) {
    match piece {
        Piece::Text(text) | Piece::Code(text) => out.push_str(text),
        Piece::Image { alt, .. } => out.push_str(alt),
        Piece::SoftBreak | Piece::HardBreak => out.push(' '),
        _ => {}
    }
}

fn unique(wish: &str, taken: &mut BTreeSet<String>, next: &mut BTreeMap<String, usize>) -> String {
    if taken.insert(wish.to_owned()) {
        return wish.to_owned();
    }
    let counter = next.entry(wish.to_owned()).or_insert(0);
    loop {
        *counter += 1;
        let id = format!("{wish}-{counter}");
        if taken.insert(id.clone()) {
            return id;
        }
    }
}

/// A title without case, punctuation and superfluous white space.
fn folded(title: &str) -> String {
    let lower = title.to_lowercase();
    let spaced: String = lower
        .chars()
        .filter(|c| !"'’‘`".contains(*c))
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let words: Vec<_> = spaced.split_whitespace().collect();
    if words.is_empty() {
        // A title of signs alone has nothing else to be compared by.
        return lower.split_whitespace().collect();
    }
    words.join(" ")
}
