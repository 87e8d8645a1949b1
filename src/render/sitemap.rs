//! The sitemap (sitemaps.org 0.9) and robots.txt.
//!
//! A last modification is what a guide declares (`updated`, else `date`), or
//! it is left out: never a file's time.

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, Event};
use serde::Serialize;

use super::feed::text;
use super::world::World;
use crate::ground::step::Step;

/// Addresses that one sitemap may hold, by the protocol.
pub const MOST_URLS: usize = 50_000;

const NAMESPACE: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";

/// The inputs of a sitemap, or of an index of sitemaps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RenderSitemap {
    /// Whether the addresses are those of other sitemaps.
    pub index: bool,
    /// Addresses in order.
    pub urls: Vec<SitemapUrl>,
}

/// An address in a sitemap.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SitemapUrl {
    /// Absolute URL.
    pub url: String,
    /// RFC 3339 day or instant; empty where nothing was declared.
    pub modified: String,
}

/// How many addresses [`urls`] gives for a site with a base URL.
pub fn count(world: &World<'_>) -> usize {
    let site = world.site;
    let pages = site.pages.iter().filter(|page| !page.unfit).count();
    let sections = site.sections.iter();
    let sections = sections.filter(|section| section.page.is_none()).count();
    let taxonomies = site.taxonomies.iter();
    let lists: usize = taxonomies.map(|taxonomy| 1 + taxonomy.terms.len()).sum();
    pages + sections + lists
}

/// All addresses that belong in the sitemap, in order of their paths.
pub fn urls(world: &World<'_>) -> Vec<SitemapUrl> {
    let site = world.site;
    let mut found: Vec<(&str, String)> = Vec::new();
    for page in site.pages.iter().filter(|page| !page.unfit) {
        let front = &page.article.front;
        let modified = front.updated.or(front.date).map(|moment| {
            if moment.has_time {
                moment.rfc3339()
            } else {
                moment.iso_day()
            }
        });
        found.push((
            &page.article.listing.permalink.path,
            modified.unwrap_or_default(),
        ));
    }
    for section in site
        .sections
        .iter()
        .filter(|section| section.page.is_none())
    {
        found.push((&section.permalink.path, String::new()));
    }
    for taxonomy in &site.taxonomies {
        found.push((&taxonomy.permalink.path, String::new()));
        found.extend(
            taxonomy
                .terms
                .iter()
                .map(|term| (term.permalink.path.as_str(), String::new())),
        );
    }
    found.sort();
    found
        .into_iter()
        .filter_map(|(path, modified)| {
            Some(SitemapUrl {
                url: world.urls.absolute(path)?,
                modified,
            })
        })
        .collect()
}

impl Step for RenderSitemap {
    const NAME: &'static str = "render-sitemap";
    type Output = Vec<u8>;

    fn run(&self) -> Vec<u8> {
        let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
        // Writing to memory does not fail.
        let _ = self.write(&mut writer);
        let mut bytes = writer.into_inner();
        bytes.push(b'\n');
        bytes
    }
}

impl RenderSitemap {
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        let (root, entry) = if self.index {
            ("sitemapindex", "sitemap")
        } else {
            ("urlset", "url")
        };
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        writer
            .create_element(root)
            .with_attribute(("xmlns", NAMESPACE))
            .write_inner_content(|writer| {
                for url in &self.urls {
                    writer.create_element(entry).write_inner_content(|writer| {
                        text(writer, "loc", &url.url)?;
                        if !url.modified.is_empty() {
                            text(writer, "lastmod", &url.modified)?;
                        }
                        Ok(())
                    })?;
                }
                Ok(())
            })?;
        Ok(())
    }
}

/// `robots.txt`: everything may be read, and where the sitemap is.
pub fn robots(world: &World<'_>) -> Vec<u8> {
    let mut text = "User-agent: *\nAllow: /\n".to_owned();
    if let Some(sitemap) = world.urls.absolute("/sitemap.xml") {
        text.push_str(&format!("\nSitemap: {sitemap}\n"));
    }
    text.into_bytes()
}
