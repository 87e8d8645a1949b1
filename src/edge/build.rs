//! Build: runs the stages one after the other and says what came of it.
//!
//! What decides how much has to be done is in `quick` and
//! `full`; here is what every build has in common.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::changes::Changes;
use super::frame::Frame;
use super::full;
use super::quick;
use super::record::BuildRecord;
use super::resident::Resident;
use super::scan::{Layout, Scan};
use super::sources::{self, Seen};
use super::write::{OutputFolder, OwnTree, Published, Written};
use crate::content::article::ParseOptions;
use crate::content::config::{BaseUrl, Config, RuleSetting};
use crate::engine::cache::{Cache, Facts};
use crate::ground::diagnostic::{self, Diagnostic};
use crate::ground::digest::{Digest, Digested};
use crate::ground::fs::{self, FsError, Lock};
use crate::ground::paths::{OutPath, SrcPath};
use crate::ground::rule::{Level, Rule};
use crate::render::templates::Templates;
use crate::site::publication::Edition;

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

/// How much of a site is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// What has to be.
    AsNeeded,
    /// All of it.
    Whole,
}

/// A build under way.
pub(super) struct Build<'a> {
    pub(super) options: &'a BuildOptions,
    pub(super) layout: Layout,
    pub(super) config: Config,
    pub(super) parse_options: Digested<ParseOptions>,
    pub(super) edition: Edition,
    pub(super) scan: Scan,
    /// Which files may not be what the cache remembers.
    pub(super) changes: Changes,
    /// The sources that were looked at: all of them, or those that may have
    /// changed until [`Build::look_at_the_rest`].
    pub(super) seen: Vec<Result<Seen, Diagnostic>>,
    /// Digest of the configuration and of all options that decide bytes.
    pub(super) given: Digest,
    /// Digest of the lists of files that the scan found.
    pub(super) shape: Digest,
    /// What was found that belongs to no single source or output.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Sources that were added, changed or removed since the last build.
    pub(super) changed: Vec<SrcPath>,
    /// How many builds will have changed anything, with this one.
    pub(super) number: u64,
    /// The output folder, where nobody else writes there.
    pub(super) own_tree: Option<OwnTree>,
    /// The templates, where they are loaded already.
    pub(super) templates: Option<Arc<Templates>>,
    /// What an earlier build left in memory, if it is kept.
    pub(super) resident: Option<Resident>,
    pub(super) clock: Clock,
    pub(super) report: BuildReport,
    pub(super) progress: Progress<'a>,
    config_file: Option<SrcPath>,
    /// What was found in the frame; full builds take it from `diagnostics`.
    of_frame: Vec<Diagnostic>,
}

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
    build.run(&mut cache, Extent::AsNeeded)?;
    if !build.report.failed {
        let room = u64::from(build.config.cache.max_size) << 20;
        let saved = cache.save(room, full::live_blocks);
        if let Err(error) = saved {
            build.report.cache_warning = Some(format!("the cache was not saved: {error}"));
        }
        OutputFolder::finish(&build.layout.out, &build.layout.cache)?;
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

/// Digest of the configuration and of all options that decide bytes.
pub(super) fn given(options: &BuildOptions, layout: &Layout, config: Option<Digest>) -> Digest {
    Digest::of(&(
        config,
        options.base_url.as_ref(),
        options.drafts,
        options.future,
        layout.out.as_os_str().as_encoded_bytes(),
    ))
}

impl<'a> Build<'a> {
    /// A build of a frame. Looks at the files that may decide a byte and that
    /// may have changed.
    ///
    /// # Errors
    ///
    /// The clock cannot be asked.
    pub(super) fn new(
        options: &'a BuildOptions,
        frame: Frame,
        changes: Changes,
        facts: &Facts,
        clock: Clock,
        progress: Progress<'a>,
    ) -> Result<Self, BuildError> {
        let number = facts
            .build
            .as_deref()
            .and_then(|bytes| postcard::from_bytes::<BuildRecord>(bytes).ok())
            .map_or(0, |before| before.number)
            + 1;
        let zone = TimeZone::get(&frame.config.time_zone).unwrap_or(TimeZone::UTC);
        let report = BuildReport {
            out: frame.layout.out.clone(),
            ..BuildReport::default()
        };
        let mut build = Self {
            options,
            parse_options: Digested::new(ParseOptions::of(&frame.config)),
            edition: Edition::new(options.now, &zone, options.drafts, options.future),
            layout: frame.layout,
            config: frame.config,
            scan: frame.scan,
            changes,
            seen: Vec::new(),
            given: Digest::default(),
            shape: frame.shape,
            diagnostics: frame.diagnostics.clone(),
            of_frame: frame.diagnostics,
            changed: Vec::new(),
            number,
            own_tree: None,
            templates: None,
            resident: None,
            clock,
            report,
            progress,
            config_file: frame.config_file,
        };
        build.look(facts)?;
        build.clock.lap("look");
        Ok(build)
    }

    /// Looks at every source that may have changed.
    fn look(&mut self, facts: &Facts) -> Result<(), BuildError> {
        let paths: Vec<&SrcPath> = match self.changes.only_files() {
            Some(files) => files
                .iter()
                .filter(|path| self.is_source(path, facts))
                .collect(),
            None => self
                .sources(facts)
                .filter(|path| self.changes.may_hold(path))
                .collect(),
        };
        let (root, cache) = (&self.layout.root, &self.layout.cache);
        let seen = sources::look(root, cache, &paths, &facts.sources, &self.changes)?;
        let config_digest = self.config_file.as_ref().and_then(|file| {
            let now = seen.iter().flatten().find(|seen| seen.path == *file);
            let known = || facts.sources.get(file).map(|fact| fact.stamped.digest);
            now.map(|seen| seen.stamped.digest).or_else(known)
        });
        let given = given(self.options, &self.layout, config_digest);
        let present: HashSet<&SrcPath> = paths.into_iter().collect();
        let gone = |path: &&SrcPath| !present.contains(path) && facts.sources.contains_key(*path);
        let mut changed: Vec<SrcPath> = match self.changes.only_files() {
            Some(files) => files.iter().filter(gone).cloned().collect(),
            None => facts
                .sources
                .keys()
                .filter(|path| self.changes.may_hold(path))
                .filter(gone)
                .cloned()
                .collect(),
        };
        changed.extend(
            seen.iter()
                .flatten()
                .filter(|seen| seen.changed)
                .map(|seen| seen.path.clone()),
        );
        changed.sort();
        self.given = given;
        self.changed = changed;
        self.seen = seen;
        Ok(())
    }

    /// All files that may decide a byte. Files beside guides are looked at
    /// once a page refers to them.
    fn sources(&self, facts: &Facts) -> impl Iterator<Item = &SrcPath> {
        let scan = &self.scan;
        scan.markdown
            .iter()
            .map(|file| &file.path)
            .chain(scan.templates.iter().chain(&scan.statics).chain(&scan.data))
            .chain(
                scan.assets
                    .iter()
                    .filter(|asset| facts.sources.contains_key(*asset)),
            )
            .chain(&self.config_file)
    }

    fn is_source(&self, path: &SrcPath, facts: &Facts) -> bool {
        let scan = &self.scan;
        scan.guide(path).is_some()
            || [&scan.templates, &scan.statics, &scan.data]
                .into_iter()
                .any(|list| list.binary_search(path).is_ok())
            || (scan.assets.contains(path) && facts.sources.contains_key(path))
            || self.config_file.as_ref() == Some(path)
    }

    /// Takes in the sources that did not change as the cache remembers them.
    fn look_at_the_rest(&mut self, facts: &Facts) -> Result<(), BuildError> {
        let changes = std::mem::take(&mut self.changes);
        if let Changes::Only(_) = changes {
            let rest: Vec<&SrcPath> = self
                .sources(facts)
                .filter(|path| !changes.may_hold(path))
                .collect();
            let (root, cache) = (&self.layout.root, &self.layout.cache);
            let rest = sources::look(root, cache, &rest, &facts.sources, &changes)?;
            self.seen.extend(rest);
        }
        self.changes = changes;
        Ok(())
    }

    /// Does what has to be done, and no more.
    ///
    /// # Errors
    ///
    /// What could not be read or written.
    pub(super) fn run(&mut self, cache: &mut Cache, extent: Extent) -> Result<(), BuildError> {
        if extent == Extent::Whole || quick::run(self, cache)? != quick::Outcome::Done {
            self.look_at_the_rest(cache.facts())?;
            full::run(self, Some(cache))?;
        }
        Ok(())
    }

    /// Opens the output folder.
    ///
    /// # Errors
    ///
    /// As [`OutputFolder::open`].
    pub(super) fn output_folder(&self) -> Result<OutputFolder, FsError> {
        let (out, cache) = (&self.layout.out, &self.layout.cache);
        match &self.own_tree {
            Some(tree) => Ok(OutputFolder::own(out, cache, tree)),
            None => OutputFolder::open(out, cache),
        }
    }

    /// Makes what was staged the site; see [`OutputFolder::publish`].
    ///
    /// # Errors
    ///
    /// As there.
    pub(super) fn publish(
        &mut self,
        folder: OutputFolder,
        partial: bool,
    ) -> Result<Published, FsError> {
        let published = folder.publish(partial, &self.layout.cache)?;
        if let Some(tree) = &mut self.own_tree {
            *tree = OwnTree {
                manifest: Arc::clone(&published.manifest),
                broken: Arc::default(),
            };
        }
        Ok(published)
    }

    /// The frame again, for the next build.
    pub(super) fn into_parts(mut self) -> (Frame, BuildReport) {
        let frame = Frame {
            layout: std::mem::take(&mut self.layout),
            config: std::mem::take(&mut self.config),
            config_file: self.config_file.take(),
            scan: std::mem::take(&mut self.scan),
            diagnostics: std::mem::take(&mut self.of_frame),
            shape: self.shape,
        };
        (frame, self.finish())
    }
}

impl Build<'_> {
    /// Takes findings into the report as the site judges them, and says
    /// whether the build fails.
    pub(super) fn judge(&mut self, found: Vec<Diagnostic>) -> bool {
        let judged: Vec<Diagnostic> = found
            .into_iter()
            .filter_map(|found| self.judged(found))
            .collect();
        self.report.diagnostics.extend(judged);
        self.report.failed = self
            .report
            .diagnostics
            .iter()
            .any(|found| found.level == Level::Error);
        self.report.failed
    }

    fn judged(&self, mut found: Diagnostic) -> Option<Diagnostic> {
        if found.rule.level() == Level::Error {
            return Some(found);
        }
        match self.config.rules.get(&found.rule) {
            Some(RuleSetting::Allow) => return None,
            Some(RuleSetting::Level(level)) => found.level = *level,
            None => {}
        }
        if self.options.strict && found.level == Level::Warning {
            found.level = Level::Error;
        }
        Some(found)
    }

    fn finish(mut self) -> BuildReport {
        self.report.changed = std::mem::take(&mut self.changed);
        diagnostic::sort(&mut self.report.diagnostics);
        self.report.timings = self.clock.finish();
        self.report
    }
}

/// The note that a site without a base URL lacks something.
pub(super) fn no_base_url() -> Diagnostic {
    Diagnostic::new(
        Rule::NoBaseUrl,
        "no base URL: the site has no feeds and no sitemap",
    )
    .help("set `base-url` in guidepost.toml, or give `--base-url`")
}

/// Measures the stages of a build.
pub(super) struct Clock {
    start: Instant,
    last: Instant,
    laps: Vec<(&'static str, Duration)>,
}

impl Clock {
    pub(super) fn start() -> Self {
        let now = Instant::now();
        Self {
            start: now,
            last: now,
            laps: Vec::new(),
        }
    }

    /// Ends a stage.
    pub(super) fn lap(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.laps.push((stage, now - self.last));
        self.last = now;
    }

    fn finish(mut self) -> Vec<(&'static str, Duration)> {
        self.laps.push(("total", self.start.elapsed()));
        self.laps
    }
}
