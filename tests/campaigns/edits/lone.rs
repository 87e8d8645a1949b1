//! Edits of which only one thing comes through: what a page is given changes
//! in one place and stays the same in all others.
//!
//! Most edits of a guide change its text, from which much follows, so that a
//! build has many reasons to make its page again. Here a state is brought
//! about and built first, and then one thing is turned: through the cascade,
//! the configuration or another file. Much of it happens to one guide in a
//! folder of its own, which neither lists nor feeds show together with others.

use std::ops::Range;

use super::super::chance::Chance;
use super::super::disk::Rename;
use super::super::generate;
use super::super::model::Model;
use super::super::page::{Form, Page, join, quoted};
use super::super::scene::Scene;
use super::super::words;
use super::wounds::mend;

/// The folder of the guide that stands alone.
pub const SOLO: &str = "solo";
pub const SOLO_CASCADE: &str = "cascade.\"solo\"";

/// The guide that stands alone, as it is at first.
pub fn solo() -> Page {
    let mut page = Page::new(SOLO, "one", Form::Leaf);
    page.title = Some("Standing alone".into());
    page.meta.insert("spare".into(), "true".into());
    page.body = vec![
        "Plain words.".into(),
        "## Use it".into(),
        "```rust\nfn turn() {}\n```".into(),
        "See [the register](@/register.md) and ![the rig](/img/rig.png).".into(),
    ];
    page
}

/// Puts a site that does not build right, as nothing could be seen of it.
pub fn healed(scene: &mut Scene, chance: &mut Chance) {
    if !scene.built
        && let Some(good) = scene.history.last()
    {
        scene.renames.clear();
        scene.model = good.clone();
    }
    if !scene.model.wounds.is_empty() {
        mend(scene, chance);
    }
    scene.model.flags.strict = false;
}

/// Brings a state about, builds it, and turns one thing. The state is that of
/// a plain site, which shows everything, and goes with the next edit.
pub fn first_then(
    scene: &mut Scene,
    chance: &mut Chance,
    before: impl FnOnce(&mut Model),
    after: impl FnOnce(&mut Model),
) -> bool {
    healed(scene, chance);
    scene.aside = Some(scene.model.clone());
    plain(&mut scene.model);
    before(&mut scene.model);
    scene.settle(chance);
    after(&mut scene.model);
    true
}

/// Takes away what a site has of its own beside its pages, and puts the guide
/// that stands alone back as it was at first, in a folder that holds nothing
/// else.
fn plain(model: &mut Model) {
    let below = format!("{SOLO}/");
    model
        .pages
        .retain(|page| page.folder != SOLO && !page.folder.starts_with(&below));
    model.pages.push(solo());
    let folder = format!("{}{SOLO}/", model.content);
    model
        .files
        .retain(|path, _| !path.starts_with(&folder) && !path.starts_with("templates/"));
    model.files.extend(generate::theme());
    model.config = generate::config(0);
    model.taxonomies = generate::taxonomies();
    model.flags.base_url = None;
}

/// Takes the site's base URL away.
fn without_base_url(model: &mut Model) {
    model.configure("", "base-url", None);
}

pub fn the_solo(model: &mut Model) -> Option<&mut Page> {
    model.pages.iter_mut().find(|page| page.folder == SOLO)
}

/// A guide's file gets another name, and the guide keeps its address.
pub fn rename_under_one_address(scene: &mut Scene, chance: &mut Chance) -> bool {
    first_then(
        scene,
        chance,
        |model| {
            if let Some(page) = the_solo(model) {
                page.keys.insert("path".into(), quoted("at/solo"));
            }
        },
        |_| {},
    );
    let content = scene.model.content;
    let Some(page) = the_solo(&mut scene.model) else {
        return false;
    };
    let old = page.path();
    page.name = format!("two-{}", chance.below(1000));
    let new = page.path();
    scene.renames.push(Rename::To(
        format!("{content}{old}"),
        format!("{content}{new}"),
    ));
    true
}

/// The guide to which an alias leads moves, on a site without a base URL.
pub fn move_behind_alias(scene: &mut Scene, chance: &mut Chance) -> bool {
    first_then(
        scene,
        chance,
        |model| {
            without_base_url(model);
            if let Some(page) = the_solo(model) {
                page.aliases.push("/old/solo/".into());
            }
        },
        |model| {
            if let Some(page) = the_solo(model) {
                page.keys.insert("slug".into(), quoted("moved"));
            }
        },
    )
}

/// The folder of a list's page changes its own name for the same folder.
pub fn edit_section_path(scene: &mut Scene, chance: &mut Chance) -> bool {
    let name = format!("\"solo/all-{}.html\"", chance.below(100));
    first_then(
        scene,
        chance,
        |model| {
            model.configure("feeds", "sections", Some("true"));
            if let Some(page) = the_solo(model) {
                page.keys.insert("date".into(), "2020-05-05".into());
            }
            let mut section = Page::new(SOLO, "", Form::Section);
            section.title = Some("Alone".into());
            model.pages.push(section);
        },
        |model| {
            let section = |page: &&mut Page| page.folder == SOLO && page.form == Form::Section;
            if let Some(page) = model.pages.iter_mut().find(section) {
                page.keys.insert("path".into(), name);
            }
        },
    )
}

/// `README.md` is the page of its folder only where there is no `_index.md`.
pub fn index_beside_readme(scene: &mut Scene, chance: &mut Chance) -> bool {
    let mut index = Page::new(SOLO, "", Form::Section);
    index.title = Some("Alone".into());
    let comes = chance.one_in(2);
    let (before, after) = (index.clone(), index);
    first_then(
        scene,
        chance,
        |model| {
            let readme = format!("{}{SOLO}/README.md", model.content);
            model
                .files
                .insert(readme, b"# Read this\n\nFirst.\n".to_vec());
            if !comes {
                model.pages.push(before);
            }
        },
        |model| {
            if comes {
                model.pages.push(after);
            } else {
                model
                    .pages
                    .retain(|page| page.folder != SOLO || page.form != Form::Section);
            }
        },
    )
}

/// Two addresses differ only in case, and the line that says so moves.
pub fn line_of_a_finding(scene: &mut Scene, chance: &mut Chance) -> bool {
    first_then(
        scene,
        chance,
        |model| {
            for (name, path) in [("big", "\"at/Twin\""), ("small", "\"at/twin\"")] {
                let mut page = Page::new(SOLO, name, Form::Leaf);
                page.title = Some(format!("A {name} twin"));
                page.keys.insert("path".into(), path.into());
                model.pages.push(page);
            }
        },
        |model| {
            for page in &mut model.pages {
                if page.folder == SOLO && page.keys.contains_key("path") {
                    page.remarks += 1;
                }
            }
        },
    )
}

/// The title of a heading changes so little that only its anchor does.
pub fn edit_anchor(scene: &mut Scene, chance: &mut Chance) -> bool {
    let from = quoted(&words::title(chance));
    first_then(
        scene,
        chance,
        |model| {
            let link = format!("See [it](@/{}#use-it).", join(SOLO, "one.md"));
            let mut page = Page::new("", "to-solo", Form::Leaf);
            page.title = Some(from.trim_matches('"').to_owned());
            page.body.push(link);
            model.pages.retain(|page| page.name != "to-solo");
            model.pages.push(page);
        },
        |model| {
            if let Some(page) = the_solo(model) {
                page.body[1] = "## Use it {#use}".into();
            }
        },
    )
}

/// A meta that nothing is compared by.
pub fn edit_serial(scene: &mut Scene, chance: &mut Chance) -> bool {
    let serial = chance.below(1000);
    let set = move |model: &mut Model, serial: usize| {
        if let Some(page) = the_solo(model) {
            page.meta.insert("serial".into(), serial.to_string());
        }
    };
    first_then(
        scene,
        chance,
        |model| {
            set(model, serial);
        },
        |model| set(model, serial + 1),
    )
}

/// The same code in another language.
pub fn edit_language(scene: &mut Scene, chance: &mut Chance) -> bool {
    first_then(
        scene,
        chance,
        |_| {},
        |model| {
            if let Some(page) = the_solo(model) {
                page.body[2] = "```python\nfn turn() {}\n```".into();
            }
        },
    )
}

/// So many old guides leave or join a list that its first page stays as it is
/// but for where it goes on.
pub fn older_guides(scene: &mut Scene, chance: &mut Chance) -> bool {
    if chance.one_in(2) {
        guides_of_a_list(scene, chance, 0..12, 0..8)
    } else {
        guides_of_a_list(scene, chance, 0..8, 0..12)
    }
}

/// So many new guides join a list that a page of older ones stays as it is but
/// for where newer ones are.
pub fn newer_guides(scene: &mut Scene, chance: &mut Chance) -> bool {
    guides_of_a_list(scene, chance, 4..12, 0..12)
}

/// A list of guides on pages of four, the newest with the lowest number.
fn guides_of_a_list(
    scene: &mut Scene,
    chance: &mut Chance,
    before: Range<usize>,
    after: Range<usize>,
) -> bool {
    let fill = |model: &mut Model, numbers: Range<usize>| {
        model
            .pages
            .retain(|page| page.folder != SOLO || page.form == Form::Section);
        for number in numbers {
            let mut page = Page::new(SOLO, &format!("entry-{number}"), Form::Leaf);
            page.title = Some(format!("Entry {number}"));
            page.keys
                .insert("date".into(), format!("2019-05-{:02}", 28 - number));
            model.pages.push(page);
        }
    };
    first_then(
        scene,
        chance,
        |model| {
            model.configure("", "paginate-by", Some("4"));
            fill(model, before);
        },
        |model| fill(model, after),
    )
}

/// The only guide with a term writes it in other letters.
pub fn term_in_other_letters(scene: &mut Scene, chance: &mut Chance) -> bool {
    let tag = |model: &mut Model, term: &str| {
        if let Some(page) = the_solo(model) {
            page.tags = vec![term.to_owned()];
        }
    };
    first_then(
        scene,
        chance,
        |model| tag(model, "solitude"),
        |model| tag(model, "Solitude"),
    )
}
