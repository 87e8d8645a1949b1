//! Campaign 6: builds that meet other builds, a cache that goes, and edits.

use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use super::chance::Chance;
use super::runner::{Outcome, command, read};
use super::small::{Small, State, model, old_or_new};
use super::snapshot::{Snapshot, difference};
use super::{by_size, cores, each, folder, size};

fn start(site: &Small, jobs: usize) -> Child {
    command(&site.folders, &model(State::First).flags, jobs)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary runs")
}

fn end(site: &Small, child: Child) -> Outcome {
    read(
        &site.folders,
        &child.wait_with_output().expect("a process ends"),
    )
}

fn pause(chance: &mut Chance, most: u64) {
    let most = usize::try_from(most * 1000).expect("a short time");
    let microseconds = u64::try_from(chance.below(most)).expect("a short time");
    std::thread::sleep(Duration::from_micros(microseconds));
}

/// A build that had to give way says to whom.
fn gave_way(outcome: &Outcome) -> bool {
    outcome.exit == 2
        && outcome
            .error
            .as_deref()
            .is_some_and(|error| error.contains("another build"))
}

/// Runs trials in folders of their own; each gets the trees of the states.
fn run(runs: usize, trial: impl Fn(&mut Small, &mut Chance, &Trees) -> Result<(), String> + Sync) {
    let slots: Vec<usize> = (0..cores()).collect();
    let failures = each(&slots, slots.len(), |slot| {
        let place = folder();
        let trees = Trees::learn(place.path());
        for run in (*slot..runs).step_by(slots.len()) {
            let seed = size("GUIDEPOST_SEED", 0) + run;
            let mut chance = Chance::new(u64::try_from(seed).expect("a seed"));
            let mut site = Small::new(place.path());
            trial(&mut site, &mut chance, &trees)
                .map_err(|why| format!("run {seed} (GUIDEPOST_SEED={seed}): {why}"))?;
        }
        Ok(())
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

struct Trees {
    first: Snapshot,
    edited: Snapshot,
    want: Outcome,
}

impl Trees {
    fn learn(top: &Path) -> Self {
        let (_, first) = Small::clean(top, State::First);
        let (want, edited) = Small::clean(top, State::Edited);
        Self {
            first,
            edited,
            want,
        }
    }
}

fn runs() -> usize {
    size("GUIDEPOST_RUNS", by_size(10, 300))
}

#[test]
fn two_builds_at_once() {
    run(runs(), |site, chance, trees| {
        if chance.one_in(2) {
            site.set(State::First);
            site.build();
        }
        site.set(State::Edited);
        let one = start(site, chance.below(4) + 1);
        pause(chance, 60);
        let other = start(site, chance.below(4) + 1);
        let outcomes = [end(site, one), end(site, other)];
        for outcome in &outcomes {
            if outcome.exit != 0 && !gave_way(outcome) {
                return Err(format!("a build fails beside another one: {outcome:?}\n"));
            }
        }
        if outcomes.iter().all(|outcome| outcome.exit != 0) {
            return Err(format!("both builds gave way: {outcomes:?}\n"));
        }
        if let Some(why) = difference(&site.tree(), &trees.edited) {
            return Err(format!("two builds at once left:\n{why}"));
        }
        site.recovers(&trees.want, &trees.edited).map(drop)
    });
}

#[test]
fn a_build_that_loses_its_cache_folder() {
    run(runs(), |site, chance, trees| {
        let before = chance.one_in(2);
        if before {
            site.set(State::First);
            site.build();
        }
        site.set(State::Edited);
        let one = start(site, chance.below(4) + 1);
        pause(chance, 120);
        // A file may come into the folder while it is being removed.
        let _ = fs::remove_dir_all(&site.folders.cache);
        let other = chance.one_in(2).then(|| start(site, 1));
        let mut outcomes = vec![end(site, one)];
        outcomes.extend(other.map(|other| end(site, other)));
        for outcome in &outcomes {
            // It may fail, as its lock and its memory went, but in words.
            if outcome.exit > 2 || (outcome.exit == 2 && outcome.error.is_none()) {
                return Err(format!("a build crashes without its cache: {outcome:?}\n"));
            }
        }
        let nothing = Snapshot::default();
        let old = if before { &trees.first } else { &nothing };
        old_or_new(&site.tree(), old, &trees.edited)?;
        site.recovers(&trees.want, &trees.edited).map(drop)
    });
}

#[test]
fn edits_while_a_build_runs() {
    run(runs(), |site, chance, trees| {
        site.set(State::First);
        site.build();
        site.set(State::Edited);
        // A digit turns while the build runs, and size and time of change stay.
        let page = site.folders.root.join("content/fans/replace.md");
        let text = fs::read(&page).expect("a source");
        let other: Vec<u8> = String::from_utf8_lossy(&text)
            .replace("11 minutes", "12 minutes")
            .into();
        assert_ne!(text, other, "the text to edit is there");
        let style = super::disk::Style::TimeKept;
        super::disk::write(&page, &other, style);
        let build = start(site, chance.below(4) + 1);
        pause(chance, 60);
        super::disk::write(&page, &text, style);
        let outcome = end(site, build);
        if outcome.exit > 2 {
            return Err(format!("a build crashes beside an edit: {outcome:?}\n"));
        }
        site.recovers(&trees.want, &trees.edited).map(drop)
    });
}
