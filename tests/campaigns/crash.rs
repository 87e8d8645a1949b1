//! Campaign 4: crashes and errors at every call that a build makes.
//!
//! After each, every output is old or new; the next build leaves what a clean
//! one leaves; and nothing else is left behind.

use std::collections::BTreeSet;
use std::path::Path;

use super::chance::Chance;
use super::runner::Outcome;
use super::small::{Small, State, old_or_new};
use super::snapshot::Snapshot;
use super::strace::{self, Call, Fault, LOOKING, MUTATING, READING, mutates};
use super::{by_size, cores, each, folder, size};

/// From one state of the small site to another.
#[derive(Clone, Copy, Debug)]
struct Scenario {
    name: &'static str,
    /// The state that was built; nothing for a cold build.
    from: Option<State>,
    to: State,
}

const SCENARIOS: [Scenario; 3] = [
    Scenario {
        name: "cold",
        from: None,
        to: State::First,
    },
    Scenario {
        name: "warm",
        from: Some(State::First),
        to: State::Edited,
    },
    Scenario {
        name: "deleting",
        from: Some(State::Edited),
        to: State::Shrunk,
    },
];

/// What is known of a scenario before anything goes wrong.
struct Known {
    scenario: Scenario,
    old: Snapshot,
    want: Outcome,
    new: Snapshot,
    /// Names of the files that an undisturbed build leaves in the cache.
    names: BTreeSet<String>,
    calls: Vec<Call>,
    /// All paths of the site that the calls speak of.
    paths: Vec<String>,
}

/// Brings a site to the point at which the build of a scenario starts.
fn stage(top: &Path, scenario: Scenario) -> Small {
    let mut site = Small::new(top);
    if let Some(from) = scenario.from {
        site.set(from);
        assert_eq!(site.build().exit, 0, "the first build of {}", scenario.name);
    }
    site.set(scenario.to);
    site
}

fn learn(top: &Path, scenario: Scenario, names: &[&str]) -> Known {
    let (_, old) = scenario
        .from
        .map_or_else(Default::default, |from| Small::clean(top, from));
    let (want, new) = Small::clean(top, scenario.to);
    let site = stage(top, scenario);
    let calls = strace::calls(&site.folders, names, &top.join("strace.log"));
    let mut paths: Vec<String> = calls.iter().map(|call| call.path.clone()).collect();
    paths.sort();
    paths.dedup();
    Known {
        scenario,
        old,
        want,
        new,
        names: shapes(&site),
        calls,
        paths,
    }
}

/// The names below the cache folder, with what a digest or a counter decides
/// left out.
fn shapes(site: &Small) -> BTreeSet<String> {
    Snapshot::of(&site.folders.cache)
        .files
        .keys()
        .map(|path| {
            path.split('/')
                .map(|name| {
                    if name.len() >= 6 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                        "#".to_owned()
                    } else {
                        name.chars()
                            .map(|c| if c.is_ascii_digit() { '#' } else { c })
                            .collect()
                    }
                })
                .collect::<Vec<String>>()
                .join("/")
        })
        .collect()
}

/// A fault at a call, which is given by its place in the list of calls.
#[derive(Clone, Copy)]
struct Plan {
    call: usize,
    what: &'static str,
    from_here: bool,
}

fn trial(top: &Path, known: &Known, plan: Plan) -> Result<(), String> {
    let site = stage(top, known.scenario);
    let fault = Fault {
        call: &known.calls[plan.call],
        what: plan.what,
        from_here: plan.from_here.then_some(known.paths.as_slice()),
    };
    let outcome = strace::with_fault(&site.folders, fault, &top.join("strace.log"));
    check(
        &site,
        known,
        &outcome,
        plan.what == KILL,
        fault.call.name == "rmdir",
    )
    .map_err(|why| {
        format!(
            "{}, {}{} at {}: {why}",
            known.scenario.name,
            plan.what,
            if plan.from_here { " from here on" } else { "" },
            fault.call.line
        )
    })
}

fn check(
    site: &Small,
    known: &Known,
    outcome: &Outcome,
    killed: bool,
    leaves_folders: bool,
) -> Result<(), String> {
    // What strace lets through when a process dies is 128 and the signal.
    if outcome.exit > 2 && !(killed && outcome.exit == 137) {
        return Err(format!("it crashed: {outcome:?}\n"));
    }
    if leaves_folders && !killed {
        // A folder that cannot be removed is not worth failing for.
        remove_empty_folders(&site.folders.out);
    }
    let tree = site.tree();
    old_or_new(&tree, &known.old, &known.new)?;
    if outcome.exit == 0
        && let Some(why) = super::snapshot::difference(&tree, &known.new)
    {
        return Err(format!("it says that all is well, and yet:\n{why}"));
    }
    if outcome.exit != 0 && !killed && outcome.error.is_none() && outcome.findings.is_empty() {
        return Err("it failed without a word\n".into());
    }
    site.recovers(&known.want, &known.new)?;
    let litter: Vec<String> = shapes(site).difference(&known.names).cloned().collect();
    if litter.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "the cache has files that nobody needs: {litter:?}\n"
        ))
    }
}

/// Removes the empty folders of a tree, innermost first.
fn remove_empty_folders(top: &Path) {
    let folders = walkdir::WalkDir::new(top).min_depth(1).contents_first(true);
    for entry in folders.into_iter().filter_map(Result::ok) {
        if entry.file_type().is_dir() {
            // One that is not empty stays.
            let _ = std::fs::remove_dir(entry.path());
        }
    }
}

/// Some of many, the same ones every time.
fn sample<T>(mut all: Vec<T>, count: usize, seed: u64) -> Vec<T> {
    if all.len() > count {
        Chance::new(seed).shuffle(&mut all);
        all.truncate(count);
    }
    all
}

/// Tries the faults that `plans_of` makes of a build's calls, or some of them.
fn run(plans_of: impl Fn(&[Call]) -> Vec<Plan> + Sync, names: &[&str], small: usize) {
    if !strace::works() {
        return;
    }
    let seed = u64::try_from(size("GUIDEPOST_SEED", 1)).expect("a seed");
    let slots: Vec<usize> = (0..cores()).collect();
    for scenario in SCENARIOS {
        // Paths decide the number of a call, so each thread has a folder of
        // its own and learns the calls there.
        let failures = each(&slots, slots.len(), |slot| {
            let place = folder();
            let known = learn(place.path(), scenario, names);
            assert!(known.calls.len() > 20, "too few calls: {:?}", known.calls);
            let all = plans_of(&known.calls);
            let total = all.len();
            let chosen = sample(all, by_size(small, usize::MAX), seed);
            if *slot == 0 {
                eprintln!("{}: {} of {total} faults", scenario.name, chosen.len());
            }
            let failures: Vec<String> = chosen
                .into_iter()
                .skip(*slot)
                .step_by(slots.len())
                .filter_map(|plan| trial(place.path(), &known, plan).err())
                .collect();
            match failures.len() {
                0 => Ok(()),
                count => Err(format!(
                    "{count} faults, the first of them:\n{}",
                    failures[..count.min(5)].join("\n")
                )),
            }
        });
        assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    }
}

const KILL: &str = "signal=KILL";

/// An error for each call in turn, so that every kind of call meets each.
fn errors(calls: &[Call], wanted: impl Fn(&Call) -> bool, from_here: bool) -> Vec<Plan> {
    const ERRORS: [&str; 4] = ["error=ENOSPC", "error=EIO", "error=EACCES", "error=EROFS"];
    let wanted = (0..calls.len()).filter(|at| wanted(&calls[*at]));
    wanted
        .zip(ERRORS.iter().cycle())
        .map(|(call, what)| Plan {
            call,
            what,
            from_here,
        })
        .collect()
}

#[test]
fn killed_at_every_mutating_call() {
    let plans = |calls: &[Call]| {
        let mutating = (0..calls.len()).filter(|at| mutates(&calls[*at]));
        mutating
            .map(|call| Plan {
                call,
                what: KILL,
                from_here: false,
            })
            .collect()
    };
    run(plans, MUTATING, 16);
}

#[test]
fn errors_at_every_mutating_call() {
    let plans = |calls: &[Call]| {
        let mut all = errors(calls, mutates, false);
        all.extend(errors(calls, mutates, true));
        all
    };
    run(plans, MUTATING, 16);
}

#[test]
fn errors_at_every_reading_call() {
    let plans = |calls: &[Call]| errors(calls, |call| !mutates(call), false);
    run(plans, READING, 16);
}

#[test]
fn errors_at_every_look() {
    let plans = |calls: &[Call]| errors(calls, |_| true, false);
    run(plans, LOOKING, 16);
}

/// A build is killed, and the build that should put that right is killed too:
/// at some of its calls in the small campaign, at many in the full one.
#[test]
fn killed_and_killed_again() {
    if !strace::works() {
        return;
    }
    let seed = u64::try_from(size("GUIDEPOST_SEED", 1)).expect("a seed");
    let slots: Vec<usize> = (0..cores()).collect();
    for scenario in SCENARIOS {
        let failures = each(&slots, slots.len(), |slot| {
            let place = folder();
            let known = learn(place.path(), scenario, MUTATING);
            let mutating = (0..known.calls.len()).filter(|at| mutates(&known.calls[*at]));
            let chosen = sample(mutating.collect(), by_size(4, usize::MAX), seed);
            let mut failures = Vec::new();
            for call in chosen.into_iter().skip(*slot).step_by(slots.len()) {
                failures.extend(twice(place.path(), &known, call, seed).err());
            }
            match failures.len() {
                0 => Ok(()),
                count => Err(format!("{count} pairs, the first: {}", failures[0])),
            }
        });
        assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    }
}

/// Kills a build at a call, and the build after it at some of its own.
fn twice(top: &Path, known: &Known, first: usize, seed: u64) -> Result<(), String> {
    let log = top.join("strace.log");
    let killed = || {
        let site = stage(top, known.scenario);
        let fault = Fault {
            call: &known.calls[first],
            what: KILL,
            from_here: None,
        };
        strace::with_fault(&site.folders, fault, &log);
        site
    };
    let calls = strace::calls(&killed().folders, MUTATING, &log);
    let mutating = (0..calls.len()).filter(|at| mutates(&calls[*at]));
    for second in sample(mutating.collect(), by_size(2, 8), seed) {
        let site = killed();
        let fault = Fault {
            call: &calls[second],
            what: KILL,
            from_here: None,
        };
        let outcome = strace::with_fault(&site.folders, fault, &log);
        check(&site, known, &outcome, true, false).map_err(|why| {
            format!(
                "{}, killed at {} and then at {}: {why}",
                known.scenario.name, known.calls[first].line, calls[second].line
            )
        })?;
    }
    Ok(())
}
