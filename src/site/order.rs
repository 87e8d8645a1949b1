//! The orders that lists have.
//!
//! All of them end with the title and then the source, so that no two pages
//! are equal. Titles are compared once: a page's rank by title stands for it
//! in the other orders, which are then of numbers alone.

use std::cmp::Reverse;

use jiff::Timestamp;
use rayon::prelude::ParallelSliceMut;

/// What decides a page's place in lists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Standing {
    /// Its title in lower case.
    pub(super) title: Box<str>,
    /// Its weight; none comes last.
    pub(super) weight: Option<i64>,
    /// When it was published.
    pub(super) date: Option<Timestamp>,
}

/// The orders of a site's pages.
#[derive(Debug, Default)]
pub(super) struct Orders {
    /// Pages by title.
    pub(super) by_title: Vec<usize>,
    /// Pages as lists have them: by weight, then newest first, then by title.
    pub(super) listed: Vec<usize>,
    /// Pages where the newest are sought: by date, then by title.
    pub(super) newest: Vec<usize>,
}

/// Orders pages. `titles` are the numbers of the pages by title as they were
/// the last time, and are brought up to date; `changed` says of a number
/// whether its page is new among them or has another title. `numbers` are the
/// pages' numbers, `places` their places by number, if they have one.
pub(super) fn orders<'a>(
    titles: &mut Vec<u32>,
    changed: &[bool],
    numbers: &[u32],
    places: &[u32],
    standing: &(dyn Fn(u32) -> &'a Standing + Sync),
) -> Orders {
    let place = |number: u32| places[number as usize];
    let by_title = |a: &u32, b: &u32| {
        let (a, b) = (*a, *b);
        (&standing(a).title, place(a)).cmp(&(&standing(b).title, place(b)))
    };
    titles.retain(|&number| place(number) != super::memory::NOWHERE && !changed[number as usize]);
    let mut added: Vec<u32> = numbers
        .iter()
        .copied()
        .filter(|&number| changed[number as usize])
        .collect();
    if added.len() > numbers.len() / 8 {
        titles.append(&mut added);
        titles.par_sort_unstable_by(by_title);
    } else if !added.is_empty() {
        added.sort_unstable_by(by_title);
        let mut merged = Vec::with_capacity(numbers.len());
        let mut rest = titles.as_slice();
        for number in added {
            let at = rest.partition_point(|other| by_title(other, &number).is_lt());
            merged.extend_from_slice(&rest[..at]);
            merged.push(number);
            rest = &rest[at..];
        }
        merged.extend_from_slice(rest);
        *titles = merged;
    }
    let pages: Vec<usize> = titles
        .iter()
        .map(|&number| place(number) as usize)
        .collect();
    let mut listed = Vec::with_capacity(pages.len());
    let mut newest = Vec::with_capacity(pages.len());
    for (rank, (&number, &page)) in titles.iter().zip(&pages).enumerate() {
        let standing = standing(number);
        let weight = standing.weight.unwrap_or(i64::MAX);
        listed.push((weight, Reverse(standing.date), rank, page));
        newest.push((Reverse(standing.date), rank, page));
    }
    listed.sort_unstable();
    newest.sort_unstable();
    Orders {
        by_title: pages,
        listed: listed.into_iter().map(|(.., page)| page).collect(),
        newest: newest.into_iter().map(|(.., page)| page).collect(),
    }
}
