//! Raw HTML as it stands in Markdown: its attributes and its text.
//!
//! A scanner after the tokenizer of the HTML standard, kept to what is asked
//! here: which attributes there are, where their values stand, and what is
//! text. It decides nothing about safety; that is [`super::sanitize`]'s.

use std::ops::Range;

/// A part of raw HTML.
#[derive(Debug, PartialEq)]
pub(super) enum Part {
    /// Text between tags.
    Text(Range<usize>),
    /// A whole opening or closing tag.
    Tag(Range<usize>),
    /// A comment, declaration, processing instruction, or what a script or a
    /// style sheet holds.
    Hidden(Range<usize>),
    /// An attribute of the tag that follows.
    Attribute(Attribute),
}

/// An attribute with a value.
#[derive(Debug, PartialEq)]
pub(super) struct Attribute {
    /// The element's name in lower case.
    pub element: String,
    /// The attribute's name in lower case.
    pub name: String,
    /// The value, character references resolved.
    pub value: String,
    /// Where the value stands, its quotes not included.
    pub range: Range<usize>,
    /// Whether the value stands in double quotes.
    pub quoted: bool,
}

/// The parts of a piece of raw HTML, in order.
pub(super) fn parts(html: &str) -> Vec<Part> {
    let bytes = html.as_bytes();
    let mut parts = Vec::new();
    let mut at = 0;
    let mut text = 0;
    while at < bytes.len() {
        if bytes[at] != b'<' {
            at += 1;
            continue;
        }
        let end = match bytes.get(at + 1) {
            Some(b'!') if html[at..].starts_with("<!--") => hidden_end(html, at + 4, "-->"),
            Some(b'!' | b'?') => hidden_end(html, at + 2, ">"),
            Some(b'/') | Some(b'a'..=b'z' | b'A'..=b'Z') => {
                if text < at {
                    parts.push(Part::Text(text..at));
                }
                let (end, element) = tag(html, at, &mut parts);
                parts.push(Part::Tag(at..end));
                at = end;
                if ["script", "style"].contains(&element.as_str()) {
                    let close = format!("</{element}");
                    let length = html[end..]
                        .to_ascii_lowercase()
                        .find(&close)
                        .unwrap_or(html.len() - end);
                    parts.push(Part::Hidden(end..end + length));
                    at = end + length;
                }
                text = at;
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        if text < at {
            parts.push(Part::Text(text..at));
        }
        parts.push(Part::Hidden(at..end));
        at = end;
        text = end;
    }
    if text < bytes.len() {
        parts.push(Part::Text(text..bytes.len()));
    }
    parts
}

fn hidden_end(html: &str, from: usize, closing: &str) -> usize {
    html.get(from..)
        .and_then(|rest| rest.find(closing))
        .map_or(html.len(), |end| from + end + closing.len())
}

/// Reads a tag: its attributes go to `parts`. Returns its end and, for opening
/// tags, the element's name.
fn tag(html: &str, start: usize, parts: &mut Vec<Part>) -> (usize, String) {
    let bytes = html.as_bytes();
    let is_end = |byte: u8| byte.is_ascii_whitespace() || byte == b'/' || byte == b'>';
    let run = |from: usize, stop: &dyn Fn(u8) -> bool| {
        bytes[from..]
            .iter()
            .position(|&byte| stop(byte))
            .map_or(bytes.len(), |length| from + length)
    };
    let closing = bytes.get(start + 1) == Some(&b'/');
    let name_start = start + 1 + usize::from(closing);
    let mut at = run(name_start, &is_end);
    let element = html[name_start..at].to_ascii_lowercase();
    loop {
        at = run(at, &|byte| !byte.is_ascii_whitespace() && byte != b'/');
        if at >= bytes.len() || bytes[at] == b'>' {
            let end = (at + 1).min(bytes.len());
            return (end, if closing { String::new() } else { element });
        }
        let name_end = run(at + 1, &|byte| is_end(byte) || byte == b'=');
        let name = html[at..name_end].to_ascii_lowercase();
        at = run(name_end, &|byte| !byte.is_ascii_whitespace());
        if bytes.get(at) != Some(&b'=') {
            continue;
        }
        at = run(at + 1, &|byte| !byte.is_ascii_whitespace());
        let (range, after, quoted) = match bytes.get(at) {
            Some(&quote @ (b'"' | b'\'')) => {
                let end = run(at + 1, &|byte| byte == quote);
                (at + 1..end, (end + 1).min(bytes.len()), quote == b'"')
            }
            _ => {
                let end = run(at, &|byte| byte.is_ascii_whitespace() || byte == b'>');
                (at..end, end, false)
            }
        };
        at = after;
        if !closing {
            parts.push(Part::Attribute(Attribute {
                element: element.clone(),
                name,
                value: resolve(&html[range.clone()]),
                range,
                quoted,
            }));
        }
    }
}

/// Resolves the character references that addresses and ids are written with.
fn resolve(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // The longest reference understood here, `&#1114111;`, has 10 bytes.
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let resolved = end.and_then(|end| match &rest[1..end] {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            name => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)
            }
        });
        match (resolved, end) {
            (Some(c), Some(end)) => {
                out.push(c);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// The text that a reader sees of raw HTML, without tags and comments.
pub(super) fn visible_text(html: &str) -> String {
    let mut out = String::new();
    for part in parts(html) {
        match part {
            Part::Text(range) => out.push_str(&resolve(&html[range])),
            // A tag separates words only where it stands for a block.
            Part::Tag(range) if !is_phrasing(&html[range.clone()]) => out.push(' '),
            Part::Tag(_) | Part::Hidden(_) | Part::Attribute(_) => {}
        }
    }
    out
}

fn is_phrasing(tag: &str) -> bool {
    let name = tag
        .trim_start_matches(['<', '/'])
        .split(|c: char| !c.is_ascii_alphanumeric())
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    [
        "a", "abbr", "b", "code", "em", "i", "kbd", "mark", "s", "small", "span", "strong", "sub",
        "sup", "u", "var", "wbr",
    ]
    .contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::{Part, parts, visible_text};

    fn attributes(html: &str) -> Vec<(String, String, String, String)> {
        parts(html)
            .into_iter()
            .filter_map(|part| match part {
                Part::Attribute(a) => Some((a.element, a.name, a.value, html[a.range].to_owned())),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn attributes_have_their_places_however_they_are_quoted() {
        let found =
            attributes("<A HREF = 'x&amp;y.md' id=top\nname=\"q>r\" hidden><img src=a.png/>");
        let short: Vec<_> = found
            .iter()
            .map(|(e, n, v, _)| (e.as_str(), n.as_str(), v.as_str()))
            .collect();
        assert_eq!(
            short,
            [
                ("a", "href", "x&y.md"),
                ("a", "id", "top"),
                ("a", "name", "q>r"),
                ("img", "src", "a.png/"),
            ]
        );
        assert_eq!(found[0].3, "x&amp;y.md");
    }

    #[test]
    fn comments_scripts_and_closing_tags_have_no_attributes() {
        assert!(attributes("<!-- <a href=x> --><script>'<a href=x>'</script></p id=y>").is_empty());
        assert!(attributes("a < b <3 <").is_empty());
        assert_eq!(attributes("<a href=\"never closed").len(), 1);
    }

    #[test]
    fn text_is_what_a_reader_sees() {
        assert_eq!(
            visible_text("<p>a<b>b</b> &amp; c</p><!-- d --><style>e</style>f").trim(),
            "ab & c   f"
        );
    }
}
