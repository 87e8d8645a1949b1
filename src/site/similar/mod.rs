//! Similar guides, with the reason for each.
//!
//! Two guides are alike by the terms that they share, each counted by its
//! weight in both and by how rare it is. Work is bounded: a term brings at most
//! [`MOST_CANDIDATES`] candidates, however many guides have it, and a guide asks
//! its weightiest terms, until they may bring `MOST_BROUGHT`.
//!
//! Built of parts that an edit moves little: what a term brings (`postings`)
//! depends on its members alone, and the list of a guide on what its own terms
//! bring and on the guides that these name. Which of its terms it asks depends on
//! their rarities alone. Rarity enters by powers of four, so
//! that a new guide seldom changes it; which guides stand for a crowded term is
//! decided by weight and by a mark of their names, so that a new guide replaces
//! one of them at most and an edited one stays. `update` keeps all of it and
//! makes again what an edit has moved.
//!
//! Integers throughout: the result is the same for any number of threads.

mod index;
mod lists;
mod postings;
mod update;

use crate::content::terms::Terms;

pub(super) use index::{Field, Index};

/// Guides that a term can bring. One that more guides have is too common to
/// find a guide by, though it still counts between guides that others bring.
pub const MOST_CANDIDATES: usize = 256;

/// Candidates that the terms of a guide bring together. The terms that are not
/// asked any more still count between guides that others bring.
const MOST_BROUGHT: usize = 2_048;

/// Guides that are compared in full for each place of a list.
const SHORTLIST: usize = 8;

/// The share of a guide's own score, in hundredths, that a similar guide has
/// at least.
const LEAST_SHARE: u32 = 15;

/// Labels given as the reason.
const MOST_REASONS: usize = 3;

/// A guide as similarity sees it.
#[derive(Clone, Copy, Debug)]
pub struct Guide<'a> {
    /// What tells it from all others and stays when it is edited: its source.
    pub name: &'a str,
    /// What it is about.
    pub terms: &'a Terms,
}

/// A guide that resembles another.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Similar {
    /// Index of the guide in the slice given to [`similar`].
    pub guide: usize,
    /// Labels of the strongest shared terms, at most three.
    pub shared: Vec<String>,
}

/// The guides most similar to each guide, best first, at most `count` each.
///
/// The order of the slice breaks ties and must be stable. Deterministic for
/// any thread count.
pub fn similar(guides: &[Guide<'_>], count: usize) -> Vec<Vec<Similar>> {
    let numbers: Vec<u32> = (0..).take(guides.len()).collect();
    let field = Field {
        guides: &numbers,
        places: &numbers,
        guide: &|number| guides[number as usize],
    };
    let mut lists = vec![Vec::new(); guides.len()];
    for (number, list) in Index::new(count, false).update(&field, &numbers) {
        lists[number as usize] = list;
    }
    lists
}
