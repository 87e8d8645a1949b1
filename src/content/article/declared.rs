//! What front matter declares and the tool computes: it must agree.

use std::collections::BTreeMap;

use crate::content::front_matter::FrontMatter;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::Digest;
use crate::ground::rule::Rule;
use crate::ground::source::{Place, Source};
use crate::ground::value::Value;

/// Hexadecimal digits of a content hash as pages show it.
pub const HASH_DIGITS: usize = 24;

/// The content hash of a body: BLAKE3 over its bytes with line breaks as `\n`,
/// cut to [`HASH_DIGITS`] digits.
pub fn content_hash(body: &str) -> String {
    Digest::of_bytes(body.replace("\r\n", "\n").trim().as_bytes()).short(HASH_DIGITS)
}

/// Values that the front matter declares and the tool computes.
pub(super) struct Declared<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) front: &'a FrontMatter,
    pub(super) places: &'a BTreeMap<String, Place>,
}

impl Declared<'_> {
    fn disagrees(&self, rule: Rule, key: &str, message: String, help: String) -> Diagnostic {
        let place = self
            .places
            .get(&format!("meta.{key}"))
            .cloned()
            .unwrap_or_else(|| Place::file(self.source.path.clone()));
        Diagnostic::new(rule, message).placed(place).help(help)
    }

    pub(super) fn check_reading_time(&self, counted: usize, diagnostics: &mut Vec<Diagnostic>) {
        let Some(declared) = self.front.meta.get("reading_time").and_then(whole_number) else {
            return;
        };
        if usize::try_from(declared) != Ok(counted) {
            diagnostics.push(self.disagrees(
                Rule::DeclaredReadingTime,
                "reading_time",
                format!("`reading_time` declares {declared} minutes, but the text takes {counted}"),
                format!(
                    "leave the key out, write {counted}, or allow `{}`",
                    Rule::DeclaredReadingTime
                ),
            ));
        }
    }

    pub(super) fn check_hash(&self, computed: &str, diagnostics: &mut Vec<Diagnostic>) {
        let Some(declared) = self.front.meta.get("hash").and_then(Value::as_text) else {
            return;
        };
        let declared = declared.trim().to_ascii_lowercase();
        if declared.len() < 8 || !computed.starts_with(&declared) {
            diagnostics.push(self.disagrees(
                Rule::DeclaredHash,
                "hash",
                format!("`hash` declares `{declared}`, but the text has `{computed}`"),
                format!(
                    "leave the key out, write `{computed}`, or allow `{}`",
                    Rule::DeclaredHash
                ),
            ));
        }
    }
}

/// The first whole number of a value: `7`, `"7"`, `"7 min"`.
fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Text(text) => text.split_whitespace().next()?.parse().ok(),
        _ => None,
    }
}
