//! The typed values of front matter keys, each with its complaints.

use std::ops::Range;

use jiff::tz::TimeZone;

use super::super::node::{Entry, Format, Kind, Node};
use super::super::permalink::Permalink;
use super::super::reader::{Reader, Wanted};
use crate::ground::date::{DateError, Interval, Moment};
use crate::ground::paths::OutPath;
use crate::ground::rule::{Level, Rule};
use crate::ground::suggest::did_you_mean;
use crate::ground::value::{Map, Value};

/// A date. `rule` is that of impossible ones.
pub(super) fn date(
    reader: &mut Reader<'_, '_>,
    path: &str,
    node: &Node,
    zone: &TimeZone,
    rule: Rule,
) -> Option<Moment> {
    let wanted = Wanted {
        what: "a date",
        example: "2024-05-31",
    };
    reader.take_date(node);
    let text = match &node.kind {
        Kind::Null => return None,
        Kind::Text(text) if text.trim().is_empty() => return None,
        Kind::Text(text) | Kind::Date(text) => text.clone(),
        Kind::Int(_) | Kind::Float(_) if rule == Rule::ImpossibleReviewDate => {
            reader.written(node)?
        }
        _ => {
            reader.wrong(path, node, wanted);
            return None;
        }
    };
    match Moment::parse(&text, zone) {
        Ok(moment) => return Some(moment),
        Err(DateError::Shape) if rule != Rule::ImpossibleReviewDate => {
            let message = format!("`{path}` must be a date, and `{}` is none", text.trim());
            let help = format!("write it as `{}`", reader.pair(path, wanted.example));
            reader
                .report(reader.type_rule, node.span.clone(), message)
                .help = Some(help);
        }
        Err(_) => {
            let message = format!("`{path}` is no date of the calendar: `{}`", text.trim());
            let help = impossible(&text)
                .unwrap_or_else(|| format!("write it as `{}`", reader.pair(path, wanted.example)));
            reader.report(rule, node.span.clone(), message).help = Some(help);
        }
    }
    None
}

/// Why the calendar does not have a date.
fn impossible(text: &str) -> Option<String> {
    let day = text.trim().split(['T', 't', ' ']).next()?;
    let mut parts = day.split(['-', '/']).map(str::parse::<i16>);
    let (Ok(year), Ok(month), Ok(day)) = (parts.next()?, parts.next()?, parts.next()?) else {
        return None;
    };
    let Ok(small) = i8::try_from(month) else {
        return Some("months go from 1 to 12".into());
    };
    let Ok(first) = jiff::civil::Date::new(year, small, 1) else {
        return Some(if (1..=12).contains(&day) {
            "months go from 1 to 12; write year, month, day".into()
        } else {
            "months go from 1 to 12".into()
        });
    };
    let days = i16::from(first.days_in_month());
    if day < 1 || day > days {
        return Some(format!("{} has {days} days", first.strftime("%B %Y")));
    }
    Some("hours go from 00 to 23, minutes and seconds from 00 to 59".into())
}

/// Text that is not blank.
pub(super) fn words(
    reader: &mut Reader<'_, '_>,
    path: &str,
    node: &Node,
    example: &'static str,
) -> Option<String> {
    reader
        .text(path, node, example)
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// The last segment of an address.
pub(super) fn slug(reader: &mut Reader<'_, '_>, node: &Node) -> Option<String> {
    let slug = words(reader, "slug", node, "\"replace-fan\"")?;
    if slug.contains('/') && !slug.split('/').any(|part| part == "..") {
        let message = format!("`slug` is one segment of an address, and `{slug}` has a `/`");
        let help = format!(
            "for a whole address write `{}`",
            reader.pair("path", &format!("\"{slug}\""))
        );
        reader
            .report(Rule::UnsafePath, node.span.clone(), message)
            .help = Some(help);
        return None;
    }
    if let Err(why) = OutPath::new(&slug) {
        unsafe_path(reader, "slug", &slug, node.span.clone(), why);
        return None;
    }
    Some(slug)
}

/// A whole address within the site.
pub(super) fn address(
    reader: &mut Reader<'_, '_>,
    path: &str,
    text: String,
    span: Range<usize>,
) -> Option<String> {
    match Permalink::named(text.trim()) {
        Ok(_) => Some(text.trim().to_owned()),
        Err(why) => {
            unsafe_path(reader, path, &text, span, why);
            None
        }
    }
}

fn unsafe_path(
    reader: &mut Reader<'_, '_>,
    path: &str,
    text: &str,
    span: Range<usize>,
    why: &'static str,
) {
    let shown: String = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    let message = format!("`{path}` cannot be an address: `{shown}` {why}");
    let help = match path {
        "slug" => "a slug is made of letters, digits and hyphens, such as `replace-fan`",
        _ => "an address within the site looks like `/guides/replace-fan/`",
    };
    reader.report(Rule::UnsafePath, span, message).help = Some(help.into());
}

/// Terms of a taxonomy: a list, or a text with commas. Blank ones and
/// repetitions are left out.
pub(super) fn terms(
    reader: &mut Reader<'_, '_>,
    path: &str,
    node: &Node,
    example: &'static str,
) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    let found = reader.texts(path, node, example);
    let is_list = matches!(node.kind, Kind::List(_));
    for (text, _) in found {
        let parts = if is_list {
            vec![text.as_str()]
        } else {
            text.split(',').collect()
        };
        for part in parts.into_iter().map(str::trim) {
            if !part.is_empty() && !terms.iter().any(|known| known == part) {
                terms.push(part.to_owned());
            }
        }
    }
    terms
}

/// People: a text, a list, or tables with a `name`.
pub(super) fn people(reader: &mut Reader<'_, '_>, path: &str, node: &Node) -> Vec<String> {
    let named = |node: &Node| match &node.kind {
        Kind::Table(entries) => entries
            .iter()
            .find(|entry| entry.key == "name")
            .map(|entry| &entry.value)
            .cloned(),
        _ => None,
    };
    let node = match (named(node), &node.kind) {
        (Some(name), _) => name,
        (None, Kind::List(items)) => Node {
            span: node.span.clone(),
            kind: Kind::List(
                items
                    .iter()
                    .map(|item| named(item).unwrap_or_else(|| item.clone()))
                    .collect(),
            ),
        },
        _ => node.clone(),
    };
    // `author: Doe, Jane` is one person, `authors: Jane, John` are two.
    if path == "authors" {
        return terms(reader, path, &node, "[\"Jane Doe\"]");
    }
    reader
        .texts(path, &node, "\"Jane Doe\"")
        .into_iter()
        .map(|(text, _)| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}

/// How long a review lasts, with the writer's words.
pub(super) fn interval(
    reader: &mut Reader<'_, '_>,
    node: &Node,
) -> (Option<Interval>, Option<String>) {
    let Some(text) = words(reader, "review.interval", node, "\"6 months\"") else {
        return (None, None);
    };
    let interval = Interval::parse(&text);
    if interval.is_none() {
        let message = format!("`review.interval` is no length of time: `{text}`");
        reader
            .report(Rule::ImpossibleReviewDate, node.span.clone(), message)
            .help = Some("write it as `6 months`, `90 days`, `2 weeks` or `1 year`".into());
    }
    (interval, Some(text))
}

/// The rules that a page is excused from.
pub(super) fn allow(reader: &mut Reader<'_, '_>, node: &Node) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (name, span) in reader.texts("allow", node, "[\"unknown-language\"]") {
        match Rule::by_name(name.trim()) {
            Some(rule) if rule.level() == Level::Error => {
                let message = format!("`{name}` is an error and cannot be allowed");
                reader.report(Rule::UnknownRule, span, message).help =
                    Some("warnings and notes can be allowed, errors must be mended".into());
            }
            Some(rule) if rules.contains(&rule) => {}
            Some(rule) => rules.push(rule),
            None => {
                let near = did_you_mean(&name, Rule::ALL.iter().map(|rule| rule.name()));
                let message = format!("there is no rule `{name}`");
                let found = reader.report(Rule::UnknownRule, span, message);
                *found = found.clone().did_you_mean(near);
            }
        }
    }
    rules
}

/// Values of the open `[meta]` map. What readers see is what was written:
/// YAML's `1.10` is a version, not 1.1, so a number that would print
/// otherwise than it is written is kept as text.
pub(super) fn as_written(reader: &Reader<'_, '_>, node: &Node) -> Value {
    match &node.kind {
        Kind::Float(number) if reader.format == Format::Yaml => {
            let written = reader.written(node).unwrap_or_default();
            if number.to_string() == written {
                Value::Float(*number)
            } else {
                Value::Text(written)
            }
        }
        Kind::List(items) => {
            Value::List(items.iter().map(|item| as_written(reader, item)).collect())
        }
        Kind::Table(entries) => Value::Map(map_as_written(reader, entries)),
        _ => node.to_value(),
    }
}

/// A table of the open `[meta]` map; see [`as_written`].
pub(super) fn map_as_written(reader: &Reader<'_, '_>, entries: &[Entry]) -> Map {
    Map(entries
        .iter()
        .map(|entry| (entry.key.clone(), as_written(reader, &entry.value)))
        .collect())
}
