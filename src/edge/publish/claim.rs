//! The claim: at most one publisher at a target.
//!
//! A claim is a small object that is created on the condition that there is
//! none. It expires, so that a publisher that died does not hold a target for
//! ever, and is renewed while one is at work. Invariant: whoever holds a claim
//! has seen its own token in it, and stops where it can no longer be sure.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use object_store::PutMode;
use serde::{Deserialize, Serialize};

use super::publication::CLAIM;
use super::remote::{Remote, Version};
use super::retry::Trouble;

/// How long a claim holds.
pub const HOLDS: Duration = Duration::from_secs(120);

/// Tells the time. Claims are between machines, whose clocks agree roughly.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Document {
    /// Known to its holder alone, and of no other use.
    token: String,
    expires: Timestamp,
}

/// A claim that is held.
#[derive(Debug)]
pub struct Claim {
    document: Document,
    version: Version,
    /// Whether the store was seen to refuse a second claim.
    pub conditional: bool,
}

/// Why there is no claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclaimed {
    /// Somebody else publishes, until then.
    Held(Timestamp),
    /// It could not be made.
    Failed(String),
}

impl From<Trouble> for Unclaimed {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(in_words(trouble))
    }
}

/// What stood in the way, in words.
pub fn in_words(trouble: Trouble) -> String {
    match trouble {
        Trouble::Failed(words) => words,
        Trouble::Missing => "it is not there".to_owned(),
        Trouble::Condition => "somebody else changed it".to_owned(),
        Trouble::Unsupported => "the store cannot do this".to_owned(),
    }
}

fn bytes(document: &Document) -> Vec<u8> {
    serde_json::to_vec(document).unwrap_or_default()
}

async fn read(remote: &Remote) -> Result<Option<(Option<Document>, Version)>, Trouble> {
    let read = remote.read(CLAIM).await?;
    Ok(read.map(|(bytes, version)| (serde_json::from_slice(&bytes).ok(), version)))
}

fn until(now: &Now) -> Timestamp {
    let holds = SignedDuration::try_from(HOLDS).unwrap_or(SignedDuration::ZERO);
    now().saturating_add(holds).unwrap_or(Timestamp::MAX)
}

/// Claims a target. `known` says that the store is known to create
/// conditionally; else it is put to the test.
///
/// # Errors
///
/// Somebody else holds it, or it cannot be had.
pub async fn claim(
    remote: &Remote,
    token: &str,
    now: &Now,
    known: bool,
) -> Result<Claim, Unclaimed> {
    let document = Document {
        token: token.to_owned(),
        expires: until(now),
    };
    for _ in 0..3 {
        match remote.write(CLAIM, bytes(&document), PutMode::Create).await {
            Ok(version) => return tested(remote, document, version, known).await,
            Err(Trouble::Unsupported) => return unconditional(remote, document, now).await,
            Err(Trouble::Condition) => {}
            Err(trouble) => return Err(trouble.into()),
        }
        let Some((there, version)) = read(remote).await? else {
            continue;
        };
        match there {
            // The answer to our own was lost.
            Some(there) if there.token == document.token => {
                return tested(remote, document, version, known).await;
            }
            Some(there) if there.expires > now() => return Err(Unclaimed::Held(there.expires)),
            expired => {
                if let Some(claim) = take_over(remote, &document, expired, version).await? {
                    return Ok(claim);
                }
            }
        }
    }
    Err(Unclaimed::Held(until(now)))
}

/// Finds out whether the store refuses what it should.
async fn tested(
    remote: &Remote,
    document: Document,
    version: Version,
    known: bool,
) -> Result<Claim, Unclaimed> {
    let mut claim = Claim {
        document,
        version,
        conditional: true,
    };
    if !known {
        let again = bytes(&claim.document);
        match remote.write(CLAIM, again, PutMode::Create).await {
            Err(Trouble::Condition) => {}
            Ok(version) => {
                claim.version = version;
                claim.conditional = false;
            }
            Err(trouble) => {
                claim.release(remote).await;
                return Err(trouble.into());
            }
        }
    }
    Ok(claim)
}

/// A claim at a store that has no conditions: better than none.
async fn unconditional(remote: &Remote, document: Document, now: &Now) -> Result<Claim, Unclaimed> {
    if let Some((Some(there), _)) = read(remote).await?
        && there.expires > now()
        && there.token != document.token
    {
        return Err(Unclaimed::Held(there.expires));
    }
    let version = remote
        .write(CLAIM, bytes(&document), PutMode::Overwrite)
        .await?;
    let claim = Claim {
        document,
        version,
        conditional: false,
    };
    match claim.is_held(remote).await? {
        true => Ok(claim),
        false => Err(Unclaimed::Held(until(now))),
    }
}

/// Takes the place of a claim that has expired; `None` where somebody else was
/// faster.
async fn take_over(
    remote: &Remote,
    document: &Document,
    expired: Option<Document>,
    version: Version,
) -> Result<Option<Claim>, Unclaimed> {
    let update = PutMode::Update(version);
    let version = match remote.write(CLAIM, bytes(document), update).await {
        Ok(version) => version,
        // Perhaps it was us: then the next look says so.
        Err(Trouble::Condition | Trouble::Missing) => return Ok(None),
        Err(Trouble::Unsupported) => {
            // A store without that condition: whoever finds the claim still
            // expired right before it goes makes room, and all compete for the
            // new one.
            let still = read(remote).await?.map(|(there, _)| there);
            if still == Some(expired) {
                remote.delete(CLAIM).await?;
            }
            return Ok(None);
        }
        Err(trouble) => return Err(trouble.into()),
    };
    Ok(Some(Claim {
        document: document.clone(),
        version,
        conditional: true,
    }))
}

impl Claim {
    /// Whether the claim that stands is this one.
    ///
    /// # Errors
    ///
    /// It cannot be told.
    pub async fn is_held(&self, remote: &Remote) -> Result<bool, Trouble> {
        let there = read(remote).await?.and_then(|(there, _)| there);
        Ok(there.is_some_and(|there| there.token == self.document.token))
    }

    /// Makes it hold anew.
    ///
    /// # Errors
    ///
    /// Somebody else has it, or it cannot be told.
    pub async fn renew(&mut self, remote: &Remote, now: &Now) -> Result<(), Trouble> {
        let document = Document {
            expires: until(now),
            ..self.document.clone()
        };
        let mode = PutMode::Update(self.version.clone());
        let version = match remote.write(CLAIM, bytes(&document), mode).await {
            Err(Trouble::Unsupported) => {
                if !self.is_held(remote).await? {
                    return Err(Trouble::Condition);
                }
                let mode = PutMode::Overwrite;
                remote.write(CLAIM, bytes(&document), mode).await?
            }
            Err(Trouble::Condition) => match read(remote).await? {
                // The answer to our own was lost.
                Some((Some(there), version)) if there == document => version,
                _ => return Err(Trouble::Condition),
            },
            result => result?,
        };
        self.document = document;
        self.version = version;
        Ok(())
    }

    /// Gives it up, if it is still held. Where that fails it expires.
    pub async fn release(&self, remote: &Remote) {
        if self.is_held(remote).await == Ok(true) {
            let _ = remote.delete(CLAIM).await;
        }
    }
}
