//! Sites for tests, written as one string.
//!
//! ```text
//! --- file: content/a.md
//! # A
//! --- file: guidepost.toml
//! title = "T"
//! ```

#![allow(dead_code, reason = "every test binary uses its own part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use guidepost::edge::build::{BuildError, BuildOptions, BuildReport, build};

/// The instant at which test sites are built.
pub const NOW: &str = "2026-06-15T12:00:00Z";

/// A site in a temporary folder.
pub struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    /// Writes the files of a fixture.
    pub fn new(fixture: &str) -> Self {
        let site = Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        site.add(fixture);
        site
    }

    /// Adds or replaces the files of a fixture.
    pub fn add(&self, fixture: &str) {
        for (path, text) in files(fixture) {
            self.write(&path, text.as_bytes());
        }
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn out(&self) -> PathBuf {
        self.root().join("public")
    }

    pub fn write(&self, path: &str, bytes: &[u8]) {
        let file = self.root().join(path);
        fs::create_dir_all(file.parent().expect("below the root")).expect("a folder");
        fs::write(file, bytes).expect("a file");
    }

    pub fn remove(&self, path: &str) {
        fs::remove_file(self.root().join(path)).expect("a file to remove");
    }

    pub fn options(&self) -> BuildOptions {
        BuildOptions::new(self.root(), NOW.parse().expect("an instant"))
    }

    pub fn try_build(&self) -> Result<BuildReport, BuildError> {
        build(&self.options(), &|_, _| {})
    }

    /// Builds, whatever comes of it.
    pub fn build(&self) -> BuildReport {
        self.try_build().expect("a build")
    }

    /// Builds and insists that there were no errors.
    pub fn build_well(&self) -> BuildReport {
        let report = self.build();
        assert!(!report.failed, "{:#?}", report.diagnostics);
        report
    }

    /// An output as text.
    pub fn page(&self, path: &str) -> String {
        let file = self.out().join(path);
        fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
    }

    pub fn has(&self, path: &str) -> bool {
        self.out().join(path).exists()
    }

    /// Every output with its bytes.
    pub fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        tree(&self.out())
    }
}

/// Every file below a folder with its bytes.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(folder).expect("below the folder");
            (
                path.to_string_lossy().replace('\\', "/"),
                fs::read(entry.path()).expect("a file"),
            )
        })
        .collect()
}

/// The files of a fixture.
pub fn files(fixture: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = Vec::new();
    for line in fixture.split_inclusive('\n') {
        match line.strip_prefix("--- file: ") {
            Some(path) => files.push((path.trim().to_owned(), String::new())),
            None => match files.last_mut() {
                Some((_, text)) => text.push_str(line),
                None => assert!(
                    line.trim().is_empty(),
                    "a fixture begins with a `--- file:` line"
                ),
            },
        }
    }
    files
}

/// The findings as `level[rule] file:line:column`.
pub fn findings(report: &BuildReport) -> Vec<String> {
    report
        .diagnostics
        .iter()
        .map(|found| {
            let place = found.place.as_ref().map_or_else(String::new, |place| {
                format!(" {}:{}:{}", place.file, place.line, place.column)
            });
            format!("{}[{}]{place}", found.level, found.rule)
        })
        .collect()
}
