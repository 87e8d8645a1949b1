//! The plan: every file of the output folder, and what makes it.
//!
//! Invariant: the plan is total. A file that an earlier build wrote and that
//! the plan does not have is to be deleted; two claims to one file are an
//! error that names both.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use super::feed::{self, FeedOf};
use super::page_input::numbered;
use super::sitemap;
use super::theme_files::{SCRIPT, STYLE};
use super::world::World;
use crate::content::article::Article;
use crate::content::permalink::Permalink;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::paths::{OutPath, SrcPath};
use crate::ground::rule::Rule;
use crate::ground::source::Place;
use crate::site::pagination::{ListPage, pages};

/// An output and what makes it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Where it is written.
    pub path: OutPath,
    /// What makes it.
    pub job: Job,
}

/// What makes an output.
#[derive(Clone, Debug)]
pub enum Job {
    /// The page of a guide.
    Guide(usize),
    /// A page of a section's list; on the first also the section's own text.
    Section(usize, ListPage),
    /// The list of a taxonomy's terms.
    Taxonomy(usize),
    /// A page of a term's list, by taxonomy and term.
    Term(usize, usize, ListPage),
    /// `404.html`.
    NotFound,
    /// A redirect to a page.
    Alias(Permalink),
    /// A feed.
    Feed(FeedOf),
    /// The sitemap: its only part, one of its parts, or the index of parts.
    Sitemap(SitemapPart),
    /// `robots.txt`.
    Robots,
    /// The style sheet.
    Style,
    /// The script.
    Script,
    /// Another file of the theme, by its place in the list.
    ThemeFile(usize),
    /// A file copied from the site.
    Copy(SrcPath),
}

/// A part of the sitemap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SitemapPart {
    /// All addresses in one file.
    Whole,
    /// The list of the parts: how many.
    Index(usize),
    /// A part, from 0.
    Part(usize),
}

impl Job {
    /// In which order outputs go live: what others refer to comes first.
    pub fn wave(&self) -> u8 {
        match self {
            Job::Style | Job::Script | Job::ThemeFile(_) | Job::Copy(_) => 0,
            Job::Guide(_) => 1,
            Job::Section(..) | Job::Taxonomy(_) | Job::Term(..) | Job::NotFound | Job::Alias(_) => {
                2
            }
            Job::Feed(_) | Job::Sitemap(_) | Job::Robots => 3,
        }
    }
}

/// A claim to an output.
struct Claim<'a> {
    job: Job,
    by: By<'a>,
    /// Whether a file or page of the site's own takes precedence silently.
    yields: bool,
}

/// Who claims an output, for the message where two do.
#[derive(Clone, Copy)]
enum By<'a> {
    /// The page of a guide.
    Guide(&'a Article),
    /// Its alias at this place of the list.
    Alias(&'a Article, usize),
    /// A file, or the page of a section.
    Source(&'a SrcPath),
    Home,
    /// The list of the section of a folder.
    Section(&'a str),
    Taxonomy(&'a str),
    /// A term of a taxonomy.
    Term(&'a str, &'a str),
    /// Nobody in particular.
    Maker(&'static str),
}

impl fmt::Display for By<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            By::Guide(article) => write!(f, "`{}`", article.source),
            By::Alias(article, _) => write!(f, "an alias of `{}`", article.source),
            By::Source(source) => write!(f, "`{source}`"),
            By::Home => f.write_str("the home page"),
            By::Section(folder) => write!(f, "the list of the section `{folder}`"),
            By::Taxonomy(name) => write!(f, "the list of the taxonomy `{name}`"),
            By::Term(term, taxonomy) => write!(f, "the list of `{term}` in `{taxonomy}`"),
            By::Maker(name) => f.write_str(name),
        }
    }
}

impl By<'_> {
    /// Where the claim is made.
    fn place(&self) -> Option<Place> {
        let of = |article: &Article, keys: &[&str]| {
            let key = keys.iter().find_map(|key| article.own.places.get(*key));
            key.cloned()
                .unwrap_or_else(|| Place::file(article.source.clone()))
        };
        match self {
            By::Guide(article) => Some(of(article, &["path", "slug"])),
            By::Alias(article, index) => {
                Some(of(article, &[&format!("aliases.{index}"), "aliases"]))
            }
            By::Source(source) => Some(Place::file((*source).clone())),
            By::Home | By::Section(_) | By::Taxonomy(_) | By::Term(..) | By::Maker(_) => None,
        }
    }
}

/// Plans all outputs, sorted by path, and reports claims that clash.
pub fn plan(world: &World<'_>) -> (Vec<Planned>, Vec<Diagnostic>) {
    let mut claims = Claims::default();
    claim_pages(world, &mut claims);
    claim_lists(world, &mut claims);
    claim_files(world, &mut claims);
    claims.check_case();
    claims.check_nesting();
    let planned = claims
        .taken
        .into_iter()
        .map(|(path, claim)| Planned {
            path,
            job: claim.job,
        })
        .collect();
    (planned, claims.diagnostics)
}

#[derive(Default)]
struct Claims<'a> {
    taken: BTreeMap<OutPath, Claim<'a>>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Claims<'a> {
    fn claim(&mut self, path: &OutPath, claim: Claim<'a>) {
        let earlier = match self.taken.entry(path.clone()) {
            Entry::Vacant(place) => {
                place.insert(claim);
                return;
            }
            Entry::Occupied(mut earlier) if !claim.yields && earlier.get().yields => {
                earlier.insert(claim);
                return;
            }
            Entry::Occupied(earlier) => earlier.into_mut(),
        };
        if claim.yields {
            return;
        }
        let mut found = Diagnostic::new(
            Rule::PermalinkClash,
            format!("`{path}` is claimed by {} and by {}", earlier.by, claim.by),
        )
        .help("give one of them another `slug` or `path`, or rename it");
        found.place = claim.by.place();
        if let Some(place) = earlier.by.place() {
            found = found.related(place, "the other claim");
        }
        self.diagnostics.push(found);
    }

    /// Outputs that a case-insensitive filesystem takes for one.
    fn check_case(&mut self) {
        // Of two such paths one at least is not as it would be folded.
        let folds = |path: &&OutPath| {
            let mut bytes = path.as_str().bytes();
            bytes.any(|byte| !byte.is_ascii() || byte.is_ascii_uppercase())
        };
        let cased: HashSet<String> = self
            .taken
            .keys()
            .filter(folds)
            .map(OutPath::folded)
            .collect();
        if cased.is_empty() {
            return;
        }
        let mut folded: HashMap<String, &OutPath> = HashMap::new();
        for (path, claim) in &self.taken {
            let fold = path.folded();
            if !cased.contains(&fold) {
                continue;
            }
            let Some(other) = folded.insert(fold, path) else {
                continue;
            };
            let mut found = Diagnostic::new(
                Rule::CaseClash,
                format!("`{path}` and `{other}` differ only in case: on some filesystems one overwrites the other"),
            )
            .help(format!("they come from {} and {}: rename one", claim.by, self.taken[other].by));
            found.place = claim.by.place();
            self.diagnostics.push(found);
        }
    }

    /// A file cannot stand where another output needs a folder.
    fn check_nesting(&mut self) {
        // Of neighbours most have the folders above in common.
        let mut free = "";
        for (path, claim) in &self.taken {
            let mut above = path.as_str();
            let (folder, _) = above.rsplit_once('/').unwrap_or_default();
            if folder == free {
                continue;
            }
            let mut clashes = false;
            while let Some((folder, _)) = above.rsplit_once('/') {
                if let Some(file) = self.taken.get(folder) {
                    let mut found = Diagnostic::new(
                        Rule::PermalinkClash,
                        format!(
                            "`{folder}` would be a file ({}) and a folder ({})",
                            file.by, claim.by
                        ),
                    )
                    .help("give one of them another `slug` or `path`, or rename it");
                    found.place = claim.by.place();
                    self.diagnostics.push(found);
                    clashes = true;
                }
                above = folder;
                if is_in(free, above) {
                    break;
                }
            }
            if !clashes {
                free = folder;
            }
        }
    }
}

/// Whether a path is a folder or lies in it.
fn is_in(path: &str, folder: &str) -> bool {
    !folder.is_empty()
        && path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn claim_pages<'a>(world: &World<'a>, claims: &mut Claims<'a>) {
    let site = world.site;
    for (id, page) in site.pages.iter().enumerate() {
        let article = &page.article;
        if page.is_guide() {
            let claim = Claim {
                job: Job::Guide(id),
                by: By::Guide(article),
                yields: false,
            };
            claims.claim(&article.listing.permalink.file, claim);
        }
        for (index, alias) in article.own.aliases.iter().enumerate() {
            let claim = Claim {
                job: Job::Alias(article.listing.permalink.clone()),
                by: By::Alias(article, index),
                yields: false,
            };
            claims.claim(&alias.file, claim);
        }
    }
}

fn claim_lists<'a>(world: &World<'a>, claims: &mut Claims<'a>) {
    let (site, config) = (world.site, world.config);
    for (id, section) in site.sections.iter().enumerate() {
        let source = section.page.map(|page| &site.pages[page].article.source);
        let by = match source {
            Some(source) => By::Source(source),
            None if section.folder.is_empty() => By::Home,
            None => By::Section(&section.folder),
        };
        let count = if id == 0 {
            site.newest.len()
        } else {
            section.guides.len()
        };
        for page in pages(count, config.paginate_by) {
            let Some(address) = numbered(&section.permalink, page.number) else {
                continue;
            };
            claims.claim(
                &address.file,
                Claim {
                    job: Job::Section(id, page),
                    by,
                    yields: false,
                },
            );
        }
        claim_feed(world, claims, FeedOf::Section(id));
    }
    for (t, taxonomy) in site.taxonomies.iter().enumerate() {
        let by = By::Taxonomy(&taxonomy.config.name);
        claims.claim(
            &taxonomy.permalink.file,
            Claim {
                job: Job::Taxonomy(t),
                by,
                yields: false,
            },
        );
        for (n, term) in taxonomy.terms.iter().enumerate() {
            for page in pages(term.guides.len(), taxonomy.config.paginate_by) {
                let Some(address) = numbered(&term.permalink, page.number) else {
                    continue;
                };
                let by = By::Term(&term.name, &taxonomy.config.name);
                claims.claim(
                    &address.file,
                    Claim {
                        job: Job::Term(t, n, page),
                        by,
                        yields: false,
                    },
                );
            }
            claim_feed(world, claims, FeedOf::Term(t, n));
        }
    }
    claim_feed(world, claims, FeedOf::Site);
}

fn claim_feed<'a>(world: &World<'a>, claims: &mut Claims<'a>, of: FeedOf) {
    if let Some(path) = feed::place(world, of) {
        claims.claim(&path, generated(Job::Feed(of), "a feed"));
    }
}

fn generated(job: Job, by: &'static str) -> Claim<'static> {
    Claim {
        job,
        by: By::Maker(by),
        yields: true,
    }
}

fn claim_files<'a>(world: &World<'a>, claims: &mut Claims<'a>) {
    for (source, path) in &world.site.assets {
        claims.claim(
            path,
            Claim {
                job: Job::Copy(source.clone()),
                by: By::Source(source),
                yields: false,
            },
        );
    }
    for (path, source) in &world.files.statics {
        // The style and the script are written under their digests.
        if [STYLE, SCRIPT].contains(&path.as_str()) {
            continue;
        }
        claims.claim(
            path,
            Claim {
                job: Job::Copy(source.clone()),
                by: By::Source(source),
                yields: false,
            },
        );
    }
    for (job, file) in [
        (Job::Style, &world.theme.style),
        (Job::Script, &world.theme.script),
    ] {
        if let Some((path, _)) = file {
            claims.claim(path, generated(job, "the theme"));
        }
    }
    for (index, (path, _)) in world.theme.others.iter().enumerate() {
        claims.claim(path, generated(Job::ThemeFile(index), "the theme"));
    }
    let mut own = |name: &str, job: Job| {
        if let Ok(path) = OutPath::new(name) {
            claims.claim(&path, generated(job, "Guidepost"));
        }
    };
    own("404.html", Job::NotFound);
    own("robots.txt", Job::Robots);
    if world.config.base_url.is_some() {
        let count = sitemap::count(world);
        if count <= sitemap::MOST_URLS {
            own("sitemap.xml", Job::Sitemap(SitemapPart::Whole));
        } else {
            let parts = count.div_ceil(sitemap::MOST_URLS);
            own("sitemap.xml", Job::Sitemap(SitemapPart::Index(parts)));
            for part in 0..parts {
                own(
                    &format!("sitemap-{}.xml", part + 1),
                    Job::Sitemap(SitemapPart::Part(part)),
                );
            }
        }
    }
}
