//! Bare addresses in text become links, by the rules of GFM's autolink
//! extension: `www.`, `http://`, `https://`, `mailto:` and e-mail addresses.
//!
//! The parser has no such extension. It works on text that is already parsed;
//! where the parser took a part of an address for emphasis
//! (`https://example.org/__init__.py`), the address is put together again.

use std::ops::Range;

use pulldown_cmark::{CowStr, LinkType, Tag, TagEnd};

use super::pieces::{Piece, Placed};

/// Links the bare addresses in the text of `pieces`; `body` is their source.
pub(super) fn link<'a>(pieces: Vec<Placed<'a>>, body: &'a str) -> Vec<Placed<'a>> {
    let mut out: Vec<Placed<'a>> = Vec::with_capacity(pieces.len());
    let mut links = 0_usize;
    let mut rest = pieces.into_iter().peekable();
    let mut pending = Vec::new();
    while let Some((piece, range)) = rest.next() {
        match piece {
            Piece::Start(Tag::Link { .. }) => links += 1,
            Piece::End(TagEnd::Link) => links = links.saturating_sub(1),
            Piece::Text(text) if links == 0 && may_hold(&text) => {
                let (text, range) = rejoin(text, range, body, &mut rest, &mut pending);
                split(&text, &range, body, &mut out);
                out.append(&mut pending);
                continue;
            }
            _ => {}
        }
        out.push((piece, range));
    }
    out
}

/// A quick look that spares most texts the scan.
fn may_hold(text: &str) -> bool {
    text.contains("www.") || text.contains(':') || text.contains('@')
    // GFM takes schemes and `www.` in lower case alone.
}

/// Where an address at the end of a text goes on behind what the parser took
/// for emphasis, takes the pieces that belong to it back into the text.
fn rejoin<'a>(
    text: CowStr<'a>,
    range: Range<usize>,
    body: &'a str,
    rest: &mut std::iter::Peekable<impl Iterator<Item = Placed<'a>>>,
    pending: &mut Vec<Placed<'a>>,
) -> (CowStr<'a>, Range<usize>) {
    let exact = body
        .get(range.clone())
        .is_some_and(|source| source == &*text);
    let emphasis = |piece: &Placed<'_>| {
        matches!(
            piece.0,
            Piece::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
        ) && piece.1.start == range.end
    };
    if !exact || !rest.peek().is_some_and(emphasis) {
        return (text, range);
    }
    let tail = last_word(&text);
    let Some(found) = find(tail, 0, before(body, range.end - tail.len()), true) else {
        return (text, range);
    };
    let address = range.end - tail.len() + found.range.start;
    // The address ends at white space or `<`, whatever the parser saw in it.
    let end = address
        + body[address..]
            .find(|c: char| c.is_whitespace() || c == '<')
            .unwrap_or(body.len() - address);
    if found.email || end <= range.end {
        return (text, range);
    }
    let mut taken: Vec<Placed<'a>> = Vec::new();
    let mut depth = 0_usize;
    let mut to = range.end;
    while let Some((piece, place)) = rest.peek() {
        let inline = piece.closes()
            || matches!(
                piece,
                Piece::Text(_) | Piece::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
            );
        if (depth == 0 && to >= end) || !inline || (piece.closes() && depth == 0) {
            break;
        }
        if piece.opens() {
            depth += 1;
        } else if piece.closes() {
            depth -= 1;
        }
        if depth == 0 {
            to = place.end;
        }
        taken.extend(rest.next());
    }
    // Emphasis that reaches beyond the address is the writer's own.
    let last_is_text = matches!(taken.last(), Some((Piece::Text(_), _)));
    if depth == 0 && (to <= end || last_is_text) && to > range.end {
        return (CowStr::Borrowed(&body[range.start..to]), range.start..to);
    }
    pending.extend(taken);
    (text, range)
}

fn last_word(text: &str) -> &str {
    text.rfind(char::is_whitespace)
        .map_or(text, |at| text[at..].trim_start())
}

fn before(body: &str, at: usize) -> Option<char> {
    body.get(..at).and_then(|text| text.chars().next_back())
}

/// Writes a text with its addresses as links.
fn split<'a>(text: &str, range: &Range<usize>, body: &str, out: &mut Vec<Placed<'a>>) {
    let exact = range.len() == text.len();
    let place = |part: Range<usize>| {
        if exact {
            range.start + part.start..range.start + part.end
        } else {
            range.clone()
        }
    };
    let mut done = 0;
    let mut at = 0;
    while let Some(found) = find(text, at, before(body, range.start), false) {
        let part = found.range;
        // An e-mail address reaches backwards, but not into another link.
        if part.start < done {
            at = part.end.max(at + 1);
            continue;
        }
        if done < part.start {
            let before = text[done..part.start].to_owned();
            out.push((Piece::Text(before.into()), place(done..part.start)));
        }
        let shown = &text[part.clone()];
        let link = Tag::Link {
            link_type: if found.email {
                LinkType::Email
            } else {
                LinkType::Autolink
            },
            dest_url: format!("{}{shown}", found.prefix).into(),
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        };
        out.push((Piece::Start(link), place(part.clone())));
        out.push((Piece::Text(shown.to_owned().into()), place(part.clone())));
        out.push((Piece::End(TagEnd::Link), place(part.clone())));
        done = part.end;
        at = part.end;
    }
    if done < text.len() {
        let rest = text[done..].to_owned();
        out.push((Piece::Text(rest.into()), place(done..text.len())));
    }
}

#[derive(Debug)]
struct Address {
    range: Range<usize>,
    /// What the target has and the text has not.
    prefix: &'static str,
    email: bool,
}

/// The first address at or behind `from`. `before` is the character before
/// the text. With `open`, the end of the text does not end the address.
fn find(text: &str, from: usize, before: Option<char>, open: bool) -> Option<Address> {
    let mut reached = from;
    for (offset, byte) in text.as_bytes().iter().enumerate().skip(from) {
        let found = match byte {
            b'w' | b'h' | b'm' => {
                let last = text[..offset].chars().next_back().or(before);
                let free = last.is_none_or(|c| c.is_whitespace() || "*_~(".contains(c));
                free.then(|| scheme(text, offset, open)).flatten()
            }
            b'@' => email(text, reached, offset),
            // A local part does not reach over these.
            b' ' | b'\n' => {
                reached = offset + 1;
                None
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

/// An address that begins at `at`.
fn scheme(text: &str, at: usize, open: bool) -> Option<Address> {
    let rest = &text[at..];
    if let Some(mail) = rest.strip_prefix("mailto:") {
        let sign = mail.find('@')?;
        let found = email(mail, 0, sign)?;
        return (found.range.start == 0).then(|| Address {
            range: at..at + "mailto:".len() + found.range.end,
            prefix: "",
            email: true,
        });
    }
    let (domain, prefix, short) = if rest.starts_with("www.") {
        (rest, "http://", false)
    } else {
        let domain = rest
            .strip_prefix("https://")
            .or_else(|| rest.strip_prefix("http://"))?;
        (domain, "", true)
    };
    valid_domain(domain, short)?;
    let end = rest
        .find(|c: char| c.is_whitespace() || c == '<')
        .unwrap_or(rest.len());
    let end = if open && end == rest.len() {
        end
    } else {
        trimmed(&rest[..end])
    };
    // Nothing but the scheme may be left.
    (end > rest.len() - domain.len()).then(|| Address {
        range: at..at + end,
        prefix,
        email: false,
    })
}

/// A domain: segments of letters, digits, `-` and `_`, no `_` in the last two.
/// `short` takes one of a single segment, as `http://localhost`.
fn valid_domain(text: &str, short: bool) -> Option<()> {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && !"-_.".contains(c))
        .unwrap_or(text.len());
    let domain = text[..end].trim_end_matches('.');
    let mut segments = domain.rsplit('.');
    let last = segments.next()?;
    let second = segments.next();
    let fine = !domain.is_empty()
        && !domain.starts_with('.')
        && !last.contains('_')
        && !second.is_some_and(|segment| segment.contains('_'))
        && (short || second.is_some_and(|segment| !segment.is_empty()));
    fine.then_some(())
}

/// The length of an address without the punctuation that ends a sentence.
fn trimmed(address: &str) -> usize {
    let opened = address.matches('(').count();
    let mut closed = address.matches(')').count();
    let mut rest = address;
    while let Some(last) = rest.chars().next_back() {
        match last {
            '?' | '!' | '.' | ',' | ':' | '*' | '_' | '~' | '\'' | '"' => {}
            ')' if closed > opened => closed -= 1,
            ';' => {
                // What looks like a character reference is none of the address.
                let name =
                    rest[..rest.len() - 1].trim_end_matches(|c: char| c.is_ascii_alphanumeric());
                if name.ends_with('&') && name.len() < rest.len() - 1 {
                    rest = &name[..name.len() - 1];
                    continue;
                }
            }
            _ => break,
        }
        rest = &rest[..rest.len() - last.len_utf8()];
    }
    rest.len()
}

/// The e-mail address around the `@` at `sign`, its local part not before
/// `from`.
fn email(text: &str, from: usize, sign: usize) -> Option<Address> {
    let local = text[from..sign]
        .bytes()
        .rev()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b".-_+".contains(byte))
        .count();
    let rest = &text[sign + 1..];
    let length = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(byte))
        .count();
    let domain = rest[..length].trim_end_matches('.');
    let fine = local > 0
        && domain.contains('.')
        && !domain.contains("..")
        && !domain.starts_with('.')
        && !domain.ends_with(['-', '_']);
    fine.then(|| Address {
        range: sign - local..sign + 1 + domain.len(),
        prefix: "mailto:",
        email: true,
    })
}
