use super::*;
use crate::content::config::MetaRendering;

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(Map(entries.map(|(key, value)| (key.into(), value)).into()))
}

fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.into())
}

fn meta<const N: usize>(entries: [(&str, Value); N]) -> Map {
    Map(entries.map(|(key, value)| (key.into(), value)).into())
}

fn options(change: impl FnOnce(&mut MetaBoxOptions)) -> MetaBoxOptions {
    let mut options = MetaBoxOptions::default();
    change(&mut options);
    options
}

fn rendered(key: &str, rendering: MetaRendering, value: Value) -> String {
    let options = options(|options| {
        options.render.insert(key.into(), rendering);
    });
    box_html(
        &meta([(key.split('.').next().unwrap(), value)]),
        &Map::default(),
        &options,
    )
}

/// The box of one key `k`, without the frame that every box has.
fn one(value: Value) -> String {
    let html = box_html(
        &meta([("k", value)]),
        &Map::default(),
        &MetaBoxOptions::default(),
    );
    let inner = html
        .strip_prefix("<dl class=\"meta\"><div><dt>K</dt><dd>")
        .and_then(|html| html.strip_suffix("</dd></div></dl>"));
    inner.unwrap_or(&html).to_owned()
}

#[test]
fn scalars_are_text() {
    assert_eq!(one(text("2018-10-16")), "2018-10-16");
    assert_eq!(one(Value::Int(158_187)), "158187");
    assert_eq!(one(Value::Float(1.5)), "1.5");
    assert_eq!(one(Value::Bool(true)), "true");
}

#[test]
fn zero_and_false_are_shown_and_emptiness_is_not() {
    assert_eq!(one(Value::Int(0)), "0");
    assert_eq!(one(Value::Bool(false)), "false");
    for empty in [
        Value::Null,
        text(" "),
        list([]),
        list([text("")]),
        map([]),
        map([("a", list([]))]),
    ] {
        assert_eq!(one(empty), "");
    }
    assert_eq!(
        one(list([text("a"), Value::Null, Value::Int(0)])),
        "<ul><li>a</li><li>0</li></ul>"
    );
}

#[test]
fn lists_maps_and_tables() {
    assert_eq!(
        one(list([text("a"), text("b")])),
        "<ul><li>a</li><li>b</li></ul>"
    );
    assert_eq!(
        one(map([("last_seen", text("x"))])),
        "<dl class=\"meta-map\"><div><dt>Last seen</dt><dd>x</dd></div></dl>"
    );
    let same = list([
        map([("name", text("a")), ("kind", text("b"))]),
        map([("kind", text("d")), ("name", text("c"))]),
    ]);
    assert_eq!(
        one(same),
        "<div class=\"table\" role=\"group\" tabindex=\"0\" aria-label=\"K\"><table>\
         <caption>K</caption><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Kind</th>\
         </tr></thead><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></tbody>\
         </table></div>"
    );
    let other = list([map([("a", text("x"))]), map([("b", text("y"))])]);
    assert_eq!(
        one(other),
        "<ul class=\"meta-entries\"><li><dl class=\"meta-map\"><div><dt>A</dt><dd>x</dd></div></dl>\
         </li><li><dl class=\"meta-map\"><div><dt>B</dt><dd>y</dd></div></dl></li></ul>"
    );
}

#[test]
fn what_lies_deeper_than_four_levels_is_collapsed_json() {
    let four = map([("a", map([("b", map([("c", map([("d", text("x"))]))]))]))]);
    let html = one(four.clone());
    assert!(!html.contains("JSON"), "{html}");
    let html = one(map([("z", four)]));
    assert!(
        html.contains("<details><summary>JSON</summary><pre><code>{\n  &quot;d&quot;: &quot;x&quot;\n}</code></pre></details>"),
        "{html}"
    );
    let mut deep = text("<x>");
    for _ in 0..200 {
        deep = list([deep]);
    }
    let html = one(deep);
    assert!(
        html.contains("&lt;x&gt;") && html.matches("<ul").count() == 4,
        "{html}"
    );
}

#[test]
fn order_labels_and_hidden_keys_come_from_the_configuration() {
    let options = options(|options| {
        options.order = vec!["b".into(), "review".into(), "b".into(), "gone".into()];
        options.labels.insert("a".into(), "First & last".into());
        options.labels.insert("b.x-y".into(), "Inner".into());
        options.hidden = vec![
            "secret".into(),
            "b.token".into(),
            "rows.url".into(),
            "only.x".into(),
        ];
    });
    let meta = meta([
        ("a", text("1")),
        ("secret", text("no")),
        ("b", map([("x-y", text("2")), ("token", text("no"))])),
        (
            "rows",
            list([map([("url", text("no")), ("name", text("n"))])]),
        ),
        ("only", map([("x", text("no"))])),
    ]);
    let review = Map(vec![("status", text("ok"))]
        .into_iter()
        .map(|(k, v)| (k.into(), v))
        .collect());
    let html = box_html(&meta, &review, &options);
    assert!(!html.contains("no<") && !html.contains("Only"), "{html}");
    let labels = [
        "<dt>B</dt>",
        "<dt>Inner</dt>",
        "<dt>Review</dt>",
        "<dt>Status</dt>",
        "<dt>First &amp; last</dt>",
    ];
    let places: Vec<_> = labels
        .iter()
        .map(|label| html.find(label).unwrap())
        .collect();
    assert!(places.is_sorted(), "{html}");
    assert_eq!(html.matches("<dt>B</dt>").count(), 1);
}

#[test]
fn without_an_order_keys_stand_as_written_and_the_review_last() {
    let meta = meta([("z", text("1")), ("a", text("2"))]);
    let review = Map(vec![("owner".into(), text("me"))]);
    let html = box_html(&meta, &review, &MetaBoxOptions::default());
    let places: Vec<_> = ["Z", "A", "Review", "Owner"]
        .map(|label| html.find(&format!("<dt>{label}</dt>")).unwrap())
        .into();
    assert!(places.is_sorted(), "{html}");
}

#[test]
fn meters_show_the_number_too_and_only_where_it_fits() {
    assert!(
        rendered(
            "score",
            MetaRendering::Meter,
            map([("depth", Value::Int(89))])
        )
        .contains(
            "<dt>Depth</dt><dd><span class=\"meter\"><meter min=\"0\" max=\"100\" value=\"89\" \
         aria-label=\"Depth\"></meter> <span>89</span></span></dd>"
        )
    );
    assert!(rendered("s.a", MetaRendering::Meter, map([("a", text("7"))])).contains("value=\"7\""));
    for odd in [
        Value::Int(101),
        Value::Int(-1),
        text("high"),
        text("NaN"),
        Value::Bool(true),
    ] {
        assert!(!rendered("score", MetaRendering::Meter, odd).contains("<meter"));
    }
}

#[test]
fn badges_tell_flags_that_are_on_from_those_that_are_off() {
    let html = rendered(
        "flags",
        MetaRendering::Badge,
        map([("has_images", Value::Int(1)), ("old", Value::Bool(false))]),
    );
    assert!(
        html.contains(
            "<ul class=\"badges\"><li><span class=\"meta-key\">Has images</span> \
         <span class=\"badge badge-on\">1</span></li><li><span class=\"meta-key\">Old</span> \
         <span class=\"badge badge-off\">false</span></li></ul>"
        ),
        "{html}"
    );
    assert!(
        rendered("status", MetaRendering::Badge, text("drafted"))
            .contains("<span class=\"badge\">drafted</span>")
    );
}

#[test]
fn chips_lists_tables_and_collapsed() {
    assert!(
        rendered("k", MetaRendering::Chips, list([text("a")]))
            .contains("<ul class=\"chips\"><li>a</li></ul>")
    );
    assert!(
        rendered("k", MetaRendering::Chips, map([("a", text("b"))]))
            .contains("<ul class=\"chips\"><li><span class=\"meta-key\">A</span> b</li></ul>")
    );
    let entities = list([map([("name", text("n")), ("type", text("t"))])]);
    assert!(rendered("k", MetaRendering::List, entities.clone()).contains(
        "<ul class=\"meta-entries\"><li><ul class=\"meta-lines\"><li><span class=\"meta-key\">Name:\
         </span> n</li><li><span class=\"meta-key\">Type:</span> t</li></ul></li></ul>"
    ));
    assert!(
        rendered("k", MetaRendering::Table, map([("a", text("b"))]))
            .contains("<tr><th scope=\"row\">A</th><td>b</td></tr>")
    );
    let uneven = list([map([("a", text("1"))]), map([("b", text("2"))])]);
    assert!(
        rendered("k", MetaRendering::Table, uneven)
            .contains("<tr><td>1</td><td></td></tr><tr><td></td><td>2</td></tr>")
    );
    assert!(
        rendered("some_key", MetaRendering::Collapsed, entities)
            .contains("<dd><details><summary>Show some key</summary><div class=\"table\"")
    );
}

#[test]
fn only_safe_targets_become_links() {
    assert_eq!(
        one(text("https://a.b/?c&d")),
        "<a href=\"https://a.b/?c&amp;d\">https://a.b/?c&amp;d</a>"
    );
    assert_eq!(
        one(text("mailto:a@b.c")),
        "<a href=\"mailto:a@b.c\">mailto:a@b.c</a>"
    );
    assert_eq!(
        one(text("/guides/fan/#x")),
        "<a href=\"/guides/fan/#x\">/guides/fan/#x</a>"
    );
    assert_eq!(one(text("../fan/")), "<a href=\"../fan/\">../fan/</a>");
    for plain in [
        "javascript:alert(1)",
        "//host/x",
        "/\\host/",
        "data:x",
        "/etc/nginx/nginx.conf",
        "see https://a.b",
    ] {
        assert_eq!(one(text(plain)), plain);
    }
}

#[test]
fn the_card_shows_its_keys_only_in_its_order() {
    let options =
        options(|options| options.card = vec!["tools".into(), "difficulty".into(), "x".into()]);
    let meta = meta([
        ("difficulty", text("easy")),
        ("hash", text("h")),
        ("tools", list([text("git")])),
    ]);
    assert_eq!(
        card_html(&meta, &Map::default(), &options),
        "<dl class=\"meta meta-short\"><div><dt>Tools</dt><dd><ul class=\"chips\"><li>git</li></ul>\
         </dd></div><div><dt>Difficulty</dt><dd>easy</dd></div></dl>"
    );
    let options = MetaBoxOptions {
        hidden: vec!["tools".into(), "difficulty".into()],
        ..options
    };
    assert_eq!(card_html(&meta, &Map::default(), &options), "");
}

#[test]
fn hostile_text_is_escaped_in_every_position() {
    let evil = "\"><script>'&";
    let renderings = [
        None,
        Some(MetaRendering::Chips),
        Some(MetaRendering::Table),
        Some(MetaRendering::Collapsed),
        Some(MetaRendering::Meter),
        Some(MetaRendering::Badge),
        Some(MetaRendering::List),
    ];
    let mut deep = map([(evil, text(evil))]);
    for _ in 0..6 {
        deep = map([(evil, deep)]);
    }
    let values = [
        text(evil),
        Value::Int(5),
        list([text(evil)]),
        map([(evil, text(evil)), ("n", Value::Int(5))]),
        list([map([(evil, text(evil))]), map([(evil, text(evil))])]),
        list([map([(evil, text(evil))]), text(evil)]),
        text("https://a/\"><script>'&"),
        deep,
    ];
    for rendering in renderings {
        for value in &values {
            for labelled in [false, true] {
                let options = options(|options| {
                    options.card = vec![evil.into()];
                    options
                        .render
                        .extend(rendering.map(|rendering| (evil.to_owned(), rendering)));
                    if labelled {
                        options.labels.insert(evil.into(), evil.into());
                    }
                });
                let meta = meta([(evil, value.clone())]);
                for html in [
                    box_html(&meta, &Map::default(), &options),
                    card_html(&meta, &Map::default(), &options),
                ] {
                    assert!(html.contains("&quot;&gt;&lt;"), "{html}");
                    let lower = html.to_lowercase();
                    assert!(!lower.contains("<script") && !html.contains('\''), "{html}");
                    assert!(!html.contains("\"><s"), "{html}");
                }
            }
        }
    }
}
