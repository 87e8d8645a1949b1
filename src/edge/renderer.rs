//! Rendering: one planned output after the other, unless it stands.
//!
//! What an output is made from decides whether the file that stands is the one
//! that would be made. Nothing is put in place here: outputs are staged.

use super::record::{PageRecord, explained};
use super::resident::Prints;
use super::shared_cache::Shared;
use super::write::{self, OutputFolder, Staging};
use crate::engine::facts::{Facts, OutputFact};
use crate::engine::pack::{Pack, Slot};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::Digest;
use crate::ground::fs::FsError;
use crate::ground::paths::{OutPath, SrcPath};
use crate::ground::rule::{Level, Rule};
use crate::render::output::{self, Output, OutputStep};
use crate::render::plan::{Job, Planned};
use crate::render::print::{self, Print};
use crate::render::world::World;

/// An output that was made or stands.
pub(super) struct MadeOutput {
    pub(super) path: OutPath,
    pub(super) key: Digest,
    /// Where what a page was made from stands; `None` for pages that stand and
    /// for outputs that are no pages.
    pub(super) slot: Option<Slot>,
    /// The inputs of a page that had changed; `None` as for `slot`.
    pub(super) reasons: Option<Vec<String>>,
    /// Whether it stands and was not made.
    pub(super) stands: bool,
    /// What it is made from, where prints are taken.
    pub(super) print: Option<Print>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl MadeOutput {
    /// Its print, if it was taken, with its key.
    pub(super) fn known_print(&self) -> Option<(OutPath, Digest, Print)> {
        let print = self.print.clone()?;
        Some((self.path.clone(), self.key, print))
    }
}

/// Makes outputs of a planned site.
pub(super) struct Renderer<'a> {
    pub(super) world: &'a World<'a>,
    pub(super) folder: &'a OutputFolder,
    /// What outputs were made from, where that is kept.
    pub(super) prints: Option<Prints<'a>>,
    pub(super) facts: Option<&'a Facts>,
    pub(super) pages: Option<&'a Pack>,
    /// Who hears which blocks are in which page.
    pub(super) shared: Option<&'a Shared>,
    /// The number of this build.
    pub(super) number: u64,
    /// Sources that changed before it.
    pub(super) changed: &'a [SrcPath],
}

impl Renderer<'_> {
    /// Makes an output, unless the one that stands was made by the same step.
    pub(super) fn output(&self, planned: &Planned) -> Result<MadeOutput, FsError> {
        let path = planned.path.clone();
        let fact = self.facts.and_then(|facts| facts.outputs.get(&path));
        let print = self
            .prints
            .and_then(|_| print::print(self.world, &planned.job));
        let stands = |fact: &OutputFact, print| {
            self.folder.keep(&path);
            Ok(MadeOutput {
                path: path.clone(),
                key: fact.key,
                slot: None,
                reasons: None,
                stands: true,
                print,
                diagnostics: fact.diagnostics.clone(),
            })
        };
        if let (Some(prints), Some(print), Some(fact)) = (self.prints, &print, fact)
            && prints.tell(&path, fact.key, print)
            && self.folder.stands(&path, &fact.stamped)
        {
            return stands(fact, None);
        }
        let step = match output::step(self.world, planned) {
            Ok(step) => step,
            Err(found) => {
                return Ok(MadeOutput {
                    path,
                    key: Digest::default(),
                    slot: None,
                    reasons: None,
                    stands: false,
                    print: None,
                    diagnostics: vec![found],
                });
            }
        };
        let key = step.key();
        if let Some(fact) = fact.filter(|fact| fact.key == key)
            && self.folder.stands(&path, &fact.stamped)
        {
            return stands(fact, print);
        }
        let Output {
            bytes,
            mut diagnostics,
            blocks,
        } = step.run();
        let allowed = self.allowed(&planned.job);
        diagnostics.retain(|found| found.level == Level::Error || !allowed.contains(&found.rule));
        if diagnostics.iter().all(|found| found.level < Level::Error) {
            let known = fact.map(|fact| &fact.stamped);
            if self
                .folder
                .stage(&path, &bytes, planned.job.wave(), known)?
                == Staging::Foreign
            {
                diagnostics.push(write::foreign(&path, self.folder.path()));
            }
        }
        if let (Some(shared), OutputStep::Page(page)) = (self.shared, &step)
            && let Some(own) = &page.own
        {
            shared.page(&own.source.path, &blocks);
        }
        let (slot, reasons) = match (step, self.pages) {
            (OutputStep::Page(page), Some(pages)) => {
                let frame = page.frame();
                let before = fact.and_then(|fact| pages.get(fact.key, fact.slot?));
                let before: Option<PageRecord> =
                    before.and_then(|bytes| postcard::from_bytes(&bytes).ok());
                let record = explained(
                    before.as_ref(),
                    page.given,
                    frame,
                    self.number,
                    self.changed,
                );
                let record = PageRecord { blocks, ..record };
                let bytes = postcard::to_stdvec(&record).unwrap_or_default();
                (Some(pages.put(key, &bytes)?), Some(record.reasons))
            }
            _ => (None, None),
        };
        Ok(MadeOutput {
            path,
            key,
            slot,
            reasons,
            stands: false,
            print,
            diagnostics,
        })
    }

    /// The rules that the source of an output is excused from.
    fn allowed(&self, job: &Job) -> &[Rule] {
        let site = self.world.site;
        let page = match job {
            Job::Guide(id) => Some(*id),
            Job::Section(id, _) => site.sections[*id].page,
            _ => None,
        };
        page.map_or(&[], |id| &site.pages[id].article.front.allow)
    }
}
