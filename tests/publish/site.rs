//! A site in memory, and a reader who follows every reference in it.

use std::collections::{BTreeMap, BTreeSet};

use guidepost::content::config::PublishOptions;
use guidepost::edge::publish::Entry;
use guidepost::edge::publish::headers;
use guidepost::ground::digest::Digest;
use guidepost::ground::paths::OutPath;
use object_store::ObjectStoreExt as _;
use object_store::path::Path;

use super::store::Store;

/// Paths and bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site(pub BTreeMap<String, Vec<u8>>);

impl Site {
    pub fn set(&mut self, path: &str, text: String) {
        self.0.insert(path.to_owned(), text.into_bytes());
    }

    /// A site whose pages show a style sheet and a picture each, all named by
    /// their content.
    pub fn new(pages: impl Iterator<Item = usize>, edition: &str) -> Self {
        let mut site = Self::default();
        let named = |site: &mut Self, name: &str, ending: &str| {
            let text = format!("{name} of edition {edition}");
            let digest = Digest::of_bytes(text.as_bytes()).short(12);
            let path = format!("{name}.{digest}.{ending}");
            site.set(&path, text);
            path
        };
        let style = named(&mut site, "style", "css");
        let mut links = String::new();
        for page in pages {
            let picture = named(&mut site, &format!("picture{page}"), "png");
            let text = format!("<link href=\"/{style}\"><img src=\"/{picture}\">");
            site.set(&format!("p{page}/index.html"), text);
            links += &format!("<a href=\"/p{page}/index.html\">");
        }
        site.set("index.html", format!("<link href=\"/{style}\">{links}"));
        site.set("sitemap.xml", links);
        site
    }

    pub fn entries(&self, options: &PublishOptions) -> BTreeMap<OutPath, Entry> {
        let entries = self.0.iter().map(|(path, bytes)| {
            let path = OutPath::new(path).unwrap();
            let digest = Digest::of_bytes(bytes);
            let size = bytes.len() as u64;
            let is_output = |path: &str| self.0.contains_key(path);
            let headers = headers::headers(&path, digest, size, options, &is_output);
            Entry {
                path,
                digest,
                size,
                headers,
            }
        });
        entries.map(|entry| (entry.path.clone(), entry)).collect()
    }
}

pub async fn read(store: &Store, path: &str) -> Option<Vec<u8>> {
    let got = store.inner.get(&Path::parse(path).unwrap()).await.ok()?;
    Some(got.bytes().await.ok()?.to_vec())
}

/// What is in a store beside the records.
pub async fn standing(store: &Store) -> Site {
    use futures_util::TryStreamExt as _;
    use object_store::ObjectStore as _;
    let listed: Vec<_> = store.inner.list(None).try_collect().await.unwrap();
    let mut site = Site::default();
    for meta in listed {
        let path = meta.location.to_string();
        if !path.starts_with(".guidepost/") {
            let bytes = read(store, &path).await.unwrap();
            site.0.insert(path, bytes);
        }
    }
    site
}

/// References that lead nowhere, from what a reader can reach.
pub async fn crawl(store: &Store) -> Vec<String> {
    let site = standing(store).await;
    let mut broken = Vec::new();
    let mut seen = BTreeSet::new();
    let mut open = vec!["index.html".to_owned(), "sitemap.xml".to_owned()];
    while let Some(path) = open.pop() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let Some(bytes) = site.0.get(&path) else {
            broken.push(path);
            continue;
        };
        let text = String::from_utf8_lossy(bytes);
        open.extend(text.split("=\"/").skip(1).map(|rest| {
            let end = rest.find('"').unwrap();
            rest[..end].to_owned()
        }));
    }
    broken
}
