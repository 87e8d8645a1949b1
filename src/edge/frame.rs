//! The frame of a site: its folders, its configuration, and the list of files
//! that it is made of.
//!
//! Whoever builds once reads it once; a watcher keeps it and reads again what
//! changed of it. Nothing here reads what a page says.

use std::path::Path;

use super::build::{BuildError, BuildOptions};
use super::scan::{self, Layout, Scan};
use crate::content::config::{self, Config};
use crate::content::config_reader;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::Digest;
use crate::ground::fs;
use crate::ground::paths::SrcPath;
use crate::ground::rule::Level;
use crate::ground::source::Source;

/// What a site consists of.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) layout: Layout,
    pub(super) config: Config,
    /// The configuration, if there is a file.
    pub(super) config_file: Option<SrcPath>,
    pub(super) scan: Scan,
    /// What was found while the configuration was read and folders walked.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Digest of the lists of files.
    pub(super) shape: Digest,
}

impl Frame {
    /// Reads folders and configuration. Walks nothing yet.
    ///
    /// # Errors
    ///
    /// There is no folder, or the configuration has errors.
    pub(super) fn read(options: &BuildOptions) -> Result<Self, BuildError> {
        let layout = options.layout()?;
        if !fs::is_folder(&layout.root) {
            return Err(BuildError::NoSite(layout.root));
        }
        let (mut config, diagnostics) = read_config(&layout.root)?;
        if let Some(base_url) = &options.base_url {
            config.base_url = Some(base_url.clone());
        }
        let config_file = SrcPath::new(config::FILE_NAME);
        let has_file = fs::exists(&config_file.under(&layout.root));
        Ok(Self {
            layout,
            config,
            config_file: has_file.then_some(config_file),
            diagnostics,
            ..Self::default()
        })
    }

    /// Walks the site's folders.
    #[must_use]
    pub(super) fn walked(mut self) -> Self {
        self.scan = scan::scan(&self.layout, &self.config.ignore);
        self.diagnostics.append(&mut self.scan.diagnostics);
        self.shape = shape(&self.scan);
        self
    }
}

/// Digest of the lists of files that a scan found.
pub(super) fn shape(scan: &Scan) -> Digest {
    Digest::of(&(
        scan.markdown
            .iter()
            .map(|file| (&file.path, file.kind))
            .collect::<Vec<_>>(),
        &scan.assets,
        &scan.templates,
        &scan.statics,
        &scan.data,
    ))
}

/// Reads the configuration of a site; the defaults where there is none.
///
/// # Errors
///
/// The file cannot be read, or its complaints.
pub fn read_config(root: &Path) -> Result<(Config, Vec<Diagnostic>), BuildError> {
    let path = SrcPath::new(config::FILE_NAME);
    let Some(bytes) = fs::read_if_there(&path.under(root))? else {
        return Ok((Config::default(), Vec::new()));
    };
    let text = fs::utf8(&path, bytes).map_err(|found| BuildError::Config(vec![found]))?;
    let (config, diagnostics) = config_reader::read(&Source::new(path, &text));
    if diagnostics.iter().any(|found| found.level == Level::Error) {
        return Err(BuildError::Config(diagnostics));
    }
    Ok((config, diagnostics))
}
