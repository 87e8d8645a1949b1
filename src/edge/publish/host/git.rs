//! A branch of a git repository, through the system's `git`.
//!
//! The branch is fetched without its history into a repository of our own, a
//! publication is one commit, and it is pushed on the condition that the branch
//! is still what was fetched. Invariant: the push is the only thing that
//! changes anything there, and it happens whole or not at all; so there is
//! neither a claim nor anything to resume.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::child::{Programs, fully};
use super::git_commit::{Base, Sources, commit};
use super::git_program::{FETCHED, Git, identity, variables};
use super::{Carried, Host, Listing, Work, keeps_history};
use crate::content::publish_address::GitAddress;
use crate::edge::publish::entry::Entry;
use crate::edge::publish::guard::Refusal;
use crate::edge::publish::plan::{Action, Plan, Stage};
use crate::edge::publish::publication::{self, CURRENT, FOLDER, object_path, publication_path};
use crate::edge::publish::run::Outcome;
use crate::edge::publish::session::Job;
use crate::ground::digest::Digest;
use crate::ground::fs;
use crate::ground::paths::OutPath;

/// Commits that are looked through for an earlier publication, before all are.
const SOME: u32 = 64;
/// What git calls all of them.
const ALL: u32 = 0x7fff_ffff;

/// A branch that was fetched.
pub(super) struct Branch {
    git: Git,
    branch: String,
    /// The commit that stands; none where there is no such branch yet.
    tip: Option<String>,
    /// The blobs of its files.
    blobs: BTreeMap<String, String>,
    listing: Listing,
    /// The blobs of an earlier publication.
    back: BTreeMap<String, String>,
    keeps_history: bool,
    author: String,
}

impl Branch {
    /// Fetches a branch into a repository below a folder.
    pub(super) fn fetch(
        mut programs: Programs,
        address: &GitAddress,
        folder: &Path,
        job: &Job<'_>,
        author: &str,
    ) -> Result<Self, String> {
        let repository = folder.join("repository.git");
        let variables = variables(&mut programs, folder)?;
        let git = Git {
            programs,
            repository,
            folder: folder.to_owned(),
            url: address.url.clone(),
            variables,
        };
        git.prepare()?;
        let mut branch = Self {
            branch: address.branch.clone(),
            tip: None,
            blobs: BTreeMap::new(),
            listing: Listing::default(),
            back: BTreeMap::new(),
            keeps_history: keeps_history(job.options),
            author: identity(&git, author)?,
            git,
        };
        if branch.git.tip(&branch.branch)?.is_some() {
            if branch.git.fetch(&branch.branch, 1).is_err() {
                // What was broken off may have left the repository locked.
                fs::remove_tree(&branch.git.repository).map_err(|error| error.to_string())?;
                branch.git.prepare()?;
                branch.git.fetch(&branch.branch, 1)?;
            }
            let name = format!("{FETCHED}^{{commit}}");
            let tip = branch
                .git
                .out(&["rev-parse", "--verify", "--quiet", &name])?;
            let tip = String::from_utf8_lossy(&tip).trim().to_owned();
            (branch.blobs, branch.listing) = branch.git.tree(&tip)?;
            branch.tip = Some(tip);
        }
        Ok(branch)
    }

    fn blob(&self, blob: &str) -> Result<Vec<u8>, String> {
        self.git.out(&["cat-file", "blob", blob])
    }

    /// Finds the commit of an earlier publication in the history.
    fn find(&mut self, tip: &str, id: &str) -> Result<Option<Vec<u8>>, String> {
        let log = ["log", "--format=%H", tip, "--", CURRENT];
        let commits = String::from_utf8_lossy(&self.git.out(&log)?).into_owned();
        for commit in commits.lines() {
            // One in which it was deleted has none.
            let Ok(bytes) = self.blob(&format!("{commit}:{CURRENT}")) else {
                continue;
            };
            if publication::parse(&bytes).is_ok_and(|found| found.id == id) {
                (self.back, _) = self.git.tree(commit)?;
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// The blob from which an object is brought back.
    fn source(&self, entry: &Entry) -> Option<&str> {
        let kept = self.blobs.get(&object_path(entry.key()));
        kept.or_else(|| self.back.get(entry.path.as_str()))
            .map(String::as_str)
    }

    /// Pushes a commit, if the branch is still what was fetched.
    fn push(&self, commit: &str, work: &Work<'_>) -> Result<Carried, String> {
        let name = format!("refs/heads/{}", self.branch);
        let was = self.tip.as_deref().unwrap_or_default();
        let lease = format!("--force-with-lease={name}:{was}");
        let what = format!("{commit}:{name}");
        let push = [
            "push",
            "--quiet",
            "--no-verify",
            &lease,
            "--",
            &self.git.url,
            &what,
        ];
        // It is one step: whoever wants an end waits for this one.
        let done = self.git.ask(&push, false)?;
        if !done.is_good() {
            match self.git.tip(&self.branch) {
                // The answer was lost.
                Ok(Some(tip)) if tip == commit => {}
                Ok(tip) if tip.as_deref().unwrap_or_default() != was => {
                    let message = "somebody else published there just now";
                    return Ok(Carried::Refused(Refusal::new(
                        "raced",
                        message,
                        "run it again",
                    )));
                }
                _ => return Ok(Carried::Out(work.failed(&self.branch, done.why()))),
            }
        }
        Ok(Carried::Out(Outcome {
            done: work.plan.actions().cloned().collect(),
            ..Outcome::default()
        }))
    }
}

impl Host for Branch {
    fn read(&mut self, paths: &[&str]) -> Result<Vec<Option<Vec<u8>>>, String> {
        let blobs = paths.iter().map(|path| self.blobs.get(*path));
        blobs
            .map(|blob| blob.map(|blob| self.blob(blob)).transpose())
            .collect()
    }

    fn list(&mut self) -> Result<Listing, String> {
        Ok(self.listing.clone())
    }

    fn knows_all(&self) -> bool {
        true
    }

    fn look(&mut self, paths: &[OutPath]) -> Result<BTreeMap<OutPath, Digest>, String> {
        let known = |path: &OutPath| Some((path.clone(), self.blobs.get(path.as_str())?.clone()));
        let known: Vec<(OutPath, String)> = paths.iter().filter_map(known).collect();
        if known.is_empty() {
            return Ok(BTreeMap::new());
        }
        let mut call = self.git.call(&["cat-file", "--batch"]);
        let input = |to: &mut dyn std::io::Write| {
            known
                .iter()
                .try_for_each(|(_, blob)| fully(writeln!(to, "{blob}")))
        };
        call.input = Some(&input);
        let done = self.git.run(call)?;
        let mut rest = &done.out[..];
        let mut digests = BTreeMap::new();
        for (path, _) in &known {
            let (bytes, after) = batched(rest).ok_or_else(|| done.why())?;
            digests.insert(path.clone(), Digest::of_bytes(bytes));
            rest = after;
        }
        Ok(digests)
    }

    fn earlier(&mut self, id: &str) -> Result<Option<Vec<u8>>, String> {
        if let Some(blob) = self.blobs.get(&publication_path(id)) {
            return self.blob(blob).map(Some);
        }
        let Some(tip) = self.tip.clone() else {
            return Ok(None);
        };
        for depth in [SOME, ALL] {
            self.git.fetch(&self.branch, depth)?;
            if let Some(found) = self.find(&tip, id)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn lost(&mut self, entries: &[&Entry]) -> Result<Vec<String>, String> {
        let gone = entries.iter().filter(|entry| self.source(entry).is_none());
        Ok(gone.map(|entry| entry.path.to_string()).collect())
    }

    /// A history keeps what was, without anybody putting it aside.
    fn amend(&self, plan: &mut Plan, present: &BTreeSet<String>) {
        let Some(publication) = plan.publication.as_mut().filter(|_| self.keeps_history) else {
            return;
        };
        publication.objects.clear();
        plan.stages.remove(&Stage::Save);
        plan.stages.remove(&Stage::Collect);
        let (objects, publications) = (
            format!("{FOLDER}objects/"),
            format!("{FOLDER}publications/"),
        );
        let stray = |path: &String| {
            let key = path.strip_prefix(&objects).and_then(Digest::from_hex);
            let id = path.strip_prefix(&publications)?.strip_suffix(".json");
            let forget = || id.map(|id| Action::Forget(id.to_owned()));
            key.map(Action::Collect).or_else(forget)
        };
        let strays: Vec<Action> = present.iter().filter_map(stray).collect();
        if !strays.is_empty() {
            plan.stages.insert(Stage::Collect, strays);
        }
    }

    fn carry_out(&mut self, work: &Work<'_>) -> Result<Carried, String> {
        let name = format!("refs/guidepost/{}", work.job.token);
        let mut call = self
            .git
            .call(&["fast-import", "--quiet", "--done", "--force"]);
        let base = match &self.tip {
            Some(tip) if self.keeps_history => Some(Base::Commit(tip.clone())),
            Some(tip) => {
                let tree = self.git.out(&["rev-parse", &format!("{tip}^{{tree}}")])?;
                Some(Base::Tree(String::from_utf8_lossy(&tree).trim().to_owned()))
            }
            None => None,
        };
        let sources = Sources {
            author: &self.author,
            name: &name,
            base,
            current: self.blobs.get(CURRENT).map(String::as_str),
            blob: &|path| self.blobs.get(path).map(String::as_str),
            source: &|entry| self.source(entry),
        };
        let failed = std::sync::Mutex::new(None);
        let input = |to: &mut dyn std::io::Write| {
            commit(to, work, &sources).map_err(|(path, why)| {
                if let (Some(path), Ok(mut failed)) = (path, failed.lock()) {
                    *failed = Some(path);
                }
                why
            })
        };
        call.input = Some(&input);
        let imported = self.git.run(call);
        let failed = failed.lock().ok().and_then(|mut path| path.take());
        let failed = failed.unwrap_or_else(|| self.branch.clone());
        let stopped = self.git.programs.attempts.is_stopped();
        let outcome = match imported {
            Ok(done) if done.is_good() && !stopped => None,
            Ok(done) if done.is_good() => Some(work.failed(&failed, super::child::STOPPED.into())),
            Ok(done) => Some(work.failed(&failed, done.why())),
            Err(why) => Some(work.failed(&failed, why)),
        };
        if let Some(outcome) = outcome {
            return Ok(Carried::Out(Outcome { stopped, ..outcome }));
        }
        let made = self.git.out(&["rev-parse", "--verify", "--quiet", &name])?;
        let pushed = self.push(String::from_utf8_lossy(&made).trim(), work);
        // What is not tidied up takes a little room, and no more.
        let _ = self.git.out(&["update-ref", "-d", &name]);
        let _ = self
            .git
            .out(&["-c", "gc.autoDetach=false", "gc", "--auto", "--quiet"]);
        pushed
    }
}

/// One object of `git cat-file --batch`, and the rest.
fn batched(out: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = out.iter().position(|byte| *byte == b'\n')?;
    let (head, rest) = (out.get(..end)?, out.get(end + 1..)?);
    let size = std::str::from_utf8(head)
        .ok()?
        .rsplit(' ')
        .next()?
        .parse()
        .ok()?;
    Some((rest.get(..size)?, rest.get(size + 1..)?))
}
