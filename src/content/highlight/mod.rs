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
mod contrast;
mod grammar;
mod kind;
mod language;
mod markup;
mod promql;
mod session;
mod stylesheet;
mod theme;

pub use budget::{LARGEST_BLOCK, LONGEST_LINE};
pub use kind::Kind;
pub use stylesheet::stylesheet;
pub use theme::theme_names;

use serde::{Deserialize, Serialize};
use syntect::parsing::SyntaxReference;

use crate::ground::step::Step;
use grammar::{Failed, Reader};
use language::Language;
use markup::Markup;

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
    type Output = Highlighted;
    fn run(&self) -> Highlighted {
        let reason = match language::find(self.language) {
            Ok(Language::Plain) => Plain::Asked,
            Err(meant) => Plain::UnknownLanguage(meant),
            Ok(_) if budget::exceeds(self.code) => Plain::TooLong,
            Ok(language) => match read(language, self.code) {
                Ok(html) => return Highlighted { html, plain: None },
                Err(Failed) => Plain::TooLong,
            },
        };
        Highlighted::plain(self.code, reason)
    }
}

impl Highlighted {
    /// A block without markup, and why.
    pub fn plain(code: &str, reason: Plain) -> Self {
        Self {
            html: markup::plain(code),
            plain: Some(reason),
        }
    }
}

fn read(language: Language, code: &str) -> Result<String, Failed> {
    let mut markup = Markup::with_capacity(code.len());
    match language {
        Language::Plain => markup.push(None, code),
        Language::PromQl => promql::read(code, &mut markup),
        Language::Grammar(syntax) => read_lines(syntax, code, &mut markup)?,
        Language::Session(shell) => session::read(shell, code, true, &mut markup)?,
        Language::Shell(shell) => {
            // Nothing in a script begins with `$ `: it is a session by another name.
            let first = code.lines().find(|line| !line.trim().is_empty());
            if first.is_some_and(|line| line.trim_start().starts_with("$ ")) {
                session::read(shell, code, false, &mut markup)?;
            } else {
                read_lines(shell, code, &mut markup)?;
            }
        }
    }
    Ok(markup.finish())
}

fn read_lines(syntax: &SyntaxReference, code: &str, markup: &mut Markup) -> Result<(), Failed> {
    let mut reader = Reader::new(syntax);
    for line in code.split_inclusive('\n') {
        if line.ends_with('\n') {
            reader.line(line, line.len(), markup)?;
        } else {
            // The grammars want every line to end; the reader does not.
            reader.line(&format!("{line}\n"), line.len(), markup)?;
        }
    }
    Ok(())
}
