//! Campaign: bursts of events. A watcher runs over a site to which things
//! happen as editors, people and git do them; once all is quiet, its tree and
//! its findings are those of a clean build.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::chance::Chance;
use super::disk::Style;
use super::edits::{OPERATORS, breaks, by_name};
use super::generate;
use super::runner::{How, Outcome};
use super::scene::Scene;
use super::snapshot::{Snapshot, difference};
use super::{by_size, folder, size};

/// Sites and bursts on each of the small campaign.
const SMALL: (usize, usize) = (2, 12);
/// How long a watcher may take to settle.
const PATIENCE: Duration = Duration::from_secs(60);

/// Operators that change a build's options or its outputs: a watcher has its
/// own.
const NOT_HERE: [&str; 18] = [
    "clock-by-years",
    "clock-by-days",
    "flags",
    "cascade-draft",
    "output-deleted",
    "output-folder-deleted",
    "output-altered",
    "output-altered-unseen",
    "outputs-gone",
    "foreign-file",
    "foreign-in-the-way",
    "foreign-file-for-folder",
    "foreign-folder-for-file",
    "another-build",
    "cache-gone",
    "nothing",
    "several",
    "same-size-in-one-tick",
];

/// What happens in one burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Burst {
    /// One edit, saved.
    Edit,
    /// Several edits, saved at once.
    Edits,
    /// Edits, each saved before the next.
    Saves,
    /// A file is emptied, written by half, and written.
    Doubly,
    /// An editor moves the file away and writes a new one.
    MovedAway,
    /// A folder is renamed and renamed back.
    ThereAndBack,
    /// The content folder goes and comes back.
    ContentGone,
    /// Two branches are checked out one after the other.
    Checkout,
}

const BURSTS: [Burst; 8] = [
    Burst::Edit,
    Burst::Edits,
    Burst::Saves,
    Burst::Doubly,
    Burst::MovedAway,
    Burst::ThereAndBack,
    Burst::ContentGone,
    Burst::Checkout,
];

/// A watcher under way.
struct Watcher {
    child: Child,
    events: Receiver<Value>,
    tree: PathBuf,
    /// The last word on the site: what was found, and whether it was built.
    last: Option<Value>,
    /// Whether the tree was written since the burst began.
    wrote: bool,
    /// Changes that no event told of.
    unnoticed: usize,
}

impl Watcher {
    fn start(scene: &Scene) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_guidepost"))
            .arg("--root")
            .arg(&scene.folders().root)
            .args([
                "watch",
                "--no-serve",
                "--json",
                "--now",
                &scene.model.flags.now,
            ])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let (sender, events) = channel();
        let out = child.stdout.take().expect("a pipe");
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines() {
                let Ok(line) = line else { return };
                let event = serde_json::from_str(&line).expect("a JSON document a line");
                if sender.send(event).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            events,
            tree: scene.folders().root.join(".guidepost/watch/site"),
            last: None,
            wrote: false,
            unnoticed: 0,
        }
    }

    /// Waits until it says that all is as it should be.
    fn settle(&mut self, patience: Duration) -> Result<(), String> {
        let end = Instant::now() + patience;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let event = match self.events.recv_timeout(left) {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout) => return Err("it does not settle\n".to_owned()),
                Err(RecvTimeoutError::Disconnected) => return Err("it ended\n".to_owned()),
            };
            if std::env::var_os("GUIDEPOST_SEED").is_some() {
                let said = ["event", "message", "counts", "milliseconds", "changed"];
                let said: Vec<String> = said.iter().map(|key| event[key].to_string()).collect();
                eprintln!("      {}", said.join(" "));
            }
            match event["event"].as_str() {
                Some("settled") => return Ok(()),
                Some("rebuild" | "error") => {
                    self.wrote |= event["event"] == "rebuild";
                    self.last = Some(event);
                }
                Some("note") => {
                    eprintln!("note: {}", event["message"]);
                    self.unnoticed += usize::from(event.to_string().contains("unnoticed"));
                }
                _ => {}
            }
        }
    }

    /// Forgets what it said until now about being settled.
    fn drain(&mut self) {
        while let Ok(event) = self.events.try_recv() {
            if matches!(event["event"].as_str(), Some("rebuild" | "error")) {
                self.last = Some(event);
            }
        }
        self.wrote = false;
    }

    /// Ends it as Ctrl-C does, and says how it ended.
    fn end(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-INT", &id]).status();
        assert!(told.expect("kill").success());
        self.child.wait().expect("it ends").code()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // Only where a test failed before it was ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn bursts() {
    let sites = size("GUIDEPOST_SEEDS", by_size(SMALL.0, 20));
    let bursts = size("GUIDEPOST_BURSTS", by_size(SMALL.1, 50));
    let first = size("GUIDEPOST_FIRST_SEED", 3);
    let mut unnoticed = 0;
    let mut failures = Vec::new();
    let seeds: Vec<usize> = match std::env::var("GUIDEPOST_SEED") {
        Ok(seed) => vec![seed.parse().expect("GUIDEPOST_SEED is a number")],
        Err(_) => (first..first + sites).collect(),
    };
    for seed in seeds {
        let seed = u64::try_from(seed).expect("a seed");
        let folder = folder();
        match play(folder.path(), seed, bursts) {
            Ok(count) => unnoticed += count,
            Err(why) => {
                let kept = match std::env::var_os("GUIDEPOST_KEEP") {
                    Some(_) => format!("; the site is in {}", folder.keep().display()),
                    None => String::new(),
                };
                failures.push(format!("seed {seed}: {why}{kept}"));
            }
        }
    }
    eprintln!(
        "{} bursts; changes found that no event told of: {unnoticed}",
        sites * bursts
    );
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Plays bursts on the site of a seed, and says how often a change had to be
/// found without an event.
fn play(top: &Path, seed: u64, bursts: usize) -> Result<usize, String> {
    let mut scene = Scene::new(top, generate::site(seed, 40), true);
    scene.sync();
    let mut watcher = Watcher::start(&scene);
    watcher.settle(PATIENCE)?;
    let mut before = check(&mut watcher, &scene, &Snapshot::default())?;
    let mut chance = Chance::new(seed ^ 0xb0_5575);
    for number in 0..bursts {
        let burst = BURSTS[number % BURSTS.len()];
        let mut told = Vec::new();
        watcher.drain();
        happen(burst, &mut scene, &mut chance, &mut told);
        if std::env::var_os("GUIDEPOST_SEED").is_some() {
            eprintln!("{number} {burst:?} {told:?}");
        }
        let at = |why: String| format!("burst {number}, {burst:?} of {told:?}: {why}");
        // A burst may turn out to have changed nothing at all.
        if watcher.settle(Duration::from_secs(4)).is_err() {
            let guide = scene.folders().root.join(some_guide(&scene, &mut chance));
            let bytes = fs::read(&guide).expect("a guide");
            fs::write(&guide, bytes).expect("a guide");
            watcher.settle(PATIENCE).map_err(at)?;
        }
        before = check(&mut watcher, &scene, &before).map_err(at)?;
        scene.history.push(scene.model.clone());
        if !scene.model.wounds.is_empty() && chance.one_in(2) {
            let mend = by_name("mend").expect("an operator of the table");
            (mend.edit)(&mut scene, &mut chance);
        }
    }
    let unnoticed = watcher.unnoticed;
    let marker = scene.folders().root.join(".guidepost/watch/outputs");
    match watcher.end() {
        Some(0) if !has_marker(&marker) => Ok(unnoticed),
        ended => Err(format!("it ended with {ended:?}, or left its mark\n")),
    }
}

fn has_marker(folder: &Path) -> bool {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .flatten()
        .any(|entry| entry.file_name() == "building")
}

/// Holds the watcher's tree and findings against a clean build. Once more, if
/// they differ and it has something to add: what it said may have been said
/// before the burst was over.
fn check(watcher: &mut Watcher, scene: &Scene, before: &Snapshot) -> Result<Snapshot, String> {
    let (want, clean) = scene.clean(How {
        process: false,
        jobs: 2,
    });
    loop {
        let found = compare(watcher, &want, &clean, before);
        match found {
            Ok(after) => return Ok(after),
            Err(why) => watcher.settle(Duration::from_secs(3)).map_err(|_| why)?,
        }
    }
}

fn compare(
    watcher: &Watcher,
    want: &Outcome,
    clean: &Snapshot,
    before: &Snapshot,
) -> Result<Snapshot, String> {
    let last = watcher.last.as_ref().ok_or("it never built")?;
    let failed = last["event"] == "error";
    let findings: Vec<String> = last["diagnostics"]
        .as_array()
        .into_iter()
        .flatten()
        .map(Value::to_string)
        .collect();
    if failed != (want.exit != 0) {
        return Err(format!(
            "it says {}, and a clean build ends with {}\n  {}\n  {}\n",
            last["event"],
            want.exit,
            findings.join("\n  "),
            want.findings.join("\n  ")
        ));
    }
    if findings != want.findings {
        return Err(format!(
            "it finds other things than a clean build\n  it:    {}\n  clean: {}\n",
            findings.join("\n         "),
            want.findings.join("\n         ")
        ));
    }
    let after = Snapshot::of(&watcher.tree);
    if failed && watcher.wrote {
        // It saw a good state on the way to this one.
        return Ok(after);
    }
    let wanted = if failed { before } else { clean };
    match difference(&after, wanted) {
        Some(why) => Err(format!("its tree is not what it should be\n{why}")),
        None => Ok(after),
    }
}

/// Lets a burst happen to the sources.
fn happen(burst: Burst, scene: &mut Scene, chance: &mut Chance, told: &mut Vec<&'static str>) {
    scene.style = Style::any(chance);
    scene.tidy = !chance.one_in(5);
    let root = scene.folders().root.clone();
    match burst {
        Burst::Edit => edit(scene, chance, told),
        Burst::Edits => {
            for _ in 0..chance.below(5) + 2 {
                edit_one(scene, chance, told);
            }
            scene.sync();
        }
        Burst::Saves => {
            for _ in 0..chance.below(4) + 2 {
                edit(scene, chance, told);
                std::thread::sleep(Duration::from_millis(chance.next() % 30));
            }
        }
        Burst::Doubly => {
            edit(scene, chance, told);
            let file = root.join(some_guide(scene, chance));
            let bytes = fs::read(&file).expect("a guide");
            fs::write(&file, b"").expect("a guide");
            fs::write(&file, &bytes[..bytes.len() / 2]).expect("a guide");
            std::thread::sleep(Duration::from_millis(chance.next() % 12));
            fs::write(&file, &bytes).expect("a guide");
        }
        Burst::MovedAway => {
            let file = root.join(some_guide(scene, chance));
            let away = file.with_extension("md~");
            let bytes = fs::read(&file).expect("a guide");
            fs::rename(&file, &away).expect("a guide");
            std::thread::sleep(Duration::from_millis(chance.next() % 12));
            fs::write(&file, &bytes).expect("a guide");
            fs::remove_file(&away).expect("the old guide");
            edit(scene, chance, told);
        }
        Burst::ThereAndBack => {
            let folder = some_guide(scene, chance);
            let folder = root.join(folder).parent().expect("a folder").to_owned();
            if folder != root {
                let other = folder.with_file_name("renamed-for-a-moment");
                fs::rename(&folder, &other).expect("a folder");
                std::thread::sleep(Duration::from_millis(chance.next() % 20));
                fs::rename(&other, &folder).expect("a folder");
            }
            edit(scene, chance, told);
        }
        Burst::ContentGone => {
            let content = root.join("content");
            if content.is_dir() {
                let away = root.parent().expect("a folder").join("content-away");
                fs::rename(&content, &away).expect("a folder");
                std::thread::sleep(Duration::from_millis(chance.next() % 150));
                fs::rename(&away, &content).expect("a folder");
            }
            edit(scene, chance, told);
        }
        Burst::Checkout => {
            let git = |words: &[&str]| {
                let done = Command::new("git")
                    .arg("-C")
                    .arg(&root)
                    .args(["-c", "user.name=a", "-c", "user.email=a@example.org"])
                    .args(words)
                    .output()
                    .expect("git");
                assert!(done.status.success(), "{done:?}");
            };
            let here = scene.model.clone();
            if !root.join(".git").is_dir() {
                git(&["init", "-q"]);
                fs::write(root.join(".git/info/exclude"), ".guidepost/\n").expect("a list");
            }
            git(&["add", "-A"]);
            git(&["commit", "-q", "--allow-empty", "-m", "here"]);
            for _ in 0..chance.below(12) + 4 {
                edit_one(scene, chance, told);
            }
            // What lies outside of the root is not git's.
            scene.model.shared.clone_from(&here.shared);
            scene.sync();
            git(&["add", "-A"]);
            git(&["commit", "-q", "--allow-empty", "-m", "there"]);
            git(&["checkout", "-q", "HEAD~1"]);
            if chance.one_in(2) {
                git(&["checkout", "-q", "-"]);
            } else {
                scene.assume(here);
            }
        }
    }
}

/// An edit, saved.
fn edit(scene: &mut Scene, chance: &mut Chance, told: &mut Vec<&'static str>) {
    edit_one(scene, chance, told);
    scene.sync();
}

/// An edit of the sources that finds something to edit.
pub fn edit_one(scene: &mut Scene, chance: &mut Chance, told: &mut Vec<&'static str>) {
    for _ in 0..20 {
        let operator = chance.of(OPERATORS);
        // A site that is broken all the time shows little.
        let too_much = breaks(operator.name) && !chance.one_in(3);
        if NOT_HERE.contains(&operator.name) || too_much {
            continue;
        }
        if (operator.edit)(scene, chance) {
            told.push(operator.name);
            return;
        }
    }
}

/// The path of a guide that is on disk.
fn some_guide(scene: &Scene, chance: &mut Chance) -> String {
    let at = scene.model.guide(chance).expect("a guide");
    format!("{}{}", scene.model.content, scene.model.pages[at].path())
}
