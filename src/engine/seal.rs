//! The seal: what makes an entry of the shared cache believable.
//!
//! A mark is a BLAKE3 hash over the program's version, the kind of an entry,
//! its key and its bytes. With a secret it is a keyed hash, which nobody else
//! can make; without one it tells damage and nothing else. Invariant: the
//! secret is in no output: what debugging shows is whether there is one.

use std::fmt;

use crate::ground::digest::Digest;

/// Bytes of a mark.
pub const MARK: usize = 32;

/// Separates our use of a secret from every other.
const CONTEXT: &str = "guidepost shared cache, marks of entries, 1";

/// A secret that the writers and readers of a shared cache have in common.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// The secret that a text stands for.
    pub fn new(text: &str) -> Self {
        Self(blake3::derive_key(CONTEXT, text.as_bytes()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Makes and checks marks.
#[derive(Clone, Debug)]
pub struct Seal {
    secret: Option<Secret>,
    version: Digest,
}

impl Seal {
    /// The seal of a program's version.
    pub fn new(version: Digest, secret: Option<Secret>) -> Self {
        Self { secret, version }
    }

    /// The mark of an entry.
    pub fn mark(&self, kind: u8, key: Digest, bytes: &[u8]) -> [u8; MARK] {
        *self.hash(kind, key, bytes).as_bytes()
    }

    /// Whether a mark is the entry's.
    pub fn is_right(&self, mark: [u8; MARK], kind: u8, key: Digest, bytes: &[u8]) -> bool {
        // Hashes are compared in constant time.
        self.hash(kind, key, bytes) == blake3::Hash::from_bytes(mark)
    }

    fn hash(&self, kind: u8, key: Digest, bytes: &[u8]) -> blake3::Hash {
        let mut hasher = match &self.secret {
            Some(secret) => blake3::Hasher::new_keyed(&secret.0),
            None => blake3::Hasher::new(),
        };
        // All before the bytes is of fixed length.
        hasher.update(&self.version.bytes());
        hasher.update(&[kind]);
        hasher.update(&key.bytes());
        hasher.update(bytes);
        hasher.finalize()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_an_entry_is_decides_its_mark() {
        let (version, other) = (Digest::of_bytes(b"one"), Digest::of_bytes(b"two"));
        let seal = Seal::new(version, Some(Secret::new("correct horse")));
        let mark = seal.mark(1, version, b"bytes");
        assert!(seal.is_right(mark, 1, version, b"bytes"));
        assert!(!seal.is_right(mark, 2, version, b"bytes"));
        assert!(!seal.is_right(mark, 1, other, b"bytes"));
        assert!(!seal.is_right(mark, 1, version, b"bytez"));
        for (version, secret) in [
            (other, Some("correct horse")),
            (version, Some("battery staple")),
            (version, None),
        ] {
            let wrong = Seal::new(version, secret.map(Secret::new));
            assert!(!wrong.is_right(mark, 1, version, b"bytes"));
        }
        for at in 0..MARK {
            let mut flipped = mark;
            flipped[at] ^= 1;
            assert!(!seal.is_right(flipped, 1, version, b"bytes"));
        }
    }

    #[test]
    fn a_secret_is_not_shown() {
        let seal = Seal::new(Digest::default(), Some(Secret::new("correct horse")));
        let shown = format!("{seal:?}");
        assert!(shown.contains("Secret(…)") && !shown.contains("horse"));
    }
}
