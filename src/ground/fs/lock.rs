//! A lock that dies with the process that holds it.

use std::fs;
use std::path::Path;

use super::{FsError, create_folder, wrap};
use crate::ground::fault;

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
    if fault::active("lock") {
        return Ok(Some(Lock(file)));
    }
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => wrap("lock", path, Err(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
