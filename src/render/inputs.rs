//! The typed inputs of every template: all that a template can see.
//!
//! Field names are the names that templates use and the manual documents.
//! Every `href` is ready to be written into the page that it belongs to:
//! root-relative with the base URL's path, or relative to the page where the
//! site asks for it. Strings are plain text unless the documentation says
//! HTML. Invariant: an output's inputs decide its bytes; nothing else does.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, Serializer};

use crate::ground::value::{Map, PlainMap};

/// Serializes a map as plain data for templates and JSON, and in its tagged
/// form for keys, which must tell every kind of value apart: postcard says of
/// itself that it is not human-readable, Tera and JSON say that they are.
fn plain_or_tagged<S: Serializer>(map: &Map, serializer: S) -> Result<S::Ok, S::Error> {
    if serializer.is_human_readable() {
        PlainMap(map).serialize(serializer)
    } else {
        map.serialize(serializer)
    }
}

/// `site`: the same on every page that does not name a whole-site value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SiteInput {
    /// The site's title.
    pub title: String,
    /// One sentence about the site; may be empty.
    pub description: String,
    /// BCP 47 tag for `<html lang>`.
    pub language: String,
    /// Author; may be empty.
    pub author: String,
    /// Absolute URL of the site with its closing slash; empty if none is configured.
    pub base_url: String,
    /// The home page.
    pub home: String,
    /// Links in the header: the configured menu, or else the top sections.
    pub menu: Vec<LinkInput>,
    /// The taxonomies that have terms: where their lists are.
    pub taxonomies: Vec<LinkInput>,
    /// The site's feed; empty if there is none.
    pub feed: String,
    /// `[extra]` of the configuration.
    #[serde(serialize_with = "plain_or_tagged")]
    pub extra: Map,
    /// Style sheet, fingerprinted.
    pub style: String,
    /// Script, fingerprinted; empty if the theme has none.
    pub script: String,
    /// Icon; empty if there is none.
    pub icon: String,
}

/// A link.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkInput {
    /// The words.
    pub title: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the page itself or a section that the page is in.
    pub current: bool,
}

/// `page`: the page being rendered, whatever its kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PageInput {
    /// `home`, `section`, `guide`, `taxonomy`, `term` or `not-found`.
    pub kind: Cow<'static, str>,
    /// The title.
    pub title: String,
    /// Anchor of the page's own H1, where a heading of the body became the title.
    pub title_id: String,
    /// One sentence: `description`, or the first paragraph cut short.
    pub description: String,
    /// Whether the description was declared, and so may be shown as a lead.
    pub has_description: bool,
    /// Site path such as `/guides/replace-fan/`.
    pub path: String,
    /// Canonical absolute URL; empty without a base URL.
    pub permalink: String,
    /// Source file relative to the site's root; empty for generated pages.
    pub source: String,
    /// Whether search engines are asked to leave the page out.
    pub noindex: bool,
    /// Whether the page is a draft.
    pub draft: bool,
    /// The way from home to the page's parent.
    pub breadcrumbs: Vec<LinkInput>,
    /// The body as HTML.
    pub content: String,
    /// Headings as a tree.
    pub toc: Vec<TocInput>,
    /// Authors.
    pub authors: Vec<String>,
    /// First published.
    pub date: Option<DateInput>,
    /// Last changed.
    pub updated: Option<DateInput>,
    /// Left out from here on.
    pub expires: Option<DateInput>,
    /// Words of running text.
    pub words: usize,
    /// Minutes to read, at least 1; 0 for pages without text.
    pub reading_minutes: usize,
    /// Digest of the text, 24 hexadecimal digits; empty for pages without text.
    pub content_hash: String,
    /// Terms by taxonomy, in the order of the configuration.
    pub taxonomies: Vec<TermsInput>,
    /// Review; none where nothing was declared.
    pub review: Option<ReviewInput>,
    /// `[meta]` as it stands.
    #[serde(serialize_with = "plain_or_tagged")]
    pub meta: Map,
    /// The meta box as HTML, its heading not included; empty if there is nothing to show.
    pub meta_box: String,
    /// Heading of the meta box.
    pub meta_box_title: String,
    /// The short meta card as HTML; empty if there is nothing to show.
    pub meta_card: String,
    /// Unknown front matter keys.
    #[serde(serialize_with = "plain_or_tagged")]
    pub extra: Map,
    /// The guide before this one in its section.
    pub previous: Option<LinkInput>,
    /// The guide after this one in its section.
    pub next: Option<LinkInput>,
    /// Similar guides.
    pub similar: Vec<SimilarInput>,
    /// Heading of the similar guides.
    pub similar_title: String,
    /// Guides that link here, at most 20.
    pub backlinks: Vec<LinkInput>,
    /// The feed of this section or term; empty if there is none.
    pub feed: String,
}

/// An entry of the table of contents.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TocInput {
    /// The anchor, without `#`.
    pub id: String,
    /// Plain text.
    pub title: String,
    /// 1 to 6.
    pub level: u8,
    /// Headings below it.
    pub children: Vec<TocInput>,
}

/// A date in the forms that templates need.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DateInput {
    /// `2018-10-16`
    pub iso: String,
    /// `16 October 2018`
    pub long: String,
    /// `2018-10-16T00:00:00Z`
    pub rfc3339: String,
}

/// The terms of a page in one taxonomy.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TermsInput {
    /// The taxonomy's key, such as `tags`.
    pub name: String,
    /// Its title, such as `Tags`.
    pub title: String,
    /// The terms.
    pub terms: Vec<LinkInput>,
}

/// Who answers for a page and whether its review still holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReviewInput {
    /// People or teams.
    pub owner: Vec<String>,
    /// The writer's word; may be empty.
    pub status: String,
    /// The guide's version; may be empty.
    pub version: String,
    /// Last review.
    pub last_reviewed: Option<DateInput>,
    /// The interval in the writer's words; may be empty.
    pub interval: String,
    /// When the next review is due; needs an interval and a last review.
    pub due: Option<DateInput>,
    /// `current`, `overdue`, or `unknown` where no due date can be told.
    pub state: Cow<'static, str>,
}

/// A similar guide.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SimilarInput {
    /// Its title.
    pub title: String,
    /// Where it is.
    pub href: String,
    /// Its description; may be empty.
    pub description: String,
    /// What it shares, such as `fastapi, cache boundaries`.
    pub reason: String,
}

/// `list`: one page of a list, for sections, home and terms.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListInput {
    /// The guides on this page.
    pub items: Vec<ItemInput>,
    /// Number of this page: old pages keep theirs; 0 on the first page of the list.
    pub number: usize,
    /// The page with newer or earlier guides; empty on the first.
    pub newer: String,
    /// The page with older or later guides; empty on the last.
    pub older: String,
    /// Sections directly below, on the first page of a section's list.
    pub sections: Vec<ItemInput>,
}

/// A guide or section in a list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemInput {
    /// Its title.
    pub title: String,
    /// Where it is.
    pub href: String,
    /// Its description; may be empty.
    pub description: String,
    /// First published.
    pub date: Option<DateInput>,
    /// Minutes to read; 0 for sections.
    pub reading_minutes: usize,
    /// `current`, `overdue`, `unknown`, or empty where nothing was declared.
    pub review: Cow<'static, str>,
    /// Whether it is a draft.
    pub draft: bool,
    /// Guides in it, for sections and terms; 0 for guides.
    pub count: usize,
}

/// `terms`: all terms of a taxonomy, for `taxonomy.html`.
pub type TermList = Vec<ItemInput>;

/// A guide in `site.guides`, for templates that name the whole site.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GuideInput {
    /// Its title.
    pub title: String,
    /// Where it is.
    pub href: String,
    /// Site path such as `/guides/replace-fan/`.
    pub path: String,
    /// Its description; may be empty.
    pub description: String,
    /// First published.
    pub date: Option<DateInput>,
    /// Last changed.
    pub updated: Option<DateInput>,
    /// Terms by taxonomy, in the order of the configuration.
    pub taxonomies: Vec<TermsInput>,
    /// `[meta]` as it stands.
    #[serde(serialize_with = "plain_or_tagged")]
    pub meta: Map,
    /// Review; none where nothing was declared.
    pub review: Option<ReviewInput>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::digest::Digest;
    use crate::ground::value::Value;

    fn page(value: Value) -> PageInput {
        PageInput {
            meta: Map(vec![("key".into(), value)]),
            ..PageInput::default()
        }
    }

    #[test]
    fn templates_and_json_see_plain_data() {
        let value = Value::Map(Map(vec![("n".into(), Value::Int(3))]));
        let json = serde_json::to_value(page(value.clone())).unwrap();
        assert_eq!(json["meta"]["key"]["n"], 3);
        let tera = tera::Value::from_serializable(&page(value));
        assert_eq!(
            tera.get_from_path("meta.key.n")
                .and_then(tera::Value::as_i64),
            Some(3)
        );
    }

    #[test]
    fn keys_tell_every_kind_of_value_apart() {
        let text = |text: &str| Value::Text(text.into());
        let values = [
            Value::Null,
            Value::Bool(false),
            Value::Bool(true),
            Value::Int(0),
            Value::Int(1),
            Value::Float(1.0),
            text(""),
            text("1"),
            Value::List(vec![]),
            Value::List(vec![Value::Null]),
            Value::List(vec![text("a"), text("b")]),
            Value::Map(Map::default()),
            Value::Map(Map(vec![("a".into(), text("b"))])),
        ];
        let digests: Vec<_> = values
            .iter()
            .map(|value| Digest::of(&page(value.clone())))
            .collect();
        for (at, digest) in digests.iter().enumerate() {
            assert!(!digests[..at].contains(digest), "{:?}", values[at]);
        }
    }
}
