//! Tests: the parser follows the grammars as `syntect` does.
//!
//! All grammars read corpora, each block in its own language or not, by
//! `GUIDEPOST_CORPORA=path:path cargo test --release --lib followed -- --ignored`.

use std::sync::atomic::{AtomicUsize, Ordering};

use syntect::parsing::SyntaxReference;

use super::expression;
use super::first;
use super::grammar;
use super::language::{self, Language};
use super::line_memo::LineMemo;
use super::rules::compiled;
use super::sieve::{Answer, Sieve};
use super::spans::Runs;
use super::tests::{Block, OPEN, by_syntect, fenced, made_up, shuffled};

/// The markup of code as our parser reads it.
fn by_parser(syntax: &'static SyntaxReference, code: &str) -> String {
    let mut runs = Runs::default();
    super::read_lines(syntax, code, &LineMemo::new(0), &mut runs).expect("the grammar reads it");
    runs.finish().html(code).html
}

/// Grammars read code of any language, and what stands so in none.
fn read_by(syntaxes: &[&'static SyntaxReference], blocks: &[Block]) {
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(syntax) = syntaxes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    for (language, code) in blocks {
                        if super::budget::exceeds(code) {
                            continue;
                        }
                        assert_eq!(
                            by_parser(syntax, code),
                            by_syntect(syntax, code),
                            "{language} read as {}:\n{code}",
                            syntax.name
                        );
                    }
                }
            });
        }
    });
}

/// Lines of scraps in an order that no grammar expects.
fn scraps() -> Vec<Block> {
    let all: Vec<_> = OPEN.iter().map(|(_, code)| *code).collect();
    let all = all.concat();
    let mut words: Vec<_> = all.split_inclusive([' ', '\n']).collect();
    words.extend([
        "\u{e9}t\u{e9} ",
        "\u{212a}\u{17f} ",
        "\u{a0}",
        "\t",
        "\"",
        "'",
        "`",
        "\\",
        "$(",
        "${",
        "#{",
        "(((",
        ")))",
        "[[",
        "]]",
        "{{",
        "}}",
        "<a b='",
        "?>",
        "%>",
        "0x1F",
        "1e-3",
        "@a",
        "&&",
        "||",
        "-- ",
        "// ",
        "/*",
        "*/",
        "<!--",
        "-->",
        ":: ",
        "=> ",
        "~~~",
        "***",
        "___",
        "\n\n",
        "  - ",
        "? ",
        "!tag ",
        "&x ",
    ]);
    let order = shuffled(words.len() * 6, 5);
    let code: String = order.iter().map(|at| words[at % words.len()]).collect();
    code.split_inclusive('\n')
        .collect::<Vec<_>>()
        .chunks(12)
        .map(|lines| ("scraps".to_owned(), lines.concat()))
        .collect()
}

/// Scraps that open more and more contexts in one grammar or another.
fn climbs() -> Vec<Block> {
    let mut blocks = Vec::new();
    for scrap in ["(", "[", "$(", "((a ", "[{", "<a>", "\"#{", "`${", "- "] {
        for count in [99, 130] {
            let line = scrap.repeat(count);
            blocks.push((
                scrap.to_owned(),
                format!("{line}a ) ] }} b\n{line}\n) ] }} c\n"),
            ));
            let lines = format!("{scrap}\n").repeat(count);
            blocks.push((scrap.to_owned(), format!("{lines}{scrap}{scrap}a)]}} b\n")));
        }
    }
    blocks
}

#[test]
fn grammars_are_followed_as_by_syntect() {
    let mut syntaxes = Vec::new();
    for (language, _) in OPEN {
        if let Ok(Language::Grammar(syntax) | Language::Shell(syntax)) = language::find(language) {
            syntaxes.push(syntax);
        }
    }
    assert!(syntaxes.len() > 8);
    read_by(&syntaxes, &scraps());
}

#[test]
fn a_full_stack_is_climbed_as_by_syntect() {
    let named = ["bash", "json", "javascript", "ruby"];
    let syntaxes = named.map(|name| match language::find(name) {
        Ok(Language::Grammar(syntax) | Language::Shell(syntax)) => syntax,
        _ => panic!("{name} has no grammar"),
    });
    read_by(&syntaxes, &climbs());
}

/// What every grammar reads: all that a corpus has in its own language, and
/// some of what it has in others.
fn for_grammar(syntax: &SyntaxReference, corpus: &[Block]) -> Vec<Block> {
    let own = |block: &&Block| match language::find(&block.0) {
        Ok(Language::Grammar(found) | Language::Shell(found)) => found.name == syntax.name,
        _ => false,
    };
    let few = corpus.len() / 150 + 1;
    let mut blocks: Vec<_> = corpus.iter().step_by(few).cloned().collect();
    blocks.extend(corpus.iter().filter(own).cloned());
    blocks.extend(scraps());
    blocks.extend(climbs());
    blocks.extend(made_up().into_iter().step_by(9));
    blocks
}

/// The names of this test and of the variable that gives it one grammar.
const EVERY: &str = "every_grammar_is_followed_as_by_syntect_through_a_corpus";
const ONE: &str = "GUIDEPOST_GRAMMAR";

/// Each grammar is read in a process of its own: what it compiles, and what it
/// embeds, is never given back, and all of them together fill any memory.
#[test]
#[ignore = "takes minutes; needs corpora: GUIDEPOST_CORPORA=path:path"]
fn every_grammar_is_followed_as_by_syntect_through_a_corpus() {
    let paths = std::env::var_os("GUIDEPOST_CORPORA").expect("GUIDEPOST_CORPORA names folders");
    let all = grammar::set().syntaxes();
    if let Ok(one) = std::env::var(ONE) {
        let mut corpus: Vec<_> = std::env::split_paths(&paths)
            .flat_map(|path| fenced(&path))
            .collect();
        corpus.sort();
        corpus.dedup();
        assert!(!corpus.is_empty(), "there is no code in {paths:?}");
        let syntax = &all[one.parse::<usize>().expect("the place of a grammar")];
        read_by(&[syntax], &for_grammar(syntax, &corpus));
        return;
    }
    let next = AtomicUsize::new(0);
    let failed = std::sync::Mutex::new(Vec::new());
    let read = || {
        while let at = next.fetch_add(1, Ordering::Relaxed)
            && let Some(syntax) = all.get(at)
        {
            let output = std::process::Command::new(std::env::current_exe().expect("this test"))
                .args([EVERY, "--ignored", "--nocapture"])
                .env(ONE, at.to_string())
                .output()
                .expect("this test as a process");
            let said = String::from_utf8_lossy(&output.stdout);
            if !output.status.success() || !said.contains("1 passed") {
                let why = String::from_utf8_lossy(&output.stderr);
                let told = format!("{}: {}\n{why}", syntax.name, output.status);
                failed.lock().expect("no panic while held").push(told);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(read);
        }
    });
    let failed = failed.into_inner().expect("no panic while held");
    assert!(
        failed.is_empty(),
        "{} of {} grammars:\n{}",
        failed.len(),
        all.len(),
        failed.join("\n")
    );
}

#[test]
fn a_byte_that_is_left_out_begins_no_match() {
    let sources = [
        r"(?i)k|s",
        r"(?i)[k-s]",
        r"(?i)[^k]",
        r"(?i)\xe9|ss",
        r"(?i)[ß]",
        r"(?i)é",
        r"[^é-ü]",
        r"[a-é]",
        r"\h|\s",
        r"[^\s]",
        r"\W",
        r"(?i)\W",
        r"[^\w-]",
        r"é+|a",
        r"(?m:.)",
        r"[[:^alpha:]]",
        r"[^[:punct:]]",
        r"\R|\d",
        r"$",
        r"(?<=a)$|\Z",
        r"\bé",
        r"[\t-\r]",
        r"[^\v]",
        r"(?i:[^a-z])",
        r"[a-z&&[^k]]",
        r"a{2,1}b",
        r"\u{61}|z",
    ];
    let texts = [
        "aKsSſ\u{212a}ß",
        "é-üx \u{b}\u{85}\n",
        "ss_k9!\r\n",
        "",
        "$+<=>^`|~",
        "ßs",
    ];
    let mut asked = 0;
    for source in sources {
        let Some(regex) = compiled(source) else {
            continue;
        };
        let Some(read) = expression::read(source) else {
            continue;
        };
        let first = first::of(&read.expression);
        let sieve = Sieve::new(&read).expect("a small expression has a sieve");
        let mut cache = sieve.cache();
        for text in texts {
            for (at, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let none = onig::SearchOptions::SEARCH_OPTION_NONE;
                let found = regex.match_with_options(text, at, none, None);
                if text.is_ascii() {
                    let told = match sieve.ask(&mut cache, text, at) {
                        Answer::No => found.is_none(),
                        Answer::Match(end) => found == Some(end - at),
                        Answer::Perhaps => true,
                    };
                    assert!(told, "{source} in {text:?} at {at}, by its sieve");
                }
                if found.is_none() {
                    continue;
                }
                asked += 1;
                if let Some(first) = &first {
                    let byte = text.as_bytes().get(at);
                    let may = byte.map_or(first.end, |byte| first.bytes[usize::from(*byte)]);
                    assert!(may, "{source} in {text:?} at {at}");
                }
            }
        }
    }
    assert!(asked > 100, "{asked}");
}
