//! The terms of one guide, as few bytes as they take.
//!
//! A large site holds them for every guide until similar guides are found.

use serde::{Deserialize, Serialize};

/// What a guide is about, in few and stable terms, sorted by text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Keys and labels, one after the other. Labels that are the words of their
    /// key are left out.
    text: Box<str>,
    cuts: Box<[Cut]>,
}

/// How many bytes the key and the label of a term take, and its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cut {
    key: u16,
    /// [`SAME`] where the label is the words of the key.
    label: u16,
    weight: u8,
}

/// See [`Cut::label`].
const SAME: u16 = u16::MAX;

impl Cut {
    fn length(self) -> usize {
        let label = if self.label == SAME { 0 } else { self.label };
        usize::from(self.key) + usize::from(label)
    }
}

/// The words of a key: what stands behind its kind.
fn words(key: &str) -> &str {
    key.split_once(':').map_or(key, |(_, words)| words)
}

/// One term of a guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The folded form by which terms are compared, with its kind:
    /// `tag:…`, `meta:…` or `word:…`.
    pub key: String,
    /// The words shown as the reason.
    pub label: String,
    /// Quantized weight, 1 to 15.
    pub weight: u8,
}

/// One term among [`Terms`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TermRef<'a> {
    /// See [`Term::key`].
    pub key: &'a str,
    /// See [`Term::label`].
    pub label: &'a str,
    /// See [`Term::weight`].
    pub weight: u8,
}

impl FromIterator<Term> for Terms {
    /// A term of 64 KB is none.
    fn from_iter<I: IntoIterator<Item = Term>>(terms: I) -> Self {
        let mut text = String::new();
        let mut cuts = Vec::new();
        for Term { key, label, weight } in terms {
            let same = label == words(&key);
            let length = if same { 0 } else { label.len() };
            let (Ok(key_length), Ok(length)) = (u16::try_from(key.len()), u16::try_from(length))
            else {
                continue;
            };
            if length == SAME {
                continue;
            }
            text.push_str(&key);
            text.push_str(if same { "" } else { &label });
            cuts.push(Cut {
                key: key_length,
                label: if same { SAME } else { length },
                weight,
            });
        }
        Self {
            text: text.into(),
            cuts: cuts.into(),
        }
    }
}

impl Terms {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.cuts.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }

    /// The term at a place.
    pub fn get(&self, place: usize) -> Option<TermRef<'_>> {
        let before = self.cuts.get(..place)?;
        self.at(before.iter().map(|cut| cut.length()).sum(), place)
    }

    /// The term at a place whose text starts at a byte.
    fn at(&self, start: usize, place: usize) -> Option<TermRef<'_>> {
        let cut = self.cuts.get(place)?;
        let text = self.text.get(start..start + cut.length())?;
        let (key, label) = text.split_at_checked(usize::from(cut.key))?;
        Some(TermRef {
            key,
            label: if cut.label == SAME { words(key) } else { label },
            weight: cut.weight,
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = TermRef<'_>> {
        let mut start = 0;
        (0..).zip(&self.cuts).filter_map(move |(place, cut)| {
            let term = self.at(start, place);
            start += cut.length();
            term
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_what_they_were_made_of() {
        let term = |key: &str, label: &str, weight| Term {
            key: key.into(),
            label: label.into(),
            weight,
        };
        let made = [
            term("tag:a", "", 1),
            term("", "\u{e9}", 2),
            term("word:b", "b", 15),
            term("word:", "", 3),
            term(&"k".repeat(70_000), "too long", 3),
            term("plain", "plain", 3),
        ];
        let terms: Terms = made.clone().into_iter().collect();
        assert_eq!(terms.len(), 5);
        let fit = made.iter().filter(|term| term.key.len() < 70_000);
        for (place, (one, other)) in fit.zip(terms.iter()).enumerate() {
            assert_eq!(terms.get(place), Some(other));
            assert_eq!(
                (&*one.key, &*one.label, one.weight),
                (other.key, other.label, other.weight)
            );
        }
        let bytes = postcard::to_stdvec(&terms).unwrap();
        assert_eq!(postcard::from_bytes::<Terms>(&bytes).unwrap(), terms);
        assert!(terms.get(5).is_none() && terms.get(9).is_none() && Terms::default().is_empty());
    }
}
