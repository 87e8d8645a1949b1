//! `guidepost synth`: made-up guides, for load tests.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::build::shown_path;
use super::context::Context;
use crate::edge::synth::{MOST_GUIDES, SynthError, synthesize};
use crate::ground::fs;

#[derive(Args)]
pub(super) struct SynthArguments {
    /// How many guides
    #[arg(value_name = "N", value_parser = guides)]
    guides: usize,
    /// Another number, other guides
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// The folder, which is empty or not there yet
    dir: PathBuf,
}

fn guides(text: &str) -> Result<usize, String> {
    match text.replace('_', "").parse() {
        Ok(guides) if guides <= MOST_GUIDES => Ok(guides),
        _ => Err(format!("expected a number up to {MOST_GUIDES}")),
    }
}

pub(super) fn run(context: &Context, arguments: &SynthArguments) -> ExitCode {
    let dir = fs::absolute(&arguments.dir);
    match synthesize(arguments.guides, arguments.seed, &dir) {
        Ok(written) => {
            context.say(&format!(
                "Wrote {} guides, {} files, {}.{} MB; in {}",
                arguments.guides,
                written.files,
                written.bytes / 1_000_000,
                written.bytes / 100_000 % 10,
                shown_path(&dir),
            ));
            ExitCode::SUCCESS
        }
        Err(SynthError::NotEmpty(dir)) => context.trouble(
            &format!("`{}` is not empty", shown_path(&dir)),
            Some("name a folder that is empty or not there yet"),
        ),
        Err(SynthError::Io(error)) => context.trouble(&error.to_string(), None),
    }
}
