//! Onlookers: who waits for a rebuild, and what they are looking at.
//!
//! A build that has thousands of pages to make makes those first that somebody
//! looks at, puts them in place and says so; the rest follows. It may be told
//! to give up between any two pages. Nothing is decided here but which outputs
//! come first. Invariant: a build without onlookers is as if there were none,
//! and one with them ends with the same site.

use std::collections::HashSet;

use crate::engine::facts::Facts;
use crate::ground::paths::OutPath;
use crate::render::plan::{Job, Planned};

/// Hears of outputs that stand, and whether each was put in place just now.
pub type Ahead<'a> = &'a (dyn Fn(&[(OutPath, bool)]) + Sync);

/// Who waits for a rebuild.
#[derive(Clone, Copy)]
pub struct Onlookers<'a> {
    /// The outputs that they look at.
    pub open: &'a [OutPath],
    /// Hears of outputs, before the rest is made, that they stand, and of each
    /// whether it was put in place just now. Those are as they were if the build
    /// then fails or is given up.
    pub ahead: Ahead<'a>,
    /// Is asked again and again whether to give up.
    pub given_up: &'a (dyn Fn() -> bool + Sync),
}

impl Onlookers<'static> {
    /// Nobody.
    pub const NONE: Self = Self {
        open: &[],
        ahead: &|_| {},
        given_up: &|| false,
    };
}

/// How a build ended that no error ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All that there was to do was done.
    Done,
    /// It was given up, and nothing was changed.
    GivenUp,
}

/// Splits a plan into what onlookers need first and the rest: the open pages,
/// with the style and script that they name and files that were not there
/// before. All is the rest where none of those pages is planned.
pub(super) fn in_order<'p>(
    planned: &'p [Planned],
    open: &[OutPath],
    facts: Option<&Facts>,
) -> (Vec<&'p Planned>, Vec<&'p Planned>) {
    let open: HashSet<&OutPath> = open.iter().collect();
    if !planned.iter().any(|planned| open.contains(&planned.path)) {
        return (Vec::new(), planned.iter().collect());
    }
    let is_new = |path: &OutPath| facts.is_none_or(|facts| !facts.outputs.contains_key(path));
    planned.iter().partition(|planned| match planned.job {
        Job::Style | Job::Script | Job::ThemeFile(_) => true,
        Job::Copy(_) => is_new(&planned.path),
        _ => open.contains(&planned.path),
    })
}
