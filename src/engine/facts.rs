//! Facts: what is known of sources, of outputs and of the last build.
//!
//! Facts are small and are all in memory; what they point to is not. Invariant:
//! facts follow from the changes that were recorded, in their order, and the
//! changes that make facts anew are all of them.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use super::pack::Slot;
use super::stamp::Stamped;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::Digest;
use crate::ground::paths::{OutPath, SrcPath};

/// What is known of a source file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceFact {
    /// The file as it was found.
    pub stamped: Stamped,
    /// What parsing it came to, for sources that are parsed.
    pub parsed: Option<Parsed>,
    /// Width and height in pixels, for images.
    pub size: Option<(u32, u32)>,
    /// What was found in it.
    pub diagnostics: Vec<Diagnostic>,
}

/// A parsed source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parsed {
    /// Key of the step that parsed it.
    pub key: Digest,
    /// Digest of all that the rest of the site may know of it.
    pub card: Digest,
    /// Where the value stands.
    pub slot: Slot,
}

/// What is known of an output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputFact {
    /// The file as it was left.
    pub stamped: Stamped,
    /// Key of the step that made it.
    pub key: Digest,
    /// Where what it was made from stands, for pages.
    pub slot: Option<Slot>,
    /// What was found while it was made.
    pub diagnostics: Vec<Diagnostic>,
}

/// Facts by source. The paths are the site's own: nobody else chooses them.
pub type Sources = HashMap<SrcPath, SourceFact, FxBuildHasher>;

/// Facts by output.
pub type Outputs = HashMap<OutPath, OutputFact, FxBuildHasher>;

/// All facts.
#[derive(Debug, Default)]
pub struct Facts {
    /// By source.
    pub sources: Sources,
    /// By output.
    pub outputs: Outputs,
    /// About the build as a whole, in the words of whoever keeps it.
    pub build: Option<Vec<u8>>,
}

/// A fact that is new or, where there is `None`, gone.
#[derive(Serialize, Deserialize)]
pub(super) enum Change {
    Source(SrcPath, Option<SourceFact>),
    Output(OutPath, Option<OutputFact>),
    Build(Vec<u8>),
}

impl Facts {
    pub(super) fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Source(path, Some(fact)) => {
                    self.sources.insert(path, fact);
                }
                Change::Source(path, None) => {
                    self.sources.remove(&path);
                }
                Change::Output(path, Some(fact)) => {
                    self.outputs.insert(path, fact);
                }
                Change::Output(path, None) => {
                    self.outputs.remove(&path);
                }
                Change::Build(build) => self.build = Some(build),
            }
        }
    }

    /// All facts, in order of paths, as the changes that make them.
    pub(super) fn all_changes(&self) -> Vec<Change> {
        let mut sources: Vec<_> = self.sources.iter().collect();
        let mut outputs: Vec<_> = self.outputs.iter().collect();
        sources.sort_by_key(|(path, _)| *path);
        outputs.sort_by_key(|(path, _)| *path);
        sources
            .into_iter()
            .map(|(path, fact)| Change::Source(path.clone(), Some(fact.clone())))
            .chain(
                outputs
                    .into_iter()
                    .map(|(path, fact)| Change::Output(path.clone(), Some(fact.clone()))),
            )
            .chain(self.build.clone().map(Change::Build))
            .collect()
    }
}
