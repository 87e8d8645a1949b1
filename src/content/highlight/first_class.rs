//! The bytes that a class of characters in a regular expression begins with.
//!
//! Of ASCII a class is known exactly, as it may be negated; any byte of another
//! character is taken for one of the class. What is not understood is taken for
//! every byte, or is `None` where it cannot even be read over.

/// Bytes that come first.
pub(super) type Bytes = [bool; 256];

/// A set of these bytes.
pub(super) fn bytes(list: &[u8]) -> Bytes {
    let mut bytes = [false; 256];
    for byte in list {
        bytes[usize::from(*byte)] = true;
    }
    bytes
}

/// The set, with both cases of every letter if case does not matter.
pub(super) fn folded(mut bytes: Bytes, fold: bool) -> Bytes {
    if fold {
        let mut letters = false;
        for lower in b'a'..=b'z' {
            let upper = usize::from(lower.to_ascii_uppercase());
            let lower = usize::from(lower);
            let either = bytes[lower] || bytes[upper];
            bytes[lower] = either;
            bytes[upper] = either;
            letters |= either;
        }
        if letters {
            // The Kelvin sign is a `k`.
            others(&mut bytes);
        }
    }
    bytes
}

/// Adds all bytes of characters that are not ASCII.
fn others(bytes: &mut Bytes) {
    bytes[0x80..].fill(true);
}

fn where_ascii(is: impl Fn(u8) -> bool) -> Bytes {
    let mut bytes = [true; 256];
    for byte in 0..0x80_u8 {
        bytes[usize::from(byte)] = is(byte);
    }
    bytes
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// What `\` and this character mean, as far as they mean one character. Reads
/// the digits that follow.
pub(super) fn escaped(byte: u8, source: &[u8], at: &mut usize) -> Option<Bytes> {
    Some(match byte {
        b't' => bytes(b"\t"),
        b'n' => bytes(b"\n"),
        b'r' => bytes(b"\r"),
        b'f' => bytes(b"\x0c"),
        b'v' => bytes(b"\x0b"),
        b'a' => bytes(b"\x07"),
        b'e' => bytes(b"\x1b"),
        b'd' => where_ascii(|byte| byte.is_ascii_digit()),
        b'D' => where_ascii(|byte| !byte.is_ascii_digit()),
        b's' => where_ascii(is_space),
        b'S' => where_ascii(|byte| !is_space(byte)),
        b'w' => where_ascii(is_word),
        b'W' => where_ascii(|byte| !is_word(byte)),
        b'h' => where_ascii(|byte| byte.is_ascii_hexdigit()),
        b'H' => where_ascii(|byte| !byte.is_ascii_hexdigit()),
        b'x' => code(source, at)?,
        byte if byte.is_ascii_alphanumeric() => return None,
        byte if byte.is_ascii() => bytes(&[byte]),
        _ => return None,
    })
}

/// Reads the digits after `\x`.
fn code(source: &[u8], at: &mut usize) -> Option<Bytes> {
    let rest = &source[*at..];
    let digits = if rest.first() == Some(&b'{') {
        let close = rest.iter().position(|byte| *byte == b'}')?;
        *at += close + 1;
        &rest[1..close]
    } else {
        let length = rest
            .iter()
            .take(2)
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        *at += length;
        &rest[..length]
    };
    let number = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    let mut set = [false; 256];
    match u8::try_from(number) {
        Ok(ascii) if ascii.is_ascii() => set[usize::from(ascii)] = true,
        _ => others(&mut set),
    }
    Some(set)
}

/// A class as far as it is read.
struct Class {
    set: Bytes,
    /// Whether something in it was not understood.
    unknown: bool,
}

/// Reads a class after its `[`; also whether its ASCII is known.
pub(super) fn class(source: &[u8], at: &mut usize) -> Option<(Bytes, bool)> {
    let class = nested(source, at, 0)?;
    if class.unknown {
        return Some(([true; 256], false));
    }
    let mut set = class.set;
    others(&mut set);
    Some((set, true))
}

fn nested(source: &[u8], at: &mut usize, depth: usize) -> Option<Class> {
    if depth > 20 {
        return None;
    }
    let negated = source.get(*at) == Some(&b'^');
    *at += usize::from(negated);
    let mut set = [false; 256];
    let mut unknown = false;
    // What stands before `&&`.
    let mut meet: Option<Bytes> = None;
    let mut first = true;
    loop {
        let rest = source.get(*at..)?;
        match *rest.first()? {
            b']' if !first => {
                *at += 1;
                break;
            }
            b'[' if rest.starts_with(b"[:") && posix(rest).is_some() => {
                let (named, length) = posix(rest)?;
                match named {
                    Some(named) => add(&mut set, &named),
                    None => unknown = true,
                }
                *at += length;
            }
            b'[' => {
                *at += 1;
                let inner = nested(source, at, depth + 1)?;
                unknown |= inner.unknown;
                add(&mut set, &inner.set);
            }
            b'&' if rest.starts_with(b"&&") => {
                *at += 2;
                let left = std::mem::replace(&mut set, [false; 256]);
                meet = Some(met(meet, left));
            }
            _ => {
                let (low, known) = single(source, at)?;
                unknown |= !known;
                let range = source.get(*at) == Some(&b'-')
                    && !matches!(source.get(*at + 1), Some(b']') | None);
                match sole(&low) {
                    Some(low) if range => {
                        *at += 1;
                        if source.get(*at) == Some(&b'[') {
                            unknown = true;
                            continue;
                        }
                        let (high, known) = single(source, at)?;
                        unknown |= !known;
                        // A range from ASCII to beyond takes the rest of it.
                        let high = sole(&high).or_else(|| high[0x80].then_some(0x7f));
                        match high {
                            Some(high) => (low..=high).for_each(|byte| {
                                set[usize::from(byte)] = true;
                            }),
                            None => unknown = true,
                        }
                    }
                    None if range && !low[..0x80].contains(&true) => unknown = true,
                    _ => add(&mut set, &low),
                }
            }
        }
        first = false;
    }
    set = met(meet, set);
    if negated {
        for byte in &mut set[..0x80] {
            *byte = !*byte;
        }
    }
    Some(Class { set, unknown })
}

fn add(set: &mut Bytes, others: &Bytes) {
    for (byte, other) in set.iter_mut().zip(others) {
        *byte |= other;
    }
}

fn met(left: Option<Bytes>, mut right: Bytes) -> Bytes {
    if let Some(left) = left {
        for (byte, other) in right.iter_mut().zip(&left) {
            *byte &= other;
        }
    }
    right
}

/// The only byte of a set, if it is of ASCII.
fn sole(set: &Bytes) -> Option<u8> {
    let mut all = (0..=u8::MAX).filter(|byte| set[usize::from(*byte)]);
    let byte = all.next()?;
    (byte.is_ascii() && all.next().is_none()).then_some(byte)
}

/// Reads one character of a class, or an escape; also whether it is known.
fn single(source: &[u8], at: &mut usize) -> Option<(Bytes, bool)> {
    let byte = *source.get(*at)?;
    *at += 1;
    if byte == b'\\' {
        let byte = *source.get(*at)?;
        *at += 1;
        return Some(match byte {
            b'b' => (bytes(b"\x08"), true),
            b'p' | b'P' => match property(source, at, byte == b'P')? {
                Some(set) => (set, true),
                None => ([true; 256], false),
            },
            _ => match escaped(byte, source, at) {
                Some(set) => (set, true),
                None => ([true; 256], false),
            },
        });
    }
    let mut set = [false; 256];
    if byte.is_ascii() {
        set[usize::from(byte)] = true;
    } else {
        while source
            .get(*at)
            .is_some_and(|byte| (0x80..0xc0).contains(byte))
        {
            *at += 1;
        }
        others(&mut set);
    }
    Some((set, true))
}

/// Reads `{name}` after `\p` or `\P`: its set, if it is one of those that
/// grammars use.
pub(super) fn property(source: &[u8], at: &mut usize, negated: bool) -> Option<Option<Bytes>> {
    let rest = source.get(*at..)?;
    let close = rest.iter().position(|byte| *byte == b'}')?;
    let name = rest[..close].strip_prefix(b"{")?;
    *at += close + 1;
    let (negated, name) = match name.strip_prefix(b"^") {
        Some(name) => (!negated, name),
        None => (negated, name),
    };
    let is: fn(u8) -> bool = match name {
        b"L" => |byte| byte.is_ascii_alphabetic(),
        b"Lu" => |byte| byte.is_ascii_uppercase(),
        b"Ll" => |byte| byte.is_ascii_lowercase(),
        b"N" | b"Nd" => |byte| byte.is_ascii_digit(),
        b"Lt" | b"Lm" | b"Lo" | b"M" | b"Mn" | b"Mc" | b"Me" | b"Nl" | b"No" => |_| false,
        b"Pc" => |byte| byte == b'_',
        b"Sc" => |byte| byte == b'$',
        _ => return Some(None),
    };
    Some(Some(where_ascii(|byte| is(byte) != negated)))
}

/// Reads `[:name:]`: its set, unless its bounds are not certain, and its length.
fn posix(rest: &[u8]) -> Option<(Option<Bytes>, usize)> {
    let close = rest.windows(2).take(20).position(|pair| pair == b":]")?;
    let name = rest.get(2..close)?;
    let is: fn(u8) -> bool = match name {
        b"alpha" => |byte| byte.is_ascii_alphabetic(),
        b"alnum" => |byte| byte.is_ascii_alphanumeric(),
        b"digit" => |byte| byte.is_ascii_digit(),
        b"lower" => |byte| byte.is_ascii_lowercase(),
        b"upper" => |byte| byte.is_ascii_uppercase(),
        b"space" => is_space,
        b"xdigit" => |byte| byte.is_ascii_hexdigit(),
        b"word" => is_word,
        b"blank" => |byte| matches!(byte, b' ' | b'\t'),
        name if name
            .iter()
            .all(|byte| byte.is_ascii_alphabetic() || *byte == b'^') =>
        {
            return Some((None, close + 2));
        }
        _ => return None,
    };
    Some((Some(where_ascii(is)), close + 2))
}

#[cfg(test)]
mod tests {
    use crate::content::highlight::{expression, first};

    /// The ASCII characters, of those of interest, that an expression may begin
    /// with, and `$` for the end.
    fn firsts(source: &str) -> Option<String> {
        let first = first::of(&expression::read(source)?.expression)?;
        let all = "\n !#-059AIKZ[]_aikz";
        let mut found: String = all
            .chars()
            .filter(|character| first.bytes[*character as usize])
            .collect();
        if first.end {
            found.push('$');
        }
        Some(found)
    }

    #[test]
    fn the_beginnings_of_expressions_are_read() {
        let cases = [
            ("if|key", Some("ik")),
            (r"\b(?:if|(?i)key)\b", Some("Kik")),
            (r"\s*#", Some("\n #")),
            ("(?x) [ ]? # k \n a # b", Some(" a")),
            (r"(?x) \# a", Some("#")),
            ("[^0-9A-Z_a-z]", Some("\n !#-[]")),
            ("[]a]", Some("]a")),
            ("[^]a]", Some("\n !#-059AIKZ[_ikz")),
            ("[a-z&&[^i-k]]", Some("az")),
            ("[[:alpha:]-]", Some("-AIKZaikz")),
            (r"[\w-]", Some("-059AIKZ_aikz")),
            (r"[^\W\d]", Some("AIKZ_aikz")),
            (r"(?=\d)\w+", Some("059")),
            (r"(?<!a)(?=a|$)", Some("\na$")),
            (r"(?!a)\d{0,3}k", Some("059k")),
            (r"\d{2}k", Some("059")),
            (r"\d{2}?k", Some("059k")),
            (r"i{,2}(?=a)", Some("ai")),
            ("(?:^|a)(?>z)", Some("az")),
            ("(?<name>a)?+k", Some("ak")),
            (r"\x61\x{6b}", Some("a")),
            (r"\p{Lu}", Some("AIKZ")),
            (r"[\p{^L}\p{Lu}]", Some("\n !#-059AIKZ[]_")),
            (r"\p{Greek}", Some("\n !#-059AIKZ[]_aikz")),
            ("", None),
            ("a*", None),
            (r"(?=a*)", None),
            (r"\Ga", None),
            (r"\Ka", None),
            (r"(a)?\1", None),
            ("(?~a)", None),
            ("(a", None),
            ("a(?i)b|c", None),
        ];
        for (source, expected) in cases {
            assert_eq!(firsts(source).as_deref(), expected, "{source}");
        }
    }

    #[test]
    fn where_a_match_may_begin_is_read() {
        let of = |source| first::of(&expression::read(source)?.expression);
        let edge = |source| of(source).is_some_and(|first| first.edge);
        assert!(edge(r"\bif") && edge(r"(?:\ba|\bb)") && edge(r"(?=\bz)z"));
        assert!(!edge(r"(?:\ba|b)") && !edge(r"\b?a") && !edge(r"a\b") && !edge(r"a?\bb"));
        let start = |source| of(source).is_some_and(|first| first.start);
        assert!(start("^a") && start(r"(\Aa|^b)") && !start("(^|a)b") && !start("(?:^)*b"));
    }
}
