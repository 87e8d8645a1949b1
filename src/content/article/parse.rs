//! The step that parses one Markdown file.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;
use serde::Serialize;

use super::addresses::aliases;
use super::declared::{Declared, content_hash};
use super::title::{title, title_id};
use super::{Article, Listing, Own, OwnText, Targets};
use crate::content::config::{Cascade, Config, MarkdownOptions, OutputStyle, SimilarOptions};
use crate::content::front_matter_reader;
use crate::content::kept::KeptFront;
use crate::content::markdown;
use crate::content::packed::{Packed, PackedMap};
use crate::content::permalink::Kind;
use crate::content::terms;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::{Digest, Digested};
use crate::ground::paths::SrcPath;
use crate::ground::rule::Rule;
use crate::ground::source::{Place, Source};
use crate::ground::step::Step;

/// Words read in a minute.
const WORDS_A_MINUTE: usize = 220;

/// Parses one Markdown file. Everything that decides the article is a field.
#[derive(Clone, Debug, Serialize)]
pub struct ParseArticle<'a> {
    /// The file.
    pub source: &'a SrcPath,
    /// Its text; in the key it is `digest` that stands for it.
    #[serde(skip)]
    pub text: &'a str,
    /// Digest of its bytes.
    pub digest: Digest,
    /// Its folder below the content folder.
    pub folder: &'a str,
    /// What it makes.
    pub kind: Kind,
    /// The part of the configuration that parsing reads.
    pub options: &'a Digested<ParseOptions>,
}

/// The part of the configuration that parsing reads.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ParseOptions {
    /// Markdown switches.
    pub markdown: MarkdownOptions,
    /// Zone of dates without an offset.
    pub time_zone: String,
    /// Names of the configured taxonomies.
    pub taxonomies: Vec<String>,
    /// Front matter defaults.
    pub cascade: Vec<Cascade>,
    /// How addresses are made.
    pub output_style: OutputStyle,
    /// What counts as similar.
    pub similar: SimilarOptions,
}

impl ParseOptions {
    /// The part of a configuration that parsing reads.
    pub fn of(config: &Config) -> Self {
        Self {
            markdown: config.markdown.clone(),
            time_zone: config.time_zone.clone(),
            taxonomies: config
                .taxonomies
                .iter()
                .map(|taxonomy| taxonomy.name.clone())
                .collect(),
            cascade: config.cascade.clone(),
            output_style: config.output_style,
            similar: config.similar.clone(),
        }
    }
}

impl Step for ParseArticle<'_> {
    const NAME: &'static str = "parse-article";
    /// The article, or what stood in the way of one.
    type Output = Result<Article, Vec<Diagnostic>>;

    fn run(&self) -> Self::Output {
        let options = &**self.options;
        let source = Source::new(self.source.clone(), self.text);
        let zone = TimeZone::get(&options.time_zone).unwrap_or(TimeZone::UTC);
        let names: Vec<&str> = options.taxonomies.iter().map(String::as_str).collect();
        let head = front_matter_reader::read(&source, &names, &zone);
        let mut diagnostics = head.diagnostics;
        let mut front = head.front;
        for cascade in options
            .cascade
            .iter()
            .rev()
            .filter(|cascade| covers(&cascade.section, self.folder))
        {
            front.merge_defaults(&cascade.defaults);
        }
        let body = markdown::analyse(
            &source,
            head.body.clone(),
            front.title.as_deref(),
            &options.markdown,
        );
        let places: BTreeMap<String, Place> = head
            .places
            .iter()
            .map(|(key, span)| (key.clone(), source.place(span.clone())))
            .collect();

        // A title that could not be read is no missing title.
        let unread = diagnostics
            .iter()
            .any(|found| found.level == crate::ground::rule::Level::Error);
        let title = title(self, &front, &body, &mut diagnostics);
        if unread {
            diagnostics.retain(|found| {
                !matches!(found.rule, Rule::TitleFromHeading | Rule::TitleFromFileName)
            });
        }
        let permalink = self.permalink(&front, &places, &mut diagnostics);
        let aliases = aliases(&front, &places, self.source, &mut diagnostics);
        let reading_minutes = body.words.div_ceil(WORDS_A_MINUTE);
        let declared = Declared {
            source: &source,
            front: &front,
            places: &places,
        };
        declared.check_reading_time(reading_minutes, &mut diagnostics);
        let content_hash = content_hash(&self.text[head.body.clone()]);
        declared.check_hash(&content_hash, &mut diagnostics);
        let Some(permalink) = permalink else {
            return Err(diagnostics);
        };
        if diagnostics
            .iter()
            .any(|found| found.level == crate::ground::rule::Level::Error)
        {
            return Err(diagnostics);
        }

        diagnostics.retain(|found| !front.allow.contains(&found.rule));
        diagnostics.shrink_to_fit();
        let title_id = title_id(&front, &body, &options.markdown);
        let mut anchors = body.anchors.clone();
        if !title_id.is_empty() && !anchors.contains(&title_id) {
            anchors.push(title_id.clone());
            anchors.sort();
        }
        let terms = terms::terms(&title, &front, &body, &options.similar);
        // What the listing says is not held twice.
        let declared_title = front.title.take();
        let description = front.description.take();
        Ok(Article {
            source: self.source.clone(),
            digest: self.digest,
            folder: self.folder.to_owned(),
            kind: self.kind,
            listing: Digested::new(Listing {
                permalink,
                title,
                has_description: description.is_some(),
                description: description.unwrap_or(body.summary),
                reading_minutes,
            }),
            anchors: Digested::new(anchors),
            targets: Digested::new(Targets {
                links: body.links,
                images: body.images,
            }),
            terms: Digested::new(terms),
            meta: Digested::new(PackedMap::new(&std::mem::take(&mut front.meta))),
            front: Digested::new(KeptFront::new(&front)),
            own: Digested::new(Own {
                text: Packed::new(&OwnText {
                    body: head.body,
                    declared_title,
                    title_id,
                    headings: body.headings,
                    words: body.words,
                    content_hash,
                }),
                aliases,
                places: kept_places(places),
            }),
            diagnostics,
        })
    }
}

/// The places that stages after parsing may complain of: those of addresses
/// and of the template.
fn kept_places(places: BTreeMap<String, Place>) -> BTreeMap<String, Place> {
    let is_kept =
        |key: &str| ["template", "path", "slug"].contains(&key) || key.starts_with("aliases");
    // Collected anew: a map that lost its entries keeps their room.
    places.into_iter().filter(|(key, _)| is_kept(key)).collect()
}

/// Whether a cascade for `section` reaches a guide in `folder`.
fn covers(section: &str, folder: &str) -> bool {
    section.is_empty()
        || folder == section
        || folder
            .strip_prefix(section)
            .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_cascade_reaches_its_own_section_and_those_below() {
        assert!(covers("", "a"));
        assert!(covers("a", "a"));
        assert!(covers("a", "a/b"));
        assert!(!covers("a", "ab"));
        assert!(!covers("a/b", "a"));
    }
}
