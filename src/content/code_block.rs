//! Fenced code: what its info string asks for, and the markup around the code.
//!
//! [`Fence::parse`] understands what people already have: `rust,ignore`,
//! `{.rust}`, `{file="x"}`, and the attributes of the better known generators.
//! [`write()`] makes the markup; the highlighting of the code itself comes from
//! its caller. Invariant: lines are wrapped in elements only where a feature
//! of lines is asked for.

mod console;
mod fence;
mod markup;

use serde::{Deserialize, Serialize};

pub use markup::write;

use crate::ground::rule::Rule;

/// What a fence asks for: ```` ```rust {title="a.rs" hl="2-3"} ````.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fence {
    /// The language as written, such as `rust`; empty if none.
    pub language: String,
    /// Title or file name.
    pub title: Option<String>,
    /// Whether lines are numbered; `None` leaves it to the site.
    pub line_numbers: Option<bool>,
    /// Number of the first line.
    pub first_line: u32,
    /// Lines to highlight, from 1, as inclusive ranges.
    pub highlighted: Vec<(u32, u32)>,
    /// Added lines.
    pub added: Vec<(u32, u32)>,
    /// Removed lines.
    pub removed: Vec<(u32, u32)>,
    /// A console session: prompts are shown and not copied.
    pub console: bool,
}

/// A complaint about an info string: rule, byte range within it, message, help.
pub type FenceProblem = (Rule, std::ops::Range<usize>, String, Option<String>);

impl Fence {
    /// Reads an info string. What it cannot understand it reports and skips;
    /// words that mean something to other tools (`ignore`, `no_run`,
    /// `editable`) are skipped without a word.
    pub fn parse(info: &str) -> (Self, Vec<FenceProblem>) {
        fence::parse(info)
    }
}
