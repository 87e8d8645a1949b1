//! The filesystem, with errors that name their path.
//!
//! Invariant: this is the only module of the crate that names `std::fs`.

mod lock;
mod source_file;
mod stat;
mod tail;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use lock::{Lock, try_lock};
pub use source_file::{SourceRef, unreadable, utf8};
pub use stat::{Folder, Stat, clock, identity, length, same_filesystem, stat};
pub use tail::Tail;

/// An operation on a path that failed.
#[derive(Debug)]
pub struct FsError {
    /// What was tried, such as `read`.
    pub action: &'static str,
    /// On what.
    pub path: PathBuf,
    /// Why it failed.
    pub error: io::Error,
}

impl std::fmt::Display for FsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "cannot {} `{}`: {}",
            self.action,
            self.path.display(),
            in_words(&self.error)
        )
    }
}

impl std::error::Error for FsError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl FsError {
    /// The path is neither a file nor a link to one.
    pub fn not_a_file(path: &Path) -> Self {
        Self {
            action: "read",
            path: path.to_owned(),
            error: io::Error::other("it is no file"),
        }
    }

    /// Whether the path was not there.
    pub fn is_not_found(&self) -> bool {
        self.error.kind() == io::ErrorKind::NotFound
    }
}

/// An IO error without the operating system's number.
pub fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    match text.find(" (os error") {
        Some(at) => text[..at].to_lowercase(),
        None => text,
    }
}

fn wrap<T>(action: &'static str, path: &Path, result: io::Result<T>) -> Result<T, FsError> {
    result.map_err(|error| FsError {
        action,
        path: path.to_owned(),
        error,
    })
}

/// Reads a whole file.
///
/// # Errors
///
/// Any IO error, with the path.
pub fn read(path: &Path) -> Result<Vec<u8>, FsError> {
    wrap("read", path, fs::read(path))
}

/// Reads a whole file; `None` where there is none.
///
/// # Errors
///
/// Any other IO error, with the path.
pub fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, FsError> {
    match read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a whole file in place.
///
/// # Errors
///
/// Any IO error, with the path.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    wrap("write", path, fs::write(path, bytes))
}

/// Creates a file that is not there yet, with its folders.
///
/// # Errors
///
/// Any IO error, with the path; `AlreadyExists` where there is one.
pub fn create_new(path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    if let Some(parent) = path.parent() {
        create_folder(parent)?;
    }
    let file = fs::File::options().write(true).create_new(true).open(path);
    wrap(
        "create",
        path,
        file.and_then(|mut file| file.write_all(bytes)),
    )
}

/// How the names of files begin that will replace others.
const NEW: &str = ".guidepost-new-";

/// Writes a file beside its place, syncs it and renames it into place. What
/// processes that were killed in the middle of it left in the folder is
/// removed; the caller sees to it that no other process is in the middle of it.
///
/// # Errors
///
/// Any IO error, with the path; the old file then still stands.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), FsError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_folder(folder)?;
    for left in entries(folder) {
        if left.starts_with(NEW) {
            remove_file(&folder.join(left))?;
        }
    }
    let mut temporary = wrap(
        "create a file in",
        folder,
        tempfile::Builder::new().prefix(NEW).tempfile_in(folder),
    )?;
    wrap("write", path, temporary.write_all(bytes))?;
    wrap("sync", path, temporary.as_file().sync_all())?;
    wrap(
        "replace",
        path,
        temporary.persist(path).map(drop).map_err(|e| e.error),
    )
}

/// Creates a folder and those above it.
///
/// # Errors
///
/// Any IO error, with the path.
pub fn create_folder(path: &Path) -> Result<(), FsError> {
    wrap("create the folder", path, fs::create_dir_all(path))
}

/// Renames a file, replacing what stands there.
///
/// # Errors
///
/// Any IO error, with the new path.
pub fn rename(from: &Path, to: &Path) -> Result<(), FsError> {
    wrap("write", to, fs::rename(from, to))
}

/// Removes a file; one that is not there counts as removed.
///
/// # Errors
///
/// Any other IO error, with the path.
pub fn remove_file(path: &Path) -> Result<(), FsError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => wrap("remove", path, result),
    }
}

/// Removes a folder with all that is in it; one that is not there counts as
/// removed.
///
/// # Errors
///
/// Any other IO error, with the path.
pub fn remove_tree(path: &Path) -> Result<(), FsError> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => wrap("remove", path, result),
    }
}

/// Removes a folder if it is empty, then the folders above it that become
/// empty, up to but not including `top`.
pub fn remove_empty_folders(mut folder: &Path, top: &Path) {
    while folder != top && folder.starts_with(top) && fs::remove_dir(folder).is_ok() {
        let Some(parent) = folder.parent() else {
            return;
        };
        folder = parent;
    }
}

/// A folder of its own that is removed when it is let go.
///
/// # Errors
///
/// Any IO error, with the path.
pub fn temporary_folder() -> Result<tempfile::TempDir, FsError> {
    wrap(
        "create a folder in",
        &std::env::temp_dir(),
        tempfile::tempdir(),
    )
}

/// Whether a file or folder is there.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether a folder is there, where not being able to tell is an error: a
/// site must not be built without a folder because it could not be looked at.
///
/// # Errors
///
/// Any IO error other than that nothing is there, with the path.
pub fn folder_is_there(path: &Path) -> Result<bool, FsError> {
    match fs::metadata(path) {
        Ok(meta) => Ok(meta.is_dir()),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(false)
        }
        Err(error) => wrap("look at", path, Err(error)),
    }
}

/// Whether a folder is there.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Whether a file is there, links followed.
pub fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// The names of a folder's entries, sorted; none where the folder cannot be
/// read.
pub fn entries(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(path)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

/// The absolute path with links resolved; the path itself, made absolute,
/// where it is not there.
pub fn absolute(path: &Path) -> PathBuf {
    fs::canonicalize(path)
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}

/// Asks the filesystem to make everything below `folder` safe on disk.
///
/// # Errors
///
/// Any IO error, with the path.
pub fn sync_filesystem(folder: &Path) -> Result<(), FsError> {
    let file = wrap("open", folder, fs::File::open(folder))?;
    #[cfg(target_os = "linux")]
    let result = rustix::fs::syncfs(&file).map_err(io::Error::from);
    #[cfg(not(target_os = "linux"))]
    let result = file.sync_all();
    wrap("sync", folder, result)
}

/// Creates a file that stands for a fact, and makes it safe on disk.
///
/// # Errors
///
/// Any IO error, with the path.
pub fn set_marker(path: &Path) -> Result<(), FsError> {
    if let Some(parent) = path.parent() {
        create_folder(parent)?;
    }
    let file = wrap("create", path, fs::File::create(path))?;
    wrap("sync", path, file.sync_all())?;
    let folder = path.parent().unwrap_or(Path::new("."));
    // Where a folder cannot be opened, it cannot be synced either.
    let _ = fs::File::open(folder).and_then(|folder| folder.sync_all());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_removes_what_a_killed_process_left() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("kept");
        write(&folder.path().join(".guidepost-new-1a2b"), b"half").unwrap();
        replace(&file, b"one").unwrap();
        replace(&file, b"two").unwrap();
        assert_eq!(read(&file).unwrap(), b"two");
        assert_eq!(entries(folder.path()), ["kept"]);
    }

    #[test]
    fn empty_folders_go_up_to_the_top() {
        let top = tempfile::tempdir().unwrap();
        let deep = top.path().join("a/b/c");
        create_folder(&deep).unwrap();
        write(&top.path().join("a/keep"), b"").unwrap();
        remove_empty_folders(&deep, top.path());
        assert!(!exists(&top.path().join("a/b")));
        assert!(exists(&top.path().join("a")));
    }
}
