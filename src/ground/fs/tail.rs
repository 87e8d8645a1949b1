//! A file that is read in places and grows at its end.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{FsError, create_folder, wrap};

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
