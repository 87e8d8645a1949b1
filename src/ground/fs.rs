//! The filesystem, with errors that name their path.
//!
//! Invariant: this is the only module of the crate that names `std::fs`.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::diagnostic::Diagnostic;
use super::digest::Digest;
use super::paths::SrcPath;
use super::rule::Rule;

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

/// What tells a folder from another one that is put in its place: device and
/// inode, where the platform has them; `None` where there is nothing.
pub fn identity(path: &Path) -> Option<(u64, u64)> {
    let meta = fs::metadata(path).ok()?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((meta.dev(), meta.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = meta;
        Some((0, 0))
    }
}

/// The length of a file in bytes; `None` where there is none.
pub fn length(path: &Path) -> Option<u64> {
    fs::metadata(path)
        .ok()
        .filter(fs::Metadata::is_file)
        .map(|meta| meta.len())
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

/// What the filesystem says of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stat {
    /// Length in bytes.
    pub size: u64,
    /// Modification time in nanoseconds since 1970.
    pub mtime: i64,
    /// Time of the last change of the file or its inode, in nanoseconds since
    /// 1970; equal to `mtime` where the platform has none.
    pub ctime: i64,
    /// Inode; 0 where the platform has none.
    pub inode: u64,
    /// Permission bits; 0 where the platform has none.
    pub mode: u32,
}

/// What the filesystem says of a file, links followed; `None` where there is
/// no file.
pub fn stat(path: &Path) -> Option<Stat> {
    let meta = fs::metadata(path).ok()?;
    meta.is_file().then(|| stat_of(&meta))
}

#[cfg(unix)]
fn stat_of(meta: &fs::Metadata) -> Stat {
    use std::os::unix::fs::MetadataExt;
    let nanoseconds =
        |seconds: i64, rest: i64| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    Stat {
        size: meta.len(),
        mtime: nanoseconds(meta.mtime(), meta.mtime_nsec()),
        ctime: nanoseconds(meta.ctime(), meta.ctime_nsec()),
        inode: meta.ino(),
        mode: meta.mode(),
    }
}

#[cfg(not(unix))]
fn stat_of(meta: &fs::Metadata) -> Stat {
    let since = |time: io::Result<std::time::SystemTime>| {
        let time = time
            .ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        time.map_or(0, |time| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX))
    };
    let mtime = since(meta.modified());
    Stat {
        size: meta.len(),
        mtime,
        ctime: mtime.max(since(meta.created())),
        inode: 0,
        mode: 0,
    }
}

/// The filesystem's own time now, in nanoseconds since 1970: that of a file
/// created for the question in `folder`, which must be there.
///
/// # Errors
///
/// Any IO error, with the path.
pub fn clock(folder: &Path) -> Result<i64, FsError> {
    let file = wrap(
        "create a file in",
        folder,
        tempfile::NamedTempFile::new_in(folder),
    )?;
    let meta = wrap("read", file.path(), file.as_file().metadata())?;
    let stat = stat_of(&meta);
    Ok(stat.mtime.max(stat.ctime))
}

/// Whether two paths lie on one filesystem, as far as the platform tells.
pub fn same_filesystem(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let device = |path: &Path| fs::metadata(path).map(|meta| meta.dev()).ok();
        device(a).is_some() && device(a) == device(b)
    }
    #[cfg(not(unix))]
    {
        a.components().next() == b.components().next()
    }
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

/// A file that is read in places and grows at its end.
#[derive(Debug)]
pub struct Tail {
    file: fs::File,
    path: PathBuf,
    length: u64,
}

impl Tail {
    /// Opens a file for reading; `None` where there is none.
    ///
    /// # Errors
    ///
    /// Any other IO error, with the path.
    pub fn open(path: &Path) -> Result<Option<Self>, FsError> {
        match fs::File::open(path) {
            Ok(file) => {
                let length = wrap("read", path, file.metadata())?.len();
                Ok(Some(Self {
                    file,
                    path: path.to_owned(),
                    length,
                }))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => wrap("open", path, Err(error)),
        }
    }

    /// Opens a file for appending; creates it if need be.
    ///
    /// # Errors
    ///
    /// Any IO error, with the path.
    pub fn open_for_writing(path: &Path) -> Result<Self, FsError> {
        if let Some(parent) = path.parent() {
            create_folder(parent)?;
        }
        let open = fs::File::options()
            .read(true)
            .append(true)
            .create(true)
            .open(path);
        let file = wrap("open", path, open)?;
        let length = wrap("read", path, file.metadata())?.len();
        Ok(Self {
            file,
            path: path.to_owned(),
            length,
        })
    }

    /// The file's length.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reads `length` bytes at `offset`.
    ///
    /// # Errors
    ///
    /// Any IO error, with the path; the file may be shorter.
    pub fn read_at(&self, offset: u64, length: usize) -> Result<Vec<u8>, FsError> {
        // A damaged length must not ask for all memory.
        if offset.saturating_add(length as u64) > self.length {
            return wrap(
                "read",
                &self.path,
                Err(io::Error::from(io::ErrorKind::UnexpectedEof)),
            );
        }
        let mut bytes = vec![0; length];
        #[cfg(unix)]
        let result = std::os::unix::fs::FileExt::read_exact_at(&self.file, &mut bytes, offset);
        #[cfg(not(unix))]
        let result = {
            use std::io::{Read, Seek, SeekFrom};
            let mut file = &self.file;
            file.seek(SeekFrom::Start(offset))
                .and_then(|_| file.read_exact(&mut bytes))
        };
        wrap("read", &self.path, result)?;
        Ok(bytes)
    }

    /// Appends bytes and says where they begin.
    ///
    /// # Errors
    ///
    /// Any IO error, with the path.
    pub fn append(&mut self, bytes: &[u8]) -> Result<u64, FsError> {
        let start = self.length;
        let mut file = &self.file;
        wrap("write", &self.path, file.write_all(bytes))?;
        self.length += bytes.len() as u64;
        Ok(start)
    }

    /// Cuts the file off.
    ///
    /// # Errors
    ///
    /// Any IO error, with the path.
    pub fn truncate(&mut self, length: u64) -> Result<(), FsError> {
        wrap("truncate", &self.path, self.file.set_len(length))?;
        self.length = length;
        Ok(())
    }
}

/// A lock that dies with the process that holds it.
#[derive(Debug)]
pub struct Lock(fs::File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file would not do: a program that another thread is just
        // starting has a copy of it for a moment, which holds the lock, too.
        let _ = self.0.unlock();
    }
}

/// Takes the lock of a file, which is created if need be; `None` where another
/// process holds it.
///
/// # Errors
///
/// Any IO error, with the path.
pub fn try_lock(path: &Path) -> Result<Option<Lock>, FsError> {
    if let Some(parent) = path.parent() {
        create_folder(parent)?;
    }
    let file = wrap(
        "open the lock",
        path,
        fs::File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(path),
    )?;
    if super::fault::active("lock") {
        return Ok(Some(Lock(file)));
    }
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => wrap("lock", path, Err(error)),
    }
}

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
        let source = super::source::Source::new(path.clone(), &readable);
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
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_have_a_place() {
        let path = SrcPath::new("a.md");
        let found = utf8(&path, b"one\ntw\xe9 three".to_vec()).unwrap_err();
        let place = found.place.unwrap();
        assert_eq!((place.line, place.column), (2, 3));
    }

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

    #[test]
    fn a_lock_excludes_and_dies_with_its_holder() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x/lock");
        let held = try_lock(&path).unwrap();
        assert!(held.is_some());
        assert!(try_lock(&path).unwrap().is_none());
        drop(held);
        assert!(try_lock(&path).unwrap().is_some());
    }
}
