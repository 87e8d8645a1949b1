//! Rebuilding: a build at a time, what pages are told of it, and what ends one
//! before its time.
//!
//! Pages that are open are shown first and the rest follows; a save that comes
//! in meanwhile ends the build, and the next one does the work of both. Nothing
//! waits here. Invariant: whatever comes of a build, open pages are told of
//! every output of theirs that is not what they were last told of.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::Told;
use super::problem;
use super::running::Watch;
use super::warm::{Rebuilt, Warm};
use crate::content::config::BaseUrl;
use crate::edge::changes::Changes;
use crate::edge::frame::read_config;
use crate::edge::onlookers::Onlookers;
use crate::ground::fs;
use crate::ground::paths::OutPath;

/// How many rebuilds in a row may be given up: in a storm that does not end,
/// something has to be built.
pub(super) const MOST_GIVEN_UP: usize = 5;

/// What is built.
enum Wanted {
    /// What these changes ask for.
    Changed(Changes),
    /// All of the site, into memory.
    Whole,
}

impl Watch<'_, '_> {
    /// Builds again and says what came of it.
    pub(super) fn rebuild(&mut self, changes: Changes) {
        self.build(Wanted::Changed(changes));
    }

    /// Brings the site into memory, in which nothing should change; says what
    /// came of it if something did. Says whether it came to an end.
    pub(super) fn settle_in(&mut self) -> bool {
        self.build(Wanted::Whole)
    }

    /// Builds, and says whether it came to an end.
    fn build(&mut self, wanted: Wanted) -> bool {
        let (now, progress) = ((self.options.now)(), self.options.progress);
        let started = Instant::now();
        let is_whole = matches!(wanted, Wanted::Whole);
        let may_give_up = is_whole || self.given_up < MOST_GIVEN_UP;
        let (open, before) = (self.live.open_pages(), self.mouth.count());
        let shown = Mutex::new(BTreeSet::new());
        let unsure = &self.unsure;
        let ahead = |outputs: &[(OutPath, bool)]| {
            let news = outputs
                .iter()
                .filter(|(path, is_new)| *is_new || unsure.contains(path));
            let news: Vec<OutPath> = news.map(|(path, _)| path.clone()).collect();
            self.live.changed(news.iter(), None);
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            shown.extend(news);
        };
        let onlookers = Onlookers {
            open: &open,
            ahead: &ahead,
            given_up: &|| may_give_up && self.mouth.count() != before,
        };
        let (own, warm) = (&self.own, &mut self.warm);
        let result = catch_unwind(AssertUnwindSafe(|| {
            let (warm, wanted) = match warm {
                Some(warm) => (warm, wanted),
                None => {
                    let opened = warm.insert(Warm::open(own.clone())?);
                    (opened, Wanted::Changed(Changes::Unknown))
                }
            };
            match wanted {
                Wanted::Changed(changes) => warm.rebuild(changes, now, progress, &onlookers),
                Wanted::Whole => warm.settle_in(now, progress, &onlookers),
            }
        }));
        let shown = shown.into_inner().unwrap_or_else(PoisonError::into_inner);
        let Ok(result) = result else {
            self.unsure.extend(shown);
            self.start_anew(started);
            return true;
        };
        self.set_base();
        match result {
            Ok(None) => {
                self.unsure.extend(shown);
                self.given_up += usize::from(!is_whole);
                return false;
            }
            Ok(Some(rebuilt)) => {
                self.given_up = 0;
                let written = &rebuilt.report.written;
                let changed = !written.written.is_empty() || !written.deleted.is_empty();
                if !is_whole || changed || rebuilt.report.failed {
                    self.publish(&rebuilt, shown);
                }
            }
            Err(error) => {
                self.given_up = 0;
                self.trouble = true;
                self.take_back(shown);
                self.live.problem(&problem::of_error(&error));
                (self.tell)(Told::Failed(&error));
            }
        }
        true
    }

    /// Lets go of everything after a fault of the program itself, which has
    /// been printed where it happened.
    fn start_anew(&mut self, started: Instant) {
        self.trouble = true;
        self.given_up = 0;
        self.warm = None;
        self.live.problem(&problem::of_fault());
        let took = started.elapsed().as_millis();
        let note = format!(
            "Guidepost itself failed after {took} ms; what it remembered is let go of, and the \
             next change builds anew. Please report it"
        );
        (self.tell)(Told::Note(&note));
    }

    /// Tells whoever watches what came of a rebuild of which these outputs are
    /// shown already.
    fn publish(&mut self, rebuilt: &Rebuilt, shown: BTreeSet<OutPath>) {
        let report = &rebuilt.report;
        self.next_change = report.next_change;
        self.trouble = report.failed;
        if report.failed {
            self.take_back(shown);
            self.live.problem(&problem::of_report(report));
        } else {
            let navigate = self.saved_page(rebuilt);
            let written = &report.written;
            let mut outputs = std::mem::take(&mut self.unsure);
            outputs.extend(written.written.iter().chain(&written.deleted).cloned());
            let outputs = outputs.difference(&shown);
            self.live.changed(outputs, navigate.as_ref());
            self.live.mended();
        }
        (self.tell)(Told::Rebuilt(rebuilt));
    }

    /// Tells pages that were shown something that it does not stand any more.
    fn take_back(&mut self, shown: BTreeSet<OutPath>) {
        let mut outputs = std::mem::take(&mut self.unsure);
        outputs.extend(shown);
        self.live.changed(outputs.iter(), None);
    }

    /// The page of the guide that was saved, for pages that follow.
    fn saved_page(&self, rebuilt: &Rebuilt) -> Option<OutPath> {
        let warm = self.warm.as_ref().filter(|_| self.options.navigate)?;
        let mut pages = rebuilt.report.changed.iter();
        pages.find_map(|source| warm.page_of(source))
    }

    /// Takes the base path from the configuration as it is now; a broken one
    /// leaves it.
    pub(super) fn set_base(&self) {
        let configured = || {
            let config = read_config(&fs::absolute(&self.own.root)).ok()?.0;
            Some(config.base_url)
        };
        let url = match &self.own.base_url {
            Some(url) => Some(Some(url.clone())),
            None => configured(),
        };
        if let Some(url) = url {
            let base = url.as_ref().map_or("/", BaseUrl::path);
            self.live.set_base(base);
        }
    }
}
