//! Putting staged outputs in place: renames in waves, deletions last.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};

use super::ownership::unplanned;
use super::{Fate, OutputFolder, Published, STAGING, Staged};
use crate::engine::manifest::{Manifest, ManifestFiles};
use crate::engine::stamp::{Moment, Stamped};
use crate::ground::digest::Digest;
use crate::ground::fault;
use crate::ground::fs::{self, FsError, Stat};
use crate::ground::paths::OutPath;

/// Times two milliseconds that a build waits for the clock to move on.
const TICKS: usize = 20;

impl OutputFolder {
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
    /// believable. An output that cannot be looked at is one that nobody will
    /// believe.
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
            .map(|(path, digest)| (path, digest, fs::stat(&path.under(&self.out))))
            .collect();
        let mut moment = Moment::now(&self.out, writable)?;
        // What stays racy is read again when it is next looked at.
        let patience = if self.own.is_some() { 0 } else { TICKS };
        for _ in 0..patience {
            if !found
                .iter()
                .any(|(_, digest, stat)| stat.is_some_and(|stat| moment.stamp(stat, *digest).racy))
            {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
            moment = Moment::now(&self.out, writable)?;
        }
        Ok(found
            .into_iter()
            .map(|(path, digest, stat)| {
                let doubtful = Stamped {
                    stat: Stat::default(),
                    digest,
                    racy: true,
                };
                let stamped = stat.map_or(doubtful, |stat| moment.stamp(stat, digest));
                (path.clone(), stamped)
            })
            .collect())
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
}

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
