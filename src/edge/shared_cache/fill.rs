//! Filling a shared cache without building a site.
//!
//! Guides below some folders are parsed and their code highlighted as a build
//! does, and what the remote lacks is given to it. Several machines can share
//! the work of a large site this way. Nothing is written on this machine.
//!
//! Invariant: what is given is what a build of the same site would ask for.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::PathBuf;
use std::time::Duration;

use rayon::prelude::*;

use super::remote::{ARTICLES, BLOCKS};
use super::{Access, Exchanged, Shared};
use crate::content::article::{Article, ParseOptions};
use crate::content::code_block::Fence;
use crate::content::config::Config;
use crate::content::highlight::{HighlightBlock, Highlighted, Plain, Spans};
use crate::content::markdown;
use crate::content::markdown::surroundings::{
    Hook, Link, ShortcodeAnswer, ShortcodeCall, Surroundings, TemplateFailure,
};
use crate::edge::build::{BuildError, BuildOptions, program_id};
use crate::edge::frame::Frame;
use crate::edge::gather::Parsing;
use crate::edge::scan::MarkdownFile;
use crate::engine::shared_pack::Entry;
use crate::ground::diagnostic::{self, Diagnostic};
use crate::ground::digest::{Digest, Digested};
use crate::ground::fs;
use crate::ground::source::Source;
use crate::ground::step::Step as _;

/// How long filling waits for a remote that does not answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Guides gone through before anything is given.
const AT_ONCE: usize = 4096;

/// What filling came to.
#[derive(Debug, Default)]
pub struct Filled {
    /// Guides that were looked at.
    pub guides: usize,
    /// Guides that had to be parsed.
    pub parsed: usize,
    /// Blocks that had to be highlighted.
    pub highlighted: usize,
    /// What was exchanged.
    pub exchanged: Exchanged,
    /// What was found in guides that cannot be parsed.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why nothing was filled.
#[derive(Debug)]
pub enum FillError {
    /// The site cannot be read.
    Site(BuildError),
    /// The site names no shared cache.
    NoRemote,
    /// Nothing may be given to it.
    ReadOnly,
    /// The shared cache cannot be read, and why.
    Unreachable(String),
    /// The folder is not below the site's content.
    NotContent(PathBuf),
}

impl From<BuildError> for FillError {
    fn from(error: BuildError) -> Self {
        Self::Site(error)
    }
}

/// Parses and highlights the guides below `folders`, or all of them where none
/// is named, and gives what the remote lacks.
///
/// # Errors
///
/// Only where nothing could be begun.
pub fn fill(options: &BuildOptions, folders: &[PathBuf]) -> Result<Filled, FillError> {
    let frame = Frame::read(options)?;
    let access = options.shared.clone().unwrap_or_default();
    let settings = &frame.config.cache;
    if settings.remote.is_none() {
        return Err(FillError::NoRemote);
    }
    if settings.remote_read_only || access.read_only {
        return Err(FillError::ReadOnly);
    }
    let root = frame.layout.root.clone();
    let content = root.join(frame.layout.content);
    let folders: Vec<PathBuf> = folders.iter().map(|folder| fs::absolute(folder)).collect();
    if let Some(odd) = folders
        .iter()
        .find(|folder| !folder.starts_with(&content) || !fs::is_folder(folder))
    {
        return Err(FillError::NotContent(odd.clone()));
    }
    let patient = Access {
        patience: access.patience.max(PATIENCE),
        ..access
    };
    let shared =
        Shared::start(settings, &patient, &root, program_id()).ok_or(FillError::NoRemote)?;
    let frame = frame.walked();
    let mut filled = Filled::default();
    let Some(known) = shared.known() else {
        let why = shared.finish(Vec::new()).warning.unwrap_or_default();
        return Err(FillError::Unreachable(why));
    };
    let there = known.entries();
    let filling = Filling {
        config: &frame.config,
        options: Digested::new(ParseOptions::of(&frame.config)),
        root,
        there,
    };
    let files: Vec<&MarkdownFile> = frame
        .scan
        .markdown
        .iter()
        .filter(|file| {
            let path = file.path.under(&filling.root);
            folders.is_empty() || folders.iter().any(|folder| path.starts_with(folder))
        })
        .collect();
    filled.guides = files.len();
    let mut blocks = HashSet::new();
    for files in files.chunks(AT_ONCE) {
        let made: Vec<_> = files
            .par_iter()
            .filter_map(|file| filling.make(file).transpose())
            .collect();
        let mut wanted = Vec::new();
        for made in made {
            match made {
                Ok(made) => {
                    filled.parsed += 1;
                    wanted.extend(
                        made.blocks
                            .iter()
                            .filter(|(key, ..)| blocks.insert(*key))
                            .cloned(),
                    );
                    let needs = made
                        .blocks
                        .into_iter()
                        .map(|(key, ..)| key)
                        .collect::<Vec<_>>();
                    shared.page(&made.article.source, &needs);
                    shared.parsed(&made.article, made.key);
                }
                Err(found) => filled.diagnostics.extend(found),
            }
        }
        wanted.retain(|(key, ..)| !filling.there.contains(&(BLOCKS, *key)));
        filled.highlighted += wanted.len();
        let entries: Vec<Entry> = wanted
            .par_iter()
            .filter_map(|(key, language, code)| {
                let spans = HighlightBlock { language, code }.run();
                let value = postcard::to_stdvec(&spans).unwrap_or_default();
                let none = Digest::default();
                Entry::new(&shared.seal, BLOCKS, *key, &value, none, Vec::new())
            })
            .collect();
        let mut gifts = shared.gifts_of_articles(&filling.there);
        gifts.extend(entries);
        shared.give(gifts);
    }
    diagnostic::sort(&mut filled.diagnostics);
    filled.exchanged = shared.finish(Vec::new());
    Ok(filled)
}

struct Filling<'a> {
    config: &'a Config,
    options: Digested<ParseOptions>,
    root: PathBuf,
    /// What the remote has.
    there: HashSet<(u8, Digest)>,
}

/// A block of code: the key of the step that highlights it, its language and
/// its text.
type Block = (Digest, String, String);

struct Parsed {
    article: Article,
    key: Digest,
    blocks: Vec<Block>,
}

impl Filling<'_> {
    /// Parses a guide, unless the remote has it.
    fn make(&self, file: &MarkdownFile) -> Result<Option<Parsed>, Vec<Diagnostic>> {
        let unreadable = |found| vec![found];
        let bytes = fs::read(&file.path.under(&self.root))
            .map_err(|error| vec![fs::unreadable(&file.path, &error)])?;
        let parsing = Parsing {
            file,
            digest: Digest::of_bytes(&bytes),
            options: &self.options,
        };
        let key = parsing.step("").key();
        if self.there.contains(&(ARTICLES, key)) {
            return Ok(None);
        }
        let text = fs::utf8(&file.path, bytes).map_err(unreadable)?;
        let article = parsing.step(&text).run()?;
        let blocks = self.blocks(&article, &text);
        Ok(Some(Parsed {
            article,
            key,
            blocks,
        }))
    }

    fn blocks(&self, article: &Article, text: &str) -> Vec<Block> {
        if !self.config.highlight.enabled {
            return Vec::new();
        }
        let own = article.own.text.get();
        let listener = Listener::default();
        markdown::render(
            &Source::new(article.source.clone(), text),
            own.body,
            own.declared_title.as_deref(),
            &self.config.markdown,
            &listener,
        );
        listener.blocks.into_inner()
    }
}

/// Hears which blocks of code a body has; everything else is as good as
/// anything.
#[derive(Default)]
struct Listener {
    blocks: RefCell<Vec<Block>>,
}

impl Surroundings for Listener {
    fn link(&self, target: &str) -> Link {
        Link::To {
            href: target.to_owned(),
            size: None,
        }
    }

    fn image(&self, target: &str) -> Link {
        self.link(target)
    }

    fn credit(&self, _: &str, _: &str) -> Option<String> {
        None
    }

    fn highlight(&self, fence: &Fence, code: &str) -> Highlighted {
        let step = HighlightBlock {
            language: &fence.language,
            code,
        };
        let block = (step.key(), fence.language.clone(), code.to_owned());
        self.blocks.borrow_mut().push(block);
        Spans::plain(Plain::Asked).html(code)
    }

    fn has_hook(&self, _: &'static str) -> bool {
        false
    }

    fn hook(&self, _: &Hook<'_>) -> Result<String, TemplateFailure> {
        Ok(String::new())
    }

    fn shortcode(&self, _: &ShortcodeCall<'_>) -> ShortcodeAnswer {
        ShortcodeAnswer::Html(String::new())
    }
}
