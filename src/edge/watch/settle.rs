//! Settling: from single events to what happened.
//!
//! An editor that saves makes several events within a millisecond or two, and
//! `git checkout` makes thousands. They are gathered until it is quiet for a
//! moment; the longer the storm, the longer the moment, up to a bound. Nothing
//! here wakes up unless something happens.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::events::Message;

/// How long it must be quiet after a few events.
const QUIET: Duration = Duration::from_millis(6);
/// How long it must be quiet in a storm, or while a file is missing that an
/// editor may be about to put back.
const LONG_QUIET: Duration = Duration::from_millis(40);
/// How long a burst may last before it is taken for one.
const BOUND: Duration = Duration::from_millis(150);
/// How long a storm may last before something is built.
const STORM_BOUND: Duration = Duration::from_millis(600);
/// How many paths make a storm.
const STORM: usize = 50;

/// Where messages arrive.
#[derive(Debug)]
pub(super) struct Inbox {
    receiver: Receiver<Message>,
}

/// A burst of events.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// What something happened to.
    pub(super) paths: BTreeSet<PathBuf>,
    /// Whether events were lost.
    pub(super) lost: bool,
    /// Why there will be no more events.
    pub(super) trouble: Option<String>,
    /// Whether it is the end.
    pub(super) stop: bool,
}

impl Inbox {
    pub(super) fn new(receiver: Receiver<Message>) -> Self {
        Self { receiver }
    }

    /// Waits for a message; for ever without a time.
    ///
    /// # Errors
    ///
    /// The time has passed, or nobody can send any more.
    pub(super) fn wait(&self, time: Option<Duration>) -> Result<Message, RecvTimeoutError> {
        match time {
            Some(time) => self.receiver.recv_timeout(time),
            None => self.receiver.recv().map_err(RecvTimeoutError::from),
        }
    }

    /// Gathers what follows a first message until it is quiet. `lacks` says
    /// whether a file is missing that may come back.
    pub(super) fn settle(
        &self,
        first: Message,
        lacks: &dyn Fn(&BTreeSet<PathBuf>) -> bool,
    ) -> Settled {
        let started = Instant::now();
        let mut settled = Settled::default();
        settled.take(first);
        let mut waited_for_missing = false;
        while !settled.stop {
            let is_storm = settled.paths.len() > STORM || settled.lost;
            let bound = if is_storm { STORM_BOUND } else { BOUND };
            let quiet = if is_storm || waited_for_missing {
                LONG_QUIET
            } else {
                QUIET
            };
            let left = bound.saturating_sub(started.elapsed());
            if left.is_zero() {
                break;
            }
            match self.receiver.recv_timeout(quiet.min(left)) {
                Ok(message) => settled.take(message),
                Err(RecvTimeoutError::Timeout) => {
                    if waited_for_missing || is_storm || !lacks(&settled.paths) {
                        break;
                    }
                    waited_for_missing = true;
                }
                Err(RecvTimeoutError::Disconnected) => settled.stop = true,
            }
        }
        settled
    }
}

impl Settled {
    fn take(&mut self, message: Message) {
        match message {
            Message::Touched(paths) => self.paths.extend(paths),
            Message::Lost => self.lost = true,
            Message::Trouble(why) => self.trouble = Some(why),
            Message::Stop => self.stop = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_burst_is_one_and_what_comes_later_is_another() {
        let (sender, receiver) = channel();
        let inbox = Inbox::new(receiver);
        let touch = |name: &str| {
            sender
                .send(Message::Touched(vec![PathBuf::from(name)]))
                .unwrap();
        };
        touch("b");
        touch("a");
        let first = inbox.wait(None).unwrap();
        let settled = inbox.settle(first, &|_| false);
        assert_eq!(settled.paths.len(), 2);
        touch("c");
        let first = inbox.wait(None).unwrap();
        let settled = inbox.settle(first, &|_| false);
        assert_eq!(settled.paths, BTreeSet::from([PathBuf::from("c")]));
        assert!(inbox.wait(Some(Duration::ZERO)).is_err());
    }

    #[test]
    fn a_missing_file_is_waited_for() {
        let (sender, receiver) = channel();
        let inbox = Inbox::new(receiver);
        sender
            .send(Message::Touched(vec![PathBuf::from("a")]))
            .unwrap();
        let first = inbox.wait(None).unwrap();
        let started = Instant::now();
        inbox.settle(first, &|_| true);
        assert!(started.elapsed() >= LONG_QUIET);
    }
}
