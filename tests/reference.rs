//! The reference article: every line of a published page, in its order.
//!
//! `content/guides/choosing-cache-boundaries` recreates the page whose visible
//! text is in `tests/data/reference-article.txt`. The built page must show
//! every line of it, from front matter alone, and taking any one key of `meta`
//! or `review` away must show, or the check would be worth nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scraper::{ElementRef, Html, Node};

const ARTICLE: &str = "content/guides/choosing-cache-boundaries";

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Text without what may differ between two looks of the same words: case,
/// white space, bullets and colons.
fn normal(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !"•◦▪:|".contains(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The lines of the reference that say something, each with its own words.
fn reference() -> Vec<(String, String)> {
    fs::read_to_string(repository("tests/data/reference-article.txt"))
        .unwrap()
        .lines()
        .map(|line| (line.to_owned(), normal(line)))
        .filter(|(_, normal)| !normal.is_empty())
        .collect()
}

/// Elements that stand in a line of text; every other one begins a new line.
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "cite", "code", "data", "del", "em", "i", "ins", "kbd", "mark", "q",
    "s", "samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr",
];

/// Elements whose content is not shown to readers: a meter's is for browsers
/// that have none.
const UNSEEN: &[&str] = &[
    "head", "meter", "noscript", "progress", "script", "style", "template",
];

/// The lines of text that a page shows, alternative texts among them.
fn shown_lines(html: &str) -> Vec<String> {
    fn walk(element: ElementRef<'_>, preformatted: bool, lines: &mut Vec<String>) {
        let value = element.value();
        let name = value.name();
        let hidden = value.attr("aria-hidden") == Some("true") || value.attr("hidden").is_some();
        if UNSEEN.contains(&name) || hidden {
            return;
        }
        let block = !INLINE.contains(&name);
        if block {
            lines.push(String::new());
        }
        if let (Some(alt), "img") = (value.attr("alt"), name) {
            lines.push(alt.to_owned());
        }
        let preformatted = preformatted || name == "pre";
        for child in element.children() {
            if let Some(child) = ElementRef::wrap(child) {
                walk(child, preformatted, lines);
            } else if let Node::Text(text) = child.value() {
                let mut parts = text.split(|c| preformatted && c == '\n');
                if let (Some(first), Some(last)) = (parts.next(), lines.last_mut()) {
                    last.push_str(first);
                }
                lines.extend(parts.map(str::to_owned));
            }
        }
        if block {
            lines.push(String::new());
        }
    }
    let mut lines = vec![String::new()];
    walk(Html::parse_document(html).root_element(), false, &mut lines);
    lines
        .iter()
        .map(|line| normal(line))
        .filter(|line| !line.is_empty())
        .collect()
}

/// The first line of the reference that a page does not show behind the lines
/// before it. A reference line may be spread over several lines of the page (a
/// name and its value, say), but begins and ends with one of them.
fn first_missing<'r>(reference: &'r [(String, String)], html: &str) -> Option<&'r str> {
    let shown = shown_lines(html);
    let mut at = 0;
    for (line, wanted) in reference {
        match (at..shown.len()).find_map(|from| ends_at(&shown, from, wanted)) {
            Some(end) => at = end,
            None => return Some(line),
        }
    }
    None
}

/// Behind which line a text ends that begins with the line `from`.
fn ends_at(shown: &[String], from: usize, wanted: &str) -> Option<usize> {
    let mut rest = wanted;
    for (at, line) in shown.iter().enumerate().skip(from) {
        rest = rest.strip_prefix(line.as_str())?;
        if rest.is_empty() {
            return Some(at + 1);
        }
    }
    None
}

/// Builds a site with the repository's own configuration from bundles by name;
/// the article's pictures stand in each. Gives the page of each bundle.
fn build(bundles: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let site = tempfile::tempdir().unwrap();
    let root = site.path();
    fs::copy(repository("guidepost.toml"), root.join("guidepost.toml")).unwrap();
    for (name, text) in bundles {
        let folder = root.join("content/guides").join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("index.md"), text).unwrap();
        for entry in fs::read_dir(repository(ARTICLE)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "svg") {
                fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
            }
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .args([
            "build",
            "--no-cache",
            "--now",
            "2026-11-20T12:00:00Z",
            "--root",
        ])
        .arg(root)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    bundles
        .keys()
        .map(|name| {
            let page = root.join("public/guides").join(name).join("index.html");
            (name.clone(), fs::read_to_string(page).unwrap())
        })
        .collect()
}

/// The article's front matter and body.
fn article() -> (toml::Table, String) {
    let text = fs::read_to_string(repository(ARTICLE).join("index.md")).unwrap();
    let (front, body) = text
        .strip_prefix("+++\n")
        .and_then(|rest| rest.split_once("\n+++\n"))
        .unwrap();
    (front.parse().unwrap(), body.to_owned())
}

fn with_front_matter(front: &toml::Table, body: &str) -> String {
    format!("+++\n{front}+++\n{body}")
}

/// Every value below `value`: its path, from the outside in.
fn paths(value: &toml::Value, path: &mut Vec<String>, found: &mut Vec<Vec<String>>) {
    let children: Vec<(String, &toml::Value)> = match value {
        toml::Value::Table(table) => table
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        toml::Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| (index.to_string(), item))
            .collect(),
        _ => return,
    };
    for (key, child) in children {
        path.push(key);
        found.push(path.clone());
        paths(child, path, found);
        path.pop();
    }
}

/// Takes the value at a path out.
fn without(value: &mut toml::Value, path: &[String]) {
    let (key, rest) = path.split_first().unwrap();
    match value {
        toml::Value::Table(table) if rest.is_empty() => {
            table.remove(key).unwrap();
        }
        toml::Value::Table(table) => without(&mut table[key.as_str()], rest),
        toml::Value::Array(items) if rest.is_empty() => {
            items.remove(key.parse().unwrap());
        }
        toml::Value::Array(items) => without(&mut items[key.parse::<usize>().unwrap()], rest),
        _ => unreachable!("a path leads through tables and lists"),
    }
}

#[test]
fn the_page_shows_the_reference_and_every_declared_value_is_needed_for_it() {
    let (front, body) = article();
    let reference = reference();
    assert!(reference.len() > 80, "the reference text was not read");

    let mut values = Vec::new();
    for key in ["meta", "review"] {
        let mut below = Vec::new();
        paths(&front[key], &mut Vec::new(), &mut below);
        values.extend(below.into_iter().map(|path| (key, path)));
    }
    assert!(values.len() > 60, "the front matter was not read");

    // One build for all of them: the article itself, the article read and
    // written again (so that a change is due to what was taken out and not to
    // the way it was written), and one copy for each value without it.
    let mut bundles = BTreeMap::new();
    let source = fs::read_to_string(repository(ARTICLE).join("index.md")).unwrap();
    bundles.insert("article".to_owned(), source);
    bundles.insert("again".to_owned(), with_front_matter(&front, &body));
    for (index, (key, path)) in values.iter().enumerate() {
        let mut copy = front.clone();
        without(&mut copy[*key], path);
        bundles.insert(
            format!("without-{index:03}"),
            with_front_matter(&copy, &body),
        );
    }
    let pages = build(&bundles);

    for name in ["article", "again"] {
        let missing = first_missing(&reference, &pages[name]);
        assert_eq!(
            missing,
            None,
            "the page `{name}` does not show this line in its place; it shows\n{}",
            shown_lines(&pages[name]).join("\n")
        );
    }
    for (index, (key, path)) in values.iter().enumerate() {
        assert!(
            first_missing(&reference, &pages[&format!("without-{index:03}")]).is_some(),
            "the page shows the whole reference without `{key}.{}`",
            path.join(".")
        );
    }
}

#[test]
fn the_article_holds_no_html_and_no_foreign_picture() {
    let (_, body) = article();
    let code_aside: Vec<&str> = body.split("```").step_by(2).collect();
    for text in code_aside {
        assert!(!text.contains('<'), "raw HTML in the article");
        assert!(
            !text.contains("://"),
            "a foreign address in the article's body"
        );
    }
}

#[test]
fn the_check_itself_sees_what_is_missing_and_what_is_out_of_order() {
    let reference: Vec<(String, String)> = ["one", "stack", "python", "code languagepython"]
        .map(|line| (line.to_owned(), normal(line)))
        .into();
    let page = |rows: &str| format!("<h1>One</h1><dl><dt>Stack</dt>{rows}</dl>");
    let whole = page("<dd><ul><li>Python</li></ul></dd><dt>Code language:</dt><dd>python</dd>");
    assert_eq!(first_missing(&reference, &whole), None);
    let without = page("<dt>Code language</dt><dd>python</dd>");
    assert_eq!(
        first_missing(&reference, &without),
        Some("code languagepython")
    );
    let swapped = page("<dt>Code language</dt><dd>python</dd><dd>Python</dd>");
    assert_eq!(
        first_missing(&reference, &swapped),
        Some("code languagepython")
    );
    // A word within another line is not that line.
    let within = page("<dd>Python services</dd><dt>Code language</dt><dd>python</dd>");
    assert_eq!(
        first_missing(&reference, &within),
        Some("code languagepython")
    );
    assert_eq!(
        shown_lines("<pre><code>a\n<span>b</span>c\n</code></pre><img alt='x y'><meter>9</meter>"),
        ["a", "bc", "xy"]
    );
}
