//! No input makes the renderer panic, overflow the stack or stall.

use std::time::{Duration, Instant};

use super::super::testing::{TestSurroundings, facts, plain_options, render_with};
use crate::content::config::{MarkdownOptions, RawHtml};

fn option_sets() -> Vec<MarkdownOptions> {
    let all = MarkdownOptions {
        smart_punctuation: true,
        ..MarkdownOptions::default()
    };
    [RawHtml::Sanitize, RawHtml::Allow, RawHtml::Escape]
        .into_iter()
        .flat_map(|raw_html| {
            [
                MarkdownOptions {
                    raw_html,
                    ..all.clone()
                },
                MarkdownOptions {
                    raw_html,
                    ..plain_options()
                },
            ]
        })
        .collect()
}

/// A bit of everything.
const SAMPLE: &str = "# Titel {#t .c}\r\n\n> [!WARNING] Ä *b*\n> c\n\n- [ ] {{<icon a=\"ü\" n={[1,2]} />}}\n- [x] x\n\n\
    {% <note> %}\n<details><summary>s</summary>\n\n```rust,ignore {file=\"a\" hl=\"2-3\"}\na\n```\n\n</details>\n{% </note> %}\n\n\
    a | b\n:-:|--\n`c` | \\{{<d/>}}\n\nT\n: D[^1] ~~s~~ www.a.org/__b__ c@d.ee &amp;\n\n[^1]: ![i *j*](k.png \"l\")\n\n\
    [m]: <n.md> 'o'\n[m] <kbd title='x'>p</kbd> <!-- q --> {{< ref \"r\" >}}\n\n```console\n$ s\nt\n```\n";

#[test]
fn every_example_of_commonmark_renders_under_every_option() {
    let examples: Vec<serde_json::Value> = serde_json::from_str(include_str!(
        "../../../../tests/spec/commonmark-0.31.2.json"
    ))
    .unwrap();
    let around = TestSurroundings::default();
    for options in option_sets() {
        for example in &examples {
            let markdown = example["markdown"].as_str().unwrap();
            let once = render_with(markdown, Some("x"), &options, &around);
            let twice = render_with(markdown, Some("x"), &options, &around);
            assert_eq!(once, twice);
        }
    }
}

#[test]
fn a_text_may_end_anywhere() {
    let around = TestSurroundings::default();
    let options = option_sets();
    for end in 0..=SAMPLE.len() {
        if !SAMPLE.is_char_boundary(end) {
            continue;
        }
        for options in &options {
            render_with(&SAMPLE[..end], None, options, &around);
            render_with(&SAMPLE[end..], None, options, &around);
        }
    }
}

#[test]
fn a_range_may_be_any_range() {
    use crate::ground::{paths::SrcPath, source::Source};
    let source = Source::new(SrcPath::new("a.md"), SAMPLE);
    #[expect(clippy::reversed_empty_ranges, reason = "that is what is tested")]
    for range in [0..usize::MAX, 9..3, 500_000..600_000, 12..13] {
        super::super::analyse(&source, range, None, &MarkdownOptions::default());
    }
}

#[test]
fn bombs_neither_stall_nor_overflow() {
    let unit = [
        "[",
        "*",
        ">",
        "- ",
        "![",
        "<b>",
        "<div>\n",
        "<div>\n\n",
        "`",
        "{{<",
        "{{<a/>}}",
        "{%<note>%}",
        "{%</note>%}",
        "\\",
        "&",
        "<",
        "#\n",
        "# a\n",
        "a@",
        "www.",
        "http://a",
        "|a",
        "[^1]",
        "[a](",
        "~~",
        "> [!NOTE]\n",
        "<!--",
        "\n\n[^1]: ",
        "*a_ ",
        "{{<a b=\"",
        "https://a.b/__",
        "<details>\n\n- ",
        "$ ",
        "(((",
        "[a]: b\n",
    ];
    let around = TestSurroundings::default();
    let options = MarkdownOptions::default();
    for unit in unit {
        let text = unit.repeat(100_000 / unit.len());
        let start = Instant::now();
        render_with(&text, None, &options, &around);
        facts(&text, None);
        let taken = start.elapsed();
        // An unoptimised build on a busy machine is slow; what grows with the
        // square of the length takes minutes.
        assert!(taken < Duration::from_secs(10), "{unit:?}: {taken:?}");
    }
}
