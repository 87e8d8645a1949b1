//! A target as a publication uses it: read, look, put, copy, delete, list.
//!
//! Each is tried until it succeeds or cannot; see `retry`. Objects carry the
//! key of what they are in their metadata, where the store has such a thing,
//! so that looking at one reads nothing.

use std::io::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::TryStreamExt as _;
use object_store::path::Path;
use object_store::{
    Attribute, Attributes, GetOptions, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions,
    PutPayload, UpdateVersion,
};

use super::entry::Entry;
use super::headers::{self, Headers};
use super::plan::Live;
use super::retry::{Attempts, Trouble};
use crate::ground::digest::Digest;
use crate::ground::paths::OutPath;

/// The name of the key in an object's metadata.
const KEY: &str = "guidepost";

/// A target that is in use.
#[derive(Clone, Debug)]
pub struct Remote {
    /// The store.
    pub store: Arc<dyn ObjectStore>,
    /// Where in it the site is.
    pub prefix: Path,
    /// Whether objects there have headers and metadata.
    pub keeps_headers: bool,
    /// Whether a file cannot stand where another path needs a folder.
    pub is_folder: bool,
    /// What all operations share.
    pub attempts: Arc<Attempts>,
}

/// The state of a document that may be replaced on the condition that it is
/// still the same.
pub type Version = UpdateVersion;

impl Remote {
    /// Where a path is in the store.
    fn at(&self, path: &str) -> Result<Path, Trouble> {
        let whole = match self.prefix.as_ref() {
            "" => path.to_owned(),
            prefix => format!("{prefix}/{path}"),
        };
        Path::parse(whole)
            .map_err(|_| Trouble::Failed("the store cannot have a path like this".to_owned()))
    }

    /// Reads a document; `None` where there is none.
    ///
    /// # Errors
    ///
    /// Why not.
    pub async fn read(&self, path: &str) -> Result<Option<(Bytes, Version)>, Trouble> {
        let at = self.at(path)?;
        let read = self.attempts.persist(0, async || {
            let got = self.store.get(&at).await?;
            let version = Version {
                e_tag: got.meta.e_tag.clone(),
                version: got.meta.version.clone(),
            };
            Ok((got.bytes().await?, version))
        });
        found(read.await)
    }

    /// Says what stands at a path.
    ///
    /// # Errors
    ///
    /// Why it cannot be told.
    pub async fn look(&self, path: &OutPath) -> Result<Live, Trouble> {
        let at = self.at(path.as_str())?;
        let live = if self.keeps_headers {
            let head = self.attempts.persist(0, async || {
                let options = GetOptions::new().with_head(true);
                Ok(self.store.get_opts(&at, options).await?.attributes)
            });
            found(head.await)?.map(|attributes| {
                let key = attributes.get(&Attribute::Metadata(KEY.into()));
                key.and_then(|key| Digest::from_hex(key.as_ref()))
            })
        } else {
            let entry = |digest, size| Entry {
                path: path.clone(),
                digest,
                size,
                headers: Headers::default(),
            };
            found(
                self.read(path.as_str())
                    .await
                    .and_then(|read| read.map(|(bytes, _)| bytes).ok_or(Trouble::Missing)),
            )?
            .map(|bytes| Some(entry(Digest::of_bytes(&bytes), 0).key()))
        };
        Ok(match live {
            None => Live::Absent,
            Some(None) => Live::Other,
            Some(Some(key)) => Live::Key(key),
        })
    }

    /// Whether anything stands at a path.
    ///
    /// # Errors
    ///
    /// Why it cannot be told.
    pub async fn is_there(&self, path: &str) -> Result<bool, Trouble> {
        let at = self.at(path)?;
        let head = self
            .attempts
            .persist(0, async || self.store.head(&at).await);
        Ok(found(head.await)?.is_some())
    }

    /// All paths below a folder; everything where that is empty.
    ///
    /// # Errors
    ///
    /// Why not.
    pub async fn list(&self, folder: &str) -> Result<Vec<String>, Trouble> {
        let below = match folder {
            "" => self.prefix.clone(),
            folder => self.at(folder.trim_end_matches('/'))?,
        };
        let listed = self.attempts.persist(0, async || {
            let below = (!below.as_ref().is_empty()).then_some(&below);
            self.store.list(below).try_collect::<Vec<_>>().await
        });
        let prefix = match self.prefix.as_ref() {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        let listed = found(listed.await)?.unwrap_or_default();
        let mut paths: Vec<String> = listed
            .iter()
            .filter_map(|meta| meta.location.as_ref().strip_prefix(&prefix))
            .map(str::to_owned)
            .collect();
        paths.sort();
        Ok(paths)
    }

    /// Puts an object of the site.
    ///
    /// # Errors
    ///
    /// Why not.
    pub async fn put(&self, entry: &Entry, bytes: Vec<u8>) -> Result<(), Trouble> {
        let compress = entry.headers.encoding == "gzip" && !headers::is_variant(&entry.path);
        let bytes = match compress {
            true => gzip(&bytes)?,
            false => bytes,
        };
        let mut attributes = Attributes::new();
        if self.keeps_headers {
            let headers = &entry.headers;
            for (name, value) in [
                (Attribute::ContentType, &headers.content_type),
                (Attribute::CacheControl, &headers.cache_control),
                (Attribute::ContentEncoding, &headers.encoding),
            ] {
                if !value.is_empty() {
                    attributes.insert(name, value.clone().into());
                }
            }
            attributes.insert(Attribute::Metadata(KEY.into()), entry.key().to_hex().into());
        }
        let put = self.send(
            entry.path.as_str(),
            bytes.into(),
            PutMode::Overwrite,
            attributes,
        );
        put.await.map(drop)
    }

    /// Puts a document of our own: over another one, on the condition that
    /// there is none, or on the condition that it is still the same.
    ///
    /// # Errors
    ///
    /// Why not.
    pub async fn write(
        &self,
        path: &str,
        bytes: Vec<u8>,
        mode: PutMode,
    ) -> Result<Version, Trouble> {
        let mut attributes = Attributes::new();
        if self.keeps_headers {
            attributes.insert(Attribute::ContentType, "application/json".into());
            attributes.insert(Attribute::CacheControl, "no-cache".into());
        }
        self.send(path, bytes.into(), mode, attributes).await
    }

    async fn send(
        &self,
        path: &str,
        bytes: Bytes,
        mode: PutMode,
        attributes: Attributes,
    ) -> Result<Version, Trouble> {
        let at = self.at(path)?;
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let put = self.attempts.persist(length, async || {
            let options = PutOptions {
                mode: mode.clone(),
                attributes: attributes.clone(),
                ..PutOptions::default()
            };
            let payload = PutPayload::from(bytes.clone());
            self.store.put_opts(&at, payload, options).await
        });
        Ok(put.await?.into())
    }

    /// Copies an object within the target.
    ///
    /// # Errors
    ///
    /// Why not.
    pub async fn copy(&self, from: &str, to: &str) -> Result<(), Trouble> {
        let (from, to) = (self.at(from)?, self.at(to)?);
        let copy = async || self.store.copy(&from, &to).await;
        self.attempts.persist(0, copy).await
    }

    /// Deletes an object; one that is not there is as good as deleted.
    ///
    /// # Errors
    ///
    /// Why not.
    pub async fn delete(&self, path: &str) -> Result<(), Trouble> {
        let at = self.at(path)?;
        let delete = self
            .attempts
            .persist(0, async || self.store.delete(&at).await);
        found(delete.await).map(drop)
    }
}

fn found<T>(result: Result<T, Trouble>) -> Result<Option<T>, Trouble> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Trouble::Missing) => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Trouble> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let written = encoder.write_all(bytes);
    written
        .and_then(|()| encoder.finish())
        .map_err(|error| Trouble::Failed(crate::ground::fs::in_words(&error)))
}
