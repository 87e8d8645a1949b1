//! Edits within one tick of the filesystem's clock.
//!
//! Most filesystems have clocks too fine for that. ext4 with small inodes
//! counts whole seconds, so an edit that keeps size and time of change cannot
//! be told from none by looking at the file: only the rule that a file changed
//! as late as the memo is read again saves the day.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::chance::Chance;
use super::disk::{Style, write};
use super::mount::{self, Mount};
use super::small::{Small, State};
use super::{by_size, folder, size};

#[test]
fn same_size_edits_within_one_second_are_seen() {
    let place = folder();
    let image = place.path().join("coarse.img");
    let made = mount::make(&image, 64, &["-I", "128"])
        .and_then(|()| Mount::new(&image, &place.path().join("coarse"), "noatime"));
    let mount = match made {
        Ok(mount) => mount,
        Err(why) => {
            eprintln!("SKIPPED: no filesystem with coarse times can be mounted here: {why}");
            return;
        }
    };
    let mut chance = Chance::new(u64::try_from(size("GUIDEPOST_SEED", 1)).expect("a seed"));
    let top = mount.place.join("top");
    std::fs::create_dir_all(&top).expect("a folder");
    let mut site = Small::new(&top);
    site.set(State::First);
    let page = site.folders.root.join("content/fans/replace.md");
    let output = site.folders.out.join("fans/replace/index.html");
    let text = std::fs::read_to_string(&page).expect("a source");
    let mut in_one_tick = 0;
    let mut second = 0;
    let wanted = by_size(4, 40);
    for round in 0..3 * wanted {
        if in_one_tick == wanted {
            break;
        }
        // The second has just begun, and two builds fit into it.
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a time");
        std::thread::sleep(Duration::from_nanos(
            1_000_000_000 - u64::from(now.subsec_nanos()),
        ));
        for part in 0..2 {
            let minutes = 10 + (round * 2 + part) % 90;
            let now = text.replace("10 minutes", &format!("{minutes} minutes"));
            let style = if part == 0 {
                Style::InPlace
            } else {
                Style::TimeKept
            };
            let altered = chance.one_in(2) && output.exists();
            write(&page, now.as_bytes(), style);
            if altered {
                let mut bytes = std::fs::read(&output).expect("an output");
                let at = chance.below(bytes.len());
                bytes[at] ^= 1;
                write(&output, &bytes, Style::TimeKept);
            }
            if part == 0 {
                second = seconds();
            }
            in_one_tick += usize::from(part == 1 && seconds() == second);
            let outcome = site.build();
            assert_eq!(outcome.exit, 0, "{outcome:?}");
            // The clean build is for the second edit: it would take too long
            // before it.
            if part == 0 {
                continue;
            }
            let clean = clean(&site, &mount);
            if let Some(why) = super::snapshot::difference(&site.tree(), &clean) {
                panic!("round {round}, part {part}, altered by hand {altered}:\n{why}");
            }
        }
    }
    eprintln!("{in_one_tick} second edits came in the second of the build before");
}

fn seconds() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("a time").as_secs()
}

/// The tree that a clean build leaves.
fn clean(site: &Small, mount: &Mount) -> super::snapshot::Snapshot {
    let mut folders = site.folders.clone();
    let beside = mount.place.join("beside");
    folders.out = beside.join("out");
    folders.cache = beside.join("cache");
    folders.default = false;
    let flags = super::small::model(State::First).flags;
    let outcome = super::runner::run(&folders, &flags, super::small::PLAIN);
    assert_eq!(outcome.exit, 0, "{outcome:?}");
    let tree = super::snapshot::Snapshot::of(&folders.out);
    std::fs::remove_dir_all(&beside).expect("a folder");
    tree
}
