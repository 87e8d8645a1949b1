//! Campaign: rebuilds over what stays in memory. One process builds a site again
//! after every edit, told of no change, and each state is held against a clean
//! build: what is kept of articles, of the resolved site and of what outputs
//! were made from must never be believed too long.

use std::path::Path;

use guidepost::edge::changes::Changes;
use guidepost::edge::onlookers::Onlookers;
use guidepost::edge::watch::warm::{Warm, own_options};

use super::chance::Chance;
use super::disk::Style;
use super::edits::by_name;
use super::model::{Flags, Model};
use super::play::compare;
use super::runner::{How, in_threads, options};
use super::scene::Scene;
use super::snapshot::Snapshot;
use super::watch::edit_one;
use super::{by_size, cores, each, folder, generate, size};

/// Sites and edits on each of the small campaign.
const SMALL: (usize, usize) = (6, 30);

/// Operators after which most outputs stand on what they stood on before, so
/// that prints alone decide.
const QUIET: &[&str] = &[
    "edit-title",
    "edit-title",
    "edit-description",
    "edit-first-paragraph",
    "edit-date",
    "edit-updated",
    "edit-weight",
    "edit-tags",
    "edit-categories",
    "turn-draft",
    "noindex",
    "edit-slug",
];

#[test]
fn rebuilds_in_memory() {
    let sites = size("GUIDEPOST_SEEDS", by_size(SMALL.0, 100));
    let edits = size("GUIDEPOST_EDITS_PER_SEED", by_size(SMALL.1, 50));
    let first = size("GUIDEPOST_FIRST_SEED", 0);
    let seeds: Vec<usize> = match std::env::var("GUIDEPOST_SEED") {
        Ok(seed) => vec![seed.parse().expect("GUIDEPOST_SEED is a number")],
        Err(_) => (first..first + sites).collect(),
    };
    let failures = each(&seeds, cores(), |seed| {
        let folder = folder();
        play(folder.path(), u64::try_from(*seed).expect("a seed"), edits).map_err(|why| {
            let kept = match std::env::var_os("GUIDEPOST_KEEP") {
                Some(_) => format!("; the site is in {}", folder.keep().display()),
                None => String::new(),
            };
            format!("seed {seed}: {why}{kept}")
        })
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Plays edits on the site of a seed.
fn play(top: &Path, seed: u64, edits: usize) -> Result<(), String> {
    let mut model = generate::site(seed, 40);
    let has_prints = !seed.is_multiple_of(4);
    if has_prints {
        read_no_guides(&mut model);
    }
    let mut scene = Scene::new(top, model, false);
    scene.sync();
    let mut chance = Chance::new(seed ^ 0x0003_a93d);
    let flags = scene.model.flags.clone();
    let own = own_options(&options(scene.folders(), &scene.model.flags)).expect("a site");
    let mut warm = Warm::open(own).expect("nobody else watches");
    let mut told = Vec::new();
    let mut history = Vec::new();
    for number in 0..=edits {
        if number > 0 {
            scene.style = Style::any(&mut chance);
            scene.tidy = !chance.one_in(5);
            told.clear();
            // What one edit alone brings about shows most.
            let many = if chance.one_in(4) {
                chance.below(3) + 2
            } else {
                1
            };
            if chance.one_in(2) {
                let name = chance.of(QUIET);
                let quiet = by_name(name).expect("an operator of the table");
                if (quiet.edit)(&mut scene, &mut chance) {
                    told.push(name);
                }
            }
            for _ in usize::from(!told.is_empty())..many {
                edit_one(&mut scene, &mut chance, &mut told);
            }
            if chance.one_in(6) {
                let clock = by_name("clock-by-days").expect("an operator of the table");
                if (clock.edit)(&mut scene, &mut chance) {
                    told.push(clock.name);
                }
            }
            // Some edits begin with the theme as it was.
            if has_prints {
                read_no_guides(&mut scene.model);
            }
            // Time passes; what a watcher was called with stays.
            let now = scene.model.flags.now.clone();
            scene.model.flags = Flags {
                now,
                ..flags.clone()
            };
            scene.sync();
        }
        history.push(told.join("+"));
        rebuild(&mut warm, &scene, &mut chance)
            .map_err(|why| format!("edit {number}, {told:?} after {history:?}: {why}"))?;
        scene.history.push(scene.model.clone());
        if !scene.model.wounds.is_empty() && chance.one_in(2) {
            let mend = by_name("mend").expect("an operator of the table");
            (mend.edit)(&mut scene, &mut chance);
        }
    }
    warm.close().map_err(|error| format!("{error:?}"))
}

/// Takes from a template what reads the whole site: where one does, a build
/// does not tell outputs by what they were made from before.
fn read_no_guides(model: &mut Model) {
    if let Some(file) = model.files.get_mut("templates/register.html") {
        let text = String::from_utf8_lossy(file);
        *file = text.replace("site.guides", "[]").into_bytes();
    }
}

/// Builds over what is in memory and clean, and compares all that can be seen.
fn rebuild(warm: &mut Warm, scene: &Scene, chance: &mut Chance) -> Result<(), String> {
    let tree = warm.out().to_owned();
    let before = Snapshot::of(&tree);
    let now = scene.model.flags.now.parse().expect("an instant");
    let got = in_threads(scene.folders(), chance.below(8) + 1, || {
        warm.rebuild(Changes::Unknown, now, &|_, _| {}, &Onlookers::NONE)
            .map(|rebuilt| rebuilt.expect("nobody gave it up").report)
    });
    let after = Snapshot::of(&tree);
    let (want, clean) = scene.clean(How {
        process: false,
        jobs: chance.below(8) + 1,
    });
    compare(&got, &want, &before, &after, &clean, false)
}
