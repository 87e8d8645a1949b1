//! A memo of steps: equal keys are computed once, in this process or an
//! earlier one.
//!
//! Invariant: what a memo answers equals what the step would compute, because
//! a step can read nothing but what its key digests. A memo may forget.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::store::Store;
use crate::ground::digest::Digest;
use crate::ground::step::Step;

/// Shards of the map, so that threads seldom wait for each other.
const SHARDS: usize = 64;

/// Outputs of one kind of step, by key.
#[derive(Debug)]
pub struct Memo<T> {
    shards: Vec<Mutex<HashMap<Digest, Arc<T>>>>,
    store: Option<Arc<Store>>,
    room: usize,
    held: AtomicUsize,
    /// Keys of the steps that were computed.
    run: Mutex<Vec<Digest>>,
    hit: AtomicUsize,
}

impl<T: Serialize + DeserializeOwned> Memo<T> {
    /// A memo that stops remembering in memory when it holds `room` bytes, and
    /// remembers in `store` what it is to know in the next process.
    pub fn new(room: usize, store: Option<Arc<Store>>) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            store,
            room,
            held: AtomicUsize::new(0),
            run: Mutex::default(),
            hit: AtomicUsize::new(0),
        }
    }

    /// The output of a step, computed if it is not known. Two threads that ask
    /// for the same unknown step at once may both compute it.
    pub fn get_or_run<S: Step<Output = T>>(&self, step: &S) -> Arc<T> {
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
        let stored = self.store.as_ref().and_then(|store| {
            let bytes = store.get(key)?;
            Some((postcard::from_bytes::<T>(&bytes).ok()?, bytes.len()))
        });
        let (output, size) = if let Some(stored) = stored {
            self.hit.fetch_add(1, Ordering::Relaxed);
            stored
        } else {
            self.run
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(key);
            let output = step.run();
            let bytes = postcard::to_stdvec(&output).unwrap_or_default();
            if let Some(store) = &self.store {
                store.put(key, &bytes);
            }
            (output, bytes.len())
        };
        let output = Arc::new(output);
        if self.held.fetch_add(size, Ordering::Relaxed) + size <= self.room {
            shard
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(key, Arc::clone(&output));
        }
        output
    }

    /// Steps that were computed.
    pub fn steps_run(&self) -> usize {
        self.run
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// The keys of the steps that were computed, in any order; one that two
    /// threads computed at once stands there twice.
    pub fn keys_run(&self) -> Vec<Digest> {
        self.run
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
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
        let memo = Memo::new(1000, None);
        assert_eq!(*memo.get_or_run(&Double(4)), 8);
        assert_eq!(*memo.get_or_run(&Double(4)), 8);
        assert_eq!(*memo.get_or_run(&Double(5)), 10);
        assert_eq!((memo.steps_run(), memo.steps_hit()), (2, 1));
    }

    #[test]
    fn a_full_memo_still_answers() {
        let memo = Memo::new(0, None);
        assert_eq!(*memo.get_or_run(&Double(4)), 8);
        assert_eq!(*memo.get_or_run(&Double(4)), 8);
        assert_eq!(memo.steps_run(), 2);
    }

    #[test]
    fn a_stored_step_is_not_run_in_the_next_process() {
        let folder = tempfile::tempdir().unwrap();
        let store = || Arc::new(Store::new(folder.path(), "doubles", Digest::of_bytes(b"x")));
        let first = store();
        Memo::new(100, Some(Arc::clone(&first))).get_or_run(&Double(4));
        first.save().unwrap();
        let memo = Memo::new(100, Some(store()));
        assert_eq!(*memo.get_or_run(&Double(4)), 8);
        assert_eq!(memo.steps_run(), 0);
    }
}
