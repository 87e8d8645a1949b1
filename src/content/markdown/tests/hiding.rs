use pulldown_cmark::Options;

use super::super::calls::{Role, hide};
use crate::ground::paths::SrcPath;
use crate::ground::source::Source;

fn hidden(text: &str) -> (String, Vec<&'static str>, Vec<String>) {
    let source = Source::new(SrcPath::new("a.md"), text);
    let hidden = hide(&source, 0..text.len(), Options::empty(), true);
    assert_eq!(hidden.text.len(), text.len());
    let roles = hidden
        .calls
        .iter()
        .map(|call| match call.role {
            Role::Whole(..) => "whole",
            Role::Open(..) => "open",
            Role::Close => "close",
            Role::Literal(_) => "literal",
        })
        .collect();
    let messages = hidden.diagnostics.into_iter().map(|d| d.message).collect();
    (hidden.text.into_owned(), roles, messages)
}

#[test]
fn blocks_become_comments_and_others_tags() {
    assert_eq!(hidden("{{<a/>}}\n").0, "<!--x-->\n");
    assert_eq!(hidden("- > {{<a/>}}  \n").0, "- > <!--x-->  \n");
    assert_eq!(hidden("see {{<a/>}}.").0, "see <g00000>.");
    assert_eq!(hidden("{%<a>%}b{%</a>%}").0, "<g0000>b<g00000>");
}

#[test]
fn code_and_comments_hold_no_calls() {
    for text in [
        "`{{<a/>}}`",
        "```\n{{<a/>}}\n```",
        "x\n\n    {{<a/>}}",
        "<!-- {{<a/>}}\n{{<a/>}} -->",
        "<a title=\"{{<a/>}}\">",
    ] {
        assert_eq!(hidden(text).0, text);
    }
}

#[test]
fn a_backslash_makes_text_of_a_call() {
    assert_eq!(hidden("\\{{<a/>}}").1, ["literal"]);
    assert_eq!(hidden("\\\\{{<a/>}}").1, ["whole"]);
}

#[test]
fn bodies_are_matched_and_the_unmatched_are_named() {
    let (_, roles, messages) = hidden("{%<a>%} {%<b>%} {%</a>%} {%</c>%}");
    assert_eq!(roles, ["open", "literal", "close", "literal"]);
    assert!(messages[0].starts_with("`b` is opened here and not closed"));
    assert_eq!(messages[1], "`c` is closed here and was not opened");
}
