//! `guidepost init`: a site to start from.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use super::build::shown_path;
use super::context::Context;
use crate::content::article::words_of_name;
use crate::content::config::FILE_NAME;
use crate::edge::build::BuildOptions;
use crate::edge::scan::scan;
use crate::ground::fs;

#[derive(Args)]
pub(super) struct InitArguments {
    /// The folder [default: this folder]
    dir: Option<PathBuf>,
}

/// The files of a new site; `{title}` stands for the site's title.
const FILES: [(&str, &str); 4] = [
    (FILE_NAME, include_str!("init/guidepost.toml")),
    (".gitignore", include_str!("init/gitignore")),
    ("content/_index.md", include_str!("init/home.md")),
    ("content/guides/_index.md", include_str!("init/guides.md")),
];

pub(super) fn run(context: &Context, arguments: &InitArguments) -> ExitCode {
    let given = arguments.dir.clone().or_else(|| context.given_root.clone());
    let dir = fs::absolute(&given.unwrap_or_else(|| PathBuf::from(".")));
    if fs::exists(&dir.join(FILE_NAME)) {
        return context.trouble(
            &format!(
                "`{}` is a site already: it has a {FILE_NAME}",
                shown_path(&dir)
            ),
            Some("add a guide with `guidepost new guides/NAME.md`"),
        );
    }
    let name = dir
        .file_name()
        .and_then(|name| name.to_str())
        .map_or_else(|| "Guides".to_owned(), words_of_name);
    let title = name.replace(['"', '\\'], "");
    let has_content = has_markdown(&dir);
    for (path, text) in FILES {
        // With a content folder, what stands beside it is no content.
        if has_content && path.starts_with("content/") {
            continue;
        }
        let file = dir.join(path);
        if fs::exists(&file) {
            context.say(&format!("kept    {path}"));
            continue;
        }
        if let Err(error) = fs::create_new(&file, text.replace("{title}", &title).as_bytes()) {
            return context.trouble(&error.to_string(), None);
        }
        context.say(&format!("created {path}"));
    }
    if has_content {
        context.say("The Markdown files in this folder are the site's content.");
    }
    let site = shown_path(&dir);
    let enter = if given_is_here(&dir) {
        String::new()
    } else {
        format!("cd {site}\n  ")
    };
    context.say(&format!("\nThe site is ready. Next:\n  {enter}guidepost new guides/replace-fan.md\n  guidepost watch --drafts"));
    ExitCode::SUCCESS
}

/// Whether a folder without a content folder holds Markdown already: it is the
/// content then, and must stay so.
fn has_markdown(dir: &Path) -> bool {
    let Ok(layout) = BuildOptions::new(dir, Timestamp::UNIX_EPOCH).layout() else {
        return false;
    };
    layout.content.is_empty() && fs::is_folder(dir) && !scan(&layout, &[]).markdown.is_empty()
}

fn given_is_here(dir: &Path) -> bool {
    std::env::current_dir().is_ok_and(|here| fs::absolute(&here) == dir)
}
