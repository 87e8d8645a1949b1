//! The theme's style, script and other files, as outputs.
//!
//! Style and script carry a digest of their content in their names, so that
//! they can be cached for ever; the style sheet is the theme's with the rules
//! for code behind it.

use std::collections::BTreeMap;

use super::theme;
use super::world::ThemeFiles;
use crate::content::config::HighlightOptions;
use crate::content::highlight;
use crate::ground::digest::Digest;
use crate::ground::paths::OutPath;

/// The theme's style sheet, which a site overrides with `static/guidepost.css`.
pub const STYLE: &str = "guidepost.css";
/// The theme's script.
pub const SCRIPT: &str = "guidepost.js";
/// The theme's icon.
pub const ICON: &str = "favicon.svg";

/// The theme's files. `own` are the site's own versions of [`STYLE`] and
/// [`SCRIPT`]; `statics` says which other paths the site has itself.
pub fn theme_files(
    own: &BTreeMap<&str, Vec<u8>>,
    statics: &dyn Fn(&OutPath) -> bool,
    options: &HighlightOptions,
) -> ThemeFiles {
    let built_in = theme::static_files();
    let bytes = |name: &str| {
        own.get(name).cloned().or_else(|| {
            let (_, bytes) = built_in.iter().find(|(path, _)| *path == name)?;
            Some(bytes.to_vec())
        })
    };
    let style = bytes(STYLE).map(|mut style| {
        if options.enabled {
            style.push(b'\n');
            style.extend(highlight::stylesheet(options).into_bytes());
        }
        style
    });
    let mut files = ThemeFiles {
        style: style.and_then(|bytes| fingerprinted("guidepost", "css", bytes)),
        script: bytes(SCRIPT)
            .filter(|bytes| !bytes.is_empty())
            .and_then(|bytes| fingerprinted("guidepost", "js", bytes)),
        ..ThemeFiles::default()
    };
    for (name, bytes) in built_in {
        if name == STYLE || name == SCRIPT {
            continue;
        }
        let Ok(path) = OutPath::new(name) else {
            continue;
        };
        if !statics(&path) {
            files.others.push((path, bytes));
        }
    }
    files.icon = OutPath::new(ICON)
        .ok()
        .filter(|icon| statics(icon) || files.others.iter().any(|(path, _)| path == icon));
    files
}

fn fingerprinted(name: &str, extension: &str, bytes: Vec<u8>) -> Option<(OutPath, Vec<u8>)> {
    let digest = Digest::of_bytes(&bytes).short(12);
    Some((
        OutPath::new(&format!("{name}.{digest}.{extension}")).ok()?,
        bytes,
    ))
}
