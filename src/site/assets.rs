//! The files that are copied beside the pages.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::links::Files;
use crate::content::article::Article;
use crate::ground::paths::{OutPath, SrcPath};

/// The files that have to be copied: `wanted`, those that a page refers to,
/// and those that lie in a bundle. A bundle's files move with its address;
/// others keep their place below the content folder.
pub(super) fn assets<'a>(
    mut wanted: BTreeSet<&'a SrcPath>,
    of_bundles: impl Iterator<Item = &'a Article>,
    files: &'a Files,
) -> BTreeMap<SrcPath, OutPath> {
    let mut bundles: BTreeMap<&str, &str> = BTreeMap::new();
    for article in of_bundles {
        let folder = article.source.parent();
        let address = article.listing.permalink.file.as_str();
        bundles.insert(
            folder,
            address.rsplit_once('/').map_or("", |(parent, _)| parent),
        );
        let below = format!("{folder}/");
        let from = files
            .assets
            .range::<str, _>((Bound::Included(below.as_str()), Bound::Unbounded));
        wanted.extend(from.take_while(|asset| asset.as_str().starts_with(&below)));
    }
    wanted
        .into_iter()
        .filter_map(|asset| {
            let mut folder = Some(asset.parent());
            let bundle = loop {
                match folder {
                    None => break None,
                    Some(name) if bundles.contains_key(name) => break Some(name),
                    Some(name) => folder = name.rsplit_once('/').map(|(parent, _)| parent),
                }
            };
            let path = match bundle {
                Some(folder) => format!(
                    "{}/{}",
                    bundles[folder],
                    &asset.as_str()[folder.len() + 1..]
                ),
                None => asset
                    .as_str()
                    .strip_prefix(files.content.as_str())
                    .unwrap_or(asset.as_str())
                    .to_owned(),
            };
            // A name that no output can have is not copied: its link is broken
            // on every server too.
            Some((asset.clone(), OutPath::new(&path).ok()?))
        })
        .collect()
}
