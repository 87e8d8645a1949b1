//! What stands in a folder, and how two such states differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// A file as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub bytes: Vec<u8>,
    pub mode: u32,
    /// Inode and time of change: whether it is the very same file.
    pub stamp: (u64, i64, i64),
}

/// Everything below a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshot {
    pub files: BTreeMap<String, File>,
    /// Folders with their modes.
    pub folders: BTreeMap<String, u32>,
}

impl Snapshot {
    /// The state of a folder; nothing where there is none.
    pub fn of(folder: &Path) -> Self {
        let mut snapshot = Self::default();
        if !folder.exists() {
            return snapshot;
        }
        for entry in walkdir::WalkDir::new(folder).min_depth(1) {
            let entry = entry.expect("an entry");
            let path = entry
                .path()
                .strip_prefix(folder)
                .expect("below the folder")
                .to_str()
                .expect("a name in UTF-8")
                .to_owned();
            let meta = entry.metadata().expect("a file's state");
            if meta.is_dir() {
                snapshot.folders.insert(path, meta.mode());
            } else {
                snapshot.files.insert(
                    path,
                    File {
                        bytes: fs::read(entry.path()).expect("a file"),
                        mode: meta.mode(),
                        stamp: (meta.ino(), meta.mtime(), meta.mtime_nsec()),
                    },
                );
            }
        }
        snapshot
    }

    /// The bytes by path.
    pub fn bytes(&self) -> BTreeMap<String, Vec<u8>> {
        self.files
            .iter()
            .map(|(path, file)| (path.clone(), file.bytes.clone()))
            .collect()
    }

    /// The paths whose bytes differ between two states, or that one lacks.
    pub fn changed(&self, after: &Self) -> BTreeSet<String> {
        self.files
            .keys()
            .chain(after.files.keys())
            .filter(|path| {
                let bytes = |side: &Self| side.files.get(*path).map(|file| file.bytes.clone());
                bytes(self) != bytes(after)
            })
            .cloned()
            .collect()
    }
}

/// How many differing paths are described.
const SHOWN: usize = 6;

/// How a state differs from the one that was wanted; nothing where it does not.
pub fn difference(got: &Snapshot, want: &Snapshot) -> Option<String> {
    let mut text = String::new();
    let mut count = 0;
    let paths: BTreeSet<&String> = got.files.keys().chain(want.files.keys()).collect();
    for path in paths {
        let line = match (got.files.get(path), want.files.get(path)) {
            (Some(_), None) => format!("{path}: should not be there"),
            (None, Some(_)) => format!("{path}: is missing"),
            (Some(got), Some(want)) if got.bytes != want.bytes => {
                format!("{path}: {}", first_lines(&got.bytes, &want.bytes))
            }
            (Some(got), Some(want)) if got.mode != want.mode => {
                format!("{path}: mode {:o}, wanted {:o}", got.mode, want.mode)
            }
            _ => continue,
        };
        count += 1;
        if count <= SHOWN {
            let _ = writeln!(text, "  {line}");
        }
    }
    let folders: BTreeSet<&String> = got.folders.keys().chain(want.folders.keys()).collect();
    for path in folders {
        let line = match (got.folders.get(path), want.folders.get(path)) {
            (Some(_), None) => "a folder that should not be there".to_owned(),
            (None, Some(_)) => "a folder is missing".to_owned(),
            (Some(got), Some(want)) if got != want => {
                format!("folder has mode {got:o}, wanted {want:o}")
            }
            _ => continue,
        };
        count += 1;
        if count <= SHOWN {
            let _ = writeln!(text, "  {path}/: {line}");
        }
    }
    if count > SHOWN {
        let _ = writeln!(text, "  and {} more", count - SHOWN);
    }
    (count > 0).then_some(text)
}

/// The first line in which two texts differ.
pub fn first_lines(got: &[u8], want: &[u8]) -> String {
    if std::str::from_utf8(got).is_err() || std::str::from_utf8(want).is_err() {
        let at = got.iter().zip(want).take_while(|(a, b)| a == b).count();
        return format!(
            "{} bytes, wanted {}; first difference at {at}",
            got.len(),
            want.len()
        );
    }
    let (got, want) = (String::from_utf8_lossy(got), String::from_utf8_lossy(want));
    let (mut got, mut want) = (got.lines(), want.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (got.next(), want.next()) {
            (Some(a), Some(b)) if a == b => {}
            (None, None) => return "differs in its last line break".to_owned(),
            (a, b) => {
                return format!(
                    "line {number}\n      got:    {}\n      wanted: {}",
                    a.map_or("(end)", cut),
                    b.map_or("(end)", cut)
                );
            }
        }
    }
}

fn cut(line: &str) -> &str {
    line.char_indices()
        .nth(200)
        .map_or(line, |(at, _)| &line[..at])
}
