//! The engine: what was computed and written before.
//!
//! It knows keys, digests and paths; nothing here knows what a page is.

pub mod manifest;
pub mod memo;
