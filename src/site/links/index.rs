//! Everything that links can lead to, and how a target is sought in it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use super::asked::{Asked, Key};
use super::broken::Names;
use super::{Files, Target, decode, leads_elsewhere, split, trim};
use crate::content::permalink::Permalink;
use crate::ground::paths::{OutPath, SrcPath, resolve_relative};
use crate::ground::rule::Rule;
use crate::site::publication::LeftOut;
use crate::site::resolve::Page;
use crate::site::section::Section;
use crate::site::taxonomy::Taxonomy;

/// Everything that links can lead to.
pub(in crate::site) struct LinkIndex<'a> {
    pub(super) pages: &'a [Page],
    pub(super) files: &'a Files,
    /// Numbers of the pages, which stay while the pages do.
    numbers: &'a [u32],
    by_source: HashMap<&'a str, usize>,
    by_address: HashMap<&'a str, (&'a Permalink, Option<usize>)>,
    by_folder: HashMap<&'a str, &'a Section>,
    /// Addresses of pages, shared by all links to them.
    of_page: Vec<OnceLock<Arc<Permalink>>>,
    left_out: &'a BTreeMap<SrcPath, LeftOut>,
    /// What is searched for what was probably meant; made where one is.
    pub(super) names: OnceLock<Names<'a>>,
}

enum Found<'a> {
    Page(&'a Permalink, Option<usize>),
    Asset(SrcPath),
    Static(OutPath),
    LeftOut(SrcPath, LeftOut),
}

impl<'a> LinkIndex<'a> {
    /// Indexes a site's pages, sections, terms and files.
    pub(in crate::site) fn new(
        pages: &'a [Page],
        numbers: &'a [u32],
        sections: &'a [Section],
        taxonomies: &'a [Taxonomy],
        files: &'a Files,
        left_out: &'a BTreeMap<SrcPath, LeftOut>,
    ) -> Self {
        let mut by_address: HashMap<&str, (&Permalink, Option<usize>)> =
            HashMap::with_capacity(pages.len() + sections.len());
        for section in sections {
            by_address.insert(
                trim(&section.permalink.path),
                (&section.permalink, section.page),
            );
        }
        for taxonomy in taxonomies {
            let terms = taxonomy.terms.iter().map(|term| &term.permalink);
            for permalink in std::iter::once(&taxonomy.permalink).chain(terms) {
                by_address.insert(trim(&permalink.path), (permalink, None));
            }
        }
        let mut by_source = HashMap::with_capacity(pages.len());
        for (id, page) in pages.iter().enumerate() {
            let article = &page.article;
            by_source.insert(article.source.as_str(), id);
            for alias in &article.own.aliases {
                by_address
                    .entry(trim(&alias.path))
                    .or_insert((alias, Some(id)));
            }
            let permalink = &article.listing.permalink;
            by_address.insert(trim(&permalink.path), (permalink, Some(id)));
        }
        let by_folder = sections
            .iter()
            .map(|section| (section.folder.as_str(), section))
            .collect();
        let mut of_page = Vec::new();
        of_page.resize_with(pages.len(), OnceLock::new);
        Self {
            pages,
            files,
            numbers,
            by_source,
            by_address,
            by_folder,
            of_page,
            left_out,
            names: OnceLock::new(),
        }
    }

    /// Where a link of `from` leads.
    pub(super) fn link(&self, from: usize, target: &str, asked: &mut Asked) -> Target {
        let (path, suffix, fragment) = split(target);
        if leads_elsewhere(target) {
            return Target::AsWritten(target.to_owned());
        }
        if path.is_empty() {
            return match self.missing_anchor(from, fragment, asked) {
                None => Target::AsWritten(target.to_owned()),
                Some(broken) => broken,
            };
        }
        let decoded = decode(path);
        match self.find(from, &decoded, asked) {
            Some(Found::Page(permalink, page)) => {
                let missing = page.and_then(|page| self.missing_anchor(page, fragment, asked));
                missing.unwrap_or_else(|| {
                    asked.leads_to.extend(page.map(|page| self.numbers[page]));
                    Target::Page {
                        permalink: self.shared(permalink, page),
                        suffix: suffix.to_owned(),
                    }
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
            None => self.broken(from, target, &decoded, Rule::BrokenLink, asked),
        }
    }

    /// Where an image of `from` is.
    pub(super) fn image(&self, from: usize, target: &str, asked: &mut Asked) -> Target {
        let (path, suffix, _) = split(target);
        if leads_elsewhere(target) {
            return Target::AsWritten(target.to_owned());
        }
        let decoded = decode(path);
        match self.find(from, &decoded, asked) {
            Some(Found::Asset(source)) => Target::Asset {
                source,
                suffix: suffix.to_owned(),
            },
            Some(Found::Static(path)) => Target::Static {
                path,
                suffix: suffix.to_owned(),
            },
            _ => self.broken(from, target, &decoded, Rule::BrokenImage, asked),
        }
    }

    /// A permalink; that of a page is shared by all that lead there.
    fn shared(&self, permalink: &Permalink, page: Option<usize>) -> Arc<Permalink> {
        let own = page.filter(|&page| self.pages[page].article.listing.permalink == *permalink);
        match own {
            Some(page) => {
                let shared = self.of_page[page].get_or_init(|| Arc::new(permalink.clone()));
                Arc::clone(shared)
            }
            None => Arc::new(permalink.clone()),
        }
    }

    fn find(&self, from: usize, path: &str, asked: &mut Asked) -> Option<Found<'a>> {
        let article = &self.pages[from].article;
        if let Some(rooted) = path.strip_prefix("@/") {
            return self.source(&resolve_relative("", rooted)?, asked);
        }
        if path.starts_with('/') {
            let path = resolve_relative("", path)?;
            return self
                .address(&path, asked)
                .or_else(|| self.source(&path, asked));
        }
        let beside = resolve_relative(&article.folder, path);
        if let Some(found) = beside.and_then(|path| self.source(&path, asked)) {
            return Some(found);
        }
        if let Some(found) = self.outside_content(article.source.parent(), path, asked) {
            return Some(found);
        }
        // As a browser would read it, from the page's own address.
        let address = article.listing.permalink.path.as_str();
        let folder = address.rsplit_once('/').map_or("", |(folder, _)| folder);
        self.address(&resolve_relative(folder, path)?, asked)
    }

    /// A path below the content folder: a source, a file, or a folder.
    fn source(&self, path: &str, asked: &mut Asked) -> Option<Found<'a>> {
        let full = self.in_content(path);
        if let Some(found) = self.page_of(&full, asked) {
            return Some(found);
        }
        if let Some(found) = self.page_of(&format!("{full}.md"), asked) {
            return Some(found);
        }
        if let Some(asset) = self.files.assets.get(full.as_str()) {
            return Some(Found::Asset(asset.clone()));
        }
        asked.note(Key::Folder(path));
        if let Some(section) = self.by_folder.get(path) {
            return Some(Found::Page(&section.permalink, section.page));
        }
        let bundle = if full.is_empty() {
            "index.md".to_owned()
        } else {
            format!("{full}/index.md")
        };
        asked.note(Key::Source(&bundle));
        self.by_source
            .get(bundle.as_str())
            .map(|&page| self.page(page))
    }

    /// The page of a source, or why it has none.
    fn page_of(&self, source: &str, asked: &mut Asked) -> Option<Found<'a>> {
        asked.note(Key::Source(source));
        if let Some(&page) = self.by_source.get(source) {
            return Some(self.page(page));
        }
        let why = self.left_out.get(source)?;
        Some(Found::LeftOut(SrcPath::new(source), *why))
    }

    /// A path that climbs out of the content folder into `static/`.
    fn outside_content(&self, folder: &str, path: &str, asked: &mut Asked) -> Option<Found<'a>> {
        let full = resolve_relative(folder, path)?;
        self.fixed(full.strip_prefix("static/")?, asked)
    }

    fn fixed(&self, path: &str, asked: &mut Asked) -> Option<Found<'a>> {
        let out = OutPath::new(path).ok()?;
        asked.note(Key::Static(out.as_str()));
        self.files
            .statics
            .contains_key(&out)
            .then_some(Found::Static(out))
    }

    /// An address of the site.
    fn address(&self, path: &str, asked: &mut Asked) -> Option<Found<'a>> {
        if let Some(found) = self.fixed(path, asked) {
            return Some(found);
        }
        let path = trim(path);
        let path = path.strip_suffix("index.html").map_or(path, trim);
        asked.note(Key::Address(path));
        self.by_address
            .get(path)
            .map(|(permalink, page)| Found::Page(permalink, *page))
    }

    fn page(&self, page: usize) -> Found<'a> {
        let pages = self.pages;
        Found::Page(&pages[page].article.listing.permalink, Some(page))
    }

    fn in_content(&self, path: &str) -> String {
        match (self.files.content.as_str(), path) {
            ("", path) => path.to_owned(),
            (content, "") => content.to_owned(),
            (content, path) => format!("{content}/{path}"),
        }
    }
}
