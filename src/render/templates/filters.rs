//! The filters that Guidepost adds to Tera's own.
//!
//! All are pure: no site, file, clock or locale stands behind them.

use jiff::fmt::strtime;
use jiff::tz::{Offset, TimeZone};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use tera::{Kwargs, State, Tera, TeraResult, Value};

use super::super::html::{escape_into, is_safe_link};
use crate::content::slug;
use crate::ground::date::Moment;

/// The names of Guidepost's own filters.
pub(super) const OWN: [&str; 5] = ["breakable", "date", "json", "markdown", "slugify"];

/// The names of the filters that Tera has built in, for "did you mean" alone:
/// whether a filter exists is Tera's word.
pub(super) const BUILT_IN: [&str; 37] = [
    "safe",
    "default",
    "upper",
    "lower",
    "wordcount",
    "escape",
    "escape_html",
    "escape_xml",
    "newlines_to_br",
    "pluralize",
    "trim",
    "trim_start",
    "trim_end",
    "replace",
    "capitalize",
    "title",
    "truncate",
    "indent",
    "str",
    "int",
    "float",
    "length",
    "reverse",
    "split",
    "abs",
    "round",
    "first",
    "last",
    "nth",
    "join",
    "sort",
    "unique",
    "get",
    "values",
    "keys",
    "pairs",
    "group_by",
];

/// Tera's tests, for "did you mean".
pub(super) const TESTS: [&str; 17] = [
    "string",
    "number",
    "map",
    "bool",
    "array",
    "integer",
    "float",
    "none",
    "iterable",
    "defined",
    "undefined",
    "odd",
    "even",
    "divisible_by",
    "starting_with",
    "ending_with",
    "containing",
];

/// Tera's functions, for "did you mean".
pub(super) const FUNCTIONS: [&str; 3] = ["range", "throw", "super"];

/// Adds the filters.
pub(super) fn register(tera: &mut Tera) {
    tera.register_filter("breakable", breakable);
    tera.register_filter("date", date);
    tera.register_filter("json", json);
    tera.register_filter("markdown", markdown);
    tera.register_filter("slugify", |text: &str, _: Kwargs, _: &State| {
        slug::slugify(text)
    });
}

/// Words up to this length fit on the narrowest screen.
const FITS: usize = 16;

/// Escaped text whose long words may break where a reader would break them:
/// between the humps of `KubeNodeUnreachable` and behind `_`, `-`, `.`, `/`.
/// Guides are often named after alerts, and a browser breaks such a name
/// anywhere or not at all.
fn breakable(text: &str, _: Kwargs, _: &State) -> Value {
    let mut html = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        let mut part = String::new();
        let mut before = ' ';
        let long = word.chars().count() > FITS;
        for c in word.chars() {
            let hump = before.is_lowercase() && c.is_uppercase();
            let joint = "_-./:".contains(before) && c.is_alphanumeric();
            if long && (hump || joint) {
                escape_into(&mut html, &part);
                html.push_str("<wbr>");
                part.clear();
            }
            part.push(c);
            before = c;
        }
        escape_into(&mut html, &part);
    }
    Value::safe_string(&html)
}

/// `{{ page.date.rfc3339 | date(format="%-d %b %Y") }}`: a date or time as text
/// in another form, in its own offset.
fn date(text: &str, arguments: Kwargs, _: &State) -> TeraResult<String> {
    let format = arguments.get::<&str>("format")?.unwrap_or("%-d %B %Y");
    let moment = Moment::parse(text, &TimeZone::UTC)
        .map_err(|_| tera::Error::message(format!("`{text}` is not a date")))?;
    let offset = Offset::from_seconds(moment.offset).unwrap_or(Offset::UTC);
    let zoned = moment.instant.to_zoned(TimeZone::fixed(offset));
    strtime::format(format, &zoned)
        .map_err(|error| tera::Error::message(format!("`{format}` is not a date format: {error}")))
}

/// Any value as JSON. `<` is written as `\u003c`, so that no element can be
/// closed from within; the result is escaped like all text.
fn json(value: &Value, _: Kwargs, _: &State) -> TeraResult<String> {
    serde_json::to_string(value)
        .map(|text| text.replace('<', "\\u003c"))
        .map_err(|error| tera::Error::message(format!("this value has no JSON form: {error}")))
}

/// One paragraph of Markdown without its `<p>`: emphasis, code and links, for
/// titles and descriptions. Raw HTML and everything else stays text.
fn markdown(text: &str, _: Kwargs, _: &State) -> Value {
    let mut html = String::new();
    let mut links = Vec::new();
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH) {
        match event {
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                escape_into(&mut html, &text);
            }
            Event::Code(code) => {
                html.push_str("<code>");
                escape_into(&mut html, &code);
                html.push_str("</code>");
            }
            Event::Start(Tag::Emphasis) => html.push_str("<em>"),
            Event::End(TagEnd::Emphasis) => html.push_str("</em>"),
            Event::Start(Tag::Strong) => html.push_str("<strong>"),
            Event::End(TagEnd::Strong) => html.push_str("</strong>"),
            Event::Start(Tag::Strikethrough) => html.push_str("<del>"),
            Event::End(TagEnd::Strikethrough) => html.push_str("</del>"),
            Event::Start(Tag::Link { dest_url, .. }) => {
                let safe = is_safe_link(&dest_url);
                links.push(safe);
                if safe {
                    html.push_str("<a href=\"");
                    escape_into(&mut html, &dest_url);
                    html.push_str("\">");
                }
            }
            Event::End(TagEnd::Link) => {
                let safe = links.pop() == Some(true);
                html.push_str(if safe { "</a>" } else { "" });
            }
            Event::SoftBreak | Event::HardBreak => html.push('\n'),
            Event::End(_) if html.ends_with(|c: char| !c.is_whitespace()) => html.push(' '),
            _ => {}
        }
    }
    html.truncate(html.trim_end().len());
    Value::safe_string(&html)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tera::{Context, context};

    fn render(template: &str, context: &Context) -> Result<String, String> {
        let mut tera = Tera::default();
        register(&mut tera);
        tera.render_str(template, context, true)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn dates_take_other_forms_in_their_own_offset() {
        let late = context! { at => "2024-05-01T23:30:00-05:00" };
        assert_eq!(
            render("{{ at | date(format='%d/%m %H:%M') }}", &late).unwrap(),
            "01/05 23:30"
        );
        assert_eq!(
            render("{{ '2024-5-1' | date }}", &late).unwrap(),
            "1 May 2024"
        );
        assert!(
            render("{{ 'soon' | date }}", &late)
                .unwrap_err()
                .contains("is not a date")
        );
        assert!(render("{{ at | date(format='%') }}", &late).is_err());
    }

    #[test]
    fn long_words_break_at_their_joints_and_stay_escaped() {
        let names = context! { x => "Fix KubeNodeUnreachableNow & <i>/etc/nginx/nginx.conf", y => "KubeDown" };
        assert_eq!(
            render("{{ x | breakable }} {{ y | breakable }}", &names).unwrap(),
            "Fix Kube<wbr>Node<wbr>Unreachable<wbr>Now &amp; \
             &lt;i&gt;/<wbr>etc/<wbr>nginx/<wbr>nginx.<wbr>conf KubeDown"
        );
    }

    #[test]
    fn json_cannot_close_an_element() {
        let value = context! { x => "</script>" };
        assert_eq!(
            render("{{ x | json | safe }}", &value).unwrap(),
            "\"\\u003c/script>\""
        );
    }

    #[test]
    fn markdown_is_inline_and_trusts_nothing() {
        let text = context! { x => "**a** `<b>` <i>c</i> [d](javascript:x) [e](/f/)" };
        assert_eq!(
            render("{{ x | markdown }}", &text).unwrap(),
            "<strong>a</strong> <code>&lt;b&gt;</code> &lt;i&gt;c&lt;/i&gt; d <a href=\"/f/\">e</a>"
        );
    }

    #[test]
    fn the_names_for_did_you_mean_all_exist() {
        let exists = |template: String| {
            let mut tera = Tera::default();
            register(&mut tera);
            tera.add_raw_template("x", &template)
                .unwrap_or_else(|error| panic!("{template}: {error}"));
        };
        for name in BUILT_IN.iter().chain(&OWN) {
            exists(format!("{{{{ 1 | {name} }}}}"));
        }
        for name in TESTS {
            exists(format!("{{{{ 1 is {name} }}}}"));
        }
        for name in FUNCTIONS.iter().filter(|name| **name != "super") {
            exists(format!("{{{{ {name}() }}}}"));
        }
    }
}
