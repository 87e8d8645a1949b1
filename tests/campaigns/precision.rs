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
use super::edits::{OPERATORS, breaks};
use super::generate;
use super::runner::How;
use super::scene::Scene;
use super::snapshot::Snapshot;
use super::{by_size, cores, each, folder};

/// No bound.
const ALL: usize = usize::MAX;

/// The lists on which a guide, or the site's own words, are given and perhaps
/// not shown. Redirects, which are given the site's words and show none, are
/// counted and come on top.
const FEW: usize = 4;

/// Blocks of code in a new guide at most.
const BLOCKS: usize = 3;

/// What a build may do at most after an edit of each kind: sources parsed,
/// blocks of code highlighted, and outputs made whose bytes are then the same.
/// Outputs whose bytes differ have to be made, and no others are written.
fn most(operator: &str) -> [usize; 3] {
    match operator {
        // No guide is concerned.
        "nothing"
        | "touch"
        | "output-deleted"
        | "output-folder-deleted"
        | "output-altered"
        | "output-altered-unseen"
        | "outputs-gone"
        | "foreign-file"
        | "edit-static"
        | "edit-behind-link"
        | "retarget-link"
        | "swap-image"
        | "exchange-images"
        | "remove-image"
        | "edit-data"
        | "config-lists"
        | "config-rules" => [0, 0, 0],
        // What a guide says to its readers alone.
        "edit-body" | "another-build" | "edit-anchor" | "edit-link" | "remove-block"
        | "copy-code" | "add-image" => [1, 0, 0],
        "edit-code" | "edit-language" => [1, 1, 0],
        // What the site shows of a guide, too.
        "edit-first-paragraph"
        | "edit-heading-linked-to"
        | "same-size-in-one-tick"
        | "edit-title"
        | "edit-date"
        | "edit-updated"
        | "edit-slug"
        | "edit-path"
        | "edit-description"
        | "edit-weight"
        | "edit-tags"
        | "last-use-of-a-term"
        | "term-in-another-case"
        | "term-in-other-letters"
        | "edit-categories"
        | "edit-meta"
        | "edit-serial"
        | "edit-review"
        | "add-alias"
        | "remove-alias"
        | "swap-format"
        | "move-behind-alias"
        | "rename-page"
        | "rename-under-one-address"
        | "move-page"
        | "leaf-to-bundle"
        | "bundle-to-leaf"
        | "add-section-index"
        | "remove-section-index"
        | "edit-section-path" => [1, 0, FEW],
        // The one that was the section's page until now is a guide.
        "index-beside-readme" => [2, 0, FEW],
        // Guides that are seen for the first time.
        "turn-draft" | "expire" | "publish-later" | "add-page" => [1, BLOCKS, FEW],
        "delete-page" | "shrink-pagination" => [0, 0, FEW],
        "grow-pagination" => [6, 6 * BLOCKS, FEW],
        "older-guides" | "newer-guides" => [4, 0, FEW],
        "exchange-pages" | "line-of-a-finding" => [2, 0, FEW],
        "clock-by-days" | "clock-by-years" | "flags" => [0, ALL, FEW],
        "rename-section" => [ALL, 0, FEW],
        // The set of templates is one: it makes every page anew, from what is
        // known of guides and blocks.
        "edit-template"
        | "edit-included-template"
        | "edit-component"
        | "edit-hook"
        | "create-template"
        | "create-hook"
        | "delete-template"
        | "delete-component-or-hook"
        | "create-data"
        | "delete-data" => [0, 0, ALL],
        // The site's own words.
        "config-title"
        | "config-author"
        | "config-description"
        | "config-language"
        | "config-menu"
        | "config-extra"
        | "config-feed-of-the-site"
        | "config-feeds-of-sections"
        | "config-taxonomy-title"
        | "config-base-url"
        | "config-other-host"
        | "own-style"
        | "own-script"
        | "noindex" => [0, 0, FEW],
        // What each page reads, and what parsing reads.
        "config-theme" | "config-line-numbers" | "config-meta-box" | "config-meta-label" => {
            [0, 0, ALL]
        }
        "config-taxonomies" | "config-cascade" => [ALL, 0, FEW],
        name if name.starts_with("cascade-") => [ALL, 0, FEW],
        "config-markdown" | "config-similar" | "config-other" => [ALL, 0, ALL],
        // Failed builds, in which what else was made counts for nothing.
        name if breaks(name) => [2, BLOCKS, 0],
        "cache-gone" | "several" | "revert" | "mend" => [ALL; 3],
        _ => panic!("say what `{operator}` may cost"),
    }
}

/// How many pages of a site only lead to others.
fn redirects(site: &Snapshot) -> usize {
    let refresh = b"http-equiv=\"refresh\"";
    let leads = |bytes: &[u8]| bytes.windows(refresh.len()).any(|window| window == refresh);
    site.files
        .values()
        .filter(|file| leads(&file.bytes))
        .count()
}

#[test]
fn what_each_edit_writes_is_what_differs() {
    let table = std::sync::Mutex::new(Vec::new());
    let mut jobs = Vec::new();
    for round in 0..by_size(1, 12) {
        jobs.extend(OPERATORS.iter().map(|operator| (round, *operator)));
    }
    let failures = each(&jobs, cores(), |(round, operator)| {
        let round = u64::try_from(*round).expect("a small number");
        let place = folder();
        let how = How {
            process: false,
            jobs: 2,
        };
        let mut scene = Scene::new(place.path(), generate::site(2 + 5 * round, 40), true);
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
            (operator.edit)(&mut scene, &mut Chance::new(seed + 20 * round))
        });
        if !applied {
            // Some edits undo what another one has to do first.
            return Ok(());
        }
        scene.sync();
        let standing = Snapshot::of(scene.out());
        let most_redirects = redirects(&standing);
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
        let in_vain = match got.exit {
            0 => rendered.saturating_sub(got.written.len()),
            _ => 0,
        };
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
        let mut most = most(operator.name);
        if most[2] == FEW {
            most[2] += redirects(&after).max(most_redirects);
        }
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
