use super::super::testing::{TestSurroundings, facts, render_with};
use crate::content::config::MarkdownOptions;

#[test]
fn facts_are_those_of_the_page() {
    let facts = facts(
        "# Title\n\nSome *text* and `code`, [a](x.md) ![i](p.png \"t\").\n\n## One\n\n- [x] two\n\n\
         ```\nnot counted\n```\n\nwww.a.org[^1]\n\n[^1]: note\n",
        Some("title"),
    );
    let headings: Vec<_> = facts
        .headings
        .iter()
        .map(|h| (h.level, h.id.as_str()))
        .collect();
    assert_eq!(headings, [(2, "one")]);
    assert_eq!(facts.first_h1.unwrap().id, "title");
    assert_eq!(facts.links, ["http://www.a.org", "x.md"]);
    assert_eq!(facts.images, ["p.png"]);
    assert_eq!(facts.anchors, ["fn-1", "fnref-1", "one", "title"]);
    assert_eq!(facts.summary, "Some text and code, a .");
    assert_eq!(facts.words, 5 + 1 + 1 + 1 + 1);
    assert!(!facts.text.contains("not counted"));
    assert_eq!(
        facts.text,
        "Some text and code, a .\nOne\ntwo\nwww.a.org\nnote"
    );
}

#[test]
fn a_title_is_taken_from_the_first_heading_alone() {
    let first = facts("# A\n\n## B\n", None);
    assert_eq!(first.first_h1.unwrap().text, "A");
    assert_eq!(first.headings.len(), 1);
    let later = facts("## B\n\n# A\n", None);
    assert_eq!(later.first_h1.unwrap().text, "A");
    assert_eq!(later.headings.len(), 2);
    assert!(facts("> # A\n", None).first_h1.is_none());
}

#[test]
fn a_summary_is_the_first_paragraph_that_says_anything() {
    let summary = |text: &str| facts(text, None).summary;
    assert_eq!(
        summary("# H\n\n![i](a.png)\n\n{{<icon/>}}\n\nx\ny\n\nz"),
        "x y"
    );
    assert_eq!(summary("> [!NOTE] Title\n> Body.\n"), "Body.");
    assert_eq!(summary("- a\n- b\n"), "");
    let long = summary(&"word ".repeat(100));
    assert_eq!(long.chars().count(), 300);
    assert!(long.ends_with("word…"), "{long}");
    let unbroken = summary(&"ä".repeat(400));
    assert_eq!(unbroken.chars().count(), 301);
}

#[test]
fn words_are_counted_in_every_script() {
    let words = |text| facts(text, None).words;
    assert_eq!(words("It's 5 o'clock – don't wait."), 5);
    assert_eq!(words("電源を切る"), 5);
    assert_eq!(words("<b>one</b> two<br>three <!-- four -->"), 3);
    assert_eq!(words("a**b**c"), 1);
    assert_eq!(
        words("<details>\n<summary>one two</summary>\n\nthree\n</details>"),
        3
    );
}

#[test]
fn what_analyse_reports_is_what_render_writes() {
    let text = "# T\n\n## A\n\n{% <note> %}\n## A\n{% </note> %}\n\n> ## A\n\n## B {#a}\n\n<p id=\"a-1\">\n\n### ä ö[^n]\n\n[^n]: ## A\n";
    let facts = facts(text, None);
    let around = TestSurroundings::default();
    let html = render_with(text, None, &MarkdownOptions::default(), &around).html;
    assert_eq!(facts.headings.len(), 6);
    for heading in &facts.headings {
        let tag = format!("<h{} id=\"{}\"", heading.level, heading.id);
        assert_eq!(html.matches(&tag).count(), 1, "{tag}: {html}");
    }
    for anchor in &facts.anchors {
        let shown = html.matches(&format!("id=\"{anchor}\"")).count();
        let title = facts.first_h1.as_ref().unwrap();
        assert_eq!(shown, usize::from(*anchor != title.id), "{anchor}: {html}");
    }
}
