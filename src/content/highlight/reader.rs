//! Reading the lines of a block, as few of them with the grammar as may be.
//!
//! A line that the memo knows is not parsed, so the parser stays behind, and
//! catches up when a line comes that the memo does not know: from a place that
//! this thread has been at before, or else by parsing the lines in between.
//!
//! Invariant: the runs are those that the grammar gives to the whole block
//! without any memo.

use std::cell::RefCell;
use std::collections::HashMap;

use syntect::parsing::SyntaxReference;

use super::grammar::{Failed, Place};
use super::line_memo::{LineMemo, PlaceKey};
use super::spans::Runs;
use crate::ground::digest::Digest;

/// Places that a thread keeps, at about a kilobyte each.
const PLACES: usize = 4_000;

thread_local! {
    /// Places that this thread has been at.
    static BEEN: RefCell<HashMap<PlaceKey, Place>> = RefCell::new(HashMap::new());
}

/// The reading of a block.
pub(super) struct Reader<'a> {
    memo: &'a LineMemo,
    syntax: &'static SyntaxReference,
    /// Where the reading stands.
    key: PlaceKey,
    /// Where the parser stands; nowhere before its first line.
    parser: Option<Place>,
    /// The lines from the parser to here: where each began, and where it ends
    /// in the text.
    behind: Vec<(PlaceKey, usize)>,
    text: String,
    scratch: Vec<u8>,
}

impl<'a> Reader<'a> {
    /// Begins a block.
    pub(super) fn new(syntax: &'static SyntaxReference, memo: &'a LineMemo) -> Self {
        Self {
            memo,
            syntax,
            key: PlaceKey::start(syntax),
            parser: None,
            behind: Vec::new(),
            text: String::new(),
            scratch: Vec::new(),
        }
    }

    /// The digest of the parser's state, to tell whether a construct is still
    /// open.
    pub(super) fn state(&self) -> Digest {
        self.key.state
    }

    /// Reads one line and adds its runs. The grammars want every line to end;
    /// the reader does not.
    pub(super) fn line(&mut self, line: &str, runs: &mut Runs) -> Result<(), Failed> {
        if line.ends_with('\n') {
            self.ended(line, line.len(), runs)
        } else {
            self.ended(&format!("{line}\n"), line.len(), runs)
        }
    }

    /// Reads one line, of which the first `shown` bytes are seen.
    fn ended(&mut self, line: &str, shown: usize, runs: &mut Runs) -> Result<(), Failed> {
        let key = self.key.line(line, &mut self.scratch);
        if let Some(after) = self.memo.get(key, shown, runs) {
            self.text.push_str(line);
            self.behind.push((self.key, self.text.len()));
            self.key = after;
            return Ok(());
        }
        let mut place = self.catch_up()?;
        let mut own = Runs::default();
        place.line(line, &mut own)?;
        let after = PlaceKey::of(&place, &mut self.scratch);
        if after != self.key {
            self.key = after;
            keep(after, &place);
        }
        self.memo.insert(key, own.bytes(), self.key);
        runs.append(own.bytes(), shown);
        self.parser = Some(place);
        Ok(())
    }

    /// The place where the reading stands.
    fn catch_up(&mut self) -> Result<Place, Failed> {
        // The last place on the way that is known; the way begins at the parser.
        let known = BEEN.with_borrow(|been| {
            (1..=self.behind.len())
                .rev()
                .find_map(|at| Some((at, been.get(&self.place_key(at))?.clone())))
        });
        let parser = self.parser.take();
        let (from, mut place) = match (known, parser) {
            (Some(known), _) => known,
            (None, Some(parser)) => (0, parser),
            (None, None) => (0, Place::new(self.syntax)?),
        };
        let mut unused = Runs::default();
        for at in from..self.behind.len() {
            let begin = at.checked_sub(1).map_or(0, |before| self.behind[before].1);
            place.line(&self.text[begin..self.behind[at].1], &mut unused)?;
            unused.clear();
            keep(self.place_key(at + 1), &place);
        }
        self.behind.clear();
        self.text.clear();
        Ok(place)
    }

    /// The place after so many lines from the parser.
    fn place_key(&self, lines: usize) -> PlaceKey {
        self.behind.get(lines).map_or(self.key, |(key, _)| *key)
    }
}

fn keep(key: PlaceKey, place: &Place) {
    BEEN.with_borrow_mut(|been| {
        if been.len() >= PLACES {
            been.clear();
        }
        been.entry(key).or_insert_with(|| place.clone());
    });
}
