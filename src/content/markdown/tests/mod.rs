//! Tests of Markdown as a whole, by what is asked of it.

mod calls;
mod elements;
mod facts;
mod hostile;
mod raw;
