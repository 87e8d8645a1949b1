//! What an incremental build reads, makes, writes and says.

mod support;

use std::fs;

use guidepost::edge::build::build;
use support::{Site, tree};

const SITE: &str = r#"
--- file: guidepost.toml
title = "Workshop"
base-url = "https://guides.example.org/"
--- file: content/_index.md
+++
title = "Workshop"
+++
--- file: content/fans/replace.md
+++
title = "Replace a fan"
date = 2026-01-02
tags = ["fans"]
+++
See [the other](clean.md).

```rust
fn main() {}
```
--- file: content/fans/clean.md
+++
title = "Clean a fan"
date = 2026-01-03
tags = ["fans"]
+++
Gently, with a brush.

```ruts
fn main() {}
```
--- file: content/pump.md
+++
title = "Pump"
description = "How to service the pump."
[review]
last_reviewed = 2026-01-01
interval = "6 months"
+++
Turn it off first.
"#;

/// Every file below the folder in which Guidepost keeps what it remembers,
/// with its bytes and its time.
fn remembered(site: &Site) -> Vec<(String, Vec<u8>, std::time::SystemTime)> {
    let folder = site.root().join(".guidepost");
    tree(&folder)
        .into_iter()
        .map(|(path, bytes)| {
            let time = fs::metadata(folder.join(&path))
                .unwrap()
                .modified()
                .unwrap();
            (path, bytes, time)
        })
        .collect()
}

fn assert_equals_clean(site: &Site) {
    let clean = tempfile::tempdir().unwrap();
    let mut options = site.options();
    options.out = Some(clean.path().join("out"));
    options.cache = Some(clean.path().join("cache"));
    options.no_cache = true;
    let report = build(&options, &|_, _| {}).unwrap();
    assert!(!report.failed);
    assert!(
        site.tree() == tree(&clean.path().join("out")),
        "the trees differ"
    );
    let again = site.build();
    assert_eq!(again.diagnostics, report.diagnostics);
}

#[test]
fn nothing_to_do_reads_makes_and_writes_nothing() {
    let site = Site::new(SITE);
    // Files as young as the build are racy, and read again.
    std::thread::sleep(std::time::Duration::from_millis(50));
    let first = site.build_well();
    let before = remembered(&site);
    let again = site.build_well();
    assert_eq!(again.written.written, []);
    assert_eq!(
        (again.steps.read, again.steps.parsed, again.steps.rendered),
        (0, 0, 0),
        "{:?}",
        again.steps
    );
    assert_eq!(remembered(&site), before);
    assert_eq!(again.diagnostics, first.diagnostics);
    assert_eq!(again.guides, first.guides);
    assert_eq!(again.written.unchanged, first.written.written.len());
    assert_equals_clean(&site);
}

#[test]
fn an_edited_body_costs_one_parse_and_one_page() {
    let site = Site::new(SITE);
    site.build_well();
    let text = fs::read_to_string(site.root().join("content/pump.md")).unwrap();
    site.write(
        "content/pump.md",
        text.replace("off first", "off before").as_bytes(),
    );
    let report = site.build_well();
    let written: Vec<&str> = report.written.written.iter().map(AsRef::as_ref).collect();
    assert_eq!(written, ["pump/index.html"]);
    assert_eq!(
        (report.steps.parsed, report.steps.rendered),
        (1, 1),
        "{:?}",
        report.steps
    );
    assert_eq!(report.reasons[0].1, ["its own text"]);
    assert!(site.page("pump/index.html").contains("off before"));
    assert_equals_clean(&site);
}

#[test]
fn an_edited_title_is_seen_wherever_it_stands_and_highlights_nothing() {
    let site = Site::new(SITE);
    site.build_well();
    let text = fs::read_to_string(site.root().join("content/fans/clean.md")).unwrap();
    site.write(
        "content/fans/clean.md",
        text.replace("Clean a fan", "Dust a fan").as_bytes(),
    );
    let report = site.build_well();
    assert_eq!(
        (report.steps.parsed, report.steps.highlighted),
        (1, 0),
        "{:?}",
        report.steps
    );
    assert!(site.page("fans/index.html").contains("Dust a fan"));
    assert!(!site.page("index.html").contains("Clean a fan"));
    assert_equals_clean(&site);
    // And back: the same bytes as before.
    site.write("content/fans/clean.md", text.as_bytes());
    site.build_well();
    assert_equals_clean(&site);
}

#[test]
fn warnings_are_replayed_by_a_build_that_does_nothing() {
    let site = Site::new(SITE);
    let first = site.build_well();
    assert!(
        support::findings(&first)
            .iter()
            .any(|found| found.contains("unknown-language"))
    );
    let again = site.build_well();
    assert_eq!(again.steps.rendered, 0);
    assert_eq!(support::findings(&again), support::findings(&first));
    // Strictness is no input of a step: the same cache serves both.
    let mut strict = site.options();
    strict.strict = true;
    assert!(build(&strict, &|_, _| {}).unwrap().failed);
    assert!(!site.build().failed);
}

#[test]
fn an_output_that_was_edited_or_deleted_by_hand_is_put_right() {
    let site = Site::new(SITE);
    site.build_well();
    let whole = site.tree();
    site.write("public/pump/index.html", b"defaced");
    fs::remove_file(site.out().join("fans/index.html")).unwrap();
    fs::remove_file(site.out().join("robots.txt")).unwrap();
    let report = site.build_well();
    assert_eq!(site.tree(), whole);
    assert_eq!(report.written.written.len(), 3);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = site.out().join("pump/index.html");
        let before = fs::metadata(&file).unwrap().permissions().mode();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        site.build_well();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode(), before);
    }
}

#[test]
fn time_alone_changes_what_time_decides() {
    let site = Site::new(SITE);
    let report = site.build_well();
    let due = "2026-07-02T00:00:00Z";
    assert_eq!(report.next_change.unwrap().to_string(), due);
    assert!(!site.page("pump/index.html").contains("overdue"));
    let mut later = site.options();
    later.now = due.parse().unwrap();
    let report = build(&later, &|_, _| {}).unwrap();
    let written: Vec<&str> = report.written.written.iter().map(AsRef::as_ref).collect();
    assert!(written.contains(&"pump/index.html"), "{written:?}");
    assert!(site.page("pump/index.html").contains("overdue"));
    // And when the clock goes back, so does the page.
    site.build_well();
    assert!(!site.page("pump/index.html").contains("overdue"));
}

/// The head of a PNG file of a size; nothing reads on.
fn png(width: u8, height: u8) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend([0, 0, 0, width, 0, 0, 0, height, 8, 2, 0, 0, 0]);
    bytes
}

#[test]
fn a_picture_that_changed_while_nobody_showed_it_has_its_own_size() {
    let site = Site::new(SITE);
    let picture = site.root().join("content/fans/rotor.png");
    let guide = "+++\ntitle = \"Rotor\"\ndraft = false\n+++\n![The rotor](rotor.png)\n";
    let draft = guide.replace("false", "true");
    fs::write(&picture, png(40, 30)).unwrap();
    for (text, size) in [(guide, None), (&draft, Some((64, 48))), (guide, None)] {
        site.write("content/fans/rotor.md", text.as_bytes());
        if let Some((width, height)) = size {
            fs::write(&picture, png(width, height)).unwrap();
        }
        // Not within a tick of the clock: what is racy is read again anyway.
        std::thread::sleep(std::time::Duration::from_millis(50));
        site.build();
    }
    let page = site.page("fans/rotor/index.html");
    assert!(page.contains("width=\"64\" height=\"48\""), "{page}");
    assert_equals_clean(&site);
}

#[test]
fn an_edit_of_the_same_size_within_one_tick_is_seen() {
    let site = Site::new(SITE);
    let file = site.root().join("content/pump.md");
    let text = fs::read_to_string(&file).unwrap();
    for round in 0..20 {
        let time = fs::metadata(&file).unwrap().modified().unwrap();
        site.build_well();
        let word = format!("off {:05}", round);
        fs::write(&file, text.replace("off first", &word)).unwrap();
        let handle = fs::File::options().write(true).open(&file).unwrap();
        handle
            .set_times(fs::FileTimes::new().set_modified(time))
            .unwrap();
        drop(handle);
        site.build_well();
        assert!(
            site.page("pump/index.html").contains(&word),
            "round {round}"
        );
    }
}

#[test]
fn an_interrupted_build_is_not_believed() {
    let site = Site::new(SITE);
    site.build_well();
    let whole = site.tree();
    let outputs = site.root().join(".guidepost/outputs");
    let folder = fs::read_dir(&outputs)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::write(folder.join("building"), b"").unwrap();
    // Damage that a stat does not show: the same size, and times put back.
    let file = site.out().join("pump/index.html");
    let meta = fs::metadata(&file).unwrap();
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, vec![b'x'; bytes.len()]).unwrap();
    let handle = fs::File::options().write(true).open(&file).unwrap();
    handle
        .set_times(fs::FileTimes::new().set_modified(meta.modified().unwrap()))
        .unwrap();
    site.build_well();
    assert_eq!(site.tree(), whole);
    assert!(!folder.join("building").exists());
}

#[test]
fn a_cache_that_cannot_be_believed_costs_one_warning_and_no_byte() {
    let site = Site::new(SITE);
    site.build_well();
    let whole = site.tree();
    let cache = site.root().join(".guidepost/cache");
    for entry in walkdir::WalkDir::new(&cache)
        .into_iter()
        .filter_map(Result::ok)
    {
        if entry.file_type().is_file() {
            let bytes = fs::read(entry.path()).unwrap();
            fs::write(entry.path(), &bytes[..bytes.len() / 2]).unwrap();
        }
    }
    let report = site.build_well();
    assert!(report.cache_warning.is_some());
    assert_eq!(site.tree(), whole);
    assert!(site.build_well().cache_warning.is_none());
    fs::remove_dir_all(&cache).unwrap();
    assert!(site.build_well().cache_warning.is_none());
    assert_eq!(site.tree(), whole);
}
