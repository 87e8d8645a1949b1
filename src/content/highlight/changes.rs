//! What the match of a rule changes of the open scopes.
//!
//! Contexts have scopes of their own, for what is in them and for what leads in
//! and out. The order in which they open and close is that of `syntect`, which
//! kept to its model where that contradicts itself.

use syntect::parsing::ClearAmount;

use super::grammar::Failed;
use super::kind::Own;
use super::rules::{Act, Rule, Table};
use super::searches::{Hit, Searches};

/// A change of the open scopes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Change {
    Push(Own),
    Pop(usize),
    Clear(ClearAmount),
    Restore,
}

/// Changes and where they happen.
pub(super) type Changes = Vec<(usize, Change)>;

/// The scopes of what a rule captured. They may be named in any order, and
/// open from the outer to the inner.
pub(super) fn capture(rule: &Rule, hit: Hit, searches: &Searches, changes: &mut Changes) {
    if rule.captures.is_empty() {
        return;
    }
    let mut ordered = Vec::new();
    for (group, scopes) in &rule.captures {
        let Some((start, end)) = searches.group(hit, *group) else {
            continue;
        };
        // Only a group within a lookbehind could end before it begins.
        let Some(length) = end.checked_sub(start).filter(|length| *length > 0) else {
            continue;
        };
        for own in scopes {
            ordered.push(((start, usize::MAX - length), Change::Push(*own)));
        }
        ordered.push(((end, 0), Change::Pop(scopes.len())));
    }
    ordered.sort_by_key(|(order, _)| *order);
    changes.extend(ordered.into_iter().map(|((at, _), change)| (at, change)));
}

/// The changes before what a rule matched.
pub(super) fn before(
    table: &Table,
    rule: &Rule,
    at: usize,
    changes: &mut Changes,
) -> Result<(), Failed> {
    let (links, sets) = match &rule.act {
        Act::Nothing => return Ok(()),
        Act::Pop => {
            pop(table.content_scopes.len(), at, changes);
            return Ok(());
        }
        Act::Push(links) => (links, false),
        Act::Set(links) => (links, true),
    };
    if sets && table.clears.is_some() {
        changes.push((at, Change::Restore));
    }
    for link in links {
        let next = link.follow()?;
        if let Some(amount) = next.clears
            && !sets
        {
            changes.push((at, Change::Clear(amount)));
        }
        changes.extend(next.scopes.iter().map(|own| (at, Change::Push(*own))));
    }
    Ok(())
}

/// The changes after what a rule matched.
pub(super) fn after(
    table: &Table,
    rule: &Rule,
    at: usize,
    changes: &mut Changes,
) -> Result<(), Failed> {
    let (links, sets) = match &rule.act {
        Act::Nothing => return Ok(()),
        Act::Pop => {
            pop(table.scopes.len(), at, changes);
            if table.clears.is_some() {
                changes.push((at, Change::Restore));
            }
            return Ok(());
        }
        Act::Push(links) => (links, false),
        Act::Set(links) => (links, true),
    };
    let left = if sets {
        table.scopes.len() + table.content_scopes.len()
    } else {
        0
    };
    let mut opened = 0;
    let mut reorder = left > 0;
    for link in links {
        let next = link.follow()?;
        opened += next.scopes.len();
        reorder |= !next.content_scopes.is_empty() || (sets && next.clears.is_some());
    }
    if !reorder {
        return Ok(());
    }
    // The scopes of what is left go from under those of what was opened.
    pop(opened + left, at, changes);
    for link in links {
        let next = link.follow()?;
        if let Some(amount) = next.clears
            && sets
        {
            changes.push((at, Change::Clear(amount)));
        }
        let scopes = next.scopes.iter().chain(&next.content_scopes);
        changes.extend(scopes.map(|own| (at, Change::Push(*own))));
    }
    Ok(())
}

fn pop(count: usize, at: usize, changes: &mut Changes) {
    if count > 0 {
        changes.push((at, Change::Pop(count)));
    }
}
