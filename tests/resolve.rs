//! A site that is resolved again is the site that is resolved from nothing.
//!
//! Sites are made up and edited at random, from seeds. After each edit the
//! site is resolved with the memory of all edits before and without one, and
//! must be the same; and a page that is told to be given what it was given
//! before must be given that.

#[path = "support/made_up.rs"]
mod made_up;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use guidepost::ground::paths::{OutPath, SrcPath};
use guidepost::site::links::Target;
use guidepost::site::resolve::{resolve, resolve_again};
use guidepost::site::{Given, Memory, Page, Site};

use made_up::{Draft, World};

/// What a page is given beside [`Given`], by what pages show.
fn beside(site: &Site, id: usize) -> String {
    let page = &site.pages[id];
    let mut all = format!("{} {:?} {}", page.unfit, page.review, page.heads_section);
    let mut above = Some(site.section_of[id]);
    while let Some(section) = above.map(|section| &site.sections[section]) {
        all += &format!(" / {} {}", section.title, section.permalink.path);
        above = section.parent;
    }
    let front = page.article.front.all();
    for taxonomy in &site.taxonomies {
        let spelt = front.taxonomies.get(&taxonomy.config.name);
        for term in spelt
            .into_iter()
            .flatten()
            .filter_map(|term| taxonomy.term(term))
        {
            all += &format!(" # {} {}", term.name, term.permalink.path);
        }
    }
    for (_, target) in site.given[id]
        .links
        .iter()
        .chain(site.given[id].images.iter())
    {
        if let Target::Asset { source, .. } = target {
            all += &format!(" + {:?}", site.assets.get(source));
        }
    }
    all
}

fn assert_same(again: &Site, fresh: &Site, what: &str) {
    assert_eq!(again.pages.len(), fresh.pages.len(), "pages after {what}");
    assert_eq!(again.sections, fresh.sections, "sections after {what}");
    assert_eq!(
        again.section_of, fresh.section_of,
        "section_of after {what}"
    );
    assert_eq!(
        again.taxonomies, fresh.taxonomies,
        "taxonomies after {what}"
    );
    assert_eq!(again.newest, fresh.newest, "newest after {what}");
    assert_eq!(again.assets, fresh.assets, "assets after {what}");
    for (id, (a, b)) in again.pages.iter().zip(&fresh.pages).enumerate() {
        let of = |page: &Page| {
            (
                Arc::as_ptr(&page.article),
                page.unfit,
                page.review,
                page.heads_section,
                page.shown,
            )
        };
        assert_eq!(of(a), of(b), "{} after {what}", a.article.source);
        let (given, wanted) = (&*again.given[id], &*fresh.given[id]);
        let of = |given: &Given| {
            let similar = given.similar.iter();
            let similar = similar.map(|one| (one.listing.digest(), one.shared.clone()));
            (
                similar.collect::<Vec<_>>(),
                given.links.clone(),
                given.images.clone(),
            )
        };
        assert_eq!(of(given), of(wanted), "{} after {what}", a.article.source);
        assert_eq!(given, wanted, "{} after {what}", a.article.source);
    }
}

/// Of pages that are given what they were given before, it is that. The number
/// of those that are not.
fn check_kept(before: &Site, after: &Site, what: &str) -> usize {
    let ids: BTreeMap<&str, usize> = before
        .pages
        .iter()
        .enumerate()
        .map(|(id, page)| (page.article.source.as_str(), id))
        .collect();
    let mut others = 0;
    for (id, page) in after.pages.iter().enumerate() {
        match ids.get(page.article.source.as_str()) {
            Some(&old) if Arc::ptr_eq(&before.given[old], &after.given[id]) => {
                if Arc::ptr_eq(&before.pages[old].article, &page.article) {
                    let kept = beside(after, id);
                    assert_eq!(
                        beside(before, old),
                        kept,
                        "{} after {what}",
                        page.article.source
                    );
                }
            }
            _ => others += 1,
        }
    }
    others
}

fn check(seed: u64, guides: usize, edits: usize, threads: usize) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .expect("threads can be had");
    let mut world = World::new(seed, guides);
    let mut memory = Memory::default();
    let mut before: Option<Site> = None;
    let mut what = "the first time".to_owned();
    for _ in 0..edits {
        let World {
            config,
            files,
            edition,
            ..
        } = &world;
        let articles = world.articles();
        let again =
            pool.install(|| resolve_again(&mut memory, articles.clone(), config, files, edition));
        let fresh = pool.install(|| resolve(articles.clone(), config, files, edition));
        let what_now = format!("{what} (seed {seed}, {threads} threads)");
        assert_same(&again, &fresh, &what_now);
        if let Some(before) = &before {
            check_kept(before, &again, &what_now);
        }
        before = Some(again);
        what = world.edit();
    }
}

#[test]
fn a_site_resolved_again_is_the_site_resolved_afresh() {
    for seed in 1..=4 {
        check(seed, 600, 60, seed as usize);
    }
}

#[test]
fn small_sites_too() {
    for seed in 10..=29 {
        check(seed, 20, 60, 2);
    }
}

/// Resolves after each of some edits, and compares with a fresh site each time.
fn check_edits(world: &mut World, edits: &[&dyn Fn(&mut World)]) -> Vec<Site> {
    let mut memory = Memory::default();
    let mut sites: Vec<Site> = Vec::new();
    for (turn, edit) in edits.iter().enumerate() {
        edit(world);
        let (config, files, edition) = (&world.config, &world.files, &world.edition);
        let again = resolve_again(&mut memory, world.articles(), config, files, edition);
        let fresh = resolve(world.articles(), config, files, edition);
        let what = format!("edit {turn}");
        assert_same(&again, &fresh, &what);
        if let Some(before) = sites.last() {
            check_kept(before, &again, &what);
        }
        sites.push(again);
    }
    sites
}

fn titled(title: &str) -> Draft {
    Draft {
        title: title.to_owned(),
        ..Draft::default()
    }
}

#[test]
fn a_page_that_comes_back_is_given_what_is_true_now() {
    let linking = |title: &str| Draft {
        links: vec!["b.md".to_owned()],
        ..titled(title)
    };
    let left_out = Draft {
        draft: true,
        ..titled("B")
    };
    let mut world = World::new(1, 0);
    let sites = check_edits(
        &mut world,
        &[
            &|world| world.write("content/b.md", titled("B")),
            &|world| world.write("content/a.md", linking("Old")),
            &|world| world.write("content/b.md", left_out.clone()),
            &|world| world.write("content/a.md", linking("New")),
            &|world| world.write("content/b.md", titled("B")),
        ],
    );
    let backlinks = |site: &Site| site.given[1].backlinks[0].title.clone();
    assert_eq!(backlinks(&sites[1]), "Old");
    assert_eq!(backlinks(&sites[4]), "New");
}

#[test]
fn a_file_that_moves_with_its_bundle_is_given_anew() {
    let bundle = |slug: &str| Draft {
        slug: Some(slug.to_owned()),
        ..titled("Bundle")
    };
    let showing = Draft {
        images: vec!["@/b/picture.svg".to_owned()],
        ..titled("Showing")
    };
    let mut world = World::new(1, 0);
    world.files.assets = [SrcPath::new("content/b/picture.svg")].into();
    // In a section of its own: nothing but the file ties it to the bundle.
    let sites = check_edits(
        &mut world,
        &[
            &|world| world.write("content/b/index.md", bundle("first")),
            &|world| world.write("content/a/a.md", showing.clone()),
            &|world| world.write("content/b/index.md", bundle("second")),
            &|world| world.write("content/b/index.md", bundle("second")),
        ],
    );
    let paths = |site: &Site| site.assets.values().next().map(ToString::to_string);
    assert_eq!(paths(&sites[1]).as_deref(), Some("first/picture.svg"));
    assert_eq!(paths(&sites[2]).as_deref(), Some("second/picture.svg"));
    let kept = |a: usize, b: usize| Arc::ptr_eq(&sites[a].given[0], &sites[b].given[0]);
    assert!(!kept(1, 2) && kept(2, 3));
}

#[test]
fn targets_follow_what_comes_and_where_the_page_itself_goes() {
    let linking = |slug: &str| Draft {
        slug: Some(slug.to_owned()),
        links: vec!["@/b".to_owned()],
        images: vec!["picture.png".to_owned()],
        ..titled("Linking")
    };
    let mut world = World::new(1, 0);
    let out = OutPath::new("a/first/picture.png").expect("a path");
    world.files.statics = [(out, SrcPath::new("static/a/first/picture.png"))].into();
    let sites = check_edits(
        &mut world,
        &[
            &|world| world.write("content/a/a.md", linking("first")),
            &|world| world.write("content/b/index.md", titled("B")),
            &|world| world.write("content/a/a.md", linking("second")),
            &|world| world.remove("content/b/index.md"),
        ],
    );
    let is_broken = |target: &(String, Target)| matches!(target.1, Target::Broken { .. });
    let links = |site: &Site| site.given[0].links.iter().any(is_broken);
    let images = |site: &Site| site.given[0].images.iter().any(is_broken);
    assert_eq!(
        sites.iter().map(links).collect::<Vec<_>>(),
        [true, false, false, true]
    );
    assert_eq!(
        sites.iter().map(images).collect::<Vec<_>>(),
        [false, false, true, true]
    );
}

#[test]
fn an_edit_gives_few_pages_anything_else() {
    let mut world = World::new(99, 900);
    let mut memory = Memory::default();
    let mut again = |world: &World| {
        resolve_again(
            &mut memory,
            world.articles(),
            &world.config,
            &world.files,
            &world.edition,
        )
    };
    let first = again(&world);
    assert!(first.pages.len() > 350, "{} pages", first.pages.len());
    let second = again(&world);
    assert_eq!(check_kept(&first, &second, "nothing"), 0);
    let guides: BTreeSet<String> = world.drafts.keys().cloned().collect();
    let mut before = second;
    let mut given = Vec::new();
    for path in guides.iter().step_by(9) {
        let mut draft = world.drafts[path].clone();
        draft.title.push_str(" again");
        world.write(path, draft);
        let after = again(&world);
        given.push(check_kept(&before, &after, path));
        before = after;
    }
    given.sort_unstable();
    let median = given[given.len() / 2];
    assert!(
        median <= 30,
        "half of the edits give {median} pages something else"
    );
}
