//! Cleaning raw HTML.
//!
//! What a writer put into one element of Markdown is cleaned together, so that
//! `<details>` around a list survives, and so that nothing that is opened in
//! one element can reach out of it. Our own markup is not shown to the
//! cleaner: slots stand for it, elements of a name that the raw HTML does not
//! have, and an element's name can be written in no other way. Invariant: no
//! slot is lost; where cleaning would swallow one, as an open `<title>` does,
//! every piece of raw HTML is cleaned for itself.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;

use super::escape::is_unsafe;
use super::raw_html::{Part, parts};

/// Elements that are kept beside those that ammonia keeps by itself.
const MORE_ELEMENTS: &[&str] = &[
    "audio",
    "details",
    "figcaption",
    "figure",
    "picture",
    "section",
    "source",
    "summary",
    "track",
    "video",
];

/// Attributes that every element may have.
const ATTRIBUTES: &[&str] = &[
    "align",
    "aria-hidden",
    "aria-label",
    "class",
    "dir",
    "height",
    "hidden",
    "id",
    "lang",
    "role",
    "title",
    "translate",
    "valign",
    "width",
];

/// Attributes of single elements, beside those that ammonia keeps.
const OWN_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["name", "download"]),
    ("audio", &["controls", "loop", "muted", "preload", "src"]),
    ("details", &["name", "open"]),
    ("img", &["loading", "decoding"]),
    ("source", &["src", "type", "media"]),
    ("td", &["scope"]),
    ("track", &["default", "kind", "label", "src", "srclang"]),
    (
        "video",
        &[
            "controls",
            "loop",
            "muted",
            "playsinline",
            "poster",
            "preload",
            "src",
        ],
    ),
];

/// Opening tags that one element of Markdown may hold. The cleaner's time
/// grows with the square of their nesting.
const MOST_TAGS: usize = 2_000;

/// The name of a slot where no raw HTML has it.
const SLOT: &str = "gp-slot";

static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| builder(SLOT));

fn builder(slot: &str) -> Builder<'_> {
    let mut builder = Builder::default();
    builder
        .add_tags(MORE_ELEMENTS)
        .add_generic_attributes(ATTRIBUTES)
        .add_url_schemes(["data"])
        .link_rel(None)
        .strip_comments(true)
        .attribute_filter(|element, attribute, value| {
            let image = element == "img" && attribute == "src";
            let address = ["href", "src", "poster", "cite"].contains(&attribute);
            (!address || !is_unsafe(value, image)).then(|| value.into())
        });
    for (element, attributes) in OWN_ATTRIBUTES {
        builder.add_tag_attributes(*element, *attributes);
    }
    builder.add_tags([slot]).add_tag_attributes(slot, ["n"]);
    builder
}

/// Whether the cleaner keeps an element.
pub(super) fn keeps(element: &str) -> bool {
    static KEPT: LazyLock<HashSet<&'static str>> = LazyLock::new(|| BUILDER.clone_tags());
    element != SLOT && KEPT.contains(element)
}

/// Elements of HTML that are not kept. What is neither kept nor among these is
/// no element at all, but a placeholder such as `<node-name>`.
const OTHER_ELEMENTS: &[&str] = &[
    "address",
    "applet",
    "base",
    "basefont",
    "body",
    "button",
    "canvas",
    "datalist",
    "dialog",
    "dir",
    "embed",
    "fieldset",
    "font",
    "form",
    "frame",
    "frameset",
    "head",
    "html",
    "iframe",
    "input",
    "isindex",
    "keygen",
    "label",
    "legend",
    "link",
    "listing",
    "main",
    "marquee",
    "math",
    "menu",
    "menuitem",
    "meta",
    "meter",
    "nobr",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "optgroup",
    "option",
    "output",
    "param",
    "plaintext",
    "portal",
    "progress",
    "script",
    "search",
    "select",
    "slot",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "xmp",
];

/// Raw HTML in which tags that HTML does not know are text, so that
/// `ping <host>` does not lose its argument.
pub(super) fn with_placeholders(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    if lower.contains("<svg") || lower.contains("<math") {
        // These have elements of their own.
        return html.to_owned();
    }
    let mut out = String::with_capacity(html.len());
    for part in parts(html) {
        match part {
            Part::Tag(range) => {
                let tag = &html[range.clone()];
                let name = tag
                    .trim_start_matches(['<', '/'])
                    .split(|c: char| c.is_whitespace() || c == '/' || c == '>')
                    .next()
                    .unwrap_or_default();
                let name = name.to_ascii_lowercase();
                // `</>` and the like are comments to HTML.
                let known =
                    name.is_empty() || keeps(&name) || OTHER_ELEMENTS.contains(&name.as_str());
                if known {
                    out.push_str(tag);
                } else {
                    super::escape::push_text(&mut out, tag);
                }
            }
            Part::Text(range) | Part::Hidden(range) => out.push_str(&html[range]),
            Part::Attribute(_) => {}
        }
    }
    out
}

/// What an element of Markdown is made of.
#[derive(Debug)]
pub(super) enum Content {
    /// Escaped text and white space.
    Text(String),
    /// Our own markup.
    Own(String),
    /// Raw HTML.
    Raw(String),
}

/// The cleaned HTML of an element's content.
pub(super) fn clean(content: &[Content]) -> String {
    let tags: usize = content
        .iter()
        .map(|part| match part {
            Content::Raw(html) => html.matches('<').count(),
            Content::Text(_) | Content::Own(_) => 0,
        })
        .sum();
    if tags > MOST_TAGS {
        return apart(content, super::escape::text);
    }
    let slot = slot_name(content);
    let mut html = String::new();
    for (index, part) in content.iter().enumerate() {
        match part {
            Content::Text(text) | Content::Raw(text) => html.push_str(text),
            Content::Own(_) => html.push_str(&format!("<{slot} n=\"{index}\"></{slot}>")),
        }
    }
    let cleaned = if slot == SLOT {
        BUILDER.clean(&html).to_string()
    } else {
        builder(&slot).clean(&html).to_string()
    };
    filled(&cleaned, &slot, content)
        .unwrap_or_else(|| apart(content, |html| BUILDER.clean(html).to_string()))
}

/// A name that no raw HTML has.
fn slot_name(content: &[Content]) -> String {
    let mut name = SLOT.to_owned();
    let taken = |name: &str| {
        content.iter().any(|part| match part {
            Content::Raw(html) => html.to_ascii_lowercase().contains(name),
            Content::Text(_) | Content::Own(_) => false,
        })
    };
    while taken(&name) {
        name.push('x');
    }
    name
}

/// Puts our markup back; `None` if a slot is missing or has moved.
fn filled(cleaned: &str, slot: &str, content: &[Content]) -> Option<String> {
    let mut out = String::with_capacity(cleaned.len() * 2);
    let opening = format!("<{slot} n=\"");
    let closing = format!("\"></{slot}>");
    let mut rest = cleaned;
    for (index, part) in content.iter().enumerate() {
        let Content::Own(own) = part else { continue };
        let at = rest.find(&opening)?;
        out.push_str(&rest[..at]);
        rest = rest[at + opening.len()..]
            .strip_prefix(&index.to_string())?
            .strip_prefix(&closing)?;
        out.push_str(own);
    }
    if rest.contains(&opening) {
        return None;
    }
    out.push_str(rest);
    Some(out)
}

/// Every piece of raw HTML for itself.
fn apart(content: &[Content], raw: impl Fn(&str) -> String) -> String {
    content
        .iter()
        .map(|part| match part {
            Content::Text(text) | Content::Own(text) => text.clone(),
            Content::Raw(html) => raw(html),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Content, clean};

    fn raw(html: &str) -> Content {
        Content::Raw(html.into())
    }

    fn own(html: &str) -> Content {
        Content::Own(html.into())
    }

    #[test]
    fn elements_around_our_markup_survive() {
        let html = clean(&[
            raw("<details onclick=x><summary>S</summary>\n"),
            own("<ul style=\"kept\"><li>"),
            raw("</details>"),
        ]);
        assert_eq!(
            html,
            "<details><summary>S</summary>\n<ul style=\"kept\"><li></details>"
        );
    }

    #[test]
    fn nothing_swallows_our_markup() {
        for tag in [
            "<title>",
            "<textarea>",
            "<iframe>",
            "<xmp>",
            "<plaintext>",
            "<svg>",
            "<script>",
        ] {
            let html = clean(&[own("<p>a</p>"), raw(tag), own("<p>b</p>")]);
            assert_eq!(html, "<p>a</p><p>b</p>", "{tag}");
        }
        let html = clean(&[raw("<table><div>"), own("<p>a</p>"), raw("<td>")]);
        assert!(html.contains("<p>a</p>"), "{html}");
    }

    #[test]
    fn slots_cannot_be_forged() {
        let html = clean(&[
            raw("<gp-slot n=\"1\"></gp-slot><b title='<gp-slot n=\"1\"></gp-slot>'>x</b>"),
            own("<i>own</i>"),
        ]);
        assert_eq!(html.matches("<i>own</i>").count(), 1, "{html}");
    }

    #[test]
    fn what_runs_code_goes() {
        for html in [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<a href=\"java&#9;script:alert(1)\">x</a>",
            "<iframe src=x></iframe>",
            "<form action=x><input></form>",
            "<p style=\"position:fixed\">x</p>",
            "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
            "<video src=\"data:text/html,x\"></video>",
            "<!-- hidden -->",
        ] {
            let cleaned = clean(&[raw(html)]);
            for word in [
                "alert", "iframe", "form", "style", "data:", "hidden", "onerror",
            ] {
                assert!(!cleaned.contains(word), "{html}: {cleaned}");
            }
        }
        let image = "<img src=\"data:image/png;base64,AA\">";
        assert_eq!(clean(&[raw(image)]), image);
    }

    #[test]
    fn useful_elements_and_attributes_stay() {
        for html in [
            "<kbd class=\"k\" id=\"i\" lang=\"en\" dir=\"ltr\" title=\"t\">x</kbd>",
            "H<sub>2</sub>O<sup>2</sup> <abbr title=\"a\">b</abbr>",
            "<video src=\"a.mp4\" controls=\"\"></video>",
            "<a name=\"top\"></a>",
            "<div align=\"center\"><img src=\"a.png\" width=\"20\" height=\"10\"></div>",
        ] {
            assert_eq!(clean(&[raw(html)]), html);
        }
    }
}
