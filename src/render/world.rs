//! Everything that inputs are made from: the resolved site, its templates,
//! its files, and the way addresses are written.
//!
//! A `World` is where inputs come from and is no input itself: an output's
//! step holds what it took from here, by value or by digest.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use serde::{Serialize, Serializer};

use super::templates::Templates;
use crate::content::config::{Config, MarkdownOptions, MetaBoxOptions};
use crate::content::highlight::Spans;
use crate::engine::memo::Memo;
use crate::ground::digest::{Digest, Digested};
use crate::ground::paths::{OutPath, SrcPath};
use crate::site::Site;
use crate::site::links::Files;
use crate::site::publication::Edition;
use crate::site::urls::Urls;

/// The site and all that its pages draw on.
pub struct World<'a> {
    /// The site's root, absolute.
    pub root: PathBuf,
    /// The configuration.
    pub config: &'a Config,
    /// The resolved site.
    pub site: &'a Site,
    /// The time of the build.
    pub edition: &'a Edition,
    /// How addresses are written.
    pub urls: Urls,
    /// The templates.
    pub templates: &'a Templates,
    /// The site's files.
    pub files: &'a Files,
    /// What is known of files that are copied or that pages show.
    pub probes: &'a BTreeMap<SrcPath, Probe>,
    /// Data files by name.
    pub data: &'a BTreeMap<String, Arc<Data>>,
    /// The theme's generated and fingerprinted files.
    pub theme: &'a ThemeFiles,
    /// Highlighted blocks.
    pub highlighted: &'a Memo<Spans>,
    /// Groups of the configuration that pages read, digested once.
    pub options: PageOptions,
    /// `site.guides`, built when the first template names it.
    pub guides: OnceLock<Arc<Data>>,
}

/// The configuration that rendering a page reads.
#[derive(Clone, Debug, Serialize)]
pub struct PageOptions {
    /// Markdown switches.
    pub markdown: Digested<MarkdownOptions>,
    /// The meta box.
    pub meta_box: Digested<MetaBoxOptions>,
    /// Whether code is highlighted.
    pub highlight: bool,
    /// Whether lines are numbered where a fence does not say.
    pub line_numbers: bool,
}

impl PageOptions {
    /// What a configuration says.
    pub fn of(config: &Config) -> Self {
        Self {
            markdown: Digested::new(config.markdown.clone()),
            meta_box: Digested::new(config.meta_box.clone()),
            highlight: config.highlight.enabled,
            line_numbers: config.highlight.line_numbers,
        }
    }
}

/// What is known of a file without showing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probe {
    /// Digest of its bytes.
    pub digest: Digest,
    /// Width and height in pixels of a raster image.
    pub size: Option<(u32, u32)>,
}

/// A whole-site value as templates see it, built once and shared. A key that
/// holds one holds its digest.
pub struct Data {
    /// Digest of the value.
    pub digest: Digest,
    /// The value.
    pub value: tera::Value,
}

impl Serialize for Data {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.digest.serialize(serializer)
    }
}

/// The theme's files that every page refers to.
#[derive(Clone, Debug, Default)]
pub struct ThemeFiles {
    /// The style sheet: where, and its bytes.
    pub style: Option<(OutPath, Vec<u8>)>,
    /// The script: where, and its bytes.
    pub script: Option<(OutPath, Vec<u8>)>,
    /// The icon, where the theme or the site has one.
    pub icon: Option<OutPath>,
    /// Other files of the theme that the site does not override.
    pub others: Vec<(OutPath, &'static [u8])>,
}
