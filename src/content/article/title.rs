//! The title of an article: declared, of its first heading, or of its file.

use super::ParseArticle;
use crate::content::config::MarkdownOptions;
use crate::content::front_matter::FrontMatter;
use crate::content::markdown::Body;
use crate::content::permalink::Kind;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::Rule;

pub(super) fn title(
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
pub(super) fn title_id(front: &FrontMatter, body: &Body, options: &MarkdownOptions) -> String {
    let Some(heading) = &body.first_h1 else {
        return String::new();
    };
    let shown = body.headings.iter().any(|other| other.id == heading.id);
    if shown || !options.drop_repeated_title || (front.title.is_none() && heading.text.is_empty()) {
        return String::new();
    }
    heading.id.clone()
}

#[cfg(test)]
mod tests {
    use super::words_of_name;

    #[test]
    fn names_become_words() {
        assert_eq!(words_of_name("replace-fan"), "Replace fan");
        assert_eq!(words_of_name("KubePodCrashLooping"), "KubePodCrashLooping");
        assert_eq!(words_of_name("---"), "---");
    }
}
