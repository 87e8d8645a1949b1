//! The plan of a publication: what is done to a target, in which order.
//!
//! Pure: from what stands there and what is wanted to operations in stages.
//! A stage begins when the one before it is done whole. Invariant: at every
//! moment, whatever a page that can be reached refers to stands there: what is
//! referred to comes before what refers to it, and goes after it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde::Serialize;

use super::entry::{Entry, Kind, kind};
use super::publication::{FOLDER, Kept, Publication, object_path, publication_path};
use crate::ground::digest::Digest;
use crate::ground::paths::OutPath;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    /// Nothing.
    Absent,
    /// The object of this key.
    Key(Digest),
    /// Something else.
    Other,
}

/// What is known of a target.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// What was published there last.
    pub recorded: Option<Publication>,
    /// Paths at which somebody looked: a publication was broken off there, or
    /// somebody else's objects are taken over.
    pub seen: BTreeMap<OutPath, Live>,
    /// Paths below `.guidepost/` that were seen to be there.
    pub present: BTreeSet<String>,
    /// Whether a publication was broken off.
    pub broken_off: bool,
    /// Whether a file cannot stand where another path needs a folder.
    pub is_folder: bool,
}

impl Standing {
    fn live(&self, path: &OutPath) -> Live {
        if let Some(seen) = self.seen.get(path) {
            return *seen;
        }
        let recorded = self.recorded.as_ref();
        let entry = recorded.and_then(|recorded| {
            let kept = || recorded.kept.get(path).map(|kept| &kept.entry);
            recorded.entries.get(path).or_else(kept)
        });
        entry.map_or(Live::Absent, |entry| Live::Key(entry.key()))
    }
}

/// What is wanted of a target.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Tells the site from others.
    pub site: String,
    /// Tells the publication from others.
    pub id: String,
    /// All objects of the site.
    pub entries: BTreeMap<OutPath, Entry>,
    /// Earlier publications that can be brought back.
    pub keep: usize,
    /// Publications for which fingerprinted files stay.
    pub keep_assets: u32,
    /// Whether bytes come from what the target keeps, not from a build.
    pub restore: bool,
}

/// Why an object is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Why {
    /// There is none.
    New,
    /// Its bytes differ.
    Changed,
    /// It is served with other headers.
    Headers,
}

/// One operation on a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Remembers the publication that stands.
    Remember(String),
    /// Copies an object to where it outlives its place.
    Save(OutPath, Digest),
    /// Sends an object.
    Put(Entry, Why),
    /// Copies an object back.
    Restore(Entry, Why),
    /// Says what is published from now on.
    Manifest,
    /// Deletes an object of the site.
    Delete(OutPath),
    /// Deletes an object that is kept for no publication any more.
    Collect(Digest),
    /// Forgets a publication.
    Forget(String),
}

impl Action {
    /// The path that it touches.
    pub fn path(&self) -> String {
        match self {
            Action::Remember(id) | Action::Forget(id) => publication_path(id),
            Action::Save(_, key) | Action::Collect(key) => object_path(*key),
            Action::Put(entry, _) | Action::Restore(entry, _) => entry.path.to_string(),
            Action::Manifest => super::publication::CURRENT.to_owned(),
            Action::Delete(path) => path.to_string(),
        }
    }

    /// Bytes that it sends.
    pub fn bytes(&self) -> u64 {
        match self {
            Action::Put(entry, _) => entry.size,
            _ => 0,
        }
    }
}

/// Operations that may be done at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// What would be lost is put aside.
    Save,
    /// Files make way for folders, and folders for files.
    GiveWay,
    /// What pages show.
    Assets,
    /// Pages that nobody can know of yet.
    NewPages,
    /// Pages that lead to them.
    ChangedPages,
    /// Feeds, sitemaps, rules of the host.
    Indexes,
    /// The record of what is published.
    Manifest,
    /// Pages that nothing leads to any more.
    DeletePages,
    /// What they showed.
    DeleteAssets,
    /// What is kept for no publication any more.
    Collect,
}

/// What is done to a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Operations by stage, in order; no stage is empty.
    pub stages: BTreeMap<Stage, Vec<Action>>,
    /// The publication as it will be; `None` where it stays what it is.
    pub publication: Option<Publication>,
    /// Objects of the site that go, beside fingerprinted files whose time has
    /// come.
    pub deletions: Vec<OutPath>,
    /// Whether something must be cleared away though nothing else is done.
    pub unfinished: bool,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.stages.is_empty() && !self.unfinished
    }

    /// All operations, in order.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.stages.values().flatten()
    }

    /// Every path of which nobody can say what stands there until the
    /// publication is done.
    pub fn touched(&self) -> BTreeSet<String> {
        let manifest = |action: &&Action| !matches!(action, Action::Manifest);
        self.actions().filter(manifest).map(Action::path).collect()
    }

    fn add(&mut self, stage: Stage, action: Action) {
        self.stages.entry(stage).or_default().push(action);
    }
}

/// Plans a publication.
pub fn plan(standing: &Standing, wanted: &Wanted) -> Plan {
    let mut plan = Plan {
        unfinished: standing.broken_off,
        ..Plan::default()
    };
    let nothing = Publication::default();
    let recorded = standing.recorded.as_ref().unwrap_or(&nothing);
    for entry in wanted.entries.values() {
        send(&mut plan, standing, entry, wanted.restore);
    }
    let same = standing.recorded.is_some() && recorded.entries == wanted.entries;
    let kept = match same {
        true => recorded.kept.clone(),
        false => kept(standing, recorded, wanted),
    };
    delete(&mut plan, standing, recorded, wanted, &kept);
    if !same {
        plan.publication = Some(succeed(&mut plan, standing, recorded, wanted, kept));
        plan.add(Stage::Manifest, Action::Manifest);
    }
    clear(&mut plan, standing, recorded);
    plan
}

/// Clears away what a publication that was broken off put aside, or did not
/// come to clear away itself.
fn clear(plan: &mut Plan, standing: &Standing, recorded: &Publication) {
    let next = plan.publication.as_ref().unwrap_or(recorded);
    let needed: BTreeSet<String> = next
        .objects
        .keys()
        .map(|key| object_path(*key))
        .chain(
            next.earlier
                .iter()
                .map(|earlier| publication_path(&earlier.id)),
        )
        .chain([publication_path(&recorded.id)])
        .chain(plan.actions().map(Action::path))
        .collect();
    let (objects, publications) = (
        format!("{FOLDER}objects/"),
        format!("{FOLDER}publications/"),
    );
    for path in standing.present.difference(&needed) {
        let key = path.strip_prefix(&objects).and_then(Digest::from_hex);
        let id = path.strip_prefix(&publications);
        let id = id.and_then(|name| name.strip_suffix(".json"));
        match (key, id) {
            (Some(key), _) => plan.add(Stage::Collect, Action::Collect(key)),
            (_, Some(id)) => plan.add(Stage::Collect, Action::Forget(id.to_owned())),
            _ => {}
        }
    }
}

fn send(plan: &mut Plan, standing: &Standing, entry: &Entry, restore: bool) {
    let path = &entry.path;
    let why = match standing.live(path) {
        Live::Key(key) if key == entry.key() => return,
        Live::Absent => Why::New,
        Live::Key(_) | Live::Other => {
            let recorded = standing.recorded.as_ref();
            let before = recorded.and_then(|recorded| recorded.entries.get(path));
            match before.is_some_and(|before| before.digest == entry.digest) {
                true => Why::Headers,
                false => Why::Changed,
            }
        }
    };
    let stage = match (kind(path), why) {
        (Kind::Asset, _) => Stage::Assets,
        (Kind::Page, Why::New) => Stage::NewPages,
        (Kind::Page, _) => Stage::ChangedPages,
        (Kind::Index, _) => Stage::Indexes,
    };
    let action = match restore {
        true => Action::Restore(entry.clone(), why),
        false => Action::Put(entry.clone(), why),
    };
    plan.add(stage, action);
}

/// The fingerprinted files that stay although the site has them no more:
/// readers hold pages that name them.
fn kept(standing: &Standing, recorded: &Publication, wanted: &Wanted) -> BTreeMap<OutPath, Kept> {
    let gone = |path: &OutPath| !wanted.entries.contains_key(path);
    let stands = |entry: &Entry| standing.live(&entry.path) == Live::Key(entry.key());
    let older = recorded.kept.values().filter_map(|kept| {
        let left = kept.left.checked_sub(1)?;
        (left > 0).then(|| Kept {
            left,
            ..kept.clone()
        })
    });
    let newer = recorded
        .entries
        .values()
        .filter(|entry| wanted.keep_assets > 0 && entry.is_fingerprinted())
        .map(|entry| Kept {
            entry: entry.clone(),
            left: wanted.keep_assets,
            last: recorded.number,
        });
    older
        .chain(newer)
        .filter(|kept| gone(&kept.entry.path) && stands(&kept.entry))
        .map(|kept| (kept.entry.path.clone(), kept))
        .collect()
}

fn delete(
    plan: &mut Plan,
    standing: &Standing,
    recorded: &Publication,
    wanted: &Wanted,
    kept: &BTreeMap<OutPath, Kept>,
) {
    let ours = recorded.entries.keys().chain(recorded.kept.keys());
    let paths: BTreeSet<&OutPath> = ours.chain(standing.seen.keys()).collect();
    for path in paths {
        let stays = wanted.entries.contains_key(path) || kept.contains_key(path);
        if stays || standing.live(path) == Live::Absent {
            continue;
        }
        if recorded.entries.contains_key(path) {
            plan.deletions.push(path.clone());
        }
        let stage = match kind(path) {
            _ if standing.is_folder && is_in_the_way(path, &wanted.entries) => Stage::GiveWay,
            Kind::Asset => Stage::DeleteAssets,
            Kind::Page | Kind::Index => Stage::DeletePages,
        };
        plan.add(stage, Action::Delete(path.clone()));
    }
}

/// Whether a path is a folder of a wanted one, or lies below one.
fn is_in_the_way(path: &OutPath, wanted: &BTreeMap<OutPath, Entry>) -> bool {
    let below = format!("{path}/");
    let from = (Bound::Included(below.as_str()), Bound::Unbounded);
    let next = wanted.range::<str, _>(from).next();
    if next.is_some_and(|(next, _)| next.as_str().starts_with(&below)) {
        return true;
    }
    let mut above = path.as_str();
    while let Some((folder, _)) = above.rsplit_once('/') {
        if wanted.contains_key(folder) {
            return true;
        }
        above = folder;
    }
    false
}

/// The publication that takes the place of the recorded one, with what is put
/// aside of that and what is cleared away for good.
fn succeed(
    plan: &mut Plan,
    standing: &Standing,
    recorded: &Publication,
    wanted: &Wanted,
    kept: BTreeMap<OutPath, Kept>,
) -> Publication {
    let mut earlier = recorded.earlier.clone();
    if standing.recorded.is_some() {
        earlier.insert(0, recorded.as_earlier());
    }
    let forgotten = earlier.split_off(earlier.len().min(wanted.keep));
    let oldest = earlier.last().map_or(u64::MAX, |earlier| earlier.number);
    let mut objects = recorded.objects.clone();
    for (entry, last) in leaving(recorded, wanted, &kept) {
        let key = entry.key();
        if last < oldest {
            continue;
        }
        let there = objects.contains_key(&key) || standing.present.contains(&object_path(key));
        let number = objects.entry(key).or_insert(last);
        *number = last.max(*number);
        if !there && standing.live(&entry.path) == Live::Key(key) {
            plan.add(Stage::Save, Action::Save(entry.path.clone(), key));
        }
    }
    let dropped = |(_, last): &(&Digest, &u64)| **last < oldest;
    let dropped: Vec<Digest> = objects
        .iter()
        .filter(dropped)
        .map(|(key, _)| *key)
        .collect();
    for key in dropped {
        objects.remove(&key);
        plan.add(Stage::Collect, Action::Collect(key));
    }
    if earlier.first().is_some_and(|first| first.id == recorded.id)
        && !standing.present.contains(&publication_path(&recorded.id))
    {
        plan.add(Stage::Save, Action::Remember(recorded.id.clone()));
    }
    for forgotten in forgotten {
        // What stands is not remembered anywhere but in the manifest yet.
        if forgotten.id != recorded.id {
            plan.add(Stage::Collect, Action::Forget(forgotten.id));
        }
    }
    Publication {
        site: wanted.site.clone(),
        id: wanted.id.clone(),
        number: recorded.number + 1,
        entries: wanted.entries.clone(),
        kept,
        earlier,
        objects,
        conditional: recorded.conditional,
    }
}

/// Objects that will not stand any more, with the number of the last
/// publication that had them.
fn leaving<'a>(
    recorded: &'a Publication,
    wanted: &'a Wanted,
    kept: &'a BTreeMap<OutPath, Kept>,
) -> impl Iterator<Item = (&'a Entry, u64)> {
    let entries = recorded.entries.values().map(|one| (one, recorded.number));
    let older = recorded.kept.values().map(|kept| (&kept.entry, kept.last));
    entries.chain(older).filter(|(entry, _)| {
        let stays = wanted.entries.get(&entry.path);
        let stays = stays.or_else(|| kept.get(&entry.path).map(|kept| &kept.entry));
        stays.is_none_or(|stays| stays.key() != entry.key())
    })
}
