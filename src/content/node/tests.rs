use super::*;
use crate::ground::paths::SrcPath;

/// Keys that could be read, and every complaint as `line:column+length words
/// | help`.
fn read(text: &str, format: Format) -> (Map, Vec<String>) {
    let source = Source::new(SrcPath::new("a"), text);
    let (entries, diagnostics) = parse(&source, 0..text.len(), format, Rule::InvalidFrontMatter);
    (to_map(&entries), diagnostics.iter().map(tell).collect())
}

fn tell(found: &Diagnostic) -> String {
    let place = found.place.as_ref().expect("every complaint has a place");
    let help = found.help.as_deref().unwrap_or("-");
    let mut told = format!(
        "{}:{}+{} {} | {help}",
        place.line, place.column, place.length, found.message
    );
    for related in &found.related {
        told.push_str(&format!(
            " | {}:{} {}",
            related.place.line, related.place.column, related.label
        ));
    }
    told
}

/// A text, the keys that are read of it, and the complaints.
type Case = (&'static str, &'static str, &'static [&'static str]);

fn check(format: Format, cases: &[Case]) {
    for (text, keys, complaints) in cases {
        let (map, told) = read(text, format);
        let read: Vec<&str> = map.iter().map(|(key, _)| key).collect();
        assert_eq!(read.join(" "), *keys, "{text:?}");
        assert_eq!(told, *complaints, "{text:?}");
    }
}

#[test]
fn toml_mistakes_are_told_in_plain_words_and_the_rest_is_read() {
    let cases: &[Case] = &[
        (
            "title = Fix the thing\nx = 1\n",
            "x",
            &["1:9+13 a text must stand in quotes | write `title = \"Fix the thing\"`"],
        ),
        (
            "title: Fix\nx = 1\n",
            "x",
            &[
                "1:6+1 TOML separates a key from its value with `=`, not `:` | write `title = \"Fix\"`",
            ],
        ),
        (
            "title = \"Fix\nx = 1\n",
            "x",
            &["1:9+4 the text that begins here is not closed with `\"` | write `title = \"Fix\"`"],
        ),
        (
            "title = 'it's'\ny = 2\n",
            "y",
            &[
                "1:13+1 there is more on the line after the value | a text in single quotes cannot have a `'` in it: put it in double quotes",
            ],
        ),
        (
            "a = [1,\n2\nb = 3\n",
            "b",
            &["1:5+1 the list that begins here is not closed | close it with `]`"],
        ),
        (
            "a = [\n 1,\n x,\n]\nb = 2",
            "b",
            &["3:2+1 a text must stand in quotes | write `\"x\"`"],
        ),
        (
            "[meta\na = 1\n[x]\nb = 1",
            "x",
            &["1:1+5 the table's header is not closed | write it as `[meta]`"],
        ),
        (
            "tags = [\"a\" \"b\"]\n",
            "",
            &["1:13+1 a comma is missing between two items of the list | write `[\"a\", \"b\"]`"],
        ),
        (
            "tags = [a, b]\n",
            "",
            &["1:9+1 a text must stand in quotes | write `\"a\"`"],
        ),
        (
            "draft = True\n",
            "",
            &[
                "1:9+4 `True` is not a value in TOML | write `true` in lower case, or `\"True\"` for text",
            ],
        ),
        (
            "draft = yes\n",
            "",
            &[
                "1:9+3 `yes` is not a value in TOML | write `true` in lower case, or `\"yes\"` for text",
            ],
        ),
        (
            "v = 1.2.3\n",
            "",
            &[
                "1:5+5 `1.2.3` is neither a number nor text in quotes | for text, use quotes: `v = \"1.2.3\"`",
            ],
        ),
        (
            "title = “Fix”\n",
            "",
            &["1:9+5 typographic quotes do not enclose a text in TOML | write `title = \"Fix\"`"],
        ),
        (
            "a = \n",
            "",
            &[
                "1:1+3 `a` has no value | give it one, such as `\"\"` or `[]`, or leave the line out",
            ],
        ),
        (
            "just words\nb = 1\n",
            "b",
            &["1:1+10 this line is not a `key = value` | -"],
        ),
        ("a == 1\n", "", &["1:4+1 there is a `=` too many | -"]),
        (
            "x = 007\n",
            "",
            &["1:5+1 a number cannot begin with 0 | for text, use quotes: `x = \"007\"`"],
        ),
        (
            "p = \"C:\\Users\"\nd = nope\n[q]\nz = Z\n",
            "q",
            &[
                "1:10+1 a backslash in double quotes begins an escape such as `\\n` | use single quotes, or write `\\\\` for a backslash itself",
                "2:5+4 `nope` is neither a number nor text in quotes | for text, use quotes: `d = \"nope\"`",
                "4:5+1 a text must stand in quotes | write `z = \"Z\"`",
            ],
        ),
        (
            "a = \"\"\"x\nb = 1\n",
            "b",
            &["1:5+3 the text that begins here is not closed | close it with `\"\"\"`"],
        ),
        (
            "a = {b = 1\nc = 2\n",
            "c",
            &["1:5+1 the table that begins here is not closed | close it with `}`"],
        ),
        (
            "a b = 1\n",
            "",
            &[
                "1:1+3 a key of more than letters, digits, `-` and `_` must stand in quotes | write `\"a b\" = 1`",
            ],
        ),
        (
            "é = \"ü\"\r\ny = x\r\n",
            "",
            &[
                "1:1+1 a key of more than letters, digits, `-` and `_` must stand in quotes | write `\"é\" = \"ü\"`",
                "2:5+1 a text must stand in quotes | write `y = \"x\"`",
            ],
        ),
        ("a = [1,,2]\n", "", &["1:8+1 there is a comma too many | -"]),
        (
            "a = 2024-02-30\nb = 10:20:99\n",
            "a b",
            &[
                "1:5+10 `2024-02-30` is not a date or time in TOML: expected day between 01 and 29 | put it in quotes to keep it as text: `\"2024-02-30\"`",
                "2:5+8 `10:20:99` is not a date or time in TOML: expected second between 00 and 60 | put it in quotes to keep it as text: `\"10:20:99\"`",
            ],
        ),
    ];
    check(Format::Toml, cases);
}

#[test]
fn toml_keys_that_stand_twice_name_the_first() {
    let cases: &[Case] = &[
        (
            "a = 1\na = 2\n[t]\n[t]\n",
            "a t",
            &[
                "2:1+1 `a` stands twice in the same table | keep one of the two | 1:1 it stands here first",
                "4:2+1 `t` stands twice in the same table | keep one of the two | 3:1 it stands here first",
            ],
        ),
        (
            "a.b = 1\na = 2\n",
            "a",
            &[
                "2:1+1 `a` stands twice in the same table | keep one of the two | 1:1 it stands here first",
            ],
        ),
        (
            "x = {a = 1, a = 2}\n",
            "x",
            &[
                "1:13+1 `a` stands twice in the same table | keep one of the two | 1:6 it stands here first",
            ],
        ),
        (
            "[[x]]\n[x]\n",
            "x",
            &[
                "2:2+1 `x` stands twice in the same table | keep one of the two | 1:1 it stands here first",
            ],
        ),
        (
            "x = 1\n[x]\n",
            "x",
            &[
                "2:2+1 `x` stands twice in the same table | keep one of the two | 1:1 it stands here first",
            ],
        ),
        (
            "[a]\nx = 1\n[b]\nx = 2\nx = 3\n",
            "a b",
            &[
                "5:1+1 `x` stands twice in the same table | keep one of the two | 4:1 it stands here first",
            ],
        ),
    ];
    check(Format::Toml, cases);
}

#[test]
fn yaml_mistakes_are_told_in_plain_words_and_the_rest_is_read() {
    let cases: &[Case] = &[
        (
            "title: Fix: the thing\nx: 1\n",
            "x",
            &[
                "1:8+14 a value with `: ` in it must stand in quotes | write `title: \"Fix: the thing\"`",
            ],
        ),
        (
            "a:\n\tb: 1\nc: 1\n",
            "c",
            &["2:1+1 a tab in the indentation | YAML is indented with spaces: two for each level"],
        ),
        (
            "a: @x\nb: 1\n",
            "b",
            &["1:4+1 a value cannot begin with `@` unless it stands in quotes | write `a: \"@x\"`"],
        ),
        (
            "a: `x`\n",
            "",
            &[
                "1:4+1 a value cannot begin with a backtick unless it stands in quotes | write `a: \"`x`\"`",
            ],
        ),
        (
            "a: %x\n",
            "",
            &["1:4+1 a value cannot begin with `%` unless it stands in quotes | write `a: \"%x\"`"],
        ),
        (
            "a: *bold*\nb: 1\n",
            "a b",
            &[
                "1:4+6 a value cannot begin with `*` unless it stands in quotes | put the value in quotes: `\"*bold*\"`",
            ],
        ),
        (
            "a: \"x\nb: 1\n",
            "b",
            &["1:4+2 the text that begins here is not closed with `\"` | add `\"` at its end"],
        ),
        (
            "tags: [a, b\nx: 1\n",
            "x",
            &[
                "1:7+1 the list that begins here is not closed | close it with `]` on the same line, or put the value in quotes if it is text",
            ],
        ),
        (
            "a: {b: 1\nc: 2\n",
            "c",
            &[
                "1:4+1 the table that begins here is not closed | close it with `}` on the same line, or put the value in quotes if it is text",
            ],
        ),
        (
            "title: {{ x }}\nb: 1\n",
            "title b",
            &[
                "1:9+1 a key must be plain text | a value that begins with `{{` must stand in quotes",
            ],
        ),
        (
            "a: b\n c: d\n",
            "",
            &[
                "2:2+4 this line is indented further than the line before it, which has a value already | keys of one table begin in the same column",
            ],
        ),
        (
            "a: - b\n",
            "",
            &[
                "1:4+1 a list cannot begin on the line of its key | put each `- item` on a line of its own, or write `[a, b]`",
            ],
        ),
        (
            "a:\n  b: 1\n c: 2\nd: 3\n",
            "d",
            &[
                "3:2+4 this line does not fit the lines before it | keys of one table, and items of one list, begin in the same column",
            ],
        ),
        (
            "a: 'it's'\nb: 2\n",
            "b",
            &[
                "1:8+1 there is more after the closing quote | for a `'` inside single quotes write `''`, or use double quotes",
            ],
        ),
        (
            "title: \"a\"b\n",
            "",
            &[
                "1:11+1 there is more after the closing quote | put the whole value in single quotes, or write `\\\"` for a quote inside",
            ],
        ),
        (
            "title = x\n",
            "",
            &[
                "1:1+9 expected keys and values | YAML separates a key from its value with `: `; write `title: x`",
            ],
        ),
        (
            "title: x\ny = 3\n",
            "title",
            &["2:1+5 YAML separates a key from its value with `: `, not `=` | write `y: 3`"],
        ),
        (
            "a: b\nfoo\nc: d\n",
            "a c",
            &["2:1+3 this line is not a `key: value` | indent it if it belongs to the value above"],
        ),
        (
            "a:b\nc: d\n",
            "",
            &["1:2+1 there must be a space after the colon | write `a: b`"],
        ),
        (
            "url: http://x\nfoo:bar\nb: 1\n",
            "url b",
            &["2:4+1 there must be a space after the colon | write `foo: bar`"],
        ),
        (
            "- a\n- b\n",
            "",
            &["1:1+3 expected keys and values | write one `key: value` on each line"],
        ),
        (
            "a:\n- b\n- c: d: e\n- f\n",
            "a",
            &["3:6+4 a value with `: ` in it must stand in quotes | write `c: \"d: e\"`"],
        ),
        (
            "? [a]\n: b\n",
            "",
            &[
                "1:3+1 a key must be plain text | write `key: value`; put a key with special characters in quotes",
            ],
        ),
        (
            "a: \"\\d\"\n",
            "",
            &[
                "1:5+2 a backslash in double quotes begins an escape such as `\\n` | use single quotes, or write `\\\\` for a backslash itself",
            ],
        ),
        ("a: [x]]\n", "", &["1:7+1 there is a `]` too many | -"]),
        (
            "a: > x\n",
            "",
            &[
                "1:4+1 a value cannot begin with `>` unless it stands in quotes | write `a: \"> x\"`",
            ],
        ),
        (
            "a: ]\nb: 1\n",
            "b",
            &["1:4+1 a value cannot begin with `]` unless it stands in quotes | write `a: \"]\"`"],
        ),
        (
            "é: ü\r\nb: @1\r\n",
            "é",
            &["2:4+1 a value cannot begin with `@` unless it stands in quotes | write `b: \"@1\"`"],
        ),
        (
            "a: 1\n---\nb: 2\n",
            "a",
            &[
                "3:1+1 a second YAML document begins here | keep one document a file: remove the `---` between them",
            ],
        ),
        (
            "a: b: c\nd: e: f\na: 2\n",
            "a",
            &[
                "1:4+4 a value with `: ` in it must stand in quotes | write `a: \"b: c\"`",
                "2:4+4 a value with `: ` in it must stand in quotes | write `d: \"e: f\"`",
            ],
        ),
        (
            "- a\nb: c\n",
            "",
            &[
                "2:1+4 this line does not fit the lines before it | keys of one table, and items of one list, begin in the same column",
            ],
        ),
        (
            "<<: 1\na: 1\n",
            "a",
            &[
                "1:5+1 `<<` merges tables, and this is none | name a table with an alias: `<<: *defaults`",
            ],
        ),
    ];
    check(Format::Yaml, cases);
}

#[test]
fn yaml_keys_that_stand_twice_name_the_first() {
    let cases: &[Case] = &[
        (
            "a: 1\na: 2\nb:\n  c: 1\n  c: 2\n",
            "a b",
            &[
                "2:1+1 `a` stands twice in the same table | keep one of the two | 1:1 it stands here first",
                "5:3+1 `c` stands twice in the same table | keep one of the two | 4:3 it stands here first",
            ],
        ),
        (
            "{a: 1, a: 2}\n",
            "a",
            &[
                "1:8+1 `a` stands twice in the same table | keep one of the two | 1:2 it stands here first",
            ],
        ),
    ];
    check(Format::Yaml, cases);
}

fn value(text: &str, format: Format, key: &str) -> Value {
    let (map, told) = read(text, format);
    assert_eq!(told, [""; 0], "{text:?}");
    map.get(key).cloned().unwrap_or(Value::Null)
}

#[test]
fn yaml_scalars_follow_the_core_schema_but_keep_dates_and_leading_zeros() {
    let text = |text: &str| Value::Text(text.into());
    for (scalar, expected) in [
        ("12", Value::Int(12)),
        ("-0x1f", text("-0x1f")),
        ("0x1f", Value::Int(31)),
        ("0o17", Value::Int(15)),
        ("1.5", Value::Float(1.5)),
        ("1e3", Value::Float(1000.0)),
        ("007", text("007")),
        ("1_000", text("1_000")),
        (".nan", text(".nan")),
        ("12:30", text("12:30")),
        ("true", Value::Bool(true)),
        ("yes", text("yes")),
        ("~", Value::Null),
        ("", Value::Null),
        ("'1'", text("1")),
        ("!!str 12", text("12")),
        ("2020-4-3", text("2020-4-3")),
        ("99999999999999999999", text("99999999999999999999")),
    ] {
        assert_eq!(
            value(&format!("a: {scalar}"), Format::Yaml, "a"),
            expected,
            "{scalar}"
        );
    }
}

#[test]
fn dates_without_quotes_are_dates_in_both_formats() {
    for (text, format) in [
        ("a = 2020-04-03", Format::Toml),
        ("a: 2020-4-3", Format::Yaml),
        ("a: 2020-04-03 10:20:30 +0200", Format::Yaml),
        ("a: 2020-02-30", Format::Yaml),
    ] {
        let source = Source::new(SrcPath::new("a"), text);
        let (entries, _) = parse(&source, 0..text.len(), format, Rule::InvalidConfig);
        assert!(matches!(entries[0].value.kind, Kind::Date(_)), "{text}");
    }
}

#[test]
fn dates_that_toml_refuses_are_left_to_the_reader() {
    let text = "a = 2024-02-30\nb = [2020-4-3]\n";
    let source = Source::new(SrcPath::new("a"), text);
    let document = document(&source, 0..text.len(), Format::Toml, Rule::InvalidConfig);
    assert!(document.diagnostics.is_empty());
    let spans: Vec<&str> = document
        .bad_dates
        .iter()
        .map(|(span, _)| &text[span.clone()])
        .collect();
    assert_eq!(spans, ["2024-02-30", "2020-4-3"]);
}

#[test]
fn numbers_that_fit_nowhere_are_text_as_written() {
    let text = |text: &str| Value::Text(text.into());
    assert_eq!(value("a = nan", Format::Toml, "a"), text("nan"));
    assert_eq!(value("a = -inf", Format::Toml, "a"), text("-inf"));
    assert_eq!(
        value("a = 99999999999999999999", Format::Toml, "a"),
        text("99999999999999999999")
    );
    assert_eq!(value("a = 0x1F", Format::Toml, "a"), Value::Int(31));
}

#[test]
fn spans_are_those_of_the_whole_file() {
    for (text, format) in [
        ("+++\r\nkey = \"välue\"\r\nb = [1, 22]\r\n+++", Format::Toml),
        ("---\r\nkey: \"välue\"\r\nb: [1, 22]\r\n---", Format::Yaml),
    ] {
        let source = Source::new(SrcPath::new("a"), text);
        let range = 5..text.len() - 3;
        let (entries, told) = parse(&source, range, format, Rule::InvalidConfig);
        assert_eq!(told, []);
        assert_eq!(&text[entries[0].key_span.clone()], "key");
        assert_eq!(&text[entries[0].value.span.clone()], "\"välue\"");
        assert_eq!(&text[entries[1].value.span.clone()], "[1, 22]");
        let Kind::List(items) = &entries[1].value.kind else {
            panic!("a list");
        };
        assert_eq!(&text[items[1].span.clone()], "22");
    }
}

#[test]
fn yaml_anchors_and_merge_keys_are_followed() {
    let text = "x: &x {a: 1, b: 2}\ny:\n  <<: *x\n  b: 3\nz: *x\n";
    let y = value(text, Format::Yaml, "y");
    assert_eq!(
        y,
        Value::Map(Map(vec![
            ("b".into(), Value::Int(3)),
            ("a".into(), Value::Int(1)),
        ]))
    );
    assert_eq!(
        value(text, Format::Yaml, "z"),
        value(text, Format::Yaml, "x")
    );
}

#[test]
fn yaml_bombs_do_not_go_off() {
    let mut bomb = String::from("a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n");
    for level in 1..30 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    let (_, told) = read(&bomb, Format::Yaml);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains("far larger than it is written"),
        "{told:?}"
    );

    let mut chain = String::from("a0: &a0 [1]\n");
    for level in 1..400 {
        chain.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    let (_, told) = read(&chain, Format::Yaml);
    assert!(told[0].contains("too deeply"), "{told:?}");
    assert!(read("a: &a [*a]\n", Format::Yaml).1[0].contains("inside the value that it names"));
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
    let deep = "[".repeat(100_000);
    assert_eq!(read(&format!("a = {deep}"), Format::Toml).1.len(), 1);
    assert_eq!(read(&format!("a: {deep}"), Format::Yaml).1.len(), 1);
    let indented: String = (0..500)
        .map(|level| format!("{}a:\n", " ".repeat(level)))
        .collect();
    assert_eq!(read(&indented, Format::Yaml).1.len(), 1);
}

#[test]
fn the_number_of_errors_is_bounded() {
    let many: String = (0..500).map(|n| format!("k{n}: a: b\n")).collect();
    assert_eq!(read(&many, Format::Yaml).1.len(), recover::MOST_ERRORS);
    let many: String = (0..500).map(|n| format!("k{n} = nope\n")).collect();
    assert_eq!(read(&many, Format::Toml).1.len(), recover::MOST_ERRORS);
}

#[test]
fn nothing_at_all_is_an_empty_table() {
    for text in ["", "\n", "# a comment\n"] {
        for format in [Format::Toml, Format::Yaml] {
            assert_eq!(read(text, format), (Map::default(), Vec::new()));
        }
    }
}
