//! What every command shares: the root, the terminal, and today.

use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::Timestamp;

use super::{Arguments, Color, TROUBLE};
use crate::content::config::FILE_NAME;
use crate::edge::build::BuildError;
use crate::edge::report::{self, Style};
use crate::edge::shared_cache::Access;
use crate::engine::seal::Secret;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::fs::{self, FsError};

/// What every command shares.
pub(super) struct Context {
    /// `--root`, if it was given.
    pub(super) given_root: Option<PathBuf>,
    /// Whether messages on standard error have colours.
    pub(super) color: bool,
    /// Errors only.
    pub(super) quiet: bool,
    /// Notes in full.
    pub(super) verbose: bool,
}

impl Context {
    pub(super) fn new(arguments: &Arguments) -> Self {
        let color = match arguments.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
            }
        };
        Self {
            given_root: arguments.root.clone(),
            color,
            quiet: arguments.quiet,
            verbose: arguments.verbose,
        }
    }

    /// The site's root: what was given, or the nearest folder upwards with a
    /// configuration, or the current folder.
    pub(super) fn root(&self) -> PathBuf {
        if let Some(root) = &self.given_root {
            return root.clone();
        }
        let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let with_config = here
            .ancestors()
            .find(|folder| fs::exists(&folder.join(FILE_NAME)));
        with_config.map_or_else(|| here.clone(), Path::to_owned)
    }

    /// How diagnostics are printed.
    pub(super) fn style(&self) -> Style {
        Style {
            graphical: std::io::stderr().is_terminal(),
            color: self.color,
            verbose: self.verbose,
            quiet: self.quiet,
            ..Style::default()
        }
    }

    /// Prints text on standard output.
    pub(super) fn print(&self, text: &str) -> Result<(), ExitCode> {
        use std::io::Write as _;
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|error| {
                self.trouble(
                    &format!("cannot write to standard output: {}", fs::in_words(&error)),
                    None,
                )
            })
    }

    /// Prints a line on standard error, unless only errors are wanted.
    pub(super) fn say(&self, line: &str) {
        if !self.quiet {
            eprintln!("{line}");
        }
    }

    /// Prints why a command could not do its work.
    pub(super) fn trouble(&self, message: &str, help: Option<&str>) -> ExitCode {
        eprintln!("{}: {message}", self.paint("1;31", "error"));
        if let Some(help) = help {
            eprintln!("  {}: {help}", self.paint("36", "help"));
        }
        ExitCode::from(TROUBLE)
    }

    /// Prints why there was no build.
    pub(super) fn build_error(&self, error: &BuildError) -> ExitCode {
        match of_build_error(error) {
            Ok(diagnostics) => {
                eprint!("{}", report::text(diagnostics, &self.style()));
                eprintln!(
                    "{}: {}; nothing was touched",
                    self.paint("1;31", "Not built"),
                    report::counts(diagnostics)
                );
                ExitCode::from(TROUBLE)
            }
            Err((message, help)) => self.trouble(&message, help.as_deref()),
        }
    }

    /// Words in a colour, where colours are wanted.
    pub(super) fn paint(&self, code: &str, words: &str) -> String {
        if self.color {
            format!("\u{1b}[{code}m{words}\u{1b}[0m")
        } else {
            words.to_owned()
        }
    }
}

/// Why there was no build: findings in the configuration, or a message and
/// what to do.
pub(super) fn of_build_error(
    error: &BuildError,
) -> Result<&[Diagnostic], (String, Option<String>)> {
    match error {
        BuildError::Config(diagnostics) => Ok(diagnostics),
        BuildError::Io(error) => {
            Err((error.to_string(), unwritable_help(error).map(str::to_owned)))
        }
        BuildError::Busy(lock) => Err((
            "another build of this site is running".to_owned(),
            Some(format!("wait for it to end; it holds `{}`", lock.display())),
        )),
        BuildError::NoSite(root) => Err((
            format!("there is no folder `{}`", root.display()),
            Some("give the site's folder with `--root`".to_owned()),
        )),
    }
}

/// What to do where a folder may be read but not written.
fn unwritable_help(error: &FsError) -> Option<&'static str> {
    matches!(
        error.error.kind(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
    )
    .then_some("where the site's folder is read-only, give others with `--out` and `--cache-dir`")
}

/// The instant that counts as now: what was given, or `SOURCE_DATE_EPOCH`, or
/// the clock.
pub(super) fn now(given: Option<Timestamp>) -> Result<Timestamp, String> {
    if let Some(now) = given {
        return Ok(now);
    }
    match std::env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text
            .trim()
            .parse::<i64>()
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok())
            .ok_or_else(|| {
                format!(
                    "SOURCE_DATE_EPOCH is `{text}`, which is not a number of seconds since 1970"
                )
            }),
        Err(_) => Ok(Timestamp::now()),
    }
}

/// The shortest key that is taken.
const SHORTEST_KEY: usize = 16;

/// How the shared cache may be used, as the environment says. A key that is
/// empty is none: what is secret is not handed to everybody.
pub(super) fn shared_access() -> Result<Access, String> {
    let key = std::env::var("GUIDEPOST_CACHE_KEY").unwrap_or_default();
    let key = key.trim();
    if !key.is_empty() && key.chars().count() < SHORTEST_KEY {
        return Err(format!(
            "GUIDEPOST_CACHE_KEY is shorter than {SHORTEST_KEY} characters"
        ));
    }
    let read_only = std::env::var("GUIDEPOST_CACHE_READ_ONLY").unwrap_or_default();
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| {
            ["AWS_", "GOOGLE_", "AZURE_"]
                .iter()
                .any(|of| name.starts_with(of))
        });
    Ok(Access {
        secret: (!key.is_empty()).then(|| Secret::new(key)),
        read_only: !["", "0", "false"].contains(&read_only.trim()),
        environment: environment.collect(),
        ..Access::default()
    })
}

/// Reads `--now`: RFC 3339, or a day, which then means its midnight in UTC.
pub(super) fn parse_now(text: &str) -> Result<Timestamp, String> {
    crate::ground::date::Moment::parse(text, &jiff::tz::TimeZone::UTC)
        .map(|moment| moment.instant)
        .map_err(|_| "expected an instant such as `2026-11-22T10:00:00Z`, or a day".to_owned())
}
