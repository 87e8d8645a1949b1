//! Playing a list of edits: after each, an incremental build and a clean one
//! are held against each other.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use super::chance::Chance;
use super::disk::Style;
use super::edits::{OPERATORS, Operator, by_name};
use super::generate;
use super::mount::Mount;
use super::runner::{How, Outcome};
use super::scene::Scene;
use super::snapshot::{Snapshot, difference};

/// An edit: an operator, and the seed of its choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edit {
    pub operator: &'static str,
    pub seed: u64,
}

/// A site and what happens to it.
#[derive(Clone, Debug)]
pub struct Script {
    pub seed: u64,
    /// Pages of the site with which it begins.
    pub pages: usize,
    pub edits: Vec<Edit>,
}

impl Script {
    /// The script of a seed: the next `count` operators of a shuffled deck of
    /// all of them, so that a few seeds together play every one.
    pub fn new(seed: u64, count: usize) -> Self {
        let mut chance = Chance::new(seed ^ 0x5eed);
        let mut edits = Vec::new();
        let first = usize::try_from(seed)
            .unwrap_or_default()
            .wrapping_mul(count);
        for place in first..first + count {
            let operator = dealt(place);
            let seed = chance.next() & 0xffff_ffff;
            edits.push(Edit { operator, seed });
            if super::edits::breaks(operator) {
                if chance.one_in(2) {
                    let operator = chance.of(OPERATORS).name;
                    let seed = chance.next() & 0xffff_ffff;
                    edits.push(Edit { operator, seed });
                }
                let seed = chance.next() & 0xffff_ffff;
                edits.push(Edit {
                    operator: "mend",
                    seed,
                });
            }
        }
        Self {
            seed,
            pages: 40 + chance.below(41),
            edits,
        }
    }

    /// The edits in words, as a replay takes them.
    pub fn words(&self) -> String {
        let mut words = String::new();
        for edit in &self.edits {
            let comma = if words.is_empty() { "" } else { "," };
            let _ = write!(words, "{comma}{}:{:x}", edit.operator, edit.seed);
        }
        words
    }

    /// Reads edits from the words of a replay.
    pub fn edits_of(words: &str) -> Vec<Edit> {
        words
            .split(',')
            .filter(|word| !word.is_empty())
            .map(|word| {
                let (name, seed) = word.split_once(':').expect("OPERATOR:SEED");
                Edit {
                    operator: by_name(name)
                        .unwrap_or_else(|| panic!("there is no operator `{name}`"))
                        .name,
                    seed: u64::from_str_radix(seed, 16).expect("a seed in hexadecimal"),
                }
            })
            .collect()
    }
}

/// The operator at a place of the endless shuffled deck.
fn dealt(place: usize) -> &'static str {
    let round = u64::try_from(place / OPERATORS.len()).expect("a small number");
    let mut deck: Vec<&'static str> = OPERATORS.iter().map(|operator| operator.name).collect();
    Chance::new(round ^ 0xdec0).shuffle(&mut deck);
    deck[place % OPERATORS.len()]
}

/// Where and why a script failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The edit after which it did; nothing for the first build.
    pub at: Option<usize>,
    pub why: String,
}

/// What a script came to.
#[derive(Clone, Debug, Default)]
pub struct Played {
    /// The operators that found something to edit.
    pub operators: BTreeSet<&'static str>,
    /// Builds that were compared.
    pub builds: usize,
    /// Of these, the ones that failed as they should.
    pub failed: usize,
}

/// Plays a script in an empty folder.
pub fn play(top: &Path, script: &Script, talk: bool) -> Result<Played, Failure> {
    play_on(None, top, script, talk)
}

/// Plays a script in an empty folder, which may be on a disk of its own.
pub fn play_on(
    disk: Option<Mount>,
    top: &Path,
    script: &Script,
    talk: bool,
) -> Result<Played, Failure> {
    let model = generate::site(script.seed, script.pages);
    // A root that is its own content would see outputs below it.
    let default_folders = !model.content.is_empty() && script.seed.is_multiple_of(2);
    let mut scene = Scene::new(top, model, default_folders);
    scene.disk_of_its_own = disk;
    let mut played = Played::default();
    scene.sync();
    let mut chance = Chance::new(script.seed ^ 0xf125);
    let failure = |at, why| Failure { at, why };
    step(&mut scene, &mut chance, &mut played).map_err(|why| failure(None, why))?;
    let mut failures = 0;
    for (at, edit) in script.edits.iter().enumerate() {
        let mut chance = Chance::new(edit.seed);
        let operator = by_name(edit.operator).expect("an operator of the table");
        scene.style = Style::any(&mut chance);
        scene.tidy = !chance.one_in(5);
        if let Some(model) = scene.aside.take() {
            scene.model = model;
        }
        if failures > 2 {
            // A site that nobody mends shows little.
            let mend = by_name("mend").expect("an operator of the table");
            (mend.edit)(&mut scene, &mut chance);
        }
        let applied = apply(operator, &mut scene, &mut chance);
        if talk {
            eprintln!(
                "{at:3} {}:{:x}{}",
                edit.operator,
                edit.seed,
                if applied { "" } else { " (nothing to edit)" }
            );
        }
        if applied {
            played.operators.insert(operator.name);
        } else if !scene.idle && failures <= 2 {
            continue;
        }
        scene.sync();
        step(&mut scene, &mut chance, &mut played).map_err(|why| failure(Some(at), why))?;
        failures = if scene.built { 0 } else { failures + 1 };
        if talk {
            eprintln!(
                "      {}",
                if scene.built {
                    "built"
                } else {
                    "failed, as the clean build"
                }
            );
        }
    }
    Ok(played)
}

fn apply(operator: Operator, scene: &mut Scene, chance: &mut Chance) -> bool {
    (operator.edit)(scene, chance)
}

/// Builds on top and clean, and compares all that can be seen.
fn step(scene: &mut Scene, chance: &mut Chance, played: &mut Played) -> Result<(), String> {
    let idle = std::mem::take(&mut scene.idle);
    let forgot = std::mem::take(&mut scene.forgot);
    if std::mem::take(&mut scene.held) {
        refused(scene, How::any(chance))?;
    }
    let how = How::any(chance);
    let before = Snapshot::of(scene.out());
    let cache = idle.then(|| Snapshot::of(scene.cache()));
    let got = scene.build(how);
    let after = Snapshot::of(scene.out());
    let (want, clean) = scene.clean(How {
        process: false,
        jobs: chance.below(8) + 1,
    });
    played.builds += 1;
    played.failed += usize::from(got.exit != 0);
    compare(&got, &want, &before, &after, &clean, forgot)
        .map_err(|why| format!("{why}  (the build was run as {how:?})\n"))?;
    if let Some(cache) = cache {
        if !got.written.is_empty() || !got.deleted.is_empty() {
            return Err(format!(
                "a build with nothing to do wrote {:?} and deleted {:?}\n",
                got.written, got.deleted
            ));
        }
        if let Some(why) = stamps(&cache, &Snapshot::of(scene.cache())) {
            return Err(format!(
                "a build with nothing to do touched the cache: {why}\n"
            ));
        }
    }
    if scene.built {
        scene.history.push(scene.model.clone());
    }
    Ok(())
}

/// What must hold of a build while another one holds the site: it says so and
/// leaves everything alone.
fn refused(scene: &mut Scene, how: How) -> Result<(), String> {
    let before = Snapshot::of(scene.out());
    let file = scene.cache().join("lock");
    let lock = std::fs::File::options()
        .append(true)
        .create(true)
        .open(&file)
        .map_err(|error| format!("{}: {error}\n", file.display()))?;
    lock.lock()
        .map_err(|error| format!("{}: {error}\n", file.display()))?;
    let got = scene.build(how);
    // Closing the file would not do while another thread starts a program.
    lock.unlock()
        .map_err(|error| format!("{}: {error}\n", file.display()))?;
    let said = got.error.as_deref().unwrap_or_default();
    if got.exit != 2 || !said.contains("another build") {
        return Err(format!(
            "beside another build it does not give way: {got:?}\n"
        ));
    }
    let after = Snapshot::of(scene.out());
    match difference(&after, &before).or_else(|| stamps(&before, &after)) {
        Some(why) => Err(format!("beside another build it touched outputs\n{why}\n")),
        None => Ok(()),
    }
}

/// What must hold of an incremental build and a clean one.
pub fn compare(
    got: &Outcome,
    want: &Outcome,
    before: &Snapshot,
    after: &Snapshot,
    clean: &Snapshot,
    forgot: bool,
) -> Result<(), String> {
    if got.exit > 2 || want.exit > 2 || got.exit != want.exit {
        return Err(format!(
            "exit status {}, and {} clean\n  {:?}\n  {:?}\n  {}",
            got.exit,
            want.exit,
            got.error,
            want.error,
            got.findings.join("\n  ")
        ));
    }
    if got.error != want.error {
        return Err(format!(
            "it says {:?}, and {:?} clean\n",
            got.error, want.error
        ));
    }
    // Without its memory, a build names the files that nobody planned.
    let (findings, wanted) = if forgot {
        (
            got.without("unplanned-output"),
            want.without("unplanned-output"),
        )
    } else {
        (got.findings.clone(), want.findings.clone())
    };
    if findings != wanted {
        let mut why = "it finds other things than a clean build\n".to_owned();
        for found in findings.iter().filter(|found| !wanted.contains(found)) {
            let _ = writeln!(why, "  only it:    {found}");
        }
        for found in wanted.iter().filter(|found| !findings.contains(found)) {
            let _ = writeln!(why, "  only clean: {found}");
        }
        return Err(why);
    }
    if got.exit != 0 {
        return match difference(after, before).or_else(|| stamps(before, after)) {
            Some(why) => Err(format!("a build that failed touched the outputs\n{why}\n")),
            None => Ok(()),
        };
    }
    if let Some(why) = difference(after, clean) {
        return Err(format!(
            "the outputs differ from those of a clean build\n{why}"
        ));
    }
    // What a killed build had not finished goes, and was never an output.
    let mut changed = before.changed(after);
    changed.retain(|path| !path.starts_with(".guidepost-staging/"));
    let said: BTreeSet<String> = got.written.union(&got.deleted).cloned().collect();
    if said != changed {
        return Err(format!(
            "it says that it wrote or deleted what it did not, or the other way round\n  said only:    {:?}\n  changed only: {:?}\n",
            said.difference(&changed).collect::<Vec<_>>(),
            changed.difference(&said).collect::<Vec<_>>(),
        ));
    }
    let foreign = clean
        .files
        .len()
        .checked_sub(got.written.len() + got.unchanged);
    if foreign.is_none() {
        return Err(format!(
            "{} written and {} unchanged are more than the {} files\n",
            got.written.len(),
            got.unchanged,
            clean.files.len()
        ));
    }
    for (path, file) in &after.files {
        let same = before.files.get(path).filter(|old| old.bytes == file.bytes);
        if same.is_some_and(|old| old.stamp != file.stamp) {
            return Err(format!(
                "{path}: was written although its bytes are the same\n"
            ));
        }
    }
    Ok(())
}

/// The first file that is not the very same file as before.
fn stamps(before: &Snapshot, after: &Snapshot) -> Option<String> {
    before
        .files
        .keys()
        .chain(after.files.keys())
        .find(|path| before.files.get(*path) != after.files.get(*path))
        .map(|path| format!("{path} was written"))
}
