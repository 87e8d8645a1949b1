use super::super::*;
use super::{load, told};
use crate::ground::value::{Map, Value as Data};
use crate::render::inputs::PageInput;

#[test]
fn whole_site_values_are_supplied_where_they_may_be_read() {
    let templates = load(&[
        ("a.html", "{# site.guides data.x #}{{ site.title }}"),
        ("b.html", "{% include \"partials/b.html\" %}"),
        (
            "partials/b.html",
            "{% for g in site.guides %}{{ data.parts }}{% endfor %}{{ data?.fans }}",
        ),
        ("c.html", "{% set s = site %}{{ s.title }}"),
        ("d.html", "{{ <show thing={data}/> }}"),
        (
            "components/show.html",
            "{% component show(thing) %}{{ thing }}{% endcomponent %}",
        ),
        ("e.html", "{{ site[\"guides\"] }}{{ data[\"x\"] }}"),
        ("f.html", "{{ __tera_context }}"),
        ("g.html", "{{ <implicit/> }}"),
        (
            "components/implicit.html",
            "{% component implicit(@site, @data) %}{{ site.guides }}{{ data.x }}{% endcomponent %}",
        ),
    ])
    .unwrap();
    let named =
        |names: &[&str]| DataNames::Named(names.iter().map(|name| (*name).to_owned()).collect());
    let expected = [
        ("a.html", false, named(&[])),
        ("b.html", true, named(&["fans", "parts"])),
        ("c.html", true, named(&[])),
        ("d.html", false, DataNames::All),
        ("e.html", true, DataNames::All),
        ("f.html", true, DataNames::All),
        ("g.html", true, named(&["x"])),
    ];
    for (name, guides, data) in expected {
        assert_eq!(templates.names_guides(name), guides, "{name}");
        assert_eq!(*templates.data_names(name), data, "{name}");
    }
}

#[test]
fn a_render_error_names_the_page_and_the_place() {
    let templates = load(&[("x.html", "<p>\n{{ page.meta.colour.shade }}")]).unwrap();
    let mut context = Context::new();
    let page = PageInput {
        meta: Map(vec![("color".into(), Data::Text("red".into()))]),
        ..PageInput::default()
    };
    context.insert("page", &page);
    let error = templates
        .render("x.html", &context, "guides/a.md")
        .unwrap_err();
    assert_eq!(
        told(&error),
        "templates/x.html:2:14 field `colour` is not defined (while rendering `guides/a.md`); did you mean `color`?"
    );
    assert_eq!(error.place.unwrap().excerpt, "{{ page.meta.colour.shade }}");
    let error = templates
        .render("y.html", &context, "guides/a.md")
        .unwrap_err();
    assert_eq!(
        error.message,
        "there is no template `y.html` (while rendering `guides/a.md`)"
    );
}

#[test]
fn hooks_and_components_render_or_say_why_not() {
    let templates = load(&[
        ("hooks/link.html", "<a href=\"{{ href }}\">{{ content | safe }}</a>\n"),
        ("hooks/image.html", "{{ src.x.y }}"),
        ("components/c.html", "{% component call(name, size: integer = 1) %}{{ name }}{{ size }}{{ body | safe }}{% endcomponent %}"),
    ])
    .unwrap();
    let hook = Hook::Link {
        href: "/a?b&c",
        title: "",
        content: "<b>x</b>",
        external: false,
    };
    assert_eq!(
        templates.hook(&hook).unwrap(),
        "<a href=\"/a?b&amp;c\"><b>x</b></a>"
    );
    let hook = Hook::Image {
        src: "a",
        alt: "",
        title: "",
        width: 0,
        height: 0,
        first: true,
        credit: "",
    };
    let place = templates.hook(&hook).unwrap_err().place.unwrap();
    assert_eq!(
        (place.file.as_str(), place.line),
        ("templates/hooks/image.html", 1)
    );

    let call = |name, arguments: &[(&str, Data)], body| {
        let arguments = Map(arguments
            .iter()
            .map(|(k, v)| ((*k).to_owned(), v.clone()))
            .collect());
        match templates.component(&ShortcodeCall {
            name,
            arguments,
            body,
        }) {
            ShortcodeAnswer::Html(html) => html,
            ShortcodeAnswer::Unknown(near) => format!("unknown {near:?}"),
            ShortcodeAnswer::Failed(failure) => {
                assert!(failure.place.is_some());
                format!("failed {}", failure.message)
            }
        }
    };
    let name = ("name", Data::Text("<n>".into()));
    assert_eq!(
        call("call", std::slice::from_ref(&name), Some("<i>b</i>")),
        "&lt;n&gt;1<i>b</i>"
    );
    assert_eq!(call("cal", &[], None), "unknown Some(\"call\")");
    assert_eq!(call("call", &[], None), "failed `call` needs `name`");
    assert_eq!(
        call("call", &[name.clone(), ("siz", Data::Int(2))], None),
        "failed `call` has no argument `siz`; did you mean `size`?"
    );
    let wrong = call("call", &[name, ("size", Data::Text("x".into()))], None);
    assert!(
        wrong.contains("size") && wrong.contains("integer"),
        "{wrong}"
    );
}

#[test]
fn guides_are_added_to_the_site_without_being_copied() {
    let site = SiteInput {
        title: "T".into(),
        ..SiteInput::default()
    };
    assert!(site_value(&site, None).get_from_path("guides").is_none());
    let guides = value_of(&[1, 2]);
    let value = site_value(&site, Some(&guides));
    assert_eq!(value.get_from_path("guides"), Some(&guides));
    assert_eq!(
        value.get_from_path("title").and_then(Value::as_str),
        Some("T")
    );
}
