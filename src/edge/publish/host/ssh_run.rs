//! Carrying out a plan on a host behind SSH: stage by stage, under a claim.
//!
//! Invariant: a stage begins only when the one before it went well and the
//! claim is held; so nothing is deleted after a failure. What is under way is
//! written down first, so that the next publisher looks at it.

use std::sync::Mutex;
use std::time::Instant;

use jiff::Timestamp;

use super::child::{Done, STOPPED};
use super::scripts::{BEGIN, CLAIM, DELETE, EACH, FASTER, HOLD, RELEASE, RESTORE, SAVE};
use super::ssh::{Machine, is, is_held, zero_ended};
use super::{Carried, Work, documents};
use crate::edge::publish::claim::HOLDS;
use crate::edge::publish::guard::Refusal;
use crate::edge::publish::plan::{Action, Stage};
use crate::edge::publish::publication::{
    self, CLAIM as CLAIM_PATH, CURRENT, PENDING, Pending, Publication, object_path,
};
use crate::edge::publish::run::{LOST, Outcome, Progress};
use crate::edge::publish::session::CLAIMED;
use crate::ground::digest::Digest;
use crate::ground::fs;
use crate::ground::paths::OutPath;

/// Carries out a plan.
pub(super) fn carry_out(machine: &mut Machine<'_>, work: &Work<'_>) -> Result<Carried, String> {
    // A word of our own whatever the token is: it is part of a command.
    let token = Digest::of_bytes(work.job.token.as_bytes()).to_hex();
    if let Some(refusal) = claim(machine, work, &token)? {
        return Ok(Carried::Refused(refusal));
    }
    let carried = under_claim(machine, work, &token);
    // Where that fails it expires.
    let _ = machine.tell(RELEASE, &[&token], None);
    carried
}

fn seconds(work: &Work<'_>) -> (String, String) {
    let now = (work.job.now)().as_second();
    let holds = i64::try_from(HOLDS.as_secs()).unwrap_or(i64::MAX);
    (now.to_string(), now.saturating_add(holds).to_string())
}

fn claim(machine: &Machine<'_>, work: &Work<'_>, token: &str) -> Result<Option<Refusal>, String> {
    let held = |done: &Done| {
        let until = String::from_utf8_lossy(&done.out);
        let until = until
            .trim()
            .parse()
            .ok()
            .and_then(|at| Timestamp::from_second(at).ok());
        let until = until.map_or_else(String::new, |at| format!(", until {at} at the latest"));
        Refusal::new(
            "claimed",
            format!("somebody else publishes there{until}"),
            CLAIMED,
        )
    };
    for _ in 0..3 {
        let (now, until) = seconds(work);
        let done = machine.tell(CLAIM, &[token, &now, &until], None)?;
        match done.code {
            Some(0) => return Ok(None),
            _ if is_held(&done) => return Ok(Some(held(&done))),
            _ if is(&done, FASTER) => {}
            _ => return Err(done.why()),
        }
    }
    Ok(Some(held(&Done::default())))
}

fn under_claim(machine: &mut Machine<'_>, work: &Work<'_>, token: &str) -> Result<Carried, String> {
    // Between the survey and the claim somebody may have come and gone.
    match documents(machine, work.job.adopt)? {
        Ok(again) if again == *work.found => {}
        Ok(_) => {
            let message = "somebody else published there just now";
            return Ok(Carried::Refused(Refusal::new(
                "raced",
                message,
                "run it again",
            )));
        }
        Err(refusal) => return Ok(Carried::Refused(refusal)),
    }
    let mut run = Run {
        machine,
        work,
        token,
        renewed: Instant::now(),
        progress: Mutex::new(work.progress()),
    };
    let mut touched = work.plan.touched();
    touched.extend(work.touched.iter().cloned());
    let pending = Pending::new(work.site, work.id, touched.into_iter().collect());
    let pending = serde_json::to_vec(&pending).unwrap_or_default();
    let begun = run.machine.told(BEGIN, &[token], None);
    let begun = begun.and_then(|_| run.send(vec![(PENDING.to_owned(), pending)]));
    if let Err(why) = begun {
        return Ok(Carried::Out(work.failed(PENDING, why)));
    }
    let mut outcome = Outcome::default();
    for (stage, actions) in &work.plan.stages {
        let stopped = run.machine.programs.attempts.is_stopped();
        if stopped || !outcome.failed.is_empty() {
            outcome.left.extend(actions.iter().cloned());
            continue;
        }
        match run
            .hold()
            .map_err(|why| (CLAIM_PATH.to_owned(), why))
            .and_then(|()| run.stage(*stage, actions))
        {
            Ok(()) => outcome.done.extend(actions.iter().cloned()),
            Err((path, why)) => {
                outcome.left.extend(actions.iter().cloned());
                if why != STOPPED {
                    outcome.failed.push((path, why));
                }
            }
        }
    }
    outcome.stopped = run.machine.programs.attempts.is_stopped() && !outcome.left.is_empty();
    if outcome.is_whole()
        && let Err(why) = run.each(DELETE, vec![PENDING.to_owned()])
    {
        outcome.failed.push((PENDING.to_owned(), why));
    }
    Ok(Carried::Out(outcome))
}

struct Run<'a> {
    machine: &'a Machine<'a>,
    work: &'a Work<'a>,
    token: &'a str,
    renewed: Instant,
    progress: Mutex<Progress>,
}

impl Run<'_> {
    /// Sees that the claim is held, and makes it hold anew.
    fn hold(&mut self) -> Result<(), String> {
        let (_, until) = seconds(self.work);
        let done = self.machine.tell(HOLD, &[self.token, &until], None)?;
        self.renewed = Instant::now();
        match done.code {
            Some(0) => Ok(()),
            _ if is_held(&done) => Err(LOST.to_owned()),
            _ => Err(done.why()),
        }
    }

    /// Sends files, and renews the claim meanwhile.
    fn send(&mut self, files: Vec<(String, Vec<u8>)>) -> Result<(), String> {
        let stage = self.machine.stage.clone();
        let mut paths = Vec::with_capacity(files.len());
        for (path, bytes) in files {
            prepare(&stage, &path, &bytes)?;
            paths.push(format!("./{path}"));
        }
        self.send_prepared(&paths, &|_| {})
    }

    fn send_prepared(
        &mut self,
        paths: &[String],
        line: &(dyn Fn(&[u8]) + Sync),
    ) -> Result<(), String> {
        let machine = self.machine;
        let sent = machine.send(
            paths,
            line,
            &mut || match self.renewed.elapsed() > HOLDS / 2 {
                true => self.hold(),
                false => Ok(()),
            },
        );
        fs::remove_tree(&machine.stage).map_err(|error| error.to_string())?;
        fs::create_folder(&machine.stage).map_err(|error| error.to_string())?;
        sent
    }

    /// Does something with paths on the host.
    fn each(&self, what: &str, paths: Vec<String>) -> Result<(), String> {
        // The records of a host are as little believed as any other input.
        if let Some(bad) = paths.iter().find(|path| OutPath::new(path).is_err()) {
            return Err(format!("`{bad}` is no path of a site"));
        }
        let paths: Vec<String> = paths.iter().map(|path| format!("./{path}")).collect();
        let list = zero_ended(paths.iter().map(String::as_str));
        let length = list.len().to_string();
        self.machine
            .told(EACH, &[&length, what], Some(&list))
            .map(drop)
    }

    /// One stage. An error names a path.
    fn stage(&mut self, stage: Stage, actions: &[Action]) -> Result<(), (String, String)> {
        let (mut saved, mut restored, mut deleted) = (Vec::new(), Vec::new(), Vec::new());
        let mut sent = Vec::new();
        for action in actions {
            let failed = |why: String| (action.path(), why);
            match action {
                Action::Put(entry, _) => {
                    let bytes = (self.work.job.bytes)(entry).map_err(failed)?;
                    prepare(&self.machine.stage, entry.path.as_str(), &bytes).map_err(failed)?;
                    sent.push(format!("./{}", entry.path));
                }
                Action::Manifest => {
                    let publication = self.work.plan.publication.as_ref();
                    let bytes = publication.map_or_else(Vec::new, |publication| {
                        publication::print(&Publication {
                            conditional: true,
                            ..publication.clone()
                        })
                    });
                    prepare(&self.machine.stage, CURRENT, &bytes).map_err(failed)?;
                    sent.push(format!("./{CURRENT}"));
                }
                Action::Remember(_) => saved.extend([CURRENT.to_owned(), action.path()]),
                Action::Save(path, _) => saved.extend([path.to_string(), action.path()]),
                Action::Restore(entry, _) => {
                    restored.extend([object_path(entry.key()), entry.path.to_string()]);
                }
                Action::Delete(_) | Action::Collect(_) | Action::Forget(_) => {
                    deleted.push(action.path());
                }
            }
        }
        let named = |why: String| (format!("{stage:?}"), why);
        for (what, paths) in [(SAVE, saved), (RESTORE, restored), (DELETE, deleted)] {
            if !paths.is_empty() {
                self.each(what, paths).map_err(named)?;
            }
        }
        if !sent.is_empty() {
            let (hear, progress) = (self.work.hear, std::mem::take(&mut self.progress));
            let line = |line: &[u8]| {
                let bytes = std::str::from_utf8(line)
                    .ok()
                    .and_then(|text| text.trim().parse::<u64>().ok());
                if let (Some(bytes), Ok(mut progress)) = (bytes, progress.lock()) {
                    progress.bytes = (progress.bytes + bytes).min(progress.total_bytes);
                    hear(*progress);
                }
            };
            let result = self.send_prepared(&sent, &line);
            self.progress = progress;
            result.map_err(named)?;
        }
        if let Ok(mut progress) = self.progress.lock() {
            progress.done += actions.len();
            (self.work.hear)(*progress);
        }
        Ok(())
    }
}

fn prepare(stage: &std::path::Path, path: &str, bytes: &[u8]) -> Result<(), String> {
    let file = stage.join(path);
    if let Some(folder) = file.parent() {
        fs::create_folder(folder).map_err(|error| error.to_string())?;
    }
    fs::write(&file, bytes).map_err(|error| error.to_string())
}
