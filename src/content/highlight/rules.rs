//! The grammars' contexts, laid out for [`super::parser`].
//!
//! A context of a grammar is a list of patterns and of other contexts to
//! include; here it is a flat list of rules, and of each byte it is known which
//! of them may match where it stands ([`super::first`]). What scopes say of
//! kinds is looked up once. Contexts are laid out when a line first gets to
//! them, and are kept for the process, as the grammars are.
//!
//! Invariant: the rules of a context, in their order, are its patterns in the
//! order in which `syntect` tries them.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

use onig::{RegexOptions, Syntax};
use syntect::parsing::syntax_definition::{
    Context, ContextId, ContextReference, MatchOperation, MatchPattern, context_iter,
};
use syntect::parsing::{ClearAmount, ParseState, Scope, SyntaxReference};

use super::expression;
use super::first::{self, First};
use super::grammar::{Failed, set};
use super::kind::{self, Own};
use super::sieve::Sieve;

/// Places in a text of the end, beside those of each byte.
pub(super) const END: usize = 256;

/// A context.
#[derive(Debug)]
pub(super) struct Table {
    /// Which of all contexts it is.
    pub(super) number: usize,
    pub(super) scopes: Vec<Own>,
    pub(super) content_scopes: Vec<Own>,
    pub(super) clears: Option<ClearAmount>,
    pub(super) refers_back: bool,
    pub(super) rules: Vec<&'static Rule>,
    /// Which of `lists` holds the rules of each byte, and of the end.
    list_of: Vec<u16>,
    lists: Vec<Vec<u16>>,
    prototype: Option<Link>,
}

/// A pattern and what comes of its match.
#[derive(Debug)]
pub(super) struct Rule {
    /// Which of all rules it is.
    pub(super) number: usize,
    /// Where it may match; if that is not known, it is searched for.
    pub(super) first: Option<First>,
    pub(super) refers_back: bool,
    pub(super) scopes: Vec<Own>,
    pub(super) captures: Vec<(usize, Vec<Own>)>,
    /// Groups whose places are wanted after a match.
    pub(super) groups: usize,
    pub(super) act: Act,
    pub(super) with_prototype: Option<Link>,
    pattern: &'static MatchPattern,
    regex: OnceLock<Option<onig::Regex>>,
    sieve: OnceLock<Option<Sieve>>,
}

/// What a match does to the stack of contexts.
#[derive(Debug)]
pub(super) enum Act {
    Nothing,
    Pop,
    Push(Vec<Link>),
    Set(Vec<Link>),
}

/// A reference to a context that is followed when it is needed.
#[derive(Debug)]
pub(super) struct Link {
    reference: ContextReference,
    table: OnceLock<&'static Table>,
}

impl Link {
    fn new(reference: &ContextReference) -> Self {
        Self {
            reference: reference.clone(),
            table: OnceLock::new(),
        }
    }

    pub(super) fn follow(&self) -> Result<&'static Table, Failed> {
        if let Some(table) = self.table.get() {
            return Ok(table);
        }
        let id = self.reference.id().map_err(|_| Failed)?;
        let context = self.reference.resolve(set()).map_err(|_| Failed)?;
        let table = laid_out(id, context)?;
        Ok(self.table.get_or_init(|| table))
    }
}

impl Table {
    /// The context that a grammar begins with.
    pub(super) fn start(syntax: &'static SyntaxReference) -> Result<&'static Self, Failed> {
        static STARTS: Mutex<Option<HashMap<usize, &'static Table>>> = Mutex::new(None);
        let address = std::ptr::from_ref(syntax).addr();
        let mut starts = STARTS.lock().unwrap_or_else(PoisonError::into_inner);
        let starts = starts.get_or_insert_default();
        if let Some(table) = starts.get(&address) {
            return Ok(table);
        }
        // The identity of the first context is nowhere to be had but here.
        let state = format!("{:?}", ParseState::new(syntax));
        let number = |name: &str| {
            let (_, rest) = state.split_once(name)?;
            let end = rest.find(|digit: char| !digit.is_ascii_digit())?;
            rest[..end].parse::<usize>().ok()
        };
        let id = serde_json::json!({
            "syntax_index": number("syntax_index: ").ok_or(Failed)?,
            "context_index": number("context_index: ").ok_or(Failed)?,
        });
        let table = Link::new(&reference(id)?).follow()?;
        starts.insert(address, table);
        Ok(table)
    }

    /// Rules that may match where this byte stands, or at the end.
    pub(super) fn at(&self, byte: usize) -> &[u16] {
        &self.lists[usize::from(self.list_of[byte])]
    }

    /// The context whose rules come before those of this one.
    pub(super) fn prototype(&self) -> Result<Option<&'static Self>, Failed> {
        self.prototype.as_ref().map(Link::follow).transpose()
    }
}

impl Rule {
    /// The expression, unless it cannot be compiled.
    pub(super) fn regex(&self) -> Option<&onig::Regex> {
        self.regex
            .get_or_init(|| compiled(self.pattern.regex().regex_str()))
            .as_ref()
    }

    /// What holds back places where the expression does not match.
    pub(super) fn sieve(&self) -> Option<&Sieve> {
        self.sieve
            .get_or_init(|| Sieve::new(&expression::read(self.source())?))
            .as_ref()
    }

    /// The source of the expression.
    pub(super) fn source(&self) -> &'static str {
        self.pattern.regex().regex_str()
    }
}

/// Compiles an expression as `syntect` does.
pub(super) fn compiled(source: &str) -> Option<onig::Regex> {
    let options = RegexOptions::REGEX_OPTION_CAPTURE_GROUP;
    onig::Regex::with_options(source, options, Syntax::default()).ok()
}

fn reference(id: impl serde::Serialize) -> Result<ContextReference, Failed> {
    let id = serde_json::to_value(id).map_err(|_| Failed)?;
    serde_json::from_value(serde_json::json!({ "Direct": id })).map_err(|_| Failed)
}

/// All that is laid out.
#[derive(Default)]
struct Known {
    tables: HashMap<ContextId, &'static Table>,
    /// By the address of the pattern, which contexts share.
    rules: HashMap<usize, &'static Rule>,
}

fn laid_out(id: ContextId, context: &'static Context) -> Result<&'static Table, Failed> {
    static KNOWN: Mutex<Option<Known>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some(table) = known.tables.get(&id) {
        return Ok(table);
    }
    let mut rules = Vec::new();
    for (context, at) in context_iter(set(), context) {
        let pattern = context.match_at(at).map_err(|_| Failed)?;
        let number = known.rules.len();
        let address = std::ptr::from_ref(pattern).addr();
        let rule = known
            .rules
            .entry(address)
            .or_insert_with(|| Box::leak(Box::new(rule(number, pattern))));
        rules.push(*rule);
    }
    let (list_of, lists) = listed(&rules)?;
    let prototype = context.prototype.map(reference).transpose()?;
    let table: &'static Table = Box::leak(Box::new(Table {
        number: known.tables.len(),
        scopes: owns(&context.meta_scope),
        content_scopes: owns(&context.meta_content_scope),
        clears: context.clear_scopes,
        refers_back: context.uses_backrefs,
        rules,
        list_of,
        lists,
        prototype: prototype.as_ref().map(Link::new),
    }));
    known.tables.insert(id, table);
    Ok(table)
}

/// Which rules may match before each byte. Most bytes share a list with others.
fn listed(rules: &[&'static Rule]) -> Result<(Vec<u16>, Vec<Vec<u16>>), Failed> {
    let (mut list_of, mut lists) = (Vec::with_capacity(END + 1), Vec::<Vec<u16>>::new());
    for byte in 0..=END {
        let mut list = Vec::new();
        for (at, rule) in rules.iter().enumerate() {
            let may = rule.first.as_ref().is_none_or(|first| {
                let here = first.bytes.get(byte).copied();
                here.unwrap_or(first.end)
            });
            if may {
                list.push(u16::try_from(at).map_err(|_| Failed)?);
            }
        }
        let known = lists.iter().position(|other| *other == list);
        let at = known.unwrap_or_else(|| {
            list.shrink_to_fit();
            lists.push(list);
            lists.len() - 1
        });
        list_of.push(u16::try_from(at).map_err(|_| Failed)?);
    }
    Ok((list_of, lists))
}

fn owns(scopes: &[Scope]) -> Vec<Own> {
    scopes.iter().map(|scope| kind::of_scope(*scope)).collect()
}

fn rule(number: usize, pattern: &'static MatchPattern) -> Rule {
    let links = |references: &[ContextReference]| references.iter().map(Link::new).collect();
    let captures: Vec<_> = pattern
        .captures
        .iter()
        .flatten()
        .map(|(group, scopes)| (*group, owns(scopes)))
        .collect();
    let act = match &pattern.operation {
        MatchOperation::None => Act::Nothing,
        MatchOperation::Pop => Act::Pop,
        MatchOperation::Push(references) => Act::Push(links(references)),
        MatchOperation::Set(references) => Act::Set(links(references)),
    };
    // What is pushed may refer back to the groups of one digit.
    let referred = match act {
        Act::Push(_) | Act::Set(_) => 10,
        Act::Nothing | Act::Pop => 0,
    };
    let captured = captures.iter().map(|(group, _)| group + 1).max();
    Rule {
        number,
        first: expression::read(pattern.regex().regex_str())
            .and_then(|read| first::of(&read.expression)),
        refers_back: pattern.has_captures,
        scopes: owns(&pattern.scope),
        groups: captured.unwrap_or(0).max(referred),
        captures,
        act,
        with_prototype: pattern.with_prototype.as_ref().map(Link::new),
        pattern,
        regex: OnceLock::new(),
        sieve: OnceLock::new(),
    }
}
