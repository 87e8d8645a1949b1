//! What the tests of this module share.

use std::cell::RefCell;

use super::surroundings::{Hook, ShortcodeAnswer, ShortcodeCall, TemplateFailure};
use super::{Body, Link, Rendered, Surroundings, analyse, render};
use crate::content::code_block::Fence;
use crate::content::config::{MarkdownOptions, RawHtml};
use crate::content::highlight::{Highlighted, Plain};
use crate::ground::paths::SrcPath;
use crate::ground::rule::Rule;
use crate::ground::source::{Place, Source};

/// Surroundings with a few answers: targets with `missing` are broken, `x.md`
/// is at `/x/`, images are 4 by 3, the language `nope` is unknown, `note` and
/// `icon` are components and `fails` is one that fails.
#[derive(Default)]
pub(super) struct TestSurroundings {
    /// Hooks that the site has.
    pub hooks: Vec<&'static str>,
    /// Whether hooks fail.
    pub broken: bool,
    /// Targets that were asked for.
    pub asked: RefCell<Vec<String>>,
}

impl Surroundings for TestSurroundings {
    fn link(&self, target: &str) -> Link {
        self.asked.borrow_mut().push(target.to_owned());
        if target.contains("missing") {
            return Link::Broken {
                rule: Rule::BrokenLink,
                message: format!("`{target}` does not exist"),
                help: Some("did you mean `x.md`?".into()),
            };
        }
        Link::To {
            href: match target.strip_suffix(".md") {
                Some(page) => format!("/{page}/"),
                None => target.to_owned(),
            },
            size: None,
        }
    }

    fn image(&self, target: &str) -> Link {
        if target.contains("missing") {
            return Link::Broken {
                rule: Rule::BrokenImage,
                message: format!("`{target}` does not exist"),
                help: None,
            };
        }
        Link::To {
            href: target.to_owned(),
            size: target.ends_with(".png").then_some((4, 3)),
        }
    }

    fn credit(&self, target: &str, _: &str) -> Option<String> {
        target.contains("credited").then(|| "By <A>".to_owned())
    }

    fn highlight(&self, fence: &Fence, code: &str) -> Highlighted {
        let mut html = String::new();
        super::escape::push_text(&mut html, code);
        let plain = match fence.language.as_str() {
            "nope" => Some(Plain::UnknownLanguage(Some("nop".into()))),
            "long" => Some(Plain::TooLong),
            _ => None,
        };
        Highlighted { html, plain }
    }

    fn has_hook(&self, template: &'static str) -> bool {
        self.hooks.contains(&template)
    }

    fn hook(&self, hook: &Hook<'_>) -> Result<String, TemplateFailure> {
        if self.broken {
            return Err(TemplateFailure {
                message: "no value `x`".into(),
                place: Some(Place::file(SrcPath::new("templates/hooks/x.html"))),
            });
        }
        let inputs = serde_json::to_string(hook).unwrap_or_default();
        Ok(format!("<hook {} {inputs}>", hook.template()))
    }

    fn shortcode(&self, call: &ShortcodeCall<'_>) -> ShortcodeAnswer {
        match (call.name, call.body) {
            ("note", body) => ShortcodeAnswer::Html(format!(
                "<aside {:?}>{}</aside>",
                call.arguments.0,
                body.unwrap_or_default()
            )),
            ("icon", _) => ShortcodeAnswer::Html("<i></i>".into()),
            ("fails", _) => ShortcodeAnswer::Failed(TemplateFailure {
                message: "division by zero".into(),
                place: Some(Place::file(SrcPath::new("templates/components/fails.html"))),
            }),
            _ => ShortcodeAnswer::Unknown(Some("note".into())),
        }
    }
}

/// All additions off.
pub(super) fn plain_options() -> MarkdownOptions {
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

/// Renders with options.
pub(super) fn render_with(
    text: &str,
    title: Option<&str>,
    options: &MarkdownOptions,
    around: &TestSurroundings,
) -> Rendered {
    let source = Source::new(SrcPath::new("a.md"), text);
    render(&source, 0..text.len(), title, options, around)
}

/// The HTML with all additions off but those that `set` sets; text as it is
/// in the source, without `&quot;`.
pub(super) fn plain_with(text: &str, set: impl Fn(&mut MarkdownOptions)) -> String {
    let mut options = plain_options();
    set(&mut options);
    render_with(text, None, &options, &TestSurroundings::default()).html
}

/// Renders with the defaults of a site, under the title `Title`.
pub(super) fn rendered(text: &str) -> Rendered {
    let around = TestSurroundings::default();
    render_with(text, Some("Title"), &MarkdownOptions::default(), &around)
}

/// The HTML with the defaults of a site; nothing may be complained of.
pub(super) fn html(text: &str) -> String {
    let rendered = rendered(text);
    assert!(
        rendered.diagnostics.is_empty(),
        "{text}: {:?}",
        rendered.diagnostics
    );
    rendered.html
}

/// What is complained of with the defaults of a site: rule, the text at the
/// place, message and help.
pub(super) fn findings(text: &str) -> Vec<(Rule, String, String, String)> {
    rendered(text)
        .diagnostics
        .into_iter()
        .map(|finding| {
            let place = finding
                .place
                .unwrap_or_else(|| Place::file(SrcPath::new("a.md")));
            let at = place
                .excerpt
                .chars()
                .skip((place.column - place.cut) as usize - 1)
                .take(place.length as usize)
                .collect();
            (
                finding.rule,
                at,
                finding.message,
                finding.help.unwrap_or_default(),
            )
        })
        .collect()
}

/// The facts with the defaults of a site.
pub(super) fn facts(text: &str, title: Option<&str>) -> Body {
    let source = Source::new(SrcPath::new("a.md"), text);
    analyse(&source, 0..text.len(), title, &MarkdownOptions::default())
}
