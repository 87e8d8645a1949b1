//! The index: which guides have which terms, and the lists that follow.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::postings::{Member, Postings, Rank};
use super::{Guide, LEAST_SHARE, MOST_REASONS, SHORTLIST, Similar};
use crate::content::terms::Terms;
use crate::ground::digest::Digest;

/// The guides of a site by number. A number stays while its guide does, so
/// that others keep what they know of it; its place in the order of sources
/// does not.
pub(crate) struct Field<'a> {
    /// The numbers of all guides that may be listed, by place.
    pub(crate) guides: &'a [u32],
    /// Places by number.
    pub(crate) places: &'a [u32],
    /// A guide by its number.
    pub(crate) guide: &'a (dyn Fn(u32) -> Guide<'a> + Sync),
}

/// One term of a guide, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Own {
    pub(super) term: u32,
    pub(super) weight: u8,
    /// Where the term stands in the guide's [`Terms`].
    place: u8,
}

/// What the index knows of a guide.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Its terms, sorted by number; none where it may not be listed.
    pub(super) own: Box<[Own]>,
    /// Decides between equals which of them stand for a crowded term.
    mark: u64,
    /// The guides that were compared with it in full. Not kept in an index
    /// that is used once.
    pub(super) shortlist: Box<[u32]>,
    /// Score and number of the last on the shortlist, where that is full: who
    /// scores no better is not compared.
    pub(super) worst: Option<(u16, u32)>,
}

/// Terms by the hash of their text. Two of a million terms would be taken for
/// one with a chance of one in ten million, and then equally in every build.
type Numbers = HashMap<u64, u32, BuildHasherDefault<Hashed>>;

/// A key that is a hash already.
#[derive(Default)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// The similarity of a site's guides.
#[derive(Debug)]
pub(crate) struct Index {
    /// Guides listed at most.
    pub(super) count: usize,
    /// Whether it will be asked again.
    pub(super) lasting: bool,
    numbers: Numbers,
    /// By the number of the term.
    pub(super) postings: Vec<Postings>,
    /// By the number of the guide.
    pub(super) guides: Vec<Known>,
}

/// The list of a guide, and what it was chosen from.
pub(super) struct List {
    pub(super) similar: Vec<Similar>,
    pub(super) shortlist: Box<[u32]>,
    pub(super) worst: Option<(u16, u32)>,
}

/// Working memory of one thread, as long as the list of guides.
pub(super) struct Scratch {
    pub(super) scores: Vec<u16>,
    pub(super) touched: Vec<u32>,
    best: Vec<(u64, u32)>,
}

impl Scratch {
    pub(super) fn new(guides: usize) -> Self {
        Self {
            scores: vec![0; guides],
            touched: Vec::new(),
            best: Vec::new(),
        }
    }
}

impl Index {
    /// An index that lists at most `count` guides for each. One that is not
    /// `lasting` is updated once.
    pub(crate) fn new(count: usize, lasting: bool) -> Self {
        Self {
            count,
            lasting,
            numbers: Numbers::default(),
            postings: Vec::new(),
            guides: Vec::new(),
        }
    }

    /// Forgets everything and takes in all guides.
    pub(super) fn build(&mut self, field: &Field<'_>) {
        self.numbers.clear();
        self.postings.clear();
        self.guides.clear();
        self.guides.resize_with(field.places.len(), Known::default);
        let read: Vec<(u64, Vec<u64>)> = field
            .guides
            .par_iter()
            .map(|&number| {
                let guide = (field.guide)(number);
                (mark(guide.name), hashes(guide.terms))
            })
            .collect();
        let mut members: Vec<Vec<Member>> = Vec::new();
        for (&number, (mark, hashes)) in field.guides.iter().zip(read) {
            let terms = (field.guide)(number).terms;
            let own = self.own(terms, &hashes);
            members.resize_with(self.postings.len(), Vec::new);
            for own in &own {
                members[own.term as usize].push(Member::new(number, own.weight));
            }
            let known = &mut self.guides[number as usize];
            known.own = own;
            known.mark = mark;
        }
        self.postings = members
            .into_par_iter()
            .map(|members| Postings::of(members, |member| self.rank(field, member)))
            .collect();
    }

    /// A guide's terms by number; new terms get one.
    pub(super) fn own(&mut self, terms: &Terms, hashes: &[u64]) -> Box<[Own]> {
        let mut own: Vec<Own> = Vec::with_capacity(hashes.len());
        for (place, (term, hash)) in terms.terms.iter().zip(hashes).enumerate() {
            let next = index_of(self.postings.len());
            let number = *self.numbers.entry(*hash).or_insert(next);
            if number == next {
                self.postings.push(Postings::default());
            }
            own.push(Own {
                term: number,
                weight: term.weight.min(15),
                place: u8::try_from(place).unwrap_or(u8::MAX),
            });
        }
        own.sort_unstable_by_key(|own| own.term);
        own.dedup_by_key(|own| own.term);
        own.into()
    }

    /// Notes a guide that has just come.
    pub(super) fn admit(&mut self, number: u32, guide: &Guide<'_>) -> Box<[Own]> {
        let wanted = number as usize + 1;
        if self.guides.len() < wanted {
            self.guides.resize_with(wanted, Known::default);
        }
        self.guides[number as usize].mark = mark(guide.name);
        self.own(guide.terms, &hashes(guide.terms))
    }

    pub(super) fn rank(&self, field: &Field<'_>, member: Member) -> Rank {
        let guide = member.guide() as usize;
        let mark = self.guides[guide].mark;
        (Reverse(member.weight()), mark, field.places[guide])
    }

    /// The lists of some guides.
    pub(super) fn lists(&self, field: &Field<'_>, of: &[u32]) -> Vec<List> {
        of.par_iter()
            .map_init(
                || Scratch::new(self.guides.len()),
                |scratch, &guide| self.list(field, guide, scratch),
            )
            .collect()
    }

    fn list(&self, field: &Field<'_>, guide: u32, scratch: &mut Scratch) -> List {
        let mine = &self.guides[guide as usize].own;
        for own in mine {
            let postings = &self.postings[own.term as usize];
            scratch.add(postings.candidates(), own.weight, postings.rarity());
        }
        let (shortlist, worst) = scratch.shortlist(field, guide, self.count * SHORTLIST);
        let least = (self.own_score(mine) * LEAST_SHARE / 100).max(1);
        let mut listed: Vec<(Reverse<u32>, u32, u32)> = shortlist
            .iter()
            .map(|&other| {
                let score = self.shared(mine, other).map(|(_, score)| score).sum();
                (Reverse(score), field.places[other as usize], other)
            })
            .filter(|(Reverse(score), ..)| *score >= least)
            .collect();
        listed.sort_unstable();
        listed.truncate(self.count);
        let terms = (field.guide)(guide).terms;
        let similar = listed
            .into_iter()
            .map(|(.., other)| Similar {
                guide: other as usize,
                shared: self.reasons(terms, mine, other),
            })
            .collect();
        let (shortlist, worst) = match self.lasting {
            true => (shortlist.into(), worst),
            false => (Box::default(), None),
        };
        List {
            similar,
            shortlist,
            worst,
        }
    }

    /// What a guide would score against itself.
    fn own_score(&self, mine: &[Own]) -> u32 {
        mine.iter()
            .map(|own| {
                let rarity = self.postings[own.term as usize].rarity();
                u32::from(weigh(own.weight, own.weight, rarity))
            })
            .sum()
    }

    /// The terms that two guides share, with what each is worth.
    fn shared<'b>(&'b self, mine: &'b [Own], other: u32) -> impl Iterator<Item = (&'b Own, u32)> {
        let theirs = &self.guides[other as usize].own;
        let mut at = 0;
        mine.iter().filter_map(move |own| {
            while theirs.get(at).is_some_and(|their| their.term < own.term) {
                at += 1;
            }
            let their = theirs.get(at).filter(|their| their.term == own.term)?;
            let rarity = self.postings[own.term as usize].rarity();
            Some((own, u32::from(weigh(own.weight, their.weight, rarity))))
        })
    }

    /// The labels of the strongest shared terms. A word that is part of a
    /// shared phrase gives its place to the phrase.
    fn reasons(&self, terms: &Terms, mine: &[Own], other: u32) -> Vec<String> {
        let mut shared: Vec<_> = self.shared(mine, other).collect();
        shared.sort_unstable_by_key(|(own, score)| (Reverse(*score), own.place));
        let named: Vec<(&str, &str)> = shared
            .iter()
            .map(|(own, _)| {
                let term = &terms.terms[usize::from(own.place)];
                let bare = term.key.split_once(':').map_or("", |(_, bare)| bare);
                (bare, term.label.as_str())
            })
            .collect();
        let mut reasons: Vec<(&str, &str)> = Vec::with_capacity(MOST_REASONS);
        for (bare, label) in &named {
            if reasons.len() == MOST_REASONS {
                break;
            }
            let phrase = named.iter().find(|(phrase, _)| is_part(bare, phrase));
            let (bare, label) = *phrase.unwrap_or(&(bare, label));
            if reasons.iter().all(|(seen, _)| *seen != bare) {
                reasons.push((bare, label));
            }
        }
        reasons
            .into_iter()
            .map(|(_, label)| label.to_owned())
            .collect()
    }
}

impl Scratch {
    /// Adds what a term is worth to each of its members.
    pub(super) fn add(&mut self, members: &[Member], weight: u8, rarity: u16) {
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

/// Whether a word stands in a phrase of more words.
fn is_part(word: &str, phrase: &str) -> bool {
    phrase.len() > word.len() && phrase.split(' ').any(|part| part == word)
}

/// What a shared term is worth: as much as the guide that it says less of.
pub(super) fn weigh(mine: u8, theirs: u8, rarity: u16) -> u16 {
    u16::from(mine.min(theirs)) * rarity
}

fn mark(name: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = Digest::of_bytes(name.as_bytes()).bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

pub(super) fn hashes(terms: &Terms) -> Vec<u64> {
    let hash = |text: &str| {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        hasher.finish()
    };
    terms.terms.iter().map(|term| hash(&term.key)).collect()
}

fn index_of(position: usize) -> u32 {
    u32::try_from(position).expect("fewer than four thousand million terms")
}
