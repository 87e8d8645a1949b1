//! Content digests, and shared values that carry their own.
//!
//! A digest is 128 bits of BLAKE3. Values are digested through their `serde`
//! serialization in the `postcard` wire format, which is canonical as long as
//! a type holds no unordered map; types that are digested use `Vec`,
//! `BTreeMap` or `IndexMap`-like ordered lists only.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

/// 128 bits of BLAKE3 over some content.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
pub struct Digest([u8; 16]);

impl Digest {
    /// Digests raw bytes.
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self::truncate(&blake3::hash(bytes))
    }

    /// Digests the concatenation of some parts; the caller knows where each
    /// ends.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(part);
        }
        Self::truncate(&hasher.finalize())
    }

    /// The digest's bytes.
    pub fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// Digests a value through its serialized form.
    ///
    /// # Panics
    ///
    /// Panics if the value's `Serialize` implementation fails or does not know
    /// the length of a sequence beforehand. No type of this crate does either.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Self {
        let mut hasher = Hasher(blake3::Hasher::new());
        hasher.write(value);
        Self::truncate(&hasher.0.finalize())
    }

    /// Digests a value under a name, so that equal values of different kinds
    /// have different digests.
    pub fn of_named<T: Serialize + ?Sized>(name: &str, value: &T) -> Self {
        let mut hasher = Hasher(blake3::Hasher::new());
        hasher.write(name);
        hasher.write(value);
        Self::truncate(&hasher.0.finalize())
    }

    /// The digest as 32 hexadecimal digits.
    pub fn to_hex(self) -> String {
        use fmt::Write as _;
        self.0
            .iter()
            .fold(String::with_capacity(32), |mut out, byte| {
                let _ = write!(out, "{byte:02x}");
                out
            })
    }

    /// The first `digits` hexadecimal digits, for file names.
    pub fn short(self, digits: usize) -> String {
        let mut hex = self.to_hex();
        hex.truncate(digits);
        hex
    }

    /// A number below `count` that spreads digests evenly.
    pub fn shard(self, count: usize) -> usize {
        usize::from(u16::from_le_bytes([self.0[0], self.0[1]])) % count.max(1)
    }

    /// Reads 32 hexadecimal digits back.
    pub fn from_hex(text: &str) -> Option<Self> {
        if text.len() != 32 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 16];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    fn truncate(hash: &blake3::Hash) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash.as_bytes()[..16]);
        Self(bytes)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.short(8))
    }
}

struct Hasher(blake3::Hasher);

impl Hasher {
    fn write<T: Serialize + ?Sized>(&mut self, value: &T) {
        postcard::to_io(value, &mut self.0).expect("digested values serialize");
    }
}

/// A shared value and its digest.
///
/// Serializing it writes the digest alone: a key that holds a `Digested` value
/// costs 16 bytes however large the value is. Invariant: the digest is always
/// that of the value, because the value cannot be changed in place.
pub struct Digested<T> {
    value: Arc<T>,
    digest: Digest,
}

impl<T: Serialize> Digested<T> {
    /// Takes a value and digests it once.
    pub fn new(value: T) -> Self {
        let digest = Digest::of(&value);
        Self {
            value: Arc::new(value),
            digest,
        }
    }
}

impl<T> Digested<T> {
    /// The digest of the value.
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

impl<T> Clone for Digested<T> {
    fn clone(&self) -> Self {
        Self {
            value: Arc::clone(&self.value),
            digest: self.digest,
        }
    }
}

impl<T> Deref for Digested<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> PartialEq for Digested<T> {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl<T: fmt::Debug> fmt::Debug for Digested<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl<T: Serialize + Default> Default for Digested<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> Serialize for Digested<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.digest.serialize(serializer)
    }
}

/// A borrowed value under the digest of what decides it.
///
/// As [`Digested`], for values that cannot be serialized themselves: a key
/// that holds one holds the digest alone. Whoever makes one promises that
/// equal digests mean equal values.
#[derive(Debug)]
pub struct Keyed<'a, T: ?Sized> {
    digest: Digest,
    value: &'a T,
}

impl<'a, T: ?Sized> Keyed<'a, T> {
    /// Takes a value and the digest of all that decides it.
    pub fn new(digest: Digest, value: &'a T) -> Self {
        Self { digest, value }
    }
}

impl<T: ?Sized> Clone for Keyed<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: ?Sized> Copy for Keyed<'_, T> {}

impl<T: ?Sized> Deref for Keyed<'_, T> {
    type Target = T;
    fn deref(&self) -> &T {
        self.value
    }
}

impl<T: ?Sized> Serialize for Keyed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.digest.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_digests_and_names_separate_them() {
        assert_eq!(Digest::of(&("a", 1)), Digest::of(&("a", 1)));
        assert_ne!(Digest::of(&("a", 1)), Digest::of(&("a", 2)));
        assert_ne!(Digest::of_named("x", &1), Digest::of_named("y", &1));
        assert_ne!(Digest::of(&("ab", "c")), Digest::of(&("a", "bc")));
    }

    #[test]
    fn hex_round_trips() {
        let digest = Digest::of_bytes(b"guide");
        assert_eq!(Digest::from_hex(&digest.to_hex()), Some(digest));
        assert_eq!(Digest::from_hex("zz"), None);
    }

    #[test]
    fn a_digested_value_serializes_as_its_digest_only() {
        let value = Digested::new("long ".repeat(1000));
        assert_eq!(postcard::to_stdvec(&value).unwrap().len(), 16);
    }
}
