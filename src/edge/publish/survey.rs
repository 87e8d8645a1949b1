//! The survey: what stands on a target, and what speaks against touching it.
//!
//! Reads alone. It asks for the record, for what a publication that was broken
//! off left in doubt, and whether new paths are free; it never looks at what
//! the record vouches for.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::{StreamExt as _, TryStreamExt as _};

use super::claim::in_words;
use super::entry::Entry;
use super::guard::{self, Refusal};
use super::plan::{Live, Standing};
use super::publication::{self, CURRENT, FOLDER, PENDING, Pending, Publication, Unreadable};
use super::remote::Remote;
use crate::ground::paths::OutPath;

/// Questions at a time.
const AT_ONCE: usize = 16;
/// Paths that a store lists in one answer.
const LISTED: usize = 1000;

/// The documents of a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Documents {
    pub(super) current: Option<Publication>,
    pub(super) pending: Option<Pending>,
}

/// What a survey found.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) standing: Standing,
    /// Paths that an earlier publication left in doubt.
    pub(super) touched: Vec<String>,
    pub(super) refusals: Vec<Refusal>,
}

/// Reads the documents of a target. With `adopt` a damaged one is none.
pub(super) async fn documents(
    remote: &Remote,
    adopt: bool,
) -> Result<Result<Documents, Refusal>, String> {
    let mut documents = Documents::default();
    for path in [CURRENT, PENDING] {
        let Some((bytes, _)) = remote.read(path).await.map_err(in_words)? else {
            continue;
        };
        let read = match path {
            CURRENT => publication::parse(&bytes).map(|read| documents.current = Some(read)),
            _ => publication::parse_pending(&bytes).map(|read| documents.pending = Some(read)),
        };
        match read {
            Err(Unreadable::Newer) => {
                return Ok(Err(Refusal::new(
                    "newer-target",
                    "a newer version of Guidepost published there",
                    "publish with that version",
                )));
            }
            Err(Unreadable::Damaged) if !adopt => {
                return Ok(Err(Refusal::new(
                    "damaged-record",
                    format!("`{path}` on the target is damaged"),
                    "with `--adopt` it is made anew, and what stands there is taken over",
                )));
            }
            Ok(()) | Err(Unreadable::Damaged) => {}
        }
    }
    Ok(Ok(documents))
}

/// Surveys a target for what is wanted there.
pub(super) async fn survey(
    remote: &Remote,
    documents: Documents,
    site: &str,
    wanted: &BTreeMap<OutPath, Entry>,
    adopt: bool,
) -> Result<Survey, String> {
    let Documents { current, pending } = documents;
    let mut survey = Survey {
        touched: pending
            .as_ref()
            .map_or(Vec::new(), |one| one.touched.clone()),
        ..Survey::default()
    };
    let recorded = current.as_ref().map(|current| current.site.as_str());
    survey
        .refusals
        .extend(guard::site(site, recorded, pending.as_ref()));
    if !survey.refusals.is_empty() {
        return Ok(survey);
    }
    survey.standing = Standing {
        broken_off: pending.is_some(),
        is_folder: remote.is_folder,
        recorded: current,
        ..Standing::default()
    };
    in_doubt(remote, &mut survey).await?;
    let standing = &mut survey.standing;
    let ours = |path: &OutPath| {
        standing.seen.contains_key(path)
            || standing.recorded.as_ref().is_some_and(|recorded| {
                recorded.entries.contains_key(path) || recorded.kept.contains_key(path)
            })
    };
    let new: Vec<&Entry> = wanted.values().filter(|entry| !ours(&entry.path)).collect();
    let size = standing
        .recorded
        .as_ref()
        .map_or(0, |one| one.entries.len());
    let first = standing.recorded.is_none();
    let to_look_at: Vec<&Entry> = if first || new.len() > AT_ONCE + size / LISTED * AT_ONCE {
        let listed = remote.list("").await.map_err(in_words)?;
        if first {
            let foreign =
                |path: &&String| !path.starts_with(FOLDER) && !ours_by_name(path, &standing.seen);
            let foreign = listed.iter().filter(foreign).cloned().collect();
            survey.refusals.extend(guard::first(foreign, adopt));
        }
        let listed: BTreeSet<&str> = listed.iter().map(String::as_str).collect();
        let there = |entry: &&Entry| listed.contains(entry.path.as_str());
        new.into_iter().filter(there).collect()
    } else {
        new
    };
    if !survey.refusals.is_empty() {
        return Ok(survey);
    }
    let looks = to_look_at.into_iter().map(|entry| async move {
        Ok::<_, String>((entry, remote.look(&entry.path).await.map_err(in_words)?))
    });
    let looks = futures_util::stream::iter(looks).buffered(AT_ONCE);
    let looks: Vec<(&Entry, Live)> = looks.try_collect().await?;
    let mut foreign = Vec::new();
    for (entry, live) in looks {
        match live {
            Live::Absent => continue,
            Live::Key(key) if key == entry.key() => {}
            _ => foreign.push(entry.path.to_string()),
        }
        standing.seen.insert(entry.path.clone(), live);
    }
    survey.refusals.extend(guard::foreign(foreign, adopt));
    Ok(survey)
}

fn ours_by_name(path: &str, seen: &BTreeMap<OutPath, Live>) -> bool {
    seen.contains_key(path)
}

/// Looks at every path that a publication that was broken off may have touched.
async fn in_doubt(remote: &Remote, survey: &mut Survey) -> Result<(), String> {
    let looks = survey.touched.iter().map(|path| async move {
        if path.starts_with(FOLDER) {
            let there = remote.is_there(path).await.map_err(in_words)?;
            return Ok::<_, String>((path, there, None));
        }
        match OutPath::new(path) {
            Ok(path_out) => {
                let live = remote.look(&path_out).await.map_err(in_words)?;
                Ok((path, true, Some((path_out, live))))
            }
            Err(_) => Ok((path, false, None)),
        }
    });
    let looks = futures_util::stream::iter(looks).buffered(AT_ONCE);
    let looks: Vec<_> = looks.try_collect().await?;
    for (path, there, seen) in looks {
        match seen {
            Some((path, live)) => drop(survey.standing.seen.insert(path, live)),
            None if there => drop(survey.standing.present.insert(path.clone())),
            None => {}
        }
    }
    Ok(())
}
