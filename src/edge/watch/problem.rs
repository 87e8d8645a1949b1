//! Problems: what an open page is told when the site cannot be built.

use crate::edge::build::{BuildError, BuildReport};
use crate::edge::dev_server::Problem;
use crate::edge::report::{self, Style};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Level;

/// Findings that a page is shown at most.
const MOST: usize = 20;

/// The errors of a build.
pub(super) fn of_report(report: &BuildReport) -> Problem {
    of_diagnostics(&report.diagnostics)
}

/// Why there was no build.
pub(super) fn of_error(error: &BuildError) -> Problem {
    let one = |title: &str, text: String| Problem {
        title: title.to_owned(),
        findings: vec![text],
    };
    match error {
        BuildError::Config(diagnostics) => of_diagnostics(diagnostics),
        BuildError::Io(error) => one("A file could not be read or written", error.to_string()),
        BuildError::Busy(lock) => one(
            "Another watcher of this site is running",
            format!("it holds `{}`", lock.display()),
        ),
        BuildError::NoSite(root) => one(
            "The site is gone",
            format!("there is no folder `{}`", root.display()),
        ),
    }
}

/// The program itself failed.
pub(super) fn of_fault() -> Problem {
    Problem {
        title: "Guidepost itself failed".to_owned(),
        findings: vec!["The terminal says where; please report it.".to_owned()],
    }
}

fn of_diagnostics(diagnostics: &[Diagnostic]) -> Problem {
    let errors: Vec<&Diagnostic> = diagnostics
        .iter()
        .filter(|found| found.level == Level::Error)
        .collect();
    let mut findings: Vec<String> = errors
        .iter()
        .take(MOST)
        .map(|found| {
            let text = report::text(std::slice::from_ref(*found), &Style::default());
            text.trim_end().to_owned()
        })
        .collect();
    if errors.len() > MOST {
        findings.push(format!("… and {} more", errors.len() - MOST));
    }
    Problem {
        title: report::plural(errors.len(), "error"),
        findings,
    }
}
