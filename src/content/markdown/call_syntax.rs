//! The syntax of a shortcode call: that of a Tera component call.
//!
//! `{{<name key="v" n={1} />}}` is a whole call; `{% <name key="v"> %}` opens
//! and `{% </name> %}` closes one with a body. Arguments are literals, since
//! Markdown has no variables. Everything here is a pure function of the text
//! at one offset; where calls may stand is decided in [`super::calls`].

use std::ops::Range;

use crate::ground::value::{Map, Value};

/// Bytes that a call may have. It bounds the search for the end of a call, so
/// that a page of unclosed calls costs no more than its length.
const LONGEST: usize = 4_000;

/// How deep lists may be nested in an argument.
const DEEPEST: usize = 16;

/// What stands at an offset.
#[derive(Debug, PartialEq)]
pub(super) enum Found {
    /// No call.
    Nothing,
    /// A call, up to the end of the range.
    Call(Form, Range<usize>),
    /// A call that cannot be understood, and why.
    Malformed(Range<usize>, String),
    /// A shortcode of another generator: its name and its first argument.
    Foreign(Range<usize>, String, String),
}

/// The three forms of a call.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    /// `{{<name … />}}`
    Whole(String, Map),
    /// `{% <name …> %}`
    Open(String, Map),
    /// `{% </name> %}`
    Close(String),
}

/// Reads what stands at `at`, where the text has `{{` or `{%`.
pub(super) fn call_at(text: &str, at: usize) -> Found {
    let mut end = text.len().min(at + LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let window = &text[..end];
    let tag = window[at..].starts_with("{%");
    let mut reader = Reader {
        text: window,
        at: at + 2,
    };
    if window[at..].starts_with("{{%") {
        return foreign(window, at, "%}}").unwrap_or(Found::Nothing);
    }
    reader.eat("-");
    reader.space();
    if !reader.eat("<") {
        return Found::Nothing;
    }
    let close = tag && reader.eat("/");
    reader.space();
    let Some(name) = reader.name() else {
        return if tag {
            Found::Nothing
        } else {
            foreign(window, at, ">}}").unwrap_or(Found::Nothing)
        };
    };
    match reader.rest(tag, close, name) {
        Ok(form) => Found::Call(form, at..reader.at),
        Err(why) => {
            let spaced = window[at..].starts_with("{{< ");
            if let Some(found) = (!tag).then(|| foreign(window, at, ">}}")).flatten() {
                let Found::Foreign(range, ..) = &found else {
                    return found;
                };
                if spaced || !window[range.clone()].ends_with("/>}}") {
                    return found;
                }
            }
            let closing = if tag { "%}" } else { "}}" };
            Found::Malformed(at..end_of(window, at, closing), why)
        }
    }
}

/// The end of the construct at `at`: behind `closing` in the same paragraph,
/// or else at the end of the line.
fn end_of(text: &str, at: usize, closing: &str) -> usize {
    let rest = &text[at..];
    let paragraph = rest.find("\n\n").map_or(rest, |end| &rest[..end]);
    let line = paragraph.lines().next().unwrap_or_default();
    at + paragraph
        .find(closing)
        .map_or(line.len(), |end| end + closing.len())
}

/// `{{< ref "x" >}}` and `{{% name %}}`.
fn foreign(text: &str, at: usize, closing: &str) -> Option<Found> {
    let start = text[at..]
        .get(3..)?
        .trim_start_matches([' ', '\t', '\n', '/']);
    if !start.starts_with(char::is_alphabetic) {
        return None;
    }
    let end = end_of(text, at, closing);
    let inner = text[at..end].strip_suffix(closing)?.get(3..)?;
    let inner = inner.trim().trim_start_matches('/').trim_end_matches('/');
    let (name, rest) = inner
        .trim()
        .split_once(char::is_whitespace)
        .unwrap_or((inner.trim(), ""));
    let named = name
        .chars()
        .all(|c| c.is_alphanumeric() || "-_./".contains(c));
    let argument = rest.trim().trim_matches(['"', '\'', '`']).to_owned();
    named.then(|| Found::Foreign(at..end, name.to_owned(), argument))
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn left(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn eat(&mut self, word: &str) -> bool {
        let there = self.left().starts_with(word);
        if there {
            self.at += word.len();
        }
        there
    }

    fn space(&mut self) {
        let left = self.left();
        self.at += left.len()
            - left
                .trim_start_matches(|c: char| c.is_ascii_whitespace())
                .len();
    }

    fn word(&mut self) -> Option<&'t str> {
        let left = self.left();
        let length = left
            .bytes()
            .enumerate()
            .take_while(|(at, byte)| {
                *byte == b'_' || byte.is_ascii_alphabetic() || (*at > 0 && byte.is_ascii_digit())
            })
            .count();
        self.at += length;
        (length > 0).then(|| &left[..length])
    }

    fn name(&mut self) -> Option<String> {
        let mut name = self.word()?.to_owned();
        while self.left().starts_with('.') {
            self.at += 1;
            name.push('.');
            name.push_str(self.word()?);
        }
        Some(name)
    }

    /// Everything behind the name.
    fn rest(&mut self, tag: bool, close: bool, name: String) -> Result<Form, String> {
        let mut arguments = Map::default();
        loop {
            self.space();
            if close || self.left().starts_with(['/', '>']) {
                break;
            }
            let Some(key) = self.word() else {
                return Err(self.unexpected("an argument such as `key=\"value\"`, or the end"));
            };
            self.space();
            if !self.eat("=") {
                return Err(format!(
                    "the argument `{key}` has no value; write `{key}={{true}}` for a flag"
                ));
            }
            self.space();
            let value = self.argument(key)?;
            if arguments.get(key).is_some() {
                return Err(format!("the argument `{key}` stands twice"));
            }
            arguments.insert(key, value);
        }
        if !tag && !self.eat("/") {
            return Err(
                "a call in `{{ }}` ends with `/>}}`; one with a body is written in `{% %}`".into(),
            );
        }
        self.space();
        if !self.eat(">") {
            return Err(self.unexpected("`>`"));
        }
        self.space();
        self.eat("-");
        let end = if tag { "%}" } else { "}}" };
        if !self.eat(end) {
            return Err(self.unexpected(&format!("`{end}`")));
        }
        Ok(match (tag, close) {
            (false, _) => Form::Whole(name, arguments),
            (true, false) => Form::Open(name, arguments),
            (true, true) => Form::Close(name),
        })
    }

    fn argument(&mut self, key: &str) -> Result<Value, String> {
        if self.left().starts_with(['"', '\'', '`']) {
            return self.string().map(Value::Text);
        }
        if !self.eat("{") {
            return Err(format!(
                "the value of `{key}` must be in quotes, or in braces such as `{{1}}`"
            ));
        }
        self.space();
        let value = self.literal(key, 0)?;
        self.space();
        if !self.eat("}") {
            return Err(self.unexpected(&format!("`}}` behind the value of `{key}`")));
        }
        Ok(value)
    }

    fn literal(&mut self, key: &str, depth: usize) -> Result<Value, String> {
        let left = self.left();
        if left.starts_with(['"', '\'', '`']) {
            return self.string().map(Value::Text);
        }
        if depth < DEEPEST && self.eat("[") {
            let mut items = Vec::new();
            loop {
                self.space();
                if self.eat("]") {
                    return Ok(Value::List(items));
                }
                items.push(self.literal(key, depth + 1)?);
                self.space();
                if !self.eat(",") && !self.left().starts_with(']') {
                    return Err(self.unexpected(&format!("`,` or `]` in the list of `{key}`")));
                }
            }
        }
        let length = left
            .find(|c: char| !c.is_ascii_alphanumeric() && !"+-._".contains(c))
            .unwrap_or(left.len());
        let word = &left[..length];
        let value = match word {
            "true" | "True" => Some(Value::Bool(true)),
            "false" | "False" => Some(Value::Bool(false)),
            _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') => word
                .parse()
                .map(Value::Int)
                .or_else(|_| word.parse().map(Value::Float))
                .ok(),
            _ => None,
        };
        self.at += length;
        value.ok_or_else(|| {
            format!(
                "the value of `{key}` must be text in quotes, a number, `true`, `false` or a list \
                 of these"
            )
        })
    }

    fn string(&mut self) -> Result<String, String> {
        let mut value = String::new();
        let mut chars = self.left().char_indices();
        let quote = chars.next().map(|(_, quote)| quote);
        while let Some((at, c)) = chars.next() {
            if Some(c) == quote {
                self.at += at + 1;
                return Ok(value);
            }
            if c != '\\' {
                value.push(c);
                continue;
            }
            value.push(match chars.next() {
                Some((_, 'n')) => '\n',
                Some((_, 't')) => '\t',
                Some((_, 'r')) => '\r',
                Some((_, c)) if "\"'/\\".contains(c) => c,
                Some((_, c)) => return Err(format!("`\\{c}` is no escape in text")),
                None => break,
            });
        }
        Err("text that is opened with a quote is not closed".into())
    }

    fn unexpected(&self, wanted: &str) -> String {
        match self.left().chars().next() {
            Some(c) => format!("expected {wanted}, found `{c}`"),
            None => format!("expected {wanted}, found the end of the text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, Found, call_at};
    use crate::ground::value::{Map, Value};

    fn whole(text: &str) -> Map {
        match call_at(text, 0) {
            Found::Call(Form::Whole(_, arguments), range) => {
                assert_eq!(range, 0..text.len());
                arguments
            }
            other => panic!("{text}: {other:?}"),
        }
    }

    fn malformed(text: &str) -> String {
        match call_at(text, 0) {
            Found::Malformed(_, why) => why,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn every_kind_of_literal_is_an_argument() {
        let arguments = whole(
            r#"{{<a.b s="x \"y\"" t='z' n={1} f={-2.5} yes={true} no={ false } l={["a", 1, [2]]} />}}"#,
        );
        assert_eq!(arguments.get("s"), Some(&Value::Text("x \"y\"".into())));
        assert_eq!(arguments.get("t"), Some(&Value::Text("z".into())));
        assert_eq!(arguments.get("n"), Some(&Value::Int(1)));
        assert_eq!(arguments.get("f"), Some(&Value::Float(-2.5)));
        assert_eq!(arguments.get("yes"), Some(&Value::Bool(true)));
        assert_eq!(arguments.get("no"), Some(&Value::Bool(false)));
        assert_eq!(
            arguments.get("l"),
            Some(&Value::List(vec![
                Value::Text("a".into()),
                Value::Int(1),
                Value::List(vec![Value::Int(2)])
            ]))
        );
    }

    #[test]
    fn spaces_and_line_breaks_stand_where_tera_takes_them() {
        assert!(whole("{{ <a/> }}").is_empty());
        assert!(whole("{{- < a / > -}}").is_empty());
        assert_eq!(whole("{{<a\n  b = \"c\"\n/>}}").0.len(), 1);
        assert_eq!(
            call_at("{%- </ a > -%}", 0),
            Found::Call(Form::Close("a".into()), 0..14)
        );
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert!(malformed("{{<a b />}}").contains("has no value"));
        assert!(malformed("{{<a b=c />}}").contains("in quotes"));
        assert!(malformed("{{<a b={c} />}}").contains("must be text"));
        assert!(malformed("{{<a b=\"c />}}").contains("not closed"));
        assert!(malformed("{{<a b=\"1\" b=\"2\" />}}").contains("twice"));
        assert!(malformed("{% <a /> %}").contains("expected `>`"));
    }

    #[test]
    fn other_generators_are_told_apart() {
        for text in [
            "{{< ref \"./a.md\" >}}",
            "{{% ref \"./a.md\" %}}",
            "{{<ref './a.md'>}}",
        ] {
            assert_eq!(
                call_at(text, 0),
                Found::Foreign(0..text.len(), "ref".into(), "./a.md".into()),
            );
        }
        assert!(matches!(call_at("{{< /note >}}", 0), Found::Foreign(..)));
        assert_eq!(call_at("{{ .Values.x }}", 0), Found::Nothing);
        assert_eq!(call_at("{{ a < b }}", 0), Found::Nothing);
        assert_eq!(call_at("{% if x %}", 0), Found::Nothing);
    }
}
