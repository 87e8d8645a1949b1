//! Hosts: targets that are no object store, reached by programs of the system.
//!
//! A git branch takes a plan as one commit; a host behind SSH takes it stage by
//! stage. Which of them it is, nothing here knows: it reads what was published,
//! surveys, plans and guards as [`super::session`] does for stores, and leaves
//! the rest to the [`Host`].

mod child;
mod git;
mod git_commit;
mod git_program;
mod scripts;
mod ssh;
mod ssh_run;
mod survey;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::child::Programs;
use super::entry::Entry;
use super::guard::{self, Refusal};
use super::made::Made;
use super::plan::{Action, Live, Plan, Wanted, plan};
use super::publication::{self, CURRENT, PENDING, Publication, Unreadable};
use super::retry::Attempts;
use super::run::{Hear, Outcome, Progress};
use super::session::{Job, Report, Task, listed, publication_id};
use super::survey::Documents;
use crate::content::config::{History, PublishOptions};
use crate::content::publish_address::HostAddress;
use crate::ground::digest::Digest;
use crate::ground::fs;
use crate::ground::paths::OutPath;
use crate::ground::suggest::did_you_mean;

/// What stands on a host: files, and what is neither file nor folder.
#[derive(Clone, Debug, Default)]
struct Listing {
    files: BTreeSet<String>,
    others: BTreeSet<String>,
}

impl Listing {
    fn has(&self, path: &str) -> bool {
        self.files.contains(path) || self.others.contains(path)
    }
}

/// A plan and what is needed to carry it out.
struct Work<'a> {
    plan: &'a Plan,
    site: &'a str,
    id: &'a str,
    /// Paths that an earlier publication left in doubt.
    touched: &'a [String],
    /// The documents that the plan is made from.
    found: &'a Documents,
    job: &'a Job<'a>,
    hear: Hear<'a>,
}

impl Work<'_> {
    /// Where the publication begins.
    fn progress(&self) -> Progress {
        Progress {
            total: self.plan.actions().count(),
            total_bytes: self.plan.actions().map(Action::bytes).sum(),
            ..Progress::default()
        }
    }

    /// What came of it where it was not begun, or is undone whole.
    fn failed(&self, path: &str, why: String) -> Outcome {
        Outcome {
            failed: vec![(path.to_owned(), why)],
            left: self.plan.actions().cloned().collect(),
            ..Outcome::default()
        }
    }
}

/// What came of a plan.
enum Carried {
    /// It was begun.
    Out(Outcome),
    /// Somebody else was there; nothing was changed.
    Refused(Refusal),
}

/// A target as a publication uses it.
trait Host {
    /// Documents by their path; `None` where there is none.
    fn read(&mut self, paths: &[&str]) -> Result<Vec<Option<Vec<u8>>>, String>;
    /// Everything that stands there.
    fn list(&mut self) -> Result<Listing, String>;
    /// Whether listing costs nothing.
    fn knows_all(&self) -> bool;
    /// The digests of files that stand there.
    fn look(&mut self, paths: &[OutPath]) -> Result<BTreeMap<OutPath, Digest>, String>;
    /// The document of an earlier publication.
    fn earlier(&mut self, id: &str) -> Result<Option<Vec<u8>>, String>;
    /// Objects of it that can be had no more.
    fn lost(&mut self, entries: &[&Entry]) -> Result<Vec<String>, String>;
    /// Leaves out of a plan what the target does by itself.
    fn amend(&self, plan: &mut Plan, present: &BTreeSet<String>);
    /// Carries out a plan.
    fn carry_out(&mut self, work: &Work<'_>) -> Result<Carried, String>;
}

/// Where a session with a host is.
pub(super) struct Place<'a> {
    pub(super) address: &'a HostAddress,
    /// Guidepost's own folder of the site.
    pub(super) cache: &'a Path,
    /// The output folder.
    pub(super) out: &'a Path,
    /// The target's name.
    pub(super) name: &'a str,
    /// Who the site's author is.
    pub(super) author: &'a str,
    pub(super) environment: &'a [(String, String)],
    pub(super) attempts: Arc<Attempts>,
}

impl Place<'_> {
    /// The folder in which this target is prepared.
    fn folder(&self) -> PathBuf {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
        let name = match self.name.bytes().all(plain) {
            true => self.name.to_owned(),
            false => format!("x-{}", Digest::of_bytes(self.name.as_bytes()).short(16)),
        };
        self.cache.join("publish").join(name)
    }
}

/// Does a job at a host.
///
/// # Errors
///
/// The target cannot be read, in words.
pub(super) fn host_session(
    place: &Place<'_>,
    job: &Job<'_>,
    hear: Hear<'_>,
) -> Result<Report, String> {
    let folder = place.folder();
    fs::create_folder(&folder).map_err(|error| error.to_string())?;
    let lock = fs::try_lock(&folder.join("lock")).map_err(|error| error.to_string())?;
    let Some(_lock) = lock else {
        let message = "this machine is publishing there just now";
        let refusal = Refusal::new("claimed", message, "wait for it to end");
        return Ok(Report::refused(vec![refusal]));
    };
    let programs = Programs {
        environment: place.environment.to_vec(),
        attempts: Arc::clone(&place.attempts),
    };
    match place.address {
        HostAddress::Git(address) => {
            let branch = git::Branch::fetch(programs, address, &folder, job, place.author)?;
            session(&mut { branch }, job, hear)
        }
        HostAddress::Ssh(address) => {
            let host = ssh::Machine::new(programs, address, &folder, place.out)?;
            session(&mut { host }, job, hear)
        }
    }
}

/// Files that a git branch needs for GitHub Pages: no processing, and the
/// domain.
pub(super) fn add_host_files(made: &mut Made, options: &PublishOptions) {
    let mut add = |name: &str, bytes: Vec<u8>| {
        let Ok(path) = OutPath::new(name) else {
            return;
        };
        let entry = Entry {
            path: path.clone(),
            digest: Digest::of_bytes(&bytes),
            size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            headers: super::headers::Headers::default(),
        };
        if let Some(own) = made.entries.get(&path) {
            // A file without a word in it says the same whoever wrote it.
            if own.digest != entry.digest && !bytes.is_empty() {
                let message = format!("the site has a file `{path}` of its own, which says other");
                let help = "remove it, or the setting `cname`";
                made.refusals.push(Refusal::new("host-file", message, help));
            }
            return;
        }
        made.entries.insert(path.clone(), entry);
        made.generated.insert(path, bytes);
    };
    add(".nojekyll", Vec::new());
    if let Some(cname) = &options.cname {
        add("CNAME", format!("{cname}\n").into_bytes());
    }
}

fn session(host: &mut dyn Host, job: &Job<'_>, hear: Hear<'_>) -> Result<Report, String> {
    let found = match documents(host, job.adopt)? {
        Ok(found) => found,
        Err(refusal) => return Ok(Report::refused(vec![refusal])),
    };
    let recorded = found.current.as_ref();
    let mut report = listed(recorded);
    if job.task == Task::List {
        return Ok(report);
    }
    let recorded_site = recorded.map(|recorded| recorded.site.clone());
    let mut wanted = Wanted {
        id: String::new(),
        entries: job.entries.clone(),
        keep: job.options.keep as usize,
        keep_assets: job.options.keep_assets,
        restore: false,
        site: job.site.clone().or(recorded_site).unwrap_or_default(),
    };
    if let Task::Rollback(id) = &job.task {
        match bring_back(host, recorded, id)? {
            Ok(entries) => wanted.entries = entries,
            Err(refusal) => return Ok(Report::refused(vec![refusal])),
        }
        wanted.restore = true;
    }
    wanted.id = publication_id(&wanted, recorded, (job.now)());
    let surveyed = survey::survey(host, &found, &wanted, job.adopt)?;
    report.refusals = surveyed.refusals;
    if !report.refusals.is_empty() {
        return Ok(report);
    }
    report.plan = plan(&surveyed.standing, &wanted);
    host.amend(&mut report.plan, &surveyed.standing.present);
    let before = recorded.map_or(0, |one| one.entries.len());
    let most = job.options.max_deletes;
    let refusal = guard::deletions(&report.plan, before, most, job.allow_deletes);
    report.refusals.extend(refusal);
    report.refusals.extend(lost(host, &report.plan)?);
    if !report.refusals.is_empty() || report.plan.is_empty() || job.dry_run {
        return Ok(report);
    }
    let carried = host.carry_out(&Work {
        plan: &report.plan,
        site: &wanted.site,
        id: &wanted.id,
        touched: &surveyed.touched,
        found: &found,
        job,
        hear,
    })?;
    match carried {
        Carried::Refused(refusal) => report.refusals.push(refusal),
        Carried::Out(outcome) => {
            if let Some(publication) = report
                .plan
                .publication
                .as_ref()
                .filter(|_| outcome.is_whole())
            {
                report.current = Some(publication.as_earlier());
                report.earlier = publication.earlier.clone();
            }
            report.outcome = Some(outcome);
        }
    }
    Ok(report)
}

/// The documents of a target. With `adopt` a damaged one is none.
fn documents(host: &mut dyn Host, adopt: bool) -> Result<Result<Documents, Refusal>, String> {
    let mut documents = Documents::default();
    let read = host.read(&[CURRENT, PENDING])?;
    for (path, bytes) in [CURRENT, PENDING].into_iter().zip(read) {
        let Some(bytes) = bytes else {
            continue;
        };
        let read = match path {
            CURRENT => publication::parse(&bytes).map(|read| documents.current = Some(read)),
            _ => publication::parse_pending(&bytes).map(|read| documents.pending = Some(read)),
        };
        match read {
            Err(Unreadable::Newer) => {
                return Ok(Err(Refusal::new(
                    "newer-target",
                    "a newer version of Guidepost published there",
                    "publish with that version",
                )));
            }
            Err(Unreadable::Damaged) if !adopt => {
                return Ok(Err(Refusal::new(
                    "damaged-record",
                    format!("`{path}` on the target is damaged"),
                    "with `--adopt` it is made anew, and what stands there is taken over",
                )));
            }
            Ok(()) | Err(Unreadable::Damaged) => {}
        }
    }
    Ok(Ok(documents))
}

/// The objects of an earlier publication.
fn bring_back(
    host: &mut dyn Host,
    recorded: Option<&Publication>,
    id: &str,
) -> Result<Result<BTreeMap<OutPath, Entry>, Refusal>, String> {
    let earlier = recorded.map_or(&[][..], |recorded| &recorded.earlier);
    if !earlier.iter().any(|one| one.id == id) {
        let near = did_you_mean(id, earlier.iter().map(|one| one.id.as_str()));
        let near = near.map_or(String::new(), |near| format!("did you mean `{near}`? "));
        return Ok(Err(Refusal::new(
            "no-publication",
            "no publication of that id can be brought back",
            format!("{near}`--list` says which there are"),
        )));
    }
    let parsed = host.earlier(id)?.map(|bytes| publication::parse(&bytes));
    Ok(match parsed {
        Some(Ok(publication)) => Ok(publication.entries),
        _ => Err(Refusal::new(
            "damaged-record",
            "what is remembered of that publication is gone or damaged",
            "bring back another one, or build the site from its sources as they were",
        )),
    })
}

/// Refuses to bring back what is no longer kept.
fn lost(host: &mut dyn Host, plan: &Plan) -> Result<Option<Refusal>, String> {
    let restored = plan.actions().filter_map(|action| match action {
        Action::Restore(entry, _) => Some(entry),
        _ => None,
    });
    let restored: Vec<&Entry> = restored.collect();
    if restored.is_empty() {
        return Ok(None);
    }
    let gone = host.lost(&restored)?;
    let message = "the target no longer keeps everything of that publication";
    let help = "build the site from its sources as they were, and publish that";
    Ok((!gone.is_empty()).then(|| Refusal::new("lost-objects", message, help).about(gone)))
}

/// What stands at a path, by its digest: hosts keep no headers.
fn live(path: &OutPath, digest: Digest) -> Live {
    let entry = Entry {
        path: path.clone(),
        digest,
        size: 0,
        headers: super::headers::Headers::default(),
    };
    Live::Key(entry.key())
}

/// Whether the branch of a target keeps its history.
fn keeps_history(options: &PublishOptions) -> bool {
    options.history == History::Keep
}
