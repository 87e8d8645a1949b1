//! The tokens of Tera's expressions and tags, with their places.
//!
//! Only what [`super::scan`] needs: where a name, a text or a sign stands. No
//! value is read and nothing is refused.

use std::ops::Range;

/// The kinds that a scan tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or keyword.
    Name,
    /// A quoted text, quotes included.
    Text,
    /// Digits.
    Number,
    /// Everything else.
    Sign,
}

/// A token of an expression or tag.
#[derive(Debug)]
pub(super) struct Token {
    /// What kind of token it is.
    pub kind: Kind,
    /// Where it stands.
    pub range: Range<usize>,
}

impl Token {
    /// The token itself.
    pub(super) fn text<'a>(&self, source: &'a str) -> &'a str {
        &source[self.range.clone()]
    }
}

/// The byte behind the next `{{` or `{%`, and whether it is a tag. Comments
/// are skipped.
pub(super) fn next_opening(source: &str, rest: &mut usize) -> Option<(usize, bool)> {
    loop {
        let at = *rest + source[*rest..].find('{')?;
        *rest = at + 1;
        // `{%-` trims the white space before it.
        let trims = usize::from(source.as_bytes().get(at + 2) == Some(&b'-'));
        match source.as_bytes().get(at + 1) {
            Some(b'{') => return Some((at + 2 + trims, false)),
            Some(b'%') => return Some((at + 2 + trims, true)),
            Some(b'#') => *rest = at + 2 + source[at + 2..].find("#}")? + 2,
            _ => {}
        }
    }
}

/// The byte behind the `endraw` tag that closes a `raw` tag ending at `from`.
pub(super) fn end_of_raw(source: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(found) = source[at..].find("{%") {
        at += found + 2;
        let inner = source[at..].trim_start_matches('-').trim_start();
        if inner.starts_with("endraw") {
            return source[at..]
                .find("%}")
                .map_or(source.len(), |end| at + end + 2);
        }
    }
    source.len()
}

const LONG_SIGNS: [&str; 9] = ["...", "?.", "</", "==", "!=", "<=", ">=", "**", "//"];

/// The tokens from `from` to the closing delimiter, and the byte behind it.
pub(super) fn tokenize(source: &str, from: usize, closing: &str) -> (Vec<Token>, usize) {
    let mut tokens = Vec::new();
    let mut at = from;
    let mut braces = 0_usize;
    while let Some(c) = source[at..].chars().next() {
        let rest = &source[at..];
        // `{{ <a b={c}/> }}`: a brace that was opened inside closes first.
        if braces == 0 && rest.starts_with(closing) {
            return (tokens, at + 2);
        }
        let (kind, length) = if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        } else if c.is_alphabetic() || c == '_' {
            let length = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            (Kind::Name, length)
        } else if c.is_ascii_digit() {
            let length = rest
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(rest.len());
            (Kind::Number, length)
        } else if matches!(c, '"' | '\'' | '`') {
            (Kind::Text, quoted_length(rest, c))
        } else {
            match c {
                '{' => braces += 1,
                '}' => braces = braces.saturating_sub(1),
                _ => {}
            }
            let length = LONG_SIGNS
                .iter()
                .find(|sign| rest.starts_with(**sign))
                .map_or(c.len_utf8(), |sign| sign.len());
            (Kind::Sign, length)
        };
        tokens.push(Token {
            kind,
            range: at..at + length,
        });
        at += length;
    }
    (tokens, source.len())
}

fn quoted_length(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}
