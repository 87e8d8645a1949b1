//! `guidepost clean`.

use std::process::ExitCode;

use clap::Args;

use super::build::shown_path;
use super::context::{Context, now};
use crate::edge::build::BuildOptions;
use crate::ground::fs;

#[derive(Args)]
pub(super) struct CleanArguments {
    /// Where Guidepost keeps what it remembers [default: .guidepost in the root]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<std::path::PathBuf>,
}

pub(super) fn run(context: &Context, arguments: &CleanArguments) -> ExitCode {
    let now = match now(None) {
        Ok(now) => now,
        Err(message) => return context.trouble(&message, None),
    };
    let options = BuildOptions {
        cache: arguments.cache_dir.clone(),
        ..BuildOptions::new(context.root(), now)
    };
    let layout = match options.layout() {
        Ok(layout) => layout,
        Err(error) => return context.trouble(&error.to_string(), None),
    };
    let cache = layout.cache.join("cache");
    if !fs::exists(&cache) {
        context.say("There is no cache");
        return ExitCode::SUCCESS;
    }
    match fs::try_lock(&layout.cache.join("lock")) {
        Ok(Some(_lock)) => match fs::remove_tree(&cache) {
            Ok(()) => {
                // What tells our outputs from others' files is no cache.
                context.say(&format!(
                    "Removed {}; what is known of the output folder is kept",
                    shown_path(&cache)
                ));
                ExitCode::SUCCESS
            }
            Err(error) => context.trouble(&error.to_string(), None),
        },
        Ok(None) => context.trouble(
            "a build of this site is running",
            Some("wait for it to end"),
        ),
        Err(error) => context.trouble(&error.to_string(), None),
    }
}
