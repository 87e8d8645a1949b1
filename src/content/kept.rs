//! Front matter as a large site keeps it: what is asked of every guide lies at
//! hand, the rest is packed.
//!
//! Laid out, front matter takes eight times the bytes that it holds, for every
//! guide of a site. Invariant: what lies at hand is what the packed front
//! matter says; only [`KeptFront::new`] sets either.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::front_matter::FrontMatter;
use super::packed::Packed;
use crate::ground::date::Moment;
use crate::ground::rule::Rule;

/// Front matter, most of it packed. Serializes as the packed form alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Packed<FrontMatter>", into = "Packed<FrontMatter>")]
pub struct KeptFront {
    /// See [`FrontMatter::date`].
    pub date: Option<Moment>,
    /// See [`FrontMatter::updated`].
    pub updated: Option<Moment>,
    /// See [`FrontMatter::expires`].
    pub expires: Option<Moment>,
    /// When the next review is due.
    pub due: Option<Date>,
    /// See [`FrontMatter::weight`].
    pub weight: Option<i64>,
    /// Whether it says that the guide is a draft.
    pub is_draft: bool,
    /// See [`FrontMatter::template`].
    pub template: Option<Box<str>>,
    /// See [`FrontMatter::allow`].
    pub allow: Box<[Rule]>,
    all: Packed<FrontMatter>,
}

impl KeptFront {
    /// Packs front matter.
    pub fn new(front: &FrontMatter) -> Self {
        Self::of(front, Packed::new(front))
    }

    fn of(front: &FrontMatter, all: Packed<FrontMatter>) -> Self {
        Self {
            date: front.date,
            updated: front.updated,
            expires: front.expires,
            due: front.review.due(),
            weight: front.weight,
            is_draft: front.draft == Some(true),
            template: front.template.as_deref().map(Box::from),
            allow: front.allow.as_slice().into(),
            all,
        }
    }

    /// Whether what is packed is front matter.
    pub fn is_sound(&self) -> bool {
        self.all.is_sound()
    }

    /// The whole front matter, unpacked: about a microsecond's work.
    pub fn all(&self) -> FrontMatter {
        self.all.get()
    }
}

impl From<Packed<FrontMatter>> for KeptFront {
    fn from(all: Packed<FrontMatter>) -> Self {
        Self::of(&all.get(), all)
    }
}

impl From<KeptFront> for Packed<FrontMatter> {
    fn from(kept: KeptFront) -> Self {
        kept.all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::front_matter::Review;
    use crate::ground::date::Interval;
    use jiff::tz::TimeZone;

    #[test]
    fn what_lies_at_hand_comes_back_with_the_rest() {
        let day = |text| Some(Moment::parse(text, &TimeZone::UTC).unwrap());
        let front = FrontMatter {
            date: day("2024-01-31"),
            updated: day("2024-02-01"),
            expires: day("2030-01-01"),
            draft: Some(true),
            weight: Some(-3),
            template: Some("article.html".into()),
            aliases: vec!["/old/".into()],
            taxonomies: [("tags".to_owned(), vec!["a".to_owned()])].into(),
            review: Review {
                last_reviewed: day("2024-01-31"),
                interval: Interval::parse("1 month"),
                ..Review::default()
            },
            allow: vec![Rule::DeclaredHash],
            ..FrontMatter::default()
        };
        let kept = KeptFront::new(&front);
        assert_eq!(kept.all(), front);
        assert_eq!(kept.due, Some(jiff::civil::date(2024, 2, 29)));
        let bytes = postcard::to_stdvec(&kept).unwrap();
        assert_eq!(postcard::from_bytes::<KeptFront>(&bytes).unwrap(), kept);
    }
}
