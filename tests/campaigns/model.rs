//! The sources of a made-up site, as values, and the options of its builds.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::chance::Chance;
use super::page::{Form, Page, join, quoted};

/// A taxonomy of the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Taxonomy {
    pub name: String,
    pub title: Option<String>,
    pub feed: bool,
    pub paginate_by: usize,
}

/// The options of a build.
#[derive(Clone, Debug, PartialEq)]
pub struct Flags {
    pub now: String,
    pub base_url: Option<String>,
    pub drafts: bool,
    pub future: bool,
    pub strict: bool,
}

/// A file that is wrong on purpose.
#[derive(Clone, Debug, PartialEq)]
pub struct Wound {
    /// Its path below the root, which may be that of a good file.
    pub path: String,
    pub bytes: Vec<u8>,
    /// The page whose address it claims too.
    pub clashes_with: Option<String>,
}

/// All sources of a site.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// `content/`, or nothing where the root is the content.
    pub content: &'static str,
    pub pages: Vec<Page>,
    /// Everything else, by path below the root.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Links, by path below the root; they lead to paths below the folder
    /// that holds the root.
    pub links: BTreeMap<String, String>,
    /// What links lead to, by path below the folder that holds the root.
    pub shared: BTreeMap<String, Vec<u8>>,
    /// Keys of the configuration by table; the top one has no name.
    pub config: BTreeMap<String, BTreeMap<String, String>>,
    pub taxonomies: Vec<Taxonomy>,
    pub wounds: Vec<Wound>,
    pub flags: Flags,
}

impl Model {
    /// The files of the site by path below the root, without the links.
    pub fn sources(&self) -> BTreeMap<String, Vec<u8>> {
        let mut sources = self.files.clone();
        for page in &self.pages {
            sources.insert(
                format!("{}{}", self.content, page.path()),
                page.text().into_bytes(),
            );
        }
        sources.insert("guidepost.toml".into(), self.config_text().into_bytes());
        for wound in &self.wounds {
            sources.insert(wound.path.clone(), wound.bytes.clone());
        }
        sources
    }

    pub fn config_text(&self) -> String {
        let mut text = String::new();
        for (table, keys) in &self.config {
            if keys.is_empty() {
                continue;
            }
            if !table.is_empty() {
                let _ = writeln!(text, "\n[{table}]");
            }
            for (key, value) in keys {
                let _ = writeln!(text, "{key} = {value}");
            }
        }
        for taxonomy in &self.taxonomies {
            let _ = writeln!(
                text,
                "\n[[taxonomies]]\nname = {}\nfeed = {}\npaginate-by = {}",
                quoted(&taxonomy.name),
                taxonomy.feed,
                taxonomy.paginate_by
            );
            if let Some(title) = &taxonomy.title {
                let _ = writeln!(text, "title = {}", quoted(title));
            }
        }
        text
    }

    /// Sets a key of the configuration; `None` takes it out.
    pub fn configure(&mut self, table: &str, key: &str, value: Option<&str>) {
        let keys = self.config.entry(table.into()).or_default();
        match value {
            Some(value) => keys.insert(key.into(), value.into()),
            None => keys.remove(key),
        };
    }

    pub fn configured(&self, table: &str, key: &str) -> Option<&str> {
        self.config.get(table)?.get(key).map(String::as_str)
    }

    /// The index of a page that fits, chosen by its path.
    pub fn choose(&self, chance: &mut Chance, fits: impl Fn(&Page) -> bool) -> Option<usize> {
        let fitting: Vec<(usize, String)> = self
            .pages
            .iter()
            .enumerate()
            .filter(|(_, page)| fits(page))
            .map(|(at, page)| (at, page.path()))
            .collect();
        let chosen = chance.named(fitting.iter().map(|(_, path)| path.as_str()))?;
        fitting
            .into_iter()
            .find(|(_, path)| *path == chosen)
            .map(|(at, _)| at)
    }

    /// A guide, that is, a page that is no section.
    pub fn guide(&self, chance: &mut Chance) -> Option<usize> {
        self.choose(chance, |page| page.form != Form::Section)
    }

    /// A file that fits, chosen by its path.
    pub fn file(&self, chance: &mut Chance, fits: impl Fn(&str) -> bool) -> Option<String> {
        chance.named(
            self.files
                .keys()
                .map(String::as_str)
                .filter(|path| fits(path)),
        )
    }

    /// The folders that hold pages.
    pub fn folders(&self) -> Vec<String> {
        let mut folders: Vec<String> = self.pages.iter().map(|page| page.folder.clone()).collect();
        folders.sort();
        folders.dedup();
        folders
    }

    /// Whether a page's file, or a bundle's folder, would stand in the way.
    pub fn is_taken(&self, folder: &str, name: &str) -> bool {
        let leaf = format!("{}.md", join(folder, name));
        let bundle = format!("{}/", join(folder, name));
        self.pages
            .iter()
            .any(|page| page.path() == leaf || page.path().starts_with(&bundle))
    }

    /// A name that no page of the folder has, beginning with `stem`.
    pub fn free_name(&self, folder: &str, stem: &str) -> String {
        let mut name = stem.to_owned();
        let mut number = 2;
        while self.is_taken(folder, &name) {
            name = format!("{stem}-{number}");
            number += 1;
        }
        name
    }

    /// Every page's tags, with repetitions.
    pub fn tags(&self) -> BTreeMap<String, usize> {
        let mut tags = BTreeMap::new();
        for tag in self.pages.iter().flat_map(|page| &page.tags) {
            *tags.entry(tag.clone()).or_default() += 1;
        }
        tags
    }

    /// Moves the other files of a bundle's folder. Returns what was moved.
    pub fn move_files(&mut self, from: &str, to: &str) -> Vec<(String, String)> {
        let from = format!("{}{from}/", self.content);
        let moved: Vec<(String, String)> = self
            .files
            .keys()
            .filter_map(|path| {
                let name = path.strip_prefix(&from)?;
                Some((path.clone(), format!("{}{to}/{name}", self.content)))
            })
            .collect();
        for (old, new) in &moved {
            if let Some(bytes) = self.files.remove(old) {
                self.files.insert(new.clone(), bytes);
            }
        }
        moved
    }
}
