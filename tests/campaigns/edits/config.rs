//! Edits of the configuration and of a build's options.

use super::super::chance::Chance;
use super::super::generate::FOOTER;
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
    settle(scene, chance);
    let title = quoted(&words::title(chance));
    scene.model.configure("", "title", Some(&title));
    true
}

pub fn base_url(scene: &mut Scene, chance: &mut Chance) -> bool {
    let values = [
        "",
        "\"https://guides.example/\"",
        "\"https://guides.example/docs/\"",
        "\"https://other.example/docs/\"",
        "\"http://other.example/a/b\"",
    ];
    turn(scene, chance, "", "base-url", &values)
}

pub fn theme(scene: &mut Scene, chance: &mut Chance) -> bool {
    let (key, values): (&str, [&str; 2]) = chance.of(&[
        ("light-theme", ["", "\"InspiredGitHub\""]),
        ("dark-theme", ["", "\"Nord\""]),
        ("enabled", ["", "false"]),
    ]);
    turn(scene, chance, "highlight", key, &values)
}

pub fn taxonomies(scene: &mut Scene, chance: &mut Chance) -> bool {
    let taxonomies = &mut scene.model.taxonomies;
    match chance.below(4) {
        0 if taxonomies.len() > 1 => {
            taxonomies.remove(0);
        }
        1 if !taxonomies.iter().any(|known| known.name == "tags") => taxonomies.push(Taxonomy {
            name: "tags".into(),
            title: None,
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
        (
            "",
            "time-zone",
            &["", "\"Pacific/Auckland\"", "\"America/Lima\""],
        ),
        ("", "ignore", &["", "[\"notes/\"]", "[\"guide-1*.md\"]"]),
        ("", "noindex", &["", "[\"meta.difficulty\"]"]),
        ("similar", "count", &["", "0", "2"]),
        ("similar", "words", &["", "0", "9"]),
        ("feeds", "limit", &["", "2", "8"]),
        ("meta-box", "hidden", &["", "[\"time\"]"]),
        ("meta-box.render", "tools", &["", "\"chips\""]),
        ("review", "noindex-overdue", &["", "true"]),
    ]);
    turn(scene, chance, table, key, values)
}

/// Builds the site as one that has feeds and a footer that shows everything,
/// so that what follows is all that changes.
fn settle(scene: &mut Scene, chance: &mut Chance) {
    super::lone::healed(scene, chance);
    if scene.model.configured("", "base-url").is_none() {
        let url = quoted("https://guides.example/docs/");
        scene.model.configure("", "base-url", Some(&url));
    }
    scene.model.configure("feeds", "site", None);
    let footer = "templates/partials/footer.html".to_owned();
    scene.model.files.insert(footer, FOOTER.into());
    scene.settle(chance);
}

/// As [`turn`], after a build of what was before.
fn turn_alone(
    scene: &mut Scene,
    chance: &mut Chance,
    table: &str,
    key: &str,
    values: &[&str],
) -> bool {
    settle(scene, chance);
    turn(scene, chance, table, key, values)
}

pub fn author(scene: &mut Scene, chance: &mut Chance) -> bool {
    let values = ["", "\"Somebody\"", "\"Somebody else\""];
    turn_alone(scene, chance, "", "author", &values)
}

pub fn description(scene: &mut Scene, chance: &mut Chance) -> bool {
    settle(scene, chance);
    let description = quoted(&words::sentence(chance));
    scene.model.configure("", "description", Some(&description));
    true
}

pub fn language(scene: &mut Scene, chance: &mut Chance) -> bool {
    let values = ["", "\"nl\"", "\"ar\""];
    turn_alone(scene, chance, "", "language", &values)
}

pub fn menu(scene: &mut Scene, chance: &mut Chance) -> bool {
    let values = [
        "",
        "[{ title = \"Start\", url = \"/\" }]",
        "[{ title = \"Guides\", url = \"/guides/\" }, { title = \"Elsewhere\", url = \"https://example.org/\" }]",
    ];
    turn_alone(scene, chance, "", "menu", &values)
}

pub fn extra(scene: &mut Scene, chance: &mut Chance) -> bool {
    let values = ["", "\"1\"", "\"2\""];
    turn_alone(scene, chance, "extra", "hotline", &values)
}

pub fn feed_of_the_site(scene: &mut Scene, chance: &mut Chance) -> bool {
    turn_alone(scene, chance, "feeds", "site", &["", "false"])
}

pub fn feeds_of_sections(scene: &mut Scene, chance: &mut Chance) -> bool {
    turn_alone(scene, chance, "feeds", "sections", &["", "true"])
}

pub fn meta_box(scene: &mut Scene, chance: &mut Chance) -> bool {
    let values = ["", "\"At a glance\"", "\"In short\""];
    turn_alone(scene, chance, "meta-box", "title", &values)
}

pub fn meta_label(scene: &mut Scene, chance: &mut Chance) -> bool {
    let values = ["", "\"Bring\"", "\"Take\""];
    turn_alone(scene, chance, "meta-box.labels", "tools", &values)
}

pub fn similar(scene: &mut Scene, chance: &mut Chance) -> bool {
    let values = ["", "\"Alike\"", "\"Of the same kind\""];
    turn_alone(scene, chance, "similar", "title", &values)
}

pub fn line_numbers(scene: &mut Scene, chance: &mut Chance) -> bool {
    turn_alone(scene, chance, "highlight", "line-numbers", &["", "true"])
}

pub fn other_host(scene: &mut Scene, chance: &mut Chance) -> bool {
    scene.model.flags.base_url = None;
    let values = [
        "\"https://guides.example/docs/\"",
        "\"https://other.example/docs/\"",
    ];
    scene.model.configure("", "base-url", Some(values[0]));
    turn_alone(scene, chance, "", "base-url", &values)
}

pub fn taxonomy_title(scene: &mut Scene, chance: &mut Chance) -> bool {
    settle(scene, chance);
    let noun = words::noun(chance);
    let Some(taxonomy) = scene.model.taxonomies.first_mut() else {
        return false;
    };
    taxonomy.title = Some(format!("By {noun}"));
    true
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
