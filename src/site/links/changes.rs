//! What of the index differs from that of the last time.

use std::collections::HashMap;

use super::asked::{Changed, Key};
use super::{Files, trim};
use crate::content::article::Article;
use crate::content::permalink::Permalink;
use crate::ground::paths::SrcPath;
use crate::site::section::Section;
use crate::site::taxonomy::Taxonomy;

/// Notes every entry that an article makes; one that is left out has but its
/// source.
pub(in crate::site) fn keys_of_page(article: &Article, stands: bool, changed: &mut Changed) {
    if stands {
        keys_of_file(&article.source, changed);
        changed.insert(Key::Anchors(article.source.as_str()));
        changed.insert(Key::Address(trim(&article.listing.permalink.path)));
        for alias in &article.own.aliases {
            changed.insert(Key::Address(trim(&alias.path)));
        }
    } else {
        changed.insert(Key::Source(article.source.as_str()));
    }
}

/// Notes every entry that the path of a source or an asset makes.
fn keys_of_file(path: &SrcPath, changed: &mut Changed) {
    changed.insert(Key::Source(path.as_str()));
    changed.insert(Key::Name(&path.file_name().to_lowercase()));
    changed.insert(Key::Beside(path.parent()));
}

/// What of the index was not made of pages, as it was the last time.
#[derive(Debug, Default)]
pub(in crate::site) struct Around {
    /// Address and page of each section, by folder.
    sections: HashMap<String, (Permalink, Option<u32>)>,
    /// Addresses of taxonomies and terms.
    terms: Vec<String>,
    files: Files,
}

impl Around {
    /// Notes every entry that differs from the last time, and remembers this
    /// one. `numbers` are those of the pages.
    pub(in crate::site) fn update(
        &mut self,
        sections: &[Section],
        numbers: &[u32],
        taxonomies: &[Taxonomy],
        files: &Files,
        changed: &mut Changed,
    ) {
        self.update_sections(sections, numbers, changed);
        self.update_terms(taxonomies, changed);
        if self.files == *files {
            return;
        }
        for asset in self.files.assets.symmetric_difference(&files.assets) {
            keys_of_file(asset, changed);
        }
        let statics = |files: &Files, others: &Files, changed: &mut Changed| {
            for path in files.statics.keys() {
                if !others.statics.contains_key(path) {
                    changed.insert(Key::Static(path.as_str()));
                }
            }
        };
        statics(&self.files, files, changed);
        statics(files, &self.files, changed);
        self.files = files.clone();
    }

    fn update_sections(&mut self, sections: &[Section], numbers: &[u32], changed: &mut Changed) {
        let page = |section: &Section| section.page.map(|page| numbers[page]);
        let same = self.sections.len() == sections.len()
            && sections.iter().all(|section| {
                let known = self.sections.get(&section.folder);
                known.is_some_and(|(permalink, known)| {
                    *known == page(section) && *permalink == section.permalink
                })
            });
        if same {
            return;
        }
        let mut before = std::mem::take(&mut self.sections);
        let mut note = |folder: &str, permalink: &Permalink| {
            changed.insert(Key::Folder(folder));
            changed.insert(Key::Address(trim(&permalink.path)));
        };
        for section in sections {
            let now = (section.permalink.clone(), page(section));
            let known = before.remove(&section.folder);
            if known.as_ref() != Some(&now) {
                note(&section.folder, &section.permalink);
                if let Some((permalink, _)) = known {
                    note(&section.folder, &permalink);
                }
            }
            self.sections.insert(section.folder.clone(), now);
        }
        for (folder, (permalink, _)) in before {
            note(&folder, &permalink);
        }
    }

    fn update_terms(&mut self, taxonomies: &[Taxonomy], changed: &mut Changed) {
        let addresses = || {
            taxonomies.iter().flat_map(|taxonomy| {
                let terms = taxonomy.terms.iter().map(|term| &term.permalink.path);
                std::iter::once(&taxonomy.permalink.path).chain(terms)
            })
        };
        if self.terms.iter().eq(addresses()) {
            return;
        }
        let now: Vec<String> = addresses().cloned().collect();
        let before = std::mem::replace(&mut self.terms, now);
        let mut counts: HashMap<&str, i32> = HashMap::new();
        for address in &before {
            *counts.entry(address).or_default() += 1;
        }
        for address in &self.terms {
            *counts.entry(address).or_default() -= 1;
        }
        for (address, count) in counts {
            if count != 0 {
                changed.insert(Key::Address(trim(address)));
            }
        }
    }
}
