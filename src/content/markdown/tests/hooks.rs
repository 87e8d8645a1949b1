use super::super::testing::{TestSurroundings, render_with};
use crate::content::config::MarkdownOptions;
use crate::ground::rule::Rule;

#[test]
fn hooks_are_given_their_inputs() {
    let text = "## *H*\n\n[l](https://a.org \"t\") ![i](a.png)\n\n> [!TIP] T\n> c\n\n```sh title=x\nls\n```\n";
    let all = [
        "hooks/image.html",
        "hooks/link.html",
        "hooks/heading.html",
        "hooks/code.html",
        "hooks/admonition.html",
    ];
    for hook in all {
        let around = TestSurroundings {
            hooks: vec![hook],
            ..TestSurroundings::default()
        };
        let rendered = render_with(text, None, &MarkdownOptions::default(), &around);
        assert_eq!(
            rendered.html.matches(&format!("<hook {hook}")).count(),
            1,
            "{hook}"
        );
        assert!(rendered.diagnostics.is_empty());
        let inputs = match hook {
            "hooks/image.html" => {
                "{\"src\":\"a.png\",\"alt\":\"i\",\"title\":\"\",\"width\":4,\"height\":3,\"first\":true,\"credit\":\"\"}"
            }
            "hooks/link.html" => {
                "{\"href\":\"https://a.org\",\"title\":\"t\",\"content\":\"l\",\"external\":true}"
            }
            "hooks/heading.html" => {
                "{\"level\":2,\"id\":\"h\",\"text\":\"H\",\"content\":\"<em>H</em>\"}"
            }
            "hooks/admonition.html" => {
                "{\"kind\":\"tip\",\"title\":\"T\",\"content\":\"<p>c</p>\\n\"}"
            }
            _ => {
                "{\"language\":\"sh\",\"title\":\"x\",\"code\":\"ls\\n\",\"content\":\"<div class="
            }
        };
        assert!(rendered.html.contains(inputs), "{hook}: {}", rendered.html);
    }
}

#[test]
fn a_hook_that_fails_is_reported_and_replaced() {
    let hooks = vec![
        "hooks/link.html",
        "hooks/heading.html",
        "hooks/image.html",
        "hooks/code.html",
        "hooks/admonition.html",
    ];
    let text = "## H\n\n[l](x.md) ![i](a.png)\n\n> [!TIP] T\n> c\n\n```sh\nls\n```\n";
    let around = TestSurroundings {
        hooks,
        broken: true,
        ..TestSurroundings::default()
    };
    let rendered = render_with(text, None, &MarkdownOptions::default(), &around);
    assert_eq!(rendered.html.len(), html_without_hooks(text).len());
    assert_eq!(rendered.diagnostics.len(), 5);
    for finding in rendered.diagnostics {
        assert_eq!(finding.rule, Rule::Template);
        assert!(
            finding.message.ends_with("no value `x`"),
            "{}",
            finding.message
        );
        assert_eq!(finding.related.len(), 1);
    }
}

fn html_without_hooks(text: &str) -> String {
    let around = TestSurroundings::default();
    render_with(text, None, &MarkdownOptions::default(), &around).html
}
