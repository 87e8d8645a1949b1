//! Finding shortcode calls in a body, and hiding them from the Markdown parser.
//!
//! A call is replaced by raw HTML of exactly its own length: a comment where
//! it stands alone on its line, and so is a block, or else a tag without
//! meaning. Offsets stay true, and the parser hands the calls back as raw HTML
//! at the offsets that are noted here. Invariant: text in code, in comments
//! and in tags is never touched.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::call_syntax::{Form, Found, call_at};
use super::raw_html::{Part, parts};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;
use crate::ground::source::Source;
use crate::ground::value::Map;

/// How deep calls with bodies may be nested.
const DEEPEST: usize = 32;

/// Complaints about calls that a page may have; a page with more is not read
/// by anyone to the end.
const MOST_COMPLAINTS: usize = 100;

/// A body whose calls are hidden.
pub(super) struct Hidden<'t> {
    /// The text for the Markdown parser, as long as the body.
    pub text: Cow<'t, str>,
    /// The calls, in order.
    pub calls: Vec<Call>,
    /// What is wrong with calls.
    pub diagnostics: Vec<Diagnostic>,
}

/// A call, or something that looks like one and is shown as it was written.
#[derive(Debug)]
pub(super) struct Call {
    /// Where it stands in the body.
    pub range: Range<usize>,
    /// Whether it stands alone on its line.
    pub block: bool,
    /// What it is.
    pub role: Role,
}

/// What a call is.
#[derive(Debug)]
pub(super) enum Role {
    /// A call without a body.
    Whole(String, Map),
    /// The opening of a call with a body, and the index of its end.
    Open(String, Map, usize),
    /// The end of a call with a body.
    Close,
    /// Text. The number is that of bytes at its start that are not shown: the
    /// backslash of an escaped call.
    Literal(usize),
}

/// Finds the calls of `source.text[body]`.
pub(super) fn hide<'t>(
    source: &Source<'t>,
    body: Range<usize>,
    options: Options,
    enabled: bool,
) -> Hidden<'t> {
    let base = body.start;
    let text = &source.text[body];
    let mut finder = Finder {
        source,
        base,
        calls: Vec::new(),
        open: Vec::new(),
        diagnostics: Vec::new(),
        foreign: BTreeSet::new(),
    };
    if !enabled || !(text.contains("{{") || text.contains("{%")) {
        return Hidden {
            text: Cow::Borrowed(text),
            calls: Vec::new(),
            diagnostics: Vec::new(),
        };
    }
    let opaque = opaque_ranges(text, options);
    let mut at = 0;
    while let Some(found) = text[at..].find('{') {
        let start = at + found;
        if !text[start + 1..].starts_with(['{', '%']) {
            at = start + 1;
            continue;
        }
        let next = opaque.partition_point(|range| range.end <= start);
        if let Some(range) = opaque.get(next)
            && range.start <= start
        {
            at = range.end;
            continue;
        }
        at = finder.take(text, start);
    }
    finder.close_all();
    Hidden {
        text: Cow::Owned(masked(text, &finder.calls)),
        calls: finder.calls,
        diagnostics: finder.diagnostics,
    }
}

/// Ranges in which nothing is a call: code, comments and the inside of tags.
/// Sorted, and none overlaps another.
fn opaque_ranges(text: &str, options: Options) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let mut add = |range: Range<usize>| {
        if ranges.last().is_none_or(|last| last.end <= range.start) {
            ranges.push(range);
        }
    };
    let mut html: Option<Range<usize>> = None;
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        let is_html = matches!(event, Event::Html(_) | Event::InlineHtml(_));
        // A block of raw HTML comes line by line, and a comment in it may
        // have many: they are read as one.
        if let Some(block) = html.take() {
            if is_html && block.end == range.start {
                html = Some(block.start..range.end);
                continue;
            }
            add_html(text, block, &mut add);
        }
        match event {
            Event::Html(_) | Event::InlineHtml(_) => html = Some(range),
            Event::Code(_) | Event::Start(Tag::CodeBlock(_)) => add(range),
            _ => {}
        }
    }
    if let Some(block) = html {
        add_html(text, block, &mut add);
    }
    ranges
}

fn add_html(text: &str, block: Range<usize>, add: &mut impl FnMut(Range<usize>)) {
    for part in parts(&text[block.clone()]) {
        if let Part::Tag(range) | Part::Hidden(range) = part {
            // The name of a call, `<name … />`, looks like a tag. Its own
            // start stands before it and so is not hidden by it.
            add(block.start + range.start..block.start + range.end);
        }
    }
}

struct Finder<'s, 't> {
    source: &'s Source<'t>,
    base: usize,
    calls: Vec<Call>,
    /// Indices of openings that still wait for their ends.
    open: Vec<usize>,
    diagnostics: Vec<Diagnostic>,
    /// Names that were complained of.
    foreign: BTreeSet<String>,
}

impl Finder<'_, '_> {
    /// Takes what stands at `start`; returns where to go on.
    fn take(&mut self, text: &str, start: usize) -> usize {
        let found = call_at(text, start);
        let (Found::Call(_, range) | Found::Malformed(range, _) | Found::Foreign(range, ..)) =
            &found
        else {
            return start + 1;
        };
        let end = range.end;
        let backslashes = text[..start]
            .bytes()
            .rev()
            .take_while(|b| *b == b'\\')
            .count();
        if backslashes % 2 == 1 {
            self.push(text, start - 1..end, Role::Literal(1));
            return end;
        }
        let in_target = text[..start].ends_with("](");
        match found {
            Found::Nothing => {}
            Found::Foreign(range, name, argument) => {
                self.report_foreign(&range, &name, &argument);
                // Hidden, `[a]({{< ref "b" >}})` would become a link.
                if !in_target {
                    self.push(text, range, Role::Literal(0));
                }
            }
            Found::Malformed(range, why) => {
                self.report(
                    &range,
                    format!("this shortcode call cannot be understood: {why}"),
                );
                self.push(text, range, Role::Literal(0));
            }
            Found::Call(_, range) if in_target => {
                self.report(
                    &range,
                    "a shortcode call cannot stand in the target of a link",
                );
            }
            Found::Call(Form::Whole(name, arguments), range) => {
                self.push(text, range, Role::Whole(name, arguments));
            }
            Found::Call(Form::Open(name, arguments), range) => {
                if self.open.len() == DEEPEST {
                    self.report(&range, format!("calls are nested deeper than {DEEPEST}"));
                    self.push(text, range, Role::Literal(0));
                } else {
                    self.open.push(self.calls.len());
                    self.push(text, range, Role::Open(name, arguments, 0));
                }
            }
            Found::Call(Form::Close(name), range) => self.close(text, range, &name),
        }
        end
    }

    fn close(&mut self, text: &str, range: Range<usize>, name: &str) {
        let own = |index: &usize| matches!(&self.calls[*index].role, Role::Open(open, ..) if open == name);
        let Some(depth) = self.open.iter().rposition(own) else {
            self.report(
                &range,
                format!("`{name}` is closed here and was not opened"),
            );
            self.push(text, range, Role::Literal(0));
            return;
        };
        // What was opened inside and is still open will never be closed.
        for index in self.open.split_off(depth + 1) {
            self.unclosed(index);
        }
        let end = self.calls.len();
        if let Some(opening) = self.open.pop()
            && let Role::Open(.., close) = &mut self.calls[opening].role
        {
            *close = end;
        }
        self.push(text, range, Role::Close);
    }

    fn close_all(&mut self) {
        for index in std::mem::take(&mut self.open) {
            self.unclosed(index);
        }
    }

    fn unclosed(&mut self, index: usize) {
        let role = std::mem::replace(&mut self.calls[index].role, Role::Literal(0));
        if let Role::Open(name, ..) = role {
            let range = self.calls[index].range.clone();
            self.report(
                &range,
                format!("`{name}` is opened here and not closed: `{{% </{name}> %}}` is missing"),
            );
        }
    }

    fn push(&mut self, text: &str, range: Range<usize>, role: Role) {
        let block = is_alone(text, &range);
        self.calls.push(Call { range, block, role });
    }

    fn report(&mut self, range: &Range<usize>, message: impl Into<String>) {
        if self.diagnostics.len() < MOST_COMPLAINTS {
            let place = self.base + range.start..self.base + range.end;
            self.diagnostics
                .push(Diagnostic::at(Rule::Shortcode, self.source, place, message));
        }
    }

    fn report_foreign(&mut self, range: &Range<usize>, name: &str, argument: &str) {
        if self.foreign.len() >= MOST_COMPLAINTS || !self.foreign.insert(name.to_owned()) {
            return;
        }
        let place = self.base + range.start..self.base + range.end;
        let message = format!("`{name}` is called as Hugo does it; the text is kept as it is");
        let help = if ["ref", "relref"].contains(&name) {
            let target = match argument.trim_start_matches(['.', '/']) {
                "" => "page.md",
                target => target,
            };
            let target = target.split(['"', ' ']).next().unwrap_or(target);
            format!("link to the file itself: `[…](@/path/to/{target})`, or relative to this page")
        } else {
            format!(
                "a shortcode is called as `{{{{<{name} key=\"value\" />}}}}`, or with a body as \
                 `{{% <{name}> %}} … {{% </{name}> %}}`"
            )
        };
        self.diagnostics
            .push(Diagnostic::at(Rule::UnknownShortcode, self.source, place, message).help(help));
    }
}

/// Whether nothing else stands on the lines of a range but white space and the
/// markers of quotations and lists.
fn is_alone(text: &str, range: &Range<usize>) -> bool {
    // No container marker is long; a longer start of a line is text.
    let mut from = range.start.saturating_sub(200);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let before = &text[from..range.start];
    let before = match before.rfind('\n') {
        Some(at) => &before[at + 1..],
        None if from == 0 => before,
        None => return false,
    };
    let after = text[range.end..]
        .trim_start_matches([' ', '\t', '\r'])
        .starts_with('\n');
    let at_end = text[range.end..]
        .trim_start_matches([' ', '\t', '\r'])
        .is_empty();
    let marker = |word: &str| {
        let digits = word.trim_start_matches(|c: char| c.is_ascii_digit());
        matches!(word, "-" | "*" | "+" | ":")
            || word.bytes().all(|byte| byte == b'>')
            || (digits.len() < word.len() && matches!(digits, "." | ")"))
    };
    (after || at_end) && before.split_whitespace().all(marker)
}

/// The text with each call replaced by raw HTML of its own length.
fn masked(text: &str, calls: &[Call]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for call in calls {
        out.push_str(&text[from..call.range.start]);
        let length = call.range.len();
        // The shortest call has seven bytes, as `<!---->` has. What is shorter
        // was cut off by the end of the text, and is text.
        if length < 7 {
            out.push_str(&text[call.range.clone()]);
            from = call.range.end;
            continue;
        }
        let (opening, filler, closing) = if call.block {
            ("<!--", "x", "-->")
        } else {
            ("<g", "0", ">")
        };
        out.push_str(opening);
        let rest = length.saturating_sub(opening.len() + closing.len());
        out.extend(std::iter::repeat_n(filler, rest));
        out.push_str(closing);
        from = call.range.end;
    }
    out.push_str(&text[from..]);
    debug_assert_eq!(out.len(), text.len());
    out
}
