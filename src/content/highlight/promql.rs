//! A reader for Prometheus' query language, for which no grammar is shipped.
//!
//! Lexical only: it knows comments, strings, numbers and durations, words by
//! what follows them, and signs. It accepts anything, so that fragments and
//! queries with placeholders are shown as well as they can be.

use super::kind::Kind;
use super::spans::Runs;

const KEYWORDS: &[&str] = &[
    "and",
    "atan2",
    "bool",
    "by",
    "group_left",
    "group_right",
    "ignoring",
    "offset",
    "on",
    "or",
    "unless",
    "without",
];

/// Reads queries.
pub(super) fn read(code: &str, runs: &mut Runs) {
    let mut rest = code;
    let mut braces = 0_usize;
    while let Some(first) = rest.chars().next() {
        let (length, kind) = match first {
            '#' => (rest.find('\n').unwrap_or(rest.len()), Some(Kind::Comment)),
            '"' | '\'' | '`' => (string(rest, first), Some(Kind::String)),
            '0'..='9' => (word(rest), Some(Kind::Number)),
            'a'..='z' | 'A'..='Z' | '_' => {
                let length = word(rest);
                (length, name(&rest[..length], &rest[length..], braces > 0))
            }
            '+' | '-' | '*' | '/' | '%' | '^' | '=' | '!' | '<' | '>' | '~' | '@' | '|' => {
                (1, Some(Kind::Operator))
            }
            '{' => {
                braces += 1;
                (1, None)
            }
            '}' => {
                braces = braces.saturating_sub(1);
                (1, None)
            }
            other => (other.len_utf8(), None),
        };
        runs.push(kind, &rest[..length]);
        rest = &rest[length..];
    }
}

/// The length of a string, escapes and all; one without an end ends with its line.
fn string(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, one) in text.char_indices().skip(1) {
        match one {
            '\n' if quote != '`' => return at,
            _ if escaped => escaped = false,
            '\\' if quote != '`' => escaped = true,
            _ if one == quote => return at + one.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

fn word(text: &str) -> usize {
    text.find(|one: char| !(one.is_ascii_alphanumeric() || matches!(one, '_' | ':' | '.')))
        .unwrap_or(text.len())
}

fn name(word: &str, after: &str, in_braces: bool) -> Option<Kind> {
    let next = after.trim_start();
    let lower = word.to_ascii_lowercase();
    if in_braces {
        return Some(Kind::Key);
    }
    if KEYWORDS.contains(&lower.as_str()) {
        return Some(Kind::Keyword);
    }
    if matches!(lower.as_str(), "inf" | "nan") {
        return Some(Kind::Number);
    }
    // `sum by (job) (…)` calls `sum` as `sum(…)` does.
    let before_group = ["by", "without"].iter().any(|group| {
        next.strip_prefix(group)
            .is_some_and(|rest| rest.trim_start().starts_with('('))
    });
    (next.starts_with('(') || before_group).then_some(Kind::Function)
}

#[cfg(test)]
mod tests {
    use super::{Runs, read};

    #[test]
    fn a_query_is_read() {
        let code = "# slow\nsum by (job) (rate(http_total{code=~\"5..\"}[5m])) > 0.5";
        let mut runs = Runs::default();
        read(code, &mut runs);
        let html = runs.finish().html(code).html;
        for part in [
            "<span class=c># slow</span>\n",
            "<span class=f>sum</span> <span class=k>by</span>",
            "<span class=f>rate</span>(http_total",
            "<span class=y>code</span><span class=o>=~</span><span class=s>\"5..\"</span>",
            "<span class=n>5m</span>",
            "<span class=o>&gt;</span> <span class=n>0.5</span>",
        ] {
            assert!(html.contains(part), "{part} in {html}");
        }
    }
}
