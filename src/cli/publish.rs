//! `guidepost publish`.

use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::Args;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use super::TROUBLE;
use super::context::{Context, now, of_build_error};
use super::publish_document::{of_report, pretty};
use crate::edge::build::BuildOptions;
use crate::edge::publish::Refusal;
use crate::edge::publish::plan::{Action, Why};
use crate::edge::publish::publication::Earlier;
use crate::edge::publish::retry::Patience;
use crate::edge::publish::run::Progress;
use crate::edge::publish::session::{PublishError, Report, Request, Task, publish};
use crate::edge::report;

/// Paths named in a message, at most, unless all are asked for.
const NAMED: usize = 10;

#[derive(Args)]
#[command(group = clap::ArgGroup::new("task").args(["list", "rollback"]))]
pub(super) struct PublishArguments {
    /// The target: NAME in `[publish.NAME]`
    #[arg(value_name = "NAME")]
    name: String,
    /// Print what would be done, and touch nothing
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON document on standard output
    #[arg(long)]
    json: bool,
    /// Take over what stands where the site needs a place
    #[arg(long)]
    adopt: bool,
    /// Let a publication delete up to N files
    #[arg(long, value_name = "N")]
    allow_deletes: Option<usize>,
    /// Print which publications can be brought back
    #[arg(long)]
    list: bool,
    /// Bring an earlier publication back, without a build
    #[arg(long, value_name = "ID")]
    rollback: Option<String>,
    /// The output folder [default: public in the root]
    #[arg(long, value_name = "DIR")]
    out: Option<std::path::PathBuf>,
    /// Where Guidepost keeps what it remembers [default: .guidepost in the root]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<std::path::PathBuf>,
    /// The instant that counts as now, in RFC 3339 [default: SOURCE_DATE_EPOCH, else the clock]
    #[arg(long, value_name = "TIME", value_parser = super::context::parse_now)]
    now: Option<Timestamp>,
}

pub(super) fn run(context: &Context, arguments: &PublishArguments) -> ExitCode {
    let build_now = match now(arguments.now) {
        Ok(now) => now,
        Err(message) => return context.trouble(&message, None),
    };
    let task = match (&arguments.rollback, arguments.list) {
        (Some(id), _) => Task::Rollback(id.clone()),
        (None, true) => Task::List,
        (None, false) => Task::Publish,
    };
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let request = Request {
        build: BuildOptions {
            out: arguments.out.clone(),
            cache: arguments.cache_dir.clone(),
            ..BuildOptions::new(context.root(), build_now)
        },
        name: arguments.name.clone(),
        task,
        dry_run: arguments.dry_run,
        adopt: arguments.adopt,
        allow_deletes: arguments.allow_deletes,
        now: Arc::new(Timestamp::now),
        environment,
        signals: true,
        patience: Patience::default(),
    };
    let bar = Bar::new(context.quiet || arguments.json);
    let result = publish(&request, &|progress| bar.show(progress));
    bar.clear();
    let report = match result {
        Ok(report) => report,
        Err(error) => return trouble(context, arguments, &error),
    };
    let printed = match arguments.json {
        true => context.print(&of_report(&report, arguments.dry_run)),
        false => print(context, arguments, &report),
    };
    match printed {
        Err(code) => code,
        Ok(()) if report.is_good() => ExitCode::SUCCESS,
        Ok(()) => ExitCode::from(TROUBLE),
    }
}

fn trouble(context: &Context, arguments: &PublishArguments, error: &PublishError) -> ExitCode {
    let (message, help) = match error {
        PublishError::Build(error) => match of_build_error(error) {
            Ok(found) => {
                eprint!("{}", report::text(found, &context.style()));
                ("the configuration has errors".to_owned(), None)
            }
            Err(words) => words,
        },
        PublishError::Unknown(near) => (
            format!("there is no target `{}`", arguments.name),
            Some(near.as_ref().map_or_else(
                || {
                    format!(
                        "describe it in guidepost.toml, below `[publish.{}]`",
                        arguments.name
                    )
                },
                |near| format!("did you mean `{near}`?"),
            )),
        ),
        PublishError::Target(words) => (
            format!("the target `{}` cannot be used: {words}", arguments.name),
            Some("nothing was published; it may help to run it again".to_owned()),
        ),
    };
    if arguments.json {
        let value = serde_json::json!({ "ok": false, "error": message, "exit_code": TROUBLE });
        if let Err(code) = context.print(&pretty(&value)) {
            return code;
        }
    }
    context.trouble(&message, help.as_deref())
}

/// One line of a plan.
fn line(action: &Action) -> String {
    let why = |why: &Why| match why {
        Why::New => "new",
        Why::Changed => "changed",
        Why::Headers => "headers",
    };
    match action {
        Action::Put(entry, reason) => {
            format!(
                "send     {} ({}, {})",
                entry.path,
                why(reason),
                HumanBytes(entry.size)
            )
        }
        Action::Restore(entry, reason) => format!("restore  {} ({})", entry.path, why(reason)),
        Action::Save(path, _) => format!("keep     {path}"),
        Action::Delete(path) => format!("delete   {path}"),
        Action::Remember(_) | Action::Manifest => format!("write    {}", action.path()),
        Action::Collect(_) | Action::Forget(_) => format!("clear    {}", action.path()),
    }
}

fn print(context: &Context, arguments: &PublishArguments, report: &Report) -> Result<(), ExitCode> {
    for warning in &report.warnings {
        context.say(&format!("{}: {warning}", context.paint("1;33", "warning")));
    }
    for refusal in &report.refusals {
        refuse(context, refusal);
    }
    if !report.refusals.is_empty() {
        eprintln!(
            "{}; nothing was touched",
            context.paint("1;31", "Not published")
        );
        return Ok(());
    }
    if arguments.list {
        return list(context, report);
    }
    if arguments.dry_run {
        let lines: String = report
            .plan
            .actions()
            .map(|action| line(action) + "\n")
            .collect();
        context.print(&lines)?;
    }
    let counts = counts(report.plan.actions());
    let Some(outcome) = &report.outcome else {
        context.say(&match (report.plan.is_empty(), arguments.dry_run) {
            (true, _) => format!(
                "{}: `{}` is what was built",
                context.paint("1;32", "Nothing to do"),
                arguments.name
            ),
            (false, _) => format!("{}: {counts}", context.paint("1;32", "Would publish")),
        });
        return Ok(());
    };
    if outcome.is_whole() {
        let id = report.current.as_ref().map_or("", |current| &current.id);
        context.say(&format!(
            "{} {id} to `{}`: {counts}",
            context.paint("1;32", "Published"),
            arguments.name
        ));
        return Ok(());
    }
    for (path, why) in &outcome.failed {
        eprintln!("{}: `{path}`: {why}", context.paint("1;31", "error"));
    }
    for action in &outcome.left {
        eprintln!("  not done: {}", line(action));
    }
    let why = match outcome.stopped {
        true => "it was stopped",
        false => "it failed",
    };
    eprintln!(
        "{}: {why} after {} of {} operations; the site stands, and the next run sends what is missing",
        context.paint("1;31", "Not published whole"),
        outcome.done.len(),
        report.plan.actions().count(),
    );
    Ok(())
}

fn refuse(context: &Context, refusal: &Refusal) {
    eprintln!("{}: {}", context.paint("1;31", "refused"), refusal.message);
    let named = match context.verbose {
        true => refusal.paths.len(),
        false => NAMED,
    };
    for path in refusal.paths.iter().take(named) {
        eprintln!("    {path}");
    }
    if refusal.paths.len() > named {
        eprintln!(
            "    and {} more (`--verbose` names them)",
            refusal.paths.len() - named
        );
    }
    eprintln!("  {}: {}", context.paint("36", "help"), refusal.help);
}

fn list(context: &Context, report: &Report) -> Result<(), ExitCode> {
    let Some(current) = &report.current else {
        context.say("nothing was published there");
        return Ok(());
    };
    let row = |one: &Earlier, note: &str| {
        format!(
            "{}  {} files, {}{note}\n",
            one.id,
            one.files,
            HumanBytes(one.bytes)
        )
    };
    let mut text = row(current, "  (stands)");
    for earlier in &report.earlier {
        text.push_str(&row(earlier, ""));
    }
    context.print(&text)
}

fn counts<'a>(actions: impl Iterator<Item = &'a Action>) -> String {
    let (mut sent, mut bytes, mut restored, mut deleted) = (0, 0, 0, 0);
    for action in actions {
        bytes += action.bytes();
        match action {
            Action::Put(..) => sent += 1,
            Action::Restore(..) => restored += 1,
            Action::Delete(_) => deleted += 1,
            _ => {}
        }
    }
    let restored = match restored {
        0 => String::new(),
        count => format!("{count} restored, "),
    };
    format!(
        "{sent} sent ({}), {restored}{deleted} deleted",
        HumanBytes(bytes)
    )
}

/// Files, bytes and the time left, on a terminal.
struct Bar {
    hidden: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Bar {
    fn new(hidden: bool) -> Self {
        Self {
            hidden,
            bar: Mutex::default(),
        }
    }

    fn show(&self, progress: Progress) {
        if self.hidden {
            return;
        }
        let Ok(mut bar) = self.bar.try_lock() else {
            return;
        };
        let bar = bar.get_or_insert_with(|| {
            let style = ProgressStyle::with_template("Publishing [{bar:30}] {msg}, {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar())
                .progress_chars("=> ");
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            bar.set_style(style);
            bar.enable_steady_tick(Duration::from_millis(250));
            bar
        });
        // What an operation costs is its round trip and its bytes.
        const TRIP: u64 = 16 << 10;
        let weight = |operations: usize, bytes: u64| operations as u64 * TRIP + bytes;
        bar.set_length(weight(progress.total, progress.total_bytes));
        bar.set_position(weight(progress.done, progress.bytes));
        bar.set_message(format!(
            "{}/{} operations, {} of {}",
            progress.done,
            progress.total,
            HumanBytes(progress.bytes),
            HumanBytes(progress.total_bytes)
        ));
    }

    fn clear(&self) {
        if let Ok(mut bar) = self.bar.lock()
            && let Some(bar) = bar.take()
        {
            bar.finish_and_clear();
        }
    }
}
