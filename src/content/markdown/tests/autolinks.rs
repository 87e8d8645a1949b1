use super::super::testing::plain_with;

fn html(text: &str) -> String {
    plain_with(text, |options| options.autolinks = true)
}

fn a(href: &str, text: &str) -> String {
    format!("<a href=\"{href}\">{text}</a>")
}

#[test]
fn www_addresses_are_gfms() {
    for (text, expected) in [
        (
            "www.commonmark.org",
            a("http://www.commonmark.org", "www.commonmark.org"),
        ),
        (
            "Visit www.commonmark.org/help for more information.",
            format!(
                "Visit {} for more information.",
                a("http://www.commonmark.org/help", "www.commonmark.org/help")
            ),
        ),
        (
            "Visit www.commonmark.org.",
            format!(
                "Visit {}.",
                a("http://www.commonmark.org", "www.commonmark.org")
            ),
        ),
        (
            "Visit www.commonmark.org/a.b.",
            format!(
                "Visit {}.",
                a("http://www.commonmark.org/a.b", "www.commonmark.org/a.b")
            ),
        ),
    ] {
        assert_eq!(html(text), format!("<p>{expected}</p>\n"));
    }
}

#[test]
fn parentheses_are_gfms() {
    let link = a(
        "http://www.google.com/search?q=Markup+(business)",
        "www.google.com/search?q=Markup+(business)",
    );
    for (text, expected) in [
        ("www.google.com/search?q=Markup+(business)", link.clone()),
        (
            "www.google.com/search?q=Markup+(business)))",
            format!("{link}))"),
        ),
        (
            "(www.google.com/search?q=Markup+(business))",
            format!("({link})"),
        ),
        (
            "(www.google.com/search?q=Markup+(business)",
            format!("({link}"),
        ),
    ] {
        assert_eq!(html(text), format!("<p>{expected}</p>\n"));
    }
    assert_eq!(
        html("www.google.com/search?q=(business))+ok"),
        format!(
            "<p>{}</p>\n",
            a(
                "http://www.google.com/search?q=(business))+ok",
                "www.google.com/search?q=(business))+ok"
            )
        )
    );
}

#[test]
fn angle_brackets_end_an_address() {
    assert_eq!(
        html("www.commonmark.org/he<lp"),
        format!(
            "<p>{}&lt;lp</p>\n",
            a("http://www.commonmark.org/he", "www.commonmark.org/he")
        )
    );
}

#[test]
fn schemes_and_mail_are_gfms() {
    assert_eq!(
        html("(Visit https://encrypted.google.com/search?q=Markup+(business))"),
        format!(
            "<p>(Visit {})</p>\n",
            a(
                "https://encrypted.google.com/search?q=Markup+(business)",
                "https://encrypted.google.com/search?q=Markup+(business)"
            )
        )
    );
    assert_eq!(
        html("foo@bar.baz"),
        format!("<p>{}</p>\n", a("mailto:foo@bar.baz", "foo@bar.baz"))
    );
    assert_eq!(
        html("hello@mail+xyz.example isn't valid, but hello+xyz@mail.example is."),
        format!(
            "<p>hello@mail+xyz.example isn't valid, but {} is.</p>\n",
            a("mailto:hello+xyz@mail.example", "hello+xyz@mail.example")
        )
    );
    assert_eq!(
        html("a.b-c_d@a.b\n\na.b-c_d@a.b.\n\na.b-c_d@a.b-\n\na.b-c_d@a.b_"),
        format!(
            "<p>{0}</p>\n<p>{0}.</p>\n<p>a.b-c_d@a.b-</p>\n<p>a.b-c_d@a.b_</p>\n",
            a("mailto:a.b-c_d@a.b", "a.b-c_d@a.b")
        )
    );
    assert_eq!(
        html("mailto:a.b-c_d@a.b."),
        format!(
            "<p>{}.</p>\n",
            a("mailto:a.b-c_d@a.b", "mailto:a.b-c_d@a.b")
        )
    );
}

#[test]
fn links_code_and_words_hold_no_addresses() {
    for (text, expected) in [
        ("`www.a.org`", "<code>www.a.org</code>"),
        ("[www.a.org](b)", "<a href=\"b\">www.a.org</a>"),
        ("xhttp://a.org", "xhttp://a.org"),
        (
            "http:// and www. and @ and a@b",
            "http:// and www. and @ and a@b",
        ),
        ("http://a_b.c_d", "http://a_b.c_d"),
    ] {
        assert_eq!(html(text), format!("<p>{expected}</p>\n"));
    }
}

#[test]
fn an_address_is_not_torn_by_emphasis() {
    let address = "https://a.org/__init__.py";
    assert_eq!(
        html("see https://a.org/__init__.py, *now*"),
        format!("<p>see {}, <em>now</em></p>\n", a(address, address))
    );
    assert_eq!(
        html("**see https://a.org/b**"),
        format!(
            "<p><strong>see {}</strong></p>\n",
            a("https://a.org/b", "https://a.org/b")
        )
    );
    let host = a("http://localhost:9090/x", "http://localhost:9090/x");
    assert_eq!(
        html("*http://localhost:9090/x*"),
        format!("<p><em>{host}</em></p>\n")
    );
}
