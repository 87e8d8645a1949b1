//! Lower layers never name higher ones, and one file alone names `std::fs`.
//!
//! The checker reads the sources' own tokens: comments and strings are
//! skipped, `use` trees, fully written paths and chains of `super::` are
//! followed. It is tested on seeded violations first, so that its silence
//! about the crate means something.

use std::fs;
use std::path::Path;

/// The layers, lowest first.
const LAYERS: &[&str] = &[
    "ground", "engine", "content", "site", "render", "edge", "cli",
];

/// The one folder whose files may name `std::fs`.
const FILESYSTEM: &str = "ground/fs/";

/// One token of Rust that the checker cares for.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    /// `::`
    Path,
    /// Any other single character that is not white space.
    Mark(char),
}

/// A token and the line it stands on.
type Placed = (Token, usize);

/// Splits a source into tokens; comments, strings and characters are dropped.
fn tokens(source: &str) -> Vec<Placed> {
    let chars: Vec<char> = source.chars().collect();
    let mut out = Vec::new();
    let (mut at, mut line) = (0, 1);
    let next = |at: usize| chars.get(at).copied().unwrap_or('\0');
    while at < chars.len() {
        let start = at;
        match chars[at] {
            '/' if next(at + 1) == '/' => {
                while at < chars.len() && chars[at] != '\n' {
                    at += 1;
                }
            }
            '/' if next(at + 1) == '*' => {
                let mut depth = 0;
                while at < chars.len() {
                    match (chars[at], next(at + 1)) {
                        ('/', '*') => {
                            depth += 1;
                            at += 2;
                        }
                        ('*', '/') => {
                            depth -= 1;
                            at += 2;
                            if depth == 0 {
                                break;
                            }
                        }
                        _ => at += 1,
                    }
                }
            }
            'r' | 'b' | 'c' if raw_string_end(&chars, at).is_some() => {
                at = raw_string_end(&chars, at).unwrap_or(chars.len());
            }
            '"' => {
                at += 1;
                while at < chars.len() && chars[at] != '"' {
                    at += if chars[at] == '\\' { 2 } else { 1 };
                }
                at += 1;
            }
            // A character, not a lifetime: `'x'`, `'\n'`.
            '\'' if next(at + 1) == '\\' => {
                at += 3;
                while at < chars.len() && chars[at] != '\'' {
                    at += 1;
                }
                at += 1;
            }
            '\'' if next(at + 2) == '\'' => at += 3,
            ':' if next(at + 1) == ':' => {
                out.push((Token::Path, line));
                at += 2;
            }
            c if c.is_alphanumeric() || c == '_' => {
                while at < chars.len() && (chars[at].is_alphanumeric() || chars[at] == '_') {
                    at += 1;
                }
                out.push((Token::Word(chars[start..at].iter().collect()), line));
            }
            c => {
                if !c.is_whitespace() {
                    out.push((Token::Mark(c), line));
                }
                at += 1;
            }
        }
        let end = at.min(chars.len());
        line += chars[start..end].iter().filter(|&&c| c == '\n').count();
    }
    out
}

/// Where the raw string that begins at `at` ends, if one begins there.
fn raw_string_end(chars: &[char], at: usize) -> Option<usize> {
    // `for_r"x"` cannot be: a letter before would have been one word with it.
    let mut hash = at;
    while matches!(chars.get(hash), Some('b' | 'c')) {
        hash += 1;
    }
    if chars.get(hash) != Some(&'r') {
        return None;
    }
    let hashes = chars[hash + 1..].iter().take_while(|&&c| c == '#').count();
    let mut end = hash + 1 + hashes;
    if chars.get(end) != Some(&'"') {
        return None;
    }
    end += 1;
    while end < chars.len() {
        if chars[end] == '"'
            && chars[end + 1..]
                .iter()
                .take(hashes)
                .filter(|&&c| c == '#')
                .count()
                == hashes
        {
            return Some(end + 1 + hashes);
        }
        end += 1;
    }
    Some(chars.len())
}

/// Every path that the use tree or path at `at` stands for, from its first word.
fn paths(tokens: &[Placed], at: usize) -> Vec<Vec<&str>> {
    fn tree<'t>(
        tokens: &'t [Placed],
        at: &mut usize,
        mut head: Vec<&'t str>,
        out: &mut Vec<Vec<&'t str>>,
    ) {
        loop {
            match tokens.get(*at).map(|(token, _)| token) {
                Some(Token::Word(word)) => {
                    head.push(word);
                    *at += 1;
                }
                Some(Token::Mark('{')) => {
                    *at += 1;
                    while !matches!(tokens.get(*at), None | Some((Token::Mark('}'), _))) {
                        let before = *at;
                        tree(tokens, at, head.clone(), out);
                        // `as name`, `,` and anything else between the branches.
                        while !matches!(tokens.get(*at), None | Some((Token::Mark(',' | '}'), _))) {
                            *at += 1;
                        }
                        if matches!(tokens.get(*at), Some((Token::Mark(','), _))) {
                            *at += 1;
                        }
                        assert!(*at > before, "the use tree does not move on");
                    }
                    *at += 1;
                    return;
                }
                _ => {
                    out.push(head);
                    return;
                }
            }
            if matches!(tokens.get(*at), Some((Token::Path, _))) {
                *at += 1;
            } else {
                out.push(head);
                return;
            }
        }
    }
    let (mut at, mut out) = (at, Vec::new());
    tree(tokens, &mut at, Vec::new(), &mut out);
    out
}

/// The modules above and including the one that a file is, from the crate's
/// root: `content/markdown/mod.rs` is `content`, `markdown`.
fn module_of(file: &str) -> Vec<&str> {
    let mut module: Vec<&str> = file.trim_end_matches(".rs").split('/').collect();
    if matches!(module.last(), Some(&("mod" | "lib" | "main"))) {
        module.pop();
    }
    module
}

/// Everything that is wrong with a crate, given as paths below `src` and texts.
fn violations(files: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in files {
        check_file(file, text, &mut found);
    }
    found
}

fn check_file(file: &str, text: &str, found: &mut Vec<String>) {
    let own = module_of(file);
    // `lib.rs`, `main.rs` and the command line stand above all layers.
    let rank = match own.first() {
        None => LAYERS.len(),
        Some(layer) => match LAYERS.iter().position(|name| name == layer) {
            Some(rank) => rank,
            None => {
                found.push(format!("{file}: `{layer}` is not one of the layers"));
                return;
            }
        },
    };
    let tokens = tokens(text);
    // Modules written inline, with the depth of braces at which each ends.
    let mut inline: Vec<(String, usize, bool)> = Vec::new();
    let mut depth = 0_usize;
    let mut test_next = false;
    for (at, (token, line)) in tokens.iter().enumerate() {
        match token {
            Token::Mark('#') if is_cfg_test(&tokens[at..]) => test_next = true,
            Token::Mark(';') => test_next = false,
            Token::Mark('{') => depth += 1,
            Token::Mark('}') => {
                depth = depth.saturating_sub(1);
                if inline.last().is_some_and(|(_, end, _)| *end == depth) {
                    inline.pop();
                }
            }
            Token::Word(word) if word == "mod" => {
                if let (Some((Token::Word(name), _)), Some((Token::Mark('{'), _))) =
                    (tokens.get(at + 1), tokens.get(at + 2))
                {
                    inline.push((name.clone(), depth, test_next));
                    test_next = false;
                }
            }
            Token::Word(word) => {
                let begins_path = at == 0
                    || !matches!(tokens[at - 1].0, Token::Path)
                    || matches!(tokens.get(at.wrapping_sub(2)), Some((Token::Mark(':'), _)));
                let goes_on = matches!(tokens.get(at + 1), Some((Token::Path, _)));
                if !begins_path || !goes_on {
                    continue;
                }
                let in_tests = inline.iter().any(|(_, _, test)| *test) || is_test_file(file);
                let mut module: Vec<&str> = own.clone();
                module.extend(inline.iter().map(|(name, _, _)| name.as_str()));
                for path in paths(&tokens, at) {
                    let place = format!("{file}:{line}: `{}`", path.join("::"));
                    if names_filesystem(word, &path) && !file.starts_with(FILESYSTEM) && !in_tests {
                        found.push(format!(
                            "{place}: only `src/{FILESYSTEM}` names the filesystem"
                        ));
                    }
                    if let Some(target) = target_layer(&module, &path)
                        && let Some(why) = upward(rank, target)
                    {
                        found.push(format!("{place}: {why}"));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whether `#[cfg(test)]` begins here.
fn is_cfg_test(tokens: &[Placed]) -> bool {
    let words: Vec<&Token> = tokens.iter().take(7).map(|(token, _)| token).collect();
    let word = |name: &str| Token::Word(name.into());
    words
        == [
            &Token::Mark('#'),
            &Token::Mark('['),
            &word("cfg"),
            &Token::Mark('('),
            &word("test"),
            &Token::Mark(')'),
            &Token::Mark(']'),
        ]
}

/// Whether a file holds tests only.
fn is_test_file(file: &str) -> bool {
    file.ends_with("/tests.rs") || file.ends_with("_tests.rs") || file.contains("/tests/")
}

fn names_filesystem(first: &str, path: &[&str]) -> bool {
    matches!(first, "std" | "tokio" | "async_std") && path.get(1) == Some(&"fs")
        || first == "fs_err"
}

/// The top module that a path from `crate`, `super` or `self` leads to.
fn target_layer<'p>(module: &[&'p str], path: &[&'p str]) -> Option<&'p str> {
    let mut at: Vec<&str> = match path[0] {
        "crate" => Vec::new(),
        "super" | "self" => module.to_vec(),
        _ => return None,
    };
    let mut rest = &path[usize::from(path[0] != "super")..];
    while let Some((&"super", after)) = rest.split_first() {
        at.pop();
        rest = after;
    }
    at.extend(rest);
    at.first().copied()
}

/// Why a layer may not name another, if it may not.
fn upward(rank: usize, target: &str) -> Option<String> {
    match LAYERS.iter().position(|name| *name == target) {
        Some(other) if other > rank => Some(format!(
            "`{}` is below `{target}` and must not know it",
            LAYERS[rank]
        )),
        // A name of the crate's root is above every layer; macros of the
        // crate's own stand there too.
        None if rank < LAYERS.len() - 1 => Some(format!(
            "`{}` names `{target}` of the crate's root, which is above it",
            LAYERS[rank]
        )),
        _ => None,
    }
}

fn check(file: &str, text: &str) -> Vec<String> {
    violations(&[(file.to_owned(), text.to_owned())])
}

#[test]
fn seeded_violations_are_found() {
    for (file, text, expected) in [
        (
            "content/a.rs",
            "use crate::render::plan;",
            "content/a.rs:1: `crate::render::plan`: `content` is below `render` and must not know it",
        ),
        (
            "ground/a.rs",
            "use crate::{ground::x, site::{y as z, w}};",
            "ground/a.rs:1: `crate::site::y`: `ground` is below `site` and must not know it",
        ),
        (
            "site/a.rs",
            "fn f() -> crate::edge::Out { todo!() }",
            "site/a.rs:1: `crate::edge::Out`: `site` is below `edge` and must not know it",
        ),
        (
            "ground/a/b.rs",
            "use super::super::super::site::X;",
            "ground/a/b.rs:1: `super::super::super::site::X`: `ground` is below `site` and must not know it",
        ),
        (
            "content/a.rs",
            "mod inner {\n use super::super::super::render::X;\n}",
            "content/a.rs:2: `super::super::super::render::X`: `content` is below `render` and must not know it",
        ),
        (
            "content/a.rs",
            "let s = \"\\\"\"; use crate::edge;\nuse crate::edge::x;",
            "content/a.rs:1: `crate::edge`: `content` is below `edge` and must not know it",
        ),
        (
            "edge/a.rs",
            "use std::{fs::File, io};",
            "edge/a.rs:1: `std::fs::File`: only `src/ground/fs/` names the filesystem",
        ),
        (
            "edge/a.rs",
            "#[cfg(test)]\nuse x;\nmod a { fn f() { std::fs::read(p) } }",
            "edge/a.rs:3: `std::fs::read`: only `src/ground/fs/` names the filesystem",
        ),
        (
            "edge/serve.rs",
            "async fn f() { tokio::fs::read(p).await }",
            "edge/serve.rs:1: `tokio::fs::read`: only `src/ground/fs/` names the filesystem",
        ),
        (
            "main.rs",
            "use std::fs;",
            "main.rs:1: `std::fs`: only `src/ground/fs/` names the filesystem",
        ),
        (
            "render/a.rs",
            "use crate::VERSION;",
            "render/a.rs:1: `crate::VERSION`: `render` names `VERSION` of the crate's root, which is above it",
        ),
        (
            "helpers/a.rs",
            "",
            "helpers/a.rs: `helpers` is not one of the layers",
        ),
    ] {
        let found = check(file, text);
        assert!(
            found.iter().any(|violation| violation == expected),
            "{file}: {text}\nfound {found:#?}"
        );
    }
}

#[test]
fn lawful_code_is_left_alone() {
    for (file, text) in [
        (
            "render/a.rs",
            "use crate::content::config::Config; use crate::ground::paths;",
        ),
        (
            "content/a.rs",
            "// use crate::render;\n/* use /* crate::site */ crate::edge; */",
        ),
        (
            "content/a.rs",
            "/// See [`crate::render::inputs`].\nfn f() {}",
        ),
        (
            "content/a.rs",
            "let a = \"use crate::render;\"; let b = r#\"crate::edge::\"x\"#;",
        ),
        (
            "content/a.rs",
            "let quote = '\"'; let escaped = '\\''; fn f<'a>(x: &'a str) {}",
        ),
        (
            "content/markdown/mod.rs",
            "use super::config::X; use self::surroundings::Y;",
        ),
        ("ground/fs/lock.rs", "use std::fs;"),
        (
            "edge/a.rs",
            "#[cfg(test)]\nmod tests {\n use std::fs;\n use super::*;\n}",
        ),
        ("main.rs", "use guidepost::cli::run;"),
        (
            "cli/build.rs",
            "use crate::edge::build; use crate::lib_name;",
        ),
    ] {
        assert_eq!(check(file, text), Vec::<String>::new(), "{file}: {text}");
    }
}

#[test]
fn the_crate_keeps_its_layers() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&src).unwrap().to_str().unwrap();
                files.push((name.replace('\\', "/"), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    assert!(files.len() > 20, "the sources were not found");
    let found = violations(&files);
    assert!(found.is_empty(), "{}", found.join("\n"));
}
