//! `guidepost serve`.

use std::process::ExitCode;

use clap::Args;

use super::CONTENT;
use super::build::{BuildArguments, build_with};
use super::context::Context;
use crate::edge::build::read_config;
use crate::edge::serve::{ServeOptions, serve};
use crate::ground::fs;

#[derive(Args)]
pub(super) struct ServeArguments {
    /// The first port to try
    #[arg(long, value_name = "N", default_value_t = 1313)]
    port: u16,
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
    let base_path = base_url.map_or_else(|| "/".to_owned(), |url| url.path().to_owned());
    let options = ServeOptions {
        out,
        base_path: base_path.clone(),
        port: arguments.port,
    };
    let served = serve(&options, |address| {
        if arguments.port != 0 && address.port() != arguments.port {
            context.say(&format!(
                "Port {} is taken; using {}",
                arguments.port,
                address.port()
            ));
        }
        context.say(&format!(
            "Serving http://{address}{base_path} (Ctrl-C ends)"
        ));
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => context.trouble(
            &format!(
                "cannot serve on port {}: {}",
                arguments.port,
                fs::in_words(&error)
            ),
            Some("give another port with `--port`"),
        ),
    }
}
