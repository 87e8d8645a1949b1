//! The packs of a place: listing them, reading their indexes, taking bodies.
//!
//! Invariant: a pack that is missing, cut short or wrong is a miss, and what
//! is counted as due comes or is counted as lost.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use object_store::path::Path;
use object_store::{Error, GetOptions, GetRange, ObjectStore as _, ObjectStoreExt as _};

use super::place::Place;
use super::state::{ARTICLE, BLOCK, Watched};
use crate::engine::seal::Seal;
use crate::engine::shared_pack::{self, Line, Name};
use crate::ground::digest::Digest;

/// The kind of articles.
pub(super) const ARTICLES: u8 = 0;
/// The kind of highlighted blocks.
pub(super) const BLOCKS: u8 = 1;

/// Packs that are looked at, at most.
const MOST_PACKS: usize = 4096;
/// Requests under way at once.
const AT_ONCE: usize = 16;
/// Bytes of nothing wanted that cost less than another request.
const GAP: u64 = 64 << 10;
/// Bytes asked for at once.
const MOST_RANGE: u64 = 8 << 20;
/// Bytes of an index, at most.
const MOST_INDEX: u64 = 64 << 20;

/// A pack and what is in it.
pub(super) struct KnownPack {
    pub(super) path: Path,
    pub(super) size: u64,
    pub(super) lines: Vec<(u64, Line)>,
}

/// All packs that are there and can be read, the largest first.
#[derive(Default)]
pub(super) struct Known {
    pub(super) packs: Vec<KnownPack>,
}

impl Known {
    /// Every entry that is there, by kind and key.
    pub(super) fn entries(&self) -> HashSet<(u8, Digest)> {
        self.packs
            .iter()
            .flat_map(|pack| &pack.lines)
            .map(|(_, line)| (line.kind, line.key))
            .collect()
    }
}

/// What went wrong, in words that repeat nothing of the answer.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::NotFound { .. } => "it does not exist",
        Error::PermissionDenied { .. } | Error::Unauthenticated { .. } => "access was refused",
        Error::NotSupported { .. } | Error::NotImplemented { .. } => "it cannot do what is needed",
        _ => "it cannot be reached, or answers wrongly",
    }
    .to_owned()
}

/// Lists the packs and reads their indexes.
///
/// # Errors
///
/// Says in words why the packs cannot be listed.
pub(super) async fn survey(
    place: &Place,
    seal: &Arc<Seal>,
    watched: &Watched,
) -> Result<Known, String> {
    let listed = place.store.list(Some(&place.packs)).take(MOST_PACKS);
    let listed: Vec<_> = match listed.try_collect().await {
        Ok(listed) => listed,
        Err(Error::NotFound { .. }) => Vec::new(),
        Err(error) => return Err(words(&error)),
    };
    let named = listed.into_iter().filter_map(|meta| {
        let name = Name::parse(meta.location.filename()?)?;
        let index = name.index_length();
        if index > MOST_INDEX || index > meta.size {
            watched.change(|state| state.wrong += 1);
            return None;
        }
        Some((meta, index))
    });
    let read = named.map(|(meta, index)| async move {
        let bodies = meta.size - index;
        let bytes = match place
            .store
            .get_range(&meta.location, bodies..meta.size)
            .await
        {
            Ok(bytes) => bytes,
            // It was merged into another one since it was listed.
            Err(Error::NotFound { .. }) => return None,
            Err(error) => {
                watched.change(|state| {
                    state.trouble.get_or_insert_with(|| words(&error));
                });
                return None;
            }
        };
        let lines = shared_pack::read_index(seal, &bytes, bodies);
        watched.change(|state| {
            state.bytes += bytes.len() as u64;
            match &lines {
                Some(lines) => state.lines = state.lines.saturating_add(lines.len()),
                None => state.wrong += 1,
            }
        });
        Some(KnownPack {
            path: meta.location,
            size: meta.size,
            lines: lines?,
        })
    });
    let packs: Vec<Option<KnownPack>> =
        stream::iter(read).buffer_unordered(AT_ONCE).collect().await;
    let mut packs: Vec<KnownPack> = packs.into_iter().flatten().collect();
    packs.sort_by(|a, b| (b.size, &a.path).cmp(&(a.size, &b.path)));
    Ok(Known { packs })
}

/// Part of a pack that is to be taken, and what is wanted in it.
pub(super) struct Portion {
    pub(super) path: Path,
    pub(super) range: Range<u64>,
    pub(super) lines: Vec<(u64, Line)>,
}

/// The parts of a pack that hold what is wanted of it: a gap that is smaller
/// than another request is worth is taken along, so that a pack of which most
/// is wanted is taken whole.
pub(super) fn portions(path: &Path, wanted: Vec<(u64, Line)>) -> Vec<Portion> {
    let mut portions: Vec<Portion> = Vec::new();
    for (at, line) in wanted {
        let end = at + u64::from(line.length);
        match portions.last_mut() {
            Some(last) if at <= last.range.end + GAP && end - last.range.start <= MOST_RANGE => {
                last.range.end = end;
                last.lines.push((at, line));
            }
            _ => portions.push(Portion {
                path: path.clone(),
                range: at..end,
                lines: vec![(at, line)],
            }),
        }
    }
    portions
}

/// Takes a part of a pack. Entries are believed one by one as they come.
pub(super) async fn take(place: &Place, seal: &Seal, portion: Portion, watched: &Watched) {
    let Portion { path, range, lines } = portion;
    let mut lines = lines.into_iter().peekable();
    let mut base = range.start;
    let mut buffer: Vec<u8> = Vec::new();
    let options = GetOptions {
        range: Some(GetRange::Bounded(range)),
        ..GetOptions::default()
    };
    let mut came = match place.store.get_opts(&path, options).await {
        Ok(found) => found.into_stream(),
        Err(error) => stream::once(async { Err(error) }).boxed(),
    };
    while lines.peek().is_some() {
        let chunk = match came.next().await {
            Some(Ok(chunk)) => chunk,
            Some(Err(Error::NotFound { .. })) => break,
            Some(Err(error)) => {
                watched.change(|state| {
                    state.trouble.get_or_insert_with(|| words(&error));
                });
                break;
            }
            None => {
                watched.change(|state| state.wrong += 1);
                break;
            }
        };
        watched.change(|state| state.bytes += chunk.len() as u64);
        buffer.extend_from_slice(&chunk);
        while let Some((at, line)) = lines.peek() {
            let start = usize::try_from(at - base).unwrap_or(usize::MAX);
            let end = start.saturating_add(line.length as usize);
            let Some(body) = buffer.get(start..end) else {
                break;
            };
            believe(seal, line, body, watched);
            lines.next();
        }
        if let Some((at, _)) = lines.peek() {
            let done = usize::try_from(at - base)
                .unwrap_or(usize::MAX)
                .min(buffer.len());
            buffer.drain(..done);
            base += done as u64;
        }
    }
    let (articles, blocks): (Vec<_>, Vec<_>) = lines.partition(|(_, line)| line.kind == ARTICLES);
    watched.change(|state| {
        state.articles_due = state.articles_due.saturating_sub(articles.len());
        state.blocks_due = state.blocks_due.saturating_sub(blocks.len());
    });
}

fn believe(seal: &Seal, line: &Line, body: &[u8], watched: &Watched) {
    let value = shared_pack::open(seal, line.kind, line.key, body);
    watched.change(|state| {
        let right = value.is_some();
        let cost = match line.kind {
            ARTICLES => {
                state.articles_due = state.articles_due.saturating_sub(1);
                if right {
                    state.articles.insert(line.key, body.to_vec());
                }
                ARTICLE
            }
            _ => {
                state.blocks_due = state.blocks_due.saturating_sub(1);
                if let (Some(value), Some(blocks)) = (&value, &state.blocks) {
                    blocks.put(line.key, value);
                }
                BLOCK
            }
        };
        if right {
            state.fetched += 1;
            state.earned += cost;
        } else {
            state.wrong += 1;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: u64, length: u32) -> (u64, Line) {
        let key = Digest::of(&at);
        let line = Line {
            kind: BLOCKS,
            key,
            length,
            subject: key,
            needs: Vec::new(),
        };
        (at, line)
    }

    #[test]
    fn near_entries_are_taken_together_and_far_ones_apart() {
        let path = Path::from("a.pack");
        let far = 10 * GAP;
        let wanted = vec![line(0, 100), line(100, 50), line(GAP, 10), line(far, 10)];
        let ranges: Vec<_> = portions(&path, wanted)
            .into_iter()
            .map(|portion| (portion.range, portion.lines.len()))
            .collect();
        assert_eq!(ranges, [(0..GAP + 10, 3), (far..far + 10, 1)]);
    }
}
