//! What the rest of the site gives to a page.

use std::sync::Arc;

use super::links::Targets;
use crate::content::article::Listing;
use crate::ground::digest::Digested;

/// What the rest of the site gives to a page.
///
/// Invariant, for sites that were resolved with the same memory: as long as a
/// page's is the same `Arc`, all of this is the same, and so are whether the
/// page is unfit, heads a section and is due for review, the titles and
/// addresses of the sections above it, the names and addresses of its terms,
/// and the output paths of the files that it refers to. With the same
/// `Article` the page is then the same page, as far as the site decides it.
///
/// What is common to all pages is not in it (the configuration, the sections
/// in the menu, the list of taxonomies), nor are the lists of sections and
/// terms: for those there is [`Page::shown`](super::Page::shown).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// Where its links lead, by target as written.
    pub links: Arc<Targets>,
    /// Where its images are, by target as written.
    pub images: Arc<Targets>,
    /// Guides similar to it, best first.
    pub similar: Arc<Vec<SimilarGuide>>,
    /// Pages that link to it, by title.
    pub backlinks: Arc<Vec<Digested<Listing>>>,
    /// The guide before it in its section.
    pub previous: Option<Digested<Listing>>,
    /// The guide after it in its section.
    pub next: Option<Digested<Listing>>,
}

/// A guide similar to another.
#[derive(Clone, Debug, PartialEq)]
pub struct SimilarGuide {
    /// What lists know of it.
    pub listing: Digested<Listing>,
    /// Labels of the strongest shared terms, at most three.
    pub shared: Vec<String>,
}
