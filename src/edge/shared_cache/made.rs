//! What a build made, and which of it is new to the remote.
//!
//! Invariant: what is given was made by this build; what came from elsewhere is
//! not given again.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::remote::{ARTICLES, BLOCKS};
use super::{Shared, article, lock};
use crate::content::article::Article;
use crate::engine::cache::Cache;
use crate::engine::shared_pack::{Entry, Line};
use crate::ground::digest::Digest;
use crate::ground::paths::SrcPath;

/// What this build made.
#[derive(Default)]
pub(super) struct Made {
    articles: Vec<MadeArticle>,
    /// Blocks in the pages of sources.
    needs: HashMap<SrcPath, Vec<Digest>>,
    /// Blocks that were highlighted.
    blocks: Vec<Digest>,
}

struct MadeArticle {
    source: SrcPath,
    key: Digest,
    digest: Digest,
    body: Vec<u8>,
}

impl Shared {
    /// Hears of an article that had to be parsed.
    pub(in crate::edge) fn parsed(&self, article: &Article, key: Digest) {
        if self.read_only {
            return;
        }
        let value = article::encode(article);
        let (seal, digest) = (&self.seal, article.digest);
        if let Some(entry) = Entry::new(seal, ARTICLES, key, &value, digest, Vec::new()) {
            lock(&self.made).articles.push(MadeArticle {
                source: article.source.clone(),
                key,
                digest,
                body: entry.body,
            });
        }
    }

    /// Hears which blocks are in the page of a source.
    pub(in crate::edge) fn page(&self, source: &SrcPath, blocks: &[Digest]) {
        if !self.read_only {
            let needs = blocks.to_vec();
            lock(&self.made).needs.insert(source.clone(), needs);
        }
    }

    /// Hears which blocks had to be highlighted.
    pub(in crate::edge) fn highlighted(&self, blocks: Vec<Digest>) {
        lock(&self.made).blocks = blocks;
    }

    /// What is to be given, as long as the cache that holds it is open.
    pub(in crate::edge) fn gifts(&self, cache: &Cache) -> Vec<Entry> {
        let known = self.watched.lock().known.clone();
        let (false, Some(known)) = (self.read_only, known) else {
            return Vec::new();
        };
        let there = known.entries();
        let mut entries = self.gifts_of_articles(&there);
        let blocks: BTreeSet<Digest> = lock(&self.made).blocks.drain(..).collect();
        for key in blocks {
            if !there.contains(&(BLOCKS, key))
                && let Some(value) = cache.blocks.get(key)
            {
                let none = Digest::default();
                entries.extend(Entry::new(
                    &self.seal,
                    BLOCKS,
                    key,
                    &value,
                    none,
                    Vec::new(),
                ));
            }
        }
        entries
    }

    /// The articles that were made and are not there.
    pub(super) fn gifts_of_articles(&self, there: &HashSet<(u8, Digest)>) -> Vec<Entry> {
        let mut made = lock(&self.made);
        let articles = std::mem::take(&mut made.articles);
        let mut needs = std::mem::take(&mut made.needs);
        let missing = articles
            .into_iter()
            .filter(|made| !there.contains(&(ARTICLES, made.key)));
        let entry = |made: MadeArticle| {
            let mut needs = needs.remove(&made.source).unwrap_or_default();
            needs.sort();
            needs.dedup();
            let line = Line {
                kind: ARTICLES,
                key: made.key,
                length: u32::try_from(made.body.len()).ok()?,
                subject: made.digest,
                needs,
            };
            Some(Entry {
                line,
                body: made.body,
            })
        };
        missing.filter_map(entry).collect()
    }
}
