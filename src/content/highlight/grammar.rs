//! Reading code with a grammar: lines in, text of one kind out.
//!
//! The grammars are those of `two-face`, read by `syntect`. The set is loaded
//! once for the process; a grammar's contexts are unpacked, and its regular
//! expressions compiled, when the first block asks for them.

use std::sync::OnceLock;

use syntect::parsing::{ClearAmount, ParseState, ScopeStackOp, SyntaxReference, SyntaxSet};

use super::kind::{self, Kind, Own};
use super::markup::Markup;

/// All grammars.
pub(super) fn set() -> &'static SyntaxSet {
    static SET: OnceLock<SyntaxSet> = OnceLock::new();
    SET.get_or_init(two_face::syntax::extra_newlines)
}

/// Where the reading of a block stands between two lines.
pub(super) struct Reader {
    state: ParseState,
    stack: Vec<Level>,
    cleared: Vec<Vec<Own>>,
}

#[derive(Clone, Copy)]
struct Level {
    own: Own,
    kind: Option<Kind>,
    in_key: bool,
}

/// The grammar failed on a line. None of those we ship should, but a reader
/// is better served by plain code than by a build that stops.
#[derive(Debug)]
pub(super) struct Failed;

impl Reader {
    /// Begins a block.
    pub(super) fn new(syntax: &SyntaxReference) -> Self {
        Self {
            state: ParseState::new(syntax),
            stack: Vec::new(),
            cleared: Vec::new(),
        }
    }

    /// The parser's state, to tell whether a construct is still open.
    pub(super) fn state(&self) -> &ParseState {
        &self.state
    }

    /// Reads one line, which ends with its `\n`, and marks up the part of it
    /// that lies within `line[..shown]`.
    pub(super) fn line(
        &mut self,
        line: &str,
        shown: usize,
        markup: &mut Markup,
    ) -> Result<(), Failed> {
        let operations = self.state.parse_line(line, set()).map_err(|_| Failed)?;
        let mut from = 0;
        for (to, operation) in &operations {
            let to = (*to).min(shown);
            if to > from {
                let text = line.get(from..to).ok_or(Failed)?;
                markup.push(self.kind(), text);
                from = to;
            }
            self.apply(operation);
        }
        if shown > from {
            markup.push(self.kind(), line.get(from..shown).ok_or(Failed)?);
        }
        Ok(())
    }

    fn kind(&self) -> Option<Kind> {
        self.stack.last().and_then(|level| level.kind)
    }

    fn apply(&mut self, operation: &ScopeStackOp) {
        match operation {
            ScopeStackOp::Push(scope) => self.push(kind::of_scope(*scope)),
            ScopeStackOp::Pop(count) => {
                self.stack.truncate(self.stack.len().saturating_sub(*count));
            }
            ScopeStackOp::Clear(amount) => {
                let left = match amount {
                    ClearAmount::TopN(count) => self.stack.len().saturating_sub(*count),
                    ClearAmount::All => 0,
                };
                let cleared = self.stack.drain(left..).map(|level| level.own).collect();
                self.cleared.push(cleared);
            }
            ScopeStackOp::Restore => {
                for own in self.cleared.pop().unwrap_or_default() {
                    self.push(own);
                }
            }
            ScopeStackOp::Noop => {}
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
