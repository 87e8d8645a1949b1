//! The engine: what was computed and written before.
//!
//! It knows keys, digests, paths and bytes; nothing here knows what a page is.
//! Invariant: losing any file of the cache costs time and nothing else; the
//! manifest, which says what may be deleted, is not part of it.

pub mod cache;
pub mod facts;
pub mod log;
pub mod manifest;
pub mod memo;
pub mod pack;
pub mod seal;
pub mod shared_pack;
pub mod stamp;
pub mod store;
