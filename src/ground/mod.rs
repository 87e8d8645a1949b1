//! The ground: values and rules that every other layer stands on.
//!
//! Nothing here knows what an article is. Invariant: this layer imports no
//! other layer of the crate, and [`fs`] is the only module of the crate that
//! names `std::fs`.

pub mod date;
pub mod diagnostic;
pub mod digest;
pub mod fault;
pub mod fs;
pub mod paths;
pub mod rule;
pub mod source;
pub mod step;
pub mod suggest;
pub mod value;
