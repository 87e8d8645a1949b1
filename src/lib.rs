//! Guidepost: a static site generator for maintenance guides.
//!
//! One flow: scan, parse, resolve, plan, render, write, publish. The layers,
//! lowest first: [`ground`], [`engine`], [`content`], [`site`], [`render`],
//! [`edge`], [`cli`]. Lower layers never import higher ones; a test reads the imports and says so.

pub mod cli;
pub mod content;
pub mod edge;
pub mod engine;
pub mod ground;
pub mod render;
pub mod site;
