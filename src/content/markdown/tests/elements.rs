use super::super::testing::{
    TestSurroundings, findings, html, plain_options, plain_with, render_with, rendered,
};
use crate::content::config::{MarkdownOptions, RawHtml};
use crate::ground::rule::Rule;

#[test]
fn headings_have_ids_and_links_to_themselves() {
    assert_eq!(
        html("## Fan & \"belt\"\n"),
        "<h2 id=\"fan--belt\">Fan &amp; &quot;belt&quot;<a class=\"anchor\" href=\"#fan--belt\" \
         aria-label=\"Link to this section: Fan &amp; &quot;belt&quot;\"></a></h2>\n"
    );
}

#[test]
fn ids_are_unique_and_give_way_to_explicit_ones() {
    let html = html("## A\n## A\n## B {#a-1}\n## A\n## C {#a}\n## !\n<p id=\"section\">\n");
    let ids: Vec<_> = html
        .split("<h2 id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(ids, ["a-2", "a-3", "a-1", "a-4", "a", "section-1"]);
}

#[test]
fn heading_attributes_cannot_run_code() {
    let html = html("## A {#x .big onclick=alert(1)}\n");
    assert!(html.starts_with("<h2 id=\"x\" class=\"big\">A"), "{html}");
    let trusted = plain_with("# A {data-x=1}", |o| o.heading_attributes = true);
    assert_eq!(trusted, "<h1 data-x=\"1\">A</h1>\n");
}

#[test]
fn an_h1_that_repeats_the_title_is_dropped() {
    assert_eq!(html("# *title!*\n\ntext\n"), "<p>text</p>\n");
    assert_eq!(html("text\n\n# Title\n"), "<p>text</p>\n");
    assert!(html("# Another\n").contains("<h1 id=\"another\">"));
    assert!(html("> # Title\n").contains("<h1"));
    let options = MarkdownOptions::default();
    let tagged = |text| {
        let title = Some("The <b> & <i> tags");
        render_with(text, title, &options, &TestSurroundings::default()).html
    };
    assert_eq!(tagged("# The <b> & <i> tags\n\ntext\n"), "<p>text</p>\n");
    assert!(tagged("# The <b> tags\n").contains("<h1"));
    let untitled = |text| render_with(text, None, &options, &TestSurroundings::default()).html;
    assert_eq!(untitled("# Whatever\n\n## B\n").matches("<h").count(), 1);
    assert_eq!(untitled("## B\n\n# Whatever\n").matches("<h").count(), 2);
}

#[test]
fn links_lead_where_the_site_says() {
    assert_eq!(
        html("[a](x.md \"t\") [b][c] <https://d.org> <e@f.org>\n\n[c]: y.md\n"),
        "<p><a href=\"/x/\" title=\"t\">a</a> <a href=\"/y/\">b</a> \
         <a href=\"https://d.org\">https://d.org</a> <a href=\"mailto:e@f.org\">e@f.org</a></p>\n"
    );
}

#[test]
fn broken_links_and_images_are_found_where_they_stand() {
    let text = "ä [b](missing.md) ![i](missing.png)\n\n> - [r]\n\n[r]: missing\n";
    assert_eq!(
        findings(text),
        [
            (
                Rule::BrokenLink,
                "[b](missing.md)".into(),
                "`missing.md` does not exist".into(),
                "did you mean `x.md`?".into()
            ),
            (
                Rule::BrokenImage,
                "![i](missing.png)".into(),
                "`missing.png` does not exist".into(),
                String::new()
            ),
            (
                Rule::BrokenLink,
                "[r]".into(),
                "`missing` does not exist".into(),
                "did you mean `x.md`?".into()
            ),
        ]
    );
    assert!(rendered(text).html.contains("<a href=\"missing.md\">b</a>"));
}

#[test]
fn pure_fragments_are_asked_for_too() {
    let around = TestSurroundings::default();
    render_with(
        "[a](#b) [c](d.md#e)",
        None,
        &MarkdownOptions::default(),
        &around,
    );
    assert_eq!(*around.asked.borrow(), ["#b", "d.md#e"]);
}

#[test]
fn targets_that_run_code_are_emptied() {
    for target in [
        "javascript:alert(1)",
        "JAVASCRIPT:x",
        "vbscript:x",
        "data:text/html,x",
        "&#x6A;avascript:x",
    ] {
        let html = html(&format!("[a]({target}) ![b]({target})"));
        assert!(html.contains("<a href=\"\">a</a>"), "{html}");
        assert!(html.contains("<img src=\"\""), "{html}");
    }
    assert!(html("![b](data:image/png;base64,AA)").contains("data:image"));
    let trusted = plain_with("[a](javascript:x)", |_| {});
    assert!(trusted.contains("javascript:x"));
}

#[test]
fn images_know_their_size_and_wait() {
    assert_eq!(
        html("![a *b*](1.png) ![c](2.png \"t\")\n"),
        "<p><img src=\"1.png\" alt=\"a b\" width=\"4\" height=\"3\" /> \
         <img src=\"2.png\" alt=\"c\" title=\"t\" width=\"4\" height=\"3\" loading=\"lazy\" \
         decoding=\"async\" /></p>\n"
    );
}

#[test]
fn titled_and_credited_images_are_figures() {
    assert_eq!(
        html("![a](1.svg \"T\")\n"),
        "<figure><img src=\"1.svg\" alt=\"a\" /><figcaption>T</figcaption></figure>\n"
    );
    assert_eq!(
        html("![a](credited.svg)\n"),
        "<figure><img src=\"credited.svg\" alt=\"a\" /><figcaption><span class=\"credit\">\
         By &lt;A&gt;</span></figcaption></figure>\n"
    );
    assert!(html("![a](credited.svg \"T\")").contains(">T <span class=\"credit\">"));
    assert_eq!(
        html("![a](1.svg)\n"),
        "<p><img src=\"1.svg\" alt=\"a\" /></p>\n"
    );
}

#[test]
fn alerts_are_admonitions_with_the_writers_word() {
    assert_eq!(
        html("> [!warning]\n> Hot.\n"),
        "<div class=\"admonition warning\" role=\"note\" aria-label=\"Warning\">\n\
         <p class=\"admonition-title\">Warning</p>\n<p>Hot.</p>\n</div>\n"
    );
    assert_eq!(
        html("> [!DANGER] Capacitors *hold* charge\n> Wait.\n>\n> - a\n"),
        "<div class=\"admonition danger\" role=\"note\" aria-label=\"Capacitors hold charge\">\n\
         <p class=\"admonition-title\">Capacitors <em>hold</em> charge</p>\n<p>Wait.</p>\n\
         <ul>\n<li>a</li>\n</ul>\n</div>\n"
    );
    for kind in ["NOTE", "TIP", "IMPORTANT", "NOTICE", "CAUTION"] {
        let html = html(&format!("> [!{kind}]\n"));
        assert!(
            html.contains(&format!("admonition {}", kind.to_lowercase())),
            "{html}"
        );
    }
    assert!(html("> [!NOTE]  \r\n> text\r\n").contains("<p>text</p>"));
    assert!(html("- > [!TIP]\n  > > [!NOTE]\n  > > in\n").contains("admonition note"));
}

#[test]
fn alerts_of_an_unknown_kind_stay_quotations() {
    let text = "> [!WARNNG]\n> Hot.\n";
    assert_eq!(
        findings(text),
        [(
            Rule::UnknownAdmonition,
            "[!WARNNG]".into(),
            "there is no alert `[!WARNNG]`; it stays a quotation".into(),
            "did you mean `[!WARNING]`?".into()
        )]
    );
    assert_eq!(
        rendered(text).html,
        "<blockquote>\n<p>[!WARNNG]\nHot.</p>\n</blockquote>\n"
    );
    for text in [
        "> [!x] and more\n",
        "> \\[!NOTE]\n",
        "> a [!WARNNG]\n",
        "> [!NOTE]x\n",
    ] {
        assert!(html(text).starts_with("<blockquote>"), "{text}");
    }
    let link = html("> [!NOTE]\n\n[!note]: x.md\n");
    assert!(link.contains("<blockquote>\n<p><a href"), "{link}");
}

#[test]
fn tasks_have_disabled_boxes_with_names() {
    assert_eq!(
        html("- [ ] a\n- [x] b\n- c\n"),
        "<ul>\n<li class=\"task\"><input type=\"checkbox\" disabled aria-label=\"To do\"> a</li>\n\
         <li class=\"task\"><input type=\"checkbox\" checked disabled aria-label=\"Done\"> b</li>\n\
         <li>c</li>\n</ul>\n"
    );
}

#[test]
fn tables_can_be_scrolled_and_reached() {
    assert_eq!(
        html("a | b\n:-|-:\nc | `d`\n"),
        "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"Table\"><table>\n\
         <thead>\n<tr>\n<th scope=\"col\" class=\"left\">a</th>\n\
         <th scope=\"col\" class=\"right\">b</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n\
         <td class=\"left\">c</td>\n\
         <td class=\"right\"><code>d</code></td>\n</tr>\n</tbody>\n</table></div>\n"
    );
    assert!(!html("a | b\n--|--\n").contains("tbody"));
}

#[test]
fn footnotes_stand_at_the_end_in_the_order_of_reference() {
    let html = html("a[^z] b[^y] c[^z]\n\n[^y]: Y\n[^z]: Z[^x]\n[^x]: X\n[^w]: never\n");
    assert!(html.starts_with(
        "<p>a<sup class=\"footnote-ref\"><a href=\"#fn-1\" id=\"fnref-1\" role=\"doc-noteref\" \
         aria-label=\"Footnote 1\">1</a></sup> b<sup"
    ));
    assert!(html.contains("id=\"fnref-1-2\""), "{html}");
    let notes = html.split("<ol>").nth(1).unwrap();
    let order: Vec<_> = ["<p>Z", "<p>Y", "<p>X"]
        .iter()
        .map(|n| notes.find(n).unwrap())
        .collect();
    assert!(order.is_sorted(), "{notes}");
    assert!(!html.contains("never"));
    assert!(
        notes.contains("href=\"#fnref-1-2\" role=\"doc-backlink\""),
        "{notes}"
    );
}

#[test]
fn definition_lists_and_strikethrough_are_known() {
    assert_eq!(
        html("T\n: D ~~x~~\n"),
        "<dl>\n<dt>T</dt>\n<dd>D <del>x</del></dd>\n</dl>\n"
    );
}

#[test]
fn each_addition_has_its_switch() {
    let text = "## H {#i}\n\n> [!NOTE]\n> a[^1] ~~s~~ www.a.org \"q\"\n\n- [ ] t\n\na | b\n--|--\nc | d\n\n\
                T\n: D\n\n![a](b.png \"t\")\n\n[^1]: n o\n";
    let off = plain_with(text, |_| {});
    for mark in [
        "id=",
        "admonition",
        "<del>",
        "<a",
        "<input",
        "<table",
        "<dl",
        "<figure",
        "“",
    ] {
        assert!(!off.contains(mark), "{mark}: {off}");
    }
    let on = |set: fn(&mut MarkdownOptions)| plain_with(text, set);
    assert!(on(|o| o.heading_attributes = true).contains("id=\"i\""));
    assert!(on(|o| o.heading_anchors = true).contains("class=\"anchor\""));
    assert!(on(|o| o.admonitions = true).contains("admonition"));
    assert!(on(|o| o.strikethrough = true).contains("<del>"));
    assert!(on(|o| o.autolinks = true).contains("<a href"));
    assert!(on(|o| o.task_lists = true).contains("<input"));
    assert!(on(|o| o.tables = true).contains("<table"));
    assert!(on(|o| o.definition_lists = true).contains("<dl"));
    assert!(on(|o| o.figures = true).contains("<figure"));
    assert!(on(|o| o.footnotes = true).contains("doc-noteref"));
    assert!(on(|o| o.smart_punctuation = true).contains('“'));
}

#[test]
fn code_is_highlighted_and_its_fence_is_read() {
    assert_eq!(
        html("```rust,ignore\na < b\n```\n"),
        "<div class=\"code\"><pre tabindex=\"0\"><code class=\"language-rust\" \
         data-language=\"rust\">a &lt; b\n</code></pre></div>\n"
    );
    assert!(html("```rust {file=\"a.rs\"}\r\nx\r\ny\r\n```\r\n").contains("x\ny\n</code>"));
    assert!(html("    code\n").contains("<pre tabindex=\"0\"><code>code\n"));
}

#[test]
fn findings_of_code_stand_at_the_info_string() {
    let text = "- x\n\n  ```nope\n  ```\n\n```long\n```\n\n~~~ sh titel=\"a\" hl=x\n~~~\n";
    let found = findings(text);
    let places: Vec<_> = found
        .iter()
        .map(|f| (f.0, f.1.as_str(), f.3.as_str()))
        .collect();
    assert_eq!(
        places,
        [
            (Rule::UnknownLanguage, "nope", "did you mean `nop`?"),
            (Rule::CodeNotHighlighted, "long", ""),
            (Rule::FenceAttribute, "titel=\"a\"", "did you mean `title`?"),
            (Rule::FenceAttribute, "hl=x", ""),
        ]
    );
}

#[test]
fn places_are_true_behind_front_matter() {
    use crate::ground::{paths::SrcPath, source::Source};
    let text = "---\ntitle: ä\n---\n\nsee [a](missing)\n";
    let source = Source::new(SrcPath::new("a.md"), text);
    let body = text.find("\n\n").unwrap() + 1..text.len();
    let options = MarkdownOptions {
        raw_html: RawHtml::Escape,
        ..plain_options()
    };
    let options = MarkdownOptions {
        resolve_links: true,
        ..options
    };
    let around = TestSurroundings::default();
    let rendered = super::super::render(&source, body, None, &options, &around);
    let place = rendered.diagnostics[0].place.clone().unwrap();
    assert_eq!((place.line, place.column, place.length), (5, 5, 12));
}
