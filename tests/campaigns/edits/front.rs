//! Edits of a guide's front matter.

use super::super::chance::Chance;
use super::super::generate::date;
use super::super::page::{Page, quoted};
use super::super::scene::Scene;
use super::super::words;

/// Edits some guide.
fn on_guide(scene: &mut Scene, chance: &mut Chance, edit: impl Fn(&mut Page, &mut Chance)) -> bool {
    let Some(at) = scene.model.guide(chance) else {
        return false;
    };
    edit(&mut scene.model.pages[at], chance);
    true
}

/// Sets a key, or takes it out if it is set and the chance is right.
fn set_or_clear(page: &mut Page, chance: &mut Chance, key: &str, value: String) {
    if page.keys.contains_key(key) && chance.one_in(2) {
        page.keys.remove(key);
    } else {
        page.keys.insert(key.into(), value);
    }
}

pub fn edit_title(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.choose(chance, |_| true) else {
        return false;
    };
    let title = words::title(chance);
    scene.model.pages[at].title = Some(title);
    true
}

pub fn edit_date(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, chance| {
        let value = date(chance, 2019);
        set_or_clear(page, chance, "date", value);
    })
}

pub fn edit_updated(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, chance| {
        let value = date(chance, 2023);
        set_or_clear(page, chance, "updated", value);
    })
}

pub fn edit_slug(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, chance| {
        let value = quoted(&format!("{}-{}", page.name, words::noun(chance)));
        set_or_clear(page, chance, "slug", value);
    })
}

pub fn edit_path(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, chance| {
        let noun = words::noun(chance);
        // A path that is a file, and one that is a folder, for the same noun:
        // each has to give way to the other.
        let path = match chance.below(3) {
            0 => format!("at/{}", page.name),
            1 => format!("at/{}.html", page.name),
            _ => format!("at/{}.html/{noun}", page.name),
        };
        set_or_clear(page, chance, "path", quoted(&path));
    })
}

pub fn edit_description(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, chance| {
        let value = quoted(&words::sentence(chance));
        set_or_clear(page, chance, "description", value);
    })
}

pub fn edit_weight(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, chance| {
        let value = chance.below(9).to_string();
        set_or_clear(page, chance, "weight", value);
    })
}

/// A term more or less.
pub fn edit_tags(scene: &mut Scene, chance: &mut Chance) -> bool {
    let known: Vec<String> = scene.model.tags().into_keys().collect();
    on_guide(scene, chance, |page, chance| {
        if page.tags.len() > 1 && chance.one_in(2) {
            page.tags.remove(chance.below(page.tags.len()));
            return;
        }
        let tag = match chance.named(known.iter().map(String::as_str)) {
            Some(tag) if !chance.one_in(3) => tag,
            _ => format!("new {}", words::noun(chance)),
        };
        if !page.tags.contains(&tag) {
            page.tags.push(tag);
        }
    })
}

/// The only guide with a term loses it.
pub fn last_use_of_a_term(scene: &mut Scene, chance: &mut Chance) -> bool {
    let tags = scene.model.tags();
    let once = tags.iter().filter(|(_, count)| **count == 1);
    let Some(tag) = chance.named(once.map(|(tag, _)| tag.as_str())) else {
        return false;
    };
    for page in &mut scene.model.pages {
        page.tags.retain(|other| *other != tag);
    }
    true
}

/// A guide writes a term in other letters than the rest.
pub fn term_in_another_case(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.choose(chance, |page| !page.tags.is_empty()) else {
        return false;
    };
    let tag = &mut scene.model.pages[at].tags[0];
    let upper = tag.to_uppercase();
    *tag = if *tag == upper {
        tag.to_lowercase()
    } else {
        upper
    };
    true
}

pub fn edit_categories(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, chance| {
        let value = format!("[{}]", quoted(&words::noun(chance)));
        set_or_clear(page, chance, "categories", value);
    })
}

pub fn edit_meta(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, chance| {
        let (key, value) = match chance.below(4) {
            0 => ("tools", format!("[{}]", quoted(&words::noun(chance)))),
            1 => ("difficulty", quoted(&words::noun(chance))),
            2 => ("score", chance.below(100).to_string()),
            // A count that is wrong, which is a warning.
            _ => (
                "reading_time",
                quoted(&format!("{} minutes", chance.below(50) + 30)),
            ),
        };
        if page.meta.contains_key(key) && chance.one_in(3) {
            page.meta.remove(key);
        } else {
            page.meta.insert(key.into(), value);
        }
    })
}

pub fn edit_review(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, chance| {
        let (key, value) = match chance.below(4) {
            0 => (
                "status",
                quoted(chance.of(&["reviewed", "obsolete", "drafted"])),
            ),
            1 => ("last_reviewed", date(chance, 2020)),
            2 => (
                "interval",
                quoted(chance.of(&["6 months", "1 year", "P90D", "soon"])),
            ),
            _ => ("owner", quoted(&words::noun(chance))),
        };
        page.review.insert(key.into(), value);
    })
}

pub fn turn_draft(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, _| {
        if page.keys.remove("draft").is_none() {
            page.keys.insert("draft".into(), "true".into());
        }
    })
}

pub fn add_alias(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, chance| {
        let alias = format!("/old/{}-{}/", page.name, chance.below(1000));
        page.aliases.push(alias);
    })
}

pub fn remove_alias(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.choose(chance, |page| !page.aliases.is_empty()) else {
        return false;
    };
    scene.model.pages[at].aliases.pop();
    true
}

/// From TOML to YAML or back: other bytes with the same meaning.
pub fn swap_format(scene: &mut Scene, chance: &mut Chance) -> bool {
    on_guide(scene, chance, |page, _| page.yaml = !page.yaml)
}
