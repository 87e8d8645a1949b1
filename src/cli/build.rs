//! `guidepost build`.

use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;
use serde::Serialize;

use super::context::{Context, now, parse_now};
use super::{CONTENT, TROUBLE};
use crate::content::config::BaseUrl;
use crate::edge::build::{BuildError, BuildOptions, BuildReport, build};
use crate::edge::report;

/// How long a build may last before it shows its progress.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Args, Clone)]
pub(super) struct BuildArguments {
    /// The output folder [default: public in the root]
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<std::path::PathBuf>,
    /// Where the site will live; replaces `base-url` of the configuration
    #[arg(long, value_name = "URL", value_parser = parse_base_url)]
    pub(super) base_url: Option<BaseUrl>,
    /// Build drafts too
    #[arg(long)]
    pub(super) drafts: bool,
    /// Build guides with a date in the future too
    #[arg(long)]
    pub(super) future: bool,
    /// The instant that counts as now, in RFC 3339 [default: SOURCE_DATE_EPOCH, else the clock]
    #[arg(long, value_name = "TIME", value_parser = parse_now)]
    pub(super) now: Option<Timestamp>,
    /// Threads to use [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) jobs: Option<u16>,
    /// Believe no cache and write none
    #[arg(long)]
    pub(super) no_cache: bool,
    /// Where Guidepost keeps what it remembers [default: .guidepost in the root]
    #[arg(long, value_name = "DIR")]
    pub(super) cache_dir: Option<std::path::PathBuf>,
    /// Warnings fail
    #[arg(long)]
    pub(super) strict: bool,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub(super) json: bool,
}

fn parse_base_url(text: &str) -> Result<BaseUrl, String> {
    BaseUrl::new(text).map_err(|why| format!("the URL {why}"))
}

pub(super) fn run(context: &Context, arguments: &BuildArguments) -> ExitCode {
    let outcome = match build_with(context, arguments) {
        Ok(outcome) => outcome,
        Err(code) => return code,
    };
    if outcome.failed {
        ExitCode::from(CONTENT)
    } else {
        ExitCode::SUCCESS
    }
}

/// Builds and prints what came of it.
pub(super) fn build_with(
    context: &Context,
    arguments: &BuildArguments,
) -> Result<BuildReport, ExitCode> {
    let started = Instant::now();
    let now = now(arguments.now).map_err(|message| context.trouble(&message, None))?;
    let options = BuildOptions {
        root: context.root(),
        out: arguments.out.clone(),
        cache: arguments.cache_dir.clone(),
        base_url: arguments.base_url.clone(),
        drafts: arguments.drafts,
        future: arguments.future,
        now,
        strict: arguments.strict,
        no_cache: arguments.no_cache,
    };
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(jobs) = arguments.jobs {
        pool = pool.num_threads(usize::from(jobs));
    }
    let pool = pool
        .build()
        .map_err(|error| context.trouble(&format!("cannot start threads: {error}"), None))?;
    let bar = Bar::new(started, context.quiet || arguments.json);
    let result = pool.install(|| build(&options, &|done, total| bar.show(done, total)));
    bar.clear();
    match result {
        Ok(outcome) => {
            if arguments.json {
                print_json(&outcome);
            } else {
                eprint!("{}", report::text(&outcome.diagnostics, &context.style()));
                closing_line(context, &outcome, started.elapsed());
            }
            Ok(outcome)
        }
        Err(error) => {
            if arguments.json {
                print_error_json(&error);
            }
            Err(context.build_error(&error))
        }
    }
}

fn closing_line(context: &Context, outcome: &BuildReport, took: Duration) {
    let took = if took < Duration::from_secs(1) {
        format!("{} ms", took.as_millis())
    } else {
        format!("{:.2} s", took.as_secs_f64())
    };
    if outcome.failed {
        let counts = report::counts(&outcome.diagnostics);
        eprintln!(
            "{} in {took}: {counts}; the output folder is as it was",
            context.paint("1;31", "Not built")
        );
        return;
    }
    let written = &outcome.written;
    let total = written.written.len() + written.unchanged;
    let found = match report::counts(&outcome.diagnostics) {
        counts if counts == report::Counts::default() => String::new(),
        counts => format!("; {counts}"),
    };
    context.say(&format!(
        "{} {}, {} in {took}: {} written, {} unchanged, {} deleted; in {}{found}",
        context.paint("1;32", "Built"),
        report::plural(outcome.guides, "guide"),
        report::plural(total, "file"),
        written.written.len(),
        written.unchanged,
        written.deleted.len(),
        shown_path(&outcome.out),
    ));
    if context.verbose {
        let laps: Vec<String> = outcome
            .timings
            .iter()
            .map(|(stage, time)| format!("{stage} {:.1} ms", time.as_secs_f64() * 1e3))
            .collect();
        context.say(&format!("  {}", laps.join(", ")));
    }
}

/// A path relative to the current folder where it lies below it.
pub(super) fn shown_path(path: &std::path::Path) -> String {
    let here = std::env::current_dir().ok();
    let short = here
        .as_deref()
        .and_then(|here| path.strip_prefix(here).ok())
        .filter(|short| !short.as_os_str().is_empty());
    short.unwrap_or(path).display().to_string()
}

#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    guides: usize,
    out: String,
    outputs: Outputs<'a>,
    counts: report::Counts,
    diagnostics: Vec<report::JsonDiagnostic<'a>>,
    /// Milliseconds by stage.
    timings: serde_json::Map<String, serde_json::Value>,
}

#[derive(Serialize)]
struct Outputs<'a> {
    total: usize,
    unchanged: usize,
    written: Vec<&'a str>,
    deleted: Vec<&'a str>,
}

fn print_json(outcome: &BuildReport) {
    let written = &outcome.written;
    let milliseconds =
        |time: &Duration| serde_json::Value::from((time.as_secs_f64() * 1e6).round() / 1e3);
    let document = Document {
        ok: !outcome.failed,
        guides: outcome.guides,
        out: outcome.out.display().to_string(),
        outputs: Outputs {
            total: written.written.len() + written.unchanged,
            unchanged: written.unchanged,
            written: written.written.iter().map(AsRef::as_ref).collect(),
            deleted: written.deleted.iter().map(AsRef::as_ref).collect(),
        },
        counts: report::counts(&outcome.diagnostics),
        diagnostics: report::json(&outcome.diagnostics),
        timings: outcome
            .timings
            .iter()
            .map(|(stage, time)| ((*stage).to_owned(), milliseconds(time)))
            .collect(),
    };
    print_document(&document);
}

/// The document of a build that could not begin.
fn print_error_json(error: &BuildError) {
    let (message, diagnostics): (String, &[_]) = match error {
        BuildError::Config(diagnostics) => ("the configuration has errors".to_owned(), diagnostics),
        BuildError::Io(error) => (error.to_string(), &[]),
        BuildError::Busy(_) => ("another build of this site is running".to_owned(), &[]),
        BuildError::NoSite(root) => (format!("there is no folder `{}`", root.display()), &[]),
    };
    print_document(&serde_json::json!({
        "ok": false,
        "error": message,
        "exit_code": TROUBLE,
        "counts": report::counts(diagnostics),
        "diagnostics": report::json(diagnostics),
    }));
}

fn print_document(document: &impl Serialize) {
    match serde_json::to_string_pretty(document) {
        Ok(text) => println!("{text}"),
        Err(error) => eprintln!("error: the document cannot be written: {error}"),
    }
}

/// A progress bar that appears only when a build takes its time, and only on a
/// terminal.
struct Bar {
    started: Instant,
    hidden: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Bar {
    fn new(started: Instant, hidden: bool) -> Self {
        Self {
            started,
            hidden,
            bar: Mutex::new(None),
        }
    }

    fn show(&self, done: usize, total: usize) {
        if self.hidden || self.started.elapsed() < PATIENCE {
            return;
        }
        // A thread that finds the bar in use leaves the drawing to the other.
        let Ok(mut bar) = self.bar.try_lock() else {
            return;
        };
        let bar = bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len}")
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("=> ");
            ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr())
                .with_style(style)
                .with_message("Building")
        });
        bar.set_length(u64::try_from(total).unwrap_or(u64::MAX));
        bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
    }

    fn clear(&self) {
        if let Ok(bar) = self.bar.lock()
            && let Some(bar) = bar.as_ref()
        {
            bar.finish_and_clear();
        }
    }
}
