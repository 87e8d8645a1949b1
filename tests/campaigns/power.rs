//! Campaign 4, power cuts: an ext4 image is copied at random moments of
//! builds, without a sync, and mounted again.
//!
//! What a copy holds is what a disk would hold: the filesystem may have
//! written names before what they name. The next build must not take a
//! truncated file for a good one.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::chance::Chance;
use super::mount::{self, Mount};
use super::runner::command;
use super::small::{Small, State, model};
use super::{by_size, folder, size};

/// Mount options: the journal is committed every second, and barriers do not
/// matter to a file in memory.
const OPTIONS: &str = "noatime,commit=1,nobarrier";

#[test]
fn power_cuts() {
    let place = folder();
    let image = place.path().join("disk.img");
    let point = place.path().join("disk");
    let made = mount::make(&image, 24, &["-J", "size=4"])
        .and_then(|()| Mount::new(&image, &point, OPTIONS));
    let mut mount = match made {
        Ok(mount) => mount,
        Err(why) => {
            eprintln!("SKIPPED: no disk can be made and mounted here: {why}");
            return;
        }
    };
    let mut chance = Chance::new(u64::try_from(size("GUIDEPOST_SEED", 1)).expect("a seed"));
    let states = [State::First, State::Edited, State::Shrunk];
    let clean = states.map(|state| Small::clean(&point, state));
    let mut torn = 0;
    let mut last = 0;
    for run in 0..size("GUIDEPOST_RUNS", by_size(6, 200)) {
        let from = chance.below(states.len());
        let to = (from + 1 + chance.below(2)) % states.len();
        // A fresh site, or the one that was left by the last cut.
        let mut site = Small::new(&point);
        if chance.below(4) > 0 {
            site.set(states[from]);
            assert_eq!(site.build().exit, 0, "the first build");
        }
        run_command("sync", &["-f", &point.display().to_string()]);
        site.set(states[to]);
        if chance.one_in(2) {
            run_command("sync", &["-f", &point.display().to_string()]);
        }
        let mut build = command(&site.folders, &model(State::First).flags, 1)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        pause(&mut chance);
        // Another program has its file synced: the journal is written, and
        // with it the names of files whose bytes are not.
        if chance.below(3) > 0 {
            let beside = fs::File::create(point.join("beside")).expect("a file");
            beside.sync_all().expect("a sync");
            pause(&mut chance);
        }
        run_command("kill", &["-STOP", &build.id().to_string()]);
        let cut = place.path().join("cut.img");
        copy_at_rest(&mount, &cut);
        build.kill().expect("a process to kill");
        build.wait().expect("a process ends");
        drop(site);
        drop(mount);
        fs::rename(&cut, &image).expect("an image");
        mount = Mount::new(&image, &point, OPTIONS).expect("the copy is mounted");
        // What of the sources was lost is written again, as a person would.
        let out = point.join("site/public");
        torn += super::snapshot::Snapshot::of(&out)
            .files
            .values()
            .filter(|file| file.bytes.is_empty())
            .count();
        let site = rewritten(&point, states[to]);
        let (want, tree) = &clean[to];
        if let Err(why) = site.recovers(want, tree) {
            panic!(
                "run {run}, from {:?} to {:?}: {why}",
                states[from], states[to]
            );
        }
        last = run + 1;
    }
    eprintln!("{last} power cuts; {torn} outputs were empty after them");
}

/// The site with the sources of a state, whatever of them was there.
fn rewritten(point: &std::path::Path, state: State) -> Small {
    let keep = ["public", ".guidepost"];
    let root = point.join("site");
    let aside = point.join("aside");
    fs::create_dir_all(&aside).expect("a folder");
    for name in keep {
        if root.join(name).exists() {
            fs::rename(root.join(name), aside.join(name)).expect("a folder to keep");
        }
    }
    let mut site = Small::new(point);
    for name in keep {
        if aside.join(name).exists() {
            fs::rename(aside.join(name), root.join(name)).expect("a folder to keep");
        }
    }
    site.set(state);
    site
}

fn pause(chance: &mut Chance) {
    let microseconds = u64::try_from(chance.below(90_000)).expect("a short time");
    std::thread::sleep(Duration::from_micros(microseconds));
}

fn run_command(name: &str, arguments: &[&str]) {
    // A process that has ended already cannot be stopped, which is no matter.
    let _ = Command::new(name)
        .args(arguments)
        .stderr(Stdio::null())
        .status();
}

/// Copies an image whose filesystem is mounted: twice, until both copies are
/// the same, so that no write of the filesystem is half in a copy.
fn copy_at_rest(mount: &Mount, to: &std::path::Path) {
    for _ in 0..100 {
        let first = fs::read(&mount.image).expect("an image");
        let second = fs::read(&mount.image).expect("an image");
        if first == second {
            fs::write(to, second).expect("a copy");
            return;
        }
    }
    panic!("the disk never comes to rest");
}
