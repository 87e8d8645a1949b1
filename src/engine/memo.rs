//! A memo of steps: equal keys are computed once.
//!
//! Invariant: what a memo answers equals what the step would compute, because
//! a step can read nothing but what its key digests. A memo may forget.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::ground::digest::Digest;
use crate::ground::step::Step;

/// Shards of the map, so that threads seldom wait for each other.
const SHARDS: usize = 64;

/// Outputs of one kind of step, by key.
#[derive(Debug)]
pub struct Memo<T> {
    shards: Vec<Mutex<HashMap<Digest, Arc<T>>>>,
    room: usize,
    held: AtomicUsize,
    run: AtomicUsize,
    hit: AtomicUsize,
}

impl<T> Memo<T> {
    /// A memo that stops remembering when it holds `room` bytes.
    pub fn new(room: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            room,
            held: AtomicUsize::new(0),
            run: AtomicUsize::new(0),
            hit: AtomicUsize::new(0),
        }
    }

    /// The output of a step, computed if it is not known. `size` says how many
    /// bytes an output takes. Two threads that ask for the same unknown step
    /// at once may both compute it.
    pub fn get_or_run<S: Step<Output = T>>(&self, step: &S, size: impl Fn(&T) -> usize) -> Arc<T> {
        let key = step.key();
        let shard = &self.shards[key.shard(SHARDS)];
        if let Some(known) = shard
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            self.hit.fetch_add(1, Ordering::Relaxed);
            return Arc::clone(known);
        }
        self.run.fetch_add(1, Ordering::Relaxed);
        let output = Arc::new(step.run());
        let bytes = size(&output);
        if self.held.fetch_add(bytes, Ordering::Relaxed) + bytes <= self.room {
            shard
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(key, Arc::clone(&output));
        }
        output
    }

    /// Steps that were computed.
    pub fn steps_run(&self) -> usize {
        self.run.load(Ordering::Relaxed)
    }

    /// Steps whose output was known.
    pub fn steps_hit(&self) -> usize {
        self.hit.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize)]
    struct Double(u32);
    impl Step for Double {
        const NAME: &'static str = "double";
        type Output = u32;
        fn run(&self) -> u32 {
            self.0 * 2
        }
    }

    #[test]
    fn equal_steps_run_once() {
        let memo = Memo::new(1000);
        assert_eq!(*memo.get_or_run(&Double(4), |_| 4), 8);
        assert_eq!(*memo.get_or_run(&Double(4), |_| 4), 8);
        assert_eq!(*memo.get_or_run(&Double(5), |_| 4), 10);
        assert_eq!((memo.steps_run(), memo.steps_hit()), (2, 1));
    }

    #[test]
    fn a_full_memo_still_answers() {
        let memo = Memo::new(0);
        assert_eq!(*memo.get_or_run(&Double(4), |_| 4), 8);
        assert_eq!(*memo.get_or_run(&Double(4), |_| 4), 8);
        assert_eq!(memo.steps_run(), 2);
    }
}
