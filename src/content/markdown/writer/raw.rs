//! Writing raw HTML and shortcode calls.

use super::Writer;
use crate::content::config::RawHtml as Policy;
use crate::content::markdown::calls::Role;
use crate::content::markdown::escape;
use crate::content::markdown::pieces::RawHtml;
use crate::content::markdown::raw_html::{Part, parts};
use crate::content::markdown::sanitize::{Content, with_placeholders};
use crate::content::markdown::surroundings::{ShortcodeAnswer, ShortcodeCall};
use crate::content::markdown::{Link, Reference, reference};
use crate::ground::rule::Rule;

impl<'w> Writer<'w, '_> {
    /// Writes raw HTML as the site's policy has it.
    pub(super) fn raw_html(&mut self, raw: &RawHtml<'_>) {
        if raw.block {
            self.fresh_line();
        }
        match self.input.options.raw_html {
            Policy::Escape if raw.block => {
                let html = format!("<p>{}</p>\n", escape::text(raw.html.trim_end()));
                self.put(true, &html);
            }
            Policy::Escape => self.text(&raw.html),
            Policy::Allow => {
                let html = self.resolved(raw);
                self.top().html.push_str(&html);
                if raw.block {
                    self.fresh_line();
                }
            }
            Policy::Sanitize => {
                let html = with_placeholders(&self.resolved(raw));
                let frame = self.top();
                frame.fresh = html.ends_with('\n');
                let text = std::mem::take(&mut frame.html);
                // A frame with raw HTML in it is one that is cleaned.
                let content = frame.content.get_or_insert_with(Vec::new);
                content.extend([Content::Text(text), Content::Raw(html)]);
            }
        }
    }

    /// Raw HTML whose links and images lead where the site has them.
    fn resolved(&mut self, raw: &RawHtml<'_>) -> String {
        let mut out = String::with_capacity(raw.html.len());
        let mut from = 0;
        if !self.input.options.resolve_links {
            return raw.html.to_string();
        }
        for part in parts(&raw.html) {
            let Part::Attribute(attribute) = part else {
                continue;
            };
            let answer = match reference(&attribute, self.input.options.raw_html) {
                Some(Reference::Link) => self.input.around.link(&attribute.value),
                Some(Reference::Image) => self.input.around.image(&attribute.value),
                None => continue,
            };
            match answer {
                Link::To { href, .. } if href != attribute.value => {
                    out.push_str(&raw.html[from..attribute.range.start]);
                    // The value may have been written without quotes or in
                    // single ones; what replaces it holds neither those nor
                    // white space.
                    let mut value = String::new();
                    escape::push_href(&mut value, &href);
                    out.push_str(&value);
                    from = attribute.range.end;
                }
                Link::To { .. } => {}
                Link::Broken {
                    rule,
                    message,
                    help,
                } => {
                    let range = raw.place(attribute.range.clone());
                    self.report(rule, &range, message, help);
                }
            }
        }
        out.push_str(&raw.html[from..]);
        out
    }

    /// Writes what a call comes to.
    pub(super) fn call(&mut self, index: usize, body: Option<&str>) {
        let call = &self.input.calls[index];
        let (Role::Whole(name, arguments) | Role::Open(name, arguments, _)) = &call.role else {
            return;
        };
        let answer = self.input.around.shortcode(&ShortcodeCall {
            name,
            arguments: arguments.clone(),
            body,
        });
        let range = call.range.clone();
        match answer {
            ShortcodeAnswer::Html(html) => {
                self.put(call.block, &html);
                if call.block {
                    self.fresh_line();
                }
            }
            ShortcodeAnswer::Unknown(meant) => {
                if self.unknown.insert(name) {
                    let help = meant.map(|meant| format!("did you mean `{meant}`?"));
                    self.report(
                        Rule::UnknownShortcode,
                        &range,
                        format!("there is no shortcode `{name}`; the call is kept as text"),
                        help,
                    );
                }
                self.literal(index);
                if let (Some(body), Role::Open(.., close)) = (body, &call.role) {
                    self.put(call.block, body);
                    self.literal(*close);
                }
            }
            ShortcodeAnswer::Failed(failure) => {
                let message = format!("the shortcode `{name}` fails");
                self.report_failure(Rule::Shortcode, &range, message, failure);
            }
        }
    }

    /// Writes a call as the text that it was written as.
    pub(super) fn literal(&mut self, index: usize) {
        let call = &self.input.calls[index];
        let hidden = match call.role {
            Role::Literal(hidden) => hidden,
            _ => 0,
        };
        let range = self.source_range(&(call.range.start + hidden..call.range.end));
        let text = &self.input.source.text[range];
        if call.block {
            let html = format!("<p>{}</p>\n", escape::text(text));
            self.put(true, &html);
        } else {
            self.text(text);
        }
    }
}
