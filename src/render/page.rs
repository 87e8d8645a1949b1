//! Rendering one HTML page: the step that holds all that decides its bytes.
//!
//! The step has two halves. What the site gives a page ([`GivenPage`]) comes
//! from cards and can be stored; what the page's own text says ([`OwnPage`])
//! comes from its article alone. An edit that leaves a guide's card as it was
//! changes the second half of one page and nothing else.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::answers::{Answers, Credit};
use super::inputs::{ListInput, PageInput, ReviewInput, SiteInput, TermList, TocInput};
use super::meta_box;
use super::named::Frame;
use super::page_input::toc;
use super::templates::{Templates, site_value, value_of};
use super::world::{Data, PageOptions};
use crate::content::article::Article;
use crate::content::highlight::Spans;
use crate::content::markdown::{self, Link};
use crate::engine::memo::Memo;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::{Digest, Keyed};
use crate::ground::fs::SourceRef;
use crate::ground::source::Source;
use crate::ground::step::Step;
use crate::ground::value::{Map, Value};

/// Renders a page.
#[derive(Clone, Serialize)]
pub struct RenderPage<'a> {
    /// What the site gives it.
    pub given: GivenPage,
    /// What its own source says, if it has one.
    pub own: Option<OwnPage>,
    /// All templates.
    pub templates: Keyed<'a, Templates>,
    /// The configuration that pages read.
    pub options: PageOptions,
    /// `site.guides`, where the template names it.
    pub guides: Option<Arc<Data>>,
    /// `data.NAME`, for each that the template names.
    pub data: Vec<(String, Arc<Data>)>,
    /// Highlighted blocks; a memo decides nothing.
    #[serde(skip)]
    pub highlighted: &'a Memo<Spans>,
}

/// What the site gives a page: all that comes from cards and configuration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GivenPage {
    /// The template's name.
    pub template: String,
    /// `site`.
    pub site: SiteInput,
    /// `page`, without what its own text says.
    pub page: PageInput,
    /// `list`, for pages that have one.
    pub list: Option<ListInput>,
    /// `terms`, for lists of terms.
    pub terms: Option<TermList>,
    /// `target`, for redirects: where to.
    pub target: Option<String>,
    /// Where its links lead, by target as written.
    pub links: BTreeMap<String, Link>,
    /// Where its images are, by target as written.
    pub images: BTreeMap<String, Link>,
}

impl GivenPage {
    /// What errors call the page.
    fn name(&self) -> &str {
        match self.page.source.as_str() {
            "" => &self.page.path,
            source => source,
        }
    }
}

/// What a page's own source says. What follows from its text and the Markdown
/// switches stands in no key, as they do.
#[derive(Clone, Debug, Serialize)]
pub struct OwnPage {
    /// The source.
    pub source: SourceRef,
    /// The body's byte range in it.
    #[serde(skip)]
    pub body: std::ops::Range<usize>,
    /// The title as the front matter gives it.
    #[serde(skip)]
    pub declared_title: Option<String>,
    /// Anchor of the heading that became the title.
    #[serde(skip)]
    pub title_id: String,
    /// Headings as a tree.
    #[serde(skip)]
    pub toc: Vec<TocInput>,
    /// Words of running text.
    #[serde(skip)]
    pub words: usize,
    /// Digest of the text.
    #[serde(skip)]
    pub content_hash: String,
}

impl OwnPage {
    /// What an article says of its own page. `root` is the site's root.
    pub fn of(article: &Article, root: &std::path::Path) -> Self {
        let own = article.own.text.get();
        Self {
            source: SourceRef {
                path: article.source.clone(),
                digest: article.digest,
                file: article.source.under(root),
            },
            body: own.body,
            declared_title: own.declared_title,
            title_id: own.title_id,
            toc: toc(own.headings),
            words: own.words,
            content_hash: own.content_hash,
        }
    }
}

/// A rendered page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenderedPage {
    /// The HTML; not to be used where a diagnostic is an error.
    pub html: String,
    /// What was found on the way.
    pub diagnostics: Vec<Diagnostic>,
    /// Keys of the blocks of code in it.
    pub blocks: Vec<Digest>,
}

impl Step for RenderPage<'_> {
    const NAME: &'static str = "render-page";
    type Output = RenderedPage;

    fn run(&self) -> RenderedPage {
        let given = &self.given;
        let mut page = given.page.clone();
        let mut diagnostics = Vec::new();
        let mut blocks = Vec::new();
        if let Some(own) = &self.own {
            page.title_id.clone_from(&own.title_id);
            page.toc.clone_from(&own.toc);
            page.words = own.words;
            page.content_hash.clone_from(&own.content_hash);
            match self.body(own) {
                Ok((rendered, asked)) => {
                    page.content = rendered.html;
                    diagnostics = rendered.diagnostics;
                    blocks = asked;
                }
                Err(found) => {
                    return RenderedPage {
                        diagnostics: vec![found],
                        ..RenderedPage::default()
                    };
                }
            }
        }
        let review = review_map(page.review.as_ref());
        page.meta_box = meta_box::box_html(&page.meta, &review, &self.options.meta_box);
        page.meta_card = meta_box::card_html(&page.meta, &review, &self.options.meta_box);
        match self
            .templates
            .render(&given.template, &self.context(&page), given.name())
        {
            Ok(html) => RenderedPage {
                html,
                diagnostics,
                blocks,
            },
            Err(found) => {
                diagnostics.push(found);
                RenderedPage {
                    diagnostics,
                    ..RenderedPage::default()
                }
            }
        }
    }
}

impl RenderPage<'_> {
    fn context(&self, page: &PageInput) -> tera::Context {
        let given = &self.given;
        let mut context = tera::Context::new();
        let guides = self.guides.as_ref().map(|guides| &guides.value);
        context.insert_value("site", site_value(&given.site, guides));
        context.insert_value("page", value_of(page));
        if let Some(list) = &given.list {
            context.insert_value("list", value_of(list));
        }
        if let Some(terms) = &given.terms {
            context.insert_value("terms", value_of(terms));
        }
        if let Some(target) = &given.target {
            context.insert_value("target", value_of(target));
        }
        let mut data = tera::Map::new();
        for (name, value) in &self.data {
            data.insert(name.clone().into(), value.value.clone());
        }
        context.insert_value("data", data.into());
        context
    }

    fn body(&self, own: &OwnPage) -> Result<(markdown::Rendered, Vec<Digest>), Diagnostic> {
        let text = own.source.text()?;
        let source = Source::new(own.source.path.clone(), &text);
        let answers = Answers {
            links: &self.given.links,
            images: &self.given.images,
            credits: &credits(&self.given.page.meta),
            highlight: self.options.highlight,
            line_numbers: self.options.line_numbers,
            highlighted: self.highlighted,
            templates: &self.templates,
            asked: RefCell::default(),
        };
        let rendered = markdown::render(
            &source,
            own.body.clone(),
            own.declared_title.as_deref(),
            &self.options.markdown,
            &answers,
        );
        Ok((rendered, answers.asked.into_inner()))
    }

    /// Digests of all fields of the step but [`GivenPage`].
    pub fn frame(&self) -> Frame {
        let data = self.data.iter();
        Frame {
            own: Digest::of(&self.own),
            templates: self.templates.digest(),
            options: Digest::of(&self.options),
            guides: self.guides.as_ref().map(|guides| guides.digest),
            data: data
                .map(|(name, value)| (name.clone(), value.digest))
                .collect(),
        }
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
fn credits(meta: &Map) -> Vec<Credit> {
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
