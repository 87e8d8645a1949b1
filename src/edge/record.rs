//! What a build remembers of itself, of articles and of pages.
//!
//! These are the values behind the cache's facts. Their shape may change with
//! every version: the build id keeps versions apart.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::content::article::{Article, Listing, Own, Targets};
use crate::content::config::BaseUrl;
use crate::content::kept::KeptFront;
use crate::content::packed::PackedMap;
use crate::content::permalink::Kind;
use crate::content::terms::Terms;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::{Digest, Digested};
use crate::ground::paths::SrcPath;
use crate::render::named::{CONFIGURATION, DATA, Frame, OWN, TEMPLATE, changed_inputs};
use crate::render::page::GivenPage;

/// What is remembered of the build as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BuildRecord {
    /// Digest of the configuration's bytes and of all options that decide
    /// bytes.
    pub given: Digest,
    /// How it was made.
    pub made: MadeWith,
    /// Digest of the lists of files that the scan found.
    pub shape: Digest,
    /// The last instant before the build at which the site differed; the site
    /// of any instant from here on …
    pub from: Option<Timestamp>,
    /// … and before this one is the same.
    pub until: Option<Timestamp>,
    /// What was found that belongs to no single source or output.
    pub diagnostics: Vec<Diagnostic>,
    /// Guides in the site.
    pub guides: usize,
    /// How many builds have changed anything, this one among them.
    pub number: u64,
    /// Sources that were added, changed or removed before this build, at most
    /// [`MOST_CHANGES`].
    pub changed: Vec<SrcPath>,
}

/// The options of a build that decide which site it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeWith {
    /// The base URL that was given in place of the configured one.
    pub base_url: Option<BaseUrl>,
    /// Whether drafts are in it.
    pub drafts: bool,
    /// Whether guides of the future are in it.
    pub future: bool,
}

/// Changed sources that a build remembers.
pub const MOST_CHANGES: usize = 50;

impl BuildRecord {
    /// Whether the site at an instant is the site that was built.
    pub fn covers(&self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now) && self.until.is_none_or(|until| now < until)
    }
}

/// A parsed article.
#[derive(Serialize, Deserialize)]
pub struct ArticleRecord {
    folder: String,
    kind: Kind,
    listing: Listing,
    anchors: Vec<String>,
    targets: Targets,
    terms: Terms,
    front: KeptFront,
    meta: PackedMap,
    own: Own,
}

impl ArticleRecord {
    /// The record of an article. Its diagnostics are facts of their own.
    pub fn of(article: &Article) -> Self {
        Self {
            folder: article.folder.clone(),
            kind: article.kind,
            listing: (*article.listing).clone(),
            anchors: (*article.anchors).clone(),
            targets: (*article.targets).clone(),
            terms: (*article.terms).clone(),
            front: (*article.front).clone(),
            meta: (*article.meta).clone(),
            own: (*article.own).clone(),
        }
    }

    /// The article.
    pub fn article(self, source: SrcPath, digest: Digest, diagnostics: Vec<Diagnostic>) -> Article {
        Article {
            source,
            digest,
            folder: self.folder,
            kind: self.kind,
            listing: Digested::new(self.listing),
            anchors: Digested::new(self.anchors),
            targets: Digested::new(self.targets),
            terms: Digested::new(self.terms),
            front: Digested::new(self.front),
            meta: Digested::new(self.meta),
            own: Digested::new(self.own),
            diagnostics,
        }
    }
}

/// What a page was made from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PageRecord {
    /// What the site gave it.
    pub given: GivenPage,
    /// Digests of everything else.
    pub frame: Frame,
    /// The inputs that had changed when it was last made; empty the first
    /// time.
    pub reasons: Vec<String>,
    /// Sources that changed those inputs, as far as can be told.
    pub causes: Vec<SrcPath>,
    /// The number of the build that made it.
    pub number: u64,
    /// Keys of the blocks of code in it.
    pub blocks: Vec<Digest>,
}

/// Why a page is made again: its record with the inputs that differ from those
/// of the record before, and the sources that can have changed them.
pub fn explained(
    before: Option<&PageRecord>,
    given: GivenPage,
    frame: Frame,
    number: u64,
    changed: &[SrcPath],
) -> PageRecord {
    let differ =
        |before: &PageRecord| changed_inputs((&given, &frame), (&before.given, &before.frame));
    let reasons = match before.map(differ) {
        None => Vec::new(),
        Some(reasons) if reasons.is_empty() => vec![BY_HAND.to_owned()],
        Some(reasons) => reasons,
    };
    let own = given.page.source.as_str();
    let mut causes: Vec<SrcPath> = Vec::new();
    for reason in &reasons {
        let of = |path: &&SrcPath| match reason.as_str() {
            BY_HAND => false,
            TEMPLATE => path.as_str().starts_with("templates/"),
            CONFIGURATION => path.as_str() == crate::content::config::FILE_NAME,
            reason if OWN.contains(&reason) => path.as_str() == own,
            reason => match reason.strip_prefix(DATA).map(|name| name.trim_matches('`')) {
                Some(name) => path.parent() == "data" && path.stem() == name,
                None => !path.as_str().starts_with("templates/") && path.as_str() != own,
            },
        };
        let found: Vec<SrcPath> = changed
            .iter()
            .filter(of)
            .take(MOST_CAUSES)
            .cloned()
            .collect();
        causes.extend(
            found
                .into_iter()
                .filter(|cause| !causes.contains(cause))
                .collect::<Vec<_>>(),
        );
    }
    PageRecord {
        given,
        frame,
        reasons,
        causes,
        number,
        blocks: Vec::new(),
    }
}

/// Causes named for one reason.
const MOST_CAUSES: usize = 5;

/// The reason that is no input.
pub const BY_HAND: &str = "its file had been changed or deleted by hand";
