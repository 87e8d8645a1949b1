//! Which files may have changed since the cache last looked at them.
//!
//! A build of its own knows nothing and looks at every file. A watcher knows
//! which paths were touched and which folders something happened to; all other
//! files are taken to be what the cache remembers. Invariant: a file that is
//! not in a set of changes is not looked at, so whoever makes one answers for
//! it.

use std::collections::BTreeSet;

use crate::ground::paths::SrcPath;

/// A set of changed sources.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Changes {
    /// Nothing is known: any file may have changed.
    #[default]
    Unknown,
    /// Only these may have.
    Only(Touched),
}

/// Paths that something happened to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// Files.
    pub files: BTreeSet<SrcPath>,
    /// Paths of which all that lies below may have changed too.
    pub folders: BTreeSet<String>,
}

impl Changes {
    /// No file changed.
    pub fn none() -> Self {
        Self::Only(Touched::default())
    }

    /// Whether a file may have changed.
    pub fn may_hold(&self, path: &SrcPath) -> bool {
        match self {
            Changes::Unknown => true,
            Changes::Only(touched) => touched.may_hold(path),
        }
    }

    /// The files, where nothing happened to a folder.
    pub fn only_files(&self) -> Option<&BTreeSet<SrcPath>> {
        match self {
            Changes::Only(touched) if touched.folders.is_empty() => Some(&touched.files),
            _ => None,
        }
    }

    /// Takes in what else may have changed.
    pub fn add(&mut self, other: Changes) {
        match (self, other) {
            (Changes::Unknown, _) => {}
            (this, Changes::Unknown) => *this = Changes::Unknown,
            (Changes::Only(touched), Changes::Only(more)) => {
                touched.files.extend(more.files);
                touched.folders.extend(more.folders);
            }
        }
    }
}

impl Touched {
    /// Whether a file may have changed.
    fn may_hold(&self, path: &SrcPath) -> bool {
        self.files.contains(path)
            || (!self.folders.is_empty() && self.folders.iter().any(|folder| is_in(path, folder)))
    }

    /// Whether a file or folder, or what lies below it, may have changed.
    pub fn may_concern(&self, place: &str) -> bool {
        let path = SrcPath::new(place);
        let below = |other: &str| is_in(&SrcPath::new(other), place);
        self.may_hold(&path)
            || self.files.iter().any(|file| below(file.as_str()))
            || self.folders.iter().any(|folder| below(folder))
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty() && self.folders.is_empty()
    }
}

/// Whether a path is a folder or lies below it; all lies below the empty one.
fn is_in(path: &SrcPath, folder: &str) -> bool {
    folder.is_empty()
        || path
            .as_str()
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_holds_what_lies_below_it_and_no_neighbour() {
        let mut changes = Changes::none();
        let path = |text: &str| SrcPath::new(text);
        assert!(!changes.may_hold(&path("content/a.md")));
        changes.add(Changes::Only(Touched {
            files: BTreeSet::from([path("content/a.md")]),
            folders: BTreeSet::from(["content/fans".to_owned()]),
        }));
        assert!(changes.may_hold(&path("content/a.md")));
        assert!(changes.may_hold(&path("content/fans/b/c.md")));
        assert!(changes.may_hold(&path("content/fans")));
        assert!(!changes.may_hold(&path("content/fans.md")));
        assert!(!changes.may_hold(&path("content/b.md")));
        changes.add(Changes::Unknown);
        assert!(changes.may_hold(&path("content/b.md")));
    }
}
