//! What a template's source mentions, and where.
//!
//! Tera tells which top-level variables a template uses, but not where, and
//! nothing about the fields behind them or the bodies of components. This
//! scan reads the same tokens and says where each name stands. It does not
//! parse: a template that Tera refuses may be scanned too, with a result that
//! means nothing. Invariant: everything inside comments, `raw` blocks and
//! strings is left out, and what is unsure counts as mentioned.

use std::ops::Range;

use super::tokens::{Kind, Token, end_of_raw, next_opening, tokenize};

/// Everything that a source mentions.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// The template itself, outside component definitions.
    pub page: Names,
    /// The components that it defines.
    pub components: Vec<Component>,
    /// `{% extends "…" %}`
    pub extends: Option<Quoted>,
    /// `{% include "…" %}`
    pub includes: Vec<Quoted>,
    /// Components that it calls, from anywhere.
    pub calls: Vec<String>,
    /// Whether it dumps everything that it has (`__tera_context`).
    pub dumps_context: bool,
}

/// A component definition.
#[derive(Debug)]
pub(super) struct Component {
    /// Its name, with dots.
    pub name: String,
    /// Its arguments, the rest argument among them.
    pub arguments: Vec<String>,
    /// What its body mentions.
    pub names: Names,
}

/// The names of one scope.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Variables read.
    pub read: Vec<Mention>,
    /// Variables that `set`, `for` or a list comprehension makes.
    pub assigned: Vec<String>,
}

/// A quoted template name.
#[derive(Debug)]
pub(super) struct Quoted {
    /// The name.
    pub name: String,
    /// Where it stands, quotes included.
    pub range: Range<usize>,
}

/// A variable that is read.
#[derive(Debug)]
pub(super) struct Mention {
    /// The root name.
    pub name: String,
    /// Where the root name stands.
    pub range: Range<usize>,
    /// The first field behind it, if it is written with a dot.
    pub field: Option<(String, Range<usize>)>,
}

/// Scans a source.
pub(super) fn scan(source: &str) -> Scan {
    let mut scan = Scan::default();
    let mut inside: Option<Component> = None;
    let mut rest = 0;
    while let Some((opening, is_tag)) = next_opening(source, &mut rest) {
        let (tokens, end) = tokenize(source, opening, if is_tag { "%}" } else { "}}" });
        rest = end;
        let keyword = match tokens.first() {
            Some(token) if is_tag && token.kind == Kind::Name => token.text(source),
            _ => "",
        };
        match keyword {
            "raw" => rest = end_of_raw(source, end),
            "component" => inside = Some(definition(source, &tokens)),
            "endcomponent" => scan.components.extend(inside.take()),
            "include" | "extends" => {
                if let Some(token) = tokens.get(1).filter(|token| token.kind == Kind::Text) {
                    let quoted = Quoted {
                        name: token.text(source).trim_matches(['"', '\'', '`']).to_owned(),
                        range: token.range.clone(),
                    };
                    if keyword == "include" {
                        scan.includes.push(quoted);
                    } else {
                        scan.extends = Some(quoted);
                    }
                }
            }
            "block" | "endblock" | "endset" | "endif" | "endfor" | "endfilter" | "break"
            | "continue" => {}
            _ => {
                let mut calls = Vec::new();
                let names = inside.as_mut().map_or(&mut scan.page, |c| &mut c.names);
                expression(source, &tokens, keyword, names, &mut calls);
                scan.calls.append(&mut calls);
            }
        }
    }
    scan.dumps_context = scan
        .components
        .iter()
        .map(|component| &component.names)
        .chain([&scan.page])
        .any(|names| names.read.iter().any(|m| m.name == "__tera_context"));
    scan
}

/// `component name.part(first, @implicit, third: string = "x", ...rest) {…}`
fn definition(source: &str, tokens: &[Token]) -> Component {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text(source));
    let open = (0..tokens.len())
        .find(|&at| text(at) == "(")
        .unwrap_or(tokens.len());
    let name = (1..open).map(text).collect();
    let mut arguments = Vec::new();
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match text(at) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            name if depth == 1
                && token.kind == Kind::Name
                && matches!(text(at - 1), "(" | "," | "@" | "...") =>
            {
                arguments.push(name.to_owned());
            }
            _ => {}
        }
    }
    Component {
        name,
        arguments,
        names: Names::default(),
    }
}

const WORDS: [&str; 17] = [
    "and", "or", "not", "in", "is", "if", "elif", "else", "for", "true", "True", "false", "False",
    "none", "None", "null", "self",
];

fn expression(
    source: &str,
    tokens: &[Token],
    keyword: &str,
    names: &mut Names,
    calls: &mut Vec<String>,
) {
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text(source));
    let before = |at: usize, back: usize| at.checked_sub(back).map_or("", text);
    let mut at = match keyword {
        "set" | "set_global" => {
            names.assigned.push(text(1).to_owned());
            2
        }
        // The next name is a filter, as it is behind a `|`.
        "filter" => 2,
        _ => 0,
    };
    let mut loop_variables = false;
    while at < tokens.len() {
        let token = &tokens[at];
        let word = token.text(source);
        at += 1;
        if token.kind != Kind::Name {
            continue;
        }
        match word {
            "for" => {
                loop_variables = true;
                continue;
            }
            "in" => {
                loop_variables = false;
                continue;
            }
            _ if WORDS.contains(&word) => continue,
            _ => {}
        }
        let previous = before(at - 1, 1);
        if loop_variables {
            names.assigned.push(word.to_owned());
        } else if previous == "<" && opens_component(tokens, source, at - 2) {
            let mut name = word.to_owned();
            while text(at) == "." {
                name.push('.');
                name.push_str(text(at + 1));
                at += 2;
            }
            calls.push(name);
        } else if matches!(previous, "." | "?." | "|" | "is" | "</")
            || (previous == "not" && before(at - 1, 2) == "is")
            || matches!(text(at), "(" | "=")
            || (word == "loop" && text(at) == ".")
        {
            // A field, filter, test, function or named argument.
        } else {
            let field = (matches!(text(at), "." | "?.")
                && tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Name))
            .then(|| (text(at + 1).to_owned(), tokens[at + 1].range.clone()));
            names.read.push(Mention {
                name: word.to_owned(),
                range: token.range.clone(),
                field,
            });
        }
    }
}

/// Whether the `<` at `at` opens a component call and does not compare: it
/// stands where an operand is expected.
fn opens_component(tokens: &[Token], source: &str, at: usize) -> bool {
    let Some(previous) = at.checked_sub(1).map(|at| &tokens[at]) else {
        return true;
    };
    match previous.kind {
        Kind::Text | Kind::Number => false,
        Kind::Name => WORDS.contains(&previous.text(source)),
        Kind::Sign => !matches!(previous.text(source), ")" | "]" | "}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(source: &str) -> Vec<String> {
        scan(source)
            .page
            .read
            .into_iter()
            .map(|mention| match mention.field {
                Some((field, _)) => format!("{}.{field}", mention.name),
                None => mention.name,
            })
            .collect()
    }

    #[test]
    fn variables_are_told_from_everything_else_that_is_a_name() {
        assert_eq!(
            read("{{ page.title | default(value=site.title) | upper }}"),
            ["page.title", "site.title"]
        );
        assert_eq!(
            read("{% if a is defined and not b is not string %}{% endif %}"),
            ["a", "b"]
        );
        assert_eq!(
            read("{% if a < b %}{% elif c?.d %}{% endif %}"),
            ["a", "b", "c.d"]
        );
        assert_eq!(
            read("{{ range(end=n) }}{{ x[i] }}{{ loop.index }}"),
            ["n", "x", "i"]
        );
        assert_eq!(
            read("{# gone.here #}{% raw %}{{ raw }}{% endraw %}{{ 'a b' }}"),
            [""; 0]
        );
        assert_eq!(
            read("{{ [y for y in ys if y > z] }}"),
            ["y", "ys", "y", "z"]
        );
    }

    #[test]
    fn component_calls_have_attributes_and_shorthands() {
        let found = scan(
            "{{ <ui.chip label={page.title} site kind=\"x\"/> }}{% <card> %}{{ a }}{% </card> %}",
        );
        assert_eq!(found.calls, ["ui.chip", "card"]);
        let names: Vec<_> = found.page.read.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names, ["page", "site", "a"]);
    }

    #[test]
    fn definitions_have_their_own_scope() {
        let found = scan(
            "{% component ui.x(a: string, @site, b = [\"q\"], ...rest) {\"doc\": \"d\"} %}{% set s = a %}{{ s }}{% endcomponent %}{{ z }}",
        );
        let component = &found.components[0];
        assert_eq!(component.name, "ui.x");
        assert_eq!(component.arguments, ["a", "site", "b", "rest"]);
        assert_eq!(component.names.assigned, ["s"]);
        let trimmed = scan("{%- component x(a) -%}{{- a -}}{%- endcomponent x -%}{{ b }}");
        assert_eq!(trimmed.components[0].names.read[0].name, "a");
        assert_eq!(trimmed.page.read[0].name, "b");
        assert_eq!(found.page.read.len(), 1);
    }

    #[test]
    fn places_are_byte_ranges_of_the_source() {
        let source = "é {{ page.titel }}";
        let mention = &scan(source).page.read[0];
        assert_eq!(&source[mention.range.clone()], "page");
        assert_eq!(&source[mention.field.clone().unwrap().1], "titel");
    }
}
