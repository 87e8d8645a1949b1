//! The quick build: nothing to do, or a few pages whose own text changed.
//!
//! A build is quick where the configuration, the lists of files, the edition,
//! every template and data file, and the card of every guide are what they
//! were: then every page was given what it would be given now, and only pages
//! whose own text changed, or whose files do not stand as they were left, are
//! made again from what is remembered of them. Invariant: whatever is not
//! certain here is left to the full build.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::build::{Build, BuildError, Steps};
use super::gather::{self, Parsing};
use super::record::{BuildRecord, MOST_CHANGES, PageRecord, explained};
use super::write::Staging;
use crate::content::article::Article;
use crate::engine::cache::Cache;
use crate::engine::facts::{OutputFact, Parsed, SourceFact};
use crate::engine::manifest::ManifestFiles;
use crate::engine::memo::Memo;
use crate::engine::stamp::{Moment, Stamped};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::{Digest, Keyed};
use crate::ground::fault;
use crate::ground::fs;
use crate::ground::paths::{OutPath, SrcPath};
use crate::ground::rule::Level;
use crate::ground::step::Step;
use crate::render::page::{OwnPage, RenderPage};
use crate::render::templates::{DataNames, Templates};
use crate::render::world::PageOptions;

/// Whether the quick build was enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The site stands.
    Done,
    /// A full build is needed.
    NotEnough,
}

/// A page to be made again.
struct Task {
    path: OutPath,
    fact: OutputFact,
    record: PageRecord,
    article: Option<Article>,
}

/// Tries to do with little.
pub(super) fn run(build: &mut Build<'_>, cache: &mut Cache) -> Result<Outcome, BuildError> {
    let Some(record) = same_frame(build, cache) else {
        return Ok(Outcome::NotEnough);
    };
    if build.own_tree.is_none() && !is_whole(build) {
        return Ok(Outcome::NotEnough);
    }
    let Some(edited) = edited_bodies(build, cache) else {
        return Ok(Outcome::NotEnough);
    };
    // Nobody else writes in a tree of our own: what fell there is known.
    let fallen = match &build.own_tree {
        Some(tree) => Some((tree.broken.iter().cloned().collect(), Vec::new())),
        None => fallen(build, cache),
    };
    let Some((broken, restamped)) = fallen else {
        return Ok(Outcome::NotEnough);
    };
    build.clock.lap("compare");
    let tasks = match tasks(cache, &edited, &broken) {
        Some(tasks) => tasks,
        None => return Ok(Outcome::NotEnough),
    };
    let made = if tasks.is_empty() {
        Some(HashMap::new())
    } else {
        make(build, cache, tasks, &restamped)?
    };
    let Some(made) = made else {
        return Ok(Outcome::NotEnough);
    };
    for (path, stamped) in restamped {
        if let Some(fact) = cache.facts().outputs.get(&path) {
            let fact = OutputFact {
                stamped,
                ..fact.clone()
            };
            cache.set_output(&path, Some(fact));
        }
    }
    if !made.is_empty() {
        let changed = build.changed.iter().take(MOST_CHANGES).cloned().collect();
        let record = BuildRecord {
            number: build.number,
            changed,
            ..record.clone()
        };
        cache.set_build(postcard::to_stdvec(&record).unwrap_or_default());
    }
    remember(build, cache, edited)?;
    replay(build, cache, &record, &made);
    Ok(Outcome::Done)
}

/// Whether the output folder is known whole and no build was interrupted while
/// it touched it.
fn is_whole(build: &Build<'_>) -> bool {
    let manifests = ManifestFiles::new(&build.layout.cache, &build.layout.out);
    manifests.are_whole() && (!fs::exists(&manifests.marker()) || fault::active("marker"))
}

/// What is remembered of the build, if everything around the guides' own texts
/// is what it was.
fn same_frame(build: &Build<'_>, cache: &Cache) -> Option<BuildRecord> {
    let record: BuildRecord = postcard::from_bytes(cache.facts().build.as_deref()?).ok()?;
    let same = record.given == build.given
        && record.shape == build.shape
        && record.covers(build.options.now);
    let readable = build.seen.iter().all(|seen| match seen {
        Ok(seen) => !seen.changed || build.scan.guide(&seen.path).is_some(),
        Err(_) => false,
    });
    let clean = build
        .diagnostics
        .iter()
        .all(|found| found.level < Level::Error);
    (same && readable && clean).then_some(record)
}

/// The guides whose text changed and whose card did not; `None` where a card
/// changed or a guide can no longer be read.
fn edited_bodies(build: &Build<'_>, cache: &Cache) -> Option<Vec<(Article, Stamped, Digest)>> {
    let changed: Vec<_> = build
        .seen
        .iter()
        .flatten()
        .filter(|seen| seen.changed)
        .collect();
    changed
        .par_iter()
        .map(|seen| {
            let file = build.scan.guide(&seen.path)?;
            let known = cache.facts().sources.get(&seen.path)?.parsed?;
            let text = std::str::from_utf8(seen.bytes.as_deref()?).ok()?;
            let parsing = Parsing {
                file,
                digest: seen.stamped.digest,
                options: &build.parse_options,
            };
            let step = parsing.step(text);
            let article = step.run().ok()?;
            (article.card() == known.card).then(|| (article, seen.stamped, step.key()))
        })
        .collect()
}

/// Outputs that do not stand as they were left, and those that do but need a
/// new stamp. `None` where too much is unknown.
type Fallen = (HashSet<OutPath>, Vec<(OutPath, Stamped)>);

fn fallen(build: &Build<'_>, cache: &Cache) -> Option<Fallen> {
    let out = &build.layout.out;
    let outputs: Vec<(&OutPath, &OutputFact)> = cache.facts().outputs.iter().collect();
    let folder = fs::Folder::new(out);
    let doubtful: Vec<(&OutPath, &OutputFact)> = outputs
        .into_par_iter()
        .filter(|(path, fact)| !fact.stamped.stands(folder.stat(path.as_str())))
        .collect();
    let mut broken = HashSet::new();
    let mut restamped = Vec::new();
    let touched = |(path, fact): &(&OutPath, &OutputFact)| {
        fs::stat(&path.under(out)) != Some(fact.stamped.stat)
    };
    let moment = match doubtful.iter().any(touched) {
        true => Some(Moment::now(out, &build.layout.cache).ok()?),
        false => None,
    };
    for (path, fact) in doubtful {
        let file = path.under(out);
        let stat = fs::stat(&file);
        let same = stat.is_some_and(|stat| {
            stat.size == fact.stamped.stat.size && stat.mode == fact.stamped.stat.mode
        }) && fs::read(&file)
            .is_ok_and(|bytes| Digest::of_bytes(&bytes) == fact.stamped.digest);
        match (stat, moment) {
            // Racy still: it is read again each time, and nothing is written.
            (Some(stat), _) if same && stat == fact.stamped.stat => {}
            (Some(stat), Some(moment)) if same => {
                restamped.push((path.clone(), moment.stamp(stat, fact.stamped.digest)));
            }
            _ => {
                broken.insert(path.clone());
            }
        }
    }
    Some((broken, restamped))
}

/// The pages to be made again, with what is remembered of them. `None` where
/// something that is no page has fallen, or a page is not remembered.
fn tasks(
    cache: &Cache,
    edited: &[(Article, Stamped, Digest)],
    broken: &HashSet<OutPath>,
) -> Option<Vec<Task>> {
    let mut wanted: HashMap<OutPath, Option<&Article>> =
        broken.iter().map(|path| (path.clone(), None)).collect();
    for (article, ..) in edited {
        let path = &article.listing.permalink.file;
        // A guide that is left out has no page.
        if cache.facts().outputs.contains_key(path) {
            wanted.insert(path.clone(), Some(article));
        }
    }
    let mut tasks = Vec::with_capacity(wanted.len());
    for (path, article) in wanted {
        let fact = cache.facts().outputs.get(&path)?.clone();
        let bytes = cache.pages.get(fact.key, fact.slot?)?;
        let record: PageRecord = postcard::from_bytes(&bytes).ok()?;
        let source = &record.given.page.source;
        let article = match article {
            Some(article) if *source == article.source.as_str() => Some(article.clone()),
            Some(_) => None,
            None if source.is_empty() => None,
            None => Some(gather::remembered(cache, &SrcPath::new(source))?),
        };
        tasks.push(Task {
            path,
            fact,
            record,
            article,
        });
    }
    tasks.sort_by(|a, b| a.path.cmp(&b.path));
    Some(tasks)
}

/// Makes pages again and writes those whose bytes differ. `None` where one of
/// them needs the whole site, or fails.
fn make(
    build: &mut Build<'_>,
    cache: &mut Cache,
    tasks: Vec<Task>,
    restamped: &[(OutPath, Stamped)],
) -> Result<Option<HashMap<OutPath, Vec<Diagnostic>>>, BuildError> {
    let Some(templates) = templates(build) else {
        return Ok(None);
    };
    let needs_site = |task: &Task| {
        let template = &task.record.given.template;
        templates.names_guides(template)
            || !matches!(templates.data_names(template), DataNames::Named(names) if names.is_empty())
    };
    if tasks.iter().any(needs_site) {
        return Ok(None);
    }
    let folder = build.output_folder()?;
    let highlighted = Memo::new(super::full::HIGHLIGHT_MEMO, Some(Arc::clone(&cache.blocks)));
    let options = PageOptions::of(&build.config);
    let root = &build.layout.root;
    let rendered: Vec<_> = tasks
        .par_iter()
        .map(|task| {
            let step = RenderPage {
                given: task.record.given.clone(),
                own: task
                    .article
                    .as_ref()
                    .map(|article| OwnPage::of(article, root)),
                templates: Keyed::new(templates.digest(), &*templates),
                options: options.clone(),
                guides: None,
                data: Vec::new(),
                highlighted: &highlighted,
            };
            let page = step.run();
            (step.key(), step.frame(), page)
        })
        .collect();
    let failed = rendered.iter().any(|(.., page)| {
        page.diagnostics
            .iter()
            .any(|found| found.level == Level::Error)
    });
    if failed {
        folder.abandon()?;
        return Ok(None);
    }
    let mut facts = Vec::with_capacity(tasks.len());
    let mut made = HashMap::new();
    for (task, (key, frame, page)) in tasks.iter().zip(rendered) {
        let known =
            (!restamped.iter().any(|(path, _)| *path == task.path)).then_some(&task.fact.stamped);
        if folder.stage(&task.path, page.html.as_bytes(), 1, known)? == Staging::Foreign {
            folder.abandon()?;
            return Ok(None);
        }
        let allowed = task
            .article
            .as_ref()
            .map(|article| &*article.front.allow)
            .unwrap_or_default();
        let diagnostics: Vec<Diagnostic> = page
            .diagnostics
            .into_iter()
            .filter(|found| !allowed.contains(&found.rule))
            .collect();
        let record = explained(
            Some(&task.record),
            task.record.given.clone(),
            frame,
            build.number,
            &build.changed,
        );
        let record = PageRecord {
            blocks: page.blocks,
            ..record
        };
        build
            .report
            .reasons
            .push((task.path.clone(), record.reasons.clone()));
        made.insert(task.path.clone(), diagnostics.clone());
        facts.push((task, key, record, diagnostics));
    }
    build.report.steps = Steps {
        rendered: tasks.len(),
        highlighted: highlighted.steps_run(),
        ..build.report.steps
    };
    // What fails by the site's own rules changes nothing.
    let judged = made.values().flatten().cloned().collect();
    if build.judge(judged) {
        folder.abandon()?;
        build.report.diagnostics.clear();
        build.report.reasons.clear();
        return Ok(None);
    }
    build.report.diagnostics.clear();
    let published = build.publish(folder, true)?;
    build.report.written = published.written;
    let stamps: HashMap<&OutPath, Stamped> = published
        .stamps
        .iter()
        .map(|(path, stamped)| (path, *stamped))
        .collect();
    for (task, key, record, diagnostics) in facts {
        let stamped = stamps.get(&task.path).copied().unwrap_or(task.fact.stamped);
        let bytes = postcard::to_stdvec(&record).unwrap_or_default();
        let slot = cache.pages.put(key, &bytes)?;
        cache.set_output(
            &task.path,
            Some(OutputFact {
                stamped,
                key,
                slot: Some(slot),
                diagnostics,
            }),
        );
    }
    build.clock.lap("render");
    Ok(Some(made))
}

/// The templates, if all of them can be read and loaded.
fn templates(build: &mut Build<'_>) -> Option<Arc<Templates>> {
    if build.templates.is_none() {
        let (own, found) = gather::templates(&build.layout.root, &build.scan);
        let loaded = Templates::load(&own).ok().filter(|_| found.is_empty());
        build.templates = loaded.map(Arc::new);
    }
    build.templates.clone()
}

/// Remembers edited guides.
fn remember(
    build: &mut Build<'_>,
    cache: &mut Cache,
    edited: Vec<(Article, Stamped, Digest)>,
) -> Result<(), BuildError> {
    build.report.steps.parsed = edited.len();
    build.report.steps.read = build.seen.iter().flatten().filter(|seen| seen.read).count();
    let racy_only = edited.is_empty();
    for (article, stamped, key) in edited {
        let slot = gather::put_article(cache, &article, key)?;
        let parsed = Some(Parsed {
            key,
            card: article.card(),
            slot,
        });
        let fact = SourceFact {
            stamped,
            parsed,
            size: None,
            diagnostics: article.diagnostics.clone(),
        };
        cache.set_source(&article.source, Some(fact));
    }
    // A file that was touched has a new stamp. One that is racy still has the
    // old one, and a build that finds nothing else to do writes nothing.
    for seen in build
        .seen
        .iter()
        .flatten()
        .filter(|seen| seen.read && !seen.changed)
    {
        let Some(fact) = cache.facts().sources.get(&seen.path) else {
            continue;
        };
        if fact.stamped.stat != seen.stamped.stat || !racy_only {
            let fact = SourceFact {
                stamped: seen.stamped,
                ..fact.clone()
            };
            cache.set_source(&seen.path, Some(fact));
        }
    }
    Ok(())
}

/// Puts every finding of the site into the report, as if all had been made.
fn replay(
    build: &mut Build<'_>,
    cache: &Cache,
    record: &BuildRecord,
    made: &HashMap<OutPath, Vec<Diagnostic>>,
) {
    let facts = cache.facts();
    let mut found: Vec<Diagnostic> = record.diagnostics.clone();
    found.extend(
        facts
            .sources
            .values()
            .flat_map(|fact| fact.diagnostics.iter().cloned()),
    );
    found.extend(
        facts
            .outputs
            .values()
            .flat_map(|fact| fact.diagnostics.iter().cloned()),
    );
    build.judge(found);
    build.report.guides = record.guides;
    build.report.next_change = record.until;
    let written = &mut build.report.written;
    if made.is_empty() {
        written.unchanged = facts.outputs.len();
    }
    build.report.steps.skipped = facts.outputs.len() - made.len();
    build.clock.lap("write");
}
