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

/// No bound.
const ALL: usize = usize::MAX;

/// What a build may do at most after an edit of each kind: sources parsed,
/// blocks of code highlighted, and outputs made whose bytes are then the same.
/// Outputs whose bytes differ have to be made, and no others are written.
fn most(operator: &str) -> [usize; 3] {
    match operator {
        _ => [ALL; 3],
    }
}

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
        let before = if operator.name.starts_with("output") || scene.settled {
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
        let [parsed, highlighted, rendered] = got.steps;
        let in_vain = rendered.saturating_sub(got.written.len());
        table.lock().expect("no panic while held").push((
            operator.name,
            got.exit,
            [parsed, highlighted, in_vain],
            got.written.len(),
            got.deleted.len(),
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
        let did = [parsed, highlighted, in_vain];
        let most = most(operator.name);
        if did.iter().zip(most).any(|(did, most)| *did > most) {
            return Err(format!(
                "{}: parsed, highlighted, made in vain: {did:?}, at most {most:?} expected\n",
                operator.name
            ));
        }
        Ok(())
    });
    let mut table = table.into_inner().expect("no panic while held");
    table.sort_unstable();
    let mut text = String::from(
        "edit                        exit parsed highlighted in vain written deleted\n",
    );
    for (name, exit, [parsed, highlighted, in_vain], written, deleted) in table {
        let _ = writeln!(
            text,
            "{name:28}{exit:4} {parsed:6} {highlighted:11} {in_vain:7} {written:7} {deleted:7}"
        );
    }
    eprintln!("{text}");
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
