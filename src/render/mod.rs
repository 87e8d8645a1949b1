//! From the resolved site to bytes: the plan of all outputs, and each output.
//!
//! Invariant: rendering an output reads its typed inputs and nothing else.

pub mod html;
pub mod inputs;
pub mod meta_box;
pub mod templates;
pub mod theme;
