//! What a watcher prints for people: a line for each rebuild, errors in full,
//! nothing twice, and on a terminal a last line that stays where it is.

use std::collections::HashSet;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use super::super::context::{Context, of_build_error};
use super::Listener;
use crate::edge::build::BuildReport;
use crate::edge::report;
use crate::edge::watch::Told;
use crate::edge::watch::warm::Rebuilt;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::paths::SrcPath;
use crate::ground::rule::Level;

/// What clears a terminal's line and goes back to its beginning.
const CLEAR: &str = "\r\u{1b}[2K";

/// Prints for people, on standard error.
pub(super) struct Screen<'a> {
    context: &'a Context,
    terminal: bool,
    /// The line that stays.
    status: String,
    /// What was found the last time, as it was printed.
    known: HashSet<String>,
    /// Whether the last rebuild failed, and what was printed of it.
    failed: Option<String>,
    served: String,
}

impl<'a> Screen<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self {
            context,
            terminal: std::io::stderr().is_terminal(),
            status: String::new(),
            known: HashSet::new(),
            failed: None,
            served: String::new(),
        }
    }

    /// Prints text above the line that stays.
    fn print(&self, text: &str) {
        let mut out = std::io::stderr().lock();
        // Where nobody reads any more there is nobody to tell.
        let _ = match self.terminal {
            true => write!(out, "{CLEAR}{text}\n{}", self.status),
            false => writeln!(out, "{text}"),
        };
        let _ = out.flush();
    }

    fn set_status(&mut self, status: String) {
        self.status = match self.context.quiet {
            true => String::new(),
            false => status,
        };
        if self.terminal {
            let mut out = std::io::stderr().lock();
            let _ = write!(out, "{CLEAR}{}", self.status);
            let _ = out.flush();
        }
    }

    fn say(&self, line: &str) {
        if !self.context.quiet {
            self.print(line);
        }
    }

    /// Prints findings that were not there the last time.
    fn findings(&mut self, found: &[Diagnostic]) {
        let style = self.context.style();
        let shown: Vec<String> = found
            .iter()
            .filter(|found| found.level != Level::Note || style.verbose)
            .map(|found| report::text(std::slice::from_ref(found), &style))
            .collect();
        for text in &shown {
            if !text.is_empty() && !self.known.contains(text) {
                self.print(text.trim_end());
            }
        }
        self.known = shown.into_iter().collect();
    }

    fn rebuilt(&mut self, rebuilt: &Rebuilt) {
        let report = &rebuilt.report;
        if let Some(warning) = &report.cache_warning {
            self.say(&format!(
                "{}: {warning}",
                self.context.paint("1;33", "warning")
            ));
        }
        if report.failed {
            self.failed(&report.diagnostics, rebuilt.took);
            return;
        }
        let mended = self.failed.take().is_some();
        self.findings(&report.diagnostics);
        if let Some(line) = line_of(report, rebuilt.took, mended) {
            let word = if mended { "Mended" } else { "Built" };
            self.say(&format!("{} {line}", self.context.paint("1;32", word)));
        }
        let counts = report::counts(&report.diagnostics);
        let found = match counts == report::Counts::default() {
            true => String::new(),
            false => format!(" · {counts}"),
        };
        self.set_status(format!(
            "{}{}{found} · Ctrl-C ends",
            self.served,
            report::plural(report.guides, "guide")
        ));
    }

    fn failed(&mut self, found: &[Diagnostic], took: Duration) {
        let errors: Vec<Diagnostic> = found
            .iter()
            .filter(|found| found.level == Level::Error)
            .cloned()
            .collect();
        let text = report::text(&errors, &self.context.style());
        let count = report::plural(errors.len(), "error");
        if self.failed.as_ref() != Some(&text) {
            self.findings(&errors);
            let word = self.context.paint("1;31", "Not built");
            let time = milliseconds(took);
            self.print(&format!(
                "{word} in {time}: {count}; the last good site stays up"
            ));
        }
        self.failed = Some(text);
        self.set_status(format!("{}{count} to mend · Ctrl-C ends", self.served));
    }
}

impl Listener for Screen<'_> {
    fn ready(&mut self, url: Option<&str>, taken: Option<&str>, guides: usize) {
        if let Some(taken) = taken {
            self.say(taken);
        }
        let guides = report::plural(guides, "guide");
        match url {
            Some(url) => {
                self.say(&format!(
                    "Serving {url} and watching {guides} (Ctrl-C ends)"
                ));
                self.served = format!("{url} · ");
            }
            None => self.say(&format!("Watching {guides} (Ctrl-C ends)")),
        }
        self.set_status(format!("{}{guides} · Ctrl-C ends", self.served));
    }

    fn told(&mut self, told: &Told<'_>) {
        match told {
            Told::Rebuilt(rebuilt) => self.rebuilt(rebuilt),
            Told::Failed(error) => match of_build_error(error) {
                Ok(diagnostics) => self.failed(diagnostics, Duration::ZERO),
                Err((message, _)) => {
                    if self.failed.as_ref() != Some(&message) {
                        let word = self.context.paint("1;31", "error");
                        self.print(&format!("{word}: {message}; the last good site stays up"));
                    }
                    self.failed = Some(message);
                }
            },
            Told::Note(note) => {
                let word = self.context.paint("1;33", "note");
                self.say(&format!("{word}: {note}"));
            }
            Told::Ready { .. } | Told::Settled => {}
        }
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        if self.terminal {
            let _ = write!(std::io::stderr(), "{CLEAR}");
        }
    }
}

/// What changed, how many pages, how long; `None` where nothing did.
fn line_of(report: &BuildReport, took: Duration, always: bool) -> Option<String> {
    let written = &report.written;
    let pages = written.written.len() + written.deleted.len();
    if pages == 0 && !always {
        return None;
    }
    let mut made = report::plural(written.written.len(), "file");
    if !written.deleted.is_empty() {
        made = format!("{made}, {} deleted", written.deleted.len());
    }
    let took = milliseconds(took);
    Some(match names(&report.changed) {
        Some(names) => format!("{names}: {made} in {took}"),
        None => format!("{made} in {took}"),
    })
}

/// The sources that changed, in a few words.
fn names(changed: &[SrcPath]) -> Option<String> {
    match changed {
        [] => None,
        [one] => Some(one.to_string()),
        [one, two] => Some(format!("{one}, {two}")),
        [one, rest @ ..] => Some(format!("{one} and {} more", rest.len())),
    }
}

pub(super) fn milliseconds(took: Duration) -> String {
    if took < Duration::from_secs(1) {
        format!("{} ms", took.as_millis())
    } else {
        format!("{:.2} s", took.as_secs_f64())
    }
}
