//! What other guides may know of a guide: where it is, what it is called and
//! which headings it has. Invariant: an outline is a function of the seed and
//! the guide's number, so that a link needs no list of all guides.

use super::random::Random;
use super::section::{self, Section};
use super::words::{CONTEXTS, PROBLEMS, STACKS, Stack};
use crate::content::slug::{anchor, slugify};

/// Headings of the parts of a guide that others link to.
const HEADINGS: [&[&str]; 4] = [
    &[
        "Why this matters",
        "What goes wrong",
        "Where the time goes",
        "Before you begin",
        "Background",
    ],
    &[
        "Production checks",
        "What to watch",
        "Proof that it worked",
        "Signals",
        "After the change",
    ],
    &[
        "Implementation checklist",
        "Checklist",
        "Steps in order",
        "The procedure",
    ],
    &[
        "Final notes",
        "What to leave behind",
        "When it comes back",
        "Closing the ticket",
    ],
];

/// An outline.
pub(super) struct Outline {
    pub(super) section: Section,
    /// The file's name without `.md`.
    stem: String,
    pub(super) title: String,
    pub(super) problem: &'static str,
    pub(super) context: &'static str,
    pub(super) headings: [&'static str; 4],
}

impl Outline {
    /// The outline of a guide; numbers begin at 1.
    pub(super) fn of(seed: u64, number: usize) -> Self {
        let mut random = Random::of(seed, number, 0);
        let section = section::section(random.below(section::open(number)));
        let stack = STACKS[section.stack].name;
        let problem = *random.pick(PROBLEMS);
        let context = *random.pick(CONTEXTS);
        let title = match random.below(5) {
            0 => format!("{}: {problem}", section::capital(stack)),
            1 => format!("{} for {stack} {context}", section::capital(problem)),
            2 => format!("{stack} runbook: {problem} {context}"),
            3 => format!("{} in {stack}", section::capital(problem)),
            _ => format!("{stack} notes: {problem} {context}: maintenance guide"),
        };
        Self {
            stem: format!("{}-{number:06}", slugify(problem)),
            title: section::capital(&title),
            problem,
            context,
            headings: HEADINGS.map(|words| *random.pick(words)),
            section,
        }
    }

    pub(super) fn stack(&self) -> &'static Stack {
        &STACKS[self.section.stack]
    }

    /// Its file below the content folder.
    pub(super) fn file(&self) -> String {
        format!("{}/{}.md", self.section.folder, self.stem)
    }

    /// The target of a link to it from a guide, perhaps to one of its headings.
    pub(super) fn target_from(&self, from: &Self, random: &mut Random) -> String {
        let mut target = if from.section.folder == self.section.folder {
            String::new()
        } else {
            let up = from.section.folder.split('/').count();
            format!("{}{}/", "../".repeat(up), self.section.folder)
        };
        target.push_str(&self.stem);
        target.push_str(".md");
        if random.chance(35) {
            target.push('#');
            let heading = *random.pick(&self.headings);
            target.push_str(&anchor(heading));
        }
        target
    }
}
