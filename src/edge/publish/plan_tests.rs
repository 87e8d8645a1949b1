//! Plans: what is done, in which order, and what is left alone.

use std::collections::BTreeMap;

use super::entry::Entry;
use super::headers::Headers;
use super::plan::{Action, Live, Plan, Stage, Standing, Wanted, Why, plan};
use super::publication::Publication;
use crate::ground::digest::Digest;
use crate::ground::paths::OutPath;

fn path(path: &str) -> OutPath {
    OutPath::new(path).unwrap()
}

/// Objects written as `path=text`.
fn entries(of: &str) -> BTreeMap<OutPath, Entry> {
    let entry = |word: &str| {
        let (at, text) = word.split_once('=').unwrap();
        Entry {
            path: path(at),
            digest: Digest::of_bytes(text.as_bytes()),
            size: 1,
            headers: Headers::default(),
        }
    };
    let entries = of.split_whitespace().map(entry);
    entries.map(|one| (one.path.clone(), one)).collect()
}

fn wanted(of: &str) -> Wanted {
    Wanted {
        id: "new".into(),
        entries: entries(of),
        ..Wanted::default()
    }
}

fn standing(of: &str) -> Standing {
    Standing {
        recorded: Some(Publication {
            id: "old".into(),
            number: 1,
            entries: entries(of),
            ..Publication::default()
        }),
        ..Standing::default()
    }
}

fn shown(plan: &Plan) -> Vec<String> {
    let line = |stage: &Stage, action: &Action| {
        let verb = match action {
            Action::Put(_, Why::Headers) => "headers",
            Action::Put(..) => "put",
            Action::Restore(..) => "restore",
            Action::Delete(_) => "delete",
            Action::Save(..) => "save",
            _ => "record",
        };
        let at = match action {
            Action::Save(path, _) => path.to_string(),
            action => action.path(),
        };
        format!("{stage:?} {verb} {at}")
    };
    let stages = plan.stages.iter();
    stages
        .flat_map(|(stage, actions)| actions.iter().map(|action| line(stage, action)))
        .collect()
}

#[test]
fn what_is_referred_to_comes_first_and_goes_last() {
    let plan = plan(
        &standing("a.css=1 gone.png=1 gone.html=1 old.html=1 sitemap.xml=1 same.html=1"),
        &wanted("b.css=1 new.html=1 old.html=2 sitemap.xml=2 same.html=1"),
    );
    assert_eq!(
        shown(&plan),
        [
            "Assets put b.css",
            "NewPages put new.html",
            "ChangedPages put old.html",
            "Indexes put sitemap.xml",
            "Manifest record .guidepost/current.json",
            "DeletePages delete gone.html",
            "DeleteAssets delete a.css",
            "DeleteAssets delete gone.png",
        ]
    );
    assert_eq!(plan.deletions.len(), 3);
}

#[test]
fn the_same_site_is_no_plan_unless_something_was_broken_off() {
    let mut standing = standing("a.html=1 b.html=1");
    let wanted = wanted("a.html=1 b.html=1");
    assert!(plan(&standing, &wanted).is_empty());
    standing.broken_off = true;
    assert!(!plan(&standing, &wanted).is_empty());
    standing.seen = [
        (path("a.html"), Live::Absent),
        (path("b.html"), Live::Other),
        (path("c.html"), Live::Other),
        (path("d.html"), Live::Absent),
    ]
    .into();
    assert_eq!(
        shown(&plan(&standing, &wanted)),
        [
            "NewPages put a.html",
            "ChangedPages headers b.html",
            "DeletePages delete c.html"
        ]
    );
}

#[test]
fn what_is_lost_is_saved_once_and_only_if_somebody_may_want_it() {
    let standing = standing("a.html=1 b.html=1 c.html=2");
    let mut wanted = wanted("c.html=3");
    let saves = |wanted: &Wanted| {
        let shown = shown(&plan(&standing, wanted));
        shown.iter().filter(|line| line.starts_with("Save")).count()
    };
    assert_eq!(saves(&wanted), 0);
    wanted.keep = 1;
    // Two objects, for `a` and `b` are the same, and the record.
    assert_eq!(saves(&wanted), 3);
}

#[test]
fn on_a_folder_files_make_way_for_folders_first() {
    let mut standing = standing("a=1 b/c.png=1 d.png=1");
    standing.is_folder = true;
    let plan = plan(&standing, &wanted("a/x.png=1 b=1"));
    assert_eq!(
        shown(&plan)[..3],
        [
            "GiveWay delete a",
            "GiveWay delete b/c.png",
            "Assets put a/x.png"
        ]
    );
}

#[test]
fn a_fingerprinted_file_stays_and_is_no_deletion() {
    let digest = Digest::of_bytes(b"1").short(12);
    let name = format!("a.{digest}.css");
    let standing = standing(&format!("{name}=1"));
    let mut wanted = wanted("index.html=1");
    wanted.keep_assets = 2;
    let planned = plan(&standing, &wanted);
    assert!(planned.deletions.is_empty());
    let kept = &planned.publication.unwrap().kept[&path(&name)];
    assert_eq!((kept.left, kept.last), (2, 1));
}
