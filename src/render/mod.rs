//! From the resolved site to bytes: the plan of all outputs, and each output.
//!
//! Invariant: rendering an output reads its typed inputs and nothing else.

pub mod answers;
pub mod feed;
pub mod html;
pub mod inputs;
pub mod links;
pub mod meta_box;
pub mod named;
pub mod output;
pub mod page;
pub mod page_input;
pub mod plan;
pub mod print;
pub mod site_input;
pub mod sitemap;
pub mod templates;
pub mod theme;
pub mod theme_files;
pub mod world;
