//! Writing elements that hold others, headings, admonitions and code blocks.

use std::ops::Range;

use pulldown_cmark::{Alignment, CowStr, Tag, TagEnd};

use super::{Role, Table, Writer};
use crate::content::code_block::{self, Fence};
use crate::content::config::RawHtml;
use crate::content::highlight::Plain;
use crate::content::markdown::Heading;
use crate::content::markdown::escape::{push_attribute, push_text};
use crate::content::markdown::pieces::Piece;
use crate::content::markdown::surroundings::Hook;
use crate::ground::rule::Rule;

impl<'w, 'a> Writer<'w, 'a> {
    /// Opens an element; returns how many pieces that took.
    pub(super) fn start(&mut self, index: usize, tag: &'w Tag<'a>, range: &Range<usize>) -> usize {
        let pieces = &self.input.document.pieces;
        let mut block = true;
        let (opening, closing) = match tag {
            Tag::Paragraph => {
                if let (
                    Some((Piece::Image { target, title, alt }, place)),
                    Some((Piece::End(_), _)),
                ) = (pieces.get(index + 1), pieces.get(index + 2))
                    && (self.input.options.figures || self.hooks.image)
                {
                    let html = self.image(target, title, alt, place, true);
                    self.put(true, &html);
                    return 3;
                }
                ("<p>".to_owned(), "</p>\n")
            }
            Tag::Heading { classes, attrs, .. } => {
                self.heading(index, classes, attrs, range);
                return 1;
            }
            Tag::BlockQuote(_) => ("<blockquote>\n".to_owned(), "</blockquote>\n"),
            Tag::List(None) => ("<ul>\n".to_owned(), "</ul>\n"),
            Tag::List(Some(1)) => ("<ol>\n".to_owned(), "</ol>\n"),
            Tag::List(Some(start)) => (format!("<ol start=\"{start}\">\n"), "</ol>\n"),
            Tag::Item => {
                let task = pieces[index + 1..]
                    .iter()
                    .take(2)
                    .find(|(piece, _)| !matches!(piece, Piece::Start(Tag::Paragraph)));
                let opening = match task {
                    Some((Piece::Task(_), _)) => "<li class=\"task\">",
                    _ => "<li>",
                };
                (opening.to_owned(), "</li>\n")
            }
            Tag::DefinitionList => ("<dl>\n".to_owned(), "</dl>\n"),
            Tag::DefinitionListTitle => ("<dt>".to_owned(), "</dt>\n"),
            Tag::DefinitionListDefinition => ("<dd>".to_owned(), "</dd>\n"),
            Tag::FootnoteDefinition(name) => {
                let role = match self.input.document.footnotes.number(name) {
                    Some(number) => Role::Footnote(number),
                    None => Role::Nothing,
                };
                self.enter(index, true, String::new(), String::new(), role, range);
                return 1;
            }
            Tag::Table(_) | Tag::TableHead | Tag::TableRow | Tag::TableCell => {
                self.table(index, tag, range);
                return 1;
            }
            Tag::Link {
                dest_url, title, ..
            } => {
                self.link(index, dest_url, title, range);
                return 1;
            }
            inline => {
                block = false;
                match inline {
                    Tag::Emphasis => ("<em>".to_owned(), "</em>"),
                    Tag::Strong => ("<strong>".to_owned(), "</strong>"),
                    Tag::Strikethrough => ("<del>".to_owned(), "</del>"),
                    Tag::Superscript => ("<sup>".to_owned(), "</sup>"),
                    Tag::Subscript => ("<sub>".to_owned(), "</sub>"),
                    // Images, code and raw HTML are pieces of their own, and
                    // front matter is none of the body.
                    _ => (String::new(), ""),
                }
            }
        };
        self.enter(
            index,
            block,
            opening,
            closing.to_owned(),
            Role::Plain,
            range,
        );
        1
    }

    /// Closes an element.
    pub(super) fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::TableHead => {
                self.leave();
                if let Some(table) = self.tables.last_mut() {
                    table.head = false;
                }
            }
            TagEnd::Table => {
                let rows = self.tables.pop().is_some_and(|table| table.rows);
                if let (true, Some(open)) = (rows, self.open.last_mut()) {
                    open.closing.insert_str(0, "</tbody>\n");
                }
                self.leave();
            }
            _ => self.leave(),
        }
    }

    fn table(&mut self, index: usize, tag: &'w Tag<'a>, range: &Range<usize>) {
        let mut block = true;
        let (opening, closing) = match tag {
            Tag::Table(alignments) => {
                self.tables.push(Table {
                    alignments,
                    column: 0,
                    head: true,
                    rows: false,
                });
                (
                    "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"Table\">\
                     <table>\n"
                        .to_owned(),
                    "</table></div>\n",
                )
            }
            Tag::TableHead => {
                self.next_row();
                ("<thead>\n<tr>\n".to_owned(), "</tr>\n</thead>\n")
            }
            Tag::TableRow => {
                let first = self.next_row();
                let opening = if first { "<tbody>\n<tr>\n" } else { "<tr>\n" };
                (opening.to_owned(), "</tr>\n")
            }
            _ => {
                block = false;
                self.cell()
            }
        };
        self.enter(
            index,
            block,
            opening,
            closing.to_owned(),
            Role::Plain,
            range,
        );
    }

    /// Begins a row; says whether it is the first of the table's body.
    fn next_row(&mut self) -> bool {
        let Some(table) = self.tables.last_mut() else {
            return false;
        };
        table.column = 0;
        let first = !table.head && !table.rows;
        table.rows |= !table.head;
        first
    }

    fn cell(&mut self) -> (String, &'static str) {
        let Some(table) = self.tables.last_mut() else {
            return ("<td>".to_owned(), "</td>\n");
        };
        let align = match table.alignments.get(table.column) {
            Some(Alignment::Left) => " class=\"left\"",
            Some(Alignment::Center) => " class=\"center\"",
            Some(Alignment::Right) => " class=\"right\"",
            Some(Alignment::None) | None => "",
        };
        table.column += 1;
        if table.head {
            (format!("<th scope=\"col\"{align}>"), "</th>\n")
        } else {
            (format!("<td{align}>"), "</td>\n")
        }
    }

    fn heading(
        &mut self,
        index: usize,
        classes: &[CowStr<'_>],
        attributes: &[(CowStr<'_>, Option<CowStr<'_>>)],
        range: &Range<usize>,
    ) {
        let Some(heading) = self.input.document.headings.shown.get(&index) else {
            let role = Role::Nothing;
            return self.enter(index, true, String::new(), String::new(), role, range);
        };
        let mut opening = format!("<h{}", heading.level);
        if !heading.id.is_empty() {
            push_attribute(&mut opening, "id", &heading.id);
        }
        if !classes.is_empty() {
            let classes: Vec<&str> = classes.iter().map(|class| &**class).collect();
            push_attribute(&mut opening, "class", &classes.join(" "));
        }
        // Free attributes could run code: they are for writers who are trusted.
        if self.input.options.raw_html == RawHtml::Allow {
            for (name, value) in attributes {
                let fine = !name.is_empty()
                    && name
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "-_:".contains(c));
                if fine {
                    push_attribute(&mut opening, name, value.as_deref().unwrap_or_default());
                }
            }
        }
        opening.push('>');
        let mut closing = String::new();
        if self.input.options.heading_anchors && !heading.id.is_empty() {
            push_anchor(&mut closing, heading);
        }
        closing.push_str(&format!("</h{}>\n", heading.level));
        let role = if self.hooks.heading {
            Role::Heading(heading)
        } else {
            Role::Plain
        };
        self.enter(index, true, opening, closing, role, range);
    }

    /// A heading as the site's own template has it.
    pub(super) fn hooked_heading(
        &mut self,
        heading: &Heading,
        content: &str,
        own: String,
        range: &Range<usize>,
    ) -> String {
        let hook = Hook::Heading {
            level: heading.level,
            id: &heading.id,
            text: &heading.text,
            content,
        };
        self.hooked(&hook, own, range)
    }

    /// Opens an admonition.
    pub(super) fn admonition(
        &mut self,
        index: usize,
        kind: &'static str,
        title: &'w str,
        range: &Range<usize>,
    ) {
        if self.hooks.admonition {
            let role = Role::Admonition(kind, title);
            return self.enter(index, true, String::new(), String::new(), role, range);
        }
        let opening = admonition_opening(kind, title);
        self.enter(
            index,
            true,
            opening,
            "</div>\n".to_owned(),
            Role::Plain,
            range,
        );
    }

    /// Opens the heading of an admonition.
    pub(super) fn admonition_title(&mut self, index: usize, range: &Range<usize>) {
        let (opening, closing, role) = if self.hooks.admonition {
            (String::new(), "", Role::Nothing)
        } else {
            let opening = "<p class=\"admonition-title\">".to_owned();
            (opening, "</p>\n", Role::Plain)
        };
        self.enter(index, true, opening, closing.to_owned(), role, range);
    }

    /// An admonition as the site's own template has it.
    pub(super) fn hooked_admonition(
        &mut self,
        kind: &str,
        title: &str,
        content: &str,
        range: &Range<usize>,
    ) -> String {
        let mut own = admonition_opening(kind, title);
        own.push_str("<p class=\"admonition-title\">");
        push_text(&mut own, title);
        own.push_str("</p>\n");
        own.push_str(content);
        own.push_str("</div>\n");
        let hook = Hook::Admonition {
            kind,
            title,
            content,
        };
        self.hooked(&hook, own, range)
    }

    /// Writes a code block.
    pub(super) fn code_block(&mut self, info: Option<&str>, code: &str, range: &Range<usize>) {
        let info = info.unwrap_or_default();
        if !self.input.options.code_blocks {
            let mut html = String::from("<pre><code");
            if let Some(language) = info.split_whitespace().next() {
                push_attribute(&mut html, "class", &format!("language-{language}"));
            }
            html.push('>');
            push_text(&mut html, code);
            html.push_str("</code></pre>\n");
            return self.put(true, &html);
        }
        let (fence, problems) = Fence::parse(info);
        let place = self.info_range(range);
        for (rule, at, message, help) in problems {
            let at = (place.start + at.start).min(place.end)..(place.start + at.end).min(place.end);
            self.report(rule, &at, message, help);
        }
        let around = self.input.around;
        let highlight = |fence: &Fence, code: &str| around.highlight(fence, code);
        let (own, plain) = code_block::write(&fence, code, around.line_numbers(), &highlight);
        match plain {
            None | Some(Plain::Asked) => {}
            Some(Plain::UnknownLanguage(meant)) => self.report(
                Rule::UnknownLanguage,
                &place,
                format!("the language `{}` is not known", fence.language),
                meant.map(|meant| format!("did you mean `{meant}`?")),
            ),
            Some(Plain::TooLong) => self.report(
                Rule::CodeNotHighlighted,
                &place,
                "this code is too long or too slow to highlight and stays plain".to_owned(),
                None,
            ),
        }
        let html = if self.hooks.code {
            let hook = Hook::Code {
                language: &fence.language,
                title: fence.title.as_deref().unwrap_or_default(),
                code,
                content: &own,
            };
            self.hooked(&hook, own.clone(), range)
        } else {
            own
        };
        self.put(true, &html);
    }

    /// Where the info string of a code block stands in the body; the fence
    /// itself where there is none.
    fn info_range(&self, block: &Range<usize>) -> Range<usize> {
        let start = self.input.base + block.start;
        let line = self.input.source.text[start..]
            .split(['\n', '\r'])
            .next()
            .unwrap_or_default();
        let info = line.trim_start_matches(['`', '~', ' ', '\t']);
        let from = block.start + (line.len() - info.len());
        match info.trim_end().len() {
            0 => block.start..block.start + line.len(),
            length => from..from + length,
        }
    }
}

fn push_anchor(out: &mut String, heading: &Heading) {
    // What is shown for it is the style sheet's: it is no part of the text.
    out.push_str("<a class=\"anchor\"");
    push_attribute(out, "href", &format!("#{}", heading.id));
    let label = format!("Link to this section: {}", heading.text);
    push_attribute(out, "aria-label", &label);
    out.push_str("></a>");
}

fn admonition_opening(kind: &str, title: &str) -> String {
    let mut out = format!("<div class=\"admonition {kind}\" role=\"note\"");
    push_attribute(&mut out, "aria-label", title);
    out.push_str(">\n");
    out
}
