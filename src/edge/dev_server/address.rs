//! Addresses: from the path of a request to a file of the site.
//!
//! Invariant: what is found lies below the folder that is served, with every
//! link resolved; an address that tries to lead elsewhere is refused, however
//! often it is encoded.

use std::path::{Path, PathBuf};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::ground::fs;
use crate::ground::paths::OutPath;

/// What stands for itself in an address.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What stands at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A file, with links resolved.
    File(PathBuf),
    /// Another address.
    Redirect(String),
    /// Nothing.
    Missing,
    /// The address is not one that a site can have.
    Refused,
}

/// Finds what stands at `path` in the site in `root`, which lives below `base`.
pub fn place(root: &Path, base: &str, path: &str) -> Place {
    let relative = match below(base, path) {
        Some(relative) => relative,
        None if path == "/" || format!("{path}/") == base => {
            return Place::Redirect(base.to_owned());
        }
        None if segments(path.strip_prefix('/').unwrap_or(path)).is_none() => {
            return Place::Refused;
        }
        None => return Place::Missing,
    };
    let Some(segments) = segments(relative) else {
        return Place::Refused;
    };
    let hidden = |name: &String| name.starts_with('.') && name != ".well-known";
    if segments.iter().any(hidden) {
        return Place::Missing;
    }
    let mut file = root.to_owned();
    file.extend(&segments);
    let is_folder_address = relative.is_empty() || relative.ends_with('/');
    if is_folder_address {
        return found(root, &file.join("index.html"));
    }
    if fs::is_folder(&file) {
        return match found(root, &file.join("index.html")) {
            // Only the path is sent back, so that it leads to no other host.
            Place::File(_) => Place::Redirect(format!("{path}/")),
            other => other,
        };
    }
    match found(root, &file) {
        Place::Missing => {
            let mut page = file.into_os_string();
            page.push(".html");
            found(root, Path::new(&page))
        }
        other => other,
    }
}

/// The outputs that may stand at an address, whether they do or not.
pub fn candidates(base: &str, path: &str) -> Vec<OutPath> {
    let Some(segments) = below(base, path).and_then(segments) else {
        return Vec::new();
    };
    let joined = segments.join("/");
    let names = match path.ends_with('/') {
        true => vec![format!("{joined}/index.html")],
        false => vec![
            joined.clone(),
            format!("{joined}.html"),
            format!("{joined}/index.html"),
        ],
    };
    names
        .iter()
        .filter_map(|name| OutPath::new(name).ok())
        .collect()
}

/// The address of an output.
pub fn address_of(base: &str, output: &OutPath) -> String {
    let path = output.as_str();
    let path = match path.strip_suffix("index.html") {
        Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
        _ => path,
    };
    format!("{base}{}", utf8_percent_encode(path, KEPT))
}

/// A path below the base.
fn below<'p>(base: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(base)
}

/// The names that a path without its first slash consists of; `None` where one of them is none.
fn segments(path: &str) -> Option<Vec<String>> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.is_empty() {
        return Some(Vec::new());
    }
    path.split('/').map(segment).collect()
}

fn segment(encoded: &str) -> Option<String> {
    let name = percent_decode_str(encoded).decode_utf8().ok()?.into_owned();
    let mut once_more = name.clone();
    // What becomes a way out when it is decoded again is refused before
    // anybody behind us can do so.
    for _ in 0..3 {
        let one_name = Path::new(&once_more).components().count() == 1
            && matches!(
                Path::new(&once_more).components().next(),
                Some(std::path::Component::Normal(_))
            );
        let odd = once_more.contains(['/', '\\'])
            || once_more.chars().any(char::is_control)
            || (cfg!(windows) && once_more.contains(':'));
        if !one_name || odd {
            return None;
        }
        once_more = percent_decode_str(&once_more)
            .decode_utf8_lossy()
            .into_owned();
    }
    Some(name)
}

/// The file, if it is there and lies below the root.
fn found(root: &Path, file: &Path) -> Place {
    if !fs::is_file(file) {
        return Place::Missing;
    }
    let real = fs::absolute(file);
    match real.starts_with(fs::absolute(root)) {
        true => Place::File(real),
        false => Place::Refused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "site/index.html",
            "site/a/index.html",
            "site/b.html",
            "site/c.css",
            "secret",
        ] {
            let file = folder.path().join(name);
            fs::create_folder(file.parent().unwrap()).unwrap();
            fs::write(&file, b"x").unwrap();
        }
        folder
    }

    #[test]
    fn clean_addresses_lead_to_files() {
        let folder = site();
        let root = fs::absolute(&folder.path().join("site"));
        let file = |name: &str| Place::File(root.join(name));
        let at = |path: &str| place(&root, "/", path);
        assert_eq!(at("/"), file("index.html"));
        assert_eq!(at("/a/"), file("a/index.html"));
        assert_eq!(at("/a"), Place::Redirect("/a/".to_owned()));
        assert_eq!(at("/b"), file("b.html"));
        assert_eq!(at("/c%2Ecss"), file("c.css"));
        assert_eq!(at("/c.css/"), Place::Missing);
        assert_eq!(at("/nothing/"), Place::Missing);
    }

    #[test]
    fn a_base_is_stripped_and_led_to() {
        let folder = site();
        let root = fs::absolute(&folder.path().join("site"));
        let at = |path: &str| place(&root, "/docs/", path);
        assert_eq!(at("/docs/a/"), Place::File(root.join("a/index.html")));
        assert_eq!(at("/docs/a"), Place::Redirect("/docs/a/".to_owned()));
        assert_eq!(at("/"), Place::Redirect("/docs/".to_owned()));
        assert_eq!(at("/docs"), Place::Redirect("/docs/".to_owned()));
        assert_eq!(at("/a/"), Place::Missing);
    }

    #[test]
    fn no_address_leads_out() {
        let folder = site();
        let root = folder.path().join("site");
        for path in [
            "/../secret",
            "/a/../../secret",
            "/%2e%2e/secret",
            "/a/%2E%2E/%2e%2e/secret",
            "/..%2fsecret",
            "/%252e%252e/secret",
            "/%252e%252e%252fsecret",
            "/%25252e%25252e/secret",
            "/a/..%5c..%5csecret",
            "/a\\..\\..\\secret",
            "//secret",
            "/./secret",
            "/a//index.html",
            "/%00",
            "/%ff",
            "/%2fsecret",
        ] {
            assert_eq!(place(&root, "/", path), Place::Refused, "{path}");
            let below = format!("/docs{path}");
            assert_eq!(place(&root, "/docs/", &below), Place::Refused, "{below}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_root_are_refused() {
        let folder = site();
        let root = folder.path().join("site");
        let link = |from: &str, to: &str| {
            std::os::unix::fs::symlink(folder.path().join(to), root.join(from)).unwrap();
        };
        link("out", "secret");
        link("folder", "");
        link("in.css", "site/c.css");
        assert_eq!(place(&root, "/", "/out"), Place::Refused);
        assert_eq!(place(&root, "/", "/folder/secret"), Place::Refused);
        let inner = fs::absolute(&root.join("c.css"));
        assert_eq!(place(&root, "/", "/in.css"), Place::File(inner));
    }

    #[test]
    fn outputs_have_addresses() {
        let out = |path: &str| OutPath::new(path).unwrap();
        assert_eq!(address_of("/", &out("index.html")), "/");
        assert_eq!(address_of("/docs/", &out("a b/index.html")), "/docs/a%20b/");
        assert_eq!(address_of("/", &out("a/myindex.html")), "/a/myindex.html");
        assert_eq!(candidates("/", "/a%20b/"), [out("a b/index.html")]);
        assert_eq!(candidates("/docs/", "/docs/"), [out("index.html")]);
        assert_eq!(candidates("/docs/", "/"), []);
    }
}
