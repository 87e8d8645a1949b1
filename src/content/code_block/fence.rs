//! Reading an info string.

use std::ops::Range;

use super::{Fence, FenceProblem};
use crate::ground::rule::Rule;
use crate::ground::suggest::did_you_mean;

/// Keys with a value, as their spellings and what they mean.
const KEYS: &[(&str, Key)] = &[
    ("title", Key::Title),
    ("file", Key::Title),
    ("filename", Key::Title),
    ("linenos", Key::Numbers),
    ("line-numbers", Key::Numbers),
    ("numberlines", Key::Numbers),
    ("showlinenumbers", Key::Numbers),
    ("start", Key::Start),
    ("linenostart", Key::Start),
    ("startfrom", Key::Start),
    ("hl", Key::Highlighted),
    ("hl_lines", Key::Highlighted),
    ("highlight", Key::Highlighted),
    ("add", Key::Added),
    ("del", Key::Removed),
    ("console", Key::Console),
];

/// Languages that name a console session.
const CONSOLES: &[&str] = &[
    "console",
    "shell-session",
    "shellsession",
    "sh-session",
    "terminal",
];

#[derive(Clone, Copy, PartialEq)]
enum Key {
    Title,
    Numbers,
    Start,
    Highlighted,
    Added,
    Removed,
    Console,
}

impl Key {
    fn by_name(name: &str) -> Option<Self> {
        let name = name.to_lowercase().replace("line_numbers", "line-numbers");
        let name = name.replace("hl-lines", "hl_lines");
        KEYS.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, key)| *key)
    }

    fn is_flag(self) -> bool {
        matches!(self, Key::Numbers | Key::Console)
    }
}

struct Token<'i> {
    key: &'i str,
    value: Option<&'i str>,
    range: Range<usize>,
    braced: bool,
    /// Whether a quote or bracket of the value was closed.
    whole: bool,
}

/// Reads an info string.
pub(super) fn parse(info: &str) -> (Fence, Vec<FenceProblem>) {
    let end = info
        .find(|c: char| c.is_whitespace() || c == ',' || c == '{')
        .unwrap_or(info.len());
    let mut fence = Fence {
        first_line: 1,
        ..Fence::default()
    };
    let mut problems = Vec::new();
    // A first word such as `title="x"` is an attribute of code without a language.
    let first = &info[..end];
    let from = if first.contains('=') { 0 } else { end };
    first[..from].clone_into(&mut fence.language);
    let mut last = None;
    for token in tokens(info, from) {
        last = take(&mut fence, &mut problems, &token, last);
    }
    if CONSOLES.contains(&fence.language.to_lowercase().as_str()) {
        fence.console = true;
    }
    (fence, problems)
}

fn tokens(info: &str, from: usize) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut braces = 0_usize;
    let mut at = from;
    let find = |from: usize, stop: &dyn Fn(char) -> bool| {
        info[from..].find(stop).map_or(info.len(), |end| from + end)
    };
    while let Some(c) = info[at..].chars().next() {
        match c {
            '{' => braces += 1,
            '}' => braces = braces.saturating_sub(1),
            c if c.is_whitespace() || c == ',' => {}
            _ => {
                let start = at;
                let key_end = find(at, &|c| c.is_whitespace() || ",{}=".contains(c));
                let mut token = Token {
                    key: &info[start..key_end],
                    value: None,
                    range: start..key_end,
                    braced: braces > 0,
                    whole: true,
                };
                at = key_end;
                if info[at..].starts_with('=') {
                    at += 1;
                    let opening = info[at..].chars().next();
                    let closing = match opening {
                        Some('[') => Some(']'),
                        Some(quote @ ('"' | '\'')) => Some(quote),
                        _ => None,
                    };
                    if let Some(closing) = closing {
                        let end = find(at + 1, &|c| c == closing);
                        token.whole = end < info.len();
                        token.value = Some(&info[at + 1..end]);
                        at = (end + 1).min(info.len());
                    } else {
                        // `hl_lines=3-5,8` has a comma, and a comma also
                        // separates attributes: it belongs to the value where
                        // a digit follows.
                        let stop = |c: char| c.is_whitespace() || c == '}' || c == ',';
                        let mut end = find(at, &stop);
                        while info[end..].starts_with(',')
                            && info[end + 1..].starts_with(|c: char| c.is_ascii_digit())
                        {
                            end = find(end + 1, &stop);
                        }
                        token.value = Some(&info[at..end]);
                        at = end;
                    }
                    token.range = start..at;
                }
                // A lone `=` has no key and stands for nothing.
                if at == start {
                    at += 1;
                }
                tokens.push(token);
                continue;
            }
        }
        at += c.len_utf8();
    }
    tokens
}

/// Takes a token into `fence`. Returns the key to which lone numbers that
/// follow belong.
fn take(
    fence: &mut Fence,
    problems: &mut Vec<FenceProblem>,
    token: &Token<'_>,
    last: Option<Key>,
) -> Option<Key> {
    let mut complain = |message: String, help: Option<String>| {
        problems.push((Rule::FenceAttribute, token.range.clone(), message, help));
    };
    let lines = token.key.starts_with(|c: char| c.is_ascii_digit())
        && token.key.chars().all(|c| c.is_ascii_digit() || c == '-');
    if token.value.is_none() && lines && (token.braced || last.is_some()) {
        let key = last.unwrap_or(Key::Highlighted);
        if let Err(why) = add_lines(fence, key, token.key) {
            complain(why, None);
        }
        return Some(key);
    }
    if let Some(class) = token.key.strip_prefix('.') {
        if fence.language.is_empty() {
            class.clone_into(&mut fence.language);
        } else if Key::by_name(class) == Some(Key::Numbers) {
            fence.line_numbers = Some(true);
        }
        return None;
    }
    let Some(key) = Key::by_name(token.key) else {
        let flags_only = token.value.is_none();
        let known = KEYS
            .iter()
            .filter(|(_, key)| !flags_only || key.is_flag())
            .map(|(name, _)| *name);
        if let Some(meant) = did_you_mean(token.key, known) {
            complain(
                format!("a code block has no attribute `{}`", token.key),
                Some(format!("did you mean `{meant}`?")),
            );
        }
        return None;
    };
    if !token.whole {
        complain(format!("the value of `{}` is not closed", token.key), None);
        return None;
    }
    let Some(value) = token.value else {
        match key {
            Key::Numbers => fence.line_numbers = Some(true),
            Key::Console => fence.console = true,
            // `rust,file` or `add`: a word of another tool.
            _ if !token.braced => {}
            _ => complain(format!("the attribute `{}` has no value", token.key), None),
        }
        return None;
    };
    match (key, value.to_lowercase().as_str()) {
        (Key::Title, _) => fence.title = Some(value.trim().to_owned()).filter(|t| !t.is_empty()),
        (Key::Numbers, "true" | "table" | "inline" | "yes" | "on" | "1" | "") => {
            fence.line_numbers = Some(true);
        }
        (Key::Numbers, "false" | "no" | "off" | "none" | "0") => fence.line_numbers = Some(false),
        (Key::Console, "true" | "yes" | "on" | "") => fence.console = true,
        (Key::Console, "false" | "no" | "off") => fence.console = false,
        (Key::Numbers | Key::Console, _) => complain(
            format!("`{}` is `true` or `false`, not `{value}`", token.key),
            None,
        ),
        (Key::Start, number) => match number.parse() {
            Ok(number) => fence.first_line = number,
            Err(_) => complain(
                format!("`{}` is the number of a line, not `{value}`", token.key),
                None,
            ),
        },
        (Key::Highlighted | Key::Added | Key::Removed, _) => {
            for part in value.split([',', ' ']) {
                let part = part.trim_matches(['"', '\'', ' ']);
                if part.is_empty() {
                    continue;
                }
                if let Err(why) = add_lines(fence, key, part) {
                    complain(why, None);
                }
            }
            return Some(key);
        }
    }
    None
}

/// Adds `7` or `2-3`.
fn add_lines(fence: &mut Fence, key: Key, part: &str) -> Result<(), String> {
    let (from, to) = part.split_once('-').unwrap_or((part, part));
    let range = match (from.trim().parse::<u32>(), to.trim().parse::<u32>()) {
        (Ok(from), Ok(to)) if from >= 1 && from <= to => (from, to),
        _ => return Err(format!("lines are written as `7` or `2-3`, not `{part}`")),
    };
    match key {
        Key::Added => fence.added.push(range),
        Key::Removed => fence.removed.push(range),
        _ => fence.highlighted.push(range),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Fence;

    fn fence(info: &str) -> Fence {
        let (fence, problems) = Fence::parse(info);
        assert!(problems.is_empty(), "{info}: {problems:?}");
        fence
    }

    fn problem(info: &str) -> (String, String, Option<String>) {
        let (_, mut problems) = Fence::parse(info);
        assert_eq!(problems.len(), 1, "{info}: {problems:?}");
        let (_, range, message, help) = problems.remove(0);
        (info[range].to_owned(), message, help)
    }

    #[test]
    fn languages_are_found_however_they_are_written() {
        for info in [
            "rust",
            "rust,ignore",
            "rust ignore",
            "rust,no_run,should_panic",
            "rust {editable}",
            "{.rust}",
            "{.rust .numberLines}",
            "rust{2}",
        ] {
            assert_eq!(fence(info).language, "rust", "{info}");
        }
        assert_eq!(fence("").language, "");
        assert_eq!(fence("c++").language, "c++");
        assert_eq!(fence("title=x").language, "");
    }

    #[test]
    fn titles_are_quoted_or_not() {
        for info in [
            "toml {file=\"a b.toml\"}",
            "toml title='a b.toml'",
            "toml filename=\"a b.toml\" linenos",
            "{file=\"a b.toml\"}",
        ] {
            assert_eq!(fence(info).title.as_deref(), Some("a b.toml"), "{info}");
        }
        assert_eq!(
            fence("toml,file=x.toml,linenos").title.as_deref(),
            Some("x.toml")
        );
    }

    #[test]
    fn lines_are_marked_in_every_spelling() {
        for info in [
            "rs hl=\"2-3,7\"",
            "rs {2-3,7}",
            "rs {hl_lines=\"2-3 7\"}",
            "rs,hl_lines=2-3 7",
            "rs {hl_lines=[\"2-3\",7]}",
            "rs hl=2-3,7",
        ] {
            assert_eq!(fence(info).highlighted, [(2, 3), (7, 7)], "{info}");
        }
        let both = fence("rs add=4 del=\"5-6\"");
        assert_eq!((both.added, both.removed), (vec![(4, 4)], vec![(5, 6)]));
    }

    #[test]
    fn numbers_and_consoles_are_switches() {
        assert_eq!(fence("rs linenos").line_numbers, Some(true));
        assert_eq!(fence("rs {linenos=table, linenostart=10}").first_line, 10);
        assert_eq!(fence("rs line-numbers=false").line_numbers, Some(false));
        assert_eq!(fence("rs").line_numbers, None);
        assert!(fence("powershell console").console);
        assert!(fence("shell-session").console);
        assert!(!fence("bash").console);
    }

    #[test]
    fn what_is_malformed_or_misspelt_is_named() {
        assert_eq!(
            problem("rs {titel=\"x\"}").2.as_deref(),
            Some("did you mean `title`?")
        );
        assert_eq!(
            problem("rs linenoss").2.as_deref(),
            Some("did you mean `linenos`?")
        );
        assert_eq!(problem("rs hl=\"3-2\"").0, "hl=\"3-2\"");
        assert_eq!(
            problem("rs hl=x").1,
            "lines are written as `7` or `2-3`, not `x`"
        );
        assert!(problem("rs start=x").1.contains("number of a line"));
        assert!(problem("rs title=\"x").1.contains("not closed"));
        assert!(fence("rs {id=\"x\" role=y =z}").title.is_none());
    }
}
