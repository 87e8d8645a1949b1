//! Bad input, and exactly what Guidepost says of it.
//!
//! Each file in `tests/fixtures/diagnostics` is a site written as one string:
//! a sentence on what is wrong, then headers that begin with `--- `, each
//! followed by the content that it is about.
//!
//! | header | meaning |
//! |---|---|
//! | `--- file: PATH` | a text file |
//! | `--- bytes: PATH` | a file in which `\xNN` is a byte and `\n` a line break |
//! | `--- repeat: COUNT TEXT` | appends a text to the file above, many times |
//! | `--- link: PATH -> TARGET` | a symbolic link |
//! | `--- pipe: PATH` | a named pipe |
//! | `--- option: WORD` | `strict`, or `no-base-url` |
//!
//! Every site is built through the library, and its diagnostics, printed as
//! in a log, are compared with a snapshot.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;

use guidepost::content::config::BaseUrl;
use guidepost::edge::build::{BuildError, build};
use guidepost::edge::report::{self, Style};
use guidepost::ground::rule::Rule;
use support::Site;

/// A fixture, read.
struct Fixture {
    name: String,
    about: String,
    parts: Vec<Part>,
}

/// A header and what follows it.
struct Part {
    kind: String,
    argument: String,
    content: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/diagnostics")
}

fn fixtures() -> Vec<Fixture> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder())
        .expect("the fixtures")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .collect();
    paths.sort();
    paths.iter().map(|path| fixture(path)).collect()
}

fn fixture(path: &Path) -> Fixture {
    let text = fs::read_to_string(path).expect("a fixture");
    let mut about = String::new();
    let mut parts: Vec<Part> = Vec::new();
    for line in text.split_inclusive('\n') {
        let header = line
            .strip_prefix("--- ")
            .and_then(|header| header.split_once(": "));
        match (header, parts.last_mut()) {
            (Some((kind, argument)), _) => parts.push(Part {
                kind: kind.to_owned(),
                argument: argument.trim_end().to_owned(),
                content: String::new(),
            }),
            (None, Some(part)) => part.content.push_str(line),
            (None, None) => about.push_str(line),
        }
    }
    let name = path.file_stem().expect("a name").to_string_lossy();
    assert!(!about.trim().is_empty(), "{name} says what is wrong first");
    Fixture {
        name: name.into_owned(),
        about: about.trim().to_owned(),
        parts,
    }
}

/// Text with `\xNN` and `\n` as the bytes that they stand for. Line breaks of
/// the fixture itself do not count, so that CRLF can be written exactly.
fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(code) = rest.strip_prefix("\\x").and_then(|rest| rest.get(..2)) {
            out.push(u8::from_str_radix(code, 16).expect("two hexadecimal digits"));
            rest = &rest[4..];
        } else if let Some(after) = rest.strip_prefix("\\n") {
            out.push(b'\n');
            rest = after;
        } else {
            if c != '\n' {
                out.extend(c.to_string().bytes());
            }
            rest = &rest[c.len_utf8()..];
        }
    }
    out
}

/// Whether this system has what a fixture needs.
fn possible(fixture: &Fixture) -> bool {
    let needs_unix = |part: &Part| ["link", "pipe"].contains(&part.kind.as_str());
    cfg!(unix) || !fixture.parts.iter().any(needs_unix)
}

/// Builds a fixture and prints what came of it.
fn told(fixture: &Fixture) -> String {
    let site = Site::new("");
    let mut base_url = Some("https://guides.example.org/");
    let mut options = site.options();
    let mut last: (String, Vec<u8>) = Default::default();
    for part in &fixture.parts {
        match part.kind.as_str() {
            "file" => last = (part.argument.clone(), part.content.clone().into_bytes()),
            "bytes" => last = (part.argument.clone(), bytes(&part.content)),
            "repeat" => {
                let (count, text) = part.argument.split_once(' ').expect("a count and a text");
                let count = count.parse().expect("a number");
                last.1.extend(text.repeat(count).bytes());
                last.1.extend(part.content.bytes());
            }
            "link" => {
                let (path, target) = part.argument.split_once(" -> ").expect("a target");
                link(target, &site.root().join(path));
                continue;
            }
            "pipe" => {
                let path = site.root().join(&part.argument);
                let made = Command::new("mkfifo").arg(path).status();
                assert!(made.expect("mkfifo").success());
                continue;
            }
            "option" => {
                match part.argument.as_str() {
                    "strict" => options.strict = true,
                    "no-base-url" => base_url = None,
                    other => panic!("{}: there is no option `{other}`", fixture.name),
                }
                continue;
            }
            other => panic!("{}: there is no header `{other}`", fixture.name),
        }
        site.write(&last.0, &last.1);
    }
    options.base_url = base_url.map(|url| BaseUrl::new(url).expect("a URL"));
    let (outcome, diagnostics) = match build(&options, &|_, _| {}) {
        Ok(report) if report.failed => ("not built", report.diagnostics),
        Ok(report) => ("built", report.diagnostics),
        Err(BuildError::Config(diagnostics)) => ("configuration refused", diagnostics),
        Err(error) => panic!("{}: {error:?}", fixture.name),
    };
    let style = Style {
        verbose: true,
        ..Style::default()
    };
    let text = report::text(&diagnostics, &style);
    let counts = report::counts(&diagnostics);
    let text = format!("{text}{outcome}: {counts}\n");
    let root = site.root().display().to_string();
    let root_on_disk = fs::canonicalize(site.root()).expect("the site's folder");
    text.replace(&root_on_disk.display().to_string(), "ROOT")
        .replace(&root, "ROOT")
}

#[cfg(unix)]
fn link(target: &str, path: &Path) {
    fs::create_dir_all(path.parent().expect("below the root")).expect("a folder");
    std::os::unix::fs::symlink(target, path).expect("a link");
}

#[cfg(not(unix))]
fn link(_: &str, _: &Path) {
    unreachable!("fixtures with links are for systems that have them")
}

fn snapshots() -> PathBuf {
    folder().join("snapshots")
}

#[test]
fn bad_input_is_told_exactly() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(snapshots());
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let all = fixtures();
    let mut wrong = Vec::new();
    for fixture in all.iter().filter(|fixture| possible(fixture)) {
        settings.set_description(&fixture.about);
        // One fixture that fails must not hide the others.
        let checked = catch_unwind(AssertUnwindSafe(|| {
            let told = told(fixture);
            settings.bind(|| insta::assert_snapshot!(fixture.name.as_str(), told));
        }));
        if checked.is_err() {
            wrong.push(fixture.name.as_str());
        }
    }
    assert!(
        wrong.is_empty(),
        "these are not told as they were: {wrong:?}"
    );
}

#[test]
fn every_rule_has_a_fixture_and_there_are_many() {
    let fixtures = fixtures();
    assert!(fixtures.len() >= 60, "{}", fixtures.len());
    let told: Vec<String> = fixtures
        .iter()
        .map(|fixture| {
            let path = snapshots().join(format!("{}.snap", fixture.name));
            fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} has no snapshot", fixture.name))
        })
        .collect();
    for rule in Rule::ALL {
        let label = format!("[{rule}]: ");
        assert!(
            told.iter().any(|text| text.contains(&label)),
            "no fixture shows `{rule}`"
        );
    }
}

#[test]
fn every_finding_about_a_line_shows_the_line() {
    for fixture in fixtures() {
        let path = snapshots().join(format!("{}.snap", fixture.name));
        let text = fs::read_to_string(&path).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let Some((place, _)) = line
                .split_once(": error[")
                .or_else(|| line.split_once(": warning["))
            else {
                continue;
            };
            let mut parts = place.rsplitn(3, ':');
            let (Some(column), Some(row)) = (parts.next(), parts.next()) else {
                continue;
            };
            if column.parse::<u32>().is_ok() {
                let shown = lines.get(index + 1).copied().unwrap_or_default();
                assert!(
                    shown.trim_start().starts_with(&format!("{row} |")),
                    "{}: {line} is followed by {shown:?}",
                    fixture.name
                );
            }
        }
    }
}

#[test]
fn no_snapshot_is_left_over() {
    let names: BTreeSet<String> = fixtures().into_iter().map(|fixture| fixture.name).collect();
    for entry in fs::read_dir(snapshots()).expect("the snapshots") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "snap") {
            continue;
        }
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(names.contains(&name), "{} has no fixture", path.display());
    }
}
