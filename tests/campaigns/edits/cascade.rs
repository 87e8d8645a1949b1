//! Edits of the cascade and of what else decides a guide from outside, while
//! its own text stays as it is.

use super::super::chance::Chance;
use super::super::scene::Scene;
use super::lone::{SOLO_CASCADE, first_then};

/// What the cascade says of the guide changes, and the guide does not.
fn says(scene: &mut Scene, chance: &mut Chance, key: &str, first: &str, then: &str) -> bool {
    let value = |value: &str| (!value.is_empty()).then(|| value.to_owned());
    let (first, then) = (value(first), value(then));
    first_then(
        scene,
        chance,
        |model| {
            model.configure(SOLO_CASCADE, key, first.as_deref());
        },
        |model| model.configure(SOLO_CASCADE, key, then.as_deref()),
    )
}

pub fn authors(scene: &mut Scene, chance: &mut Chance) -> bool {
    says(scene, chance, "authors", "[\"Team A\"]", "[\"Team B\"]")
}

pub fn description(scene: &mut Scene, chance: &mut Chance) -> bool {
    says(
        scene,
        chance,
        "description",
        "\"From above.\"",
        "\"From the cascade.\"",
    )
}

/// The words that served as a description are declared to be one.
pub fn same_description(scene: &mut Scene, chance: &mut Chance) -> bool {
    says(scene, chance, "description", "", "\"Plain words.\"")
}

pub fn date(scene: &mut Scene, chance: &mut Chance) -> bool {
    says(scene, chance, "date", "2020-01-02", "2020-01-03")
}

pub fn updated(scene: &mut Scene, chance: &mut Chance) -> bool {
    says(scene, chance, "updated", "2020-02-02", "2020-02-03")
}

pub fn expires(scene: &mut Scene, chance: &mut Chance) -> bool {
    says(scene, chance, "expires", "2050-02-02", "2050-02-03")
}

pub fn template(scene: &mut Scene, chance: &mut Chance) -> bool {
    says(scene, chance, "template", "", "\"plain.html\"")
}

pub fn meta(scene: &mut Scene, chance: &mut Chance) -> bool {
    says(scene, chance, "meta", "{ serial = 1 }", "{ serial = 2 }")
}

pub fn extra(scene: &mut Scene, chance: &mut Chance) -> bool {
    let (first, then) = ("{ colour = \"red\" }", "{ colour = \"blue\" }");
    says(scene, chance, "extra", first, then)
}

pub fn review(scene: &mut Scene, chance: &mut Chance) -> bool {
    let (first, then) = ("{ owner = \"Ann\" }", "{ owner = \"Bea\" }");
    says(scene, chance, "review", first, then)
}

pub fn terms(scene: &mut Scene, chance: &mut Chance) -> bool {
    says(scene, chance, "categories", "[]", "[\"fan\"]")
}

/// A guide that is kept out of indexes anyhow becomes a draft.
pub fn draft(scene: &mut Scene, chance: &mut Chance) -> bool {
    first_then(
        scene,
        chance,
        |model| {
            model.flags.drafts = true;
            model.configure("", "noindex", Some("[\"meta.spare\"]"));
        },
        |model| model.configure(SOLO_CASCADE, "draft", Some("true")),
    )
}

/// A guide with a certain meta is kept out of indexes.
pub fn noindex(scene: &mut Scene, chance: &mut Chance) -> bool {
    first_then(
        scene,
        chance,
        // What is kept out of indexes is similar to nothing.
        |model| model.configure("similar", "count", Some("0")),
        |model| model.configure("", "noindex", Some("[\"meta.spare\"]")),
    )
}
