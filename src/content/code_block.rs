//! Fenced code: what its info string asks for, and the markup around the code.

use serde::{Deserialize, Serialize};

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
    /// Reads an info string. What it cannot understand it reports and skips.
    pub fn parse(info: &str) -> (Self, Vec<FenceProblem>) {
        let _ = info;
        todo!()
    }
}
