//! Campaign 5, ownership: whatever is lost of the cache, somebody else's files
//! stay, and what is known to be ours goes when it is no longer planned.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use super::disk::{Style, write};
use super::runner::Outcome;
use super::small::{Small, State};
use super::snapshot::Snapshot;
use super::{cores, each, folder};

/// Somebody else's files: beside outputs, in folders that go, and in one that
/// is not ours.
const FOREIGN: [&str; 4] = [
    "mine.txt",
    "fans/mine.txt",
    "pumps/drain/mine.txt",
    "mine/deep/mine.txt",
];

const STATES: [State; 3] = [State::First, State::Edited, State::Shrunk];

/// What becomes of the memory between two builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// All but the manifests are gone.
    Cache,
    /// All but the manifests are empty.
    CacheEmptied,
    /// Both manifests are gone, and nothing else.
    Manifests,
    /// Both manifests are damaged, and nothing else.
    ManifestsDamaged,
    /// Everything is gone.
    All,
}

impl Loss {
    const ALL: [Self; 5] = [
        Self::Cache,
        Self::CacheEmptied,
        Self::Manifests,
        Self::ManifestsDamaged,
        Self::All,
    ];

    /// Whether it is still known which outputs are ours.
    fn leaves_manifests(self) -> bool {
        matches!(self, Self::Cache | Self::CacheEmptied)
    }

    fn happens(self, site: &Small) {
        for (path, _) in Snapshot::of(&site.folders.cache).files {
            let file = site.folders.cache.join(&path);
            let manifest = path.starts_with("outputs/");
            match self {
                Self::All => fs::remove_file(file).expect("a file"),
                Self::Cache if !manifest => fs::remove_file(file).expect("a file"),
                Self::CacheEmptied if !manifest => fs::write(file, "").expect("a file"),
                Self::Manifests if manifest => fs::remove_file(file).expect("a file"),
                Self::ManifestsDamaged if manifest => {
                    let mut bytes = fs::read(&file).expect("a file");
                    bytes.truncate(bytes.len() / 2);
                    fs::write(file, bytes).expect("a file");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_lost_memory_costs_nobody_a_file() {
    let mut jobs = Vec::new();
    for from in STATES {
        for to in STATES {
            jobs.extend(Loss::ALL.map(|loss| (from, to, loss)));
        }
    }
    let failures = each(&jobs, cores(), |(from, to, loss)| {
        trial(*from, *to, *loss).map_err(|why| format!("from {from:?} to {to:?}, {loss:?}: {why}"))
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// A build that makes one page anew does not forget the others for want of a
/// manifest: what goes later is still known to be ours.
#[test]
fn a_small_edit_after_a_loss_forgets_nothing() {
    let failures = each(&Loss::ALL, cores(), |loss| {
        let place = folder();
        let (_, clean) = Small::clean(place.path(), State::Shrunk);
        let mut site = Small::new(place.path());
        site.set(State::First);
        site.build();
        loss.happens(&site);
        let page = site.folders.root.join("content/fans/replace.md");
        let text = fs::read_to_string(&page).expect("a source");
        let text = text.replace("10 minutes", "12 minutes");
        write(&page, text.as_bytes(), Style::InPlace);
        for state in [None, Some(State::Shrunk)] {
            state.into_iter().for_each(|state| site.set(state));
            let got = site.build();
            if got.exit != 0 {
                return Err(format!("{loss:?}: {got:?}\n"));
            }
        }
        super::snapshot::difference(&site.tree(), &clean)
            .map_or(Ok(()), |why| Err(format!("{loss:?}:\n{why}")))
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Somebody else's file stands where a folder of ours belongs, or a folder of
/// theirs where a file of ours does: the build says so and touches nothing.
#[test]
fn what_is_in_the_way_stays_whatever_is_lost() {
    let mut jobs: Vec<(Option<Loss>, bool)> = vec![(None, true), (None, false)];
    jobs.extend(
        Loss::ALL
            .iter()
            .flat_map(|&loss| [(Some(loss), true), (Some(loss), false)]),
    );
    let failures = each(&jobs, cores(), |(loss, is_file)| {
        let place = folder();
        let mut site = Small::new(place.path());
        site.set(State::First);
        site.build();
        let taken = site.folders.out.join("fans");
        fs::remove_dir_all(&taken).expect("a folder of ours");
        match is_file {
            true => super::scene::put(&taken, b"mine"),
            false => super::scene::put(&taken.join("index.html/mine.txt"), b"mine"),
        }
        loss.iter().for_each(|loss| loss.happens(&site));
        let before = site.tree();
        let got = site.build();
        let named = got
            .findings
            .iter()
            .any(|found| found.contains("foreign-output"));
        if got.exit == 0 || !named {
            return Err(format!("{loss:?}, a file: {is_file}: {got:?}\n"));
        }
        super::snapshot::difference(&site.tree(), &before).map_or(Ok(()), |why| {
            Err(format!("{loss:?}, a file: {is_file}:\n{why}"))
        })
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn trial(from: State, to: State, loss: Loss) -> Result<(), String> {
    let place = folder();
    let (_, clean) = Small::clean(place.path(), to);
    let mut site = Small::new(place.path());
    site.set(from);
    let first = site.build();
    if first.exit != 0 {
        return Err(format!("the first build fails: {first:?}\n"));
    }
    for path in FOREIGN {
        super::scene::put(&site.folders.out.join(path), b"mine");
    }
    loss.happens(&site);
    let before = site.tree();
    site.set(to);
    let got = site.build();
    if got.exit != 0 {
        return Err(format!("the next build fails: {got:?}\n"));
    }
    let after = site.tree();
    let mut want: BTreeMap<String, Vec<u8>> = clean.bytes();
    for (path, file) in &before.files {
        // Without the manifests nothing is known to be ours.
        if FOREIGN.contains(&path.as_str()) || !loss.leaves_manifests() {
            want.entry(path.clone()).or_insert(file.bytes.clone());
        }
    }
    if after.bytes() != want {
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect();
        let (got, want): (BTreeSet<String>, BTreeSet<String>) =
            (names(&after.bytes()), names(&want));
        return Err(format!(
            "too many: {:?}; missing: {:?}; or other bytes\n",
            got.difference(&want).collect::<Vec<_>>(),
            want.difference(&got).collect::<Vec<_>>()
        ));
    }
    untouched(&before, &after, &clean)?;
    let left: BTreeSet<String> = want
        .into_keys()
        .filter(|path| !loss.leaves_manifests() && !clean.files.contains_key(path))
        .collect();
    let listed = unplanned(&got);
    if listed != left {
        return Err(format!("it lists {listed:?}, and what stays is {left:?}\n"));
    }
    let again = site.build();
    if again.exit != 0 || !again.written.is_empty() || !again.deleted.is_empty() {
        return Err(format!("the build after the next one: {again:?}\n"));
    }
    match super::snapshot::difference(&site.tree(), &after) {
        Some(why) => Err(format!("the build after the next one:\n{why}")),
        None => Ok(()),
    }
}

/// What is not planned and stays is the very same file; and no folder stays
/// that holds nothing.
fn untouched(before: &Snapshot, after: &Snapshot, clean: &Snapshot) -> Result<(), String> {
    for (path, file) in &after.files {
        if !clean.files.contains_key(path) && before.files.get(path) != Some(file) {
            return Err(format!("{path} is not planned, and was touched\n"));
        }
    }
    for path in after.folders.keys() {
        let below = format!("{path}/");
        if !after.files.keys().any(|file| file.starts_with(&below)) {
            return Err(format!("the folder {path} stays, and holds nothing\n"));
        }
    }
    Ok(())
}

/// The files that a build says nobody planned.
fn unplanned(outcome: &Outcome) -> BTreeSet<String> {
    outcome
        .findings
        .iter()
        .filter_map(|found| serde_json::from_str::<serde_json::Value>(found).ok())
        .filter(|found| found["rule"] == "unplanned-output")
        .filter_map(|found| Some(found["message"].as_str()?.split('`').nth(1)?.to_owned()))
        .collect()
}
