//! The manifest: which files in an output folder are ours.
//!
//! It is not a cache: without it, nobody knows what may be deleted. It is kept
//! twice, each copy with a checksum in its first line, one pair for each
//! output folder. Invariant: a manifest that is read back is one that was
//! written whole.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::ground::digest::Digest;
use crate::ground::fs::{self, FsError};
use crate::ground::paths::OutPath;

/// The first line's words before the checksum.
const HEADER: &str = "guidepost manifest 2 ";

/// The files that a build wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Their paths.
    pub files: BTreeSet<OutPath>,
}

/// What was found of an earlier build's manifest.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// A copy that is whole.
    Whole(Manifest),
    /// There is none: nothing was built into this folder.
    Nothing,
    /// There are copies, but neither is whole.
    Damaged,
}

/// The two copies for one output folder.
#[derive(Clone, Debug)]
pub struct ManifestFiles {
    copies: [PathBuf; 2],
    /// Stands for the output folder, so that another one's manifest is not
    /// believed.
    folder: Digest,
}

impl ManifestFiles {
    /// The copies for the output folder `out`, kept below `cache`.
    pub fn new(cache: &Path, out: &Path) -> Self {
        let digest = Digest::of_bytes(out.as_os_str().as_encoded_bytes());
        let folder = cache.join("outputs").join(digest.short(12));
        Self {
            copies: [folder.join("manifest"), folder.join("manifest.copy")],
            folder: digest,
        }
    }

    /// Reads the copies that are whole.
    ///
    /// # Errors
    ///
    /// A copy is there but cannot be read.
    pub fn load(&self) -> Result<Found, FsError> {
        let mut damaged = false;
        let mut whole: Option<Manifest> = None;
        for copy in &self.copies {
            let Some(bytes) = fs::read_if_there(copy)? else {
                continue;
            };
            match std::str::from_utf8(&bytes)
                .ok()
                .and_then(|text| parse(text, &self.folder))
            {
                // Copies that differ are of two moments: what either names is
                // ours.
                Some(manifest) => whole.get_or_insert_default().files.extend(manifest.files),
                None => damaged = true,
            }
        }
        Ok(match whole {
            Some(manifest) => Found::Whole(manifest),
            None if damaged => Found::Damaged,
            None => Found::Nothing,
        })
    }

    /// Whether both copies are there and whole, without what they say.
    pub fn are_whole(&self) -> bool {
        self.copies.iter().all(|copy| {
            let bytes = fs::read_if_there(copy).ok().flatten().unwrap_or_default();
            std::str::from_utf8(&bytes).is_ok_and(|text| body(text, &self.folder).is_some())
        })
    }

    /// Where the mark stands that outputs are being touched.
    pub fn marker(&self) -> PathBuf {
        self.copies[0].with_file_name("building")
    }

    /// Writes both copies, one after the other, unless they hold the same.
    ///
    /// # Errors
    ///
    /// Any IO error; at least one whole copy is left, old or new.
    pub fn store(&self, manifest: &Manifest) -> Result<(), FsError> {
        let text = print(manifest, &self.folder);
        for copy in &self.copies {
            if fs::read_if_there(copy)?.as_deref() != Some(text.as_bytes()) {
                fs::replace(copy, text.as_bytes())?;
            }
        }
        Ok(())
    }
}

fn print(manifest: &Manifest, folder: &Digest) -> String {
    let mut body = String::with_capacity(manifest.files.len() * 48);
    for path in &manifest.files {
        body.push_str(path.as_str());
        body.push('\n');
    }
    format!("{HEADER}{}\n{body}", checksum_of(&body, folder))
}

fn checksum_of(body: &str, folder: &Digest) -> Digest {
    Digest::of_parts(&[&folder.bytes(), body.as_bytes()])
}

/// What stands below the checksum, if that is right.
fn body<'a>(text: &'a str, folder: &Digest) -> Option<&'a str> {
    let (header, body) = text.split_once('\n')?;
    let checksum = Digest::from_hex(header.strip_prefix(HEADER)?)?;
    (checksum_of(body, folder) == checksum).then_some(body)
}

fn parse(text: &str, folder: &Digest) -> Option<Manifest> {
    let files = body(text, folder)?
        .lines()
        .map(|path| OutPath::new(path).ok())
        .collect::<Option<BTreeSet<_>>>()?;
    Some(Manifest { files })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Manifest {
        let files = ["a/index.html", "b c.css"].map(|path| OutPath::new(path).unwrap());
        Manifest {
            files: files.into_iter().collect(),
        }
    }

    #[test]
    fn one_damaged_copy_costs_nothing_and_two_are_told_from_none() {
        let folder = tempfile::tempdir().unwrap();
        let files = ManifestFiles::new(folder.path(), Path::new("/site/public"));
        assert_eq!(files.load().unwrap(), Found::Nothing);
        files.store(&sample()).unwrap();
        assert_eq!(files.load().unwrap(), Found::Whole(sample()));
        assert!(files.are_whole());
        fs::write(&files.copies[0], b"guidepost manifest 2 0\n").unwrap();
        assert!(!files.are_whole());
        assert_eq!(files.load().unwrap(), Found::Whole(sample()));
        fs::write(&files.copies[1], b"").unwrap();
        assert_eq!(files.load().unwrap(), Found::Damaged);
    }

    #[test]
    fn no_truncated_manifest_is_believed() {
        let folder = Digest::of_bytes(b"/site/public");
        let whole = print(&sample(), &folder);
        for length in 0..whole.len() {
            assert_eq!(parse(&whole[..length], &folder), None, "{length}");
        }
        assert_eq!(parse(&whole, &folder), Some(sample()));
        assert_eq!(parse(&whole, &Digest::of_bytes(b"/other")), None);
    }
}
