//! The command line: one file a command.
//!
//! Here, and only here, diagnostics are printed, the clock and the environment
//! are read, and exit codes are chosen: 0 done, 1 the content has errors, 2
//! usage, configuration or IO.

mod build;
mod cache;
mod clean;
mod completions;
mod context;
mod document;
mod explain;
mod init;
mod listen;
mod new;
mod publish;
mod publish_document;
mod serve;
mod synth;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

use context::Context;

/// The content has errors.
const CONTENT: u8 = 1;
/// Usage, configuration or IO.
const TROUBLE: u8 = 2;

#[derive(Parser)]
#[command(
    name = "guidepost",
    version,
    about = "A static site generator for maintenance guides",
    propagate_version = true,
    disable_help_subcommand = true
)]
struct Arguments {
    /// The site's root [default: the nearest folder upwards with a guidepost.toml, else this folder]
    #[arg(long, global = true, value_name = "DIR")]
    root: Option<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: Color,
    /// Print errors only
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Print notes in full, and what takes how long
    #[arg(long, short, global = true)]
    verbose: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
enum Command {
    /// Start a site in a folder
    Init(init::InitArguments),
    /// Start a guide
    New(new::NewArguments),
    /// Build the site
    Build(build::BuildArguments),
    /// Say what a page is made of and why it was made again
    Explain(explain::ExplainArguments),
    /// Remove what is remembered between builds
    Clean(clean::CleanArguments),
    /// Build the site and serve it on this machine
    Serve(serve::ServeArguments),
    /// Work on the cache that machines share
    Cache(cache::CacheArguments),
    /// Serve the site while it is written: rebuild and reload at each save
    Watch(watch::WatchArguments),
    /// Take the built site live: send what differs to a target
    Publish(publish::PublishArguments),
    /// Write a site of made-up guides, for load tests
    Synth(synth::SynthArguments),
    /// Print a script that completes commands in a shell
    Completions(completions::CompletionsArguments),
}

/// Runs the command that the process was called with.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are no errors; clap prints both to their streams.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(TROUBLE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let context = Context::new(&arguments);
    match arguments.command {
        Command::Init(arguments) => init::run(&context, &arguments),
        Command::New(arguments) => new::run(&context, &arguments),
        Command::Build(arguments) => build::run(&context, &arguments),
        Command::Explain(arguments) => explain::run(&context, &arguments),
        Command::Clean(arguments) => clean::run(&context, &arguments),
        Command::Cache(arguments) => cache::run(&context, &arguments),
        Command::Serve(arguments) => serve::run(&context, &arguments),
        Command::Watch(arguments) => watch::run(&context, &arguments),
        Command::Publish(arguments) => publish::run(&context, &arguments),
        Command::Synth(arguments) => synth::run(&context, &arguments),
        Command::Completions(arguments) => completions::run(&arguments),
    }
}
