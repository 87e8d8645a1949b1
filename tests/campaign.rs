//! Campaigns: long, seeded trials of what must always hold of a build.
//!
//! Each campaign drives Guidepost as a black box, through the library's
//! `build` or the binary, and holds what an incremental build leaves against
//! a clean build of the same sources. Sizes, seeds and commands are in
//! `tests/campaigns/README.md`.

#[path = "campaigns/mod.rs"]
mod campaigns;
