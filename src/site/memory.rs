//! What is kept of a site from one time that it is resolved to the next.
//!
//! Pages are known by numbers here: a page's place among the others moves as
//! they come and go, its number stays. Invariant: resolving with a memory
//! gives what resolving without one gives, whatever happened in between; the
//! memory only says what need not be worked out again.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::given::Given;
use super::links::{Around, Tables};
use super::order::Standing;
use super::publication::{LeftOut, ReviewState, Timing};
use super::section::{Folders, address_code};
use super::similar::Index;
use super::taxonomy::{Spellings, Spelt};
use crate::content::article::Article;
use crate::content::config::{Config, ReviewOptions, Taxonomy};
use crate::content::permalink::Kind;
use crate::ground::digest::Digest;
use crate::ground::paths::{OutPath, SrcPath};

/// The place of a page that the site does not have.
pub(super) const NOWHERE: u32 = u32::MAX;

/// What is kept of a site from one time that it is resolved to the next.
///
/// Belongs to one site; for another, or another configuration, it starts
/// afresh by itself.
#[derive(Debug)]
pub struct Memory {
    /// Whether it will be asked again. One that is not keeps no article alive
    /// and notes nothing for later.
    pub(super) lasting: bool,
    frame: Option<Frame>,
    /// By number.
    pub(super) known: Vec<Known>,
    /// What each page was the last time, by number.
    pub(super) states: Vec<State>,
    /// The numbers of all articles, by source.
    order: Vec<u32>,
    free: Vec<u32>,
    /// The numbers of the pages, by title.
    pub(super) titles: Vec<u32>,
    pub(super) spellings: Spellings,
    pub(super) folders: Folders,
    pub(super) similar: Index,
    pub(super) around: Around,
    pub(super) assets: BTreeMap<SrcPath, OutPath>,
    /// Digests of titles and addresses of sections and those above, by folder.
    pub(super) trails: HashMap<String, Digest>,
    /// Names of terms by address.
    pub(super) names: HashMap<String, String>,
}

/// The part of the configuration that decides what is remembered.
#[derive(Debug, PartialEq)]
struct Frame {
    noindex: Vec<String>,
    review: ReviewOptions,
    taxonomies: Vec<Taxonomy>,
    similar: usize,
    content: String,
}

/// What is known of an article, and of its page.
#[derive(Debug, Default)]
pub(super) struct Known {
    article: Option<Arc<Article>>,
    pub(super) timing: Timing,
    pub(super) standing: Standing,
    /// The folder of its section.
    pub(super) folder: u32,
    /// The code of its address.
    pub(super) address: u64,
    pub(super) spelt: Spelt,
    pub(super) tables: Tables,
    /// Numbers of similar guides.
    pub(super) relatives: Box<[u32]>,
    /// Numbers of the pages that link here.
    pub(super) backlinks: Box<[u32]>,
    /// Numbers of the guides before and after it in its section.
    pub(super) neighbours: (u32, u32),
    pub(super) shown: Digest,
    pub(super) given: Option<Arc<Given>>,
}

/// What an article was in the site.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing: it was not there.
    #[default]
    Absent,
    /// It was left out.
    LeftOut(LeftOut),
    /// It had a page.
    Page {
        unfit: bool,
        review: Option<ReviewState>,
        heads_section: bool,
    },
}

impl State {
    /// Whether it had a page.
    pub(super) fn stands(self) -> bool {
        matches!(self, State::Page { .. })
    }

    /// Whether others could list it as similar.
    pub(super) fn is_fit(self) -> bool {
        let State::Page {
            unfit,
            heads_section,
            ..
        } = self
        else {
            return false;
        };
        !unfit && !heads_section
    }
}

/// What of an article differs from the last time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) any: bool,
    pub(super) listing: bool,
    pub(super) terms: bool,
    pub(super) targets: bool,
    /// Its address, its other addresses, or its anchors.
    pub(super) places: bool,
}

/// Articles as they have come, compared with the last time.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    /// The number of each article.
    pub(super) numbers: Vec<u32>,
    /// What differs, by number.
    pub(super) changes: Vec<Change>,
    /// Articles that are not as they were, or are no more, as they were.
    pub(super) before: Vec<(u32, Arc<Article>)>,
    /// The numbers of those that are no more.
    pub(super) gone: Vec<u32>,
}

impl Default for Memory {
    /// An empty memory.
    fn default() -> Self {
        Self::new(true)
    }
}

impl Memory {
    pub(super) fn new(lasting: bool) -> Self {
        Self {
            lasting,
            frame: None,
            known: Vec::new(),
            states: Vec::new(),
            order: Vec::new(),
            free: Vec::new(),
            titles: Vec::new(),
            spellings: Spellings::default(),
            folders: Folders::default(),
            similar: Index::new(0, lasting),
            around: Around::default(),
            assets: BTreeMap::new(),
            trails: HashMap::new(),
            names: HashMap::new(),
        }
    }

    /// Starts afresh if the configuration asks for another site.
    pub(super) fn fit(&mut self, config: &Config, content: &str) {
        let frame = Frame {
            noindex: config.noindex.clone(),
            review: config.review.clone(),
            taxonomies: config.taxonomies.clone(),
            similar: config.similar.count,
            content: content.to_owned(),
        };
        if self.frame.as_ref() != Some(&frame) {
            *self = Self::new(self.lasting);
            self.similar = Index::new(frame.similar, self.lasting);
            self.frame = Some(frame);
        }
    }

    /// Takes in all articles, sorted by source, and says what differs from the
    /// last time.
    pub(super) fn arrive(&mut self, articles: &[Arc<Article>], config: &Config) -> Arrivals {
        let mut arrivals = Arrivals::default();
        let order = std::mem::take(&mut self.order);
        let mut before = order.into_iter().peekable();
        let mut changed: Vec<(u32, &Arc<Article>)> = Vec::new();
        for article in articles {
            let number = loop {
                let known = before.peek().map(|&number| (number, self.article(number)));
                let Some((number, known)) = known else {
                    break None;
                };
                match known.map(|known| known.source.cmp(&article.source)) {
                    Some(Ordering::Equal) => {
                        before.next();
                        break Some(number);
                    }
                    Some(Ordering::Less) | None => {
                        before.next();
                        arrivals.gone.push(number);
                    }
                    Some(Ordering::Greater) => break None,
                }
            };
            let number = number.unwrap_or_else(|| self.next_number());
            arrivals.numbers.push(number);
            let same = self
                .article(number)
                .is_some_and(|known| Arc::ptr_eq(known, article));
            if !same {
                changed.push((number, article));
            }
        }
        arrivals.gone.extend(before);
        arrivals.changes = vec![Change::default(); self.known.len()];
        for &(number, article) in &changed {
            let change = &mut arrivals.changes[number as usize];
            *change = Change::of(self.article(number).map(|known| &**known), article);
        }
        self.read(&changed, config);
        for (number, article) in changed {
            let keep = self.lasting.then(|| Arc::clone(article));
            let old = std::mem::replace(&mut self.known[number as usize].article, keep);
            arrivals.before.extend(old.map(|old| (number, old)));
        }
        for &number in &arrivals.gone {
            let old = self.known[number as usize].article.take();
            arrivals.before.extend(old.map(|old| (number, old)));
        }
        if self.lasting {
            self.order.clone_from(&arrivals.numbers);
        }
        arrivals
    }

    /// The article of a number, as it was last seen.
    pub(super) fn article(&self, number: u32) -> Option<&Arc<Article>> {
        self.known[number as usize].article.as_ref()
    }

    fn next_number(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            self.known.push(Known::default());
            self.states.push(State::default());
            u32::try_from(self.known.len() - 1).expect("fewer than four thousand million articles")
        })
    }

    /// Reads out of changed articles what is asked of them again and again.
    fn read(&mut self, changed: &[(u32, &Arc<Article>)], config: &Config) {
        let read: Vec<(Timing, Standing, u64)> = changed
            .par_iter()
            .map(|(_, article)| {
                let front = article.front.all();
                let timing = Timing::of(&front, &article.meta, &config.noindex, &config.review);
                let standing = Standing {
                    title: article.listing.title.to_lowercase().into(),
                    weight: front.weight,
                    date: timing.date(),
                };
                (timing, standing, address_code(&article.listing.permalink))
            })
            .collect();
        for ((number, article), (timing, standing, address)) in changed.iter().zip(read) {
            let known = &mut self.known[*number as usize];
            known.timing = timing;
            known.standing = standing;
            known.address = address;
            known.folder = self.folders.of(article);
            known.spelt = self.spellings.of(&article.front.all(), &config.taxonomies);
        }
    }

    /// Forgets articles that are no more. Their numbers are free for others.
    pub(super) fn dismiss(&mut self, gone: Vec<u32>) {
        for number in gone {
            self.known[number as usize] = Known::default();
            self.free.push(number);
        }
    }
}

impl Change {
    fn of(before: Option<&Article>, after: &Article) -> Self {
        let Some(before) = before else {
            return Self {
                any: true,
                listing: true,
                terms: true,
                targets: true,
                places: true,
            };
        };
        let listing = before.listing != after.listing;
        let moved = listing && before.listing.permalink != after.listing.permalink;
        Self {
            any: true,
            listing,
            terms: before.terms != after.terms,
            // A link can be meant from the page's own address, or its folder.
            targets: before.targets != after.targets || moved || before.folder != after.folder,
            places: moved
                || before.anchors != after.anchors
                || before.own.aliases != after.own.aliases,
        }
    }
}

/// Whether an article's folder moves with its address.
pub(super) fn is_bundle(article: &Article) -> bool {
    article.kind == Kind::Bundle
}
