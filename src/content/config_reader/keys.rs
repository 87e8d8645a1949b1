//! The keys of `guidepost.toml`, for "did you mean".
//!
//! A test reads every key of this list, so that it cannot fall behind.

use super::super::node::Entry;
use super::super::reader::Reader;
use crate::ground::rule::Rule;
use crate::ground::suggest::did_you_mean;

/// The keys of every table; the top level is the table without a name.
pub(super) const TABLES: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "base-url",
            "title",
            "description",
            "author",
            "language",
            "time-zone",
            "relative-urls",
            "output-style",
            "paginate-by",
            "menu",
            "taxonomies",
            "cascade",
            "markdown",
            "highlight",
            "meta-box",
            "similar",
            "feeds",
            "review",
            "cache",
            "publish",
            "site-id",
            "ignore",
            "noindex",
            "rules",
            "extra",
        ],
    ),
    ("menu", &["title", "url"]),
    ("taxonomies", &["name", "title", "feed", "paginate-by"]),
    (
        "markdown",
        &[
            "tables",
            "task-lists",
            "footnotes",
            "strikethrough",
            "definition-lists",
            "heading-attributes",
            "heading-anchors",
            "admonitions",
            "autolinks",
            "smart-punctuation",
            "shortcodes",
            "figures",
            "code-blocks",
            "resolve-links",
            "drop-repeated-title",
            "raw-html",
        ],
    ),
    (
        "highlight",
        &["enabled", "light-theme", "dark-theme", "line-numbers"],
    ),
    (
        "meta-box",
        &["title", "order", "labels", "hidden", "render", "card"],
    ),
    (
        "similar",
        &["title", "count", "taxonomies", "meta", "words", "meta-keys"],
    ),
    ("feeds", &["site", "sections", "limit"]),
    ("review", &["noindex-status", "noindex-overdue"]),
    ("cache", &["max-size", "remote", "remote-read-only"]),
    (
        "publish",
        &[
            "to",
            "endpoint",
            "region",
            "max-deletes",
            "keep",
            "keep-assets",
            "compress",
            "page-max-age",
            "asset-max-age",
            "fingerprinted-max-age",
            "headers-file",
            "redirects-file",
            "history",
            "cname",
        ],
    ),
];

/// Complains of a key that the table does not have.
pub(super) fn unknown(reader: &mut Reader<'_, '_>, table: &str, entry: &Entry) {
    let own = TABLES
        .iter()
        .find(|(name, _)| *name == table)
        .map_or(&[][..], |(_, keys)| keys);
    let key = &entry.key;
    let at = |table: &str, key: &str| match table {
        "" => key.to_owned(),
        table => format!("{table}.{key}"),
    };
    let help = did_you_mean(key, own.iter().copied())
        .map(|name| format!("did you mean `{name}`?"))
        .or_else(|| {
            // The right key below the wrong `[table]`.
            let folded = key.to_lowercase().replace('_', "-");
            TABLES
                .iter()
                .find(|(_, keys)| keys.contains(&folded.as_str()))
                .map(|(other, _)| match *other {
                    "" => format!(
                        "did you mean the top level's `{folded}`? Put it above the first `[table]`"
                    ),
                    other => format!("did you mean `{folded}` in `[{other}]`?"),
                })
        });
    let message = format!("unknown key `{}`", at(table, key));
    let found = reader.report(Rule::UnknownConfigKey, entry.key_span.clone(), message);
    found.help = help;
}
