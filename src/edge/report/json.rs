//! JsonDiagnostics as values, for `--json`.

use serde::Serialize;

use crate::ground::diagnostic::Diagnostic;
use crate::ground::rule::{Level, Rule};
use crate::ground::source::Place;

/// A finding for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonDiagnostic<'a> {
    /// The rule's name.
    pub rule: Rule,
    /// `error`, `warning` or `note`.
    pub level: Level,
    /// What is wrong.
    pub message: &'a str,
    /// Where.
    #[serde(flatten)]
    pub place: JsonPlace<'a>,
    /// What to do.
    pub help: Option<&'a str>,
    /// Other places that matter.
    pub related: Vec<JsonRelated<'a>>,
}

/// A place for programs; all but the file is null where the file as a whole
/// is meant, and the file too where there is no place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JsonPlace<'a> {
    /// The file, relative to the site's root.
    pub file: Option<&'a str>,
    /// Line, from 1.
    pub line: Option<u32>,
    /// Column in characters, from 1.
    pub column: Option<u32>,
    /// Length in characters.
    pub length: Option<u32>,
}

/// A second place of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JsonRelated<'a> {
    /// What is there.
    pub label: &'a str,
    /// Where.
    #[serde(flatten)]
    pub place: JsonPlace<'a>,
}

/// Findings as values that serialize to what `--json` prints.
pub fn json(diagnostics: &[Diagnostic]) -> Vec<JsonDiagnostic<'_>> {
    diagnostics.iter().map(one).collect()
}

fn one(found: &Diagnostic) -> JsonDiagnostic<'_> {
    JsonDiagnostic {
        rule: found.rule,
        level: found.level,
        message: &found.message,
        place: found.place.as_ref().map(place).unwrap_or_default(),
        help: found.help.as_deref(),
        related: found
            .related
            .iter()
            .map(|related| JsonRelated {
                label: &related.label,
                place: place(&related.place),
            })
            .collect(),
    }
}

fn place(place: &Place) -> JsonPlace<'_> {
    let known = |number: u32| (place.line > 0).then_some(number);
    JsonPlace {
        file: Some(place.file.as_str()),
        line: known(place.line),
        column: known(place.column),
        length: known(place.length),
    }
}
