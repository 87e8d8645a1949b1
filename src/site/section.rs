//! Sections: the folders of the content, as a tree.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::content::article::{Article, words_of_name};
use crate::content::permalink::{Kind, Permalink, folder_segments};

use super::resolve::Page;

/// A folder of the content that has a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The folder below the content folder; empty for home.
    pub folder: String,
    /// Where its page lives.
    pub permalink: Permalink,
    /// Its title.
    pub title: String,
    /// Its own page, if it has a source.
    pub page: Option<usize>,
    /// The section above; `None` for home.
    pub parent: Option<usize>,
    /// Sections directly below, in the order of lists.
    pub children: Vec<usize>,
    /// Guides directly in it, in the order of lists.
    pub guides: Vec<usize>,
    /// Guides in it and below.
    pub total: usize,
}

/// The sections of a site, by folder; home is the first. Also says for each
/// page the section that it belongs to (a section's own page belongs to
/// itself). Their lists are empty still.
///
/// A folder whose name cannot be an output path has no section; its guides
/// cannot be addressed either and were reported.
///
/// `names` are folders by number; of each page, `folder_of` says the number of
/// its folder and `address_of` the code of its address.
pub(super) fn sections(
    pages: &mut [Page],
    home_title: &str,
    names: &Folders,
    folder_of: impl Fn(usize) -> u32,
    address_of: impl Fn(usize) -> u64,
) -> (Vec<Section>, Vec<usize>) {
    let mut is_used = vec![false; names.names.len()];
    for page in 0..pages.len() {
        is_used[folder_of(page) as usize] = true;
    }
    let mut folders: BTreeSet<&str> = BTreeSet::from([""]);
    for (name, _) in names.names.iter().zip(&is_used).filter(|(_, used)| **used) {
        let mut above = Some(&**name);
        while let Some(name) = above.filter(|name| folders.insert(name)) {
            above = parent_folder(name);
        }
    }
    let mut sections = Vec::new();
    let mut by_folder: HashMap<&str, usize> = HashMap::new();
    for folder in folders {
        let Ok(permalink) = Permalink::folder(&folder_segments(folder)) else {
            continue;
        };
        let title = match folder.rsplit('/').next() {
            Some("") | None => home_title.to_owned(),
            Some(name) => words_of_name(name),
        };
        let parent = parent_folder(folder)
            .and_then(|parent| by_folder.get(parent))
            .copied();
        by_folder.insert(folder, sections.len());
        sections.push(Section {
            folder: folder.to_owned(),
            permalink,
            title,
            page: None,
            parent,
            children: Vec::new(),
            guides: Vec::new(),
            total: 0,
        });
    }
    let of_folder: Vec<Option<usize>> = names
        .names
        .iter()
        .map(|name| by_folder.get(&**name).copied())
        .collect();
    let mut belongs = vec![0; pages.len()];
    for (id, page) in pages.iter().enumerate() {
        let Some(section) = of_folder[folder_of(id) as usize] else {
            continue;
        };
        belongs[id] = section;
        if page.heads_section {
            sections[section].lead(id, page);
        }
    }
    adopt(&mut sections, pages, &mut belongs, address_of);
    (sections, belongs)
}

/// Folders of sections, each with a number.
#[derive(Debug, Default)]
pub(super) struct Folders {
    numbers: HashMap<Box<str>, u32>,
    names: Vec<Box<str>>,
}

impl Folders {
    /// The number of the folder of the section that an article belongs to.
    pub(super) fn of(&mut self, article: &Article) -> u32 {
        let name = folder_of(article);
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.into());
        self.numbers.insert(name.into(), number);
        number
    }
}

/// Puts the guides into their sections, and the sections below one another, in
/// the order of lists. `listed` are all pages in that order.
pub(super) fn fill(sections: &mut [Section], pages: &[Page], belongs: &[usize], listed: &[usize]) {
    for &id in listed {
        if pages[id].is_guide() {
            sections[belongs[id]].guides.push(id);
        }
    }
    for section in &mut *sections {
        section.total = section.guides.len();
    }
    for id in (1..sections.len()).rev() {
        if let Some(parent) = sections[id].parent {
            sections[parent].total += sections[id].total;
            sections[parent].children.push(id);
        }
    }
    let order: Vec<(i64, String)> = sections
        .iter()
        .map(|section| {
            let weight = section
                .page
                .and_then(|page| pages[page].article.front.weight);
            (weight.unwrap_or(i64::MAX), section.title.to_lowercase())
        })
        .collect();
    for section in sections {
        section
            .children
            .sort_by(|&a, &b| (&order[a], a).cmp(&(&order[b], b)));
    }
}

impl Section {
    fn lead(&mut self, id: usize, page: &Page) {
        self.page = Some(id);
        self.permalink = page.article.listing.permalink.clone();
        self.title.clone_from(&page.article.listing.title);
    }
}

/// A guide `fans.md` beside a folder `fans/` without a page of its own is that
/// section's page: both would have the same address.
fn adopt(
    sections: &mut [Section],
    pages: &mut [Page],
    belongs: &mut [usize],
    address_of: impl Fn(usize) -> u64,
) {
    let mut orphans: HashMap<u64, usize> = sections
        .iter()
        .enumerate()
        .filter(|(_, section)| section.page.is_none() && !section.folder.is_empty())
        .map(|(id, section)| (address_code(&section.permalink), id))
        .collect();
    for (id, page) in pages.iter_mut().enumerate() {
        if orphans.is_empty() {
            break;
        }
        if !page.is_guide() {
            continue;
        }
        let address = address_of(id);
        if let Some(&section) = orphans.get(&address)
            && sections[section].permalink.path == page.article.listing.permalink.path
        {
            orphans.remove(&address);
            page.heads_section = true;
            belongs[id] = section;
            sections[section].lead(id, page);
        }
    }
}

/// The folder of the section that an article belongs to: a bundle's own folder is
/// its address, not its section.
fn folder_of(article: &Article) -> &str {
    match article.kind {
        Kind::Bundle => parent_folder(&article.folder).unwrap_or(""),
        _ => &article.folder,
    }
}

/// A number that stands for an address; two that are equal are compared.
pub(super) fn address_code(permalink: &Permalink) -> u64 {
    let mut hasher = DefaultHasher::new();
    permalink.path.hash(&mut hasher);
    hasher.finish()
}

fn parent_folder(folder: &str) -> Option<&str> {
    if folder.is_empty() {
        return None;
    }
    Some(folder.rsplit_once('/').map_or("", |(parent, _)| parent))
}
