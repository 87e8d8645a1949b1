//! Campaign 1: random edits. Also the precision of every step: what a build
//! says that it wrote and deleted is what changed, and nothing else is touched.

use std::collections::BTreeSet;
use std::sync::Mutex;

use super::edits::OPERATORS;
use super::play::{Played, Script, play};
use super::shrink::shrink;
use super::{by_size, cores, each, folder, size};

/// Seeds and edits of the small campaign.
const SMALL: (usize, usize) = (6, 15);

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
                Err(told(&script, failure))
            }
        }
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
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

/// A failure, made short, with the command that shows it again.
fn told(script: &Script, failure: super::play::Failure) -> String {
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
