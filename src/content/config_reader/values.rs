//! The checked values of `guidepost.toml`: address, language, zone, theme.

use ignore::gitignore::GitignoreBuilder;
use jiff::tz::TimeZone;

use super::super::config::BaseUrl;
use super::super::front_matter_reader::keys::TOP;
use super::super::node::{Entry, Kind, Node};
use super::super::permalink;
use super::super::reader::Reader;
use crate::ground::paths::OutPath;
use crate::ground::rule::Rule;
use crate::ground::suggest::did_you_mean;

/// Text that is not blank, at a key that cannot do without.
pub(super) fn words(
    reader: &mut Reader<'_, '_>,
    path: &str,
    node: &Node,
    example: &'static str,
) -> Option<String> {
    let text = reader.text(path, node, example)?;
    if text.trim().is_empty() {
        let help = format!("write it as `{}`", reader.pair(path, example));
        invalid(reader, node, format!("`{path}` is empty")).help = Some(help);
        return None;
    }
    Some(text.trim().to_owned())
}

/// Reports a value of the right type that makes no sense.
pub(super) fn invalid<'r>(
    reader: &'r mut Reader<'_, '_>,
    node: &Node,
    message: String,
) -> &'r mut crate::ground::diagnostic::Diagnostic {
    reader.report(Rule::InvalidConfig, node.span.clone(), message)
}

/// The address of the site; an empty text is none.
pub(super) fn base_url(reader: &mut Reader<'_, '_>, node: &Node) -> Option<BaseUrl> {
    let text = reader.text("base-url", node, "\"https://example.org/\"")?;
    if text.trim().is_empty() {
        return None;
    }
    match BaseUrl::new(text.trim()) {
        Ok(url) => Some(url),
        Err(why) => {
            invalid(reader, node, format!("`base-url` {why}")).help =
                Some("write it as `base-url = \"https://example.org/\"`".into());
            None
        }
    }
}

/// A language tag such as `en` or `pt-BR`.
pub(super) fn language(reader: &mut Reader<'_, '_>, node: &Node) -> Option<String> {
    let tag = words(reader, "language", node, "\"en\"")?;
    let mut parts = tag.split('-');
    let first = parts.next().unwrap_or_default();
    let is_tag = (2..=8).contains(&first.len())
        && first.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
        });
    if is_tag {
        return Some(tag);
    }
    let message = format!("`language` must be a language tag, and `{tag}` is none");
    invalid(reader, node, message).help =
        Some("a language tag looks like `en`, `nl` or `pt-BR`, with a hyphen".into());
    None
}

/// The name of a time zone.
pub(super) fn time_zone(reader: &mut Reader<'_, '_>, node: &Node) -> Option<String> {
    let name = words(reader, "time-zone", node, "\"Europe/Amsterdam\"")?;
    if TimeZone::get(&name).is_ok() {
        return Some(name);
    }
    let mut names: Vec<String> = jiff::tz::db()
        .available()
        .map(|name| name.as_str().to_owned())
        .collect();
    names.sort();
    // People write the city alone, or with a space.
    let wanted = name.replace(' ', "_");
    let near = did_you_mean(&wanted, names.iter().map(String::as_str)).or_else(|| {
        names
            .iter()
            .find(|known| {
                known
                    .rsplit('/')
                    .next()
                    .is_some_and(|city| city.eq_ignore_ascii_case(&wanted))
            })
            .map(String::as_str)
    });
    let help = near.map_or_else(
        || "a time zone has a name such as `UTC` or `Europe/Amsterdam`".into(),
        |name| format!("did you mean `{name}`?"),
    );
    let message = format!("there is no time zone `{name}`");
    invalid(reader, node, message).help = Some(help);
    None
}

/// Beginnings of URLs of places that keep objects.
const BUCKETS: &[&str] = &[
    "s3://", "s3a://", "gs://", "az://", "adl://", "azure://", "abfs://", "abfss://", "https://",
    "file://",
];

/// Where a shared cache is: a URL or a folder.
pub(super) fn remote(reader: &mut Reader<'_, '_>, path: &str, node: &Node) -> Option<String> {
    let remote = words(reader, path, node, "\"s3://bucket/guidepost\"")?;
    if remote.contains("://") && !BUCKETS.iter().any(|scheme| remote.starts_with(scheme)) {
        // The address is not repeated: it may hold what is secret.
        let message = format!("`{path}` has a URL of an unknown kind");
        invalid(reader, node, message).help = Some(
            "name a folder, or a bucket such as `s3://bucket/path`, `gs://bucket/path` or `az://container/path`"
                .into(),
        );
        return None;
    }
    let user = remote.split_once('@').map_or("", |(user, _)| user);
    let password = user
        .split_once("://")
        .is_some_and(|(_, user)| user.contains(':'));
    if remote.contains("://") && (password || remote.contains('?')) {
        let message = format!("`{path}` must hold no credentials and no query");
        invalid(reader, node, message).help =
            Some("credentials come from the environment, such as AWS_ACCESS_KEY_ID".into());
        return None;
    }
    Some(remote)
}

/// The name of a highlighting theme.
pub(super) fn theme(
    reader: &mut Reader<'_, '_>,
    path: &str,
    node: &Node,
    themes: &dyn Fn() -> Vec<&'static str>,
) -> Option<String> {
    let name = words(reader, path, node, "\"InspiredGitHub\"")?;
    let themes = themes();
    if themes.contains(&name.as_str()) {
        return Some(name);
    }
    let help = match did_you_mean(&name, themes.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the themes are {}", themes.join(", ")),
    };
    let message = format!("there is no theme `{name}`");
    invalid(reader, node, message).help = Some(help);
    None
}

/// Where a link of the menu leads.
pub(super) fn menu_url(reader: &mut Reader<'_, '_>, node: &Node) -> Option<String> {
    let url = words(reader, "menu.url", node, "\"/guides/\"")?;
    let absolute = ["https://", "http://", "mailto:"]
        .iter()
        .any(|scheme| url.starts_with(scheme));
    let within = url.starts_with('/') && !url.starts_with("//");
    if absolute || within {
        return Some(url);
    }
    let message =
        format!("`menu.url` must be a path within the site or a URL, and `{url}` is neither");
    invalid(reader, node, message).help =
        Some("begin a path with `/`, and a URL with `https://`, `http://` or `mailto:`".into());
    None
}

/// Segments that the site needs for itself, beside the keys of front matter.
const RESERVED: &[&str] = &[
    "page",
    "index.html",
    "404.html",
    "sitemap.xml",
    "robots.txt",
    "feed.xml",
    "atom.xml",
];

/// The name of a taxonomy: a key of front matter and a segment of an address.
pub(super) fn taxonomy_name(
    reader: &mut Reader<'_, '_>,
    node: &Node,
    taken: &[&str],
) -> Option<String> {
    let name = words(reader, "taxonomies.name", node, "\"tags\"")?;
    let terms = ["tags", "categories", "keywords", "author", "authors"];
    if name.contains('/') || OutPath::new(&name).is_err() || permalink::segment(&name) != name {
        let message = format!("a taxonomy's name is part of addresses, and `{name}` cannot be");
        invalid(reader, node, message).help =
            Some("use letters, digits, `-`, `_` and `.`; `title` is what readers see".into());
        return None;
    }
    if RESERVED.contains(&name.as_str())
        || TOP.contains(&name.as_str()) && !terms.contains(&name.as_str())
    {
        let message = format!("`{name}` has a meaning of its own and cannot name a taxonomy");
        invalid(reader, node, message);
        return None;
    }
    if taken.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
        invalid(reader, node, format!("two taxonomies are called `{name}`"));
        return None;
    }
    Some(name)
}

/// Patterns of paths that are no content.
pub(super) fn ignore(reader: &mut Reader<'_, '_>, node: &Node) -> Vec<String> {
    let mut patterns = Vec::new();
    for (pattern, span) in reader.texts("ignore", node, "[\"drafts/\", \"*.bak\"]") {
        let checked = GitignoreBuilder::new("").add_line(None, &pattern).err();
        match checked {
            None => patterns.push(pattern),
            Some(error) => {
                // The library says which pattern it means before it says why.
                let error = error.to_string();
                let why = error
                    .rsplit_once("': ")
                    .map_or(error.as_str(), |(_, why)| why);
                let message = format!("`ignore` has a pattern that cannot be read: {why}");
                reader.report(Rule::InvalidConfig, span, message).help = Some(
                    "patterns are written as in `.gitignore`, such as `drafts/` or `*.bak`".into(),
                );
            }
        }
    }
    patterns
}

/// Dotted paths of front matter.
pub(super) fn front_matter_paths(reader: &mut Reader<'_, '_>, node: &Node) -> Vec<String> {
    let mut paths = Vec::new();
    for (path, span) in reader.texts("noindex", node, "[\"meta.flags.needs_review\"]") {
        let head = path.split('.').next().unwrap_or_default();
        if TOP.contains(&head) && path.split('.').all(|part| !part.trim().is_empty()) {
            paths.push(path);
            continue;
        }
        let message = format!("`{path}` is no path of front matter");
        let help = match did_you_mean(head, TOP.iter().copied()) {
            Some(near) if near == head => "put a name on each side of a dot".into(),
            Some(near) => format!("did you mean `{near}{}`?", &path[head.len()..]),
            None => format!("did you mean `meta.{path}`?"),
        };
        reader.report(Rule::InvalidConfig, span, message).help = Some(help);
    }
    paths
}

/// Scalars of a table by dotted path: `score.quality = …` and
/// `"score.quality" = …` are the same.
pub(super) fn by_path<'n>(entries: &'n [Entry], prefix: &str, found: &mut Vec<(String, &'n Node)>) {
    for entry in entries {
        let path = match prefix {
            "" => entry.key.clone(),
            prefix => format!("{prefix}.{}", entry.key),
        };
        match &entry.value.kind {
            Kind::Table(inner) => by_path(inner, &path, found),
            _ => found.push((path, &entry.value)),
        }
    }
}
