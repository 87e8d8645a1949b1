//! `guidepost clean`.

use std::process::ExitCode;

use clap::Args;

use super::build::shown_path;
use super::context::{Context, now};
use crate::edge::build::BuildOptions;
use crate::edge::watch::warm::own_options;
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
    // What a watcher keeps is all its own, the tree that it builds included.
    let watch = match own_options(&options) {
        Ok(own) => own.cache.unwrap_or_else(|| layout.cache.join("watch")),
        Err(error) => return context.trouble(&error.to_string(), None),
    };
    let cache = layout.cache.join("cache");
    let kept = [
        (&cache, &layout.cache, "a build of this site is running"),
        (&watch, &watch, "a watcher of this site is running"),
    ];
    if !kept.iter().any(|(folder, ..)| fs::exists(folder)) {
        context.say("There is no cache");
        return ExitCode::SUCCESS;
    }
    let mut ended = ExitCode::SUCCESS;
    for (folder, locked, busy) in kept {
        if !fs::exists(folder) {
            continue;
        }
        let removed = match fs::try_lock(&locked.join("lock")) {
            Ok(Some(_lock)) => fs::remove_tree(folder),
            Ok(None) => {
                ended = context.trouble(busy, Some("wait for it to end, or end it"));
                continue;
            }
            Err(error) => Err(error),
        };
        match removed {
            Ok(()) => context.say(&format!("Removed {}", shown_path(folder))),
            Err(error) => ended = context.trouble(&error.to_string(), None),
        }
    }
    // What tells our outputs from others' files is no cache.
    if fs::exists(&layout.cache) {
        context.say("What is known of the output folder is kept");
    }
    ended
}
