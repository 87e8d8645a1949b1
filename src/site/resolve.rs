//! Resolve: from all articles to the site that they make together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::{IntoParallelRefMutIterator, ParallelIterator};

use super::assets::assets;
use super::give::{Around, Moved, give};
use super::given::Given;
use super::links::{self, Changed, Files, LinkIndex};
use super::memory::{Arrivals, Memory, NOWHERE, State, is_bundle};
use super::order::{Orders, orders};
use super::publication::{Edition, LeftOut, ReviewState};
use super::section::{self, Section};
use super::similar::{self, Similar};
use super::taxonomy::{self, Taxonomy};
use crate::content::article::{Article, Targets};
use crate::content::config::Config;
use crate::content::permalink::Kind;
use crate::content::terms::Terms;
use crate::ground::digest::{Digest, Digested};
use crate::ground::paths::{OutPath, SrcPath};

/// A page with a source, in its place in the site.
#[derive(Clone, Debug)]
pub struct Page {
    /// What its file says.
    pub article: Arc<Article>,
    /// Whether it is kept out of sitemap, feeds and similar guides.
    pub unfit: bool,
    /// Whether its review holds; `None` where it declares none.
    pub review: Option<ReviewState>,
    /// Whether it is the page of a section: by its name, or because a guide
    /// `fans.md` lies beside a folder `fans/` that has no page of its own.
    pub heads_section: bool,
    /// Digest of all that lists, feeds and the sitemap may show of it.
    pub shown: Digest,
}

impl Page {
    /// Whether it is a guide and not the page of a section.
    pub fn is_guide(&self) -> bool {
        !self.heads_section
    }
}

/// Everything that pages need to know of each other.
#[derive(Debug)]
pub struct Site {
    /// Pages with a source, by source path.
    pub pages: Vec<Page>,
    /// Sections by folder; home is the first.
    pub sections: Vec<Section>,
    /// The section that each page belongs to.
    pub section_of: Vec<usize>,
    /// Taxonomies that have terms.
    pub taxonomies: Vec<Taxonomy>,
    /// Guides, newest first.
    pub newest: Vec<usize>,
    /// What the site gives to each page.
    pub given: Vec<Arc<Given>>,
    /// Files that a page refers to or that belong to a bundle, and where they
    /// are copied to.
    pub assets: BTreeMap<SrcPath, OutPath>,
}

/// Puts articles in their places. `articles` may come in any order. Those that
/// nobody else holds lose the facets that nothing asks for afterwards.
pub fn resolve(
    articles: Vec<Arc<Article>>,
    config: &Config,
    files: &Files,
    edition: &Edition,
) -> Site {
    run(&mut Memory::new(false), articles, config, files, edition)
}

/// As [`resolve`], for a site that was resolved before: what did not change is
/// not worked out again. An article is known to be the same by its `Arc`, or
/// else by the digests of its facets, all of which it must still have.
pub fn resolve_again(
    memory: &mut Memory,
    articles: Vec<Arc<Article>>,
    config: &Config,
    files: &Files,
    edition: &Edition,
) -> Site {
    run(memory, articles, config, files, edition)
}

/// The pages of a site and how they are known.
pub(super) struct Pages {
    pub(super) pages: Vec<Page>,
    /// Their numbers.
    pub(super) numbers: Vec<u32>,
    /// Their places by number.
    pub(super) places: Vec<u32>,
    /// What became of each article, by number.
    pub(super) states: Vec<State>,
    left_out: BTreeMap<SrcPath, LeftOut>,
}

fn run(
    memory: &mut Memory,
    mut articles: Vec<Arc<Article>>,
    config: &Config,
    files: &Files,
    edition: &Edition,
) -> Site {
    articles.sort_by(|a, b| a.source.cmp(&b.source));
    memory.fit(config, &files.content);
    let arrivals = memory.arrive(&articles, config);
    let mut all = pages(memory, articles, &arrivals, edition);
    let known = |page: usize| &memory.known[all.numbers[page] as usize];
    let (mut sections, section_of) = section::sections(
        &mut all.pages,
        &config.title,
        &memory.folders,
        |page| known(page).folder,
        |page| known(page).address,
    );
    for (page, number) in all.pages.iter().zip(&all.numbers) {
        if let State::Page { heads_section, .. } = &mut all.states[*number as usize] {
            *heads_section = page.heads_section;
        }
    }
    let orders = ordered(memory, &all, &arrivals);
    section::fill(&mut sections, &all.pages, &section_of, &orders.listed);
    let spelt = |page: usize| &*memory.known[all.numbers[page] as usize].spelt;
    let taxonomies =
        taxonomy::taxonomies(&memory.spellings, &config.taxonomies, &orders.listed, spelt);

    let similar = similar_guides(memory, &all, &arrivals);
    if !memory.lasting {
        let nothing: Digested<Terms> = Digested::default();
        forget(&mut all.pages, |article| article.terms = nothing.clone());
    }

    let moved_tables = relink(memory, &all, &sections, &taxonomies, files, &arrivals);
    if !memory.lasting {
        let (targets, anchors): (Digested<Targets>, Digested<Vec<String>>) = Default::default();
        forget(&mut all.pages, |article| {
            article.targets = targets.clone();
            article.anchors = anchors.clone();
        });
    }

    let assets = wanted_assets(memory, &all, files);
    let moved = Moved {
        arrivals: &arrivals,
        tables: moved_tables,
        similar,
    };
    let around = Around {
        sections: &sections,
        section_of: &section_of,
        taxonomies: &taxonomies,
        orders: &orders,
        assets: &assets,
    };
    let given = give(memory, &mut all, &around, moved);
    if memory.lasting {
        memory.states = all.states;
        memory.dismiss(arrivals.gone);
    }
    let pages = all.pages;
    let newest = orders.newest.into_iter().filter(|&id| pages[id].is_guide());
    Site {
        newest: newest.collect(),
        pages,
        sections,
        section_of,
        taxonomies,
        given,
        assets,
    }
}

/// The articles that have a page in this edition.
fn pages(
    memory: &Memory,
    articles: Vec<Arc<Article>>,
    arrivals: &Arrivals,
    edition: &Edition,
) -> Pages {
    let mut all = Pages {
        pages: Vec::with_capacity(articles.len()),
        numbers: Vec::with_capacity(articles.len()),
        places: vec![NOWHERE; memory.known.len()],
        states: vec![State::Absent; memory.known.len()],
        left_out: BTreeMap::new(),
    };
    for (article, &number) in articles.into_iter().zip(&arrivals.numbers) {
        let timing = &memory.known[number as usize].timing;
        let state = &mut all.states[number as usize];
        if let Some(why) = timing.left_out(edition) {
            *state = State::LeftOut(why);
            all.left_out.insert(article.source.clone(), why);
            continue;
        }
        let page = Page {
            unfit: timing.is_unfit(edition),
            review: timing.review(edition),
            heads_section: matches!(article.kind, Kind::Home | Kind::Section),
            shown: Digest::default(),
            article,
        };
        *state = State::Page {
            unfit: page.unfit,
            review: page.review,
            heads_section: page.heads_section,
        };
        all.places[number as usize] = all.pages.len() as u32;
        all.numbers.push(number);
        all.pages.push(page);
    }
    all
}

/// Lets go of what nothing asks for again; a large site has much of it.
fn forget(pages: &mut [Page], let_go: impl Fn(&mut Article) + Sync) {
    pages.par_iter_mut().for_each(|page| {
        if let Some(article) = Arc::get_mut(&mut page.article) {
            let_go(article);
        }
    });
}

fn ordered(memory: &mut Memory, all: &Pages, arrivals: &Arrivals) -> Orders {
    let changed: Vec<bool> = all
        .states
        .iter()
        .zip(&memory.states)
        .zip(&arrivals.changes)
        .map(|((now, before), change)| change.listing || now.stands() != before.stands())
        .collect();
    let mut titles = std::mem::take(&mut memory.titles);
    let known = &memory.known;
    let standing = |number: u32| &known[number as usize].standing;
    let orders = orders(&mut titles, &changed, &all.numbers, &all.places, &standing);
    memory.titles = titles;
    orders
}

/// The lists of similar guides that were made again, by number.
fn similar_guides(
    memory: &mut Memory,
    all: &Pages,
    arrivals: &Arrivals,
) -> Vec<(u32, Vec<Similar>)> {
    let fit: Vec<u32> = all
        .numbers
        .iter()
        .copied()
        .filter(|&number| all.states[number as usize].is_fit())
        .collect();
    let changed: Vec<u32> = (0..)
        .zip(all.states.iter().zip(&memory.states))
        .filter(|&(number, (now, before))| {
            let terms = arrivals.changes[number as usize].terms;
            now.is_fit() != before.is_fit() || (terms && now.is_fit())
        })
        .map(|(number, _)| number)
        .collect();
    let guide = |number: u32| {
        let article = &all.pages[all.places[number as usize] as usize].article;
        similar::Guide {
            name: article.source.as_str(),
            terms: &article.terms,
        }
    };
    let field = similar::Field {
        guides: &fit,
        places: &all.places,
        guide: &guide,
    };
    let lists = memory.similar.update(&field, &changed);
    if !memory.lasting {
        memory.similar = similar::Index::new(0, false);
    }
    lists
}

/// Looks up the targets of pages whose tables may differ; says of every number
/// whether its tables do.
fn relink(
    memory: &mut Memory,
    all: &Pages,
    sections: &[Section],
    taxonomies: &[Taxonomy],
    files: &Files,
    arrivals: &Arrivals,
) -> Vec<bool> {
    let changed = match memory.lasting {
        true => changed_entries(memory, all, sections, taxonomies, files, arrivals),
        false => Changed::default(),
    };
    let again: Vec<usize> = (0..all.pages.len())
        .filter(|&page| {
            let number = all.numbers[page] as usize;
            arrivals.changes[number].targets
                || !memory.states[number].stands()
                || !memory.known[number].tables.stand(&changed)
        })
        .collect();
    let mut moved = vec![false; memory.known.len()];
    if again.is_empty() {
        return moved;
    }
    let index = LinkIndex::new(
        &all.pages,
        &all.numbers,
        sections,
        taxonomies,
        files,
        &all.left_out,
    );
    let tables = links::tables(&index, &again, memory.lasting);
    for (page, mut tables) in again.into_iter().zip(tables) {
        let number = all.numbers[page] as usize;
        let before = &mut memory.known[number].tables;
        tables.keep(before);
        moved[number] = !(Arc::ptr_eq(&tables.links, &before.links)
            && Arc::ptr_eq(&tables.images, &before.images));
        *before = tables;
    }
    moved
}

/// What of the index differs from the last time.
fn changed_entries(
    memory: &mut Memory,
    all: &Pages,
    sections: &[Section],
    taxonomies: &[Taxonomy],
    files: &Files,
    arrivals: &Arrivals,
) -> Changed {
    let mut changed = Changed::default();
    // What a page that stays tells others is in the articles alone.
    let same = |now: &State, before: &State| match (now, before) {
        (State::Page { .. }, State::Page { .. }) => true,
        (now, before) => now == before,
    };
    let moved = |number: usize| {
        arrivals.changes[number].places || !same(&all.states[number], &memory.states[number])
    };
    for (number, article) in &arrivals.before {
        let number = *number as usize;
        if moved(number) {
            links::keys_of_page(article, memory.states[number].stands(), &mut changed);
        }
    }
    for number in (0..memory.known.len()).filter(|&number| moved(number)) {
        if let Some(article) = memory.article(number as u32) {
            let stands = all.states[number].stands() || memory.states[number].stands();
            links::keys_of_page(article, stands, &mut changed);
        }
    }
    memory
        .around
        .update(sections, &all.numbers, taxonomies, files, &mut changed);
    changed
}

fn wanted_assets(memory: &Memory, all: &Pages, files: &Files) -> BTreeMap<SrcPath, OutPath> {
    let tables = |number: &u32| memory.known[*number as usize].tables.assets.iter();
    let wanted: BTreeSet<&SrcPath> = all.numbers.iter().flat_map(tables).collect();
    let articles = all.pages.iter().map(|page| &*page.article);
    assets(wanted, articles.filter(|article| is_bundle(article)), files)
}
