//! What the memo of lines answers is what the grammars say without it.
//!
//! All fenced code of a folder of Markdown files is compared, and both ways are
//! timed, by
//! `GUIDEPOST_CORPORA=path cargo test --release --lib highlight -- --ignored --nocapture`.

use std::path::Path;
use std::time::Instant;

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};
use syntect::parsing::{ParseState, ScopeStackOp, SyntaxReference};

use super::changes::Change;
use super::grammar::{self, Scopes};
use super::kind;
use super::language::{self, Language};
use super::line_memo::LineMemo;
use super::spans::Runs;
use super::{HighlightBlock, spans};

/// A language and code in it.
pub(super) type Block = (String, String);

/// Blocks whose lines depend on what an earlier line captured or opened.
pub(super) const OPEN: &[(&str, &str)] = &[
    (
        "bash",
        "cat <<EOF\nif true; then\n$(echo a)\nEND\nEOF\nif true; then\n\tcat <<-'END' | grep x\n\
         $(echo a)\nEOF\n\tEND\nfi\necho \"a\nif true; then\n\" 'b\nEOF\n'\n",
    ),
    (
        "console",
        "$ cat <<EOF\nEOF is\nEOF\n$ if true; then\necho a\nfi\n# ls \\\n  -l\na b c\nit's\n$ ls",
    ),
    (
        "shell",
        "$ echo 'a\n# b\n'\n# c\nout\n$ cat <<X <<Y\nX\nout\nY\nout\n",
    ),
    (
        "yaml",
        "a: |\n  b: c\n  - d\n   e: f\ng: >-\n    b: c\n  - d\nh:\n  a: |\n    b: c\n  b: c\n\
         \"x\n  b: c\n\": 'y\n  - d'\n[b: c,\n  - d]\n",
    ),
    (
        "markdown",
        "# a\n```bash\nif true; then\n# a\n```\n~~~~yaml\nb: c\n~~~\n~~~~\n- d\n\n  b: c\n> a\na\n",
    ),
    (
        "python",
        "def f():\n    \"\"\"Doc\n    def f():\n    \"\"\"\n    return f'''\n{f()}\n'''\ndef f():\n",
    ),
    (
        "ruby",
        "a = <<~A + <<B\n  b\nB\n  A\nB\nb\n=begin\nb\n=end\n%q(a\n) + b\n",
    ),
    (
        "perl",
        "print <<A . <<\"B\";\nb\nA\n$b\nB\n$b\nq{a\n$b\n};\n",
    ),
    (
        "php",
        "<?php\n$a = <<<A\n$b\nA;\n$a = <<<'B'\n$b\nB;\n?>\n<b>\n",
    ),
    (
        "rust",
        "let a = r##\"a\n\"# b\n\"##;\n/* /* */\nlet b;\n*/\n",
    ),
    ("lua", "a = [==[\n]]\nb\n]==]\n--[[\nb\n]]\nb\n"),
    (
        "c",
        "#define A \\\n  int a\nint a;\n/*\nint a;\n*/\n#if 0\nint a;\n#endif\n",
    ),
    (
        "html",
        "<script>\nlet a;\n</script>\n<style>\na {}\n</style>\n<!--\na {}\n-->\na {}\n",
    ),
];

/// Code that keeps places apart which are easily taken for one.
pub(super) fn made_up() -> Vec<Block> {
    let mut blocks = Vec::new();
    for (language, code) in OPEN {
        let lines: Vec<_> = code.split_inclusive('\n').collect();
        for from in 0..lines.len() {
            for to in from + 1..=lines.len() {
                let code = lines[from..to].concat();
                blocks.push(((*language).to_owned(), code.clone()));
                blocks.push(((*language).to_owned(), code.trim_end().to_owned()));
            }
        }
    }
    blocks
}

pub(super) fn fenced(folder: &Path) -> Vec<Block> {
    let mut blocks = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.expect("the corpus can be read");
        if entry.path().extension().is_none_or(|name| name != "md") {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).expect("the file can be read");
        let mut open: Option<Block> = None;
        for event in Parser::new(&text) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let language = info.split_whitespace().next().unwrap_or("");
                    open = Some((language.to_owned(), String::new()));
                }
                Event::Text(text) => open.iter_mut().for_each(|(_, code)| code.push_str(&text)),
                Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
                _ => {}
            }
        }
    }
    blocks
}

fn html((language, code): &Block, memo: &LineMemo) -> String {
    spans(&HighlightBlock { language, code }, memo)
        .html(code)
        .html
}

fn own(change: ScopeStackOp) -> Change {
    match change {
        ScopeStackOp::Push(scope) => Change::Push(kind::of_scope(scope)),
        ScopeStackOp::Pop(count) => Change::Pop(count),
        ScopeStackOp::Clear(amount) => Change::Clear(amount),
        ScopeStackOp::Restore => Change::Restore,
        ScopeStackOp::Noop => Change::Pop(0),
    }
}

/// The markup without any memo: a new parser reads the block from its first
/// line to its last. Sessions need their reader, which is given no memory.
fn unmemoized(block: &Block) -> String {
    let (language, code) = block;
    let without = html(block, &LineMemo::new(0));
    let Ok(Language::Grammar(syntax)) = language::find(language) else {
        return without;
    };
    if super::budget::exceeds(code) {
        return without;
    }
    let expected = by_syntect(syntax, code);
    assert_eq!(without, expected, "{language}:\n{code}");
    without
}

/// The markup of code as `syntect` itself reads it.
pub(super) fn by_syntect(syntax: &SyntaxReference, code: &str) -> String {
    let mut state = ParseState::new(syntax);
    let mut scopes = Scopes::default();
    let mut runs = Runs::default();
    let ended = format!("{}\n", code.strip_suffix('\n').unwrap_or(code));
    for line in ended.split_inclusive('\n') {
        let changes = state.parse_line(line, grammar::set());
        let changes = changes.expect("the grammar reads it");
        let changes = changes.into_iter().map(|(at, change)| (at, own(change)));
        scopes.paint(line, changes, &mut runs).expect("it does");
    }
    let mut expected = runs.finish().html(&ended).html;
    // A break that the code does not have comes last, after every span.
    if !code.ends_with('\n') {
        expected.pop();
    }
    if code.is_empty() {
        expected.clear();
    }
    expected
}

/// The numbers below `count`, each once, out of order.
pub(super) fn shuffled(count: usize, mut seed: u64) -> Vec<usize> {
    let mut order: Vec<_> = (0..count).collect();
    for last in (1..count).rev() {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        order.swap(last, usize::try_from(seed % (last as u64 + 1)).unwrap());
    }
    order
}

/// Four threads read all blocks, each in its own order, with one memo.
fn compare(blocks: &[Block], expected: &[String], memo: &LineMemo) {
    std::thread::scope(|scope| {
        for seed in 1..=4 {
            scope.spawn(move || {
                for at in shuffled(blocks.len(), seed) {
                    let (language, code) = &blocks[at];
                    assert_eq!(html(&blocks[at], memo), expected[at], "{language}:\n{code}");
                }
            });
        }
    });
}

#[test]
fn a_memo_of_any_size_gives_what_the_grammars_give_alone() {
    let mut blocks = fenced(Path::new("tests/corpora"));
    assert!(blocks.len() >= 20);
    blocks.extend(made_up());
    let expected: Vec<_> = blocks.iter().map(unmemoized).collect();
    assert!(expected.iter().any(|html| html.contains("<span")));
    // One remembers everything, one forgets all the time.
    for room in [64 << 20, 64 << 10] {
        compare(&blocks, &expected, &LineMemo::new(room));
    }
}

#[test]
fn equal_lines_at_equal_places_are_known() {
    let memo = LineMemo::new(1 << 20);
    let block = |language: &str, code: &str| (language.to_owned(), code.to_owned());
    html(&block("bash", "ls -l\ncat <<A\nls -l\nA\n"), &memo);
    let lines = memo.lines();
    assert_eq!(lines, 4);
    html(&block("bash", "ls -l\ncat <<A\nls -l\nA\n"), &memo);
    html(&block("bash", "ls -l\ncat <<A\nls -l"), &memo);
    assert_eq!(memo.lines(), lines);
    // Elsewhere, and in another language, it is another line.
    html(&block("bash", "ls -l\nls -l\n"), &memo);
    html(&block("yaml", "ls -l\n"), &memo);
    assert_eq!(memo.lines(), lines + 2);
}

#[test]
fn a_memo_keeps_to_its_room() {
    let memo = LineMemo::new(64 << 10);
    for number in 0..2_000 {
        html(&("json".to_owned(), format!("[{number}]\n")), &memo);
    }
    // An entry takes 150 bytes and more.
    assert!((100..450).contains(&memo.lines()), "{}", memo.lines());
}

#[test]
#[ignore = "needs a corpus: GUIDEPOST_CORPORA=path"]
fn a_whole_corpus_is_read_as_without_a_memo() {
    let path = std::env::var("GUIDEPOST_CORPORA").expect("GUIDEPOST_CORPORA names a folder");
    let mut blocks = fenced(Path::new(&path));
    blocks.sort();
    blocks.dedup();
    let timed = |memo: &LineMemo| {
        let started = Instant::now();
        for at in shuffled(blocks.len(), 9) {
            std::hint::black_box(html(&blocks[at], memo));
        }
        started.elapsed()
    };
    // Grammars are unpacked and compiled before the clock starts.
    timed(&LineMemo::new(0));
    let (alone, memoized) = (timed(&LineMemo::new(0)), timed(&LineMemo::new(64 << 20)));
    println!(
        "{} distinct blocks: {alone:?} without the memo, {memoized:?} with it",
        blocks.len()
    );
    let expected: Vec<_> = blocks.iter().map(unmemoized).collect();
    compare(&blocks, &expected, &LineMemo::new(64 << 20));
}
