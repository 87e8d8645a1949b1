//! The names of keys: known, familiar from elsewhere, misspelt, misplaced.

use super::super::node::{Kind, Node};
use crate::ground::rule::Rule;
use crate::ground::suggest::did_you_mean;

/// Keys at the top level that Guidepost reads.
pub(in crate::content) const TOP: &[&str] = &[
    "title",
    "slug",
    "path",
    "date",
    "updated",
    "expires",
    "description",
    "draft",
    "weight",
    "template",
    "aliases",
    "taxonomies",
    "review",
    "meta",
    "extra",
    "allow",
    "tags",
    "categories",
    "keywords",
    "author",
    "authors",
    "lastmod",
    "last_modified",
    "summary",
    "params",
];

/// Keys of `[review]`.
pub(super) const REVIEW: &[&str] = &["owner", "status", "version", "last_reviewed", "interval"];

/// Review keys that mean nothing else at the top level.
const REVIEW_AT_TOP: &[(&str, &str)] = &[
    ("owner", "review.owner"),
    ("last_reviewed", "review.last_reviewed"),
    ("interval", "review.interval"),
    ("status", "review.status"),
];

/// Keys that other tools know, so that they are no misspelling of ours, and
/// our own key for the same purpose where there is one.
const FAMILIAR: &[(&str, &str)] = &[
    ("type", ""),
    ("layout", "template"),
    ("url", "path"),
    ("permalink", "path"),
    ("toc", ""),
    ("menu", ""),
    ("menus", ""),
    ("name", ""),
    ("data", ""),
    ("rate", ""),
    ("state", ""),
    ("image", ""),
    ("images", ""),
    ("height", ""),
    ("width", ""),
    ("cover", ""),
    ("series", ""),
    ("order", "weight"),
    ("nav_order", "weight"),
    ("menu_order", "weight"),
    ("sidebar_position", "weight"),
    ("position", "weight"),
    ("priority", "weight"),
    ("redirect_from", "aliases"),
    ("redirects", "aliases"),
    ("published", "draft"),
    ("publishDate", "date"),
    ("pubDate", "date"),
    ("created", "date"),
    ("expiryDate", "expires"),
    ("linkTitle", ""),
    ("linktitle", ""),
    ("subtitle", ""),
    ("sub_title", ""),
    ("headless", ""),
    ("outputs", ""),
    ("sitemap", ""),
    ("cascade", ""),
    ("markup", ""),
    ("resources", ""),
    ("sidebar", ""),
    ("parent", ""),
    ("part", ""),
    ("parts", ""),
    ("page", ""),
    ("pages", ""),
    ("patch", ""),
    ("hash", ""),
    ("team", ""),
    ("version", "review.version"),
    ("id", ""),
    ("icon", ""),
    ("lang", ""),
    ("language", ""),
    ("metadata", ""),
    ("beta", ""),
    ("math", ""),
    ("preview", ""),
    ("reviewer", "review.owner"),
    ("reviewers", "review.owner"),
    ("reviewed_by", "review.owner"),
    ("internal", ""),
];

/// What an unknown key is taken for.
#[derive(Debug, PartialEq)]
pub(super) enum Verdict {
    /// Nearly a known key.
    Misspelt(String),
    /// A known key that belongs elsewhere.
    Misplaced(String),
    /// Neither; perhaps another tool's word for one of ours.
    Unknown(Option<&'static str>),
}

/// Judges an unknown key at the top level.
pub(super) fn at_top(key: &str, taxonomies: &[&str]) -> Verdict {
    if let Some((_, path)) = REVIEW_AT_TOP.iter().find(|(name, _)| *name == key) {
        return Verdict::Misplaced((*path).into());
    }
    if let Some((_, ours)) = FAMILIAR.iter().find(|(name, _)| *name == key) {
        return Verdict::Unknown(Some(*ours).filter(|ours| !ours.is_empty()));
    }
    let names = TOP
        .iter()
        .chain(taxonomies)
        .copied()
        .chain(REVIEW_AT_TOP.iter().map(|(name, _)| *name).take(3));
    match did_you_mean(key, names) {
        None => Verdict::Unknown(None),
        Some(name) => {
            let path = REVIEW_AT_TOP.iter().find(|(known, _)| *known == name);
            Verdict::Misspelt(path.map_or(name, |(_, path)| path).into())
        }
    }
}

/// Judges an unknown key of `[review]`.
pub(super) fn in_review(key: &str) -> Verdict {
    match key {
        "date" | "updated" | "reviewed" => Verdict::Misspelt("last_reviewed".into()),
        _ if TOP.contains(&key) => Verdict::Misplaced(key.into()),
        _ => did_you_mean(key, REVIEW.iter().copied()).map_or(Verdict::Unknown(None), |name| {
            Verdict::Misspelt(name.into())
        }),
    }
}

/// Judges an unknown key of `[taxonomies]`.
pub(super) fn in_taxonomies(key: &str, taxonomies: &[&str]) -> Verdict {
    if let Some(name) = did_you_mean(key, taxonomies.iter().copied()) {
        return Verdict::Misspelt(name.into());
    }
    let terms = ["tags", "categories", "keywords", "author", "authors"];
    if TOP.contains(&key) && !terms.contains(&key) {
        return Verdict::Misplaced(key.into());
    }
    Verdict::Unknown(None)
}

/// Whether a key of the open `[meta]` map surely was meant for the top level.
/// `[meta]` may hold anything, a `title`, `status` or `version` among it; only
/// what steers Guidepost, with the very type that it has there, is suspicious.
pub(super) fn misplaced_in_meta(key: &str, value: &Node) -> bool {
    match (key, &value.kind) {
        ("draft", Kind::Bool(_))
        | ("slug", Kind::Text(_))
        | ("aliases" | "tags" | "categories", Kind::List(_))
        | ("taxonomies", Kind::Table(_))
        | ("expires", Kind::Date(_)) => true,
        ("template", Kind::Text(text)) => text.ends_with(".html"),
        ("review", Kind::Table(entries)) => entries
            .iter()
            .any(|entry| REVIEW.contains(&entry.key.as_str())),
        ("allow", Kind::List(items)) => items
            .iter()
            .any(|item| matches!(&item.kind, Kind::Text(name) if Rule::by_name(name).is_some())),
        _ => false,
    }
}
