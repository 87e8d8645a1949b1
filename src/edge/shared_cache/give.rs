//! Giving: puts new entries, and merges packs where there are many small ones.
//!
//! Invariants: a pack is put whole or not at all, and never changed; packs are
//! deleted only after another one that holds all that was right in them was
//! put. Giving waits for nothing no longer than the build's patience allows;
//! a pack that got through shows that bytes flow.

use std::sync::Arc;
use std::time::{Duration, Instant};

use object_store::path::Path;
use object_store::{ObjectStoreExt as _, PutPayload};
use tokio::time::timeout;

use super::place::Place;
use super::remote::{Known, KnownPack, words};
use super::state::Watched;
use crate::engine::seal::Seal;
use crate::engine::shared_pack::{self, Entry};

/// Bytes of the first pack, from which it is seen how fast bytes flow.
const FIRST: usize = 256 << 10;
/// Bytes of a pack, at most.
const LARGEST: usize = 32 << 20;
/// How long putting a pack is to take.
const AIM: Duration = Duration::from_millis(400);
/// Packs below this size are small.
const SMALL: u64 = 4 << 20;
/// Small packs that are left alone.
const MANY: usize = 16;

/// A remote that something is given to.
pub(super) struct Giving<'a> {
    pub(super) place: &'a Place,
    pub(super) seal: &'a Seal,
    pub(super) watched: &'a Watched,
    pub(super) patience: Duration,
}

impl Giving<'_> {
    /// Puts entries; says how many were put, and their bytes.
    pub(super) async fn run(&self, entries: Vec<Entry>) -> (usize, u64) {
        let mut given = (0, 0);
        let mut room = FIRST;
        let mut entries = entries.into_iter().peekable();
        while entries.peek().is_some() {
            let mut batch: Vec<Entry> = Vec::new();
            let mut size = 0;
            while let Some(entry) =
                entries.next_if(|entry| batch.is_empty() || size + entry.body.len() <= room)
            {
                size += entry.body.len();
                batch.push(entry);
            }
            let count = batch.len();
            let began = Instant::now();
            let Some((_, bytes)) = self.put(batch).await else {
                return given;
            };
            given = (given.0 + count, given.1 + bytes);
            let took = began.elapsed().max(Duration::from_millis(1));
            let aim = size as f64 * AIM.as_secs_f64() / took.as_secs_f64();
            room = (aim as usize).clamp(FIRST, LARGEST);
        }
        given
    }

    /// Puts entries as one pack: where it is, and its bytes.
    async fn put(&self, entries: Vec<Entry>) -> Option<(Path, u64)> {
        let (name, bytes) = shared_pack::write(self.seal, entries)?;
        let path = self.place.packs.clone().join(name.to_string());
        let length = bytes.len() as u64;
        let put = self.place.store.put(&path, PutPayload::from(bytes));
        self.in_time(put).await.map(|_| (path, length))
    }

    /// Waits for an operation as long as there is patience; `None` where it
    /// failed or took longer, which is remembered.
    async fn in_time<T>(
        &self,
        operation: impl Future<Output = object_store::Result<T>>,
    ) -> Option<T> {
        let left = self.watched.left(self.patience);
        let began = Instant::now();
        let why = match timeout(left, operation).await {
            Ok(Ok(done)) => return Some(done),
            Ok(Err(object_store::Error::NotFound { .. })) => return None,
            Ok(Err(error)) => words(&error),
            Err(_) => "it takes what it is given too slowly".to_owned(),
        };
        self.watched.spend(began.elapsed());
        self.watched.change(|state| {
            state.trouble.get_or_insert(why);
        });
        None
    }

    /// Merges small packs where there are many of them.
    pub(super) async fn tidy(&self) {
        let Some(known) = self.known_well() else {
            return;
        };
        let small: Vec<&KnownPack> = known
            .packs
            .iter()
            .filter(|pack| pack.size < SMALL)
            .collect();
        if small.len() <= MANY {
            return;
        }
        let mut merged = Vec::new();
        let mut entries = Vec::new();
        let mut size = 0;
        for pack in small {
            if size + pack.size > LARGEST as u64 {
                break;
            }
            let Some(bodies) = self.read(pack).await else {
                continue;
            };
            size += pack.size;
            merged.push(&pack.path);
            entries.extend(bodies);
        }
        if merged.len() < 2 || entries.is_empty() {
            return;
        }
        let Some((new, _)) = self.put(entries).await else {
            return;
        };
        for path in merged {
            // The merged pack may be one that was there: all of them in one.
            // What is left over, here or where others tidy, is merged again.
            if *path != new {
                self.in_time(self.place.store.delete(path)).await;
            }
        }
    }

    /// What is there, if nothing has gone wrong so far.
    fn known_well(&self) -> Option<Arc<Known>> {
        let state = self.watched.lock();
        state.known.clone().filter(|_| state.trouble.is_none())
    }

    /// The entries of a pack that are right.
    async fn read(&self, pack: &KnownPack) -> Option<Vec<Entry>> {
        let bodies = pack
            .lines
            .last()
            .map(|(at, line)| at + u64::from(line.length))?;
        let range = self.place.store.get_range(&pack.path, 0..bodies);
        let bytes = self.in_time(range).await?;
        let entry = |(at, line): &(u64, shared_pack::Line)| {
            let start = usize::try_from(*at).ok()?;
            let body = bytes.get(start..start.checked_add(line.length as usize)?)?;
            shared_pack::open(self.seal, line.kind, line.key, body)?;
            Some(Entry {
                line: line.clone(),
                body: body.to_vec(),
            })
        };
        Some(pack.lines.iter().filter_map(entry).collect())
    }
}
