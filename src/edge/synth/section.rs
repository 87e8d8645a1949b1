//! Sections of a corpus: one for each stack, and some within these.
//!
//! Sections open as the corpus grows, and a guide goes into one that is open
//! by then, so that the first guides of a larger corpus are those of a smaller
//! one.

use super::words::STACKS;
use crate::content::slug::slugify;

/// Sections that are open from the start.
const FIRST: usize = 4;
/// Guides after which another section opens.
const GUIDES_EACH: usize = 160;

/// Parts of a company, for sections within sections.
const PLACES: &[&str] = &[
    "billing",
    "checkout",
    "reporting",
    "warehouse",
    "support",
    "laboratory",
    "head office",
    "test floor",
    "archive",
    "branch offices",
    "partners",
    "field service",
    "printing house",
    "logistics",
    "data centre north",
    "data centre south",
    "education",
    "research",
    "payroll",
    "call centre",
    "mobile team",
    "night shift",
    "customer portal",
    "legal",
];

/// A section.
pub(super) struct Section {
    /// Its folder below the content folder.
    pub(super) folder: String,
    /// Its title.
    pub(super) title: String,
    /// What its guides look after, as an index.
    pub(super) stack: usize,
}

/// How many sections there are when a guide is written, from 1 on.
pub(super) fn open(number: usize) -> usize {
    FIRST + number / GUIDES_EACH
}

/// The section of an index.
pub(super) fn section(index: usize) -> Section {
    let (round, stack) = (index / STACKS.len(), index % STACKS.len());
    let name = STACKS[stack].name;
    let top = slugify(name);
    let upper = capital(name);
    if round == 0 {
        return Section {
            folder: top,
            title: upper,
            stack,
        };
    }
    let (again, place) = (
        (round - 1) / PLACES.len(),
        PLACES[(round - 1) % PLACES.len()],
    );
    let place = match again {
        0 => place.to_owned(),
        _ => format!("{place} {}", again + 1),
    };
    Section {
        folder: format!("{top}/{}", slugify(&place)),
        title: format!("{upper}: {place}"),
        stack,
    }
}

/// The file of a section.
pub(super) fn page(section: &Section, index: usize) -> String {
    let stack = &STACKS[section.stack];
    format!(
        "+++\ntitle = \"{}\"\ndescription = \"What the {} team knows about {}.\"\nweight = {}\n+++\n\n\
         Guides for {}, kept by those who work with them. Begin with the newest one, and leave a note where it was wrong.\n",
        section.title,
        stack.area,
        stack.name,
        index + 1,
        stack.name,
    )
}

/// A text with a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn sections_are_apart_and_lie_in_sections_that_are_there() {
        let mut folders = BTreeSet::new();
        for index in 0..2_000 {
            let section = section(index);
            if let Some((parent, _)) = section.folder.rsplit_once('/') {
                assert!(folders.contains(parent), "{}", section.folder);
            }
            assert!(folders.insert(section.folder.clone()), "{}", section.folder);
        }
    }
}
