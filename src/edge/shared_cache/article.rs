//! Articles as machines exchange them, and what has to hold before one that
//! came from elsewhere is taken for our own.
//!
//! Invariant: nothing of the machine that parsed an article is in it; what
//! decides where files are written follows from the front matter again.

use serde::{Deserialize, Serialize};

use crate::content::article::{Article, ParseOptions};
use crate::content::permalink::{self, Permalink};
use crate::edge::gather::Parsing;
use crate::edge::record::ArticleRecord;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::paths::SrcPath;
use crate::ground::rule::Level;
use crate::ground::source::Place;

/// An article without what its key says already.
#[derive(Serialize, Deserialize)]
struct SharedArticle {
    diagnostics: Vec<Diagnostic>,
    record: ArticleRecord,
}

/// The bytes of an article.
pub(super) fn encode(article: &Article) -> Vec<u8> {
    let shared = SharedArticle {
        diagnostics: article.diagnostics.clone(),
        record: ArticleRecord::of(article),
    };
    postcard::to_stdvec(&shared).unwrap_or_default()
}

/// The article of a source, if the bytes can be one.
pub(super) fn decode(bytes: &[u8], parsing: &Parsing<'_>) -> Option<Article> {
    let shared: SharedArticle = postcard::from_bytes(bytes).ok()?;
    let source = parsing.file.path.clone();
    let article = shared
        .record
        .article(source, parsing.digest, shared.diagnostics);
    fits(&article, parsing).then_some(article)
}

fn fits(article: &Article, parsing: &Parsing<'_>) -> bool {
    let file = parsing.file;
    let options: &ParseOptions = parsing.options;
    let front = article.front.all();
    let permalink = permalink::permalink(
        file.kind,
        &file.folder,
        file.path.stem(),
        &front,
        options.output_style,
    );
    let aliases: Vec<Permalink> = front
        .aliases
        .iter()
        .filter_map(|alias| Permalink::named(alias).ok())
        .collect();
    article.folder == file.folder
        && article.kind == file.kind
        && permalink.is_ok_and(|permalink| permalink == article.listing.permalink)
        && aliases == article.own.aliases
        && article.front.is_sound()
        && article.meta.is_sound()
        && article.own.text.is_sound()
        && article
            .own
            .places
            .values()
            .all(|place| is_in(&file.path, place))
        && article.diagnostics.iter().all(|found| {
            found.level < Level::Error
                && found.place.iter().all(|place| is_in(&file.path, place))
                && found
                    .related
                    .iter()
                    .all(|other| is_in(&file.path, &other.place))
        })
}

fn is_in(path: &SrcPath, place: &Place) -> bool {
    place.file == *path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::config::Config;
    use crate::content::permalink::Kind;
    use crate::edge::scan::MarkdownFile;
    use crate::ground::digest::{Digest, Digested};
    use crate::ground::step::Step as _;

    const TEXT: &str = "+++\ntitle = \"T\"\ntags = [\"a\"]\naliases = [\"/old/\"]\nreading_tme = 3\n\
                        [meta]\nstack = [\"x\", {deep = [1, 2]}]\nhash = \"0000000000\"\n+++\n\
                        # Head\n\nSee [b](b.md).\n\n```sh\necho\n```\n";

    fn file(path: &str) -> MarkdownFile {
        MarkdownFile {
            path: SrcPath::new(path),
            folder: "a".to_owned(),
            kind: Kind::Guide,
        }
    }

    /// Calls with a source, its parsing and its article.
    fn with(path: &str, check: impl FnOnce(&Parsing<'_>, Article)) {
        let file = file(path);
        let options = Digested::new(ParseOptions::of(&Config::default()));
        let parsing = Parsing {
            file: &file,
            digest: Digest::of_bytes(TEXT.as_bytes()),
            options: &options,
        };
        let article = parsing.step(TEXT).run().expect("an article");
        check(&parsing, article);
    }

    #[test]
    fn an_article_comes_back_with_its_findings() {
        with("content/a/guide.md", |parsing, article| {
            assert!(!article.diagnostics.is_empty());
            let back = decode(&encode(&article), parsing).expect("the article");
            assert_eq!(back.card(), article.card());
            assert_eq!(back.diagnostics, article.diagnostics);
            assert_eq!(Digest::of(&back), Digest::of(&article));
        });
    }

    #[test]
    fn another_guides_article_is_refused() {
        with("content/a/guide.md", |_, article| {
            let bytes = encode(&article);
            with("content/a/other.md", |parsing, _| {
                assert!(decode(&bytes, parsing).is_none());
            });
        });
    }

    #[test]
    fn no_bytes_panic_and_none_move_a_page() {
        with("content/a/guide.md", |parsing, article| {
            let bytes = encode(&article);
            for at in 0..bytes.len() {
                assert!(decode(&bytes[..at], parsing).is_none(), "{at}");
                for flip in [0x01, 0x08, 0x40, 0x80, 0xff] {
                    let mut other = bytes.clone();
                    other[at] ^= flip;
                    let Some(found) = decode(&other, parsing) else {
                        continue;
                    };
                    assert_eq!(found.listing.permalink, article.listing.permalink);
                    assert_eq!(found.own.aliases, article.own.aliases);
                    // What later stages do with it does not panic either.
                    let _ = (
                        found.own.text.get(),
                        found.meta.map(),
                        found.terms.iter().count(),
                    );
                }
            }
        });
    }
}
