//! Links that lead nowhere: what is said of them, and what was meant.

use std::collections::HashMap;

use super::asked::{Asked, Key};
use super::index::LinkIndex;
use super::{Target, decode};
use crate::ground::paths::{SrcPath, resolve_relative};
use crate::ground::rule::Rule;
use crate::ground::suggest::did_you_mean;

/// The names of sources and assets, for searches.
pub(super) struct Names<'a> {
    /// Sources by their file's name in lower case.
    sources: HashMap<String, Vec<&'a SrcPath>>,
    /// The first asset of each file name in lower case.
    assets: HashMap<String, &'a SrcPath>,
    /// File names by folder: sources, then assets.
    folders: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Names<'a> {
    fn of(index: &LinkIndex<'a>) -> Self {
        let mut names = Names {
            sources: HashMap::new(),
            assets: HashMap::new(),
            folders: HashMap::new(),
        };
        let pages = index.pages;
        for source in pages.iter().map(|page| &page.article.source) {
            let name = source.file_name().to_lowercase();
            names.sources.entry(name).or_default().push(source);
            let beside = names.folders.entry(source.parent()).or_default();
            beside.push(source.file_name());
        }
        let files = index.files;
        for asset in &files.assets {
            let name = asset.file_name().to_lowercase();
            names.assets.entry(name).or_insert(asset);
            let beside = names.folders.entry(asset.parent()).or_default();
            beside.push(asset.file_name());
        }
        names
    }
}

impl<'a> LinkIndex<'a> {
    /// What is wrong with a fragment of a link to a page; `None` where nothing
    /// is.
    pub(super) fn missing_anchor(
        &self,
        page: usize,
        fragment: Option<&str>,
        asked: &mut Asked,
    ) -> Option<Target> {
        let fragment = fragment.filter(|fragment| !fragment.is_empty() && *fragment != "top")?;
        // A text fragment is the browser's own affair.
        if fragment.starts_with(":~:") {
            return None;
        }
        let article = &self.pages[page].article;
        asked.note(Key::Anchors(article.source.as_str()));
        let anchor = decode(fragment);
        if article.anchors.contains(&anchor) {
            return None;
        }
        let near = did_you_mean(&anchor, article.anchors.iter().map(String::as_str));
        Some(Target::Broken {
            rule: Rule::BrokenAnchor,
            message: format!("`{}` has no heading or anchor `#{anchor}`", article.source),
            help: near.map(|near| format!("did you mean `#{near}`?")),
        })
    }

    /// A target that leads nowhere.
    pub(super) fn broken(
        &self,
        from: usize,
        target: &str,
        path: &str,
        rule: Rule,
        asked: &mut Asked,
    ) -> Target {
        let what = if rule == Rule::BrokenImage {
            "there is no image"
        } else {
            "there is no page or file"
        };
        Target::Broken {
            rule,
            message: format!("{what} `{target}`"),
            help: self.probably_meant(from, path, asked),
        }
    }

    fn probably_meant(&self, from: usize, path: &str, asked: &mut Asked) -> Option<String> {
        let names: &Names<'a> = self.names.get_or_init(|| Names::of(self));
        let article = &self.pages[from].article;
        let folder = article.source.parent();
        let name = path
            .trim_end_matches('/')
            .rsplit('/')
            .next()
            .unwrap_or(path)
            .to_lowercase();
        let markdown = if name.contains('.') {
            name.clone()
        } else {
            format!("{name}.md")
        };
        asked.note(Key::Name(&markdown));
        asked.note(Key::Name(&name));
        let elsewhere = names
            .sources
            .get(&markdown)
            .and_then(|sources| sources.iter().find(|source| **source != &article.source))
            .or_else(|| names.assets.get(&name));
        if let Some(source) = elsewhere {
            return Some(format!(
                "did you mean `{}`?",
                self.written_from(folder, source.as_str())
            ));
        }
        if !path.starts_with(['/', '@']) && resolve_relative(&article.folder, path).is_none() {
            return Some(
                "it leads out of the content folder: put the file into that folder, or into \
                 `static`"
                    .to_owned(),
            );
        }
        // Names of a letter or two are near to everything.
        let stem = name.split('.').next().unwrap_or_default();
        if stem.chars().count() < 4 {
            return None;
        }
        asked.note(Key::Beside(folder));
        let beside = names.folders.get(folder).into_iter().flatten().copied();
        did_you_mean(&name, beside).map(|near| format!("did you mean `{near}`?"))
    }

    /// A source as a link in `folder` would write it.
    fn written_from(&self, folder: &str, source: &str) -> String {
        if let Some(beside) = source
            .strip_prefix(folder)
            .and_then(|rest| rest.strip_prefix('/'))
        {
            return beside.to_owned();
        }
        let content = &self.files.content;
        let below = source.strip_prefix(content.as_str()).unwrap_or(source);
        format!("@/{}", below.trim_start_matches('/'))
    }
}
