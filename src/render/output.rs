//! One output: from its place in the plan to its step, and to its bytes.

use std::sync::Arc;

use super::feed::{self, RenderFeed};
use super::inputs::PageInput;
use super::page::{GivenPage, OwnPage, RenderPage, RenderedPage};
use super::page_input::{self, generated, numbered};
use super::plan::{Job, Planned, SitemapPart};
use super::site_input::{guides, site_input};
use super::sitemap::{self, RenderSitemap, SitemapUrl};
use super::templates::DataNames;
use super::world::{Data, World};
use super::{inputs::ListInput, inputs::TermList, links};
use crate::content::permalink::Permalink;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::{Digest, Keyed};
use crate::ground::fs::SourceRef;
use crate::ground::paths::OutPath;
use crate::ground::rule::Rule;
use crate::ground::source::Place;
use crate::ground::step::Step;
use crate::site::pagination::ListPage;

/// The step that makes an output. Its key is the digest of all that decides
/// the output's bytes.
pub enum OutputStep<'a> {
    /// An HTML page.
    Page(Box<RenderPage<'a>>),
    /// A feed.
    Feed(RenderFeed),
    /// A sitemap.
    Sitemap(RenderSitemap),
    /// Bytes that were made while the theme was loaded.
    Bytes(&'a [u8]),
    /// Bytes of a few lines.
    Text(Vec<u8>),
    /// A copy of a source.
    Copy(SourceRef),
}

/// What making an output came to.
#[derive(Debug, Default)]
pub struct Output {
    /// Its bytes; not to be written where a diagnostic is an error.
    pub bytes: Vec<u8>,
    /// What was found on the way.
    pub diagnostics: Vec<Diagnostic>,
    /// Keys of the blocks of code in it.
    pub blocks: Vec<Digest>,
}

impl OutputStep<'_> {
    /// The step's key.
    pub fn key(&self) -> Digest {
        match self {
            OutputStep::Page(step) => step.key(),
            OutputStep::Feed(step) => step.key(),
            OutputStep::Sitemap(step) => step.key(),
            OutputStep::Bytes(bytes) => Digest::of_bytes(bytes),
            OutputStep::Text(bytes) => Digest::of_bytes(bytes),
            OutputStep::Copy(source) => source.digest,
        }
    }

    /// Makes the output.
    pub fn run(&self) -> Output {
        let only = |bytes| Output {
            bytes,
            ..Output::default()
        };
        match self {
            OutputStep::Page(step) => {
                let RenderedPage {
                    html,
                    diagnostics,
                    blocks,
                } = step.run();
                Output {
                    bytes: html.into_bytes(),
                    diagnostics,
                    blocks,
                }
            }
            OutputStep::Feed(step) => only(step.run()),
            OutputStep::Sitemap(step) => only(step.run()),
            OutputStep::Bytes(bytes) => only(bytes.to_vec()),
            OutputStep::Text(bytes) => only(bytes.clone()),
            OutputStep::Copy(source) => match source.bytes() {
                Ok(bytes) => only(bytes),
                Err(found) => Output {
                    diagnostics: vec![found],
                    ..Output::default()
                },
            },
        }
    }
}

/// The step of a planned output.
///
/// # Errors
///
/// The page names a template that does not exist, or a file that the plan
/// copies is gone.
pub fn step<'a>(world: &'a World<'a>, planned: &Planned) -> Result<OutputStep<'a>, Diagnostic> {
    let path = &planned.path;
    let html = |page: RenderPage<'a>| Ok(OutputStep::Page(Box::new(page)));
    match &planned.job {
        Job::Guide(id) => html(source_page(world, path, *id, "article.html")?),
        Job::Section(id, page) => html(section(world, path, *id, page)?),
        Job::Taxonomy(id) => {
            let taxonomy = &world.site.taxonomies[*id];
            let input = generated(
                world,
                "taxonomy",
                taxonomy.config.title.clone(),
                &taxonomy.permalink,
                path,
            );
            let mut page = given_page(world, path, "taxonomy.html", input);
            page.given.terms = Some(page_input::term_list(world, path, *id));
            html(page)
        }
        Job::Term(taxonomy, term, page) => html(term_page(world, path, (*taxonomy, *term), page)),
        Job::NotFound => {
            let permalink = Permalink {
                path: "/404.html".to_owned(),
                file: path.clone(),
            };
            let mut input = generated(
                world,
                "not-found",
                "Page not found".to_owned(),
                &permalink,
                path,
            );
            input.noindex = true;
            input.permalink = String::new();
            html(given_page(world, path, "404.html", input))
        }
        Job::Alias(to) => {
            let permalink = Permalink {
                path: format!("/{path}"),
                file: path.clone(),
            };
            let mut input = generated(world, "alias", "Moved".to_owned(), &permalink, path);
            input.noindex = true;
            input.permalink = world.urls.absolute(&to.path).unwrap_or_default();
            let mut page = given_page(world, path, "alias.html", input);
            page.given.target = Some(world.urls.page(path, to));
            html(page)
        }
        Job::Feed(of) => Ok(OutputStep::Feed(feed::feed(world, *of, path))),
        Job::Sitemap(part) => Ok(OutputStep::Sitemap(sitemap_part(world, *part))),
        Job::Robots => Ok(OutputStep::Text(sitemap::robots(world))),
        Job::Style => Ok(OutputStep::Bytes(file_bytes(world.theme.style.as_ref()))),
        Job::Script => Ok(OutputStep::Bytes(file_bytes(world.theme.script.as_ref()))),
        Job::ThemeFile(index) => Ok(OutputStep::Bytes(world.theme.others[*index].1)),
        Job::Copy(source) => {
            let probe = world.probes.get(source).ok_or_else(|| {
                Diagnostic::file(
                    Rule::UnreadableSource,
                    source.clone(),
                    "the file could not be read",
                )
            })?;
            Ok(OutputStep::Copy(SourceRef {
                path: source.clone(),
                digest: probe.digest,
                file: source.under(&world.root),
            }))
        }
    }
}

fn file_bytes(file: Option<&(OutPath, Vec<u8>)>) -> &[u8] {
    file.map_or(&[], |(_, bytes)| bytes)
}

/// A page that the site gives something to.
fn given_page<'a>(
    world: &'a World<'a>,
    from: &OutPath,
    template: &str,
    input: PageInput,
) -> RenderPage<'a> {
    let templates = world.templates;
    let data = match templates.data_names(template) {
        DataNames::All => world.data.iter().collect::<Vec<_>>(),
        DataNames::Named(names) => names
            .iter()
            .filter_map(|name| world.data.get_key_value(name))
            .collect(),
    };
    RenderPage {
        templates: Keyed::new(templates.digest(), templates),
        options: world.options.clone(),
        guides: templates
            .names_guides(template)
            .then(|| whole_site(world, from)),
        data: data
            .into_iter()
            .map(|(name, data)| (name.clone(), Arc::clone(data)))
            .collect(),
        highlighted: world.highlighted,
        own: None,
        given: GivenPage {
            template: template.to_owned(),
            site: site_input(world, from, &input.path),
            page: input,
            ..GivenPage::default()
        },
    }
}

/// The page of a source with its body.
fn source_page<'a>(
    world: &'a World<'a>,
    from: &OutPath,
    id: usize,
    default: &str,
) -> Result<RenderPage<'a>, Diagnostic> {
    let article = &world.site.pages[id].article;
    let template = match &article.front.template {
        Some(named) if world.templates.is_page(named) => &**named,
        Some(named) => {
            let place = article.own.places.get("template").cloned();
            return Err(Diagnostic::new(
                Rule::UnknownTemplate,
                format!("there is no template `{named}` for pages"),
            )
            .placed(place.unwrap_or_else(|| Place::file(article.source.clone())))
            .did_you_mean(crate::ground::suggest::did_you_mean(
                named,
                world.templates.page_template_names(),
            )));
        }
        None => default,
    };
    let mut page = given_page(world, from, template, page_input::of_source(world, id));
    page.own = Some(OwnPage::of(article, &world.root));
    page.given.links = links::table(world, from, &world.site.given[id].links);
    page.given.images = links::table(world, from, &world.site.given[id].images);
    // A template other than the kind's own may still show lists.
    page.given.list = Some(ListInput::default());
    Ok(page)
}

/// `site.guides`: one value for the whole site, or one for each page where
/// addresses are relative.
fn whole_site(world: &World<'_>, from: &OutPath) -> Arc<Data> {
    if world.urls.is_relative() {
        return Arc::new(guides(world, from));
    }
    Arc::clone(world.guides.get_or_init(|| Arc::new(guides(world, from))))
}

fn section<'a>(
    world: &'a World<'a>,
    from: &OutPath,
    id: usize,
    at: &ListPage,
) -> Result<RenderPage<'a>, Diagnostic> {
    let section = &world.site.sections[id];
    let (kind, template) = if id == 0 {
        ("home", "home.html")
    } else {
        ("section", "section.html")
    };
    let mut page = match section.page {
        Some(source) if at.number == 0 => source_page(world, from, source, template)?,
        _ => {
            let permalink = numbered(&section.permalink, at.number)
                .unwrap_or_else(|| section.permalink.clone());
            let mut input = generated(world, kind, section.title.clone(), &permalink, from);
            input.breadcrumbs = page_input::breadcrumbs(world, from, id, at.number == 0);
            number_title(&mut input, at);
            given_page(world, from, template, input)
        }
    };
    let guides = if id == 0 {
        &world.site.newest
    } else {
        &section.guides
    };
    page.given.list = Some(page_input::list(
        world,
        from,
        &section.permalink,
        guides,
        at,
        &section.children,
    ));
    page.given.terms = Some(TermList::new());
    if let Some(feed) = feed::place(world, feed::FeedOf::Section(id)) {
        page.given.page.feed = world.urls.file(from, &feed);
    }
    Ok(page)
}

fn term_page<'a>(
    world: &'a World<'a>,
    from: &OutPath,
    (t, n): (usize, usize),
    at: &ListPage,
) -> RenderPage<'a> {
    let taxonomy = &world.site.taxonomies[t];
    let term = &taxonomy.terms[n];
    let permalink = numbered(&term.permalink, at.number).unwrap_or_else(|| term.permalink.clone());
    let mut input = generated(world, "term", term.name.clone(), &permalink, from);
    input.breadcrumbs.push(super::inputs::LinkInput {
        title: taxonomy.config.title.clone(),
        href: world.urls.page(from, &taxonomy.permalink),
        current: false,
    });
    number_title(&mut input, at);
    if let Some(feed) = feed::place(world, feed::FeedOf::Term(t, n)) {
        input.feed = world.urls.file(from, &feed);
    }
    let mut page = given_page(world, from, "term.html", input);
    page.given.list = Some(page_input::list(
        world,
        from,
        &term.permalink,
        &term.guides,
        at,
        &[],
    ));
    page
}

fn number_title(input: &mut PageInput, page: &ListPage) {
    if page.number > 0 {
        input.title = format!("{}, page {}", input.title, page.number);
    }
}

fn sitemap_part(world: &World<'_>, part: SitemapPart) -> RenderSitemap {
    let mut urls = sitemap::urls(world);
    match part {
        SitemapPart::Whole => RenderSitemap { index: false, urls },
        SitemapPart::Part(number) => {
            let start = number * sitemap::MOST_URLS;
            urls.drain(..start.min(urls.len()));
            urls.truncate(sitemap::MOST_URLS);
            RenderSitemap { index: false, urls }
        }
        SitemapPart::Index(parts) => {
            let url = |part: usize| {
                let url = world
                    .urls
                    .absolute(&format!("/sitemap-{}.xml", part + 1))
                    .unwrap_or_default();
                SitemapUrl {
                    url,
                    modified: String::new(),
                }
            };
            RenderSitemap {
                index: true,
                urls: (0..parts).map(url).collect(),
            }
        }
    }
}
