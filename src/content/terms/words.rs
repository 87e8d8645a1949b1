//! From running text to words that can be compared.
//!
//! A word is folded to lower case and singular, lightly: `Backups` and
//! `backup` meet, `status` stays. Names in camel case are words of their own
//! and, where they are long enough to be phrases, their parts too.

use std::borrow::Cow;

use super::stop_words::is_stop_word;

/// The longest word that counts, in bytes: more is a token or a hash.
const LONGEST: usize = 40;

/// A word as written and as compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word<'a> {
    /// As written.
    pub(super) written: &'a str,
    /// Lower case, singular.
    pub(super) folded: Cow<'a, str>,
    /// Whether it directly follows the word before it, with nothing but a
    /// blank or a hyphen between them.
    pub(super) follows: bool,
}

/// The words of a text that say something, in order.
///
/// With `split_names`, names of two parts (`TargetDown`) are split as well as
/// longer ones: right for titles, too eager for text (`OpenShift`).
pub(super) fn words(text: &str, split_names: bool) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    for chunk in text.split_whitespace() {
        if chunk.contains("://") {
            continue;
        }
        let mut joined = chunk.starts_with(char::is_alphanumeric);
        for piece in chunk.split(|one: char| !one.is_alphanumeric()) {
            if piece.is_empty() {
                joined = false;
                continue;
            }
            add(&mut words, piece, joined);
            let parts = camel_parts(piece);
            if parts.len() >= if split_names { 2 } else { 3 } {
                for (index, part) in parts.iter().enumerate() {
                    add(&mut words, part, index > 0);
                }
            }
            joined = true;
        }
        if chunk.ends_with(|one: char| !one.is_alphanumeric()) {
            // A comma, a full stop: the next word begins another phrase.
            words.push(gap());
        }
    }
    // Gaps have done their work: what follows one does not follow a word.
    let mut kept: Vec<Word<'_>> = Vec::with_capacity(words.len());
    let mut after_gap = true;
    for word in words {
        if word.folded.is_empty() {
            after_gap = true;
        } else {
            let follows = word.follows && !after_gap;
            kept.push(Word { follows, ..word });
            after_gap = false;
        }
    }
    kept
}

/// A phrase folded word by word, for tags and meta values.
pub(super) fn fold_phrase(phrase: &str) -> String {
    let folded: Vec<String> = phrase
        .split(|one: char| !(one.is_alphanumeric() || matches!(one, '+' | '#')))
        .filter(|word| !word.is_empty())
        .map(|word| singular(lower(word)).into_owned())
        .collect();
    folded.join(" ")
}

fn add<'a>(words: &mut Vec<Word<'a>>, written: &'a str, follows: bool) {
    let lower = lower(written);
    let says_nothing = lower.len() < 2
        || lower.len() > LONGEST
        || lower.chars().all(char::is_numeric)
        || is_stop_word(&lower);
    words.push(if says_nothing {
        gap()
    } else {
        Word {
            written,
            folded: singular(lower),
            follows,
        }
    });
}

fn gap() -> Word<'static> {
    Word {
        written: "",
        folded: Cow::Borrowed(""),
        follows: false,
    }
}

/// A word in lower case, which most are as they stand.
fn lower(word: &str) -> Cow<'_, str> {
    if word
        .bytes()
        .all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase())
    {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(word.to_lowercase())
    }
}

/// The singular of a lower-case English word, as far as endings tell.
fn singular(word: Cow<'_, str>) -> Cow<'_, str> {
    if word.len() <= 3 || !word.is_ascii() {
        return word;
    }
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 2) {
        return Cow::Owned(format!("{stem}y"));
    }
    for ending in ["sses", "xes", "ches", "shes", "zes"] {
        if word.ends_with(ending) {
            return without_last(word, 2);
        }
    }
    let keeps = ["ss", "us", "is", "as", "os"]
        .iter()
        .any(|ending| word.ends_with(ending));
    match word.ends_with('s') && !keeps {
        true => without_last(word, 1),
        false => word,
    }
}

/// An ASCII word without its last letters.
fn without_last(word: Cow<'_, str>, letters: usize) -> Cow<'_, str> {
    let length = word.len() - letters;
    match word {
        Cow::Borrowed(word) => Cow::Borrowed(&word[..length]),
        Cow::Owned(mut word) => {
            word.truncate(length);
            Cow::Owned(word)
        }
    }
}

/// The parts of a name in camel case: `VirtAPIDown` is `Virt`, `API`, `Down`.
fn camel_parts(name: &str) -> Vec<&str> {
    let chars: Vec<(usize, char)> = name.char_indices().collect();
    let mut parts = Vec::new();
    let mut from = 0;
    for index in 1..chars.len() {
        let (at, one) = chars[index];
        let before = chars[index - 1].1;
        let next_is_lower = chars
            .get(index + 1)
            .is_some_and(|(_, next)| next.is_lowercase());
        let starts_part =
            one.is_uppercase() && (!before.is_uppercase() || next_is_lower) && !before.is_numeric();
        if starts_part {
            parts.push(&name[from..at]);
            from = at;
        }
    }
    parts.push(&name[from..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::{camel_parts, fold_phrase, words};

    fn folded(text: &str, split: bool) -> Vec<String> {
        words(text, split)
            .into_iter()
            .map(|word| word.folded.into_owned())
            .collect()
    }

    #[test]
    fn plurals_and_case_fold_and_filler_goes() {
        assert_eq!(
            folded("The Backups of the backup policies, status 42", false),
            ["backup", "backup", "policy"]
        );
        assert_eq!(fold_phrase("Cache Boundaries"), "cache boundary");
        assert_eq!(fold_phrase("C++"), "c++");
        assert_eq!(fold_phrase("  ,"), "");
    }

    #[test]
    fn names_are_split_where_they_are_phrases() {
        assert_eq!(camel_parts("VirtAPIDown"), ["Virt", "API", "Down"]);
        assert_eq!(
            camel_parts("etcdGRPCWriteSlow"),
            ["etcd", "GRPC", "Write", "Slow"]
        );
        assert_eq!(folded("OpenShift", false), ["openshift"]);
        assert_eq!(folded("DiskFull", true), ["diskfull", "disk"]);
    }

    #[test]
    fn a_comma_or_a_filler_word_parts_a_phrase() {
        let follows: Vec<bool> = words("pump seal kit, filter the housing gasket", false)
            .iter()
            .map(|word| word.follows)
            .collect();
        assert_eq!(follows, [false, true, true, false, false, true]);
    }
}
