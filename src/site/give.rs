//! Gives every page what the site has for it: again what it had, where that is
//! the same.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};
use serde::Serialize;

use super::given::{Given, SimilarGuide};
use super::memory::{Arrivals, Change, Memory, NOWHERE};
use super::order::Orders;
use super::publication::ReviewState;
use super::resolve::{Page, Pages};
use super::section::Section;
use super::similar::Similar;
use super::taxonomy::{Taxonomy, Term};
use crate::content::article::Listing;
use crate::ground::date::Moment;
use crate::ground::digest::{Digest, Digested};
use crate::ground::paths::{OutPath, SrcPath};

/// Backlinks listed on a page.
const MOST_BACKLINKS: usize = 20;

/// What the stages before have found to differ.
pub(super) struct Moved<'a> {
    pub(super) arrivals: &'a Arrivals,
    /// By number: whether its tables differ.
    pub(super) tables: Vec<bool>,
    /// Lists that were made again, by number.
    pub(super) similar: Vec<(u32, Vec<Similar>)>,
}

/// The rest of the site as pages see it.
pub(super) struct Around<'a> {
    pub(super) sections: &'a [Section],
    pub(super) section_of: &'a [usize],
    pub(super) taxonomies: &'a [Taxonomy],
    pub(super) orders: &'a Orders,
    pub(super) assets: &'a BTreeMap<SrcPath, OutPath>,
}

/// What the site gives to each page.
pub(super) fn give(
    memory: &mut Memory,
    all: &mut Pages,
    around: &Around<'_>,
    moved: Moved<'_>,
) -> Vec<Arc<Given>> {
    let changes = &moved.arrivals.changes;
    // Pages that are given something else, by number.
    let mut other = moved.tables;
    note_sections(memory, all, around, &mut other);
    note_terms(memory, all, around.taxonomies, &mut other);
    note_assets(memory, all, around.assets, &mut other);
    for (number, (now, before)) in all.states.iter().zip(&memory.states).enumerate() {
        other[number] |= now != before;
        if !before.stands() {
            // What it was given before it went was not kept up since.
            memory.known[number].given = None;
        }
    }
    show(memory, all, changes);
    let similar = relate(memory, all, moved.similar, moved.arrivals);
    let backlinks = backlinks(memory, all, around.orders);
    let neighbours = neighbours(all, around.sections);

    let listing = |number: u32| {
        let place = all
            .places
            .get(number as usize)
            .filter(|place| **place != NOWHERE)?;
        Some(all.pages[*place as usize].article.listing.clone())
    };
    let differs = |number: &u32| *number != NOWHERE && changes[*number as usize].listing;
    let mut given = Vec::with_capacity(all.pages.len());
    let pages = all
        .numbers
        .iter()
        .zip(similar)
        .zip(backlinks)
        .zip(neighbours);
    for (((&number, similar), backlinks), neighbours) in pages {
        let known = &mut memory.known[number as usize];
        let before = known.given.take();
        let same_backlinks =
            before.is_some() && *known.backlinks == *backlinks && !backlinks.iter().any(differs);
        let same_neighbours =
            known.neighbours == neighbours && !(differs(&neighbours.0) || differs(&neighbours.1));
        let now = match before {
            Some(before)
                if same_backlinks
                    && same_neighbours
                    && similar.is_none()
                    && !other[number as usize] =>
            {
                before
            }
            before => Arc::new(Given {
                links: Arc::clone(&known.tables.links),
                images: Arc::clone(&known.tables.images),
                similar: similar.unwrap_or_else(|| {
                    before
                        .as_ref()
                        .map(|before| Arc::clone(&before.similar))
                        .unwrap_or_default()
                }),
                backlinks: match &before {
                    Some(before) if same_backlinks => Arc::clone(&before.backlinks),
                    _ => Arc::new(backlinks.iter().filter_map(|&from| listing(from)).collect()),
                },
                previous: listing(neighbours.0),
                next: listing(neighbours.1),
            }),
        };
        if memory.lasting {
            known.backlinks = backlinks.into();
            known.neighbours = neighbours;
            known.given = Some(Arc::clone(&now));
        }
        given.push(now);
    }
    given
}

/// Notes the pages below sections whose titles or addresses differ, or those
/// of a section above.
fn note_sections(memory: &mut Memory, all: &Pages, around: &Around<'_>, other: &mut [bool]) {
    if !memory.lasting {
        return;
    }
    let mut trails: Vec<Digest> = Vec::with_capacity(around.sections.len());
    for section in around.sections {
        let above = section.parent.map(|parent| trails[parent]);
        trails.push(Digest::of(&(above, &section.title, &section.permalink)));
    }
    let known =
        |(section, trail): (&Section, &Digest)| memory.trails.get(&section.folder) == Some(trail);
    let same: Vec<bool> = around.sections.iter().zip(&trails).map(known).collect();
    if same.len() == memory.trails.len() && same.iter().all(|same| *same) {
        return;
    }
    for (&number, &section) in all.numbers.iter().zip(around.section_of) {
        other[number as usize] |= !same[section];
    }
    let folders = around.sections.iter().map(|section| section.folder.clone());
    memory.trails = folders.zip(trails).collect();
}

/// Notes the pages with terms whose names differ.
fn note_terms(memory: &mut Memory, all: &Pages, taxonomies: &[Taxonomy], other: &mut [bool]) {
    if !memory.lasting {
        return;
    }
    let terms = || taxonomies.iter().flat_map(|taxonomy| &taxonomy.terms);
    let mut same = memory.names.len() == terms().count();
    for term in terms() {
        if memory.names.get(&term.permalink.path) != Some(&term.name) {
            same = false;
            for &page in &term.guides {
                other[all.numbers[page] as usize] = true;
            }
        }
    }
    if !same {
        let name = |term: &Term| (term.permalink.path.clone(), term.name.clone());
        memory.names = terms().map(name).collect();
    }
}

/// Notes the pages that refer to files which are copied elsewhere now.
fn note_assets(
    memory: &mut Memory,
    all: &Pages,
    assets: &BTreeMap<SrcPath, OutPath>,
    other: &mut [bool],
) {
    if !memory.lasting || memory.assets == *assets {
        return;
    }
    let before = std::mem::replace(&mut memory.assets, assets.clone());
    let moved: HashSet<&SrcPath> = assets
        .iter()
        .filter(|(source, path)| before.get(*source) != Some(path))
        .map(|(source, _)| source)
        .chain(before.keys().filter(|source| !assets.contains_key(*source)))
        .collect();
    for &number in &all.numbers {
        let mut refers_to = memory.known[number as usize].tables.assets.iter();
        other[number as usize] |= refers_to.any(|asset| moved.contains(asset));
    }
}

/// What lists, feeds and the sitemap may show of a page.
#[derive(Serialize)]
struct Shown<'a> {
    listing: &'a Digested<Listing>,
    date: &'a Option<Moment>,
    updated: &'a Option<Moment>,
    draft: bool,
    authors: &'a [String],
    unfit: bool,
    review: Option<ReviewState>,
}

/// Digests what others may show of pages that are not as they were.
fn show(memory: &mut Memory, all: &mut Pages, changes: &[Change]) {
    let known = &memory.known;
    let differs = |number: u32| {
        let number = number as usize;
        changes[number].any || all.states[number] != memory.states[number]
    };
    all.pages
        .par_iter_mut()
        .zip(&all.numbers)
        .for_each(|(page, &number)| {
            page.shown = match differs(number) {
                true => shown(page),
                false => known[number as usize].shown,
            };
        });
    for (page, &number) in all.pages.iter().zip(&all.numbers) {
        memory.known[number as usize].shown = page.shown;
    }
}

fn shown(page: &Page) -> Digest {
    let front = &page.article.front;
    Digest::of(&Shown {
        listing: &page.article.listing,
        date: &front.date,
        updated: &front.updated,
        draft: front.is_draft,
        authors: &front.all().authors,
        unfit: page.unfit,
        review: page.review,
    })
}

/// The similar guides of each page, where they differ.
fn relate(
    memory: &mut Memory,
    all: &Pages,
    made: Vec<(u32, Vec<Similar>)>,
    arrivals: &Arrivals,
) -> Vec<Option<Arc<Vec<SimilarGuide>>>> {
    let mut related = vec![None; all.pages.len()];
    let listing = |number: u32| {
        let page = &all.pages[all.places[number as usize] as usize];
        page.article.listing.clone()
    };
    let mut made: HashMap<u32, Vec<Similar>> = made.into_iter().collect();
    for (related, &number) in related.iter_mut().zip(&all.numbers) {
        let known = &mut memory.known[number as usize];
        let before = known.given.as_ref().map(|given| &given.similar);
        let now: Vec<SimilarGuide> = if !all.states[number as usize].is_fit() {
            known.relatives = Box::default();
            Vec::new()
        } else if let Some(list) = made.remove(&number) {
            if memory.lasting {
                known.relatives = list.iter().map(|similar| similar.guide as u32).collect();
            }
            let guide = |similar: Similar| SimilarGuide {
                listing: listing(similar.guide as u32),
                shared: similar.shared,
            };
            list.into_iter().map(guide).collect()
        } else {
            let differs = |number: &u32| arrivals.changes[*number as usize].listing;
            if !known.relatives.iter().any(differs) {
                continue;
            }
            let before = before.into_iter().flat_map(|before| before.iter());
            let guide = |(&number, similar): (&u32, &SimilarGuide)| SimilarGuide {
                listing: listing(number),
                shared: similar.shared.clone(),
            };
            known.relatives.iter().zip(before).map(guide).collect()
        };
        if before.map_or(!now.is_empty(), |before| **before != now) {
            *related = Some(Arc::new(now));
        }
    }
    related
}

/// Numbers of the pages that link to each page, by title.
fn backlinks(memory: &Memory, all: &Pages, orders: &Orders) -> Vec<Vec<u32>> {
    let mut backlinks = vec![Vec::new(); all.pages.len()];
    for &page in &orders.by_title {
        let from = all.numbers[page];
        for &to in &memory.known[from as usize].tables.leads_to {
            let place = all.places[to as usize];
            if to != from
                && place != NOWHERE
                && let list = &mut backlinks[place as usize]
                && list.len() < MOST_BACKLINKS
            {
                list.push(from);
            }
        }
    }
    backlinks
}

/// Numbers of the guides before and after each guide in its section.
fn neighbours(all: &Pages, sections: &[Section]) -> Vec<(u32, u32)> {
    let mut neighbours = vec![(NOWHERE, NOWHERE); all.pages.len()];
    for section in sections {
        for pair in section.guides.windows(2) {
            neighbours[pair[0]].1 = all.numbers[pair[1]];
            neighbours[pair[1]].0 = all.numbers[pair[0]];
        }
    }
    neighbours
}
