//! Pages and sections that come, go and move.

use super::super::chance::Chance;
use super::super::disk::Rename;
use super::super::generate::add_guide;
use super::super::page::{Form, Page, join};
use super::super::scene::Scene;
use super::super::words;

pub fn add_page(scene: &mut Scene, chance: &mut Chance) -> bool {
    let stem = format!("added-{}", chance.below(100_000));
    add_guide(&mut scene.model, chance, &stem);
    true
}

/// Removes a page and, of a bundle, its other files.
fn delete(scene: &mut Scene, at: usize) {
    let page = scene.model.pages.remove(at);
    if let Some(folder) = page.bundle_folder() {
        let folder = format!("{}{folder}/", scene.model.content);
        scene
            .model
            .files
            .retain(|path, _| !path.starts_with(&folder));
    }
}

pub fn delete_page(scene: &mut Scene, chance: &mut Chance) -> bool {
    if scene.model.pages.len() < 10 {
        return false;
    }
    let Some(at) = scene.model.guide(chance) else {
        return false;
    };
    delete(scene, at);
    true
}

/// Renames a page's file, or its bundle's folder, to another place.
fn relocate(scene: &mut Scene, at: usize, folder: &str, stem: &str) {
    let name = scene.model.free_name(folder, stem);
    let old = scene.model.pages[at].clone();
    scene.model.pages[at].folder = folder.to_owned();
    scene.model.pages[at].name = name;
    let new = scene.model.pages[at].clone();
    let (from, to) = match (old.bundle_folder(), new.bundle_folder()) {
        (Some(from), Some(to)) => {
            scene.model.move_files(&from, &to);
            (from, to)
        }
        _ => (old.path(), new.path()),
    };
    let content = scene.model.content;
    scene.renames.push(Rename::To(
        format!("{content}{from}"),
        format!("{content}{to}"),
    ));
}

pub fn rename_page(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.guide(chance) else {
        return false;
    };
    let folder = scene.model.pages[at].folder.clone();
    let stem = format!("{}-{}", words::noun(chance), chance.below(1000));
    relocate(scene, at, &folder, &stem);
    true
}

pub fn move_page(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.guide(chance) else {
        return false;
    };
    let page = scene.model.pages[at].clone();
    let mut folders = scene.model.folders();
    folders.retain(|folder| *folder != page.folder);
    folders.push("new-section".into());
    let Some(folder) = chance.named(folders.iter().map(String::as_str)) else {
        return false;
    };
    relocate(scene, at, &folder, &page.name);
    true
}

/// Two leaves change their files' names, and keep their times.
pub fn exchange_pages(scene: &mut Scene, chance: &mut Chance) -> bool {
    let leaf = |page: &Page| page.form == Form::Leaf;
    let Some(one) = scene.model.choose(chance, leaf) else {
        return false;
    };
    let first = scene.model.pages[one].path();
    let another = |page: &Page| leaf(page) && page.path() != first;
    let Some(other) = scene.model.choose(chance, another) else {
        return false;
    };
    // A wounded file is not what its page would be written as.
    if !scene.model.wounds.is_empty() || !scene.renames.is_empty() {
        return false;
    }
    let place = |page: &Page| (page.folder.clone(), page.name.clone());
    let (first, second) = (&scene.model.pages[one], &scene.model.pages[other]);
    let (first_place, second_place) = (place(first), place(second));
    let content = scene.model.content;
    let rename = Rename::Swap(
        format!("{content}{}", first.path()),
        format!("{content}{}", second.path()),
    );
    // What is not on disk yet cannot be renamed.
    let on_disk = |page: &Page| {
        scene
            .folders()
            .root
            .join(content)
            .join(page.path())
            .exists()
    };
    if !on_disk(first) || !on_disk(second) {
        return false;
    }
    scene.renames.push(rename);
    let pages = &mut scene.model.pages;
    (pages[one].folder, pages[one].name) = second_place;
    (pages[other].folder, pages[other].name) = first_place;
    true
}

pub fn add_section_index(scene: &mut Scene, chance: &mut Chance) -> bool {
    let mut folders = scene.model.folders();
    folders.retain(|folder| {
        !scene
            .model
            .pages
            .iter()
            .any(|page| page.form == Form::Section && page.folder == *folder)
    });
    let Some(folder) = chance.named(folders.iter().map(String::as_str)) else {
        return false;
    };
    let mut section = Page::new(&folder, "", Form::Section);
    section.title = Some(words::title(chance));
    section.body.push(words::paragraph(chance));
    scene.model.pages.push(section);
    true
}

pub fn remove_section_index(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene
        .model
        .choose(chance, |page| page.form == Form::Section)
    else {
        return false;
    };
    scene.model.pages.remove(at);
    true
}

/// A folder gets another name, with all that is in it.
pub fn rename_section(scene: &mut Scene, chance: &mut Chance) -> bool {
    let mut folders = scene.model.folders();
    folders.retain(|folder| !folder.is_empty());
    let Some(old) = chance.named(folders.iter().map(String::as_str)) else {
        return false;
    };
    let new = format!("{}-{}", words::noun(chance), chance.below(1000));
    if folders.contains(&new) {
        return false;
    }
    let content = scene.model.content;
    let below = format!("{old}/");
    for page in &mut scene.model.pages {
        if page.folder == old {
            page.folder = new.clone();
        } else if let Some(rest) = page.folder.strip_prefix(&below) {
            page.folder = join(&new, rest);
        }
    }
    scene.model.move_files(&old, &new);
    scene.renames.push(Rename::To(
        format!("{content}{old}"),
        format!("{content}{new}"),
    ));
    true
}

pub fn leaf_to_bundle(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.choose(chance, |page| page.form == Form::Leaf) else {
        return false;
    };
    let old = scene.model.pages[at].path();
    scene.model.pages[at].form = Form::Bundle;
    let page = scene.model.pages[at].clone();
    let content = scene.model.content;
    scene.renames.push(Rename::To(
        format!("{content}{old}"),
        format!("{content}{}", page.path()),
    ));
    if let Some(folder) = page.bundle_folder() {
        let picture = words::picture(chance, 40, 30);
        scene
            .model
            .files
            .insert(format!("{content}{folder}/plan.png"), picture);
    }
    true
}

pub fn bundle_to_leaf(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.choose(chance, |page| page.form == Form::Bundle) else {
        return false;
    };
    let old = scene.model.pages[at].clone();
    scene.model.pages[at].form = Form::Leaf;
    let new = scene.model.pages[at].path();
    let content = scene.model.content;
    // The other files go, as the page no longer stands among them.
    if let Some(folder) = old.bundle_folder() {
        let folder = format!("{content}{folder}/");
        scene
            .model
            .files
            .retain(|path, _| !path.starts_with(&folder));
    }
    scene.renames.push(Rename::To(
        format!("{content}{}", old.path()),
        format!("{content}{new}"),
    ));
    true
}

/// So many guides more in one folder that its list needs another page.
pub fn grow_pagination(scene: &mut Scene, chance: &mut Chance) -> bool {
    let folders = scene.model.folders();
    let Some(folder) = chance.named(folders.iter().map(String::as_str)) else {
        return false;
    };
    for _ in 0..chance.below(4) + 3 {
        let stem = format!("more-{}", chance.below(100_000));
        let at = add_guide(&mut scene.model, chance, &stem);
        let page = &scene.model.pages[at];
        if page.form == Form::Leaf && !scene.model.is_taken(&folder, &page.name) {
            scene.model.pages[at].folder.clone_from(&folder);
        }
    }
    true
}

/// So many guides less in one folder that its list needs a page less.
pub fn shrink_pagination(scene: &mut Scene, chance: &mut Chance) -> bool {
    let folders = scene.model.folders();
    let Some(folder) = chance.named(folders.iter().map(String::as_str)) else {
        return false;
    };
    let mut any = false;
    for _ in 0..chance.below(4) + 3 {
        let inside = |page: &Page| page.form != Form::Section && page.folder == folder;
        if scene.model.pages.len() < 10 {
            break;
        }
        let Some(at) = scene.model.choose(chance, inside) else {
            break;
        };
        delete(scene, at);
        any = true;
    }
    any
}
