//! An article: everything that one Markdown file says, parsed.
//!
//! What the rest of the site may know of it is its card, in facets that are
//! digested apart, so that an edit moves only what it concerns. The body's
//! text is not kept: a page is rendered from its source again.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::config::{Cascade, Config, MarkdownOptions, OutputStyle, SimilarOptions};
use super::front_matter::FrontMatter;
use super::front_matter_reader;
use super::kept::KeptFront;
use super::markdown::{self, Body, Heading};
use super::packed::{Packed, PackedMap};
use super::permalink::{self, Kind, Permalink};
use super::terms::{self, Terms};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::{Digest, Digested};
use crate::ground::paths::SrcPath;
use crate::ground::rule::Rule;
use crate::ground::source::{Place, Source};
use crate::ground::step::Step;
use crate::ground::value::Value;

/// Words read in a minute.
const WORDS_A_MINUTE: usize = 220;

/// Hexadecimal digits of a content hash as pages show it.
pub const HASH_DIGITS: usize = 24;

/// What a file says.
#[derive(Clone, Debug, Serialize)]
pub struct Article {
    /// The file.
    pub source: SrcPath,
    /// Digest of its bytes.
    pub digest: Digest,
    /// Its folder below the content folder.
    pub folder: String,
    /// What it makes.
    pub kind: Kind,
    /// What lists, neighbours and indexes know of it.
    pub listing: Digested<Listing>,
    /// What links to it can name.
    pub anchors: Digested<Vec<String>>,
    /// Where its links and images lead, as written.
    pub targets: Digested<Targets>,
    /// What it is about.
    pub terms: Digested<Terms>,
    /// Its front matter, without `[meta]`, title and description, which stand
    /// elsewhere.
    pub front: Digested<KeptFront>,
    /// Its `[meta]`.
    pub meta: Digested<PackedMap>,
    /// What only its own page shows.
    pub own: Digested<Own>,
    /// What was found while it was parsed.
    pub diagnostics: Vec<Diagnostic>,
}

/// All that the rest of the site may know of an article, beside its source's
/// path and what follows from the paths of all sources: its folder and kind.
/// Cards are compared by path where those are the same. Its aliases follow
/// from the front matter.
#[derive(Serialize)]
struct Card<'a> {
    listing: &'a Digested<Listing>,
    anchors: &'a Digested<Vec<String>>,
    targets: &'a Digested<Targets>,
    terms: &'a Digested<Terms>,
    front: &'a Digested<KeptFront>,
    meta: &'a Digested<PackedMap>,
    places: &'a BTreeMap<String, Place>,
}

impl Article {
    /// The digest of its card: of all that the rest of the site may know of
    /// it. An edit that leaves it as it was concerns the article's own page
    /// alone.
    pub fn card(&self) -> Digest {
        let card = Card {
            listing: &self.listing,
            anchors: &self.anchors,
            targets: &self.targets,
            terms: &self.terms,
            front: &self.front,
            meta: &self.meta,
            places: &self.own.places,
        };
        #[cfg(feature = "faults")]
        return crate::ground::fault::key("card", &card);
        #[cfg(not(feature = "faults"))]
        Digest::of(&card)
    }
}

/// The facet of a card that lists show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// Where it lives.
    pub permalink: Permalink,
    /// Its title.
    pub title: String,
    /// Its description, or else the first words of its text.
    pub description: String,
    /// Whether the description was declared.
    pub has_description: bool,
    /// Minutes to read; 0 only where there is no text.
    pub reading_minutes: usize,
}

/// The facet of a card that says where the guide's links lead.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Targets {
    /// Links as written, each once, sorted.
    pub links: Vec<String>,
    /// Images as written, each once, sorted.
    pub images: Vec<String>,
}

/// What only the guide's own page shows, and where its keys stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Own {
    /// Of its text; unpacked while the page is rendered.
    pub text: Packed<OwnText>,
    /// Addresses that redirect here.
    pub aliases: Vec<Permalink>,
    /// Where keys stand that later stages may complain of.
    pub places: BTreeMap<String, Place>,
}

/// What only the guide's own page shows of its text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OwnText {
    /// Byte range of the body in the file.
    pub body: Range<usize>,
    /// The title as the front matter gives it.
    pub declared_title: Option<String>,
    /// Anchor of the heading that became the page's title; may be empty.
    pub title_id: String,
    /// Headings of the page.
    pub headings: Vec<Heading>,
    /// Words of running text.
    pub words: usize,
    /// See [`content_hash`].
    pub content_hash: String,
}

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

impl ParseArticle<'_> {
    fn permalink(
        &self,
        front: &FrontMatter,
        places: &BTreeMap<String, Place>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Permalink> {
        let options = &**self.options;
        match permalink::permalink(
            self.kind,
            self.folder,
            self.source.stem(),
            front,
            options.output_style,
        ) {
            Ok(permalink) => Some(permalink),
            Err((key, why)) => {
                let what = key.map_or_else(
                    || "the file's own name".to_owned(),
                    |key| format!("`{key}`"),
                );
                let place = key.and_then(|key| places.get(key)).cloned();
                let found = Diagnostic::new(
                    Rule::UnsafePath,
                    format!("{what} cannot be an address: it {why}"),
                )
                .placed(place.unwrap_or_else(|| Place::file(self.source.clone())));
                if !diagnostics
                    .iter()
                    .any(|other| other.rule == Rule::UnsafePath && other.place == found.place)
                {
                    diagnostics.push(found);
                }
                None
            }
        }
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

fn title(
    step: &ParseArticle<'_>,
    front: &FrontMatter,
    body: &Body,
    diagnostics: &mut Vec<Diagnostic>,
) -> String {
    if let Some(title) = front
        .title
        .as_ref()
        .filter(|title| !title.trim().is_empty())
    {
        return title.clone();
    }
    if let Some(heading) = body
        .first_h1
        .as_ref()
        .or(body.headings.first())
        .filter(|heading| !heading.text.trim().is_empty())
    {
        diagnostics.push(Diagnostic::file(
            Rule::TitleFromHeading,
            step.source.clone(),
            format!(
                "no `title`: the heading \u{201c}{}\u{201d} serves as one",
                heading.text
            ),
        ));
        return heading.text.clone();
    }
    let own = match step.kind {
        Kind::Home => "Home",
        Kind::Guide => step.source.stem(),
        Kind::Section | Kind::Bundle => step.folder.rsplit('/').next().unwrap_or(step.folder),
    };
    let title = words_of_name(own);
    diagnostics.push(
        Diagnostic::file(
            Rule::TitleFromFileName,
            step.source.clone(),
            format!("no `title` and no heading: the file's name serves as \u{201c}{title}\u{201d}"),
        )
        .help("add a `title` to the front matter or a first heading"),
    );
    title
}

/// A file's or folder's name as words: `replace-fan` is `Replace fan`.
pub fn words_of_name(name: &str) -> String {
    let words = name.replace(['-', '_'], " ");
    let words = words.trim();
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => name.to_owned(),
    }
}

/// The anchor of the heading that the page shows as its title instead.
fn title_id(front: &FrontMatter, body: &Body, options: &MarkdownOptions) -> String {
    let Some(heading) = &body.first_h1 else {
        return String::new();
    };
    let shown = body.headings.iter().any(|other| other.id == heading.id);
    if shown || !options.drop_repeated_title || (front.title.is_none() && heading.text.is_empty()) {
        return String::new();
    }
    heading.id.clone()
}

fn aliases(
    front: &FrontMatter,
    places: &BTreeMap<String, Place>,
    source: &SrcPath,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Permalink> {
    let mut found = Vec::new();
    for (index, alias) in front.aliases.iter().enumerate() {
        match Permalink::named(alias) {
            Ok(permalink) => found.push(permalink),
            Err(why) => {
                let place = places
                    .get(&format!("aliases.{index}"))
                    .cloned()
                    .unwrap_or_else(|| Place::file(source.clone()));
                let problem = Diagnostic::new(
                    Rule::UnsafePath,
                    format!("the alias `{alias}` cannot be an address: it {why}"),
                )
                .placed(place);
                if !diagnostics
                    .iter()
                    .any(|other| other.rule == Rule::UnsafePath && other.place == problem.place)
                {
                    diagnostics.push(problem);
                }
            }
        }
    }
    found
}

/// The content hash of a body: BLAKE3 over its bytes with line breaks as `\n`,
/// cut to [`HASH_DIGITS`] digits.
pub fn content_hash(body: &str) -> String {
    Digest::of_bytes(body.replace("\r\n", "\n").trim().as_bytes()).short(HASH_DIGITS)
}

/// Values that the front matter declares and the tool computes.
struct Declared<'a> {
    source: &'a Source<'a>,
    front: &'a FrontMatter,
    places: &'a BTreeMap<String, Place>,
}

impl Declared<'_> {
    fn disagrees(&self, rule: Rule, key: &str, message: String, help: String) -> Diagnostic {
        let place = self
            .places
            .get(&format!("meta.{key}"))
            .cloned()
            .unwrap_or_else(|| Place::file(self.source.path.clone()));
        Diagnostic::new(rule, message).placed(place).help(help)
    }

    fn check_reading_time(&self, counted: usize, diagnostics: &mut Vec<Diagnostic>) {
        let Some(declared) = self.front.meta.get("reading_time").and_then(whole_number) else {
            return;
        };
        if usize::try_from(declared) != Ok(counted) {
            diagnostics.push(self.disagrees(
                Rule::DeclaredReadingTime,
                "reading_time",
                format!("`reading_time` declares {declared} minutes, but the text takes {counted}"),
                format!(
                    "leave the key out, write {counted}, or allow `{}`",
                    Rule::DeclaredReadingTime
                ),
            ));
        }
    }

    fn check_hash(&self, computed: &str, diagnostics: &mut Vec<Diagnostic>) {
        let Some(declared) = self.front.meta.get("hash").and_then(Value::as_text) else {
            return;
        };
        let declared = declared.trim().to_ascii_lowercase();
        if declared.len() < 8 || !computed.starts_with(&declared) {
            diagnostics.push(self.disagrees(
                Rule::DeclaredHash,
                "hash",
                format!("`hash` declares `{declared}`, but the text has `{computed}`"),
                format!(
                    "leave the key out, write `{computed}`, or allow `{}`",
                    Rule::DeclaredHash
                ),
            ));
        }
    }
}

/// The first whole number of a value: `7`, `"7"`, `"7 min"`.
fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Text(text) => text.split_whitespace().next()?.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cascade_reaches_its_own_section_and_those_below() {
        assert!(covers("", "a"));
        assert!(covers("a", "a"));
        assert!(covers("a", "a/b"));
        assert!(!covers("a", "ab"));
        assert!(!covers("a/b", "a"));
    }

    #[test]
    fn names_become_words() {
        assert_eq!(words_of_name("replace-fan"), "Replace fan");
        assert_eq!(words_of_name("KubePodCrashLooping"), "KubePodCrashLooping");
        assert_eq!(words_of_name("---"), "---");
    }
}
