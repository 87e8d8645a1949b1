//! Footnotes: their order and numbers.

use std::collections::BTreeMap;

use pulldown_cmark::{Tag, TagEnd};

use super::pieces::{Piece, Placed};

/// The numbers of the footnotes that are referred to, by name.
#[derive(Debug, Default)]
pub(super) struct Footnotes {
    numbers: BTreeMap<String, usize>,
}

impl Footnotes {
    /// The number of a footnote.
    pub(super) fn number(&self, name: &str) -> Option<usize> {
        self.numbers.get(name).copied()
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.numbers.len()
    }
}

/// Numbers the footnotes in the order in which they are referred to, those
/// that other footnotes refer to after these, and drops the definitions that
/// nothing refers to and those that define a name again.
pub(super) fn number(pieces: &mut Vec<Placed<'_>>) -> Footnotes {
    let mut footnotes = Footnotes::default();
    let mut order = Vec::new();
    let mut inside: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut current: Vec<String> = Vec::new();
    for (piece, _) in &*pieces {
        match piece {
            Piece::Start(Tag::FootnoteDefinition(name)) => {
                current.push(name.to_string());
                inside.entry(name.to_string()).or_default();
            }
            Piece::End(TagEnd::FootnoteDefinition) => {
                current.pop();
            }
            Piece::Footnote(name) => match current.last() {
                Some(definition) => inside
                    .entry(definition.clone())
                    .or_default()
                    .push(name.to_string()),
                None => order.push(name.to_string()),
            },
            _ => {}
        }
    }
    let mut next = 0;
    while let Some(name) = order.get(next).cloned() {
        next += 1;
        if footnotes.numbers.contains_key(&name) {
            continue;
        }
        let Some(further) = inside.get(&name) else {
            continue;
        };
        footnotes.numbers.insert(name, footnotes.numbers.len() + 1);
        order.extend(further.iter().cloned());
    }
    drop_unused(pieces, &footnotes);
    footnotes
}

fn drop_unused(pieces: &mut Vec<Placed<'_>>, footnotes: &Footnotes) {
    let mut written: BTreeMap<String, ()> = BTreeMap::new();
    let mut dropped = 0_usize;
    pieces.retain(|(piece, _)| {
        match piece {
            Piece::Start(Tag::FootnoteDefinition(name)) => {
                let again = written.insert(name.to_string(), ()).is_some();
                if dropped > 0 || again || footnotes.number(name).is_none() {
                    dropped += 1;
                    return false;
                }
            }
            Piece::End(TagEnd::FootnoteDefinition) if dropped > 0 => {
                dropped -= 1;
                return false;
            }
            _ => {}
        }
        dropped == 0
    });
}
