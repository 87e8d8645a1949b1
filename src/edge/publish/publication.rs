//! Publications: what stands on a target, in its own words.
//!
//! A target remembers below `.guidepost/` what was published to it. Invariant:
//! nothing private is in there: paths, digests, sizes, headers and times of
//! what every reader may get, and no name of a machine, a user or a folder.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::headers::Headers;
use crate::ground::digest::Digest;
use crate::ground::paths::OutPath;

/// The folder of everything that is not the site.
pub const FOLDER: &str = ".guidepost/";
/// What is published.
pub const CURRENT: &str = ".guidepost/current.json";
/// What the publication that is under way touches.
pub const PENDING: &str = ".guidepost/pending.json";
/// Who publishes.
pub const CLAIM: &str = ".guidepost/claim.json";

/// The version of these documents.
const VERSION: u32 = 1;

/// Where an earlier publication is remembered.
pub fn publication_path(id: &str) -> String {
    format!("{FOLDER}publications/{id}.json")
}

/// Where bytes are kept that no longer stand in the site.
pub fn object_path(key: Digest) -> String {
    format!("{FOLDER}objects/{key}")
}

/// A site as it was published.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publication {
    /// Tells the site from others.
    pub site: String,
    /// Tells the publication from others: its time, and a part of its digest.
    pub id: String,
    /// Counts publications to this target.
    pub number: u64,
    /// The objects of the site, by path.
    pub entries: BTreeMap<OutPath, Entry>,
    /// Objects of earlier publications that still stand, by path.
    pub kept: BTreeMap<OutPath, Kept>,
    /// Publications that can be brought back, newest first.
    pub earlier: Vec<Earlier>,
    /// What is kept for them in `objects/`, with the number of the last
    /// publication that needs it.
    pub objects: BTreeMap<Digest, u64>,
    /// Whether the target was seen to create conditionally.
    pub conditional: bool,
}

/// An object that outlives its publication for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The object.
    pub entry: Entry,
    /// For how many more publications.
    pub left: u32,
    /// The number of the last publication that it was part of.
    pub last: u64,
}

/// A publication that can be brought back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earlier {
    /// Its id.
    pub id: String,
    /// Its number.
    pub number: u64,
    /// Its objects.
    pub files: usize,
    /// Its bytes.
    pub bytes: u64,
}

/// What a publication that is under way may have touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// The version of this document.
    pub guidepost: u32,
    /// Tells the site from others.
    pub site: String,
    /// The publication.
    pub id: String,
    /// Paths of which nobody can say what stands there.
    pub touched: Vec<String>,
}

impl Pending {
    /// What a publication is going to touch.
    pub fn new(site: &str, id: &str, touched: Vec<String>) -> Self {
        Self {
            guidepost: VERSION,
            site: site.to_owned(),
            id: id.to_owned(),
            touched,
        }
    }
}

impl Publication {
    /// How many bytes readers can get.
    pub fn bytes(&self) -> u64 {
        self.entries.values().map(|entry| entry.size).sum()
    }

    /// How it is remembered once another one has taken its place.
    pub fn as_earlier(&self) -> Earlier {
        Earlier {
            id: self.id.clone(),
            number: self.number,
            files: self.entries.len(),
            bytes: self.bytes(),
        }
    }
}

/// Why a document on a target cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is damaged, or somebody else's.
    Damaged,
    /// A newer Guidepost wrote it.
    Newer,
}

#[derive(Serialize, Deserialize)]
struct Document {
    guidepost: u32,
    site: String,
    id: String,
    number: u64,
    conditional: bool,
    headers: Vec<Headers>,
    entries: Vec<(OutPath, Hex, u64, usize)>,
    kept: Vec<(OutPath, Hex, u64, usize, u32, u64)>,
    earlier: Vec<Earlier>,
    objects: Vec<(Hex, u64)>,
}

/// A digest as text: what is on a target is read by people, too.
struct Hex(Digest);

impl Serialize for Hex {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_hex())
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Digest::from_hex(&text)
            .map(Hex)
            .ok_or_else(|| serde::de::Error::custom("no digest"))
    }
}

/// Says how a publication is written on a target.
pub fn print(publication: &Publication) -> Vec<u8> {
    let mut headers: Vec<Headers> = Vec::new();
    let mut known: BTreeMap<Headers, usize> = BTreeMap::new();
    let mut index = |of: &Headers| match known.get(of) {
        Some(index) => *index,
        None => {
            headers.push(of.clone());
            known.insert(of.clone(), headers.len() - 1);
            headers.len() - 1
        }
    };
    let entries = publication
        .entries
        .values()
        .map(|one| {
            (
                one.path.clone(),
                Hex(one.digest),
                one.size,
                index(&one.headers),
            )
        })
        .collect();
    let kept = publication
        .kept
        .values()
        .map(|kept| {
            let one = &kept.entry;
            let index = index(&one.headers);
            (
                one.path.clone(),
                Hex(one.digest),
                one.size,
                index,
                kept.left,
                kept.last,
            )
        })
        .collect();
    let document = Document {
        guidepost: VERSION,
        site: publication.site.clone(),
        id: publication.id.clone(),
        number: publication.number,
        conditional: publication.conditional,
        headers,
        entries,
        kept,
        earlier: publication.earlier.clone(),
        objects: publication
            .objects
            .iter()
            .map(|(key, number)| (Hex(*key), *number))
            .collect(),
    };
    // Text, numbers and lists serialize without failing.
    serde_json::to_vec(&document).unwrap_or_default()
}

fn version(bytes: &[u8]) -> Result<(), Unreadable> {
    #[derive(Deserialize)]
    struct Version {
        guidepost: u32,
    }
    let version: Version = serde_json::from_slice(bytes).map_err(|_| Unreadable::Damaged)?;
    if version.guidepost > VERSION {
        return Err(Unreadable::Newer);
    }
    Ok(())
}

/// Reads a publication.
///
/// # Errors
///
/// It is none, or not of this version.
pub fn parse(bytes: &[u8]) -> Result<Publication, Unreadable> {
    version(bytes)?;
    let document: Document = serde_json::from_slice(bytes).map_err(|_| Unreadable::Damaged)?;
    let headers = &document.headers;
    let entry = |path: OutPath, digest: Hex, size: u64, index: usize| {
        // A path on a target is as little believed as any other input.
        let path = OutPath::new(path.as_str()).map_err(|_| Unreadable::Damaged)?;
        if path.as_str().starts_with(FOLDER) {
            return Err(Unreadable::Damaged);
        }
        Ok(Entry {
            path,
            digest: digest.0,
            size,
            headers: headers.get(index).ok_or(Unreadable::Damaged)?.clone(),
        })
    };
    let mut publication = Publication {
        site: document.site,
        id: document.id,
        number: document.number,
        earlier: document.earlier,
        objects: document
            .objects
            .into_iter()
            .map(|(k, n)| (k.0, n))
            .collect(),
        conditional: document.conditional,
        ..Publication::default()
    };
    for (path, digest, size, index) in document.entries {
        let entry = entry(path, digest, size, index)?;
        publication.entries.insert(entry.path.clone(), entry);
    }
    for (path, digest, size, index, left, last) in document.kept {
        let entry = entry(path, digest, size, index)?;
        let kept = Kept { left, last, entry };
        publication.kept.insert(kept.entry.path.clone(), kept);
    }
    Ok(publication)
}

/// Reads what a publication under way touches.
///
/// # Errors
///
/// As [`parse`].
pub fn parse_pending(bytes: &[u8]) -> Result<Pending, Unreadable> {
    version(bytes)?;
    serde_json::from_slice(bytes).map_err(|_| Unreadable::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Publication {
        let entry = |path: &str| Entry {
            path: OutPath::new(path).unwrap(),
            digest: Digest::of_bytes(path.as_bytes()),
            size: 3,
            headers: Headers {
                content_type: "text/html; charset=utf-8".into(),
                ..Headers::default()
            },
        };
        let (page, old) = (entry("a/index.html"), entry("old.css"));
        let kept = Kept {
            entry: old.clone(),
            left: 2,
            last: 6,
        };
        Publication {
            site: "s".into(),
            id: "20261123T000000Z-01234567".into(),
            number: 7,
            entries: [(page.path.clone(), page.clone())].into(),
            kept: [(old.path, kept)].into(),
            earlier: vec![],
            objects: [(page.key(), 6)].into(),
            conditional: true,
        }
    }

    #[test]
    fn a_publication_is_read_as_it_was_written_and_no_part_of_one_is() {
        let bytes = print(&sample());
        assert_eq!(parse(&bytes), Ok(sample()));
        for length in 0..bytes.len() {
            assert_eq!(
                parse(&bytes[..length]),
                Err(Unreadable::Damaged),
                "{length}"
            );
        }
    }

    #[test]
    fn a_newer_document_is_told_from_a_damaged_one() {
        assert_eq!(parse(b"{\"guidepost\": 2}"), Err(Unreadable::Newer));
        assert_eq!(parse_pending(b"{}"), Err(Unreadable::Damaged));
    }

    #[test]
    fn no_path_of_a_document_leads_out_of_the_site() {
        let text = String::from_utf8(print(&sample())).unwrap();
        for bad in ["../index.html", ".guidepost/claim.json", "a//b"] {
            let text = text.replace("a/index.html", bad);
            assert_eq!(parse(text.as_bytes()), Err(Unreadable::Damaged), "{bad}");
        }
    }
}
