//! `site` as a page sees it, and the whole-site values that templates may name.

use super::inputs::{DateInput, GuideInput, LinkInput, ReviewInput, SiteInput, TermsInput};
use super::templates::value_of;
use super::world::{Data, World};
use crate::content::front_matter::FrontMatter;
use crate::ground::date::Moment;
use crate::ground::digest::Digest;
use crate::ground::paths::OutPath;
use crate::site::Page;

/// Sections in the header where no menu is configured.
const MOST_MENU_ITEMS: usize = 6;

/// `site` for the page at the site path `path`, written to `from`.
pub fn site_input(world: &World<'_>, from: &OutPath, path: &str) -> SiteInput {
    let config = world.config;
    let urls = &world.urls;
    let file = |file: Option<&OutPath>| file.map(|file| urls.file(from, file)).unwrap_or_default();
    SiteInput {
        title: config.title.clone(),
        description: config.description.clone(),
        language: config.language.clone(),
        author: config.author.clone(),
        base_url: urls.base().to_owned(),
        home: urls.page(from, &world.site.sections[0].permalink),
        menu: menu(world, from, path),
        taxonomies: world
            .site
            .taxonomies
            .iter()
            .map(|taxonomy| LinkInput {
                title: taxonomy.config.title.clone(),
                href: urls.page(from, &taxonomy.permalink),
                current: path.starts_with(&taxonomy.permalink.path),
            })
            .collect(),
        feed: file(super::feed::site_feed(world).as_ref()),
        extra: config.extra.clone(),
        style: file(world.theme.style.as_ref().map(|(path, _)| path)),
        script: file(world.theme.script.as_ref().map(|(path, _)| path)),
        icon: file(world.theme.icon.as_ref()),
    }
}

fn menu(world: &World<'_>, from: &OutPath, path: &str) -> Vec<LinkInput> {
    let sections = &world.site.sections;
    if world.config.menu.is_empty() {
        return sections[0]
            .children
            .iter()
            .take(MOST_MENU_ITEMS)
            .map(|&id| LinkInput {
                title: sections[id].title.clone(),
                href: world.urls.page(from, &sections[id].permalink),
                current: path.starts_with(&sections[id].permalink.path),
            })
            .collect();
    }
    world
        .config
        .menu
        .iter()
        .map(|item| LinkInput {
            title: item.title.clone(),
            href: if item.url.starts_with('/') && !item.url.starts_with("//") {
                world.urls.site_path(from, &item.url)
            } else {
                item.url.clone()
            },
            current: item.url == path
                || (item.url.len() > 1 && item.url.ends_with('/') && path.starts_with(&item.url)),
        })
        .collect()
}

/// `site.guides`: every guide, newest first; those that are kept out of indexes
/// too, since a register of guides by owner would be wrong without them.
pub fn guides(world: &World<'_>, from: &OutPath) -> Data {
    let guides: Vec<GuideInput> = world
        .site
        .newest
        .iter()
        .map(|&id| &world.site.pages[id])
        .map(|page| {
            let listing = &page.article.listing;
            let front = page.article.front.all();
            GuideInput {
                title: listing.title.clone(),
                href: world.urls.page(from, &listing.permalink),
                path: listing.permalink.path.clone(),
                description: listing.description.clone(),
                date: front.date.as_ref().map(date),
                updated: front.updated.as_ref().map(date),
                taxonomies: terms(world, from, &front),
                meta: page.article.meta.map(),
                review: review(world, page, &front),
            }
        })
        .collect();
    Data {
        digest: Digest::of(&guides),
        value: value_of(&guides),
    }
}

/// A date in the forms that templates need.
pub fn date(moment: &Moment) -> DateInput {
    DateInput {
        iso: moment.iso_day(),
        long: moment.long_day(),
        rfc3339: moment.rfc3339(),
    }
}

/// The terms of a page, by taxonomy.
pub fn terms(world: &World<'_>, from: &OutPath, front: &FrontMatter) -> Vec<TermsInput> {
    world
        .site
        .taxonomies
        .iter()
        .filter_map(|taxonomy| {
            let spellings = front.taxonomies.get(&taxonomy.config.name)?;
            let mut terms: Vec<LinkInput> = Vec::new();
            for term in spellings
                .iter()
                .filter_map(|spelling| taxonomy.term(spelling))
            {
                let href = world.urls.page(from, &term.permalink);
                if !terms.iter().any(|known| known.href == href) {
                    terms.push(LinkInput {
                        title: term.name.clone(),
                        href,
                        current: false,
                    });
                }
            }
            (!terms.is_empty()).then(|| TermsInput {
                name: taxonomy.config.name.clone(),
                title: taxonomy.config.title.clone(),
                terms,
            })
        })
        .collect()
}

/// A page's review; `None` where it declares none.
pub fn review(world: &World<'_>, page: &Page, front: &FrontMatter) -> Option<ReviewInput> {
    let state = page.review?;
    let review = &front.review;
    let zone = jiff::tz::TimeZone::get(&world.config.time_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let due = review.due().and_then(|day| Moment::of_day(day, &zone).ok());
    Some(ReviewInput {
        owner: review.owner.clone(),
        status: review.status.clone().unwrap_or_default(),
        version: review.version.clone().unwrap_or_default(),
        last_reviewed: review.last_reviewed.as_ref().map(date),
        interval: review.interval_text.clone().unwrap_or_default(),
        due: due.as_ref().map(date),
        state: state.name().into(),
    })
}
