//! The terms of one guide, as few bytes as they take.
//!
//! A large site holds them for every guide until similar guides are found.

use serde::{Deserialize, Serialize};

/// What a guide is about, in few and stable terms, sorted by text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Keys and labels, one after the other.
    text: Box<str>,
    cuts: Box<[Cut]>,
}

/// Where the key and the label of a term end, and its weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Cut {
    key: u32,
    label: u32,
    weight: u8,
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
    fn from_iter<I: IntoIterator<Item = Term>>(terms: I) -> Self {
        let mut text = String::new();
        let end = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
        let mut cuts = Vec::new();
        for term in terms {
            text.push_str(&term.key);
            let key = end(&text);
            text.push_str(&term.label);
            cuts.push(Cut {
                key,
                label: end(&text),
                weight: term.weight,
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
        let cut = self.cuts.get(place)?;
        let start = match place {
            0 => 0,
            _ => self.cuts[place - 1].label,
        };
        let text = |from: u32, to: u32| self.text.get(from as usize..to as usize);
        Some(TermRef {
            key: text(start, cut.key)?,
            label: text(cut.key, cut.label)?,
            weight: cut.weight,
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = TermRef<'_>> {
        (0..self.len()).filter_map(|place| self.get(place))
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
        ];
        let terms: Terms = made.clone().into_iter().collect();
        assert_eq!(terms.len(), 3);
        for (one, other) in made.iter().zip(terms.iter()) {
            assert_eq!(
                (&*one.key, &*one.label, one.weight),
                (other.key, other.label, other.weight)
            );
        }
        let bytes = postcard::to_stdvec(&terms).unwrap();
        assert_eq!(postcard::from_bytes::<Terms>(&bytes).unwrap(), terms);
        assert!(terms.get(3).is_none() && Terms::default().is_empty());
    }
}
