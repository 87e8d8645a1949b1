//! Running a build, as a library call or as a process, and what came of it.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;

use guidepost::content::config::BaseUrl;
use guidepost::edge::build::{BuildError, BuildOptions, BuildReport, build};
use guidepost::edge::report;
use serde_json::Value;

use super::chance::Chance;
use super::model::Flags;

/// The folders of one build.
#[derive(Clone, Debug)]
pub struct Folders {
    pub root: PathBuf,
    pub out: PathBuf,
    pub cache: PathBuf,
    /// Whether output and cache are where they are by default.
    pub default: bool,
}

/// How a build is run.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// As a new process, else in this one.
    pub process: bool,
    pub jobs: usize,
}

impl How {
    pub fn any(chance: &mut Chance) -> Self {
        Self {
            process: chance.one_in(2),
            jobs: chance.below(8) + 1,
        }
    }
}

/// What came of a build, with its folders left out of the words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The exit status; more than 2 is a crash.
    pub exit: i32,
    /// Why there was no build.
    pub error: Option<String>,
    /// The diagnostics, as `--json` prints them.
    pub findings: Vec<String>,
    pub written: BTreeSet<String>,
    pub deleted: BTreeSet<String>,
    pub unchanged: usize,
    /// Sources parsed, code blocks highlighted, outputs made.
    pub steps: [usize; 3],
}

impl Outcome {
    /// The findings of all rules but one.
    pub fn without(&self, rule: &str) -> Vec<String> {
        let mark = format!("\"rule\":\"{rule}\"");
        let other = |found: &&String| !found.contains(&mark);
        self.findings.iter().filter(other).cloned().collect()
    }
}

/// Runs a build.
pub fn run(folders: &Folders, flags: &Flags, how: How) -> Outcome {
    if how.process {
        let output = command(folders, flags, how.jobs)
            .output()
            .expect("the binary runs");
        return read(folders, &output);
    }
    in_this_process(folders, flags, how.jobs)
}

/// The command that builds.
pub fn command(folders: &Folders, flags: &Flags, jobs: usize) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guidepost"));
    command.args(arguments(folders, flags, jobs));
    command
}

/// The arguments of the command that builds.
pub fn arguments(folders: &Folders, flags: &Flags, jobs: usize) -> Vec<std::ffi::OsString> {
    let mut words: Vec<std::ffi::OsString> = ["build", "--json", "--now", &flags.now, "--jobs"]
        .map(Into::into)
        .to_vec();
    words.push(jobs.to_string().into());
    words.push("--root".into());
    words.push(folders.root.clone().into());
    if !folders.default {
        words.push("--out".into());
        words.push(folders.out.clone().into());
        words.push("--cache-dir".into());
        words.push(folders.cache.clone().into());
    }
    if let Some(url) = &flags.base_url {
        words.push("--base-url".into());
        words.push(url.into());
    }
    for (wanted, flag) in [
        (flags.drafts, "--drafts"),
        (flags.future, "--future"),
        (flags.strict, "--strict"),
    ] {
        if wanted {
            words.push(flag.into());
        }
    }
    words
}

/// What a process said and how it ended.
pub fn read(folders: &Folders, output: &std::process::Output) -> Outcome {
    use std::os::unix::process::ExitStatusExt;

    let exit = output
        .status
        .code()
        .unwrap_or_else(|| 128 + output.status.signal().unwrap_or(0));
    let text = String::from_utf8_lossy(&output.stdout);
    let Ok(document) = serde_json::from_str::<Value>(&text) else {
        return Outcome {
            exit,
            error: Some(format!(
                "no JSON; standard error says: {}",
                String::from_utf8_lossy(&output.stderr)
            )),
            ..Outcome::default()
        };
    };
    let paths = |key: &str| -> BTreeSet<String> {
        document["outputs"][key]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|path| path.as_str().map(str::to_owned))
            .collect()
    };
    Outcome {
        exit,
        error: document["error"]
            .as_str()
            .map(|error| plain(folders, error)),
        findings: document["diagnostics"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|found| plain(folders, &found.to_string()))
            .collect(),
        written: paths("written"),
        deleted: paths("deleted"),
        unchanged: document["outputs"]["unchanged"]
            .as_u64()
            .and_then(|count| usize::try_from(count).ok())
            .unwrap_or_default(),
        steps: ["parsed", "highlighted", "rendered"].map(|key| {
            let count = document["steps"][key].as_u64();
            count
                .and_then(|count| usize::try_from(count).ok())
                .unwrap_or_default()
        }),
    }
}

/// A message without the folders of the build that it comes from.
fn plain(folders: &Folders, message: &str) -> String {
    let mut message = message.to_owned();
    for (folder, name) in [(&folders.out, "OUT"), (&folders.cache, "CACHE")] {
        message = message.replace(&shown(folder), name);
    }
    message
}

fn shown(folder: &Path) -> String {
    folder.display().to_string()
}

/// The options of a build in this process.
pub fn options(folders: &Folders, flags: &Flags) -> BuildOptions {
    BuildOptions {
        out: (!folders.default).then(|| folders.out.clone()),
        cache: (!folders.default).then(|| folders.cache.clone()),
        base_url: flags
            .base_url
            .as_ref()
            .map(|url| BaseUrl::new(url).expect("a URL")),
        drafts: flags.drafts,
        future: flags.future,
        strict: flags.strict,
        ..BuildOptions::new(&folders.root, flags.now.parse().expect("an instant"))
    }
}

fn in_this_process(folders: &Folders, flags: &Flags, jobs: usize) -> Outcome {
    let options = options(folders, flags);
    in_threads(folders, jobs, || build(&options, &|_, _| {}))
}

/// Runs a build on so many threads, and says what came of it.
pub fn in_threads(
    folders: &Folders,
    jobs: usize,
    build: impl FnOnce() -> Result<BuildReport, BuildError> + Send,
) -> Outcome {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(jobs)
        .build()
        .expect("threads");
    let result = catch_unwind(AssertUnwindSafe(|| pool.install(build)));
    match result {
        Ok(Ok(report)) => reported(folders, &report),
        Ok(Err(error)) => refused(folders, &error),
        Err(panic) => Outcome {
            exit: 101,
            error: Some(format!(
                "panic: {}",
                panic
                    .downcast_ref::<String>()
                    .map(String::as_str)
                    .or_else(|| panic.downcast_ref::<&str>().copied())
                    .unwrap_or("without words")
            )),
            ..Outcome::default()
        },
    }
}

fn reported(folders: &Folders, report: &BuildReport) -> Outcome {
    let words = |paths: &[guidepost::ground::paths::OutPath]| {
        paths.iter().map(|path| path.as_str().to_owned()).collect()
    };
    Outcome {
        exit: i32::from(report.failed),
        error: None,
        findings: findings(folders, &report.diagnostics),
        written: words(&report.written.written),
        deleted: words(&report.written.deleted),
        unchanged: report.written.unchanged,
        steps: [
            report.steps.parsed,
            report.steps.highlighted,
            report.steps.rendered,
        ],
    }
}

fn refused(folders: &Folders, error: &BuildError) -> Outcome {
    let (message, findings) = match error {
        BuildError::Config(found) => (
            "the configuration has errors".to_owned(),
            findings(folders, found),
        ),
        BuildError::Io(error) => (error.to_string(), Vec::new()),
        BuildError::Busy(_) => ("another build of this site is running".into(), Vec::new()),
        BuildError::NoSite(root) => (format!("there is no folder `{}`", shown(root)), Vec::new()),
    };
    Outcome {
        exit: 2,
        error: Some(plain(folders, &message)),
        findings,
        ..Outcome::default()
    }
}

fn findings(
    folders: &Folders,
    diagnostics: &[guidepost::ground::diagnostic::Diagnostic],
) -> Vec<String> {
    report::json(diagnostics)
        .iter()
        .map(|found| {
            // Through a value, so that both ways of running print alike.
            let value = serde_json::to_value(found).expect("a diagnostic as JSON");
            plain(folders, &value.to_string())
        })
        .collect()
}
