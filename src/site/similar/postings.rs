//! The guides that have a term.

use std::cmp::Reverse;

use super::MOST_CANDIDATES;

/// Guides that can be told apart: what is left of 32 bits beside a weight.
const MOST_GUIDES: usize = 1 << 28;

/// A guide that has a term, and how much it is about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Member(u32);

impl Member {
    /// # Panics
    ///
    /// Panics beyond 268 million guides or a weight of 15.
    pub(super) fn new(guide: u32, weight: u8) -> Self {
        assert!((guide as usize) < MOST_GUIDES && weight < 16);
        Self(guide << 4 | u32::from(weight))
    }

    #[inline]
    pub(super) fn guide(self) -> u32 {
        self.0 >> 4
    }

    #[inline]
    pub(super) fn weight(self) -> u8 {
        (self.0 & 15) as u8
    }
}

/// What decides which guides stand for a crowded term, the best first: those
/// that are most about it, and among equals a mark that has nothing to do with
/// what they say, so that they stay whatever is edited.
pub(super) type Rank = (Reverse<u8>, u64, u32);

/// The guides that have a term. Invariant: if there are more of them than can
/// be candidates, the best come first; otherwise they are in no order.
#[derive(Clone, Debug, Default)]
pub(super) struct Postings {
    members: Vec<Member>,
}

impl Postings {
    /// Takes the members of a term.
    pub(super) fn of(members: Vec<Member>, rank: impl Fn(Member) -> Rank) -> Self {
        let mut postings = Self { members };
        if postings.members.len() > MOST_CANDIDATES {
            postings
                .members
                .select_nth_unstable_by_key(MOST_CANDIDATES, |&member| rank(member));
        }
        postings
    }

    /// All guides that have the term.
    pub(super) fn members(&self) -> &[Member] {
        &self.members
    }

    /// Those that the term brings.
    #[inline]
    pub(super) fn candidates(&self) -> &[Member] {
        &self.members[..self.members.len().min(MOST_CANDIDATES)]
    }

    /// How much the term says: less by a step for every factor of four, and
    /// nothing where no other guide has it.
    #[inline]
    pub(super) fn rarity(&self) -> u8 {
        match self.members.len() {
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

    /// Adds a guide. The one that is no candidate any more, if there is one.
    pub(super) fn add(&mut self, member: Member, rank: impl Fn(Member) -> Rank) -> Option<Member> {
        self.members.push(member);
        let (candidates, others) = self.members.split_at_mut_checked(MOST_CANDIDATES)?;
        let last = others.last_mut()?;
        let worst = candidates.iter_mut().max_by_key(|worst| rank(**worst))?;
        if rank(*last) > rank(*worst) {
            return None;
        }
        std::mem::swap(worst, last);
        Some(*last)
    }

    /// Takes a guide out. The one that has become a candidate, if there is one.
    pub(super) fn remove(&mut self, guide: u32, rank: impl Fn(Member) -> Rank) -> Option<Member> {
        let at = self
            .members
            .iter()
            .position(|member| member.guide() == guide)?;
        let others = self.members.get(MOST_CANDIDATES..).unwrap_or_default();
        let best = (0..others.len()).min_by_key(|&best| rank(others[best]));
        match best {
            Some(best) if at < MOST_CANDIDATES => {
                let promoted = self.members.swap_remove(MOST_CANDIDATES + best);
                self.members[at] = promoted;
                Some(promoted)
            }
            _ => {
                self.members.swap_remove(at);
                None
            }
        }
    }
}

/// Candidates that a term of some rarity brings at most.
pub(super) fn breadth(rarity: u8) -> usize {
    match rarity {
        0 => 0,
        16 => 4,
        12 => 16,
        8 => 64,
        _ => MOST_CANDIDATES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(member: Member) -> Rank {
        // A mark in no order of its own.
        let mark = u64::from(member.guide()).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        (Reverse(member.weight()), mark, member.guide())
    }

    fn candidates(postings: &Postings) -> Vec<Rank> {
        let mut ranks: Vec<Rank> = postings.candidates().iter().map(|one| rank(*one)).collect();
        ranks.sort_unstable();
        ranks
    }

    #[test]
    fn a_term_brings_no_more_than_its_rarity_says() {
        let rank = |member: Member| (Reverse(0), 0, member.guide());
        for guides in 0..1_100 {
            let members = (0..guides).map(|guide| Member::new(guide, 1)).collect();
            let postings = Postings::of(members, rank);
            let most = breadth(postings.rarity());
            assert!(
                guides < 2 || postings.candidates().len() <= most,
                "{guides}"
            );
        }
    }

    #[test]
    fn the_best_are_candidates_however_guides_come_and_go() {
        let member = |guide: u32| Member::new(guide, (guide % 3 + 1) as u8);
        let mut postings = Postings::default();
        let mut there: Vec<u32> = Vec::new();
        for turn in 0..1_200_u32 {
            let guide = turn * 7 % 400;
            let before = candidates(&postings);
            let moved = if let Some(at) = there.iter().position(|one| *one == guide) {
                there.swap_remove(at);
                postings.remove(guide, rank)
            } else {
                there.push(guide);
                postings.add(member(guide), rank)
            };
            let fresh = Postings::of(there.iter().map(|one| member(*one)).collect(), rank);
            assert_eq!(candidates(&postings), candidates(&fresh), "turn {turn}");
            assert_eq!(postings.members().len(), there.len());
            let after = candidates(&postings);
            let mut differ: Vec<u32> = before
                .iter()
                .filter(|one| !after.contains(one))
                .chain(after.iter().filter(|one| !before.contains(one)))
                .map(|one| one.2)
                .filter(|one| *one != guide)
                .collect();
            let told = moved.map(Member::guide).filter(|one| *one != guide);
            assert_eq!(differ.pop(), told, "turn {turn}");
            assert!(differ.is_empty(), "turn {turn}");
        }
    }
}
