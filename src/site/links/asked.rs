//! What a page asked the index for, and what of the index changed.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// An entry of the index, whether there is one or not.
#[derive(Clone, Copy, Debug, Hash)]
pub(in crate::site) enum Key<'a> {
    /// A file below the content folder, relative to the root: a page, one that
    /// is left out, or an asset.
    Source(&'a str),
    /// A section, by its folder below the content folder.
    Folder(&'a str),
    /// An address of the site, without slashes at its ends.
    Address(&'a str),
    /// A static file, by where it is written.
    Static(&'a str),
    /// The anchors of a page, by its source.
    Anchors(&'a str),
    /// The sources and assets of a file name, in lower case.
    Name(&'a str),
    /// The names of the sources and assets in a folder, relative to the root.
    Beside(&'a str),
}

impl Key<'_> {
    /// Keys are told apart by 64 bits: one that is taken for another costs a
    /// page a second look.
    fn code(self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }
}

/// The entries that one page asked for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// `None` where nobody will want to know.
    codes: Option<Vec<u64>>,
    /// Numbers of the pages that it leads to.
    pub(super) leads_to: Vec<u32>,
}

impl Asked {
    pub(super) fn new(noted: bool) -> Self {
        Self {
            codes: noted.then(Vec::new),
            ..Self::default()
        }
    }

    pub(super) fn note(&mut self, key: Key<'_>) {
        if let Some(codes) = &mut self.codes {
            codes.push(key.code());
        }
    }

    /// The codes of the entries, each once.
    pub(super) fn codes(self) -> Box<[u64]> {
        let mut codes = self.codes.unwrap_or_default();
        codes.sort_unstable();
        codes.dedup();
        codes.into()
    }
}

/// The entries of the index that changed, came or went.
#[derive(Debug, Default)]
pub(in crate::site) struct Changed {
    codes: HashSet<u64>,
    /// The low bits of the codes, to say no quickly.
    mask: u64,
}

impl Changed {
    /// Notes an entry.
    pub(in crate::site) fn insert(&mut self, key: Key<'_>) {
        let code = key.code();
        self.codes.insert(code);
        self.mask |= 1 << (code & 63);
    }

    /// Whether one of the entries changed.
    pub(super) fn any(&self, codes: &[u64]) -> bool {
        codes
            .iter()
            .any(|code| self.mask & 1 << (code & 63) != 0 && self.codes.contains(code))
    }
}
