//! What a body says of itself.

use std::collections::BTreeSet;

use pulldown_cmark::{Tag, TagEnd};

use super::document::Document;
use super::headings::push_plain;
use super::pieces::Piece;
use super::raw_html::{Part, parts, visible_text};
use super::{Body, Reference, reference};
use crate::content::config::{MarkdownOptions, RawHtml};

/// Characters of a summary at most, the ellipsis not counted.
const SUMMARY: usize = 300;

/// The facts of a document.
pub(super) fn facts(document: &Document<'_>, options: &MarkdownOptions) -> Body {
    let mut links = BTreeSet::new();
    let mut images = BTreeSet::new();
    let mut text = String::new();
    let mut summary = Summary::default();
    for (piece, _) in &document.pieces {
        summary.take(piece);
        match piece {
            Piece::Start(Tag::Link { dest_url, .. }) => {
                links.insert(dest_url.to_string());
            }
            Piece::Image { target, .. } => {
                images.insert(target.to_string());
            }
            Piece::Html(raw) if options.raw_html != RawHtml::Escape => {
                text.push_str(&visible_text(&raw.html));
                for part in parts(&raw.html) {
                    let Part::Attribute(attribute) = part else {
                        continue;
                    };
                    match reference(&attribute, options.raw_html) {
                        Some(Reference::Link) => links.insert(attribute.value),
                        Some(Reference::Image) => images.insert(attribute.value),
                        None => false,
                    };
                }
            }
            Piece::Html(raw) => text.push_str(&raw.html),
            Piece::Text(_) | Piece::Code(_) | Piece::SoftBreak | Piece::HardBreak => {
                push_plain(&mut text, piece);
            }
            Piece::End(
                TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::Link,
            )
            | Piece::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
            | Piece::Task(_)
            | Piece::Footnote(_)
            | Piece::Literal(_) => {}
            _ => break_line(&mut text),
        }
    }
    let mut anchors = document.ids.clone();
    let headings: Vec<_> = document.headings.shown.values().cloned().collect();
    for heading in headings.iter().chain(&document.headings.first_h1) {
        if !heading.id.is_empty() {
            anchors.insert(heading.id.clone());
        }
    }
    let text = text.trim().to_owned();
    Body {
        headings,
        first_h1: document.headings.first_h1.clone(),
        links: links.into_iter().filter(|link| !link.is_empty()).collect(),
        images: images
            .into_iter()
            .filter(|image| !image.is_empty())
            .collect(),
        anchors: anchors.into_iter().collect(),
        words: words(&text),
        summary: summary.finish(),
        text,
    }
}

fn break_line(text: &mut String) {
    let length = text.trim_end_matches(' ').len();
    text.truncate(length);
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
}

/// Words: runs without white space that have a letter or digit. Scripts that
/// are written without spaces count by the character.
fn words(text: &str) -> usize {
    let spaceless = |c: char| {
        matches!(u32::from(c), 0x3040..=0x30ff | 0x3400..=0x4dbf | 0x4e00..=0x9fff
            | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff)
    };
    text.split_whitespace()
        .map(|run| {
            let single = run.chars().filter(|c| spaceless(*c)).count();
            let others = run.chars().any(|c| c.is_alphanumeric() && !spaceless(c));
            single + usize::from(others)
        })
        .sum()
}

/// Collects the first paragraph that says anything.
#[derive(Default)]
struct Summary {
    text: String,
    inside: bool,
    done: bool,
    /// Elements around, in which no paragraph is the body's first.
    foreign: usize,
}

impl Summary {
    fn take(&mut self, piece: &Piece<'_>) {
        if self.done {
            return;
        }
        match piece {
            Piece::Start(Tag::FootnoteDefinition(_)) => self.foreign += 1,
            Piece::End(TagEnd::FootnoteDefinition) => self.foreign = self.foreign.saturating_sub(1),
            Piece::Start(Tag::Paragraph) if self.foreign == 0 => self.inside = true,
            Piece::End(TagEnd::Paragraph) if self.inside => {
                self.inside = false;
                self.done = self.text.chars().any(char::is_alphanumeric);
                if !self.done {
                    self.text.clear();
                }
            }
            // A picture alone says nothing that a list of guides could show.
            Piece::Image { .. } => {}
            _ if self.inside => push_plain(&mut self.text, piece),
            _ => {}
        }
    }

    fn finish(self) -> String {
        if !self.done {
            return String::new();
        }
        let words: Vec<_> = self.text.split_whitespace().collect();
        let text = words.join(" ");
        let Some((end, _)) = text.char_indices().nth(SUMMARY) else {
            return text;
        };
        let cut = match text[..end].rfind(' ') {
            Some(space) if !text[end..].starts_with(' ') => space,
            _ => end,
        };
        let kept = text[..cut].trim_end_matches(|c: char| !c.is_alphanumeric());
        format!("{kept}…")
    }
}
