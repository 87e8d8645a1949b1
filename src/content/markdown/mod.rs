//! Markdown: from a body to facts about it, and from a body to HTML.
//!
//! [`analyse`] reads a body once and says what the rest of the site must know;
//! [`render`] makes the HTML, and asks [`Surroundings`] for what lies outside
//! the body. Both see the same events, so that an anchor that one reports is
//! an anchor that the other writes.

mod admonition;
mod autolink;
mod call_syntax;
mod calls;
mod document;
pub(crate) mod escape;
mod facts;
mod footnotes;
mod headings;
mod pieces;
mod raw_html;
mod sanitize;
pub mod surroundings;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod writer;

pub use surroundings::{Link, Surroundings};

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::config::{MarkdownOptions, RawHtml};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::source::Source;

/// What a body says of itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// The headings that the page shows, in order.
    pub headings: Vec<Heading>,
    /// The first H1, if the body has one.
    pub first_h1: Option<Heading>,
    /// Targets of links as written, each once, sorted.
    pub links: Vec<String>,
    /// Targets of images as written, each once, sorted.
    pub images: Vec<String>,
    /// Every id that a link may name: headings, footnotes, `id` and `name` of
    /// raw HTML; sorted.
    pub anchors: Vec<String>,
    /// Words of running text, headings and lists among it, code not.
    pub words: usize,
    /// Plain text of the first paragraph, for lists that have no description.
    pub summary: String,
    /// Plain text of the whole body without code blocks, blocks separated by
    /// line breaks. Not kept beyond the parse stage.
    #[serde(skip)]
    pub text: String,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The anchor, unique on the page.
    pub id: String,
    /// Its plain text.
    pub text: String,
}

/// A rendered body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The HTML.
    pub html: String,
    /// What was found on the way, broken links among it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a body and says what is in it.
///
/// `body` is the byte range of the body in `source`. `title` is the page's
/// title if the front matter gives one; a first H1 that repeats it (or the
/// first H1 where there is no title) is not among `headings` when
/// `options.drop_repeated_title` is set, but still is `first_h1`.
pub fn analyse(
    source: &Source<'_>,
    body: Range<usize>,
    title: Option<&str>,
    options: &MarkdownOptions,
) -> Body {
    let body = document::clamped(source.text, body);
    let hidden = document::hide(source, body.clone(), options);
    let document = document::read(source, body, &hidden, title, options);
    facts::facts(&document, options)
}

/// Renders a body.
///
/// Arguments as for [`analyse`]. Diagnostics are at places of `source`.
pub fn render(
    source: &Source<'_>,
    body: Range<usize>,
    title: Option<&str>,
    options: &MarkdownOptions,
    around: &dyn Surroundings,
) -> Rendered {
    let body = document::clamped(source.text, body);
    let base = body.start;
    let hidden = document::hide(source, body.clone(), options);
    let document = document::read(source, body, &hidden, title, options);
    writer::write(&writer::Input {
        source,
        base,
        calls: &hidden.calls,
        document: &document,
        options,
        around,
    })
}

/// What an attribute of raw HTML refers to.
enum Reference {
    /// A page or a file.
    Link,
    /// An image.
    Image,
}

/// What an attribute of raw HTML refers to, if it is kept and refers to
/// anything.
fn reference(attribute: &raw_html::Attribute, policy: RawHtml) -> Option<Reference> {
    if policy == RawHtml::Sanitize && !sanitize::keeps(&attribute.element) {
        return None;
    }
    match (attribute.element.as_str(), attribute.name.as_str()) {
        ("a" | "area", "href") | ("audio" | "source" | "track" | "video", "src") => {
            Some(Reference::Link)
        }
        ("img", "src") | ("video", "poster") => Some(Reference::Image),
        _ => None,
    }
}
