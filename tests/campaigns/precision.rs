//! Campaign 3: for each kind of edit, what a build writes is what differs
//! between two clean trees, and no more.
//!
//! Random edits check the same after every step; here each operator is played
//! on the same site, so that its cost can be read, and bounded where the
//! design promises a bound.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::chance::Chance;
use super::disk::Style;
use super::edits::OPERATORS;
use super::generate;
use super::runner::How;
use super::scene::Scene;
use super::snapshot::Snapshot;
use super::{cores, each, folder};

/// The most files that an edit may write, where the design bounds it.
const BOUNDS: [(&str, usize); 6] = [
    ("nothing", 0),
    ("touch", 0),
    ("output-deleted", 1),
    ("output-altered", 1),
    ("output-altered-unseen", 1),
    ("swap-format", 0),
];

#[test]
fn what_each_edit_writes_is_what_differs() {
    let table = std::sync::Mutex::new(Vec::new());
    let failures = each(OPERATORS, cores(), |operator| {
        let place = folder();
        let how = How {
            process: false,
            jobs: 2,
        };
        let mut scene = Scene::new(place.path(), generate::site(2, 40), true);
        scene.sync();
        let first = scene.build(how);
        if first.exit != 0 {
            return Err(format!("the first build fails: {first:?}\n"));
        }
        // A build into an empty folder is a clean one.
        let before = Snapshot::of(scene.out());
        // Choices that have something to choose from.
        let applied = (1..20).any(|seed| {
            scene.style = Style::InPlace;
            (operator.edit)(&mut scene, &mut Chance::new(seed))
        });
        if !applied {
            // Some edits undo what another one has to do first.
            return Ok(());
        }
        scene.sync();
        let standing = Snapshot::of(scene.out());
        let got = scene.build(how);
        let (want, after) = scene.clean(how);
        if got.exit != want.exit {
            return Err(format!("{}: {got:?}\n", operator.name));
        }
        // Where outputs were edited or built in between, what stands counts.
        let before =
            if operator.name.starts_with("output") || operator.name == "same-size-in-one-tick" {
                standing
            } else {
                before
            };
        let differ = if got.exit == 0 {
            before.changed(&after)
        } else {
            BTreeSet::new()
        };
        let touched: BTreeSet<String> = got.written.union(&got.deleted).cloned().collect();
        table.lock().expect("no panic while held").push((
            operator.name,
            got.exit,
            got.written.len(),
            got.deleted.len(),
            got.unchanged,
        ));
        // Foreign files are in the tree beside, and are not the build's.
        let differ: BTreeSet<String> = differ
            .into_iter()
            .filter(|path| !scene.foreign.contains_key(path))
            .collect();
        if touched != differ {
            return Err(format!(
                "{}: it touches {:?} too many and {:?} too few\n",
                operator.name,
                touched.difference(&differ).collect::<Vec<_>>(),
                differ.difference(&touched).collect::<Vec<_>>(),
            ));
        }
        match BOUNDS.iter().find(|(name, _)| *name == operator.name) {
            Some((_, most)) if touched.len() > *most => Err(format!(
                "{}: {} files, and {most} at most were expected: {touched:?}\n",
                operator.name,
                touched.len()
            )),
            _ => Ok(()),
        }
    });
    let mut table = table.into_inner().expect("no panic while held");
    table.sort_unstable();
    let mut text = String::from("edit                        exit written deleted unchanged\n");
    for (name, exit, written, deleted, unchanged) in table {
        let _ = writeln!(
            text,
            "{name:28}{exit:4} {written:7} {deleted:7} {unchanged:9}"
        );
    }
    eprintln!("{text}");
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
