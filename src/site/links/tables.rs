//! The tables of a page: where each of its targets leads.

use std::sync::{Arc, LazyLock};

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

use super::asked::{Asked, Changed};
use super::index::LinkIndex;
use super::{Target, Targets};
use crate::ground::paths::SrcPath;

/// Most pages have no images, and many no links.
static NOTHING: LazyLock<Arc<Targets>> = LazyLock::new(Arc::default);

/// Where the targets of a page lead, and what that depends on.
#[derive(Debug)]
pub(in crate::site) struct Tables {
    /// Where its links lead.
    pub(in crate::site) links: Arc<Targets>,
    /// Where its images are.
    pub(in crate::site) images: Arc<Targets>,
    /// Numbers of the pages that it leads to, each once.
    pub(in crate::site) leads_to: Box<[u32]>,
    /// Files below the content folder that it refers to, each once.
    pub(in crate::site) assets: Box<[SrcPath]>,
    /// The entries of the index that it asked for.
    asked: Box<[u64]>,
}

impl Default for Tables {
    fn default() -> Self {
        Self {
            links: Arc::clone(&NOTHING),
            images: Arc::clone(&NOTHING),
            leads_to: Box::default(),
            assets: Box::default(),
            asked: Box::default(),
        }
    }
}

impl Tables {
    /// Whether they are what they would be if they were made again, as long as
    /// the page itself is what it was.
    pub(in crate::site) fn stand(&self, changed: &Changed) -> bool {
        !changed.any(&self.asked)
    }

    /// Keeps a table that came out as it was before.
    pub(in crate::site) fn keep(&mut self, before: &Tables) {
        for (table, before) in [
            (&mut self.links, &before.links),
            (&mut self.images, &before.images),
        ] {
            if *table == *before {
                *table = Arc::clone(before);
            }
        }
    }
}

/// The tables of some pages. `lasting` says whether what they depend on is
/// noted.
pub(in crate::site) fn tables(index: &LinkIndex<'_>, of: &[usize], lasting: bool) -> Vec<Tables> {
    of.par_iter()
        .map(|&page| {
            let targets = &index.pages[page].article.targets;
            let mut asked = Asked::new(lasting);
            let links = table(&targets.links, |name| index.link(page, name, &mut asked));
            let images = table(&targets.images, |name| index.image(page, name, &mut asked));
            let mut assets: Vec<SrcPath> = links
                .iter()
                .chain(images.iter())
                .filter_map(|(_, target)| match target {
                    Target::Asset { source, .. } => Some(source.clone()),
                    _ => None,
                })
                .collect();
            assets.sort_unstable();
            assets.dedup();
            let mut leads_to = std::mem::take(&mut asked.leads_to);
            leads_to.sort_unstable();
            leads_to.dedup();
            Tables {
                links,
                images,
                leads_to: leads_to.into(),
                assets: assets.into(),
                asked: asked.codes(),
            }
        })
        .collect()
}

fn table(names: &[String], mut resolve: impl FnMut(&str) -> Target) -> Arc<Targets> {
    if names.is_empty() {
        return Arc::clone(&NOTHING);
    }
    let table = names.iter().map(|name| (name.clone(), resolve(name)));
    Arc::new(table.collect())
}
