//! What has come of a shared cache so far, and how long it is worth waiting.
//!
//! Invariant: a build waits for nothing no longer than its patience. Waiting
//! that brought entries that were found right is paid for by what making them
//! would have cost, and no more than that.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::edge::shared_cache::remote::Known;
use crate::engine::store::Store;
use crate::ground::digest::Digest;

/// What reading a line of an index may cost: it tells of something that need
/// not be made.
const LINE: Duration = Duration::from_micros(2);
/// What parsing an article costs, at least.
pub(super) const ARTICLE: Duration = Duration::from_micros(50);
/// What highlighting a block costs, at least.
pub(super) const BLOCK: Duration = Duration::from_micros(25);
/// The longest that a thread sleeps before it looks at the time again.
const NAP: Duration = Duration::from_millis(100);

/// What has come so far.
#[derive(Default)]
pub(super) struct State {
    /// The packs that are there, once their indexes were read.
    pub(super) known: Option<Arc<Known>>,
    /// Bodies of articles that were found right, by key.
    pub(super) articles: HashMap<Digest, Vec<u8>>,
    /// Where blocks go.
    pub(super) blocks: Option<Arc<Store>>,
    /// Articles that were asked for and may still come.
    pub(super) articles_due: usize,
    /// Blocks that were asked for and may still come.
    pub(super) blocks_due: usize,
    /// Entries that came and were right.
    pub(super) fetched: usize,
    /// Bytes that came, right or not.
    pub(super) bytes: u64,
    /// Entries and indexes that came and were not.
    pub(super) wrong: usize,
    /// Lines of indexes that were right.
    pub(super) lines: usize,
    /// What entries that came would have cost.
    pub(super) earned: Duration,
    /// What went wrong first.
    pub(super) trouble: Option<String>,
    /// Whether nobody waits any more: nothing is taken then.
    pub(super) closed: bool,
    /// Time that was waited.
    spent: Duration,
}

/// The state, and how it is waited for.
#[derive(Default)]
pub(super) struct Watched {
    state: Mutex<State>,
    changed: Condvar,
}

impl Watched {
    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state, unless nobody waits any more.
    pub(super) fn change(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.lock();
        if !state.closed {
            change(&mut state);
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Waits until something is so; `false` where patience ended before.
    /// `sources` is how many sources want something: lines of indexes pay for
    /// no more than those can need.
    pub(super) fn wait(
        &self,
        patience: Duration,
        sources: usize,
        until: impl Fn(&State) -> bool,
    ) -> bool {
        let mut state = self.lock();
        loop {
            if until(&state) {
                return true;
            }
            let lines = state.lines.min(sources.saturating_mul(8));
            let lines = LINE.saturating_mul(u32::try_from(lines).unwrap_or(u32::MAX));
            let left = (patience + lines + state.earned).saturating_sub(state.spent);
            if state.closed || left.is_zero() {
                return false;
            }
            let began = Instant::now();
            state = self
                .changed
                .wait_timeout(state, left.min(NAP))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            state.spent += began.elapsed();
        }
    }

    /// Counts time that brought nothing.
    pub(super) fn spend(&self, time: Duration) {
        self.lock().spent += time;
    }

    /// What is left of a patience that nothing was paid into.
    pub(super) fn left(&self, patience: Duration) -> Duration {
        let state = self.lock();
        patience.saturating_sub(state.spent.saturating_sub(state.earned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_for_nothing_ends_and_is_counted_once() {
        let watched = Watched::default();
        let patience = Duration::from_millis(60);
        let began = Instant::now();
        assert!(!watched.wait(patience, 1, |_| false));
        assert!(began.elapsed() >= patience);
        let again = Instant::now();
        assert!(!watched.wait(patience, 1, |_| false), "all was spent");
        assert!(again.elapsed() < patience);
        assert!(watched.left(patience).is_zero());
    }

    #[test]
    fn what_comes_pays_for_the_waiting() {
        let watched = Watched::default();
        let patience = Duration::from_millis(50);
        watched.change(|state| state.earned = Duration::from_millis(100));
        let began = Instant::now();
        assert!(!watched.wait(patience, 1, |_| false));
        assert!(began.elapsed() >= Duration::from_millis(150));
        assert!(watched.wait(patience, 1, |state| state.fetched == 0));
    }

    #[test]
    fn lines_pay_for_what_the_sources_need_and_no_more() {
        let watched = Watched::default();
        watched.change(|state| state.lines = usize::MAX);
        let began = Instant::now();
        assert!(!watched.wait(Duration::from_millis(20), 10, |_| false));
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}
