//! Sources: what each file holds, read only where its stat cannot tell.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::changes::Changes;
use crate::content::image_size::image_size;
use crate::engine::facts::{SourceFact, Sources};
use crate::engine::stamp::{Moment, Stamped};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::Digest;
use crate::ground::fs::{self, FsError};
use crate::ground::paths::SrcPath;

/// Bytes of sources held at once; what lies beyond is read again when it is
/// parsed.
const MOST_HELD: usize = 64 << 20;

/// Takes so much from what room there is, if it is there.
fn take(room: &AtomicUsize, bytes: usize) -> bool {
    room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
        left.checked_sub(bytes)
    })
    .is_ok()
}

/// A source as it is now.
#[derive(Debug)]
pub struct Seen {
    /// The file.
    pub path: SrcPath,
    /// Its stat and the digest of its bytes.
    pub stamped: Stamped,
    /// Whether it was read.
    pub read: bool,
    /// Its bytes, where it was read and there was room for them.
    pub bytes: Option<Vec<u8>>,
    /// Whether its bytes are not what the cache remembers.
    pub changed: bool,
    /// Width and height in pixels, where its bytes are an image's.
    pub size: Option<(u32, u32)>,
}

/// Looks at files: those whose stat stands for their bytes are not read, and
/// those that `changes` does not hold are not looked at. `writable` is a folder
/// in which the clock may be asked for; nothing is created there where every
/// stat stands.
///
/// # Errors
///
/// The clock cannot be asked. Files that cannot be read are in the result.
pub fn look(
    root: &Path,
    writable: &Path,
    paths: &[&SrcPath],
    facts: &Sources,
    changes: &Changes,
) -> Result<Vec<Result<Seen, Diagnostic>>, FsError> {
    let folder = fs::Folder::new(root);
    let standing: Vec<Option<&SourceFact>> = paths
        .par_iter()
        .map(|path| {
            let fact = facts.get(*path)?;
            let stands = !changes.may_hold(path) || fact.stamped.stands(folder.stat(path.as_str()));
            stands.then_some(fact)
        })
        .collect();
    if standing.iter().all(Option::is_some) {
        return Ok(paths
            .iter()
            .zip(standing)
            .filter_map(|(path, fact)| Some(Ok(seen(path, fact?))))
            .collect());
    }
    let moment = Moment::now(root, writable)?;
    let room = AtomicUsize::new(MOST_HELD);
    Ok(paths
        .par_iter()
        .zip(standing)
        .map(|(path, standing)| match standing {
            Some(fact) => Ok(seen(path, fact)),
            None => read(root, path, moment, facts.get(*path), &room),
        })
        .collect())
}

fn seen(path: &SrcPath, fact: &SourceFact) -> Seen {
    Seen {
        path: path.clone(),
        stamped: fact.stamped,
        read: false,
        bytes: None,
        changed: false,
        size: fact.size,
    }
}

fn read(
    root: &Path,
    path: &SrcPath,
    moment: Moment,
    fact: Option<&SourceFact>,
    room: &AtomicUsize,
) -> Result<Seen, Diagnostic> {
    let file = path.under(root);
    // The stat is taken first: a change while the file is read shows in the
    // next build's stat.
    let stat = fs::stat(&file);
    let bytes = fs::read(&file).map_err(|error| fs::unreadable(path, &error))?;
    let digest = Digest::of_bytes(&bytes);
    let stamped = match stat {
        Some(stat) => moment.stamp(stat, digest),
        None => return Err(fs::unreadable(path, &FsError::not_a_file(&file))),
    };
    let changed = fact.is_none_or(|fact| fact.stamped.digest != digest);
    Ok(Seen {
        path: path.clone(),
        stamped,
        read: true,
        size: image_size(&bytes),
        bytes: take(room, bytes.len()).then_some(bytes),
        changed,
    })
}
