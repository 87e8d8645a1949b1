//! The terms that stand for a guide when similar guides are sought.
//!
//! At most [`MOST_TERMS`] a guide, with quantized weights, computed from the
//! guide alone: no statistics over the corpus, which every edit would move.

use serde::{Deserialize, Serialize};

use super::config::SimilarOptions;
use super::front_matter::FrontMatter;
use super::markdown::Body;

/// Terms kept of a guide.
pub const MOST_TERMS: usize = 32;

/// What a guide is about, in few and stable terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Terms sorted by text.
    pub terms: Vec<Term>,
}

/// One term of a guide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The folded form by which terms are compared, with its kind:
    /// `tag:…`, `meta:…` or `word:…`.
    pub key: String,
    /// The words shown as the reason.
    pub label: String,
    /// Quantized weight, 1 to 15.
    pub weight: u8,
}

/// The terms of a guide.
pub fn terms(title: &str, front: &FrontMatter, body: &Body, options: &SimilarOptions) -> Terms {
    let _ = (title, front, body, options);
    todo!()
}
