//! From the address of a shared cache to something that keeps objects.
//!
//! Credentials come from the environment that is handed in, or from the
//! provider's own services. Invariant: no message here repeats an address or a
//! value of the environment.

use std::path::Path as FsPath;
use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreScheme, RetryConfig};
use url::Url;

use crate::edge::publish::client::Connector;
use crate::ground::digest::Digest;
use crate::ground::fs;

/// A folder of packs.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) store: Arc<dyn ObjectStore>,
    /// Where the packs of this version are.
    pub(super) packs: Path,
}

/// Opens the place of a version's packs. A folder that is not there is created
/// if `create` says so; else it is as good as an empty one.
///
/// # Errors
///
/// Says in words why not.
pub(super) fn open(
    remote: &str,
    root: &FsPath,
    environment: &[(String, String)],
    version: Digest,
    create: bool,
) -> Result<Place, String> {
    let (store, prefix) = match Url::parse(remote) {
        Ok(url) if remote.contains("://") && url.scheme() != "file" => bucket(&url, environment)?,
        Ok(url) if url.scheme() == "file" => {
            let folder = url
                .to_file_path()
                .map_err(|()| "its address names no folder".to_owned())?;
            (folder_store(&folder, create)?, Path::default())
        }
        Err(_) if remote.contains("://") => return Err("its address cannot be read".to_owned()),
        _ => (folder_store(&root.join(remote), create)?, Path::default()),
    };
    let packs = Path::parse(format!("{prefix}/cache/{version}"))
        .map_err(|_| "its address has a path that cannot be".to_owned())?;
    Ok(Place { store, packs })
}

fn folder_store(folder: &FsPath, create: bool) -> Result<Arc<dyn ObjectStore>, String> {
    if !fs::is_folder(folder) {
        if !create {
            return Ok(Arc::new(InMemory::new()));
        }
        fs::create_folder(folder).map_err(|_| "its folder cannot be created".to_owned())?;
    }
    match LocalFileSystem::new_with_prefix(folder) {
        Ok(store) => Ok(Arc::new(store)),
        Err(_) => Err("its folder cannot be opened".to_owned()),
    }
}

fn bucket(
    url: &Url,
    environment: &[(String, String)],
) -> Result<(Arc<dyn ObjectStore>, Path), String> {
    const UNKNOWN: &str = "its address names no kind of bucket that is known";
    let (scheme, prefix) = ObjectStoreScheme::parse(url).map_err(|_| UNKNOWN.to_owned())?;
    let connector = Connector::new()?;
    let variables = |prefix: &'static str| {
        let own = environment
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix));
        own.map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
    };
    // Trying again would take the patience that a build has.
    let once = RetryConfig {
        max_retries: 0,
        ..RetryConfig::default()
    };
    let store: object_store::Result<Arc<dyn ObjectStore>> = match scheme {
        ObjectStoreScheme::AmazonS3 => {
            let mut builder = AmazonS3Builder::new();
            for (name, value) in variables("AWS_") {
                if let Ok(key) = name.parse() {
                    builder = builder.with_config(key, value);
                }
            }
            let builder = builder.with_url(url.as_str()).with_retry(once);
            let store = builder.with_http_connector(connector).build();
            store.map(|store| Arc::new(store) as _)
        }
        ObjectStoreScheme::GoogleCloudStorage => {
            let mut builder = GoogleCloudStorageBuilder::new();
            for (name, value) in variables("GOOGLE_") {
                if let Ok(key) = name.parse() {
                    builder = builder.with_config(key, value);
                }
            }
            let builder = builder.with_url(url.as_str()).with_retry(once);
            let store = builder.with_http_connector(connector).build();
            store.map(|store| Arc::new(store) as _)
        }
        ObjectStoreScheme::MicrosoftAzure => {
            let mut builder = MicrosoftAzureBuilder::new();
            for (name, value) in variables("AZURE_") {
                if let Ok(key) = name.parse() {
                    builder = builder.with_config(key, value);
                }
            }
            let builder = builder.with_url(url.as_str()).with_retry(once);
            let store = builder.with_http_connector(connector).build();
            store.map(|store| Arc::new(store) as _)
        }
        _ => return Err(UNKNOWN.to_owned()),
    };
    // The provider's own words may hold what is secret.
    let store = store.map_err(|_| "its bucket cannot be opened with what is set".to_owned())?;
    Ok((store, prefix))
}
