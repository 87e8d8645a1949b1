//! Writing links, images and references to footnotes.

use std::ops::Range;

use super::{Role, Writer};
use crate::content::config::RawHtml;
use crate::content::markdown::Link;
use crate::content::markdown::escape::{is_unsafe, push_attribute, push_href, push_text};
use crate::content::markdown::surroundings::Hook;
use crate::ground::rule::Rule;

/// An image, resolved.
struct Picture<'p> {
    src: String,
    alt: &'p str,
    title: &'p str,
    credit: String,
    size: Option<(u32, u32)>,
    first: bool,
}

impl<'w> Writer<'w, '_> {
    /// Where a link leads; one that is broken leads where it was written to.
    fn link_target(&mut self, target: &str, range: &Range<usize>) -> String {
        let answer = if self.input.options.resolve_links {
            self.input.around.link(target)
        } else {
            return self.harmless(target.to_owned(), false);
        };
        match answer {
            Link::To { href, .. } => self.harmless(href, false),
            Link::Broken {
                rule,
                message,
                help,
            } => {
                self.report(rule, range, message, help);
                self.harmless(target.to_owned(), false)
            }
        }
    }

    /// An address that runs no code, unless the site trusts its writers.
    fn harmless(&self, address: String, image: bool) -> String {
        if self.input.options.raw_html != RawHtml::Allow && is_unsafe(&address, image) {
            return String::new();
        }
        address
    }

    /// Opens a link.
    pub(super) fn link(
        &mut self,
        index: usize,
        target: &str,
        title: &'w str,
        range: &Range<usize>,
    ) {
        let href = self.link_target(target, range);
        if self.hooks.link {
            let role = Role::Link(href, title);
            self.enter(index, false, String::new(), String::new(), role, range);
            return;
        }
        let opening = link_opening(&href, title);
        self.enter(index, false, opening, "</a>".to_owned(), Role::Plain, range);
    }

    /// A link as the site's own template has it.
    pub(super) fn hooked_link(
        &mut self,
        href: &str,
        title: &str,
        content: &str,
        range: &Range<usize>,
    ) -> String {
        let own = format!("{}{content}</a>", link_opening(href, title));
        let lower = href.to_ascii_lowercase();
        let hook = Hook::Link {
            href,
            title,
            content,
            external: ["http://", "https://", "//"]
                .iter()
                .any(|start| lower.starts_with(start)),
        };
        self.hooked(&hook, own, range)
    }

    /// An element as the site's own template has it, or as we have it where
    /// that fails.
    pub(super) fn hooked(&mut self, hook: &Hook<'_>, own: String, range: &Range<usize>) -> String {
        match self.input.around.hook(hook) {
            Ok(html) => html,
            Err(failure) => {
                let message = format!("`{}` fails", hook.template());
                self.report_failure(Rule::Template, range, message, failure);
                own
            }
        }
    }

    /// An image. One that is `alone` in its paragraph may be a figure; then
    /// the paragraph's tags are part of the answer.
    pub(super) fn image(
        &mut self,
        target: &str,
        title: &str,
        alt: &str,
        range: &Range<usize>,
        alone: bool,
    ) -> String {
        let answer = if self.input.options.resolve_links {
            self.input.around.image(target)
        } else {
            Link::To {
                href: target.to_owned(),
                size: None,
            }
        };
        let (src, size) = match answer {
            Link::To { href, size } => (href, size),
            Link::Broken {
                rule,
                message,
                help,
            } => {
                self.report(rule, range, message, help);
                (target.to_owned(), None)
            }
        };
        let figures = self.input.options.figures;
        let credit = figures
            .then(|| self.input.around.credit(target, alt))
            .flatten();
        let picture = Picture {
            src: self.harmless(src, true),
            alt,
            title,
            credit: credit.unwrap_or_default(),
            size: size.filter(|_| figures),
            first: self.images == 0,
        };
        self.images += 1;
        let own = own_image(&picture, figures, alone);
        if !self.hooks.image {
            return own;
        }
        let (width, height) = picture.size.unwrap_or_default();
        let hook = Hook::Image {
            src: &picture.src,
            alt,
            title,
            width,
            height,
            first: picture.first,
            credit: &picture.credit,
        };
        self.hooked(&hook, own, range)
    }

    /// Writes a reference to a footnote.
    pub(super) fn footnote_reference(&mut self, name: &str) {
        let Some(number) = self.input.document.footnotes.number(name) else {
            let text = format!("[^{name}]");
            return self.text(&text);
        };
        let count = self.references.entry(number).or_insert(0);
        *count += 1;
        let id = reference_id(number, *count);
        let html = format!(
            "<sup class=\"footnote-ref\"><a href=\"#fn-{number}\" id=\"{id}\" \
             role=\"doc-noteref\" aria-label=\"Footnote {number}\">{number}</a></sup>"
        );
        self.put(false, &html);
    }

    /// The footnotes at the end of the page.
    pub(super) fn footnote_section(&mut self) -> String {
        let mut out = String::new();
        if self.footnotes.is_empty() {
            return out;
        }
        out.push_str(
            "<section class=\"footnotes\" role=\"doc-endnotes\" aria-label=\"Footnotes\">\n<ol>\n",
        );
        for (number, note) in &self.footnotes {
            let mut back = String::new();
            for count in 1..=self.references.get(number).copied().unwrap_or_default() {
                let id = reference_id(*number, count);
                back.push_str(&format!(
                    " <a class=\"footnote-back\" href=\"#{id}\" role=\"doc-backlink\" \
                     aria-label=\"Back to reference {number}{}\">↩</a>",
                    if count == 1 {
                        String::new()
                    } else {
                        format!(".{count}")
                    }
                ));
            }
            out.push_str(&format!("<li id=\"fn-{number}\">\n"));
            match note.strip_suffix("</p>\n") {
                Some(note) => out.push_str(&format!("{note}{back}</p>\n")),
                None => out.push_str(&format!("{note}{back}\n")),
            }
            out.push_str("</li>\n");
        }
        out.push_str("</ol>\n</section>\n");
        out
    }
}

fn reference_id(number: usize, count: usize) -> String {
    if count == 1 {
        format!("fnref-{number}")
    } else {
        format!("fnref-{number}-{count}")
    }
}

fn link_opening(href: &str, title: &str) -> String {
    let mut out = String::from("<a href=\"");
    push_href(&mut out, href);
    out.push('"');
    if !title.is_empty() {
        push_attribute(&mut out, "title", title);
    }
    out.push('>');
    out
}

fn own_image(picture: &Picture<'_>, figures: bool, alone: bool) -> String {
    let figure = alone && figures && !(picture.title.is_empty() && picture.credit.is_empty());
    let mut out = String::new();
    if figure {
        out.push_str("<figure>");
    } else if alone {
        out.push_str("<p>");
    }
    out.push_str("<img src=\"");
    push_href(&mut out, &picture.src);
    out.push('"');
    push_attribute(&mut out, "alt", picture.alt);
    if !figure && !picture.title.is_empty() {
        push_attribute(&mut out, "title", picture.title);
    }
    if figures {
        if let Some((width, height)) = picture.size {
            push_attribute(&mut out, "width", &width.to_string());
            push_attribute(&mut out, "height", &height.to_string());
        }
        if !picture.first {
            out.push_str(" loading=\"lazy\" decoding=\"async\"");
        }
    }
    out.push_str(" />");
    if figure {
        out.push_str("<figcaption>");
        push_text(&mut out, picture.title);
        if !picture.credit.is_empty() {
            if !picture.title.is_empty() {
                out.push(' ');
            }
            out.push_str("<span class=\"credit\">");
            push_text(&mut out, &picture.credit);
            out.push_str("</span>");
        }
        out.push_str("</figcaption></figure>\n");
    } else if alone {
        out.push_str("</p>\n");
    }
    out
}
