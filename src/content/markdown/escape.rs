//! Escaping for HTML: text, attribute values and addresses.

/// Appends `text` so that it is safe as text and inside a quoted attribute.
pub(crate) fn push_text(out: &mut String, text: &str) {
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            // HTML has no way to write this character.
            0 => "\u{fffd}",
            _ => continue,
        };
        out.push_str(&text[from..at]);
        out.push_str(escape);
        from = at + 1;
    }
    out.push_str(&text[from..]);
}

/// `text`, escaped.
pub(crate) fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_text(&mut out, text);
    out
}

/// Appends an address for a quoted `href` or `src`: bytes that an address
/// cannot hold are percent-encoded, everything already encoded is kept.
pub(crate) fn push_href(out: &mut String, href: &str) {
    for byte in href.bytes() {
        match byte {
            b'&' => out.push_str("&amp;"),
            b'\'' => out.push_str("&#x27;"),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            _ if b"-_.+!*(),%#@?=;:/$~".contains(&byte) => out.push(char::from(byte)),
            _ => {
                const HEX: &[u8; 16] = b"0123456789ABCDEF";
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

/// Appends ` name="value"`, escaped.
pub(crate) fn push_attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    push_text(out, value);
    out.push('"');
}

/// Whether an address would run code: `javascript:`, `vbscript:` and `data:`,
/// but for pictures in `data:`. Browsers overlook control characters and
/// white space in a scheme, so this does too.
pub(crate) fn is_unsafe(address: &str, image: bool) -> bool {
    let start: String = address
        .chars()
        .filter(|c| !c.is_control() && !c.is_whitespace())
        .take(16)
        .flat_map(char::to_lowercase)
        .collect();
    if image && start.starts_with("data:image/") {
        return false;
    }
    ["javascript:", "vbscript:", "data:"]
        .iter()
        .any(|scheme| start.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::{is_unsafe, push_href, text};

    #[test]
    fn text_is_escaped_and_nul_is_replaced() {
        assert_eq!(
            text("a<b> & \"c\" \0"),
            "a&lt;b&gt; &amp; &quot;c&quot; \u{fffd}"
        );
    }

    #[test]
    fn addresses_keep_what_is_encoded() {
        let mut out = String::new();
        push_href(&mut out, "/a b/ä%20?q='x'&y=[1]");
        assert_eq!(out, "/a%20b/%C3%A4%20?q=&#x27;x&#x27;&amp;y=%5B1%5D");
    }

    #[test]
    fn schemes_that_run_code_are_found_however_they_are_written() {
        assert!(is_unsafe("JavaScript:alert(1)", false));
        assert!(is_unsafe(" java\tscript:alert(1)", false));
        assert!(is_unsafe("data:text/html,x", true));
        assert!(is_unsafe("data:image/png;base64,x", false));
        assert!(!is_unsafe("data:image/png;base64,x", true));
        assert!(!is_unsafe("https://example.org/javascript:", false));
    }
}
