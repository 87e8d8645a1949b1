//! A small site in two states, for the campaigns that build it hundreds of
//! times: crashes, damage, power cuts and concurrency.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::disk::{Disk, ROOT, Style};
use super::generate::NOW;
use super::model::{Flags, Model, Taxonomy};
use super::page::{Form, Page, quoted};
use super::runner::{Folders, How, Outcome, run};
use super::snapshot::Snapshot;

/// How builds of small sites are run where nothing else is said.
pub const PLAIN: How = How {
    process: true,
    jobs: 1,
};

/// A state of the small site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    First,
    /// Another template, title, text, picture and clock: most outputs differ.
    Edited,
    /// Pages, a section, a term, an alias and a static file less, and a page
    /// that stands where a folder was.
    Shrunk,
}

/// The sources in a state.
pub fn model(state: State) -> Model {
    let mut model = Model {
        content: "content/",
        pages: pages(),
        files: BTreeMap::new(),
        links: BTreeMap::new(),
        shared: BTreeMap::new(),
        config: BTreeMap::new(),
        taxonomies: vec![Taxonomy {
            title: None,
            name: "tags".into(),
            feed: true,
            paginate_by: 2,
        }],
        wounds: Vec::new(),
        flags: Flags {
            now: NOW.into(),
            base_url: None,
            drafts: false,
            future: false,
            strict: false,
        },
    };
    model.configure("", "title", Some("\"Small\""));
    model.configure("", "base-url", Some("\"https://small.example/\""));
    for (path, text) in [
        ("static/logo.txt", "logo\n"),
        ("data/parts.csv", "name\nF-100\n"),
        (
            "templates/partials/footer.html",
            "<footer>1 {{ site.title }}</footer>\n",
        ),
        ("content/fans/deep/plan.png", "not really a picture\n"),
    ] {
        model.files.insert(path.into(), text.into());
    }
    match state {
        State::First => {}
        State::Edited => edited(&mut model),
        State::Shrunk => shrunk(&mut model),
    }
    model
}

fn page(folder: &str, name: &str, form: Form, title: &str, body: &[&str]) -> Page {
    let mut page = Page::new(folder, name, form);
    page.title = Some(title.into());
    page.body = body.iter().map(|block| (*block).to_owned()).collect();
    page
}

fn pages() -> Vec<Page> {
    let mut pages = vec![
        page("", "", Form::Section, "Small", &["Welcome."]),
        page("fans", "", Form::Section, "Fans", &["All about fans."]),
        page(
            "fans",
            "replace",
            Form::Leaf,
            "Replace a fan",
            &[
                "See [cleaning](clean.md#how) first, after 10 minutes.",
                "## Steps",
                "```rust\nfn speed(rpm: u32) -> u32 {\n    rpm / 2 // halved\n}\n```",
            ],
        ),
        page(
            "fans",
            "clean",
            Form::Leaf,
            "Clean a fan",
            &[
                "## How",
                "Gently.",
                "```bash\nclean --fan \"$1\" || exit 3\n```",
            ],
        ),
        page(
            "fans",
            "deep",
            Form::Bundle,
            "Deep inside",
            &[
                "![The plan](plan.png \"As built\")",
                "A [broken link](nowhere.md).",
            ],
        ),
        page("pumps", "drain", Form::Leaf, "Drain a pump", &["Slowly."]),
    ];
    pages[2].tags = vec!["cooling".into(), "fans".into()];
    pages[2].aliases = vec!["/old/fan/".into()];
    pages[3].tags = vec!["cooling".into()];
    pages[5].tags = vec!["water".into()];
    for (at, day) in [(2, "2026-01-02"), (3, "2026-01-03"), (5, "2026-01-04")] {
        pages[at].keys.insert("date".into(), day.into());
    }
    pages
}

fn edited(model: &mut Model) {
    model.files.insert(
        "templates/partials/footer.html".into(),
        "<footer>2 {{ site.title }}</footer>\n".into(),
    );
    model
        .files
        .insert("static/logo.txt".into(), "LOGO\n".into());
    model.pages[2].title = Some("Replace the fan".into());
    model.pages[2].body[0] = "See [cleaning](clean.md#how) first, after 11 minutes.".into();
    model.pages[3].body[2] = "```bash\nclean --fan \"$2\" || exit 4\n```".into();
    model.pages.push(page(
        "fans",
        "oil",
        Form::Leaf,
        "Oil a fan",
        &["Sparingly."],
    ));
}

fn shrunk(model: &mut Model) {
    // The page at `old/fan` was an alias below a folder; now a file is there.
    model.pages[3]
        .keys
        .insert("path".into(), quoted("old/fan.html"));
    model.pages[3].tags.clear();
    model
        .pages
        .retain(|page| !["replace", "deep", "drain"].contains(&page.name.as_str()));
    model.files.remove("static/logo.txt");
    model.files.remove("content/fans/deep/plan.png");
}

/// The small site on disk.
pub struct Small {
    disk: Disk,
    pub folders: Folders,
}

impl Small {
    /// An empty site below a folder, which is emptied.
    pub fn new(top: &Path) -> Self {
        for name in [ROOT, "clean"] {
            let folder = top.join(name);
            if folder.exists() {
                fs::remove_dir_all(&folder).expect("a folder to remove");
            }
        }
        let root = top.join(ROOT);
        Self {
            disk: Disk::new(top),
            folders: Folders {
                out: root.join("public"),
                cache: root.join(".guidepost"),
                default: true,
                root,
            },
        }
    }

    /// Brings the sources into a state.
    pub fn set(&mut self, state: State) {
        self.disk.sync(&model(state), &[], Style::InPlace, true);
    }

    /// Builds, as a process with one thread.
    pub fn build(&self) -> Outcome {
        self.build_with(PLAIN)
    }

    pub fn build_with(&self, how: How) -> Outcome {
        run(&self.folders, &model(State::First).flags, how)
    }

    pub fn tree(&self) -> Snapshot {
        Snapshot::of(&self.folders.out)
    }

    /// What a clean build of a state finds and leaves.
    pub fn clean(top: &Path, state: State) -> (Outcome, Snapshot) {
        let mut site = Self::new(top);
        site.set(state);
        let outcome = site.build();
        assert_eq!(outcome.exit, 0, "the small site builds: {outcome:#?}");
        let tree = site.tree();
        // Nothing of this build is left to the others.
        fs::remove_dir_all(&site.folders.root).expect("a site to remove");
        (outcome, tree)
    }

    /// Insists that the site now builds, and is what a clean build leaves.
    pub fn recovers(&self, want: &Outcome, clean: &Snapshot) -> Result<Outcome, String> {
        let got = self.build();
        if got.exit != 0 {
            return Err(format!("the next build fails: {got:?}\n"));
        }
        let noise = |found: &String| {
            !found.contains("\"rule\":\"unplanned-output\"") && !is_about_the_cache(found)
        };
        let plain = |outcome: &Outcome| -> Vec<String> {
            outcome
                .findings
                .iter()
                .filter(|found| noise(found))
                .cloned()
                .collect()
        };
        if plain(&got) != plain(want) {
            return Err(format!(
                "the next build finds {:#?}\nwanted {:#?}\n",
                plain(&got),
                plain(want)
            ));
        }
        match super::snapshot::difference(&self.tree(), clean) {
            Some(why) => Err(format!("after the next build:\n{why}")),
            None => Ok(got),
        }
    }
}

/// Whether a finding is the warning that a cache could not be used.
pub fn is_about_the_cache(found: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(found)
        .ok()
        .and_then(|found| Some(found["rule"].as_str()?.contains("cache")))
        .unwrap_or(false)
}

/// Insists that every file is what it was before or will be after.
pub fn old_or_new(got: &Snapshot, old: &Snapshot, new: &Snapshot) -> Result<(), String> {
    for (path, file) in &got.files {
        if path.starts_with(".guidepost") {
            continue;
        }
        let of = |side: &Snapshot| side.files.get(path).map(|file| file.bytes.clone());
        let (before, after) = (of(old), of(new));
        if before.as_ref() != Some(&file.bytes) && after.as_ref() != Some(&file.bytes) {
            let against = after.or(before).unwrap_or_default();
            return Err(format!(
                "{path} is neither old nor new: {}\n",
                super::snapshot::first_lines(&file.bytes, &against)
            ));
        }
    }
    for path in old
        .files
        .keys()
        .filter(|path| new.files.contains_key(*path))
    {
        if !got.files.contains_key(path) {
            return Err(format!("{path} is old and new, and is not there\n"));
        }
    }
    Ok(())
}
