//! A made-up guide: front matter, prose, pictures, code and links.

use std::fmt::Write as _;

use super::code::{self, LANGUAGES, Language};
use super::front::{self, Shared};
use super::outline::Outline;
use super::pictures;
use super::random::Random;
use super::section::capital;
use super::template::Scope;
use super::words::SIGNALS;

const INTRO: &str = include_str!("prose/intro.txt");
const WHY: &str = include_str!("prose/why.txt");
const CHECKS: &str = include_str!("prose/checks.txt");
const NOTES: &str = include_str!("prose/notes.txt");
const WARNINGS: &str = include_str!("prose/warnings.txt");

/// Blocks of code in a guide.
const BLOCKS: usize = 3;
/// The first of the streams of a guide's blocks; the ones before are for the
/// outline, the front matter and the prose.
const FIRST_BLOCK_STREAM: u64 = 16;
/// How near a guide's neighbours in number are, for the links that are not to
/// just any earlier guide.
const NEAR: usize = 40;

/// A guide's file below the content folder, and its text.
pub(super) fn guide(seed: u64, number: usize) -> (String, String) {
    let outline = Outline::of(seed, number);
    let mut random = Random::of(seed, number, 1);
    let steps = front::steps(&mut random);
    let stack = outline.stack().name;
    let captions =
        [1, 2].map(|at| format!("{} with {stack}, picture {at}", capital(outline.problem)));
    let reasons = random.between(2, 3);
    let shared = Shared {
        steps,
        captions,
        paragraphs: reasons + 3,
    };
    let mut out = String::with_capacity(8 << 10);
    front::write(&outline, number, &shared, &mut random, &mut out);
    body(seed, number, &outline, &shared, reasons, &mut out);
    (outline.file(), out)
}

fn body(
    seed: u64,
    number: usize,
    outline: &Outline,
    shared: &Shared,
    reasons: usize,
    out: &mut String,
) {
    let mut random = Random::of(seed, number, 2);
    let stack = outline.stack();
    let facts = [
        ("stack", stack.name),
        ("problem", outline.problem),
        ("context", outline.context),
        ("tool", *random.pick(stack.tools)),
        ("signal", *random.pick(SIGNALS)),
    ];
    let languages = languages(stack.language, &mut random);
    let mut at = 0;
    let mut code = |out: &mut String| {
        let stream = Random::of(seed, number, FIRST_BLOCK_STREAM + at as u64);
        let language = languages[at];
        at += 1;
        let _ = writeln!(out, "```{}", language.name);
        code::block(language, &format!("ANP-{number:06}-{at}"), stream, out);
        out.push_str("```\n\n");
    };
    let mut scope = Scope::new(random, &facts);
    let paragraph = |scope: &mut Scope<'_>, lines: &str, out: &mut String| {
        scope.forget('a');
        scope.line_of(lines, out);
        out.push_str("\n\n");
    };

    paragraph(&mut scope, INTRO, out);
    picture(&mut scope.random, &shared.captions[0], out);
    heading(outline.headings[0], out);
    // Not the same paragraph twice: each from its own part of the texts.
    let texts: Vec<&str> = WHY.lines().collect();
    let start = scope.random.below(texts.len());
    for reason in 0..reasons {
        let step = texts.len() / reasons.max(1);
        paragraph(
            &mut scope,
            texts[(start + reason * step) % texts.len()],
            out,
        );
    }
    code(out);
    heading(outline.headings[1], out);
    paragraph(&mut scope, CHECKS, out);
    match scope.random.below(6) {
        0 | 1 => {
            let kind = *scope
                .random
                .pick(&["NOTE", "TIP", "WARNING", "CAUTION", "IMPORTANT"]);
            let _ = write!(out, "> [!{kind}]\n> ");
            paragraph(&mut scope, WARNINGS, out);
        }
        2 => table(&mut scope, out),
        _ => {}
    }
    code(out);
    links(seed, number, outline, &mut scope.random, out);
    heading(outline.headings[2], out);
    for step in &shared.steps {
        let _ = writeln!(out, "- {step}");
    }
    out.push('\n');
    picture(&mut scope.random, &shared.captions[1], out);
    code(out);
    heading(outline.headings[3], out);
    paragraph(&mut scope, NOTES, out);
    // One line break ends the file.
    out.truncate(out.trim_end().len());
    out.push('\n');
}

fn languages(main: &str, random: &mut Random) -> [&'static Language; BLOCKS] {
    let main = Language::named(main);
    let mut chosen = [main; BLOCKS];
    for at in 1..BLOCKS {
        loop {
            let other = random.pick_early(&LANGUAGES);
            if chosen[..at].iter().all(|one| one.name != other.name) {
                chosen[at] = other;
                break;
            }
        }
    }
    chosen
}

fn heading(text: &str, out: &mut String) {
    let _ = write!(out, "## {text}\n\n");
}

fn picture(random: &mut Random, caption: &str, out: &mut String) {
    let file = pictures::name(random.below(pictures::COUNT));
    let _ = write!(out, "![{caption}](/images/{file} \"{caption}.\")\n\n");
}

fn table(scope: &mut Scope<'_>, out: &mut String) {
    out.push_str("| Measured | Before | After |\n| --- | ---: | ---: |\n");
    for _ in 0..scope.random.between(2, 4) {
        scope.forget('a');
        scope.fill("| ‹Words:a› | ‹num:200-900› | ‹num:20-190› |\n", out);
    }
    out.push('\n');
}

/// Links to earlier guides: later ones may not be there.
fn links(seed: u64, number: usize, outline: &Outline, random: &mut Random, out: &mut String) {
    if number < 2 {
        return;
    }
    let near = random.between(number.saturating_sub(NEAR).max(1), number - 1);
    let any = random.between(1, number - 1);
    let [near, any] = [near, any].map(|other| {
        let other = Outline::of(seed, other);
        let target = other.target_from(outline, random);
        format!("[{}]({target})", other.title)
    });
    let _ = match random.below(3) {
        0 => write!(out, "What to do before this is in {near}.\n\n"),
        1 => write!(
            out,
            "The same question came up in {any}; its answer holds here too.\n\n"
        ),
        _ => write!(
            out,
            "See {near} for the tools, and {any} for a case that went wrong.\n\n"
        ),
    };
}
