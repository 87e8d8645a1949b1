//! Telling cheaply that an expression does not match at a place.
//!
//! Of the rules that may match before a byte, five in six do not, and asking
//! the expression itself costs most of the time that highlighting takes. A
//! sieve is an automaton for a wider language than the expression's
//! ([`super::expression`]): where it finds nothing, the expression matches
//! nothing. It is built of the part of the language that is ASCII, and may be
//! asked of ASCII text only.
//!
//! Where the language is the expression's own, the automaton also tells where
//! the match ends; the expression is then asked for its groups only.
//!
//! Invariant: a place that the sieve holds back begins no match, and a match
//! that it tells of is the one that the expression finds.

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::{Anchored, Input, MatchKind};
use regex_syntax::hir::{Class, ClassBytes, ClassBytesRange, Hir, Look, Repetition};

use super::expression::{Expression, Read};
use super::first_class::Bytes;

/// Bytes that the rules of an automaton may take.
const ROOM: usize = 1 << 20;

/// Bytes that a thread keeps of the states that an automaton came through.
const KEPT: usize = 1 << 18;

/// What a sieve says of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The expression does not match here.
    No,
    /// It may.
    Perhaps,
    /// It does, and the match ends there.
    Match(usize),
}

/// How the end of a match is known.
#[derive(Clone, Copy, Debug)]
enum End {
    /// It is where the automaton says.
    Automaton,
    /// So many bytes after its beginning.
    After(usize),
    /// It is not.
    Unknown,
}

/// An automaton that holds back places where an expression does not match.
#[derive(Debug)]
pub(super) struct Sieve {
    automaton: DFA,
    end: End,
}

impl Sieve {
    /// The sieve of an expression, unless it would be too large.
    pub(super) fn new(read: &Read) -> Option<Self> {
        let end = match read.exact {
            true => end(&read.expression),
            false => End::Unknown,
        };
        let rules = thompson::Config::new()
            .utf8(false)
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(ROOM));
        let nfa = thompson::Compiler::new()
            .configure(rules)
            .build_from_hir(&wider(&read.expression, true))
            .ok()?;
        // Where the end matters, of several matches the preferred one counts.
        let kind = match end {
            End::Automaton => MatchKind::LeftmostFirst,
            End::After(_) | End::Unknown => MatchKind::All,
        };
        let config = DFA::config()
            .match_kind(kind)
            .cache_capacity(KEPT)
            .skip_cache_capacity_check(true);
        let automaton = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        Some(Self { automaton, end })
    }

    /// What a thread keeps while it asks.
    pub(super) fn cache(&self) -> Cache {
        self.automaton.create_cache()
    }

    /// Whether the expression matches here. The line is of ASCII, and its only
    /// `\n` ends it.
    pub(super) fn ask(&self, cache: &mut Cache, line: &str, at: usize) -> Answer {
        let input = Input::new(line)
            .span(at..line.len())
            .anchored(Anchored::Yes)
            .earliest(!matches!(self.end, End::Automaton));
        match (self.automaton.try_search_fwd(cache, &input), self.end) {
            (Ok(None), _) => Answer::No,
            (Ok(Some(found)), End::Automaton) => Answer::Match(found.offset()),
            (Ok(Some(_)), End::After(length)) => Answer::Match(at + length),
            // An automaton that gives up holds nothing back.
            (Ok(Some(_)), End::Unknown) | (Err(_), _) => Answer::Perhaps,
        }
    }
}

/// How the end of a match of an expression that was read exactly is known.
fn end(expression: &Expression) -> End {
    let (before, ahead) = match expression {
        Expression::Sequence(parts) => match parts.split_last() {
            Some((Expression::Ahead(ahead), before)) => (before, Some(&**ahead)),
            _ => (&parts[..], None),
        },
        Expression::Ahead(ahead) => (&[][..], Some(&**ahead)),
        other => (std::slice::from_ref(other), None),
    };
    let within = before.iter().chain(ahead).any(looks_ahead);
    match (ahead, length(before)) {
        _ if within => End::Unknown,
        (None, _) => End::Automaton,
        (Some(_), Some(length)) => End::After(length),
        (Some(_), None) => End::Unknown,
    }
}

fn looks_ahead(expression: &Expression) -> bool {
    match expression {
        Expression::Ahead(_) => true,
        Expression::Sequence(parts) | Expression::Either(parts) => parts.iter().any(looks_ahead),
        Expression::Repeated { part, .. } => looks_ahead(part),
        _ => false,
    }
}

/// Bytes that a sequence takes, where that is always the same.
fn length(parts: &[Expression]) -> Option<usize> {
    let of = |part: &Expression| match part {
        Expression::OneOf(_) => Some(1),
        Expression::Sequence(parts) => length(parts),
        Expression::LineStart
        | Expression::TextStart
        | Expression::LineEnd
        | Expression::TextEnd
        | Expression::Edge => Some(0),
        _ => None,
    };
    parts.iter().map(of).sum()
}

/// An expression that matches wherever this one does; `last` says that nothing
/// comes after it, so that text that must come next may be matched.
fn wider(expression: &Expression, last: bool) -> Hir {
    match expression {
        Expression::OneOf(bytes) => Hir::class(ascii(bytes)),
        // No line begins within a line, nor after its last byte.
        Expression::LineStart | Expression::TextStart => Hir::look(Look::Start),
        Expression::LineEnd => Hir::look(Look::EndLF),
        Expression::TextEnd => Hir::look(Look::End),
        Expression::Edge => Hir::look(Look::WordAscii),
        Expression::Ahead(inner) if last => wider(inner, true),
        Expression::Looks | Expression::Ahead(_) => Hir::empty(),
        Expression::Unknown => repeated(Hir::class(ascii(&[true; 256])), 0, None, false),
        Expression::Sequence(parts) => {
            let count = parts.len();
            let part = |(at, part)| wider(part, last && at + 1 == count);
            Hir::concat(parts.iter().enumerate().map(part).collect())
        }
        Expression::Either(parts) => {
            Hir::alternation(parts.iter().map(|part| wider(part, last)).collect())
        }
        Expression::Repeated {
            part,
            least,
            most,
            lazy,
        } => {
            let last = last && *most == Some(1);
            repeated(wider(part, last), *least, *most, *lazy)
        }
    }
}

fn repeated(part: Hir, min: u32, max: Option<u32>, lazy: bool) -> Hir {
    Hir::repetition(Repetition {
        min,
        max,
        greedy: !lazy,
        sub: Box::new(part),
    })
}

fn ascii(bytes: &Bytes) -> Class {
    let found = (0..0x80_u8).filter(|byte| bytes[usize::from(*byte)]);
    Class::Bytes(ClassBytes::new(
        found.map(|byte| ClassBytesRange::new(byte, byte)),
    ))
}
