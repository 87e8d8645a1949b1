//! Build: runs the stages one after the other and says what came of it.
//!
//! What decides how much has to be done is in `quick` and
//! `full`; here is what every build has in common.

use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::changes::Changes;
use super::frame::Frame;
use super::full;
use super::scan::Layout;
use super::shared_cache::{self, Access, Exchanged, Shared};
pub(super) use super::under_way::{Build, Clock, Extent, no_base_url};
use super::write::{OutputFolder, Written};
use crate::content::config::BaseUrl;
use crate::engine::cache::Cache;
use crate::engine::facts::Facts;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::Digest;
use crate::ground::fs::{self, FsError, Lock};
use crate::ground::paths::{OutPath, SrcPath};

/// The id of this program; see `build.rs`.
const BUILD_ID: &str = env!("GUIDEPOST_BUILD_ID");

/// What a build was asked to do.
#[derive(Clone, Debug)]
pub struct BuildOptions {
    /// The site's root.
    pub root: PathBuf,
    /// The output folder; `public` in the root by default.
    pub out: Option<PathBuf>,
    /// Where Guidepost keeps what it remembers; `.guidepost` in the root by
    /// default.
    pub cache: Option<PathBuf>,
    /// Folders that other builds of the site write to: they are no content.
    pub others: Vec<PathBuf>,
    /// Replaces the configured base URL.
    pub base_url: Option<BaseUrl>,
    /// Build drafts.
    pub drafts: bool,
    /// Build guides of the future.
    pub future: bool,
    /// The instant that counts as now.
    pub now: Timestamp,
    /// Warnings fail.
    pub strict: bool,
    /// Believe no cache and write none.
    pub no_cache: bool,
    /// How the shared cache may be used that the site names; it is not used
    /// where this is `None`.
    pub shared: Option<Access>,
}

impl BuildOptions {
    /// A build of `root` at an instant, with nothing else asked for.
    pub fn new(root: impl Into<PathBuf>, now: Timestamp) -> Self {
        Self {
            root: root.into(),
            out: None,
            cache: None,
            others: Vec::new(),
            base_url: None,
            drafts: false,
            future: false,
            now,
            strict: false,
            no_cache: false,
            shared: None,
        }
    }

    /// The site's folders.
    ///
    /// # Errors
    ///
    /// It cannot be told whether there is a content folder.
    pub fn layout(&self) -> Result<Layout, FsError> {
        let root = fs::absolute(&self.root);
        let has_content = fs::folder_is_there(&root.join("content"))?;
        let folder = |given: &Option<PathBuf>, default: &str| match given {
            Some(path) => fs::absolute(path),
            None => root.join(default),
        };
        Ok(Layout {
            content: if has_content { "content" } else { "" },
            out: folder(&self.out, "public"),
            cache: folder(&self.cache, ".guidepost"),
            others: self.others.iter().map(|path| fs::absolute(path)).collect(),
            root,
        })
    }
}

/// Why there was no build at all.
#[derive(Debug)]
pub enum BuildError {
    /// `guidepost.toml` has errors.
    Config(Vec<Diagnostic>),
    /// A file or folder could not be read or written.
    Io(FsError),
    /// Another build of the site is running.
    Busy(PathBuf),
    /// There is nothing that could be a site.
    NoSite(PathBuf),
}

impl From<FsError> for BuildError {
    fn from(error: FsError) -> Self {
        Self::Io(error)
    }
}

/// What a build came to.
#[derive(Debug, Default)]
pub struct BuildReport {
    /// Whether there were errors; the output folder then is as it was.
    pub failed: bool,
    /// Everything that was found, in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// Guides in the site.
    pub guides: usize,
    /// Sources that were added, changed or removed since the last build.
    pub changed: Vec<SrcPath>,
    /// What happened to the outputs.
    pub written: Written,
    /// The output folder.
    pub out: PathBuf,
    /// How long each stage took.
    pub timings: Vec<(&'static str, Duration)>,
    /// How much was computed.
    pub steps: Steps,
    /// For each page that was made again, the inputs that had changed.
    pub reasons: Vec<(OutPath, Vec<String>)>,
    /// The next instant at which the site would differ.
    pub next_change: Option<Timestamp>,
    /// What was wrong with the cache.
    pub cache_warning: Option<String>,
    /// What was exchanged with other machines, where any of it was asked for.
    pub shared: Option<Exchanged>,
}

/// Steps that were run, and steps whose output was known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Steps {
    /// Sources read.
    pub read: usize,
    /// Sources parsed.
    pub parsed: usize,
    /// Code blocks highlighted.
    pub highlighted: usize,
    /// Outputs made.
    pub rendered: usize,
    /// Outputs planned that did not have to be made.
    pub skipped: usize,
}

/// Hears how a build gets on: outputs made and outputs planned.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Sync);

/// Builds a site.
///
/// # Errors
///
/// Only where there can be no build at all; errors of the content are in the
/// report.
pub fn build(options: &BuildOptions, progress: Progress<'_>) -> Result<BuildReport, BuildError> {
    let mut clock = Clock::start();
    let frame = Frame::read(options)?;
    let _lock = lock(&frame.layout)?;
    let cache = match options.no_cache {
        true => None,
        false => Some(open_cache(&frame.layout)?),
    };
    let (settings, root) = (frame.config.cache.clone(), frame.layout.root.clone());
    let start = |cache: &Cache, unknown: usize| {
        let access = options.shared.as_ref()?;
        let fresh = cache.facts().sources.is_empty();
        shared_cache::is_worth_asking(unknown, fresh)
            .then(|| Shared::start(&settings, access, &root, program_id()))
            .flatten()
    };
    // A machine that knows nothing asks while it walks.
    let shared = match &cache {
        Some(cache) if cache.facts().sources.is_empty() => start(cache, usize::MAX),
        _ => None,
    };
    let frame = frame.walked();
    clock.lap("scan");
    let none = Facts::default();
    let facts = cache.as_ref().map_or(&none, Cache::facts);
    let mut build = Build::new(options, frame, Changes::Unknown, facts, clock, progress)?;
    let Some(mut cache) = cache else {
        full::run(&mut build, None)?;
        if !build.report.failed {
            OutputFolder::finish(&build.layout.out, &build.layout.cache)?;
        }
        return Ok(build.finish());
    };
    build.report.cache_warning = cache.warning.take();
    build.shared = shared.or_else(|| start(&cache, build.unknown(cache.facts())));
    let extent = match build.shared {
        Some(_) => Extent::Whole,
        None => Extent::AsNeeded,
    };
    build.run(&mut cache, extent)?;
    let shared = build.shared.take();
    let gifts = match &shared {
        Some(shared) if !build.report.failed => shared.gifts(&cache),
        _ => Vec::new(),
    };
    if !build.report.failed {
        let room = u64::from(build.config.cache.max_size) << 20;
        let saved = cache.save(room, full::live_blocks);
        if let Err(error) = saved {
            build.report.cache_warning = Some(format!("the cache was not saved: {error}"));
        }
        OutputFolder::finish(&build.layout.out, &build.layout.cache)?;
    }
    if let Some(shared) = shared {
        build.report.shared = Some(shared.finish(gifts));
        build.clock.lap("share");
    }
    Ok(build.finish())
}

/// Takes the lock of all builds that remember in the same folder.
///
/// # Errors
///
/// Somebody else holds it, or it cannot be had.
pub(super) fn lock(layout: &Layout) -> Result<Lock, BuildError> {
    let file = layout.cache.join("lock");
    fs::try_lock(&file)?.ok_or(BuildError::Busy(file))
}

/// Where the cache of one output folder is.
pub fn cache_folder(layout: &Layout) -> PathBuf {
    let name = Digest::of_bytes(layout.out.as_os_str().as_encoded_bytes()).short(12);
    layout.cache.join("cache").join(name)
}

/// The id of this program, by which caches of other versions are known.
pub fn program_id() -> Digest {
    Digest::from_hex(BUILD_ID).unwrap_or_default()
}

/// Opens the cache of a layout's output folder.
///
/// # Errors
///
/// Its files are there and cannot be read at all.
pub(super) fn open_cache(layout: &Layout) -> Result<Cache, FsError> {
    Cache::open(&cache_folder(layout), program_id())
}
