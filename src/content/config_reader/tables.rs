//! The tables of `guidepost.toml`, one function each.

use std::collections::BTreeMap;

use super::super::config::{
    CacheOptions, FeedOptions, HighlightOptions, MarkdownOptions, MenuItem, MetaBoxOptions,
    MetaRendering, RawHtml, ReviewOptions, RuleSetting, SimilarOptions, Taxonomy,
};
use super::super::node::{Entry, Kind, Node};
use super::super::reader::Reader;
use super::{keys, set, values};
use crate::ground::rule::{Level, Rule};
use crate::ground::suggest::did_you_mean;

/// Pages in a list, at most.
const MOST_PER_PAGE: u32 = 10_000;

/// Guides on a page of a list.
pub(super) fn paginate_by(reader: &mut Reader<'_, '_>, path: &str, node: &Node) -> Option<usize> {
    reader
        .count(path, node, MOST_PER_PAGE, "30")
        .map(|count| count as usize)
}

/// Complains that a table lacks a key.
fn missing(reader: &mut Reader<'_, '_>, span: std::ops::Range<usize>, what: &str, example: &str) {
    let message = format!("{what} is missing");
    reader.report(Rule::InvalidConfig, span, message).help = Some(format!("add `{example}`"));
}

fn find<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Node> {
    entries
        .iter()
        .find(|entry| entry.key == key && entry.value.kind != Kind::Null)
        .map(|entry| &entry.value)
}

/// `[[menu]]`
pub(super) fn menu(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<MenuItem>> {
    let mut menu = Vec::new();
    for (entries, span) in reader.tables("menu", node)? {
        for entry in entries {
            if !matches!(entry.key.as_str(), "title" | "url") {
                keys::unknown(reader, "menu", entry);
            }
        }
        let title = match find(entries, "title") {
            Some(node) => values::words(reader, "menu.title", node, "\"Guides\""),
            None => {
                missing(
                    reader,
                    span.clone(),
                    "the link's `title`",
                    "title = \"Guides\"",
                );
                None
            }
        };
        let url = match find(entries, "url") {
            Some(node) => values::menu_url(reader, node),
            None => {
                missing(reader, span, "the link's `url`", "url = \"/guides/\"");
                None
            }
        };
        if let (Some(title), Some(url)) = (title, url) {
            menu.push(MenuItem { title, url });
        }
    }
    Some(menu)
}

/// `[[taxonomies]]`
pub(super) fn taxonomies(reader: &mut Reader<'_, '_>, node: &Node) -> Option<Vec<Taxonomy>> {
    let mut taxonomies: Vec<Taxonomy> = Vec::new();
    for (entries, span) in reader.tables("taxonomies", node)? {
        let name = match find(entries, "name") {
            Some(node) => {
                let taken: Vec<&str> = taxonomies.iter().map(|t| t.name.as_str()).collect();
                values::taxonomy_name(reader, node, &taken)
            }
            None => {
                missing(reader, span, "the taxonomy's `name`", "name = \"tags\"");
                None
            }
        };
        // The other keys are judged even where the name is no good.
        let mut taxonomy = Taxonomy::named(name.as_deref().unwrap_or("tags"));
        for entry in entries {
            let (path, node) = (format!("taxonomies.{}", entry.key), &entry.value);
            match entry.key.as_str() {
                "name" => {}
                "title" => set(
                    &mut taxonomy.title,
                    values::words(reader, &path, node, "\"Tags\""),
                ),
                "feed" => set(&mut taxonomy.feed, reader.boolean(&path, node)),
                "paginate-by" => set(&mut taxonomy.paginate_by, paginate_by(reader, &path, node)),
                _ => keys::unknown(reader, "taxonomies", entry),
            }
        }
        if name.is_some() {
            taxonomies.push(taxonomy);
        }
    }
    Some(taxonomies)
}

/// `[markdown]`
pub(super) fn markdown(reader: &mut Reader<'_, '_>, options: &mut MarkdownOptions, node: &Node) {
    for entry in reader.table("markdown", node).unwrap_or_default() {
        let switch = match entry.key.as_str() {
            "tables" => &mut options.tables,
            "task-lists" => &mut options.task_lists,
            "footnotes" => &mut options.footnotes,
            "strikethrough" => &mut options.strikethrough,
            "definition-lists" => &mut options.definition_lists,
            "heading-attributes" => &mut options.heading_attributes,
            "heading-anchors" => &mut options.heading_anchors,
            "admonitions" => &mut options.admonitions,
            "autolinks" => &mut options.autolinks,
            "smart-punctuation" => &mut options.smart_punctuation,
            "shortcodes" => &mut options.shortcodes,
            "figures" => &mut options.figures,
            "code-blocks" => &mut options.code_blocks,
            "resolve-links" => &mut options.resolve_links,
            "drop-repeated-title" => &mut options.drop_repeated_title,
            "raw-html" => {
                let policies = [
                    ("sanitize", RawHtml::Sanitize),
                    ("allow", RawHtml::Allow),
                    ("escape", RawHtml::Escape),
                ];
                let policy = reader.choice("markdown.raw-html", &entry.value, &policies);
                set(&mut options.raw_html, policy);
                continue;
            }
            _ => {
                keys::unknown(reader, "markdown", entry);
                continue;
            }
        };
        let path = format!("markdown.{}", entry.key);
        set(switch, reader.boolean(&path, &entry.value));
    }
}

/// `[highlight]`
pub(super) fn highlight(
    reader: &mut Reader<'_, '_>,
    options: &mut HighlightOptions,
    node: &Node,
    themes: &dyn Fn() -> Vec<&'static str>,
) {
    for entry in reader.table("highlight", node).unwrap_or_default() {
        let (path, node) = (format!("highlight.{}", entry.key), &entry.value);
        match entry.key.as_str() {
            "enabled" => set(&mut options.enabled, reader.boolean(&path, node)),
            "line-numbers" => set(&mut options.line_numbers, reader.boolean(&path, node)),
            "light-theme" => set(
                &mut options.light_theme,
                values::theme(reader, &path, node, themes),
            ),
            "dark-theme" => set(
                &mut options.dark_theme,
                values::theme(reader, &path, node, themes),
            ),
            _ => keys::unknown(reader, "highlight", entry),
        }
    }
}

/// A list of texts without their places.
fn texts(reader: &mut Reader<'_, '_>, path: &str, node: &Node) -> Vec<String> {
    reader
        .texts(path, node, "[\"stack\", \"tools\"]")
        .into_iter()
        .map(|(text, _)| text)
        .collect()
}

/// `[meta-box]`
pub(super) fn meta_box(reader: &mut Reader<'_, '_>, options: &mut MetaBoxOptions, node: &Node) {
    for entry in reader.table("meta-box", node).unwrap_or_default() {
        let (path, node) = (format!("meta-box.{}", entry.key), &entry.value);
        match entry.key.as_str() {
            "title" => set(
                &mut options.title,
                values::words(reader, &path, node, "\"About this guide\""),
            ),
            "order" => options.order = texts(reader, &path, node),
            "hidden" => options.hidden = texts(reader, &path, node),
            "card" => options.card = texts(reader, &path, node),
            "labels" => {
                for (key, node) in scalars(reader, &path, node) {
                    if let Some(label) =
                        reader.text(&format!("{path}.{key}"), node, "\"Words for readers\"")
                    {
                        options.labels.insert(key, label);
                    }
                }
            }
            "render" => {
                let renderings = [
                    ("chips", MetaRendering::Chips),
                    ("table", MetaRendering::Table),
                    ("collapsed", MetaRendering::Collapsed),
                    ("meter", MetaRendering::Meter),
                    ("badge", MetaRendering::Badge),
                    ("list", MetaRendering::List),
                ];
                for (key, node) in scalars(reader, &path, node) {
                    let path = format!("{path}.{key}");
                    if let Some(rendering) = reader.choice(&path, node, &renderings) {
                        options.render.insert(key, rendering);
                    }
                }
            }
            _ => keys::unknown(reader, "meta-box", entry),
        }
    }
}

fn scalars<'n>(reader: &mut Reader<'_, '_>, path: &str, node: &'n Node) -> Vec<(String, &'n Node)> {
    let mut found = Vec::new();
    if let Some(entries) = reader.table(path, node) {
        values::by_path(entries, "", &mut found);
    }
    found
}

/// `[similar]`
pub(super) fn similar(reader: &mut Reader<'_, '_>, options: &mut SimilarOptions, node: &Node) {
    for entry in reader.table("similar", node).unwrap_or_default() {
        let (path, node) = (format!("similar.{}", entry.key), &entry.value);
        let weight = match entry.key.as_str() {
            "title" => {
                let title = values::words(reader, &path, node, "\"Similar guides\"");
                set(&mut options.title, title);
                continue;
            }
            "count" => {
                let count = reader.count(&path, node, 50, "5");
                set(&mut options.count, count.map(|count| count as usize));
                continue;
            }
            "meta-keys" => {
                options.meta_keys = texts(reader, &path, node);
                continue;
            }
            "taxonomies" => &mut options.taxonomies,
            "meta" => &mut options.meta,
            "words" => &mut options.words,
            _ => {
                keys::unknown(reader, "similar", entry);
                continue;
            }
        };
        let read = reader.count(&path, node, 10, "5");
        set(weight, read.and_then(|weight| u8::try_from(weight).ok()));
    }
}

/// `[feeds]`
pub(super) fn feeds(reader: &mut Reader<'_, '_>, options: &mut FeedOptions, node: &Node) {
    for entry in reader.table("feeds", node).unwrap_or_default() {
        let (path, node) = (format!("feeds.{}", entry.key), &entry.value);
        match entry.key.as_str() {
            "site" => set(&mut options.site, reader.boolean(&path, node)),
            "sections" => set(&mut options.sections, reader.boolean(&path, node)),
            "limit" => {
                let limit = reader.count(&path, node, 1_000, "20");
                set(&mut options.limit, limit.map(|limit| limit as usize));
            }
            _ => keys::unknown(reader, "feeds", entry),
        }
    }
}

/// `[review]`
pub(super) fn review(reader: &mut Reader<'_, '_>, options: &mut ReviewOptions, node: &Node) {
    for entry in reader.table("review", node).unwrap_or_default() {
        let (path, node) = (format!("review.{}", entry.key), &entry.value);
        match entry.key.as_str() {
            "noindex-status" => {
                let found = reader.texts(&path, node, "[\"draft\", \"obsolete\"]");
                options.noindex_status = found.into_iter().map(|(text, _)| text).collect();
            }
            "noindex-overdue" => set(&mut options.noindex_overdue, reader.boolean(&path, node)),
            _ => keys::unknown(reader, "review", entry),
        }
    }
}

/// Megabytes of a cache, at most: a terabyte.
const MOST_MEGABYTES: u32 = 1 << 20;

/// `[cache]`
pub(super) fn cache(reader: &mut Reader<'_, '_>, options: &mut CacheOptions, node: &Node) {
    for entry in reader.table("cache", node).unwrap_or_default() {
        let (path, node) = (format!("cache.{}", entry.key), &entry.value);
        match entry.key.as_str() {
            "max-size" => set(
                &mut options.max_size,
                reader.count(&path, node, MOST_MEGABYTES, "4096"),
            ),
            "remote" => {
                if let Some(remote) = values::remote(reader, &path, node) {
                    options.remote = Some(remote);
                }
            }
            "remote-read-only" => set(&mut options.remote_read_only, reader.boolean(&path, node)),
            _ => keys::unknown(reader, "cache", entry),
        }
    }
}

/// `[rules]`
pub(super) fn rules(reader: &mut Reader<'_, '_>, node: &Node) -> BTreeMap<Rule, RuleSetting> {
    let settings = [
        ("allow", RuleSetting::Allow),
        ("note", RuleSetting::Level(Level::Note)),
        ("warning", RuleSetting::Level(Level::Warning)),
        ("error", RuleSetting::Level(Level::Error)),
    ];
    let mut rules = BTreeMap::new();
    for entry in reader.table("rules", node).unwrap_or_default() {
        let Some(rule) = Rule::by_name(&entry.key) else {
            let near = did_you_mean(&entry.key, Rule::ALL.iter().map(|rule| rule.name()));
            let message = format!("there is no rule `{}`", entry.key);
            let found = reader.report(Rule::UnknownConfigKey, entry.key_span.clone(), message);
            *found = found.clone().did_you_mean(near);
            continue;
        };
        let path = format!("rules.{rule}");
        let Some(setting) = reader.choice(&path, &entry.value, &settings) else {
            continue;
        };
        if rule.level() == Level::Error && setting != RuleSetting::Level(Level::Error) {
            let message = format!("`{rule}` is an error and cannot be anything less");
            values::invalid(reader, &entry.value, message).help = Some(
                "a site with such a mistake cannot be built; warnings and notes can be set".into(),
            );
            continue;
        }
        rules.insert(rule, setting);
    }
    rules
}
