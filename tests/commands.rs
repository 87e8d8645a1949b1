//! The commands as a newcomer gives them: what they write, say and return.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn guidepost(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .current_dir(folder)
        .env_remove("SOURCE_DATE_EPOCH")
        .args(arguments)
        .output()
        .expect("the program runs")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn folder_with(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

#[test]
fn a_new_site_with_a_new_guide_builds_without_a_warning() {
    let folder = folder_with(&[]);
    assert!(guidepost(folder.path(), &["init", "site"]).status.success());
    let site = folder.path().join("site");
    let new = guidepost(&site, &["new", "guides/replace-fan.md"]);
    assert!(new.status.success(), "{}", said(&new));
    let empty = guidepost(&site, &["build", "--strict"]);
    assert!(empty.status.success(), "{}", said(&empty));
    assert!(
        said(&empty).contains("`--drafts` shows drafts"),
        "{}",
        said(&empty)
    );
    let built = guidepost(&site, &["build", "--strict", "--drafts"]);
    assert!(said(&built).contains("Built 1 guide, "), "{}", said(&built));
    assert!(site.join("public/guides/replace-fan/index.html").is_file());
    let again = guidepost(&site, &["new", "guides/replace-fan.md"]);
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(guidepost(&site, &["init"]).status.code(), Some(2));
}

#[test]
fn neither_init_nor_new_hides_the_markdown_that_is_there() {
    let folder = folder_with(&[("fan.md", "# Fan\n"), ("filter.md", "# Filter\n")]);
    for arguments in [["new", "content/pump.md"].as_slice(), &["init"]] {
        let output = guidepost(folder.path(), arguments);
        assert!(output.status.success(), "{}", said(&output));
    }
    assert!(folder.path().join("guidepost.toml").is_file());
    assert!(!folder.path().join("content").exists());
    let built = guidepost(folder.path(), &["build", "--drafts"]);
    assert!(
        said(&built).contains("Built 3 guides, "),
        "{}",
        said(&built)
    );
}

#[test]
fn exit_codes_tell_content_from_configuration() {
    let folder = folder_with(&[("fan.md", "+++\ntitle = Fan\n+++\n")]);
    assert_eq!(guidepost(folder.path(), &["build"]).status.code(), Some(1));
    assert!(!folder.path().join("public").exists());
    fs::write(folder.path().join("fan.md"), "# Fan\n[x](y.md)\n").expect("a file");
    assert_eq!(guidepost(folder.path(), &["build"]).status.code(), Some(0));
    let strict = guidepost(folder.path(), &["build", "--strict"]);
    assert_eq!(strict.status.code(), Some(1));
    fs::write(folder.path().join("guidepost.toml"), "titel = \"x\"\n").expect("a file");
    let wrong = guidepost(folder.path(), &["build"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        said(&wrong).contains("Not built: 1 error"),
        "{}",
        said(&wrong)
    );
    let usage = guidepost(folder.path(), &["build", "--now", "yesterday"]);
    assert_eq!(usage.status.code(), Some(2));
}

#[test]
fn clean_takes_what_builds_and_watchers_keep_unless_they_run() {
    let top = folder_with(&[("a.md", "# A\n")]);
    let site = top.path();
    assert_eq!(guidepost(site, &["build"]).status.code(), Some(0));
    let mut watcher = Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .args(["watch", "--no-serve", "--json"])
        .current_dir(site)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(watcher.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("\"ready\"")));
    let own = site.join(".guidepost/watch");
    assert!(own.join("site/a/index.html").is_file());

    let refused = guidepost(site, &["clean"]);
    let running = own.join("site/a/index.html").is_file();
    watcher.kill().unwrap();
    watcher.wait().unwrap();
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("watcher"), "{}", said(&refused));
    assert!(running, "what a running watcher keeps was removed");
    assert!(!site.join(".guidepost/cache").exists());

    let output = guidepost(site, &["clean"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(!own.exists());
    assert!(site.join(".guidepost/outputs").exists());
    assert!(site.join("public/a/index.html").is_file());
    let output = guidepost(site, &["clean"]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(said(&output).contains("no cache"), "{}", said(&output));
}
