//! The index: which guides have which terms.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use rayon::prelude::{IntoParallelIterator, IntoParallelRefIterator, ParallelIterator};

use super::Guide;
use super::postings::{Member, Postings, Rank};
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
    pub(super) place: u8,
}

/// What the index knows of a guide.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Its terms; none where it may not be listed.
    pub(super) own: Box<[Own]>,
    /// Decides between equals which of them stand for a crowded term.
    mark: u64,
    /// Which of its terms were asked for candidates, a bit for each.
    pub(super) asked: u64,
    /// The guides that were compared with it in full. Not kept in an index
    /// that is used once.
    pub(super) shortlist: Box<[u32]>,
    /// Score and number of the last on the shortlist, where that is full: who
    /// scores no better is not compared.
    pub(super) worst: Option<(u16, u32)>,
}

/// The weight of a term among others.
pub(super) fn weight(own: &[Own], term: u32) -> Option<u8> {
    let found = own.iter().find(|own| own.term == term)?;
    Some(found.weight)
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
        let read: Vec<(u64, Vec<Read>)> = field
            .guides
            .par_iter()
            .map(|&number| {
                let guide = (field.guide)(number);
                (mark(guide.name), read(guide.terms))
            })
            .collect();
        let mut members: Vec<Vec<Member>> = Vec::new();
        for (&number, (mark, read)) in field.guides.iter().zip(&read) {
            let own = self.own(read);
            members.resize_with(self.postings.len(), Vec::new);
            for own in &own {
                members[own.term as usize].push(Member::new(number, own.weight));
            }
            let known = &mut self.guides[number as usize];
            known.own = own;
            known.mark = *mark;
        }
        self.postings = members
            .into_par_iter()
            .map(|members| Postings::of(members, |member| self.rank(field, member)))
            .collect();
    }

    /// A guide's terms by number; new terms get one.
    fn own(&mut self, read: &[Read]) -> Box<[Own]> {
        let own = read.iter().map(|term| {
            let next = self.postings.len();
            let next = u32::try_from(next).expect("fewer than four thousand million terms");
            let number = *self.numbers.entry(term.hash).or_insert(next);
            if number == next {
                self.postings.push(Postings::default());
            }
            Own {
                term: number,
                weight: term.weight,
                place: term.place,
            }
        });
        own.collect()
    }

    /// Notes a guide that has come or was edited, and says its terms.
    pub(super) fn admit(&mut self, number: u32, guide: &Guide<'_>) -> Box<[Own]> {
        let wanted = number as usize + 1;
        if self.guides.len() < wanted {
            self.guides.resize_with(wanted, Known::default);
        }
        self.guides[number as usize].mark = mark(guide.name);
        self.own(&read(guide.terms))
    }

    /// What decides whether a guide stands for a crowded term.
    pub(super) fn rank(&self, field: &Field<'_>, member: Member) -> Rank {
        let guide = member.guide() as usize;
        let mark = self.guides[guide].mark;
        (Reverse(member.weight()), mark, field.places[guide])
    }
}

fn mark(name: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = Digest::of_bytes(name.as_bytes()).bytes();
    u64::from_le_bytes([a, b, c, d, e, f, g, h])
}

/// A term of a guide, before it has a number.
struct Read {
    hash: u64,
    weight: u8,
    place: u8,
}

/// The terms of a guide, each once.
fn read(terms: &Terms) -> Vec<Read> {
    let mut read: Vec<Read> = Vec::with_capacity(terms.len());
    for (place, term) in (0..=u8::MAX).zip(terms.iter()) {
        let mut hasher = DefaultHasher::new();
        term.key.hash(&mut hasher);
        let hash = hasher.finish();
        if term.weight > 0 && read.iter().all(|other| other.hash != hash) {
            read.push(Read {
                hash,
                weight: term.weight.min(15),
                place,
            });
        }
    }
    read
}
