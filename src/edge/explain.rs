//! Explain: what a page is made of, and why it was or was not made again.

use super::build::{BuildError, BuildOptions, cache_folder, program_id};
use super::record::{BuildRecord, PageRecord};
use crate::content::markdown::Link;
use crate::engine::cache::Cache;
use crate::engine::facts::OutputFact;
use crate::ground::paths::{OutPath, SrcPath};
use crate::ground::suggest::did_you_mean;
use crate::render::named::DATA;

/// What is known of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The output.
    pub output: OutPath,
    /// What it is made of: a name and what stands behind it.
    pub parts: Vec<(String, Vec<String>)>,
    /// Why it was or was not made again, in sentences.
    pub why: Vec<String>,
}

/// Why nothing can be explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unexplained {
    /// The site was not built by this program yet.
    NotBuilt,
    /// Nothing is known by that name; perhaps another was meant.
    Unknown(Option<String>),
}

/// Explains the output that `name` names: a source (`content/a.md`), an
/// address (`/a/`, or a whole URL), or an output file (`a/index.html`).
///
/// # Errors
///
/// The cache cannot be read.
pub fn explain(
    options: &BuildOptions,
    name: &str,
) -> Result<Result<Explanation, Unexplained>, BuildError> {
    let layout = options.layout()?;
    let cache = Cache::open(&cache_folder(&layout), program_id())?;
    let build = cache
        .facts()
        .build
        .as_deref()
        .and_then(|bytes| postcard::from_bytes::<BuildRecord>(bytes).ok());
    let Some(build) = build else {
        return Ok(Err(Unexplained::NotBuilt));
    };
    let Some((path, fact)) = find(&cache, name) else {
        let outputs = cache.facts().outputs.keys().map(OutPath::as_str);
        let known = outputs.chain(cache.facts().sources.keys().map(SrcPath::as_str));
        return Ok(Err(Unexplained::Unknown(
            did_you_mean(name, known).map(str::to_owned),
        )));
    };
    let record = page_record(&cache, fact);
    Ok(Ok(Explanation {
        output: path.clone(),
        parts: record.as_ref().map(parts).unwrap_or_default(),
        why: record
            .as_ref()
            .map_or_else(|| not_a_page(path), |record| why(record, &build)),
    }))
}

fn page_record(cache: &Cache, fact: &OutputFact) -> Option<PageRecord> {
    postcard::from_bytes(&cache.pages.get(fact.key, fact.slot?)?).ok()
}

fn find<'a>(cache: &'a Cache, name: &str) -> Option<(&'a OutPath, &'a OutputFact)> {
    let outputs = &cache.facts().outputs;
    let name = name.split(['?', '#']).next().unwrap_or(name);
    let path = name.find("://").map_or(name, |at| {
        let rest = &name[at + 3..];
        rest.find('/').map_or("/", |slash| &rest[slash..])
    });
    let trimmed = path.trim_start_matches("./").trim_matches('/');
    let candidates = match trimmed {
        "" => vec!["index.html".to_owned()],
        trimmed => vec![
            trimmed.to_owned(),
            format!("{trimmed}/index.html"),
            format!("{trimmed}.html"),
        ],
    };
    for candidate in &candidates {
        if let Some(found) = outputs.get_key_value(candidate.as_str()) {
            return Some(found);
        }
    }
    let sources = [
        trimmed.to_owned(),
        format!("content/{trimmed}"),
        format!("{trimmed}.md"),
        format!("content/{trimmed}.md"),
    ];
    outputs.iter().find(|(_, fact)| {
        page_record(cache, fact).is_some_and(|record| {
            let source = &record.given.page.source;
            !source.is_empty() && sources.contains(source)
        })
    })
}

fn parts(record: &PageRecord) -> Vec<(String, Vec<String>)> {
    let given = &record.given;
    let page = &given.page;
    let link = |link: &crate::render::inputs::LinkInput| format!("{} ({})", link.title, link.href);
    let mut parts: Vec<(String, Vec<String>)> = Vec::new();
    let mut part = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            parts.push((name.to_owned(), values));
        }
    };
    part(
        "source",
        vec![page.source.clone()]
            .into_iter()
            .filter(|source| !source.is_empty())
            .collect(),
    );
    part("template", vec![format!("templates/{}", given.template)]);
    part(
        "data",
        record
            .frame
            .data
            .iter()
            .map(|(name, _)| format!("{DATA}`{name}`"))
            .collect(),
    );
    part(
        "previous and next",
        page.previous.iter().chain(&page.next).map(link).collect(),
    );
    part(
        "similar guides",
        page.similar
            .iter()
            .map(|similar| format!("{} ({})", similar.title, similar.reason))
            .collect(),
    );
    part(
        "guides that link to it",
        page.backlinks.iter().map(link).collect(),
    );
    part(
        "terms",
        page.taxonomies
            .iter()
            .flat_map(|terms| terms.terms.iter().map(link))
            .collect(),
    );
    let target = |(name, to): (&String, &Link)| match to {
        Link::To { href, .. } if href == name => name.clone(),
        Link::To { href, .. } => format!("{name} \u{2192} {href}"),
        Link::Broken { message, .. } => format!("{name}: {message}"),
    };
    part("links", given.links.iter().map(target).collect());
    part("images", given.images.iter().map(target).collect());
    let listed = given
        .list
        .as_ref()
        .map(|list| list.items.iter().map(|item| item.title.clone()).collect());
    part("guides listed on it", listed.unwrap_or_default());
    part(
        "blocks of code",
        if record.blocks.is_empty() {
            Vec::new()
        } else {
            vec![record.blocks.len().to_string()]
        },
    );
    parts
}

fn why(record: &PageRecord, build: &BuildRecord) -> Vec<String> {
    let mut sentences = Vec::new();
    if record.number == build.number {
        if record.reasons.is_empty() {
            sentences.push("It was made by the last build that changed anything: nothing was remembered of it.".to_owned());
        } else {
            sentences.push(format!(
                "It was made again by the last build that changed anything, because of {}.",
                record.reasons.join("; ")
            ));
        }
    } else {
        sentences.push(format!(
            "The last build that changed anything (number {}) did not make it again: none of its inputs had changed.",
            build.number
        ));
        let because = if record.reasons.is_empty() {
            "for the first time".to_owned()
        } else {
            format!("because of {}", record.reasons.join("; "))
        };
        sentences.push(format!(
            "It was made by build number {}, {because}.",
            record.number
        ));
    }
    if !record.causes.is_empty() {
        let causes: Vec<&str> = record.causes.iter().map(SrcPath::as_str).collect();
        sentences.push(format!("What had changed: {}.", causes.join(", ")));
    }
    sentences
}

fn not_a_page(path: &OutPath) -> Vec<String> {
    vec![format!(
        "`{path}` is no page: it is copied or made whole, and written where its bytes differ."
    )]
}
