//! Campaign 5: damage to the cache folder.
//!
//! Whatever happens to the files below it, whatever their names: a build never
//! crashes and never writes a wrong byte, and speaks of it once at most. The
//! site goes from one state to another in every trial, so that what the cache
//! says is used.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::chance::Chance;
use super::runner::Outcome;
use super::small::{Small, State, is_about_the_cache};
use super::snapshot::Snapshot;
use super::{by_size, cores, each, folder, size};

/// What is done to the files of a cache.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Damage {
    /// The file at this place in the order of paths ends here, as a share of
    /// its length in 2^32 parts.
    Cut(usize, u64),
    /// One bit is turned.
    Flip(usize, u64),
    Empty(usize),
    Delete(usize),
    /// Zeros instead of the second half, as after a power cut.
    Zeros(usize),
    /// Two files change places.
    Swap(usize, usize),
    /// A file of another site's cache.
    Foreign(usize),
    /// A file of this cache from before the last edit.
    Old(usize),
    /// More than there was.
    Longer(usize),
    AllEmpty,
    AllDeleted,
    AllForeign,
    /// A folder where a file was.
    Folder(usize),
}

type Files = BTreeMap<String, Vec<u8>>;

fn files(folder: &Path) -> Files {
    Snapshot::of(folder).bytes()
}

/// Makes a folder hold these files and no others.
fn restore(folder: &Path, files: &Files) {
    if folder.exists() {
        fs::remove_dir_all(folder).expect("a cache to remove");
    }
    for (path, bytes) in files {
        super::scene::put(&folder.join(path), bytes);
    }
}

/// What the trials of one folder know.
struct Known {
    site: Small,
    /// Per state: what a clean build finds and leaves, and a good cache.
    states: [(State, Outcome, Snapshot, Files); 2],
    foreign: Files,
}

fn learn(top: &Path) -> Known {
    let states = [State::First, State::Edited].map(|state| {
        let (want, tree) = Small::clean(top, state);
        (state, want, tree)
    });
    let foreign = {
        let mut other = Small::new(top);
        other.set(State::Shrunk);
        assert_eq!(other.build().exit, 0, "another site");
        files(&other.folders.cache)
    };
    let mut site = Small::new(top);
    let states = states.map(|(state, want, tree)| {
        site.set(state);
        assert_eq!(site.build().exit, 0, "the site");
        let cache = files(&site.folders.cache);
        (state, want, tree, cache)
    });
    Known {
        site,
        states,
        foreign,
    }
}

/// The bytes of a file after some damage; nothing where it is gone.
fn damaged(damage: &Damage, good: &Files, old: &Files, foreign: &Files) -> Files {
    let mut files = good.clone();
    let names: Vec<&String> = good.keys().collect();
    let name = |at: usize| names[at % names.len()].clone();
    // A file of the same name, or else any, as names may hold digests.
    let of = |from: &Files, at: usize| {
        from.get(&name(at))
            .or_else(|| from.values().nth(at % from.len()))
            .cloned()
            .unwrap_or_default()
    };
    match damage {
        Damage::Cut(at, part) => {
            let bytes = files.entry(name(*at)).or_default();
            let end = share(bytes.len(), *part);
            bytes.truncate(end);
        }
        Damage::Flip(at, part) => {
            let bytes = files.entry(name(*at)).or_default();
            if !bytes.is_empty() {
                let bit = share(bytes.len() * 8, *part);
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
        }
        Damage::Empty(at) => files.entry(name(*at)).or_default().clear(),
        Damage::Delete(at) => {
            files.remove(&name(*at));
        }
        Damage::Zeros(at) => {
            let bytes = files.entry(name(*at)).or_default();
            let half = bytes.len() / 2;
            bytes[half..].fill(0);
        }
        Damage::Swap(one, other) => {
            files.insert(name(*one), good[&name(*other)].clone());
            files.insert(name(*other), good[&name(*one)].clone());
        }
        Damage::Foreign(at) => {
            files.insert(name(*at), of(foreign, *at));
        }
        Damage::Old(at) => {
            files.insert(name(*at), of(old, *at));
        }
        Damage::Longer(at) => {
            let bytes = files.entry(name(*at)).or_default();
            let more = bytes.clone();
            bytes.extend(more);
            bytes.push(0xff);
        }
        Damage::AllEmpty => files.values_mut().for_each(Vec::clear),
        Damage::AllDeleted => files.clear(),
        Damage::AllForeign => files = foreign.clone(),
        Damage::Folder(at) => {
            let name = name(*at);
            files.remove(&name);
            files.insert(format!("{name}/inside"), b"inside".to_vec());
        }
    }
    files
}

/// A share of a length, in 2^32 parts.
fn share(length: usize, part: u64) -> usize {
    let length = u64::try_from(length).expect("a length");
    usize::try_from((length * part) >> 32).expect("below the length")
}

/// Goes from a state to the other one with a damaged cache.
fn trial(known: &mut Known, round: usize, damage: &Damage) -> Result<(), String> {
    let ready = (round + 1) % 2;
    let (state, want, tree, _) = &known.states[round % 2];
    let (_, _, _, good) = &known.states[ready];
    let (_, _, _, old) = &known.states[round % 2];
    let cache = known.site.folders.cache.clone();
    // Where the last trial failed, the next one shall not fail for it.
    if known.site.tree().bytes() != known.states[ready].2.bytes() {
        let out = &known.site.folders.out;
        fs::remove_dir_all(out).expect("the outputs");
        restore(&cache, good);
        known.site.set(known.states[ready].0);
        known.site.build();
    }
    let bad = damaged(damage, good, old, &known.foreign);
    restore(&cache, &bad);
    known.site.set(*state);
    let result = match damage {
        Damage::AllEmpty | Damage::AllDeleted | Damage::AllForeign => {
            forgetful(&known.site, &known.states[ready].2, tree)
        }
        Damage::Folder(_) => obstructed(&known.site, &known.states[ready].2, tree),
        _ => healed(&known.site, want, tree),
    };
    result.map_err(|why| {
        let names: Vec<&String> = good.keys().collect();
        format!("{damage:?} of the cache {names:?}: {why}")
    })
}

/// The next build is as good as a clean one, and leaves a good cache.
fn healed(site: &Small, want: &Outcome, tree: &Snapshot) -> Result<(), String> {
    let got = site.recovers(want, tree)?;
    let spoken = got
        .findings
        .iter()
        .filter(|found| is_about_the_cache(found))
        .count();
    if spoken > 1 {
        return Err(format!("it speaks of the cache {spoken} times: {got:#?}\n"));
    }
    let again = site.recovers(want, tree)?;
    if again.written.is_empty() && again.deleted.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "the build after the next one still writes {:?}\n",
            again.written
        ))
    }
}

/// Where nothing tells which outputs are ours, what is planned is written, and
/// the rest stays and is named; or nothing is touched.
fn forgetful(site: &Small, before: &Snapshot, tree: &Snapshot) -> Result<(), String> {
    let got = site.build();
    let after = site.tree();
    if got.exit == 1 && got.without("foreign-output").len() < got.findings.len() {
        return same(&after, before);
    }
    if got.exit != 0 {
        return Err(format!("the next build fails: {got:?}\n"));
    }
    let mut planned = after.clone();
    planned
        .files
        .retain(|path, _| tree.files.contains_key(path));
    planned.folders.clone_from(&tree.folders);
    same(&planned, tree)?;
    for (path, file) in &after.files {
        let left = before.files.get(path).map(|old| &old.bytes);
        let named = got
            .findings
            .iter()
            .any(|found| found.contains("unplanned-output") && found.contains(path.as_str()));
        if !tree.files.contains_key(path) && (left != Some(&file.bytes) || !named) {
            return Err(format!(
                "{path} is not planned, or was not named: {got:?}\n"
            ));
        }
    }
    Ok(())
}

/// A folder where a file of the cache should be is either put right or an
/// error that names it.
fn obstructed(site: &Small, before: &Snapshot, tree: &Snapshot) -> Result<(), String> {
    let got = site.build();
    match got.exit {
        0 => same(&site.tree(), tree),
        2 if got
            .error
            .as_deref()
            .is_some_and(|error| error.contains("CACHE")) =>
        {
            let mut after = site.tree();
            // What a build had made until then may wait for the next one.
            after
                .files
                .retain(|path, _| !path.starts_with(".guidepost"));
            after
                .folders
                .retain(|path, _| !path.starts_with(".guidepost"));
            same(&after, before)
        }
        _ => Err(format!("the next build fails: {got:?}\n")),
    }
}

fn same(got: &Snapshot, want: &Snapshot) -> Result<(), String> {
    super::snapshot::difference(got, want).map_or(Ok(()), Err)
}

/// Tries damages, which are made for a number of files; an empty list of
/// problems is what is wanted.
fn run(damages: &(impl Fn(&Files) -> Vec<Damage> + Sync)) {
    let slots: Vec<usize> = (0..cores()).collect();
    let failures = each(&slots, slots.len(), |slot| {
        let place = folder();
        let mut known = learn(place.path());
        let all = damages(&known.states[0].3);
        if *slot == 0 {
            eprintln!("{} damages", all.len());
        }
        let failures: Vec<String> = all
            .into_iter()
            .skip(*slot)
            .step_by(slots.len())
            .enumerate()
            .filter_map(|(round, damage)| trial(&mut known, round, &damage).err())
            .collect();
        match failures.len() {
            0 => Ok(()),
            count => Err(format!(
                "{count} damages, the first of them:\n{}",
                failures[..count.min(5)].join("\n")
            )),
        }
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn chance() -> Chance {
    Chance::new(u64::try_from(size("GUIDEPOST_SEED", 1)).expect("a seed"))
}

#[test]
fn cache_files_cut_short() {
    run(&|files: &Files| {
        let mut chance = chance();
        let mut all = Vec::new();
        for (at, bytes) in files.values().enumerate() {
            let lengths: Vec<usize> = if super::full() {
                (0..bytes.len()).collect()
            } else {
                (0..30_usize.div_ceil(files.len()))
                    .map(|_| chance.below(bytes.len().max(1)))
                    .collect()
            };
            let parts = lengths.into_iter().map(|length| {
                let length = u64::try_from(length).expect("a length");
                let whole = u64::try_from(bytes.len().max(1)).expect("a length");
                (length << 32).div_ceil(whole)
            });
            all.extend(parts.map(|part| Damage::Cut(at, part)));
        }
        all
    });
}

#[test]
fn bits_of_the_cache_turned() {
    run(&|files: &Files| {
        let mut chance = chance();
        // Small files are hit as often as large ones.
        (0..size("GUIDEPOST_FLIPS", by_size(150, 10_000)))
            .map(|_| Damage::Flip(chance.below(files.len()), chance.next() >> 32))
            .collect()
    });
}

#[test]
fn cache_files_of_other_builds() {
    run(&|files: &Files| {
        (0..files.len())
            .flat_map(|at| [Damage::Foreign(at), Damage::Old(at)])
            .collect()
    });
}

#[test]
fn cache_files_swapped_and_emptied() {
    run(&|files: &Files| {
        let mut all = vec![Damage::AllEmpty, Damage::AllDeleted, Damage::AllForeign];
        let count = files.len();
        for at in 0..count {
            all.extend([
                Damage::Empty(at),
                Damage::Delete(at),
                Damage::Zeros(at),
                Damage::Longer(at),
                Damage::Folder(at),
            ]);
            all.extend(
                (0..count)
                    .filter(|other| *other != at)
                    .map(|other| Damage::Swap(at, other)),
            );
        }
        all
    });
}
