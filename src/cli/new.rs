//! `guidepost new`: a guide to start from.

use std::process::ExitCode;

use clap::Args;
use jiff::tz::TimeZone;

use super::build::shown_path;
use super::context::{Context, now};
use crate::content::article::words_of_name;
use crate::edge::build::BuildOptions;
use crate::edge::frame::read_config;
use crate::ground::fs;
use crate::ground::paths::{OutPath, SrcPath};

#[derive(Args)]
pub(super) struct NewArguments {
    /// Where, below the content folder: `guides/replace-fan.md`, or `guides/replace-fan/` for a guide with its own files
    path: String,
    /// The title [default: the file's name as words]
    #[arg(long)]
    title: Option<String>,
}

pub(super) fn run(context: &Context, arguments: &NewArguments) -> ExitCode {
    let root = context.root();
    let now = match now(None) {
        Ok(now) => now,
        Err(message) => return context.trouble(&message, None),
    };
    let config = match read_config(&root) {
        Ok((config, _)) => config,
        Err(error) => return context.build_error(&error),
    };
    let layout = match BuildOptions::new(&root, now).layout() {
        Ok(layout) => layout,
        Err(error) => return context.trouble(&error.to_string(), None),
    };
    let given = arguments.path.replace('\\', "/");
    let below = given.strip_prefix("./").unwrap_or(&given);
    // A content folder that is made here would hide all Markdown beside it.
    let below = below.strip_prefix("content/").unwrap_or(below);
    let file = match below {
        folder if folder.ends_with('/') => format!("{folder}index.md"),
        file if file.to_ascii_lowercase().ends_with(".md") => file.to_owned(),
        file => format!("{file}.md"),
    };
    let path = match OutPath::new(&file) {
        Ok(path) if !below.starts_with('/') => path,
        Ok(_) => {
            return context.trouble(
                &format!("`{given}` is not below the content folder"),
                Some("leave the first `/` out"),
            );
        }
        Err(why) => {
            return context.trouble(
                &format!("`{given}` cannot be a guide: the path {why}"),
                None,
            );
        }
    };
    let source = SrcPath::new(path.as_str());
    let own = if source.stem() == "index" {
        source.parent().rsplit('/').next().unwrap_or_default()
    } else {
        source.stem()
    };
    let title = arguments
        .title
        .clone()
        .unwrap_or_else(|| words_of_name(own));
    let zone = TimeZone::get(&config.time_zone).unwrap_or(TimeZone::UTC);
    let today = now.to_zoned(zone).date();
    let text = include_str!("init/guide.md")
        .replace("{title}", &title.replace('\\', "\\\\").replace('"', "\\\""))
        .replace("{today}", &today.to_string());
    let target = path.under(&layout.root.join(layout.content));
    if fs::exists(&target) {
        return context.trouble(&format!("`{}` is there already", shown_path(&target)), None);
    }
    if let Err(error) = fs::create_new(&target, text.as_bytes()) {
        return context.trouble(&error.to_string(), None);
    }
    context.say(&format!(
        "created {} (a draft: `--drafts` shows it)",
        shown_path(&target)
    ));
    ExitCode::SUCCESS
}
