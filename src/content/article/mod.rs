//! An article: everything that one Markdown file says, parsed.
//!
//! What the rest of the site may know of it is its card, in facets that are
//! digested apart, so that an edit moves only what it concerns. The body's
//! text is not kept: a page is rendered from its source again.

mod addresses;
mod declared;
mod parse;
mod title;

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use declared::{HASH_DIGITS, content_hash};
pub use parse::{ParseArticle, ParseOptions};
pub use title::words_of_name;

use super::kept::KeptFront;
use super::markdown::Heading;
use super::packed::{Packed, PackedMap};
use super::permalink::{Kind, Permalink};
use super::terms::Terms;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::{Digest, Digested};
use crate::ground::paths::SrcPath;
use crate::ground::source::Place;

/// What a file says.
#[derive(Clone, Debug, Serialize)]
pub struct Article {
    /// The file.
    pub source: SrcPath,
    /// Digest of its bytes.
    pub digest: Digest,
    /// Its folder below the content folder.
    pub folder: String,
    /// What it makes.
    pub kind: Kind,
    /// What lists, neighbours and indexes know of it.
    pub listing: Digested<Listing>,
    /// What links to it can name.
    pub anchors: Digested<Vec<String>>,
    /// Where its links and images lead, as written.
    pub targets: Digested<Targets>,
    /// What it is about.
    pub terms: Digested<Terms>,
    /// Its front matter, without `[meta]`, title and description, which stand
    /// elsewhere.
    pub front: Digested<KeptFront>,
    /// Its `[meta]`.
    pub meta: Digested<PackedMap>,
    /// What only its own page shows.
    pub own: Digested<Own>,
    /// What was found while it was parsed.
    pub diagnostics: Vec<Diagnostic>,
}

/// All that the rest of the site may know of an article, beside its source's
/// path and what follows from the paths of all sources: its folder and kind.
/// Cards are compared by path where those are the same. Its aliases follow
/// from the front matter.
#[derive(Serialize)]
struct Card<'a> {
    listing: &'a Digested<Listing>,
    anchors: &'a Digested<Vec<String>>,
    targets: &'a Digested<Targets>,
    terms: &'a Digested<Terms>,
    front: &'a Digested<KeptFront>,
    meta: &'a Digested<PackedMap>,
    places: &'a BTreeMap<String, Place>,
}

impl Article {
    /// The digest of its card: of all that the rest of the site may know of
    /// it. An edit that leaves it as it was concerns the article's own page
    /// alone.
    pub fn card(&self) -> Digest {
        let card = Card {
            listing: &self.listing,
            anchors: &self.anchors,
            targets: &self.targets,
            terms: &self.terms,
            front: &self.front,
            meta: &self.meta,
            places: &self.own.places,
        };
        #[cfg(feature = "faults")]
        return crate::ground::fault::key("card", &card);
        #[cfg(not(feature = "faults"))]
        Digest::of(&card)
    }
}

/// The facet of a card that lists show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// Where it lives.
    pub permalink: Permalink,
    /// Its title.
    pub title: String,
    /// Its description, or else the first words of its text.
    pub description: String,
    /// Whether the description was declared.
    pub has_description: bool,
    /// Minutes to read; 0 only where there is no text.
    pub reading_minutes: usize,
}

/// The facet of a card that says where the guide's links lead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Targets {
    /// Links as written, each once, sorted.
    pub links: Vec<String>,
    /// Images as written, each once, sorted.
    pub images: Vec<String>,
}

/// What only the guide's own page shows, and where its keys stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Own {
    /// Of its text; unpacked while the page is rendered.
    pub text: Packed<OwnText>,
    /// Addresses that redirect here.
    pub aliases: Vec<Permalink>,
    /// Where keys stand that later stages may complain of.
    pub places: BTreeMap<String, Place>,
}

/// What only the guide's own page shows of its text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnText {
    /// Byte range of the body in the file.
    pub body: Range<usize>,
    /// The title as the front matter gives it.
    pub declared_title: Option<String>,
    /// Anchor of the heading that became the page's title; may be empty.
    pub title_id: String,
    /// Headings of the page.
    pub headings: Vec<Heading>,
    /// Words of running text.
    pub words: usize,
    /// See [`content_hash`].
    pub content_hash: String,
}
