//! Prints: telling that an output is made from what it was made from before,
//! without making its step.
//!
//! A build that keeps the site in memory asks this of thousands of pages after
//! every edit, so nothing is written out and little is digested: what a site
//! gives a page is the same as long as it is the same [`Given`]. A print never
//! leaves memory, and is no key: where prints differ, the step's key decides.
//! Invariant: outputs of equal prints and equal ground have equal steps.

use std::sync::Arc;

use serde::Serialize;

use super::feed::{self, FeedOf};
use super::plan::Job;
use super::world::World;
use crate::content::article::Article;
use crate::content::permalink::Permalink;
use crate::ground::digest::Digest;
use crate::site::Given;
use crate::site::pagination::ListPage;

/// What an output is made from, beside the ground.
#[derive(Clone, Debug)]
pub struct Print {
    own: Option<(Arc<Article>, Arc<Given>)>,
    rest: Digest,
}

impl Print {
    /// Whether two outputs at the same place are made from the same.
    pub fn is(&self, other: &Self) -> bool {
        let same_own = match (&self.own, &other.own) {
            (None, None) => true,
            (Some((article, given)), Some((other_article, other_given))) => {
                Arc::ptr_eq(article, other_article) && Arc::ptr_eq(given, other_given)
            }
            _ => false,
        };
        same_own && self.rest == other.rest
    }
}

/// What all outputs stand on: digest of everything that any page may be made
/// from and that is not in its print. `given` stands for the configuration and
/// the options of the build. `None` where a template reads the whole site.
pub fn ground(world: &World<'_>, given: Digest) -> Option<Digest> {
    if world.templates.any_names_guides() {
        return None;
    }
    let site = world.site;
    let home = &site.sections[0];
    let child = |id: &usize| (&site.sections[*id].title, &site.sections[*id].permalink);
    let theme = world.theme;
    Some(Digest::of(&(
        given,
        world.templates.digest(),
        world
            .data
            .iter()
            .map(|(name, data)| (name, data.digest))
            .collect::<Vec<_>>(),
        (&home.title, &home.permalink),
        home.children.iter().map(child).collect::<Vec<_>>(),
        site.taxonomies
            .iter()
            .map(|taxonomy| (&taxonomy.config.title, &taxonomy.permalink))
            .collect::<Vec<_>>(),
        feed::site_feed(world),
        (
            theme.style.as_ref().map(|(path, _)| path),
            theme.script.as_ref().map(|(path, _)| path),
            &theme.icon,
        ),
        world
            .probes
            .iter()
            .map(|(source, probe)| (source, probe.size))
            .collect::<Vec<_>>(),
    )))
}

/// The print of an output; `None` for outputs that are asked as they are.
pub fn print(world: &World<'_>, job: &Job) -> Option<Print> {
    let site = world.site;
    let own = |id: usize| {
        let article = Arc::clone(&site.pages[id].article);
        Some((article, Arc::clone(&site.given[id])))
    };
    let generated = |rest: Digest| Some(Print { own: None, rest });
    match job {
        Job::Guide(id) => Some(Print {
            own: own(*id),
            rest: Digest::default(),
        }),
        Job::Section(id, at) => {
            let page = site.sections[*id].page.filter(|_| at.number == 0);
            Some(Print {
                own: page.and_then(own),
                rest: of_section(world, *id, at),
            })
        }
        Job::Taxonomy(id) => {
            let taxonomy = &site.taxonomies[*id];
            let term = |term: &crate::site::taxonomy::Term| {
                Digest::of(&(&term.name, &term.permalink, term.guides.len()))
            };
            generated(Digest::of(&(
                &taxonomy.config.title,
                &taxonomy.permalink,
                taxonomy.terms.iter().map(term).collect::<Vec<_>>(),
            )))
        }
        Job::Term(taxonomy, term, at) => {
            let found = &site.taxonomies[*taxonomy].terms[*term];
            generated(Digest::of(&(
                &found.name,
                list(world, &found.permalink, &found.guides, at),
                feed::place(world, FeedOf::Term(*taxonomy, *term)),
            )))
        }
        Job::NotFound => generated(Digest::default()),
        Job::Alias(to) => generated(Digest::of(to)),
        Job::Feed(_)
        | Job::Sitemap(_)
        | Job::Robots
        | Job::Style
        | Job::Script
        | Job::ThemeFile(_)
        | Job::Copy(_) => None,
    }
}

fn of_section(world: &World<'_>, id: usize, at: &ListPage) -> Digest {
    let site = world.site;
    let section = &site.sections[id];
    let guides = match id {
        0 => &site.newest,
        _ => &section.guides,
    };
    let mut trail: Vec<(&str, &Permalink)> = Vec::new();
    let mut above = section.parent;
    while let Some(id) = above {
        trail.push((&site.sections[id].title, &site.sections[id].permalink));
        above = site.sections[id].parent;
    }
    let child = |id: &usize| {
        let child = &site.sections[*id];
        let shown = child.page.map(|page| site.pages[page].shown);
        Digest::of(&(&child.title, &child.permalink, child.total, shown))
    };
    Digest::of(&(
        &section.title,
        trail,
        list(world, &section.permalink, guides, at),
        section.children.iter().map(child).collect::<Vec<_>>(),
        feed::place(world, FeedOf::Section(id)),
    ))
}

/// One page of a list of guides.
fn list<'a>(
    world: &World<'_>,
    base: &'a Permalink,
    guides: &[usize],
    at: &ListPage,
) -> impl Serialize + use<'a> {
    let ListPage {
        number,
        entries,
        newer,
        older,
    } = at;
    let shown = |id: &usize| world.site.pages[*id].shown;
    let items: Vec<Digest> = guides[entries.clone()].iter().map(shown).collect();
    (base, *number, *newer, *older, items)
}
