//! Parsing a line of code with a grammar.
//!
//! A grammar is a stack machine: the context on top of the stack has rules, the
//! one that matches first in the rest of the line is taken, and of those that
//! match at the same place the first of the list. `syntect` searches the rest of
//! the line for each rule in turn; this parser goes along the line, and asks at
//! each place only the rules that may match before its byte ([`super::rules`]).
//! That takes a third of the time.
//!
//! Invariant: the changes are those that `syntect` makes of the line; the tests
//! compare both. The machine's peculiarities are therefore kept: a pop that
//! would only undo a push is skipped, a rule that would neither match text nor
//! change the stack hides itself, and with a hundred contexts on the stack rules
//! no longer push, save those that were found earlier in the line.

use std::sync::Arc;

use syntect::parsing::SyntaxReference;

use super::changes::{Change, Changes, after, before, capture};
use super::grammar::Failed;
use super::rules::{Act, END, Link, Rule, Table};
use super::searches::{Captured, Hit, Searches};

/// Contexts on the stack from which on nothing is pushed.
const DEEPEST: usize = 100;

/// The state of the parser between two lines.
#[derive(Clone, Debug)]
pub(super) struct State {
    stack: Vec<Level>,
    begun: bool,
    /// Heights of the stack at which a rule of an added context pushed: what
    /// was added below does not count above.
    added_at: Vec<usize>,
}

/// A context on the stack.
#[derive(Clone, Debug)]
struct Level {
    table: &'static Table,
    /// Contexts whose rules are added from here on.
    added: Vec<&'static Table>,
    captured: Option<Arc<Captured>>,
}

/// Why a line was not parsed.
enum Stop {
    Failed,
    /// The stack grew so high that the order of the searches matters.
    Deep,
}

impl From<Failed> for Stop {
    fn from(Failed: Failed) -> Self {
        Self::Failed
    }
}

/// A list of rules to try.
#[derive(Clone, Copy)]
struct List<'a> {
    table: &'static Table,
    added: bool,
    captured: Option<&'a Captured>,
}

/// The rule to take.
struct Taken {
    rule: &'static Rule,
    hit: Hit,
    added: bool,
    would_loop: bool,
}

/// Where the parser stands in a line.
struct Cursor {
    at: usize,
    /// Where a push matched no text, and the height of the stack after it.
    pushed: (usize, usize),
    /// Whether rules are searched for one by one, as `syntect` does.
    one_by_one: bool,
}

impl State {
    pub(super) fn new(syntax: &'static SyntaxReference) -> Result<Self, Failed> {
        Ok(Self {
            stack: vec![Level {
                table: Table::start(syntax)?,
                added: Vec::new(),
                captured: None,
            }],
            begun: false,
            added_at: Vec::new(),
        })
    }

    /// Parses a line, which ends with its `\n`.
    pub(super) fn line(&mut self, line: &str) -> Result<Changes, Failed> {
        let mut state = self.clone();
        let changes = match state.parse(line, self.stack.len() >= DEEPEST) {
            Err(Stop::Deep) => {
                state.clone_from(self);
                state.parse(line, true)
            }
            done => done,
        };
        *self = state;
        changes.map_err(|_| Failed)
    }

    /// Adds bytes that tell this state from all others of the process.
    pub(super) fn write(&self, bytes: &mut Vec<u8>) {
        let number = |number: usize, bytes: &mut Vec<u8>| {
            bytes.extend_from_slice(&(number as u64).to_le_bytes());
        };
        bytes.push(u8::from(self.begun));
        number(self.added_at.len(), bytes);
        for at in &self.added_at {
            number(*at, bytes);
        }
        for level in &self.stack {
            number(level.table.number, bytes);
            number(level.added.len(), bytes);
            for table in &level.added {
                number(table.number, bytes);
            }
            let captured = level.captured.as_deref().map_or(&[][..], |groups| groups);
            number(captured.len(), bytes);
            for group in captured {
                bytes.push(u8::from(group.is_some()));
                let text = group.as_deref().unwrap_or("");
                number(text.len(), bytes);
                bytes.extend_from_slice(text.as_bytes());
            }
        }
    }

    fn parse(&mut self, line: &str, one_by_one: bool) -> Result<Changes, Stop> {
        let mut changes = Vec::new();
        if !self.begun {
            self.begun = true;
            let first = self.top()?.table.content_scopes.first();
            changes.extend(first.map(|own| (0, Change::Push(*own))));
        }
        let mut cursor = Cursor {
            at: 0,
            pushed: (0, 0),
            one_by_one,
        };
        Searches::with(|searches| {
            searches.begin(line);
            while self.step(line, &mut cursor, searches, &mut changes)? {}
            Ok(changes)
        })
    }

    fn top(&self) -> Result<&Level, Failed> {
        self.stack.last().ok_or(Failed)
    }

    /// Takes one rule; says whether there is more to do.
    fn step(
        &mut self,
        line: &str,
        cursor: &mut Cursor,
        searches: &mut Searches,
        changes: &mut Changes,
    ) -> Result<bool, Stop> {
        let height = self.stack.len();
        while self.added_at.last().is_some_and(|at| *at >= height) {
            self.added_at.pop();
        }
        let Some(taken) = self.find(line, cursor, searches)? else {
            return Ok(false);
        };
        if taken.would_loop {
            let rest = line.get(cursor.at..).ok_or(Failed)?;
            let Some(next) = rest.char_indices().nth(1) else {
                return Ok(false);
            };
            cursor.at += next.0;
            return Ok(true);
        }
        let Hit { end, .. } = taken.hit;
        if end <= cursor.at && matches!(taken.rule.act, Act::Push(_)) {
            cursor.pushed = (end, height + 1);
        }
        cursor.at = end;
        if taken.added {
            self.added_at.push(height);
        }
        self.take(line, taken.rule, taken.hit, searches, changes)?;
        if self.stack.len() >= DEEPEST && !cursor.one_by_one {
            return Err(Stop::Deep);
        }
        Ok(true)
    }

    fn find(
        &self,
        line: &str,
        cursor: &Cursor,
        searches: &mut Searches,
    ) -> Result<Option<Taken>, Failed> {
        let top = self.top()?;
        let from = self.added_at.last().copied().unwrap_or(0);
        let added: Vec<_> = self.stack[from.min(self.stack.len())..]
            .iter()
            .flat_map(|level| {
                level.added.iter().map(|table| List {
                    table,
                    added: true,
                    captured: level.captured.as_deref(),
                })
            })
            .collect();
        let prototype = top.table.prototype()?.map(|table| List {
            table,
            added: false,
            captured: None,
        });
        let own = List {
            table: top.table,
            added: false,
            captured: top.captured.as_deref(),
        };
        let lists = added.into_iter().chain(prototype).chain([own]);
        searches.begin_step();
        let check_loop = cursor.pushed == (cursor.at, self.stack.len());
        Ok(if cursor.one_by_one {
            self.search_each(line, cursor.at, lists, check_loop, searches)
        } else {
            go_along(line, cursor.at, &lists, check_loop, searches)
        })
    }

    /// Searches for each rule in turn.
    fn search_each<'a>(
        &self,
        line: &str,
        from: usize,
        lists: impl Iterator<Item = List<'a>>,
        check_loop: bool,
        searches: &mut Searches,
    ) -> Option<Taken> {
        let full = self.stack.len() >= DEEPEST;
        let mut best: Option<Taken> = None;
        for list in lists {
            for rule in &list.table.rules {
                let Some(hit) = searches.search(line, from, rule, list.captured, full) else {
                    continue;
                };
                let better = best.as_ref().is_none_or(|best| {
                    hit.start < best.hit.start || (hit.start == best.hit.start && best.would_loop)
                });
                if !better {
                    continue;
                }
                if full && matches!(rule.act, Act::Push(_)) {
                    return None;
                }
                let taken = Taken {
                    rule,
                    hit,
                    added: list.added,
                    would_loop: check_loop && hit.end <= from && matches!(rule.act, Act::Pop),
                };
                if hit.start == from && !taken.would_loop {
                    return Some(taken);
                }
                best = Some(taken);
            }
        }
        best
    }

    /// Carries out what a rule says.
    fn take(
        &mut self,
        line: &str,
        rule: &'static Rule,
        hit: Hit,
        searches: &mut Searches,
        changes: &mut Changes,
    ) -> Result<(), Failed> {
        let table = self.top()?.table;
        before(table, rule, hit.start, changes)?;
        changes.extend(
            rule.scopes
                .iter()
                .map(|own| (hit.start, Change::Push(*own))),
        );
        capture(rule, hit, searches, changes);
        if !rule.scopes.is_empty() {
            changes.push((hit.end, Change::Pop(rule.scopes.len())));
        }
        after(table, rule, hit.end, changes)?;
        match &rule.act {
            Act::Nothing => {}
            Act::Pop => {
                self.stack.pop();
            }
            Act::Push(links) => self.push(line, rule, links, Vec::new(), hit, searches)?,
            Act::Set(links) => {
                let added = self.stack.pop().map(|level| level.added);
                let added = added.unwrap_or_default();
                self.push(line, rule, links, added, hit, searches)?;
            }
        }
        Ok(())
    }

    /// Pushes contexts, of which the first keeps what was added before.
    fn push(
        &mut self,
        line: &str,
        rule: &'static Rule,
        links: &[Link],
        mut kept: Vec<&'static Table>,
        hit: Hit,
        searches: &mut Searches,
    ) -> Result<(), Failed> {
        for (at, link) in links.iter().enumerate() {
            let mut added = std::mem::take(&mut kept);
            if let Some(prototype) = &rule.with_prototype
                && at + 1 == links.len()
            {
                added.push(prototype.follow()?);
            }
            let table = link.follow()?;
            let refers_back = table.refers_back || added.iter().any(|table| table.refers_back);
            let captured = refers_back.then(|| {
                let hit = searches.with_groups(line, rule, hit);
                let text = |group| {
                    let (start, end) = searches.group(hit, group)?;
                    line.get(start..end).map(Box::from)
                };
                (0..10).map(text).collect()
            });
            self.stack.push(Level {
                table,
                added,
                captured,
            });
        }
        Ok(())
    }
}

/// Goes along the line to the first place where a rule matches.
fn go_along<'a>(
    line: &str,
    from: usize,
    lists: &(impl Iterator<Item = List<'a>> + Clone),
    check_loop: bool,
    searches: &mut Searches,
) -> Option<Taken> {
    let bytes = line.as_bytes();
    let mut best: Option<Taken> = None;
    for at in from..=bytes.len() {
        let byte = bytes.get(at).map_or(END, |byte| usize::from(*byte));
        if (0x80..0xc0).contains(&byte) {
            continue;
        }
        for list in lists.clone() {
            for index in list.table.at(byte) {
                let rule = list.table.rules[usize::from(*index)];
                let hit = if rule.first.is_some() {
                    searches.here(line, at, rule, list.captured)
                } else {
                    let hit = searches.search(line, from, rule, list.captured, false);
                    hit.filter(|hit| hit.start == at)
                };
                let Some(hit) = hit else { continue };
                let taken = Taken {
                    rule,
                    hit,
                    added: list.added,
                    would_loop: check_loop && hit.end <= from && matches!(rule.act, Act::Pop),
                };
                if !taken.would_loop {
                    return Some(taken);
                }
                best = Some(taken);
            }
        }
        if best.is_some() {
            return best;
        }
    }
    None
}
