//! Guidepost: a static site generator for maintenance guides.
//!
//! One flow: scan, parse, resolve, plan, render, write, publish. The layers,
//! lowest first: [`ground`], [`content`], [`site`], [`render`]. Lower layers
//! never import higher ones; a test reads the imports and says so.

pub mod content;
pub mod ground;
pub mod render;
pub mod site;
