//! What hands and other tools do to outputs, cache and files' times.

use std::fs;

use super::super::chance::Chance;
use super::super::disk::{Style, write};
use super::super::runner::How;
use super::super::scene::Scene;

fn an_output(scene: &Scene, chance: &mut Chance) -> Option<String> {
    let outputs = scene.outputs();
    chance.named(outputs.iter().map(String::as_str))
}

pub fn output_deleted(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(path) = an_output(scene, chance) else {
        return false;
    };
    fs::remove_file(scene.out().join(path)).expect("an output");
    true
}

/// A whole folder of outputs is deleted, with whatever is in it.
pub fn output_folder_deleted(scene: &mut Scene, chance: &mut Chance) -> bool {
    let outputs = scene.outputs();
    let mut folders: Vec<&str> = outputs
        .iter()
        .filter_map(|path| path.rsplit_once('/'))
        .map(|(folder, _)| folder)
        .collect();
    folders.dedup();
    let Some(folder) = chance.named(folders) else {
        return false;
    };
    fs::remove_dir_all(scene.out().join(&folder)).expect("a folder");
    let below = format!("{folder}/");
    scene.foreign.retain(|path, _| !path.starts_with(&below));
    true
}

/// An output gets other bytes.
pub fn output_altered(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(path) = an_output(scene, chance) else {
        return false;
    };
    let text = format!("altered by hand {}", chance.next());
    write(&scene.out().join(path), text.as_bytes(), Style::any(chance));
    true
}

/// One byte of an output changes; its length and time of change do not.
pub fn output_altered_unseen(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(path) = an_output(scene, chance) else {
        return false;
    };
    let file = scene.out().join(path);
    let mut bytes = fs::read(&file).expect("an output");
    if bytes.is_empty() {
        return false;
    }
    let at = chance.below(bytes.len());
    bytes[at] ^= 1;
    write(&file, &bytes, Style::TimeKept);
    true
}

/// The whole output folder is deleted.
pub fn outputs_gone(scene: &mut Scene, _: &mut Chance) -> bool {
    if !scene.out().exists() {
        return false;
    }
    fs::remove_dir_all(scene.out()).expect("the output folder");
    scene.foreign.clear();
    true
}

/// Somebody puts a file of their own among the outputs.
pub fn foreign_file(scene: &mut Scene, chance: &mut Chance) -> bool {
    let outputs = scene.outputs();
    let folder = match chance.named(outputs.iter().map(String::as_str)) {
        Some(path) if chance.below(3) > 0 => path
            .rsplit_once('/')
            .map_or(String::new(), |(folder, _)| format!("{folder}/")),
        _ => "mine/deep/".to_owned(),
    };
    let path = format!("{folder}note-{}.txt", chance.below(1000));
    scene.put_foreign(&path, b"mine");
    true
}

/// The cache is deleted when the outputs are what the sources make.
pub fn cache_gone(scene: &mut Scene, chance: &mut Chance) -> bool {
    scene.sync();
    if scene.build(How::any(chance)).exit != 0 {
        return false;
    }
    fs::remove_dir_all(scene.cache()).expect("the cache");
    scene.forgot = true;
    true
}

/// A text changes while another build holds the site.
pub fn another_build(scene: &mut Scene, chance: &mut Chance) -> bool {
    if !scene.cache().exists() {
        return false;
    }
    scene.held = true;
    super::text::edit_body(scene, chance)
}

/// The power goes in the middle of a build, and a file that was written long
/// ago is no longer what it was, although its size and times say so. Needs a
/// disk of its own.
pub fn power_cut(scene: &mut Scene, chance: &mut Chance) -> bool {
    scene.settle(chance);
    if scene.disk_of_its_own.is_none() || !scene.built {
        return false;
    }
    let outputs = scene.outputs();
    let pages = outputs.iter().filter(|path| path.ends_with(".html"));
    let Some(path) = chance.named(pages.map(String::as_str)) else {
        return false;
    };
    let file = scene.out().join(path);
    for _ in 0..TRIES {
        super::text::edit_body(scene, chance);
        scene.sync();
        if scene.killed_in_the_middle() {
            let disk = scene.disk_of_its_own.as_ref().expect("a disk");
            return disk.turn_a_bit(&file).expect("the disk comes back");
        }
    }
    false
}

/// How often a build is tried to be killed in the middle.
const TRIES: usize = 10;

/// Nothing happens between two builds.
pub fn nothing(scene: &mut Scene, chance: &mut Chance) -> bool {
    scene.sync();
    if scene.build(How::any(chance)).exit != 0 {
        return false;
    }
    scene.idle = true;
    true
}

/// All sources get another time of change, and no other bytes.
pub fn touch(scene: &mut Scene, _: &mut Chance) -> bool {
    scene.sync();
    scene.touch();
    true
}

/// The sources go back to an earlier state.
pub fn revert(scene: &mut Scene, chance: &mut Chance) -> bool {
    while scene.history.len() < 2 {
        super::lone::healed(scene, chance);
        super::text::edit_body(scene, chance);
        scene.settle(chance);
        if !scene.built {
            return false;
        }
    }
    let back = chance.below(scene.history.len().min(5)) + 1;
    let earlier = scene.history[scene.history.len() - back].clone();
    scene.renames.clear();
    scene.model = earlier;
    true
}
