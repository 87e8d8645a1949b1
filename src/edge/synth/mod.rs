//! Synth: corpora of made-up guides, for load tests.
//!
//! A guide has the shape of a published maintenance article: two dozen keys of
//! meta, prose, pictures, three blocks of code in as many languages, and links
//! to other guides. The texts are filled-in templates; they say nothing that
//! anybody should follow.
//!
//! Invariants: a guide is a function of the seed and its number, from integers
//! alone, so that equal arguments give equal bytes on every platform and the
//! first guides of a larger corpus are those of a smaller one; no two blocks
//! of code of a corpus are equal; every link leads to an earlier guide.

mod code;
mod front;
mod guide;
mod outline;
mod pictures;
mod random;
mod section;
mod template;
mod words;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::content::config::FILE_NAME;
use crate::ground::fs::{self, FsError};

/// Guides in a corpus at most.
pub const MOST_GUIDES: usize = 1_000_000;

const CONFIG: &str = include_str!("guidepost.toml");
const HOME: &str = "+++\ntitle = \"Synthetic guides\"\ndescription = \"Made-up maintenance guides for load tests.\"\n+++\n\n\
    Every guide here was made by `guidepost synth`. The steps are invented: do not follow them.\n";

/// Why there is no corpus.
#[derive(Debug)]
pub enum SynthError {
    /// The folder has something in it already.
    NotEmpty(PathBuf),
    /// A file or folder could not be written.
    Io(FsError),
}

impl From<FsError> for SynthError {
    fn from(error: FsError) -> Self {
        Self::Io(error)
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Synthesized {
    /// Files, guides among them.
    pub files: usize,
    /// Their bytes together.
    pub bytes: usize,
}

/// Writes a site of `guides` made-up guides into a folder that is empty or not
/// there yet.
///
/// # Errors
///
/// The folder has something in it, or a file cannot be written.
pub fn synthesize(guides: usize, seed: u64, folder: &Path) -> Result<Synthesized, SynthError> {
    if !fs::entries(folder).is_empty() {
        return Err(SynthError::NotEmpty(folder.to_owned()));
    }
    let mut others = vec![
        (
            FILE_NAME.to_owned(),
            CONFIG.replace("\r\n", "\n").into_bytes(),
        ),
        (
            ".gitignore".to_owned(),
            b"/public/\n/.guidepost/\n".to_vec(),
        ),
        ("content/_index.md".to_owned(), HOME.into()),
    ];
    for index in 0..section::open(guides) {
        let section = section::section(index);
        let page = section::page(&section, index);
        others.push((format!("content/{}/_index.md", section.folder), page.into()));
    }
    for index in 0..pictures::COUNT {
        let bytes = pictures::bytes(seed, index);
        others.push((format!("static/images/{}", pictures::name(index)), bytes));
    }
    let mut bytes = 0;
    for (path, content) in &others {
        bytes += content.len();
        fs::create_new(&folder.join(path), content)?;
    }
    let content = folder.join("content");
    let written: usize = (1..=guides)
        .into_par_iter()
        .map(|number| {
            let (path, text) = guide::guide(seed, number);
            fs::create_new(&content.join(path), text.as_bytes())?;
            Ok(text.len())
        })
        .sum::<Result<usize, FsError>>()?;
    Ok(Synthesized {
        files: others.len() + guides,
        bytes: bytes + written,
    })
}
