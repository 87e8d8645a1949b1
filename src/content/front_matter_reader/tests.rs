use super::*;
use crate::ground::paths::SrcPath;

const TAXONOMIES: &[&str] = &["tags", "categories"];

fn head(text: &str) -> Head {
    let source = Source::new(SrcPath::new("content/a.md"), text);
    read(&source, TAXONOMIES, &TimeZone::UTC)
}

/// Every finding as `rule line:column+length message | help`.
fn told(text: &str) -> Vec<String> {
    head(text).diagnostics.iter().map(tell).collect()
}

fn tell(found: &Diagnostic) -> String {
    let place = found.place.as_ref().expect("every finding has a place");
    let help = found.help.as_ref().map_or(String::new(), |help| format!(" | {help}"));
    format!(
        "{} {}:{}+{} {}{help}",
        found.rule, place.line, place.column, place.length, found.message
    )
}
#[test]
fn scratch() {
  for t in ["+++\ntitle = 2024\ndate = 2024-02-30\nupdated = 2020-4-3\nexpires=2024-13-01\n[review]\nlast_reviewed = 2023-02-29\ninterval = \"often\"\n[meta]\nbuilt = 2024-02-31\ndraft = true\ntags=[\"a\"]\ntitle=\"x\"\nstatus=\"y\"\nversion=1.10\n+++\nbody",
   "---\ntitle: 1.10\ntitel: x\ndraf: true\nwieght: 3\nowner: me\nlast-reviewed: 2020-01-01\nlastReviewed: x\nlayout: post\ntype: docs\nfoo: [1]\nTitle: x\nstatus: ok\ntags: a, b , a\ncategories: [x, 2024, true]\nkeywords: k\nauthor: Doe, Jane\nlastmod: 2020-4-3\nsummary: sum\ndate: 2020-01-02 10:00\nreview:\n  owner: [a, b]\n  version: 1.10\n  last_reviewed: 2020-02-30\n  intervall: 6 months\n  title: x\n  foo: bar\nmeta:\n  v: 1.10\n  w: 2.5\n  d: 2020-02-30\n  n: .inf\nallow: [broken-link, brokn-image, permalink-clash]\n---\nbody",
   "---\nslug: a/b\npath: ../x\naliases: [/ok/, \"a\\\\b\", ../../x, \"https://a/b\"]\nweight: '10'\ndraft: \"true\"\ntitle: [a]\nmeta: x\ndescription: {a: b}\ntemplate: 3\nexpires: soon\ntags: {a: b}\nreview: x\nextra: 1\n---\n",
   "---\nslug: ..\n---\n", "---\nslug: \"a\\0b\"\ndraft: yes\n---\n", "+++\ntitle = 'x'\n\nText", "+++\ntitle = 'x'\n---\ntext\n", "---\ntitle: x\nfoo: y\n\nText\n", "---\n\nText\n", "---\nText\n---\nmore", "---\n---\nx", "\u{feff}\r\n\r\n---  \r\ntitle: x\r\n...\r\nbody\r\n", "", "---", "+++", "# x", "---\ntitle = \"x\"\n---\n", "+++\ntitle: x\n+++\n", "---\ntitle: x\n", "+++\n+++", "---\n# comment\n---\nbody", "---\ntitle: x\ntitle: y\n---\n", "---\ndate: 2020-04-03T10:20:30+02:00\nupdated: \"2020-4-3\"\nexpires: 2020/5/6\n---\n", "+++\ndate = 2020-04-03T10:20:30Z\n[taxonomies]\ntags=[\"a\"]\nseries=[\"s\"]\ncategores=\"x\"\n[extra]\na=1\ndraft=true\n[params]\nb=2\n+++\n","---\nallow: unknown-key\nauthors: [{name: A}, B]\nurl: /x/\ntags:\n---\n", "+++\ntitle = \"a < b\"\n[meta.flags]\nx = 1\n+++", "---\nmeta:\n  review:\n    owner: x\n---\n","---\ntitle: {{ page.x }}\ndate: {{ .Date }}\n---\n"] {
    let h = head(t); println!("--- {t:?}\n  body {:?} {:?}", &t[h.body.clone()], h.body); println!("  {:?}", h.front); for d in h.diagnostics.iter().map(tell) { println!("  ! {d}"); }
  }
}
