//! Sources as bytes and text, with complaints that name them.

use std::path::PathBuf;

use super::{FsError, in_words, read};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::Digest;
use crate::ground::paths::SrcPath;
use crate::ground::rule::Rule;
use crate::ground::source::Source;

/// A source file named by its content: what is read through it is what its
/// digest says, or an error.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SourceRef {
    /// The path relative to the site's root, which diagnostics name; no part of
    /// what its bytes make.
    #[serde(skip)]
    pub path: SrcPath,
    /// The digest of its bytes.
    pub digest: Digest,
    /// Where it is; decides nothing, because the digest is checked.
    #[serde(skip)]
    pub file: PathBuf,
}

impl SourceRef {
    /// Reads the bytes.
    ///
    /// # Errors
    ///
    /// The file is gone, cannot be read, or is no longer what was scanned.
    pub fn bytes(&self) -> Result<Vec<u8>, Diagnostic> {
        let bytes = read(&self.file).map_err(|error| unreadable(&self.path, &error))?;
        if Digest::of_bytes(&bytes) != self.digest {
            return Err(Diagnostic::file(
                Rule::UnreadableSource,
                self.path.clone(),
                "the file changed while the site was being built",
            )
            .help("build again"));
        }
        Ok(bytes)
    }

    /// Reads the text.
    ///
    /// # Errors
    ///
    /// As [`Self::bytes`], and where the bytes are not UTF-8.
    pub fn text(&self) -> Result<String, Diagnostic> {
        utf8(&self.path, self.bytes()?)
    }
}

/// The complaint about a source that could not be read.
pub fn unreadable(path: &SrcPath, error: &FsError) -> Diagnostic {
    Diagnostic::file(
        Rule::UnreadableSource,
        path.clone(),
        format!("cannot be read: {}", in_words(&error.error)),
    )
}

/// Bytes as UTF-8 text.
///
/// # Errors
///
/// Names the line and column of the first byte that is not UTF-8, and guesses
/// at the encoding.
pub fn utf8(path: &SrcPath, bytes: Vec<u8>) -> Result<String, Diagnostic> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let help = match bytes {
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the file looks like UTF-16; save it as UTF-8",
            _ => "save the file as UTF-8",
        };
        let readable = String::from_utf8_lossy(bytes).into_owned();
        // The lossy text has the same characters before the first bad byte.
        let source = Source::new(path.clone(), &readable);
        Diagnostic::at(
            Rule::UnreadableSource,
            &source,
            valid..valid + 1,
            format!(
                "the file is not UTF-8: byte 0x{:02x} cannot stand here",
                bytes[valid]
            ),
        )
        .help(help)
    })
}

#[cfg(test)]
mod tests {
    use super::super::write;
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_have_a_place() {
        let path = SrcPath::new("a.md");
        let found = utf8(&path, b"one\ntw\xe9 three".to_vec()).unwrap_err();
        let place = found.place.unwrap();
        assert_eq!((place.line, place.column), (2, 3));
    }

    #[test]
    fn a_source_that_changed_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.md");
        write(&file, b"old").unwrap();
        let source = SourceRef {
            path: SrcPath::new("a.md"),
            digest: Digest::of_bytes(b"old"),
            file: file.clone(),
        };
        assert_eq!(source.text().unwrap(), "old");
        write(&file, b"new").unwrap();
        assert!(source.text().is_err());
    }
}
