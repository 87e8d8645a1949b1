//! The JSON document of `guidepost build --json`.

use std::time::Duration;

use serde::Serialize;

use super::TROUBLE;
use crate::edge::build::{BuildError, BuildReport, Steps};
use crate::edge::report;
use crate::edge::shared_cache::Exchanged;
use crate::edge::verify::Difference;

#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    guides: usize,
    out: String,
    outputs: Outputs<'a>,
    counts: report::Counts,
    diagnostics: Vec<report::JsonDiagnostic<'a>>,
    steps: Steps,
    /// For each page that was made again, the inputs that had changed.
    reasons: serde_json::Map<String, serde_json::Value>,
    /// The next instant at which the site would differ, in RFC 3339.
    next_change: Option<String>,
    /// What was wrong with the cache.
    cache_warning: Option<&'a str>,
    /// What was exchanged with other machines; none where nothing was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    shared: Option<&'a Exchanged>,
    /// What a clean build makes otherwise; none without `--verify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    differences: Option<Vec<JsonDifference<'a>>>,
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

#[derive(Serialize)]
struct JsonDifference<'a> {
    path: &'a str,
    what: &'a str,
    step: &'a str,
}

impl<'a> JsonDifference<'a> {
    fn of(difference: &'a Difference) -> Self {
        Self {
            path: &difference.path,
            what: &difference.what,
            step: &difference.step,
        }
    }
}

/// The document of a build.
pub(super) fn of_build(outcome: &BuildReport, differences: Option<&[Difference]>) -> String {
    let written = &outcome.written;
    let milliseconds =
        |time: &Duration| serde_json::Value::from((time.as_secs_f64() * 1e6).round() / 1e3);
    document(&Document {
        ok: !outcome.failed && differences.is_none_or(<[Difference]>::is_empty),
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
        steps: outcome.steps,
        reasons: outcome
            .reasons
            .iter()
            .map(|(path, reasons)| (path.to_string(), reasons.clone().into()))
            .collect(),
        next_change: outcome.next_change.map(|instant| instant.to_string()),
        cache_warning: outcome.cache_warning.as_deref(),
        shared: outcome.shared.as_ref(),
        differences: differences
            .map(|differences| differences.iter().map(JsonDifference::of).collect()),
        timings: outcome
            .timings
            .iter()
            .map(|(stage, time)| ((*stage).to_owned(), milliseconds(time)))
            .collect(),
    })
}

/// The document of a build that could not begin.
pub(super) fn of_error(error: &BuildError) -> String {
    let (message, diagnostics): (String, &[_]) = match error {
        BuildError::Config(diagnostics) => ("the configuration has errors".to_owned(), diagnostics),
        BuildError::Io(error) => (error.to_string(), &[]),
        BuildError::Busy(_) => ("another build of this site is running".to_owned(), &[]),
        BuildError::NoSite(root) => (format!("there is no folder `{}`", root.display()), &[]),
    };
    document(&serde_json::json!({
        "ok": false,
        "error": message,
        "exit_code": TROUBLE,
        "counts": report::counts(diagnostics),
        "diagnostics": report::json(diagnostics),
    }))
}

fn document(document: &impl Serialize) -> String {
    // Text, numbers and lists serialize without failing.
    serde_json::to_string_pretty(document).unwrap_or_default() + "\n"
}
