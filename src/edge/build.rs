//! Build: runs the stages one after the other and says what came of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use super::gather;
use super::scan::{self, Layout, Scan};
use super::write::{self, OutputFolder, Staging, Written};
use crate::content::article::{Article, ParseOptions};
use crate::content::config::{self, BaseUrl, Config, RuleSetting};
use crate::content::config_reader;
use crate::engine::memo::Memo;
use crate::ground::diagnostic::{self, Diagnostic};
use crate::ground::digest::Digested;
use crate::ground::fs::{self, FsError};
use crate::ground::paths::{OutPath, SrcPath};
use crate::ground::rule::{Level, Rule};
use crate::ground::source::Source;
use crate::render::output;
use crate::render::plan::{Planned, plan};
use crate::render::templates::Templates;
use crate::render::theme_files::{SCRIPT, STYLE, theme_files};
use crate::render::world::{PageOptions, World};
use crate::site::links::Files;
use crate::site::publication::Edition;
use crate::site::resolve::resolve;
use crate::site::urls::Urls;

/// Bytes of highlighted code remembered within one build.
const HIGHLIGHT_MEMO: usize = 256 << 20;

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
        }
    }

    /// The site's folders.
    pub fn layout(&self) -> Layout {
        let root = fs::absolute(&self.root);
        let content = if fs::is_folder(&root.join("content")) {
            "content"
        } else {
            ""
        };
        let folder = |given: &Option<PathBuf>, default: &str| match given {
            Some(path) => fs::absolute(path),
            None => root.join(default),
        };
        Layout {
            content,
            out: folder(&self.out, "public"),
            cache: folder(&self.cache, ".guidepost"),
            root,
        }
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

/// Builds a site.
///
/// # Errors
///
/// Only where there can be no build at all; errors of the content are in the
/// report.
pub fn build(options: &BuildOptions, progress: Progress<'_>) -> Result<BuildReport, BuildError> {
    let mut clock = Clock::start();
    let layout = options.layout();
    if !fs::is_folder(&layout.root) {
        return Err(BuildError::NoSite(layout.root));
    }
    let (mut config, mut diagnostics) = read_config(&layout.root)?;
    if let Some(base_url) = &options.base_url {
        config.base_url = Some(base_url.clone());
    }
    let lock_file = layout.cache.join("lock");
    let Some(_lock) = fs::try_lock(&lock_file)? else {
        return Err(BuildError::Busy(lock_file));
    };
    let folder = OutputFolder::open(&layout.out, &layout.cache)?;

    let mut scan = scan::scan(&layout, &config.ignore);
    diagnostics.append(&mut scan.diagnostics);
    clock.lap("scan");

    let parse_options = Digested::new(ParseOptions::of(&config));
    let (articles, found) = gather::articles(&layout.root, &scan.markdown, &parse_options);
    let all_parsed = found.iter().all(|found| found.level < Level::Error);
    diagnostics.extend(found);
    let allowed: BTreeMap<SrcPath, Vec<Rule>> = articles
        .iter()
        .map(|article| (article.source.clone(), article.front.allow.clone()))
        .collect();
    for article in &articles {
        diagnostics.extend(article.diagnostics.iter().cloned());
    }
    clock.lap("parse");

    let made = make(
        options,
        &layout,
        &config,
        scan,
        articles,
        &folder,
        &mut diagnostics,
        &mut clock,
        progress,
    )?;
    if !all_parsed {
        // A page that could not be read is missing for its own reason.
        diagnostics.retain(|found| !matches!(found.rule, Rule::BrokenLink | Rule::BrokenAnchor));
    }
    if config.base_url.is_none() {
        diagnostics.push(
            Diagnostic::new(
                Rule::NoBaseUrl,
                "no base URL: the site has no feeds and no sitemap",
            )
            .help("set `base-url` in guidepost.toml, or give `--base-url`"),
        );
    }
    judge(&mut diagnostics, &config, &allowed, options.strict);
    let failed = diagnostics.iter().any(|found| found.level == Level::Error);
    let mut report = BuildReport {
        failed,
        guides: made,
        out: layout.out.clone(),
        ..BuildReport::default()
    };
    if failed {
        folder.abandon();
    } else {
        let (written, found) = folder.publish()?;
        report.written = written;
        diagnostics.extend(found);
    }
    clock.lap("write");
    diagnostic::sort(&mut diagnostics);
    report.diagnostics = diagnostics;
    report.timings = clock.finish();
    Ok(report)
}

/// Resolves, plans and renders; stages every output. Returns the number of
/// guides.
#[expect(
    clippy::too_many_arguments,
    reason = "the state of one build, in the order in which it came about"
)]
fn make(
    options: &BuildOptions,
    layout: &Layout,
    config: &Config,
    scan: Scan,
    articles: Vec<Arc<Article>>,
    folder: &OutputFolder,
    diagnostics: &mut Vec<Diagnostic>,
    clock: &mut Clock,
    progress: Progress<'_>,
) -> Result<usize, BuildError> {
    let (own_templates, found) = gather::templates(&layout.root, &scan);
    diagnostics.extend(found);
    let (data, found) = gather::data_files(&layout.root, &scan);
    diagnostics.extend(found);
    let (statics, found) = gather::statics(&scan);
    diagnostics.extend(found);
    let templates = Templates::load(&own_templates);

    let zone = TimeZone::get(&config.time_zone).unwrap_or(TimeZone::UTC);
    let edition = Edition::new(options.now, &zone, options.drafts, options.future);
    let files = Files {
        content: layout.content.to_owned(),
        assets: scan.assets,
        statics,
    };
    let site = resolve(articles, config, &files, &edition);
    clock.lap("resolve");

    let wanted: BTreeSet<&SrcPath> = site.assets.keys().chain(files.statics.values()).collect();
    let (probes, found) = gather::probes(&layout.root, &wanted);
    diagnostics.extend(found);
    let own_theme = own_theme_files(layout, &files, diagnostics);
    let theme = theme_files(
        &own_theme,
        &|path| files.statics.contains_key(path),
        &config.highlight,
    );
    let guides = site.newest.len();
    let templates = match templates {
        Ok(templates) => templates,
        Err(found) => {
            diagnostics.extend(found);
            return Ok(guides);
        }
    };
    let highlighted = Memo::new(HIGHLIGHT_MEMO);
    let world = World {
        root: layout.root.clone(),
        config,
        site: &site,
        edition: &edition,
        urls: Urls::new(config),
        templates: &templates,
        files: &files,
        probes: &probes,
        data: &data,
        theme: &theme,
        highlighted: &highlighted,
        options: PageOptions::of(config),
        guides: OnceLock::new(),
    };
    let (planned, found) = plan(&world);
    diagnostics.extend(found);
    clock.lap("plan");

    let done = std::sync::atomic::AtomicUsize::new(0);
    let total = planned.len();
    let rendered: Vec<Result<Vec<Diagnostic>, FsError>> = planned
        .par_iter()
        .map(|planned| {
            let found = render(&world, planned, folder, &layout.out);
            progress(
                done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1,
                total,
            );
            found
        })
        .collect();
    for found in rendered {
        diagnostics.extend(found?);
    }
    clock.lap("render");
    Ok(guides)
}

fn render(
    world: &World<'_>,
    planned: &Planned,
    folder: &OutputFolder,
    out: &Path,
) -> Result<Vec<Diagnostic>, FsError> {
    let made = match output::step(world, planned) {
        Ok(step) => step.run(),
        Err(found) => return Ok(vec![found]),
    };
    let mut diagnostics = made.diagnostics;
    if diagnostics.iter().all(|found| found.level < Level::Error) {
        let staged = folder.stage(&planned.path, &made.bytes, planned.job.wave())?;
        if staged == Staging::Foreign {
            diagnostics.push(write::foreign(&planned.path, out));
        }
    }
    Ok(diagnostics)
}

/// The site's own versions of the theme's style and script.
fn own_theme_files(
    layout: &Layout,
    files: &Files,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<&'static str, Vec<u8>> {
    let mut own = BTreeMap::new();
    for name in [STYLE, SCRIPT] {
        let source = OutPath::new(name)
            .ok()
            .and_then(|path| files.statics.get(&path));
        let Some(source) = source else { continue };
        match fs::read(&source.under(&layout.root)) {
            Ok(bytes) => {
                own.insert(name, bytes);
            }
            Err(error) => diagnostics.push(fs::unreadable(source, &error)),
        }
    }
    own
}

/// Applies what pages and the site make of the rules.
fn judge(
    diagnostics: &mut Vec<Diagnostic>,
    config: &Config,
    allowed: &BTreeMap<SrcPath, Vec<Rule>>,
    strict: bool,
) {
    diagnostics.retain_mut(|found| {
        if found.rule.level() == Level::Error {
            return true;
        }
        let page = found
            .place
            .as_ref()
            .and_then(|place| allowed.get(&place.file));
        if page.is_some_and(|rules| rules.contains(&found.rule)) {
            return false;
        }
        match config.rules.get(&found.rule) {
            Some(RuleSetting::Allow) => return false,
            Some(RuleSetting::Level(level)) => found.level = *level,
            None => {}
        }
        if strict && found.level == Level::Warning {
            found.level = Level::Error;
        }
        true
    });
}

struct Clock {
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

    fn lap(&mut self, stage: &'static str) {
        let now = Instant::now();
        self.laps.push((stage, now - self.last));
        self.last = now;
    }

    fn finish(mut self) -> Vec<(&'static str, Duration)> {
        self.laps.push(("total", self.start.elapsed()));
        self.laps
    }
}
