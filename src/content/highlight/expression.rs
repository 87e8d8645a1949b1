//! What a regular expression is made of, as far as it decides where a match
//! may begin and where it may not.
//!
//! It reads the syntax of Oniguruma as far as the grammars use it, and does not
//! match anything. What it reads is wider than the expression: a set of bytes
//! may have some too many, and what looks behind or says what must not come is
//! only known to look ([`Expression::Looks`]). Where nothing of an expression
//! is wider, that is known too ([`Read::exact`]). An expression that is not
//! understood is not read at all.

use super::first_class::{self, Bytes};

/// A regular expression, or a part of one.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    /// A character, by the byte that it begins with. Of ASCII the set is exact
    /// but for classes that are not understood.
    OneOf(Box<Bytes>),
    /// `^`
    LineStart,
    /// `\A`
    TextStart,
    /// `$`, `\Z`: at a line's end, or at that of the text.
    LineEnd,
    /// `\z`
    TextEnd,
    /// `\b`
    Edge,
    /// Matches no text, and looks at something that is not followed.
    Looks,
    /// Text that must come next, and is not matched.
    Ahead(Box<Self>),
    /// Some text, or none.
    Unknown,
    /// One after the other.
    Sequence(Vec<Self>),
    /// One of several, in their order.
    Either(Vec<Self>),
    /// As often as this, without a bound above where there is none.
    Repeated {
        part: Box<Self>,
        least: u32,
        most: Option<u32>,
        /// Whether fewer are tried before more.
        lazy: bool,
    },
}

impl Expression {
    fn one_of(bytes: Bytes) -> Self {
        Self::OneOf(Box::new(bytes))
    }

    /// Whether it may match without taking any text.
    pub(super) fn may_be_empty(&self) -> bool {
        match self {
            Self::OneOf(_) => false,
            Self::Sequence(parts) => parts.iter().all(Self::may_be_empty),
            Self::Either(parts) => parts.iter().any(Self::may_be_empty),
            Self::Repeated { part, least, .. } => *least == 0 || part.may_be_empty(),
            _ => true,
        }
    }
}

/// What is read of an expression.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) expression: Expression,
    /// Whether it matches the same ASCII as what was read, and in the same
    /// order of preference.
    pub(super) exact: bool,
}

/// Reads an expression.
pub(super) fn read(source: &str) -> Option<Read> {
    let mut reader = Reader {
        source: source.as_bytes(),
        at: 0,
        depth: 0,
        exact: true,
    };
    let expression = reader.branches(&mut Flags::default())?;
    let exact = reader.exact;
    (reader.at == reader.source.len()).then_some(Read { expression, exact })
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
    exact: bool,
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
    fn branches(&mut self, flags: &mut Flags) -> Option<Expression> {
        let mut all = Vec::new();
        loop {
            let (part, switched) = self.sequence(flags)?;
            all.push(part);
            if self.peek() != Some(b'|') {
                return Some(only(all).unwrap_or_else(Expression::Either));
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
    fn sequence(&mut self, flags: &mut Flags) -> Option<(Expression, bool)> {
        let mut parts = Vec::new();
        let mut switched = false;
        loop {
            match self.peek() {
                None | Some(b'|' | b')') => {
                    return Some((only(parts).unwrap_or_else(Expression::Sequence), switched));
                }
                Some(b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) if flags.extended => self.at += 1,
                Some(b'#') if flags.extended => self.comment(b'\n'),
                Some(b'(') if self.source[self.at..].starts_with(b"(?#") => {
                    self.comment(b')');
                }
                Some(_) => match self.part(flags)? {
                    Some(part) => parts.push(self.repeated(part, *flags)?),
                    None => switched |= !parts.is_empty(),
                },
            }
        }
    }

    fn unknown(&mut self) -> Expression {
        self.exact = false;
        Expression::Unknown
    }

    fn looks(&mut self) -> Expression {
        self.exact = false;
        Expression::Looks
    }

    fn comment(&mut self, end: u8) {
        while self.take().is_some_and(|byte| byte != end) {}
    }

    /// Reads one part; none where flags were switched.
    fn part(&mut self, flags: &mut Flags) -> Option<Option<Expression>> {
        let byte = self.take()?;
        Some(Some(match byte {
            b'(' => return self.group(flags),
            b'[' => {
                let begin = self.at;
                let (bytes, known) = first_class::class(self.source, &mut self.at)?;
                self.exact &= known && !flags.fold;
                let text = &self.source[begin..self.at];
                let wide = !text.is_ascii() || text.windows(2).any(|pair| pair == b"\\x");
                if flags.fold && wide {
                    // A sharp `s` is two letters.
                    self.unknown()
                } else {
                    Expression::one_of(first_class::folded(bytes, flags.fold))
                }
            }
            b'.' => {
                let mut bytes = [true; 256];
                bytes[usize::from(b'\n')] = flags.any_break;
                Expression::one_of(bytes)
            }
            b'^' => Expression::LineStart,
            b'$' => Expression::LineEnd,
            b'\\' => self.escape(*flags)?,
            b'*' | b'+' | b'?' => return None,
            0x80.. => {
                while self.peek().is_some_and(|byte| (0x80..0xc0).contains(&byte)) {
                    self.at += 1;
                }
                if flags.fold {
                    self.unknown()
                } else {
                    Expression::one_of(first_class::bytes(&[byte]))
                }
            }
            _ => Expression::one_of(first_class::folded(first_class::bytes(&[byte]), flags.fold)),
        }))
    }

    fn group(&mut self, flags: &mut Flags) -> Option<Option<Expression>> {
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
            } else if self.eat(">") {
                // It gives nothing back.
                self.exact = false;
            } else if !self.eat(":") {
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
        let part = self.branches(&mut inner)?;
        self.depth -= 1;
        if self.take()? != b')' {
            return None;
        }
        Some(Some(match (ahead, ignored) {
            (true, _) => Expression::Ahead(Box::new(part)),
            (_, true) => self.looks(),
            _ => part,
        }))
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

    fn escape(&mut self, flags: Flags) -> Option<Expression> {
        let byte = self.take()?;
        Some(match byte {
            b'b' => Expression::Edge,
            b'B' | b'y' | b'Y' => self.looks(),
            b'A' => Expression::TextStart,
            b'Z' => Expression::LineEnd,
            b'z' => Expression::TextEnd,
            b'1'..=b'9' => {
                while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
                    self.at += 1;
                }
                self.unknown()
            }
            b'k' | b'g' => {
                let close = match self.take()? {
                    b'<' => b'>',
                    b'\'' => b'\'',
                    _ => return None,
                };
                while self.take()? != close {}
                self.unknown()
            }
            b'p' | b'P' => {
                let bytes = first_class::property(self.source, &mut self.at, byte == b'P')?;
                match bytes {
                    Some(bytes) => Expression::one_of(first_class::folded(bytes, flags.fold)),
                    None => {
                        self.exact = false;
                        Expression::one_of([true; 256])
                    }
                }
            }
            b'X' | b'R' | b'N' | b'O' => self.unknown(),
            b'x' if flags.fold => {
                first_class::escaped(byte, self.source, &mut self.at)?;
                self.unknown()
            }
            _ => {
                let bytes = first_class::escaped(byte, self.source, &mut self.at)?;
                Expression::one_of(first_class::folded(bytes, flags.fold))
            }
        })
    }

    /// Reads the quantifiers after a part.
    fn repeated(&mut self, mut part: Expression, flags: Flags) -> Option<Expression> {
        let mut quantified = false;
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
            let (least, most) = match self.peek() {
                Some(b'*') => (0, None),
                Some(b'?') => (0, Some(1)),
                Some(b'+') => (1, None),
                Some(b'{') => match self.interval() {
                    Some(interval) => interval,
                    None => return Some(part),
                },
                _ => return Some(part),
            };
            // The byte of the sign, or the brace that closes the interval.
            let sign = self.take();
            let lazy = sign != Some(b'}') && self.manner();
            // What a quantifier of a quantifier means is an art of its own, and
            // so is when to stop repeating nothing.
            self.exact &= !quantified && (most == Some(1) || !part.may_be_empty());
            quantified = true;
            part = Expression::Repeated {
                part: Box::new(part),
                least,
                most,
                lazy,
            };
        }
    }

    /// Reads the sign after a quantifier that says how it tries; whether it
    /// tries fewer first.
    fn manner(&mut self) -> bool {
        if self.eat("+") {
            // It gives nothing back.
            self.exact = false;
        }
        self.eat("?")
    }

    /// Reads `{2}`, `{2,}`, `{,2}` or `{2,3}` up to the closing brace; braces
    /// around anything else are text.
    fn interval(&mut self) -> Option<(u32, Option<u32>)> {
        let rest = &self.source[self.at + 1..];
        let close = rest.iter().position(|byte| *byte == b'}')?;
        let text = std::str::from_utf8(&rest[..close]).ok()?;
        let (least, most) = match text.split_once(',') {
            None => {
                let times = text.parse().ok()?;
                (times, Some(times))
            }
            Some(("", most)) => (0, Some(most.parse().ok()?)),
            Some((least, "")) => (least.parse().ok()?, None),
            Some((least, most)) => (least.parse().ok()?, Some(most.parse().ok()?)),
        };
        self.at += close + 1;
        Some(match most {
            Some(most) if most < least => {
                self.exact = false;
                (0, Some(least))
            }
            most => (least, most),
        })
    }
}

/// The only one of a list, or the list.
fn only(mut list: Vec<Expression>) -> Result<Expression, Vec<Expression>> {
    match list.len() {
        1 => list.pop().ok_or(list),
        _ => Err(list),
    }
}
