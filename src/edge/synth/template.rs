//! Templates of prose and code, and how their gaps are filled.
//!
//! A gap stands between `‹` and `›`. `‹words:a›` is a made-up name, the same
//! one for the same letter within a [`Scope`], in the form that its first word
//! names (`snake`, `camel`, `pascal`, `upper`, `kebab`, `lower`, `words`);
//! `‹num:3-9›` is a number; `‹pick:a|b›` is one of the words; `‹say›` is a
//! remark; any other word is a fact of the guide. A word with a capital letter
//! gives the same text with a capital letter. This is no language for users:
//! all templates are embedded, and a test fills every gap of every one.

use super::random::Random;
use super::words::{QUALIFIERS, THINGS};

/// Remarks, for comments in code.
const REMARKS: &str = include_str!("prose/remarks.txt");

/// A word of a template and what it stands for.
pub(super) type Fact<'a> = (&'static str, &'a str);

/// What the gaps of a template are filled from.
pub(super) struct Scope<'a> {
    pub(super) random: Random,
    facts: &'a [Fact<'a>],
    names: [Option<[&'static str; 2]>; 26],
}

impl<'a> Scope<'a> {
    pub(super) fn new(random: Random, facts: &'a [Fact<'a>]) -> Self {
        Self {
            random,
            facts,
            names: [None; 26],
        }
    }

    /// Forgets the names of the letters from `first` on.
    pub(super) fn forget(&mut self, first: char) {
        let first = usize::from(letter(first));
        self.names[first..].fill(None);
    }

    /// Writes a template with its gaps filled.
    pub(super) fn fill(&mut self, template: &str, out: &mut String) {
        let mut rest = template;
        while let Some((before, gap)) = rest.split_once('‹') {
            out.push_str(before);
            let (gap, after) = gap.split_once('›').unwrap_or((gap, ""));
            self.gap(gap, out);
            rest = after;
        }
        out.push_str(rest);
    }

    /// One of the lines of a text, with its gaps filled.
    pub(super) fn line_of(&mut self, lines: &str, out: &mut String) {
        let count = lines.lines().count();
        let line = lines.lines().nth(self.random.below(count));
        self.fill(line.unwrap_or_default(), out);
    }

    fn gap(&mut self, gap: &str, out: &mut String) {
        let start = out.len();
        let (form, argument) = gap.split_once(':').unwrap_or((gap, ""));
        match form {
            "num" => {
                let (first, last) = argument.split_once('-').unwrap_or((argument, argument));
                let bound = |text: &str| text.parse().unwrap_or(0);
                let number = self.random.between(bound(first), bound(last));
                out.push_str(&number.to_string());
            }
            "pick" => {
                let count = argument.split('|').count();
                let word = argument.split('|').nth(self.random.below(count));
                out.push_str(word.unwrap_or_default());
            }
            "say" | "Say" => {
                self.forget('i');
                self.line_of(REMARKS, out);
            }
            _ if !argument.is_empty() => {
                let name = self.name(argument);
                write_name(form, name, out);
            }
            _ => match self.facts.iter().find(|(key, _)| same_word(key, form)) {
                Some((_, value)) => out.push_str(value),
                None => {
                    out.push('‹');
                    out.push_str(gap);
                    out.push('›');
                }
            },
        }
        if gap.starts_with(char::is_uppercase) {
            capitalize(out, start);
        }
    }

    fn name(&mut self, key: &str) -> [&'static str; 2] {
        let place = usize::from(letter(key.chars().next().unwrap_or('a')));
        let random = &mut self.random;
        *self.names[place]
            .get_or_insert_with(|| [*random.pick_early(QUALIFIERS), *random.pick_early(THINGS)])
    }
}

fn letter(c: char) -> u8 {
    u8::try_from(c).map_or(0, |c| c.to_ascii_lowercase().wrapping_sub(b'a').min(25))
}

fn same_word(key: &str, form: &str) -> bool {
    key.eq_ignore_ascii_case(form)
}

/// Gives the text from `start` on a capital letter.
fn capitalize(out: &mut str, start: usize) {
    if let Some(first) = out.get_mut(start..start + 1) {
        first.make_ascii_uppercase();
    }
}

fn write_name(form: &str, [one, two]: [&str; 2], out: &mut String) {
    let start = out.len();
    let between = match form {
        "snake" | "upper" => "_",
        "kebab" => "-",
        "words" | "Words" => " ",
        _ => "",
    };
    out.push_str(one);
    out.push_str(between);
    let second = out.len();
    out.push_str(two);
    match form {
        "upper" => out[start..].make_ascii_uppercase(),
        "camel" => capitalize(out, second),
        "pascal" => {
            capitalize(out, start);
            capitalize(out, second);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(template: &str) -> String {
        let mut out = String::new();
        Scope::new(Random::of(1, 1, 1), &[("stack", "Go workers")]).fill(template, &mut out);
        out
    }

    #[test]
    fn a_letter_is_one_name_in_every_form() {
        let out = filled("‹words:a›|‹snake:a›|‹kebab:a›|‹camel:a›|‹pascal:a›|‹upper:a›|‹lower:a›");
        let forms: Vec<&str> = out.split('|').collect();
        let words: Vec<&str> = forms[0].split(' ').collect();
        let bare = words.concat();
        assert_eq!(forms[1], words.join("_"));
        assert_eq!(forms[2], words.join("-"));
        assert_eq!(forms[5], words.join("_").to_uppercase());
        assert_eq!(forms[6], bare);
        assert_eq!(forms[3].to_lowercase(), bare);
        assert!(forms[3].starts_with(char::is_lowercase) && forms[3] != bare);
        assert!(forms[4].starts_with(char::is_uppercase) && forms[4][1..] == forms[3][1..]);
    }

    #[test]
    fn facts_numbers_and_words_fill_their_gaps() {
        assert_eq!(filled("on ‹stack›."), "on Go workers.");
        assert_eq!(filled("‹num:7-7›‹pick:x|x›"), "7x");
        assert_eq!(filled("‹nothing›"), "‹nothing›");
        let said = filled("‹Say›");
        assert!(
            said.starts_with(char::is_uppercase) && !said.contains('‹'),
            "{said}"
        );
    }
}
