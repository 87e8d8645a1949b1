//! Making a failing script short.

use super::play::{Edit, Failure, Script, play};

/// How often a script may be played while it is made short.
const TRIES: usize = 250;

/// The shortest script found that still fails, with its failure.
pub fn shrink(script: &Script, failure: Failure) -> (Script, Failure) {
    let mut best = script.clone();
    let mut failure = failure;
    let mut tries = TRIES;
    let mut try_edits =
        |edits: Vec<Edit>, pages: usize, best: &mut Script, failure: &mut Failure| {
            if tries == 0 {
                return false;
            }
            tries -= 1;
            let shorter = Script {
                seed: best.seed,
                pages,
                edits,
            };
            let folder = super::folder();
            let Err(found) = play(folder.path(), &shorter, false) else {
                return false;
            };
            *best = shorter;
            // What comes after the failure does not matter.
            best.edits.truncate(found.at.map_or(0, |at| at + 1));
            *failure = found;
            true
        };
    best.edits.truncate(failure.at.map_or(0, |at| at + 1));
    for pages in [6, 12, 24] {
        if pages < best.pages && try_edits(best.edits.clone(), pages, &mut best, &mut failure) {
            break;
        }
    }
    let mut chunk = best.edits.len() / 2;
    while chunk > 0 {
        let mut at = 0;
        while at < best.edits.len() {
            let mut fewer = best.edits.clone();
            fewer.drain(at..(at + chunk).min(fewer.len()));
            let pages = best.pages;
            if !try_edits(fewer, pages, &mut best, &mut failure) {
                at += chunk;
            }
        }
        chunk /= 2;
    }
    for pages in [6, 12, 24] {
        if pages < best.pages && try_edits(best.edits.clone(), pages, &mut best, &mut failure) {
            break;
        }
    }
    (best, failure)
}
