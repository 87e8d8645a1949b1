//! `guidepost explain`.

use std::process::ExitCode;

use clap::Args;

use super::context::{Context, now};
use crate::edge::build::BuildOptions;
use crate::edge::explain::{Unexplained, explain};

#[derive(Args)]
pub(super) struct ExplainArguments {
    /// A source (content/a.md), an address (/a/) or an output file (a/index.html)
    #[arg(value_name = "PATH-OR-URL")]
    name: String,
    /// The output folder [default: public in the root]
    #[arg(long, value_name = "DIR")]
    out: Option<std::path::PathBuf>,
    /// Where Guidepost keeps what it remembers [default: .guidepost in the root]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<std::path::PathBuf>,
}

pub(super) fn run(context: &Context, arguments: &ExplainArguments) -> ExitCode {
    let now = match now(None) {
        Ok(now) => now,
        Err(message) => return context.trouble(&message, None),
    };
    let options = BuildOptions {
        out: arguments.out.clone(),
        cache: arguments.cache_dir.clone(),
        ..BuildOptions::new(context.root(), now)
    };
    let explanation = match explain(&options, &arguments.name) {
        Ok(Ok(explanation)) => explanation,
        Ok(Err(Unexplained::NotBuilt)) => {
            return context.trouble(
                "nothing is remembered of a build",
                Some("build the site first: `guidepost build`"),
            );
        }
        Ok(Err(Unexplained::Unknown(near))) => {
            let help = near.map(|near| format!("did you mean `{near}`?"));
            return context.trouble(
                &format!("no page or file is known as `{}`", arguments.name),
                help.as_deref(),
            );
        }
        Err(error) => return context.build_error(&error),
    };
    let mut text = format!("{}\n", context.paint("1", explanation.output.as_str()));
    for sentence in &explanation.why {
        text.push_str(&format!("  {sentence}\n"));
    }
    for (name, values) in &explanation.parts {
        text.push_str(&format!("\n{}\n", context.paint("1", name)));
        for value in values {
            text.push_str(&format!("  {value}\n"));
        }
    }
    match context.print(&text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(code) => code,
    }
}
