//! Builds of small sites: what is written, what is kept, what is refused.

mod support;

use std::fs;

use guidepost::content::config::BaseUrl;
use guidepost::edge::build::{BuildError, build};
use guidepost::ground::rule::{Level, Rule};
use support::{Site, findings, tree};

const SMALL: &str = r#"
--- file: guidepost.toml
title = "Workshop"
base-url = "https://guides.example.org/docs"
[[taxonomies]]
name = "tags"
feed = true
--- file: content/_index.md
+++
title = "Workshop"
+++
Welcome.
--- file: content/fans/replace.md
+++
title = "Replace a fan"
date = 2026-01-02
aliases = ["/old/fan/"]
[taxonomies]
tags = ["fans", "C++"]
+++
See [the other](clean.md#how) and ![a fan](fan.png "The fan").

## Steps
--- file: content/fans/clean.md
+++
title = "Clean a fan"
date = 2026-01-03
[taxonomies]
tags = ["Fans"]
+++
## How
Gently. See [the replacement](@/fans/replace.md).
--- file: content/fans/fan.png
not really a picture
--- file: content/pump/index.md
+++
title = "Pump"
slug = "water-pump"
+++
![plan](plan.svg)
--- file: content/pump/plan.svg
<svg xmlns="http://www.w3.org/2000/svg"/>
--- file: static/img/logo.txt
logo
"#;

#[test]
fn a_small_site_has_every_page_and_file() {
    let site = Site::new(SMALL);
    let report = site.build_well();
    assert_eq!(findings(&report), Vec::<String>::new());
    for path in [
        "index.html",
        "fans/index.html",
        "fans/replace/index.html",
        "fans/clean/index.html",
        "fans/fan.png",
        "water-pump/index.html",
        "water-pump/plan.svg",
        "old/fan/index.html",
        "tags/index.html",
        "tags/fans/index.html",
        "tags/fans/atom.xml",
        "tags/c-plus-plus/index.html",
        "img/logo.txt",
        "404.html",
        "robots.txt",
        "sitemap.xml",
        "atom.xml",
    ] {
        assert!(site.has(path), "{path} is missing");
    }
    let page = site.page("fans/replace/index.html");
    assert!(page.contains("href=\"/docs/fans/clean/#how\""), "{page}");
    assert!(page.contains("src=\"/docs/fans/fan.png\""));
    assert!(
        site.page("fans/clean/index.html").contains("Replace a fan"),
        "backlink"
    );
    assert!(
        site.page("old/fan/index.html")
            .contains("/docs/fans/replace/")
    );
    let map = site.page("sitemap.xml");
    assert!(map.contains("<loc>https://guides.example.org/docs/fans/clean/</loc>"));
    assert!(map.contains("<lastmod>2026-01-03</lastmod>"));
}

#[test]
fn a_second_build_writes_nothing() {
    let site = Site::new(SMALL);
    let first = site.build_well();
    let before = site.tree();
    let second = site.build_well();
    assert_eq!(second.written.written, []);
    assert_eq!(second.written.deleted, []);
    assert_eq!(second.written.unchanged, first.written.written.len());
    assert_eq!(site.tree(), before);
}

#[test]
fn what_is_no_longer_planned_is_deleted_and_nothing_else() {
    let site = Site::new(SMALL);
    site.build_well();
    site.write("public/notes.txt", b"mine");
    site.remove("content/fans/clean.md");
    site.add("--- file: content/fans/replace.md\n# Replace a fan\n");
    site.build_well();
    assert!(!site.has("fans/clean/index.html"));
    assert!(!site.has("fans/clean"), "an empty folder is left");
    assert!(
        !site.has("fans/fan.png"),
        "a file that nobody refers to any more"
    );
    assert_eq!(fs::read(site.out().join("notes.txt")).unwrap(), b"mine");
    let clean = Site::new("");
    clean.add(SMALL);
    clean.remove("content/fans/clean.md");
    clean.add("--- file: content/fans/replace.md\n# Replace a fan\n");
    clean.build_well();
    let mut tree = site.tree();
    tree.remove("notes.txt");
    assert_eq!(tree, clean.tree());
}

#[test]
fn a_build_that_fails_changes_nothing() {
    let site = Site::new(SMALL);
    site.build_well();
    let before = site.tree();
    site.add("--- file: content/fans/clean.md\n+++\ntitle = \n+++\n");
    site.add("--- file: content/fans/replace.md\n+++\ndate = \"2026-02-30\"\n+++\n");
    let report = site.build();
    assert!(report.failed);
    let errors: Vec<&Rule> = report
        .diagnostics
        .iter()
        .filter(|f| f.level == Level::Error)
        .map(|found| &found.rule)
        .collect();
    assert_eq!(
        errors,
        [&Rule::InvalidFrontMatter, &Rule::ImpossibleDate],
        "all errors, not the first"
    );
    assert_eq!(site.tree(), before);
}

#[test]
fn a_failed_first_build_leaves_no_folder() {
    let site = Site::new("--- file: content/a.md\n+++\ntitle = 1 2\n+++\n");
    assert!(site.build().failed);
    assert!(!site.out().exists());
}

#[test]
fn somebody_elses_file_is_never_overwritten() {
    let site = Site::new(SMALL);
    site.write("public/fans/index.html", b"mine");
    let report = site.build();
    assert!(report.failed);
    assert_eq!(findings(&report), ["error[foreign-output]"]);
    assert_eq!(site.page("fans/index.html"), "mine");
    assert!(!site.has("index.html"));
    // The same bytes are no quarrel.
    let other = Site::new(SMALL);
    other.build_well();
    site.write(
        "public/fans/index.html",
        other.page("fans/index.html").as_bytes(),
    );
    site.build_well();
}

#[test]
fn lost_manifests_delete_nothing_and_say_what_is_left() {
    let site = Site::new(SMALL);
    site.build_well();
    fs::remove_dir_all(site.root().join(".guidepost")).unwrap();
    site.remove("content/fans/clean.md");
    site.add("--- file: content/fans/replace.md\n# Replace\n");
    let report = site.build_well();
    assert!(site.has("fans/clean/index.html"));
    let unplanned: Vec<_> = report
        .diagnostics
        .iter()
        .filter(|f| f.rule == Rule::UnplannedOutput)
        .collect();
    assert!(
        unplanned
            .iter()
            .any(|found| found.message.contains("fans/clean/index.html")),
        "{unplanned:#?}"
    );
}

#[test]
fn a_page_that_gives_way_to_a_folder_and_back() {
    let site = Site::new("--- file: content/a.md\n+++\npath = \"x.html\"\n+++\n# A\n");
    site.build_well();
    site.add("--- file: content/a.md\n+++\npath = \"x.html/y\"\n+++\n# A\n");
    site.build_well();
    assert!(site.has("x.html/y/index.html"));
    site.add("--- file: content/a.md\n+++\npath = \"x.html\"\n+++\n# A\n");
    site.build_well();
    assert!(site.out().join("x.html").is_file());
}

#[test]
fn two_builds_of_one_site_exclude_each_other() {
    let site = Site::new(SMALL);
    site.build_well();
    let lock = guidepost::ground::fs::try_lock(&site.root().join(".guidepost/lock")).unwrap();
    assert!(matches!(site.try_build(), Err(BuildError::Busy(_))));
    drop(lock);
    site.build_well();
}

#[test]
fn bytes_do_not_depend_on_threads_or_on_where_the_site_lies() {
    let build_with = |threads: usize| {
        let site = Site::new(SMALL);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| site.build_well());
        site.tree()
    };
    let one = build_with(1);
    assert_eq!(one, build_with(2));
    assert_eq!(one, build_with(8));
}

#[test]
fn bytes_do_not_depend_on_time_zone_locale_or_working_folder() {
    let site = Site::new(SMALL);
    let mut trees = Vec::new();
    for (index, (zone, language, folder)) in [
        ("UTC", "C", "/"),
        ("Asia/Tokyo", "de_DE.UTF-8", "/tmp"),
        ("America/St_Johns", "tr_TR.UTF-8", "/"),
    ]
    .into_iter()
    .enumerate()
    {
        let out = site.root().join(format!("out{index}"));
        let status = std::process::Command::new(env!("CARGO_BIN_EXE_guidepost"))
            .current_dir(folder)
            .env("TZ", zone)
            .env("LANG", language)
            .env("LC_ALL", language)
            .args(["build", "--quiet", "--now", support::NOW, "--root"])
            .arg(site.root())
            .arg("--out")
            .arg(&out)
            .arg("--jobs")
            .arg((index + 1).to_string())
            .status()
            .unwrap();
        assert!(status.success());
        trees.push(tree(&out));
    }
    assert_eq!(trees[0], trees[1]);
    assert_eq!(trees[0], trees[2]);
}

#[test]
fn drafts_and_the_future_are_shown_when_asked_for_and_never_indexed() {
    let site = Site::new(SMALL);
    site.add(
        "--- file: content/fans/draft.md\n+++\ntitle = \"D\"\ndraft = true\n+++\n--- file: content/fans/later.md\n+++\ntitle = \"L\"\ndate = 2026-07-01\n+++\n",
    );
    site.build_well();
    assert!(!site.has("fans/draft/index.html") && !site.has("fans/later/index.html"));
    let mut options = site.options();
    (options.drafts, options.future) = (true, true);
    build(&options, &|_, _| {}).unwrap();
    for page in ["fans/draft", "fans/later"] {
        let html = site.page(&format!("{page}/index.html"));
        assert!(html.contains("noindex"), "{page}");
        assert!(!site.page("sitemap.xml").contains(page), "{page}");
        assert!(!site.page("atom.xml").contains(page), "{page}");
    }
}

#[test]
fn a_base_url_on_the_command_line_replaces_the_configured_one() {
    let site = Site::new(SMALL);
    let mut options = site.options();
    options.base_url = Some(BaseUrl::new("https://other.example/").unwrap());
    build(&options, &|_, _| {}).unwrap();
    assert!(
        site.page("sitemap.xml")
            .contains("https://other.example/fans/")
    );
    assert!(
        site.page("fans/replace/index.html")
            .contains("href=\"/fans/clean/#how\"")
    );
}

#[test]
fn a_folder_of_markdown_needs_no_configuration() {
    let site = Site::new(
        "--- file: README.md\n# My notes\n[Fan](hardware/fan.md), [scheme](plans/a.txt)\n--- file: hardware/fan.md\n# Fan\n--- file: plans/a.txt\nplan\n--- file: plans/b.txt\nnot named\n--- file: .hidden/x.md\n# X\n--- file: fan.md~\n# Y\n--- file: ignored/z.md\n# Z\n--- file: .gitignore\nignored/\n",
    );
    let report = site.build_well();
    assert!(
        report
            .diagnostics
            .iter()
            .all(|found| found.level == Level::Note),
        "{:#?}",
        report.diagnostics
    );
    assert!(site.has("hardware/fan/index.html") && site.has("plans/a.txt"));
    assert!(!site.has("plans/b.txt") && !site.has(".hidden") && !site.has("ignored"));
    assert!(site.page("index.html").contains("href=\"/hardware/fan/\""));
    // The output lies in the content folder and is no content.
    site.build_well();
    assert!(!site.has("public"));
}

#[test]
fn relative_urls_name_files() {
    let site = Site::new(SMALL);
    let config = fs::read_to_string(site.root().join("guidepost.toml")).unwrap();
    site.write(
        "guidepost.toml",
        config
            .replacen("title", "relative-urls = true\ntitle", 1)
            .as_bytes(),
    );
    site.build_well();
    let page = site.page("fans/replace/index.html");
    assert!(page.contains("href=\"../clean/index.html#how\""), "{page}");
    assert!(page.contains("src=\"../fan.png\""));
    assert!(!page.contains("href=\"/"), "{page}");
}

#[test]
fn data_files_reach_the_templates_that_name_them() {
    let site = Site::new(SMALL);
    site.add(
        "--- file: data/torque.toml\nM6 = 9\n--- file: data/parts.csv\nname,count\nbolt,4\n--- file: templates/special.html\n{{ data.torque.M6 }} Nm, {{ data.parts[0].count }} bolts, {{ site.guides | length }} guides\n--- file: content/fans/clean.md\n+++\ntitle = \"Clean\"\ntemplate = \"special.html\"\n+++\n## How\n",
    );
    site.build_well();
    assert_eq!(
        site.page("fans/clean/index.html").trim(),
        "9 Nm, 4 bolts, 3 guides"
    );
}

#[test]
fn a_guide_beside_a_folder_of_its_name_is_the_page_of_that_section() {
    let site = Site::new(
        "--- file: content/fans.md\n# All about fans\n[clean](fans/clean.md)\n--- file: content/fans/clean.md\n# Clean a fan\n",
    );
    site.build_well();
    let page = site.page("fans/index.html");
    assert!(
        page.contains("All about fans") && page.contains("href=\"/fans/clean/\""),
        "{page}"
    );
}

#[test]
fn sources_that_cannot_be_read_are_all_named() {
    let site = Site::new("--- file: content/a.md\n# A\n");
    site.write("content/latin.md", b"caf\xe9\n");
    site.write("content/wide.md", b"\xff\xfea\0");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        symlink("..", site.root().join("content/loop")).unwrap();
        symlink("nowhere", site.root().join("content/dangling.md")).unwrap();
        let pipe = site.root().join("content/pipe.md");
        assert!(
            std::process::Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
    }
    let report = site.build();
    let errors: Vec<String> = findings(&report)
        .into_iter()
        .filter(|found| found.starts_with("error"))
        .collect();
    #[cfg(unix)]
    assert_eq!(
        errors,
        [
            "error[unreadable-source] content/dangling.md:0:0",
            "error[unreadable-source] content/latin.md:1:4",
            "error[unreadable-source] content/loop:0:0",
            "error[unreadable-source] content/pipe.md:0:0",
            "error[unreadable-source] content/wide.md:1:1",
        ]
    );
    #[cfg(not(unix))]
    assert_eq!(errors.len(), 2);
}
