//! The list of a guide: who is brought, who is compared, who is listed.

use std::cmp::Reverse;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::index::{Field, Index, Known, Own};
use super::postings::{Member, breadth};
use super::{LEAST_SHARE, MOST_BROUGHT, MOST_REASONS, SHORTLIST, Similar};
use crate::content::terms::{TermRef, Terms};

/// The list of a guide, and what it was chosen from.
pub(super) struct List {
    pub(super) similar: Vec<Similar>,
    /// As in [`Known`].
    pub(super) asked: u64,
    /// As in [`Known`].
    pub(super) shortlist: Box<[u32]>,
    /// As in [`Known`].
    pub(super) worst: Option<(u16, u32)>,
}

/// Working memory of one thread.
pub(super) struct Scratch {
    /// By the number of the guide.
    scores: Vec<u16>,
    /// The guides that have a score.
    touched: Vec<u32>,
    /// By the number of the term: the weight of the guide in question, and the
    /// term's rarity.
    pub(super) mine: Vec<(u8, u8)>,
    best: Vec<(u64, u32)>,
}

impl Index {
    pub(super) fn scratch(&self) -> Scratch {
        Scratch {
            scores: vec![0; self.guides.len()],
            touched: Vec::new(),
            mine: vec![(0, 0); self.postings.len()],
            best: Vec::new(),
        }
    }

    /// The lists of some guides.
    pub(super) fn lists(&self, field: &Field<'_>, of: &[u32]) -> Vec<List> {
        of.par_iter()
            .map_init(
                || self.scratch(),
                |scratch, &guide| self.list(field, guide, scratch),
            )
            .collect()
    }

    fn list(&self, field: &Field<'_>, guide: u32, scratch: &mut Scratch) -> List {
        let own = &self.guides[guide as usize].own;
        let mut most = 0;
        for own in own {
            let rarity = self.postings[own.term as usize].rarity();
            scratch.mine[own.term as usize] = (own.weight, rarity);
            most += u32::from(weigh(own.weight, own.weight, rarity));
        }
        let asked = self.asked(own);
        for (at, own) in own.iter().enumerate().take(64) {
            if asked & 1 << at != 0 {
                let postings = &self.postings[own.term as usize];
                scratch.add(postings.candidates(), own.weight, postings.rarity());
            }
        }
        let (shortlist, worst) = scratch.shortlist(field, guide, self.count * SHORTLIST);
        let least = (most * LEAST_SHARE / 100).max(1);
        let mut listed: Vec<(Reverse<u32>, u32, u32)> = shortlist
            .iter()
            .map(|&other| {
                let score = scratch.compare(&self.guides[other as usize]);
                (Reverse(score), field.places[other as usize], other)
            })
            .filter(|(Reverse(score), ..)| *score >= least)
            .collect();
        listed.sort_unstable();
        listed.truncate(self.count);
        let names = Names::of((field.guide)(guide).terms, own);
        let similar = listed
            .into_iter()
            .map(|(.., other)| Similar {
                guide: other as usize,
                shared: names.reasons(own, &self.guides[other as usize], scratch),
            })
            .collect();
        for own in own {
            scratch.mine[own.term as usize] = (0, 0);
        }
        let (shortlist, worst) = match self.lasting {
            true => (shortlist.into(), worst),
            false => (Box::default(), None),
        };
        List {
            similar,
            asked,
            shortlist,
            worst,
        }
    }

    /// The terms that are asked for candidates, a bit for each: those that are
    /// worth most, the first of equals, until they may have brought enough.
    fn asked(&self, own: &[Own]) -> u64 {
        let mut worth: Vec<(Reverse<u16>, usize, u8)> = own
            .iter()
            .enumerate()
            .take(64)
            .map(|(at, own)| {
                let rarity = self.postings[own.term as usize].rarity();
                (Reverse(weigh(own.weight, own.weight, rarity)), at, rarity)
            })
            .collect();
        worth.sort_unstable();
        let mut room = MOST_BROUGHT;
        let mut asked = 0;
        for (_, at, rarity) in worth {
            let Some(left) = room.checked_sub(breadth(rarity)) else {
                break;
            };
            room = left;
            asked |= 1 << at;
        }
        asked
    }
}

impl Scratch {
    /// Adds what a term is worth to each of its members.
    pub(super) fn add(&mut self, members: &[Member], weight: u8, rarity: u8) {
        if rarity == 0 {
            return;
        }
        for member in members {
            let score = &mut self.scores[member.guide() as usize];
            if *score == 0 {
                self.touched.push(member.guide());
            }
            *score += weigh(weight, member.weight(), rarity);
        }
    }

    /// The guides that have a score. Leaves the scores empty.
    pub(super) fn touched(&mut self) -> Vec<u32> {
        for guide in &self.touched {
            self.scores[*guide as usize] = 0;
        }
        std::mem::take(&mut self.touched)
    }

    /// What the guide in question and another share.
    fn compare(&self, other: &Known) -> u32 {
        let shared = other.own.iter().map(|their| {
            let (weight, rarity) = self.mine[their.term as usize];
            u32::from(weigh(weight, their.weight, rarity))
        });
        shared.sum()
    }

    /// The best of those that scored, in no order, and the last of them where
    /// no more fit. Leaves the scores empty.
    fn shortlist(
        &mut self,
        field: &Field<'_>,
        guide: u32,
        keep: usize,
    ) -> (Vec<u32>, Option<(u16, u32)>) {
        // Score and place in one number, the best first: one pass over
        // thousands, of which few are looked at twice.
        let mut bound = u64::MAX;
        let best = &mut self.best;
        best.clear();
        for other in self.touched.drain(..) {
            let score = std::mem::take(&mut self.scores[other as usize]);
            let key = u64::from(u16::MAX - score) << 32;
            if key >= bound || other == guide {
                continue;
            }
            let key = key | u64::from(field.places[other as usize]);
            if key < bound {
                best.push((key, other));
                if best.len() == 2 * keep {
                    bound = best.select_nth_unstable(keep).1.0;
                    best.truncate(keep);
                }
            }
        }
        if best.len() > keep {
            best.select_nth_unstable(keep);
            best.truncate(keep);
        }
        let last = best.iter().max().filter(|_| best.len() == keep);
        let score = |key: u64| u16::MAX - u16::try_from(key >> 32).unwrap_or(u16::MAX);
        let worst = last.map(|&(key, other)| (score(key), other));
        (best.iter().map(|(_, other)| *other).collect(), worst)
    }
}

/// The words and labels of a guide's terms, in the order of the index.
struct Names<'a> {
    terms: Vec<(&'a str, &'a str)>,
    /// A bit for each that is a phrase of more words.
    phrases: u64,
}

impl<'a> Names<'a> {
    fn of(terms: &'a Terms, own: &[Own]) -> Self {
        let terms: Vec<(&str, &str)> = own
            .iter()
            .map(|own| match terms.get(usize::from(own.place)) {
                Some(TermRef { key, label, .. }) => {
                    let bare = key.split_once(':').map_or("", |(_, bare)| bare);
                    (bare, label)
                }
                None => ("", ""),
            })
            .collect();
        let phrases = terms.iter().take(64).enumerate();
        let phrases = phrases.filter(|(_, (bare, _))| bare.contains(' '));
        Self {
            phrases: phrases.fold(0, |bits, (at, _)| bits | 1 << at),
            terms,
        }
    }

    /// The labels of the strongest terms that the guide in question shares with
    /// another. A word that is part of a shared phrase gives its place to the
    /// phrase, the strongest of them.
    fn reasons(&self, own: &[Own], other: &Known, scratch: &Scratch) -> Vec<String> {
        let mut shared: Vec<(Reverse<u16>, u8, usize)> = Vec::with_capacity(own.len());
        for their in &other.own {
            let (weight, rarity) = scratch.mine[their.term as usize];
            if weight > 0
                && let Some(at) = own.iter().position(|own| own.term == their.term)
            {
                let score = weigh(weight, their.weight, rarity);
                shared.push((Reverse(score), own[at].place, at));
            }
        }
        shared.sort_unstable();
        let phrases: Vec<usize> = shared
            .iter()
            .map(|&(.., at)| at)
            .filter(|&at| at < 64 && self.phrases & 1 << at != 0)
            .collect();
        let mut reasons: Vec<usize> = Vec::with_capacity(MOST_REASONS);
        for (.., at) in shared {
            if reasons.len() == MOST_REASONS {
                break;
            }
            let bare = self.terms[at].0;
            let of_phrase = |phrase: &&usize| is_part(bare, self.terms[**phrase].0);
            let at = phrases.iter().find(of_phrase).copied().unwrap_or(at);
            if reasons
                .iter()
                .all(|seen| self.terms[*seen].0 != self.terms[at].0)
            {
                reasons.push(at);
            }
        }
        let label = |at: usize| self.terms[at].1.to_owned();
        reasons.into_iter().map(label).collect()
    }
}

/// Whether a word stands in a phrase of more words.
fn is_part(word: &str, phrase: &str) -> bool {
    phrase.len() > word.len() && phrase.split(' ').any(|part| part == word)
}

/// What a shared term is worth: as much as the guide that it says less of.
#[inline]
pub(super) fn weigh(mine: u8, theirs: u8, rarity: u8) -> u16 {
    u16::from(mine.min(theirs)) * u16::from(rarity)
}
