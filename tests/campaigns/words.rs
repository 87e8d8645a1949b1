//! Words, code and pictures for sites that nobody will read.

use super::chance::Chance;

const NOUNS: [&str; 32] = [
    "fan",
    "pump",
    "valve",
    "filter",
    "bearing",
    "belt",
    "fuse",
    "relay",
    "cable",
    "battery",
    "sensor",
    "gasket",
    "switch",
    "router",
    "disk",
    "cluster",
    "queue",
    "cache",
    "certificate",
    "backup",
    "index",
    "boiler",
    "nozzle",
    "spindle",
    "coupling",
    "motor",
    "rail",
    "hinge",
    "thermostat",
    "inverter",
    "compressor",
    "ledger",
];

const VERBS: [&str; 16] = [
    "replace",
    "clean",
    "inspect",
    "drain",
    "restart",
    "rotate",
    "measure",
    "tighten",
    "restore",
    "calibrate",
    "renew",
    "isolate",
    "vent",
    "label",
    "test",
    "archive",
];

const ADVERBS: [&str; 8] = [
    "slowly",
    "twice",
    "with care",
    "before noon",
    "by hand",
    "under load",
    "when cold",
    "at once",
];

/// A title such as "Drain the boiler 7".
pub fn title(chance: &mut Chance) -> String {
    let verb = chance.of(&VERBS);
    let (head, tail) = verb.split_at(1);
    format!(
        "{}{tail} the {} {}",
        head.to_uppercase(),
        chance.of(&NOUNS),
        chance.below(90) + 10
    )
}

pub fn noun(chance: &mut Chance) -> String {
    chance.of(&NOUNS).to_owned()
}

/// One sentence.
pub fn sentence(chance: &mut Chance) -> String {
    format!(
        "Always {} the {} {} and {} the {} after {} minutes.",
        chance.of(&VERBS),
        chance.of(&NOUNS),
        chance.of(&ADVERBS),
        chance.of(&VERBS),
        chance.of(&NOUNS),
        chance.below(90) + 10,
    )
}

/// A few sentences.
pub fn paragraph(chance: &mut Chance) -> String {
    let count = chance.below(4) + 2;
    let sentences: Vec<String> = (0..count).map(|_| sentence(chance)).collect();
    sentences.join(" ")
}

/// A fenced block of code.
pub fn code(chance: &mut Chance) -> String {
    let number = chance.below(900) + 100;
    let noun = chance.of(&NOUNS);
    let verb = chance.of(&VERBS);
    let (language, text) = match chance.below(9) {
        0 => (
            "rust",
            format!(
                "fn {verb}_{noun}(speed: u32) -> Option<u32> {{\n    // Not above {number}.\n    (speed < {number}).then_some(speed * 2)\n}}"
            ),
        ),
        1 => (
            "bash",
            format!("set -e\nfor n in 1 2 3; do\n  {verb} --{noun} \"$n\" || exit {number}\ndone"),
        ),
        2 => (
            "python",
            format!(
                "def {verb}({noun}):\n    \"\"\"Takes {number} seconds.\"\"\"\n    return [{noun} for _ in range({number})]"
            ),
        ),
        3 => (
            "yaml",
            format!("{noun}:\n  limit: {number}\n  action: \"{verb}\"\n  tags: [a, b]"),
        ),
        4 => (
            "toml",
            format!("[{noun}]\nlimit = {number}\naction = \"{verb}\""),
        ),
        5 => (
            "console",
            format!("$ {verb} {noun} --after {number}\n{noun}: done in {number} ms"),
        ),
        6 => (
            "sql",
            format!("SELECT id, {noun} FROM parts WHERE torque > {number} -- {verb}"),
        ),
        7 => ("nosuchlanguage", format!("{verb} {noun} {number}")),
        _ => (
            "json",
            format!("{{\"{noun}\": [{number}, true], \"do\": \"{verb}\"}}"),
        ),
    };
    format!("```{language}\n{text}\n```")
}

/// A picture: the head of a PNG with its size, then noise.
pub fn picture(chance: &mut Chance, width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    bytes.extend(width.to_be_bytes());
    bytes.extend(height.to_be_bytes());
    bytes.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    for _ in 0..24 {
        bytes.extend(chance.next().to_le_bytes());
    }
    bytes
}
