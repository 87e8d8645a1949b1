//! Similar guides, with the reason for each.

use crate::content::terms::Terms;

/// A guide that resembles another.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Similar {
    /// Index of the guide in the slice given to [`similar`].
    pub guide: usize,
    /// Labels of the strongest shared terms, at most three.
    pub shared: Vec<String>,
}

/// The guides most similar to each guide, best first, at most `count` each.
///
/// `guides[i]` are the terms of guide `i`; the order of the slice breaks ties
/// and must be stable. Deterministic for any thread count.
pub fn similar(guides: &[&Terms], count: usize) -> Vec<Vec<Similar>> {
    let _ = (guides, count);
    todo!()
}
