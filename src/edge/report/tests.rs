use super::*;
use crate::ground::paths::SrcPath;
use crate::ground::source::Source;

const TEXT: &str = "first\n\tséé [x](x.md) here\nslast\u{1b}[31m\n\n";

fn sample() -> Vec<Diagnostic> {
    let source = Source::new(SrcPath::new("content/é.md"), TEXT);
    vec![
        Diagnostic::at(Rule::BrokenLink, &source, 18..22, "there is no page `x.md`")
            .help("did you mean `y.md`?"),
        Diagnostic::at(Rule::DuplicateKey, &source, 28..33, "`a` stands twice")
            .related(source.place(0..5), "it stands here first"),
        Diagnostic::at(Rule::UnknownKey, &source, 0..5, "unknown key `a`"),
        Diagnostic::at(Rule::UnknownKey, &source, 6..7, "unknown key `b`"),
        Diagnostic::at(Rule::TitleFromHeading, &source, 45..45, "at the end"),
        Diagnostic::file(
            Rule::UnreadableSource,
            SrcPath::new("content/bad.md"),
            "not UTF-8",
        ),
        Diagnostic::new(Rule::NoBaseUrl, "no base URL"),
    ]
}

fn printed(diagnostics: &[Diagnostic], style: Style) -> String {
    text(diagnostics, &style)
}

#[test]
fn the_plain_form_has_line_carets_help_and_related_places() {
    let expected = "\
content/é.md:2:11: warning[broken-link]: there is no page `x.md`
  2 | \tséé [x](x.md) here
    | \t         ^^^^
  help: did you mean `y.md`?

content/é.md:3:1: error[duplicate-key]: `a` stands twice
  3 | slast\u{fffd}[31m
    | ^^^^^
  content/é.md:1:1: it stands here first
  1 | first
    | ^^^^^

content/bad.md: error[unreadable-source]: not UTF-8

4 notes: unknown-key (2), no-base-url (1), title-from-heading (1); --verbose shows them
";
    assert_eq!(printed(&sample(), Style::default()), expected);
}

#[test]
fn verbose_prints_notes_whole_and_does_not_sum_them_up() {
    let style = Style {
        verbose: true,
        ..Style::default()
    };
    let out = printed(&sample(), style);
    assert!(
        out.contains("content/é.md:2:1: note[unknown-key]: unknown key `b`"),
        "{out}"
    );
    assert!(out.contains("note[no-base-url]: no base URL\n"), "{out}");
    assert!(!out.contains("--verbose"), "{out}");
}

#[test]
fn quiet_prints_errors_only() {
    let style = Style {
        quiet: true,
        ..Style::default()
    };
    let out = printed(&sample(), style);
    let heads: Vec<&str> = out.lines().filter(|line| line.contains('[')).collect();
    assert_eq!(heads.len(), 3, "{out}");
    assert!(!out.contains("warning[") && !out.contains("note"), "{out}");
}

#[test]
fn the_graphical_form_points_at_the_very_columns() {
    let style = Style {
        graphical: true,
        ..Style::default()
    };
    let expected = "\
content/é.md:2:11: warning[broken-link]
  ⚠ there is no page `x.md`
   ╭────
 2 │     séé [x](x.md) here
   ·              ────
   ╰────
  help: did you mean `y.md`?

content/é.md:3:1: error[duplicate-key]
  × `a` stands twice
   ╭────
 3 │ slast\u{fffd}[31m
   · ─────
   ╰────
  ☞ it stands here first
   ╭─[content/é.md:1:1]
 1 │ first
   · ─────
   ╰────

";
    assert_eq!(printed(&sample()[..2], style), expected);
}

#[test]
fn places_without_text_are_drawn_all_the_same() {
    let source = Source::new(SrcPath::new("a.md"), "ab\n\n");
    for graphical in [false, true] {
        let style = Style {
            graphical,
            ..Style::default()
        };
        for at in [2..2, 3..3, 4..9] {
            let found = Diagnostic::at(Rule::BrokenLink, &source, at.clone(), "here");
            let out = printed(&[found], style);
            assert!(out.contains("warning[broken-link]"), "{at:?}: {out}");
        }
    }
}

#[test]
fn a_window_of_a_very_long_line_keeps_the_carets_in_place() {
    let text = format!("{}BAD{}", "x".repeat(500), "y".repeat(500));
    let source = Source::new(SrcPath::new("a.md"), &text);
    let found = Diagnostic::at(Rule::BrokenLink, &source, 500..503, "long");
    let out = printed(&[found], Style::default());
    let mut lines = out.lines();
    assert_eq!(lines.next(), Some("a.md:1:501: warning[broken-link]: long"));
    let (line, carets) = (lines.next().unwrap(), lines.next().unwrap());
    let column = |line: &str, part: &str| line[..line.find(part).unwrap()].chars().count();
    assert_eq!(column(line, "BAD"), column(carets, "^^^"));
}

#[test]
fn nothing_that_a_source_says_steers_the_terminal() {
    let text = "\u{1b}[2J\u{202e}x\u{7}";
    let source = Source::new(SrcPath::new("a\u{1b}.md"), text);
    let found = Diagnostic::at(Rule::BrokenLink, &source, 0..3, text).help(text);
    for graphical in [false, true] {
        let style = Style {
            graphical,
            ..Style::default()
        };
        let out = printed(std::slice::from_ref(&found), style);
        assert!(
            out.chars()
                .all(|c| c == '\n' || !(c.is_control() || is_bidi(c))),
            "{out:?}"
        );
    }
}

#[test]
fn colours_come_only_when_asked_for() {
    for graphical in [false, true] {
        for color in [false, true] {
            let style = Style {
                graphical,
                color,
                ..Style::default()
            };
            let out = printed(&sample()[..1], style);
            assert_eq!(out.contains('\u{1b}'), color, "{out:?}");
        }
    }
}

#[test]
fn counts_are_told_in_words() {
    assert_eq!(
        counts(&sample()).to_string(),
        "2 errors, 1 warning, 4 notes"
    );
    assert_eq!(counts(&sample()[..1]).to_string(), "1 warning");
    assert_eq!(Counts::default().to_string(), "no findings");
    assert_eq!(
        notes(&sample()[2..3]).as_deref(),
        Some("1 note: unknown-key (1); --verbose shows it")
    );
    assert_eq!(notes(&sample()[..1]), None);
}

#[test]
fn json_has_null_for_what_is_not_known() {
    let sample = sample();
    let values = serde_json::to_value(json(&sample)).unwrap();
    let value = |index: usize| values[index].clone();
    assert_eq!(
        value(1),
        serde_json::json!({
            "rule": "duplicate-key",
            "level": "error",
            "message": "`a` stands twice",
            "file": "content/é.md",
            "line": 3,
            "column": 1,
            "length": 5,
            "help": null,
            "related": [{
                "label": "it stands here first",
                "file": "content/é.md",
                "line": 1,
                "column": 1,
                "length": 5,
            }],
        })
    );
    assert_eq!(value(5)["file"], "content/bad.md");
    assert_eq!(value(5)["line"], serde_json::Value::Null);
    assert_eq!(value(6)["file"], serde_json::Value::Null);
}
