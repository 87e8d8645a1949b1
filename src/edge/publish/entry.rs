//! Entries: the objects that make up a published site.

use serde::{Deserialize, Serialize};

use super::headers::Headers;
use crate::ground::digest::Digest;
use crate::ground::paths::OutPath;

/// An object of the site, as it is to stand on a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it stands, below the target.
    pub path: OutPath,
    /// Digest of what a reader gets, before any encoding.
    pub digest: Digest,
    /// Bytes that a reader gets, before any encoding.
    pub size: u64,
    /// What it is served with; empty on targets that keep no headers.
    pub headers: Headers,
}

/// In which order objects go live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// What pages refer to.
    Asset,
    /// What readers see.
    Page,
    /// Feeds, sitemaps and rules of the host, which refer to pages.
    Index,
}

/// Files by which hosts are told what to do.
const HOST_FILES: [&str; 3] = ["robots.txt", "_headers", "_redirects"];

/// The kind of the object at a path.
pub fn kind(path: &OutPath) -> Kind {
    let path = path.as_str();
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        _ if HOST_FILES.contains(&path) => Kind::Index,
        Some("html" | "htm") => Kind::Page,
        Some("xml") => Kind::Index,
        _ => Kind::Asset,
    }
}

impl Entry {
    /// Names the bytes together with what they are served with: two objects of
    /// one key are the same to every reader.
    pub fn key(&self) -> Digest {
        Digest::of_named("published object", &(self.digest, &self.headers))
    }

    /// Whether its name changes with its content, so that an old one harms
    /// nobody.
    pub fn is_fingerprinted(&self) -> bool {
        is_fingerprinted(&self.path, self.digest)
    }
}

/// Digits that a foreign fingerprint has at least; a date has fewer.
const FOREIGN_DIGITS: usize = 16;
/// Digits of a fingerprint of our own.
const OWN_DIGITS: usize = 8;

/// Whether a file's name carries a digest: one of its content by our own
/// reckoning, or hexadecimal digits that are too many for anything else.
pub fn is_fingerprinted(path: &OutPath, digest: Digest) -> bool {
    if kind(path) != Kind::Asset {
        return false;
    }
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    let hex = digest.to_hex();
    name.split(['.', '-', '_']).any(|part| {
        let is_hex = part
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let mixed = part.bytes().any(|byte| byte.is_ascii_digit())
            && part.bytes().any(|byte| byte.is_ascii_alphabetic());
        is_hex
            && (part.len() >= OWN_DIGITS && hex.starts_with(part)
                || part.len() >= FOREIGN_DIGITS && mixed)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> OutPath {
        OutPath::new(text).unwrap()
    }

    #[test]
    fn a_fingerprint_is_told_from_a_date_and_a_word() {
        let digest = Digest::of_bytes(b"x");
        let own = format!("guidepost.{}.css", digest.short(12));
        assert!(is_fingerprinted(&path(&own), digest));
        assert!(!is_fingerprinted(&path(&own), Digest::of_bytes(b"y")));
        assert!(is_fingerprinted(&path("a/app-0123456789abcdef.js"), digest));
        for plain in [
            "photo.20260101.jpg",
            "deadbeef.png",
            "a/facade-1234567890123456.png",
            "app-0123456789abcdef.html",
        ] {
            assert!(!is_fingerprinted(&path(plain), digest), "{plain}");
        }
    }

    #[test]
    fn pages_come_after_what_they_show_and_before_what_lists_them() {
        let kinds = ["a.css", "a/index.html", "sitemap.xml", "_redirects"];
        assert_eq!(
            kinds.map(|name| kind(&path(name))),
            [Kind::Asset, Kind::Page, Kind::Index, Kind::Index]
        );
    }
}
