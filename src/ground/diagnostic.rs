//! A finding about a source: rule, level, place, words and a way out.
//!
//! Diagnostics are collected, never printed, by everything below the command
//! line; they are values that a cached step can replay.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::paths::SrcPath;
use super::rule::{Level, Rule};
use super::source::{Place, Source};

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The rule that was broken.
    pub rule: Rule,
    /// The rule's own level, or what the site made of it.
    pub level: Level,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Where, if it is anywhere.
    pub place: Option<Place>,
    /// What was expected or what to do.
    pub help: Option<String>,
    /// Other places that matter, each with a few words.
    pub related: Vec<Related>,
}

/// A second place that a finding speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What is there.
    pub label: String,
}

impl Diagnostic {
    /// A finding without a place.
    pub fn new(rule: Rule, message: impl Into<String>) -> Self {
        Self {
            rule,
            level: rule.level(),
            message: message.into(),
            place: None,
            help: None,
            related: Vec::new(),
        }
    }

    /// A finding at a byte range of a source.
    pub fn at(
        rule: Rule,
        source: &Source<'_>,
        range: Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        Self::new(rule, message).placed(source.place(range))
    }

    /// A finding about a whole file.
    pub fn file(rule: Rule, file: SrcPath, message: impl Into<String>) -> Self {
        Self::new(rule, message).placed(Place::file(file))
    }

    /// The same finding at a place.
    #[must_use]
    pub fn placed(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same finding with a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same finding with "did you mean", if there is something to mean.
    #[must_use]
    pub fn did_you_mean(self, name: Option<&str>) -> Self {
        match name {
            Some(name) => self.help(format!("did you mean `{name}`?")),
            None => self,
        }
    }

    /// The same finding with a second place.
    #[must_use]
    pub fn related(mut self, place: Place, label: impl Into<String>) -> Self {
        self.related.push(Related {
            place,
            label: label.into(),
        });
        self
    }

    /// Where the finding sorts: by file, line and column; those without a
    /// place come first.
    pub fn sort_key(&self) -> (Option<(&str, u32, u32)>, Rule, &str) {
        let place = self
            .place
            .as_ref()
            .map(|p| (p.file.as_str(), p.line, p.column));
        (place, self.rule, &self.message)
    }
}

/// Sorts findings by place and drops those that say the same twice.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    diagnostics.dedup();
}
