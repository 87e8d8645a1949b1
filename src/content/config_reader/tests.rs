use super::*;
use crate::content::config::{MenuItem, MetaRendering, PublishOptions, RawHtml, RuleSetting};
use crate::ground::paths::SrcPath;
use crate::ground::value::Value;

fn themes() -> Vec<&'static str> {
    vec!["InspiredGitHub", "OneHalfDark", "Solarized (dark)"]
}

/// A configuration whose only findings are those expected, each as `rule
/// line:column+length message | help`.
fn config(text: &str, expected: &[&str]) -> Config {
    let source = Source::new(SrcPath::new("guidepost.toml"), text);
    let (config, diagnostics) = read_with(&source, &themes);
    let told: Vec<String> = diagnostics
        .iter()
        .map(|found| {
            let place = found.place.as_ref().expect("every finding has a place");
            let help = found.help.as_deref().unwrap_or("-");
            format!(
                "{} {}:{}+{} {} | {help}",
                found.rule, place.line, place.column, place.length, found.message
            )
        })
        .collect();
    assert_eq!(told, expected, "{text}");
    config
}

#[test]
fn an_empty_file_is_the_default() {
    assert_eq!(config("", &[]), Config::default());
    assert_eq!(config("\u{feff}# nothing\r\n", &[]), Config::default());
}

/// One of everything, none of it as the default has it.
const EVERYTHING: &str = r#"
base-url = "https://example.org/docs"
title = "Runbooks"
description = "How we keep things running"
author = "Platform team"
language = "pt-BR"
time-zone = "Europe/Amsterdam"
site-id = "runbooks"
relative-urls = true
output-style = "file"
paginate-by = 0
noindex = ["meta.flags.needs_review", "draft"]
ignore = ["drafts/", "*.bak"]

[[menu]]
title = "Guides"
url = "/guides/"

[[taxonomies]]
name = "topics"
title = "Subjects"
feed = true
paginate-by = 5

[cascade."/"]
draft = false


[cascade."guides/network"]
weight = 3
topics = "network"
[cascade."guides/network".review]
owner = "Network team"
interval = "1 year"

[cascade.guides]
template = "guide.html"

[markdown]
tables = false
task-lists = false
footnotes = false
strikethrough = false
definition-lists = false
heading-attributes = false
heading-anchors = false
admonitions = false
autolinks = false
smart-punctuation = true
shortcodes = false
figures = false
code-blocks = false
resolve-links = false
drop-repeated-title = false
raw-html = "escape"

[highlight]
enabled = false
light-theme = "OneHalfDark"
dark-theme = "Solarized (dark)"
line-numbers = true

[meta-box]
title = "Facts"
order = ["stack"]
labels = { stack = "Built with", "score.quality" = "Quality" }
hidden = ["payload"]
card = ["score"]
[meta-box.render]
score.quality = "meter"
tools = "chips"

[similar]
title = "See also"
count = 50
taxonomies = 0
meta = 10
words = 1
meta-keys = ["stack"]

[feeds]
site = false
sections = true
limit = 5

[review]
noindex-status = ["rough"]
noindex-overdue = true

[cache]
max-size = 100
remote = "s3://bucket/guidepost"
remote-read-only = true

[publish.live]
to = "s3://bucket/prefix"
endpoint = "https://s3.example.org"
region = "eu-west-1"
max-deletes = 10
keep = 0
keep-assets = 1
compress = true
page-max-age = 0
asset-max-age = 1
fingerprinted-max-age = 2
headers-file = true
redirects-file = true

[publish.pages]
to = "git+https://example.org/site.git"
history = "one-commit"
cname = "guides.example.org"

[rules]
broken-link = "error"
unknown-key = "allow"
title-from-heading = "warning"
template = "error"

[extra]
color = "green"
"#;

#[test]
fn every_key_is_read() {
    let read = config(EVERYTHING, &[]);
    let source = Config::default();
    assert_eq!(
        read.base_url.as_ref().map(|u| u.as_str()),
        Some("https://example.org/docs/")
    );
    assert_eq!(
        (read.title.as_str(), read.author.as_str()),
        ("Runbooks", "Platform team")
    );
    assert_eq!(read.description, "How we keep things running");
    assert_eq!(
        (read.language.as_str(), read.time_zone.as_str()),
        ("pt-BR", "Europe/Amsterdam")
    );
    assert!(read.relative_urls);
    assert_eq!(
        (read.output_style, read.paginate_by),
        (OutputStyle::File, 0)
    );
    assert_eq!(
        read.menu,
        [MenuItem {
            title: "Guides".into(),
            url: "/guides/".into()
        }]
    );
    assert_eq!(read.taxonomies.len(), 1);
    let topics = &read.taxonomies[0];
    assert_eq!(
        (topics.name.as_str(), topics.title.as_str()),
        ("topics", "Subjects")
    );
    assert_eq!((topics.feed, topics.paginate_by), (true, 5));
    let sections: Vec<&str> = read.cascade.iter().map(|c| c.section.as_str()).collect();
    assert_eq!(sections, ["", "guides", "guides/network"]);
    assert_eq!(read.cascade[0].defaults.draft, Some(false));
    let network = &read.cascade[2].defaults;
    assert_eq!(
        (network.weight, &network.review.owner[..]),
        (Some(3), &["Network team".to_owned()][..])
    );
    assert_eq!(network.taxonomies["topics"], ["network"]);
    assert_ne!(read.markdown, source.markdown);
    assert_eq!(read.markdown.raw_html, RawHtml::Escape);
    assert!(read.markdown.smart_punctuation && !read.markdown.tables);
    assert!(!read.highlight.enabled && read.highlight.line_numbers);
    assert_eq!(read.highlight.dark_theme, "Solarized (dark)");
    assert_eq!(read.meta_box.labels["score.quality"], "Quality");
    assert_eq!(read.meta_box.render["score.quality"], MetaRendering::Meter);
    assert_eq!(read.meta_box.hidden, ["payload"]);
    assert_eq!(
        (
            read.similar.count,
            read.similar.taxonomies,
            read.similar.meta
        ),
        (50, 0, 10)
    );
    assert_eq!(
        (read.feeds.site, read.feeds.sections, read.feeds.limit),
        (false, true, 5)
    );
    assert_eq!(read.noindex, ["meta.flags.needs_review", "draft"]);
    assert_eq!(read.review.noindex_status, ["rough"]);
    assert!(read.review.noindex_overdue);
    assert_eq!(read.ignore, ["drafts/", "*.bak"]);
    assert_eq!(read.rules[&Rule::UnknownKey], RuleSetting::Allow);
    assert_eq!(
        read.rules[&Rule::BrokenLink],
        RuleSetting::Level(Level::Error)
    );
    assert_eq!(read.extra.get("color"), Some(&Value::Text("green".into())));
}

#[test]
fn the_list_of_keys_is_the_list_of_keys_that_are_read() {
    let source = Source::new(SrcPath::new("guidepost.toml"), EVERYTHING);
    let (entries, _) = node::parse(
        &source,
        0..EVERYTHING.len(),
        Format::Toml,
        Rule::InvalidConfig,
    );
    for (table, known) in keys::TABLES {
        let inner = |node: &node::Node| match &node.kind {
            node::Kind::Table(inner) => inner.clone(),
            node::Kind::List(items) => match &items[0].kind {
                node::Kind::Table(inner) => inner.clone(),
                _ => panic!("a table"),
            },
            _ => panic!("a table"),
        };
        let named = |name: &str| {
            let entry = entries.iter().find(|entry| entry.key == name);
            inner(&entry.unwrap().value)
        };
        let entries = match *table {
            "" => entries.clone(),
            // A table of targets, which have names of their own.
            "publish" => {
                let targets = named("publish");
                let of_targets = targets.iter().flat_map(|target| inner(&target.value));
                of_targets.collect()
            }
            name => named(name),
        };
        let mut read: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
        let mut known = known.to_vec();
        read.sort_unstable();
        read.dedup();
        known.sort_unstable();
        assert_eq!(read, known, "[{table}]");
    }
}

#[test]
fn unknown_keys_are_errors_with_did_you_mean() {
    config(
        "baseURL = \"https://a.example\"\npaginate_by = 3\ncolour = 1\ncount = 5\n\
         [markdown]\nsmartPunctuation = true\ntitle = \"x\"\n[[menu]]\ntitel = \"x\"\ntitle = \"a\"\nurl = \"/\"\n\
         [similiar]\ncount = 1\n[feeds]\nraw_html = \"allow\"",
        &[
            "unknown-config-key 1:1+7 unknown key `baseURL` | did you mean `base-url`?",
            "unknown-config-key 2:1+11 unknown key `paginate_by` | did you mean `paginate-by`?",
            "unknown-config-key 3:1+6 unknown key `colour` | -",
            "unknown-config-key 4:1+5 unknown key `count` | did you mean `count` in `[similar]`?",
            "unknown-config-key 6:1+16 unknown key `markdown.smartPunctuation` \
             | did you mean `smart-punctuation`?",
            "unknown-config-key 7:1+5 unknown key `markdown.title` \
             | did you mean the top level's `title`? Put it above the first `[table]`",
            "unknown-config-key 9:1+5 unknown key `menu.titel` | did you mean `title`?",
            "unknown-config-key 12:2+8 unknown key `similiar` | did you mean `similar`?",
            "unknown-config-key 15:1+8 unknown key `feeds.raw_html` \
             | did you mean `raw-html` in `[markdown]`?",
        ],
    );
}

#[test]
fn values_of_the_wrong_type_are_errors_with_an_example() {
    config(
        "title = 2024\nrelative-urls = \"true\"\npaginate-by = \"30\"\nmenu = \"x\"\nmarkdown = 1\n\
         noindex = 5\n[meta-box]\norder = [1]\nlabels = { a = 1 }\n[rules]\nbroken-link = true",
        &[
            "invalid-config 1:9+4 `title` must be text, not a whole number \
             | write it as `title = \"Guides\"`",
            "invalid-config 2:17+6 `relative-urls` must be `true` or `false`, not text \
             | write it as `relative-urls = true`",
            "invalid-config 3:15+4 `paginate-by` must be a whole number, not text \
             | write it as `paginate-by = 30`",
            "invalid-config 4:8+3 `menu` must be a list of tables, not text \
             | write `[[menu]]` and the keys of one table below it, once for each",
            "invalid-config 5:12+1 `markdown` must be a table, not a whole number \
             | write a line `[markdown]` and its keys below it",
            "invalid-config 6:11+1 `noindex` must be a list of texts, not a whole number \
             | write it as `noindex = [\"meta.flags.needs_review\"]`",
            "invalid-config 8:10+1 `meta-box.order` must be a list of texts; this item is a whole \
             number | write it as `order = [\"stack\", \"tools\"]`",
            "invalid-config 9:16+1 `meta-box.labels.a` must be text, not a whole number \
             | write it as `a = \"Words for readers\"`",
            "invalid-config 11:15+4 `rules.broken-link` must be `\"allow\"`, `\"note\"`, \
             `\"warning\"` or `\"error\"`, not a boolean | -",
        ],
    );
}

#[test]
fn values_are_checked() {
    let read = config(
        "base-url = \"example.org\"\nlanguage = \"en_US\"\ntime-zone = \"Europe/Amsterdm\"\n\
         output-style = \"cleen\"\npaginate-by = 10001\ntitle = \" \"\n\
         [highlight]\nlight-theme = \"InspiredGithb\"\n\
         [similar]\ncount = 51\nwords = 11\nmeta = -1\n\
         [markdown]\nraw-html = \"sanitise\"",
        &[
            "invalid-config 1:12+13 `base-url` must start with `https://` or `http://` \
             | write it as `base-url = \"https://example.org/\"`",
            "invalid-config 2:12+7 `language` must be a language tag, and `en_US` is none \
             | a language tag looks like `en`, `nl` or `pt-BR`, with a hyphen",
            "invalid-config 3:13+17 there is no time zone `Europe/Amsterdm` \
             | did you mean `Europe/Amsterdam`?",
            "invalid-config 4:16+7 `output-style` must be `\"clean\"` or `\"file\"`, not `\"cleen\"` \
             | did you mean `clean`?",
            "invalid-config 5:15+5 `paginate-by` must be from 0 to 10000, not 10001 | -",
            "invalid-config 6:9+3 `title` is empty | write it as `title = \"Guides\"`",
            "invalid-config 8:15+15 there is no theme `InspiredGithb` | did you mean `InspiredGitHub`?",
            "invalid-config 10:9+2 `similar.count` must be from 0 to 50, not 51 | -",
            "invalid-config 11:9+2 `similar.words` must be from 0 to 10, not 11 | -",
            "invalid-config 12:8+2 `similar.meta` must be from 0 to 10, not -1 | -",
            "invalid-config 14:12+10 `markdown.raw-html` must be `\"sanitize\"`, `\"allow\"` or \
             `\"escape\"`, not `\"sanitise\"` | did you mean `sanitize`?",
        ],
    );
    assert_eq!(read, Config::default());
}

#[test]
fn a_city_is_enough_to_suggest_its_zone() {
    config(
        "time-zone = \"New York\"",
        &[
            "invalid-config 1:13+10 there is no time zone `New York` | did you mean `America/New_York`?",
        ],
    );
    config(
        "time-zone = \"Mars\"",
        &["invalid-config 1:13+6 there is no time zone `Mars` \
           | a time zone has a name such as `UTC` or `Europe/Amsterdam`"],
    );
}

#[test]
fn an_unlike_theme_gets_the_list() {
    config(
        "[highlight]\ndark-theme = \"x\"",
        &["invalid-config 2:14+3 there is no theme `x` \
           | the themes are InspiredGitHub, OneHalfDark, Solarized (dark)"],
    );
}

#[test]
fn menus_need_words_and_a_target() {
    let read = config(
        "[[menu]]\ntitle = \"a\"\n[[menu]]\nurl = \"guides\"\n[[menu]]\ntitle = \"b\"\n\
         url = \"javascript:x\"\n[[menu]]\ntitle = \"c\"\nurl = \"https://a.example/\"",
        &[
            "invalid-config 1:1+8 the link's `url` is missing | add `url = \"/guides/\"`",
            "invalid-config 3:1+8 the link's `title` is missing | add `title = \"Guides\"`",
            "invalid-config 4:7+8 `menu.url` must be a path within the site or a URL, and `guides` \
             is neither | begin a path with `/`, and a URL with `https://`, `http://` or `mailto:`",
            "invalid-config 7:7+14 `menu.url` must be a path within the site or a URL, and \
             `javascript:x` is neither | begin a path with `/`, and a URL with `https://`, \
             `http://` or `mailto:`",
        ],
    );
    assert_eq!(read.menu.len(), 1);
}

#[test]
fn taxonomies_have_a_name_that_can_stand_in_addresses() {
    let segment = "use letters, digits, `-`, `_` and `.`; `title` is what readers see";
    let read = config(
        "[[taxonomies]]\ntitle = \"x\"\n[[taxonomies]]\nname = \"a/b\"\n[[taxonomies]]\nname = \"my tags\"\n\
         [[taxonomies]]\nname = \"draft\"\n[[taxonomies]]\nname = \"page\"\n[[taxonomies]]\nname = \"tags\"\n\
         [[taxonomies]]\nname = \"Tags\"\n[[taxonomies]]\nname = \"..\"",
        &[
            "invalid-config 1:1+14 the taxonomy's `name` is missing | add `name = \"tags\"`",
            &format!(
                "invalid-config 4:8+5 a taxonomy's name is part of addresses, and `a/b` cannot be | {segment}"
            ),
            &format!(
                "invalid-config 6:8+9 a taxonomy's name is part of addresses, and `my tags` cannot be | {segment}"
            ),
            "invalid-config 8:8+7 `draft` has a meaning of its own and cannot name a taxonomy | -",
            "invalid-config 10:8+6 `page` has a meaning of its own and cannot name a taxonomy | -",
            "invalid-config 14:8+6 two taxonomies are called `Tags` | -",
            &format!(
                "invalid-config 16:8+4 a taxonomy's name is part of addresses, and `..` cannot be | {segment}"
            ),
        ],
    );
    assert_eq!(read.taxonomies.len(), 1);
    assert_eq!(config("taxonomies = []", &[]).taxonomies, []);
}

#[test]
fn defaults_of_a_section_are_front_matter_with_unknown_keys_as_errors() {
    config(
        "[cascade.guides]\ntitle = \"x\"\nweight = \"3\"\nwieght = 3\nfoo = 1\nowner = \"a\"\n\
         date = 2024-02-30\n[cascade.\"/guides/\"]\n[cascade.\"../x\"]\n[cascade.a]\nallow = [\"nope\"]",
        &[
            "invalid-config 2:1+5 `title` cannot be a default for a whole section \
             | set it in the front matter of one page",
            "invalid-config 3:10+3 `weight` must be a whole number, not text | write it as `weight = 10`",
            "unknown-config-key 4:1+6 unknown key `wieght`; it has no effect | did you mean `weight`?",
            "unknown-config-key 5:1+3 unknown key `foo` | put free values for templates below `extra`",
            "unknown-config-key 6:1+5 `owner` has no effect at this level \
             | did you mean `review.owner`? Put `owner` below a line `[review]`",
            "impossible-date 7:8+10 `date` is no date of the calendar: `2024-02-30` \
             | February 2024 has 29 days",
            "invalid-config 8:10+10 the section `guides` has defaults already \
             | name a section such as `[cascade.\"guides/network\"]`",
            "invalid-config 9:10+6 `../x` is no folder of the content \
             | name a section such as `[cascade.\"guides/network\"]`",
            "unknown-rule 11:10+6 there is no rule `nope` | -",
        ],
    );
}

#[test]
fn cascades_know_the_zone_and_the_taxonomies_wherever_they_stand() {
    let read = config(
        "[cascade.a]\ndate = 2020-07-01\ntopics = [\"x\"]\n[[taxonomies]]\nname = \"topics\"\n",
        &[],
    );
    assert_eq!(read.cascade[0].defaults.taxonomies["topics"], ["x"]);
    let read = config(
        "time-zone = \"Europe/Amsterdam\"\n[cascade.a]\ndate = 2020-07-01\n",
        &[],
    );
    let date = read.cascade[0].defaults.date.unwrap();
    assert_eq!(date.rfc3339(), "2020-07-01T00:00:00+02:00");
}

#[test]
fn errors_cannot_be_made_less_and_unknown_rules_are_named() {
    let read = config(
        "[rules]\npermalink-clash = \"warning\"\nunsafe-path = \"allow\"\nbrokn-link = \"note\"\n\
         broken-link = \"ignore\"\ntemplate = \"error\"",
        &[
            "invalid-config 2:19+9 `permalink-clash` is an error and cannot be anything less \
             | a site with such a mistake cannot be built; warnings and notes can be set",
            "invalid-config 3:15+7 `unsafe-path` is an error and cannot be anything less \
             | a site with such a mistake cannot be built; warnings and notes can be set",
            "unknown-config-key 4:1+10 there is no rule `brokn-link` | did you mean `broken-link`?",
            "invalid-config 5:15+8 `rules.broken-link` must be `\"allow\"`, `\"note\"`, \
             `\"warning\"` or `\"error\"`, not `\"ignore\"` | -",
        ],
    );
    assert_eq!(read.rules.len(), 1);
}

#[test]
fn noindex_names_front_matter() {
    let read = config(
        "noindex = [\"meta.flags.x\", \"flags.x\", \"mata.x\", \"meta..x\"]",
        &[
            "invalid-config 1:28+9 `flags.x` is no path of front matter | did you mean `meta.flags.x`?",
            "invalid-config 1:39+8 `mata.x` is no path of front matter | did you mean `meta.x`?",
            "invalid-config 1:49+9 `meta..x` is no path of front matter | put a name on each side of a dot",
        ],
    );
    assert_eq!(read.noindex, ["meta.flags.x"]);
}

#[test]
fn syntax_errors_and_others_are_reported_in_one_go() {
    config(
        "title = Guides\nlanguage = \"x\"\n[markdown]\ntables = yes\ntables2 = true\n[feeds]\nlimit = 1\nlimit = 2",
        &[
            "invalid-config 1:9+6 a text must stand in quotes | write `title = \"Guides\"`",
            "invalid-config 2:12+3 `language` must be a language tag, and `x` is none \
             | a language tag looks like `en`, `nl` or `pt-BR`, with a hyphen",
            "invalid-config 4:10+3 `yes` is not a value in TOML \
             | write `true` in lower case, or `\"yes\"` for text",
            "unknown-config-key 5:1+7 unknown key `markdown.tables2` | did you mean `tables`?",
            "duplicate-key 8:1+5 `limit` stands twice in the same table | keep one of the two",
        ],
    );
}

#[test]
fn the_repositorys_own_themes_are_asked_only_where_one_is_named() {
    let source = Source::new(
        SrcPath::new("guidepost.toml"),
        "[highlight]\nline-numbers = true",
    );
    let asked = || -> Vec<&'static str> { panic!("nobody named a theme") };
    assert_eq!(read_with(&source, &asked).1, []);
}

#[test]
fn no_text_whatever_is_a_panic() {
    for (at, _) in EVERYTHING.char_indices().step_by(5) {
        for insert in [
            "", "\"", "'", "[", "{", "=", "é", "\n", "\\", "#", ".", "\"\"\"",
        ] {
            let text = format!("{}{insert}{}", &EVERYTHING[..at], &EVERYTHING[at + 1..]);
            let source = Source::new(SrcPath::new("guidepost.toml"), &text);
            read_with(&source, &themes);
        }
    }
}

#[test]
fn patterns_of_ignored_paths_are_checked() {
    let read = config(
        "ignore = [\"a/\", \"[z-a]\"]",
        &[
            "invalid-config 1:17+7 `ignore` has a pattern that cannot be read: invalid range; 'z' > 'a' | patterns are written as in `.gitignore`, such as `drafts/` or `*.bak`",
        ],
    );
    assert_eq!(read.ignore, ["a/"]);
}

#[test]
fn the_default_themes_exist() {
    let themes = highlight::theme_names();
    let options = Config::default().highlight;
    for theme in [&options.light_theme, &options.dark_theme] {
        assert!(
            themes.contains(&theme.as_str()),
            "{theme} is not among {themes:?}"
        );
    }
}

#[test]
fn a_target_is_read_and_has_defaults() {
    let read = config(EVERYTHING, &[]);
    let live = &read.publish["live"];
    assert_eq!((live.max_deletes, live.keep, live.keep_assets), (10, 0, 1));
    assert!(live.compress && live.headers_file && live.redirects_file);
    assert_eq!(read.site_id.as_deref(), Some("runbooks"));
    let read = config("[publish.a]\nto = \"../live\"", &[]);
    let expected = PublishOptions {
        to: "../live".into(),
        ..PublishOptions::default()
    };
    assert_eq!(read.publish["a"], expected);
    for to in [
        "gs://bucket",
        "az://container/x",
        "abfss://container@account.dfs.core.windows.net/x",
        "https://bucket.s3.eu-west-1.amazonaws.com",
        "https://0123.r2.cloudflarestorage.com/bucket",
    ] {
        config(&format!("[publish.a]\nto = \"{to}\""), &[]);
    }
}

#[test]
fn credentials_in_a_target_are_refused_and_never_repeated() {
    for (key, value) in [
        ("to", "s3://AKIA:hunter2@bucket/x"),
        ("to", "s3://hunter2@bucket"),
        ("to", "https://b.s3.amazonaws.com/?X-Amz-Signature=hunter2"),
        ("to", "az://container?sig=hunter2"),
        ("to", "abfss://c:hunter2@account.dfs.core.windows.net/"),
        ("to", "ftp://hunter2.example.org/"),
        ("endpoint", "https://a:hunter2@s3.example.org"),
        ("secret-access-key", "hunter2"),
    ] {
        let text = format!("[publish.live]\n{key} = \"{value}\"");
        let source = Source::new(SrcPath::new("guidepost.toml"), &text);
        let (read, found) = read(&source);
        assert!(!found.is_empty(), "{value}");
        assert!(found.iter().all(|found| found.level == Level::Error));
        assert!(
            !format!("{found:?}{read:?}").contains("hunter2"),
            "{found:?}"
        );
    }
    config(
        "[publish.live]\nto = \"x\"\nmax_deletes = 3\n[publish.b]\nkeep = 1",
        &[
            "unknown-config-key 3:1+11 unknown key `publish.max_deletes` | did you mean `max-deletes`?",
            "invalid-config 4:10+1 `publish.b` does not say where `to` \
             | add `to = \"s3://bucket/prefix\"`, or the path of a folder",
        ],
    );
}
