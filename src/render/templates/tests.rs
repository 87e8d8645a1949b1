use super::*;

mod rendering;

fn load(overrides: &[(&str, &str)]) -> Result<Templates, Vec<Diagnostic>> {
    let owned: Vec<_> = overrides
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    Templates::load(&owned)
}

/// `file:line:column message; help` of every finding.
fn faults(overrides: &[(&str, &str)]) -> Vec<String> {
    load(overrides)
        .err()
        .unwrap_or_default()
        .iter()
        .map(told)
        .collect()
}

fn told(found: &Diagnostic) -> String {
    let place = found.place.as_ref().map_or("-".to_owned(), |place| {
        format!("{}:{}:{}", place.file, place.line, place.column)
    });
    let help = found
        .help
        .as_ref()
        .map_or(String::new(), |help| format!("; {help}"));
    format!("{place} {}{help}", found.message)
}

#[test]
fn the_built_in_theme_loads_and_names_no_whole_site_value() {
    let templates = load(&[]).unwrap();
    for name in templates.page_template_names() {
        assert!(!templates.names_guides(name), "{name}");
        assert_eq!(
            *templates.data_names(name),
            DataNames::Named(vec![]),
            "{name}"
        );
    }
    assert!(templates.has("article.html") && !templates.has("hooks/image.html"));
}

#[test]
fn the_digest_follows_every_text_and_name() {
    let plain = load(&[]).unwrap().digest();
    assert_eq!(plain, load(&[]).unwrap().digest());
    assert_ne!(plain, load(&[("partials/x.html", "")]).unwrap().digest());
    assert_ne!(
        load(&[("partials/x.html", "a")]).unwrap().digest(),
        load(&[("partials/x.html", "b")]).unwrap().digest()
    );
}

#[test]
fn syntax_errors_of_all_templates_are_told_at_their_places() {
    let found = faults(&[
        ("article.html", "<h1>\n{{ page.title }\n</h1>"),
        ("404.html", "{% if page %}"),
        ("alias.html", "{{ target | lowr }}"),
    ]);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[0].starts_with("templates/404.html:1:"), "{found:#?}");
    assert_eq!(
        found[1],
        "templates/alias.html:1:13 unknown filter `lowr`; did you mean `lower`?"
    );
    assert!(
        found[2].starts_with("templates/article.html:2:"),
        "{found:#?}"
    );
}

#[test]
fn missing_templates_components_tests_and_functions_are_told_with_a_hint() {
    let found = faults(&[
        ("a.html", "{% extends \"bsae.html\" %}"),
        ("b.html", "\n{% include \"partials/haed.html\" %}"),
        ("c.html", "{{ <figrue src=\"x\"/> }}"),
        (
            "d.html",
            "{% if page.title is strin %}{% endif %}{{ rang(end=2) }}",
        ),
        ("e.html", "{% extends \"e.html\" %}"),
        ("f.html", "{% include \"f.html\" %}"),
    ]);
    let starts = [
        "templates/a.html:1:12 there is no template `bsae.html` to extend; did you mean `base.html`?",
        "templates/b.html:2:13 unknown template `partials/haed.html`; did you mean `partials/head.html`?",
        "templates/c.html:1:5 unknown component `figrue`; did you mean `figure`?",
        "templates/d.html:1:21 unknown test `strin`; did you mean `string`?",
        "templates/d.html:1:43 unknown function `rang`; did you mean `range`?",
        "templates/e.html:1:12 `e.html` extends itself in the end",
        "templates/f.html:1:12 `f.html` includes itself: f.html → f.html",
    ];
    for start in starts {
        // Components cannot be judged while templates are set aside.
        if !start.contains("figrue") {
            assert!(
                found.iter().any(|found| found.starts_with(start)),
                "{start}\n{found:#?}"
            );
        }
    }
    let found = faults(&[("c.html", "{{ <figrue src=\"x\"/> }}")]);
    assert_eq!(found, [starts[2]]);
}

#[test]
fn a_component_that_is_defined_twice_is_told() {
    let twice = "{% component figure(src) %}{{ src }}{% endcomponent figure %}";
    let found = faults(&[("components/mine.html", twice)]);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(
        found[0].contains("`figure` is defined in both"),
        "{found:#?}"
    );
}

#[test]
fn unknown_names_are_told_even_where_tera_is_silent() {
    let silent = [
        "{% if nothere %}{% endif %}",
        "{{ nothere or 1 }}",
        "{{ nothere | default(value=1) }}",
    ];
    for text in silent {
        let found = faults(&[("article.html", text)]);
        assert_eq!(found.len(), 1, "{text} {found:#?}");
        assert!(
            found[0].contains("`nothere` is not a value; it has `site`, `page` and `data`"),
            "{found:#?}"
        );
    }
    assert_eq!(
        faults(&[("article.html", "\n  {% if pgae.title %}{% endif %}")]),
        ["templates/article.html:2:9 `pgae` is not a value; did you mean `page`?"]
    );
    // A list is there in a section and not in an article.
    assert_eq!(faults(&[("section.html", "{{ list.older }}")]), [""; 0]);
    assert_eq!(
        faults(&[("article.html", "{% if list %}{% endif %}")]).len(),
        1
    );
    assert_eq!(faults(&[("hooks/image.html", "{{ href }}")]).len(), 1);
    assert_eq!(
        faults(&[("hooks/link.html", "{{ href }}{{ content | safe }}")]),
        [""; 0]
    );
    // A template of the site's own may serve any kind of page.
    assert_eq!(
        faults(&[("runbook.html", "{% if list %}{% endif %}{{ page.title }}")]),
        [""; 0]
    );
    assert_eq!(
        faults(&[("runbook.html", "{% if lists %}{% endif %}")]).len(),
        1
    );
}

#[test]
fn unknown_names_are_found_through_parents_and_includes() {
    let found = faults(&[
        ("article.html", "{% include \"partials/p.html\" %}"),
        ("partials/p.html", "{% if pag %}{% endif %}"),
    ]);
    assert_eq!(
        found,
        [
            "templates/partials/p.html:1:7 `pag` is not a value of `article.html`, which uses this template; did you mean `page`?"
        ]
    );
    let found = faults(&[
        (
            "parent.html",
            "{% if sit %}{% endif %}{% block b %}{% endblock %}",
        ),
        (
            "article.html",
            "{% extends \"parent.html\" %}{% block b %}{% endblock %}",
        ),
    ]);
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn fields_of_pages_sites_and_lists_are_known_but_those_of_meta_are_free() {
    assert_eq!(
        faults(&[("article.html", "{% if page.titel %}{% endif %}")]),
        ["templates/article.html:1:12 `page` has no field `titel`; did you mean `title`?"]
    );
    assert_eq!(
        faults(&[(
            "article.html",
            "{% if page.meta.anything or site.extra.x %}{% endif %}"
        )]),
        [""; 0]
    );
    assert_eq!(
        faults(&[("section.html", "{{ list.itmes }}{{ site.langage }}")]).len(),
        2
    );
    // A loop variable of that name is something else.
    assert_eq!(
        faults(&[(
            "section.html",
            "{% for page in list.items %}{{ page.count }}{% endfor %}"
        )]),
        [""; 0]
    );
}

#[test]
fn names_that_a_template_makes_itself_are_no_false_alarms() {
    let text = "{% set a = 1 %}{{ a }}{% for k, v in page.meta %}{{ k }}{{ v }}{{ loop.index }}{% endfor %}\
        {% set b %}x{% endset %}{{ b }}{{ [x for x in page.authors if x] }}{% include \"partials/p.html\" %}\
        {{ <mine.box label=\"x\"/> }}";
    let found = faults(&[
        ("article.html", text),
        ("partials/p.html", "{{ a }}{{ b }}"),
        (
            "components/box.html",
            "{% component mine.box(label, ...rest) %}{% set c = label %}{{ c }}{{ body }}{{ rest }}{% endcomponent %}",
        ),
    ]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_component_sees_its_arguments_only() {
    assert_eq!(
        faults(&[(
            "components/c.html",
            "{% component c(label) %}{% if labl %}{% endif %}{% endcomponent %}"
        )]),
        [
            "templates/components/c.html:1:31 the component `c` has no argument `labl`; did you mean `label`?"
        ]
    );
}

#[test]
fn faults_of_the_built_in_theme_say_whose_it_is() {
    // The theme's pages extend `base.html`; without its blocks they cannot.
    let found = faults(&[("base.html", "")]);
    assert!(!found.is_empty());
    assert!(
        found
            .iter()
            .all(|found| found.contains("is a template of the built-in theme")),
        "{found:#?}"
    );
}
