//! Edits of the configuration and of a build's options.

use super::super::chance::Chance;
use super::super::model::Taxonomy;
use super::super::page::quoted;
use super::super::scene::Scene;
use super::super::words;

/// Sets a key to one of some values, other than the one that it has; an empty
/// one takes the key out.
fn turn(scene: &mut Scene, chance: &mut Chance, table: &str, key: &str, values: &[&str]) -> bool {
    let now = scene
        .model
        .configured(table, key)
        .unwrap_or_default()
        .to_owned();
    let others: Vec<&str> = values
        .iter()
        .copied()
        .filter(|value| *value != now)
        .collect();
    let value = chance.of(&others);
    scene
        .model
        .configure(table, key, (!value.is_empty()).then_some(value));
    true
}

pub fn title(scene: &mut Scene, chance: &mut Chance) -> bool {
    let title = quoted(&words::title(chance));
    scene.model.configure("", "title", Some(&title));
    true
}

pub fn base_url(scene: &mut Scene, chance: &mut Chance) -> bool {
    let values = [
        "",
        "\"https://guides.example/\"",
        "\"https://guides.example/docs/\"",
        "\"http://other.example/a/b\"",
    ];
    turn(scene, chance, "", "base-url", &values)
}

pub fn theme(scene: &mut Scene, chance: &mut Chance) -> bool {
    match chance.below(3) {
        0 => turn(
            scene,
            chance,
            "highlight",
            "light-theme",
            &["", "\"InspiredGithub\""],
        ),
        1 => turn(scene, chance, "highlight", "dark-theme", &["", "\"Nord\""]),
        _ => turn(scene, chance, "highlight", "line-numbers", &["", "true"]),
    }
}

pub fn taxonomies(scene: &mut Scene, chance: &mut Chance) -> bool {
    let taxonomies = &mut scene.model.taxonomies;
    match chance.below(4) {
        0 if taxonomies.len() > 1 => {
            taxonomies.remove(0);
        }
        1 if !taxonomies.iter().any(|known| known.name == "tags") => taxonomies.push(Taxonomy {
            name: "tags".into(),
            feed: true,
            paginate_by: 4,
        }),
        2 => taxonomies[0].feed = !taxonomies[0].feed,
        _ => taxonomies[0].paginate_by = (taxonomies[0].paginate_by + 1) % 7,
    }
    true
}

pub fn lists(scene: &mut Scene, chance: &mut Chance) -> bool {
    turn(scene, chance, "", "paginate-by", &["", "3", "5", "6", "0"])
}

pub fn cascade(scene: &mut Scene, chance: &mut Chance) -> bool {
    let folders = scene.model.folders();
    let Some(folder) = chance.named(folders.iter().map(String::as_str)) else {
        return false;
    };
    let table = format!("cascade.{}", quoted(&folder));
    match chance.below(3) {
        0 => turn(
            scene,
            chance,
            &table,
            "authors",
            &["", "[\"Team A\"]", "[\"Team B\"]"],
        ),
        1 => turn(
            scene,
            chance,
            &table,
            "description",
            &["", "\"From the cascade.\""],
        ),
        _ => turn(scene, chance, &table, "draft", &["", "true"]),
    }
}

pub fn markdown(scene: &mut Scene, chance: &mut Chance) -> bool {
    let (key, values): (&str, [&str; 2]) = chance.of(&[
        ("smart-punctuation", ["", "true"]),
        ("tables", ["", "false"]),
        ("admonitions", ["", "false"]),
        ("heading-anchors", ["", "false"]),
        ("shortcodes", ["", "false"]),
        ("figures", ["", "false"]),
        ("code-blocks", ["", "false"]),
        ("raw-html", ["", "\"escape\""]),
        ("resolve-links", ["", "false"]),
    ]);
    turn(scene, chance, "markdown", key, &values)
}

pub fn rules(scene: &mut Scene, chance: &mut Chance) -> bool {
    let rule = chance.of(&[
        "broken-link",
        "unknown-language",
        "title-from-heading",
        "broken-image",
    ]);
    turn(
        scene,
        chance,
        "rules",
        rule,
        &["", "\"note\"", "\"allow\"", "\"warning\""],
    )
}

pub fn other(scene: &mut Scene, chance: &mut Chance) -> bool {
    let (table, key, values): (&str, &str, &[&str]) = chance.of(&[
        ("", "relative-urls", &["", "true"]),
        ("", "output-style", &["", "\"file\""]),
        ("", "language", &["", "\"nl\""]),
        (
            "",
            "time-zone",
            &["", "\"Pacific/Auckland\"", "\"America/Lima\""],
        ),
        ("", "ignore", &["", "[\"notes/\"]", "[\"guide-1*.md\"]"]),
        ("", "noindex", &["", "[\"meta.difficulty\"]"]),
        ("", "author", &["", "\"Somebody\""]),
        ("similar", "count", &["", "0", "2"]),
        ("similar", "words", &["", "0", "9"]),
        ("similar", "title", &["", "\"Alike\""]),
        ("feeds", "limit", &["", "2", "8"]),
        ("feeds", "sections", &["", "true"]),
        ("feeds", "site", &["", "false"]),
        ("meta-box", "title", &["", "\"At a glance\""]),
        ("meta-box", "hidden", &["", "[\"time\"]"]),
        ("meta-box.labels", "tools", &["", "\"Bring\""]),
        ("meta-box.render", "tools", &["", "\"chips\""]),
        ("review", "noindex-overdue", &["", "true"]),
        ("extra", "hotline", &["", "\"1\"", "\"2\""]),
    ]);
    turn(scene, chance, table, key, values)
}

/// Other options for the builds from here on.
pub fn flags(scene: &mut Scene, chance: &mut Chance) -> bool {
    let flags = &mut scene.model.flags;
    match chance.below(5) {
        0 | 1 => flags.drafts = !flags.drafts,
        2 => flags.future = !flags.future,
        3 => {
            flags.base_url = match flags.base_url {
                Some(_) => None,
                None => Some("https://staging.example/try/".into()),
            };
        }
        _ => flags.strict = !flags.strict,
    }
    true
}
