//! From the head of a file to typed front matter, with every complaint.
//!
//! Where the block begins and ends is told in `head`, what unknown keys are
//! taken for in `keys`, how values are read in `values`. Invariant: a key that
//! is warned of as misspelt has no effect; a key that is merely unknown is
//! kept under `extra`, with a note.

mod head;
pub(super) mod keys;
#[cfg(test)]
mod tests;
mod values;

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::tz::TimeZone;

use super::front_matter::FrontMatter;
use super::node::{Entry, Format, Kind, Node};
use super::reader::Reader;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;
use crate::ground::value::{Map, Value};
use head::Found;
use keys::Verdict;

/// Front matter and where the body begins.
#[derive(Debug, Default)]
pub struct Head {
    /// What could be read.
    pub front: FrontMatter,
    /// Byte range of the body in the file; BOM and front matter excluded.
    /// Empty where the front matter is not closed.
    pub body: Range<usize>,
    /// Everything that was found, notes among it.
    pub diagnostics: Vec<Diagnostic>,
    /// Where values stand that later stages may complain of, by dotted path:
    /// every key of the top level and of `review`, `meta` two levels deep, and
    /// each alias as `aliases.0`.
    pub places: BTreeMap<String, Range<usize>>,
}

/// Reads the head of a source: a BOM, blank lines, then `+++` or `---` front
/// matter or none. `taxonomies` are the names that the site has configured:
/// they are accepted as top-level keys too.
pub fn read(source: &Source<'_>, taxonomies: &[&str], zone: &TimeZone) -> Head {
    match head::find(source.text) {
        Found::Nothing { body } => Head {
            body,
            ..Head::default()
        },
        Found::Unclosed {
            delimiter,
            open,
            other,
            before,
        } => Head {
            body: source.text.len()..source.text.len(),
            diagnostics: vec![unclosed(source, delimiter, open, other, before)],
            ..Head::default()
        },
        Found::Block {
            format,
            content,
            body,
        } => {
            let (mut reader, entries) = Reader::begin(
                source,
                content,
                format,
                Rule::InvalidFrontMatter,
                Rule::FrontMatterType,
            );
            let (front, places) = read_entries(&mut reader, &entries, taxonomies, zone);
            Head {
                front,
                body,
                diagnostics: reader.finish(),
                places,
            }
        }
    }
}

fn unclosed(
    source: &Source<'_>,
    delimiter: &str,
    open: Range<usize>,
    other: Option<Range<usize>>,
    before: usize,
) -> Diagnostic {
    let message = format!("the front matter that begins with `{delimiter}` is not closed");
    let found = Diagnostic::at(Rule::InvalidFrontMatter, source, open, message);
    match (other, delimiter) {
        (Some(other), _) => found
            .help("begin and close it with the same line: `+++` for TOML, `---` for YAML")
            .related(source.place(other), "this line closes YAML"),
        (None, "---") => found.help(format!(
            "put a line `---` before line {before}, or a blank line behind the first `---` if that is a thematic break"
        )),
        (None, _) => found.help(format!("put a line `{delimiter}` before line {before}")),
    }
}

/// Front matter from the entries of a table: a file's head, or a cascade's
/// defaults. Complaints go to the reader; the second part says where values
/// stand, by dotted path.
pub(super) fn read_entries(
    reader: &mut Reader<'_, '_>,
    entries: &[Entry],
    taxonomies: &[&str],
    zone: &TimeZone,
) -> (FrontMatter, BTreeMap<String, Range<usize>>) {
    let mut into = Making {
        reader,
        taxonomies,
        zone,
        front: FrontMatter::default(),
        lastmod: None,
        summary: None,
        extra: Map::default(),
        places: BTreeMap::new(),
    };
    for entry in entries {
        into.places
            .insert(entry.key.clone(), entry.value.span.clone());
        top_key(&mut into, entry);
    }
    let mut front = into.front;
    front.updated = front.updated.or(into.lastmod);
    front.description = front.description.or(into.summary);
    // What `[extra]` says itself goes before stray keys of the same name.
    for (key, value) in into.extra.0 {
        if front.extra.get(&key).is_none() {
            front.extra.insert(key, value);
        }
    }
    (front, into.places)
}

/// Front matter in the making.
struct Making<'r, 'a, 's, 't> {
    reader: &'r mut Reader<'s, 't>,
    taxonomies: &'a [&'a str],
    zone: &'a TimeZone,
    front: FrontMatter,
    lastmod: Option<crate::ground::date::Moment>,
    summary: Option<String>,
    /// Unknown keys.
    extra: Map,
    places: BTreeMap<String, Range<usize>>,
}

fn top_key(into: &mut Making<'_, '_, '_, '_>, entry: &Entry) {
    let Making { reader, zone, .. } = into;
    let (key, node) = (entry.key.as_str(), &entry.value);
    // A configured taxonomy's name is that of its terms, whatever else it is.
    let is_taxonomy = into.taxonomies.contains(&key);
    if is_taxonomy && key != "taxonomies" && !matches!(key, "author" | "authors") {
        return add_terms(into, key, key, node);
    }
    let impossible = Rule::ImpossibleDate;
    match key {
        "title" => into.front.title = values::words(reader, key, node, "\"Replace a fan\""),
        "slug" => into.front.slug = values::slug(reader, node),
        "path" => {
            into.front.path = values::words(reader, key, node, "\"/guides/replace-fan/\"")
                .and_then(|text| values::address(reader, key, text, node.span.clone()));
        }
        "date" => into.front.date = values::date(reader, key, node, zone, impossible),
        "updated" => into.front.updated = values::date(reader, key, node, zone, impossible),
        "expires" => into.front.expires = values::date(reader, key, node, zone, impossible),
        "lastmod" | "last_modified" => {
            into.lastmod = values::date(reader, key, node, zone, impossible);
        }
        "description" => {
            into.front.description = values::words(reader, key, node, "\"How to replace a fan\"");
        }
        "summary" => into.summary = values::words(reader, key, node, "\"How to replace a fan\""),
        "draft" => into.front.draft = reader.boolean(key, node),
        "weight" => into.front.weight = reader.whole(key, node, "10"),
        "template" => into.front.template = values::words(reader, key, node, "\"article.html\""),
        "aliases" => aliases(into, node),
        "taxonomies" => taxonomies_table(into, node),
        "author" | "authors" => {
            into.front.authors = values::people(reader, key, node);
            if is_taxonomy {
                let authors = into.front.authors.clone();
                into.front.taxonomies.insert(key.into(), authors);
            }
        }
        "review" => review(into, node),
        "meta" => meta(into, node),
        "extra" | "params" => extra(into, key, node),
        "allow" => into.front.allow = values::allow(reader, node),
        // Not configured here, and common enough not to be worth a note.
        "tags" | "categories" | "keywords" => {
            if node.kind != Kind::Null {
                into.extra.insert(key, node.to_value());
            }
        }
        _ => unknown(into, entry),
    }
}

fn unknown(into: &mut Making<'_, '_, '_, '_>, entry: &Entry) {
    match keys::at_top(&entry.key, into.taxonomies) {
        Verdict::Unknown(ours) => {
            keep(into, entry, &entry.key, ours);
            into.extra.insert(entry.key.clone(), entry.value.to_value());
        }
        Verdict::Misplaced(path) => {
            misplaced(into.reader, entry, &entry.key, &path);
            into.extra.insert(entry.key.clone(), entry.value.to_value());
        }
        Verdict::Misspelt(name) => misspelt(into.reader, entry, &entry.key, &name),
    }
}

/// Notes that an unknown key was kept.
fn keep(into: &mut Making<'_, '_, '_, '_>, entry: &Entry, path: &str, ours: Option<&str>) {
    let message = format!("unknown key `{path}` is kept under `extra`");
    let found = into
        .reader
        .report(Rule::UnknownKey, entry.key_span.clone(), message);
    found.help = ours.map(|ours| format!("Guidepost's own key for this is `{ours}`"));
}

fn misspelt(reader: &mut Reader<'_, '_>, entry: &Entry, path: &str, name: &str) {
    let message = format!("unknown key `{path}`; it has no effect");
    let found = reader.report(Rule::MisspeltKey, entry.key_span.clone(), message);
    found.help = Some(format!("did you mean `{name}`?"));
}

/// `path` is the dotted path at which the key would have an effect.
fn misplaced(reader: &mut Reader<'_, '_>, entry: &Entry, found_at: &str, path: &str) {
    let message = format!("`{found_at}` has no effect at this level");
    let help = match (path.split_once('.'), reader.format) {
        (Some((table, key)), Format::Toml) => {
            format!("did you mean `{path}`? Put `{key}` below a line `[{table}]`")
        }
        (Some((table, key)), Format::Yaml) => {
            format!("did you mean `{path}`? Put `{key}` below `{table}:`, indented")
        }
        (None, Format::Toml) => {
            format!("did you mean the top level's `{path}`? Put it above the first `[table]`")
        }
        (None, Format::Yaml) => {
            format!("did you mean the top level's `{path}`? Put it there without indentation")
        }
    };
    let found = reader.report(Rule::MisplacedKey, entry.key_span.clone(), message);
    found.help = Some(help);
}

fn aliases(into: &mut Making<'_, '_, '_, '_>, node: &Node) {
    let found = into.reader.texts("aliases", node, "[\"/old/address/\"]");
    for (text, span) in found {
        if text.trim().is_empty() {
            continue;
        }
        let address = values::address(into.reader, "aliases", text, span.clone());
        if let Some(address) = address
            && !into.front.aliases.contains(&address)
        {
            let path = format!("aliases.{}", into.front.aliases.len());
            into.places.insert(path, span);
            into.front.aliases.push(address);
        }
    }
}

fn add_terms(into: &mut Making<'_, '_, '_, '_>, name: &str, path: &str, node: &Node) {
    let terms = values::terms(into.reader, path, node, "[\"fans\", \"cooling\"]");
    if terms.is_empty() {
        return;
    }
    let known = into.front.taxonomies.entry(name.to_owned()).or_default();
    for term in terms {
        if !known.contains(&term) {
            known.push(term);
        }
    }
}

fn taxonomies_table(into: &mut Making<'_, '_, '_, '_>, node: &Node) {
    let Some(entries) = into.reader.table("taxonomies", node) else {
        return;
    };
    for entry in entries {
        let path = format!("taxonomies.{}", entry.key);
        if into.taxonomies.contains(&entry.key.as_str()) {
            add_terms(into, &entry.key, &path, &entry.value);
            continue;
        }
        match keys::in_taxonomies(&entry.key, into.taxonomies) {
            Verdict::Misspelt(name) => misspelt(into.reader, entry, &path, &name),
            Verdict::Misplaced(key) => misplaced(into.reader, entry, &path, &key),
            Verdict::Unknown(_) => {
                let message = format!(
                    "the site has no taxonomy `{}`; its terms are kept under `extra`",
                    entry.key
                );
                let found = into
                    .reader
                    .report(Rule::UnknownKey, entry.key_span.clone(), message);
                found.help = Some("add it to `guidepost.toml` as one of `[[taxonomies]]`".into());
                into.extra.insert(entry.key.clone(), entry.value.to_value());
            }
        }
    }
}

fn review(into: &mut Making<'_, '_, '_, '_>, node: &Node) {
    let Some(entries) = into.reader.table("review", node) else {
        return;
    };
    let mut unknown = Map::default();
    for entry in entries {
        let path = format!("review.{}", entry.key);
        let (reader, value) = (&mut *into.reader, &entry.value);
        let review = &mut into.front.review;
        into.places.insert(path.clone(), value.span.clone());
        match entry.key.as_str() {
            "owner" => {
                review.owner = reader
                    .texts(&path, value, "\"Platform team\"")
                    .into_iter()
                    .map(|(text, _)| text.trim().to_owned())
                    .filter(|text| !text.is_empty())
                    .collect();
            }
            "status" => review.status = values::words(reader, &path, value, "\"reviewed\""),
            "version" => review.version = values::words(reader, &path, value, "\"1.0\""),
            "last_reviewed" => {
                let rule = Rule::ImpossibleReviewDate;
                review.last_reviewed = values::date(reader, &path, value, into.zone, rule);
            }
            "interval" => {
                (review.interval, review.interval_text) = values::interval(reader, value);
            }
            key => match keys::in_review(key) {
                Verdict::Misspelt(name) => misspelt(reader, entry, &path, &name),
                Verdict::Misplaced(key) => misplaced(reader, entry, &path, &key),
                Verdict::Unknown(ours) => {
                    keep(into, entry, &path, ours);
                    unknown.insert(key, value.to_value());
                }
            },
        }
    }
    if !unknown.is_empty() {
        into.extra.insert("review", Value::Map(unknown));
    }
}

fn meta(into: &mut Making<'_, '_, '_, '_>, node: &Node) {
    let Some(entries) = into.reader.table("meta", node) else {
        return;
    };
    for entry in entries {
        let path = format!("meta.{}", entry.key);
        if keys::misplaced_in_meta(&entry.key, &entry.value) {
            misplaced(into.reader, entry, &path, &entry.key);
        }
        if let Kind::Table(inner) = &entry.value.kind {
            for below in inner {
                let path = format!("{path}.{}", below.key);
                into.places.insert(path, below.value.span.clone());
            }
        }
        into.places.insert(path, entry.value.span.clone());
    }
    into.front.meta = values::map_as_written(into.reader, entries);
}

fn extra(into: &mut Making<'_, '_, '_, '_>, name: &str, node: &Node) {
    let Some(entries) = into.reader.table(name, node) else {
        return;
    };
    for entry in entries {
        // A draft that would be published because of the line that it stands
        // on is worth a warning even in an open table.
        if entry.key == "draft" && matches!(entry.value.kind, Kind::Bool(_)) {
            misplaced(into.reader, entry, &format!("{name}.draft"), "draft");
        }
        into.front
            .extra
            .insert(entry.key.clone(), entry.value.to_value());
    }
}
