//! Sections: the folders of the content, as a tree.

use std::collections::{BTreeMap, HashMap};

use crate::content::article::words_of_name;
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
pub fn sections(pages: &mut [Page], home_title: &str) -> (Vec<Section>, Vec<usize>) {
    let (folders, folder_of_page) = folders(pages);
    let mut sections = Vec::new();
    let mut by_folder: HashMap<String, usize> = HashMap::new();
    let mut of_folder = vec![None; folders.len()];
    for (folder, index) in folders {
        let Ok(permalink) = Permalink::folder(&folder_segments(&folder)) else {
            continue;
        };
        let title = match folder.rsplit('/').next() {
            Some("") | None => home_title.to_owned(),
            Some(name) => words_of_name(name),
        };
        let parent = parent_folder(&folder)
            .and_then(|parent| by_folder.get(parent))
            .copied();
        by_folder.insert(folder.clone(), sections.len());
        of_folder[index] = Some(sections.len());
        sections.push(Section {
            folder,
            permalink,
            title,
            page: None,
            parent,
            children: Vec::new(),
            guides: Vec::new(),
            total: 0,
        });
    }
    let mut belongs = vec![0; pages.len()];
    for (id, page) in pages.iter().enumerate() {
        let Some(section) = of_folder[folder_of_page[id]] else {
            continue;
        };
        belongs[id] = section;
        if page.heads_section {
            sections[section].lead(id, page);
        }
    }
    adopt(&mut sections, pages, &mut belongs);
    (sections, belongs)
}

/// Folders and the numbers that they are known by.
type Folders = BTreeMap<String, usize>;

/// The folders of all pages and those above them, and the folder of each page.
/// Pages come by source, so that most are in the folder of the one before.
fn folders(pages: &[Page]) -> (Folders, Vec<usize>) {
    let mut folders = Folders::from([(String::new(), 0)]);
    let mut of_page = Vec::with_capacity(pages.len());
    let mut last = ("", 0);
    for page in pages {
        let folder = folder_of(page);
        if folder != last.0 {
            let mut above = Some(folder);
            while let Some(name) = above.filter(|name| !folders.contains_key(*name)) {
                folders.insert(name.to_owned(), folders.len());
                above = parent_folder(name);
            }
            last = (folder, folders[folder]);
        }
        of_page.push(last.1);
    }
    (folders, of_page)
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
fn adopt(sections: &mut [Section], pages: &mut [Page], belongs: &mut [usize]) {
    let mut orphans: HashMap<String, usize> = sections
        .iter()
        .enumerate()
        .filter(|(_, section)| section.page.is_none() && !section.folder.is_empty())
        .map(|(id, section)| (section.permalink.path.clone(), id))
        .collect();
    for (id, page) in pages.iter_mut().enumerate() {
        if orphans.is_empty() {
            break;
        }
        if !page.is_guide() {
            continue;
        }
        if let Some(section) = orphans.remove(&page.article.listing.permalink.path) {
            page.heads_section = true;
            belongs[id] = section;
            sections[section].lead(id, page);
        }
    }
}

/// The folder of the section that a page belongs to: a bundle's own folder is
/// its address, not its section.
fn folder_of(page: &Page) -> &str {
    match page.article.kind {
        Kind::Bundle => parent_folder(&page.article.folder).unwrap_or(""),
        _ => &page.article.folder,
    }
}

fn parent_folder(folder: &str) -> Option<&str> {
    if folder.is_empty() {
        return None;
    }
    Some(folder.rsplit_once('/').map_or("", |(parent, _)| parent))
}
