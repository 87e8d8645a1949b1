//! What a YAML scalar without quotes is: the core schema, with two exceptions
//! that people rely on. A number with leading zeros stays text, and a date is
//! a date.

use jiff::tz::TimeZone;

use super::Kind;
use crate::ground::date::{DateError, Moment};

/// A plain scalar. `absent` says that nothing at all was written.
pub(super) fn plain(text: &str, absent: bool) -> Kind {
    match text {
        "~" | "null" | "Null" | "NULL" | "" => return Kind::Null,
        _ if absent => return Kind::Null,
        "true" | "True" | "TRUE" => return Kind::Bool(true),
        "false" | "False" | "FALSE" => return Kind::Bool(false),
        _ => {}
    }
    number(text)
        .or_else(|| is_date(text).then(|| Kind::Date(text.to_owned())))
        .unwrap_or_else(|| Kind::Text(text.to_owned()))
}

fn number(text: &str) -> Option<Kind> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(digits) = text.strip_prefix("0x") {
        return i64::from_str_radix(digits, 16).ok().map(Kind::Int);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return i64::from_str_radix(digits, 8).ok().map(Kind::Int);
    }
    let (whole, rest) = unsigned.split_at(
        unsigned
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(unsigned.len()),
    );
    // `007` is an article number or a telephone number, hardly seven.
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    if rest.is_empty() {
        return text.parse().ok().map(Kind::Int);
    }
    let shape = rest
        .chars()
        .all(|c| c.is_ascii_digit() || ".eE+-".contains(c));
    let number: f64 = if shape {
        text.parse().ok()?
    } else {
        return None;
    };
    number.is_finite().then_some(Kind::Float(number))
}

/// Whether a plain scalar has the shape of a date, be it possible or not.
fn is_date(text: &str) -> bool {
    text.len() >= 8
        && text.as_bytes()[..4].iter().all(u8::is_ascii_digit)
        && Moment::parse(text, &TimeZone::UTC) != Err(DateError::Shape)
}
