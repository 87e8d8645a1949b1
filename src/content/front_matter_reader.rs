//! From the head of a file to typed front matter, with every complaint.

use std::ops::Range;

use jiff::tz::TimeZone;

use super::front_matter::FrontMatter;
use crate::ground::diagnostic::Diagnostic;
use crate::ground::source::Source;

/// Front matter and where the body begins.
#[derive(Debug, Default)]
pub struct Head {
    /// What could be read.
    pub front: FrontMatter,
    /// Byte range of the body in the file; BOM and front matter excluded.
    pub body: Range<usize>,
    /// Everything that was found, notes among it.
    pub diagnostics: Vec<Diagnostic>,
    /// Where keys stand that later stages may complain of, by dotted path
    /// (`title`, `template`, `path`, `slug`, `aliases.0`, `meta.reading_time`,
    /// `meta.hash`).
    pub places: std::collections::BTreeMap<String, Range<usize>>,
}

/// Reads the head of a source: a BOM, blank lines, then `+++` or `---` front
/// matter or none. `taxonomies` are the names that the site has configured:
/// they are accepted as top-level keys too.
pub fn read(source: &Source<'_>, taxonomies: &[&str], zone: &TimeZone) -> Head {
    let _ = (source, taxonomies, zone);
    todo!()
}
