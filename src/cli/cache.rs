//! `guidepost cache fill`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::{Args, Subcommand};

use super::CONTENT;
use super::build::{entries, shown_path, took_in_words};
use super::context::{Context, now, shared_access};
use crate::edge::build::BuildOptions;
use crate::edge::report;
use crate::edge::shared_cache::fill::{FillError, Filled, fill};

#[derive(Args)]
pub(super) struct CacheArguments {
    #[command(subcommand)]
    command: CacheCommand,
}

#[derive(Subcommand)]
enum CacheCommand {
    /// Parse and highlight guides and give them to the shared cache, without building
    Fill(FillArguments),
}

#[derive(Args)]
struct FillArguments {
    /// Folders below the content folder [default: all of it]
    #[arg(value_name = "FOLDER")]
    folders: Vec<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long)]
    json: bool,
}

pub(super) fn run(context: &Context, arguments: &CacheArguments) -> ExitCode {
    let CacheCommand::Fill(arguments) = &arguments.command;
    let started = Instant::now();
    let (now, access) = match (now(None), shared_access()) {
        (Ok(now), Ok(access)) => (now, access),
        (Err(message), _) | (_, Err(message)) => return context.trouble(&message, None),
    };
    let options = BuildOptions {
        shared: Some(access),
        ..BuildOptions::new(context.root(), now)
    };
    let filled = match fill(&options, &arguments.folders) {
        Ok(filled) => filled,
        Err(FillError::Site(error)) => return context.build_error(&error),
        Err(FillError::NoRemote) => {
            let help = "set `remote` in `[cache]` of guidepost.toml";
            return context.trouble("the site names no shared cache", Some(help));
        }
        Err(FillError::ReadOnly) => {
            let help = "take `remote-read-only` and GUIDEPOST_CACHE_READ_ONLY away";
            return context.trouble("nothing may be given to the shared cache", Some(help));
        }
        Err(FillError::Unreachable(why)) => return context.trouble(&why, None),
        Err(FillError::NotContent(folder)) => {
            let message = format!("`{}` is no folder of the content", shown_path(&folder));
            return context.trouble(&message, Some("name folders below the content folder"));
        }
    };
    if arguments.json {
        if let Err(code) = context.print(&document(&filled)) {
            return code;
        }
    } else {
        eprint!("{}", report::text(&filled.diagnostics, &context.style()));
        context.say(&format!(
            "{} {}: {} parsed, {} highlighted, {} given in {}",
            context.paint("1;32", "Went through"),
            report::plural(filled.guides, "guide"),
            filled.parsed,
            report::plural(filled.highlighted, "block"),
            entries(filled.exchanged.given),
            took_in_words(started.elapsed()),
        ));
    }
    // What was to be given and was not is what the command is for.
    if let Some(warning) = &filled.exchanged.warning {
        let code = context.trouble(warning, None);
        if filled.exchanged.given < filled.parsed + filled.highlighted {
            return code;
        }
    }
    match filled.diagnostics.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(CONTENT),
    }
}

fn document(filled: &Filled) -> String {
    let document = serde_json::json!({
        "ok": filled.diagnostics.is_empty(),
        "guides": filled.guides,
        "steps": { "parsed": filled.parsed, "highlighted": filled.highlighted },
        "shared": &filled.exchanged,
        "diagnostics": report::json(&filled.diagnostics),
    });
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}
