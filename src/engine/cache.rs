//! The cache: facts about sources and outputs, and where their values stand.
//!
//! Facts are small and loaded whole, in one sequential read of one log; values
//! (parsed articles, what pages were made from, highlighted blocks) are read
//! from packs one at a time. Saving appends what changed. Files of another
//! build id, damaged or torn ones are a miss and one warning. Invariant:
//! nothing is believed that a checksum does not vouch for, and nothing is
//! written where nothing changed.
//!
//! A log and packs were measured against redb 4.6, with the facts and values of
//! 10,000 and 100,000 guides (two facts a guide, and two values of 2.7 KB that
//! do not compress) in memory. redb loads the facts in 6 to 9 ms and 135 ms, as
//! long as the log takes (about half a microsecond of CPU a fact), and adds one
//! edit in 0.2 to 0.6 ms, as little. But it fills in 0.8 s and 11 s, on one
//! thread, and takes two and a half times the bytes of the values, where a pack
//! takes fewer than there are. Loading costs about a microsecond of CPU a guide;
//! values cost nothing until they are asked for.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::facts::{Change, Facts, OutputFact, Parsed, SourceFact};
use super::log::{Condition, Log};
use super::pack::{Pack, Slot};
use super::store::Store;
use crate::ground::digest::Digest;
use crate::ground::fs::{self, FsError};
use crate::ground::paths::{OutPath, SrcPath};

/// Bytes that a pack may waste before it is written anew, beside as much as it
/// holds of use.
const WASTE: u64 = 1 << 20;

/// The cache of one output folder.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    build: Digest,
    log: Log,
    facts: Facts,
    changed_sources: HashSet<SrcPath>,
    changed_outputs: HashSet<OutPath>,
    changed_build: bool,
    /// Whether the files have grown since they were opened.
    appended: bool,
    /// Parsed articles.
    pub articles: Pack,
    /// What pages were made from.
    pub pages: Pack,
    /// Highlighted blocks.
    pub blocks: Arc<Store>,
    /// What was wrong with the files, in one sentence.
    pub warning: Option<String>,
}

impl Cache {
    /// Opens the cache in `folder`, believing what the program `build` wrote.
    /// Creates nothing.
    ///
    /// # Errors
    ///
    /// Its files are there and cannot be read at all.
    pub fn open(folder: &Path, build: Digest) -> Result<Self, FsError> {
        let mut facts = Facts::default();
        let (log, condition) = Log::load(&folder.join("facts.log"), build, |record| {
            let Ok(changes) = postcard::from_bytes::<Vec<Change>>(record) else {
                return false;
            };
            facts.apply(changes);
            true
        })?;
        let warning = match condition {
            Condition::Missing | Condition::Whole => None,
            Condition::Foreign => Some(
                "the cache was made by another version of Guidepost and is not used".to_owned(),
            ),
            Condition::Damaged => {
                Some("the cache is damaged; what cannot be believed is made anew".to_owned())
            }
        };
        let fresh = facts.build.is_none();
        if fresh {
            facts = Facts::default();
        }
        let pack = |name: &str| {
            let path = folder.join(name);
            if fresh {
                fs::remove_file(&path)?;
            }
            Pack::open(&path)
        };
        Ok(Self {
            articles: pack("articles.pack")?,
            pages: pack("pages.pack")?,
            blocks: Arc::new(Store::new(folder, "blocks", build)),
            folder: folder.to_owned(),
            build,
            log,
            facts,
            changed_sources: HashSet::new(),
            changed_outputs: HashSet::new(),
            changed_build: false,
            appended: false,
            warning,
        })
    }

    /// The facts as they are known now.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Puts a fact about a source; `None` forgets it.
    pub fn set_source(&mut self, path: &SrcPath, fact: Option<SourceFact>) {
        if self.facts.sources.get(path) == fact.as_ref() {
            return;
        }
        self.changed_sources.insert(path.clone());
        match fact {
            Some(fact) => self.facts.sources.insert(path.clone(), fact),
            None => self.facts.sources.remove(path),
        };
    }

    /// Puts a fact about an output; `None` forgets it.
    pub fn set_output(&mut self, path: &OutPath, fact: Option<OutputFact>) {
        if self.facts.outputs.get(path) == fact.as_ref() {
            return;
        }
        self.changed_outputs.insert(path.clone());
        match fact {
            Some(fact) => self.facts.outputs.insert(path.clone(), fact),
            None => self.facts.outputs.remove(path),
        };
    }

    /// Puts what is known of the build as a whole.
    pub fn set_build(&mut self, build: Vec<u8>) {
        if self.facts.build.as_ref() != Some(&build) {
            self.changed_build = true;
            self.facts.build = Some(build);
        }
    }

    /// Writes what changed at the ends of the files, and goes on. Nothing is
    /// collected: what is no longer of use stays until [`Self::save`].
    ///
    /// # Errors
    ///
    /// Any IO error; the files then hold what they held or more.
    pub fn append(&mut self) -> Result<(), FsError> {
        if !self.is_changed() {
            return Ok(());
        }
        fs::create_folder(&self.folder)?;
        self.blocks.save()?;
        self.articles.save()?;
        self.pages.save()?;
        if self.log.is_overgrown() {
            let all = self.facts.all_changes();
            self.log.rewrite(&encode(&all))?;
        } else {
            let changes = self.pending();
            self.log.append(&encode(&changes))?;
        }
        self.changed_sources.clear();
        self.changed_outputs.clear();
        self.changed_build = false;
        self.appended = true;
        Ok(())
    }

    /// Believes no output's stat any more: each is read before it is believed
    /// again.
    pub fn doubt_outputs(&mut self) {
        for fact in self.facts.outputs.values_mut() {
            fact.stamped.racy = true;
        }
    }

    fn is_changed(&self) -> bool {
        self.changed_build || !self.changed_sources.is_empty() || !self.changed_outputs.is_empty()
    }

    /// Writes what changed; nothing where nothing did. `live_blocks` is asked
    /// for the keys of all blocks in use where blocks have to be collected;
    /// `room` is how many bytes the cache may take.
    ///
    /// # Errors
    ///
    /// Any IO error; the cache then holds what it held or less.
    pub fn save(
        mut self,
        room: u64,
        live_blocks: impl FnOnce(&Self) -> HashSet<Digest>,
    ) -> Result<(), FsError> {
        if !self.is_changed() && !self.appended {
            return Ok(());
        }
        fs::create_folder(&self.folder)?;
        self.blocks.save()?;
        self.articles.save()?;
        self.pages.save()?;
        let compacted = self.compact_packs()?;
        if compacted || self.log.is_overgrown() {
            let all = self.facts.all_changes();
            self.log.rewrite(&encode(&all))?;
        } else {
            let changes = self.pending();
            self.log.append(&encode(&changes))?;
        }
        // Blocks are collected when they have doubled since the facts were
        // last written whole and waste is likely, or when room is short.
        let used = self.articles.length() + self.pages.length();
        let blocks = self.blocks.length();
        if compacted || used + blocks > room {
            let live = live_blocks(&self);
            let store = std::mem::replace(
                &mut self.blocks,
                Arc::new(Store::new(&self.folder, "unused", self.build)),
            );
            if let Ok(store) = Arc::try_unwrap(store) {
                store.compact(&live)?;
            }
        }
        let total: u64 = [
            "facts.log",
            "articles.pack",
            "pages.pack",
            "blocks.pack",
            "blocks.index",
        ]
        .iter()
        .filter_map(|name| fs::length(&self.folder.join(name)))
        .sum();
        if total > room {
            fs::remove_tree(&self.folder)?;
        }
        Ok(())
    }

    /// Writes packs anew that waste more than they hold.
    fn compact_packs(&mut self) -> Result<bool, FsError> {
        let articles: Vec<(SrcPath, Digest, Slot)> = self
            .facts
            .sources
            .iter()
            .filter_map(|(path, fact)| {
                fact.parsed
                    .map(|parsed| (path.clone(), parsed.key, parsed.slot))
            })
            .collect();
        let pages: Vec<(OutPath, Digest, Slot)> = self
            .facts
            .outputs
            .iter()
            .filter_map(|(path, fact)| fact.slot.map(|slot| (path.clone(), fact.key, slot)))
            .collect();
        let mut compacted = false;
        if let Some(slots) = compact(&self.articles, &articles)? {
            compacted = true;
            for ((path, ..), slot) in articles.iter().zip(slots) {
                let Some(fact) = self.facts.sources.get_mut(path) else {
                    continue;
                };
                fact.parsed = fact
                    .parsed
                    .zip(slot)
                    .map(|(parsed, slot)| Parsed { slot, ..parsed });
            }
        }
        if let Some(slots) = compact(&self.pages, &pages)? {
            compacted = true;
            for ((path, ..), slot) in pages.iter().zip(slots) {
                let Some(fact) = self.facts.outputs.get_mut(path) else {
                    continue;
                };
                fact.slot = slot;
            }
        }
        Ok(compacted)
    }

    fn pending(&self) -> Vec<Change> {
        let mut sources: Vec<&SrcPath> = self.changed_sources.iter().collect();
        let mut outputs: Vec<&OutPath> = self.changed_outputs.iter().collect();
        sources.sort();
        outputs.sort();
        let source =
            |path: &SrcPath| Change::Source(path.clone(), self.facts.sources.get(path).cloned());
        let output =
            |path: &OutPath| Change::Output(path.clone(), self.facts.outputs.get(path).cloned());
        let build = self
            .facts
            .build
            .iter()
            .filter(|_| self.changed_build)
            .cloned()
            .map(Change::Build);
        sources
            .into_iter()
            .map(source)
            .chain(outputs.into_iter().map(output))
            .chain(build)
            .collect()
    }
}

fn compact<P>(
    pack: &Pack,
    live: &[(P, Digest, Slot)],
) -> Result<Option<Vec<Option<Slot>>>, FsError> {
    let used: u64 = live.iter().map(|(_, _, slot)| slot.size()).sum();
    if pack.length() <= 2 * used + WASTE {
        return Ok(None);
    }
    let live: Vec<(Digest, Slot)> = live.iter().map(|(_, key, slot)| (*key, *slot)).collect();
    pack.compact(&live).map(Some)
}

fn encode(changes: &Vec<Change>) -> Vec<u8> {
    postcard::to_stdvec(changes).expect("changes serialize")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::stamp::Stamped;
    use crate::ground::fs::Stat;

    fn fact(n: u64) -> SourceFact {
        let stat = Stat {
            size: n,
            mtime: 1,
            ctime: 2,
            inode: 3,
            mode: 0o644,
        };
        let stamped = Stamped {
            stat,
            digest: Digest::of(&n),
            racy: false,
        };
        SourceFact {
            stamped,
            parsed: None,
            size: None,
            diagnostics: Vec::new(),
        }
    }

    #[test]
    fn facts_come_back_and_nothing_is_written_where_nothing_changed() {
        let folder = tempfile::tempdir().unwrap();
        let build = Digest::of_bytes(b"build");
        let path = SrcPath::new("a.md");
        let mut cache = Cache::open(folder.path(), build).unwrap();
        cache.set_source(&path, Some(fact(1)));
        cache.set_build(vec![1]);
        cache.save(u64::MAX, |_| HashSet::new()).unwrap();
        let mut cache = Cache::open(folder.path(), build).unwrap();
        assert_eq!(cache.facts().sources.get("a.md"), Some(&fact(1)));
        let before = fs::stat(&folder.path().join("facts.log"));
        cache.set_source(&path, Some(fact(1)));
        cache.save(u64::MAX, |_| HashSet::new()).unwrap();
        assert_eq!(fs::stat(&folder.path().join("facts.log")), before);
        let mut cache = Cache::open(folder.path(), build).unwrap();
        cache.set_source(&path, None);
        cache.save(u64::MAX, |_| HashSet::new()).unwrap();
        assert!(
            Cache::open(folder.path(), build)
                .unwrap()
                .facts()
                .sources
                .is_empty()
        );
        let foreign = Cache::open(folder.path(), Digest::of_bytes(b"other")).unwrap();
        assert!(foreign.facts().build.is_none() && foreign.warning.is_some());
    }
}
