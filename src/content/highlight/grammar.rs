//! Reading code with a grammar: a line in, its runs of one kind out.
//!
//! The grammars are those of `two-face`, read by `syntect`. The set is loaded
//! once for the process; a grammar's contexts are unpacked, and its regular
//! expressions compiled, when the first block asks for them.

use std::sync::OnceLock;

use syntect::parsing::{ClearAmount, SyntaxReference, SyntaxSet};

use super::changes::Change;
use super::kind::{Kind, Own};
use super::parser::State;
use super::spans::Runs;

/// All grammars.
pub(super) fn set() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(two_face::syntax::extra_newlines)
}

/// Where the reading of a block stands between two lines.
#[derive(Clone, Debug)]
pub(super) struct Place {
    /// The parser's state.
    pub(super) state: State,
    /// The scopes that are open, as far as they decide kinds.
    pub(super) scopes: Scopes,
}

/// The grammar failed on a line. None of those we ship should, but a reader
/// is better served by plain code than by a build that stops.
#[derive(Debug)]
pub(super) struct Failed;

impl Place {
    /// The beginning of a block.
    pub(super) fn new(syntax: &'static SyntaxReference) -> Result<Self, Failed> {
        Ok(Self {
            state: State::new(syntax)?,
            scopes: Scopes::default(),
        })
    }

    /// Reads one line, which ends with its `\n`.
    pub(super) fn line(&mut self, line: &str, runs: &mut Runs) -> Result<(), Failed> {
        let changes = self.state.line(line)?;
        self.scopes.paint(line, changes, runs)
    }
}

/// The scopes that are open at a place, each by what it says of kinds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scopes {
    stack: Vec<Level>,
    cleared: Vec<Vec<Own>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Level {
    own: Own,
    kind: Option<Kind>,
    in_key: bool,
}

impl Scopes {
    /// Adds the runs of a line in which the scopes change so.
    pub(super) fn paint(
        &mut self,
        line: &str,
        changes: impl IntoIterator<Item = (usize, Change)>,
        runs: &mut Runs,
    ) -> Result<(), Failed> {
        let mut from = 0;
        for (to, change) in changes {
            if to > from {
                runs.push(self.kind(), line.get(from..to).ok_or(Failed)?);
                from = to;
            }
            self.apply(change);
        }
        runs.push(self.kind(), line.get(from..).ok_or(Failed)?);
        Ok(())
    }

    fn kind(&self) -> Option<Kind> {
        self.stack.last().and_then(|level| level.kind)
    }

    /// Adds bytes that tell these scopes from all others.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.stack.iter().map(|level| level.own.code()));
        for cleared in &self.cleared {
            bytes.push(u8::MAX);
            bytes.extend(cleared.iter().map(|own| own.code()));
        }
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::Push(own) => self.push(own),
            Change::Pop(count) => {
                self.stack.truncate(self.stack.len().saturating_sub(count));
            }
            Change::Clear(amount) => {
                let left = match amount {
                    ClearAmount::TopN(count) => self.stack.len().saturating_sub(count),
                    ClearAmount::All => 0,
                };
                let cleared = self.stack.drain(left..).map(|level| level.own).collect();
                self.cleared.push(cleared);
            }
            Change::Restore => {
                for own in self.cleared.pop().unwrap_or_default() {
                    self.push(own);
                }
            }
        }
    }

    fn push(&mut self, own: Own) {
        let (kind, in_key) = self
            .stack
            .last()
            .map_or((None, false), |level| (level.kind, level.in_key));
        let (kind, in_key) = match own {
            Own::Nothing => (kind, in_key),
            Own::Code => (None, in_key),
            Own::Key => (None, true),
            Own::Kind(Kind::String) if in_key => (Some(Kind::Key), in_key),
            Own::Kind(kind) => (Some(kind), in_key),
        };
        self.stack.push(Level { own, kind, in_key });
    }
}
