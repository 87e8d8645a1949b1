//! The inputs of a page by the names under which they are explained to people.
//!
//! What the site gives a page is kept as it was given, and of everything else a
//! digest ([`Frame`]): enough to tell which inputs differ between two times that
//! the page was made. Invariant: together the names cover every field of the
//! step; the compiler insists on it.

use serde::{Deserialize, Serialize};

use super::inputs::PageInput;
use super::page::GivenPage;
use crate::ground::digest::Digest;

/// The name of the input that is a page's own text.
pub const OWN_TEXT: &str = "its own text";
/// The name of the input that is the set of templates.
pub const TEMPLATE: &str = "a template";
/// The name of the input that is the configuration.
pub const CONFIGURATION: &str = "the configuration";
/// The name of an input that is a data file, before the file's own name.
pub const DATA: &str = "the data file ";
/// Inputs that only the page's own source changes.
pub const OWN: [&str; 6] = [
    OWN_TEXT,
    "its title",
    "its review",
    "its meta",
    "its front matter",
    "its address",
];

/// Digests of what a page was made from, but for what the site gave it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Its own text.
    pub own: Digest,
    /// All templates.
    pub templates: Digest,
    /// The configuration that pages read.
    pub options: Digest,
    /// The list of all guides, where the template names it.
    pub guides: Option<Digest>,
    /// Data files that the template names.
    pub data: Vec<(String, Digest)>,
}

/// The names of the inputs that differ.
pub fn changed_inputs(
    (given, frame): (&GivenPage, &Frame),
    (then, before): (&GivenPage, &Frame),
) -> Vec<String> {
    let Frame {
        own,
        templates,
        options,
        guides,
        data,
    } = frame;
    let GivenPage {
        template,
        site,
        page,
        list,
        terms,
        target,
        links,
        images,
    } = given;
    let mut names: Vec<String> = Vec::new();
    let mut differs = |name: &str, same: bool| {
        if !same {
            names.push(name.to_owned());
        }
    };
    differs(OWN_TEXT, *own == before.own);
    differs(
        TEMPLATE,
        *templates == before.templates && *template == then.template,
    );
    differs(CONFIGURATION, *options == before.options);
    differs(
        "the site's title, menu, taxonomies or theme files",
        *site == then.site,
    );
    page_inputs(page, &then.page, &mut differs);
    differs("the list of guides on it", *list == then.list);
    differs("the list of terms on it", *terms == then.terms);
    differs("where it redirects to", *target == then.target);
    differs("where its links lead", *links == then.links);
    differs("its images", *images == then.images);
    differs(
        "the list of all guides (site.guides)",
        *guides == before.guides,
    );
    for (file, digest) in data {
        let same = before
            .data
            .iter()
            .any(|(other, known)| (other, known) == (file, digest));
        differs(&format!("{DATA}`{file}`"), same);
    }
    for (file, _) in &before.data {
        let same = data.iter().any(|(other, _)| other == file);
        differs(&format!("{DATA}`{file}`"), same);
    }
    names
}

fn page_inputs(page: &PageInput, then: &PageInput, differs: &mut impl FnMut(&str, bool)) {
    let PageInput {
        kind,
        title,
        title_id,
        description,
        has_description,
        path,
        permalink,
        source,
        noindex,
        draft,
        breadcrumbs,
        content,
        toc,
        authors,
        date,
        updated,
        expires,
        words,
        reading_minutes,
        content_hash,
        taxonomies,
        review,
        meta,
        meta_box,
        meta_box_title,
        meta_card,
        extra,
        previous,
        next,
        similar,
        similar_title,
        backlinks,
        feed,
    } = page;
    differs("its title", *title == then.title);
    differs(
        "its address",
        *path == then.path && *permalink == then.permalink && *source == then.source,
    );
    differs("its breadcrumbs", *breadcrumbs == then.breadcrumbs);
    differs(
        "the guide before or after it",
        *previous == then.previous && *next == then.next,
    );
    differs("its similar guides", *similar == then.similar);
    differs("the guides that link to it", *backlinks == then.backlinks);
    differs("its terms", *taxonomies == then.taxonomies);
    differs("its review", *review == then.review);
    differs("its meta", *meta == then.meta);
    let of_text = *title_id == then.title_id
        && *content == then.content
        && *toc == then.toc
        && *words == then.words
        && *content_hash == then.content_hash
        && *meta_box == then.meta_box
        && *meta_card == then.meta_card;
    differs(
        "its front matter",
        of_text
            && *kind == then.kind
            && *description == then.description
            && *has_description == then.has_description
            && *noindex == then.noindex
            && *draft == then.draft
            && *authors == then.authors
            && *date == then.date
            && *updated == then.updated
            && *expires == then.expires
            && *reading_minutes == then.reading_minutes
            && *meta_box_title == then.meta_box_title
            && *extra == then.extra
            && *similar_title == then.similar_title
            && *feed == then.feed,
    );
}
