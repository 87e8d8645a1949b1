//! The whole site, resolved from cards alone.
//!
//! Invariant: nothing in this layer reads a body; what a page tells the rest
//! of the site stands in its card.

pub mod links;
pub mod pagination;
pub mod publication;
pub mod resolve;
pub mod section;
pub mod similar;
pub mod taxonomy;
pub mod urls;

pub use resolve::{Page, Site};
