//! A log: checksummed records in one file that grows at its end.
//!
//! Loading is one sequential read. A record that was torn or damaged ends the
//! log: what stands before it is believed, what stands behind it is forgotten
//! and cut off by the next save. A log that another build id wrote is not
//! believed at all. Invariant: a record that is read back is one that was
//! written whole by the same program.

use std::path::{Path, PathBuf};

use crate::ground::digest::Digest;
use crate::ground::fs::{self, FsError, Tail};

/// The file's first bytes.
const MAGIC: &[u8; 16] = b"guidepost log 1\n";
/// Bytes before the first record: the magic and the build id.
const HEADER: usize = 32;
/// Bytes before a record's own: its length and its checksum.
const FRAME: usize = 12;

/// What was found of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// There is none.
    Missing,
    /// All of it was believed.
    Whole,
    /// Another version of the program wrote it.
    Foreign,
    /// It ends in something that is no record.
    Damaged,
}

/// A log that was loaded.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    build: Digest,
    /// Bytes that are believed; what stands behind them is cut off.
    believed: u64,
    /// Bytes after the log was last written whole.
    base: u64,
}

impl Log {
    /// Loads a log and hands every record to `record`, in order.
    ///
    /// # Errors
    ///
    /// The file is there and cannot be read.
    pub fn load(
        path: &Path,
        build: Digest,
        mut record: impl FnMut(&[u8]) -> bool,
    ) -> Result<(Self, Condition), FsError> {
        let mut log = Self {
            path: path.to_owned(),
            build,
            believed: 0,
            base: 0,
        };
        let Some(bytes) = fs::read_if_there(path)? else {
            return Ok((log, Condition::Missing));
        };
        let Some((header, mut rest)) = bytes.split_at_checked(HEADER) else {
            return Ok((log, Condition::Damaged));
        };
        if &header[..16] != MAGIC {
            return Ok((log, Condition::Damaged));
        }
        if header[16..] != build.bytes() {
            return Ok((log, Condition::Foreign));
        }
        log.believed = HEADER as u64;
        while !rest.is_empty() {
            let Some((payload, next)) = frame(rest) else {
                return Ok((log, Condition::Damaged));
            };
            if !record(payload) {
                return Ok((log, Condition::Damaged));
            }
            log.believed += (FRAME + payload.len()) as u64;
            if log.base == 0 {
                log.base = log.believed;
            }
            rest = next;
        }
        Ok((log, Condition::Whole))
    }

    /// Whether so much was appended that writing the log whole is cheaper than
    /// reading it on.
    pub fn is_overgrown(&self) -> bool {
        self.believed == 0 || self.believed > self.base + self.base / 2 + (256 << 10)
    }

    /// Appends a record.
    ///
    /// # Errors
    ///
    /// Any IO error; a torn record is not believed later.
    pub fn append(&mut self, payload: &[u8]) -> Result<(), FsError> {
        let mut file = Tail::open_for_writing(&self.path)?;
        if file.length() != self.believed {
            file.truncate(self.believed)?;
        }
        let mut bytes = Vec::with_capacity(FRAME + payload.len());
        push_frame(&mut bytes, payload);
        file.append(&bytes)?;
        self.believed = file.length();
        Ok(())
    }

    /// Writes the log anew, with one record.
    ///
    /// # Errors
    ///
    /// Any IO error; the old log then still stands.
    pub fn rewrite(&mut self, payload: &[u8]) -> Result<(), FsError> {
        let mut bytes = Vec::with_capacity(HEADER + FRAME + payload.len());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&self.build.bytes());
        push_frame(&mut bytes, payload);
        fs::replace(&self.path, &bytes)?;
        self.believed = bytes.len() as u64;
        self.base = self.believed;
        Ok(())
    }
}

fn push_frame(bytes: &mut Vec<u8>, payload: &[u8]) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&checksum(payload));
    bytes.extend_from_slice(payload);
}

fn frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(FRAME)?;
    let length = u32::from_le_bytes(head[..4].try_into().ok()?);
    let (payload, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    (head[4..] == checksum(payload)).then_some((payload, rest))
}

/// The first eight bytes of the payload's digest.
fn checksum(payload: &[u8]) -> [u8; 8] {
    let digest = Digest::of_bytes(payload).bytes();
    let mut sum = [0; 8];
    sum.copy_from_slice(&digest[..8]);
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(path: &Path, build: Digest) -> (Log, Condition, Vec<Vec<u8>>) {
        let mut records = Vec::new();
        let (log, condition) = Log::load(path, build, |record| {
            records.push(record.to_vec());
            true
        })
        .unwrap();
        (log, condition, records)
    }

    #[test]
    fn records_come_back_in_order_and_another_builds_log_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let build = Digest::of_bytes(b"one");
        let (mut log, condition, _) = load(&path, build);
        assert_eq!(condition, Condition::Missing);
        assert!(log.is_overgrown());
        log.rewrite(b"first").unwrap();
        log.append(b"second").unwrap();
        let (_, condition, records) = load(&path, build);
        assert_eq!(
            (condition, records),
            (
                Condition::Whole,
                vec![b"first".to_vec(), b"second".to_vec()]
            )
        );
        assert_eq!(load(&path, Digest::of_bytes(b"two")).1, Condition::Foreign);
    }

    #[test]
    fn any_truncation_costs_at_most_the_torn_record_and_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let build = Digest::of_bytes(b"one");
        let (mut log, ..) = load(&path, build);
        log.rewrite(b"first").unwrap();
        log.append(b"second").unwrap();
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            let (mut log, condition, records) = load(&path, build);
            assert!(
                records.len() < 2 && condition != Condition::Foreign,
                "{length}"
            );
            if log.is_overgrown() {
                log.rewrite(b"first").unwrap();
            }
            log.append(b"third").unwrap();
            let (_, condition, records) = load(&path, build);
            assert_eq!(condition, Condition::Whole, "{length}");
            assert_eq!(records.last().unwrap(), b"third");
        }
    }

    #[test]
    fn a_flipped_bit_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let build = Digest::of_bytes(b"one");
        let (mut log, ..) = load(&path, build);
        log.rewrite(b"first").unwrap();
        let whole = fs::read(&path).unwrap();
        for at in 0..whole.len() {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            fs::write(&path, &damaged).unwrap();
            let (_, condition, records) = load(&path, build);
            assert!(records.is_empty() && condition != Condition::Whole, "{at}");
        }
    }
}
