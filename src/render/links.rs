//! Targets that the site resolved, as the page that holds them writes them.

use std::collections::BTreeMap;

use super::world::World;
use crate::content::markdown::Link;
use crate::ground::paths::{OutPath, SrcPath};
use crate::site::links::Target;

/// A page's table of links or images: what each target becomes in the file
/// `from`.
pub fn table(
    world: &World<'_>,
    from: &OutPath,
    targets: &[(String, Target)],
) -> BTreeMap<String, Link> {
    targets
        .iter()
        .map(|(name, target)| (name.clone(), link(world, from, target)))
        .collect()
}

fn link(world: &World<'_>, from: &OutPath, target: &Target) -> Link {
    match target {
        Target::AsWritten(href) => Link::To {
            href: href.clone(),
            size: None,
        },
        Target::Page {
            permalink, suffix, ..
        } => Link::To {
            href: world.urls.page(from, permalink) + suffix,
            size: None,
        },
        Target::Asset { source, suffix } => {
            let path = world.site.assets.get(source);
            let href = path
                .map(|path| world.urls.file(from, path))
                .unwrap_or_default();
            Link::To {
                href: href + suffix,
                size: size(world, source),
            }
        }
        Target::Static { path, suffix } => {
            let source = world.files.statics.get(path);
            let size = source.and_then(|source| size(world, source));
            Link::To {
                href: world.urls.file(from, path) + suffix,
                size,
            }
        }
        Target::Broken {
            rule,
            message,
            help,
        } => Link::Broken {
            rule: *rule,
            message: message.clone(),
            help: help.clone(),
        },
    }
}

fn size(world: &World<'_>, source: &SrcPath) -> Option<(u32, u32)> {
    world.probes.get(source)?.size
}
