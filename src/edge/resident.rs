//! Residents: what a build finds in memory that the one before left there.
//!
//! For whoever builds again and again in one process: parsed articles, what was
//! worked out of the site, and what each output was made from. The cache knows
//! all of it too, but has to read it, work it out and write it out again.
//! Invariant: a build with residents makes what one without them makes.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::gather::Parsing;
use crate::content::article::{Article, ParseOptions};
use crate::ground::digest::{Digest, Digested};
use crate::ground::paths::{OutPath, SrcPath};
use crate::render::print::Print;
use crate::site::Memory;

/// What stays in memory between builds.
#[derive(Debug, Default)]
pub(super) struct Resident {
    /// Whether a build has gone through the whole site and left it here.
    pub(super) is_filled: bool,
    /// Articles with the keys of the steps that parsed them.
    pub(super) articles: HashMap<SrcPath, (Digest, Arc<Article>)>,
    /// Digest of the options that they were parsed with.
    options: Option<Digest>,
    /// What was worked out of the site.
    pub(super) site: Memory,
    /// What outputs were made from, with the keys of their steps.
    prints: HashMap<OutPath, (Print, Digest)>,
    /// What they all stand on.
    ground: Option<Digest>,
}

impl Resident {
    /// Lets go of articles that were parsed with other options.
    pub(super) fn fit(&mut self, options: &Digested<ParseOptions>) {
        if self.options != Some(options.digest()) {
            self.articles.clear();
            self.options = Some(options.digest());
        }
    }

    /// The article of a source and the key of the step that parsed it, if it is
    /// the same step.
    pub(super) fn article(&self, parsing: &Parsing<'_>) -> Option<(Digest, &Arc<Article>)> {
        let (key, article) = self.articles.get(&parsing.file.path)?;
        let same = article.digest == parsing.digest
            && article.kind == parsing.file.kind
            && article.folder == parsing.file.folder;
        same.then_some((*key, article))
    }

    /// Lets go of the articles of sources that are gone.
    pub(super) fn keep(&mut self, present: &HashSet<SrcPath>) {
        self.articles.retain(|path, _| present.contains(path));
    }

    /// What tells outputs that stand on this ground.
    pub(super) fn on(&self, ground: Option<Digest>) -> Prints<'_> {
        Prints {
            known: (ground.is_some() && self.ground == ground).then_some(&self.prints),
        }
    }

    /// Takes in what the outputs of a build that went well were made from.
    pub(super) fn settle(
        &mut self,
        ground: Option<Digest>,
        made: impl Iterator<Item = (OutPath, Digest, Print)>,
        is_planned: impl Fn(&OutPath) -> bool,
    ) {
        if ground.is_none() || self.ground != ground {
            self.prints.clear();
        }
        self.ground = ground;
        self.prints.retain(|path, _| is_planned(path));
        if ground.is_some() {
            self.prints
                .extend(made.map(|(path, key, print)| (path, (print, key))));
        }
    }

    /// Takes in what outputs that stand were made from, of a build that was
    /// given up. What is known of another ground counts for more: the site
    /// still stands on it.
    pub(super) fn settle_partly(
        &mut self,
        ground: Option<Digest>,
        stands: impl Iterator<Item = (OutPath, Digest, Print)>,
    ) {
        if ground.is_some() && (self.ground == ground || self.prints.is_empty()) {
            self.ground = ground;
            self.prints
                .extend(stands.map(|(path, key, print)| (path, (print, key))));
        }
    }
}

/// What tells that outputs are made from the same as before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prints<'a> {
    known: Option<&'a HashMap<OutPath, (Print, Digest)>>,
}

impl Prints<'_> {
    /// Whether the output that stands there, made by a step of this key, was
    /// made from the same.
    pub(super) fn tell(&self, path: &OutPath, key: Digest, print: &Print) -> bool {
        let known = self.known.and_then(|known| known.get(path));
        known.is_some_and(|(known, made_by)| *made_by == key && known.is(print))
    }
}
