//! Publish: takes the built site live, and only what differs.
//!
//! A target remembers what was published to it. That, and the objects of this
//! build, give a pure plan; guards look at it; then the target is claimed and
//! the plan carried out, stage by stage. Nothing here builds, and nothing is
//! sent that the build's own record does not vouch for.
//!
//! Invariants: a reader never finds a page that refers to what is not there;
//! nothing is deleted unless everything before it succeeded; an object that
//! Guidepost did not put there is never touched unless `--adopt` says so; no
//! credential is in anything that is printed or put on a target.
//!
//! Targets that are no object store (a git branch, a host behind SSH) take the
//! same [`Plan`]; what differs is who reads [`Standing`] and who carries the
//! plan out: see `host`.

pub mod claim;
pub(super) mod client;
pub mod entry;
pub mod guard;
pub mod headers;
mod host;
pub mod made;
pub mod plan;
#[cfg(test)]
mod plan_tests;
pub mod publication;
pub mod remote;
pub mod retry;
mod rollback;
pub mod run;
pub mod session;
pub mod stores;
mod survey;

pub use entry::Entry;
pub use guard::Refusal;
pub use plan::{Plan, Standing, Wanted};
pub use publication::Publication;
pub use remote::Remote;
