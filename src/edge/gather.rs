//! Gather: reads what the stages need from the files that the scan found.
//!
//! Reading is all that happens here; what the bytes mean is decided by pure
//! functions of the layers below.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use super::scan::{MarkdownFile, Scan};
use crate::content::article::{Article, ParseArticle, ParseOptions};
use crate::content::data;
use crate::content::image_size::image_size;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::{Digest, Digested};
use crate::ground::fs;
use crate::ground::paths::{OutPath, SrcPath};
use crate::ground::rule::Rule;
use crate::ground::source::Source;
use crate::ground::step::Step;
use crate::render::templates::value_of;
use crate::render::world::{Data, Probe};

/// Reads and parses all Markdown sources, in parallel.
pub fn articles(
    root: &Path,
    files: &[MarkdownFile],
    options: &Digested<ParseOptions>,
) -> (Vec<Arc<Article>>, Vec<Diagnostic>) {
    let parsed: Vec<_> = files
        .par_iter()
        .map(|file| article(root, file, options))
        .collect();
    let mut articles = Vec::with_capacity(parsed.len());
    let mut diagnostics = Vec::new();
    for result in parsed {
        match result {
            Ok(article) => articles.push(Arc::new(article)),
            Err(found) => diagnostics.extend(found),
        }
    }
    (articles, diagnostics)
}

fn article(
    root: &Path,
    file: &MarkdownFile,
    options: &Digested<ParseOptions>,
) -> Result<Article, Vec<Diagnostic>> {
    let bytes = fs::read(&file.path.under(root))
        .map_err(|error| vec![fs::unreadable(&file.path, &error)])?;
    let digest = Digest::of_bytes(&bytes);
    let text = fs::utf8(&file.path, bytes).map_err(|found| vec![found])?;
    let step = ParseArticle {
        source: &file.path,
        text: &text,
        digest,
        folder: &file.folder,
        kind: file.kind,
        options,
    };
    step.run()
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

/// Digests files that are copied, and measures the images among them.
pub fn probes(
    root: &Path,
    paths: &BTreeSet<&SrcPath>,
) -> (BTreeMap<SrcPath, Probe>, Vec<Diagnostic>) {
    let paths: Vec<&SrcPath> = paths.iter().copied().collect();
    let read: Vec<_> = paths
        .par_iter()
        .map(|path| {
            let bytes =
                fs::read(&path.under(root)).map_err(|error| fs::unreadable(path, &error))?;
            Ok((
                (*path).clone(),
                Probe {
                    digest: Digest::of_bytes(&bytes),
                    size: image_size(&bytes),
                },
            ))
        })
        .collect();
    let mut probes = BTreeMap::new();
    let mut diagnostics = Vec::new();
    for result in read {
        match result {
            Ok((path, probe)) => {
                probes.insert(path, probe);
            }
            Err(found) => diagnostics.push(found),
        }
    }
    (probes, diagnostics)
}
