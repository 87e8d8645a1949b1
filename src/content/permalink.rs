//! Where a source's page lives: its site path and its output file.

use serde::{Deserialize, Serialize};

use super::config::OutputStyle;
use super::front_matter::FrontMatter;
use super::slug;
use crate::ground::paths::OutPath;

/// What a Markdown source makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// The root section's page.
    Home,
    /// The page of a folder: `_index.md`, or `README.md` where there is none.
    Section,
    /// A guide in a folder of its own: `index.md`.
    Bundle,
    /// A guide in a file of its own.
    Guide,
}

/// The address of a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Permalink {
    /// Site path, such as `/a/b/` or `/a/b.html`; always starts with `/`.
    pub path: String,
    /// The file that it is written to, such as `a/b/index.html`.
    pub file: OutPath,
}

impl Permalink {
    /// The address of a folder: `""` is home, `a/b` is `/a/b/`.
    ///
    /// # Errors
    ///
    /// Says in words why the folder cannot be an output path.
    pub fn folder(folder: &str) -> Result<Self, &'static str> {
        let folder = folder.trim_matches('/');
        if folder.is_empty() {
            return Ok(Self {
                path: "/".into(),
                file: OutPath::new("index.html")?,
            });
        }
        Ok(Self {
            path: format!("/{folder}/"),
            file: OutPath::new(&format!("{folder}/index.html"))?,
        })
    }

    /// The address that a `path`, an alias or a guide's own place names: a
    /// folder unless it ends in `.html` or `.htm`.
    ///
    /// # Errors
    ///
    /// Says in words why it cannot be an output path.
    pub fn named(path: &str) -> Result<Self, &'static str> {
        let lower = path.to_ascii_lowercase();
        if lower.ends_with(".html") || lower.ends_with(".htm") {
            let file = OutPath::new(path)?;
            return Ok(Self {
                path: format!("/{file}"),
                file,
            });
        }
        Self::folder(path)
    }
}

/// The address of a source, from its place below the content folder and what
/// its front matter says. `folder` is the source's folder, `stem` its name
/// without the extension.
///
/// # Errors
///
/// Names the front matter key at fault (`slug`, `path`, or none where the
/// file's own name is) and says why it cannot be an address.
pub fn permalink(
    kind: Kind,
    folder: &str,
    stem: &str,
    front: &FrontMatter,
    style: OutputStyle,
) -> Result<Permalink, (Option<&'static str>, &'static str)> {
    if let Some(path) = &front.path {
        return Permalink::named(path).map_err(|why| (Some("path"), why));
    }
    if kind == Kind::Home {
        return Permalink::folder("").map_err(|why| (None, why));
    }
    // A bundle's and a section's own name is that of its folder.
    let (parent, own) = match kind {
        Kind::Guide => (folder, stem),
        _ => folder.rsplit_once('/').unwrap_or(("", folder)),
    };
    let name = match &front.slug {
        Some(slug) if slug.contains('/') => {
            return Err((Some("slug"), "has a `/`; use `path` for a whole address"));
        }
        Some(slug) if slug.trim().is_empty() => return Err((Some("slug"), "is empty")),
        Some(slug) => slug.clone(),
        None => segment(own),
    };
    let at_fault = front.slug.as_ref().map(|_| "slug");
    let whole = if parent.is_empty() {
        name
    } else {
        format!("{}/{name}", folder_segments(parent))
    };
    let address = if kind == Kind::Guide && style == OutputStyle::File {
        OutPath::new(&format!("{whole}.html")).map(|file| Permalink {
            path: format!("/{file}"),
            file,
        })
    } else {
        Permalink::folder(&whole)
    };
    address.map_err(|why| (at_fault, why))
}

/// A folder's path with each segment as it stands in addresses.
pub fn folder_segments(folder: &str) -> String {
    folder
        .split('/')
        .filter(|s| !s.is_empty())
        .map(segment)
        .collect::<Vec<_>>()
        .join("/")
}

/// A file's or folder's own name as it stands in addresses: kept as it is
/// where it is made of letters, digits and `._~-` alone, else made a slug. Case is kept.
pub fn segment(name: &str) -> String {
    let plain = name
        .chars()
        .all(|c| c.is_alphanumeric() || "._~-".contains(c));
    if plain && !name.starts_with('.') {
        return name.to_owned();
    }
    match slug::slugify(name) {
        slug if slug.is_empty() => name.to_owned(),
        slug => slug,
    }
}
