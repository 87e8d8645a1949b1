//! The survey of a host: what stands there, and what speaks against it.
//!
//! As the survey of a store, from one listing instead of many questions; and
//! since a host has folders, it finds what stands where a folder is needed.

use std::collections::BTreeSet;
use std::ops::Bound;

use super::{Host, Listing, live};
use crate::edge::publish::guard::{self, Refusal};
use crate::edge::publish::plan::{Live, Standing, Wanted};
use crate::edge::publish::publication::FOLDER;
use crate::edge::publish::survey::{Documents, Survey};
use crate::ground::paths::OutPath;

/// Surveys a host for what is wanted there.
pub(super) fn survey(
    host: &mut dyn Host,
    found: &Documents,
    wanted: &Wanted,
    adopt: bool,
) -> Result<Survey, String> {
    let mut survey = Survey {
        touched: found
            .pending
            .as_ref()
            .map_or(Vec::new(), |one| one.touched.clone()),
        ..Survey::default()
    };
    let recorded = found.current.as_ref().map(|current| current.site.as_str());
    let other = guard::site(&wanted.site, recorded, found.pending.as_ref());
    survey.refusals.extend(other);
    if !survey.refusals.is_empty() {
        return Ok(survey);
    }
    survey.standing = Standing {
        broken_off: found.pending.is_some(),
        is_folder: true,
        recorded: found.current.clone(),
        ..Standing::default()
    };
    let doubted: BTreeSet<OutPath> = survey
        .touched
        .iter()
        .filter(|path| !path.starts_with(FOLDER))
        .filter_map(|path| OutPath::new(path).ok())
        .collect();
    let mut ours = doubted.clone();
    if let Some(current) = &found.current {
        ours.extend(current.entries.keys().chain(current.kept.keys()).cloned());
    }
    let is_new = |path: &&OutPath| !ours.contains(*path);
    let new: Vec<&OutPath> = wanted.entries.keys().filter(is_new).collect();
    let needed = found.current.is_none() || found.pending.is_some() || !new.is_empty();
    if !needed && !host.knows_all() {
        return Ok(survey);
    }
    let listing = host.list()?;
    let standing = &mut survey.standing;
    let kept = |path: &&String| path.starts_with(FOLDER);
    standing.present = listing.files.iter().filter(kept).cloned().collect();
    if found.current.is_none() {
        let foreign =
            |path: &&String| !path.starts_with(FOLDER) && !ours.contains::<str>(path.as_str());
        let all = listing.files.iter().chain(&listing.others);
        let foreign = all.filter(foreign).cloned().collect();
        survey.refusals.extend(guard::first(foreign, adopt));
    }
    let blocked = blocked(&listing, &new, &ours);
    if !blocked.is_empty() {
        let message =
            "somebody else's files stand where the site needs folders, or the other way round";
        let help = "move them away: `--adopt` does not take these over";
        survey
            .refusals
            .push(Refusal::new("in-the-way", message, help).about(blocked));
    }
    if !survey.refusals.is_empty() {
        return Ok(survey);
    }
    let to_look_at: Vec<OutPath> = doubted
        .iter()
        .chain(new.iter().copied())
        .filter(|path| listing.files.contains(path.as_str()))
        .cloned()
        .collect();
    let digests = host.look(&to_look_at)?;
    for path in ours.iter().chain(new.iter().copied()) {
        let seen = match (listing.has(path.as_str()), digests.get(path)) {
            (false, _) => Live::Absent,
            (true, Some(digest)) => live(path, *digest),
            (true, None) if ours.contains(path) && !doubted.contains(path) => continue,
            (true, None) => Live::Other,
        };
        standing.seen.insert(path.clone(), seen);
    }
    let is_foreign = |path: &&&OutPath| match standing.seen.get(**path) {
        None | Some(Live::Absent) => false,
        Some(seen) => wanted
            .entries
            .get(**path)
            .is_none_or(|entry| *seen != Live::Key(entry.key())),
    };
    let foreign = new
        .iter()
        .filter(is_foreign)
        .map(ToString::to_string)
        .collect();
    survey.refusals.extend(guard::foreign(foreign, adopt));
    Ok(survey)
}

/// Foreign paths of which a wanted one is a folder, or that are folders of one.
fn blocked(listing: &Listing, new: &[&OutPath], ours: &BTreeSet<OutPath>) -> Vec<String> {
    let mut blocked = BTreeSet::new();
    let is_ours = |path: &str| ours.contains::<str>(path);
    for path in new {
        let mut above = path.as_str();
        while let Some((folder, _)) = above.rsplit_once('/') {
            if listing.has(folder) && !is_ours(folder) {
                blocked.insert(folder.to_owned());
            }
            above = folder;
        }
        let below = format!("{path}/");
        for all in [&listing.files, &listing.others] {
            let from = (Bound::Included(below.as_str()), Bound::Unbounded);
            let inside = all
                .range::<str, _>(from)
                .take_while(|one| one.starts_with(&below));
            blocked.extend(inside.filter(|one| !is_ours(one)).cloned());
        }
    }
    blocked.into_iter().collect()
}
