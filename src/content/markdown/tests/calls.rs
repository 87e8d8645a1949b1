use super::super::testing::{facts, findings, html, plain_with, rendered};
use crate::ground::rule::Rule;

const EMPTY: &str = "<aside []>";

#[test]
fn a_call_alone_on_its_line_is_a_block_and_others_are_inline() {
    assert_eq!(html("a\n{{<icon/>}}\nb\n"), "<p>a</p>\n<i></i>\n<p>b</p>\n");
    assert_eq!(html("a {{<icon/>}} *b*\n"), "<p>a <i></i> <em>b</em></p>\n");
    assert_eq!(html("{{<icon/>}} *b*\n"), "<p><i></i> <em>b</em></p>\n");
    assert_eq!(
        html("- {{<icon/>}}\n- x\n"),
        "<ul>\n<li>\n<i></i>\n</li>\n<li>x</li>\n</ul>\n"
    );
    assert_eq!(
        html("> {{<icon/>}}\n"),
        "<blockquote>\n<i></i>\n</blockquote>\n"
    );
    assert!(html("a | b\n--|--\n{{<icon/>}} | c\n").contains("<td><i></i></td>"));
    assert!(html("## A {{<icon/>}}\n").contains("<h2 id=\"a\">A <i></i><a"));
}

#[test]
fn arguments_are_handed_on_in_order() {
    let html = html("{{<note b=\"x>y\" a={[1, true]} />}}\n");
    assert!(
        html.contains("[(\"b\", Text(\"x>y\")), (\"a\", List([Int(1), Bool(true)]))]"),
        "{html}"
    );
}

#[test]
fn bodies_are_markdown_and_the_pages_own() {
    let text = "{% <note> %}\n## In\n\n- [x](x.md)\n{% </note> %}\n\nafter\n";
    let html = html(text);
    assert!(
        html.starts_with(&format!("{EMPTY}<h2 id=\"in\">")),
        "{html}"
    );
    assert!(
        html.contains("<a href=\"/x/\">x</a></li>\n</ul>\n</aside>\n<p>after</p>"),
        "{html}"
    );
    let facts = facts(text, None);
    assert_eq!(facts.headings.len(), 1);
    assert_eq!(facts.links, ["x.md"]);
}

#[test]
fn bodies_may_be_inline_and_nested() {
    assert_eq!(
        html("a {% <note> %}*b*{% </note> %} c\n"),
        format!("<p>a {EMPTY}<em>b</em></aside> c</p>\n")
    );
    assert_eq!(
        html("{% <note> %}*b*{% </note> %}\n"),
        format!("{EMPTY}<em>b</em></aside>")
    );
    assert_eq!(
        html("{% <note> %}\n{% <note> %}\nb\n{% </note> %}\n{% </note> %}\n"),
        format!("{EMPTY}{EMPTY}<p>b</p>\n</aside>\n</aside>\n")
    );
}

#[test]
fn code_comments_and_backslashes_keep_calls_from_being_made() {
    for text in [
        "`{{<icon/>}}`",
        "```\n{{<icon/>}}\n```",
        "    {{<icon/>}}",
        "<!-- {{<icon/>}} -->",
    ] {
        assert!(!html(text).contains("<i>"), "{text}");
    }
    assert_eq!(
        html("a \\{{<icon/>}} b\n"),
        "<p>a {{&lt;icon/&gt;}} b</p>\n"
    );
    let off = plain_with("{{ x }} {{<icon/>}}", |_| {});
    assert_eq!(off, "<p>{{ x }} {{<icon/>}}</p>\n");
}

#[test]
fn calls_live_beside_raw_html() {
    assert_eq!(
        html("<div>\n{{<icon/>}}\n</div>\n\n<b>x {{<icon/>}}</b>\n"),
        "<div>\n<i></i>\n</div>\n<p><b>x <i></i></b></p>\n"
    );
}

#[test]
fn unknown_calls_stay_text_and_are_named_once() {
    let text = "{{<nt a=\"1\" />}}\n\nx {{<nt/>}}\n\n{% <nt> %}\n*b*\n{% </nt> %}\n";
    assert_eq!(
        findings(text),
        [(
            Rule::UnknownShortcode,
            "{{<nt a=\"1\" />}}".into(),
            "there is no shortcode `nt`; the call is kept as text".into(),
            "did you mean `note`?".into()
        )]
    );
    assert_eq!(
        rendered(text).html,
        "<p>{{&lt;nt a=&quot;1&quot; /&gt;}}</p>\n<p>x {{&lt;nt/&gt;}}</p>\n\
         <p>{% &lt;nt&gt; %}</p>\n<p><em>b</em></p>\n<p>{% &lt;/nt&gt; %}</p>\n"
    );
}

#[test]
fn calls_of_hugo_stay_text_with_a_hint() {
    let text =
        "See [Node]({{< ref \"./Node.md\" >}}), {{< param x >}} and [b]({{< ref \"b\" >}}).\n";
    let found = findings(text);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].0, Rule::UnknownShortcode);
    assert_eq!(found[0].1, "{{< ref \"./Node.md\" >}}");
    assert!(found[0].3.contains("@/path/to/Node.md"), "{}", found[0].3);
    assert!(
        found[1].3.contains("{{<param key=\"value\" />}}"),
        "{}",
        found[1].3
    );
    let html = rendered(text).html;
    assert!(
        html.contains("[Node]({{&lt; ref &quot;./Node.md&quot; &gt;}})"),
        "{html}"
    );
}

#[test]
fn what_is_wrong_with_a_call_is_an_error_at_the_call() {
    for (text, at, message) in [
        ("{{<icon a/>}}", "{{<icon a/>}}", "has no value"),
        ("x\n\n{% <note> %}\ny", "{% <note> %}", "not closed"),
        ("{% </note> %}", "{% </note> %}", "was not opened"),
        (
            "- {% <note> %}\n\ny\n\n{% </note> %}\n",
            "{% <note> %}",
            "different elements",
        ),
        ("[a]({{<icon/>}})", "{{<icon/>}}", "target of a link"),
        (
            "[a]: {{<icon/>}}\n\n[a]",
            "{{<icon/>}}",
            "cannot stand here",
        ),
        ("{{<fails/>}}", "{{<fails/>}}", "division by zero"),
    ] {
        let found = findings(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(
            (found[0].0, found[0].1.as_str()),
            (Rule::Shortcode, at),
            "{text}"
        );
        assert!(found[0].2.contains(message), "{text}: {}", found[0].2);
    }
    let failed = rendered("{{<fails/>}}").diagnostics.remove(0);
    assert_eq!(failed.related.len(), 1);
}
