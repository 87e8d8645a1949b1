//! Made: the build that is to be published, as its own record knows it.
//!
//! Nothing is taken from the output folder that the build's manifest does not
//! name and whose bytes are not those that the build wrote; and the sources
//! are looked at, so that what is published is the site that they make.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rayon::prelude::*;

use super::entry::{Entry, Kind, kind};
use super::guard::{Built, Refusal};
use super::headers::{self, Headers};
use super::publication::FOLDER;
use crate::content::config::PublishOptions;
use crate::edge::build::{BuildError, BuildOptions, Clock, lock, open_cache};
use crate::edge::changes::Changes;
use crate::edge::frame::Frame;
use crate::edge::gather;
use crate::edge::record::BuildRecord;
use crate::edge::under_way::Build;
use crate::engine::cache::Cache;
use crate::engine::facts::OutputFact;
use crate::engine::manifest::{Found, ManifestFiles};
use crate::ground::digest::Digest;
use crate::ground::fs::{self, FsError};
use crate::ground::paths::OutPath;

/// A build, ready to be published.
#[derive(Debug, Default)]
pub struct Made {
    /// What the guards want to know.
    pub built: Built,
    /// What else speaks against it.
    pub refusals: Vec<Refusal>,
    /// Its objects.
    pub entries: BTreeMap<OutPath, Entry>,
    /// Files for the host, which no build writes.
    pub generated: BTreeMap<OutPath, Vec<u8>>,
    /// The output folder.
    pub out: PathBuf,
}

impl Made {
    /// The bytes of an object.
    ///
    /// # Errors
    ///
    /// Says in words why they cannot be had, or that they are not those that
    /// the build wrote.
    pub fn bytes(&self, entry: &Entry) -> Result<Vec<u8>, String> {
        if let Some(bytes) = self.generated.get(&entry.path) {
            return Ok(bytes.clone());
        }
        let bytes = fs::read(&entry.path.under(&self.out)).map_err(|error| error.to_string())?;
        match Digest::of_bytes(&bytes) == entry.digest {
            true => Ok(bytes),
            false => Err("it was changed while the site was being published".to_owned()),
        }
    }
}

/// Reads the build that `options` would make and that stands.
///
/// # Errors
///
/// The configuration has errors, a build is running, or a file cannot be read.
pub fn made(
    options: &BuildOptions,
    target: &PublishOptions,
    keeps_headers: bool,
) -> Result<Made, BuildError> {
    let frame = Frame::read(options)?;
    let _lock = lock(&frame.layout)?;
    let cache = open_cache(&frame.layout)?;
    let out = frame.layout.out.clone();
    let manifests = ManifestFiles::new(&frame.layout.cache, &out);
    let record = cache.facts().build.as_deref();
    let record: Option<BuildRecord> = record.and_then(|bytes| postcard::from_bytes(bytes).ok());
    let (Some(record), Found::Whole(manifest)) = (record, manifests.load()?) else {
        return Ok(Made::default());
    };
    // As it was built, not as it would be built with the options of today.
    let options = BuildOptions {
        base_url: record.made.base_url.clone(),
        drafts: record.made.drafts,
        future: record.made.future,
        ..options.clone()
    };
    let frame = Frame::read(&options)?.walked();
    let base_url = frame.config.base_url.clone();
    let facts = cache.facts();
    let quiet = |_, _| {};
    let build = Build::new(
        &options,
        frame,
        Changes::Unknown,
        facts,
        Clock::start(),
        &quiet,
    )?;
    let stale = stale(&build, &record);
    let files: Vec<&OutPath> = manifest.files.iter().collect();
    let looked: Vec<(&OutPath, Option<(Digest, u64)>)> = files
        .into_par_iter()
        .map(|path| Ok((path, stands(&out, path, facts.outputs.get(path))?)))
        .collect::<Result<_, FsError>>()?;
    let mut made = Made {
        out,
        built: Built {
            remembered: true,
            interrupted: fs::exists(&manifests.marker()),
            guides: record.guides,
            base_url,
            drafts: record.made.drafts,
            future: record.made.future,
            stale,
            ..Built::default()
        },
        ..Made::default()
    };
    let redirects = match target.redirects_file {
        true => redirects(&cache, &manifest.files),
        false => Vec::new(),
    };
    let replaced: BTreeSet<&OutPath> = redirects.iter().map(|(file, ..)| file).collect();
    let mut stood: Vec<(OutPath, Digest, u64)> = Vec::with_capacity(looked.len());
    for (path, standing) in looked {
        match standing {
            None => made.built.changed_by_hand.push(path.to_string()),
            Some(_) if replaced.contains(path) => {}
            Some((digest, size)) => stood.push((path.clone(), digest, size)),
        }
    }
    made.built.pages = stood
        .iter()
        .filter(|(path, ..)| kind(path) == Kind::Page)
        .count();
    refuse_paths(&mut made, &stood);
    let base = made.built.base_url.as_ref();
    let base = base.map_or("/", |url| url.path()).trim_end_matches('/');
    generate(&mut made.generated, target, base, &redirects, &stood);
    for (path, bytes) in &made.generated {
        if stood.iter().any(|(known, ..)| known == path) {
            made.refusals.push(Refusal::new(
                "host-file",
                format!("the site has a file `{path}` of its own"),
                "remove it, or switch off `headers-file` and `redirects-file`",
            ));
        } else {
            let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
            stood.push((path.clone(), Digest::of_bytes(bytes), size));
        }
    }
    made.entries = entries(stood, &manifest.files, target, keeps_headers);
    Ok(made)
}

fn entries(
    stood: Vec<(OutPath, Digest, u64)>,
    outputs: &BTreeSet<OutPath>,
    target: &PublishOptions,
    keeps_headers: bool,
) -> BTreeMap<OutPath, Entry> {
    let is_output = |path: &str| outputs.contains(path);
    let entry = |(path, digest, size): (OutPath, Digest, u64)| Entry {
        headers: match keeps_headers {
            true => headers::headers(&path, digest, size, target, &is_output),
            false => Headers::default(),
        },
        path,
        digest,
        size,
    };
    let entries = stood.into_iter().map(entry);
    entries.map(|entry| (entry.path.clone(), entry)).collect()
}

/// Outputs that would stand where a target keeps its own records.
fn refuse_paths(made: &mut Made, stood: &[(OutPath, Digest, u64)]) {
    let own = stood.iter().map(|(path, ..)| path.to_string());
    let own: Vec<String> = own.filter(|path| path.starts_with(FOLDER)).collect();
    if !own.is_empty() {
        let message = format!("the site has files below `{FOLDER}`, where targets keep records");
        let refusal = Refusal::new("reserved-path", message, "move them elsewhere in `static`");
        made.refusals.push(refusal.about(own));
    }
}

/// What has changed since a build.
fn stale(build: &Build<'_>, record: &BuildRecord) -> Vec<String> {
    let mut stale: Vec<String> = build.changed.iter().map(ToString::to_string).collect();
    let unreadable = build.seen.iter().filter_map(|seen| seen.as_ref().err());
    stale.extend(unreadable.map(|found| match &found.place {
        Some(place) => place.file.to_string(),
        None => found.message.clone(),
    }));
    if !record.covers(build.options.now) {
        stale.push("(a date has come that puts a guide in or out)".to_owned());
    }
    if stale.is_empty() && record.shape != build.shape {
        stale.push("(files were added or removed)".to_owned());
    }
    if stale.is_empty() && record.given != build.given {
        stale.push("(the configuration or the options)".to_owned());
    }
    stale
}

/// Digest and size of an output that is what the build wrote.
fn stands(
    out: &std::path::Path,
    path: &OutPath,
    fact: Option<&OutputFact>,
) -> Result<Option<(Digest, u64)>, FsError> {
    let Some(fact) = fact else {
        return Ok(None);
    };
    let file = path.under(out);
    let digest = fact.stamped.digest;
    let stat = fs::stat(&file);
    if let Some(stat) = stat.filter(|_| fact.stamped.stands(stat)) {
        return Ok(Some((digest, stat.size)));
    }
    let bytes = fs::read_if_there(&file)?;
    let same = bytes.filter(|bytes| Digest::of_bytes(bytes) == digest);
    Ok(same.map(|bytes| (digest, u64::try_from(bytes.len()).unwrap_or(u64::MAX))))
}

/// Redirects of the site: the page that redirects, its address, where to.
fn redirects(cache: &Cache, files: &BTreeSet<OutPath>) -> Vec<(OutPath, String, String)> {
    let sources = cache.facts().sources.keys();
    let articles = sources.filter_map(|source| gather::remembered(cache, source));
    let mut redirects: Vec<_> = articles
        .filter(|article| files.contains(&article.listing.permalink.file))
        .flat_map(|article| {
            let to = article.listing.permalink.path.clone();
            let aliases = article.own.aliases.clone().into_iter();
            aliases.map(move |alias| (alias.file, alias.path, to.clone()))
        })
        .filter(|(file, ..)| files.contains(file))
        .collect();
    redirects.sort();
    redirects
}

/// What stands for itself in an address.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

fn generate(
    generated: &mut BTreeMap<OutPath, Vec<u8>>,
    target: &PublishOptions,
    base: &str,
    redirects: &[(OutPath, String, String)],
    stood: &[(OutPath, Digest, u64)],
) {
    let mut add = |name: &str, text: String| {
        if let Ok(path) = OutPath::new(name) {
            generated.insert(path, text.into_bytes());
        }
    };
    if target.redirects_file {
        let encoded = |path: &str| format!("{base}{}", utf8_percent_encode(path, PLAIN));
        let lines: Vec<(String, String)> = redirects
            .iter()
            .map(|(_, from, to)| (encoded(from), encoded(to)))
            .collect();
        add("_redirects", headers::redirects_file(&lines));
    }
    if target.headers_file {
        let fingerprinted = stood
            .iter()
            .filter(|(path, digest, _)| super::entry::is_fingerprinted(path, *digest))
            .map(|(path, ..)| path.clone())
            .collect();
        add("_headers", headers::headers_file(&fingerprinted, target));
    }
}
