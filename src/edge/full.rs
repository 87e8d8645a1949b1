//! The full build: resolves the whole site and asks of every output whether
//! its step is one that was run before.
//!
//! Articles whose source is what it was are not parsed, blocks that were
//! highlighted are not highlighted, and outputs whose key and file stand are
//! neither made nor written. Invariant: with an empty cache this is the clean
//! build that every other is measured against.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::tz::TimeZone;
use rayon::prelude::*;

use super::build::{Build, BuildError, no_base_url};
use super::gather::{self, Articles};
use super::onlookers::{self, End};
use super::record::{BuildRecord, MOST_CHANGES, MadeWith, PageRecord};
use super::renderer::{MadeOutput, Renderer};
use super::write::OutputFolder;
use crate::content::article::Article;
use crate::engine::cache::Cache;
use crate::engine::facts::OutputFact;
use crate::engine::memo::Memo;
use crate::engine::stamp::Stamped;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::Digest;
use crate::ground::fs::{self, FsError};
use crate::ground::paths::{OutPath, SrcPath};
use crate::ground::rule::{Level, Rule};
use crate::render::plan::{Planned, plan};
use crate::render::print;
use crate::render::templates::Templates;
use crate::render::theme_files::{SCRIPT, STYLE, theme_files};
use crate::render::world::{PageOptions, World};
use crate::site::links::Files;
use crate::site::publication;
use crate::site::resolve::{resolve, resolve_again};
use crate::site::urls::Urls;

/// Bytes of highlighted code held in memory within one build, beside the store
/// of all of it.
pub(super) const HIGHLIGHT_MEMO: usize = 16 << 20;

/// Runs every stage. With a cache, believes it and tells it what is new.
///
/// # Errors
///
/// What could not be read or written.
pub(super) fn run(build: &mut Build<'_>, cache: Option<&mut Cache>) -> Result<End, BuildError> {
    let mut frame = std::mem::take(&mut build.diagnostics);
    let Some(Articles {
        articles,
        unreadable,
        facts,
    }) = gather::articles(build, cache.as_deref())?
    else {
        return Ok(End::GivenUp);
    };
    frame.extend(unreadable);
    build.clock.lap("parse");
    let all_parsed = frame.iter().all(|found| found.level < Level::Error);
    let boundaries = boundaries(build, &articles);
    let of_articles: Vec<Diagnostic> = articles
        .iter()
        .flat_map(|article| article.diagnostics.iter().cloned())
        .collect();
    let folder = build.output_folder()?;
    let is_sound = !build.is_failed_by(&of_articles);
    let Some(made) = make(
        build,
        cache.as_deref(),
        (articles, is_sound),
        &folder,
        &mut frame,
    )?
    else {
        folder.abandon()?;
        return Ok(End::GivenUp);
    };
    if build.config.base_url.is_none() {
        frame.push(no_base_url());
    }
    let mut found: Vec<Diagnostic> = frame.iter().cloned().chain(of_articles).collect();
    found.extend(
        made.outputs
            .iter()
            .flat_map(|made| made.diagnostics.iter().cloned()),
    );
    if !all_parsed {
        // A page that could not be read is missing for its own reason.
        found.retain(|found| !matches!(found.rule, Rule::BrokenLink | Rule::BrokenAnchor));
    }
    build.report.guides = made.guides;
    build.report.next_change = boundaries.1;
    if build.judge(found) {
        folder.abandon()?;
        build.clock.lap("write");
        return Ok(End::Done);
    }
    let published = build.publish(folder, false)?;
    build.report.written = published.written;
    if let Some(cache) = cache {
        for (path, fact) in facts {
            cache.set_source(&path, fact);
        }
        for (path, fact) in made.probed {
            cache.set_source(&path, Some(fact));
        }
        remember_outputs(build, cache, made.outputs, made.ground, &published.stamps);
        let record = BuildRecord {
            given: build.given,
            made: MadeWith {
                base_url: build.options.base_url.clone(),
                drafts: build.options.drafts,
                future: build.options.future,
            },
            shape: build.shape,
            from: boundaries.0,
            until: boundaries.1,
            diagnostics: frame,
            guides: made.guides,
            number: build.number,
            changed: build.changed.iter().take(MOST_CHANGES).cloned().collect(),
        };
        cache.set_build(postcard::to_stdvec(&record).unwrap_or_default());
    }
    build.judge(published.diagnostics);
    build.clock.lap("write");
    Ok(End::Done)
}

/// The last instant until now and the first after it at which the site
/// differs.
type Boundaries = (Option<jiff::Timestamp>, Option<jiff::Timestamp>);

fn boundaries(build: &Build<'_>, articles: &[Arc<Article>]) -> Boundaries {
    let zone = TimeZone::get(&build.config.time_zone).unwrap_or(TimeZone::UTC);
    let now = build.options.now;
    let points = articles
        .iter()
        .flat_map(|article| publication::turning_points(&article.front, &zone));
    points.fold((None, None), |(before, after), point| {
        if point <= now {
            (before.max(Some(point)), after)
        } else {
            (
                before,
                Some(after.map_or(point, |a: jiff::Timestamp| a.min(point))),
            )
        }
    })
}

#[derive(Default)]
struct Made {
    guides: usize,
    outputs: Vec<MadeOutput>,
    /// What the outputs stand on, where prints are taken.
    ground: Option<Digest>,
    probed: Vec<(SrcPath, crate::engine::facts::SourceFact)>,
}

/// Resolves, plans and renders; stages every output, and puts in place what
/// somebody looks at. The articles come with whether nothing in them fails the
/// build. `None` where it was given up.
fn make(
    build: &mut Build<'_>,
    cache: Option<&Cache>,
    (articles, is_sound): (Vec<Arc<Article>>, bool),
    folder: &OutputFolder,
    frame: &mut Vec<Diagnostic>,
) -> Result<Option<Made>, BuildError> {
    let root = build.layout.root.clone();
    let (own_templates, found) = gather::templates(&root, &build.scan);
    frame.extend(found);
    let (data, found) = gather::data_files(&root, &build.scan);
    frame.extend(found);
    let (statics, found) = gather::statics(&build.scan);
    frame.extend(found);
    let allowed: HashMap<SrcPath, Vec<Rule>> = articles
        .iter()
        .filter(|article| !article.front.allow.is_empty())
        .map(|article| (article.source.clone(), article.front.allow.to_vec()))
        .collect();
    let files = Files {
        content: build.layout.content.to_owned(),
        assets: build.scan.assets.clone(),
        statics,
    };
    let site = match &mut build.resident {
        Some(resident) => {
            let memory = &mut resident.site;
            resolve_again(memory, articles, &build.config, &files, &build.edition)
        }
        None => resolve(articles, &build.config, &files, &build.edition),
    };
    build.clock.lap("resolve");
    let wanted: BTreeSet<&SrcPath> = site.assets.keys().chain(files.statics.values()).collect();
    let gather::Probed {
        probes,
        facts,
        diagnostics,
    } = gather::probes(build, cache.map(Cache::facts), &wanted)?;
    frame.extend(diagnostics);
    let mut made = Made {
        guides: site.newest.len(),
        outputs: Vec::new(),
        ground: None,
        probed: facts,
    };
    let own_theme = own_theme_files(&root, &files, frame);
    let theme = theme_files(
        &own_theme,
        &|path| files.statics.contains_key(path),
        &build.config.highlight,
    );
    let templates = match build.templates.take() {
        Some(loaded) => loaded,
        None => match Templates::load(&own_templates) {
            Ok(templates) => Arc::new(templates),
            Err(found) => {
                frame.extend(found);
                return Ok(Some(made));
            }
        },
    };
    build.templates = Some(Arc::clone(&templates));
    if let Some(shared) = &build.shared {
        shared.wait_for_blocks();
    }
    let highlighted = Memo::new(HIGHLIGHT_MEMO, cache.map(|cache| Arc::clone(&cache.blocks)));
    let world = World {
        root,
        config: &build.config,
        site: &site,
        edition: &build.edition,
        urls: Urls::new(&build.config),
        templates: &templates,
        files: &files,
        probes: &probes,
        data: &data,
        theme: &theme,
        highlighted: &highlighted,
        options: PageOptions::of(&build.config),
        guides: OnceLock::new(),
    };
    let (planned, found) = plan(&world);
    frame.extend(found);
    frame.retain(|found| {
        let rules = found
            .place
            .as_ref()
            .and_then(|place| allowed.get(&place.file));
        found.level == Level::Error || !rules.is_some_and(|rules| rules.contains(&found.rule))
    });
    build.clock.lap("plan");
    let resident = build.resident.as_ref();
    let ground = resident.and_then(|_| print::ground(&world, build.given));
    let renderer = Renderer {
        world: &world,
        folder,
        prints: resident.map(|resident| resident.on(ground)),
        facts: cache.map(Cache::facts),
        pages: cache.map(|cache| &cache.pages),
        shared: build.shared.as_ref(),
        number: build.number,
        changed: &build.changed,
    };
    let onlookers = build.onlookers;
    let facts = cache.map(Cache::facts);
    let (first, rest) = onlookers::in_order(&planned, onlookers.open, facts);
    let done = AtomicUsize::new(0);
    let total = planned.len();
    let progress = build.progress;
    let render = |planned: Vec<&Planned>| -> Result<(Vec<MadeOutput>, bool), FsError> {
        let wanted = planned.len();
        let outputs: Vec<_> = planned
            .into_par_iter()
            .filter(|_| !(onlookers.given_up)())
            .map(|planned| {
                let output = renderer.output(planned);
                progress(done.fetch_add(1, Ordering::Relaxed) + 1, total);
                output
            })
            .collect();
        let is_whole = outputs.len() == wanted;
        let outputs: Result<Vec<_>, _> = outputs.into_iter().collect();
        outputs.map(|outputs| (outputs, is_whole))
    };
    let (outputs, mut is_whole) = render(first)?;
    made.outputs = outputs;
    if is_whole && is_sound && !build.is_failed_by(frame) {
        show(build, folder, &made.outputs);
    }
    if !made.outputs.is_empty() {
        build.clock.lap("ahead");
    }
    if is_whole {
        let (outputs, rest_is_whole) = render(rest)?;
        made.outputs.extend(outputs);
        is_whole = rest_is_whole;
    }
    if !is_whole {
        if let Some(resident) = &mut build.resident {
            let stands = made.outputs.iter().filter(|made| made.stands);
            resident.settle_partly(ground, stands.filter_map(MadeOutput::known_print));
        }
        return Ok(None);
    }
    made.ground = ground;
    build.report.steps.highlighted = highlighted.steps_run();
    if let Some(shared) = &build.shared {
        shared.highlighted(highlighted.keys_run());
    }
    build.report.steps.rendered = made.outputs.iter().filter(|made| !made.stands).count();
    build.report.steps.skipped = made.outputs.iter().filter(|made| made.stands).count();
    for output in &made.outputs {
        if let Some(reasons) = &output.reasons {
            build
                .report
                .reasons
                .push((output.path.clone(), reasons.clone()));
        }
    }
    build.clock.lap("render");
    Ok(Some(made))
}

/// Puts outputs in place that somebody looks at, and says so, unless one of
/// them fails the build.
fn show(build: &Build<'_>, folder: &OutputFolder, outputs: &[MadeOutput]) {
    let fails = |made: &MadeOutput| build.is_failed_by(&made.diagnostics);
    if outputs.iter().any(fails) {
        return;
    }
    if outputs.is_empty() {
        return;
    }
    let shown: Vec<(OutPath, bool)> = match folder.put_ahead() {
        Some(new) => {
            let is_new = |path: &OutPath| new.contains(path);
            let paths = outputs.iter().map(|made| &made.path);
            paths.map(|path| (path.clone(), is_new(path))).collect()
        }
        None => return,
    };
    (build.onlookers.ahead)(&shown);
}

/// Tells the cache and the residents of every output that was made, and of
/// those that are gone.
fn remember_outputs(
    build: &mut Build<'_>,
    cache: &mut Cache,
    outputs: Vec<MadeOutput>,
    ground: Option<Digest>,
    stamps: &[(OutPath, Stamped)],
) {
    let stamps: HashMap<&OutPath, Stamped> = stamps
        .iter()
        .map(|(path, stamped)| (path, *stamped))
        .collect();
    let planned: HashSet<&OutPath> = outputs.iter().map(|made| &made.path).collect();
    let gone: Vec<OutPath> = cache
        .facts()
        .outputs
        .keys()
        .filter(|path| !planned.contains(path))
        .cloned()
        .collect();
    for path in gone {
        cache.set_output(&path, None);
    }
    for made in &outputs {
        let stamp = stamps.get(&made.path).copied();
        if made.stands && stamp.is_none() {
            continue;
        }
        let before = cache.facts().outputs.get(&made.path);
        let Some(stamped) = stamp.or(before.map(|fact| fact.stamped)) else {
            continue;
        };
        let slot = match made.stands {
            true => before.and_then(|fact| fact.slot),
            false => made.slot,
        };
        let fact = OutputFact {
            stamped,
            key: made.key,
            slot,
            diagnostics: made.diagnostics.clone(),
        };
        cache.set_output(&made.path, Some(fact));
    }
    if let Some(resident) = &mut build.resident {
        resident.is_filled = true;
        let is_planned = |path: &OutPath| planned.contains(path);
        let prints = outputs.iter().filter_map(MadeOutput::known_print);
        resident.settle(ground, prints, is_planned);
    }
}

/// The keys of all blocks of code in the site's pages.
pub(super) fn live_blocks(cache: &Cache) -> HashSet<Digest> {
    cache
        .facts()
        .outputs
        .values()
        .filter_map(|fact| cache.pages.get(fact.key, fact.slot?))
        .filter_map(|bytes| postcard::from_bytes::<PageRecord>(&bytes).ok())
        .flat_map(|record| record.blocks)
        .collect()
}

/// The site's own versions of the theme's style and script.
fn own_theme_files(
    root: &Path,
    files: &Files,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<&'static str, Vec<u8>> {
    let mut own = BTreeMap::new();
    for name in [STYLE, SCRIPT] {
        let source = OutPath::new(name)
            .ok()
            .and_then(|path| files.statics.get(&path));
        let Some(source) = source else { continue };
        match fs::read(&source.under(root)) {
            Ok(bytes) => {
                own.insert(name, bytes);
            }
            Err(error) => diagnostics.push(fs::unreadable(source, &error)),
        }
    }
    own
}
