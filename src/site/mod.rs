//! The whole site, resolved from cards alone.
//!
//! Invariant: nothing in this layer reads a body; what a page tells the rest
//! of the site stands in its card. A site is resolved from nothing or with a
//! [`Memory`] of the last time, and is the same either way.

mod assets;
mod give;
pub mod given;
pub mod links;
pub mod memory;
mod order;
pub mod pagination;
pub mod publication;
pub mod resolve;
pub mod section;
pub mod similar;
pub mod taxonomy;
pub mod urls;

pub use given::Given;
pub use memory::Memory;
pub use resolve::{Page, Site};
