//! Tests of Markdown as a whole, by what is asked of it.

mod autolinks;
mod calls;
mod elements;
mod facts;
mod hiding;
mod hooks;
mod hostile;
mod raw;
