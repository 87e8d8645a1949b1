//! Steps: the pure functions that the engine memoizes.
//!
//! A step is a struct whose serialized fields are its key. `run` takes nothing
//! but `&self`, so what a step can read is in its key. Invariant: no step
//! reads a file, the clock, the environment or a global that can change.

use serde::Serialize;

use super::digest::Digest;

/// A pure computation that is keyed by its own fields.
pub trait Step: Serialize {
    /// Separates the keys of steps whose fields happen to be equal.
    const NAME: &'static str;
    /// What the step makes: values and the diagnostics that belong to them.
    type Output;

    /// Computes the output from the fields and nothing else.
    fn run(&self) -> Self::Output;

    /// The digest that decides whether the step has to run.
    fn key(&self) -> Digest {
        #[cfg(feature = "faults")]
        return super::fault::key(Self::NAME, self);
        #[cfg(not(feature = "faults"))]
        Digest::of_named(Self::NAME, self)
    }
}
