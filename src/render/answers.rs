//! The answers to what a body asks while it is rendered.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::templates::Templates;
use crate::content::code_block::Fence;
use crate::content::highlight::{HighlightBlock, Highlighted, Plain, Spans};
use crate::content::markdown::surroundings::{
    Hook, Link, ShortcodeAnswer, ShortcodeCall, Surroundings, TemplateFailure,
};
use crate::engine::memo::Memo;
use crate::ground::digest::Digest;
use crate::ground::rule::Rule;
use crate::ground::step::Step;

/// Answers from a page's own inputs.
pub struct Answers<'a> {
    /// Links by target as written.
    pub links: &'a BTreeMap<String, Link>,
    /// Images by target as written.
    pub images: &'a BTreeMap<String, Link>,
    /// Credits of images: caption or address, and credit.
    pub credits: &'a [Credit],
    /// Whether code is highlighted.
    pub highlight: bool,
    /// Whether lines are numbered where a fence does not say.
    pub line_numbers: bool,
    /// Highlighted blocks.
    pub highlighted: &'a Memo<Spans>,
    /// Templates, for hooks and shortcodes.
    pub templates: &'a Templates,
    /// Keys of the blocks that were asked for.
    pub asked: RefCell<Vec<Digest>>,
}

/// Who made an image, from `meta.image_sources`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Credit {
    /// The image's address, file or caption, whichever the entry names.
    pub names: Vec<String>,
    /// Who or where from.
    pub source: String,
}

impl Surroundings for Answers<'_> {
    fn link(&self, target: &str) -> Link {
        answer(self.links, target, Rule::BrokenLink)
    }

    fn image(&self, target: &str) -> Link {
        answer(self.images, target, Rule::BrokenImage)
    }

    fn credit(&self, target: &str, alt: &str) -> Option<String> {
        let file = target.rsplit('/').next().unwrap_or(target);
        self.credits
            .iter()
            .find(|credit| {
                credit.names.iter().any(|name| {
                    name == target
                        || name.trim().eq_ignore_ascii_case(alt.trim())
                        || name.rsplit('/').next() == Some(file)
                })
            })
            .map(|credit| format!("Image source: {}", credit.source))
    }

    fn highlight(&self, fence: &Fence, code: &str) -> Highlighted {
        if !self.highlight {
            return Spans::plain(Plain::Asked).html(code);
        }
        let step = HighlightBlock {
            language: &fence.language,
            code,
        };
        self.asked.borrow_mut().push(Step::key(&step));
        self.highlighted.get_or_run(&step).html(code)
    }

    fn line_numbers(&self) -> bool {
        self.line_numbers
    }

    fn has_hook(&self, template: &'static str) -> bool {
        self.templates.has(template)
    }

    fn hook(&self, hook: &Hook<'_>) -> Result<String, TemplateFailure> {
        self.templates.hook(hook)
    }

    fn shortcode(&self, call: &ShortcodeCall<'_>) -> ShortcodeAnswer {
        self.templates.component(call)
    }
}

fn answer(table: &BTreeMap<String, Link>, target: &str, rule: Rule) -> Link {
    table.get(target).cloned().unwrap_or_else(|| Link::Broken {
        rule,
        message: format!("`{target}` was not resolved"),
        help: None,
    })
}
