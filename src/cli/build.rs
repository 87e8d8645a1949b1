//! `guidepost build`.

use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::Args;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use super::context::{Context, now, parse_now, shared_access};
use super::{CONTENT, document};
use crate::content::config::BaseUrl;
use crate::edge::build::{BuildOptions, BuildReport, build};
use crate::edge::report;
use crate::edge::verify::{Difference, verify};

/// How long a build may make outputs before it shows its progress.
const PATIENCE: Duration = Duration::from_millis(300);

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
    /// Print for each page that was made again why
    #[arg(long)]
    pub(super) explain: bool,
    /// Build clean beside, and fail if a byte or a finding differs
    #[arg(long)]
    pub(super) verify: bool,
}

pub(super) fn parse_base_url(text: &str) -> Result<BaseUrl, String> {
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
    let options = options(context, arguments)?;
    let pool = pool(context, arguments)?;
    let bar = Bar::new(context.quiet || arguments.json);
    let result = pool.install(|| build(&options, &|done, total| bar.show(done, total)));
    bar.clear();
    let mut outcome = match result {
        Ok(outcome) => outcome,
        Err(error) => {
            if arguments.json {
                context.print(&document::of_error(&error))?;
            }
            return Err(context.build_error(&error));
        }
    };
    let differences = match arguments.verify && !outcome.failed {
        true => match pool.install(|| verify(&options, &outcome)) {
            Ok(differences) => Some(differences),
            Err(error) => return Err(context.build_error(&error)),
        },
        false => None,
    };
    if arguments.json {
        context.print(&document::of_build(&outcome, differences.as_deref()))?;
    } else {
        print(context, arguments, &outcome, started.elapsed())?;
    }
    if let Some(differences) = differences {
        outcome.failed |= !differences.is_empty();
        if !arguments.json {
            print_differences(context, &differences);
        }
    }
    Ok(outcome)
}

fn options(context: &Context, arguments: &BuildArguments) -> Result<BuildOptions, ExitCode> {
    let trouble = |message: String| context.trouble(&message, None);
    let now = now(arguments.now).map_err(trouble)?;
    let access = shared_access().map_err(trouble)?;
    Ok(BuildOptions {
        root: context.root(),
        out: arguments.out.clone(),
        cache: arguments.cache_dir.clone(),
        others: Vec::new(),
        base_url: arguments.base_url.clone(),
        drafts: arguments.drafts,
        future: arguments.future,
        now,
        strict: arguments.strict,
        no_cache: arguments.no_cache,
        shared: Some(access),
    })
}

fn pool(context: &Context, arguments: &BuildArguments) -> Result<rayon::ThreadPool, ExitCode> {
    let mut pool = rayon::ThreadPoolBuilder::new();
    if let Some(jobs) = arguments.jobs {
        pool = pool.num_threads(usize::from(jobs));
    }
    pool.build()
        .map_err(|error| context.trouble(&format!("cannot start threads: {error}"), None))
}

fn print(
    context: &Context,
    arguments: &BuildArguments,
    outcome: &BuildReport,
    took: Duration,
) -> Result<(), ExitCode> {
    if let Some(warning) = &outcome.cache_warning {
        context.say(&format!("{}: {warning}", context.paint("1;33", "warning")));
    }
    let shared = outcome.shared.as_ref();
    if let Some(warning) = shared.and_then(|shared| shared.warning.as_ref()) {
        context.say(&format!("{}: {warning}", context.paint("1;33", "warning")));
    }
    eprint!("{}", report::text(&outcome.diagnostics, &context.style()));
    if arguments.explain {
        for (path, reasons) in &outcome.reasons {
            let because = if reasons.is_empty() {
                "nothing was remembered of it".to_owned()
            } else {
                reasons.join("; ")
            };
            context.print(&format!("{path}: {because}\n"))?;
        }
    }
    closing_line(context, outcome, took);
    if let Some(shared) = shared.filter(|shared| shared.fetched + shared.given > 0) {
        context.say(&format!(
            "  shared cache: {} fetched ({}), {} given ({})",
            entries(shared.fetched),
            HumanBytes(shared.fetched_bytes),
            entries(shared.given),
            HumanBytes(shared.given_bytes),
        ));
    }
    if outcome.guides == 0 && !outcome.failed && !arguments.drafts {
        context.say("  there is no guide: `guidepost new` makes one, `--drafts` shows drafts");
    }
    Ok(())
}

fn print_differences(context: &Context, differences: &[Difference]) {
    if differences.is_empty() {
        context.say(&format!(
            "{}: a clean build makes the same bytes and findings",
            context.paint("1;32", "Verified")
        ));
        return;
    }
    for difference in differences {
        eprintln!(
            "{}: {} {} ({})",
            context.paint("1;31", "differs"),
            difference.path,
            difference.what,
            difference.step
        );
    }
    eprintln!(
        "{} in {} places; please report it, and build with --no-cache until it is mended",
        context.paint("1;31", "A clean build differs"),
        differences.len()
    );
}

/// A time as a reader sees it.
pub(super) fn took_in_words(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{} ms", took.as_millis())
    } else {
        format!("{:.2} s", took.as_secs_f64())
    }
}

/// A number of entries of a cache.
pub(super) fn entries(count: usize) -> String {
    match count {
        1 => "1 entry".to_owned(),
        count => format!("{count} entries"),
    }
}

fn closing_line(context: &Context, outcome: &BuildReport, took: Duration) {
    let took = took_in_words(took);
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

/// A progress bar that appears only when a build takes its time, and only on a
/// terminal.
pub(super) struct Bar {
    hidden: bool,
    state: Mutex<BarState>,
}

#[derive(Default)]
struct BarState {
    /// When the build began to make outputs.
    began: Option<Instant>,
    bar: Option<ProgressBar>,
}

impl Bar {
    pub(super) fn new(hidden: bool) -> Self {
        Self {
            hidden,
            state: Mutex::default(),
        }
    }

    pub(super) fn show(&self, done: usize, total: usize) {
        if self.hidden {
            return;
        }
        // A thread that finds the bar in use leaves the drawing to the other.
        let Ok(mut state) = self.state.try_lock() else {
            return;
        };
        let began = *state.began.get_or_insert_with(Instant::now);
        if began.elapsed() < PATIENCE {
            return;
        }
        let bar = state.bar.get_or_insert_with(|| {
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

    /// Takes the bar away; the next build has one of its own.
    pub(super) fn clear(&self) {
        if let Ok(mut state) = self.state.lock() {
            state.began = None;
            if let Some(bar) = state.bar.take() {
                bar.finish_and_clear();
            }
        }
    }
}
