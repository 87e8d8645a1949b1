//! The built-in theme: templates and static files, embedded in the binary.
//!
//! A site overrides either file by file. Nothing here knows what is in them.

use include_dir::{Dir, DirEntry, include_dir};

static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");
static STATIC: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/static");

/// The theme's templates as names and texts, sorted by name.
pub fn templates() -> Vec<(&'static str, &'static str)> {
    files(&TEMPLATES)
        .into_iter()
        .filter_map(|(name, bytes)| Some((name, std::str::from_utf8(bytes).ok()?)))
        .collect()
}

/// The theme's static files as paths and bytes, sorted by path.
pub fn static_files() -> Vec<(&'static str, &'static [u8])> {
    files(&STATIC)
}

fn files(root: &'static Dir<'static>) -> Vec<(&'static str, &'static [u8])> {
    fn walk(dir: &'static Dir<'static>, found: &mut Vec<(&'static str, &'static [u8])>) {
        for entry in dir.entries() {
            match entry {
                DirEntry::Dir(dir) => walk(dir, found),
                DirEntry::File(file) => {
                    found.extend(file.path().to_str().map(|path| (path, file.contents())));
                }
            }
        }
    }
    let mut found = Vec::new();
    walk(root, &mut found);
    found.sort_unstable_by_key(|(name, _)| *name);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_theme_has_its_style_and_every_page_template() {
        let styles = static_files();
        assert!(styles.iter().any(|(path, _)| *path == "guidepost.css"));
        let names: Vec<_> = templates().into_iter().map(|(name, _)| name).collect();
        for name in [
            "home.html",
            "section.html",
            "article.html",
            "taxonomy.html",
            "term.html",
            "404.html",
            "alias.html",
        ] {
            assert!(names.contains(&name), "{name}");
        }
        assert!(names.is_sorted());
        // Windows would embed backslashes; names are addresses, not paths.
        assert!(names.iter().all(|name| !name.contains('\\')));
    }
}
