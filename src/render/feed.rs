//! Atom feeds (RFC 4287) of the site, its sections and its terms.
//!
//! Only dated guides that are fit for indexes are in a feed, and a feed
//! without entries is not written. Entries hold a summary, not the body.

use std::cmp::Reverse;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};
use serde::Serialize;

use super::world::World;
use crate::content::permalink::Permalink;
use crate::ground::paths::OutPath;
use crate::ground::step::Step;

/// Which guides a feed is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedOf {
    /// The whole site.
    Site,
    /// A section and those below it, by index.
    Section(usize),
    /// A term, by index of its taxonomy and its own.
    Term(usize, usize),
}

/// The inputs of a feed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RenderFeed {
    /// Title.
    pub title: String,
    /// One sentence; may be empty.
    pub subtitle: String,
    /// BCP 47 tag.
    pub language: String,
    /// Absolute URL of the feed.
    pub own: String,
    /// Absolute URL of the page that it belongs to.
    pub page: String,
    /// Author of entries that name none; may be empty.
    pub author: String,
    /// Entries, newest first; at least one.
    pub entries: Vec<Entry>,
}

/// An entry of a feed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Entry {
    /// Title.
    pub title: String,
    /// Absolute URL, which is the entry's id too.
    pub url: String,
    /// RFC 3339.
    pub published: String,
    /// RFC 3339: `updated`, else `date`.
    pub updated: String,
    /// Plain text; may be empty.
    pub summary: String,
    /// Authors; may be empty.
    pub authors: Vec<String>,
}

/// Where the site's feed is, if it has one.
pub fn site_feed(world: &World<'_>) -> Option<OutPath> {
    place(world, FeedOf::Site)
}

/// Where a feed is written; `None` where the configuration wants none, there
/// is no base URL, or nothing to list.
pub fn place(world: &World<'_>, of: FeedOf) -> Option<OutPath> {
    let feeds = &world.config.feeds;
    let wanted = match of {
        FeedOf::Site => feeds.site,
        // Home's feed is the site's.
        FeedOf::Section(id) => feeds.sections && id != 0,
        FeedOf::Term(taxonomy, _) => world.site.taxonomies[taxonomy].config.feed,
    };
    if !wanted || world.config.base_url.is_none() || members(world, of).next().is_none() {
        return None;
    }
    file(permalink(world, of))
}

fn permalink<'a>(world: &'a World<'_>, of: FeedOf) -> &'a Permalink {
    match of {
        FeedOf::Site => &world.site.sections[0].permalink,
        FeedOf::Section(id) => &world.site.sections[id].permalink,
        FeedOf::Term(taxonomy, term) => &world.site.taxonomies[taxonomy].terms[term].permalink,
    }
}

fn file(page: &Permalink) -> Option<OutPath> {
    let folder = page.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    OutPath::new(&format!("{folder}/atom.xml")).ok()
}

/// Dated, fit guides in no particular order.
fn members<'a>(world: &'a World<'_>, of: FeedOf) -> Box<dyn Iterator<Item = usize> + 'a> {
    let site = world.site;
    let in_feed = |id: &usize| {
        let page = &site.pages[*id];
        !page.unfit && page.article.front.date.is_some()
    };
    match of {
        FeedOf::Site => Box::new(site.newest.iter().copied().filter(in_feed)),
        FeedOf::Section(section) => Box::new(below(site, section).filter(in_feed)),
        FeedOf::Term(taxonomy, term) => Box::new(
            site.taxonomies[taxonomy].terms[term]
                .guides
                .iter()
                .copied()
                .filter(in_feed),
        ),
    }
}

/// The guides of a section and of all sections below it.
fn below(site: &crate::site::Site, section: usize) -> impl Iterator<Item = usize> + '_ {
    let mut waiting = vec![section];
    std::iter::from_fn(move || {
        let id = waiting.pop()?;
        waiting.extend(&site.sections[id].children);
        Some(site.sections[id].guides.iter().copied())
    })
    .flatten()
}

/// The inputs of a feed that [`place`] says is written.
pub fn feed(world: &World<'_>, of: FeedOf, path: &OutPath) -> RenderFeed {
    let config = world.config;
    let page = permalink(world, of);
    let own_title = match of {
        FeedOf::Site => None,
        FeedOf::Section(id) => Some(&world.site.sections[id].title),
        FeedOf::Term(taxonomy, term) => Some(&world.site.taxonomies[taxonomy].terms[term].name),
    };
    let mut guides: Vec<usize> = members(world, of).collect();
    guides.sort_by_key(|&id| {
        let article = &world.site.pages[id].article;
        (
            Reverse(article.front.date.map(|date| date.instant)),
            &article.source,
        )
    });
    let absolute = |path: &str| world.urls.absolute(path).unwrap_or_default();
    RenderFeed {
        title: own_title.map_or_else(
            || config.title.clone(),
            |own| format!("{own} \u{2013} {}", config.title),
        ),
        subtitle: if own_title.is_none() {
            config.description.clone()
        } else {
            String::new()
        },
        language: config.language.clone(),
        own: absolute(&format!("/{path}")),
        page: absolute(&page.path),
        author: config.author.clone(),
        entries: guides
            .into_iter()
            .take(config.feeds.limit)
            .filter_map(|id| {
                let article = &world.site.pages[id].article;
                let (listing, front) = (&article.listing, &article.front);
                let date = front.date?;
                Some(Entry {
                    title: listing.title.clone(),
                    url: absolute(&listing.permalink.path),
                    published: date.rfc3339(),
                    updated: front.updated.unwrap_or(date).rfc3339(),
                    summary: listing.description.clone(),
                    authors: front.all().authors,
                })
            })
            .collect(),
    }
}

impl Step for RenderFeed {
    const NAME: &'static str = "render-feed";
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

impl RenderFeed {
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        let root = [
            ("xmlns", "http://www.w3.org/2005/Atom"),
            ("xml:lang", self.language.as_str()),
        ];
        writer
            .create_element("feed")
            .with_attributes(root)
            .write_inner_content(|writer| {
                text(writer, "title", &self.title)?;
                if !self.subtitle.is_empty() {
                    text(writer, "subtitle", &self.subtitle)?;
                }
                text(writer, "id", &self.page)?;
                link(writer, "self", "application/atom+xml", &self.own)?;
                link(writer, "alternate", "text/html", &self.page)?;
                let updated = self
                    .entries
                    .iter()
                    .max_by_key(|entry| instant(&entry.updated));
                text(
                    writer,
                    "updated",
                    updated.map_or("1970-01-01T00:00:00Z", |entry| &entry.updated),
                )?;
                // RFC 4287 wants an author of the feed where an entry has none.
                let author = if self.author.is_empty() {
                    &self.title
                } else {
                    &self.author
                };
                person(writer, author)?;
                for entry in &self.entries {
                    writer
                        .create_element("entry")
                        .write_inner_content(|writer| entry.write(writer))?;
                }
                Ok(())
            })?;
        Ok(())
    }
}

impl Entry {
    fn write(&self, writer: &mut Writer<Vec<u8>>) -> std::io::Result<()> {
        text(writer, "title", &self.title)?;
        text(writer, "id", &self.url)?;
        link(writer, "alternate", "text/html", &self.url)?;
        text(writer, "published", &self.published)?;
        text(writer, "updated", &self.updated)?;
        for author in &self.authors {
            person(writer, author)?;
        }
        if !self.summary.is_empty() {
            text(writer, "summary", &self.summary)?;
        }
        Ok(())
    }
}

fn instant(rfc3339: &str) -> Option<jiff::Timestamp> {
    rfc3339.parse().ok()
}

/// Writes a text element. Control characters that XML cannot hold are left out.
pub(super) fn text(writer: &mut Writer<Vec<u8>>, name: &str, content: &str) -> std::io::Result<()> {
    let clean: String = content
        .chars()
        .filter(|&c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    writer
        .create_element(name)
        .write_text_content(BytesText::new(&clean))?;
    Ok(())
}

fn link(writer: &mut Writer<Vec<u8>>, rel: &str, kind: &str, href: &str) -> std::io::Result<()> {
    writer
        .create_element("link")
        .with_attributes([("rel", rel), ("type", kind), ("href", href)])
        .write_empty()?;
    Ok(())
}

fn person(writer: &mut Writer<Vec<u8>>, name: &str) -> std::io::Result<()> {
    writer
        .create_element("author")
        .write_inner_content(|writer| text(writer, "name", name))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_feed_is_escaped_and_dated_by_its_newest_change() {
        let entry = |url: &str, updated: &str| Entry {
            title: "A < B & C\u{8}".into(),
            url: url.into(),
            published: "2026-01-01T00:00:00Z".into(),
            updated: updated.into(),
            summary: String::new(),
            authors: vec![],
        };
        let feed = RenderFeed {
            title: "Guides".into(),
            subtitle: String::new(),
            language: "en".into(),
            own: "https://x.org/atom.xml".into(),
            page: "https://x.org/".into(),
            author: String::new(),
            entries: vec![
                entry("https://x.org/a/", "2026-01-02T00:00:00+02:00"),
                entry("https://x.org/b/", "2026-01-01T23:00:00Z"),
            ],
        };
        let xml = String::from_utf8(feed.run()).unwrap();
        assert!(xml.contains("<title>A &lt; B &amp; C</title>"), "{xml}");
        assert!(
            xml.contains("  <updated>2026-01-01T23:00:00Z</updated>\n  <author>"),
            "{xml}"
        );
    }
}
