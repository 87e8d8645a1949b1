//! Highlighting seen from outside: what spans stand in the markup of real and
//! of hostile code.
//!
//! The markup of all fenced code of a corpus is measured by
//! `GUIDEPOST_CORPORA=path cargo test --test highlight -- --ignored --nocapture`,
//! where `path` is a folder of Markdown files, at any depth.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use guidepost::content::highlight::{HighlightBlock, Highlighted, Kind, LONGEST_LINE, Plain};
use guidepost::ground::step::Step as _;
use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

fn highlight(language: &str, code: &str) -> Highlighted {
    HighlightBlock { language, code }.run().html(code)
}

/// The text that a reader sees, and the spans as (class, text).
fn read(html: &str) -> (String, Vec<(String, String)>) {
    let unescape = |text: &str| {
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    };
    let mut text = String::new();
    let mut spans = Vec::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once("<span class=") {
        text += &unescape(before);
        let (class, after) = after.split_once('>').expect("a tag ends");
        let (inner, after) = after.split_once("</span>").expect("a span ends");
        text += &unescape(inner);
        spans.push((class.to_owned(), unescape(inner)));
        rest = after;
    }
    (text + &unescape(rest), spans)
}

/// Checks what must hold of the markup of any code.
fn check(code: &str, html: &str) {
    let (text, spans) = read(html);
    assert_eq!(text, code);
    for (class, inner) in &spans {
        assert!(
            Kind::ALL.iter().any(|kind| kind.class() == class),
            "{class}"
        );
        assert!(!inner.contains('\n'), "crosses a line break: {inner:?}");
        assert_eq!(inner.trim(), inner, "white space at an end");
        assert!(!inner.is_empty());
        assert!(!inner.contains('<') || !inner.contains("<span"), "{inner}");
    }
}

/// The fenced blocks of all Markdown files below a folder: info string and code.
fn fenced_blocks(folder: &Path) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.expect("the corpus can be read");
        if entry
            .path()
            .extension()
            .is_none_or(|extension| extension != "md")
        {
            continue;
        }
        let text = std::fs::read_to_string(entry.path()).expect("the file can be read");
        let mut open: Option<(String, String)> = None;
        for event in Parser::new(&text) {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let language = info.split_whitespace().next().unwrap_or("");
                    open = Some((language.to_owned(), String::new()));
                }
                Event::Text(text) => {
                    if let Some((_, code)) = &mut open {
                        code.push_str(&text);
                    }
                }
                Event::End(TagEnd::CodeBlock) => blocks.extend(open.take()),
                _ => {}
            }
        }
    }
    blocks
}

/// Checks all blocks and returns bytes of code and of markup.
fn measure(blocks: &[(String, String)]) -> (usize, usize) {
    let mut bytes = (0, 0);
    for (language, code) in blocks {
        let highlighted = highlight(language, code);
        check(code, &highlighted.html);
        let unknown = matches!(highlighted.plain, Some(Plain::UnknownLanguage(_)));
        assert!(!unknown, "unknown language {language}");
        assert_ne!(highlighted.plain, Some(Plain::TooLong), "{code}");
        bytes.0 += code.len();
        bytes.1 += highlighted.html.len();
    }
    bytes
}

#[test]
fn markup_of_real_code_is_compact_and_shows_exactly_the_code() {
    let blocks = fenced_blocks(Path::new("tests/corpora"));
    assert!(blocks.len() >= 20, "{}", blocks.len());
    let (code, html) = measure(&blocks);
    assert!(
        html <= 4 * code,
        "{html} bytes of markup for {code} of code"
    );
}

#[test]
#[ignore = "needs a corpus: GUIDEPOST_CORPORA=path"]
fn markup_of_a_whole_corpus() {
    let path = std::env::var("GUIDEPOST_CORPORA").expect("GUIDEPOST_CORPORA names a folder");
    let blocks = fenced_blocks(Path::new(&path));
    let started = Instant::now();
    let (code, html) = measure(&blocks);
    println!(
        "{} blocks, {code} bytes of code, {html} of markup: {:.2} times, {:?}",
        blocks.len(),
        html as f64 / code as f64,
        started.elapsed()
    );
    assert!(html <= 4 * code);
}

const SAMPLES: &[(&str, &str)] = &[
    (
        "bash",
        "# restart\nfor n in $(oc get nodes -o name); do\n  ssh \"$n\" -- systemctl restart 'kubelet' > /dev/null 2>&1\ndone\nif [ -f /etc/x ]; then echo \"hi ${USER:-me}\"; fi\n",
    ),
    (
        "console",
        "$ oc get pods \\\n    -n web\nNAME  it's 3\n# reboot\n$ cat <<EOF\nhi\nEOF\ndone\n",
    ),
    (
        "shell",
        "$ kubectl get nodes -o wide\nNAME don't\n\n# a comment\n$ exit\n",
    ),
    (
        "json",
        "{\"a\": 1, \"list\": [true, null, \"x\\n\"]} // note\n",
    ),
    (
        "yaml",
        "kind: Pod # c\nmetadata:\n  name: \"x\"\n  labels: {app: web}\nitems:\n  - plain text\n  - ok: true\nrun: |\n  echo hi\n",
    ),
    ("toml", "[package.x]\nname = \"x\" # c\nn = 3\n"),
    (
        "python",
        "@cache\ndef f(a, b=1):\n    \"\"\"Doc.\"\"\"\n    return f\"{a} x\" + str(None)\n",
    ),
    (
        "rust",
        "#[derive(Debug)]\npub fn main() -> Result<(), Error> {\n    println!(\"{}\\n\", 5u8); // end\n}\n",
    ),
    (
        "ts",
        "const x: number = 1;\nexport function f(a: string): void { return `a${x}`; }\n",
    ),
    (
        "html",
        "<!-- c --><a href=\"x\">a &amp; b</a>\n<script>let x = 1;</script>\n",
    ),
    ("css", "/* c */\na:hover, .b { color: #fff; margin: 2px }\n"),
    ("sql", "SELECT count(*) FROM t WHERE a = 'x' -- c\n"),
    (
        "go",
        "func main() {\n\tx := \"a\"\n\tfmt.Println(x, 3, nil)\n}\n",
    ),
    (
        "diff",
        "--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n-old\n+new\n same\n",
    ),
    ("ini", "[Unit]\nDescription=Web server\n; c\n"),
    (
        "dockerfile",
        "FROM debian:12 AS build\nRUN apt-get update && echo \"x\"\n",
    ),
    (
        "powershell",
        "Get-Service -Name \"x\" | Where-Object { $_.Status -eq 'Running' } # c\n",
    ),
    (
        "nginx",
        "server {\n  listen 80;\n  location / { proxy_pass http://x; }\n}\n",
    ),
    (
        "hcl",
        "resource \"aws_instance\" \"x\" {\n  ami = \"abc\" # c\n  count = 2\n}\n",
    ),
    (
        "promql",
        "# slow\nsum by (job) (rate(http_total{code=~\"5..\"}[5m])) > 0.5 and up == 1\n",
    ),
    ("markdown", "# Title\n\n**b** *e* `c` [l](u)\n\n> q\n"),
    ("c", "#define N 1\nint main(void) { return N + 'a'; }\n"),
];

#[test]
fn kinds_of_samples() {
    for (language, code) in SAMPLES {
        let highlighted = highlight(language, code);
        assert_eq!(highlighted.plain, None, "{language}");
        check(code, &highlighted.html);
        // ‹class text› is easier on the eye than markup.
        let mut readable = String::new();
        for part in highlighted.html.split_inclusive("</span>") {
            let part = part.replace("<span class=", "‹").replace("</span>", "›");
            let part = match part.find('‹') {
                Some(at) => part[..at].to_owned() + &part[at..].replacen('>', " ", 1),
                None => part,
            };
            let part = part.replace("&lt;", "<").replace("&gt;", ">");
            let _ = write!(readable, "{}", part.replace("&amp;", "&"));
        }
        insta::assert_snapshot!(format!("kinds_{language}"), readable);
    }
}

#[test]
fn code_without_a_final_line_break_gains_none() {
    for language in ["bash", "console", "promql", "yaml", "text", "rust"] {
        for code in ["", "a", "$ a", "a\n\n", "\n", "  ", "é # x", "a\r\nb"] {
            check(code, &highlight(language, code).html);
        }
    }
}

#[test]
fn what_is_not_highlighted_says_why() {
    let plain = |language| highlight(language, "a < b").plain;
    assert_eq!(plain(""), Some(Plain::Asked));
    assert_eq!(plain("text"), Some(Plain::Asked));
    let meant = Some(Plain::UnknownLanguage(Some("yaml".into())));
    assert_eq!(plain("yamll"), meant);
    assert_eq!(plain("qqqqqq"), Some(Plain::UnknownLanguage(None)));
    assert_eq!(highlight("qqqqqq", "a < b").html, "a &lt; b");
}

/// Lines that grammars find hard, by themselves and in great numbers.
#[test]
fn hostile_code_never_stalls() {
    let hard = [
        "a",
        " ",
        "\t",
        "`",
        "~",
        "(",
        "[",
        "{",
        "<",
        "\"",
        "'",
        "\\",
        "a-",
        "a.",
        "a::b",
        "$(",
        "${",
        "((",
        "/*",
        "*a",
        "<a ",
        "a=",
        "%",
        "\"\\",
        "- ",
        "a:",
        "http://a.",
        "[a](",
        "{{",
        "é",
    ];
    let languages = [
        "bash",
        "console",
        "yaml",
        "json",
        "ini",
        "scss",
        "markdown",
        "python",
        "js",
        "lua",
        "cpp",
        "powershell",
        "html",
        "promql",
    ];
    let mut worst = (Duration::ZERO, String::new());
    for language in languages {
        // Not the compiling of the grammar's expressions.
        highlight(language, "a = b\n");
        for unit in hard {
            for (length, lines) in [(100_000, 1), (LONGEST_LINE, 1), (400, 20)] {
                let line = unit.repeat(length / unit.len()) + "\n";
                let code = line.repeat(lines);
                let started = Instant::now();
                let highlighted = highlight(language, &code);
                let took = started.elapsed();
                check(&code, &highlighted.html);
                if length > LONGEST_LINE {
                    assert_eq!(highlighted.plain, Some(Plain::TooLong));
                }
                if took > worst.0 {
                    worst = (
                        took,
                        format!("{language}: {lines} lines of {length} {unit:?}"),
                    );
                }
            }
        }
    }
    // Twenty times what was seen, so that a busy machine does not fail the test.
    assert!(worst.0 < Duration::from_secs(3), "{worst:?}");
    println!("worst: {worst:?}");
}

#[test]
fn deep_nesting_and_many_lines_are_read() {
    let nested = "{\"a\": [".repeat(150) + &"]}".repeat(150);
    check(&nested, &highlight("json", &nested).html);
    let lines = "if (a) { b(\"c\"); } // d\n".repeat(5_000);
    let highlighted = highlight("js", &lines);
    assert_eq!(highlighted.plain, None);
    check(&lines, &highlighted.html);
}
