//! The filesystem, with errors that name their path.
//!
//! Invariant: this is the only module of the crate that names `std::fs`.
