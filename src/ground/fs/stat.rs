//! What the filesystem says of files without reading them.

use std::fs;
#[cfg(not(unix))]
use std::io;
use std::path::{Path, PathBuf};

use super::{FsError, wrap};

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

/// What the filesystem says of a file without reading it. No file is its
/// default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
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

/// A folder whose files are asked after by their paths below it, which is less
/// work for the system than whole paths are.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    #[cfg(unix)]
    open: Option<fs::File>,
}

impl Folder {
    /// A folder, whether or not it is there. One that is put in its place later
    /// is not seen.
    pub fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            #[cfg(unix)]
            open: fs::File::open(path).ok(),
        }
    }

    /// As [`stat`], for the file at a path below the folder.
    pub fn stat(&self, below: &str) -> Option<Stat> {
        #[cfg(unix)]
        if let Some(folder) = &self.open {
            return stat_below(folder, below);
        }
        stat(&self.path.join(below))
    }
}

#[cfg(unix)]
fn stat_below(folder: &fs::File, below: &str) -> Option<Stat> {
    use rustix::fs::{AtFlags, FileType, statat};
    let found = statat(folder, below, AtFlags::empty()).ok()?;
    let is_file = FileType::from_raw_mode(found.st_mode) == FileType::RegularFile;
    // The platforms differ in the types of these fields.
    let number = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
    let nanoseconds = |seconds: i128, rest: i128| number(seconds * 1_000_000_000 + rest);
    is_file.then(|| Stat {
        size: u64::try_from(found.st_size).unwrap_or_default(),
        mtime: nanoseconds(found.st_mtime.into(), found.st_mtime_nsec.into()),
        ctime: nanoseconds(found.st_ctime.into(), found.st_ctime_nsec.into()),
        inode: found.st_ino,
        mode: u32::try_from(i128::from(found.st_mode)).unwrap_or_default(),
    })
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

#[cfg(test)]
mod tests {
    use super::super::{create_folder, write};
    use super::*;

    #[test]
    fn a_folder_says_of_its_files_what_their_paths_say() {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path().join("a b");
        let asked = |below: &str| (Folder::new(&folder).stat(below), stat(&folder.join(below)));
        assert_eq!(asked("c/d"), (None, None));
        create_folder(&folder.join("c")).unwrap();
        write(&folder.join("c/d"), b"four").unwrap();
        let (of_folder, of_path) = asked("c/d");
        assert_eq!(of_folder, of_path);
        assert_eq!(of_folder.map(|stat| stat.size), Some(4));
        assert_eq!(asked("c"), (None, None));
        assert_eq!(asked("../a b/c/d").0, of_path);
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("d", folder.join("c/link")).unwrap();
            std::os::unix::fs::symlink("nothing", folder.join("c/loose")).unwrap();
            assert_eq!(asked("c/link"), (of_path, of_path));
            assert_eq!(asked("c/loose"), (None, None));
        }
    }
}
