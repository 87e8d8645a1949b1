//! A build under way: its frame, what it saw of the sources, and what has come
//! of it so far.
//!
//! Every build begins here and is done by `quick` or `full`; what it looks at
//! is what may have changed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::tz::TimeZone;
use rayon::prelude::*;

use super::build::{BuildError, BuildOptions, BuildReport, Progress};
use super::changes::Changes;
use super::frame::Frame;
use super::full;
use super::gather::Parsing;
use super::onlookers::{End, Onlookers};
use super::quick;
use super::record::BuildRecord;
use super::resident::Resident;
use super::scan::{Layout, Scan};
use super::shared_cache::Shared;
use super::sources::{self, Seen};
use super::write::{OutputFolder, OwnTree, Published};
use crate::content::article::ParseOptions;
use crate::content::config::{Config, RuleSetting};
use crate::engine::cache::Cache;
use crate::engine::facts::Facts;
use crate::ground::diagnostic::{self, Diagnostic};
use crate::ground::digest::{Digest, Digested};
use crate::ground::fs::FsError;
use crate::ground::paths::SrcPath;
use crate::ground::rule::{Level, Rule};
use crate::ground::step::Step as _;
use crate::render::templates::Templates;
use crate::site::publication::Edition;

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
    /// What other machines share, where any of it is asked for.
    pub(super) shared: Option<Shared>,
    pub(super) clock: Clock,
    pub(super) report: BuildReport,
    pub(super) progress: Progress<'a>,
    /// Who waits for it.
    pub(super) onlookers: Onlookers<'a>,
    config_file: Option<SrcPath>,
    /// What was found in the frame; full builds take it from `diagnostics`.
    of_frame: Vec<Diagnostic>,
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
            shared: None,
            clock,
            report,
            progress,
            onlookers: Onlookers::NONE,
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

    /// How many guides have to be parsed, as far as the facts know.
    pub(super) fn unknown(&self, facts: &Facts) -> usize {
        if self.changed.is_empty() {
            return 0;
        }
        self.seen
            .par_iter()
            .flatten()
            .filter(|seen| {
                self.scan.guide(&seen.path).is_some_and(|file| {
                    let parsing = Parsing {
                        file,
                        digest: seen.stamped.digest,
                        options: &self.parse_options,
                    };
                    let known = facts.sources.get(&seen.path).and_then(|fact| fact.parsed);
                    known.is_none_or(|known| known.key != parsing.step("").key())
                })
            })
            .count()
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
    pub(super) fn run(&mut self, cache: &mut Cache, extent: Extent) -> Result<End, BuildError> {
        if extent == Extent::AsNeeded && quick::run(self, cache)? == quick::Outcome::Done {
            return Ok(End::Done);
        }
        self.look_at_the_rest(cache.facts())?;
        full::run(self, Some(cache))
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

    /// Whether one of these findings would fail the build.
    pub(super) fn is_failed_by(&self, found: &[Diagnostic]) -> bool {
        let mut levels = found.iter().map(|found| self.level(found));
        levels.any(|level| level == Some(Level::Error))
    }

    fn judged(&self, mut found: Diagnostic) -> Option<Diagnostic> {
        found.level = self.level(&found)?;
        Some(found)
    }

    /// How grave the site holds a finding to be; `None` where it allows it.
    fn level(&self, found: &Diagnostic) -> Option<Level> {
        if found.rule.level() == Level::Error {
            return Some(found.level);
        }
        let level = match self.config.rules.get(&found.rule) {
            Some(RuleSetting::Allow) => return None,
            Some(RuleSetting::Level(level)) => *level,
            None => found.level,
        };
        match level {
            Level::Warning if self.options.strict => Some(Level::Error),
            level => Some(level),
        }
    }

    /// What has come of it.
    pub(super) fn finish(mut self) -> BuildReport {
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
