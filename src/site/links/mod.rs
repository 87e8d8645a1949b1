//! Where the links of a guide lead.
//!
//! A target is sought as people mean it: as a source (`../fans/replace.md`,
//! `@/fans/replace.md`), as a folder, as a file beside the guide, as a static
//! file, and as an address of the site. Invariant: a target is either found,
//! left alone because it leads to another site, or broken; a guess is only
//! ever a hint.
//!
//! A page's tables depend on what it writes, on its own address, and on the
//! entries of the index that its targets were looked up in. Which these are is
//! noted (`asked`), so that a page whose answers stand is not asked again.

mod asked;
mod broken;
mod changes;
mod index;
mod tables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use crate::content::permalink::Permalink;
use crate::ground::paths::{OutPath, SrcPath};
use crate::ground::rule::Rule;

pub(super) use asked::Changed;
pub(super) use changes::{Around, keys_of_page};
pub(super) use index::LinkIndex;
pub(super) use tables::{Tables, tables};

/// Where targets lead, by target as written, sorted.
pub type Targets = Vec<(String, Target)>;

/// Files that links can name besides pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// The content folder relative to the root; empty where it is the root.
    pub content: String,
    /// Files below the content folder that are no Markdown.
    pub assets: BTreeSet<SrcPath>,
    /// Static files: source by output path.
    pub statics: BTreeMap<OutPath, SrcPath>,
}

/// Where a link or image leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Another site, another scheme, or a fragment of the page itself:
    /// written as it is.
    AsWritten(String),
    /// A page of the site, with `?query` and `#fragment` as written.
    Page {
        /// Where it lives; shared by all links to it.
        permalink: Arc<Permalink>,
        /// What follows the path.
        suffix: String,
    },
    /// A file below the content folder.
    Asset {
        /// The file.
        source: SrcPath,
        /// What follows the path.
        suffix: String,
    },
    /// A static file.
    Static {
        /// Where it is written.
        path: OutPath,
        /// What follows the path.
        suffix: String,
    },
    /// Nothing.
    Broken {
        /// `BrokenLink`, `BrokenAnchor` or `BrokenImage`.
        rule: Rule,
        /// What is missing.
        message: String,
        /// What was probably meant.
        help: Option<String>,
    },
}

/// Whether a target leads to another site or scheme and is none of ours.
pub fn leads_elsewhere(target: &str) -> bool {
    if target.starts_with("//") {
        return true;
    }
    let scheme = target
        .split([':', '/', '?', '#'])
        .next()
        .unwrap_or_default();
    target[scheme.len()..].starts_with(':')
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c))
}

/// Path, what follows it, and the fragment within that.
fn split(target: &str) -> (&str, &str, Option<&str>) {
    let at = target.find(['?', '#']).unwrap_or(target.len());
    let (path, suffix) = target.split_at(at);
    (
        path,
        suffix,
        suffix.split_once('#').map(|(_, fragment)| fragment),
    )
}

fn decode(path: &str) -> String {
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

fn trim(path: &str) -> &str {
    path.trim_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemes_and_other_hosts_are_not_ours() {
        for target in [
            "https://x.org",
            "mailto:a@b.c",
            "//cdn.x.org/a.js",
            "tel:+31",
            "web+x:y",
        ] {
            assert!(leads_elsewhere(target), "{target}");
        }
        for target in ["a.md", "a/b:c.md", "#x", "/a", "?q=1:2", "@/a.md"] {
            assert!(!leads_elsewhere(target), "{target}");
        }
    }

    #[test]
    fn targets_split_into_path_and_what_follows() {
        assert_eq!(split("a.md#b"), ("a.md", "#b", Some("b")));
        assert_eq!(split("a.md?x=1#b"), ("a.md", "?x=1#b", Some("b")));
        assert_eq!(split("a.md"), ("a.md", "", None));
    }
}
