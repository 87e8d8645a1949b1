//! A store: values by key, in a pack with an index of its own.
//!
//! The index is read when the first value is asked for, so that a build which
//! needs none reads none. Invariant: a value is found only under the key of
//! the step that made it; a store may forget.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::log::{Condition, Log};
use super::pack::{Pack, Slot};
use crate::ground::digest::Digest;
use crate::ground::fs::{self, FsError};

/// Values by key.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    name: &'static str,
    build: Digest,
    loaded: OnceLock<Option<Loaded>>,
}

#[derive(Debug)]
struct Loaded {
    known: HashMap<Digest, Slot>,
    pack: Pack,
    log: Mutex<Log>,
    fresh: Mutex<Fresh>,
    damaged: bool,
}

/// What was put since the store was loaded.
#[derive(Debug, Default)]
struct Fresh {
    slots: HashMap<Digest, Slot>,
    /// Those of them that the index does not hold yet.
    unsaved: Vec<(Digest, Slot)>,
}

impl Store {
    /// The store `name` in `folder`. Opens nothing yet.
    pub fn new(folder: &Path, name: &'static str, build: Digest) -> Self {
        Self {
            folder: folder.to_owned(),
            name,
            build,
            loaded: OnceLock::new(),
        }
    }

    fn loaded(&self) -> Option<&Loaded> {
        // A store that cannot be read serves nobody, and nothing is lost.
        self.loaded.get_or_init(|| self.load().ok()).as_ref()
    }

    fn load(&self) -> Result<Loaded, FsError> {
        let mut known = HashMap::new();
        let (log, condition) = Log::load(&self.index_path(), self.build, |record| {
            let Ok(slots) = postcard::from_bytes::<Vec<(Digest, Slot)>>(record) else {
                return false;
            };
            known.extend(slots);
            true
        })?;
        let pack_path = self.pack_path();
        if matches!(condition, Condition::Missing | Condition::Foreign) || known.is_empty() {
            fs::remove_file(&pack_path)?;
        }
        Ok(Loaded {
            known,
            pack: Pack::open(&pack_path)?,
            log: Mutex::new(log),
            fresh: Mutex::default(),
            damaged: condition == Condition::Damaged,
        })
    }

    fn index_path(&self) -> PathBuf {
        self.folder.join(format!("{}.index", self.name))
    }

    fn pack_path(&self) -> PathBuf {
        self.folder.join(format!("{}.pack", self.name))
    }

    /// The value under a key.
    pub fn get(&self, key: Digest) -> Option<Vec<u8>> {
        let loaded = self.loaded()?;
        let slot = loaded
            .known
            .get(&key)
            .copied()
            .or_else(|| lock(&loaded.fresh).slots.get(&key).copied())?;
        loaded.pack.get(key, slot)
    }

    /// Whether there is a value under a key, as far as the index says.
    pub fn has(&self, key: Digest) -> bool {
        self.loaded().is_some_and(|loaded| {
            loaded.known.contains_key(&key) || lock(&loaded.fresh).slots.contains_key(&key)
        })
    }

    /// Puts a value under a key. Where that fails the value is forgotten.
    pub fn put(&self, key: Digest, value: &[u8]) {
        if let Some(loaded) = self.loaded()
            && let Ok(slot) = loaded.pack.put(key, value)
        {
            let mut fresh = lock(&loaded.fresh);
            fresh.slots.insert(key, slot);
            fresh.unsaved.push((key, slot));
        }
    }

    /// Bytes that the values take.
    pub fn length(&self) -> u64 {
        match self.loaded.get() {
            Some(Some(loaded)) => loaded.pack.length(),
            _ => fs::length(&self.pack_path()).unwrap_or(0),
        }
    }

    /// Whether its index was found damaged.
    pub fn is_damaged(&self) -> bool {
        matches!(self.loaded.get(), Some(Some(loaded)) if loaded.damaged)
    }

    /// Writes what was put since the last save; nothing where nothing was.
    ///
    /// # Errors
    ///
    /// Any IO error.
    pub fn save(&self) -> Result<(), FsError> {
        let Some(Some(loaded)) = self.loaded.get() else {
            return Ok(());
        };
        let mut fresh = lock(&loaded.fresh);
        let mut unsaved = std::mem::take(&mut fresh.unsaved);
        if unsaved.is_empty() {
            return Ok(());
        }
        loaded.pack.save()?;
        let mut log = lock(&loaded.log);
        if log.is_overgrown() {
            let mut all: Vec<(Digest, Slot)> = loaded
                .known
                .iter()
                .chain(&fresh.slots)
                .map(|(key, slot)| (*key, *slot))
                .collect();
            all.sort_by_key(|(key, _)| *key);
            log.rewrite(&encode(&all))
        } else {
            unsaved.sort_by_key(|(key, _)| *key);
            log.append(&encode(&unsaved))
        }
    }

    /// Writes the store anew with the values under `live` alone. Call it after
    /// [`Self::save`]; the store is then closed.
    ///
    /// # Errors
    ///
    /// Any IO error.
    pub fn compact(self, live: &HashSet<Digest>) -> Result<(), FsError> {
        let mut loaded = self.load()?;
        let mut kept: Vec<(Digest, Slot)> = std::mem::take(&mut loaded.known)
            .into_iter()
            .filter(|(key, _)| live.contains(key))
            .collect();
        kept.sort_by_key(|(key, _)| *key);
        let slots = loaded.pack.compact(&kept)?;
        let kept: Vec<(Digest, Slot)> = kept
            .iter()
            .zip(slots)
            .filter_map(|((key, _), slot)| Some((*key, slot?)))
            .collect();
        lock(&loaded.log).rewrite(&encode(&kept))
    }
}

fn encode(slots: &Vec<(Digest, Slot)>) -> Vec<u8> {
    postcard::to_stdvec(slots).expect("slots serialize")
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_live_on_in_the_next_process() {
        let folder = tempfile::tempdir().unwrap();
        let build = Digest::of_bytes(b"build");
        let key = |n: u32| Digest::of(&n);
        let store = Store::new(folder.path(), "blocks", build);
        assert_eq!(store.get(key(1)), None);
        store.put(key(1), b"one");
        assert_eq!(store.get(key(1)).as_deref(), Some(&b"one"[..]));
        store.save().unwrap();
        let again = Store::new(folder.path(), "blocks", build);
        again.put(key(2), b"two");
        again.save().unwrap();
        assert_eq!(again.get(key(2)).as_deref(), Some(&b"two"[..]));
        again.save().unwrap();
        let third = Store::new(folder.path(), "blocks", build);
        assert_eq!(third.get(key(1)).as_deref(), Some(&b"one"[..]));
        assert_eq!(third.get(key(2)).as_deref(), Some(&b"two"[..]));
        third.compact(&HashSet::from([key(2)])).unwrap();
        let last = Store::new(folder.path(), "blocks", build);
        assert_eq!(
            (last.get(key(1)), last.get(key(2))),
            (None, Some(b"two".to_vec()))
        );
        let other = Store::new(folder.path(), "blocks", Digest::of_bytes(b"other"));
        assert_eq!(other.get(key(2)), None);
    }
}
