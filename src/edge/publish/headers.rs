//! Headers: what an object is served with.
//!
//! Types are those of `mime_guess`, with the encoding that all text here has,
//! and with what hosts and browsers agree on today where the list is older.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::entry::{Kind, is_fingerprinted, kind};
use crate::content::config::PublishOptions;
use crate::ground::digest::Digest;
use crate::ground::paths::OutPath;

/// What an object is served with. All empty where a target keeps no headers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Headers {
    /// `Content-Type`
    #[serde(rename = "type")]
    pub content_type: String,
    /// `Cache-Control`
    #[serde(rename = "cache")]
    pub cache_control: String,
    /// `Content-Encoding`; empty for none.
    #[serde(rename = "encoding", default)]
    pub encoding: String,
}

/// Types for which the list is missing, old, or of two minds.
const TYPES: &[(&str, &str)] = &[
    ("atom", "application/atom+xml"),
    ("avif", "image/avif"),
    ("bz2", "application/x-bzip2"),
    ("gz", "application/gzip"),
    ("ico", "image/x-icon"),
    ("js", "text/javascript"),
    ("map", "application/json"),
    ("md", "text/markdown"),
    ("mjs", "text/javascript"),
    ("otf", "font/otf"),
    ("rss", "application/rss+xml"),
    ("toml", "application/toml"),
    ("ttf", "font/ttf"),
    ("wasm", "application/wasm"),
    ("webmanifest", "application/manifest+json"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xml", "application/xml"),
    ("yaml", "application/yaml"),
    ("yml", "application/yaml"),
    ("zst", "application/zstd"),
];

/// Names without an extension that are text for a host.
const TEXT_FILES: [&str; 4] = ["_headers", "_redirects", "CNAME", "LICENSE"];

/// Endings of variants that were compressed beforehand, and their encodings.
const VARIANTS: [(&str, &str); 3] = [(".br", "br"), (".gz", "gzip"), (".zst", "zstd")];

/// The type of a file by its name, with the encoding of text.
pub fn content_type(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => extension.to_ascii_lowercase(),
        _ => String::new(),
    };
    // The feeds that the site makes have this name.
    if name == "atom.xml" {
        return "application/atom+xml; charset=utf-8".to_owned();
    }
    let known = TYPES.iter().find(|(known, _)| *known == extension);
    let kind = match known {
        Some((_, kind)) => (*kind).to_owned(),
        None if TEXT_FILES.contains(&name) => "text/plain".to_owned(),
        None => mime_guess::from_ext(&extension)
            .first_or_octet_stream()
            .to_string(),
    };
    if is_text(&kind) {
        format!("{kind}; charset=utf-8")
    } else {
        kind
    }
}

/// Whether a type is one of text, which is UTF-8 and becomes smaller.
fn is_text(kind: &str) -> bool {
    kind.starts_with("text/")
        || ["xml", "json", "yaml", "toml"]
            .iter()
            .any(|end| kind.ends_with(&format!("/{end}")) || kind.ends_with(&format!("+{end}")))
}

/// Bytes below which compressing gains nothing.
const SMALLEST: u64 = 1024;

/// The headers of an output. `outputs` are all of the site's: a file that is
/// named as another one with an ending of compression is that one, encoded.
pub fn headers(
    path: &OutPath,
    digest: Digest,
    size: u64,
    options: &PublishOptions,
    outputs: &dyn Fn(&str) -> bool,
) -> Headers {
    let whole = path.as_str();
    let variant = VARIANTS.iter().find_map(|(ending, encoding)| {
        let of = whole.strip_suffix(ending)?;
        outputs(of).then_some((of, *encoding))
    });
    let content_type = content_type(variant.map_or(whole, |(of, _)| of));
    let compressible = options.compress && size >= SMALLEST && is_text_type(&content_type);
    let encoding = match variant {
        Some((_, encoding)) => encoding,
        None if compressible => "gzip",
        None => "",
    };
    Headers {
        cache_control: cache_control(path, digest, options),
        content_type,
        encoding: encoding.to_owned(),
    }
}

fn is_text_type(content_type: &str) -> bool {
    content_type.ends_with("charset=utf-8")
}

/// Whether the file itself is compressed by its name, and is not to be
/// compressed here.
pub fn is_variant(path: &OutPath) -> bool {
    VARIANTS
        .iter()
        .any(|(ending, _)| path.as_str().ends_with(ending))
}

fn cache_control(path: &OutPath, digest: Digest, options: &PublishOptions) -> String {
    let fingerprinted = is_fingerprinted(path, digest);
    let age = match kind(path) {
        _ if fingerprinted => options.fingerprinted_max_age,
        Kind::Asset => options.asset_max_age,
        Kind::Page | Kind::Index => options.page_max_age,
    };
    match age {
        0 => "no-cache".to_owned(),
        age if fingerprinted => format!("public, max-age={age}, immutable"),
        age => format!("public, max-age={age}"),
    }
}

/// The file `_headers`, as Netlify and Cloudflare Pages read it: how long
/// fingerprinted files may be kept, and what a page may load.
pub fn headers_file(fingerprinted: &BTreeSet<OutPath>, options: &PublishOptions) -> String {
    let mut text = format!(
        "/*\n  Cache-Control: {}\n  X-Content-Type-Options: nosniff\n  \
         Referrer-Policy: strict-origin-when-cross-origin\n  \
         Content-Security-Policy: {POLICY}\n",
        match options.page_max_age {
            0 => "no-cache".to_owned(),
            age => format!("public, max-age={age}"),
        }
    );
    for path in fingerprinted {
        text.push_str(&format!(
            "/{path}\n  ! Cache-Control\n  Cache-Control: public, max-age={}, immutable\n",
            options.fingerprinted_max_age
        ));
    }
    text
}

/// What pages of the built-in theme load: their own style and script, pictures
/// from anywhere, and nothing else. Markdown may set a style on an element.
const POLICY: &str = "default-src 'self'; img-src * data:; media-src *; \
                      style-src 'self' 'unsafe-inline'; object-src 'none'; \
                      base-uri 'self'; frame-ancestors 'self'";

/// The file `_redirects`: from, to.
pub fn redirects_file(redirects: &[(String, String)]) -> String {
    redirects
        .iter()
        .map(|(from, to)| format!("{from} {to} 301\n"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_the_types_that_browsers_expect() {
        let expected = [
            ("a/index.html", "text/html; charset=utf-8"),
            ("a.css", "text/css; charset=utf-8"),
            ("a.js", "text/javascript; charset=utf-8"),
            ("a.mjs", "text/javascript; charset=utf-8"),
            ("a.json", "application/json; charset=utf-8"),
            ("a.js.map", "application/json; charset=utf-8"),
            ("a.webmanifest", "application/manifest+json; charset=utf-8"),
            ("atom.xml", "application/atom+xml; charset=utf-8"),
            ("sitemap.xml", "application/xml; charset=utf-8"),
            ("a.rss", "application/rss+xml; charset=utf-8"),
            ("robots.txt", "text/plain; charset=utf-8"),
            ("a.md", "text/markdown; charset=utf-8"),
            ("a.csv", "text/csv; charset=utf-8"),
            ("a.yaml", "application/yaml; charset=utf-8"),
            ("a.toml", "application/toml; charset=utf-8"),
            ("a.svg", "image/svg+xml; charset=utf-8"),
            ("a.PNG", "image/png"),
            ("a.jpg", "image/jpeg"),
            ("a.jpeg", "image/jpeg"),
            ("a.gif", "image/gif"),
            ("a.webp", "image/webp"),
            ("a.avif", "image/avif"),
            ("favicon.ico", "image/x-icon"),
            ("a.woff2", "font/woff2"),
            ("a.woff", "font/woff"),
            ("a.ttf", "font/ttf"),
            ("a.otf", "font/otf"),
            ("a.pdf", "application/pdf"),
            ("a.zip", "application/zip"),
            ("a.tar.gz", "application/gzip"),
            ("a.mp4", "video/mp4"),
            ("a.webm", "video/webm"),
            ("a.mp3", "audio/mpeg"),
            ("a.ogg", "audio/ogg"),
            ("a.wasm", "application/wasm"),
            ("_headers", "text/plain; charset=utf-8"),
            ("a.unheard-of", "application/octet-stream"),
            ("noextension", "application/octet-stream"),
        ];
        for (path, kind) in expected {
            assert_eq!(content_type(path), kind, "{path}");
        }
    }

    fn of(path: &str, options: &PublishOptions) -> Headers {
        let path = OutPath::new(path).unwrap();
        let digest = Digest::of_bytes(b"");
        headers(&path, digest, 5000, options, &|of| of == "a.css")
    }

    #[test]
    fn a_variant_has_the_type_of_what_it_encodes_and_a_download_keeps_its_own() {
        let options = PublishOptions::default();
        let variant = of("a.css.br", &options);
        assert_eq!(
            (variant.content_type.as_str(), variant.encoding.as_str()),
            ("text/css; charset=utf-8", "br")
        );
        let download = of("backup.css.gz", &options);
        assert_eq!(
            (download.content_type.as_str(), download.encoding.as_str()),
            ("application/gzip", "")
        );
    }

    #[test]
    fn only_text_is_compressed_and_only_fingerprinted_files_are_kept_for_long() {
        let options = PublishOptions {
            compress: true,
            page_max_age: 0,
            ..PublishOptions::default()
        };
        assert_eq!(of("a.css", &options).encoding, "gzip");
        assert_eq!(of("a.png", &options).encoding, "");
        assert_eq!(of("index.html", &options).cache_control, "no-cache");
        assert_eq!(of("a.png", &options).cache_control, "public, max-age=3600");
        assert_eq!(
            of("app.0123456789abcdef.css", &options).cache_control,
            "public, max-age=31536000, immutable"
        );
    }
}
