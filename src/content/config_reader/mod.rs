//! From `guidepost.toml` to a [`Config`], with every complaint.
//!
//! Each table is a function that takes its entries one by one; a key that it
//! does not know goes to `keys::unknown`. A new table needs its keys in
//! `keys::TABLES`, an arm in `top_key` and a function. Invariant: a value
//! that was complained of leaves the default in place, so that what is read
//! afterwards is judged on its own.

mod keys;
mod publish;
mod tables;
#[cfg(test)]
mod tests;
mod values;

use jiff::tz::TimeZone;

use super::config::{Cascade, Config, OutputStyle};
use super::front_matter_reader;
use super::highlight;
use super::node::{self, Entry, Format, Node};
use super::reader::Reader;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::{Level, Rule};
use crate::ground::source::Source;

/// Reads a configuration. Where diagnostics hold an error, the configuration
/// returned beside them is not to be used for a build.
pub fn read(source: &Source<'_>) -> (Config, Vec<Diagnostic>) {
    read_with(source, &highlight::theme_names)
}

/// Reads a configuration; `themes` says which highlighting themes there are,
/// and is asked only where one is named.
fn read_with(
    source: &Source<'_>,
    themes: &dyn Fn() -> Vec<&'static str>,
) -> (Config, Vec<Diagnostic>) {
    // A BOM is no part of TOML, but editors write one.
    let start = source.text.len() - source.text.trim_start_matches('\u{feff}').len();
    let (mut reader, entries) = Reader::begin(
        source,
        start..source.text.len(),
        Format::Toml,
        Rule::InvalidConfig,
        Rule::InvalidConfig,
    );
    let mut config = Config::default();
    for entry in &entries {
        top_key(&mut reader, &mut config, entry, themes);
    }
    // Defaults for sections are front matter, whose reading depends on the
    // taxonomies and the time zone, wherever in the file those stand.
    if let Some(entry) = entries.iter().find(|entry| entry.key == "cascade") {
        config.cascade = cascade(&mut reader, &config, &entry.value);
    }
    (config, reader.finish())
}

/// Puts a value in its place, unless there is none.
fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn top_key(
    reader: &mut Reader<'_, '_>,
    config: &mut Config,
    entry: &Entry,
    themes: &dyn Fn() -> Vec<&'static str>,
) {
    let (key, node) = (entry.key.as_str(), &entry.value);
    match key {
        "base-url" => config.base_url = values::base_url(reader, node),
        "title" => set(
            &mut config.title,
            values::words(reader, key, node, "\"Guides\""),
        ),
        "description" => set(
            &mut config.description,
            reader.text(key, node, "\"How we keep things running\""),
        ),
        "author" => set(
            &mut config.author,
            reader.text(key, node, "\"Platform team\""),
        ),
        "language" => set(&mut config.language, values::language(reader, node)),
        "time-zone" => set(&mut config.time_zone, values::time_zone(reader, node)),
        "relative-urls" => set(&mut config.relative_urls, reader.boolean(key, node)),
        "output-style" => {
            let styles = [("clean", OutputStyle::Clean), ("file", OutputStyle::File)];
            set(&mut config.output_style, reader.choice(key, node, &styles));
        }
        "paginate-by" => set(
            &mut config.paginate_by,
            tables::paginate_by(reader, key, node),
        ),
        "menu" => set(&mut config.menu, tables::menu(reader, node)),
        "taxonomies" => set(&mut config.taxonomies, tables::taxonomies(reader, node)),
        "cascade" => {}
        "markdown" => tables::markdown(reader, &mut config.markdown, node),
        "highlight" => tables::highlight(reader, &mut config.highlight, node, themes),
        "meta-box" => tables::meta_box(reader, &mut config.meta_box, node),
        "similar" => tables::similar(reader, &mut config.similar, node),
        "feeds" => tables::feeds(reader, &mut config.feeds, node),
        "review" => tables::review(reader, &mut config.review, node),
        "cache" => tables::cache(reader, &mut config.cache, node),
        "publish" => config.publish = publish::targets(reader, node),
        "site-id" => config.site_id = values::words(reader, key, node, "\"runbooks\""),
        "ignore" => config.ignore = values::ignore(reader, node),
        "noindex" => config.noindex = values::front_matter_paths(reader, node),
        "rules" => config.rules = tables::rules(reader, node),
        "extra" => {
            if let Some(entries) = reader.table(key, node) {
                config.extra = node::to_map(entries);
            }
        }
        _ => keys::unknown(reader, "", entry),
    }
}

/// Keys that name one page and cannot be a default for many.
const OF_ONE_PAGE: &[&str] = &["title", "slug", "path", "aliases"];

fn cascade(reader: &mut Reader<'_, '_>, config: &Config, node: &Node) -> Vec<Cascade> {
    let Some(sections) = reader.table("cascade", node) else {
        return Vec::new();
    };
    let taxonomies: Vec<&str> = config.taxonomies.iter().map(|t| t.name.as_str()).collect();
    let zone = TimeZone::get(&config.time_zone).unwrap_or(TimeZone::UTC);
    let mut cascade: Vec<Cascade> = Vec::new();
    for entry in sections {
        let path = format!("cascade.\"{}\"", entry.key);
        let Some(entries) = reader.table(&path, &entry.value) else {
            continue;
        };
        let section = entry.key.trim_matches('/').to_owned();
        let odd = section.contains('\\')
            || section
                .split('/')
                .any(|part| part == ".." || part == "." || part.is_empty() && !section.is_empty());
        if odd || cascade.iter().any(|known| known.section == section) {
            let message = match odd {
                true => format!("`{}` is no folder of the content", entry.key),
                false => format!("the section `{section}` has defaults already"),
            };
            reader
                .report(Rule::InvalidConfig, entry.key_span.clone(), message)
                .help = Some("name a section such as `[cascade.\"guides/network\"]`".into());
            continue;
        }
        let (one, many): (Vec<_>, Vec<_>) = entries
            .iter()
            .cloned()
            .partition(|entry| OF_ONE_PAGE.contains(&entry.key.as_str()));
        for entry in one {
            let message = format!("`{}` cannot be a default for a whole section", entry.key);
            reader
                .report(Rule::InvalidConfig, entry.key_span, message)
                .help = Some("set it in the front matter of one page".into());
        }
        cascade.push(Cascade {
            section,
            defaults: defaults(reader, &many, &taxonomies, &zone),
        });
    }
    // Stable: sections of one depth stay in the order of the file.
    cascade.sort_by_key(|one| match one.section.as_str() {
        "" => 0,
        section => section.split('/').count(),
    });
    cascade
}

/// Front matter as it stands in the configuration: scalars are as lenient as
/// there, but every unknown key is an error as it is here.
fn defaults(
    reader: &mut Reader<'_, '_>,
    entries: &[Entry],
    taxonomies: &[&str],
    zone: &TimeZone,
) -> super::front_matter::FrontMatter {
    let before = reader.diagnostics.len();
    reader.lenient = true;
    let (front, _) = front_matter_reader::read_entries(reader, entries, taxonomies, zone);
    reader.lenient = false;
    for found in &mut reader.diagnostics[before..] {
        let unknown = matches!(
            found.rule,
            Rule::MisspeltKey | Rule::MisplacedKey | Rule::UnknownKey
        );
        if unknown {
            if found.rule == Rule::UnknownKey {
                found.message = found.message.replace(" is kept under `extra`", "");
                found.help = Some("put free values for templates below `extra`".into());
            }
            found.rule = Rule::UnknownConfigKey;
            found.level = Level::Error;
        }
    }
    front
}
