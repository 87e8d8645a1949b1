//! From `guidepost.toml` to a [`Config`], with every complaint.

use super::config::Config;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::source::Source;

/// Reads a configuration. Where diagnostics hold an error, the configuration
/// returned beside them is not to be used for a build.
pub fn read(source: &Source<'_>) -> (Config, Vec<Diagnostic>) {
    let _ = source;
    todo!()
}
