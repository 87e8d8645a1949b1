//! Resolve: from all articles to the site that they make together.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use rayon::prelude::*;

use super::links::{Files, LinkIndex, Target};
use super::publication::{self, Edition, LeftOut, ReviewState};
use super::section::{self, Section};
use super::similar::{self, Similar};
use super::taxonomy::{self, Taxonomy};
use crate::content::article::Article;
use crate::content::config::Config;
use crate::content::permalink::Kind;
use crate::content::terms::Terms;
use crate::ground::digest::Digested;
use crate::ground::paths::{OutPath, SrcPath};

/// Where targets lead, by target as written, sorted.
pub type Targets = Vec<(String, Target)>;

/// Backlinks listed on a page.
const MOST_BACKLINKS: usize = 20;

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
}

impl Page {
    /// How pages sort in lists: by weight, then newest first, then by title.
    pub fn list_order(&self) -> impl Ord + '_ {
        let front = &self.article.front;
        (
            front.weight.unwrap_or(i64::MAX),
            Reverse(front.date.map(|date| date.instant)),
            self.article.listing.title.to_lowercase(),
            self.article.source.as_str(),
        )
    }

    /// How pages sort where the newest are sought: by date, then by title.
    pub fn newest_order(&self) -> impl Ord + '_ {
        let front = &self.article.front;
        (
            Reverse(front.date.map(|date| date.instant)),
            self.article.listing.title.to_lowercase(),
            self.article.source.as_str(),
        )
    }

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
    /// Where each page's links lead, by target as written.
    pub links: Vec<Targets>,
    /// Where each page's images are, by target as written.
    pub images: Vec<Targets>,
    /// Pages that link to each page.
    pub backlinks: Vec<Vec<usize>>,
    /// Guides similar to each page, best first: page and shared terms.
    pub similar: Vec<Vec<Similar>>,
    /// The guide before and after each guide in its section.
    pub neighbours: Vec<(Option<usize>, Option<usize>)>,
    /// Files that a page refers to or that belong to a bundle, and where they
    /// are copied to.
    pub assets: BTreeMap<SrcPath, OutPath>,
}

/// Puts articles in their places. `articles` may come in any order.
pub fn resolve(
    mut articles: Vec<Arc<Article>>,
    config: &Config,
    files: &Files,
    edition: &Edition,
) -> Site {
    articles.sort_by(|a, b| a.source.cmp(&b.source));
    let mut left_out: BTreeMap<SrcPath, LeftOut> = BTreeMap::new();
    let mut pages = Vec::with_capacity(articles.len());
    for article in articles {
        if let Some(why) = publication::left_out(&article.front, edition) {
            left_out.insert(article.source.clone(), why);
            continue;
        }
        let unfit = publication::is_unfit(
            &article.front,
            &article.meta,
            &config.noindex,
            &config.review,
            edition,
        );
        let review = publication::review_state(&article.front, edition);
        let heads_section = matches!(article.kind, Kind::Home | Kind::Section);
        pages.push(Page {
            article,
            unfit,
            review,
            heads_section,
        });
    }
    let (sections, section_of) = section::sections(&mut pages, &config.title);
    let taxonomies = taxonomy::taxonomies(&pages, &config.taxonomies);
    let mut newest: Vec<usize> = (0..pages.len())
        .filter(|&id| pages[id].is_guide())
        .collect();
    newest.sort_by_cached_key(|&id| pages[id].newest_order());

    let similar = similar_guides(&pages, config.similar.count);
    forget(&mut pages, |article| article.terms = Digested::default());

    let index = LinkIndex::new(&pages, &sections, &taxonomies, files, &left_out);
    let (links, images): (Vec<_>, Vec<_>) = (0..pages.len())
        .into_par_iter()
        .map(|id| {
            let targets = &pages[id].article.targets;
            let table = |names: &[String], resolve: &dyn Fn(&str) -> Target| {
                names
                    .iter()
                    .map(|name| (name.clone(), resolve(name)))
                    .collect::<Targets>()
            };
            (
                table(&targets.links, &|name| index.link(id, name)),
                table(&targets.images, &|name| index.image(id, name)),
            )
        })
        .unzip();
    drop(index);
    forget(&mut pages, |article| {
        article.targets = Digested::default();
        article.anchors = Digested::default();
    });

    let backlinks = backlinks(&pages, &links);
    let neighbours = neighbours(&sections, pages.len());
    let assets = assets(&pages, &links, &images, files);
    Site {
        pages,
        sections,
        section_of,
        taxonomies,
        newest,
        links,
        images,
        backlinks,
        similar,
        neighbours,
        assets,
    }
}

/// Lets go of what nothing asks for again; a large site has much of it.
fn forget(pages: &mut [Page], let_go: impl Fn(&mut Article)) {
    for page in pages {
        if let Some(article) = Arc::get_mut(&mut page.article) {
            let_go(article);
        }
    }
}

fn backlinks(pages: &[Page], links: &[Targets]) -> Vec<Vec<usize>> {
    let mut backlinks = vec![Vec::new(); pages.len()];
    for (from, table) in links.iter().enumerate() {
        for (_, target) in table {
            if let Target::Page { page: Some(to), .. } = target
                && *to != from
                && backlinks[*to].last() != Some(&from)
            {
                backlinks[*to].push(from);
            }
        }
    }
    for list in &mut backlinks {
        list.sort_by(|&a, &b| {
            let title = |id: usize| pages[id].article.listing.title.to_lowercase();
            (title(a), a).cmp(&(title(b), b))
        });
        list.truncate(MOST_BACKLINKS);
    }
    backlinks
}

fn similar_guides(pages: &[Page], count: usize) -> Vec<Vec<Similar>> {
    let fit: Vec<usize> = (0..pages.len())
        .filter(|&id| pages[id].is_guide() && !pages[id].unfit)
        .collect();
    let terms: Vec<&Terms> = fit.iter().map(|&id| &*pages[id].article.terms).collect();
    let mut all = vec![Vec::new(); pages.len()];
    for (place, found) in similar::similar(&terms, count).into_iter().enumerate() {
        all[fit[place]] = found
            .into_iter()
            .map(|similar| Similar {
                guide: fit[similar.guide],
                ..similar
            })
            .collect();
    }
    all
}

fn neighbours(sections: &[Section], count: usize) -> Vec<(Option<usize>, Option<usize>)> {
    let mut neighbours = vec![(None, None); count];
    for section in sections {
        for pair in section.guides.windows(2) {
            neighbours[pair[0]].1 = Some(pair[1]);
            neighbours[pair[1]].0 = Some(pair[0]);
        }
    }
    neighbours
}

/// The files that have to be copied: those that a page refers to, and those
/// that lie in a bundle. A bundle's files move with its address; others keep
/// their place below the content folder.
fn assets(
    pages: &[Page],
    links: &[Targets],
    images: &[Targets],
    files: &Files,
) -> BTreeMap<SrcPath, OutPath> {
    let mut wanted: BTreeSet<&SrcPath> = BTreeSet::new();
    for (_, target) in links.iter().chain(images).flatten() {
        if let Target::Asset { source, .. } = target {
            wanted.insert(source);
        }
    }
    let mut bundles: BTreeMap<&str, &str> = BTreeMap::new();
    for article in pages
        .iter()
        .map(|page| &page.article)
        .filter(|article| article.kind == Kind::Bundle)
    {
        let folder = article.source.parent();
        let address = article.listing.permalink.file.as_str();
        bundles.insert(
            folder,
            address.rsplit_once('/').map_or("", |(parent, _)| parent),
        );
        let below = format!("{folder}/");
        let from = files
            .assets
            .range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded));
        wanted.extend(from.take_while(|asset| asset.as_str().starts_with(&below)));
    }
    wanted
        .into_iter()
        .filter_map(|asset| {
            let mut folder = Some(asset.parent());
            let bundle = loop {
                match folder {
                    None => break None,
                    Some(name) if bundles.contains_key(name) => break Some(name),
                    Some(name) => folder = name.rsplit_once('/').map(|(parent, _)| parent),
                }
            };
            let path = match bundle {
                Some(folder) => format!(
                    "{}/{}",
                    bundles[folder],
                    &asset.as_str()[folder.len() + 1..]
                ),
                None => asset
                    .as_str()
                    .strip_prefix(files.content.as_str())
                    .unwrap_or(asset.as_str())
                    .to_owned(),
            };
            // A name that no output can have is not copied: its link is broken
            // on every server too.
            Some((asset.clone(), OutPath::new(&path).ok()?))
        })
        .collect()
}
