//! One value at a dotted path, at a depth, in a rendering.

use std::borrow::Cow;

use super::super::html::{escape, escape_into, is_safe_link};
use crate::content::config::{MetaBoxOptions, MetaRendering};
use crate::ground::value::{Map, Plain, Value};

/// Containers may be nested this deep; what lies deeper is shown as JSON.
const DEEPEST: usize = 4;

/// The configuration and the form.
pub(super) struct Renderer<'a> {
    options: &'a MetaBoxOptions,
    /// The short card: lists of scalars are chips unless configured.
    short: bool,
}

/// Where a value stands.
#[derive(Clone, Copy)]
pub(super) struct At<'a> {
    /// Dotted path, without the indices of lists.
    pub(super) path: &'a str,
    /// The words for its key.
    pub(super) label: &'a str,
    /// Containers around it.
    pub(super) depth: usize,
    /// What was configured for it or for what it is in.
    pub(super) rendering: Option<MetaRendering>,
}

impl<'a> Renderer<'a> {
    pub(super) fn new(options: &'a MetaBoxOptions) -> Self {
        Self {
            options,
            short: false,
        }
    }

    pub(super) fn short(options: &'a MetaBoxOptions) -> Self {
        Self {
            options,
            short: true,
        }
    }

    /// The rows of the box itself.
    pub(super) fn top(&self, html: &mut String, entries: &[(&str, &Value)], class: &str) {
        let here = At {
            path: "",
            label: "",
            depth: 0,
            rendering: None,
        };
        let entries = self.visible(entries.iter().copied(), here);
        if !entries.is_empty() {
            self.definitions(html, &entries, here, class);
        }
    }

    pub(super) fn value(&self, html: &mut String, value: &Value, at: At<'_>) {
        let too_deep = at.depth > DEEPEST && matches!(value, Value::List(_) | Value::Map(_));
        match (value, at.rendering) {
            _ if too_deep => json(html, value),
            (_, Some(MetaRendering::Collapsed)) => {
                html.push_str("<details><summary>Show ");
                escape_into(html, &at.label.to_lowercase());
                html.push_str("</summary>");
                let inner = At {
                    rendering: None,
                    ..at
                };
                self.value(html, value, inner);
                html.push_str("</details>");
            }
            (Value::Map(map), _) => self.map(html, map, at),
            (Value::List(items), _) => self.list(html, items, at),
            (scalar, rendering) => self.scalar(html, scalar, rendering, at.label),
        }
    }

    fn map(&self, html: &mut String, map: &Map, at: At<'_>) {
        let entries = self.visible(map.iter(), at);
        match at.rendering {
            Some(MetaRendering::Table) => self.map_table(html, &entries, at),
            Some(MetaRendering::List) => self.lines(html, &entries, at),
            Some(MetaRendering::Chips) => self.labelled_items(html, &entries, at, "chips"),
            Some(MetaRendering::Badge) => self.labelled_items(html, &entries, at, "badges"),
            _ => self.definitions(html, &entries, at, "meta-map"),
        }
    }

    fn list(&self, html: &mut String, items: &[Value], at: At<'_>) {
        let items: Vec<_> = items.iter().filter(|item| self.shows(item, at)).collect();
        let scalars = items.iter().all(|item| item.scalar_text().is_some());
        let maps: Option<Vec<_>> = items.iter().map(|item| as_map(item)).collect();
        let class = match at.rendering {
            Some(MetaRendering::Chips) => " class=\"chips\"",
            Some(MetaRendering::Badge) => " class=\"badges\"",
            None if self.short && scalars => " class=\"chips\"",
            _ if scalars => "",
            _ => " class=\"meta-entries\"",
        };
        if let Some(maps) = maps.filter(|maps| !maps.is_empty()) {
            let rows: Vec<_> = maps
                .iter()
                .map(|map| self.visible(map.iter(), at))
                .collect();
            let uniform = rows.windows(2).all(|pair| same_keys(&pair[0], &pair[1]));
            let asked = at.rendering == Some(MetaRendering::Table);
            if asked || (uniform && at.rendering.is_none()) {
                return self.rows_table(html, &rows, at);
            }
        }
        html.push_str("<ul");
        html.push_str(class);
        html.push('>');
        for item in items {
            html.push_str("<li>");
            let inner = At {
                depth: at.depth + 1,
                ..at
            };
            self.value(html, item, inner);
            html.push_str("</li>");
        }
        html.push_str("</ul>");
    }

    fn scalar(
        &self,
        html: &mut String,
        value: &Value,
        rendering: Option<MetaRendering>,
        label: &str,
    ) {
        let text = value.scalar_text().unwrap_or_default();
        match (rendering, percent(value)) {
            (Some(MetaRendering::Meter), Some(number)) => {
                html.push_str("<span class=\"meter\"><meter min=\"0\" max=\"100\" value=\"");
                html.push_str(&number.to_string());
                html.push_str("\" aria-label=\"");
                escape_into(html, label);
                html.push_str("\"></meter> <span>");
                escape_into(html, &text);
                html.push_str("</span></span>");
            }
            (Some(MetaRendering::Badge), _) => {
                html.push_str("<span class=\"");
                html.push_str(badge(value));
                html.push_str("\">");
                escape_into(html, &text);
                html.push_str("</span>");
            }
            _ => link_or_text(html, &text),
        }
    }

    fn definitions(&self, html: &mut String, entries: &[(&str, &Value)], at: At<'_>, class: &str) {
        html.push_str("<dl class=\"");
        html.push_str(class);
        html.push_str("\">");
        for (key, value) in entries {
            let path = join(at.path, key);
            let label = self.label(&path, key);
            html.push_str("<div><dt>");
            escape_into(html, &label);
            html.push_str("</dt><dd>");
            self.value(html, value, self.below(at, &path, &label));
            html.push_str("</dd></div>");
        }
        html.push_str("</dl>");
    }

    /// A map whose entries are `key: value` lines.
    fn lines(&self, html: &mut String, entries: &[(&str, &Value)], at: At<'_>) {
        html.push_str("<ul class=\"meta-lines\">");
        for (key, value) in entries {
            let path = join(at.path, key);
            let label = self.label(&path, key);
            html.push_str("<li><span class=\"meta-key\">");
            escape_into(html, &label);
            html.push_str(":</span> ");
            self.value(html, value, self.below(at, &path, &label));
            html.push_str("</li>");
        }
        html.push_str("</ul>");
    }

    /// A map whose entries are small labels: flags, versions.
    fn labelled_items(
        &self,
        html: &mut String,
        entries: &[(&str, &Value)],
        at: At<'_>,
        class: &str,
    ) {
        html.push_str("<ul class=\"");
        html.push_str(class);
        html.push_str("\">");
        for (key, value) in entries {
            let path = join(at.path, key);
            let label = self.label(&path, key);
            html.push_str("<li><span class=\"meta-key\">");
            escape_into(html, &label);
            html.push_str("</span> ");
            self.value(html, value, self.below(at, &path, &label));
            html.push_str("</li>");
        }
        html.push_str("</ul>");
    }

    /// Below a container; what was configured for the container holds on
    /// unless the value has its own.
    pub(super) fn below<'b>(&self, at: At<'_>, path: &'b str, label: &'b str) -> At<'b> {
        let own = self.options.render.get(path).copied();
        At {
            path,
            label,
            depth: at.depth + 1,
            rendering: own.or(at.rendering),
        }
    }

    /// The entries that are neither hidden nor empty.
    fn visible<'b>(
        &self,
        entries: impl Iterator<Item = (&'b str, &'b Value)>,
        at: At<'_>,
    ) -> Vec<(&'b str, &'b Value)> {
        entries
            .filter(|(key, value)| {
                let path = join(at.path, key);
                let hidden = self.options.hidden.iter().any(|hidden| *hidden == path);
                !hidden && self.shows(value, At { path: &path, ..at })
            })
            .collect()
    }

    /// Whether anything of a value is left when hidden keys are out.
    fn shows(&self, value: &Value, at: At<'_>) -> bool {
        match value {
            Value::Map(map) => !self.visible(map.iter(), at).is_empty(),
            Value::List(items) => items.iter().any(|item| self.shows(item, at)),
            scalar => !scalar.is_empty(),
        }
    }

    pub(super) fn label<'b>(&'b self, path: &str, key: &'b str) -> Cow<'b, str> {
        match self.options.labels.get(path) {
            Some(label) => label.into(),
            None => words(key).into(),
        }
    }
}

/// The key in words: `_` and `-` as spaces, the first letter upper case.
fn words(key: &str) -> String {
    let words = key.replace(['_', '-'], " ");
    let words = words.trim();
    let mut chars = words.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => key.to_owned(),
    }
}

pub(super) fn join<'a>(path: &str, key: &'a str) -> Cow<'a, str> {
    if path.is_empty() {
        key.into()
    } else {
        format!("{path}.{key}").into()
    }
}

fn as_map(value: &Value) -> Option<&Map> {
    match value {
        Value::Map(map) => Some(map),
        _ => None,
    }
}

fn same_keys(one: &[(&str, &Value)], other: &[(&str, &Value)]) -> bool {
    one.len() == other.len()
        && one
            .iter()
            .all(|(key, _)| other.iter().any(|(name, _)| name == key))
}

/// The number of a score from 0 to 100; a bar for anything else would lie.
fn percent(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Int(number) => f64::from(i32::try_from(*number).ok()?),
        Value::Float(number) => *number,
        Value::Text(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (0.0..=100.0).contains(&number).then_some(number)
}

/// Flags are on or off; other values have no state.
fn badge(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) | Value::Int(0 | 1) if value.is_set() => "badge badge-on",
        Value::Bool(_) | Value::Int(0 | 1) => "badge badge-off",
        _ => "badge",
    }
}

fn json(html: &mut String, value: &Value) {
    let text = serde_json::to_string_pretty(&Plain(value)).unwrap_or_default();
    html.push_str("<details><summary>JSON</summary><pre><code>");
    escape_into(html, &text);
    html.push_str("</code></pre></details>");
}

fn link_or_text(html: &mut String, text: &str) {
    let trimmed = text.trim();
    if is_safe_link(trimmed) && !is_file_path(trimmed) {
        let target = escape(trimmed);
        html.push_str("<a href=\"");
        html.push_str(&target);
        html.push_str("\">");
        html.push_str(&target);
        html.push_str("</a>");
    } else {
        escape_into(html, text);
    }
}

/// `/etc/nginx/nginx.conf` is a file of the machine that a guide speaks of,
/// not a page of this site: a path from the root is a link only where it
/// looks like a page.
fn is_file_path(target: &str) -> bool {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let page = path.ends_with('/') || path.ends_with(".html") || path.ends_with(".pdf");
    target.starts_with('/') && !page
}
