//! Inputs with everything, with nothing, and with evil in every text.

use guidepost::content::config::{MetaBoxOptions, MetaRendering};
use guidepost::content::markdown::surroundings::{ShortcodeAnswer, ShortcodeCall};
use guidepost::ground::value::{Map, Value};
use guidepost::render::inputs::{
    DateInput, ItemInput, LinkInput, ListInput, PageInput, ReviewInput, SimilarInput, SiteInput,
    TermsInput, TocInput,
};
use guidepost::render::meta_box;
use guidepost::render::templates::{Templates, site_value, value_of};
use tera::Context;

/// Text that must never arrive as it is.
pub const EVIL: &str = "<i>evil\"'</i>";

/// A page to render.
pub struct Sample {
    pub name: &'static str,
    pub template: &'static str,
    pub context: Context,
}

fn sample(
    name: &'static str,
    template: &'static str,
    site: &SiteInput,
    page: &PageInput,
    more: &[(&'static str, tera::Value)],
) -> Sample {
    let mut context = Context::new();
    context.insert_value("site", site_value(site, None));
    context.insert("page", page);
    for (key, value) in more {
        context.insert_value(*key, value.clone());
    }
    Sample {
        name,
        template,
        context,
    }
}

fn link(title: &str, href: &str) -> LinkInput {
    LinkInput {
        title: title.into(),
        href: href.into(),
        current: false,
    }
}

fn date(iso: &str, long: &str) -> Option<DateInput> {
    Some(DateInput {
        iso: iso.into(),
        long: long.into(),
        rfc3339: format!("{iso}T00:00:00Z"),
    })
}

fn entry(id: &str, title: &str, children: Vec<TocInput>) -> TocInput {
    TocInput {
        id: id.into(),
        title: title.into(),
        level: 2,
        children,
    }
}

fn site() -> SiteInput {
    SiteInput {
        title: "Rack & Rail".into(),
        description: "How we service what must not stop.".into(),
        language: "en-GB".into(),
        author: "The night shift".into(),
        base_url: "https://example.org/".into(),
        home: "home.html".into(),
        menu: vec![
            LinkInput {
                current: true,
                ..link("Guides", "section.html")
            },
            link("Hardware", "section.html"),
            link("Services", "term.html"),
        ],
        taxonomies: vec![
            link("Tags", "taxonomy.html"),
            link("Categories", "taxonomy.html"),
        ],
        feed: "/feed.xml".into(),
        extra: Map::default(),
        style: "guidepost.css".into(),
        script: "guidepost.js".into(),
        icon: "favicon.svg".into(),
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| text(item)).collect())
}

fn map(entries: &[(&str, Value)]) -> Map {
    Map(entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect())
}

fn meta() -> Map {
    let scores = [
        ("quality", 83),
        ("freshness", 76),
        ("depth", 89),
        ("clarity", 95),
    ];
    let scores: Vec<_> = scores
        .iter()
        .map(|(key, n)| (*key, Value::Int(*n)))
        .collect();
    let entity =
        |name: &str, kind: &str| Value::Map(map(&[("name", text(name)), ("type", text(kind))]));
    map(&[
        ("topic", text("choosing cache boundaries / python services")),
        (
            "summary",
            text(
                "This summary explains how to choose cache boundaries in python services, with emphasis on measurement, safe defaults, rollback planning and documentation.",
            ),
        ),
        ("stack", list(&["python services", "backend", "python"])),
        (
            "tools",
            list(&["fastapi", "pytest", "uvicorn", "ruff", "git", "logs"]),
        ),
        ("difficulty", text("intermediate")),
        ("score", Value::Map(map(&scores))),
        ("reference", text("anp-ref-002120-7925")),
        ("hash", text("97e1f637fe48864bcadb1015")),
        (
            "flags",
            Value::Map(map(&[
                ("has_images", Value::Int(1)),
                ("needs_human_review", Value::Int(0)),
            ])),
        ),
        (
            "entities",
            Value::List(vec![
                entity("python services", "stack"),
                entity("backend", "area"),
            ]),
        ),
        (
            "source",
            text(
                "https://images.unsplash.com/photo-1555949963-aa79dcee981c?auto=format&fit=crop&w=1200&q=80",
            ),
        ),
        (
            "payload",
            Value::Map(map(&[
                ("seed", Value::Int(2120)),
                ("generator", text("anp content synthesizer")),
            ])),
        ),
        (
            "notes",
            list(&[
                "sanitized meta is shown as a list in the box",
                "the view count is synthetic",
            ]),
        ),
    ])
}

fn options() -> MetaBoxOptions {
    let mut options = MetaBoxOptions::default();
    for (key, rendering) in [
        ("score", MetaRendering::Meter),
        ("flags", MetaRendering::Badge),
        ("difficulty", MetaRendering::Badge),
        ("stack", MetaRendering::Chips),
        ("tools", MetaRendering::Chips),
        ("payload", MetaRendering::Collapsed),
    ] {
        options.render.insert(key.into(), rendering);
    }
    options
}

fn article() -> PageInput {
    let meta = meta();
    let review = map(&[("status", text("drafted")), ("version", text("1.0.5"))]);
    PageInput {
        kind: "guide".into(),
        title: "Replace a fan & keep the rack running".into(),
        title_id: "replace-a-fan".into(),
        description: "Swap a failed fan module in a running rack without losing airflow for more than a minute.".into(),
        has_description: true,
        path: "/guides/replace-fan/".into(),
        permalink: "https://example.org/guides/replace-fan/".into(),
        source: "content/guides/replace-fan.md".into(),
        noindex: true,
        draft: true,
        breadcrumbs: vec![link("Home", "home.html"), link("Hardware", "section.html")],
        content: include_str!("body.html").into(),
        toc: vec![
            entry("why-this-matters", "Why this matters", vec![]),
            entry(
                "do-it",
                "Swap the module",
                vec![
                    entry("stop", "Stop the fan", vec![entry("check", "Check the tacho line", vec![])]),
                    entry("after", "Watch the temperature for ten minutes afterwards", vec![]),
                ],
            ),
            entry("console", "Check from the console", vec![]),
            entry("final-notes", "Final notes", vec![]),
        ],
        authors: vec!["A. Mechanic".into(), "B. Writer".into()],
        date: date("2018-10-16", "16 October 2018"),
        updated: date("2019-02-01", "1 February 2019"),
        expires: date("2030-01-01", "1 January 2030"),
        words: 1400,
        reading_minutes: 7,
        taxonomies: vec![
            TermsInput {
                name: "tags".into(),
                title: "Tags".into(),
                terms: vec![link("fans", "term.html"), link("hot swap", "term.html"), link("C++", "term.html")],
            },
            TermsInput::default(),
        ],
        review: Some(ReviewInput {
            owner: vec!["platform team".into()],
            status: "drafted".into(),
            version: "1.0.5".into(),
            last_reviewed: date("2018-10-16", "16 October 2018"),
            interval: "6 months".into(),
            due: date("2019-04-16", "16 April 2019"),
            state: "overdue".into(),
        }),
        meta_box: meta_box::box_html(&meta, &review, &options()),
        meta_box_title: "About this guide".into(),
        meta_card: meta_box::card_html(&meta, &review, &options()),
        content_hash: "97e1f637fe48864bcadb1015".into(),
        meta,
        extra: Map::default(),
        previous: Some(link("Replace a power supply", "article-calm.html")),
        next: Some(link("Move a rack to another row without taking it out of service", "article.html")),
        similar: vec![
            SimilarInput {
                title: "Choosing cache boundaries".into(),
                href: "article.html".into(),
                description: "When a project grows, choosing cache boundaries becomes part of how the team ships.".into(),
                reason: "fastapi, cache boundaries".into(),
            },
            SimilarInput {
                title: "Restart a stuck exporter".into(),
                href: "article.html".into(),
                ..SimilarInput::default()
            },
        ],
        similar_title: "Similar guides".into(),
        backlinks: vec![link("Rack inspection, monthly", "article.html")],
        feed: "/guides/feed.xml".into(),
    }
}

fn items() -> ListInput {
    let item = |title: &str, description: &str| ItemInput {
        title: title.into(),
        href: "article.html".into(),
        description: description.into(),
        date: date("2024-05-01", "1 May 2024"),
        reading_minutes: 4,
        review: "current".into(),
        draft: false,
        count: 0,
    };
    let section = |title: &str, count: usize| ItemInput {
        title: title.into(),
        href: "section.html".into(),
        description: "Fans, power supplies, disks and rails.".into(),
        count,
        ..ItemInput::default()
    };
    ListInput {
        items: vec![
            item(
                "Replace a fan",
                "Swap a failed fan module in a running rack without losing airflow for more than a minute.",
            ),
            ItemInput {
                review: "overdue".into(),
                ..item("Restore a database from last night's backup", "")
            },
            ItemInput {
                draft: true,
                date: None,
                ..item("Move a rack", "From one row to another.")
            },
            ItemInput {
                title: "Bare".into(),
                href: "article.html".into(),
                ..ItemInput::default()
            },
        ],
        number: 3,
        newer: "section.html".into(),
        older: "section.html".into(),
        sections: vec![section("Hardware", 12), section("Services", 1)],
    }
}

fn terms() -> Vec<ItemInput> {
    [
        "backup",
        "certificates",
        "databases",
        "fans",
        "hot swap",
        "kubernetes",
        "networking",
        "power",
    ]
    .iter()
    .enumerate()
    .map(|(at, title)| ItemInput {
        title: (*title).into(),
        href: "term.html".into(),
        count: at + 1,
        ..ItemInput::default()
    })
    .collect()
}

fn list_page(kind: &'static str, title: &str) -> PageInput {
    PageInput {
        kind: kind.into(),
        title: title.into(),
        description: "All that keeps the hardware alive.".into(),
        has_description: true,
        breadcrumbs: vec![link("Home", "home.html")],
        ..PageInput::default()
    }
}

/// Every template with much to show, and an article at rest.
pub fn rich() -> Vec<Sample> {
    let site = site();
    let lists = [("list", value_of(&items()))];
    let calm = PageInput {
        draft: false,
        review: article().review.map(|review| ReviewInput {
            state: "current".into(),
            due: date("2031-04-16", "16 April 2031"),
            ..review
        }),
        toc: vec![],
        meta_card: String::new(),
        meta_box: String::new(),
        similar: vec![],
        backlinks: vec![],
        previous: None,
        ..article()
    };
    let section = PageInput {
        content:
            "<p>Everything that has screws. Read <a href=\"article.html\">the rules</a> first.</p>"
                .into(),
        ..list_page("section", "Hardware")
    };
    vec![
        sample("article", "article.html", &site, &article(), &[]),
        sample("article-calm", "article.html", &site, &calm, &[]),
        sample("section", "section.html", &site, &section, &lists),
        sample(
            "home",
            "home.html",
            &site,
            &PageInput {
                breadcrumbs: vec![],
                ..list_page("home", "Rack & Rail")
            },
            &lists,
        ),
        sample(
            "term",
            "term.html",
            &site,
            &list_page("term", "hot swap"),
            &lists,
        ),
        sample(
            "taxonomy",
            "taxonomy.html",
            &site,
            &list_page("taxonomy", "Tags"),
            &[("terms", value_of(&terms()))],
        ),
        sample(
            "404",
            "404.html",
            &site,
            &PageInput {
                kind: "not-found".into(),
                ..PageInput::default()
            },
            &[],
        ),
        alias("alias", &site, "/guides/replace-fan/"),
    ]
}

/// Every template with nothing but what always is.
pub fn empty() -> Vec<Sample> {
    let site = SiteInput {
        home: "/".into(),
        ..SiteInput::default()
    };
    let page = |kind: &'static str, title: &str| PageInput {
        kind: kind.into(),
        title: title.into(),
        ..PageInput::default()
    };
    let lists = [("list", value_of(&ListInput::default()))];
    let no_terms = [("terms", value_of::<[ItemInput]>(&[]))];
    vec![
        sample(
            "article-empty",
            "article.html",
            &site,
            &page("guide", "T"),
            &[],
        ),
        sample(
            "section-empty",
            "section.html",
            &site,
            &page("section", "T"),
            &lists,
        ),
        sample("home-empty", "home.html", &site, &page("home", "T"), &lists),
        sample("term-empty", "term.html", &site, &page("term", "T"), &lists),
        sample(
            "taxonomy-empty",
            "taxonomy.html",
            &site,
            &page("taxonomy", "T"),
            &no_terms,
        ),
        sample("404-empty", "404.html", &site, &page("not-found", ""), &[]),
        alias("alias-empty", &site, "/"),
    ]
}

fn alias(name: &'static str, site: &SiteInput, target: &str) -> Sample {
    let mut context = Context::new();
    context.insert("site", site);
    context.insert("target", target);
    Sample {
        name,
        template: "alias.html",
        context,
    }
}

/// Every template with evil in every text that is not HTML.
pub fn hostile() -> Vec<Sample> {
    let evil = || EVIL.to_owned();
    let link = || LinkInput {
        title: evil(),
        href: evil(),
        current: true,
    };
    let date = || {
        Some(DateInput {
            iso: evil(),
            long: evil(),
            rfc3339: evil(),
        })
    };
    let site = SiteInput {
        title: evil(),
        description: evil(),
        language: evil(),
        author: evil(),
        base_url: evil(),
        home: evil(),
        menu: vec![link()],
        taxonomies: vec![link()],
        feed: evil(),
        extra: Map::default(),
        style: evil(),
        script: evil(),
        icon: evil(),
    };
    let item = || ItemInput {
        title: evil(),
        href: evil(),
        description: evil(),
        date: date(),
        reading_minutes: 1,
        review: "overdue".into(),
        draft: true,
        count: 2,
    };
    let page = |kind: &'static str| PageInput {
        kind: kind.into(),
        title: evil(),
        title_id: "evil".into(),
        description: evil(),
        has_description: true,
        path: evil(),
        permalink: evil(),
        source: evil(),
        noindex: true,
        draft: true,
        breadcrumbs: vec![link()],
        content: "<p>body</p>".into(),
        toc: vec![TocInput {
            id: evil(),
            title: evil(),
            level: 2,
            children: vec![TocInput {
                id: evil(),
                title: evil(),
                level: 3,
                children: vec![],
            }],
        }],
        authors: vec![evil(), evil()],
        date: date(),
        updated: date(),
        expires: date(),
        words: 1,
        reading_minutes: 1,
        taxonomies: vec![TermsInput {
            name: evil(),
            title: evil(),
            terms: vec![link()],
        }],
        review: Some(ReviewInput {
            owner: vec![evil(), evil()],
            status: evil(),
            version: evil(),
            last_reviewed: date(),
            interval: evil(),
            due: date(),
            state: "overdue".into(),
        }),
        meta: Map(vec![(evil(), Value::Text(evil()))]),
        meta_box: meta_box::box_html(
            &Map(vec![(evil(), Value::Text(evil()))]),
            &Map::default(),
            &MetaBoxOptions::default(),
        ),
        meta_box_title: evil(),
        meta_card: "<p>card</p>".into(),
        content_hash: evil(),
        extra: Map::default(),
        previous: Some(link()),
        next: Some(link()),
        similar: vec![SimilarInput {
            title: evil(),
            href: evil(),
            description: evil(),
            reason: evil(),
        }],
        similar_title: evil(),
        backlinks: vec![link()],
        feed: format!("{EVIL}2"),
    };
    let lists = [(
        "list",
        value_of(&ListInput {
            items: vec![item()],
            number: 1,
            newer: evil(),
            older: evil(),
            sections: vec![item()],
        }),
    )];
    vec![
        sample(
            "article-hostile",
            "article.html",
            &site,
            &page("guide"),
            &[],
        ),
        sample(
            "section-hostile",
            "section.html",
            &site,
            &page("section"),
            &lists,
        ),
        sample("home-hostile", "home.html", &site, &page("home"), &lists),
        sample("term-hostile", "term.html", &site, &page("term"), &lists),
        sample(
            "taxonomy-hostile",
            "taxonomy.html",
            &site,
            &page("taxonomy"),
            &[("terms", value_of(&[item()]))],
        ),
        sample("404-hostile", "404.html", &site, &page("not-found"), &[]),
        alias("alias-hostile", &site, EVIL),
    ]
}

/// A page in a language.
pub fn in_language(language: &str) -> String {
    let site = SiteInput {
        language: language.into(),
        ..site()
    };
    let templates = Templates::load(&[]).unwrap();
    let page = sample("x", "404.html", &site, &PageInput::default(), &[]);
    templates.render("404.html", &page.context, "x").unwrap()
}

/// Every component for writers, with a body and all of its arguments.
pub fn components() -> Vec<String> {
    let templates = Templates::load(&[]).unwrap();
    let calls: [(&str, &[(&str, Value)]); 4] = [
        (
            "figure",
            &[("caption", text("A & b")), ("credit", text("c"))],
        ),
        (
            "details",
            &[("title", text("More")), ("open", Value::Bool(true))],
        ),
        ("steps", &[]),
        (
            "needs",
            &[
                ("time", text("20 min")),
                ("people", text("2")),
                ("skill", text("any")),
            ],
        ),
    ];
    calls
        .iter()
        .map(|(name, arguments)| {
            let call = ShortcodeCall {
                name,
                arguments: map(arguments),
                body: Some("<p>body</p>"),
            };
            match templates.component(&call) {
                ShortcodeAnswer::Html(html) => html,
                ShortcodeAnswer::Failed(failure) => panic!("{name}: {failure:?}"),
                ShortcodeAnswer::Unknown(_) => panic!("{name} is unknown"),
            }
        })
        .collect()
}
