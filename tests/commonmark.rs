//! CommonMark 0.31.2: every example of the specification, through Guidepost's
//! own renderer with its additions switched off, by the options that a site has.

use guidepost::content::code_block::Fence;
use guidepost::content::config::{MarkdownOptions, RawHtml};
use guidepost::content::highlight::Highlighted;
use guidepost::content::markdown::surroundings::{
    Hook, ShortcodeAnswer, ShortcodeCall, TemplateFailure,
};
use guidepost::content::markdown::{Link, Surroundings, render};
use guidepost::ground::paths::SrcPath;
use guidepost::ground::source::Source;

/// Examples whose output differs, each with its reason. At most ten.
const EXCEPTIONS: &[(u64, &str)] = &[];

/// With all additions off, nothing is asked of the surroundings.
struct Nothing;

impl Surroundings for Nothing {
    fn link(&self, target: &str) -> Link {
        unreachable!("asked for the link {target}")
    }
    fn image(&self, target: &str) -> Link {
        unreachable!("asked for the image {target}")
    }
    fn credit(&self, target: &str, _: &str) -> Option<String> {
        unreachable!("asked for the credit of {target}")
    }
    fn highlight(&self, fence: &Fence, _: &str) -> Highlighted {
        unreachable!("asked to highlight {}", fence.language)
    }
    fn has_hook(&self, _: &'static str) -> bool {
        false
    }
    fn hook(&self, hook: &Hook<'_>) -> Result<String, TemplateFailure> {
        unreachable!("asked for {}", hook.template())
    }
    fn shortcode(&self, call: &ShortcodeCall<'_>) -> ShortcodeAnswer {
        unreachable!("asked for the shortcode {}", call.name)
    }
}

fn options() -> MarkdownOptions {
    MarkdownOptions {
        tables: false,
        task_lists: false,
        footnotes: false,
        strikethrough: false,
        definition_lists: false,
        heading_attributes: false,
        heading_anchors: false,
        admonitions: false,
        autolinks: false,
        smart_punctuation: false,
        shortcodes: false,
        figures: false,
        code_blocks: false,
        resolve_links: false,
        drop_repeated_title: false,
        raw_html: RawHtml::Allow,
    }
}

#[test]
fn all_examples_of_commonmark_pass() {
    let examples: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("spec/commonmark-0.31.2.json")).unwrap();
    assert_eq!(examples.len(), 652);
    assert!(EXCEPTIONS.len() <= 10);
    let options = options();
    let mut failures = Vec::new();
    for example in &examples {
        let number = example["example"].as_u64().unwrap();
        let markdown = example["markdown"].as_str().unwrap();
        let expected = example["html"].as_str().unwrap();
        let source = Source::new(SrcPath::new("example.md"), markdown);
        let rendered = render(&source, 0..markdown.len(), None, &options, &Nothing);
        // Byte for byte: no white space is taken for insignificant.
        let passes = rendered.html == expected;
        let exception = EXCEPTIONS.iter().find(|(listed, _)| *listed == number);
        match (passes, exception) {
            (true, None) | (false, Some(_)) => {}
            (true, Some((_, reason))) => failures.push(format!(
                "example {number} passes and is listed as an exception: {reason}"
            )),
            (false, None) => failures.push(format!(
                "example {number}:\n{markdown:?}\nexpected {expected:?}\nwritten  {:?}",
                rendered.html
            )),
        }
        assert!(rendered.diagnostics.is_empty(), "example {number}");
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}
