//! Stores: from a target's settings to something that keeps objects.
//!
//! Credentials come from the environment that is handed in, or from the
//! provider's own services; nothing here prints an address.

use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;

use object_store::aws::AmazonS3Builder;
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreScheme, RetryConfig};
use url::Url;

use super::client::Connector;
use crate::content::config::PublishOptions;
use crate::content::publish_address::{self, HostAddress};
use crate::ground::fs;

/// The environment: names and values.
pub type Environment = [(String, String)];

/// A target that has been understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A folder of this machine.
    Folder(PathBuf),
    /// A bucket, by its URL.
    Bucket(Url),
    /// A git branch, or a host behind SSH; see `host`.
    Host(HostAddress),
}

impl Address {
    /// Understands the target of a site at `root`.
    ///
    /// # Errors
    ///
    /// Says in words, without repeating it, what is wrong.
    pub fn of(options: &PublishOptions, root: &FsPath) -> Result<Self, String> {
        match publish_address::read(&options.to) {
            Some(Ok(address)) => return Ok(Self::Host(address)),
            Some(Err(_)) => return Err("the target's address cannot be read".to_owned()),
            None => {}
        }
        if !options.to.contains("://") {
            return Ok(Self::Folder(fs::absolute(&root.join(&options.to))));
        }
        Url::parse(&options.to)
            .map(Self::Bucket)
            .map_err(|error| format!("the target's URL cannot be read: {error}"))
    }

    /// Whether objects there have headers.
    pub fn keeps_headers(&self) -> bool {
        matches!(self, Self::Bucket(_))
    }
}

/// An open store, and where in it the site is.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The store.
    pub store: Arc<dyn ObjectStore>,
    /// The prefix of the site's objects.
    pub prefix: Path,
}

/// Opens a target. A folder that is not there is created if `create` says so;
/// else it is as good as an empty one.
///
/// # Errors
///
/// Says in words why not.
pub fn open(
    address: &Address,
    options: &PublishOptions,
    environment: &Environment,
    create: bool,
) -> Result<Opened, String> {
    match address {
        Address::Folder(folder) => open_folder(folder, create),
        Address::Bucket(url) => open_bucket(url, options, environment),
        Address::Host(_) => Err("the target is no store".to_owned()),
    }
}

fn open_folder(folder: &FsPath, create: bool) -> Result<Opened, String> {
    let prefix = Path::default();
    if !fs::is_folder(folder) {
        if !create {
            let store = Arc::new(InMemory::new());
            return Ok(Opened { store, prefix });
        }
        fs::create_folder(folder).map_err(|error| error.to_string())?;
    }
    let store = LocalFileSystem::new_with_prefix(folder)
        .map_err(|error| super::retry::words(&error))?
        .with_automatic_cleanup(true);
    Ok(Opened {
        store: Arc::new(store),
        prefix,
    })
}

/// No retries below our own.
fn once() -> RetryConfig {
    RetryConfig {
        max_retries: 0,
        ..RetryConfig::default()
    }
}

fn open_bucket(
    url: &Url,
    options: &PublishOptions,
    environment: &Environment,
) -> Result<Opened, String> {
    let (scheme, prefix) = ObjectStoreScheme::parse(url)
        .map_err(|_| "the target's URL names no kind of bucket that is known".to_owned())?;
    let connector = Connector::new()?;
    let variables = |prefix: &'static str| {
        let own = environment
            .iter()
            .filter(move |(name, _)| name.starts_with(prefix));
        own.map(|(name, value)| (name.to_ascii_lowercase(), value.clone()))
    };
    let store: object_store::Result<Arc<dyn ObjectStore>> = match scheme {
        ObjectStoreScheme::AmazonS3 => {
            let mut builder = AmazonS3Builder::new();
            for (name, value) in variables("AWS_") {
                if let Ok(key) = name.parse() {
                    builder = builder.with_config(key, value);
                }
            }
            builder = builder.with_url(url.as_str()).with_retry(once());
            if let Some(region) = &options.region {
                builder = builder.with_region(region);
            }
            if let Some(endpoint) = &options.endpoint {
                builder = builder
                    .with_endpoint(endpoint)
                    .with_allow_http(endpoint.starts_with("http://"));
            }
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
            let builder = builder.with_url(url.as_str()).with_retry(once());
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
            let builder = builder.with_url(url.as_str()).with_retry(once());
            let store = builder.with_http_connector(connector).build();
            store.map(|store| Arc::new(store) as _)
        }
        _ => return Err("the target's URL names no kind of bucket that is known".to_owned()),
    };
    let store = store.map_err(|error| super::retry::words(&error))?;
    Ok(Opened { store, prefix })
}
