//! What a body asks of its surroundings while it is rendered.
//!
//! The Markdown renderer knows no other page, no template and no highlighter's
//! cache. It asks; the render layer answers from typed inputs.

use super::super::code_block::Fence;
use crate::ground::rule::Rule;
use crate::ground::source::Place;
use crate::ground::value::Map;

/// Where a link or image leads, decided by the whole site beforehand.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Link {
    /// Somewhere; `href` is ready to be written (not yet escaped).
    To {
        /// The target as it shall stand in `href` or `src`.
        href: String,
        /// Width and height in pixels, for local raster images.
        size: Option<(u32, u32)>,
    },
    /// Nowhere: reported at the link's place, written as it was.
    Broken {
        /// `BrokenLink`, `BrokenAnchor` or `BrokenImage`.
        rule: Rule,
        /// What is missing.
        message: String,
        /// What was probably meant.
        help: Option<String>,
    },
}

/// Why a template could not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateFailure {
    /// What went wrong.
    pub message: String,
    /// Where in the template, if that is known.
    pub place: Option<Place>,
}

/// Typed inputs of a render hook: what a site's own template for an element
/// is given. Fields serialize to the names that the manual documents.
#[derive(Clone, Debug, serde::Serialize)]
#[serde(untagged)]
pub enum Hook<'a> {
    /// `hooks/image.html`
    Image {
        /// The address, ready to be written.
        src: &'a str,
        /// Alternative text.
        alt: &'a str,
        /// Title as plain text; empty if there is none.
        title: &'a str,
        /// Width in pixels, 0 if unknown.
        width: u32,
        /// Height in pixels, 0 if unknown.
        height: u32,
        /// Whether this is the first image of the page.
        first: bool,
        /// Credit from `meta.image_sources` as plain text; empty if none.
        credit: &'a str,
    },
    /// `hooks/link.html`
    Link {
        /// The address, ready to be written.
        href: &'a str,
        /// Title; empty if there is none.
        title: &'a str,
        /// The link's content as HTML.
        content: &'a str,
        /// Whether it leads to another site.
        external: bool,
    },
    /// `hooks/heading.html`
    Heading {
        /// 1 to 6.
        level: u8,
        /// The anchor; empty where anchors are off.
        id: &'a str,
        /// Plain text.
        text: &'a str,
        /// The heading's content as HTML.
        content: &'a str,
    },
    /// `hooks/code.html`
    Code {
        /// The language as written; empty if none.
        language: &'a str,
        /// Title or file name; empty if none.
        title: &'a str,
        /// The code itself.
        code: &'a str,
        /// The block as Guidepost would write it, as HTML.
        content: &'a str,
    },
    /// `hooks/admonition.html`
    Admonition {
        /// `note`, `tip`, `important`, `notice`, `warning`, `caution` or `danger`.
        kind: &'a str,
        /// The heading: the writer's own word or words.
        title: &'a str,
        /// The content as HTML.
        content: &'a str,
    },
}

impl Hook<'_> {
    /// The template that a site may have for the element.
    pub fn template(&self) -> &'static str {
        match self {
            Hook::Image { .. } => "hooks/image.html",
            Hook::Link { .. } => "hooks/link.html",
            Hook::Heading { .. } => "hooks/heading.html",
            Hook::Code { .. } => "hooks/code.html",
            Hook::Admonition { .. } => "hooks/admonition.html",
        }
    }
}

/// A call of a shortcode.
#[derive(Clone, Debug, PartialEq)]
pub struct ShortcodeCall<'a> {
    /// The component's name.
    pub name: &'a str,
    /// Its arguments, in order.
    pub arguments: Map,
    /// Rendered HTML of the body between an opening and a closing call.
    pub body: Option<&'a str>,
}

/// What a shortcode call came to.
pub enum ShortcodeAnswer {
    /// The component's HTML.
    Html(String),
    /// There is no such component; perhaps there is one of this name.
    Unknown(Option<String>),
    /// The component failed.
    Failed(TemplateFailure),
}

/// Answers to what a body cannot know. All answers must be pure: the same
/// question has the same answer throughout a build.
pub trait Surroundings {
    /// Where the link target `target`, as written, leads.
    fn link(&self, target: &str) -> Link;
    /// Where the image `target`, as written, is.
    fn image(&self, target: &str) -> Link;
    /// The credit for an image, as plain text.
    fn credit(&self, target: &str, alt: &str) -> Option<String>;
    /// The inner HTML of a code block: spans that never cross a line break,
    /// and why it stayed plain if it did.
    fn highlight(&self, fence: &Fence, code: &str) -> super::super::highlight::Highlighted;
    /// Whether the site numbers the lines of code whose fence does not say.
    fn line_numbers(&self) -> bool {
        false
    }
    /// Whether the site overrides the template of a hook.
    fn has_hook(&self, template: &'static str) -> bool;
    /// Renders a site's own template for an element.
    fn hook(&self, hook: &Hook<'_>) -> Result<String, TemplateFailure>;
    /// Calls a component.
    fn shortcode(&self, call: &ShortcodeCall<'_>) -> ShortcodeAnswer;
}
