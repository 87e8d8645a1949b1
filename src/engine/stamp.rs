//! Stamps: when a file's stat may stand for its bytes.
//!
//! A file that is changed twice within one tick of its filesystem's clock can
//! have the same stat before and after. As git does, a stat is believed only
//! if the file's times are older than the moment, by the same clock, before
//! which the file was read: every later change then shows in the times. What
//! is not older is racy, and is read again each time until it is.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::ground::digest::Digest;
use crate::ground::fault;
use crate::ground::fs::{self, FsError, Stat};

/// Margin in nanoseconds where the filesystem's own clock cannot be asked.
const FOREIGN_MARGIN: i64 = 10_000_000_000;

/// A file as it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamped {
    /// What the filesystem said.
    pub stat: Stat,
    /// Digest of its bytes.
    pub digest: Digest,
    /// Whether the stat cannot stand for the bytes.
    pub racy: bool,
}

impl Stamped {
    /// Whether the stat tells that the bytes are what they were.
    pub fn stands(&self, now: Option<Stat>) -> bool {
        !self.racy && now == Some(self.stat)
    }
}

/// The moment before which files were read, by their own filesystem's clock.
#[derive(Clone, Copy, Debug)]
pub struct Moment(i64);

impl Moment {
    /// The moment now, for files below `files`. `writable` is a folder in
    /// which a file may be created for the question; where it lies on another
    /// filesystem, that one's clock less a margin serves.
    ///
    /// # Errors
    ///
    /// No file could be created.
    pub fn now(files: &Path, writable: &Path) -> Result<Self, FsError> {
        let clock = fs::clock(writable)?;
        let margin = if fs::same_filesystem(files, writable) {
            0
        } else {
            FOREIGN_MARGIN
        };
        Ok(Self(clock - margin))
    }

    /// A file whose stat was taken after this moment and before its bytes were
    /// read.
    pub fn stamp(self, stat: Stat, digest: Digest) -> Stamped {
        Stamped {
            stat,
            digest,
            racy: stat.mtime.max(stat.ctime) >= self.0 && !fault::active("racy"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_as_young_as_the_moment_is_racy() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        let moment = Moment::now(folder.path(), folder.path()).unwrap();
        fs::write(&file, b"x").unwrap();
        let stat = fs::stat(&file).unwrap();
        let young = moment.stamp(stat, Digest::of_bytes(b"x"));
        assert!(young.racy && !young.stands(Some(stat)));
        std::thread::sleep(std::time::Duration::from_millis(30));
        let later = Moment::now(folder.path(), folder.path()).unwrap();
        let old = later.stamp(stat, Digest::of_bytes(b"x"));
        assert!(!old.racy && old.stands(Some(stat)));
        assert!(!old.stands(None));
    }
}
