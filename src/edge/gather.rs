//! Gather: reads what the stages need from the files that the scan found.
//!
//! Reading is all that happens here; what the bytes mean is decided by pure
//! functions of the layers below.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::build::Build;
use super::record::ArticleRecord;
use super::resident::Resident;
use super::scan::{MarkdownFile, Scan};
use super::shared_cache::Shared;
use super::sources::{self, Seen};
use crate::content::article::{Article, ParseArticle, ParseOptions};
use crate::content::data;
use crate::engine::cache::Cache;
use crate::engine::facts::{Facts, Parsed, SourceFact, Sources};
use crate::engine::pack::Slot;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::{Digest, Digested};
use crate::ground::fs::{self, FsError, SourceRef};
use crate::ground::paths::{OutPath, SrcPath};
use crate::ground::rule::Rule;
use crate::ground::source::Source;
use crate::ground::step::Step;
use crate::render::templates::value_of;
use crate::render::world::{Data, Probe};

/// What parsing one source needs beside its text.
pub(super) struct Parsing<'a> {
    /// The source.
    pub(super) file: &'a MarkdownFile,
    /// Digest of its bytes.
    pub(super) digest: Digest,
    /// The part of the configuration that parsing reads.
    pub(super) options: &'a Digested<ParseOptions>,
}

impl<'a> Parsing<'a> {
    /// The step; its key does not depend on `text`, for which the digest
    /// stands.
    pub(super) fn step<'s>(&'s self, text: &'s str) -> ParseArticle<'s>
    where
        'a: 's,
    {
        ParseArticle {
            source: &self.file.path,
            text,
            digest: self.digest,
            folder: &self.file.folder,
            kind: self.file.kind,
            options: self.options,
        }
    }
}

/// All articles, and what became of those that are none.
pub(super) struct Articles {
    pub(super) articles: Vec<Arc<Article>>,
    pub(super) unreadable: Vec<Diagnostic>,
    /// Facts for the cache; `None` for sources that are gone.
    pub(super) facts: Vec<(SrcPath, Option<SourceFact>)>,
}

/// Parses all Markdown sources in parallel, or remembers them. `None` where it
/// was given up.
///
/// # Errors
///
/// The cache cannot be written.
pub(super) fn articles(
    build: &mut Build<'_>,
    cache: Option<&Cache>,
) -> Result<Option<Articles>, FsError> {
    let files: HashMap<&SrcPath, &MarkdownFile> = build
        .scan
        .markdown
        .iter()
        .map(|file| (&file.path, file))
        .collect();
    let root = &build.layout.root;
    let seen = std::mem::take(&mut build.seen);
    if let Some(resident) = &mut build.resident {
        resident.fit(&build.parse_options);
    }
    let resident = build.resident.as_ref();
    let given_up = build.onlookers.given_up;
    let wanted = seen.len();
    let shared = build.shared.as_ref();
    if let (Some(shared), Some(cache)) = (shared, cache) {
        shared.want(
            &unknown(&seen, &files, &build.parse_options, cache),
            &cache.blocks,
        );
    }
    let from = Known {
        cache,
        resident,
        shared,
    };
    let results: Vec<_> = seen
        .into_par_iter()
        .filter(|_| !given_up())
        .map(|seen| {
            let seen = seen?;
            let Some(file) = files.get(&seen.path) else {
                return Ok((seen.path, seen.stamped, seen.read, Found::Beside(seen.size)));
            };
            let parsing = Parsing {
                file,
                digest: seen.stamped.digest,
                options: &build.parse_options,
            };
            let read = seen.read;
            Ok((
                seen.path,
                seen.stamped,
                read,
                Found::Source(article(root, &parsing, seen.bytes, &from)),
            ))
        })
        .collect();
    let mut out = Articles {
        articles: Vec::new(),
        unreadable: Vec::new(),
        facts: Vec::new(),
    };
    let is_whole = results.len() == wanted;
    let mut present: HashSet<SrcPath> = HashSet::with_capacity(results.len());
    for result in results {
        let (path, stamped, read, parsed) = match result {
            Ok(result) => result,
            Err(found) => {
                out.unreadable.push(found);
                continue;
            }
        };
        build.report.steps.read += usize::from(read);
        present.insert(path.clone());
        let mut fact = SourceFact {
            stamped,
            parsed: None,
            size: None,
            diagnostics: Vec::new(),
        };
        match parsed {
            Found::Beside(size) => fact.size = size,
            Found::Source(Err(found)) => out.unreadable.extend(found),
            Found::Source(Ok(Outcome {
                article,
                parsed,
                key,
                from,
            })) => {
                build.report.steps.parsed += usize::from(from == From::Source);
                if from == From::Memory && !read && parsed.is_some() {
                    out.articles.push(article);
                    continue;
                }
                fact.parsed = parsed;
                fact.diagnostics.clone_from(&article.diagnostics);
                if let Some(resident) = &mut build.resident {
                    let known = (key, Arc::clone(&article));
                    resident.articles.insert(path.clone(), known);
                }
                out.articles.push(article);
            }
        }
        out.facts.push((path, Some(fact)));
    }
    if !is_whole {
        // What was parsed stays for the next build.
        return Ok(None);
    }
    if let Some(resident) = &mut build.resident {
        resident.keep(&present);
    }
    if let Some(cache) = cache {
        let gone = cache
            .facts()
            .sources
            .keys()
            .filter(|path| !present.contains(*path));
        out.facts.extend(gone.map(|path| (path.clone(), None)));
    }
    Ok(Some(out))
}

/// What came of a file that was looked at.
enum Found {
    /// It is no guide; width and height where it is an image.
    Beside(Option<(u32, u32)>),
    Source(Result<Outcome, Vec<Diagnostic>>),
}

/// An article, and where the cache keeps it.
struct Outcome {
    article: Arc<Article>,
    parsed: Option<Parsed>,
    /// The key of the step that parses it.
    key: Digest,
    from: From,
}

/// Where an article was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    /// It was parsed just now.
    Source,
    /// The cache has it, from now on at the latest.
    Cache,
    /// The build before left it, and the cache has it too.
    Memory,
}

/// Where articles may be known.
struct Known<'a> {
    cache: Option<&'a Cache>,
    resident: Option<&'a Resident>,
    shared: Option<&'a Shared>,
}

/// The guides that the cache does not know: the key of the step that parses
/// each, and the digest of its bytes.
fn unknown(
    seen: &[Result<Seen, Diagnostic>],
    files: &HashMap<&SrcPath, &MarkdownFile>,
    options: &Digested<ParseOptions>,
    cache: &Cache,
) -> Vec<(Digest, Digest)> {
    seen.par_iter()
        .flatten()
        .filter_map(|seen| {
            let parsing = Parsing {
                file: files.get(&seen.path)?,
                digest: seen.stamped.digest,
                options,
            };
            let key = parsing.step("").key();
            let known = cache.facts().sources.get(&seen.path);
            let known = known.and_then(|fact| fact.parsed);
            let is_known = known.is_some_and(|known| known.key == key);
            (!is_known).then_some((key, parsing.digest))
        })
        .collect()
}

fn article(
    root: &Path,
    parsing: &Parsing<'_>,
    bytes: Option<Vec<u8>>,
    from: &Known<'_>,
) -> Result<Outcome, Vec<Diagnostic>> {
    let Known {
        cache,
        resident,
        shared,
    } = *from;
    let path = &parsing.file.path;
    let known = cache.and_then(|cache| cache.facts().sources.get(path)?.parsed);
    // What cannot be remembered is parsed again the next time.
    let put = |article: &Article, key| {
        let slot = put_article(cache?, article, key).ok()?;
        Some(Parsed {
            key,
            card: article.card(),
            slot,
        })
    };
    if let Some((key, article)) = resident.and_then(|resident| resident.article(parsing)) {
        let parsed = known.filter(|known| known.key == key);
        return Ok(Outcome {
            article: Arc::clone(article),
            // The build that parsed it may have failed or been given up.
            from: parsed.map_or(From::Cache, |_| From::Memory),
            parsed: parsed.or_else(|| put(article, key)),
            key,
        });
    }
    let key = parsing.step("").key();
    if let Some(cache) = cache
        && known.is_some_and(|known| known.key == key)
        && let Some(article) = remembered(cache, path)
    {
        return Ok(Outcome {
            article: Arc::new(article),
            parsed: known,
            key,
            from: From::Cache,
        });
    }
    if let Some(article) = shared.and_then(|shared| shared.article(key, parsing)) {
        return Ok(Outcome {
            parsed: put(&article, key),
            article: Arc::new(article),
            key,
            from: From::Cache,
        });
    }
    let text = match bytes {
        Some(bytes) => fs::utf8(path, bytes),
        None => SourceRef {
            path: path.clone(),
            digest: parsing.digest,
            file: path.under(root),
        }
        .text(),
    };
    let text = text.map_err(|found| vec![found])?;
    let article = parsing.step(&text).run()?;
    let parsed = put(&article, key);
    if let Some(shared) = shared {
        shared.parsed(&article, key);
    }
    Ok(Outcome {
        article: Arc::new(article),
        parsed,
        key,
        from: From::Source,
    })
}

/// The article that the cache remembers of a source.
pub(super) fn remembered(cache: &Cache, path: &SrcPath) -> Option<Article> {
    let fact = cache.facts().sources.get(path)?;
    let parsed = fact.parsed?;
    let bytes = cache.articles.get(parsed.key, parsed.slot)?;
    let record: ArticleRecord = postcard::from_bytes(&bytes).ok()?;
    Some(record.article(path.clone(), fact.stamped.digest, fact.diagnostics.clone()))
}

/// Puts an article where the cache finds it again.
///
/// # Errors
///
/// The cache cannot be written.
pub(super) fn put_article(cache: &Cache, article: &Article, key: Digest) -> Result<Slot, FsError> {
    let bytes = postcard::to_stdvec(&ArticleRecord::of(article)).unwrap_or_default();
    cache.articles.put(key, &bytes)
}

/// Reads a site's own templates: name below `templates/` and text.
pub fn templates(root: &Path, scan: &Scan) -> (Vec<(String, String)>, Vec<Diagnostic>) {
    let mut templates = Vec::new();
    let mut diagnostics = Vec::new();
    for path in &scan.templates {
        let name = path.as_str().trim_start_matches("templates/").to_owned();
        match text(root, path) {
            Ok(text) => templates.push((name, text)),
            Err(found) => diagnostics.push(found),
        }
    }
    (templates, diagnostics)
}

/// Reads and parses a site's data files, by name without the extension.
pub fn data_files(root: &Path, scan: &Scan) -> (BTreeMap<String, Arc<Data>>, Vec<Diagnostic>) {
    let mut files: BTreeMap<String, (SrcPath, Arc<Data>)> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for path in &scan.data {
        if !data::EXTENSIONS.contains(&path.extension().to_ascii_lowercase().as_str()) {
            continue;
        }
        let text = match text(root, path) {
            Ok(text) => text,
            Err(found) => {
                diagnostics.push(found);
                continue;
            }
        };
        let name = path.stem().to_owned();
        if let Some((other, _)) = files.get(&name) {
            diagnostics.push(
                Diagnostic::file(
                    Rule::DataFile,
                    path.clone(),
                    format!("`data.{name}` is `{other}` already"),
                )
                .help("rename one of the two files"),
            );
            continue;
        }
        match data::parse(&Source::new(path.clone(), &text)) {
            Ok(value) => {
                let digest = Digest::of(&value);
                let value = value_of(&crate::ground::value::Plain(&value));
                files.insert(name, (path.clone(), Arc::new(Data { digest, value })));
            }
            Err(found) => diagnostics.extend(found),
        }
    }
    (
        files
            .into_iter()
            .map(|(name, (_, data))| (name, data))
            .collect(),
        diagnostics,
    )
}

fn text(root: &Path, path: &SrcPath) -> Result<String, Diagnostic> {
    let bytes = fs::read(&path.under(root)).map_err(|error| fs::unreadable(path, &error))?;
    fs::utf8(path, bytes)
}

/// The static files by output path. A name that cannot be an output is
/// reported.
pub fn statics(scan: &Scan) -> (BTreeMap<OutPath, SrcPath>, Vec<Diagnostic>) {
    let mut statics = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for path in &scan.statics {
        match OutPath::new(path.as_str().trim_start_matches("static/")) {
            Ok(out) => {
                statics.insert(out, path.clone());
            }
            Err(why) => diagnostics.push(Diagnostic::file(
                Rule::UnsafePath,
                path.clone(),
                format!("the file's name cannot be an address: it {why}"),
            )),
        }
    }
    (statics, diagnostics)
}

/// What is known of files that are copied or shown.
pub(super) struct Probed {
    pub(super) probes: BTreeMap<SrcPath, Probe>,
    pub(super) facts: Vec<(SrcPath, SourceFact)>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// Digests files that are copied, and measures the images among them, where
/// the cache does not know them.
///
/// # Errors
///
/// The clock cannot be asked.
pub(super) fn probes(
    build: &Build<'_>,
    facts: Option<&Facts>,
    wanted: &BTreeSet<&SrcPath>,
) -> Result<Probed, FsError> {
    let paths: Vec<&SrcPath> = wanted.iter().copied().collect();
    let none = Sources::default();
    let known = facts.map_or(&none, |facts| &facts.sources);
    let seen = sources::look(
        &build.layout.root,
        &build.layout.cache,
        &paths,
        known,
        &build.changes,
    )?;
    let mut probed = Probed {
        probes: BTreeMap::new(),
        facts: Vec::new(),
        diagnostics: Vec::new(),
    };
    for seen in seen {
        let seen = match seen {
            Ok(seen) => seen,
            Err(found) => {
                probed.diagnostics.push(found);
                continue;
            }
        };
        let size = seen.size;
        let fact = SourceFact {
            stamped: seen.stamped,
            parsed: None,
            size,
            diagnostics: Vec::new(),
        };
        probed.probes.insert(
            seen.path.clone(),
            Probe {
                digest: seen.stamped.digest,
                size,
            },
        );
        probed.facts.push((seen.path, fact));
    }
    Ok(probed)
}
