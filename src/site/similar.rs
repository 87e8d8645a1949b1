//! Similar guides, with the reason for each.
//!
//! Two guides are alike by the terms that they share, each counted by its
//! weight in both and by how rare it is. Work is bounded: a term brings at most
//! [`MOST_CANDIDATES`] candidates, however many guides have it.
//!
//! Built of pure parts, so that an edit moves little: `Candidates` depends on
//! the members of one term alone, and the list of a guide on the candidates of
//! its own terms and on the guides that these name. Rarity enters by powers of four,
//! so that a new guide seldom changes it; which guides stand for a crowded
//! term is decided by weight and by digest, so that a new guide replaces one
//! of them at most.
//!
//! Integers throughout: the result is the same for any number of threads.

use std::cmp::Reverse;
use std::collections::HashMap;

use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::content::terms::Terms;
use crate::ground::digest::Digest;

/// Guides that a term can bring. One that more guides have is too common to
/// find a guide by, though it still counts between guides that others bring.
pub const MOST_CANDIDATES: usize = 256;

/// Guides that are compared in full for each place of a list.
const SHORTLIST: usize = 8;

/// The share of a guide's own score, in hundredths, that a similar guide has
/// at least.
const LEAST_SHARE: u32 = 15;

/// Labels given as the reason.
const MOST_REASONS: usize = 3;

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
/// `guides[i]` are the terms of guide `i`; the order of the slice breaks ties
/// and must be stable. Deterministic for any thread count.
pub fn similar(guides: &[&Terms], count: usize) -> Vec<Vec<Similar>> {
    if count == 0 {
        return vec![Vec::new(); guides.len()];
    }
    let index = Index::of(guides);
    (0..guides.len())
        .into_par_iter()
        .map_init(
            || Scratch::new(guides.len()),
            |scratch, guide| index.list(guide, count, scratch),
        )
        .collect()
}

/// A guide that has a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Member {
    guide: u32,
    weight: u8,
}

/// What a term brings to the guides that have it: a function of its members.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidates {
    rarity: u32,
    /// At most [`MOST_CANDIDATES`], those that are most about the term.
    members: Vec<Member>,
}

impl Candidates {
    fn of(mut members: Vec<Member>, digests: &[Digest]) -> Self {
        let rarity = rarity(members.len());
        if members.len() > MOST_CANDIDATES {
            members.sort_unstable_by_key(|member| {
                let guide = member.guide as usize;
                (Reverse(member.weight), digests[guide], guide)
            });
            members.truncate(MOST_CANDIDATES);
        }
        Self { rarity, members }
    }
}

/// How much a term says that so many guides have: less by a step for every
/// factor of four, and nothing where no other guide has it.
fn rarity(members: usize) -> u32 {
    match members {
        0 | 1 => 0,
        2..=4 => 16,
        5..=16 => 12,
        17..=64 => 8,
        65..=256 => 5,
        257..=1024 => 3,
        1025..=4096 => 2,
        _ => 1,
    }
}

/// One term of a guide, by its number.
#[derive(Clone, Copy)]
struct Own {
    term: u32,
    weight: u8,
    /// Where the term stands in the guide's [`Terms`].
    place: u8,
}

struct Index<'a> {
    guides: &'a [&'a Terms],
    /// The terms of each guide, sorted by number.
    own: Vec<Vec<Own>>,
    /// By the number of the term.
    candidates: Vec<Candidates>,
}

/// Working memory of one thread, as long as the list of guides.
struct Scratch {
    scores: Vec<u32>,
    touched: Vec<u32>,
}

impl Scratch {
    fn new(guides: usize) -> Self {
        Self {
            scores: vec![0; guides],
            touched: Vec::new(),
        }
    }
}

impl<'a> Index<'a> {
    fn of(guides: &'a [&'a Terms]) -> Self {
        let digests: Vec<Digest> = guides.par_iter().map(|terms| Digest::of(*terms)).collect();
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut members: Vec<Vec<Member>> = Vec::new();
        let mut own = Vec::with_capacity(guides.len());
        for (guide, terms) in guides.iter().enumerate() {
            let mut mine = Vec::with_capacity(terms.terms.len());
            for (place, term) in terms.terms.iter().enumerate() {
                let number = *numbers.entry(&term.key).or_insert_with(|| {
                    members.push(Vec::new());
                    index_of(members.len() - 1)
                });
                members[number as usize].push(Member {
                    guide: index_of(guide),
                    weight: term.weight,
                });
                mine.push(Own {
                    term: number,
                    weight: term.weight,
                    place: u8::try_from(place).unwrap_or(u8::MAX),
                });
            }
            mine.sort_unstable_by_key(|own| own.term);
            own.push(mine);
        }
        let candidates = members
            .into_par_iter()
            .map(|members| Candidates::of(members, &digests))
            .collect();
        Self {
            guides,
            own,
            candidates,
        }
    }

    /// The list of one guide.
    fn list(&self, guide: usize, count: usize, scratch: &mut Scratch) -> Vec<Similar> {
        let mine = &self.own[guide];
        for own in mine {
            let term = &self.candidates[own.term as usize];
            for member in &term.members {
                let score = &mut scratch.scores[member.guide as usize];
                if *score == 0 {
                    scratch.touched.push(member.guide);
                }
                *score += weigh(own.weight, member.weight, term.rarity);
            }
        }
        let mut shortlist: Vec<(Reverse<u32>, u32)> = Vec::with_capacity(scratch.touched.len());
        for other in scratch.touched.drain(..) {
            let score = std::mem::take(&mut scratch.scores[other as usize]);
            if score > 0 && other as usize != guide {
                shortlist.push((Reverse(score), other));
            }
        }
        // The best of thousands, in no order: they are weighed in full below.
        let keep = count.saturating_mul(SHORTLIST);
        if shortlist.len() > keep {
            shortlist.select_nth_unstable(keep);
            shortlist.truncate(keep);
        }

        let least = self.own_score(mine) * LEAST_SHARE / 100;
        let mut listed: Vec<(Reverse<u32>, u32)> = shortlist
            .into_iter()
            .map(|(_, other)| {
                let score = self
                    .shared(mine, &self.own[other as usize])
                    .map(|(_, score)| score)
                    .sum();
                (Reverse(score), other)
            })
            .filter(|(Reverse(score), _)| *score >= least.max(1))
            .collect();
        listed.sort_unstable();
        listed.truncate(count);
        listed
            .into_iter()
            .map(|(_, other)| Similar {
                guide: other as usize,
                shared: self.reasons(guide, other as usize),
            })
            .collect()
    }

    /// What a guide would score against itself.
    fn own_score(&self, mine: &[Own]) -> u32 {
        mine.iter()
            .map(|own| {
                weigh(
                    own.weight,
                    own.weight,
                    self.candidates[own.term as usize].rarity,
                )
            })
            .sum()
    }

    /// The terms that two guides share, with what each is worth.
    fn shared<'b>(
        &'b self,
        mine: &'b [Own],
        theirs: &'b [Own],
    ) -> impl Iterator<Item = (&'b Own, u32)> {
        let mut at = 0;
        mine.iter().filter_map(move |own| {
            while theirs.get(at).is_some_and(|their| their.term < own.term) {
                at += 1;
            }
            let their = theirs.get(at).filter(|their| their.term == own.term)?;
            let rarity = self.candidates[own.term as usize].rarity;
            Some((own, weigh(own.weight, their.weight, rarity)))
        })
    }

    /// The labels of the strongest shared terms. A word that is part of a
    /// shared phrase gives its place to the phrase.
    fn reasons(&self, guide: usize, other: usize) -> Vec<String> {
        let mut shared: Vec<_> = self.shared(&self.own[guide], &self.own[other]).collect();
        shared.sort_by_key(|(own, score)| (Reverse(*score), own.place));
        let named: Vec<(&str, &str)> = shared
            .iter()
            .map(|(own, _)| {
                let term = &self.guides[guide].terms[usize::from(own.place)];
                let bare = term.key.split_once(':').map_or("", |(_, bare)| bare);
                (bare, term.label.as_str())
            })
            .collect();
        let mut reasons: Vec<(&str, &str)> = Vec::new();
        for (bare, label) in &named {
            let phrase = named.iter().find(|(phrase, _)| is_part(bare, phrase));
            let (bare, label) = *phrase.unwrap_or(&(bare, label));
            if reasons.len() < MOST_REASONS && reasons.iter().all(|(seen, _)| *seen != bare) {
                reasons.push((bare, label));
            }
        }
        reasons
            .into_iter()
            .map(|(_, label)| label.to_owned())
            .collect()
    }
}

/// Whether a word stands in a phrase of more words.
fn is_part(word: &str, phrase: &str) -> bool {
    phrase.len() > word.len() && phrase.split(' ').any(|part| part == word)
}

/// What a shared term is worth: as much as the guide that it says less of.
fn weigh(mine: u8, theirs: u8, rarity: u32) -> u32 {
    u32::from(mine.min(theirs)) * rarity
}

fn index_of(position: usize) -> u32 {
    u32::try_from(position).expect("fewer than four thousand million guides")
}
