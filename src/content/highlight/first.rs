//! What a regular expression says of the byte where a match begins.
//!
//! Most patterns of a grammar can begin with a handful of bytes only, so most
//! of them need not be asked at most places of a line. The answer is read from
//! the source of the expression, and errs on one side: a byte that is left out
//! begins no match. An expression that is not understood, or that may match
//! without looking at any byte, has no answer ([`of`] gives `None`).
//!
//! It understands the syntax of Oniguruma as far as the grammars use it, and
//! does not match anything itself.

use std::ops::RangeInclusive;

use super::first_class::{self, Bytes};
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

/// Reads an expression.
pub(super) fn of(source: &str) -> Option<First> {
    let mut reader = Reader {
        source: source.as_bytes(),
        at: 0,
        depth: 0,
    };
    let part = reader.branches(&mut Flags::default())?;
    if reader.at < reader.source.len() || part.open {
        return None;
    }
    Some(First {
        bytes: part.bytes,
        end: part.end,
        edge: part.edge,
        start: part.start,
    })
}

/// Groups within groups that are followed.
const DEEPEST: usize = 60;

#[derive(Clone, Copy, Debug, Default)]
struct Flags {
    fold: bool,
    extended: bool,
    any_break: bool,
}

struct Reader<'a> {
    source: &'a [u8],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.source.get(self.at).copied()
    }

    fn take(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.source[self.at..].starts_with(text.as_bytes());
        if found {
            self.at += text.len();
        }
        found
    }

    /// Reads alternatives up to the end of the group or of the expression.
    fn branches(&mut self, flags: &mut Flags) -> Option<Part> {
        let mut all: Option<Part> = None;
        loop {
            let (part, switched) = self.sequence(flags)?;
            all = Some(match all {
                None => part,
                Some(all) => all.or(&part),
            });
            if self.peek() != Some(b'|') {
                return all;
            }
            // Whether the switch takes the alternatives after it into a group
            // of its own is left to others.
            if switched {
                return None;
            }
            self.at += 1;
        }
    }

    /// Reads one alternative; also whether flags were switched within it, after
    /// its first part.
    fn sequence(&mut self, flags: &mut Flags) -> Option<(Part, bool)> {
        let mut sequence = Sequence::new();
        let mut switched = false;
        let mut empty = true;
        loop {
            match self.peek() {
                None | Some(b'|' | b')') => return Some((sequence.finish(), switched)),
                Some(b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) if flags.extended => self.at += 1,
                Some(b'#') if flags.extended => self.comment(b'\n'),
                Some(b'(') if self.source[self.at..].starts_with(b"(?#") => {
                    self.comment(b')');
                }
                Some(_) => match self.part(flags)? {
                    Some(part) => {
                        let part = self.repeated(part, *flags)?;
                        sequence.add(&part);
                        empty = false;
                    }
                    None => switched |= !empty,
                },
            }
        }
    }

    fn comment(&mut self, end: u8) {
        while self.take().is_some_and(|byte| byte != end) {}
    }

    /// Reads one part; none where flags were switched.
    fn part(&mut self, flags: &mut Flags) -> Option<Option<Part>> {
        let byte = self.take()?;
        Some(Some(match byte {
            b'(' => return self.group(flags),
            b'[' => {
                let begin = self.at;
                let bytes = first_class::class(self.source, &mut self.at)?;
                let text = &self.source[begin..self.at];
                let wide = !text.is_ascii() || text.windows(2).any(|pair| pair == b"\\x");
                Part::one_of(first_class::folded(bytes, flags.fold, wide))
            }
            b'.' => {
                let mut bytes = [true; 256];
                bytes[usize::from(b'\n')] = flags.any_break;
                Part::one_of(bytes)
            }
            b'^' => Part {
                start: true,
                ..Part::LOOKS
            },
            b'$' => Part::line_end(true),
            b'\\' => self.escape(*flags)?,
            b'*' | b'+' | b'?' => return None,
            0x80.. => {
                while self.peek().is_some_and(|byte| (0x80..0xc0).contains(&byte)) {
                    self.at += 1;
                }
                if flags.fold {
                    Part::one_of([true; 256])
                } else {
                    Part::one_of(first_class::bytes(&[byte]))
                }
            }
            _ => Part::one_of(first_class::folded(
                first_class::bytes(&[byte]),
                flags.fold,
                false,
            )),
        }))
    }

    fn group(&mut self, flags: &mut Flags) -> Option<Option<Part>> {
        if self.depth == DEEPEST {
            return None;
        }
        let mut inner = *flags;
        let (mut ahead, mut ignored) = (false, false);
        if self.eat("?") {
            if self.eat("=") {
                ahead = true;
            } else if self.eat("!") || self.eat("<=") || self.eat("<!") {
                ignored = true;
            } else if self.eat("<") || self.eat("'") {
                while !matches!(self.take()?, b'>' | b'\'') {}
            } else if !self.eat(">") && !self.eat(":") {
                let within = self.switches(&mut inner)?;
                if !within {
                    *flags = inner;
                    return Some(None);
                }
            }
        } else if self.peek() == Some(b'*') {
            return None;
        }
        self.depth += 1;
        let mut part = self.branches(&mut inner)?;
        self.depth -= 1;
        if self.take()? != b')' {
            return None;
        }
        if ignored {
            part = Part::LOOKS;
        }
        part.looks |= ahead;
        Some(Some(part))
    }

    /// Reads `i-mx:` or `i-mx)`, of which the first begins a group.
    fn switches(&mut self, flags: &mut Flags) -> Option<bool> {
        let mut on = true;
        loop {
            match self.take()? {
                b'-' => on = false,
                b'i' => flags.fold = on,
                b'x' => flags.extended = on,
                // What it means depends on the flavour.
                b'm' | b's' => flags.any_break = true,
                b':' => return Some(true),
                b')' => return Some(false),
                _ => return None,
            }
        }
    }

    fn escape(&mut self, flags: Flags) -> Option<Part> {
        let byte = self.take()?;
        Some(match byte {
            b'b' => Part {
                edge: true,
                ..Part::LOOKS
            },
            b'B' | b'y' | b'Y' => Part::LOOKS,
            b'A' => Part {
                start: true,
                ..Part::LOOKS
            },
            b'Z' => Part::line_end(true),
            b'z' => Part::line_end(false),
            b'1'..=b'9' => {
                while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                    self.at += 1;
                }
                Part::UNKNOWN
            }
            b'k' | b'g' => {
                let close = match self.take()? {
                    b'<' => b'>',
                    b'\'' => b'\'',
                    _ => return None,
                };
                while self.take()? != close {}
                Part::UNKNOWN
            }
            b'p' | b'P' => {
                if self.take()? != b'{' {
                    return None;
                }
                while self.take()? != b'}' {}
                Part::one_of([true; 256])
            }
            b'X' | b'R' | b'N' | b'O' => Part::one_of([true; 256]),
            _ => {
                let bytes = first_class::escaped(byte, self.source, &mut self.at)?;
                Part::one_of(first_class::folded(bytes, flags.fold, byte == b'x'))
            }
        })
    }

    /// Reads the quantifiers after a part.
    fn repeated(&mut self, mut part: Part, flags: Flags) -> Option<Part> {
        loop {
            if flags.extended && self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
                // Blanks may stand between a part and its quantifier.
                let next = self.source[self.at..]
                    .iter()
                    .position(|byte| !byte.is_ascii_whitespace());
                let Some(next) = next else { return Some(part) };
                if !matches!(self.source[self.at + next], b'*' | b'?' | b'+' | b'{') {
                    return Some(part);
                }
                self.at += next;
            }
            match self.peek() {
                Some(b'*' | b'?') => {
                    self.at += 1;
                    part = part.optional();
                    self.manner();
                }
                Some(b'+') => {
                    self.at += 1;
                    self.manner();
                }
                Some(b'{') => {
                    let Some(times) = self.interval() else {
                        return Some(part);
                    };
                    if *times.start() == 0 {
                        part = part.optional();
                    }
                }
                _ => return Some(part),
            }
        }
    }

    /// Reads the sign after a quantifier that says how it tries.
    fn manner(&mut self) {
        if matches!(self.peek(), Some(b'?' | b'+')) {
            self.at += 1;
        }
    }

    /// Reads `{2}`, `{2,}`, `{,2}` or `{2,3}`; braces around anything else are
    /// text.
    fn interval(&mut self) -> Option<RangeInclusive<usize>> {
        let rest = &self.source[self.at + 1..];
        let close = rest.iter().position(|byte| *byte == b'}')?;
        let text = std::str::from_utf8(&rest[..close]).ok()?;
        let times = match text.split_once(',') {
            None => text.parse().ok()?..=usize::MAX,
            Some(("", to)) => 0..=to.parse().ok()?,
            Some((from, "")) => from.parse().ok()?..=usize::MAX,
            Some((from, to)) => from.parse().ok()?..=to.parse().ok()?,
        };
        self.at += close + 2;
        Some(if times.start() > times.end() {
            0..=*times.start()
        } else {
            times
        })
    }
}
