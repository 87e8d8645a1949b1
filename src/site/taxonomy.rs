//! Taxonomies and their terms.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::content::config;
use crate::content::front_matter::FrontMatter;
use crate::content::permalink::Permalink;
use crate::content::slug::slugify;

/// A taxonomy that has terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taxonomy {
    /// As configured.
    pub config: config::Taxonomy,
    /// Where its list of terms lives.
    pub permalink: Permalink,
    /// Its terms, by slug.
    pub terms: Vec<Term>,
}

/// A term of a taxonomy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The spelling that readers see.
    pub name: String,
    /// Its segment in the address.
    pub slug: String,
    /// Where its list of guides lives.
    pub permalink: Permalink,
    /// Its guides, in the order of lists.
    pub guides: Vec<usize>,
}

/// Spellings of terms without the space around them, each slugged once.
#[derive(Debug, Default)]
pub(super) struct Spellings {
    numbers: HashMap<Box<str>, u32>,
    /// By number: the spelling, and the number of its slug, if there is anything
    /// to make one of.
    spellings: Vec<(Box<str>, Option<u32>)>,
    slugs: HashMap<Box<str>, u32>,
    by_slug: Vec<Box<str>>,
}

/// The terms of a page: the taxonomy's place in the configuration and the
/// number of the spelling, as often as it stands there.
pub(super) type Spelt = Box<[(u32, u32)]>;

impl Spellings {
    /// The terms of a page.
    pub(super) fn of(&mut self, front: &FrontMatter, configured: &[config::Taxonomy]) -> Spelt {
        let mut spelt = Vec::new();
        for (taxonomy, config) in (0..).zip(configured) {
            let terms = front.taxonomies.get(&config.name);
            for term in terms.into_iter().flatten() {
                spelt.push((taxonomy, self.number(term)));
            }
        }
        spelt.into()
    }

    fn number(&mut self, term: &str) -> u32 {
        let term = term.trim();
        if let Some(number) = self.numbers.get(term) {
            return *number;
        }
        let slug = slugify(term);
        let slug = (!slug.is_empty()).then(|| {
            let next = self.by_slug.len() as u32;
            let number = *self.slugs.entry(slug.as_str().into()).or_insert(next);
            if number == next {
                self.by_slug.push(slug.into());
            }
            number
        });
        let number = self.spellings.len() as u32;
        self.spellings.push((term.into(), slug));
        self.numbers.insert(term.into(), number);
        number
    }
}

/// The configured taxonomies that guides use, and their terms. Spellings with
/// the same slug are one term, shown in the spelling that most guides use (the
/// first by alphabet among equals). `listed` are all pages in the order of
/// lists, `spelt` says their terms.
pub(super) fn taxonomies<'a>(
    spellings: &Spellings,
    configured: &[config::Taxonomy],
    listed: &[usize],
    spelt: impl Fn(usize) -> &'a [(u32, u32)],
) -> Vec<Taxonomy> {
    let mut tallies: Vec<Tally> = Vec::new();
    tallies.resize_with(configured.len(), || Tally::new(spellings));
    for &page in listed {
        for &(taxonomy, spelling) in spelt(page) {
            tallies[taxonomy as usize].count(spellings, page, spelling);
        }
    }
    let found = configured
        .iter()
        .zip(tallies)
        .filter_map(|(config, tally)| {
            let terms = tally.terms(spellings, &config.name);
            let permalink = Permalink::folder(&config.name).ok()?;
            (!terms.is_empty()).then(|| Taxonomy {
                config: config.clone(),
                permalink,
                terms,
            })
        });
    found.collect()
}

/// The use that is made of one taxonomy.
struct Tally {
    /// How often each spelling stands.
    counts: Vec<u32>,
    /// The pages of each slug.
    pages: Vec<Vec<usize>>,
}

impl Tally {
    fn new(spellings: &Spellings) -> Self {
        Self {
            counts: vec![0; spellings.spellings.len()],
            pages: vec![Vec::new(); spellings.by_slug.len()],
        }
    }

    fn count(&mut self, spellings: &Spellings, page: usize, spelling: u32) {
        let Some(slug) = spellings.spellings[spelling as usize].1 else {
            return;
        };
        self.counts[spelling as usize] += 1;
        let pages = &mut self.pages[slug as usize];
        if pages.last() != Some(&page) {
            pages.push(page);
        }
    }

    fn terms(self, spellings: &Spellings, taxonomy: &str) -> Vec<Term> {
        let mut names: Vec<Option<(u32, Reverse<&str>)>> = vec![None; self.pages.len()];
        let spelt = spellings.spellings.iter().zip(&self.counts);
        for ((spelling, slug), &count) in spelt.filter(|(_, count)| **count > 0) {
            if let Some(slug) = slug {
                let name = &mut names[*slug as usize];
                *name = (*name).max(Some((count, Reverse(spelling))));
            }
        }
        let mut terms: Vec<Term> = self
            .pages
            .into_iter()
            .zip(names)
            .zip(&spellings.by_slug)
            .filter_map(|((guides, name), slug)| {
                let (_, Reverse(name)) = name?;
                let permalink = Permalink::folder(&format!("{taxonomy}/{slug}")).ok()?;
                Some(Term {
                    name: name.to_owned(),
                    slug: slug.to_string(),
                    permalink,
                    guides,
                })
            })
            .collect();
        terms.sort_unstable_by(|a, b| a.slug.cmp(&b.slug));
        terms
    }
}

impl Taxonomy {
    /// The term that a spelling belongs to.
    pub fn term(&self, spelling: &str) -> Option<&Term> {
        let slug = slugify(spelling);
        self.terms
            .binary_search_by(|term| term.slug.as_str().cmp(&slug))
            .ok()
            .map(|at| &self.terms[at])
    }
}
