//! What one file says: configuration, front matter, Markdown, code.
//!
//! Everything here is a pure function of one file's bytes and the
//! configuration. Invariant: nothing in this layer knows another page; what it
//! needs to be told of others comes in through [`markdown::Surroundings`].

pub mod article;
pub mod code_block;
pub mod config;
pub mod config_reader;
pub mod data;
pub mod front_matter;
pub mod front_matter_reader;
pub mod highlight;
pub mod image_size;
pub mod kept;
pub mod markdown;
pub mod node;
pub mod packed;
pub mod permalink;
pub mod publish_address;
mod reader;
pub mod slug;
pub mod terms;
