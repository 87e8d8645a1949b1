//! Dates as people write them in front matter.
//!
//! A [`Moment`] is an instant together with what its writer said: a day, or a
//! day and a time. Guidepost never asks the clock for one: "now" is an input
//! of the build.

use jiff::civil;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Zoned};
use serde::{Deserialize, Serialize};

/// An instant with the civil day that it fell on where it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// The instant; midnight in the site's time zone where only a day is given.
    pub instant: Timestamp,
    /// The day as written.
    pub day: civil::Date,
    /// Whether a time of day was given.
    pub has_time: bool,
    /// Offset from UTC in seconds at that instant, as written or by the zone.
    pub offset: i32,
}

/// Why a text is not a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateError {
    /// It does not have the shape of a date.
    Shape,
    /// It has, but the calendar does not: month 13, 30 February, hour 25.
    Impossible,
}

impl Moment {
    /// Reads `2020-4-3`, `2020-04-03`, with `T` or a space and `10:20`,
    /// `10:20:30` or fractions behind it, and `Z`, `+02:00`, `+0200` or
    /// ` +0200` behind that. Without an offset the zone given decides.
    ///
    /// # Errors
    ///
    /// Says whether the shape is wrong or the calendar has no such date.
    pub fn parse(text: &str, zone: &TimeZone) -> Result<Self, DateError> {
        let text = text.trim();
        let (day_text, rest) = match text.find(['T', 't', ' ']) {
            Some(at) => (&text[..at], text[at + 1..].trim()),
            None => (text, ""),
        };
        let day = parse_day(day_text)?;
        if rest.is_empty() {
            return Self::of_day(day, zone);
        }
        let split = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
        let time = parse_time(rest[..split].trim())?;
        let at = day.to_datetime(time);
        let offset = parse_offset(rest[split..].trim())?;
        let zone = match offset {
            Some(offset) => TimeZone::fixed(offset),
            None => zone.clone(),
        };
        let zoned = at.to_zoned(zone).map_err(|_| DateError::Impossible)?;
        Ok(Self {
            instant: zoned.timestamp(),
            day,
            has_time: true,
            offset: zoned.offset().seconds(),
        })
    }

    /// Midnight of a day in a zone.
    ///
    /// # Errors
    ///
    /// Fails at the ends of the calendar only.
    pub fn of_day(day: civil::Date, zone: &TimeZone) -> Result<Self, DateError> {
        let zoned = day
            .to_zoned(zone.clone())
            .map_err(|_| DateError::Impossible)?;
        Ok(Self {
            instant: zoned.timestamp(),
            day,
            has_time: false,
            offset: zoned.offset().seconds(),
        })
    }

    /// An instant in a zone.
    pub fn of_instant(instant: Timestamp, zone: &TimeZone) -> Self {
        let zoned: Zoned = instant.to_zoned(zone.clone());
        Self {
            instant,
            day: zoned.date(),
            has_time: true,
            offset: zoned.offset().seconds(),
        }
    }

    /// The day as `2018-10-16`.
    pub fn iso_day(&self) -> String {
        self.day.to_string()
    }

    /// The day as `16 October 2018`.
    pub fn long_day(&self) -> String {
        self.day.strftime("%-d %B %Y").to_string()
    }

    /// The instant as RFC 3339 with its own offset, for feeds and `datetime`.
    pub fn rfc3339(&self) -> String {
        let offset = jiff::tz::Offset::from_seconds(self.offset).unwrap_or(jiff::tz::Offset::UTC);
        let zoned = self.instant.to_zoned(TimeZone::fixed(offset));
        let text = zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        match text.strip_suffix("+00:00") {
            Some(utc) => format!("{utc}Z"),
            None => text,
        }
    }
}

fn parse_day(text: &str) -> Result<civil::Date, DateError> {
    let separator = if text.contains('/') { '/' } else { '-' };
    let mut parts = text.split(separator);
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(DateError::Shape);
    };
    let digits = |text: &str, most: usize| {
        (!text.is_empty() && text.len() <= most && text.bytes().all(|b| b.is_ascii_digit()))
            .then(|| text.parse::<i16>().ok())
            .flatten()
            .ok_or(DateError::Shape)
    };
    if year.len() != 4 {
        return Err(DateError::Shape);
    }
    let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
    let narrow = |number: i16| i8::try_from(number).map_err(|_| DateError::Impossible);
    civil::Date::new(year, narrow(month)?, narrow(day)?).map_err(|_| DateError::Impossible)
}

fn parse_time(text: &str) -> Result<civil::Time, DateError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts = whole
        .split(':')
        .map(|part| {
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<i8>().ok())
                .flatten()
                .ok_or(DateError::Shape)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let (hour, minute, second) = match parts[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return Err(DateError::Shape),
    };
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DateError::Shape);
    }
    civil::Time::new(hour, minute, second, 0).map_err(|_| DateError::Impossible)
}

fn parse_offset(text: &str) -> Result<Option<jiff::tz::Offset>, DateError> {
    if text.is_empty() {
        return Ok(None);
    }
    if text.eq_ignore_ascii_case("z") {
        return Ok(Some(jiff::tz::Offset::UTC));
    }
    let negative = text.starts_with('-');
    let digits: String = text[1..].chars().filter(|&c| c != ':').collect();
    if !(digits.len() == 4 || digits.len() == 2) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DateError::Shape);
    }
    let hours: i32 = digits[..2].parse().map_err(|_| DateError::Shape)?;
    let minutes: i32 = digits
        .get(2..)
        .filter(|m| !m.is_empty())
        .unwrap_or("0")
        .parse()
        .map_err(|_| DateError::Shape)?;
    let seconds = (hours * 3600 + minutes * 60) * if negative { -1 } else { 1 };
    jiff::tz::Offset::from_seconds(seconds)
        .map(Some)
        .map_err(|_| DateError::Impossible)
}

/// A review interval: `6 months`, `1 year`, `90 days`, `2 weeks`, `P6M`,
/// `180d`, `1y`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// Whole months.
    pub months: i32,
    /// Whole days on top.
    pub days: i32,
}

impl Interval {
    /// Reads an interval; `None` where it is not one or is not positive.
    pub fn parse(text: &str) -> Option<Self> {
        let span: Span = text.trim().parse().ok()?;
        let months = i32::from(span.get_years()) * 12 + span.get_months();
        let days = span.get_weeks() * 7 + span.get_days();
        (span.get_hours() == 0 && (months > 0 || days > 0) && months >= 0 && days >= 0)
            .then_some(Self { months, days })
    }

    /// The day that lies the interval behind another day.
    pub fn after(&self, day: civil::Date) -> civil::Date {
        day.saturating_add(Span::new().months(self.months).days(self.days))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, DateError> {
        Moment::parse(text, &TimeZone::UTC).map(|moment| moment.rfc3339())
    }

    #[test]
    fn dates_as_people_write_them() {
        assert_eq!(parse("2020-4-3").unwrap(), "2020-04-03T00:00:00Z");
        assert_eq!(parse("2020-04-03 10:20").unwrap(), "2020-04-03T10:20:00Z");
        assert_eq!(
            parse("2020-04-03T10:20:30.5+02:00").unwrap(),
            "2020-04-03T10:20:30+02:00"
        );
        assert_eq!(
            parse("2020-04-03 10:20:30 -0500").unwrap(),
            "2020-04-03T10:20:30-05:00"
        );
        assert_eq!(parse("2020-02-30"), Err(DateError::Impossible));
        assert_eq!(parse("2020-13-01"), Err(DateError::Impossible));
        assert_eq!(parse("2020-02-03T25:00"), Err(DateError::Impossible));
        assert_eq!(parse("soon"), Err(DateError::Shape));
        assert_eq!(parse("20-02-03"), Err(DateError::Shape));
    }

    #[test]
    fn a_day_belongs_to_the_zone_of_the_site() {
        let zone = TimeZone::get("Europe/Amsterdam").unwrap();
        let moment = Moment::parse("2020-07-01", &zone).unwrap();
        assert_eq!(moment.rfc3339(), "2020-07-01T00:00:00+02:00");
        assert_eq!(moment.long_day(), "1 July 2020");
    }

    #[test]
    fn intervals() {
        let half_a_year = Some(Interval { months: 6, days: 0 });
        assert_eq!(Interval::parse("6 months"), half_a_year);
        assert_eq!(Interval::parse("P6M"), half_a_year);
        assert_eq!(
            Interval::parse("1y"),
            Some(Interval {
                months: 12,
                days: 0
            })
        );
        assert_eq!(
            Interval::parse("90 days"),
            Some(Interval {
                months: 0,
                days: 90
            })
        );
        assert_eq!(
            Interval::parse("2 weeks"),
            Some(Interval {
                months: 0,
                days: 14
            })
        );
        assert_eq!(Interval::parse("often"), None);
        assert_eq!(Interval::parse("-1y"), None);
    }
}
