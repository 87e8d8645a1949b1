//! Typed front matter: what a guide declares about itself.
//!
//! Every key is optional. How text becomes these values, and every complaint
//! on the way, is in [`super::front_matter_reader`].

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ground::date::{Interval, Moment};
use crate::ground::rule::Rule;
use crate::ground::value::Map;

/// The front matter of a guide or section.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FrontMatter {
    /// The title; taken from the first heading where it is missing.
    pub title: Option<String>,
    /// Replaces the last segment of the address.
    pub slug: Option<String>,
    /// Replaces the whole address.
    pub path: Option<String>,
    /// First published. A future date keeps the guide out of the build.
    pub date: Option<Moment>,
    /// Last changed in a way that readers should know.
    pub updated: Option<Moment>,
    /// From here on the guide is left out.
    pub expires: Option<Moment>,
    /// One sentence for lists, feeds and search engines.
    pub description: Option<String>,
    /// Whether the guide is left out unless drafts are asked for.
    pub draft: Option<bool>,
    /// Place in lists: lower comes first.
    pub weight: Option<i64>,
    /// Template that renders the page, such as `article.html`.
    pub template: Option<String>,
    /// Old addresses that redirect here.
    pub aliases: Vec<String>,
    /// People who wrote it.
    pub authors: Vec<String>,
    /// Terms by taxonomy, in the order written.
    pub taxonomies: BTreeMap<String, Vec<String>>,
    /// Who answers for the guide and when it was last reviewed.
    pub review: Review,
    /// The open map that the meta box shows.
    pub meta: Map,
    /// Unknown keys, for templates.
    pub extra: Map,
    /// Rules that this page is excused from.
    pub allow: Vec<Rule>,
}

/// Who answers for a guide and when it was last looked at.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// People or teams that answer for it.
    pub owner: Vec<String>,
    /// A word such as `drafted`, `reviewed`, `obsolete`.
    pub status: Option<String>,
    /// The guide's own version.
    pub version: Option<String>,
    /// When somebody last checked that it holds.
    pub last_reviewed: Option<Moment>,
    /// How long a review lasts.
    pub interval: Option<Interval>,
    /// The interval in the writer's words.
    pub interval_text: Option<String>,
}

impl Review {
    /// Whether nothing was declared.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// When the next review is due: the interval behind the last one.
    pub fn due(&self) -> Option<Date> {
        Some(self.interval?.after(self.last_reviewed?.day))
    }
}

impl FrontMatter {
    /// Takes from `defaults` what this front matter does not say. Lists are
    /// taken whole, `meta` and `extra` merge key by key, `review` field by
    /// field, and `allow` adds up.
    pub fn merge_defaults(&mut self, defaults: &FrontMatter) {
        fn option<T: Clone>(own: &mut Option<T>, default: &Option<T>) {
            if own.is_none() {
                own.clone_from(default);
            }
        }
        fn list<T: Clone>(own: &mut Vec<T>, default: &[T]) {
            if own.is_empty() {
                own.extend_from_slice(default);
            }
        }
        option(&mut self.title, &defaults.title);
        option(&mut self.slug, &defaults.slug);
        option(&mut self.path, &defaults.path);
        option(&mut self.date, &defaults.date);
        option(&mut self.updated, &defaults.updated);
        option(&mut self.expires, &defaults.expires);
        option(&mut self.description, &defaults.description);
        option(&mut self.draft, &defaults.draft);
        option(&mut self.weight, &defaults.weight);
        option(&mut self.template, &defaults.template);
        list(&mut self.aliases, &defaults.aliases);
        list(&mut self.authors, &defaults.authors);
        for (name, terms) in &defaults.taxonomies {
            self.taxonomies
                .entry(name.clone())
                .or_insert_with(|| terms.clone());
        }
        list(&mut self.review.owner, &defaults.review.owner);
        option(&mut self.review.status, &defaults.review.status);
        option(&mut self.review.version, &defaults.review.version);
        option(
            &mut self.review.last_reviewed,
            &defaults.review.last_reviewed,
        );
        option(&mut self.review.interval, &defaults.review.interval);
        option(
            &mut self.review.interval_text,
            &defaults.review.interval_text,
        );
        self.meta.merge_defaults(&defaults.meta);
        self.extra.merge_defaults(&defaults.extra);
        for rule in &defaults.allow {
            if !self.allow.contains(rule) {
                self.allow.push(*rule);
            }
        }
    }
}
