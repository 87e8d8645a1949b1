//! Scan: which files a site is made of.
//!
//! The scan walks folders and says what is there and what each Markdown file
//! will make; it reads no file's bytes except `.gitignore`. Its result is
//! sorted, so that the order of a folder's entries decides nothing. Invariant:
//! every entry below the content folder is either in the result, ignored by a
//! stated rule, or named by a diagnostic.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::WalkDir;

use crate::content::permalink::Kind;
use crate::ground::diagnostic::{self, Diagnostic};
use crate::ground::fs;
use crate::ground::paths::SrcPath;
use crate::ground::rule::Rule;

/// The folders of a site.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The site's root, absolute.
    pub root: PathBuf,
    /// The content folder relative to the root: `content`, or empty where the
    /// root itself is the content.
    pub content: &'static str,
    /// The output folder, absolute.
    pub out: PathBuf,
    /// The folder for the cache and what Guidepost remembers, absolute.
    pub cache: PathBuf,
    /// Other folders that Guidepost writes to, absolute; they are no content
    /// either.
    pub others: Vec<PathBuf>,
}

impl Layout {
    /// Whether a folder is one that Guidepost writes to.
    pub fn is_written(&self, folder: &Path) -> bool {
        folder == self.out || folder == self.cache || self.others.iter().any(|f| f == folder)
    }
}

/// A Markdown source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkdownFile {
    /// The file.
    pub path: SrcPath,
    /// Its folder below the content folder, empty at the top.
    pub folder: String,
    /// What it makes.
    pub kind: Kind,
}

/// Everything that a site is made of.
#[derive(Debug, Default)]
pub struct Scan {
    /// Markdown sources, by path.
    pub markdown: Vec<MarkdownFile>,
    /// Other files below the content folder, by path.
    pub assets: BTreeSet<SrcPath>,
    /// The site's own templates.
    pub templates: Vec<SrcPath>,
    /// The site's static files.
    pub statics: Vec<SrcPath>,
    /// The site's data files.
    pub data: Vec<SrcPath>,
    /// Links that were followed, to files and to folders.
    pub links: Vec<FollowedLink>,
    /// What could not be walked.
    pub diagnostics: Vec<Diagnostic>,
}

/// A link that was followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowedLink {
    /// Where it is.
    pub path: PathBuf,
    /// What it leads to, with all links resolved.
    pub real: PathBuf,
}

impl Scan {
    /// What a Markdown source makes.
    pub fn guide(&self, path: &SrcPath) -> Option<&MarkdownFile> {
        let at = self
            .markdown
            .binary_search_by(|file| file.path.cmp(path))
            .ok()?;
        self.markdown.get(at)
    }
}

/// Folders of a site that are not content where the root is the content.
pub(super) const OWN_FOLDERS: [&str; 3] = ["templates", "static", "data"];

/// Walks a site's folders.
pub fn scan(layout: &Layout, ignored: &[String]) -> Scan {
    scan_unless(layout, ignored, &|| false)
}

/// Walks a site's folders, unless `given_up` says to stop; what comes back then
/// means nothing.
pub fn scan_unless(layout: &Layout, ignored: &[String], given_up: &dyn Fn() -> bool) -> Scan {
    let mut scan = Scan::default();
    let whole_root = layout.content.is_empty();
    let ignore = ignore_rules(layout, ignored, whole_root, &mut scan.diagnostics);
    let skip = |relative: &str, path: &Path, is_folder: bool| {
        let at_top = !relative.contains('/');
        given_up()
            || (is_folder && layout.is_written(path))
            || ignore.matched(relative, is_folder).is_ignore()
            || (whole_root && at_top && is_folder && OWN_FOLDERS.contains(&relative))
            || (whole_root && relative == crate::content::config::FILE_NAME)
    };
    let mut markdown = Vec::new();
    let mut beside = Beside::default();
    for path in walk(layout, layout.content, &skip, &mut beside) {
        if is_markdown(&path) {
            markdown.push(path);
        } else {
            scan.assets.insert(path);
        }
    }
    scan.markdown = classify(markdown, layout.content);
    let nothing = |_: &str, path: &Path, is_folder: bool| {
        given_up() || (is_folder && layout.is_written(path))
    };
    let mut own = |folder: &str| match fs::folder_is_there(&layout.root.join(folder)) {
        Ok(true) => walk(layout, folder, &nothing, &mut beside),
        Ok(false) => Vec::new(),
        Err(error) => {
            beside
                .diagnostics
                .push(fs::unreadable(&SrcPath::new(folder), &error));
            Vec::new()
        }
    };
    scan.templates = own("templates");
    scan.statics = own("static");
    scan.data = own("data");
    scan.diagnostics.append(&mut beside.diagnostics);
    scan.links = beside.links;
    scan
}

/// What git and the configuration leave out.
pub(super) fn ignore_rules(
    layout: &Layout,
    ignored: &[String],
    with_gitignore: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Gitignore {
    let mut builder = GitignoreBuilder::new("");
    let own_file = with_gitignore
        .then(|| {
            fs::read_if_there(&layout.root.join(".gitignore"))
                .ok()
                .flatten()
        })
        .flatten()
        .unwrap_or_default();
    for line in String::from_utf8_lossy(&own_file).lines() {
        // A pattern that git does not understand either ignores nothing.
        let _ = builder.add_line(None, line);
    }
    for pattern in ignored {
        if let Err(error) = builder.add_line(None, pattern) {
            diagnostics.push(Diagnostic::new(
                Rule::InvalidConfig,
                format!("`ignore` has a pattern that cannot be read: {error}"),
            ));
        }
    }
    builder.build().unwrap_or_else(|_| Gitignore::empty())
}

/// What is found on a walk beside files.
#[derive(Default)]
struct Beside {
    links: Vec<FollowedLink>,
    diagnostics: Vec<Diagnostic>,
}

type Skip<'a> = &'a dyn Fn(&str, &Path, bool) -> bool;

/// All files below `folder`, sorted by path; links are followed.
fn walk(layout: &Layout, folder: &str, skip: Skip<'_>, beside: &mut Beside) -> Vec<SrcPath> {
    let mut links = Vec::new();
    let mut diagnostics = Vec::new();
    let top = if folder.is_empty() {
        layout.root.clone()
    } else {
        layout.root.join(folder)
    };
    let mut found = Vec::new();
    // A link to a folder above the walk's top would be walked once more before
    // it is known for a loop.
    let real_top = fs::absolute(&top);
    let loops = RefCell::new(Vec::new());
    let entries = WalkDir::new(&top)
        .follow_links(true)
        .into_iter()
        .filter_entry(|entry| {
            let Some(name) = entry.file_name().to_str() else {
                return true;
            };
            if entry.depth() == 0 {
                return true;
            }
            let relative = below(&layout.root, entry.path());
            if entry.path_is_symlink()
                && entry.file_type().is_dir()
                && real_top.starts_with(fs::absolute(entry.path()))
            {
                loops
                    .borrow_mut()
                    .push(relative.unwrap_or_default().into_owned());
                return false;
            }
            !is_hidden_or_temporary(name)
                && relative.is_none_or(|relative| {
                    !skip(&relative, entry.path(), entry.file_type().is_dir())
                })
        });
    for entry in entries {
        if let Ok(entry) = &entry
            && entry.path_is_symlink()
        {
            links.push(FollowedLink {
                path: entry.path().to_owned(),
                real: fs::absolute(entry.path()),
            });
        }
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => match below(&layout.root, entry.path()) {
                None => diagnostics.push(
                    Diagnostic::new(
                        Rule::UnreadableSource,
                        format!("the name of `{}` is not UTF-8", entry.path().display()),
                    )
                    .help("rename the file"),
                ),
                Some(path) if entry.file_type().is_file() => found.push(SrcPath::new(path)),
                Some(path) => diagnostics.push(
                    Diagnostic::file(
                        Rule::UnreadableSource,
                        SrcPath::new(path),
                        "is neither a file nor a folder but a pipe, socket or device",
                    )
                    .help("remove it, or move it out of the site"),
                ),
            },
            Err(error) => diagnostics.push(walk_error(layout, &error)),
        }
    }
    let mut loops = loops.into_inner();
    loops.sort();
    for link in loops {
        let message = "is a link that leads back to a folder that holds it";
        diagnostics.push(
            Diagnostic::file(Rule::UnreadableSource, SrcPath::new(link), message)
                .help("remove the link"),
        );
    }
    // Folders give their entries in any order.
    found.sort();
    links.sort_by(|a, b| a.path.cmp(&b.path));
    diagnostic::sort(&mut diagnostics);
    beside.links.append(&mut links);
    beside.diagnostics.append(&mut diagnostics);
    found
}

fn walk_error(layout: &Layout, error: &walkdir::Error) -> Diagnostic {
    let path = error.path().unwrap_or(&layout.root);
    let relative = below(&layout.root, path);
    let name = relative.map_or_else(|| path.display().to_string(), Cow::into_owned);
    let (message, help) = match (error.loop_ancestor(), error.io_error()) {
        (Some(ancestor), _) => {
            let ancestor = below(&layout.root, ancestor).unwrap_or_default();
            (
                format!("is a link that leads back to its own folder `{ancestor}`"),
                "remove the link",
            )
        }
        (None, Some(io)) if io.kind() == std::io::ErrorKind::NotFound => (
            "is a link to something that does not exist".to_owned(),
            "remove the link, or restore what it leads to",
        ),
        (None, Some(io)) => (
            format!("cannot be read: {}", fs::in_words(io)),
            if io.kind() == std::io::ErrorKind::PermissionDenied {
                "mend its permissions"
            } else {
                "remove it, or name it under `ignore` in guidepost.toml"
            },
        ),
        (None, None) => ("cannot be walked".to_owned(), "look at the folder"),
    };
    Diagnostic::file(Rule::UnreadableSource, SrcPath::new(name), message).help(help)
}

/// A path below the root, with `/` between segments; `None` where it is not
/// UTF-8 or not below the root.
pub(super) fn below<'p>(root: &Path, path: &'p Path) -> Option<Cow<'p, str>> {
    // As text where that serves: taking paths apart costs more than walking.
    let relative = match (root.to_str(), path.to_str()) {
        (Some(root), Some(path)) => path.strip_prefix(root)?.strip_prefix(MAIN_SEPARATOR),
        _ => None,
    };
    let relative = match relative {
        Some(relative) => relative,
        None => path.strip_prefix(root).ok()?.to_str()?,
    };
    Some(match MAIN_SEPARATOR {
        '/' => Cow::Borrowed(relative),
        separator => Cow::Owned(relative.replace(separator, "/")),
    })
}

/// Hidden files and the temporary and backup files of editors.
pub(super) fn is_hidden_or_temporary(name: &str) -> bool {
    let ends = |end: &str| {
        let at = name.len().wrapping_sub(end.len());
        name.get(at..)
            .is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    name.starts_with('.')
        || name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || name == "4913"
        || [".swp", ".swo", ".swx", ".bak", ".tmp", ".orig"]
            .into_iter()
            .any(ends)
        || name.contains(".sb-")
}

fn is_markdown(path: &SrcPath) -> bool {
    ["md", "markdown"].contains(&path.extension().to_ascii_lowercase().as_str())
}

/// Says what each Markdown file makes. `_index.md` is its folder's page; so is
/// `index.md` where other guides or folders with guides lie beside or below
/// it, and a bundle where none do; so is `README.md` where neither is there.
fn classify(paths: Vec<SrcPath>, content: &str) -> Vec<MarkdownFile> {
    let folder_of = |path: &SrcPath| {
        let parent = path.parent();
        parent
            .strip_prefix(content)
            .unwrap_or(parent)
            .trim_start_matches('/')
            .to_owned()
    };
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut with_guides_below = BTreeSet::new();
    for path in &paths {
        let folder = folder_of(path);
        names
            .entry(folder.clone())
            .or_default()
            .push(path.file_name().to_ascii_lowercase());
        let mut above = folder.as_str();
        while let Some((parent, _)) = above.rsplit_once('/') {
            with_guides_below.insert(parent.to_owned());
            above = parent;
        }
        if !folder.is_empty() {
            with_guides_below.insert(String::new());
        }
    }
    let has = |folder: &str, stem: &str| {
        names.get(folder).is_some_and(|names| {
            names
                .iter()
                .any(|name| name.rsplit_once('.').is_some_and(|(s, _)| s == stem))
        })
    };
    paths
        .into_iter()
        .map(|path| {
            let folder = folder_of(&path);
            let of_folder = if folder.is_empty() {
                Kind::Home
            } else {
                Kind::Section
            };
            let alone = names.get(&folder).is_none_or(|names| names.len() == 1);
            let kind = match path.stem().to_ascii_lowercase().as_str() {
                "_index" => of_folder,
                "index" if has(&folder, "_index") => Kind::Guide,
                "index" if !folder.is_empty() && alone && !with_guides_below.contains(&folder) => {
                    Kind::Bundle
                }
                "index" => of_folder,
                "readme" if !has(&folder, "_index") && !has(&folder, "index") => of_folder,
                _ => Kind::Guide,
            };
            MarkdownFile { path, folder, kind }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(paths: &[&str]) -> Vec<(String, Kind)> {
        let mut paths: Vec<SrcPath> = paths.iter().map(SrcPath::new).collect();
        paths.sort();
        classify(paths, "content")
            .into_iter()
            .map(|file| (file.path.to_string(), file.kind))
            .collect()
    }

    #[test]
    fn indexes_bundles_and_readmes() {
        let found = kinds(&[
            "content/_index.md",
            "content/a/README.md",
            "content/a/guide.md",
            "content/b/index.md",
            "content/c/index.md",
            "content/c/other.md",
            "content/d/_index.md",
            "content/d/README.md",
            "content/e/index.md",
            "content/e/deep/guide.md",
        ]);
        let kind = |path: &str| found.iter().find(|(name, _)| name == path).unwrap().1;
        assert_eq!(kind("content/_index.md"), Kind::Home);
        assert_eq!(kind("content/a/README.md"), Kind::Section);
        assert_eq!(kind("content/a/guide.md"), Kind::Guide);
        assert_eq!(kind("content/b/index.md"), Kind::Bundle);
        assert_eq!(kind("content/c/index.md"), Kind::Section);
        assert_eq!(kind("content/d/README.md"), Kind::Guide);
        assert_eq!(kind("content/e/index.md"), Kind::Section);
    }

    #[test]
    fn swap_files_are_no_sources() {
        for name in [".a.md.swp", "a.md~", "#a.md#", "4913", "a.md.bak"] {
            assert!(is_hidden_or_temporary(name), "{name}");
        }
        assert!(!is_hidden_or_temporary("a.md"));
    }
}
