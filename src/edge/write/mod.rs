//! Write: bytes into the output folder, without ever leaving half a site.
//!
//! Outputs are staged in a hidden folder on the output's own filesystem and
//! renamed into place only when every output has been made. Files that an
//! earlier build wrote and the plan no longer has are deleted last. Invariant:
//! a file that Guidepost did not write is never touched; a build that fails
//! changes nothing.

mod ownership;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::manifest::{Found, Manifest, ManifestFiles};
use crate::engine::stamp::Stamped;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::Digest;
use crate::ground::fault;
use crate::ground::fs::{self, FsError};
use crate::ground::paths::OutPath;

pub use ownership::foreign;
use ownership::is_ours;

/// The folder below the output folder in which outputs are staged.
const STAGING: &str = ".guidepost-staging";

/// What happened to the outputs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Files whose bytes are new or changed, sorted.
    pub written: Vec<OutPath>,
    /// Files that stood as they should.
    pub unchanged: usize,
    /// Files that were deleted, sorted.
    pub deleted: Vec<OutPath>,
}

/// A tree in which nobody else writes, as it was left.
#[derive(Clone, Debug, Default)]
pub struct OwnTree {
    /// All files in it.
    pub manifest: Arc<Manifest>,
    /// Those that do not stand as they were left.
    pub broken: Arc<BTreeSet<OutPath>>,
}

/// The output folder while a site is being written.
pub struct OutputFolder {
    out: PathBuf,
    manifests: ManifestFiles,
    earlier: Arc<Manifest>,
    /// Outputs that do not stand as they were left, where nobody else writes
    /// here and all may be lost at the price of time: a watcher's own tree.
    own: Option<Arc<BTreeSet<OutPath>>>,
    lost: bool,
    /// Whether an earlier build was interrupted while it touched outputs.
    interrupted: bool,
    was_there: bool,
    staging_made: AtomicBool,
    staged: Mutex<BTreeMap<OutPath, Staged>>,
    /// Planned outputs that stand as an earlier build left them.
    kept: Mutex<Vec<OutPath>>,
}

struct Staged {
    digest: Digest,
    wave: u8,
    /// What becomes of it.
    fate: Fate,
}

enum Fate {
    /// It is staged and will be renamed into place.
    Write,
    /// It was read and stands as it should.
    Stands,
    /// Its stat says that it stands as it should.
    Kept,
    /// It was put in place before the rest, where this stood or nothing.
    Ahead(Option<Vec<u8>>),
}

/// What came of publishing.
#[derive(Debug, Default)]
pub struct Published {
    /// What happened to the outputs.
    pub written: Written,
    /// Every output that was written or read, as it was left.
    pub stamps: Vec<(OutPath, Stamped)>,
    /// What was found on the way.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that are ours from now on.
    pub manifest: Arc<Manifest>,
}

/// What staging an output came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staging {
    /// It will be written.
    Changed,
    /// It stands as it should.
    Unchanged,
    /// Somebody else's file stands there.
    Foreign,
}

impl OutputFolder {
    /// Opens the output folder `out`, with the manifests kept below `cache`.
    /// Creates nothing.
    ///
    /// # Errors
    ///
    /// The manifests cannot be read, the folder is a file, or what an
    /// interrupted build left there cannot be removed.
    pub fn open(out: &Path, cache: &Path) -> Result<Self, FsError> {
        let manifests = ManifestFiles::new(cache, out);
        let was_there = fs::exists(out);
        if was_there && !fs::is_folder(out) {
            return Err(FsError {
                action: "write into",
                path: out.to_owned(),
                error: std::io::Error::from(std::io::ErrorKind::NotADirectory),
            });
        }
        fs::remove_tree(&out.join(STAGING))?;
        let (earlier, lost) = match manifests.load()? {
            Found::Whole(manifest) => (manifest, false),
            Found::Damaged => (Manifest::default(), true),
            // The folder was built before, and only the memory of it is gone.
            Found::Nothing => (Manifest::default(), is_ours(out)),
        };
        Ok(Self {
            out: out.to_owned(),
            interrupted: fs::exists(&manifests.marker()) && !fault::active("marker"),
            manifests,
            earlier: Arc::new(earlier),
            own: None,
            lost,
            was_there,
            staging_made: AtomicBool::new(false),
            staged: Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// Opens a folder in which nobody else writes. It is written without marks and without waiting for the disk:
    /// whoever keeps it marks it for as long as it may be written to.
    pub fn own(out: &Path, cache: &Path, tree: &OwnTree) -> Self {
        Self {
            out: out.to_owned(),
            manifests: ManifestFiles::new(cache, out),
            earlier: Arc::clone(&tree.manifest),
            own: Some(Arc::clone(&tree.broken)),
            lost: false,
            interrupted: false,
            was_there: fs::exists(out),
            staging_made: AtomicBool::new(false),
            staged: Mutex::default(),
            kept: Mutex::default(),
        }
    }

    /// Whether an output stands as an earlier build left it.
    pub fn stands(&self, path: &OutPath, stamped: &Stamped) -> bool {
        match &self.own {
            Some(broken) => !broken.contains(path),
            None => !self.interrupted && stamped.stands(fs::stat(&path.under(&self.out))),
        }
    }

    /// The output folder.
    pub fn path(&self) -> &Path {
        &self.out
    }

    /// Plans an output that stands as it should.
    pub fn keep(&self, path: &OutPath) {
        let path = path.clone();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push(path);
    }

    /// Stages an output. `known` is the file as an earlier build left it. May
    /// be called from many threads.
    ///
    /// # Errors
    ///
    /// Any IO error on the way.
    pub fn stage(
        &self,
        path: &OutPath,
        bytes: &[u8],
        wave: u8,
        known: Option<&Stamped>,
    ) -> Result<Staging, FsError> {
        let digest = Digest::of_bytes(bytes);
        let target = path.under(&self.out);
        let stat = if self.was_there {
            fs::stat(&target)
        } else {
            None
        };
        let known = known.filter(|_| !self.interrupted);
        let mut fate = None;
        if let Some(known) = known.filter(|known| known.stands(stat)) {
            if known.digest == digest {
                fate = Some(Fate::Kept);
            }
        } else if let Some(stat) = stat
            && stat.size == bytes.len() as u64
            && known.is_none_or(|known| known.stat.mode == stat.mode)
            && fs::read_if_there(&target)?.is_some_and(|standing| standing == bytes)
        {
            fate = Some(Fate::Stands);
        }
        if fate.is_none() && (stat.is_some() || (self.was_there && fs::exists(&target))) {
            let ours = self.own.is_some()
                || match fs::is_folder(&target) {
                    true => self.is_our_folder(path, &target),
                    false => self.lost || self.earlier.files.contains(path),
                };
            if !ours {
                return Ok(Staging::Foreign);
            }
        }
        if fate.is_none() && self.was_there && self.own.is_none() && self.foreign_above(path) {
            return Ok(Staging::Foreign);
        }
        let fate = match fate {
            Some(fate) => fate,
            None => {
                self.stage_file(path, bytes)?;
                Fate::Write
            }
        };
        let outcome = if matches!(fate, Fate::Write) {
            Staging::Changed
        } else {
            Staging::Unchanged
        };
        self.lock()
            .insert(path.clone(), Staged { digest, wave, fate });
        Ok(outcome)
    }

    fn stage_file(&self, path: &OutPath, bytes: &[u8]) -> Result<(), FsError> {
        let staging = self.out.join(STAGING);
        if !self.staging_made.swap(true, Ordering::AcqRel) {
            fs::create_folder(&staging)?;
        }
        let file = self.staged_file(path);
        match fs::write(&file, bytes) {
            // Another thread is still creating the folder.
            Err(error) if error.is_not_found() => {
                fs::create_folder(&staging)?;
                fs::write(&file, bytes)?;
            }
            result => result?,
        }
        Ok(())
    }

    /// Where an output is staged. Two paths never share a digest in practice,
    /// and one path is staged once: its digest is a name that is short and safe
    /// everywhere.
    fn staged_file(&self, path: &OutPath) -> PathBuf {
        let name = Digest::of_bytes(path.as_str().as_bytes()).to_hex();
        self.out.join(STAGING).join(name)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<OutPath, Staged>> {
        self.staged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
