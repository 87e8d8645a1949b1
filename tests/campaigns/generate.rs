//! The site with which a series of edits begins.

use std::collections::BTreeMap;

use super::chance::Chance;
use super::model::{Flags, Model, Taxonomy};
use super::page::{Form, Page, join, quoted};
use super::words;

/// The instant at which sites are first built.
pub const NOW: &str = "2026-06-15T12:00:00Z";

/// Folders of guides, some of which have an index.
const FOLDERS: [(&str, bool); 6] = [
    ("", true),
    ("guides", true),
    ("guides/power", true),
    ("howto", true),
    ("notes", false),
    ("archive/2019", false),
];

const TAGS: [&str; 8] = [
    "cooling",
    "Power",
    "network",
    "C++",
    "hand tools",
    "water",
    "storage",
    "Électrique",
];

/// A site of about `count` pages.
pub fn site(seed: u64, count: usize) -> Model {
    let mut chance = Chance::new(seed);
    let mut model = Model {
        // One site in five has no content folder.
        content: if seed % 5 == 4 { "" } else { "content/" },
        pages: Vec::new(),
        files: BTreeMap::new(),
        links: BTreeMap::new(),
        shared: BTreeMap::new(),
        config: config(seed),
        taxonomies: taxonomies(),
        wounds: Vec::new(),
        flags: Flags {
            now: NOW.into(),
            base_url: None,
            drafts: false,
            future: false,
            strict: false,
        },
    };
    for (folder, indexed) in FOLDERS {
        if indexed {
            let mut section = Page::new(folder, "", Form::Section);
            section.title = Some(format!("Section {}", words::noun(&mut chance)));
            section.body.push(words::paragraph(&mut chance));
            model.pages.push(section);
        }
    }
    for number in 0..count.saturating_sub(6) {
        add_guide(&mut model, &mut chance, &format!("guide-{number:02}"));
    }
    let last = model.pages.len();
    for at in 0..last {
        if model.pages[at].form != Form::Section && chance.below(3) > 0 {
            let link = link(&model, &mut chance);
            model.pages[at].body.extend(link);
        }
    }
    model.pages.push(super::edits::solo());
    model.files.extend(theme());
    let mut register = Page::new("", "register", Form::Leaf);
    register.title = Some("Register".into());
    register
        .keys
        .insert("template".into(), quoted("register.html"));
    model.pages.push(register);
    files(&mut model, &mut chance);
    model
}

/// The taxonomies with which a site begins.
pub fn taxonomies() -> Vec<Taxonomy> {
    let taxonomy = |name: &str| Taxonomy {
        name: name.into(),
        title: None,
        feed: name == "tags",
        paginate_by: 5,
    };
    ["tags", "categories"].map(taxonomy).to_vec()
}

/// The configuration with which a site begins.
pub fn config(seed: u64) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut top = BTreeMap::new();
    top.insert("title".to_owned(), quoted(&format!("Workshop {seed}")));
    top.insert(
        "base-url".to_owned(),
        quoted("https://guides.example/docs/"),
    );
    top.insert("paginate-by".to_owned(), "6".to_owned());
    let mut feeds = BTreeMap::new();
    feeds.insert("sections".to_owned(), "true".to_owned());
    feeds.insert("limit".to_owned(), "8".to_owned());
    BTreeMap::from([(String::new(), top), ("feeds".to_owned(), feeds)])
}

/// Adds a guide with a bit of everything.
pub fn add_guide(model: &mut Model, chance: &mut Chance, stem: &str) -> usize {
    let folder = FOLDERS[chance.below(FOLDERS.len())].0;
    let name = model.free_name(folder, stem);
    let form = if chance.one_in(4) {
        Form::Bundle
    } else {
        Form::Leaf
    };
    let mut page = Page::new(folder, &name, form);
    page.yaml = chance.one_in(3);
    let title = words::title(chance);
    if chance.one_in(6) {
        page.body.push(format!("# {title}"));
    } else {
        page.title = Some(title);
    }
    if chance.below(3) > 0 {
        page.keys.insert("date".into(), date(chance, 2019));
    }
    if chance.one_in(5) {
        let words = words::sentence(chance);
        page.keys.insert("description".into(), quoted(&words));
    }
    if chance.one_in(6) {
        let weight = chance.below(9).to_string();
        page.keys.insert("weight".into(), weight);
    }
    if chance.one_in(8) {
        page.keys.insert("draft".into(), "true".into());
    }
    for _ in 0..chance.below(3) {
        let tag = chance.of(&TAGS).to_owned();
        if !page.tags.contains(&tag) {
            page.tags.push(tag);
        }
    }
    if chance.one_in(5) {
        page.tags.push(format!("only-{stem}"));
    }
    if chance.one_in(5) {
        let category = quoted(&words::noun(chance));
        page.keys
            .insert("categories".into(), format!("[{category}]"));
    }
    if chance.one_in(6) {
        page.aliases.push(format!("/old/{name}/"));
    }
    if chance.one_in(2) {
        let tools = format!(
            "[{}, {}]",
            quoted(&words::noun(chance)),
            quoted(&words::noun(chance))
        );
        page.meta.insert("tools".into(), tools);
        page.meta.insert("time".into(), quoted("20 minutes"));
    }
    if chance.one_in(3) {
        page.review
            .insert("owner".into(), quoted(&words::noun(chance)));
        page.review
            .insert("last_reviewed".into(), date(chance, 2024));
        page.review.insert("interval".into(), quoted("1 year"));
    }
    body(&mut page, chance);
    if form == Form::Bundle {
        let picture = words::picture(chance, 40, 30);
        let path = format!("{}{}/plan.png", model.content, join(folder, &name));
        model.files.insert(path, picture);
        page.body.push("![The plan](plan.png \"As built\")".into());
    }
    model.pages.push(page);
    model.pages.len() - 1
}

fn body(page: &mut Page, chance: &mut Chance) {
    page.body.push(words::paragraph(chance));
    for _ in 0..=chance.below(3) {
        page.body
            .push(format!("## Check the {}", words::noun(chance)));
        page.body.push(words::paragraph(chance));
        match chance.below(7) {
            0 | 1 => page.body.push(words::code(chance)),
            2 => page.body.push(format!(
                "> [!{}]\n> {}",
                chance.of(&["WARNING", "NOTE", "DANGER"]),
                words::sentence(chance)
            )),
            3 => page.body.push(format!(
                "{{{{<gauge label={} value={{{}}} />}}}}",
                quoted(&words::noun(chance)),
                chance.below(9) + 1
            )),
            4 => page.body.push("![The rig](/img/rig.png)".into()),
            5 => page.body.push(format!(
                "| Part | Number |\n|---|---:|\n| {} | {} |",
                words::noun(chance),
                chance.below(90)
            )),
            _ => page.body.push(format!(
                "1. {}\n2. {}",
                words::sentence(chance),
                words::sentence(chance)
            )),
        }
    }
}

/// A date as a literal that TOML and YAML have in common.
pub fn date(chance: &mut Chance, from: usize) -> String {
    format!(
        "{}-{:02}-{:02}",
        from + chance.below(2026 - from),
        chance.below(12) + 1,
        chance.below(28) + 1
    )
}

/// A sentence with a link to some page, with an anchor where it has one.
pub fn link(model: &Model, chance: &mut Chance) -> Option<String> {
    let target = &model.pages[model.guide(chance)?];
    let anchor = target
        .body
        .iter()
        .find_map(|block| block.strip_prefix("## "))
        .filter(|_| chance.one_in(2))
        .map(|heading| format!("#{}", heading.to_lowercase().replace(' ', "-")))
        .unwrap_or_default();
    Some(format!("See [this](@/{}{anchor}) first.", target.path()))
}

/// A footer that shows what the theme does not.
pub const FOOTER: &str = "<footer>{% include \"partials/own.html\" %}
<p>{{ site.title }}, {{ site.description }}, {{ site.author }}, {{ site.language }}, {{ site.base_url }}, {{ site.feed }}, {{ site.home }}, {{ site.extra.hotline | default(value=\"\") }}</p>
<p>{% for link in site.taxonomies %}<a href=\"{{ link.href }}\">{{ link.title }}</a> {% endfor %}</p>
<p>{{ page.kind }}, {{ page.path }}, {{ page.permalink }}, {{ page.source }}, {{ page.feed }}, {{ page.draft }}, {{ page.noindex }}, {{ page.words }}, {{ page.content_hash }}, {{ page.extra.colour | default(value=\"\") }}, {{ page.has_description }}, {{ page.description }}</p>
</footer>
";

/// A component that guides use.
pub const GAUGE: &str = "{% component gauge(label: string, value: number) %}<p class=\"gauge\">{{ label }}: {{ value }} Nm</p>{% endcomponent gauge %}\n";

/// Templates, a component and a hook of the site's own.
pub fn theme() -> BTreeMap<String, Vec<u8>> {
    [
        (
            "templates/register.html",
            "{% extends \"base.html\" %}\n{% block main %}<h1>{{ page.title }}</h1>\n<ul>\n{% for guide in site.guides %}<li>{{ guide.title }} {% for part in data.parts %}{{ part.name }} {% endfor %}</li>\n{% endfor %}</ul>\n{{ page.content | safe }}{% endblock main %}\n",
        ),
        ("templates/partials/footer.html", FOOTER),
        (
            "templates/plain.html",
            "{% extends \"base.html\" %}\n{% block main %}<h1>{{ page.title }}</h1>{{ page.content | safe }}{% endblock main %}\n",
        ),
        ("templates/partials/own.html", "<p>Edition 100</p>\n"),
        ("templates/components/gauge.html", GAUGE),
        (
            "templates/hooks/link.html",
            "<a class=\"own-100\" href=\"{{ href }}\">{{ content | safe }}</a>",
        ),
    ]
    .map(|(path, text)| (path.to_owned(), text.into()))
    .into()
}

fn files(model: &mut Model, chance: &mut Chance) {
    let rig = words::picture(chance, 64, 48);
    model.files.insert("static/img/rig.png".into(), rig);
    let logo = words::picture(chance, 64, 48);
    model.files.insert("static/img/logo.png".into(), logo);
    model
        .files
        .insert("static/notes.txt".into(), b"Keep dry.\n".to_vec());
    model.files.insert(
        "data/parts.csv".into(),
        b"name,price\nF-100,20\nF-200,30\n".to_vec(),
    );
    model
        .shared
        .insert("shared/one.txt".into(), b"shared one\n".to_vec());
    model
        .shared
        .insert("shared/two.txt".into(), b"shared two\n".to_vec());
    model
        .links
        .insert("static/linked.txt".into(), "shared/one.txt".into());
}
