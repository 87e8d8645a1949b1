//! Blocks of code in many languages.
//!
//! A language is a text of parts: heads, parts and tails between lines that
//! say which (`=== head`). A block is a head, parts until it is long enough,
//! and a tail. Invariant: every head carries the block's own reference, so
//! that no two blocks of a corpus are equal, while most of their lines recur
//! as lines of real code do.

use std::sync::LazyLock;

use super::random::Random;
use super::template::Scope;

/// Lines of a block at least, before its tail.
const FEWEST_LINES: usize = 10;
/// Lines of a block at most.
const MOST_LINES: usize = 25;

/// A language, as fences name it.
pub(super) struct Language {
    /// The name in the fence.
    pub(super) name: &'static str,
    heads: Vec<String>,
    parts: Vec<String>,
    tails: Vec<String>,
}

/// Every language.
pub(super) static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    [
        ("python", include_str!("code/python.txt")),
        ("bash", include_str!("code/bash.txt")),
        ("yaml", include_str!("code/yaml.txt")),
        ("sql", include_str!("code/sql.txt")),
        ("go", include_str!("code/go.txt")),
        ("rust", include_str!("code/rust.txt")),
        ("typescript", include_str!("code/typescript.txt")),
        ("dockerfile", include_str!("code/dockerfile.txt")),
        ("nginx", include_str!("code/nginx.txt")),
        ("toml", include_str!("code/toml.txt")),
        ("json", include_str!("code/json.txt")),
        ("hcl", include_str!("code/hcl.txt")),
        ("ini", include_str!("code/ini.txt")),
    ]
    .map(|(name, text)| Language::read(name, text))
    .into()
});

impl Language {
    fn read(name: &'static str, text: &str) -> Self {
        let mut language = Self {
            name,
            heads: Vec::new(),
            parts: Vec::new(),
            tails: Vec::new(),
        };
        let mut into = &mut language.heads;
        for line in text.lines() {
            match line.strip_prefix("=== ") {
                Some(kind) => {
                    into = match kind {
                        "head" => &mut language.heads,
                        "tail" => &mut language.tails,
                        _ => &mut language.parts,
                    };
                    into.push(String::new());
                }
                None => {
                    if let Some(part) = into.last_mut() {
                        part.push_str(line);
                        part.push('\n');
                    }
                }
            }
        }
        language
    }

    /// The language of a name; the first one if there is none.
    pub(super) fn named(name: &str) -> &'static Self {
        LANGUAGES
            .iter()
            .find(|language| language.name == name)
            .unwrap_or(&LANGUAGES[0])
    }
}

/// Writes a block; `reference` is its own.
pub(super) fn block(language: &Language, reference: &str, random: Random, out: &mut String) {
    let start = out.len();
    let facts = [("ref", reference)];
    let mut scope = Scope::new(random, &facts);
    let head = scope.random.pick(&language.heads);
    scope.fill(head, out);
    let tail = scope.random.pick(&language.tails);
    let wanted = scope.random.between(FEWEST_LINES, MOST_LINES - 7);
    let mut before = usize::MAX;
    while lines(&out[start..]) < wanted {
        let mut part = scope.random.below(language.parts.len());
        if part == before {
            part = (part + 1) % language.parts.len();
        }
        before = part;
        let part = &language.parts[part];
        if lines(&out[start..]) + lines(part) + lines(tail) > MOST_LINES {
            break;
        }
        scope.forget('d');
        scope.fill(part, out);
    }
    scope.forget('d');
    scope.fill(tail, out);
}

fn lines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_of_every_language_are_whole_and_of_fair_length() {
        for language in LANGUAGES.iter() {
            for seed in 0..300 {
                let mut out = String::new();
                block(language, "ANP-1", Random::of(seed, 1, 1), &mut out);
                assert!(!out.contains(['‹', '›', '\r']), "{}\n{out}", language.name);
                assert!(out.contains("ANP-1"), "{}\n{out}", language.name);
                let count = lines(&out);
                assert!(
                    (8..=MOST_LINES).contains(&count),
                    "{}: {count}\n{out}",
                    language.name
                );
            }
        }
    }

    #[test]
    fn blocks_of_json_can_be_read() {
        for seed in 0..300 {
            let mut json = String::new();
            block(
                Language::named("json"),
                "A",
                Random::of(seed, 1, 1),
                &mut json,
            );
            serde_json::from_str::<serde_json::Value>(&json)
                .unwrap_or_else(|error| panic!("{error}\n{json}"));
        }
    }
}
