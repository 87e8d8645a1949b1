//! The contrast of every pair of colours that the style sheet puts together.

use std::collections::BTreeMap;

use guidepost::render::theme;

type Colours = BTreeMap<String, [f64; 3]>;

/// The colour properties of the rule that follows `start`.
fn colours(css: &str, start: &str) -> Colours {
    let at = css.find(start).unwrap_or_else(|| panic!("{start}")) + start.len();
    let block = css[at..].split('}').next().unwrap();
    block
        .split(';')
        .filter_map(|line| line.split_once(':'))
        .filter_map(|(name, value)| {
            let hex = value.trim().strip_prefix('#')?;
            let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
            let rgb = [channel(0)?, channel(2)?, channel(4)?].map(linear);
            Some((name.trim().to_owned(), rgb))
        })
        .collect()
}

fn linear(channel: u8) -> f64 {
    let value = f64::from(channel) / 255.0;
    if value <= 0.040_45 {
        value / 12.92
    } else {
        ((value + 0.055) / 1.055).powf(2.4)
    }
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let light = |[r, g, b]: [f64; 3]| 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    let (one, other) = (light(one), light(other));
    one.max(other) / one.min(other)
}

fn schemes() -> [Colours; 3] {
    let css = theme::static_files()
        .into_iter()
        .find(|(path, _)| *path == "guidepost.css")
        .map(|(_, bytes)| std::str::from_utf8(bytes).unwrap())
        .unwrap();
    [
        colours(css, "\n:root {"),
        colours(css, ":root:not([data-theme=\"light\"]) {"),
        colours(css, "\n:root[data-theme=\"dark\"] {"),
    ]
}

#[test]
fn every_text_can_be_read_on_its_ground() {
    let tones = [
        "note",
        "tip",
        "important",
        "notice",
        "warning",
        "caution",
        "danger",
    ];
    for scheme in schemes() {
        let check = |text: &str, ground: &str, least: f64| {
            let get = |name: &str| scheme[&format!("--{name}")];
            let found = contrast(get(text), get(ground));
            assert!(found >= least, "{text} on {ground}: {found:.2}");
        };
        for ground in ["bg", "surface"] {
            for text in ["text", "muted", "link", "link-hover", "accent"] {
                check(text, ground, 4.5);
            }
            check("focus", ground, 3.0);
            check("strong-line", ground, 3.0);
        }
        check("text", "mark", 4.5);
        check("on-accent", "accent", 4.5);
        check("on-danger", "danger", 4.5);
        for tone in tones {
            let ground = format!("{tone}-bg");
            for text in [tone, "text", "link"] {
                check(text, &ground, 4.5);
            }
        }
    }
}

#[test]
fn both_ways_to_be_dark_are_the_same() {
    let [light, by_system, by_choice] = schemes();
    assert_eq!(by_system, by_choice);
    assert_eq!(
        light.keys().collect::<Vec<_>>(),
        by_choice.keys().collect::<Vec<_>>()
    );
}
