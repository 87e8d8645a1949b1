//! Loading: from texts to a Tera instance, or to all that is wrong with them.
//!
//! Tera stops at the first template that it cannot parse or whose parent is
//! missing. Here, what is broken is set aside with everything that stands on
//! it, and the rest is tried again, so that one run names all faults.

use std::collections::{BTreeMap, BTreeSet};

use tera::{ErrorKind, Tera};

use super::{Text, failure, filters, names};
use crate::ground::diagnostic::{self, Diagnostic};

/// Loads and checks all templates.
pub(super) fn load(texts: &BTreeMap<String, Text>) -> Result<Tera, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut broken = BTreeSet::new();
    for (name, text) in texts {
        // Alone, a template may miss its parent; only its syntax is judged.
        let alone = Tera::default().add_raw_template(name, &text.source);
        if let Err(error) = alone
            && matches!(error.kind(), ErrorKind::SyntaxError(_))
        {
            found.push(failure::diagnose(&error, name, texts));
            broken.insert(name.clone());
        }
    }
    let tera = loop {
        set_aside_what_stands_on(&mut broken, texts);
        let mut tera = Tera::default();
        filters::register(&mut tera);
        let rest = texts.iter().filter(|(name, _)| !broken.contains(*name));
        let Err(error) = tera.add_raw_templates(rest.map(|(name, text)| (name, &text.source)))
        else {
            break tera;
        };
        let (culprits, diagnostics) = failure::diagnose_set(&error, texts, !broken.is_empty());
        found.extend(diagnostics);
        let before = broken.len();
        broken.extend(culprits.into_iter().filter(|name| texts.contains_key(name)));
        if broken.len() == before {
            // Nobody to set aside: what Tera says is all that can be said.
            break tera;
        }
    };
    let whole = |name: &String| !broken.contains(name);
    for name in texts.keys().filter(|name| whole(name)) {
        found.extend(names::check(name, &tera, texts));
    }
    diagnostic::sort(&mut found);
    if found.is_empty() {
        Ok(tera)
    } else {
        Err(found)
    }
}

/// Adds the templates that extend or include a broken one, to the last.
fn set_aside_what_stands_on(broken: &mut BTreeSet<String>, texts: &BTreeMap<String, Text>) {
    loop {
        let dependents: Vec<_> = texts
            .iter()
            .filter(|(name, text)| {
                let scan = &text.scan;
                let mut needs = scan.includes.iter().chain(&scan.extends);
                !broken.contains(*name) && needs.any(|quoted| broken.contains(&quoted.name))
            })
            .map(|(name, _)| name.clone())
            .collect();
        if dependents.is_empty() {
            return;
        }
        broken.extend(dependents);
    }
}
