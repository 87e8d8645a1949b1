//! Which values a template may name.
//!
//! Tera is silent about an unknown name in `{% if nothere %}`, `or` and
//! `default`. Here every page template is held against the values that pages
//! of its kind have, roots and the fields of `site`, `page` and `list`.

use std::collections::{BTreeMap, BTreeSet};

use tera::Tera;

use super::scan::Mention;
use super::{Text, failure, value_of};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::suggest::did_you_mean;
use crate::render::inputs::{ListInput, PageInput, SiteInput};

type Texts = BTreeMap<String, Text>;

/// The values of a template that a page of the site's own choice may name: of
/// any kind of page.
const ANY_PAGE: [&str; 5] = ["site", "page", "list", "terms", "data"];

/// The values that templates of a kind have.
fn known(name: &str) -> &'static [&'static str] {
    match name {
        "article.html" | "404.html" => &["site", "page", "data"],
        "section.html" | "home.html" | "term.html" => &["site", "page", "list", "data"],
        "taxonomy.html" => &["site", "page", "terms", "data"],
        "alias.html" => &["site", "target"],
        "hooks/image.html" => &["src", "alt", "title", "width", "height", "first", "credit"],
        "hooks/link.html" => &["href", "title", "content", "external"],
        "hooks/heading.html" => &["level", "id", "text", "content"],
        "hooks/code.html" => &["language", "title", "code", "content"],
        "hooks/admonition.html" => &["kind", "title", "content"],
        _ => &ANY_PAGE,
    }
}

/// Whether a template is one that pages may be rendered with.
pub(super) fn is_page(name: &str) -> bool {
    let helper = ["hooks/", "components/", "partials/"];
    name.ends_with(".html")
        && !["base.html", "alias.html"].contains(&name)
        && !helper.iter().any(|folder| name.starts_with(folder))
}

/// The template with its parents, includes and the templates that define the
/// components it calls, to the last; sorted.
pub(super) fn family<'a>(name: &str, texts: &'a Texts) -> BTreeSet<&'a str> {
    collect(name, texts, true)
}

fn collect<'a>(name: &str, texts: &'a Texts, with_components: bool) -> BTreeSet<&'a str> {
    let mut members = BTreeSet::new();
    let mut open = vec![name];
    while let Some(name) = open.pop() {
        let Some((name, text)) = texts.get_key_value(name) else {
            continue;
        };
        if !members.insert(name.as_str()) {
            continue;
        }
        let scan = &text.scan;
        open.extend(
            scan.includes
                .iter()
                .chain(&scan.extends)
                .map(|q| q.name.as_str()),
        );
        if with_components {
            let defines = |other: &&Text| {
                let mut components = other.scan.components.iter();
                components.any(|component| scan.calls.contains(&component.name))
            };
            let definers = texts.iter().filter(|(_, other)| defines(other));
            open.extend(definers.map(|(name, _)| name.as_str()));
        }
    }
    members
}

/// The faults of one template, as a page or as the definer of components.
pub(super) fn check(name: &str, tera: &Tera, texts: &Texts) -> Vec<Diagnostic> {
    let mut found = check_components(name, texts);
    let used_by_others = texts.values().any(|text| {
        let mut needs = text.scan.includes.iter().chain(&text.scan.extends);
        needs.any(|quoted| quoted.name == name)
    });
    let root = name.starts_with("hooks/")
        || known(name) != ANY_PAGE.as_slice()
        || (is_page(name) && !used_by_others);
    if root {
        found.extend(check_page(name, tera, texts));
    }
    found
}

fn check_page(root: &str, tera: &Tera, texts: &Texts) -> Vec<Diagnostic> {
    let known = known(root);
    let members = collect(root, texts, false);
    // Tera's own word on what it will look up from outside.
    let wanted = tera.get_template_variables(root).unwrap_or_default();
    // An include sees what the template around it has set, and a component
    // that is defined here has its arguments; Tera counts neither.
    let mut assigned: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for member in &members {
        let scan = &texts[*member].scan;
        let arguments = scan
            .components
            .iter()
            .flat_map(|component| component.arguments.iter().chain(&component.names.assigned));
        for name in scan.page.assigned.iter().chain(arguments) {
            assigned.entry(name).or_default().insert(member);
        }
    }
    let mut found = Vec::new();
    for member in &members {
        let mut told = BTreeSet::new();
        for mention in &texts[*member].scan.page.read {
            let name = mention.name.as_str();
            let setters = assigned.get(name);
            // Set here alone: Tera wants it from outside because it is read
            // before or beside, or because an include reads what is set here.
            let set = setters.is_some_and(|setters| {
                setters.iter().any(|setter| setter != member)
                    || members
                        .iter()
                        .any(|other| other != member && reads(other, name, texts))
            });
            let unknown = wanted.contains(name) && !known.contains(&name) && !set;
            if unknown && !name.starts_with("__tera") && told.insert(name) {
                found.push(unknown_name(mention, member, root, known, texts));
            } else if known.contains(&name) && setters.is_none() {
                found.extend(unknown_field(mention, member, root, texts));
            }
        }
    }
    found
}

fn reads(member: &str, name: &str, texts: &Texts) -> bool {
    let mut read = texts[member].scan.page.read.iter();
    read.any(|mention| mention.name == name)
}

/// A component's body sees its arguments and nothing else.
fn check_components(name: &str, texts: &Texts) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for component in &texts[name].scan.components {
        let mut known: Vec<&str> = component.arguments.iter().map(String::as_str).collect();
        known.push("body");
        for mention in &component.names.read {
            let name_read = mention.name.as_str();
            let own = component.names.assigned.iter().any(|own| own == name_read);
            if !own && !known.contains(&name_read) && !name_read.starts_with("__tera") {
                let message = format!(
                    "the component `{}` has no argument `{name_read}`",
                    component.name
                );
                let near = did_you_mean(name_read, known.iter().copied());
                let finding = failure::at(name, texts, mention.range.clone(), message);
                found.push(failure::with_origin(
                    finding.did_you_mean(near),
                    name,
                    texts,
                ));
            }
        }
    }
    found
}

fn unknown_name(
    mention: &Mention,
    member: &str,
    root: &str,
    known: &[&str],
    texts: &Texts,
) -> Diagnostic {
    let within = if member == root {
        String::new()
    } else {
        format!(" of `{root}`, which uses this template")
    };
    let message = format!("`{}` is not a value{within}", mention.name);
    let finding = failure::at(member, texts, mention.range.clone(), message);
    let finding = match did_you_mean(&mention.name, known.iter().copied()) {
        Some(near) => finding.did_you_mean(Some(near)),
        None => finding.help(format!("it has {}", super::list(known))),
    };
    failure::with_origin(finding, member, texts)
}

/// The fields of `site`, `page` and `list` are known; those of their maps,
/// such as `page.meta`, are the site's own affair.
fn unknown_field(mention: &Mention, member: &str, root: &str, texts: &Texts) -> Option<Diagnostic> {
    if root.starts_with("hooks/") {
        return None;
    }
    let (field, range) = mention.field.as_ref()?;
    let fields = match mention.name.as_str() {
        "page" => fields_of(&PageInput::default()),
        "list" => fields_of(&ListInput::default()),
        "site" => {
            let mut fields = fields_of(&SiteInput::default());
            fields.push("guides".to_owned());
            fields
        }
        _ => return None,
    };
    if fields.contains(field) {
        return None;
    }
    let message = format!("`{}` has no field `{field}`", mention.name);
    let near = did_you_mean(field, fields.iter().map(String::as_str));
    let finding = failure::at(member, texts, range.clone(), message).did_you_mean(near);
    Some(failure::with_origin(finding, member, texts))
}

fn fields_of<T: serde::Serialize>(input: &T) -> Vec<String> {
    let value = value_of(input);
    let fields = value.as_map().into_iter().flat_map(tera::Map::keys);
    fields.map(ToString::to_string).collect()
}
