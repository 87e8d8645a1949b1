//! What an edit moves.
//!
//! The list of a guide can only change where its shortlist does, or what is
//! compared of those on it. So these lists are made again, and no others:
//!
//! - of guides that were edited or have come;
//! - of guides with a term whose rarity changed;
//! - of guides that had an edited guide on their shortlist, or one that a
//!   crowded term of theirs no longer brings;
//! - of guides on whose shortlist an edited guide now belongs, or one that a
//!   crowded term brings in its stead: it scores better than the last on it.
//!
//! Whoever is not named here scores with a guide what it did before.

use std::collections::HashMap;

use super::Similar;
use super::index::{Field, Index, Known, weight};
use super::lists::{List, Scratch, weigh};
use super::postings::Member;

/// Where one guide in so many has changed, all lists are made again.
const REBUILD: usize = 8;

/// What an edit did to the terms.
#[derive(Default)]
struct Moved {
    /// Rarity of each term that was touched, as it was before.
    rarities: HashMap<u32, u8>,
    /// Guides that a crowded term now brings.
    promoted: Vec<u32>,
    /// Guides that crowded terms no longer bring, and those terms.
    demoted: HashMap<u32, Vec<u32>>,
}

/// What became of a guide.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Same,
    Edited,
    Demoted,
}

impl Index {
    /// Takes in what became of guides: those of `changed` were edited, have
    /// come, or are gone. The lists that were made again, by guide; all others
    /// are as they were.
    pub(crate) fn update(
        &mut self,
        field: &Field<'_>,
        changed: &[u32],
    ) -> Vec<(u32, Vec<Similar>)> {
        if self.count == 0 || changed.is_empty() {
            return Vec::new();
        }
        let again: Vec<u32> = if changed.len() * REBUILD >= field.guides.len() {
            self.build(field);
            field.guides.to_vec()
        } else {
            let moved = self.apply(field, changed);
            self.moved_lists(field, changed, &moved)
        };
        let lists = self.lists(field, &again);
        let mut made = Vec::with_capacity(again.len());
        for (guide, list) in again.into_iter().zip(lists) {
            let List {
                similar,
                asked,
                shortlist,
                worst,
            } = list;
            let known = &mut self.guides[guide as usize];
            known.asked = asked;
            known.shortlist = shortlist;
            known.worst = worst;
            made.push((guide, similar));
        }
        made
    }

    /// Changes the members of terms.
    fn apply(&mut self, field: &Field<'_>, changed: &[u32]) -> Moved {
        let mut present = vec![false; field.places.len()];
        for &guide in field.guides {
            present[guide as usize] = true;
        }
        let mut moved = Moved::default();
        for &number in changed {
            let after = match present[number as usize] {
                true => self.admit(number, &(field.guide)(number)),
                false => Box::default(),
            };
            let Some(known) = self.guides.get_mut(number as usize) else {
                continue;
            };
            let before = std::mem::replace(&mut known.own, after.clone());
            known.shortlist = Box::default();
            known.worst = None;
            for own in &before {
                if weight(&after, own.term) != Some(own.weight) {
                    self.leave(field, number, own.term, &mut moved);
                }
            }
            for own in &after {
                if weight(&before, own.term) != Some(own.weight) {
                    self.join(field, Member::new(number, own.weight), own.term, &mut moved);
                }
            }
        }
        moved
    }

    fn leave(&mut self, field: &Field<'_>, guide: u32, term: u32, moved: &mut Moved) {
        let mut postings = std::mem::take(&mut self.postings[term as usize]);
        moved.rarities.entry(term).or_insert(postings.rarity());
        let promoted = postings.remove(guide, |member| self.rank(field, member));
        moved.promoted.extend(promoted.map(Member::guide));
        self.postings[term as usize] = postings;
    }

    fn join(&mut self, field: &Field<'_>, member: Member, term: u32, moved: &mut Moved) {
        let mut postings = std::mem::take(&mut self.postings[term as usize]);
        moved.rarities.entry(term).or_insert(postings.rarity());
        if let Some(demoted) = postings.add(member, |member| self.rank(field, member)) {
            let terms = moved.demoted.entry(demoted.guide()).or_default();
            terms.push(term);
        }
        self.postings[term as usize] = postings;
    }

    /// The guides whose lists can have changed.
    fn moved_lists(&self, field: &Field<'_>, changed: &[u32], moved: &Moved) -> Vec<u32> {
        let mut again = vec![false; self.guides.len()];
        let mut fates = vec![Fate::Same; self.guides.len()];
        for guide in moved.demoted.keys() {
            fates[*guide as usize] = Fate::Demoted;
        }
        for &guide in changed {
            if let Some(fate) = fates.get_mut(guide as usize) {
                *fate = Fate::Edited;
                again[guide as usize] = true;
            }
        }
        for (&term, &rarity) in &moved.rarities {
            let postings = &self.postings[term as usize];
            if postings.rarity() != rarity {
                for member in postings.members() {
                    again[member.guide() as usize] = true;
                }
            }
        }
        for &guide in field.guides {
            let known = &self.guides[guide as usize];
            again[guide as usize] |=
                known
                    .shortlist
                    .iter()
                    .any(|other| match fates[*other as usize] {
                        Fate::Same => false,
                        Fate::Edited => true,
                        Fate::Demoted => moved.demoted[other]
                            .iter()
                            .any(|term| weight(&known.own, *term).is_some()),
                    });
        }
        let mut scratch = self.scratch();
        for &guide in changed.iter().chain(&moved.promoted) {
            self.note_reached(field, guide, &mut scratch, &mut again);
        }
        let is_moved = |guide: &u32| again[*guide as usize];
        field.guides.iter().copied().filter(is_moved).collect()
    }

    /// Notes the guides on whose shortlist a guide now belongs and is not yet.
    fn note_reached(
        &self,
        field: &Field<'_>,
        guide: u32,
        scratch: &mut Scratch,
        again: &mut [bool],
    ) {
        let Some(known) = self.guides.get(guide as usize) else {
            return;
        };
        for own in &known.own {
            let postings = &self.postings[own.term as usize];
            let mut candidates = postings.candidates().iter();
            if candidates.any(|member| member.guide() == guide) {
                scratch.mine[own.term as usize] = (own.weight, postings.rarity());
                scratch.add(postings.members(), own.weight, postings.rarity());
            }
        }
        for other in scratch.touched() {
            if other == guide || again[other as usize] {
                continue;
            }
            let place = |guide: u32| field.places[guide as usize];
            let other_known = &self.guides[other as usize];
            let score = score(other_known, scratch);
            let belongs = score > 0
                && other_known.worst.is_none_or(|(least, last)| {
                    score > least || (score == least && place(guide) < place(last))
                });
            again[other as usize] = belongs && !other_known.shortlist.contains(&guide);
        }
        for own in &known.own {
            scratch.mine[own.term as usize] = (0, 0);
        }
    }
}

/// What the guide in question scores with another: by the terms that the other
/// asks.
fn score(other: &Known, scratch: &Scratch) -> u16 {
    let own = other.own.iter().enumerate().take(64);
    own.filter(|(at, _)| other.asked & 1 << at != 0)
        .map(|(_, own)| {
            let (weight, rarity) = scratch.mine[own.term as usize];
            weigh(weight, own.weight, rarity)
        })
        .sum()
}
