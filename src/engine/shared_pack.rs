//! A shared pack: many entries in one immutable object that machines exchange.
//!
//! The bodies come first, one after the other, and then an index that says
//! which they are; the object's name says how long the index is, so that it is
//! read on its own. Every body and every index carries its mark. Where objects
//! are kept is no affair of this module.
//!
//! Invariants: nothing is unpacked before its mark was found right; unpacking
//! takes no more memory than the limits here, whatever the bytes say; no bytes
//! make anything here panic.

use serde::{Deserialize, Serialize};

use super::seal::{MARK, Seal};
use crate::ground::digest::Digest;

/// Bytes of a value, at most; larger ones are not shared.
pub const MOST_VALUE: usize = 16 << 20;
/// Bytes of an unpacked index, at most.
const MOST_INDEX: usize = 64 << 20;
/// The kind that marks an index.
const INDEX: u8 = 255;
/// Level of compression: most of the gain for little of the time.
const LEVEL: i32 = 1;
/// What a pack's name ends in.
const SUFFIX: &str = ".pack";

/// An entry as a pack's index tells of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What kind of step made it; below 255.
    pub kind: u8,
    /// The key of the step.
    pub key: Digest,
    /// Bytes of its body in the pack.
    pub length: u32,
    /// What it was made from, for those who look for what that needs.
    pub subject: Digest,
    /// Keys of the other entries that whoever needs the subject will want.
    pub needs: Vec<Digest>,
}

/// An entry with its body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub line: Line,
    /// Mark, length and packed value.
    pub body: Vec<u8>,
}

impl Entry {
    /// Packs a value; `None` where it is too large to be shared.
    pub fn new(
        seal: &Seal,
        kind: u8,
        key: Digest,
        value: &[u8],
        subject: Digest,
        needs: Vec<Digest>,
    ) -> Option<Self> {
        let body = pack(seal, kind, key, value, MOST_VALUE)?;
        let line = Line {
            kind,
            key,
            length: u32::try_from(body.len()).ok()?,
            subject,
            needs,
        };
        Some(Self { line, body })
    }
}

fn pack(seal: &Seal, kind: u8, key: Digest, value: &[u8], most: usize) -> Option<Vec<u8>> {
    let size = u32::try_from(value.len())
        .ok()
        .filter(|_| value.len() <= most)?;
    let packed = zstd::bulk::compress(value, LEVEL).ok()?;
    let bytes = [&size.to_le_bytes()[..], &packed].concat();
    Some([&seal.mark(kind, key, &bytes)[..], &bytes].concat())
}

fn unpack(seal: &Seal, kind: u8, key: Digest, body: &[u8], most: usize) -> Option<Vec<u8>> {
    let (mark, bytes) = body.split_first_chunk::<MARK>()?;
    if !seal.is_right(*mark, kind, key, bytes) {
        return None;
    }
    let (size, packed) = bytes.split_first_chunk::<4>()?;
    let size = usize::try_from(u32::from_le_bytes(*size)).ok()?;
    if size > most {
        return None;
    }
    let value = zstd::bulk::decompress(packed, size).ok()?;
    (value.len() == size).then_some(value)
}

/// The value in a body, if its mark is right.
pub fn open(seal: &Seal, kind: u8, key: Digest, body: &[u8]) -> Option<Vec<u8>> {
    unpack(seal, kind, key, body, MOST_VALUE)
}

/// The name of a pack in its folder: the digest of its bytes and the length of
/// its index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    digest: Digest,
    index: u32,
}

impl Name {
    /// Reads a name; `None` where it is not a pack's.
    pub fn parse(name: &str) -> Option<Self> {
        let (digest, index) = name.strip_suffix(SUFFIX)?.split_once('-')?;
        let name = Self {
            digest: Digest::from_hex(digest)?,
            index: index.parse().ok()?,
        };
        Some(name)
    }

    /// Bytes of the index at the pack's end.
    pub fn index_length(&self) -> u64 {
        u64::from(self.index)
    }
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-{}{SUFFIX}", self.digest, self.index)
    }
}

/// Puts entries into one pack. They are put in order of kind and key, so that
/// the same entries make the same pack; `None` where there are too many.
pub fn write(seal: &Seal, mut entries: Vec<Entry>) -> Option<(Name, Vec<u8>)> {
    entries.sort_by_key(|entry| (entry.line.kind, entry.line.key));
    entries.dedup_by(|a, b| (a.line.kind, a.line.key) == (b.line.kind, b.line.key));
    let mut lines = Vec::with_capacity(entries.len());
    let mut bytes = Vec::new();
    for entry in entries {
        bytes.extend_from_slice(&entry.body);
        lines.push(entry.line);
    }
    let index = postcard::to_stdvec(&lines).ok()?;
    let index = pack(seal, INDEX, Digest::default(), &index, MOST_INDEX)?;
    let length = u32::try_from(index.len()).ok()?;
    bytes.extend_from_slice(&index);
    let name = Name {
        digest: Digest::of_bytes(&bytes),
        index: length,
    };
    Some((name, bytes))
}

/// Reads an index: each entry with the place where its body begins. `bodies`
/// is how many bytes stand before the index.
pub fn read_index(seal: &Seal, index: &[u8], bodies: u64) -> Option<Vec<(u64, Line)>> {
    let index = unpack(seal, INDEX, Digest::default(), index, MOST_INDEX)?;
    let lines: Vec<Line> = postcard::from_bytes(&index).ok()?;
    let mut at = 0_u64;
    let mut placed = Vec::with_capacity(lines.len());
    for line in lines {
        let end = at.checked_add(u64::from(line.length))?;
        placed.push((at, line));
        at = end;
    }
    (at == bodies).then_some(placed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::seal::Secret;

    fn seal() -> Seal {
        Seal::new(Digest::of_bytes(b"v"), Some(Secret::new("secret")))
    }

    fn entry(seal: &Seal, kind: u8, value: &[u8]) -> Entry {
        let key = Digest::of_bytes(value);
        Entry::new(seal, kind, key, value, key, vec![key]).unwrap()
    }

    /// What a reader makes of an object.
    fn values(seal: &Seal, name: &Name, bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
        let bodies = (bytes.len() as u64).checked_sub(name.index_length())?;
        let index = read_index(seal, &bytes[usize::try_from(bodies).unwrap()..], bodies)?;
        let value = |(at, line): &(u64, Line)| {
            let start = usize::try_from(*at).unwrap();
            let body = &bytes[start..start + line.length as usize];
            open(seal, line.kind, line.key, body)
        };
        index.iter().map(value).collect()
    }

    #[test]
    fn a_pack_gives_back_what_was_put() {
        let seal = seal();
        let entries = vec![
            entry(&seal, 1, b"block"),
            entry(&seal, 0, &[7; 5000]),
            entry(&seal, 0, b""),
            entry(&seal, 1, b"block"),
        ];
        let (name, bytes) = write(&seal, entries.clone()).unwrap();
        assert_eq!(Name::parse(&name.to_string()), Some(name.clone()));
        let mut found = values(&seal, &name, &bytes).unwrap();
        found.sort();
        assert_eq!(found, [vec![], vec![7; 5000], b"block".to_vec()]);
        let again = write(&seal, entries.into_iter().rev().collect()).unwrap();
        assert_eq!(again, (name, bytes), "the order decides nothing");
    }

    #[test]
    fn no_damage_is_believed_and_none_panics() {
        let seal = seal();
        let (name, bytes) = write(
            &seal,
            vec![entry(&seal, 0, b"one"), entry(&seal, 1, b"two")],
        )
        .unwrap();
        let whole = values(&seal, &name, &bytes).unwrap();
        for at in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x20;
            assert_ne!(values(&seal, &name, &flipped), Some(whole.clone()), "{at}");
            assert_ne!(values(&seal, &name, &bytes[..at]), Some(whole.clone()));
        }
        for other in [None, Some(Secret::new("another"))] {
            let other = Seal::new(Digest::of_bytes(b"v"), other);
            assert_eq!(values(&other, &name, &bytes), None);
        }
    }

    #[test]
    fn marked_bytes_that_lie_of_their_size_are_refused() {
        let seal = seal();
        let key = Digest::default();
        let bomb = zstd::bulk::compress(&vec![0; 1 << 20], LEVEL).unwrap();
        for size in [0_u32, 1, 1 << 19, u32::MAX, MOST_VALUE as u32 + 1] {
            let bytes = [&size.to_le_bytes()[..], &bomb].concat();
            let body = [&seal.mark(0, key, &bytes)[..], &bytes].concat();
            assert_eq!(open(&seal, 0, key, &body), None, "{size}");
        }
        assert_eq!(Name::parse("../x-1.pack"), None);
        assert_eq!(Name::parse("x.pack"), None);
    }
}
