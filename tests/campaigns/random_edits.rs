//! Campaign 1: random edits. Also the precision of every step: what a build
//! says that it wrote and deleted is what changed, and nothing else is touched.

use std::collections::BTreeSet;
use std::sync::Mutex;

use super::chance::Chance;
use super::edits::OPERATORS;
use super::mount::{self, Mount};
use super::play::{Edit, Failure, Played, Script, play, play_on};
use super::shrink::shrink;
use super::{by_size, cores, each, folder, size};

/// Seeds and edits of the small campaign.
const SMALL: (usize, usize) = (20, 15);

/// Exit status where a seeded fault was noticed.
const NOTICED: i32 = 3;

#[test]
fn random_edits() {
    let edits = size("GUIDEPOST_EDITS_PER_SEED", by_size(SMALL.1, 50));
    if let Ok(seed) = std::env::var("GUIDEPOST_SEED") {
        replay(seed.parse().expect("GUIDEPOST_SEED is a number"), edits);
        return;
    }
    let seeds = size("GUIDEPOST_SEEDS", by_size(SMALL.0, 200));
    let first = size("GUIDEPOST_FIRST_SEED", 0);
    let jobs: Vec<u64> = (first..first + seeds)
        .map(|seed| u64::try_from(seed).expect("a seed"))
        .collect();
    // Rules that are broken are mostly seen there, and fields elsewhere.
    let fault = std::env::var("GUIDEPOST_FAULT").unwrap_or_default();
    let of_a_rule = !fault.is_empty() && !fault.starts_with("key:");
    if of_a_rule {
        on_a_disk();
    }
    let all = Mutex::new(Played::default());
    let failures = each(&jobs, cores(), |seed| {
        let script = Script::new(*seed, edits);
        let folder = folder();
        match play(folder.path(), &script, false) {
            Ok(played) => {
                let mut all = all.lock().expect("no panic while held");
                all.operators.extend(played.operators);
                all.builds += played.builds;
                all.failed += played.failed;
                Ok(())
            }
            Err(failure) => {
                drop(folder);
                end_of_a_fault(&failure);
                Err(told(&script, failure))
            }
        }
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    if !of_a_rule {
        on_a_disk();
    }
    let all = all.into_inner().expect("no panic while held");
    eprintln!(
        "{seeds} seeds: {} states compared, {} of them failed builds",
        all.builds, all.failed
    );
    if edits * seeds >= SMALL.0 * SMALL.1 && first == 0 {
        let missing: BTreeSet<&str> = OPERATORS
            .iter()
            .map(|operator| operator.name)
            .filter(|name| !all.operators.contains(name))
            .collect();
        assert!(
            missing.is_empty(),
            "operators that were never played: {missing:?}"
        );
        assert!(all.failed * 3 < all.builds, "too many of the builds failed");
    }
}

/// What can only be seen on a disk that counts seconds, and that loses what
/// was not synced.
fn on_a_disk() {
    let place = folder();
    let image = place.path().join("disk.img");
    let made = mount::make(&image, 24, &["-I", "128", "-b", "1024", "-J", "size=4"])
        .and_then(|()| Mount::new(&image, &place.path().join("disk"), "noatime"));
    let disk = match made {
        Ok(disk) => disk,
        Err(why) => {
            eprintln!("SKIPPED: no disk can be made and mounted here: {why}");
            return;
        }
    };
    let mut chance = Chance::new(u64::try_from(size("GUIDEPOST_SEED", 1)).expect("a seed"));
    let names = ["same-size-in-one-second", "power-cut"];
    let edits = (0..by_size(6, 40)).map(|at| Edit {
        operator: names[at % names.len()],
        seed: chance.next() & 0xffff_ffff,
    });
    let script = Script {
        seed: 0,
        pages: 12,
        edits: edits.collect(),
    };
    let top = disk.place.join("top");
    match play_on(Some(disk), &top, &script, false) {
        Ok(played) => {
            let found: BTreeSet<&str> = played.operators;
            assert_eq!(found.len(), names.len(), "only {found:?} were played");
        }
        Err(failure) => {
            end_of_a_fault(&failure);
            panic!("on a disk, after edit {:?}: {}", failure.at, failure.why);
        }
    }
}

/// Ends where a seeded fault has been noticed: that is all that was asked.
fn end_of_a_fault(failure: &Failure) {
    if std::env::var_os("GUIDEPOST_FAULT").is_some() {
        eprintln!("noticed: {}", failure.why);
        std::process::exit(NOTICED);
    }
}

/// A failure, made short, with the command that shows it again.
fn told(script: &Script, failure: Failure) -> String {
    let (short, failure) = shrink(script, failure);
    format!(
        "seed {}: {}replay: GUIDEPOST_SEED={} GUIDEPOST_PAGES={} GUIDEPOST_EDITS='{}' cargo test --test campaign random_edits -- --nocapture\n",
        short.seed,
        failure.why,
        short.seed,
        short.pages,
        short.words(),
    )
}

/// Plays one seed, or the edits of a replay, and leaves the folder to be
/// looked at.
fn replay(seed: u64, edits: usize) {
    let mut script = Script::new(seed, edits);
    script.pages = size("GUIDEPOST_PAGES", script.pages);
    let given = std::env::var("GUIDEPOST_EDITS").ok();
    if let Some(words) = &given {
        script.edits = Script::edits_of(words);
    }
    let folder = folder();
    if let Err(failure) = play(folder.path(), &script, true) {
        let kept = folder.keep();
        let why = match given {
            Some(_) => failure.why,
            None => told(&script, failure),
        };
        panic!("\n{why}\nthe site is in {}", kept.display());
    }
    if std::env::var_os("GUIDEPOST_KEEP").is_some() {
        eprintln!("the site is in {}", folder.keep().display());
    }
}

#[test]
fn a_script_is_read_back_as_it_was_printed() {
    let script = Script::new(3, 40);
    assert_eq!(Script::edits_of(&script.words()), script.edits);
}

#[test]
fn operators_have_names_of_their_own() {
    let names: BTreeSet<&str> = OPERATORS.iter().map(|operator| operator.name).collect();
    assert_eq!(names.len(), OPERATORS.len());
}
