//! Where the links of a guide lead.
//!
//! A target is sought as people mean it: as a source (`../fans/replace.md`,
//! `@/fans/replace.md`), as a folder, as a file beside the guide, as a static
//! file, and as an address of the site. Invariant: a target is either found,
//! left alone because it leads to another site, or broken; a guess is only
//! ever a hint.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::publication::LeftOut;
use super::resolve::Page;
use super::section::Section;
use super::taxonomy::Taxonomy;
use crate::content::permalink::Permalink;
use crate::ground::paths::{OutPath, SrcPath, resolve_relative};
use crate::ground::rule::Rule;
use crate::ground::suggest::did_you_mean;

/// Files that links can name besides pages.
#[derive(Clone, Debug, Default)]
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
        /// The page's index, where it has a source: what backlinks count.
        page: Option<usize>,
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

/// Everything that links can lead to.
pub struct LinkIndex<'a> {
    pages: &'a [Page],
    files: &'a Files,
    by_source: BTreeMap<&'a str, usize>,
    by_name: BTreeMap<String, Vec<&'a SrcPath>>,
    by_address: BTreeMap<&'a str, (Arc<Permalink>, Option<usize>)>,
    by_folder: BTreeMap<&'a str, &'a Section>,
    of_page: Vec<Arc<Permalink>>,
    left_out: &'a BTreeMap<SrcPath, LeftOut>,
}

impl<'a> LinkIndex<'a> {
    /// Indexes a site's pages, sections, terms and files.
    pub fn new(
        pages: &'a [Page],
        sections: &'a [Section],
        taxonomies: &'a [Taxonomy],
        files: &'a Files,
        left_out: &'a BTreeMap<SrcPath, LeftOut>,
    ) -> Self {
        let mut by_address: BTreeMap<&str, (Arc<Permalink>, Option<usize>)> = BTreeMap::new();
        let shared = |permalink: &Permalink| Arc::new(permalink.clone());
        let mut of_page = Vec::with_capacity(pages.len());
        for section in sections {
            by_address.insert(
                trim(&section.permalink.path),
                (shared(&section.permalink), section.page),
            );
        }
        for taxonomy in taxonomies {
            by_address.insert(
                trim(&taxonomy.permalink.path),
                (shared(&taxonomy.permalink), None),
            );
            for term in &taxonomy.terms {
                by_address.insert(trim(&term.permalink.path), (shared(&term.permalink), None));
            }
        }
        let mut by_source = BTreeMap::new();
        let mut by_name: BTreeMap<String, Vec<&SrcPath>> = BTreeMap::new();
        for (id, page) in pages.iter().enumerate() {
            let article = &page.article;
            by_source.insert(article.source.as_str(), id);
            by_name
                .entry(article.source.file_name().to_lowercase())
                .or_default()
                .push(&article.source);
            for alias in &article.own.aliases {
                by_address
                    .entry(trim(&alias.path))
                    .or_insert((shared(alias), Some(id)));
            }
            let permalink = &article.listing.permalink;
            let own = shared(permalink);
            by_address.insert(trim(&permalink.path), (Arc::clone(&own), Some(id)));
            of_page.push(own);
        }
        let by_folder = sections
            .iter()
            .map(|section| (section.folder.as_str(), section))
            .collect();
        Self {
            pages,
            files,
            by_source,
            by_name,
            by_address,
            by_folder,
            of_page,
            left_out,
        }
    }

    /// Where a link of `from` leads.
    pub fn link(&self, from: usize, target: &str) -> Target {
        let (path, suffix, fragment) = split(target);
        if leads_elsewhere(target) {
            return Target::AsWritten(target.to_owned());
        }
        if path.is_empty() {
            return match self.missing_anchor(from, fragment) {
                None => Target::AsWritten(target.to_owned()),
                Some(broken) => broken,
            };
        }
        let decoded = decode(path);
        match self.find(from, &decoded) {
            Some(Found::Page(permalink, page)) => {
                let missing = page.and_then(|page| self.missing_anchor(page, fragment));
                missing.unwrap_or_else(|| Target::Page {
                    permalink,
                    suffix: suffix.to_owned(),
                    page,
                })
            }
            Some(Found::Asset(source)) => Target::Asset {
                source,
                suffix: suffix.to_owned(),
            },
            Some(Found::Static(path)) => Target::Static {
                path,
                suffix: suffix.to_owned(),
            },
            Some(Found::LeftOut(source, why)) => Target::Broken {
                rule: Rule::BrokenLink,
                message: format!("`{target}` leads to `{source}`, which {}", why.in_words()),
                help: None,
            },
            None => self.broken(from, target, &decoded, Rule::BrokenLink),
        }
    }

    /// Where an image of `from` is.
    pub fn image(&self, from: usize, target: &str) -> Target {
        let (path, suffix, _) = split(target);
        if leads_elsewhere(target) {
            return Target::AsWritten(target.to_owned());
        }
        let decoded = decode(path);
        match self.find(from, &decoded) {
            Some(Found::Asset(source)) => Target::Asset {
                source,
                suffix: suffix.to_owned(),
            },
            Some(Found::Static(path)) => Target::Static {
                path,
                suffix: suffix.to_owned(),
            },
            _ => self.broken(from, target, &decoded, Rule::BrokenImage),
        }
    }

    fn find(&self, from: usize, path: &str) -> Option<Found> {
        let article = &self.pages[from].article;
        if let Some(rooted) = path.strip_prefix("@/") {
            return self.source(&resolve_relative("", rooted)?);
        }
        if path.starts_with('/') {
            let path = resolve_relative("", path)?;
            return self.address(&path).or_else(|| self.source(&path));
        }
        let beside = resolve_relative(&article.folder, path);
        beside
            .and_then(|path| self.source(&path))
            .or_else(|| self.outside_content(article.source.parent(), path))
            .or_else(|| {
                // As a browser would read it, from the page's own address.
                let address = article.listing.permalink.path.as_str();
                let folder = address.rsplit_once('/').map_or("", |(folder, _)| folder);
                self.address(&resolve_relative(folder, path)?)
            })
    }

    /// A path below the content folder: a source, a file, or a folder.
    fn source(&self, path: &str) -> Option<Found> {
        let full = self.in_content(path);
        for candidate in [full.clone(), format!("{full}.md")] {
            if let Some(&page) = self.by_source.get(candidate.as_str()) {
                return Some(self.page(page));
            }
            if let Some(why) = self.left_out.get(candidate.as_str()) {
                return Some(Found::LeftOut(SrcPath::new(candidate), *why));
            }
        }
        if let Some(asset) = self.files.assets.get(full.as_str()) {
            return Some(Found::Asset(asset.clone()));
        }
        if let Some(section) = self.by_folder.get(path) {
            let permalink = Arc::new(section.permalink.clone());
            return Some(Found::Page(permalink, section.page));
        }
        let bundle = if full.is_empty() {
            "index.md".to_owned()
        } else {
            format!("{full}/index.md")
        };
        self.by_source
            .get(bundle.as_str())
            .map(|&page| self.page(page))
    }

    /// A path that climbs out of the content folder into `static/`.
    fn outside_content(&self, folder: &str, path: &str) -> Option<Found> {
        let full = resolve_relative(folder, path)?;
        let out = OutPath::new(full.strip_prefix("static/")?).ok()?;
        self.files
            .statics
            .contains_key(&out)
            .then_some(Found::Static(out))
    }

    /// An address of the site.
    fn address(&self, path: &str) -> Option<Found> {
        if let Ok(out) = OutPath::new(path)
            && self.files.statics.contains_key(&out)
        {
            return Some(Found::Static(out));
        }
        let path = trim(path);
        let path = path.strip_suffix("index.html").map_or(path, trim);
        self.by_address
            .get(path)
            .map(|(permalink, page)| Found::Page(permalink.clone(), *page))
    }

    fn page(&self, page: usize) -> Found {
        Found::Page(Arc::clone(&self.of_page[page]), Some(page))
    }

    fn in_content(&self, path: &str) -> String {
        match (self.files.content.as_str(), path) {
            ("", path) => path.to_owned(),
            (content, "") => content.to_owned(),
            (content, path) => format!("{content}/{path}"),
        }
    }

    fn missing_anchor(&self, page: usize, fragment: Option<&str>) -> Option<Target> {
        let fragment = fragment.filter(|fragment| !fragment.is_empty() && *fragment != "top")?;
        // A text fragment is the browser's own affair.
        if fragment.starts_with(":~:") {
            return None;
        }
        let article = &self.pages[page].article;
        let anchor = decode(fragment);
        if article.anchors.contains(&anchor) {
            return None;
        }
        let near = did_you_mean(&anchor, article.anchors.iter().map(String::as_str));
        Some(Target::Broken {
            rule: Rule::BrokenAnchor,
            message: format!("`{}` has no heading or anchor `#{anchor}`", article.source),
            help: near.map(|near| format!("did you mean `#{near}`?")),
        })
    }

    fn broken(&self, from: usize, target: &str, path: &str, rule: Rule) -> Target {
        let article = &self.pages[from].article;
        let name = path
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or(path)
            .to_lowercase();
        let markdown = if name.contains('.') {
            name.clone()
        } else {
            format!("{name}.md")
        };
        let elsewhere = self
            .by_name
            .get(&markdown)
            .and_then(|sources| sources.iter().find(|source| **source != &article.source))
            .map(|source| source.as_str())
            .or_else(|| {
                self.files
                    .assets
                    .iter()
                    .find(|asset| asset.file_name().to_lowercase() == name)
                    .map(SrcPath::as_str)
            });
        let outside =
            !path.starts_with(['/', '@']) && resolve_relative(&article.folder, path).is_none();
        let help = match elsewhere {
            Some(source) => Some(format!(
                "did you mean `{}`?",
                self.written_from(article.source.parent(), source)
            )),
            None if outside => Some(
                "it leads out of the content folder: put the file into that folder, or into \
                 `static`"
                    .to_owned(),
            ),
            // Names of a letter or two are near to everything.
            None if name
                .split('.')
                .next()
                .is_some_and(|stem| stem.chars().count() < 4) =>
            {
                None
            }
            None => {
                let beside: Vec<&str> = self
                    .by_source
                    .keys()
                    .copied()
                    .chain(self.files.assets.iter().map(SrcPath::as_str))
                    .filter(|source| {
                        source.rsplit_once('/').map_or("", |(folder, _)| folder)
                            == article.source.parent()
                    })
                    .filter_map(|source| source.rsplit('/').next())
                    .collect();
                did_you_mean(&name, beside).map(|near| format!("did you mean `{near}`?"))
            }
        };
        let what = if rule == Rule::BrokenImage {
            "there is no image"
        } else {
            "there is no page or file"
        };
        Target::Broken {
            rule,
            message: format!("{what} `{target}`"),
            help,
        }
    }

    /// A source as a link in `folder` would write it.
    fn written_from(&self, folder: &str, source: &str) -> String {
        if let Some(beside) = source
            .strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/'))
        {
            return beside.to_owned();
        }
        let content = &self.files.content;
        let below = source.strip_prefix(content.as_str()).unwrap_or(source);
        format!("@/{}", below.trim_start_matches('/'))
    }
}

enum Found {
    Page(Arc<Permalink>, Option<usize>),
    Asset(SrcPath),
    Static(OutPath),
    LeftOut(SrcPath, LeftOut),
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
