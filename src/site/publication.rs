//! What steers publication: whether a guide is built, indexed, and still
//! vouched for. Time comes in as an input; nothing here asks the clock.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::content::config::ReviewOptions;
use crate::content::front_matter::FrontMatter;
use crate::content::kept::KeptFront;
use crate::content::packed::PackedMap;
use crate::ground::value::Value;

/// The time of the build and what it lets through.
#[derive(Clone, Debug)]
pub struct Edition {
    /// The instant that counts as now.
    pub now: Timestamp,
    /// The day that counts as today, in the site's time zone.
    pub today: Date,
    /// Whether drafts are built.
    pub drafts: bool,
    /// Whether guides of the future are built.
    pub future: bool,
}

impl Edition {
    /// An edition at an instant, in the site's time zone.
    pub fn new(now: Timestamp, zone: &TimeZone, drafts: bool, future: bool) -> Self {
        Self {
            now,
            today: now.to_zoned(zone.clone()).date(),
            drafts,
            future,
        }
    }
}

/// Why a guide is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// It is a draft.
    Draft,
    /// Its date lies ahead.
    Future,
    /// It has expired.
    Expired,
}

impl LeftOut {
    /// In words, for messages: "the page … ".
    pub fn in_words(self) -> &'static str {
        match self {
            LeftOut::Draft => "is a draft and is not built",
            LeftOut::Future => "has a date in the future and is not built yet",
            LeftOut::Expired => "has expired and is not built any more",
        }
    }
}

/// What of a guide the time of a build decides upon, read out of its front
/// matter once: it is small, and editions are many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timing {
    draft: bool,
    date: Option<Timestamp>,
    expires: Option<Timestamp>,
    /// Whether a review is declared and, within, when the next one is due.
    review: Option<Option<Date>>,
    /// Whether the site keeps it out of indexes at any time: a review status
    /// or a meta flag that the site names.
    named: bool,
    /// Whether the site keeps it out of indexes once its review is overdue.
    until_due: bool,
}

impl Timing {
    /// What a guide's front matter says; `noindex` and `options` are the
    /// site's.
    pub fn of(
        front: &FrontMatter,
        meta: &PackedMap,
        noindex: &[String],
        options: &ReviewOptions,
    ) -> Self {
        let status = front.review.status.as_deref();
        let status = status.map(str::trim).unwrap_or_default();
        Self {
            draft: front.draft == Some(true),
            date: front.date.map(|date| date.instant),
            expires: front.expires.map(|expires| expires.instant),
            review: (!front.review.is_empty()).then(|| front.review.due()),
            named: options
                .noindex_status
                .iter()
                .any(|word| word.eq_ignore_ascii_case(status))
                || flagged(front, meta, noindex),
            until_due: options.noindex_overdue,
        }
    }

    /// When it was or will be published.
    pub fn date(&self) -> Option<Timestamp> {
        self.date
    }

    /// Whether, and why, the guide is left out of an edition.
    pub fn left_out(&self, edition: &Edition) -> Option<LeftOut> {
        if self.draft && !edition.drafts {
            Some(LeftOut::Draft)
        } else if self.expires.is_some_and(|expires| expires <= edition.now) {
            Some(LeftOut::Expired)
        } else if self.lies_ahead(edition) && !edition.future {
            Some(LeftOut::Future)
        } else {
            None
        }
    }

    /// The state of the guide's review; `None` where it declares none.
    pub fn review(&self, edition: &Edition) -> Option<ReviewState> {
        Some(match self.review? {
            Some(due) if due < edition.today => ReviewState::Overdue,
            Some(_) => ReviewState::Current,
            None => ReviewState::Unknown,
        })
    }

    /// Whether the guide is built but kept out of sitemap, feeds and similar
    /// guides: a draft or guide of the future that was asked for, a review
    /// status that the site names, an overdue review where the site says so,
    /// or a meta flag that the site names.
    pub fn is_unfit(&self, edition: &Edition) -> bool {
        self.draft
            || self.named
            || self.lies_ahead(edition)
            || (self.until_due && self.review(edition) == Some(ReviewState::Overdue))
    }

    fn lies_ahead(&self, edition: &Edition) -> bool {
        self.date.is_some_and(|date| date > edition.now)
    }
}

/// The instants at which the site may differ because of a guide: when it
/// appears, when it expires, when its review becomes overdue.
pub fn turning_points(
    front: &KeptFront,
    zone: &TimeZone,
) -> impl Iterator<Item = Timestamp> + use<> {
    let overdue = front
        .due
        .and_then(|due| due.tomorrow().ok())
        .and_then(|day| day.to_zoned(zone.clone()).ok())
        .map(|zoned| zoned.timestamp());
    // A date that lies ahead still does at its own instant less one tick.
    let appears = front.date.map(|date| date.instant);
    let expires = front.expires.map(|expires| expires.instant);
    [appears, expires, overdue].into_iter().flatten()
}

/// Whether a review still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ReviewState {
    /// The next review lies ahead.
    Current,
    /// It should have been by now.
    Overdue,
    /// No due date can be told.
    Unknown,
}

impl ReviewState {
    /// The word that templates see.
    pub fn name(self) -> &'static str {
        match self {
            ReviewState::Current => "current",
            ReviewState::Overdue => "overdue",
            ReviewState::Unknown => "unknown",
        }
    }
}

/// Whether one of the dotted paths names a value that is set. Paths start with
/// `meta.` or `extra.`, or are `draft`.
fn flagged(front: &FrontMatter, meta: &PackedMap, paths: &[String]) -> bool {
    paths.iter().any(|path| match path.split_once('.') {
        Some(("meta", rest)) => meta.scalar(rest).is_some_and(|value| value.is_set()),
        Some(("extra", rest)) => front.extra.at_path(rest).is_some_and(Value::is_set),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::front_matter::Review;
    use crate::ground::date::{Interval, Moment};
    use crate::ground::value::Map;

    fn edition() -> Edition {
        Edition::new(
            "2026-06-15T12:00:00Z".parse().unwrap(),
            &TimeZone::UTC,
            false,
            false,
        )
    }

    fn day(text: &str) -> Option<Moment> {
        Some(Moment::parse(text, &TimeZone::UTC).unwrap())
    }

    fn timing(front: &FrontMatter) -> Timing {
        let meta = PackedMap::new(&front.meta);
        Timing::of(front, &meta, &[], &ReviewOptions::default())
    }

    fn left_out(front: &FrontMatter, edition: &Edition) -> Option<LeftOut> {
        timing(front).left_out(edition)
    }

    fn review_state(front: &FrontMatter, edition: &Edition) -> Option<ReviewState> {
        timing(front).review(edition)
    }

    fn is_unfit(front: &FrontMatter, noindex: &[String]) -> bool {
        let meta = PackedMap::new(&front.meta);
        let timing = Timing::of(front, &meta, noindex, &ReviewOptions::default());
        timing.is_unfit(&edition())
    }

    #[test]
    fn drafts_future_and_expired_guides_are_left_out() {
        let draft = FrontMatter {
            draft: Some(true),
            ..Default::default()
        };
        let future = FrontMatter {
            date: day("2026-06-16"),
            ..Default::default()
        };
        let expired = FrontMatter {
            expires: day("2026-06-15"),
            ..Default::default()
        };
        assert_eq!(left_out(&draft, &edition()), Some(LeftOut::Draft));
        assert_eq!(left_out(&future, &edition()), Some(LeftOut::Future));
        assert_eq!(left_out(&expired, &edition()), Some(LeftOut::Expired));
        assert_eq!(left_out(&FrontMatter::default(), &edition()), None);
        let all = Edition {
            drafts: true,
            future: true,
            ..edition()
        };
        assert_eq!(left_out(&draft, &all), None);
        assert_eq!(left_out(&future, &all), None);
        assert!(timing(&future).is_unfit(&all));
    }

    #[test]
    fn a_review_is_overdue_the_day_after_it_was_due() {
        let mut front = FrontMatter::default();
        assert_eq!(review_state(&front, &edition()), None);
        front.review = Review {
            last_reviewed: day("2025-12-15"),
            ..Default::default()
        };
        assert_eq!(review_state(&front, &edition()), Some(ReviewState::Unknown));
        front.review.interval = Some(Interval { months: 6, days: 0 });
        assert_eq!(review_state(&front, &edition()), Some(ReviewState::Current));
        front.review.last_reviewed = day("2025-12-14");
        assert_eq!(review_state(&front, &edition()), Some(ReviewState::Overdue));
    }

    #[test]
    fn unfit_by_status_or_by_a_flag_that_the_site_names() {
        let noindex = ["meta.flags.needs_human_review".to_owned()];
        let mut front = FrontMatter::default();
        assert!(!is_unfit(&front, &noindex));
        front.meta = Map(vec![(
            "flags".into(),
            Value::Map(Map(vec![("needs_human_review".into(), Value::Int(1))])),
        )]);
        assert!(is_unfit(&front, &noindex));
        assert!(!is_unfit(&front, &[]));
        front.review.status = Some("Obsolete".into());
        assert!(is_unfit(&front, &[]));
    }
}
