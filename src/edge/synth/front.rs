//! The front matter of a made-up guide: all that the reference article has.

use std::fmt::Write as _;

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};

use super::outline::Outline;
use super::random::Random;
use super::section::capital;
use super::words::{CATEGORIES, DIFFICULTIES, STATUSES, STEPS, TAGS};
use crate::content::slug::slugify;

/// The day of the first guides.
const FIRST_DAY: Date = jiff::civil::date(2014, 1, 6);
/// Days over which guides are written.
const DAYS: usize = 4_360;
/// Nothing is dated later: a corpus built at any time from then on is whole.
const LAST_DAY: Date = jiff::civil::date(2025, 12, 30);

/// What front matter and body have in common.
pub(super) struct Shared {
    /// The steps of the checklist.
    pub(super) steps: Vec<&'static str>,
    /// Captions of the two pictures.
    pub(super) captions: [String; 2],
    /// Paragraphs of the text, as declared.
    pub(super) paragraphs: usize,
}

/// Writes the front matter of a guide.
pub(super) fn write(
    outline: &Outline,
    number: usize,
    shared: &Shared,
    random: &mut Random,
    out: &mut String,
) {
    // Writing to a string does not fail.
    let _ = head(outline, number, random, out);
    let _ = meta(outline, number, shared, random, out);
}

fn days(random: &mut Random, most: usize) -> Span {
    i64::try_from(random.below(most + 1)).unwrap_or(0).days()
}

fn later(date: Date, span: Span) -> Date {
    date.checked_add(span)
        .map_or(LAST_DAY, |date| date.min(LAST_DAY))
}

fn head(
    outline: &Outline,
    number: usize,
    random: &mut Random,
    out: &mut String,
) -> std::fmt::Result {
    let stack = outline.stack();
    let date = later(FIRST_DAY, days(random, DAYS));
    let reviewed = later(date, days(random, 400));
    writeln!(out, "+++\ntitle = \"{}\"", outline.title)?;
    writeln!(
        out,
        "description = \"{} in {}, step by step, with the checks that show whether it worked.\"",
        capital(outline.problem),
        stack.name
    )?;
    writeln!(out, "date = {date}")?;
    if random.chance(40) {
        writeln!(out, "updated = {reviewed}")?;
    }
    let mut tags = vec![slugify(stack.name)];
    for _ in 0..random.between(1, 4) {
        let tag = (*random.pick_early(TAGS)).to_owned();
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    writeln!(out, "tags = {tags:?}")?;
    writeln!(out, "categories = [\"{}\"]", random.pick_early(CATEGORIES))?;
    if random.chance(2) {
        writeln!(out, "aliases = [\"/old/{number:06}/\"]")?;
    }
    writeln!(
        out,
        "allow = [\"declared-reading-time\", \"declared-hash\"]\n"
    )?;
    writeln!(
        out,
        "[review]\nstatus = \"{}\"\nversion = \"{}.{}.{}\"\nlast_reviewed = {reviewed}\n",
        random.pick_early(STATUSES),
        random.between(0, 3),
        random.below(10),
        random.below(12),
    )
}

fn meta(
    outline: &Outline,
    number: usize,
    shared: &Shared,
    random: &mut Random,
    out: &mut String,
) -> std::fmt::Result {
    let (stack, problem, context) = (outline.stack(), outline.problem, outline.context);
    let first = random.below(stack.tools.len());
    let mut tools: Vec<&str> = (0..random.between(2, stack.tools.len()))
        .map(|at| stack.tools[(first + at) % stack.tools.len()])
        .collect();
    tools.extend(["Git", "logs"].iter().take(random.between(1, 2)));
    writeln!(
        out,
        "[meta]\ntopic = \"{} / {}\"",
        capital(problem),
        stack.name
    )?;
    writeln!(
        out,
        "summary = \"A summary of {problem} in {}: what to measure, which defaults are safe, how to go back, and what to write down.\"",
        stack.name
    )?;
    writeln!(
        out,
        "ai_outline = [\n    \"Context: {context}\",\n    \"Problem: {problem}\",\n    \"Stack: {}\",\n    \"Recommended action: measure first, change one thing, keep the result\",\n]",
        stack.name
    )?;
    writeln!(
        out,
        "ai_brief = \"A draft for load tests: it gives the reason for the change, lists checks, and does not claim that one command mends every case of {problem}.\""
    )?;
    writeln!(
        out,
        "stack = [\"{}\", \"{}\", \"{}\"]",
        stack.name, stack.area, stack.shown
    )?;
    writeln!(out, "tools = {tools:?}")?;
    writeln!(out, "code_language = \"{}\"", stack.shown)?;
    writeln!(out, "difficulty = \"{}\"", random.pick_early(DIFFICULTIES))?;
    writeln!(out, "reading_time = {}", random.between(3, 12))?;
    writeln!(out, "view_count = {}", random.between(40, 240_000))?;
    let mut score = || random.between(55, 99);
    writeln!(
        out,
        "score = {{ quality = {}, freshness = {}, depth = {}, clarity = {} }}",
        score(),
        score(),
        score(),
        score()
    )?;
    writeln!(
        out,
        "reference = \"ANP-REF-{number:06}-{:04}\"",
        random.below(10_000)
    )?;
    writeln!(
        out,
        "hash = \"{:016x}{:08x}\"",
        random.number(),
        random.number() >> 32
    )?;
    writeln!(
        out,
        "flags = {{ ai_generated_style = 1, has_images = 1, image_heavy = {}, needs_human_review = {} }}",
        u8::from(random.chance(20)),
        u8::from(random.chance(4))
    )?;
    writeln!(out, "checklist = [")?;
    for step in &shared.steps {
        writeln!(out, "    \"{step}\",")?;
    }
    writeln!(
        out,
        "]\nentities = [\n    {{ name = \"{}\", type = \"stack\" }},\n    {{ name = \"{}\", type = \"area\" }},\n    {{ name = \"{problem}\", type = \"problem\" }},\n]",
        stack.name, stack.area
    )?;
    writeln!(
        out,
        "image_sources = [\n    {{ source = \"Example pictures\", url = \"https://pictures.example.org/seed/anp-{number:06}/1200/630\", caption = \"{}\" }},\n    {{ source = \"Example archive\", url = \"https://archive.example.org/photo-{:010}?auto=format&fit=crop&w=1200&q=80\", caption = \"{}\" }},\n]",
        shared.captions[0],
        random.number() % 10_000_000_000,
        shared.captions[1],
    )?;
    writeln!(
        out,
        "payload = {{ source_id = \"alphanode-{number:06}\", generator = \"guidepost synth\", paragraphs = {}, scenario = \"{context}\", seed = {number} }}",
        shared.paragraphs
    )?;
    writeln!(
        out,
        "notes = [\n    \"Lists in the meta box are shown as lists\",\n    \"The view count is made up\",\n    \"The text was made for load tests\",\n]\n+++\n"
    )
}

/// Steps for a checklist, in the order of the table, each once.
pub(super) fn steps(random: &mut Random) -> Vec<&'static str> {
    let wanted = random.between(4, 7);
    let mut left = STEPS.len();
    let mut steps = Vec::with_capacity(wanted);
    for step in STEPS {
        // Each is taken with the chance that makes as many as are wanted.
        if random.below(left) < wanted - steps.len() {
            steps.push(*step);
        }
        left -= 1;
    }
    steps
}
