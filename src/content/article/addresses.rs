//! Where an article lives, and where it lived before.

use std::collections::BTreeMap;

use super::ParseArticle;
use crate::content::front_matter::FrontMatter;
use crate::content::permalink::{self, Permalink};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::paths::SrcPath;
use crate::ground::rule::Rule;
use crate::ground::source::Place;

impl ParseArticle<'_> {
    pub(super) fn permalink(
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

pub(super) fn aliases(
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
