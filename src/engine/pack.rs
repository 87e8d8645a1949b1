//! A pack: many values in one file that grows at its end, each found by the
//! place that an index remembers for it.
//!
//! Values are read one at a time, so that a build which needs three of a
//! hundred thousand reads three. Each carries a checksum over its own key and
//! bytes: a place that no longer holds what it held is a miss, whatever
//! happened to the file. Invariant: what is read under a key is what was put
//! under it.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use zstd::bulk::{Compressor, Decompressor};

use crate::ground::digest::Digest;
use crate::ground::fs::{self, FsError, Tail};

/// Bytes gathered before they are written.
const BUFFER: usize = 4 << 20;
/// Bytes of the checksum before a value.
const CHECKSUM: usize = 8;

/// Level of compression: most of the gain for little of the time.
const LEVEL: i32 = -1;

thread_local! {
    /// Made once a thread: making one costs more than packing a value.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = RefCell::new(Compressor::new(LEVEL).ok());
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = RefCell::new(Decompressor::new().ok());
}

/// Where a value stands in its pack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    offset: u64,
    length: u32,
}

impl Slot {
    /// Bytes that the value takes in the pack.
    pub fn size(self) -> u64 {
        u64::from(self.length)
    }
}

/// A pack.
#[derive(Debug)]
pub struct Pack {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    reader: Option<Tail>,
    writer: Option<Tail>,
    /// Length of the file.
    length: u64,
    /// Bytes that follow the file's and are not written yet.
    buffer: Vec<u8>,
}

impl Pack {
    /// Opens a pack. Creates nothing.
    ///
    /// # Errors
    ///
    /// The file is there and cannot be opened.
    pub fn open(path: &Path) -> Result<Self, FsError> {
        let reader = Tail::open(path)?;
        let length = reader.as_ref().map_or(0, Tail::length);
        let state = State {
            reader,
            writer: None,
            length,
            buffer: Vec::new(),
        };
        Ok(Self {
            path: path.to_owned(),
            state: Mutex::new(state),
        })
    }

    /// Bytes of the pack, those not yet written among them.
    pub fn length(&self) -> u64 {
        let state = self.lock();
        state.length + state.buffer.len() as u64
    }

    /// The value at a slot, if it is what was put under `key` there.
    pub fn get(&self, key: Digest, slot: Slot) -> Option<Vec<u8>> {
        let length = usize::try_from(slot.length).ok()?;
        let state = self.lock();
        let bytes = if slot.offset >= state.length {
            let start = usize::try_from(slot.offset - state.length).ok()?;
            state
                .buffer
                .get(start..start.checked_add(length)?)?
                .to_vec()
        } else {
            let tail = state.writer.as_ref().or(state.reader.as_ref())?;
            tail.read_at(slot.offset, length).ok()?
        };
        drop(state);
        let (sum, value) = bytes.split_at_checked(CHECKSUM)?;
        if sum != checksum(key, value) {
            return None;
        }
        let (size, value) = value.split_at_checked(4)?;
        let size = usize::try_from(u32::from_le_bytes(size.try_into().ok()?)).ok()?;
        DECOMPRESSOR.with_borrow_mut(|context| match context {
            Some(context) => context.decompress(value, size).ok(),
            None => zstd::bulk::decompress(value, size).ok(),
        })
    }

    /// Puts a value under a key.
    ///
    /// # Errors
    ///
    /// Any IO error.
    pub fn put(&self, key: Digest, value: &[u8]) -> Result<Slot, FsError> {
        let packed = COMPRESSOR
            .with_borrow_mut(|context| match context {
                Some(context) => context.compress(value),
                None => zstd::bulk::compress(value, LEVEL),
            })
            .unwrap_or_default();
        // The length comes first, so that unpacking knows what to make room for.
        let size = u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes();
        let packed = [&size[..], &packed].concat();
        let sum = checksum(key, &packed);
        let mut state = self.lock();
        let offset = state.length + state.buffer.len() as u64;
        state.buffer.extend_from_slice(&sum);
        state.buffer.extend_from_slice(&packed);
        if state.buffer.len() >= BUFFER {
            self.flush(&mut state)?;
        }
        let length = u32::try_from(CHECKSUM + packed.len()).unwrap_or(u32::MAX);
        Ok(Slot { offset, length })
    }

    /// Writes what was gathered.
    ///
    /// # Errors
    ///
    /// Any IO error.
    pub fn save(&self) -> Result<(), FsError> {
        self.flush(&mut self.lock())
    }

    fn flush(&self, state: &mut State) -> Result<(), FsError> {
        if state.buffer.is_empty() {
            return Ok(());
        }
        if state.writer.is_none() {
            let mut writer = Tail::open_for_writing(&self.path)?;
            // Slots count from the length that was found when it was opened.
            writer.truncate(state.length)?;
            state.writer = Some(writer);
        }
        let buffer = std::mem::take(&mut state.buffer);
        if let Some(writer) = &mut state.writer {
            writer.append(&buffer)?;
            state.length = writer.length();
        }
        Ok(())
    }

    /// Writes the pack anew with the values at `live` alone, and gives each
    /// its new slot; values that can no longer be read get none.
    ///
    /// # Errors
    ///
    /// Any IO error; the old pack then still stands.
    pub fn compact(&self, live: &[(Digest, Slot)]) -> Result<Vec<Option<Slot>>, FsError> {
        self.save()?;
        let mut bytes = Vec::new();
        let mut slots = Vec::with_capacity(live.len());
        {
            let state = self.lock();
            let tail = state.writer.as_ref().or(state.reader.as_ref());
            for (key, slot) in live {
                let found = usize::try_from(slot.length)
                    .ok()
                    .and_then(|length| tail?.read_at(slot.offset, length).ok())
                    .filter(|found| {
                        found
                            .split_at_checked(CHECKSUM)
                            .is_some_and(|(sum, value)| sum == checksum(*key, value))
                    });
                slots.push(found.map(|found| {
                    let slot = Slot {
                        offset: bytes.len() as u64,
                        length: slot.length,
                    };
                    bytes.extend_from_slice(&found);
                    slot
                }));
            }
        }
        fs::replace(&self.path, &bytes)?;
        let fresh = Self::open(&self.path)?;
        *self.lock() = fresh
            .state
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        Ok(slots)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn checksum(key: Digest, value: &[u8]) -> [u8; CHECKSUM] {
    let digest = Digest::of_parts(&[&key.bytes(), value]).bytes();
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&digest[..CHECKSUM]);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_before_and_after_they_are_saved() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pack");
        let pack = Pack::open(&path).unwrap();
        let key = |n: u32| Digest::of(&n);
        let slots: Vec<Slot> = (0..50)
            .map(|n| pack.put(key(n), &[7; 99]).unwrap())
            .collect();
        assert_eq!(pack.get(key(3), slots[3]), Some(vec![7; 99]));
        pack.save().unwrap();
        let again = Pack::open(&path).unwrap();
        assert_eq!(again.get(key(3), slots[3]), Some(vec![7; 99]));
        assert_eq!(again.get(key(4), slots[3]), None, "another key");
        let more = again.put(key(60), b"more").unwrap();
        again.save().unwrap();
        assert_eq!(again.get(key(60), more).as_deref(), Some(&b"more"[..]));
        assert_eq!(again.get(key(3), slots[3]), Some(vec![7; 99]));
    }

    #[test]
    fn compacting_keeps_what_lives() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pack");
        let pack = Pack::open(&path).unwrap();
        let (a, b) = (Digest::of(&1), Digest::of(&2));
        let _dead = pack.put(a, b"dead").unwrap();
        let slot = pack.put(b, b"alive").unwrap();
        let before = pack.length();
        let slots = pack.compact(&[(b, slot)]).unwrap();
        assert!(pack.length() < before);
        assert_eq!(
            pack.get(b, slots[0].unwrap()).as_deref(),
            Some(&b"alive"[..])
        );
        let fresh = pack.put(a, b"new").unwrap();
        pack.save().unwrap();
        assert_eq!(pack.get(a, fresh).as_deref(), Some(&b"new"[..]));
    }

    #[test]
    fn damage_is_a_miss() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pack");
        let pack = Pack::open(&path).unwrap();
        let key = Digest::of(&1);
        let slot = pack.put(key, b"value").unwrap();
        pack.save().unwrap();
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x10;
            fs::write(&path, &damaged).unwrap();
            assert_eq!(Pack::open(&path).unwrap().get(key, slot), None, "{at}");
            fs::write(&path, &whole[..at]).unwrap();
            assert_eq!(Pack::open(&path).unwrap().get(key, slot), None, "{at}");
        }
    }
}
