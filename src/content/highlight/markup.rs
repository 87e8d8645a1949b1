//! Compact markup: escaped code with a span for every run of one kind.
//!
//! Invariants: taking the tags out and the escapes back gives exactly the
//! code; no span begins or ends with white space, holds only white space or
//! crosses a line break; neighbours of one kind share a span.

use super::kind::Kind;

/// Markup under construction.
#[derive(Debug, Default)]
pub(super) struct Markup {
    html: String,
    open: Option<Kind>,
    /// White space whose side of the next tag is not known yet.
    space: String,
}

impl Markup {
    /// Makes room for the markup of `bytes` of code.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self {
            html: String::with_capacity(bytes.saturating_mul(3)),
            ..Self::default()
        }
    }

    /// Adds text of one kind; line breaks in it end every span.
    pub(super) fn push(&mut self, kind: Option<Kind>, text: &str) {
        for part in text.split_inclusive('\n') {
            let line = part.strip_suffix('\n').unwrap_or(part);
            self.push_part(kind, line);
            if line.len() < part.len() {
                self.close();
                self.html.push('\n');
            }
        }
    }

    /// The finished markup.
    pub(super) fn finish(mut self) -> String {
        self.close();
        self.html
    }

    fn push_part(&mut self, kind: Option<Kind>, text: &str) {
        let begin = text.trim_start();
        self.space.push_str(&text[..text.len() - begin.len()]);
        let core = begin.trim_end();
        if core.is_empty() {
            return;
        }
        if self.open != kind {
            self.close_tag();
        }
        self.html.push_str(&self.space);
        self.space.clear();
        if let (None, Some(kind)) = (self.open, kind) {
            self.html.push_str("<span class=");
            self.html.push_str(kind.class());
            self.html.push('>');
            self.open = Some(kind);
        }
        escape_into(&mut self.html, core);
        self.space.push_str(&begin[core.len()..]);
    }

    fn close_tag(&mut self) {
        if self.open.take().is_some() {
            self.html.push_str("</span>");
        }
    }

    fn close(&mut self) {
        self.close_tag();
        self.html.push_str(&self.space);
        self.space.clear();
    }
}

/// The code without any span.
pub(super) fn plain(code: &str) -> String {
    let mut html = String::with_capacity(code.len() + code.len() / 16);
    escape_into(&mut html, code);
    html
}

fn escape_into(html: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>']) {
        html.push_str(&rest[..at]);
        html.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            _ => "&gt;",
        });
        rest = &rest[at + 1..];
    }
    html.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::super::kind::Kind;
    use super::Markup;

    fn markup(parts: &[(Option<Kind>, &str)]) -> String {
        let mut markup = Markup::default();
        for (kind, text) in parts {
            markup.push(*kind, text);
        }
        markup.finish()
    }

    #[test]
    fn neighbours_of_one_kind_share_a_span_with_the_space_between() {
        let parts = [
            (Some(Kind::String), "\"a"),
            (None, " "),
            (Some(Kind::String), "b\""),
        ];
        assert_eq!(markup(&parts), "<span class=s>\"a b\"</span>");
    }

    #[test]
    fn spans_neither_hold_white_space_at_their_ends_nor_cross_lines() {
        let parts = [
            (Some(Kind::Comment), "  /* one \n\n\ttwo */ "),
            (Some(Kind::Keyword), " \n"),
        ];
        assert_eq!(
            markup(&parts),
            "  <span class=c>/* one</span> \n\n\t<span class=c>two */</span>  \n"
        );
    }

    #[test]
    fn text_is_escaped_in_and_out_of_spans() {
        let parts = [(Some(Kind::Operator), "<&>"), (None, "&amp;")];
        assert_eq!(
            markup(&parts),
            "<span class=o>&lt;&amp;&gt;</span>&amp;amp;"
        );
    }
}
