//! The whole site, resolved from cards alone.
//!
//! Invariant: nothing in this layer reads a body; what a page tells the rest
//! of the site stands in its card.

pub mod similar;
