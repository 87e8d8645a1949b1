//! Bringing the sources on disk into the state of a model, in the ways in
//! which editors and other tools do it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::chance::Chance;
use super::model::Model;

/// How a changed file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// In place.
    InPlace,
    /// To a temporary file that is renamed over the old one.
    Replaced,
    /// In place, and the old time of change restored.
    TimeKept,
    /// Replaced by a file with an old time, as a copy or an archive does.
    Old,
}

impl Style {
    pub fn any(chance: &mut Chance) -> Self {
        chance.of(&[Self::InPlace, Self::Replaced, Self::TimeKept, Self::Old])
    }
}

/// A rename that is done before anything is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rename {
    /// A file or folder gets another path.
    To(String, String),
    /// Two files change places.
    Swap(String, String),
}

/// The sources on disk.
pub struct Disk {
    /// The folder that holds the root.
    top: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
    links: BTreeMap<String, String>,
}

/// The root's name in the folder that holds it.
pub const ROOT: &str = "site";

impl Disk {
    pub fn new(top: &Path) -> Self {
        fs::create_dir_all(top.join(ROOT)).expect("a root");
        Self {
            top: top.to_owned(),
            files: BTreeMap::new(),
            links: BTreeMap::new(),
        }
    }

    /// Writes what differs and removes what is gone.
    pub fn sync(&mut self, model: &Model, renames: &[Rename], style: Style, tidy: bool) {
        for rename in renames {
            self.rename(rename);
        }
        let mut wanted: BTreeMap<String, Vec<u8>> = model
            .sources()
            .into_iter()
            .map(|(path, bytes)| (format!("{ROOT}/{path}"), bytes))
            .collect();
        wanted.extend(model.shared.clone());
        let links: BTreeMap<String, String> = model
            .links
            .iter()
            .map(|(path, target)| (format!("{ROOT}/{path}"), target.clone()))
            .collect();
        let gone: Vec<String> = self
            .files
            .keys()
            .filter(|path| !wanted.contains_key(*path))
            .cloned()
            .collect();
        for path in gone {
            self.remove(&path, tidy);
            self.files.remove(&path);
        }
        let gone: Vec<String> = self
            .links
            .iter()
            .filter(|(path, target)| links.get(*path) != Some(target))
            .map(|(path, _)| path.clone())
            .collect();
        for path in gone {
            self.remove(&path, tidy);
            self.links.remove(&path);
        }
        for (path, bytes) in wanted {
            if self.files.get(&path) != Some(&bytes) {
                write(&self.top.join(&path), &bytes, style);
                self.files.insert(path, bytes);
            }
        }
        for (path, target) in links {
            if !self.links.contains_key(&path) {
                let link = self.top.join(&path);
                fs::create_dir_all(link.parent().expect("a folder")).expect("a folder");
                std::os::unix::fs::symlink(self.top.join(&target), link).expect("a link");
                self.links.insert(path, target);
            }
        }
    }

    /// Takes the sources to be those of a model: somebody else put them there.
    pub fn assume(&mut self, model: &Model) {
        self.files = model
            .sources()
            .into_iter()
            .map(|(path, bytes)| (format!("{ROOT}/{path}"), bytes))
            .chain(model.shared.clone())
            .collect();
        self.links = model
            .links
            .iter()
            .map(|(path, target)| (format!("{ROOT}/{path}"), target.clone()))
            .collect();
    }

    /// Gives every file another time of change and leaves its bytes.
    pub fn touch(&self) {
        let time = SystemTime::now() - Duration::from_secs(1000);
        for path in self.files.keys() {
            set_time(&self.top.join(path), time);
        }
    }

    fn rename(&mut self, rename: &Rename) {
        match rename {
            Rename::To(from, to) => {
                let (from, to) = (format!("{ROOT}/{from}"), format!("{ROOT}/{to}"));
                let (old, new) = (self.top.join(&from), self.top.join(&to));
                // An edit that was left out may have left nothing to rename.
                if !old.exists() || new.exists() {
                    return;
                }
                fs::create_dir_all(new.parent().expect("a folder")).expect("a folder");
                fs::rename(&old, &new).expect("a file to rename");
                let below = format!("{from}/");
                let moved: Vec<String> = self
                    .files
                    .keys()
                    .filter(|path| **path == from || path.starts_with(&below))
                    .cloned()
                    .collect();
                for path in moved {
                    if let Some(bytes) = self.files.remove(&path) {
                        self.files
                            .insert(format!("{to}{}", &path[from.len()..]), bytes);
                    }
                }
                remove_empty(old.parent().expect("a folder"), &self.top.join(ROOT));
            }
            Rename::Swap(one, other) => {
                let (one, other) = (format!("{ROOT}/{one}"), format!("{ROOT}/{other}"));
                let aside = self.top.join("aside");
                fs::rename(self.top.join(&one), &aside).expect("a file");
                fs::rename(self.top.join(&other), self.top.join(&one)).expect("a file");
                fs::rename(&aside, self.top.join(&other)).expect("a file");
                let (first, second) = (self.files.remove(&one), self.files.remove(&other));
                self.files.extend(second.map(|bytes| (one, bytes)));
                self.files.extend(first.map(|bytes| (other, bytes)));
            }
        }
    }

    fn remove(&self, path: &str, tidy: bool) {
        let file = self.top.join(path);
        fs::remove_file(&file).expect("a file to remove");
        if tidy {
            remove_empty(file.parent().expect("a folder"), &self.top.join(ROOT));
        }
    }
}

/// Writes a file, with its folders.
pub fn write(file: &Path, bytes: &[u8], style: Style) {
    let folder = file.parent().expect("a folder");
    fs::create_dir_all(folder).expect("a folder");
    match style {
        Style::InPlace => fs::write(file, bytes).expect("a file"),
        Style::TimeKept => {
            let time = fs::metadata(file).and_then(|meta| meta.modified()).ok();
            fs::write(file, bytes).expect("a file");
            if let Some(time) = time {
                set_time(file, time);
            }
        }
        Style::Replaced | Style::Old => {
            let beside = folder.join(".campaign-new");
            fs::write(&beside, bytes).expect("a file");
            if style == Style::Old {
                set_time(
                    &beside,
                    SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000),
                );
            }
            fs::rename(&beside, file).expect("a file");
        }
    }
}

fn set_time(file: &Path, time: SystemTime) {
    fs::File::options()
        .write(true)
        .open(file)
        .and_then(|file| file.set_modified(time))
        .expect("a time");
}

/// Removes a folder that is empty, and those above it up to `top`.
pub fn remove_empty(mut folder: &Path, top: &Path) {
    while folder != top && folder.starts_with(top) && fs::remove_dir(folder).is_ok() {
        folder = folder.parent().expect("a folder");
    }
}
