//! How an address is written into a page.
//!
//! With a base URL, or without one, addresses are root-relative and carry the
//! base URL's path; a site with `relative-urls` writes them relative to the
//! file that holds them and spells `index.html` out.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::content::config::{BaseUrl, Config};
use crate::content::permalink::Permalink;
use crate::ground::paths::OutPath;

/// Characters of a path that a URL spells as `%XX`; everything beyond ASCII is
/// spelt so too.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The site's way of writing addresses.
#[derive(Clone, Debug)]
pub struct Urls {
    base: Option<BaseUrl>,
    relative: bool,
}

impl Urls {
    /// As the configuration says.
    pub fn new(config: &Config) -> Self {
        Self {
            base: config.base_url.clone(),
            relative: config.relative_urls,
        }
    }

    /// Whether addresses depend on the page that holds them.
    pub fn is_relative(&self) -> bool {
        self.relative
    }

    /// Whether addresses in the file `from` are relative. A server shows the
    /// 404 page at any depth, where relative addresses would lead nowhere.
    fn is_relative_in(&self, from: &OutPath) -> bool {
        self.relative && from.as_str() != "404.html"
    }

    /// The address of a page, as written in the file `from`.
    pub fn page(&self, from: &OutPath, to: &Permalink) -> String {
        if self.is_relative_in(from) {
            relative(from, to.file.as_str())
        } else {
            self.rooted(&to.path)
        }
    }

    /// The address of a file, as written in the file `from`.
    pub fn file(&self, from: &OutPath, to: &OutPath) -> String {
        if self.is_relative_in(from) {
            relative(from, to.as_str())
        } else {
            self.rooted(&format!("/{to}"))
        }
    }

    /// The address of a site path such as `/guides/`, as written in `from`.
    pub fn site_path(&self, from: &OutPath, path: &str) -> String {
        if !self.is_relative_in(from) {
            return self.rooted(path);
        }
        let name = path.trim_start_matches('/');
        if name.is_empty() || name.ends_with('/') {
            relative(from, &format!("{name}index.html"))
        } else {
            relative(from, name)
        }
    }

    /// The absolute URL of a site path; `None` without a base URL.
    pub fn absolute(&self, path: &str) -> Option<String> {
        let base = self.base.as_ref()?;
        Some(format!(
            "{}{}",
            base.as_str(),
            encode(path.trim_start_matches('/'))
        ))
    }

    /// The absolute URL of the site with its closing slash; empty without one.
    pub fn base(&self) -> &str {
        self.base.as_ref().map_or("", BaseUrl::as_str)
    }

    /// The path below which the site lives: `/` or `/docs/`.
    pub fn base_path(&self) -> &str {
        self.base.as_ref().map_or("/", BaseUrl::path)
    }

    fn rooted(&self, path: &str) -> String {
        format!(
            "{}{}",
            self.base_path(),
            encode(path.trim_start_matches('/'))
        )
    }
}

/// A path as it stands in a URL.
pub fn encode(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

fn relative(from: &OutPath, to: &str) -> String {
    let mut from_folders: Vec<&str> = from.as_str().split('/').collect();
    from_folders.pop();
    let to_segments: Vec<&str> = to.split('/').collect();
    let shared = from_folders
        .iter()
        .zip(&to_segments[..to_segments.len() - 1])
        .take_while(|(a, b)| a == b)
        .count();
    let mut out = "../".repeat(from_folders.len() - shared);
    let rest = encode(&to_segments[shared..].join("/"));
    // A first segment with a colon would be read as a scheme.
    if out.is_empty()
        && rest
            .split('/')
            .next()
            .is_some_and(|first| first.contains(':'))
    {
        out.push_str("./");
    }
    out + &rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(base: Option<&str>, relative: bool) -> Urls {
        Urls {
            base: base.map(|url| BaseUrl::new(url).unwrap()),
            relative,
        }
    }

    #[test]
    fn rooted_addresses_carry_the_path_of_the_base_url() {
        let from = OutPath::new("a/index.html").unwrap();
        let to = Permalink::folder("b c/d").unwrap();
        assert_eq!(urls(None, false).page(&from, &to), "/b%20c/d/");
        assert_eq!(
            urls(Some("https://x.org/docs"), false).page(&from, &to),
            "/docs/b%20c/d/"
        );
        assert_eq!(
            urls(Some("https://x.org/docs"), false).absolute("/a/"),
            Some("https://x.org/docs/a/".into())
        );
    }

    #[test]
    fn relative_addresses_name_the_file() {
        let from = OutPath::new("a/b/index.html").unwrap();
        let urls = urls(None, true);
        assert_eq!(
            urls.page(&from, &Permalink::folder("").unwrap()),
            "../../index.html"
        );
        assert_eq!(
            urls.page(&from, &Permalink::folder("a/c").unwrap()),
            "../c/index.html"
        );
        assert_eq!(
            urls.page(&from, &Permalink::folder("a/b").unwrap()),
            "index.html"
        );
        assert_eq!(urls.site_path(&from, "/a/"), "../index.html");
        let missing = OutPath::new("404.html").unwrap();
        assert_eq!(urls.page(&missing, &Permalink::folder("a").unwrap()), "/a/");
    }
}
