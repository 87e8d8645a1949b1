//! Carrying out a plan: stage by stage, many operations at a time.
//!
//! Invariant: a stage begins only when every operation of the one before it
//! has succeeded and the claim is still held; so nothing is deleted after a
//! failure.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use object_store::PutMode;

use super::claim::{Claim, HOLDS, Now, in_words};
use super::entry::Entry;
use super::plan::{Action, Plan, Stage};
use super::publication::{
    self, CURRENT, PENDING, Pending, Publication, object_path, publication_path,
};
use super::remote::Remote;
use super::retry::Trouble;

/// Operations at a time.
const AT_ONCE: usize = 16;

/// Where the bytes of an object come from.
pub type Bytes<'a> = &'a (dyn Fn(&Entry) -> Result<Vec<u8>, String> + Sync);

/// How far a publication has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Operations done.
    pub done: usize,
    /// Operations planned.
    pub total: usize,
    /// Bytes sent.
    pub bytes: u64,
    /// Bytes to be sent.
    pub total_bytes: u64,
}

/// Hears how a publication gets on.
pub type Hear<'a> = &'a (dyn Fn(Progress) + Sync);

/// What came of carrying out a plan.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What was done, in the order of the plan.
    pub done: Vec<Action>,
    /// What failed, and why.
    pub failed: Vec<(String, String)>,
    /// What was not begun.
    pub left: Vec<Action>,
    /// Whether somebody stopped it.
    pub stopped: bool,
}

impl Outcome {
    /// Whether everything was done.
    pub fn is_whole(&self) -> bool {
        self.failed.is_empty() && self.left.is_empty() && !self.stopped
    }
}

/// What the operations of a run share.
struct Run<'a> {
    remote: &'a Remote,
    publication: Option<Vec<u8>>,
    bytes: Bytes<'a>,
    hear: Hear<'a>,
    progress: Mutex<Progress>,
    failed: AtomicBool,
}

/// What is carried out, and with what.
pub struct Orders<'a> {
    /// What is done.
    pub plan: &'a Plan,
    /// Tells the site from others.
    pub site: &'a str,
    /// Tells the publication from others.
    pub id: &'a str,
    /// Paths that an earlier publication left in doubt.
    pub before: &'a [String],
    /// Tells the time.
    pub now: &'a Now,
    /// Where bytes come from.
    pub bytes: Bytes<'a>,
    /// Who hears of it.
    pub hear: Hear<'a>,
}

/// Carries out a plan under a claim.
pub async fn carry_out(remote: &Remote, orders: &Orders<'_>, claim: &mut Claim) -> Outcome {
    let plan = orders.plan;
    let mut outcome = Outcome::default();
    let mut touched = plan.touched();
    touched.extend(orders.before.iter().cloned());
    let pending = Pending::new(orders.site, orders.id, touched.into_iter().collect());
    let document = serde_json::to_vec(&pending).unwrap_or_default();
    if let Err(trouble) = remote.write(PENDING, document, PutMode::Overwrite).await {
        outcome.failed.push((PENDING.to_owned(), in_words(trouble)));
        outcome.left = plan.actions().cloned().collect();
        return outcome;
    }
    let publication = plan.publication.as_ref().map(|publication| {
        publication::print(&Publication {
            conditional: claim.conditional,
            ..publication.clone()
        })
    });
    let run = Run {
        remote,
        publication,
        bytes: orders.bytes,
        hear: orders.hear,
        progress: Mutex::new(Progress {
            total: plan.actions().count(),
            total_bytes: plan.actions().map(Action::bytes).sum(),
            ..Progress::default()
        }),
        failed: AtomicBool::new(false),
    };
    for (stage, actions) in &plan.stages {
        if !run.may_go_on() || !run.holds(*stage, claim, &mut outcome).await {
            outcome.left.extend(actions.iter().cloned());
            continue;
        }
        run.stage(actions, claim, orders.now, &mut outcome).await;
    }
    outcome.stopped = remote.attempts.is_stopped() && !outcome.left.is_empty();
    if outcome.is_whole()
        && let Err(trouble) = remote.delete(PENDING).await
    {
        outcome.failed.push((PENDING.to_owned(), in_words(trouble)));
    }
    outcome
}

impl Run<'_> {
    fn may_go_on(&self) -> bool {
        !self.failed.load(Ordering::Acquire) && !self.remote.attempts.is_stopped()
    }

    /// Whether the claim still holds, where a second publisher would do harm.
    async fn holds(&self, stage: Stage, claim: &Claim, outcome: &mut Outcome) -> bool {
        if !matches!(
            stage,
            Stage::Manifest | Stage::DeletePages | Stage::DeleteAssets
        ) {
            return true;
        }
        let why = match claim.is_held(self.remote).await {
            Ok(true) => return true,
            Ok(false) => LOST.to_owned(),
            Err(trouble) => in_words(trouble),
        };
        self.fail(outcome, publication::CLAIM.to_owned(), why);
        false
    }

    fn fail(&self, outcome: &mut Outcome, path: String, why: String) {
        self.failed.store(true, Ordering::Release);
        outcome.failed.push((path, why));
    }

    /// Does the operations of a stage, and renews the claim meanwhile.
    async fn stage(&self, actions: &[Action], claim: &mut Claim, now: &Now, outcome: &mut Outcome) {
        let work = futures_util::stream::iter(actions)
            .map(|action| async move {
                if !self.may_go_on() {
                    return (action, None);
                }
                let result = self.act(action).await;
                if result.is_err() {
                    self.failed.store(true, Ordering::Release);
                }
                self.tell(action);
                (action, Some(result))
            })
            .buffered(AT_ONCE)
            .collect::<Vec<_>>();
        let keep = async {
            loop {
                tokio::time::sleep(HOLDS / 2).await;
                if let Err(trouble) = claim.renew(self.remote, now).await {
                    self.failed.store(true, Ordering::Release);
                    return trouble;
                }
            }
        };
        let (work, keep) = (std::pin::pin!(work), std::pin::pin!(keep));
        let (results, lost) = match select(work, keep).await {
            Either::Left((results, _)) => (results, None),
            Either::Right((trouble, work)) => (work.await, Some(trouble)),
        };
        if let Some(trouble) = lost {
            let why = match trouble {
                Trouble::Condition | Trouble::Missing => LOST.to_owned(),
                trouble => in_words(trouble),
            };
            self.fail(outcome, publication::CLAIM.to_owned(), why);
        }
        for (action, result) in results {
            match result {
                None => outcome.left.push(action.clone()),
                Some(Ok(())) => outcome.done.push(action.clone()),
                Some(Err(why)) => self.fail(outcome, action.path(), why),
            }
        }
    }

    fn tell(&self, action: &Action) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.done += 1;
        progress.bytes += action.bytes();
        (self.hear)(*progress);
    }

    async fn act(&self, action: &Action) -> Result<(), String> {
        let remote = self.remote;
        let done = match action {
            Action::Remember(id) => remote.copy(CURRENT, &publication_path(id)).await,
            Action::Save(path, key) => remote.copy(path.as_str(), &object_path(*key)).await,
            Action::Put(entry, _) => {
                let bytes = (self.bytes)(entry)?;
                remote.put(entry, bytes).await
            }
            Action::Restore(entry, _) => {
                remote
                    .copy(&object_path(entry.key()), entry.path.as_str())
                    .await
            }
            Action::Manifest => {
                let bytes = self.publication.clone().unwrap_or_default();
                let put = remote.write(CURRENT, bytes, PutMode::Overwrite);
                put.await.map(drop)
            }
            Action::Delete(path) => remote.delete(path.as_str()).await,
            Action::Collect(key) => remote.delete(&object_path(*key)).await,
            Action::Forget(id) => remote.delete(&publication_path(id)).await,
        };
        done.map_err(in_words)
    }
}

/// What is said where a claim is gone.
pub(super) const LOST: &str = "somebody else took the claim over: this publication took too long";
