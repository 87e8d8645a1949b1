//! Telling cheaply that an expression does not match at a place.
//!
//! Of the rules that may match before a byte, five in six do not, and asking
//! the expression itself costs most of the time that highlighting takes. A
//! sieve is an automaton for a wider language than the expression's
//! ([`super::expression`]): where it finds nothing, the expression matches
//! nothing. It is built of the part of the language that is ASCII, and may be
//! asked of ASCII text only.
//!
//! Invariant: a place that the sieve holds back begins no match. What it lets
//! through may still not match.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, Look, Repetition};

use super::expression::Expression;
use super::first_class::Bytes;

/// Bytes that the rules of an automaton may take.
const ROOM: usize = 1 << 20;

/// Bytes that a thread keeps of the states that an automaton came through.
const KEPT: usize = 1 << 18;

/// An automaton that holds back places where an expression does not match.
#[derive(Debug)]
pub(super) struct Sieve {
    automaton: DFA,
}

impl Sieve {
    /// The sieve of an expression, unless it would be too large.
    pub(super) fn new(expression: &Expression) -> Option<Self> {
        let rules = thompson::Config::new()
            .utf8(false)
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(ROOM));
        let nfa = thompson::Compiler::new()
            .configure(rules)
            .build_from_hir(&wider(expression, true))
            .ok()?;
        let config = DFA::config()
            .match_kind(MatchKind::All)
            .cache_capacity(KEPT)
            .skip_cache_capacity_check(true);
        let automaton = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        Some(Self { automaton })
    }

    /// What a thread keeps while it asks.
    pub(super) fn cache(&self) -> Cache {
        self.automaton.create_cache()
    }

    /// Whether the expression may match here. The line is of ASCII.
    pub(super) fn may_match(&self, cache: &mut Cache, line: &str, at: usize) -> bool {
        let input = Input::new(line)
            .span(at..line.len())
            .anchored(Anchored::Yes)
            .earliest(true);
        // An automaton that gives up holds nothing back.
        !matches!(self.automaton.try_search_fwd(cache, &input), Ok(None))
    }
}

/// An expression that matches wherever this one does; `last` says that nothing
/// comes after it, so that text that must come next may be matched.
fn wider(expression: &Expression, last: bool) -> Hir {
    match expression {
        Expression::OneOf(bytes) => Hir::class(ascii(bytes)),
        Expression::LineStart => Hir::look(Look::StartLF),
        Expression::TextStart => Hir::look(Look::Start),
        Expression::LineEnd => Hir::look(Look::EndLF),
        Expression::TextEnd => Hir::look(Look::End),
        Expression::Edge => Hir::look(Look::WordAscii),
        Expression::Ahead(inner) if last => wider(inner, true),
        Expression::Looks | Expression::Ahead(_) => Hir::empty(),
        Expression::Unknown => repeated(Hir::class(ascii(&[true; 256])), 0, None),
        Expression::Sequence(parts) => {
            let count = parts.len();
            let part = |(at, part)| wider(part, last && at + 1 == count);
            Hir::concat(parts.iter().enumerate().map(part).collect())
        }
        Expression::Either(parts) => {
            Hir::alternation(parts.iter().map(|part| wider(part, last)).collect())
        }
        Expression::Repeated(inner, least, most) => {
            let last = last && *most == Some(1);
            repeated(wider(inner, last), *least, *most)
        }
    }
}

fn repeated(part: Hir, min: u32, max: Option<u32>) -> Hir {
    Hir::repetition(Repetition {
        min,
        max,
        greedy: true,
        sub: Box::new(part),
    })
}

fn ascii(bytes: &Bytes) -> Class {
    let found = (0..0x80_u8).filter(|byte| bytes[usize::from(*byte)]);
    Class::Bytes(ClassBytes::new(
        found.map(|byte| ClassBytesRange::new(byte, byte)),
    ))
}
