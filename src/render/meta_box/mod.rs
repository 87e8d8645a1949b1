//! The meta box: one recursive renderer from an open map to HTML.
//!
//! It knows no key by name; labels, order, what is hidden and how a key is
//! shown come from the configuration. Invariants: every text that comes from
//! a guide is escaped; what is empty leaves no trace; 0 and `false` are shown;
//! at no depth does a value stay unseen, for what lies too deep is JSON.

mod render;
mod tables;

use self::render::Renderer;
use crate::content::config::MetaBoxOptions;
use crate::ground::value::{Map, Value};

/// The key of the row that holds the review.
pub const REVIEW: &str = "review";

/// The whole box, without its heading; empty if there is nothing to show.
/// `review` is shown as a row of its own, or joins `meta`'s map of that name.
pub fn box_html(meta: &Map, review: &Map, options: &MetaBoxOptions) -> String {
    let meta = with_review(meta, review);
    let first = options.order.iter().map(String::as_str);
    let keys = first.chain(
        meta.iter()
            .map(|(key, _)| key)
            .filter(|key| !options.order.iter().any(|first| first == key)),
    );
    rows(&meta, keys, &Renderer::new(options), "meta")
}

/// The short card: the configured keys alone, lists as chips; empty if there
/// is nothing to show.
pub fn card_html(meta: &Map, review: &Map, options: &MetaBoxOptions) -> String {
    let meta = with_review(meta, review);
    let keys = options.card.iter().map(String::as_str);
    rows(&meta, keys, &Renderer::short(options), "meta meta-short")
}

fn with_review(meta: &Map, review: &Map) -> Map {
    let mut meta = meta.clone();
    if !review.is_empty() {
        let row = Map(vec![(REVIEW.to_owned(), Value::Map(review.clone()))]);
        meta.merge_defaults(&row);
    }
    meta
}

fn rows<'a>(
    meta: &'a Map,
    keys: impl Iterator<Item = &'a str>,
    renderer: &Renderer<'_>,
    class: &str,
) -> String {
    let mut shown = Vec::new();
    for key in keys {
        // A key that the configuration names twice is shown once.
        if let Some(value) = meta.get(key)
            && !shown.iter().any(|(other, _)| *other == key)
        {
            shown.push((key, value));
        }
    }
    let mut html = String::new();
    renderer.top(&mut html, &shown, class);
    html
}

#[cfg(test)]
mod tests;
