//! The manual says what the code does: its tables are held against the types.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use guidepost::content::config::{Config, MarkdownOptions, PublishOptions};
use guidepost::content::config_reader;
use guidepost::ground::paths::SrcPath;
use guidepost::ground::rule::Rule;
use guidepost::ground::source::Source;
use guidepost::render::inputs::{
    DateInput, ItemInput, LinkInput, ListInput, PageInput, ReviewInput, SimilarInput, SiteInput,
    TermsInput, TocInput,
};
use serde::Serialize;
use serde_json::Value;

fn manual(page: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("content/manual")
        .join(page);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The part of a page below a heading, up to the next one of its level.
fn part<'p>(page: &'p str, heading: &str) -> &'p str {
    let level = heading.split(' ').next().unwrap();
    let start = page
        .find(&format!("\n{heading}\n"))
        .unwrap_or_else(|| panic!("the manual has no heading `{heading}`"))
        + heading.len()
        + 2;
    let rest = &page[start..];
    let ends =
        (1..=level.len()).filter_map(|hashes| rest.find(&format!("\n{} ", "#".repeat(hashes))));
    &rest[..ends.min().unwrap_or(rest.len())]
}

/// The rows of the tables in a text, without their heads.
fn rows(text: &str) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    let mut in_body = false;
    for line in text.lines() {
        match line
            .strip_prefix('|')
            .and_then(|line| line.strip_suffix('|'))
        {
            Some(line) if line.starts_with("---") => in_body = true,
            Some(line) if in_body => rows.push(
                line.replace("\\|", "\u{0}")
                    .split('|')
                    .map(|cell| cell.trim().replace('\u{0}', "|"))
                    .collect(),
            ),
            Some(_) => {}
            None => in_body = false,
        }
    }
    rows
}

/// The names in backquotes in the first column of the tables in a text.
fn names(text: &str) -> Vec<String> {
    rows(text)
        .iter()
        .flat_map(|row| {
            row[0]
                .split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The fields of a type as templates see them.
fn fields(value: &impl Serialize) -> Vec<String> {
    let Value::Object(object) = serde_json::to_value(value).unwrap() else {
        panic!("is no struct");
    };
    object.keys().cloned().collect()
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn the_table_of_rules_is_the_codes_own() {
    let page = manual("diagnostics.md");
    let written: Vec<(String, String, String)> = rows(part(&page, "## All rules"))
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone(), row[2].clone()))
        .collect();
    let expected: Vec<(String, String, String)> = Rule::ALL
        .iter()
        .map(|rule| {
            (
                format!("`{}`", rule.name()),
                rule.level().to_string(),
                rule.about().to_owned(),
            )
        })
        .collect();
    assert_eq!(written, expected);
}

#[test]
fn every_template_value_is_documented_and_nothing_else_is() {
    let page = manual("templates.md");
    let part_of = |heading: &str| names(part(&page, heading));
    for (prefix, heading, fields) in [
        ("site.", "### site", fields(&SiteInput::default())),
        ("page.", "### page", fields(&PageInput::default())),
        ("list.", "### list", fields(&ListInput::default())),
        ("", "### Links", fields(&LinkInput::default())),
        ("", "### Items", fields(&ItemInput::default())),
        ("", "### Dates", fields(&DateInput::default())),
        ("", "### Review", fields(&ReviewInput::default())),
    ] {
        let mut expected: Vec<String> = fields
            .iter()
            .map(|name| format!("{prefix}{name}"))
            .collect();
        if heading == "### site" {
            // Supplied only to templates that name it, so it is not a field.
            expected.push("site.guides".into());
        }
        assert_eq!(sorted(part_of(heading)), sorted(expected), "{heading}");
    }
    // The small ones are described in a row of their owner's table.
    let row = |key: &str| {
        rows(&page)
            .into_iter()
            .find(|row| row[0] == format!("`{key}`"))
            .unwrap_or_else(|| panic!("no row for {key}"))[1]
            .clone()
    };
    for (key, fields) in [
        ("page.toc", fields(&TocInput::default())),
        ("page.taxonomies", fields(&TermsInput::default())),
        ("page.similar", fields(&SimilarInput::default())),
    ] {
        for field in fields {
            assert!(
                row(key).contains(&format!("`{field}`")),
                "{key} does not tell of {field}"
            );
        }
    }
}

#[test]
fn every_configuration_key_is_documented_with_its_default() {
    let page = manual("configuration.md");
    let config = serde_json::to_value(Config::default()).unwrap();
    let kebab = |name: &str| name.replace('_', "-");
    let mut documented: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (group, heading) in [
        ("", "## The site"),
        ("markdown", "## Markdown"),
        ("highlight", "## Highlighting"),
        ("meta_box", "## Meta box"),
        ("similar", "## Similar guides"),
        ("feeds", "## Feeds"),
        ("review", "## Reviews"),
        ("cache", "## Cache"),
    ] {
        documented.insert(group, names_of_first_column(part(&page, heading)));
    }
    let groups: Vec<&str> = documented
        .keys()
        .copied()
        .filter(|group| !group.is_empty())
        .collect();
    for group in &groups {
        let expected = config[*group]
            .as_object()
            .unwrap()
            .keys()
            .map(|key| kebab(key))
            .collect();
        assert_eq!(
            sorted(documented[group].clone()),
            sorted(expected),
            "[{group}]"
        );
    }
    // Tables and lists of tables have parts of their own.
    let apart = ["menu", "taxonomies", "cascade", "rules", "extra", "publish"];
    let mut expected = Vec::new();
    for key in config.as_object().unwrap().keys() {
        if !groups.contains(&key.as_str()) && !apart.contains(&key.as_str()) {
            expected.push(kebab(key));
        }
    }
    assert_eq!(sorted(documented[""].clone()), sorted(expected));
    for name in apart {
        let shown = [
            format!("[[{name}]]"),
            format!("[{name}]"),
            format!("[{name}."),
        ];
        assert!(shown.iter().any(|shown| page.contains(shown)), "{name}");
    }
}

/// The first name in the first column of each row.
fn names_of_first_column(text: &str) -> Vec<String> {
    rows(text)
        .iter()
        .filter_map(|row| row[0].split('`').nth(1).map(str::to_owned))
        .collect()
}

#[test]
fn documented_defaults_are_the_codes_own() {
    let page = manual("configuration.md");
    let config = serde_json::to_value(Config::default()).unwrap();
    let mut checked = 0;
    for (group, heading, column) in [
        ("", "## The site", 2),
        ("markdown", "## Markdown", 1),
        ("highlight", "## Highlighting", 2),
        ("meta_box", "## Meta box", 2),
        ("similar", "## Similar guides", 2),
        ("feeds", "## Feeds", 2),
        ("review", "## Reviews", 2),
        ("cache", "## Cache", 2),
    ] {
        let defaults = if group.is_empty() {
            &config
        } else {
            &config[group]
        };
        for row in rows(part(&page, heading)) {
            let key = row[0].trim_matches('`').replace('-', "_");
            let (written, default) = (&row[column], &defaults[&key]);
            match written.as_str() {
                "none" => assert!(default.is_null(), "{key}"),
                "empty" => assert!(
                    default.as_str() == Some("")
                        || default.as_array().is_some_and(Vec::is_empty)
                        || default.as_object().is_some_and(serde_json::Map::is_empty),
                    "{key} is {default} by default"
                ),
                written => {
                    let value: Value = serde_json::from_str(written.trim_matches('`'))
                        .unwrap_or_else(|error| panic!("{key}: {written}: {error}"));
                    let same = value == *default
                        // Values such as `clean` serialize as their variants.
                        || value.as_str().map(str::to_lowercase)
                            == default.as_str().map(str::to_lowercase) && value.is_string();
                    assert!(same, "{key}: the manual says {value}, the code {default}");
                }
            }
            checked += 1;
        }
    }
    assert!(checked > 40, "only {checked} defaults were found");
    assert!(MarkdownOptions::default().tables);
}

#[test]
fn every_key_of_a_target_is_documented_with_its_default() {
    let page = manual("configuration.md");
    let rows = rows(part(&page, "## Publishing"));
    let defaults = serde_json::to_value(PublishOptions::default()).unwrap();
    let mut keys = Vec::new();
    for row in &rows {
        let key = row[0].trim_matches('`').replace('-', "_");
        let default = &defaults[&key];
        match row[2].as_str() {
            "needed" => assert_eq!(default, ""),
            "none" => assert!(default.is_null(), "{key}"),
            written => {
                let value: Value = serde_json::from_str(written.trim_matches('`')).unwrap();
                assert_eq!(value, *default, "{key}");
            }
        }
        keys.push(key);
    }
    assert_eq!(sorted(keys), sorted(fields(&PublishOptions::default())));
}

#[test]
fn the_kinds_of_admonitions_are_ranked() {
    let page = manual("markdown.md");
    assert_eq!(
        names(part(&page, "### Which word to use")),
        [
            "DANGER",
            "WARNING",
            "CAUTION",
            "NOTICE",
            "IMPORTANT",
            "TIP",
            "NOTE"
        ]
    );
}

/// The code blocks of a page: language, title, text.
fn blocks(page: &str) -> Vec<(String, String, String)> {
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find("\n```") {
        let (head, after) = rest[at + 4..].split_once('\n').unwrap();
        let end = after.find("```\n").unwrap();
        let (language, more) = head.split_once(' ').unwrap_or((head, ""));
        let title = more.split('"').nth(1).unwrap_or_default();
        blocks.push((language.into(), title.into(), after[..end].to_owned()));
        rest = &after[end + 3..];
    }
    blocks
}

#[test]
fn every_file_of_the_pages_on_publishing_can_be_read() {
    let mut read = BTreeMap::new();
    for page in ["publishing.md", "hosting.md"] {
        for (language, title, text) in blocks(&manual(page)) {
            let at = format!("{page}: {title}\n{text}");
            match language.as_str() {
                "yaml" => {
                    let value: Value = serde_saphyr::from_str(&text)
                        .unwrap_or_else(|error| panic!("{at}\n{error}"));
                    assert!(value.is_object() || value.is_array(), "{at}");
                }
                "toml" => drop(toml::from_str::<toml::Table>(&text).expect(&at)),
                _ => {}
            }
            if title == "guidepost.toml" {
                let path = SrcPath::new(&title);
                let (config, found) = config_reader::read(&Source::new(path, &text));
                assert_eq!(found, [], "{at}");
                assert!(!config.publish.is_empty(), "{at}");
            }
            *read.entry(language).or_insert(0) += 1;
        }
    }
    assert!(read["yaml"] >= 4 && read["toml"] >= 6, "{read:?}");
}
