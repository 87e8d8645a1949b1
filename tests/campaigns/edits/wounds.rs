//! Edits that make a build fail, and the mending of them.

use super::super::chance::Chance;
use super::super::generate::add_guide;
use super::super::model::Wound;
use super::super::page::quoted;
use super::super::scene::Scene;

/// Operators after which a build fails.
pub const BREAKING: [&str; 9] = [
    "two-claim-one-url",
    "break-front-matter",
    "break-template",
    "break-config",
    "break-data",
    "break-encoding",
    "foreign-in-the-way",
    "foreign-file-for-folder",
    "foreign-folder-for-file",
];

fn wound(scene: &mut Scene, path: String, bytes: Vec<u8>) -> bool {
    scene.model.wounds.push(Wound {
        path,
        bytes,
        clashes_with: None,
    });
    true
}

/// A second page claims the address of one that is there.
pub fn two_claim_one_url(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.choose(chance, |page| {
        page.form != super::super::page::Form::Section
            && !["slug", "path", "draft", "date", "expires"]
                .iter()
                .any(|key| page.keys.contains_key(*key))
    }) else {
        return false;
    };
    let page = &scene.model.pages[at];
    let path = super::super::page::join(&page.folder, &page.name);
    let text = format!(
        "+++\ntitle = \"Rival\"\npath = {}\n+++\nMine.\n",
        quoted(&path)
    );
    scene.model.wounds.push(Wound {
        path: format!("{}rival-{}.md", scene.model.content, chance.below(1000)),
        bytes: text.into_bytes(),
        clashes_with: Some(page.path()),
    });
    true
}

/// A page's front matter cannot be read, nor can that of another one.
pub fn break_front_matter(scene: &mut Scene, chance: &mut Chance) -> bool {
    for text in [
        "+++\ntitle = \n+++\nText.\n",
        "+++\ndate = \"2026-02-30\"\n+++\nText.\n",
    ] {
        let Some(at) = scene.model.guide(chance) else {
            return false;
        };
        let path = format!("{}{}", scene.model.content, scene.model.pages[at].path());
        wound(scene, path, text.into());
    }
    true
}

pub fn break_template(scene: &mut Scene, chance: &mut Chance) -> bool {
    let (path, text) = chance.of(&[
        ("templates/partials/byline.html", "{% if %}\n"),
        ("templates/article.html", "{{ page.titel }}\n"),
        ("templates/hooks/code.html", "{{ content | nofilter }}"),
        // Fails only while a page is rendered.
        (
            "templates/term.html",
            "{{ page.title | date(format=\"%Y\") }}\n",
        ),
    ]);
    wound(scene, path.into(), text.into())
}

pub fn break_config(scene: &mut Scene, chance: &mut Chance) -> bool {
    let line = chance.of(&["titel = \"x\"\n", "title = 5\n", "title = \n"]);
    let text = format!("{line}{}", scene.model.config_text());
    wound(scene, "guidepost.toml".into(), text.into_bytes())
}

pub fn break_data(scene: &mut Scene, chance: &mut Chance) -> bool {
    let (path, text) = chance.of(&[
        ("data/bad.json", "{\"a\": "),
        ("data/parts.toml", "clashes = \"with the other\"\n"),
    ]);
    wound(scene, path.into(), text.into())
}

pub fn break_encoding(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.guide(chance) else {
        return false;
    };
    let path = format!("{}{}", scene.model.content, scene.model.pages[at].path());
    wound(scene, path, b"# Caf\xe9\n".to_vec())
}

/// Somebody's file stands where a new page will be written.
pub fn foreign_in_the_way(scene: &mut Scene, chance: &mut Chance) -> bool {
    blocked(scene, chance, "/index.html")
}

/// Somebody's file stands where a new page needs a folder.
pub fn foreign_file_for_folder(scene: &mut Scene, chance: &mut Chance) -> bool {
    blocked(scene, chance, "")
}

/// Somebody's folder, with a file in it, stands where a new page will be
/// written.
pub fn foreign_folder_for_file(scene: &mut Scene, chance: &mut Chance) -> bool {
    blocked(scene, chance, "/index.html/mine.txt")
}

/// A new page, and somebody's file at its address with `below` behind it.
fn blocked(scene: &mut Scene, chance: &mut Chance, below: &str) -> bool {
    let stem = format!("blocked-{}", chance.below(100_000));
    let at = add_guide(&mut scene.model, chance, &stem);
    let page = &mut scene.model.pages[at];
    for key in ["draft", "date", "expires"] {
        page.keys.remove(key);
    }
    page.keys
        .insert("path".into(), quoted(&format!("blocked/{stem}")));
    scene.put_foreign(&format!("blocked/{stem}{below}"), b"mine");
    true
}

/// What was broken is put right, in one of the ways in which it can be.
pub fn mend(scene: &mut Scene, chance: &mut Chance) -> bool {
    let blocked = scene
        .foreign
        .keys()
        .any(|path| path.starts_with("blocked/"));
    let any = !scene.model.wounds.is_empty() || blocked || !scene.built;
    if blocked {
        if chance.one_in(2) {
            scene.remove_foreign();
        } else {
            let blocked = |path: &String| path.starts_with("\"blocked/");
            scene
                .model
                .pages
                .retain(|page| !page.keys.get("path").is_some_and(blocked));
        }
    }
    let healed = std::mem::take(&mut scene.model.wounds);
    for wound in &healed {
        // Of two pages with one address either may go.
        if let Some(page) = &wound.clashes_with
            && chance.one_in(2)
        {
            scene.model.pages.retain(|other| other.path() != *page);
            scene
                .model
                .files
                .insert(wound.path.clone(), wound.bytes.clone());
        }
    }
    scene.model.flags.strict = false;
    if healed.is_empty() && !blocked && !scene.built {
        // Nobody knows what is wrong: back to the last state that was good.
        if let Some(good) = scene.history.last().cloned() {
            scene.renames.clear();
            scene.model = good;
            scene.model.flags.strict = false;
        }
    }
    any
}
