//! Paths of sources and outputs, always relative, always with `/`.
//!
//! Invariant: an [`OutPath`] never leaves the output folder; there is no way
//! to make one that holds `..`, an absolute path or an empty segment.

use std::borrow::Borrow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// A source file's path relative to the site's root, with `/` between segments.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SrcPath(Arc<str>);

impl SrcPath {
    /// Takes a path that is already relative and `/`-separated.
    pub fn new(path: impl AsRef<str>) -> Self {
        Self(Arc::from(path.as_ref()))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder that holds the file; empty at the root.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(parent, _)| parent)
    }

    /// The last segment.
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// The last segment without its last extension.
    pub fn stem(&self) -> &str {
        let name = self.file_name();
        match name.rsplit_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem,
            _ => name,
        }
    }

    /// The extension in its own case, without the dot; empty if there is none.
    pub fn extension(&self) -> &str {
        match self.file_name().rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => extension,
            _ => "",
        }
    }

    /// The file on disk.
    pub fn under(&self, root: &Path) -> PathBuf {
        join(root, &self.0)
    }
}

/// An output file's path relative to the output folder.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "Arc<str>")]
pub struct OutPath(Arc<str>);

/// What was remembered is checked again: it may have been somebody else who
/// remembered it.
impl TryFrom<Arc<str>> for OutPath {
    type Error = &'static str;

    fn try_from(path: Arc<str>) -> Result<Self, Self::Error> {
        let checked = Self::new(&path)?;
        match *checked.0 == *path {
            true => Ok(Self(path)),
            false => Err("has a slash at an end"),
        }
    }
}

impl OutPath {
    /// Checks and takes a relative path. Leading and trailing slashes are
    /// dropped.
    ///
    /// # Errors
    ///
    /// Says in words why the path cannot be an output: it is empty, leaves the
    /// folder (`..`), has an empty or `.` segment, a control character, a
    /// backslash, or a segment longer than 255 bytes.
    pub fn new(path: &str) -> Result<Self, &'static str> {
        let path = path.trim_matches('/');
        if path.is_empty() {
            return Err("is empty");
        }
        for segment in path.split('/') {
            match segment {
                "" => return Err("has an empty segment (`//`)"),
                ".." => return Err("leaves the output folder (`..`)"),
                "." => return Err("has a `.` segment"),
                _ if segment.len() > 255 => return Err("has a segment of more than 255 bytes"),
                _ => {}
            }
        }
        if path.contains('\\') {
            return Err("has a backslash; separate folders with `/`");
        }
        if path.chars().any(char::is_control) {
            return Err("has a control character");
        }
        Ok(Self(Arc::from(path)))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The file on disk.
    pub fn under(&self, out: &Path) -> PathBuf {
        join(out, &self.0)
    }

    /// The path as a case-insensitive filesystem compares it.
    pub fn folded(&self) -> String {
        self.0.to_lowercase()
    }
}

fn join(root: &Path, relative: &str) -> PathBuf {
    let mut path = root.to_path_buf();
    path.extend(relative.split('/').filter(|segment| !segment.is_empty()));
    path
}

macro_rules! text_path {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }
    };
}
text_path!(SrcPath);
text_path!(OutPath);

/// Resolves `relative` against `folder`, both `/`-separated; `None` where it
/// would climb above the root. `.` and empty segments are dropped.
pub fn resolve_relative(folder: &str, relative: &str) -> Option<String> {
    let mut segments: Vec<&str> = folder.split('/').filter(|s| !s.is_empty()).collect();
    for segment in relative.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop()?;
            }
            name => segments.push(name),
        }
    }
    Some(segments.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_path_cannot_leave_its_folder() {
        assert!(OutPath::new("../x").is_err());
        assert!(OutPath::new("a/../../x").is_err());
        assert!(OutPath::new("a//b").is_err());
        assert!(OutPath::new("/").is_err());
        assert!(OutPath::new("a\\..\\b").is_err());
        assert_eq!(OutPath::new("/a/b/").unwrap().as_str(), "a/b");
    }

    #[test]
    fn relative_paths_resolve_within_the_root() {
        assert_eq!(
            resolve_relative("a/b", "../c.md").as_deref(),
            Some("a/c.md")
        );
        assert_eq!(resolve_relative("a", "./b//c").as_deref(), Some("a/b/c"));
        assert_eq!(resolve_relative("a", "../../c"), None);
    }

    #[test]
    fn names_and_extensions() {
        let path = SrcPath::new("content/a/b.tar.gz");
        assert_eq!(
            (path.parent(), path.stem(), path.extension()),
            ("content/a", "b.tar", "gz")
        );
        assert_eq!(SrcPath::new(".hidden").extension(), "");
    }

    #[test]
    fn a_path_that_is_read_back_is_checked_again() {
        let read = |path: &str| {
            let bytes = postcard::to_stdvec(path).unwrap();
            postcard::from_bytes::<OutPath>(&bytes).ok()
        };
        assert_eq!(read("a/b.html"), OutPath::new("a/b.html").ok());
        for path in ["", "../x", "a/../../x", "/etc/x", "a//b", "a/", "a\\b"] {
            assert_eq!(read(path), None, "{path}");
        }
    }
}
