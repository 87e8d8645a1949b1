//! Places: which paths can matter to a site, before anything is walked.
//!
//! The scan decides what a site is made of; here is only what it can never
//! look at.

use std::path::{Path, PathBuf};

use crate::edge::scan::{Layout, OWN_FOLDERS, below, ignore_rules, is_hidden_or_temporary};
use crate::ground::fs;

/// The folders of a site that are walked, each with all that lies below it:
/// content, templates, static files and data, or what lies in the root where
/// the root itself is the content.
pub fn top_folders(layout: &Layout, ignored: &[String]) -> Vec<PathBuf> {
    let mut names: Vec<String> = OWN_FOLDERS.iter().map(|name| (*name).to_owned()).collect();
    if layout.content.is_empty() {
        let ignore = ignore_rules(layout, ignored, true, &mut Vec::new());
        let found = fs::entries(&layout.root).into_iter().filter(|name| {
            !is_hidden_or_temporary(name)
                && !OWN_FOLDERS.contains(&name.as_str())
                && !ignore.matched(name, true).is_ignore()
        });
        names.extend(found);
    } else {
        names.push(layout.content.to_owned());
    }
    names.sort();
    let folders = names.into_iter().map(|name| layout.root.join(name));
    folders
        .filter(|folder| fs::is_folder(folder) && !layout.is_written(folder))
        .collect()
}

/// The place of a path in a site, relative to its root with `/` between
/// segments; `None` for what no scan looks at. The root itself is the empty
/// place.
pub fn place_of(layout: &Layout, path: &Path) -> Option<String> {
    let place = below(&layout.root, path)?.into_owned();
    let whole_root = layout.content.is_empty();
    if place == crate::content::config::FILE_NAME || (whole_root && place == ".gitignore") {
        return Some(place);
    }
    let first = place.split('/').next().unwrap_or_default();
    let is_ours =
        place.is_empty() || whole_root || first == "content" || OWN_FOLDERS.contains(&first);
    let written = path.ancestors().any(|folder| layout.is_written(folder));
    (is_ours && !written && !place.split('/').any(is_hidden_or_temporary)).then_some(place)
}
