//! The markup of a code block.

use super::Fence;
use super::console::{self, Line};
use crate::content::highlight::{Highlighted, Plain};
use crate::content::markdown::escape::{push_attribute, push_text};

/// The markup of a block, and why it stayed plain if it did. `numbers` says
/// whether the site numbers lines where the fence does not say.
pub fn write(
    fence: &Fence,
    code: &str,
    numbers: bool,
    highlight: &dyn Fn(&Fence, &str) -> Highlighted,
) -> (String, Option<Plain>) {
    let numbered = fence.line_numbers.unwrap_or(numbers);
    let session = fence.console.then(|| console::lines(code)).flatten();
    let (lines, plain) = match &session {
        Some(session) => session_lines(fence, session, highlight),
        None if fence.console => (escaped(code), Some(Plain::Asked)),
        None => {
            let highlighted = highlight(fence, code);
            (highlighted.html, highlighted.plain)
        }
    };
    let marked = numbered
        || !(fence.highlighted.is_empty() && fence.added.is_empty() && fence.removed.is_empty());
    let mut out = String::with_capacity(lines.len() + 128);
    out.push_str("<div class=\"code");
    if numbered {
        out.push_str(" numbered");
    }
    if session.is_some() {
        out.push_str(" console");
    }
    out.push_str("\">");
    if let Some(title) = &fence.title {
        out.push_str("<div class=\"code-title\">");
        push_text(&mut out, title);
        out.push_str("</div>");
    }
    out.push_str("<pre tabindex=\"0\"><code");
    if !fence.language.is_empty() {
        push_attribute(&mut out, "class", &format!("language-{}", fence.language));
        push_attribute(&mut out, "data-language", &fence.language);
    }
    out.push('>');
    if marked {
        push_lines(&mut out, &lines, fence, numbered);
    } else {
        out.push_str(&lines);
    }
    out.push_str("</code></pre></div>\n");
    (out, plain)
}

fn push_lines(out: &mut String, html: &str, fence: &Fence, numbered: bool) {
    let within = |ranges: &[(u32, u32)], line: u32| {
        ranges
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&line))
    };
    for (line, html) in (1..).zip(html.split_inclusive('\n')) {
        out.push_str("<span class=\"line");
        let mut word = "";
        if within(&fence.highlighted, line) {
            out.push_str(" hl");
        }
        if within(&fence.added, line) {
            out.push_str(" add");
            word = "added: ";
        }
        if within(&fence.removed, line) {
            out.push_str(" del");
            word = "removed: ";
        }
        out.push('"');
        if numbered {
            // The style sheet shows the attribute, so that numbers are not
            // copied with the code.
            let number = u64::from(fence.first_line) + u64::from(line) - 1;
            push_attribute(out, "data-line", &number.to_string());
        }
        out.push('>');
        if !word.is_empty() {
            out.push_str("<span class=\"visually-hidden\">");
            out.push_str(word);
            out.push_str("</span>");
        }
        out.push_str(html);
        out.push_str("</span>");
    }
}

/// The lines of a session: what was typed is highlighted as one text, so that
/// a command of several lines keeps its colours.
fn session_lines(
    fence: &Fence,
    session: &[Line<'_>],
    highlight: &dyn Fn(&Fence, &str) -> Highlighted,
) -> (String, Option<Plain>) {
    let typed: String = session
        .iter()
        .filter_map(|line| match line {
            Line::Typed(_, typed) => Some(*typed),
            Line::Printed(_) => None,
        })
        .collect();
    let language = match fence.language.to_lowercase().as_str() {
        "" | "console" | "shell-session" | "shellsession" | "sh-session" | "terminal" => "bash",
        _ => &fence.language,
    };
    let shell = Fence {
        language: language.to_owned(),
        ..fence.clone()
    };
    let highlighted = highlight(&shell, &typed);
    let mut commands = highlighted.html.split_inclusive('\n');
    let mut out = String::new();
    for line in session {
        match line {
            Line::Typed(prompt, typed) => {
                if !prompt.is_empty() {
                    out.push_str("<span class=\"prompt\">");
                    push_text(&mut out, prompt);
                    out.push_str("</span>");
                }
                // The last command of a session may be an empty text.
                if !typed.is_empty() {
                    out.push_str(commands.next().unwrap_or_default());
                }
            }
            Line::Printed(printed) => {
                let text = printed.trim_end_matches('\n');
                if !text.is_empty() {
                    out.push_str("<span class=\"output\">");
                    push_text(&mut out, text);
                    out.push_str("</span>");
                }
                out.push_str(&printed[text.len()..]);
            }
        }
    }
    (out, highlighted.plain)
}

fn escaped(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    push_text(&mut out, code);
    out
}

#[cfg(test)]
mod tests {
    use super::{escaped, write};
    use crate::content::code_block::Fence;
    use crate::content::highlight::Highlighted;

    fn html(info: &str, code: &str) -> String {
        let (fence, _) = Fence::parse(info);
        let highlight = |fence: &Fence, code: &str| Highlighted {
            html: escaped(code).replace("ls", &format!("<i>{}</i>", fence.language)),
            plain: None,
        };
        write(&fence, code, false, &highlight).0
    }

    #[test]
    fn plain_code_has_no_line_elements() {
        assert_eq!(
            html("sh title=\"a<b\"", "ls\n"),
            "<div class=\"code\"><div class=\"code-title\">a&lt;b</div><pre tabindex=\"0\">\
             <code class=\"language-sh\" data-language=\"sh\"><i>sh</i>\n</code></pre></div>\n"
        );
        assert_eq!(
            html("", "<\n"),
            "<div class=\"code\"><pre tabindex=\"0\"><code>&lt;\n</code></pre></div>\n"
        );
    }

    #[test]
    fn marked_lines_say_so_in_words() {
        let html = html("x {1} add=2 del=3", "a\nb\nc\nd\n");
        assert!(
            html.contains("<span class=\"line hl\">a\n</span>"),
            "{html}"
        );
        assert!(html.contains(
            "<span class=\"line add\"><span class=\"visually-hidden\">added: </span>b\n</span>"
        ));
        assert!(html.contains("<span class=\"visually-hidden\">removed: </span>c"));
        assert!(html.contains("<span class=\"line\">d\n</span>"));
    }

    #[test]
    fn numbers_begin_where_they_are_told() {
        let html = html("x linenos start=10", "a\n");
        assert!(html.contains("<div class=\"code numbered\">"), "{html}");
        assert!(
            html.contains("<span class=\"line\" data-line=\"10\">"),
            "{html}"
        );
        assert!(!html.contains(">10"), "numbers are not text: {html}");
    }

    #[test]
    fn prompts_are_set_apart_and_commands_highlighted_as_shell() {
        let html = html("console", "$ ls\n<out>\n$ ls");
        assert!(
            html.contains(
                "<span class=\"prompt\">$ </span><i>bash</i>\n\
                 <span class=\"output\">&lt;out&gt;</span>\n\
                 <span class=\"prompt\">$ </span><i>bash</i></code>"
            ),
            "{html}"
        );
        assert!(html.contains("class=\"language-console\""), "{html}");
    }
}
