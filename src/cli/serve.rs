//! `guidepost serve`.

use std::process::ExitCode;

use clap::Args;

use super::CONTENT;
use super::build::{BuildArguments, build_with};
use super::context::Context;
use super::listen::ListenArguments;
use crate::edge::frame::read_config;
use crate::edge::serve::{ServeOptions, serve};
use crate::ground::fs;

#[derive(Args)]
pub(super) struct ServeArguments {
    #[command(flatten)]
    listen: ListenArguments,
    /// Serve what was built before, without building
    #[arg(long)]
    no_build: bool,
    #[command(flatten)]
    build: BuildArguments,
}

pub(super) fn run(context: &Context, arguments: &ServeArguments) -> ExitCode {
    let root = context.root();
    let out = arguments
        .build
        .out
        .clone()
        .unwrap_or_else(|| root.join("public"));
    if !arguments.no_build {
        match build_with(context, &arguments.build) {
            Ok(outcome) if outcome.failed => return ExitCode::from(CONTENT),
            Ok(_) => {}
            Err(code) => return code,
        }
    }
    if !fs::is_folder(&out) {
        return context.trouble(
            &format!("there is no folder `{}`", out.display()),
            Some("build the site first: `guidepost build`"),
        );
    }
    let base_url = match (&arguments.build.base_url, read_config(&root)) {
        (Some(given), _) => Some(given.clone()),
        (None, Ok((config, _))) => config.base_url,
        (None, Err(error)) => return context.build_error(&error),
    };
    let options = ServeOptions {
        out,
        base_path: base_url.map_or_else(|| "/".to_owned(), |url| url.path().to_owned()),
        listen: arguments.listen.listen(),
    };
    let served = serve(&options, |address| {
        if let Some(taken) = arguments.listen.port_taken(address) {
            context.say(&taken);
        }
        let url = arguments.listen.url(address, &options.base_path);
        context.say(&format!("Serving {url} (Ctrl-C ends)"));
        arguments.listen.open_browser(context, &url);
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => arguments.listen.trouble(context, &error),
    }
}
