//! The configuration of a site, validated and with defaults filled in.
//!
//! These are the values that the rest of the crate reads; how `guidepost.toml`
//! becomes them, and every complaint on the way, is in
//! [`super::config_reader`]. Each group is digested on its own, so that a key
//! holds the groups that a step reads and no others.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::front_matter::FrontMatter;
use crate::ground::rule::{Level, Rule};
use crate::ground::value::Map;

/// The name of the configuration file, at the root of a site.
pub const FILE_NAME: &str = "guidepost.toml";

/// The whole configuration of a site.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Config {
    /// Where the site will live; `None` leaves out feeds and the sitemap.
    pub base_url: Option<BaseUrl>,
    /// The site's title.
    pub title: String,
    /// One sentence about the site.
    pub description: String,
    /// Author named in feeds where a guide names none.
    pub author: String,
    /// BCP 47 language tag of the site, such as `en`.
    pub language: String,
    /// IANA name of the zone in which dates without an offset are read.
    pub time_zone: String,
    /// Whether links are written relative to the page that holds them, with
    /// `index.html` spelt out, so that the site works from a folder.
    pub relative_urls: bool,
    /// How a guide's address is made.
    pub output_style: OutputStyle,
    /// Guides on a page of a section's list; 0 puts all of them on one.
    pub paginate_by: usize,
    /// Links in the header.
    pub menu: Vec<MenuItem>,
    /// Taxonomies in the order of the configuration.
    pub taxonomies: Vec<Taxonomy>,
    /// Defaults for the guides of a section and its subsections, outermost
    /// section first.
    pub cascade: Vec<Cascade>,
    /// Markdown.
    pub markdown: MarkdownOptions,
    /// Code highlighting.
    pub highlight: HighlightOptions,
    /// The meta box.
    pub meta_box: MetaBoxOptions,
    /// Similar guides.
    pub similar: SimilarOptions,
    /// Feeds.
    pub feeds: FeedOptions,
    /// What a guide's review decides.
    pub review: ReviewOptions,
    /// What is remembered between builds.
    pub cache: CacheOptions,
    /// Where the site is published, by name.
    pub publish: BTreeMap<String, PublishOptions>,
    /// Tells the site from others on a publishing target; derived from the
    /// base URL where there is none.
    pub site_id: Option<String>,
    /// Paths below the content folder that are no content, in the syntax of
    /// `.gitignore`.
    pub ignore: Vec<String>,
    /// Dotted front matter paths (`meta.flags.needs_human_review`) that keep
    /// a guide out of indexes where they are set.
    pub noindex: Vec<String>,
    /// What the site makes of a rule's level.
    pub rules: BTreeMap<Rule, RuleSetting>,
    /// Free values for templates, as `site.extra`.
    pub extra: Map,
}

/// An absolute `http` or `https` URL that ends with `/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Checks a URL and gives it its closing slash.
    ///
    /// # Errors
    ///
    /// Says in words what is wrong with it.
    pub fn new(url: &str) -> Result<Self, &'static str> {
        let rest = url
            .strip_prefix("https://")
            .or_else(|| url.strip_prefix("http://"))
            .ok_or("must start with `https://` or `http://`")?;
        if rest.is_empty() || rest.starts_with('/') {
            return Err("has no host name");
        }
        if url.contains(['?', '#']) {
            return Err("must not have a query or a fragment");
        }
        if url
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || "\"<>\\".contains(c))
        {
            return Err("has a character that a URL cannot have");
        }
        Ok(Self(format!("{}/", url.trim_end_matches('/'))))
    }

    /// The URL, with its closing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The URL's path, `/` or `/docs/`.
    pub fn path(&self) -> &str {
        let host = self.0.find("://").map_or(0, |at| at + 3);
        self.0[host..]
            .find('/')
            .map_or("/", |at| &self.0[host + at..])
    }
}

/// How a guide's address is made from its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OutputStyle {
    /// `a/b.md` is `/a/b/`, written to `a/b/index.html`.
    Clean,
    /// `a/b.md` is `/a/b.html`.
    File,
}

/// A link in the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MenuItem {
    /// The words.
    pub title: String,
    /// A site path such as `/guides/`, or a URL.
    pub url: String,
}

/// A taxonomy, such as tags.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taxonomy {
    /// The key in front matter and the first segment of its address.
    pub name: String,
    /// The words that readers see.
    pub title: String,
    /// Whether each term has a feed.
    pub feed: bool,
    /// Guides on a page of a term's list; 0 puts all of them on one.
    pub paginate_by: usize,
}

/// Front matter defaults for a section.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cascade {
    /// The section's folder below the content folder, without slashes at its
    /// ends; empty for the whole site.
    pub section: String,
    /// What guides take that do not say otherwise.
    pub defaults: FrontMatter,
}

/// Switches of the Markdown renderer. All additions off is plain CommonMark.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that users set by name"
)]
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MarkdownOptions {
    /// GFM tables.
    pub tables: bool,
    /// `- [ ]` task lists.
    pub task_lists: bool,
    /// `[^1]` footnotes.
    pub footnotes: bool,
    /// `~~strikethrough~~`.
    pub strikethrough: bool,
    /// Definition lists.
    pub definition_lists: bool,
    /// `# Title {#id .class}`.
    pub heading_attributes: bool,
    /// Ids on headings, and a link to each.
    pub heading_anchors: bool,
    /// `> [!WARNING]` alerts.
    pub admonitions: bool,
    /// Bare URLs become links, as GFM does.
    pub autolinks: bool,
    /// Quotes, dashes and ellipses become typographic ones. Off by default.
    pub smart_punctuation: bool,
    /// Tera components called from Markdown.
    pub shortcodes: bool,
    /// Titled images become figures; images load lazily and know their size.
    pub figures: bool,
    /// Fenced code is highlighted and may have a title, line numbers and marks.
    pub code_blocks: bool,
    /// Links to `.md` files become permalinks and are checked.
    pub resolve_links: bool,
    /// A first H1 that repeats the title is left out of the body.
    pub drop_repeated_title: bool,
    /// What happens to raw HTML.
    pub raw_html: RawHtml,
}

/// What happens to raw HTML in Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RawHtml {
    /// Cleaned: scripts, styles and event handlers go; tags that HTML does not
    /// know, such as `<node-name>`, are shown as text.
    Sanitize,
    /// Kept as it is; every writer of the site is trusted.
    Allow,
    /// Shown as text.
    Escape,
}

/// Code highlighting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HighlightOptions {
    /// Whether code is highlighted at all.
    pub enabled: bool,
    /// Name of the theme for light pages.
    pub light_theme: String,
    /// Name of the theme for dark pages.
    pub dark_theme: String,
    /// Whether blocks have line numbers unless their fence says otherwise.
    pub line_numbers: bool,
}

/// The meta box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MetaBoxOptions {
    /// Heading of the box.
    pub title: String,
    /// Keys that come first, in this order; the others follow in the order of
    /// the front matter.
    pub order: Vec<String>,
    /// Words shown for a key, by dotted path (`score` or `score.quality`).
    pub labels: BTreeMap<String, String>,
    /// Keys that are not shown, by dotted path.
    pub hidden: Vec<String>,
    /// Rendering by dotted path.
    pub render: BTreeMap<String, MetaRendering>,
    /// Keys shown in the short card beside the article.
    pub card: Vec<String>,
}

/// How a key of the meta box is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MetaRendering {
    /// A row of small labels.
    Chips,
    /// A table: maps as rows.
    Table,
    /// Behind a disclosure.
    Collapsed,
    /// Numbers from 0 to 100 as meters.
    Meter,
    /// A small coloured label.
    Badge,
    /// Every entry as a `key: value` line.
    List,
}

/// Similar guides.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SimilarOptions {
    /// Heading of the list.
    pub title: String,
    /// Guides listed at most; 0 switches the list off.
    pub count: usize,
    /// Weight of a shared taxonomy term, 0 to 10.
    pub taxonomies: u8,
    /// Weight of a shared meta value, 0 to 10.
    pub meta: u8,
    /// Weight of a shared word of the title, headings or text, 0 to 10.
    pub words: u8,
    /// Meta keys whose values count.
    pub meta_keys: Vec<String>,
}

/// Feeds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeedOptions {
    /// Whether the site has one.
    pub site: bool,
    /// Whether each section has one.
    pub sections: bool,
    /// Entries in a feed.
    pub limit: usize,
}

/// What a guide's review decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReviewOptions {
    /// Values of `review.status` that keep a guide out of indexes, compared
    /// without case.
    pub noindex_status: Vec<String>,
    /// Whether an overdue review keeps a guide out of indexes.
    pub noindex_overdue: bool,
}

/// What is remembered between builds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CacheOptions {
    /// Megabytes (2^20 bytes) that the cache of one output folder may take.
    pub max_size: u32,
    /// Where machines share what they made: a URL, or a folder below the
    /// site's root.
    pub remote: Option<String>,
    /// Whether nothing is given there.
    pub remote_read_only: bool,
}

/// A target that the site is published to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishOptions {
    /// A folder, or the address of a bucket, a git branch or an SSH host;
    /// without credentials.
    pub to: String,
    /// The endpoint of a service that is compatible with S3.
    pub endpoint: Option<String>,
    /// The region of a bucket.
    pub region: Option<String>,
    /// Deletions in one publication, in per cent of the site.
    pub max_deletes: u32,
    /// Earlier publications that can be brought back.
    pub keep: u32,
    /// Publications for which a fingerprinted file stays once no page of the
    /// site names it any more.
    pub keep_assets: u32,
    /// Whether text is sent compressed.
    pub compress: bool,
    /// Seconds for which readers may keep a page.
    pub page_max_age: u32,
    /// Seconds for which readers may keep any other file.
    pub asset_max_age: u32,
    /// Seconds for which readers may keep a file whose name changes with its
    /// content.
    pub fingerprinted_max_age: u32,
    /// Whether `_headers` is published.
    pub headers_file: bool,
    /// Whether `_redirects` is published, and no pages that redirect.
    pub redirects_file: bool,
    /// What becomes of the history of a git branch.
    pub history: History,
    /// The domain that `CNAME` names on a git branch.
    pub cname: Option<String>,
}

/// What becomes of the history of a git branch that is published to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum History {
    /// Each publication is a commit upon the one before it.
    #[default]
    Keep,
    /// The branch has one commit, which each publication replaces.
    OneCommit,
}

impl Default for PublishOptions {
    fn default() -> Self {
        Self {
            to: String::new(),
            endpoint: None,
            region: None,
            max_deletes: 25,
            keep: 5,
            keep_assets: 3,
            compress: false,
            page_max_age: 60,
            asset_max_age: 3600,
            fingerprinted_max_age: 31_536_000,
            headers_file: false,
            redirects_file: false,
            history: History::Keep,
            cname: None,
        }
    }
}

/// What a site makes of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuleSetting {
    /// Findings are dropped.
    Allow,
    /// Findings have this level.
    Level(Level),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            base_url: None,
            title: "Guides".into(),
            description: String::new(),
            author: String::new(),
            language: "en".into(),
            time_zone: "UTC".into(),
            relative_urls: false,
            output_style: OutputStyle::Clean,
            paginate_by: 30,
            menu: Vec::new(),
            taxonomies: vec![Taxonomy::named("tags"), Taxonomy::named("categories")],
            cascade: Vec::new(),
            markdown: MarkdownOptions::default(),
            highlight: HighlightOptions::default(),
            meta_box: MetaBoxOptions::default(),
            similar: SimilarOptions::default(),
            feeds: FeedOptions::default(),
            review: ReviewOptions::default(),
            cache: CacheOptions::default(),
            publish: BTreeMap::new(),
            site_id: None,
            ignore: Vec::new(),
            noindex: Vec::new(),
            rules: BTreeMap::new(),
            extra: Map::default(),
        }
    }
}

impl Taxonomy {
    /// A taxonomy with the defaults of its name.
    pub fn named(name: &str) -> Self {
        let mut title = name.replace(['-', '_'], " ");
        if let Some(first) = title.get(..1) {
            title = first.to_uppercase() + &title[1..];
        }
        Self {
            name: name.into(),
            title,
            feed: false,
            paginate_by: 30,
        }
    }
}

impl Default for MarkdownOptions {
    fn default() -> Self {
        Self {
            tables: true,
            task_lists: true,
            footnotes: true,
            strikethrough: true,
            definition_lists: true,
            heading_attributes: true,
            heading_anchors: true,
            admonitions: true,
            autolinks: true,
            smart_punctuation: false,
            shortcodes: true,
            figures: true,
            code_blocks: true,
            resolve_links: true,
            drop_repeated_title: true,
            raw_html: RawHtml::Sanitize,
        }
    }
}

impl Default for HighlightOptions {
    fn default() -> Self {
        Self {
            enabled: true,
            light_theme: "OneHalfLight".into(),
            dark_theme: "OneHalfDark".into(),
            line_numbers: false,
        }
    }
}

impl Default for MetaBoxOptions {
    fn default() -> Self {
        Self {
            title: "About this guide".into(),
            order: Vec::new(),
            labels: BTreeMap::new(),
            hidden: Vec::new(),
            render: BTreeMap::new(),
            card: ["stack", "tools", "parts", "difficulty", "score"]
                .map(String::from)
                .to_vec(),
        }
    }
}

impl Default for SimilarOptions {
    fn default() -> Self {
        Self {
            title: "Similar guides".into(),
            count: 5,
            taxonomies: 6,
            meta: 5,
            words: 3,
            meta_keys: ["stack", "tools", "topic", "entities", "parts"]
                .map(String::from)
                .to_vec(),
        }
    }
}

impl Default for FeedOptions {
    fn default() -> Self {
        Self {
            site: true,
            sections: false,
            limit: 20,
        }
    }
}

impl Default for ReviewOptions {
    fn default() -> Self {
        Self {
            noindex_status: [
                "draft",
                "drafted",
                "rejected",
                "withdrawn",
                "obsolete",
                "retired",
            ]
            .map(String::from)
            .to_vec(),
            noindex_overdue: false,
        }
    }
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self {
            max_size: 4096,
            remote: None,
            remote_read_only: false,
        }
    }
}
