//! Small things that everything that writes HTML by hand needs.

/// Appends text, escaped for element content and for double-quoted attributes.
pub fn escape_into(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // HTML has no way to write a NUL; browsers show this instead.
            '\0' => html.push('\u{fffd}'),
            c => html.push(c),
        }
    }
}

/// The text, escaped for element content and for double-quoted attributes.
pub fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    escape_into(&mut html, text);
    html
}

/// Whether a text that somebody wrote as data may become a link's target:
/// `http:`, `https:` and `mailto:`, or a path that starts with `/`, `./` or
/// `../`. What a browser might read as another scheme or another host is not.
pub fn is_safe_link(target: &str) -> bool {
    let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
    if target.chars().any(odd) {
        return false;
    }
    let starts = |prefix: &str| {
        target
            .get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix) && target.len() > prefix.len())
    };
    let web = ["http://", "https://"]
        .iter()
        .any(|scheme| starts(scheme) && !target[scheme.len()..].starts_with('/'));
    let path = target.starts_with('/') && !target.starts_with("//");
    web || starts("mailto:") || path || target.starts_with("./") || target.starts_with("../")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_ends_text_or_an_attribute_survives() {
        assert_eq!(
            escape("<a b=\"c\" d='e'>&\0"),
            "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;\u{fffd}"
        );
    }

    #[test]
    fn only_known_schemes_and_paths_are_links() {
        for good in [
            "http://a.b",
            "HTTPS://a.b/c?d#e",
            "mailto:a@b.c",
            "/a/",
            "./a",
            "../a",
        ] {
            assert!(is_safe_link(good), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "JaVaScRiPt:x",
            "data:text/html,x",
            "//host/x",
            "/\\host",
            "\\\\host",
            "http://",
            "https:///x",
            "http:/x",
            "java\tscript:x",
            "/a b",
            "a/b",
            "",
            "\u{1}javascript:x",
            "./\u{0}x",
            "vbscript:x",
            "mailto:",
        ] {
            assert!(!is_safe_link(bad), "{bad}");
        }
    }
}
