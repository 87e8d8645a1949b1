//! Templates: the theme's, overridden file by file by a site's own.
//!
//! [`Templates`] is loaded once and renders any number of pages at once. It
//! reads no file: the caller hands over the texts. Invariant: what a loaded
//! set can name is known. Every page template, with its parents and includes,
//! names only values that pages of its kind have, so a misspelt name cannot
//! pass as "not there" in a condition.
//!
//! Whole-site values (`site.guides`, `data.NAME`) are supplied only where
//! [`Templates::names_guides`] and [`Templates::data_names`] say so. Both err
//! on the side of naming too much, because what is not named is not in the
//! page's key.

mod failure;
mod filters;
mod load;
mod names;
mod scan;
mod tokens;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tera::{Context, Tera, Value};

use self::scan::{Names, Scan};
use super::inputs::SiteInput;
use crate::content::markdown::surroundings::{
    Hook, ShortcodeAnswer, ShortcodeCall, TemplateFailure,
};
use crate::ground::diagnostic::Diagnostic;
use crate::ground::digest::Digest;
use crate::ground::suggest::did_you_mean;
use crate::ground::value::Plain;

/// A loaded, checked set of templates.
#[derive(Debug)]
pub struct Templates {
    tera: Tera,
    texts: BTreeMap<String, Text>,
    /// What each template reads beside what all pages are given.
    reads: BTreeMap<String, Reads>,
    digest: Digest,
}

/// What a template, its parents, includes or components may read beside what
/// all pages are given.
#[derive(Debug)]
struct Reads {
    guides: bool,
    data: DataNames,
}

/// A template's source and what it mentions.
#[derive(Debug)]
struct Text {
    source: String,
    scan: Scan,
    /// Whether it is the theme's own.
    built_in: bool,
}

/// Which data files a template names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataNames {
    /// These, sorted; perhaps none.
    Named(Vec<String>),
    /// It does something with `data` that does not tell which.
    All,
}

impl Templates {
    /// Loads the theme's templates with a site's own put over them. Names are
    /// paths below `templates/` with `/` between folders.
    ///
    /// # Errors
    ///
    /// Every template that cannot be parsed, that refers to a template,
    /// component, filter, test or function that does not exist, or that names
    /// a value which pages of its kind do not have.
    pub fn load(overrides: &[(String, String)]) -> Result<Self, Vec<Diagnostic>> {
        let mut texts = BTreeMap::new();
        let built_in = super::theme::templates()
            .into_iter()
            .map(|(name, text)| (name, text, true));
        let own = overrides
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str(), false));
        for (name, source, built_in) in built_in.chain(own) {
            let text = Text {
                source: source.to_owned(),
                scan: scan::scan(source),
                built_in,
            };
            texts.insert(name.to_owned(), text);
        }
        let tera = load::load(&texts)?;
        let sources: Vec<_> = texts
            .iter()
            .map(|(name, text)| (name, &text.source))
            .collect();
        let digest = Digest::of_named("templates", &sources);
        let reads = texts
            .keys()
            .map(|name| (name.clone(), Reads::of(name, &texts)))
            .collect();
        Ok(Self {
            tera,
            texts,
            reads,
            digest,
        })
    }

    /// Digest of all names and texts.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// Whether there is a template of that name.
    pub fn has(&self, name: &str) -> bool {
        self.texts.contains_key(name)
    }

    /// Whether a page may name this template as its own.
    pub fn is_page(&self, name: &str) -> bool {
        self.has(name) && names::is_page(name)
    }

    /// The templates that a page may name, for "did you mean".
    pub fn page_template_names(&self) -> impl Iterator<Item = &str> {
        self.texts
            .keys()
            .map(String::as_str)
            .filter(|name| names::is_page(name))
    }

    /// Renders a template. `page` is the path or source of the page, for the
    /// message if it fails.
    ///
    /// # Errors
    ///
    /// Where the template failed and for which page.
    pub fn render(&self, name: &str, context: &Context, page: &str) -> Result<String, Diagnostic> {
        self.tera.render(name, context).map_err(|error| {
            let mut found = failure::diagnose(&error, name, &self.texts);
            found.message = format!("{} (while rendering `{page}`)", found.message);
            found
        })
    }

    /// Renders a hook's template.
    ///
    /// # Errors
    ///
    /// What went wrong and where in the template.
    pub fn hook(&self, hook: &Hook<'_>) -> Result<String, TemplateFailure> {
        let template = hook.template();
        let context = Context::from_serialize(hook);
        context
            .and_then(|context| self.tera.render(template, &context))
            .map(|html| html.trim_end_matches('\n').to_owned())
            .map_err(|error| failure::short(&error, template, &self.texts))
    }

    /// Calls a component from Markdown.
    pub fn component(&self, call: &ShortcodeCall<'_>) -> ShortcodeAnswer {
        let Some(info) = self.tera.get_component_definition(call.name) else {
            let names = self.component_names();
            let near = did_you_mean(call.name, names.iter().map(String::as_str));
            return ShortcodeAnswer::Unknown(near.map(str::to_owned));
        };
        let failed = |message: String| {
            ShortcodeAnswer::Failed(TemplateFailure {
                message,
                place: failure::definition(call.name, &self.texts),
            })
        };
        let known: Vec<_> = info.args().iter().map(tera::ComponentArg::name).collect();
        let mut context = Context::new();
        for (key, value) in call.arguments.iter() {
            // Tera would name all unknown arguments at once, in no fixed order.
            if info.rest_param().is_none() && !known.contains(&key) {
                let near = did_you_mean(key, known.iter().copied());
                let hint = match near {
                    Some(near) => format!("; did you mean `{near}`?"),
                    None if known.is_empty() => "; it takes none".to_owned(),
                    None => format!("; it takes {}", list(&known)),
                };
                return failed(format!("`{}` has no argument `{key}`{hint}", call.name));
            }
            context.insert_value(key.to_owned(), value_of(&Plain(value)));
        }
        let missing: Vec<_> = info
            .args()
            .iter()
            .filter(|arg| arg.default().is_none() && !context.contains_key(arg.name()))
            .map(tera::ComponentArg::name)
            .collect();
        if !missing.is_empty() {
            return failed(format!("`{}` needs {}", call.name, list(&missing)));
        }
        match self
            .tera
            .render_component(call.name, &context, call.body, true)
        {
            Ok(html) => ShortcodeAnswer::Html(html),
            Err(error) => {
                let mut found = failure::short(&error, "", &self.texts);
                if found.place.is_none() {
                    found.place = failure::definition(call.name, &self.texts);
                }
                ShortcodeAnswer::Failed(found)
            }
        }
    }

    /// The names of all components, sorted.
    pub fn component_names(&self) -> Vec<String> {
        let names: BTreeSet<_> = self.tera.get_component_names().collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// Whether a template, its parents, includes or components may read
    /// `site.guides`.
    pub fn names_guides(&self, template: &str) -> bool {
        self.reads.get(template).is_none_or(|reads| reads.guides)
    }

    /// Whether any template may read `site.guides`.
    pub fn any_names_guides(&self) -> bool {
        self.reads.values().any(|reads| reads.guides)
    }

    /// The data files that a template, its parents, includes or components
    /// may read.
    pub fn data_names(&self, template: &str) -> &DataNames {
        self.reads
            .get(template)
            .map_or(&DataNames::All, |reads| &reads.data)
    }
}

impl Reads {
    fn of(template: &str, texts: &BTreeMap<String, Text>) -> Self {
        let guides = scopes(template, texts).any(|(names, dumps)| {
            let guides = names.read.iter().any(|mention| {
                let field = mention.field.as_ref();
                mention.name == "site" && field.is_none_or(|(field, _)| field == "guides")
            });
            dumps || guides
        });
        let mut named = Some(BTreeSet::new());
        for (names, dumps) in scopes(template, texts) {
            for mention in names.read.iter().filter(|mention| mention.name == "data") {
                match (&mention.field, &mut named) {
                    (Some((field, _)), Some(named)) => {
                        named.insert(field.clone());
                    }
                    _ => named = None,
                }
            }
            if dumps {
                named = None;
            }
        }
        Self {
            guides,
            data: named.map_or(DataNames::All, |named| {
                DataNames::Named(named.into_iter().collect())
            }),
        }
    }
}

/// Every scope that takes part in rendering a template.
fn scopes<'a>(
    template: &str,
    texts: &'a BTreeMap<String, Text>,
) -> impl Iterator<Item = (&'a Names, bool)> {
    names::family(template, texts).into_iter().flat_map(|name| {
        let scan = &texts[name].scan;
        scan.components
            .iter()
            .map(|component| &component.names)
            .chain([&scan.page])
            .map(|names| (names, scan.dumps_context))
    })
}

/// A value as templates see it.
///
/// Inputs serialize without failing; if one ever did, templates would find
/// nothing there and say where.
pub fn value_of<T: Serialize + ?Sized>(value: &T) -> Value {
    Value::try_from_serializable(value).unwrap_or_else(|_| Value::undefined())
}

/// `site` as templates see it. `guides` is given where the template names it;
/// the value is shared, not copied.
pub fn site_value(site: &SiteInput, guides: Option<&Value>) -> Value {
    let value = value_of(site);
    match (guides, value.as_map()) {
        (Some(guides), Some(map)) => {
            let mut map = map.clone();
            map.insert("guides".into(), guides.clone());
            map.into()
        }
        _ => value,
    }
}

/// "`a`, `b` and `c`"
fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("`{one}`"),
        [first @ .., last] => {
            let first: Vec<_> = first.iter().map(|name| format!("`{name}`")).collect();
            format!("{} and `{last}`", first.join(", "))
        }
    }
}

#[cfg(test)]
mod tests;
