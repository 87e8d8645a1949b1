//! Highlighting: code in, compact markup out.
//!
//! Classes come from a fixed table of token kinds that no theme changes (see
//! [`Kind`]), so that a highlighted block depends on its language and its code
//! alone. Colours are the style sheet's affair ([`stylesheet`]).
//!
//! Invariants: the visible text of the markup is exactly the code; no span
//! crosses a line break; the same block has the same markup on every machine,
//! which is why limits are set by size ([`LONGEST_LINE`], [`LARGEST_BLOCK`])
//! and never by time. Line numbers, marks and titles are not made here.

mod budget;
mod changes;
mod contrast;
mod expression;
mod first;
mod first_class;
mod first_part;
#[cfg(test)]
mod followed;
mod grammar;
mod kind;
mod language;
mod line_memo;
mod markup;
mod parser;
mod promql;
mod reader;
mod rules;
mod searches;
mod session;
mod sieve;
mod spans;
mod stylesheet;
#[cfg(test)]
mod tests;
mod theme;

pub use budget::{LARGEST_BLOCK, LONGEST_LINE};
pub use kind::Kind;
pub use spans::Spans;
pub use stylesheet::stylesheet;
pub use theme::theme_names;

use serde::{Deserialize, Serialize};
use syntect::parsing::SyntaxReference;

use crate::ground::step::Step;
use grammar::Failed;
use language::Language;
use line_memo::LineMemo;
use reader::Reader;
use spans::Runs;

/// Highlights one block. Memoized: equal blocks are highlighted once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HighlightBlock<'a> {
    /// The language as written in the fence.
    pub language: &'a str,
    /// The code, line breaks as `\n`.
    pub code: &'a str,
}

/// A highlighted block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Highlighted {
    /// Escaped code with `<span class=…>`; no span crosses a line break.
    pub html: String,
    /// Why the code stayed plain, if it did.
    pub plain: Option<Plain>,
}

/// Why a block was not highlighted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Plain {
    /// No language was named, highlighting is off, or the language is text.
    Asked,
    /// The language is not known; perhaps another one was meant.
    UnknownLanguage(Option<String>),
    /// A line or the whole block is too long, or the grammar too slow.
    TooLong,
}

impl Step for HighlightBlock<'_> {
    const NAME: &'static str = "highlight-block";
    type Output = Spans;
    fn run(&self) -> Spans {
        spans(self, LineMemo::shared())
    }
}

fn spans(block: &HighlightBlock<'_>, memo: &LineMemo) -> Spans {
    Spans::plain(match language::find(block.language) {
        Ok(Language::Plain) => Plain::Asked,
        Err(meant) => Plain::UnknownLanguage(meant),
        Ok(_) if budget::exceeds(block.code) => Plain::TooLong,
        Ok(language) => match read(language, block.code, memo) {
            Ok(runs) => return runs.finish(),
            Err(Failed) => Plain::TooLong,
        },
    })
}

fn read(language: Language, code: &str, memo: &LineMemo) -> Result<Runs, Failed> {
    let mut runs = Runs::default();
    match language {
        Language::Plain => runs.push(None, code),
        Language::PromQl => promql::read(code, &mut runs),
        Language::Grammar(syntax) => read_lines(syntax, code, memo, &mut runs)?,
        Language::Session(shell) => session::read(shell, code, true, memo, &mut runs)?,
        Language::Shell(shell) => {
            // Nothing in a script begins with `$ `: it is a session by another name.
            let first = code.lines().find(|line| !line.trim().is_empty());
            if first.is_some_and(|line| line.trim_start().starts_with("$ ")) {
                session::read(shell, code, false, memo, &mut runs)?;
            } else {
                read_lines(shell, code, memo, &mut runs)?;
            }
        }
    }
    Ok(runs)
}

fn read_lines(
    syntax: &'static SyntaxReference,
    code: &str,
    memo: &LineMemo,
    runs: &mut Runs,
) -> Result<(), Failed> {
    let mut reader = Reader::new(syntax, memo);
    for line in code.split_inclusive('\n') {
        reader.line(line, runs)?;
    }
    Ok(())
}
