//! A session with a target: survey, plan, guards, claim, carrying out.
//!
//! [`publish`] is what the command does; [`session`] is the part of it that
//! knows no configuration, no build and no kind of target.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::Timestamp;

use super::claim::{self, Now, Unclaimed};
use super::entry::Entry;
use super::guard::{self, Refusal};
use super::host::{Place, add_host_files, host_session};
use super::made::{Made, made};
use super::plan::{Plan, Wanted, plan};
use super::publication::{Earlier, Publication};
use super::remote::Remote;
use super::retry::{Attempts, Patience};
use super::rollback::{bring_back, lost};
use super::run::{Bytes, Hear, Orders, Outcome, carry_out};
use super::stores::{self, Address};
use super::survey::{documents, survey};
use crate::content::config::{BaseUrl, Config, PublishOptions};
use crate::content::publish_address::HostAddress;
use crate::edge::build::{BuildError, BuildOptions};
use crate::edge::frame::read_config;
use crate::ground::digest::Digest;
use crate::ground::paths::OutPath;
use crate::ground::suggest::did_you_mean;

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// To publish the build.
    Publish,
    /// To say which publications there are.
    List,
    /// To bring one of them back.
    Rollback(String),
}

/// What the command was asked to do.
#[derive(Clone)]
pub struct Request {
    /// The build that is published.
    pub build: BuildOptions,
    /// The target's name.
    pub name: String,
    /// What to do.
    pub task: Task,
    /// Plan, and touch nothing.
    pub dry_run: bool,
    /// Take over what stands in the way.
    pub adopt: bool,
    /// Deletions that are not too many.
    pub allow_deletes: Option<usize>,
    /// Tells the time.
    pub now: Now,
    /// Where credentials are.
    pub environment: Vec<(String, String)>,
    /// Whether signals end it between operations.
    pub signals: bool,
    /// How long and how often things are tried.
    pub patience: Patience,
}

/// Why there was no session.
#[derive(Debug)]
pub enum PublishError {
    /// The build cannot be read.
    Build(BuildError),
    /// There is no target of that name; perhaps another was meant.
    Unknown(Option<String>),
    /// The target cannot be used or read, in words.
    Target(String),
}

impl From<BuildError> for PublishError {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}

/// What came of a session.
#[derive(Debug, Default)]
pub struct Report {
    /// Why nothing was done.
    pub refusals: Vec<Refusal>,
    /// What was to be done.
    pub plan: Plan,
    /// What was done; `None` where nothing was begun.
    pub outcome: Option<Outcome>,
    /// What should be known.
    pub warnings: Vec<String>,
    /// What is published, once everything is done.
    pub current: Option<Earlier>,
    /// What can be brought back, newest first.
    pub earlier: Vec<Earlier>,
}

impl Report {
    /// Whether what was asked for holds now.
    pub fn is_good(&self) -> bool {
        self.refusals.is_empty() && self.outcome.as_ref().is_none_or(Outcome::is_whole)
    }

    pub(super) fn refused(refusals: Vec<Refusal>) -> Self {
        Self {
            refusals,
            ..Self::default()
        }
    }
}

/// What a session works with.
pub struct Job<'a> {
    /// Tells the site from others; `None` where nobody can say.
    pub site: Option<String>,
    /// What to do.
    pub task: Task,
    /// The objects of the build.
    pub entries: BTreeMap<OutPath, Entry>,
    /// Their bytes.
    pub bytes: Bytes<'a>,
    /// The target's settings.
    pub options: &'a PublishOptions,
    /// Plan, and touch nothing.
    pub dry_run: bool,
    /// Take over what stands in the way.
    pub adopt: bool,
    /// Deletions that are not too many.
    pub allow_deletes: Option<usize>,
    /// Tells the time.
    pub now: Now,
    /// Known to nobody else.
    pub token: String,
}

/// Does what the command was asked for.
///
/// # Errors
///
/// There is nothing to publish, or nothing to publish to.
pub fn publish(request: &Request, hear: Hear<'_>) -> Result<Report, PublishError> {
    let layout = request.build.layout().map_err(BuildError::Io)?;
    let (config, _) = read_config(&layout.root)?;
    let Some(options) = config.publish.get(&request.name) else {
        let known = config.publish.keys().map(String::as_str);
        let near = did_you_mean(&request.name, known).map(str::to_owned);
        return Err(PublishError::Unknown(near));
    };
    let address = Address::of(options, &layout.root).map_err(PublishError::Target)?;
    if let Address::Folder(folder) = &address {
        let inside = folder.starts_with(&layout.out) || layout.out.starts_with(folder);
        if inside || layout.root.starts_with(folder) {
            return Ok(Report::refused(vec![Refusal::new(
                "target-is-source",
                "the target is the output folder, lies in it, or holds the site's own files",
                "publish to a folder apart from the site",
            )]));
        }
    }
    let mut made = match request.task {
        Task::Publish => made(&request.build, options, address.keeps_headers())?,
        Task::List | Task::Rollback(_) => Made::default(),
    };
    if let (Address::Host(HostAddress::Git(_)), Task::Publish) = (&address, &request.task) {
        add_host_files(&mut made, options);
    }
    let mut refusals = match request.task {
        Task::Publish => guard::built(&made.built),
        Task::List | Task::Rollback(_) => Vec::new(),
    };
    refusals.extend(made.refusals.iter().cloned());
    let site = site(&config, made.built.base_url.as_ref());
    if site.is_none() && request.task == Task::Publish && refusals.is_empty() {
        refusals.push(Refusal::new(
            "no-site-id",
            "nothing tells this site from others",
            "set `base-url`, or `site-id` to a name of your own, and build again",
        ));
    }
    if !refusals.is_empty() {
        return Ok(Report::refused(refusals));
    }
    let create = !request.dry_run && request.task == Task::Publish;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| PublishError::Target(crate::ground::fs::in_words(&error)))?;
    let attempts = Arc::new(Attempts::new(request.patience.clone()));
    let job = Job {
        site,
        task: request.task.clone(),
        entries: made.entries.clone(),
        bytes: &|entry| made.bytes(entry),
        options,
        dry_run: request.dry_run,
        adopt: request.adopt,
        allow_deletes: request.allow_deletes,
        now: Arc::clone(&request.now),
        token: token(&request.now),
    };
    let result = runtime.block_on(async {
        if let Address::Host(host) = &address {
            if request.signals {
                tokio::spawn(stop_on_signals(Arc::clone(&attempts)));
            }
            let place = Place {
                address: host,
                cache: &layout.cache,
                out: &layout.out,
                name: &request.name,
                author: &config.author,
                environment: &request.environment,
                attempts,
            };
            return host_session(&place, &job, hear);
        }
        let opened = stores::open(&address, options, &request.environment, create)?;
        if request.signals {
            tokio::spawn(stop_on_signals(Arc::clone(&attempts)));
        }
        let remote = Remote {
            store: opened.store,
            prefix: opened.prefix,
            keeps_headers: address.keeps_headers(),
            is_folder: matches!(address, Address::Folder(_)),
            attempts,
        };
        session(&remote, job, hear).await
    });
    // A request that nobody waits for any more must not hold up the end.
    runtime.shutdown_background();
    result.map_err(PublishError::Target)
}

/// Tells a site from others, whatever it is called: by its own id, or by where
/// it lives.
pub fn site(config: &Config, base_url: Option<&BaseUrl>) -> Option<String> {
    if let Some(id) = &config.site_id {
        return Some(Digest::of_named("site id", id).to_hex());
    }
    let url = base_url.or(config.base_url.as_ref())?.as_str();
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    Some(Digest::of_named("site address", &(host.to_ascii_lowercase(), path)).to_hex())
}

/// A token that nobody else has.
fn token(now: &Now) -> String {
    use std::hash::{BuildHasher as _, RandomState};
    let random = RandomState::new().hash_one(now().as_nanosecond());
    let other = RandomState::new().hash_one(random);
    Digest::of(&(random, other)).to_hex()
}

async fn stop_on_signals(attempts: Arc<Attempts>) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            return;
        };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    let _ = tokio::signal::ctrl_c().await;
    attempts.stop.store(true, Ordering::Release);
}

/// Does a job at a target.
///
/// # Errors
///
/// The target cannot be read, in words.
pub async fn session(remote: &Remote, job: Job<'_>, hear: Hear<'_>) -> Result<Report, String> {
    let found = match documents(remote, job.adopt).await? {
        Ok(found) => found,
        Err(refusal) => return Ok(Report::refused(vec![refusal])),
    };
    let recorded = found.current.clone();
    if job.task == Task::List {
        return Ok(listed(recorded.as_ref()));
    }
    let recorded_site = recorded.as_ref().map(|recorded| recorded.site.clone());
    let site = job.site.clone().or(recorded_site).unwrap_or_default();
    let mut wanted = Wanted {
        id: String::new(),
        entries: job.entries.clone(),
        keep: job.options.keep as usize,
        keep_assets: job.options.keep_assets,
        restore: false,
        site,
    };
    if let Task::Rollback(id) = &job.task {
        match bring_back(remote, recorded.as_ref(), id).await? {
            Ok(entries) => wanted.entries = entries,
            Err(refusal) => return Ok(Report::refused(vec![refusal])),
        }
        wanted.restore = true;
    }
    wanted.id = publication_id(&wanted, recorded.as_ref(), (job.now)());
    let surveyed = survey(
        remote,
        found.clone(),
        &wanted.site,
        &wanted.entries,
        job.adopt,
    )
    .await?;
    let mut report = listed(recorded.as_ref());
    report.refusals = surveyed.refusals;
    if !report.refusals.is_empty() {
        return Ok(report);
    }
    report.plan = plan(&surveyed.standing, &wanted);
    let before = recorded.as_ref().map_or(0, |one| one.entries.len());
    let most = job.options.max_deletes;
    let refusal = guard::deletions(&report.plan, before, most, job.allow_deletes);
    report.refusals.extend(refusal);
    if wanted.restore {
        report.refusals.extend(lost(remote, &report.plan).await?);
    }
    if !report.refusals.is_empty() || report.plan.is_empty() || job.dry_run {
        return Ok(report);
    }
    let known = recorded.as_ref().is_some_and(|one| one.conditional);
    let mut claim = match claim::claim(remote, &job.token, &job.now, known).await {
        Ok(claim) => claim,
        Err(Unclaimed::Failed(words)) => return Err(words),
        Err(Unclaimed::Held(until)) => {
            let message = format!("somebody else publishes there, until {until} at the latest");
            report
                .refusals
                .push(Refusal::new("claimed", message, CLAIMED));
            return Ok(report);
        }
    };
    if !claim.conditional {
        report.warnings.push(UNCONDITIONAL.to_owned());
    }
    // Between the survey and the claim somebody may have come and gone.
    let again = documents(remote, job.adopt).await;
    if !matches!(&again, Ok(Ok(again)) if *again == found) {
        claim.release(remote).await;
        report.refusals.push(match again? {
            Ok(_) => {
                let message = "somebody else published there just now";
                Refusal::new("raced", message, "run it again")
            }
            Err(refusal) => refusal,
        });
        return Ok(report);
    }
    let orders = Orders {
        plan: &report.plan,
        site: &wanted.site,
        id: &wanted.id,
        before: &surveyed.touched,
        now: &job.now,
        bytes: job.bytes,
        hear,
    };
    let outcome = carry_out(remote, &orders, &mut claim).await;
    claim.release(remote).await;
    if outcome.is_whole()
        && let Some(publication) = &report.plan.publication
    {
        report.current = Some(publication.as_earlier());
        report.earlier = publication.earlier.clone();
    }
    report.outcome = Some(outcome);
    Ok(report)
}

pub(super) const CLAIMED: &str =
    "wait for it to end; a publisher that was killed holds its claim until then";
const UNCONDITIONAL: &str = "the store does not create on condition: two publishers at once are \
                             not kept apart there";

pub(super) fn listed(recorded: Option<&Publication>) -> Report {
    Report {
        current: recorded.map(Publication::as_earlier),
        earlier: recorded.map_or(Vec::new(), |recorded| recorded.earlier.clone()),
        ..Report::default()
    }
}

/// The time of a publication, for people, and a part of its digest.
pub(super) fn publication_id(
    wanted: &Wanted,
    recorded: Option<&Publication>,
    now: Timestamp,
) -> String {
    let keys: Vec<(&str, Digest)> = wanted
        .entries
        .values()
        .map(|entry| (entry.path.as_str(), entry.key()))
        .collect();
    let number = recorded.map_or(0, |recorded| recorded.number) + 1;
    let digest = Digest::of_named("publication", &(number, keys));
    format!("{}-{}", now.strftime("%Y%m%dT%H%M%SZ"), digest.short(8))
}
