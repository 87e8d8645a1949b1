//! Taxonomies and their terms.

use std::collections::BTreeMap;

use crate::content::config;
use crate::content::permalink::Permalink;
use crate::content::slug::slugify;

use super::resolve::Page;

/// A taxonomy that has terms.
#[derive(Clone, Debug)]
pub struct Taxonomy {
    /// As configured.
    pub config: config::Taxonomy,
    /// Where its list of terms lives.
    pub permalink: Permalink,
    /// Its terms, by slug.
    pub terms: Vec<Term>,
}

/// A term of a taxonomy.
#[derive(Clone, Debug)]
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

/// The configured taxonomies that guides use, and their terms. Spellings with
/// the same slug are one term, shown in the spelling that most guides use (the
/// first by alphabet among equals).
pub fn taxonomies(pages: &[Page], configured: &[config::Taxonomy]) -> Vec<Taxonomy> {
    let mut found = Vec::new();
    for config in configured {
        let mut spellings: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
        let mut guides: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (id, page) in pages.iter().enumerate() {
            for term in page
                .article
                .front
                .taxonomies
                .get(&config.name)
                .into_iter()
                .flatten()
            {
                let slug = slugify(term);
                if slug.is_empty() {
                    continue;
                }
                *spellings
                    .entry(slug.clone())
                    .or_default()
                    .entry(term.trim())
                    .or_default() += 1;
                let members = guides.entry(slug).or_default();
                if members.last() != Some(&id) {
                    members.push(id);
                }
            }
        }
        let terms: Vec<Term> = guides
            .into_iter()
            .filter_map(|(slug, mut guides)| {
                guides.sort_by_cached_key(|&id| pages[id].list_order());
                let spelling = spellings.remove(&slug)?;
                let name = spelling
                    .iter()
                    .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))?
                    .0;
                let permalink = Permalink::folder(&format!("{}/{slug}", config.name)).ok()?;
                Some(Term {
                    name: (*name).to_owned(),
                    slug,
                    permalink,
                    guides,
                })
            })
            .collect();
        if let (false, Ok(permalink)) = (terms.is_empty(), Permalink::folder(&config.name)) {
            found.push(Taxonomy {
                config: config.clone(),
                permalink,
                terms,
            });
        }
    }
    found
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
