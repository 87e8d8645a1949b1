//! A memo of lines: equal lines that are read at equal places are parsed once
//! in a process.
//!
//! Guides repeat themselves: of the lines of code in two collections of
//! runbooks a third stand there more than once, though the blocks around them
//! differ. What a grammar makes of a line depends on the line and on the place
//! where it is read ([`Place`]) alone, so the runs of the line and the key of
//! the place after it are remembered by the digest of both. A known line costs
//! half a microsecond, another one some ten.
//!
//! A place between two lines is known by its [`PlaceKey`]. The memo holds keys
//! only: the parser's states themselves are kept, by key, by each thread that
//! made them (see `reader`).
//!
//! A memo may forget, and decides nothing: it answers what the grammar would.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use syntect::parsing::SyntaxReference;

use super::grammar::Place;
use super::spans::Runs;
use crate::ground::digest::Digest;

/// Bytes that the lines of a process may take.
const ROOM: usize = 64 << 20;

/// Parts of the memo, so that threads seldom wait for each other.
const SHARDS: usize = 64;

/// What an entry takes beside its runs: its slot of 64 bytes, of which a hash
/// map may leave half empty, and an allocation.
const ENTRY: usize = 160;

/// Tells a place from all others of the process. It means nothing to another
/// process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct PlaceKey {
    /// The parser's state.
    pub(super) state: Digest,
    /// The open scopes.
    scopes: Digest,
}

/// Tells a line at a place from all others of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LineKey(Digest);

impl PlaceKey {
    /// The beginning of a block.
    pub(super) fn start(syntax: &'static SyntaxReference) -> Self {
        // The set of grammars stays where it is as long as the process lives.
        let address = std::ptr::from_ref(syntax).addr();
        Self {
            state: Digest::of_bytes(&address.to_le_bytes()),
            scopes: Digest::of_bytes(&[]),
        }
    }

    /// The key of a line that is read here.
    pub(super) fn line(self, line: &str, scratch: &mut Vec<u8>) -> LineKey {
        scratch.clear();
        scratch.extend_from_slice(&self.state.bytes());
        scratch.extend_from_slice(&self.scopes.bytes());
        scratch.extend_from_slice(line.as_bytes());
        LineKey(Digest::of_bytes(scratch))
    }
}

impl PlaceKey {
    /// The key of a place.
    pub(super) fn of(place: &Place, scratch: &mut Vec<u8>) -> Self {
        scratch.clear();
        place.state.write(scratch);
        let state = Digest::of_bytes(scratch);
        scratch.clear();
        place.scopes.write(scratch);
        Self {
            state,
            scopes: Digest::of_bytes(scratch),
        }
    }
}

/// What is remembered of lines.
#[derive(Debug)]
pub(super) struct LineMemo {
    shards: Vec<Mutex<Shard>>,
    /// Bytes that a shard may take.
    room: usize,
}

#[derive(Debug, Default)]
struct Shard {
    lines: HashMap<Digest, Line>,
    held: usize,
}

#[derive(Debug)]
struct Line {
    runs: Box<[u8]>,
    after: PlaceKey,
}

impl LineMemo {
    /// The memo of the process.
    pub(super) fn shared() -> &'static Self {
        static SHARED: OnceLock<LineMemo> = OnceLock::new();
        SHARED.get_or_init(|| Self::new(ROOM))
    }

    /// A memo of at most `room` bytes.
    pub(super) fn new(room: usize) -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            room: room / SHARDS,
        }
    }

    /// Adds the runs of a line that is known, up to `shown` bytes of its text,
    /// and says which place comes after it.
    pub(super) fn get(&self, key: LineKey, shown: usize, runs: &mut Runs) -> Option<PlaceKey> {
        let shard = self.shard(key).lock();
        let shard = shard.unwrap_or_else(PoisonError::into_inner);
        let line = shard.lines.get(&key.0)?;
        runs.append(&line.runs, shown);
        Some(line.after)
    }

    /// Remembers a line. A shard that is full forgets everything.
    pub(super) fn insert(&self, key: LineKey, runs: &[u8], after: PlaceKey) {
        let bytes = ENTRY + runs.len();
        if bytes > self.room {
            return;
        }
        let shard = self.shard(key).lock();
        let mut shard = shard.unwrap_or_else(PoisonError::into_inner);
        if shard.held + bytes > self.room {
            *shard = Shard::default();
        }
        let runs = Box::from(runs);
        if shard.lines.insert(key.0, Line { runs, after }).is_none() {
            shard.held += bytes;
        }
    }

    /// How many lines are known.
    #[cfg(test)]
    pub(super) fn lines(&self) -> usize {
        let count = |shard: &Mutex<Shard>| shard.lock().map_or(0, |shard| shard.lines.len());
        self.shards.iter().map(count).sum()
    }

    fn shard(&self, key: LineKey) -> &Mutex<Shard> {
        &self.shards[key.0.shard(SHARDS)]
    }
}
