//! The full look: whether everything is what is remembered of it.
//!
//! Events say what changed at once; that they said all of it is found out
//! here, in the quiet after a rebuild. Nothing is built here and no memory but
//! stamps is changed, and a look may be given up at any time.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rayon::prelude::*;

use super::warm::Warm;
use crate::edge::build::BuildError;
use crate::edge::changes::{Changes, Touched};
use crate::edge::frame::Frame;
use crate::edge::scan::{self, Scan};
use crate::engine::facts::{OutputFact, SourceFact};
use crate::engine::stamp::{Moment, Stamped};
use crate::ground::digest::Digest;
use crate::ground::fs;
use crate::ground::paths::{OutPath, SrcPath};

/// What a full look found.
#[derive(Debug, PartialEq, Eq)]
pub enum Looked {
    /// It was given up.
    GivenUp,
    /// All is as it is remembered.
    Whole,
    /// This is not.
    Missed {
        /// Sources.
        changes: Changes,
        /// Files of the tree that do not stand as they were left.
        outputs: usize,
    },
}

/// How a file compares with what is remembered of it.
enum Found {
    Stands,
    /// It was read, and is what it was; this is its stamp from now on.
    Restamped(Stamped),
    Differs,
}

impl Warm {
    /// Looks at every source and every output. `given_up` is asked again and
    /// again whether to stop.
    ///
    /// # Errors
    ///
    /// The clock cannot be asked.
    pub fn look(&mut self, given_up: &(dyn Fn() -> bool + Sync)) -> Result<Looked, BuildError> {
        let Some(frame) = &self.frame else {
            return Ok(Looked::Whole);
        };
        let layout = self.options.layout()?;
        let mut touched = Touched::default();
        if layout.content != frame.layout.content {
            touched.folders.insert(String::new());
        }
        let scan = scan::scan_unless(&layout, &frame.config.ignore, given_up);
        if given_up() {
            return Ok(Looked::GivenUp);
        }
        moved(&frame.scan, &scan, &mut touched.files);
        let Some(changed) = self.changed_sources(given_up)? else {
            return Ok(Looked::GivenUp);
        };
        touched.files.extend(changed);
        // What failed to build is known to differ.
        touched.files.retain(|path| !self.pending.may_hold(path));
        let Some(fallen) = self.fallen(given_up)? else {
            return Ok(Looked::GivenUp);
        };
        if touched.is_empty() && fallen.is_empty() {
            return Ok(Looked::Whole);
        }
        let outputs = fallen.len();
        self.tree.broken = std::sync::Arc::new(fallen);
        Ok(Looked::Missed {
            changes: Changes::Only(touched),
            outputs,
        })
    }

    /// Sources whose bytes are not what is remembered; `None` if given up.
    fn changed_sources(
        &mut self,
        given_up: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Vec<SrcPath>>, BuildError> {
        let Some(Frame { layout, .. }) = &self.frame else {
            return Ok(Some(Vec::new()));
        };
        let moment = Moment::now(&layout.root, &layout.cache)?;
        let sources = &self.cache.facts().sources;
        let known = sources
            .par_iter()
            .map(|(path, fact)| (path, path.under(&layout.root), &fact.stamped));
        let Some((restamped, changed)) = compare_all(known, moment, given_up) else {
            return Ok(None);
        };
        for (path, stamped) in restamped {
            if let Some(fact) = self.cache.facts().sources.get(&path).cloned() {
                let fact = SourceFact { stamped, ..fact };
                self.cache.set_source(&path, Some(fact));
            }
        }
        Ok(Some(changed))
    }

    /// Files of the tree that do not stand as they were left; `None` if given
    /// up.
    pub(super) fn fallen(
        &mut self,
        given_up: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<BTreeSet<OutPath>>, BuildError> {
        let layout = self.options.layout()?;
        let moment = Moment::now(&layout.cache, &layout.cache)?;
        let outputs = &self.cache.facts().outputs;
        let known = outputs
            .par_iter()
            .map(|(path, fact)| (path, path.under(&layout.out), &fact.stamped));
        let Some((restamped, fallen)) = compare_all(known, moment, given_up) else {
            return Ok(None);
        };
        for (path, stamped) in restamped {
            if let Some(fact) = self.cache.facts().outputs.get(&path).cloned() {
                let fact = OutputFact { stamped, ..fact };
                self.cache.set_output(&path, Some(fact));
            }
        }
        Ok(Some(fallen.into_iter().collect()))
    }
}

/// Files that are what they were and have another stamp, and those that differ.
type Compared<P> = (Vec<(P, Stamped)>, Vec<P>);

/// Compares files with what is remembered of them; `None` if given up.
fn compare_all<'f, P: Clone + Send + Sync + 'f>(
    known: impl ParallelIterator<Item = (&'f P, PathBuf, &'f Stamped)>,
    moment: Moment,
    given_up: &(dyn Fn() -> bool + Sync),
) -> Option<Compared<P>> {
    let found: Vec<(P, Found)> = known
        .filter(|_| !given_up())
        .map(|(path, file, stamped)| (path, compare(&file, stamped, moment)))
        .filter(|(_, found)| !matches!(found, Found::Stands))
        .map(|(path, found)| (path.clone(), found))
        .collect();
    if given_up() {
        return None;
    }
    let mut compared = (Vec::new(), Vec::new());
    for (path, found) in found {
        match found {
            Found::Restamped(stamped) => compared.0.push((path, stamped)),
            Found::Stands | Found::Differs => compared.1.push(path),
        }
    }
    Some(compared)
}

/// Compares a file with its stamp, and reads it where its stat cannot tell.
fn compare(file: &std::path::Path, known: &Stamped, moment: Moment) -> Found {
    let stat = fs::stat(file);
    if known.stands(stat) {
        return Found::Stands;
    }
    let Some(stat) = stat.filter(|stat| stat.size == known.stat.size) else {
        return Found::Differs;
    };
    match fs::read(file) {
        Ok(bytes) if Digest::of_bytes(&bytes) == known.digest => {
            Found::Restamped(moment.stamp(stat, known.digest))
        }
        _ => Found::Differs,
    }
}

/// Files that are in one scan and not in the other.
fn moved(before: &Scan, after: &Scan, moved: &mut BTreeSet<SrcPath>) {
    let paths = |scan: &Scan| -> BTreeSet<SrcPath> {
        let guides = scan.markdown.iter().map(|file| &file.path);
        let others = scan.templates.iter().chain(&scan.statics).chain(&scan.data);
        guides.chain(others).chain(&scan.assets).cloned().collect()
    };
    let same = before.markdown == after.markdown
        && before.assets == after.assets
        && before.templates == after.templates
        && before.statics == after.statics
        && before.data == after.data;
    if !same {
        let (before, after) = (paths(before), paths(after));
        moved.extend(before.symmetric_difference(&after).cloned());
    }
}
