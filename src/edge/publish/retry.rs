//! Retries: what fails and may yet succeed is tried again, within a budget.
//!
//! Every operation here may be done twice without harm. Invariant: what a
//! failure is called is made of our own words, a status and a code: a
//! provider's own text can hold what is secret.

use std::error::Error as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use object_store::Error;
use object_store::client::{HttpError, HttpErrorKind};

use crate::ground::digest::Digest;
use crate::ground::fs;

/// How long and how often something is tried.
#[derive(Clone, Debug)]
pub struct Patience {
    /// Times that one operation is tried.
    pub attempts: u32,
    /// How long to wait before the second; twice as long before each further.
    pub first: Duration,
    /// How long to wait at most.
    pub longest: Duration,
    /// How long one attempt may take, beside what its bytes need.
    pub attempt: Duration,
    /// How long all operations together may wait.
    pub budget: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            attempts: 8,
            first: Duration::from_millis(200),
            longest: Duration::from_secs(10),
            attempt: Duration::from_secs(30),
            budget: Duration::from_secs(300),
        }
    }
}

/// Bytes a second that a connection must be good for.
const SLOWEST: u64 = 32 << 10;

/// Why an operation was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such object.
    Missing,
    /// The condition on which it was to be done does not hold.
    Condition,
    /// The store cannot do this.
    Unsupported,
    /// It failed, in words.
    Failed(String),
}

/// What all operations of a publication share.
#[derive(Debug, Default)]
pub struct Attempts {
    /// How long and how often.
    pub patience: Patience,
    /// Whether somebody wants everything to stop.
    pub stop: AtomicBool,
    waited: AtomicU64,
    tried: AtomicU64,
}

impl Attempts {
    /// Attempts with patience.
    pub fn new(patience: Patience) -> Self {
        Self {
            patience,
            ..Self::default()
        }
    }

    /// Whether somebody wants everything to stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Does something that sends so many bytes, until it succeeds or cannot.
    ///
    /// # Errors
    ///
    /// Why it was not done in the end.
    pub async fn persist<T, F>(&self, bytes: u64, mut what: F) -> Result<T, Trouble>
    where
        F: AsyncFnMut() -> object_store::Result<T>,
    {
        let limit = self.patience.attempt + Duration::from_secs(bytes / SLOWEST);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let failure = match tokio::time::timeout(limit, what()).await {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(error)) => match judge(&error) {
                    Ok(trouble) => return Err(trouble),
                    Err(words) => words,
                },
                Err(_) => "no answer in time".to_owned(),
            };
            if attempt >= self.patience.attempts || self.is_stopped() {
                let times = match attempt {
                    1 => String::new(),
                    times => format!(" ({times} times)"),
                };
                return Err(Trouble::Failed(format!("{failure}{times}")));
            }
            let wait = self.wait(attempt);
            let waited = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            let before = self.waited.fetch_add(waited, Ordering::Relaxed);
            if u128::from(before) > self.patience.budget.as_millis() {
                let failure = format!("{failure}, and too much time went by waiting");
                return Err(Trouble::Failed(failure));
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Twice as long each time, less up to a half, so that many who wait do
    /// not come back at once.
    fn wait(&self, attempt: u32) -> Duration {
        let doubled = self.patience.first * 2_u32.saturating_pow(attempt.min(16) - 1);
        let whole = doubled.min(self.patience.longest);
        let roll = self.tried.fetch_add(1, Ordering::Relaxed);
        let roll = Digest::of_bytes(&roll.to_le_bytes()).shard(512);
        let less = u32::try_from(roll).unwrap_or(0);
        whole - whole / 1024 * less
    }
}

/// Whether an error is final, or what to call it if it is not.
fn judge(error: &Error) -> Result<Trouble, String> {
    Ok(match error {
        Error::NotFound { .. } => Trouble::Missing,
        Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. } => {
            Trouble::Condition
        }
        Error::NotImplemented { .. } | Error::NotSupported { .. } => Trouble::Unsupported,
        Error::Generic { .. } | Error::JoinError { .. } if may_pass(error) => {
            return Err(words(error));
        }
        _ => Trouble::Failed(words(error)),
    })
}

/// The words in which `object_store` gives a status, which it keeps in a type
/// of its own.
const STATUS: &str = "status code: ";

fn status(error: &Error) -> Option<u16> {
    let text = error.to_string();
    let at = text.find(STATUS)? + STATUS.len();
    text.get(at..at + 3)?.parse().ok()
}

/// Whether an error may not be there the next time.
fn may_pass(error: &Error) -> bool {
    if let Some(error) = io_error(error) {
        use std::io::ErrorKind;
        return matches!(
            error.kind(),
            ErrorKind::Interrupted | ErrorKind::TimedOut | ErrorKind::ResourceBusy
        );
    }
    match status(error) {
        Some(status) => status >= 500 || matches!(status, 408 | 429),
        None => true,
    }
}

fn io_error(error: &Error) -> Option<&std::io::Error> {
    let mut source = error.source();
    while let Some(error) = source {
        if error.is::<HttpError>() {
            return None;
        }
        if let Some(error) = error.downcast_ref() {
            return Some(error);
        }
        source = error.source();
    }
    None
}

/// What an error is, without what a provider says of it.
pub fn words(error: &Error) -> String {
    match error {
        Error::NotFound { .. } => return "there is no such bucket or object (404)".to_owned(),
        Error::PermissionDenied { .. } => {
            return match io_error(error) {
                Some(error) => fs::in_words(error),
                None => "access is denied (403): these credentials may not do this".to_owned(),
            };
        }
        Error::Unauthenticated { .. } => {
            return "the credentials are not valid (401)".to_owned();
        }
        Error::InvalidPath { .. } => return "the store cannot have a path like this".to_owned(),
        Error::NotImplemented { .. } | Error::NotSupported { .. } => {
            return "the store cannot do this".to_owned();
        }
        _ => {}
    }
    if let Some(error) = io_error(error) {
        return fs::in_words(error);
    }
    if let Some(status) = status(error) {
        return format!("the store answered {status}");
    }
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<HttpError>() {
            return match error.kind() {
                HttpErrorKind::Connect => "the store cannot be reached",
                HttpErrorKind::Timeout => "no answer in time",
                _ => "the connection broke off",
            }
            .to_owned();
        }
        source = error.source();
    }
    "the store cannot be used: are there credentials in the environment, and is there a region?"
        .to_owned()
}
