//! The JSON document of `guidepost publish --json`.

use serde::Serialize;

use crate::edge::publish::plan::{Action, Why};
use crate::edge::publish::publication::Earlier;
use crate::edge::publish::session::Report;

#[derive(Serialize)]
struct Document<'a> {
    ok: bool,
    dry_run: bool,
    refusals: Vec<JsonRefusal<'a>>,
    warnings: &'a [String],
    /// Operations in order.
    plan: Vec<JsonAction>,
    /// Operations done; none where nothing was begun.
    done: Option<Vec<JsonAction>>,
    failed: Vec<JsonFailure<'a>>,
    not_done: Vec<JsonAction>,
    stopped: bool,
    current: Option<&'a Earlier>,
    earlier: &'a [Earlier],
}

#[derive(Serialize)]
struct JsonRefusal<'a> {
    name: &'a str,
    message: &'a str,
    help: &'a str,
    paths: &'a [String],
}

#[derive(Serialize)]
struct JsonFailure<'a> {
    path: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct JsonAction {
    action: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<Why>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

impl From<&Action> for JsonAction {
    fn from(action: &Action) -> Self {
        let (name, why, bytes) = match action {
            Action::Remember(_) => ("remember", None, None),
            Action::Save(..) => ("save", None, None),
            Action::Put(entry, why) => ("put", Some(*why), Some(entry.size)),
            Action::Restore(_, why) => ("restore", Some(*why), None),
            Action::Manifest => ("manifest", None, None),
            Action::Delete(_) => ("delete", None, None),
            Action::Collect(_) => ("collect", None, None),
            Action::Forget(_) => ("forget", None, None),
        };
        Self {
            action: name,
            path: action.path(),
            why,
            bytes,
        }
    }
}

/// The document of a session.
pub(super) fn of_report(report: &Report, dry_run: bool) -> String {
    let outcome = report.outcome.as_ref();
    let all = |actions: &[Action]| actions.iter().map(JsonAction::from).collect();
    pretty(&Document {
        ok: report.is_good(),
        dry_run,
        refusals: report
            .refusals
            .iter()
            .map(|refusal| JsonRefusal {
                name: refusal.name,
                message: &refusal.message,
                help: &refusal.help,
                paths: &refusal.paths,
            })
            .collect(),
        warnings: &report.warnings,
        plan: report.plan.actions().map(JsonAction::from).collect(),
        done: outcome.map(|outcome| all(&outcome.done)),
        failed: outcome.map_or_else(Vec::new, |outcome| {
            let failed = outcome.failed.iter();
            failed
                .map(|(path, why)| JsonFailure { path, why })
                .collect()
        }),
        not_done: outcome.map_or_else(Vec::new, |outcome| all(&outcome.left)),
        stopped: outcome.is_some_and(|outcome| outcome.stopped),
        current: report.current.as_ref(),
        earlier: &report.earlier,
    })
}

/// Any value, as a document.
pub(super) fn pretty(value: &impl Serialize) -> String {
    // Text, numbers and lists serialize without failing.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
