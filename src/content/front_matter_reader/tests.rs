use super::*;
use crate::ground::paths::SrcPath;

const TAXONOMIES: &[&str] = &["tags", "categories"];

fn head(text: &str) -> Head {
    let source = Source::new(SrcPath::new("content/a.md"), text);
    read(&source, TAXONOMIES, &TimeZone::UTC)
}

/// A finding as `rule line:column+length message | help`.
fn tell(found: &Diagnostic) -> String {
    let place = found.place.as_ref().expect("every finding has a place");
    let help = found
        .help
        .as_ref()
        .map_or(String::new(), |help| format!(" | {help}"));
    format!(
        "{} {}:{}+{} {}{help}",
        found.rule, place.line, place.column, place.length, found.message
    )
}

/// Front matter whose only findings are those expected.
fn front(text: &str, expected: &[&str]) -> FrontMatter {
    let head = head(text);
    let told: Vec<String> = head.diagnostics.iter().map(tell).collect();
    assert_eq!(told, expected, "{text}");
    head.front
}

fn yaml(keys: &str, expected: &[&str]) -> FrontMatter {
    front(&format!("---\n{keys}\n---\n"), expected)
}

fn toml(keys: &str, expected: &[&str]) -> FrontMatter {
    front(&format!("+++\n{keys}\n+++\n"), expected)
}

#[test]
fn real_files_have_boms_crlf_blank_lines_and_trailing_spaces() {
    for text in [
        "\u{feff}---\ntitle: x\n---\nbody\n",
        "\r\n  \r\n---  \r\ntitle: x\r\n---\t\r\nbody\r\n",
        "---\ntitle: x\n...\nbody\n",
        "\u{feff}\n+++ \ntitle = 'x'\n+++ \nbody\n",
    ] {
        let head = head(text);
        assert_eq!(head.diagnostics, [], "{text:?}");
        assert_eq!(head.front.title.as_deref(), Some("x"), "{text:?}");
        assert_eq!(text[head.body].trim_end(), "body", "{text:?}");
    }
}

#[test]
fn a_file_may_have_no_front_matter_or_an_empty_one() {
    for (text, body) in [
        ("", ""),
        ("# Title\n", "# Title\n"),
        ("\u{feff}# Title\n", "# Title\n"),
        ("---\n---\nbody", "body"),
        ("+++\n\n+++\nbody", "body"),
        ("---\n# only a comment\n---\nbody", "body"),
    ] {
        let head = head(text);
        assert_eq!(head.diagnostics, [], "{text:?}");
        assert_eq!(&text[head.body], body, "{text:?}");
        assert_eq!(head.front, FrontMatter::default());
    }
}

#[test]
fn a_thematic_break_is_no_front_matter() {
    for text in [
        "---\n\nSome words.\nText: with a colon\n\n---\n",
        "---\nSetext heading\n---\nmore",
        "---\n\nNo end.\n",
        "---",
        "***\ntitle: x\n***\n",
        "----\ntitle: x\n----\n",
    ] {
        let head = head(text);
        assert_eq!(head.diagnostics, [], "{text:?}");
        assert_eq!(&text[head.body], text, "{text:?}");
    }
}

#[test]
fn a_block_that_is_not_closed_is_an_error_and_has_no_body() {
    let unclosed = |text: &str| {
        let head = head(text);
        assert!(head.body.is_empty(), "{text:?}");
        head.diagnostics.iter().map(tell).collect::<Vec<_>>()
    };
    assert_eq!(
        unclosed("+++\ntitle = 'x'\n\nText\n"),
        [
            "invalid-front-matter 1:1+3 the front matter that begins with `+++` is not closed \
          | put a line `+++` before line 3"
        ]
    );
    assert_eq!(
        unclosed("+++\ntitle = 'x'\n---\nText\n"),
        [
            "invalid-front-matter 1:1+3 the front matter that begins with `+++` is not closed \
          | begin and close it with the same line: `+++` for TOML, `---` for YAML"
        ]
    );
    assert_eq!(
        unclosed("---\ntitle: x\ntags:\n  - a\n\nText\n"),
        [
            "invalid-front-matter 1:1+3 the front matter that begins with `---` is not closed \
          | put a line `---` before line 5, or a blank line behind the first `---` if that is a \
          thematic break"
        ]
    );
    assert_eq!(unclosed("+++").len(), 1);
}

#[test]
fn the_wrong_format_between_the_delimiters_is_told() {
    toml(
        "title: Fix it",
        &[
            "invalid-front-matter 2:6+1 TOML separates a key from its value with `=`, not `:` \
           | write `title = \"Fix it\"`",
        ],
    );
    yaml(
        "title = \"Fix it\"",
        &["invalid-front-matter 2:1+16 expected keys and values \
           | YAML separates a key from its value with `: `; write `title: \"Fix it\"`"],
    );
}

#[test]
fn dates_are_read_in_every_form() {
    let read = yaml(
        "date: 2020-4-3\nupdated: \"2020-04-03 10:20\"\nexpires: 2020-04-03T10:20:30+02:00",
        &[],
    );
    let iso = |moment: Option<crate::ground::date::Moment>| moment.unwrap().rfc3339();
    assert_eq!(iso(read.date), "2020-04-03T00:00:00Z");
    assert_eq!(iso(read.updated), "2020-04-03T10:20:00Z");
    assert_eq!(iso(read.expires), "2020-04-03T10:20:30+02:00");
    let read = toml(
        "date = 2020-4-3\nupdated = 2020-04-03\nexpires = 2020-04-03T10:20:30Z\n\
         [review]\nlast_reviewed = \"2020/4/3\"",
        &[],
    );
    assert_eq!(iso(read.date), "2020-04-03T00:00:00Z");
    assert_eq!(iso(read.updated), "2020-04-03T00:00:00Z");
    assert_eq!(iso(read.expires), "2020-04-03T10:20:30Z");
    assert_eq!(iso(read.review.last_reviewed), "2020-04-03T00:00:00Z");
}

#[test]
fn dates_without_a_zone_are_those_of_the_site() {
    let text = "---\ndate: 2020-07-01\n---\n";
    let source = Source::new(SrcPath::new("a.md"), text);
    let zone = TimeZone::get("Europe/Amsterdam").unwrap();
    let date = read(&source, &[], &zone).front.date.unwrap();
    assert_eq!(date.rfc3339(), "2020-07-01T00:00:00+02:00");
}

#[test]
fn impossible_dates_have_the_rule_of_their_key_in_both_formats() {
    let expected = [
        "impossible-date 2:8+10 `date` is no date of the calendar: `2024-02-30` \
         | February 2024 has 29 days",
        "impossible-date 3:11+10 `updated` is no date of the calendar: `2024-31-12` \
         | months go from 1 to 12; write year, month, day",
        "impossible-review-date 5:17+10 `review.last_reviewed` is no date of the calendar: \
         `2023-02-29` | February 2023 has 28 days",
    ];
    toml(
        "date = 2024-02-30\nupdated = 2024-31-12\n[review]\nlast_reviewed = 2023-02-29",
        &expected,
    );
    yaml(
        "date:  2024-02-30\nupdated:  2024-31-12\nreview:\n  last_reviewed: 2023-02-29",
        &[
            expected[0],
            expected[1],
            &expected[2].replace("5:17", "5:18"),
        ],
    );
    toml(
        "date = 2024-02-03T25:00:00Z",
        &[
            "impossible-date 2:8+20 `date` is no date of the calendar: `2024-02-03T25:00:00Z` \
           | hours go from 00 to 23, minutes and seconds from 00 to 59",
        ],
    );
}

#[test]
fn what_is_no_date_at_all_is_a_wrong_type_but_only_a_warning_in_reviews() {
    yaml(
        "expires: soon\ndate: [2020-01-01]\nreview:\n  last_reviewed: 2020\n  interval: often",
        &[
            "front-matter-type 2:10+4 `expires` must be a date, and `soon` is none \
             | write it as `expires: 2024-05-31`",
            "front-matter-type 3:7+12 `date` must be a date, not a list \
             | write it as `date: 2024-05-31`",
            "impossible-review-date 5:18+4 `review.last_reviewed` is no date of the calendar: \
             `2020` | write it as `last_reviewed: 2024-05-31`",
            "impossible-review-date 6:13+5 `review.interval` is no length of time: `often` \
             | write it as `6 months`, `90 days`, `2 weeks` or `1 year`",
        ],
    );
}

#[test]
fn a_date_that_toml_refuses_in_the_open_map_is_a_syntax_error() {
    let read = toml(
        "[meta]\nbuilt = 2024-02-31",
        &[
            "invalid-front-matter 3:9+10 `2024-02-31` is not a date or time in TOML: \
           expected day between 01 and 29 | put it in quotes to keep it as text: `\"2024-02-31\"`",
        ],
    );
    assert_eq!(
        read.meta.get("built"),
        Some(&Value::Text("2024-02-31".into()))
    );
}

#[test]
fn scalars_where_text_is_wanted_are_taken_as_written() {
    let read = yaml(
        "title: 1.10\ndescription: true\ntags: [2024, 1.0, x]\nreview:\n  version: 2.10\n  owner: 7",
        &[],
    );
    assert_eq!(read.title.as_deref(), Some("1.10"));
    assert_eq!(read.description.as_deref(), Some("true"));
    assert_eq!(read.taxonomies["tags"], ["2024", "1.0", "x"]);
    assert_eq!(read.review.version.as_deref(), Some("2.10"));
    assert_eq!(read.review.owner, ["7"]);
    let read = toml("title = 2024-05-31\n[review]\nversion = 1.10", &[]);
    assert_eq!(read.title.as_deref(), Some("2024-05-31"));
    assert_eq!(read.review.version.as_deref(), Some("1.10"));
}

#[test]
fn titles_are_literal_and_blank_ones_are_none() {
    let read = yaml("title: \"Restart <pod> & wait\"\ndescription: '  '", &[]);
    assert_eq!(read.title.as_deref(), Some("Restart <pod> & wait"));
    assert_eq!(read.description, None);
}

#[test]
fn keys_without_a_value_are_as_if_absent() {
    let keys = "title:\ndate:\ndraft:\nweight:\ntags:\naliases:\nreview:\nmeta:\nextra:\nallow:";
    assert_eq!(yaml(keys, &[]), FrontMatter::default());
}

#[test]
fn wrong_types_are_told_at_the_value_with_an_example() {
    yaml(
        "title: [a]\nweight: '10'\ndraft: \"true\"\nmeta: x\ndescription: {a: b}\n\
         tags: {a: b}\nreview: x\nextra: 1\naliases: [{a: 1}]",
        &[
            "front-matter-type 2:8+3 `title` must be text, not a list \
             | write it as `title: \"Replace a fan\"`",
            "front-matter-type 3:9+4 `weight` must be a whole number, not text \
             | write it as `weight: 10`",
            "front-matter-type 4:8+6 `draft` must be `true` or `false`, not text \
             | write it as `draft: true`",
            "front-matter-type 5:7+1 `meta` must be a table, not text \
             | write `meta:` and its keys below it, indented",
            "front-matter-type 6:14+6 `description` must be text, not a table \
             | write it as `description: \"How to replace a fan\"`",
            "front-matter-type 7:7+6 `tags` must be a list of texts, not a table \
             | write it as `tags: [\"fans\", \"cooling\"]`",
            "front-matter-type 8:9+1 `review` must be a table, not text \
             | write `review:` and its keys below it, indented",
            "front-matter-type 9:8+1 `extra` must be a table, not a whole number \
             | write `extra:` and its keys below it, indented",
            "front-matter-type 10:11+6 `aliases` must be a list of texts; this item is a table \
             | write it as `aliases: [\"/old/address/\"]`",
        ],
    );
    toml(
        "draft = 1\nweight = 1.5",
        &[
            "front-matter-type 2:9+1 `draft` must be `true` or `false`, not a whole number \
             | write it as `draft = true`",
            "front-matter-type 3:10+3 `weight` must be a whole number, not a number with a \
             fraction \
             | write it as `weight = 10`",
        ],
    );
}

#[test]
fn yamls_old_booleans_will_do() {
    assert_eq!(yaml("draft: yes", &[]).draft, Some(true));
    assert_eq!(yaml("draft: Off", &[]).draft, Some(false));
}

#[test]
fn addresses_that_leave_the_output_are_refused() {
    let within = "an address within the site looks like `/guides/replace-fan/`";
    let read = yaml(
        "path: ../x\naliases: [/ok/, \"a\\\\b\", ../../x, \"https://a/b\", /ok/, /old.html]",
        &[
            &format!(
                "unsafe-path 2:7+4 `path` cannot be an address: `../x` leaves the output folder (`..`) | {within}"
            ),
            &format!(
                "unsafe-path 3:17+6 `aliases` cannot be an address: `a\\b` has a backslash; separate folders with `/` | {within}"
            ),
            &format!(
                "unsafe-path 3:25+7 `aliases` cannot be an address: `../../x` leaves the output folder (`..`) | {within}"
            ),
            &format!(
                "unsafe-path 3:34+13 `aliases` cannot be an address: `https://a/b` has an empty segment (`//`) | {within}"
            ),
        ],
    );
    assert_eq!(read.path, None);
    assert_eq!(read.aliases, ["/ok/", "/old.html"]);
    let slug = "a slug is made of letters, digits and hyphens, such as `replace-fan`";
    yaml(
        "slug: ..",
        &[&format!(
            "unsafe-path 2:7+2 `slug` cannot be an address: `..` leaves the output folder (`..`) | {slug}"
        )],
    );
    yaml(
        "slug: \"a\\0b\"",
        &[&format!(
            "unsafe-path 2:7+6 `slug` cannot be an address: `a\u{fffd}b` has a control character | {slug}"
        )],
    );
    yaml(
        "slug: a/b",
        &[
            "unsafe-path 2:7+3 `slug` is one segment of an address, and `a/b` has a `/` \
           | for a whole address write `path: \"a/b\"`",
        ],
    );
    yaml(
        "slug: ../b",
        &[&format!(
            "unsafe-path 2:7+4 `slug` cannot be an address: `../b` leaves the output folder (`..`) | {slug}"
        )],
    );
}

#[test]
fn nearly_known_keys_are_warned_of_and_have_no_effect() {
    let read = yaml(
        "titel: x\ndraf: true\nwieght: 3\nTitle: y\nlastMod: 2020-01-01\nlast-reviewed: 2020-01-01\n\
         review:\n  intervall: 1 year\ntaxonomies:\n  categores: x",
        &[
            "misspelt-key 2:1+5 unknown key `titel`; it has no effect | did you mean `title`?",
            "misspelt-key 3:1+4 unknown key `draf`; it has no effect | did you mean `draft`?",
            "misspelt-key 4:1+6 unknown key `wieght`; it has no effect | did you mean `weight`?",
            "misspelt-key 5:1+5 unknown key `Title`; it has no effect | did you mean `title`?",
            "misspelt-key 6:1+7 unknown key `lastMod`; it has no effect | did you mean `lastmod`?",
            "misspelt-key 7:1+13 unknown key `last-reviewed`; it has no effect \
             | did you mean `review.last_reviewed`?",
            "misspelt-key 9:3+9 unknown key `review.intervall`; it has no effect \
             | did you mean `interval`?",
            "misspelt-key 11:3+9 unknown key `taxonomies.categores`; it has no effect \
             | did you mean `categories`?",
        ],
    );
    assert_eq!(read, FrontMatter::default());
}

#[test]
fn known_keys_at_the_wrong_level_are_warned_of() {
    let read = yaml(
        "owner: me\nstatus: ok\nreview:\n  title: x\nmeta:\n  draft: true",
        &[
            "misplaced-key 2:1+5 `owner` has no effect at this level \
             | did you mean `review.owner`? Put `owner` below `review:`, indented",
            "misplaced-key 3:1+6 `status` has no effect at this level \
             | did you mean `review.status`? Put `status` below `review:`, indented",
            "misplaced-key 5:3+5 `review.title` has no effect at this level \
             | did you mean the top level's `title`? Put it there without indentation",
            "misplaced-key 7:3+5 `meta.draft` has no effect at this level \
             | did you mean the top level's `draft`? Put it there without indentation",
        ],
    );
    assert!(read.review.is_empty());
    assert_eq!((read.draft, read.title), (None, None));
    toml(
        "[meta]\ntools = []\ntags = [\"a\"]\nallow = [\"broken-link\"]\n[extra]\ndraft = true",
        &[
            "misplaced-key 4:1+4 `meta.tags` has no effect at this level \
             | did you mean the top level's `tags`? Put it above the first `[table]`",
            "misplaced-key 5:1+5 `meta.allow` has no effect at this level \
             | did you mean the top level's `allow`? Put it above the first `[table]`",
            "misplaced-key 7:1+5 `extra.draft` has no effect at this level \
             | did you mean the top level's `draft`? Put it above the first `[table]`",
        ],
    );
}

#[test]
fn the_open_map_may_hold_any_reasonable_word() {
    let read = yaml(
        "meta:\n  title: x\n  status: drafted\n  version: 1.0.5\n  summary: y\n  tools: [a]\n  \
         owner: me\n  date: 2020-02-30\n  weight: 12 kg\n  draft: second\n  titel: z\n  \
         template: two columns\n  review: done\n  revision:\n    last_reviewed: 2018-10-16",
        &[],
    );
    assert_eq!(read.meta.0.len(), 13);
    assert_eq!(
        read.meta.at_path("revision.last_reviewed"),
        Some(&Value::Text("2018-10-16".into()))
    );
}

#[test]
fn the_open_map_shows_numbers_as_they_were_written() {
    let text = |text: &str| Value::Text(text.into());
    let read = yaml(
        "meta:\n  a: 1.10\n  b: 2.5\n  c: .inf\n  d: [1.0]\n  e: 3",
        &[],
    );
    assert_eq!(read.meta.get("a"), Some(&text("1.10")));
    assert_eq!(read.meta.get("b"), Some(&Value::Float(2.5)));
    assert_eq!(read.meta.get("c"), Some(&text(".inf")));
    assert_eq!(read.meta.get("d"), Some(&Value::List(vec![text("1.0")])));
    assert_eq!(read.meta.get("e"), Some(&Value::Int(3)));
}

#[test]
fn unknown_keys_are_kept_with_a_note() {
    let read = yaml(
        "foo: [1]\nlayout: post\ntype: docs\ntoc: true\nreview:\n  team: a",
        &[
            "unknown-key 2:1+3 unknown key `foo` is kept under `extra`",
            "unknown-key 3:1+6 unknown key `layout` is kept under `extra` \
             | Guidepost's own key for this is `template`",
            "unknown-key 4:1+4 unknown key `type` is kept under `extra`",
            "unknown-key 5:1+3 unknown key `toc` is kept under `extra`",
            "unknown-key 7:3+4 unknown key `review.team` is kept under `extra`",
        ],
    );
    let keys: Vec<&str> = read.extra.iter().map(|(key, _)| key).collect();
    assert_eq!(keys, ["foo", "layout", "type", "toc", "review"]);
    assert_eq!(
        read.extra.at_path("review.team"),
        Some(&Value::Text("a".into()))
    );
}

#[test]
fn extra_and_params_are_one_table_and_go_before_stray_keys() {
    let read = toml(
        "color = 'red'\n[extra]\ncolor = 'blue'\n[params]\nsize = 2",
        &["unknown-key 2:1+5 unknown key `color` is kept under `extra`"],
    );
    assert_eq!(
        read.extra,
        Map(vec![
            ("color".into(), Value::Text("blue".into())),
            ("size".into(), Value::Int(2)),
        ])
    );
}

#[test]
fn what_people_already_have_is_accepted() {
    let read = yaml(
        "tags: a, b , a\ncategories: [x, y]\nkeywords: k, l\nauthor: Doe, Jane\n\
         lastmod: 2020-4-3\nsummary: In short",
        &[],
    );
    assert_eq!(read.taxonomies["tags"], ["a", "b"]);
    assert_eq!(read.taxonomies["categories"], ["x", "y"]);
    assert_eq!(read.authors, ["Doe, Jane"]);
    assert_eq!(read.updated.unwrap().iso_day(), "2020-04-03");
    assert_eq!(read.description.as_deref(), Some("In short"));
    // `keywords` is no taxonomy of this site.
    assert_eq!(
        read.extra.get("keywords"),
        Some(&Value::Text("k, l".into()))
    );
    let read = yaml(
        "summary: s\ndescription: d\nlastmod: 2020-01-01\nupdated: 2021-01-01\nauthors: A, B",
        &[],
    );
    assert_eq!(read.description.as_deref(), Some("d"));
    assert_eq!(read.updated.unwrap().iso_day(), "2021-01-01");
    assert_eq!(read.authors, ["A", "B"]);
    assert_eq!(
        yaml("authors: [{name: A, mail: x}, B]", &[]).authors,
        ["A", "B"]
    );
}

#[test]
fn configured_taxonomies_are_keys_at_the_top_and_in_their_table() {
    let text = "---\ntopics: a, b\nkeywords: k\ntaxonomies:\n  topics: [b, c]\ntags: t\n---\n";
    let source = Source::new(SrcPath::new("a.md"), text);
    let head = read(&source, &["topics", "keywords"], &TimeZone::UTC);
    assert_eq!(head.diagnostics, []);
    assert_eq!(head.front.taxonomies["topics"], ["a", "b", "c"]);
    assert_eq!(head.front.taxonomies["keywords"], ["k"]);
    assert_eq!(head.front.taxonomies.get("tags"), None);
    let read = yaml(
        "taxonomies:\n  series: [s]\n  title: x",
        &[
            "unknown-key 3:3+6 the site has no taxonomy `series`; its terms are kept under `extra` \
             | add it to `guidepost.toml` as one of `[[taxonomies]]`",
            "misplaced-key 4:3+5 `taxonomies.title` has no effect at this level \
             | did you mean the top level's `title`? Put it there without indentation",
        ],
    );
    assert!(read.taxonomies.is_empty());
}

#[test]
fn only_warnings_and_notes_can_be_allowed() {
    let read = yaml(
        "allow: [broken-link, brokn-image, permalink-clash, broken-link]",
        &[
            "unknown-rule 2:22+11 there is no rule `brokn-image` | did you mean `broken-image`?",
            "unknown-rule 2:35+15 `permalink-clash` is an error and cannot be allowed \
             | warnings and notes can be allowed, errors must be mended",
        ],
    );
    assert_eq!(read.allow, [Rule::BrokenLink]);
}

#[test]
fn duplicate_keys_and_everything_else_are_reported_in_one_go() {
    yaml(
        "title: a: b\ntitle: c\ndraft: true\ndraft: false\nfoo: 1\ndate: 2020-02-30",
        &[
            "invalid-front-matter 2:8+4 a value with `: ` in it must stand in quotes \
             | write `title: \"a: b\"`",
            "duplicate-key 5:1+5 `draft` stands twice in the same table | keep one of the two",
            "unknown-key 6:1+3 unknown key `foo` is kept under `extra`",
            "impossible-date 7:7+10 `date` is no date of the calendar: `2020-02-30` \
             | February 2020 has 29 days",
        ],
    );
}

#[test]
fn placeholders_of_a_template_are_one_error_each() {
    let help = "a value that begins with `{{` must stand in quotes";
    yaml(
        "title: {{ page.title }}\ndate: {{ .Date }}",
        &[
            &format!("invalid-front-matter 2:9+1 a key must be plain text | {help}"),
            &format!("invalid-front-matter 3:8+1 a key must be plain text | {help}"),
        ],
    );
}

#[test]
fn places_of_values_are_known_by_dotted_path() {
    let text =
        "---\ntitle: x\naliases:\n  - /a/\n  - /b/\nmeta:\n  hash: abc\n  flags:\n    x: 1\n---\n";
    let places = head(text).places;
    let at = |path: &str| &text[places[path].clone()];
    assert_eq!(at("title"), "x");
    assert_eq!(at("aliases.1"), "/b/");
    assert_eq!(at("meta.hash"), "abc");
    assert_eq!(at("meta.flags.x"), "1");
}

#[test]
fn no_text_whatever_is_a_panic() {
    let yaml = "\u{feff}\n---\ntitle: \"é: x\"\ndate: 2020-02-30\nmeta:\n  a: &x [1, {b: 'c'}]\n  d: *x\n  \
                e: |\n    text\n  <<: {f: 1.10}\ntags: a, b\naliases: [/x/]\n...\nbody";
    let toml = "+++\ntitle = \"é\\n\"\ndate = 2020-02-30\ntags = ['a', \"\"\"b\"\"\"]\n[meta]\na.b = 1.5\nc = { d = [1] }\n\
                [[extra.x]]\ny = 07:32:00\n+++\nbody";
    for text in [yaml, toml] {
        for (at, c) in text.char_indices() {
            head(&text[..at]);
            for insert in [
                "", "\"", "'", "[", "]", "{", "}", ":", ": ", "=", "é", "\n", "\r", "\t", "\\",
                "#", "&", "*", "!", "|", ">", "%", "@", "`", "?", "- ", ",", "\u{feff}", "---\n",
                "\n---\n", "\"\"\"",
            ] {
                head(&format!("{}{insert}{}", &text[..at], &text[at..]));
                head(&format!(
                    "{}{insert}{}",
                    &text[..at],
                    &text[at + c.len_utf8()..]
                ));
            }
        }
    }
}
