//! The terms that stand for a guide when similar guides are sought.
//!
//! At most [`MOST_TERMS`] a guide, with quantized weights, computed from the
//! guide alone: no statistics over the corpus, which every edit would move.
//! Counts enter by their logarithm, so that a small edit of the text moves few
//! terms or none; code is not read.
//!
//! Words are found by `words`, which knows English filler. A guide in another
//! language has terms too, only with more filler among them.

mod list;
mod stop_words;
mod words;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::config::SimilarOptions;
use super::front_matter::FrontMatter;
use super::markdown::Body;
use crate::ground::value::Value;
pub use list::{Term, TermRef, Terms};
use words::{fold_phrase, words};

/// Terms kept of a guide.
pub const MOST_TERMS: usize = 32;

/// Taxonomy terms kept, and as many meta values, so that words have room.
const MOST_DECLARED: usize = 10;

/// Phrases of two words kept.
const MOST_PHRASES: usize = 4;

/// A phrase in the text alone counts from this number of occurrences on.
const LEAST_PHRASE: u32 = 3;

/// The longest declared value that can be shared, in words: more is prose.
const LONGEST_VALUE: usize = 5;

/// The terms of a guide: what it declares, then the strongest words of title,
/// headings and text.
pub fn terms(title: &str, front: &FrontMatter, body: &Body, options: &SimilarOptions) -> Terms {
    let mut found: BTreeMap<String, Term> = BTreeMap::new();
    let mut add = |term: Term| {
        if found.len() < MOST_TERMS {
            found.entry(term.key.clone()).or_insert(term);
        }
    };
    let taxonomies = front.taxonomies.values().flatten().map(String::as_str);
    declared("tag", taxonomies, options.taxonomies)
        .into_iter()
        .for_each(&mut add);
    let mut values = Vec::new();
    for key in &options.meta_keys {
        if let Some(value) = front.meta.at_path(key) {
            collect(value, &mut values);
        }
    }
    declared("meta", values.into_iter(), options.meta)
        .into_iter()
        .for_each(&mut add);
    if options.words > 0 {
        strongest_words(title, body, options.words)
            .into_iter()
            .for_each(&mut add);
    }
    found.into_values().collect()
}

/// Declared values as terms, in the order written.
fn declared<'a>(kind: &str, values: impl Iterator<Item = &'a str>, weight: u8) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    for value in values {
        let folded = fold_phrase(value);
        let fits = (1..=LONGEST_VALUE).contains(&folded.split_whitespace().count());
        let key = format!("{kind}:{folded}");
        if weight > 0 && fits && terms.iter().all(|term| term.key != key) {
            terms.push(Term {
                key,
                label: value.split_whitespace().collect::<Vec<_>>().join(" "),
                weight: weight.min(15),
            });
        }
        if terms.len() == MOST_DECLARED {
            break;
        }
    }
    terms
}

/// The texts of a meta value: itself, those of a list, the `name` of a map.
fn collect<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::Text(text) => texts.push(text),
        Value::List(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Map(map) => {
            if let Some(name) = map.get("name") {
                collect(name, texts);
            }
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => {}
    }
}

/// What is known of one word or phrase of a guide.
struct Found<'a> {
    /// Its words as first written; the title comes first.
    written: (Option<&'a str>, &'a str),
    in_title: bool,
    in_heading: bool,
    count: u32,
}

impl<'a> Found<'a> {
    fn new(before: Option<&'a str>, written: &'a str) -> Self {
        Self {
            written: (before, written),
            in_title: false,
            in_heading: false,
            count: 0,
        }
    }

    fn note(&mut self, field: Field) {
        match field {
            Field::Title => self.in_title = true,
            Field::Heading => self.in_heading = true,
            Field::Text => self.count += 1,
        }
    }

    /// The words shown as the reason.
    fn label(&self) -> String {
        match self.written {
            (None, word) => readable(word),
            (Some(before), word) => format!("{} {}", readable(before), readable(word)),
        }
    }

    /// 1 for a word that stands once, up to 10 for one of title, headings and text.
    fn points(&self) -> u8 {
        let text = match self.count {
            0 => 0,
            1 => 1,
            2 | 3 => 2,
            4..=7 => 3,
            8..=15 => 4,
            _ => 5,
        };
        text + u8::from(self.in_title) * 3 + u8::from(self.in_heading) * 2
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Heading,
    Text,
}

/// The words of a guide, and its phrases of two words.
#[derive(Default)]
struct Vocabulary<'a> {
    numbers: FxHashMap<Cow<'a, str>, usize>,
    /// By number.
    words: Vec<Found<'a>>,
    /// By the numbers of their words.
    phrases: FxHashMap<(usize, usize), Found<'a>>,
}

impl<'a> Vocabulary<'a> {
    fn read(&mut self, text: &'a str, field: Field) {
        let mut before: Option<(usize, &'a str)> = None;
        for word in words(text, field == Field::Title) {
            let written = word.written;
            let next = self.words.len();
            let number = *self.numbers.entry(word.folded).or_insert(next);
            if number == next {
                self.words.push(Found::new(None, written));
            }
            self.words[number].note(field);
            if let Some((first, first_written)) = before
                && word.follows
                && first != number
            {
                self.phrases
                    .entry((first, number))
                    .or_insert_with(|| Found::new(Some(first_written), written))
                    .note(field);
            }
            before = Some((number, written));
        }
    }
}

/// Words and phrases as terms, the strongest first; of equals the longer
/// first, which tends to be the more special.
fn strongest_words(title: &str, body: &Body, weight: u8) -> Vec<Term> {
    let mut vocabulary = Vocabulary::default();
    vocabulary.read(title, Field::Title);
    for heading in &body.headings {
        vocabulary.read(&heading.text, Field::Heading);
    }
    for block in body.text.lines() {
        vocabulary.read(block, Field::Text);
    }
    let mut folded = vec![""; vocabulary.words.len()];
    for (word, number) in &vocabulary.numbers {
        folded[*number] = word;
    }
    let phrases = vocabulary.phrases.iter();
    let mut terms: Vec<Term> = phrases
        .filter(|(_, found)| found.in_title || found.count >= LEAST_PHRASE)
        .map(|((first, second), found)| {
            let key = format!("word:{} {}", folded[*first], folded[*second]);
            term(key, found, weight)
        })
        .collect();
    sort(&mut terms);
    terms.truncate(MOST_PHRASES);
    // Of many words the strongest are enough.
    let mut strongest: Vec<(&str, &Found<'_>)> =
        folded.iter().copied().zip(&vocabulary.words).collect();
    strongest.sort_unstable_by_key(|(word, found)| {
        (Reverse(strength(found, weight)), Reverse(word.len()), *word)
    });
    strongest.truncate(MOST_TERMS);
    let words = strongest.into_iter();
    terms.extend(words.map(|(word, found)| term(format!("word:{word}"), found, weight)));
    sort(&mut terms);
    terms
}

fn term(key: String, found: &Found<'_>, weight: u8) -> Term {
    Term {
        key,
        weight: strength(found, weight),
        label: found.label(),
    }
}

/// The weight of a word. Three is the default: points count as they are.
fn strength(found: &Found<'_>, weight: u8) -> u8 {
    let weighed = (u16::from(found.points()) * u16::from(weight)).div_ceil(3);
    u8::try_from(weighed.clamp(1, 15)).unwrap_or(15)
}

fn sort(terms: &mut [Term]) {
    terms.sort_by(|a, b| {
        let strength = |term: &Term| (term.weight, term.key.len());
        strength(b)
            .cmp(&strength(a))
            .then_with(|| a.key.cmp(&b.key))
    });
}

/// A word as a reason: `Backup` at the head of a sentence becomes `backup`,
/// names such as `PostgreSQL` and `API` stay.
fn readable(written: &str) -> String {
    let mut chars = written.chars();
    match chars.next() {
        Some(first) if first.is_uppercase() && !chars.any(char::is_uppercase) => {
            written.to_lowercase()
        }
        _ => written.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_TERMS, Terms, terms};
    use crate::content::config::SimilarOptions;
    use crate::content::front_matter::FrontMatter;
    use crate::content::markdown::{Body, Heading};
    use crate::ground::value::{Map, Value};

    fn body(headings: &[&str], text: &str) -> Body {
        let heading = |text: &&str| Heading {
            level: 2,
            id: String::new(),
            text: (*text).to_owned(),
        };
        Body {
            headings: headings.iter().map(heading).collect(),
            text: text.to_owned(),
            ..Body::default()
        }
    }

    fn of(title: &str, body: &Body) -> Terms {
        terms(
            title,
            &FrontMatter::default(),
            body,
            &SimilarOptions::default(),
        )
    }

    fn listed(terms: &Terms) -> Vec<String> {
        terms
            .iter()
            .map(|term| format!("{} {} {}", term.key, term.label, term.weight))
            .collect()
    }

    #[test]
    fn declared_terms_and_words_stand_side_by_side() {
        let text = |text: &str| Value::Text(text.into());
        let front = FrontMatter {
            taxonomies: [("tags".to_owned(), vec!["Backups".into(), "backup".into()])].into(),
            meta: Map(vec![
                (
                    "stack".into(),
                    Value::List(vec![text("FastAPI"), text("Redis")]),
                ),
                (
                    "entities".into(),
                    Value::List(vec![Value::Map(Map(vec![
                        ("name".into(), text("Cache Boundaries")),
                        ("kind".into(), text("concept")),
                    ]))]),
                ),
                ("unlisted".into(), text("nothing")),
            ]),
            ..FrontMatter::default()
        };
        let body = body(&["Drain the pump"], "Drain pumps slowly.");
        let found = terms("Pump service", &front, &body, &SimilarOptions::default());
        assert_eq!(
            listed(&found),
            [
                "meta:cache boundary Cache Boundaries 5",
                "meta:fastapi FastAPI 5",
                "meta:redis Redis 5",
                "tag:backup Backups 6",
                "word:drain drain 3",
                "word:pump pump 6",
                "word:pump service pump service 3",
                "word:service service 3",
                "word:slowly slowly 1",
            ]
        );
    }

    #[test]
    fn there_are_never_more_than_the_limit() {
        let text: Vec<String> = (0..500).map(|number| format!("word{number}")).collect();
        let found = of("A long one", &body(&[], &text.join(" ")));
        assert_eq!(found.len(), MOST_TERMS);
        assert!(found.iter().map(|term| term.key).is_sorted());
        assert!(found.iter().all(|term| (1..=15).contains(&term.weight)));
    }

    #[test]
    fn a_small_edit_moves_few_terms() {
        let text = include_str!(
            "../../../tests/corpora/prometheus-operator-runbooks/runbooks/node/NodeRAIDDegraded.md"
        );
        let before = of("NodeRAIDDegraded", &body(&["Meaning"], text));
        let edited = text.replacen("the", "the very same", 1) + "\nOne more sentence on routers.";
        let after = of("NodeRAIDDegraded", &body(&["Meaning"], &edited));
        let known: Vec<_> = before.iter().collect();
        let moved = after.iter().filter(|term| !known.contains(term));
        assert!(moved.count() <= 2);
    }

    #[test]
    fn weights_of_zero_leave_a_kind_out() {
        let options = SimilarOptions {
            words: 0,
            ..SimilarOptions::default()
        };
        let front = FrontMatter::default();
        let found = terms("Pump service", &front, &body(&[], "pump"), &options);
        assert!(found.is_empty());
    }
}
