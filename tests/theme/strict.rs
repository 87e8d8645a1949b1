//! A strict reading of HTML: what browsers mend silently is a fault here.

use std::collections::BTreeSet;

const VOID: [&str; 9] = [
    "area", "br", "col", "hr", "img", "input", "link", "meta", "wbr",
];

/// Everything that is wrong with a page.
pub fn faults(html: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut ids = BTreeSet::new();
    let Some(mut rest) = html.strip_prefix("<!doctype html>") else {
        return vec!["no doctype".into()];
    };
    while let Some(at) = rest.find('<') {
        text(&rest[..at], &mut faults);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('/') {
            let Some((name, after)) = after.split_once('>') else {
                faults.push("an end tag without an end".into());
                return faults;
            };
            if open.pop() != Some(name) {
                faults.push(format!("</{name}> closes nothing"));
            }
            rest = after;
            continue;
        }
        let length = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let name = &rest[..length];
        if name.is_empty() || name.contains(|c: char| c.is_ascii_uppercase()) {
            faults.push(format!("`<` before {:?}", rest.get(..12)));
            continue;
        }
        rest = &rest[length..];
        let mut keys = BTreeSet::new();
        loop {
            let trimmed = rest.trim_start();
            if let Some(after) = trimmed.strip_prefix('>') {
                rest = after;
                break;
            }
            if trimmed.len() == rest.len() {
                faults.push(format!("<{name}> goes on with {:?}", rest.get(..12)));
                return faults;
            }
            let length = trimmed
                .find(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || "-:".contains(c)))
                .unwrap_or(trimmed.len());
            let key = &trimmed[..length];
            if key.is_empty() || !keys.insert(key) {
                faults.push(format!("<{name}> has {key:?} twice or badly"));
                return faults;
            }
            rest = &trimmed[length..];
            if let Some(after) = rest.strip_prefix("=\"") {
                let Some((value, after)) = after.split_once('"') else {
                    faults.push(format!("{key} has no end"));
                    return faults;
                };
                text(value, &mut faults);
                if key == "id" && (value.is_empty() || !ids.insert(value)) {
                    faults.push(format!("the id {value:?} twice or empty"));
                }
                rest = after;
            }
        }
        if !VOID.contains(&name) {
            open.push(name);
        }
    }
    text(rest, &mut faults);
    faults.extend(open.iter().map(|name| format!("<{name}> is not closed")));
    faults
}

/// Text may hold no bare `&` and no `>`.
fn text(text: &str, faults: &mut Vec<String>) {
    for (at, _) in text.match_indices('&') {
        let entity = text[at + 1..].split(';').next().unwrap_or_default();
        let named = ["amp", "lt", "gt", "quot", "nbsp"].contains(&entity);
        if !named && !entity.starts_with('#') {
            faults.push(format!("a bare & before {entity:?}"));
        }
    }
}
