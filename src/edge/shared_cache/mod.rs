//! The shared cache: what machines take from each other and give back.
//!
//! A build that finds much that it does not remember asks a folder or a bucket
//! for parsed articles and highlighted blocks, and puts there what it had to
//! make. Entries go by the keys of the local cache; a version of Guidepost
//! looks at its own entries alone. What pages were made from is not shared.
//!
//! Invariants: an entry is believed only with the right mark and the right
//! shape, and then it is what this machine would have made; whatever a remote
//! does costs one warning and the patience that a build has ([`Access`]),
//! never a byte; no secret is in anything that is printed or put there.

mod article;
pub mod fill;
mod give;
mod made;
mod place;
mod remote;
mod state;

use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;

use super::gather::Parsing;
use crate::content::article::Article;
use crate::content::config::CacheOptions;
use crate::engine::seal::{Seal, Secret};
use crate::engine::shared_pack::{self, Entry, Line, MOST_VALUE};
use crate::engine::store::Store;
use crate::ground::digest::Digest;
use made::Made;
use place::Place;
use remote::{ARTICLES, BLOCKS, Known};
use state::{State, Watched};

/// How long a build waits for nothing, all in all.
const PATIENCE: Duration = Duration::from_secs(1);
/// Sources that are made anew rather than asked for: asking takes longer.
const FEW: usize = 8;
/// Parts of packs that are taken at once.
const AT_ONCE: usize = 8;
/// Bytes of a body that is asked for, at most.
const MOST_BODY: u64 = MOST_VALUE as u64 + 4096;

/// How a build may use a shared cache.
#[derive(Clone)]
pub struct Access {
    /// What entries are marked with; without it their marks tell damage only.
    pub secret: Option<Secret>,
    /// Nothing is given, whatever the configuration says.
    pub read_only: bool,
    /// Names and values among which credentials may be.
    pub environment: Vec<(String, String)>,
    /// How long a build waits for nothing; a second by default.
    pub patience: Duration,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            secret: None,
            read_only: false,
            environment: Vec::new(),
            patience: PATIENCE,
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("secret", &self.secret)
            .field("read_only", &self.read_only)
            .finish_non_exhaustive()
    }
}

/// What was exchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exchanged {
    /// Entries that were taken and found right.
    pub fetched: usize,
    /// Bytes that were taken, indexes among them.
    pub fetched_bytes: u64,
    /// Entries that were given.
    pub given: usize,
    /// Bytes that were given.
    pub given_bytes: u64,
    /// What was wrong, in one sentence.
    pub warning: Option<String>,
}

/// A shared cache in use by one build.
pub(super) struct Shared {
    seal: Arc<Seal>,
    read_only: bool,
    patience: Duration,
    runtime: Mutex<Option<Runtime>>,
    place: Arc<OnceLock<Place>>,
    watched: Arc<Watched>,
    /// Sources that want something.
    sources: Mutex<usize>,
    made: Mutex<Made>,
    /// Entries and bytes that were given.
    given: Mutex<(usize, u64)>,
}

/// Whether so many unknown sources are worth asking for. A machine that knows
/// nothing asks in any case.
pub(super) fn is_worth_asking(unknown: usize, fresh: bool) -> bool {
    unknown > if fresh { 0 } else { FEW }
}

impl Shared {
    /// Begins to read what the remote has; `None` where none is configured.
    pub(super) fn start(
        options: &CacheOptions,
        access: &Access,
        root: &Path,
        version: Digest,
    ) -> Option<Self> {
        let remote = options.remote.clone()?;
        let read_only = options.remote_read_only || access.read_only;
        let runtime = Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("shared-cache")
            .enable_all()
            .build()
            .ok()?;
        let seal = Arc::new(Seal::new(version, access.secret.clone()));
        let watched = Arc::new(Watched::default());
        let place = Arc::new(OnceLock::new());
        let (root, environment) = (root.to_owned(), access.environment.clone());
        let task = {
            let (seal, watched, place) = (seal.clone(), watched.clone(), place.clone());
            async move {
                // A folder on a disk that hangs must not hold up the others.
                let opened = tokio::task::spawn_blocking(move || {
                    place::open(&remote, &root, &environment, version, !read_only)
                });
                let known = match opened.await {
                    Ok(Ok(opened)) => {
                        let known = remote::survey(&opened, &seal, &watched).await;
                        let _ = place.set(opened);
                        known
                    }
                    Ok(Err(why)) => Err(why),
                    Err(_) => Err("it could not be opened".to_owned()),
                };
                watched.change(|state| match known {
                    Ok(known) => state.known = Some(Arc::new(known)),
                    Err(why) => {
                        state.trouble.get_or_insert(why);
                        state.closed = true;
                    }
                });
            }
        };
        runtime.spawn(task);
        Some(Self {
            seal,
            read_only,
            patience: access.patience,
            runtime: Mutex::new(Some(runtime)),
            place,
            watched,
            sources: Mutex::new(0),
            made: Mutex::default(),
            given: Mutex::default(),
        })
    }

    /// Asks for the articles of sources (key and digest of each) and for the
    /// blocks in them that are not in `blocks`, and waits for the articles.
    pub(super) fn want(&self, sources: &[(Digest, Digest)], blocks: &Arc<Store>) {
        if sources.is_empty() {
            return;
        }
        *lock(&self.sources) = sources.len();
        let Some(known) = self.known() else { return };
        let wanted = wanted(&known, sources, blocks);
        let count = |kind| {
            wanted
                .iter()
                .flat_map(|(_, lines)| lines)
                .filter(move |(_, line)| line.kind == kind)
                .count()
        };
        let (articles, others) = (count(ARTICLES), count(BLOCKS));
        self.watched.change(|state| {
            state.articles_due = articles;
            state.blocks_due = others;
            state.blocks = Some(Arc::clone(blocks));
        });
        let Some(place) = self.place.get() else {
            return;
        };
        if let Some(runtime) = &*lock(&self.runtime) {
            let room = Arc::new(Semaphore::new(AT_ONCE));
            for (at, lines) in wanted {
                for portion in remote::portions(&known.packs[at].path, lines) {
                    let (place, seal) = (place.clone(), self.seal.clone());
                    let (watched, room) = (self.watched.clone(), room.clone());
                    runtime.spawn(async move {
                        let _permit = room.acquire().await;
                        remote::take(&place, &seal, portion, &watched).await;
                    });
                }
            }
        }
        self.wait(|state| state.articles_due == 0);
    }

    /// The packs that are there, if they were read in time.
    fn known(&self) -> Option<Arc<Known>> {
        self.wait(|state| state.known.is_some());
        self.watched.lock().known.clone()
    }

    /// Waits; where patience ends, nothing is taken from then on.
    fn wait(&self, until: impl Fn(&State) -> bool) -> bool {
        let sources = *lock(&self.sources);
        let came = self.watched.wait(self.patience, sources, until);
        if !came {
            let mut state = self.watched.lock();
            if !state.closed {
                state.closed = true;
                let slow = "it is too slow, or does not answer".to_owned();
                state.trouble.get_or_insert(slow);
            }
            drop(state);
            self.hang_up();
        }
        came
    }

    fn hang_up(&self) {
        if let Some(runtime) = lock(&self.runtime).take() {
            runtime.shutdown_background();
        }
    }

    /// The article under a key, if it came and is right.
    pub(super) fn article(&self, key: Digest, parsing: &Parsing<'_>) -> Option<Article> {
        let body = self.watched.lock().articles.remove(&key)?;
        let value = shared_pack::open(&self.seal, ARTICLES, key, &body)?;
        let article = article::decode(&value, parsing);
        if article.is_none() {
            let mut state = self.watched.lock();
            state.wrong += 1;
            state.fetched = state.fetched.saturating_sub(1);
        }
        article
    }

    /// Waits for the blocks that were asked for.
    pub(super) fn wait_for_blocks(&self) {
        self.wait(|state| state.blocks_due == 0);
        let mut state = self.watched.lock();
        // The store is about to be used and saved: nobody else writes there.
        state.blocks = None;
    }

    /// Gives entries.
    fn give(&self, gifts: Vec<Entry>) {
        self.giving(async |giving| {
            let (entries, bytes) = giving.run(gifts).await;
            let mut given = lock(&self.given);
            *given = (given.0 + entries, given.1 + bytes);
        });
    }

    fn giving(&self, work: impl AsyncFnOnce(give::Giving<'_>)) {
        if self.read_only || self.watched.lock().closed {
            return;
        }
        if let Some(place) = self.place.get()
            && let Some(runtime) = &*lock(&self.runtime)
        {
            runtime.block_on(work(give::Giving {
                place,
                seal: &self.seal,
                watched: &self.watched,
                patience: self.patience,
            }));
        }
    }

    /// Gives entries, tidies, and says what was exchanged.
    pub(super) fn finish(self, gifts: Vec<Entry>) -> Exchanged {
        self.give(gifts);
        self.giving(async |giving| giving.tidy().await);
        self.hang_up();
        let mut state = self.watched.lock();
        state.closed = true;
        let (given, given_bytes) = *lock(&self.given);
        Exchanged {
            fetched: state.fetched,
            fetched_bytes: state.bytes,
            given,
            given_bytes,
            warning: warning(&state),
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.hang_up();
    }
}

fn warning(state: &State) -> Option<String> {
    let wrong = (state.wrong > 0).then(|| {
        format!(
            "{} of the shared cache were not believed: they are damaged, or were written with another key",
            super::report::plural(state.wrong, "part")
        )
    });
    let trouble = state
        .trouble
        .as_ref()
        .map(|why| format!("the shared cache was not used in full: {why}"));
    match (trouble, wrong) {
        (Some(trouble), Some(wrong)) => Some(format!("{trouble}; {wrong}")),
        (trouble, wrong) => trouble.or(wrong),
    }
}

/// What is wanted of each pack, each entry once.
fn wanted(
    known: &Known,
    sources: &[(Digest, Digest)],
    blocks: &Store,
) -> Vec<(usize, Vec<(u64, Line)>)> {
    let mut keys: HashSet<Digest> = sources.iter().map(|(key, _)| *key).collect();
    let subjects: HashSet<Digest> = sources.iter().map(|(_, digest)| *digest).collect();
    let lines = || known.packs.iter().flat_map(|pack| &pack.lines);
    // A source's blocks are the same where only the configuration differs.
    let mut needs: HashSet<Digest> = lines()
        .filter(|(_, line)| line.kind == ARTICLES && subjects.contains(&line.subject))
        .flat_map(|(_, line)| line.needs.iter().copied())
        .collect();
    needs.retain(|key| !blocks.has(*key));
    let mut wanted = Vec::new();
    for (at, pack) in known.packs.iter().enumerate() {
        let of_pack: Vec<(u64, Line)> = pack
            .lines
            .iter()
            .filter(|(_, line)| u64::from(line.length) <= MOST_BODY)
            .filter(|(_, line)| match line.kind {
                ARTICLES => keys.remove(&line.key),
                BLOCKS => needs.remove(&line.key),
                _ => false,
            })
            .cloned()
            .collect();
        if !of_pack.is_empty() {
            wanted.push((at, of_pack));
        }
    }
    wanted
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
