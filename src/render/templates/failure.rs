//! From Tera's errors to diagnostics at places.
//!
//! Parse and render errors carry a span. Errors about a whole set come as
//! printed reports; their `--> file:line:column` lines are read back.

use std::collections::BTreeMap;

use tera::{Error, ErrorKind, ReportError};

use super::{Text, filters};
use crate::content::markdown::surroundings::TemplateFailure;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::paths::SrcPath;
use crate::ground::rule::Rule;
use crate::ground::source::{Place, Source};
use crate::ground::suggest::did_you_mean;

type Texts = BTreeMap<String, Text>;

/// A finding in a template.
pub(super) fn at(
    name: &str,
    texts: &Texts,
    range: std::ops::Range<usize>,
    message: impl Into<String>,
) -> Diagnostic {
    Diagnostic::new(Rule::Template, message).placed(place(name, texts, range))
}

/// The same finding with a word on whose template it is, if that is not
/// plain: a site has no such file.
pub(super) fn with_origin(mut found: Diagnostic, name: &str, texts: &Texts) -> Diagnostic {
    if texts.get(name).is_some_and(|text| text.built_in) {
        let origin = format!("`{name}` is a template of the built-in theme");
        found.help = Some(match found.help {
            Some(help) => format!("{help} ({origin})"),
            None => origin,
        });
    }
    found
}

/// One error of one template; `name` is the template asked for.
pub(super) fn diagnose(error: &Error, name: &str, texts: &Texts) -> Diagnostic {
    let found = match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            return reported(report, texts);
        }
        ErrorKind::TemplateNotFound(missing) => {
            let near = did_you_mean(missing, texts.keys().map(String::as_str));
            Diagnostic::new(Rule::Template, format!("there is no template `{missing}`"))
                .did_you_mean(near)
        }
        kind => Diagnostic::new(Rule::Template, first_line(&kind.to_string())),
    };
    if found.place.is_none() && texts.contains_key(name) {
        let file = Place::file(path(name));
        return with_origin(found.placed(file), name, texts);
    }
    found
}

/// The same, as the Markdown renderer wants it.
pub(super) fn short(error: &Error, name: &str, texts: &Texts) -> TemplateFailure {
    let found = diagnose(error, name, texts);
    let message = match found.help {
        Some(help) if help.starts_with("did you mean") => format!("{}; {help}", found.message),
        _ => found.message,
    };
    TemplateFailure {
        message,
        place: found.place,
    }
}

/// Where a component is defined.
pub(super) fn definition(component: &str, texts: &Texts) -> Option<Place> {
    let (name, text) = texts.iter().find(|(_, text)| {
        let mut defined = text.scan.components.iter();
        defined.any(|defined| defined.name == component)
    })?;
    let at = text
        .source
        .match_indices(component)
        .find(|(at, _)| text.source[..*at].trim_end().ends_with("component"));
    Some(match at {
        Some((at, _)) => place(name, texts, at..at + component.len()),
        None => Place::file(path(name)),
    })
}

/// An error about the whole set: the templates that are to blame, and what to
/// say. With `incomplete`, some templates are already set aside, and an
/// unknown component may well be theirs.
pub(super) fn diagnose_set(
    error: &Error,
    texts: &Texts,
    incomplete: bool,
) -> (Vec<String>, Vec<Diagnostic>) {
    match error.kind() {
        ErrorKind::MissingParent { current, parent } => {
            let range = texts
                .get(current)
                .and_then(|text| text.scan.extends.as_ref())
                .map_or(0..0, |quoted| quoted.range.clone());
            let near = did_you_mean(parent, texts.keys().map(String::as_str));
            let message = format!("there is no template `{parent}` to extend");
            let found = at(current, texts, range, message).did_you_mean(near);
            (
                vec![current.clone()],
                vec![with_origin(found, current, texts)],
            )
        }
        ErrorKind::CircularExtend { tpl, .. } => {
            let range = texts
                .get(tpl)
                .and_then(|text| text.scan.extends.as_ref())
                .map_or(0..0, |quoted| quoted.range.clone());
            let found = at(
                tpl,
                texts,
                range,
                format!("`{tpl}` extends itself in the end"),
            );
            (vec![tpl.clone()], vec![found])
        }
        ErrorKind::CircularInclude { tpl, include_chain } => {
            let range = texts
                .get(tpl)
                .and_then(|text| {
                    let mut includes = text.scan.includes.iter();
                    includes.find(|quoted| include_chain.contains(&quoted.name))
                })
                .map_or(0..0, |quoted| quoted.range.clone());
            let message = format!("`{tpl}` includes itself: {}", include_chain.join(" → "));
            (include_chain.clone(), vec![at(tpl, texts, range, message)])
        }
        ErrorKind::Msg(message) => of_reports(message, texts, incomplete),
        _ => (Vec::new(), vec![diagnose(error, "", texts)]),
    }
}

/// Reads printed reports back: `error: MESSAGE`, then ` --> FILE:LINE:COLUMN`.
fn of_reports(text: &str, texts: &Texts, incomplete: bool) -> (Vec<String>, Vec<Diagnostic>) {
    let mut culprits = Vec::new();
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let (Some(message), Some(locus)) = (
            line.strip_prefix("error: "),
            lines
                .peek()
                .and_then(|l| l.trim_start().strip_prefix("--> ")),
        ) else {
            continue;
        };
        let mut parts = locus.rsplitn(3, ':');
        let (column, line, name) = (parts.next(), parts.next(), parts.next());
        let number = |part: Option<&str>| part.and_then(|part| part.parse::<usize>().ok());
        let (Some(column), Some(line), Some(name)) = (number(column), number(line), name) else {
            continue;
        };
        culprits.push(name.to_owned());
        if incomplete && message.starts_with("Unknown component") {
            continue;
        }
        let range = texts.get(name).map_or(0..0, |text| {
            let named = message.split('`').nth(1).unwrap_or_default();
            named_range(&text.source, offset(&text.source, line, column), named)
        });
        let found_here = unknown(at(name, texts, range, plain(message)), message, texts);
        found.push(with_origin(found_here, name, texts));
    }
    if found.is_empty() && culprits.is_empty() {
        // `Component x is defined in both a and b`, and whatever else there is.
        let quoted = text.split('`').skip(1).step_by(2);
        let named: Vec<_> = quoted.filter(|name| texts.contains_key(*name)).collect();
        let mut finding = Diagnostic::new(Rule::Template, plain(first_line(text)));
        if let Some(name) = named.last() {
            let component = text.split('`').nth(1).unwrap_or_default();
            let source = &texts[*name].source;
            let range = named_range(source, source.find(component).unwrap_or(0), component);
            finding = finding.placed(place(name, texts, range));
        }
        found.push(finding);
        culprits.extend(named.last().map(|name| (*name).to_owned()));
    }
    (culprits, found)
}

/// Adds "did you mean" to Tera's `Unknown KIND NAME`.
fn unknown(found: Diagnostic, message: &str, texts: &Texts) -> Diagnostic {
    let Some((kind, rest)) = message
        .strip_prefix("Unknown ")
        .and_then(|rest| rest.split_once(" `"))
    else {
        return found;
    };
    let name = rest.trim_end_matches('`');
    let own = filters::BUILT_IN.iter().chain(&filters::OWN).copied();
    let near = match kind {
        "filter" => did_you_mean(name, own),
        "test" => did_you_mean(name, filters::TESTS),
        "function" => did_you_mean(name, filters::FUNCTIONS),
        "template" => did_you_mean(name, texts.keys().map(String::as_str)),
        "component" => did_you_mean(
            name,
            texts
                .values()
                .flat_map(|text| text.scan.components.iter().map(|c| c.name.as_str())),
        ),
        _ => None,
    };
    found.did_you_mean(near)
}

/// A parse or render error at its span, in our words where we know better.
fn reported(report: &ReportError, texts: &Texts) -> Diagnostic {
    let name = report.filename();
    let message = report.message();
    // `Field `x` is not defined. Available fields: a, b, c`
    let (message, known) = match message.split_once(". Available ") {
        Some((message, known)) => (
            message,
            known.split_once(": ").map_or("", |(_, known)| known),
        ),
        None => (message, ""),
    };
    let missing = message
        .strip_suffix(" is not defined")
        .and_then(|rest| rest.split('`').nth(1));
    let near = missing.and_then(|missing| did_you_mean(missing, known.split(", ")));
    let found = at(name, texts, report.span().range.clone(), plain(message)).did_you_mean(near);
    with_origin(found, name, texts)
}

/// Tera's sentence as ours: lower case at the start, no full stop.
fn plain(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let mut chars = message.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => "the template failed".to_owned(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn path(name: &str) -> SrcPath {
    SrcPath::new(format!("templates/{name}"))
}

fn place(name: &str, texts: &Texts, range: std::ops::Range<usize>) -> Place {
    match texts.get(name) {
        Some(text) => Source::new(path(name), &text.source).place(range),
        None => Place::file(path(name)),
    }
}

/// The byte offset of a line and column, both from 1.
fn offset(source: &str, line: usize, column: usize) -> usize {
    let start: usize = source
        .split_inclusive('\n')
        .take(line - 1)
        .map(str::len)
        .sum();
    let into = source[start..].char_indices().nth(column - 1);
    start + into.map_or(0, |(at, _)| at)
}

/// The name itself, if it stands behind the offset on the same line.
fn named_range(source: &str, from: usize, name: &str) -> std::ops::Range<usize> {
    let line = source[from..].split('\n').next().unwrap_or_default();
    match line.find(name) {
        Some(at) if !name.is_empty() => from + at..from + at + name.len(),
        _ => from..from + 1,
    }
}
