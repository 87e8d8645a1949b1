//! Build: runs the stages one after the other and says what came of it.
//!
//! What decides how much has to be done is in `quick` and
//! `full`; here is what every build has in common.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::full;
use super::quick;
use super::record::BuildRecord;
use super::scan::{self, Layout, Scan};
use super::sources::{self, Seen};
use super::write::{OutputFolder, Written};
use crate::content::article::ParseOptions;
use crate::content::config::{self, BaseUrl, Config, RuleSetting};
use crate::content::config_reader;
use crate::engine::cache::{Cache, Facts};
use crate::ground::diagnostic::{self, Diagnostic};
use crate::ground::digest::{Digest, Digested};
use crate::ground::fs::{self, FsError};
use crate::ground::paths::{OutPath, SrcPath};
use crate::ground::rule::{Level, Rule};
use crate::ground::source::Source;
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

/// Reads the configuration of a site; the defaults where there is none.
///
/// # Errors
///
/// The file cannot be read, or its complaints.
pub fn read_config(root: &Path) -> Result<(Config, Vec<Diagnostic>), BuildError> {
    let path = SrcPath::new(config::FILE_NAME);
    let Some(bytes) = fs::read_if_there(&path.under(root))? else {
        return Ok((Config::default(), Vec::new()));
    };
    let text = fs::utf8(&path, bytes).map_err(|found| BuildError::Config(vec![found]))?;
    let (config, diagnostics) = config_reader::read(&Source::new(path, &text));
    if diagnostics.iter().any(|found| found.level == Level::Error) {
        return Err(BuildError::Config(diagnostics));
    }
    Ok((config, diagnostics))
}

/// A build under way.
pub(super) struct Build<'a> {
    pub(super) options: &'a BuildOptions,
    pub(super) layout: Layout,
    pub(super) config: Config,
    pub(super) parse_options: Digested<ParseOptions>,
    pub(super) edition: Edition,
    pub(super) scan: Scan,
    /// Every source that was looked at, by path.
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
    pub(super) clock: Clock,
    pub(super) report: BuildReport,
    pub(super) progress: Progress<'a>,
}

/// Builds a site.
///
/// # Errors
///
/// Only where there can be no build at all; errors of the content are in the
/// report.
pub fn build(options: &BuildOptions, progress: Progress<'_>) -> Result<BuildReport, BuildError> {
    let clock = Clock::start();
    let layout = options.layout()?;
    if !fs::is_folder(&layout.root) {
        return Err(BuildError::NoSite(layout.root));
    }
    let (mut config, diagnostics) = read_config(&layout.root)?;
    if let Some(base_url) = &options.base_url {
        config.base_url = Some(base_url.clone());
    }
    let lock_file = layout.cache.join("lock");
    let Some(_lock) = fs::try_lock(&lock_file)? else {
        return Err(BuildError::Busy(lock_file));
    };
    let cache = open_cache(options, &layout)?;
    let mut build = look(
        options,
        layout,
        config,
        diagnostics,
        cache.as_ref().map(Cache::facts),
        clock,
        progress,
    )?;
    let Some(mut cache) = cache else {
        full::run(&mut build, None)?;
        if !build.report.failed {
            OutputFolder::finish(&build.layout.out, &build.layout.cache)?;
        }
        return Ok(build.finish());
    };
    build.report.cache_warning = cache.warning.take();
    if quick::run(&mut build, &mut cache)? != quick::Outcome::Done {
        full::run(&mut build, Some(&mut cache))?;
    }
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

/// Where the cache of one output folder is.
pub fn cache_folder(layout: &Layout) -> PathBuf {
    let name = Digest::of_bytes(layout.out.as_os_str().as_encoded_bytes()).short(12);
    layout.cache.join("cache").join(name)
}

/// The id of this program, by which caches of other versions are known.
pub fn program_id() -> Digest {
    Digest::from_hex(BUILD_ID).unwrap_or_default()
}

fn open_cache(options: &BuildOptions, layout: &Layout) -> Result<Option<Cache>, BuildError> {
    if options.no_cache {
        return Ok(None);
    }
    Ok(Some(Cache::open(&cache_folder(layout), program_id())?))
}

/// Scans folders and looks at every file that may decide a byte.
fn look<'a>(
    options: &'a BuildOptions,
    layout: Layout,
    config: Config,
    mut diagnostics: Vec<Diagnostic>,
    facts: Option<&Facts>,
    mut clock: Clock,
    progress: Progress<'a>,
) -> Result<Build<'a>, BuildError> {
    let mut scan = scan::scan(&layout, &config.ignore);
    diagnostics.append(&mut scan.diagnostics);
    clock.lap("scan");
    let config_path = SrcPath::new(config::FILE_NAME);
    let none = Facts::default();
    let facts = facts.unwrap_or(&none);
    let mut paths: Vec<&SrcPath> = scan.markdown.iter().map(|file| &file.path).collect();
    paths.extend(scan.templates.iter().chain(&scan.statics).chain(&scan.data));
    // Other files are looked at once a page refers to them.
    paths.extend(
        scan.assets
            .iter()
            .filter(|asset| facts.sources.contains_key(*asset)),
    );
    if fs::exists(&config_path.under(&layout.root)) {
        paths.push(&config_path);
    }
    let seen = sources::look(&layout.root, &layout.cache, &paths, &facts.sources)?;
    let config_digest = seen
        .iter()
        .flatten()
        .find(|seen| seen.path == config_path)
        .map(|seen| seen.stamped.digest);
    let given = Digest::of(&(
        config_digest,
        options.base_url.as_ref(),
        options.drafts,
        options.future,
        layout.out.as_os_str().as_encoded_bytes(),
    ));
    let shape = Digest::of(&(
        scan.markdown
            .iter()
            .map(|file| (&file.path, file.kind))
            .collect::<Vec<_>>(),
        &scan.assets,
        &scan.templates,
        &scan.statics,
        &scan.data,
    ));
    let present: HashSet<&SrcPath> = paths.iter().copied().collect();
    let mut changed: Vec<SrcPath> = facts
        .sources
        .keys()
        .filter(|path| !present.contains(path))
        .cloned()
        .collect();
    changed.extend(
        seen.iter()
            .flatten()
            .filter(|seen| seen.changed)
            .map(|seen| seen.path.clone()),
    );
    changed.sort();
    let before = facts
        .build
        .as_deref()
        .and_then(|bytes| postcard::from_bytes::<BuildRecord>(bytes).ok());
    let number = before.map_or(0, |before| before.number) + 1;
    let zone = TimeZone::get(&config.time_zone).unwrap_or(TimeZone::UTC);
    let edition = Edition::new(options.now, &zone, options.drafts, options.future);
    clock.lap("look");
    let report = BuildReport {
        out: layout.out.clone(),
        ..BuildReport::default()
    };
    Ok(Build {
        options,
        parse_options: Digested::new(ParseOptions::of(&config)),
        layout,
        config,
        edition,
        scan,
        seen,
        given,
        shape,
        diagnostics,
        changed,
        number,
        clock,
        report,
        progress,
    })
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
    fn start() -> Self {
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
