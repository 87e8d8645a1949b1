//! Warm: what a watcher keeps in memory between builds.
//!
//! A rebuild is the same build as any other, given the files that may have
//! changed since the last good one: cache, configuration, lists of files and
//! templates are at hand, and nothing else is looked at. It writes a tree of
//! its own, without waiting for the disk; while it may be written to, a mark
//! stands beside it, and a tree that is found marked is read before it is
//! believed. Invariant: after a rebuild that did not fail, the tree is the one
//! that a clean build of the same options would make, as long as every change
//! was named.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::places;
use crate::edge::build::{
    Build, BuildError, BuildOptions, BuildReport, Clock, Extent, Progress, lock, open_cache,
};
use crate::edge::changes::{Changes, Touched};
use crate::edge::frame::Frame;
use crate::edge::full;
use crate::edge::gather;
use crate::edge::onlookers::{End, Onlookers};
use crate::edge::record::BuildRecord;
use crate::edge::resident::Resident;
use crate::edge::scan::{FollowedLink, Layout};
use crate::edge::under_way::given;
use crate::edge::write::OwnTree;
use crate::engine::cache::Cache;
use crate::engine::manifest::{Manifest, ManifestFiles};
use crate::ground::digest::Digest;
use crate::ground::fs::{self, Lock};
use crate::ground::paths::{OutPath, SrcPath};
use crate::render::templates::Templates;

/// The folder below the cache folder in which a watcher keeps everything.
const FOLDER: &str = "watch";

/// Where a watcher of a site builds, given how the site is built otherwise:
/// into a tree of its own, with memory and lock of its own.
///
/// # Errors
///
/// It cannot be told whether there is a content folder.
pub fn own_options(options: &BuildOptions) -> Result<BuildOptions, fs::FsError> {
    let layout = options.layout()?;
    let own = layout.cache.join(FOLDER);
    Ok(BuildOptions {
        out: Some(own.join("site")),
        cache: Some(own),
        others: vec![layout.out, layout.cache],
        ..options.clone()
    })
}

/// What came of a rebuild.
#[derive(Debug)]
pub struct Rebuilt {
    /// As of any build.
    pub report: BuildReport,
    /// How long it took.
    pub took: Duration,
}

/// What stays in memory between rebuilds.
#[derive(Debug)]
pub struct Warm {
    pub(super) options: BuildOptions,
    /// As of the last rebuild that could begin.
    pub(super) frame: Option<Frame>,
    pub(super) cache: Cache,
    pub(super) tree: OwnTree,
    /// What changed since the last good rebuild.
    pub(super) pending: Changes,
    templates: Option<Arc<Templates>>,
    resident: Resident,
    /// Whether the tree has to be read before it is believed.
    doubtful: bool,
    marked: bool,
    _lock: Lock,
}

impl Warm {
    /// Takes the lock and opens what an earlier watcher left. Writes nothing.
    ///
    /// # Errors
    ///
    /// Another watcher runs, or the folders cannot be read.
    pub fn open(options: BuildOptions) -> Result<Self, BuildError> {
        let layout = options.layout()?;
        if !fs::is_folder(&layout.root) {
            return Err(BuildError::NoSite(layout.root));
        }
        let held = lock(&layout)?;
        let mut cache = open_cache(&layout)?;
        if fs::exists(&marker(&layout)) {
            cache.doubt_outputs();
        }
        Ok(Self {
            options,
            frame: None,
            cache,
            tree: OwnTree::default(),
            pending: Changes::Unknown,
            templates: None,
            resident: Resident::default(),
            doubtful: true,
            marked: false,
            _lock: held,
        })
    }

    /// The tree that is built.
    pub fn out(&self) -> &Path {
        self.options.out.as_deref().unwrap_or(Path::new(""))
    }

    /// Guides in the tree as it stands.
    pub fn guides(&self) -> usize {
        self.record().map_or(0, |record| record.guides)
    }

    /// Whether a tree stands that was built with this configuration and these
    /// options, so that it may be shown while it is being looked at.
    pub fn stands(&self) -> bool {
        let given_now = || {
            let layout = self.options.layout().ok()?;
            let config = SrcPath::new(crate::content::config::FILE_NAME).under(&layout.root);
            let config = fs::read_if_there(&config).ok()?;
            let config = config.map(|bytes| Digest::of_bytes(&bytes));
            Some(given(&self.options, &layout, config))
        };
        self.record()
            .is_some_and(|record| Some(record.given) == given_now())
            && fs::is_folder(self.out())
    }

    fn record(&self) -> Option<BuildRecord> {
        postcard::from_bytes(self.cache.facts().build.as_deref()?).ok()
    }

    /// What was wrong with the cache, once.
    pub fn cache_warning(&mut self) -> Option<String> {
        self.cache.warning.take()
    }

    /// Whether the site is in memory, so that an edit of what others show of a
    /// guide costs little.
    pub fn is_settled_in(&self) -> bool {
        self.resident.is_filled
    }

    /// Brings the site into memory. To be called when nothing has changed.
    /// `None` where it was given up; what was done of it is not done again.
    ///
    /// # Errors
    ///
    /// As [`Self::rebuild`].
    pub fn settle_in(
        &mut self,
        now: Timestamp,
        progress: Progress<'_>,
        onlookers: &Onlookers<'_>,
    ) -> Result<Option<Rebuilt>, BuildError> {
        let how = (now, progress, Extent::Whole);
        self.run(Changes::none(), how, onlookers)
    }

    /// Builds again what `changes` and all that changed since the last good
    /// rebuild may have changed, at an instant. `None` where an onlooker gave it
    /// up; the site then stands as it was, and the changes are remembered.
    ///
    /// # Errors
    ///
    /// There could be no build: the configuration has errors, or a file could
    /// not be read or written. The changes are remembered.
    pub fn rebuild(
        &mut self,
        changes: Changes,
        now: Timestamp,
        progress: Progress<'_>,
        onlookers: &Onlookers<'_>,
    ) -> Result<Option<Rebuilt>, BuildError> {
        self.run(changes, (now, progress, Extent::AsNeeded), onlookers)
    }

    fn run(
        &mut self,
        changes: Changes,
        (now, progress, extent): (Timestamp, Progress<'_>, Extent),
        onlookers: &Onlookers<'_>,
    ) -> Result<Option<Rebuilt>, BuildError> {
        let started = Instant::now();
        let mut clock = Clock::start();
        self.pending.add(changes);
        self.options.now = now;
        let layout = self.options.layout()?;
        if !fs::is_folder(&layout.root) {
            return Err(BuildError::NoSite(layout.root));
        }
        self.mark(&layout)?;
        let frame = self.current_frame()?;
        clock.lap("scan");
        if self.doubtful {
            self.look_at_tree()?;
            clock.lap("tree");
        }
        // What goes wrong from here on leaves frame and tree unknown.
        self.doubtful = true;
        let mut build = Build::new(
            &self.options,
            frame,
            self.pending.clone(),
            self.cache.facts(),
            clock,
            progress,
        )?;
        build.own_tree = Some(self.tree.clone());
        build.templates = self.templates.take();
        build.resident = Some(std::mem::take(&mut self.resident));
        build.onlookers = *onlookers;
        let end = build.run(&mut self.cache, extent)?;
        self.doubtful = false;
        self.templates = build.templates.take();
        self.resident = build.resident.take().unwrap_or_default();
        self.tree = build.own_tree.take().unwrap_or_default();
        let (frame, report) = build.into_parts();
        self.frame = Some(frame);
        if end == End::GivenUp {
            return Ok(None);
        }
        if !report.failed {
            self.pending = Changes::none();
        }
        Ok(Some(Rebuilt {
            report,
            took: started.elapsed(),
        }))
    }

    /// Says that the tree may be written to, until [`Self::close`].
    fn mark(&mut self, layout: &Layout) -> Result<(), BuildError> {
        if !self.marked {
            fs::set_marker(&marker(layout))?;
            self.marked = true;
        }
        // Somebody may have swept it away.
        Ok(fs::create_folder(&layout.cache)?)
    }

    /// The frame as it is now: the last one, unless something that it holds
    /// changed.
    fn current_frame(&mut self) -> Result<Frame, BuildError> {
        let config = SrcPath::new(crate::content::config::FILE_NAME);
        let template = SrcPath::new("templates");
        let templates_changed = match &self.pending {
            Changes::Unknown => true,
            Changes::Only(touched) => {
                touched.may_concern(template.as_str()) || touched.may_concern(config.as_str())
            }
        };
        if templates_changed {
            self.templates = None;
        }
        let Some(frame) = self.frame.take() else {
            return Ok(Frame::read(&self.options)?.walked());
        };
        let stands = match &self.pending {
            Changes::Unknown => false,
            Changes::Only(touched) => {
                touched.folders.is_empty()
                    && !touched.files.contains(&config)
                    && !touched.files.iter().any(|path| moved(&frame, path))
            }
        };
        match stands {
            true => Ok(frame),
            false => Ok(Frame::read(&self.options)?.walked()),
        }
    }

    /// Looks whether the tree is what the cache remembers, and removes what the
    /// cache does not know.
    fn look_at_tree(&mut self) -> Result<(), BuildError> {
        let out = self.out().to_owned();
        let known = &self.cache.facts().outputs;
        for entry in walkdir::WalkDir::new(&out).into_iter().flatten() {
            if entry.file_type().is_dir() {
                continue;
            }
            let path = entry.path().strip_prefix(&out).ok();
            let is_known = path
                .and_then(Path::to_str)
                .is_some_and(|path| known.contains_key(path.replace('\\', "/").as_str()));
            if !is_known {
                fs::remove_file(entry.path())?;
            }
        }
        self.tree.manifest = Arc::new(Manifest {
            files: known.keys().cloned().collect(),
        });
        let fallen = self.fallen(&|| false)?.unwrap_or_default();
        self.tree.broken = Arc::new(fallen);
        self.doubtful = false;
        Ok(())
    }

    /// Which sources and folders a set of paths stands for.
    pub fn changes_of(&self, paths: &BTreeSet<PathBuf>) -> Changes {
        let Some(frame) = &self.frame else {
            return Changes::Unknown;
        };
        let mut touched = Touched::default();
        for path in paths {
            if let Some(place) = places::place_of(&frame.layout, path) {
                classify(frame, path, &place, &mut touched);
            }
        }
        Changes::Only(touched)
    }

    /// Whether a source that is known is not there at the moment: it may have
    /// been deleted, or an editor is about to put it back.
    pub fn lacks(&self, changes: &Changes) -> bool {
        let (Some(frame), Changes::Only(touched)) = (&self.frame, changes) else {
            return false;
        };
        let root = &frame.layout.root;
        let mut files = touched.files.iter();
        files.any(|path| is_listed(frame, path) && fs::stat(&path.under(root)).is_none())
    }

    /// The links that the site's files are reached by.
    pub(super) fn links(&self) -> &[FollowedLink] {
        self.frame.as_ref().map_or(&[], |frame| &frame.scan.links)
    }

    /// Whether the site's configuration and folders could be read.
    pub(super) fn has_frame(&self) -> bool {
        self.frame.is_some()
    }

    /// The page of a guide.
    pub fn page_of(&self, source: &SrcPath) -> Option<OutPath> {
        let article = gather::remembered(&self.cache, source)?;
        let page = article.listing.permalink.file.clone();
        self.cache
            .facts()
            .outputs
            .contains_key(&page)
            .then_some(page)
    }

    /// Writes what is remembered to disk.
    ///
    /// # Errors
    ///
    /// The cache cannot be written.
    pub fn save(&mut self) -> Result<(), BuildError> {
        Ok(self.cache.append()?)
    }

    /// Saves, makes the tree safe on disk and takes the mark away.
    ///
    /// # Errors
    ///
    /// Any IO error; the tree is then read before it is next believed.
    pub fn close(self) -> Result<(), BuildError> {
        let layout = self.options.layout()?;
        let room = self.frame.as_ref().map_or(u64::MAX, |frame| {
            u64::from(frame.config.cache.max_size) << 20
        });
        self.cache.save(room, full::live_blocks)?;
        if self.marked && !self.doubtful {
            if fs::is_folder(&layout.out) {
                fs::sync_filesystem(&layout.out)?;
            }
            fs::remove_file(&marker(&layout))?;
        }
        Ok(())
    }
}

/// The mark that a tree may be written to.
fn marker(layout: &Layout) -> PathBuf {
    ManifestFiles::new(&layout.cache, &layout.out).marker()
}

/// Sorts a path into files and folders.
fn classify(frame: &Frame, path: &Path, place: &str, touched: &mut Touched) {
    let source = SrcPath::new(place);
    if is_listed(frame, &source) {
        // It may have become a folder.
        if fs::is_folder(path) {
            touched.folders.insert(place.to_owned());
        }
        touched.files.insert(source);
    } else if fs::is_folder(path) || holds_sources(frame, place) {
        touched.folders.insert(place.to_owned());
    } else {
        touched.files.insert(source);
    }
}

/// Whether a file is in one of the lists of the scan, or the configuration.
fn is_listed(frame: &Frame, path: &SrcPath) -> bool {
    let scan = &frame.scan;
    scan.guide(path).is_some()
        || scan.assets.contains(path)
        || [&scan.templates, &scan.statics, &scan.data]
            .into_iter()
            .any(|list| list.binary_search(path).is_ok())
        || frame.config_file.as_ref() == Some(path)
}

/// Whether any source lies below a folder.
fn holds_sources(frame: &Frame, folder: &str) -> bool {
    let below = format!("{folder}/");
    let scan = &frame.scan;
    let begins = |path: Option<&SrcPath>| path.is_some_and(|p| p.as_str().starts_with(&below));
    let at = scan
        .markdown
        .partition_point(|file| file.path.as_str() < below.as_str());
    begins(scan.markdown.get(at).map(|file| &file.path))
        || begins(scan.assets.range(SrcPath::new(&below)..).next())
        || [&scan.templates, &scan.statics, &scan.data]
            .into_iter()
            .any(|list| {
                let at = list.partition_point(|path| path.as_str() < below.as_str());
                begins(list.get(at))
            })
}

/// Whether a file came or went since the frame was read.
fn moved(frame: &Frame, path: &SrcPath) -> bool {
    let is_there = fs::stat(&path.under(&frame.layout.root)).is_some();
    is_there != is_listed(frame, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_watchers_tree_is_no_builds_tree() {
        let folder = tempfile::tempdir().unwrap();
        let options = BuildOptions::new(folder.path(), Timestamp::UNIX_EPOCH);
        let own = own_options(&options).unwrap();
        let (theirs, ours) = (options.layout().unwrap(), own.layout().unwrap());
        assert_ne!(theirs.out, ours.out);
        assert!(ours.out.starts_with(&theirs.cache));
        assert!(ours.is_written(&theirs.out) && ours.is_written(&theirs.cache));
        let _build = lock(&theirs).unwrap();
        let warm = Warm::open(own.clone()).unwrap();
        assert!(matches!(Warm::open(own), Err(BuildError::Busy(_))));
        drop(warm);
    }
}
