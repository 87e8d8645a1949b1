//! Write: bytes into the output folder, without ever leaving half a site.
//!
//! Outputs are staged in a hidden folder on the output's own filesystem and
//! renamed into place only when every output has been made. Files that an
//! earlier build wrote and the plan no longer has are deleted last. Invariant:
//! a file that Guidepost did not write is never touched; a build that fails
//! changes nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::manifest::{Found, Manifest, ManifestFiles};
use crate::engine::stamp::{Moment, Stamped};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::Digest;
use crate::ground::fault;
use crate::ground::fs::{self, FsError};
use crate::ground::paths::OutPath;
use crate::ground::rule::Rule;

/// The folder below the output folder in which outputs are staged.
const STAGING: &str = ".guidepost-staging";

/// The mark by which the pages of the built-in theme are known as ours.
const MARK: &[u8] = b"<meta name=\"generator\" content=\"Guidepost\">";

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
                || self.lost
                || self.earlier.files.contains(path)
                || self.is_our_folder(path, &target);
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

    /// Whether a folder stands at the path and holds nothing but files that
    /// an earlier build wrote: it will be empty once those are deleted.
    fn is_our_folder(&self, path: &OutPath, target: &Path) -> bool {
        fs::is_folder(target)
            && walkdir::WalkDir::new(target)
                .into_iter()
                .filter_map(Result::ok)
                .all(|entry| {
                    entry.file_type().is_dir()
                        || entry
                            .path()
                            .strip_prefix(target)
                            .ok()
                            .and_then(Path::to_str)
                            .and_then(|below| {
                                OutPath::new(&format!("{path}/{}", below.replace('\\', "/"))).ok()
                            })
                            .is_some_and(|below| self.earlier.files.contains(&below))
                })
    }

    /// Whether somebody else's file stands where the path needs a folder.
    fn foreign_above(&self, path: &OutPath) -> bool {
        let mut above = path.as_str();
        while let Some((folder, _)) = above.rsplit_once('/') {
            let file = self.out.join(folder);
            if fs::is_folder(&file) {
                return false;
            }
            if fs::exists(&file) && !self.lost && !self.earlier.files.contains(folder) {
                return true;
            }
            above = folder;
        }
        false
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

    /// Deletes an output and says whether it was there: somebody may have done
    /// so before.
    fn delete(&self, path: &OutPath) -> Result<bool, FsError> {
        let file = path.under(&self.out);
        let was_there = fs::exists(&file);
        fs::remove_file(&file)?;
        fs::remove_empty_folders(file.parent().unwrap_or(&self.out), &self.out);
        Ok(was_there)
    }

    /// Puts in place at once what is staged so far, and says what. `None` where
    /// something has to wait for the rest, because something else must make
    /// way for it first. Only in a tree of our own: an output folder is
    /// published as one.
    pub fn put_ahead(&self) -> Option<BTreeSet<OutPath>> {
        let mut staged = self.lock();
        let mut wanted: Vec<(&OutPath, &mut Staged)> = staged
            .iter_mut()
            .filter(|(_, staged)| matches!(staged.fate, Fate::Write))
            .collect();
        if self.own.is_none() || !self.was_there {
            return None;
        }
        wanted.sort_by_key(|(path, staged)| (staged.wave, *path));
        let mut put_so_far = BTreeSet::new();
        for (path, staged) in wanted {
            let target = path.under(&self.out);
            let stood = fs::read_if_there(&target).ok()?;
            put(&self.staged_file(path), &target, &self.out).ok()?;
            staged.fate = Fate::Ahead(stood);
            put_so_far.insert(path.clone());
        }
        Some(put_so_far)
    }

    /// Gives up: removes what was staged. The site stands as it was.
    ///
    /// # Errors
    ///
    /// What was put in place ahead cannot be taken back.
    pub fn abandon(self) -> Result<(), FsError> {
        let staged = std::mem::take(&mut *self.lock());
        for (path, staged) in staged {
            match staged.fate {
                Fate::Ahead(Some(stood)) => {
                    let file = self.staged_file(&path);
                    fs::write(&file, &stood)?;
                    put(&file, &path.under(&self.out), &self.out)?;
                }
                Fate::Ahead(None) => {
                    self.delete(&path)?;
                }
                Fate::Write | Fate::Stands | Fate::Kept => {}
            }
        }
        // Nothing is lost where this fails: the next build removes it.
        let _ = fs::remove_tree(&self.out.join(STAGING));
        if !self.was_there {
            fs::remove_empty_folders(&self.out, self.out.parent().unwrap_or(&self.out));
        }
        Ok(())
    }

    /// Makes the staged outputs the site: renames them into place in waves,
    /// deletes what is no longer planned, and remembers what is ours. With
    /// `partial` the plan is as it was, and outputs that were not staged stay.
    /// `writable` is a folder in which the clock may be asked for.
    ///
    /// # Errors
    ///
    /// Any IO error; files are then old or new, never torn, and the next build
    /// puts right what is missing.
    pub fn publish(self, partial: bool, writable: &Path) -> Result<Published, FsError> {
        let published = self.put_in_place(partial, writable);
        if published.is_err() {
            // What is staged is of no use to the next build.
            let _ = fs::remove_tree(&self.out.join(STAGING));
        }
        published
    }

    fn put_in_place(&self, partial: bool, writable: &Path) -> Result<Published, FsError> {
        let staged = std::mem::take(&mut *self.lock());
        let kept = std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner));
        let manifest = self.manifest_with(&staged, kept, partial);
        let mut published = Published::default();
        let mut renames: Vec<(u8, &OutPath)> = staged
            .iter()
            .filter(|(_, staged)| matches!(staged.fate, Fate::Write | Fate::Ahead(_)))
            .map(|(path, staged)| (staged.wave, path))
            .collect();
        published.written.unchanged = manifest.files.len() - renames.len();
        renames.sort();
        let stale: Vec<&OutPath> = match Arc::ptr_eq(&manifest, &self.earlier) {
            true => Vec::new(),
            false => self.earlier.files.difference(&manifest.files).collect(),
        };
        let touched = !renames.is_empty() || !stale.is_empty();
        if (touched || self.interrupted) && self.own.is_none() {
            fs::set_marker(&self.manifests.marker())?;
        }
        if (*manifest != *self.earlier || self.lost) && self.own.is_none() {
            // Until the end both what was ours and what will be is ours.
            let files = self.earlier.files.union(&manifest.files).cloned().collect();
            self.manifests.store(&Manifest { files })?;
        }
        // A file that has to give way to a folder, or the other way round,
        // goes first; everything else goes last.
        let (in_the_way, last): (Vec<&OutPath>, Vec<&OutPath>) = stale
            .into_iter()
            .partition(|path| is_in_the_way(path, &manifest.files));
        for path in &in_the_way {
            if self.delete(path)? {
                published.written.deleted.push((*path).clone());
            }
        }
        let is_ahead = |path| matches!(staged[path].fate, Fate::Ahead(_));
        for (_, path) in renames.iter().filter(|(_, path)| !is_ahead(*path)) {
            put(&self.staged_file(path), &path.under(&self.out), &self.out)?;
        }
        for path in last.iter().filter(|_| !fault::active("stale")) {
            if self.delete(path)? {
                published.written.deleted.push((*path).clone());
            }
        }
        published.written.written = renames.iter().map(|(_, path)| (*path).clone()).collect();
        published.written.written.sort();
        published.written.deleted.sort();
        if self.staging_made.load(Ordering::Acquire) {
            fs::remove_tree(&self.out.join(STAGING))?;
        }
        if self.own.is_none() {
            if touched {
                fs::sync_filesystem(&self.out)?;
            }
            self.manifests.store(&manifest)?;
        }
        published.stamps = self.stamps(&staged, writable)?;
        if self.lost {
            published.diagnostics = unplanned(&self.out, &manifest);
        }
        published.manifest = manifest;
        Ok(published)
    }

    /// What is ours once `staged` is in place: nothing but that, or that too
    /// where only a part of the plan was made.
    fn manifest_with(
        &self,
        staged: &BTreeMap<OutPath, Staged>,
        kept: Vec<OutPath>,
        partial: bool,
    ) -> Arc<Manifest> {
        let earlier = &self.earlier.files;
        // What is kept in a tree of our own was there before.
        let mut planned = staged
            .keys()
            .chain(kept.iter().filter(|_| self.own.is_none()));
        let nothing_new = planned.all(|path| earlier.contains(path));
        if nothing_new && (partial || staged.len() + kept.len() == earlier.len()) {
            return Arc::clone(&self.earlier);
        }
        let mut files: BTreeSet<OutPath> = kept.into_iter().collect();
        files.extend(staged.keys().cloned());
        if partial {
            files.extend(earlier.iter().cloned());
        }
        Arc::new(Manifest { files })
    }

    /// Says that outputs and all that is remembered of them are safe: the last
    /// act of a build.
    ///
    /// # Errors
    ///
    /// The mark cannot be removed.
    pub fn finish(out: &Path, cache: &Path) -> Result<(), FsError> {
        let marker = ManifestFiles::new(cache, out).marker();
        if fs::exists(&marker) {
            fs::remove_file(&marker)
        } else {
            Ok(())
        }
    }

    /// The outputs that were written or read, as they stand now. Waits for the
    /// next tick of the filesystem's clock where that is what makes a stat
    /// believable.
    fn stamps(
        &self,
        staged: &BTreeMap<OutPath, Staged>,
        writable: &Path,
    ) -> Result<Vec<(OutPath, Stamped)>, FsError> {
        let fresh: Vec<(&OutPath, Digest)> = staged
            .iter()
            .filter(|(_, staged)| !matches!(staged.fate, Fate::Kept))
            .map(|(path, staged)| (path, staged.digest))
            .collect();
        if fresh.is_empty() {
            return Ok(Vec::new());
        }
        let found: Vec<_> = fresh
            .into_iter()
            .filter_map(|(path, digest)| Some((path, digest, fs::stat(&path.under(&self.out))?)))
            .collect();
        let mut moment = Moment::now(&self.out, writable)?;
        // What stays racy is read again when it is next looked at.
        let patience = if self.own.is_some() { 0 } else { TICKS };
        for _ in 0..patience {
            if !found
                .iter()
                .any(|(_, digest, stat)| moment.stamp(*stat, *digest).racy)
            {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
            moment = Moment::now(&self.out, writable)?;
        }
        Ok(found
            .into_iter()
            .map(|(path, digest, stat)| (path.clone(), moment.stamp(stat, digest)))
            .collect())
    }
}

/// Times two milliseconds that a build waits for the clock to move on.
const TICKS: usize = 20;

/// Whether a stale file stands where the new site has a folder, or below
/// where it has a file.
fn is_in_the_way(stale: &OutPath, planned: &BTreeSet<OutPath>) -> bool {
    let below = format!("{stale}/");
    let has_below = planned
        .range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded))
        .next()
        .is_some_and(|path| path.as_str().starts_with(&below));
    let mut above = stale.as_str();
    let mut is_below = false;
    while let Some((folder, _)) = above.rsplit_once('/') {
        is_below |= planned.contains(folder);
        above = folder;
    }
    has_below || is_below
}

/// Renames a staged file into place, making room where an earlier build had an
/// empty folder.
fn put(file: &Path, target: &Path, out: &Path) -> Result<(), FsError> {
    match fs::rename(file, target) {
        Ok(()) => Ok(()),
        Err(error) if error.is_not_found() => {
            fs::create_folder(target.parent().unwrap_or(out))?;
            fs::rename(file, target)
        }
        Err(error) if fs::is_folder(target) => {
            fs::remove_empty_folders(target, out);
            fs::rename(file, target).map_err(|_| error)
        }
        Err(error) => Err(error),
    }
}

/// Whether the folder bears the mark of an earlier build.
fn is_ours(out: &Path) -> bool {
    ["index.html", "404.html"].iter().any(|name| {
        fs::read_if_there(&out.join(name))
            .ok()
            .flatten()
            .is_some_and(|bytes| bytes.windows(MARK.len()).any(|window| window == MARK))
    })
}

/// Files that nobody planned, where the memory of earlier builds is gone.
fn unplanned(out: &Path, manifest: &Manifest) -> Vec<Diagnostic> {
    walkdir::WalkDir::new(out)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            let path = entry
                .path()
                .strip_prefix(out)
                .ok()?
                .to_str()?
                .replace('\\', "/");
            let known = OutPath::new(&path).is_ok_and(|path| manifest.files.contains(&path));
            (!known).then(|| {
                Diagnostic::new(
                    Rule::UnplannedOutput,
                    format!("`{path}` is not planned, and nothing tells who wrote it"),
                )
                .help("delete it if it is a leftover of an earlier build")
            })
        })
        .collect()
}

/// The complaint about somebody else's file where an output belongs.
pub fn foreign(path: &OutPath, out: &Path) -> Diagnostic {
    Diagnostic::new(
        Rule::ForeignOutput,
        format!(
            "`{path}` in the output folder `{}` was not written by Guidepost",
            out.display()
        ),
    )
    .help("move the file away, or build into another folder with `--out`")
}
