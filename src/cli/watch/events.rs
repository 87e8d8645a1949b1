//! What a watcher prints for programs: a JSON document a line.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::context::{Context, of_build_error};
use super::Listener;
use crate::edge::report;
use crate::edge::watch::Told;
use crate::edge::watch::warm::Rebuilt;
use crate::ground::paths::OutPath;

/// Pages that an event names at most.
const MOST: usize = 100;

/// Prints for programs, on standard output.
pub(super) struct Events<'a> {
    context: &'a Context,
}

impl<'a> Events<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self { context }
    }

    fn print(&self, event: &Value) {
        // A reader that went away needs no word; the watcher goes on for the
        // browser.
        let _ = self.context.print(&format!("{event}\n"));
    }
}

impl Listener for Events<'_> {
    fn ready(&mut self, url: Option<&str>, _: Option<&str>, guides: usize) {
        self.print(&json!({ "event": "ready", "url": url, "guides": guides }));
    }

    fn told(&mut self, told: &Told<'_>) {
        match told {
            Told::Rebuilt(rebuilt) => self.print(&of_rebuilt(rebuilt)),
            Told::Failed(error) => {
                let (message, diagnostics) = match of_build_error(error) {
                    Ok(diagnostics) => ("the configuration has errors".to_owned(), diagnostics),
                    Err((message, _)) => (message, &[][..]),
                };
                self.print(&json!({
                    "event": "error",
                    "message": message,
                    "diagnostics": report::json(diagnostics),
                }));
            }
            Told::Note(note) => self.print(&json!({ "event": "note", "message": note })),
            Told::Settled => self.print(&json!({ "event": "settled" })),
            Told::Ready { .. } => {}
        }
    }
}

fn of_rebuilt(rebuilt: &Rebuilt) -> Value {
    let report = &rebuilt.report;
    let milliseconds = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
    let stages: Map<String, Value> = report
        .timings
        .iter()
        .map(|(stage, time)| ((*stage).to_owned(), milliseconds(*time).into()))
        .collect();
    let milliseconds = milliseconds(rebuilt.took);
    let diagnostics = report::json(&report.diagnostics);
    if report.failed {
        return json!({
            "event": "error",
            "message": report::counts(&report.diagnostics).to_string(),
            "milliseconds": milliseconds,
            "diagnostics": diagnostics,
        });
    }
    let names = |outputs: &[OutPath]| -> Vec<String> {
        outputs.iter().take(MOST).map(OutPath::to_string).collect()
    };
    let written = &report.written;
    let changed: Vec<&str> = report
        .changed
        .iter()
        .take(MOST)
        .map(AsRef::as_ref)
        .collect();
    json!({
        "event": "rebuild",
        "milliseconds": milliseconds,
        "stages": stages,
        "guides": report.guides,
        "changed": changed,
        "written": names(&written.written),
        "deleted": names(&written.deleted),
        "counts": {
            "changed": report.changed.len(),
            "written": written.written.len(),
            "deleted": written.deleted.len(),
        },
        "diagnostics": diagnostics,
    })
}
