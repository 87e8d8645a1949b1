//! A scene: a site on disk with its output, between two builds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::chance::Chance;
use super::disk::{Disk, ROOT, Rename, Style, remove_empty};
use super::model::Model;
use super::mount::Mount;
use super::runner::{Folders, How, Outcome, command, run};
use super::snapshot::Snapshot;

/// A site with its output folder, and what is to be done to it.
pub struct Scene {
    /// The folder that holds everything.
    pub top: PathBuf,
    pub model: Model,
    /// The states that the sources were in, oldest first.
    pub history: Vec<Model>,
    /// Files in the output that Guidepost did not write.
    pub foreign: BTreeMap<String, Vec<u8>>,
    /// Renames to be done before the sources are written.
    pub renames: Vec<Rename>,
    /// How changed sources are written.
    pub style: Style,
    /// Whether folders that became empty are removed.
    pub tidy: bool,
    /// Whether the last build succeeded.
    pub built: bool,
    /// Whether another build holds the site when the next one comes.
    pub held: bool,
    /// The disk on which the site is, where it has one of its own.
    pub disk_of_its_own: Option<Mount>,
    /// Whether the next build has nothing to do.
    pub idle: bool,
    /// Whether the edit built a state of its own before its last change.
    pub settled: bool,
    /// The state to which the sources go back before the next edit.
    pub aside: Option<Model>,
    /// Whether the cache was thrown away before the next build.
    pub forgot: bool,
    disk: Disk,
    folders: Folders,
}

impl Scene {
    pub fn new(top: &Path, model: Model, default_folders: bool) -> Self {
        let root = top.join(ROOT);
        let folders = Folders {
            out: if default_folders {
                root.join("public")
            } else {
                top.join("out")
            },
            cache: if default_folders {
                root.join(".guidepost")
            } else {
                top.join("cache")
            },
            default: default_folders,
            root,
        };
        Self {
            top: top.to_owned(),
            model,
            history: Vec::new(),
            foreign: BTreeMap::new(),
            renames: Vec::new(),
            style: Style::InPlace,
            tidy: true,
            built: false,
            held: false,
            disk_of_its_own: None,
            idle: false,
            settled: false,
            aside: None,
            forgot: false,
            disk: Disk::new(top),
            folders,
        }
    }

    pub fn out(&self) -> &Path {
        &self.folders.out
    }

    pub fn cache(&self) -> &Path {
        &self.folders.cache
    }

    pub fn folders(&self) -> &Folders {
        &self.folders
    }

    /// Brings the sources on disk into the state of the model.
    pub fn sync(&mut self) {
        let renames = std::mem::take(&mut self.renames);
        self.disk.sync(&self.model, &renames, self.style, self.tidy);
    }

    /// Builds the state of the model, whatever comes of it.
    pub fn settle(&mut self, chance: &mut Chance) {
        self.sync();
        self.build(How::any(chance));
        self.settled = true;
        if self.built {
            self.history.push(self.model.clone());
        }
    }

    /// Builds as a process that dies once it has begun to touch the outputs.
    /// Says whether it did not end before.
    pub fn killed_in_the_middle(&self) -> bool {
        let mut build = command(&self.folders, &self.model.flags, 1)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        while build.try_wait().expect("a process").is_none() && !self.is_marked() {}
        build.kill().expect("a process to kill");
        build.wait().expect("a process ends");
        self.is_marked()
    }

    /// Whether the cache says that a build is at the outputs.
    fn is_marked(&self) -> bool {
        // A build may remove what is being walked through.
        walkdir::WalkDir::new(&self.folders.cache)
            .into_iter()
            .flatten()
            .any(|entry| entry.file_name() == "building")
    }

    /// Takes the sources on disk to be those of a model.
    pub fn assume(&mut self, model: Model) {
        self.disk.assume(&model);
        self.model = model;
    }

    /// Gives every source another time of change.
    pub fn touch(&self) {
        self.disk.touch();
    }

    /// Builds on top of what is there.
    pub fn build(&mut self, how: How) -> Outcome {
        let outcome = run(&self.folders, &self.model.flags, how);
        self.built = outcome.exit == 0;
        outcome
    }

    /// Builds the same sources into a folder of its own, which holds nothing
    /// but the foreign files. Returns what came of it and the tree.
    pub fn clean(&self, how: How) -> (Outcome, Snapshot) {
        let beside = self.top.join("clean");
        let folders = Folders {
            root: self.folders.root.clone(),
            out: beside.join("out"),
            cache: beside.join("cache"),
            default: false,
        };
        for (path, bytes) in &self.foreign {
            put(&folders.out.join(path), bytes);
        }
        let outcome = run(&folders, &self.model.flags, how);
        let tree = Snapshot::of(&folders.out);
        if beside.exists() {
            fs::remove_dir_all(&beside).expect("a folder to remove");
        }
        (outcome, tree)
    }

    /// The outputs that Guidepost wrote, by path.
    pub fn outputs(&self) -> Vec<String> {
        Snapshot::of(&self.folders.out)
            .files
            .into_keys()
            .filter(|path| !self.foreign.contains_key(path))
            .collect()
    }

    /// Puts somebody else's file into the output folder.
    pub fn put_foreign(&mut self, path: &str, bytes: &[u8]) {
        put(&self.folders.out.join(path), bytes);
        self.foreign.insert(path.to_owned(), bytes.to_vec());
    }

    /// Takes somebody else's files out of the output folder again.
    pub fn remove_foreign(&mut self) {
        for path in std::mem::take(&mut self.foreign).into_keys() {
            let file = self.folders.out.join(path);
            fs::remove_file(&file).expect("a foreign file");
            remove_empty(file.parent().expect("a folder"), &self.folders.out);
        }
    }
}

/// Writes a file with its folders.
pub fn put(file: &Path, bytes: &[u8]) {
    fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
    fs::write(file, bytes).expect("a file");
}
