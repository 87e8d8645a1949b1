//! Rendering one HTML page: the step that holds all that decides its bytes.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use super::answers::{Answers, Credit};
use super::inputs::{ListInput, PageInput, ReviewInput, SiteInput, TermList};
use super::meta_box;
use super::templates::{Templates, site_value, value_of};
use super::world::Data;
use crate::content::config::{MarkdownOptions, MetaBoxOptions};
use crate::content::highlight::Highlighted;
use crate::content::markdown::{self, Link};
use crate::engine::memo::Memo;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::{Digested, Keyed};
use crate::ground::fs::SourceRef;
use crate::ground::source::Source;
use crate::ground::step::Step;
use crate::ground::value::{Map, Value};

/// Renders a page.
#[derive(Clone, Serialize)]
pub struct RenderPage<'a> {
    /// The template's name.
    pub template: String,
    /// All templates.
    pub templates: Keyed<'a, Templates>,
    /// What errors call the page.
    pub name: String,
    /// `site`.
    pub site: SiteInput,
    /// `page`, without what is made from the body and the meta.
    pub page: PageInput,
    /// The body, if the page has one.
    pub body: Option<BodyInput<'a>>,
    /// `list`, for pages that have one.
    pub list: Option<ListInput>,
    /// `terms`, for lists of terms.
    pub terms: Option<TermList>,
    /// `target`, for redirects: where to.
    pub target: Option<String>,
    /// How the meta box is shown.
    pub meta_box: Digested<MetaBoxOptions>,
    /// `site.guides`, where the template names it.
    pub guides: Option<Arc<Data>>,
    /// `data.NAME`, for each that the template names.
    pub data: Vec<(String, Arc<Data>)>,
}

/// The body of a page.
#[derive(Clone, Serialize)]
pub struct BodyInput<'a> {
    /// The source.
    pub source: SourceRef,
    /// The body's byte range in it.
    pub range: std::ops::Range<usize>,
    /// The title as the front matter gives it.
    pub title: Option<String>,
    /// Markdown switches.
    pub options: Digested<MarkdownOptions>,
    /// Links by target as written.
    pub links: BTreeMap<String, Link>,
    /// Images by target as written.
    pub images: BTreeMap<String, Link>,
    /// Credits of images.
    pub credits: Vec<Credit>,
    /// Whether code is highlighted.
    pub highlight: bool,
    /// Whether lines are numbered where a fence does not say.
    pub line_numbers: bool,
    /// Highlighted blocks; a memo decides nothing.
    #[serde(skip)]
    pub highlighted: &'a Memo<Highlighted>,
}

/// A rendered page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenderedPage {
    /// The HTML; not to be used where a diagnostic is an error.
    pub html: String,
    /// What was found on the way.
    pub diagnostics: Vec<Diagnostic>,
}

impl Step for RenderPage<'_> {
    const NAME: &'static str = "render-page";
    type Output = RenderedPage;

    fn run(&self) -> RenderedPage {
        let mut page = self.page.clone();
        let mut diagnostics = Vec::new();
        if let Some(body) = &self.body {
            match body.render(&self.templates) {
                Ok(rendered) => {
                    page.content = rendered.html;
                    diagnostics = rendered.diagnostics;
                }
                Err(found) => {
                    return RenderedPage {
                        html: String::new(),
                        diagnostics: vec![found],
                    };
                }
            }
        }
        let review = review_map(page.review.as_ref());
        page.meta_box = meta_box::box_html(&page.meta, &review, &self.meta_box);
        page.meta_card = meta_box::card_html(&page.meta, &review, &self.meta_box);

        let mut context = tera::Context::new();
        context.insert_value(
            "site",
            site_value(&self.site, self.guides.as_ref().map(|guides| &guides.value)),
        );
        context.insert_value("page", value_of(&page));
        if let Some(list) = &self.list {
            context.insert_value("list", value_of(list));
        }
        if let Some(terms) = &self.terms {
            context.insert_value("terms", value_of(terms));
        }
        if let Some(target) = &self.target {
            context.insert_value("target", value_of(target));
        }
        let mut data = tera::Map::new();
        for (name, value) in &self.data {
            data.insert(name.clone().into(), value.value.clone());
        }
        context.insert_value("data", data.into());
        match self.templates.render(&self.template, &context, &self.name) {
            Ok(html) => RenderedPage { html, diagnostics },
            Err(found) => {
                diagnostics.push(found);
                RenderedPage {
                    html: String::new(),
                    diagnostics,
                }
            }
        }
    }
}

impl BodyInput<'_> {
    fn render(&self, templates: &Templates) -> Result<markdown::Rendered, Diagnostic> {
        let text = self.source.text()?;
        let source = Source::new(self.source.path.clone(), &text);
        let answers = Answers {
            links: &self.links,
            images: &self.images,
            credits: &self.credits,
            highlight: self.highlight,
            line_numbers: self.line_numbers,
            highlighted: self.highlighted,
            templates,
        };
        Ok(markdown::render(
            &source,
            self.range.clone(),
            self.title.as_deref(),
            &self.options,
            &answers,
        ))
    }
}

/// The declared review as the meta box shows it.
fn review_map(review: Option<&ReviewInput>) -> Map {
    let Some(review) = review else {
        return Map::default();
    };
    let text = |text: &str| Value::Text(text.to_owned());
    let day = |date: &Option<super::inputs::DateInput>| {
        date.as_ref().map_or(Value::Null, |date| text(&date.iso))
    };
    let entries = [
        (
            "owner",
            Value::List(review.owner.iter().map(|owner| text(owner)).collect()),
        ),
        ("status", text(&review.status)),
        ("version", text(&review.version)),
        ("last_reviewed", day(&review.last_reviewed)),
        ("interval", text(&review.interval)),
        ("due", day(&review.due)),
    ];
    let entries = entries.into_iter().filter(|(_, value)| !value.is_empty());
    Map(entries
        .map(|(key, value)| (key.to_owned(), value))
        .collect())
}

/// Credits of images from `meta.image_sources`: a list of maps with a `source`
/// (or `credit`, `author`) and any of `file`, `url`, `image` and `caption`.
pub fn credits(meta: &Map) -> Vec<Credit> {
    let Some(Value::List(entries)) = meta.get("image_sources") else {
        return Vec::new();
    };
    entries
        .iter()
        .filter_map(|entry| {
            let Value::Map(entry) = entry else {
                return None;
            };
            let text = |key: &str| entry.get(key).and_then(Value::as_text).map(str::to_owned);
            let source = text("source")
                .or_else(|| text("credit"))
                .or_else(|| text("author"))?;
            let names = ["file", "image", "url", "caption"]
                .into_iter()
                .filter_map(text)
                .collect();
            Some(Credit { names, source })
        })
        .collect()
}
