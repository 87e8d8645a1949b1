//! Whose a file in the output folder is.
//!
//! Invariant: what nobody can be told to have planned is somebody else's, but
//! where the memory of earlier builds is gone: then a file at a planned path is
//! taken for ours, and nothing else is.

use std::path::Path;

use super::OutputFolder;
use crate::engine::manifest::Manifest;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::fs;
use crate::ground::paths::OutPath;
use crate::ground::rule::Rule;

/// The mark by which the pages of the built-in theme are known as ours.
const MARK: &[u8] = b"<meta name=\"generator\" content=\"Guidepost\">";

impl OutputFolder {
    /// Whether a folder stands at the path and holds nothing but files that
    /// an earlier build wrote: it will be empty once those are deleted.
    pub(super) fn is_our_folder(&self, path: &OutPath, target: &Path) -> bool {
        fs::is_folder(target)
            && walkdir::WalkDir::new(target)
                .into_iter()
                .filter_map(Result::ok)
                .all(|entry| {
                    entry.file_type().is_dir()
                        || entry
                            .path()
                            .strip_prefix(target)
                            .ok()
                            .and_then(Path::to_str)
                            .and_then(|below| {
                                OutPath::new(&format!("{path}/{}", below.replace('\\', "/"))).ok()
                            })
                            .is_some_and(|below| self.earlier.files.contains(&below))
                })
    }

    /// Whether somebody else's file stands where the path needs a folder.
    pub(super) fn foreign_above(&self, path: &OutPath) -> bool {
        let mut above = path.as_str();
        while let Some((folder, _)) = above.rsplit_once('/') {
            let file = self.out.join(folder);
            if fs::is_folder(&file) {
                return false;
            }
            if fs::exists(&file) && !self.earlier.files.contains(folder) {
                return true;
            }
            above = folder;
        }
        false
    }
}

/// Whether the folder bears the mark of an earlier build.
pub(super) fn is_ours(out: &Path) -> bool {
    ["index.html", "404.html"].iter().any(|name| {
        fs::read_if_there(&out.join(name))
            .ok()
            .flatten()
            .is_some_and(|bytes| bytes.windows(MARK.len()).any(|window| window == MARK))
    })
}

/// Files that nobody planned, where the memory of earlier builds is gone.
pub(super) fn unplanned(out: &Path, manifest: &Manifest) -> Vec<Diagnostic> {
    walkdir::WalkDir::new(out)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .filter_map(|entry| {
            let path = entry
                .path()
                .strip_prefix(out)
                .ok()?
                .to_str()?
                .replace('\\', "/");
            let known = OutPath::new(&path).is_ok_and(|path| manifest.files.contains(&path));
            (!known).then(|| {
                Diagnostic::new(
                    Rule::UnplannedOutput,
                    format!("`{path}` is not planned, and nothing tells who wrote it"),
                )
                .help("delete it if it is a leftover of an earlier build")
            })
        })
        .collect()
}

/// The complaint about somebody else's file where an output belongs.
pub fn foreign(path: &OutPath, out: &Path) -> Diagnostic {
    Diagnostic::new(
        Rule::ForeignOutput,
        format!(
            "`{path}` in the output folder `{}` was not written by Guidepost",
            out.display()
        ),
    )
    .help("move the file away, or build into another folder with `--out`")
}
