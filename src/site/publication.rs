//! What steers publication: whether a guide is built, indexed, and still
//! vouched for. Time comes in as an input; nothing here asks the clock.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::content::config::ReviewOptions;
use crate::content::front_matter::FrontMatter;
use crate::content::packed::PackedMap;

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

/// Whether, and why, a guide is left out of an edition.
pub fn left_out(front: &FrontMatter, edition: &Edition) -> Option<LeftOut> {
    if front.draft == Some(true) && !edition.drafts {
        Some(LeftOut::Draft)
    } else if front
        .expires
        .is_some_and(|expires| expires.instant <= edition.now)
    {
        Some(LeftOut::Expired)
    } else if front.date.is_some_and(|date| date.instant > edition.now) && !edition.future {
        Some(LeftOut::Future)
    } else {
        None
    }
}

/// The instants at which the site may differ because of a guide: when it
/// appears, when it expires, when its review becomes overdue.
pub fn turning_points(front: &FrontMatter, zone: &TimeZone) -> Vec<Timestamp> {
    let overdue = due(front)
        .and_then(|due| due.tomorrow().ok())
        .and_then(|day| day.to_zoned(zone.clone()).ok())
        .map(|zoned| zoned.timestamp());
    // A date that lies ahead still does at its own instant less one tick.
    let appears = front.date.map(|date| date.instant);
    let expires = front.expires.map(|expires| expires.instant);
    [appears, expires, overdue].into_iter().flatten().collect()
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

/// When the next review is due: the interval behind the last one.
pub fn due(front: &FrontMatter) -> Option<Date> {
    let last = front.review.last_reviewed?;
    Some(front.review.interval?.after(last.day))
}

/// The state of a guide's review; `None` where it declares none.
pub fn review_state(front: &FrontMatter, edition: &Edition) -> Option<ReviewState> {
    if front.review.is_empty() {
        return None;
    }
    Some(match due(front) {
        Some(due) if due < edition.today => ReviewState::Overdue,
        Some(_) => ReviewState::Current,
        None => ReviewState::Unknown,
    })
}

/// Whether a guide is built but kept out of sitemap, feeds and similar
/// guides: a draft or guide of the future that was asked for, a review status
/// that the site names, an overdue review where the site says so, or a meta
/// flag that the site names.
pub fn is_unfit(
    front: &FrontMatter,
    meta: &PackedMap,
    noindex: &[String],
    review: &ReviewOptions,
    edition: &Edition,
) -> bool {
    let status = front
        .review
        .status
        .as_deref()
        .map(str::trim)
        .unwrap_or_default();
    front.draft == Some(true)
        || front.date.is_some_and(|date| date.instant > edition.now)
        || review
            .noindex_status
            .iter()
            .any(|word| word.eq_ignore_ascii_case(status))
        || (review.noindex_overdue && review_state(front, edition) == Some(ReviewState::Overdue))
        || flagged(front, meta, noindex)
}

/// Whether one of the dotted paths names a value that is set. Paths start with
/// `meta.` or `extra.`, or are `draft`.
fn flagged(front: &FrontMatter, meta: &PackedMap, paths: &[String]) -> bool {
    if paths.is_empty() {
        return false;
    }
    let meta = meta.map();
    paths.iter().any(|path| {
        let value = match path.split_once('.') {
            Some(("meta", rest)) => meta.at_path(rest),
            Some(("extra", rest)) => front.extra.at_path(rest),
            _ => None,
        };
        value.is_some_and(crate::ground::value::Value::is_set)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::front_matter::Review;
    use crate::ground::date::{Interval, Moment};
    use crate::ground::value::{Map, Value};

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
        assert!(is_unfit(
            &future,
            &PackedMap::default(),
            &[],
            &ReviewOptions::default(),
            &all
        ));
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
        let options = ReviewOptions::default();
        let noindex = ["meta.flags.needs_human_review".to_owned()];
        let mut front = FrontMatter::default();
        assert!(!is_unfit(
            &front,
            &PackedMap::new(&front.meta),
            &noindex,
            &options,
            &edition()
        ));
        front.meta = Map(vec![(
            "flags".into(),
            Value::Map(Map(vec![("needs_human_review".into(), Value::Int(1))])),
        )]);
        assert!(is_unfit(
            &front,
            &PackedMap::new(&front.meta),
            &noindex,
            &options,
            &edition()
        ));
        assert!(!is_unfit(
            &front,
            &PackedMap::new(&front.meta),
            &[],
            &options,
            &edition()
        ));
        front.review.status = Some("Obsolete".into());
        assert!(is_unfit(
            &front,
            &PackedMap::new(&front.meta),
            &[],
            &options,
            &edition()
        ));
    }
}
