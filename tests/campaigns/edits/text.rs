//! Edits of a guide's text.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::chance::Chance;
use super::super::disk::Style;
use super::super::generate::link;
use super::super::scene::Scene;
use super::super::words;

/// A sentence more at the end of a guide.
pub fn edit_body(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.guide(chance) else {
        return false;
    };
    let text = words::sentence(chance);
    scene.model.pages[at].body.push(text);
    true
}

/// Other words at the beginning of a page, from where descriptions come.
pub fn edit_first_paragraph(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.choose(chance, |page| !page.body.is_empty()) else {
        return false;
    };
    scene.model.pages[at].body[0] = words::paragraph(chance);
    true
}

/// Another digit in a text, and after a build at once yet another, with size
/// and time of change as before.
pub fn same_size_in_one_tick(scene: &mut Scene, chance: &mut Chance) -> bool {
    let with_digit = |block: &String| block.contains(" minutes.");
    let Some(at) = scene
        .model
        .choose(chance, |page| page.body.iter().any(with_digit))
    else {
        return false;
    };
    let Some(block) = scene.model.pages[at].body.iter().position(with_digit) else {
        return false;
    };
    bump(&mut scene.model.pages[at].body[block]);
    scene.style = Style::InPlace;
    scene.settle(chance);
    bump(&mut scene.model.pages[at].body[block]);
    scene.style = Style::TimeKept;
    true
}

/// As [`same_size_in_one_tick`], from the beginning of a second on, for disks
/// whose clocks count seconds.
pub fn same_size_in_one_second(scene: &mut Scene, chance: &mut Chance) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let past = now.expect("a time").subsec_nanos();
    std::thread::sleep(Duration::from_nanos(1_000_000_000 - u64::from(past)));
    same_size_in_one_tick(scene, chance)
}

/// Turns the last digit into the next one.
pub fn bump(text: &mut String) {
    if let Some(at) = text.rfind(|c: char| c.is_ascii_digit()) {
        let digit = text.as_bytes()[at];
        let next = if digit == b'9' {
            '0'
        } else {
            char::from(digit + 1)
        };
        text.replace_range(at..=at, &next.to_string());
    }
}

/// Other words in a heading that other pages link to.
pub fn edit_heading_linked_to(scene: &mut Scene, chance: &mut Chance) -> bool {
    let targets: Vec<String> = scene
        .model
        .pages
        .iter()
        .flat_map(|page| &page.body)
        .filter_map(|block| {
            let (path, rest) = block.strip_prefix("See [this](@/")?.split_once(')')?;
            let (path, _) = path.split_once('#')?;
            (!rest.is_empty()).then(|| path.to_owned())
        })
        .collect();
    let heading = |block: &String| block.starts_with("## ");
    let Some(at) = scene.model.choose(chance, |page| {
        targets.contains(&page.path()) && page.body.iter().any(heading)
    }) else {
        return false;
    };
    let page = &mut scene.model.pages[at];
    let Some(block) = page.body.iter().position(heading) else {
        return false;
    };
    page.body[block] = format!("## Mind the {}", words::noun(chance));
    true
}

/// Other code, or code where there was none.
pub fn edit_code(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.guide(chance) else {
        return false;
    };
    let code = words::code(chance);
    let body = &mut scene.model.pages[at].body;
    match body.iter().position(|block| block.starts_with("```")) {
        Some(block) => body[block] = code,
        None => body.push(code),
    }
    true
}

/// The same code in another guide.
pub fn copy_code(scene: &mut Scene, chance: &mut Chance) -> bool {
    let code = |block: &&String| block.starts_with("```");
    let from = scene
        .model
        .choose(chance, |page| page.body.iter().any(|block| code(&block)));
    let (Some(from), Some(to)) = (from, scene.model.guide(chance)) else {
        return false;
    };
    let Some(block) = scene.model.pages[from].body.iter().find(code).cloned() else {
        return false;
    };
    scene.model.pages[to].body.push(block);
    true
}

/// A link that leads elsewhere, or a new one.
pub fn edit_link(scene: &mut Scene, chance: &mut Chance) -> bool {
    let (Some(at), Some(text)) = (scene.model.guide(chance), link(&scene.model, chance)) else {
        return false;
    };
    let body = &mut scene.model.pages[at].body;
    match body.iter().position(|block| block.starts_with("See [")) {
        Some(block) => body[block] = text,
        None => body.push(text),
    }
    true
}

/// A block less.
pub fn remove_block(scene: &mut Scene, chance: &mut Chance) -> bool {
    let Some(at) = scene.model.choose(chance, |page| page.body.len() > 2) else {
        return false;
    };
    let body = &mut scene.model.pages[at].body;
    body.remove(chance.below(body.len()));
    true
}
