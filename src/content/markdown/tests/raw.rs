use super::super::testing::{facts, findings, html, plain_with, rendered};
use crate::content::config::RawHtml;
use crate::ground::rule::Rule;

#[test]
fn elements_around_several_blocks_survive() {
    assert_eq!(
        html("<details open>\n<summary>More</summary>\n\n- a\n- b\n\n</details>\n\nend\n"),
        "<details open=\"\">\n<summary>More</summary>\n<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n\
         </details>\n<p>end</p>\n"
    );
}

#[test]
fn inline_elements_survive() {
    assert_eq!(
        html("Press <kbd>*Ctrl*</kbd> & H<sub>2</sub>O<br>x\n"),
        "<p>Press <kbd><em>Ctrl</em></kbd> &amp; H<sub>2</sub>O<br>x</p>\n"
    );
}

#[test]
fn scripts_and_comments_go() {
    let html = html(
        "a <!-- b --> c\n\n<!-- d -->\n\n<script>\nalert(1)\n</script>\n\ne <script>f</script>\n\n\
         <a href=\"javascript:x\" onclick=x>g</a>\n",
    );
    for word in ["b", "d", "alert", "script", "onclick"] {
        assert!(!html.contains(word), "{word}: {html}");
    }
    assert!(html.contains("<a>g</a>"), "{html}");
}

#[test]
fn our_own_markup_is_not_cleaned() {
    let html = html("<b>x</b>\n\n- [x] a <i>b</i>\n\n```sh\nls\n```\n");
    assert!(
        html.contains("<input type=\"checkbox\" checked disabled"),
        "{html}"
    );
    assert!(html.contains("<pre tabindex=\"0\">"), "{html}");
    assert!(html.contains("a <i>b</i></li>"), "{html}");
}

#[test]
fn what_is_left_open_ends_with_its_element() {
    assert_eq!(
        html("- <b>a\n- b\n\nc\n"),
        "<ul>\n<li><b>a</b></li>\n<li>b</li>\n</ul>\n<p>c</p>\n"
    );
    for tag in [
        "<title>",
        "<iframe>",
        "<div>",
        "<textarea>x</textarea>",
        "<xmp>",
        "<table>",
    ] {
        let html = html(&format!("a\n\n{tag}\n\n## b\n\nc\n"));
        assert!(
            html.contains("<h2 id=\"b\">b") && html.contains("<p>c</p>"),
            "{tag}: {html}"
        );
    }
}

#[test]
fn placeholders_are_text() {
    assert_eq!(
        html("ping <host-name> of <VM>, `<x>`\n\n<div>\n<b>a</b> <my id=\"b\">\n</div>\n"),
        "<p>ping &lt;host-name&gt; of &lt;VM&gt;, <code>&lt;x&gt;</code></p>\n\
         <div>\n<b>a</b> &lt;my id=\"b\"&gt;\n</div>\n"
    );
}

#[test]
fn policies_differ() {
    let text = "<b>x</b> <!-- c -->\n\n<div id=i>\ny\n</div>\n";
    assert_eq!(
        plain_with(text, |_| {}),
        "<p><b>x</b> <!-- c --></p>\n<div id=i>\ny\n</div>\n"
    );
    assert_eq!(
        plain_with(text, |o| o.raw_html = RawHtml::Escape),
        "<p>&lt;b&gt;x&lt;/b&gt; &lt;!-- c --&gt;</p>\n\
         <p>&lt;div id=i&gt;\ny\n&lt;/div&gt;</p>\n"
    );
}

#[test]
fn links_and_images_of_raw_html_are_the_sites() {
    let text = "<a href=\"x.md\">a</a> <img src='b.png'>\n\n> <p>\n> <a\n>  href=missing.md>c</a> ä <a href=\"missing2\">\n";
    let html = rendered(text).html;
    assert!(
        html.contains("<a href=\"/x/\">a</a> <img src=\"b.png\">"),
        "{html}"
    );
    let found = findings(text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(
        (found[0].0, found[0].1.as_str()),
        (Rule::BrokenLink, "missing.md")
    );
    assert_eq!(
        (found[1].0, found[1].1.as_str()),
        (Rule::BrokenLink, "missing2")
    );
    let facts = facts(text, None);
    assert_eq!(facts.links, ["missing.md", "missing2", "x.md"]);
    assert_eq!(facts.images, ["b.png"]);
    let trusted = plain_with("<a href='x.md' id=k>a</a>", |o| o.resolve_links = true);
    assert_eq!(trusted, "<p><a href='/x/' id=k>a</a></p>\n");
}

#[test]
fn ids_of_raw_html_are_anchors() {
    let facts = facts(
        "<a name=\"top\"></a>\n\n<div id=x>\n\n<form id=f>\n\n## X\n",
        None,
    );
    assert_eq!(facts.anchors, ["top", "x", "x-1"]);
}
