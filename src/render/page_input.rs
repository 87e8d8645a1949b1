//! `page`, `list` and `terms`: what a page's template is given.

use super::inputs::{ItemInput, LinkInput, ListInput, PageInput, SimilarInput, TermList, TocInput};
use super::site_input::{date, review, terms};
use super::world::World;
use crate::content::article::Listing;
use crate::content::front_matter::FrontMatter;
use crate::content::markdown::Heading;
use crate::content::permalink::{Kind, Permalink};
use crate::ground::digest::Digested;
use crate::ground::paths::OutPath;
use crate::site::pagination::ListPage;
use crate::site::section::Section;

/// Characters of a description that was taken from the text.
const MOST_DESCRIPTION: usize = 160;

/// What is common to every page: title, address, breadcrumbs.
pub fn generated(
    world: &World<'_>,
    kind: &'static str,
    title: String,
    permalink: &Permalink,
    from: &OutPath,
) -> PageInput {
    PageInput {
        kind: kind.into(),
        title,
        path: permalink.path.clone(),
        permalink: world.urls.absolute(&permalink.path).unwrap_or_default(),
        breadcrumbs: vec![home(world, from)],
        meta_box_title: world.config.meta_box.title.clone(),
        similar_title: world.config.similar.title.clone(),
        ..PageInput::default()
    }
}

/// The page of a source: a guide's, or a section's with one.
pub fn of_source(world: &World<'_>, id: usize) -> PageInput {
    let site = world.site;
    let page = &site.pages[id];
    let article = &page.article;
    let listing = &article.listing;
    let front = article.front.all();
    let from = &listing.permalink.file;
    let given = &site.given[id];
    let link = |listing: &Digested<Listing>| LinkInput {
        title: listing.title.clone(),
        href: world.urls.page(from, &listing.permalink),
        current: false,
    };
    PageInput {
        kind: match article.kind {
            Kind::Home => "home".into(),
            _ if page.heads_section => "section".into(),
            _ => "guide".into(),
        },
        title: listing.title.clone(),
        description: shorten(&listing.description),
        has_description: listing.has_description,
        path: listing.permalink.path.clone(),
        permalink: world
            .urls
            .absolute(&listing.permalink.path)
            .unwrap_or_default(),
        source: article.source.to_string(),
        noindex: page.unfit,
        draft: front.draft == Some(true),
        breadcrumbs: breadcrumbs(world, from, site.section_of[id], !page.is_guide()),
        authors: front.authors.clone(),
        date: front.date.as_ref().map(date),
        updated: front.updated.as_ref().map(date),
        expires: front.expires.as_ref().map(date),
        reading_minutes: listing.reading_minutes,
        taxonomies: terms(world, from, &front),
        review: review(world, page, &front),
        meta: article.meta.map(),
        meta_box_title: text_extra(&front, "meta_box_title")
            .unwrap_or_else(|| world.config.meta_box.title.clone()),
        extra: front.extra.clone(),
        previous: given.previous.as_ref().map(link),
        next: given.next.as_ref().map(link),
        similar: given
            .similar
            .iter()
            .map(|similar| SimilarInput {
                title: similar.listing.title.clone(),
                href: world.urls.page(from, &similar.listing.permalink),
                description: shorten(&similar.listing.description),
                reason: similar.shared.join(", "),
            })
            .collect(),
        similar_title: text_extra(&front, "similar_title")
            .unwrap_or_else(|| world.config.similar.title.clone()),
        backlinks: given.backlinks.iter().map(link).collect(),
        feed: String::new(),
        // Filled in while the page is rendered, from the body and the meta.
        ..PageInput::default()
    }
}

fn text_extra(front: &FrontMatter, key: &str) -> Option<String> {
    front.extra.get(key)?.as_text().map(str::to_owned)
}

fn home(world: &World<'_>, from: &OutPath) -> LinkInput {
    let section = &world.site.sections[0];
    LinkInput {
        title: section.title.clone(),
        href: world.urls.page(from, &section.permalink),
        current: false,
    }
}

/// The way from home to the section, or to the one above it for a section's
/// own page.
pub fn breadcrumbs(
    world: &World<'_>,
    from: &OutPath,
    section: usize,
    own_page: bool,
) -> Vec<LinkInput> {
    let sections = &world.site.sections;
    let mut links = Vec::new();
    let mut at = if own_page {
        sections[section].parent
    } else {
        Some(section)
    };
    while let Some(id) = at {
        let section = &sections[id];
        links.push(LinkInput {
            title: section.title.clone(),
            href: world.urls.page(from, &section.permalink),
            current: false,
        });
        at = section.parent;
    }
    links.reverse();
    links
}

/// Headings as a tree, each below the nearest earlier one of a higher rank.
pub fn toc(headings: Vec<Heading>) -> Vec<TocInput> {
    fn below(
        headings: &mut std::iter::Peekable<std::vec::IntoIter<Heading>>,
        level: u8,
    ) -> Vec<TocInput> {
        let mut entries = Vec::new();
        while let Some(heading) = headings.next_if(|heading| heading.level > level) {
            entries.push(TocInput {
                id: heading.id,
                title: heading.text,
                level: heading.level,
                children: below(headings, heading.level),
            });
        }
        entries
    }
    below(&mut headings.into_iter().peekable(), 0)
}

/// A description at a length that fits a list; cut between words.
fn shorten(text: &str) -> String {
    if text.chars().count() <= MOST_DESCRIPTION {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MOST_DESCRIPTION).collect();
    let end = cut.rfind(char::is_whitespace).unwrap_or(cut.len());
    format!(
        "{}\u{2026}",
        cut[..end].trim_end_matches([',', ';', ':', '.', ' '])
    )
}

/// A guide in a list.
fn item(world: &World<'_>, from: &OutPath, id: usize) -> ItemInput {
    let page = &world.site.pages[id];
    let (listing, front) = (&page.article.listing, &page.article.front);
    ItemInput {
        title: listing.title.clone(),
        href: world.urls.page(from, &listing.permalink),
        description: shorten(&listing.description),
        date: front.date.as_ref().map(date),
        reading_minutes: listing.reading_minutes,
        review: page
            .review
            .map(|state| state.name())
            .unwrap_or_default()
            .into(),
        draft: front.is_draft,
        count: 0,
    }
}

fn section_item(world: &World<'_>, from: &OutPath, section: &Section) -> ItemInput {
    let listing = section.page.map(|id| &world.site.pages[id].article.listing);
    ItemInput {
        title: section.title.clone(),
        href: world.urls.page(from, &section.permalink),
        description: listing
            .map(|listing| shorten(&listing.description))
            .unwrap_or_default(),
        count: section.total,
        ..ItemInput::default()
    }
}

/// One page of a list of guides. `base` is the address of its first page.
pub fn list(
    world: &World<'_>,
    from: &OutPath,
    base: &Permalink,
    guides: &[usize],
    page: &ListPage,
    sections: &[usize],
) -> ListInput {
    let address = |number: Option<usize>| {
        number
            .and_then(|number| numbered(base, number))
            .map(|to| world.urls.page(from, &to))
            .unwrap_or_default()
    };
    ListInput {
        items: guides[page.entries.clone()]
            .iter()
            .map(|&id| item(world, from, id))
            .collect(),
        number: page.number,
        newer: address(page.newer),
        older: address(page.older),
        sections: match page.number {
            0 => sections
                .iter()
                .map(|&id| section_item(world, from, &world.site.sections[id]))
                .collect(),
            _ => Vec::new(),
        },
    }
}

/// The terms of a taxonomy, by name.
pub fn term_list(world: &World<'_>, from: &OutPath, taxonomy: usize) -> TermList {
    let mut terms: Vec<ItemInput> = world.site.taxonomies[taxonomy]
        .terms
        .iter()
        .map(|term| ItemInput {
            title: term.name.clone(),
            href: world.urls.page(from, &term.permalink),
            count: term.guides.len(),
            ..ItemInput::default()
        })
        .collect();
    terms.sort_by_key(|term| term.title.to_lowercase());
    terms
}

/// The address of a page of a list: `base` itself for number 0, else
/// `base/page/3/`. `None` only where `base` is no folder.
pub fn numbered(base: &Permalink, number: usize) -> Option<Permalink> {
    if number == 0 {
        return Some(base.clone());
    }
    Permalink::folder(&format!(
        "{}/page/{number}",
        base.path.trim_end_matches('/')
    ))
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_become_a_tree() {
        let heading = |level, id: &str| Heading {
            level,
            id: id.into(),
            text: id.to_uppercase(),
        };
        let tree = toc(vec![
            heading(2, "a"),
            heading(4, "b"),
            heading(3, "c"),
            heading(2, "d"),
            heading(1, "e"),
        ]);
        let ids: Vec<&str> = tree.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, ["a", "d", "e"]);
        let below: Vec<&str> = tree[0]
            .children
            .iter()
            .map(|entry| entry.id.as_str())
            .collect();
        assert_eq!(below, ["b", "c"]);
    }

    #[test]
    fn long_descriptions_are_cut_between_words() {
        let text = "word ".repeat(60);
        let cut = shorten(&text);
        assert!(cut.ends_with("word\u{2026}") && cut.chars().count() <= MOST_DESCRIPTION + 1);
        assert_eq!(shorten("short"), "short");
    }
}
