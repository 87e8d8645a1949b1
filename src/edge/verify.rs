//! Verify: builds clean beside, and compares every byte and every finding.

use std::collections::BTreeSet;
use std::path::Path;

use super::build::{BuildError, BuildOptions, BuildReport, build, cache_folder, program_id};
use super::record::PageRecord;
use crate::engine::cache::Cache;
use crate::ground::digest::Digest;
use crate::ground::fs::{self, FsError};
use crate::ground::paths::OutPath;
use crate::render::named::changed_inputs;

/// Something that a clean build makes otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The output; empty for findings.
    pub path: String,
    /// How it differs.
    pub what: String,
    /// The step that is to blame, as far as can be told.
    pub step: String,
}

/// Builds the site once more, with nothing remembered, into a folder of its
/// own, and says what differs from what `report`'s build left.
///
/// # Errors
///
/// The clean build could not be made.
pub fn verify(options: &BuildOptions, report: &BuildReport) -> Result<Vec<Difference>, BuildError> {
    let layout = options.layout()?;
    let beside = fs::temporary_folder()?;
    let clean_options = BuildOptions {
        out: Some(beside.path().join("out")),
        cache: Some(beside.path().join("cache")),
        no_cache: false,
        shared: None,
        ..options.clone()
    };
    let clean = build(&clean_options, &|_, _| {})?;
    let mut differences = Vec::new();
    if clean.diagnostics != report.diagnostics {
        let missing = clean
            .diagnostics
            .iter()
            .filter(|found| !report.diagnostics.contains(found));
        let extra = report
            .diagnostics
            .iter()
            .filter(|found| !clean.diagnostics.contains(found));
        let finding = |what: &str, message: &str| Difference {
            path: String::new(),
            what: format!("{what}: {message}"),
            step: "diagnostics".to_owned(),
        };
        differences.extend(missing.map(|found| finding("a finding is missing", &found.message)));
        differences.extend(extra.map(|found| finding("a finding is too much", &found.message)));
    }
    if clean.failed || report.failed {
        return Ok(differences);
    }
    let clean_layout = clean_options.layout()?;
    let ours = Cache::open(&cache_folder(&layout), program_id())?;
    let theirs = Cache::open(&cache_folder(&clean_layout), program_id())?;
    let mut paths: BTreeSet<&OutPath> = theirs.facts().outputs.keys().collect();
    paths.extend(ours.facts().outputs.keys());
    for path in paths {
        let (here, there) = (path.under(&layout.out), path.under(&clean_layout.out));
        if let Some(what) = differs(&here, &there)? {
            differences.push(Difference {
                path: path.to_string(),
                what,
                step: blame(&ours, &theirs, path),
            });
        }
    }
    Ok(differences)
}

fn differs(here: &Path, there: &Path) -> Result<Option<String>, FsError> {
    let what = match (fs::read_if_there(here)?, fs::read_if_there(there)?) {
        (None, None) => None,
        (None, Some(_)) => Some("is missing".to_owned()),
        (Some(_), None) => Some("is too much".to_owned()),
        (Some(ours), Some(clean)) if ours == clean => {
            let mode = |path| fs::stat(path).map(|stat| stat.mode);
            (mode(here) != mode(there)).then(|| "has other permissions".to_owned())
        }
        (Some(ours), Some(clean)) => {
            let at = ours.iter().zip(&clean).take_while(|(a, b)| a == b).count();
            let line = clean[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            Some(format!("has other bytes, from line {line} on"))
        }
    };
    Ok(what)
}

/// The step by which two builds part: one whose key is the same and whose
/// output is not, or the input that was believed and is not so.
fn blame(ours: &Cache, theirs: &Cache, path: &OutPath) -> String {
    let fact = |cache: &Cache| {
        cache
            .facts()
            .outputs
            .get(path)
            .map(|fact| (fact.key, fact.slot))
    };
    let (Some(here), Some(there)) = (fact(ours), fact(theirs)) else {
        return "plan".to_owned();
    };
    if here.0 == there.0 {
        return "render: the same key made other bytes, or the file was changed behind the build's back".to_owned();
    }
    let record = |cache: &Cache, (key, slot): (Digest, Option<_>)| -> Option<PageRecord> {
        postcard::from_bytes(&cache.pages.get(key, slot?)?).ok()
    };
    match (record(ours, here), record(theirs, there)) {
        (Some(ours), Some(theirs)) => {
            let differ = changed_inputs((&ours.given, &ours.frame), (&theirs.given, &theirs.frame));
            format!("parse or resolve: stale {}", differ.join(", "))
        }
        _ => "parse or resolve: another key".to_owned(),
    }
}
