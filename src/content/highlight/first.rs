//! What a regular expression says of the byte where a match begins.
//!
//! Most patterns of a grammar can begin with a handful of bytes only, so most
//! of them need not be asked at most places of a line. The answer errs on one
//! side: a byte that is left out begins no match. An expression that may match
//! without looking at any byte has no answer ([`of`] gives `None`).

use super::expression::Expression;
use super::first_class::Bytes;
use super::first_part::{Part, Sequence};

/// Where a match may begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct First {
    /// Bytes that the match may begin before.
    pub(super) bytes: Bytes,
    /// Whether it may begin at the end of the text.
    pub(super) end: bool,
    /// Whether it begins at the edge of a word only.
    pub(super) edge: bool,
    /// Whether it begins at the beginning of the text only.
    pub(super) start: bool,
}

/// What an expression says of the byte where a match begins.
pub(super) fn of(expression: &Expression) -> Option<First> {
    let part = part(expression);
    (!part.open).then_some(First {
        bytes: part.bytes,
        end: part.end,
        edge: part.edge,
        start: part.start,
    })
}

fn part(expression: &Expression) -> Part {
    match expression {
        Expression::OneOf(bytes) => Part::one_of(**bytes),
        Expression::LineStart | Expression::TextStart => Part {
            start: true,
            ..Part::LOOKS
        },
        Expression::LineEnd => Part::line_end(true),
        Expression::TextEnd => Part::line_end(false),
        Expression::Edge => Part {
            edge: true,
            ..Part::LOOKS
        },
        Expression::Looks => Part::LOOKS,
        Expression::Ahead(inner) => Part {
            looks: true,
            ..part(inner)
        },
        Expression::Unknown => Part::UNKNOWN,
        Expression::Sequence(parts) => {
            let mut sequence = Sequence::new();
            for inner in parts {
                sequence.add(&part(inner));
            }
            sequence.finish()
        }
        Expression::Either(parts) => parts
            .iter()
            .map(part)
            .reduce(|all, part| all.or(&part))
            .unwrap_or(Part::LOOKS),
        Expression::Repeated {
            part: inner, least, ..
        } => match least {
            0 => part(inner).optional(),
            _ => part(inner),
        },
    }
}
