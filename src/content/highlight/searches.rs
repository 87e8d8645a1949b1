//! Asking regular expressions, and remembering within a line what they said.
//!
//! A rule that was searched for in the rest of the line is not searched for
//! again before the place where it was found; a rule that does not match at a
//! place is not asked again there.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use onig::{MatchParam, Regex, Region, SearchOptions};
use regex_automata::hybrid::dfa::Cache;

use super::rules::{Act, Rule, compiled};
use super::sieve::{Answer, Sieve};

/// Texts of groups that patterns refer back to, by the group's digit.
pub(super) type Captured = [Option<Box<str>>];

/// Expressions with captured text in them that a thread keeps.
const COMPOSED: usize = 500;

/// A match.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where its groups begin among all of the line, and how many there are.
    groups: (usize, usize),
}

/// What a line has told of a rule.
#[derive(Clone, Copy, Debug)]
struct Told {
    /// When this was told.
    line: u64,
    /// The step in which the rule hides itself.
    hidden: u64,
    /// Where the rule does not match.
    fails_at: usize,
    search: Search,
    /// What the search said with these captured texts, in this step.
    composed: Option<(u64, usize, Option<Hit>)>,
}

#[derive(Clone, Copy, Debug)]
enum Search {
    Unknown,
    Nowhere,
    Found(Hit),
}

impl Told {
    const NOTHING: Self = Self {
        line: 0,
        hidden: 0,
        fails_at: usize::MAX,
        search: Search::Unknown,
        composed: None,
    };
}

/// Times that a rule was asked from which on a sieve is worth its while; few in
/// tests, where every rule is to be sifted.
const PATIENCE: u32 = if cfg!(test) { 2 } else { 200 };

/// Whether a rule is sifted.
enum Sifting {
    /// It was asked so often.
    NotYet(u32),
    /// It is, and so many answers were of use more than were not.
    Sifted {
        sieve: &'static Sieve,
        cache: Box<Cache>,
        gain: i32,
    },
    /// It would not help.
    Never,
}

impl Sifting {
    /// What is known of a rule here without asking it.
    fn ask(&mut self, rule: &'static Rule, line: &str, at: usize) -> Answer {
        match self {
            Self::NotYet(asked) if *asked < PATIENCE => *asked += 1,
            Self::NotYet(_) => {
                *self = match rule.sieve() {
                    Some(sieve) => Self::Sifted {
                        sieve,
                        cache: Box::new(sieve.cache()),
                        gain: PATIENCE.cast_signed(),
                    },
                    None => Self::Never,
                }
            }
            Self::Sifted { gain, .. } if *gain < 0 => *self = Self::Never,
            Self::Sifted { sieve, cache, gain } => {
                let answer = sieve.ask(cache, line, at);
                let of_use = match answer {
                    Answer::No => true,
                    Answer::Match(_) => rule.captures.is_empty(),
                    Answer::Perhaps => false,
                };
                *gain = gain.saturating_add(if of_use { 1 } else { -1 });
                return answer;
            }
            Self::Never => {}
        }
        Answer::Perhaps
    }
}

/// The memory of a thread.
pub(super) struct Searches {
    told: Vec<Told>,
    /// By the number of the rule.
    sifting: Vec<Sifting>,
    /// Whether the line may be sifted.
    ascii: bool,
    /// Counts lines and steps.
    clock: u64,
    line: u64,
    region: Region,
    groups: Vec<Option<(usize, usize)>>,
    composed: HashMap<String, Option<Rc<Regex>>>,
}

thread_local! {
    static SEARCHES: RefCell<Searches> = RefCell::new(Searches {
        told: Vec::new(),
        sifting: Vec::new(),
        ascii: false,
        clock: 0,
        line: 0,
        region: Region::with_capacity(16),
        groups: Vec::new(),
        composed: HashMap::new(),
    });
}

impl Searches {
    /// Lends the memory of this thread.
    pub(super) fn with<T>(run: impl FnOnce(&mut Self) -> T) -> T {
        SEARCHES.with_borrow_mut(run)
    }

    /// Begins a line: what was told of another is forgotten.
    pub(super) fn begin(&mut self, line: &str) {
        self.ascii = line.is_ascii();
        self.clock += 1;
        self.line = self.clock;
        self.groups.clear();
    }

    /// Begins to look for the next match.
    pub(super) fn begin_step(&mut self) {
        self.clock += 1;
    }

    /// The place of a group of a match.
    pub(super) fn group(&self, hit: Hit, group: usize) -> Option<(usize, usize)> {
        let (begin, count) = hit.groups;
        let known = group < count;
        known.then(|| self.groups.get(begin + group).copied())??
    }

    /// Whether a rule matches here.
    pub(super) fn here(
        &mut self,
        line: &str,
        at: usize,
        rule: &'static Rule,
        captured: Option<&Captured>,
    ) -> Option<Hit> {
        let first = rule.first.as_ref()?;
        if first.start && at > 0 {
            return None;
        }
        if first.edge && at > 0 && !may_be_edge(line.as_bytes(), at) {
            return None;
        }
        let clock = self.clock;
        let composed = captured.filter(|_| rule.refers_back);
        let told = self.told(rule);
        if told.hidden == clock || (told.fails_at == at && composed.is_none()) {
            return None;
        }
        let answer = match composed {
            None if self.ascii => self.sifting(rule).ask(rule, line, at),
            _ => Answer::Perhaps,
        };
        let hit = match (answer, composed) {
            (Answer::No, _) => None,
            (Answer::Match(end), _) if rule.captures.is_empty() => Some(Hit {
                start: at,
                end,
                groups: (0, 0),
            }),
            (_, None) => self.match_here(rule.regex()?, line, at, rule),
            (_, Some(captured)) => {
                let regex = self.composed(rule, captured)?;
                self.match_here(&regex, line, at, rule)
            }
        };
        match hit {
            Some(hit) if hit.end == at && matches!(rule.act, Act::Nothing) => {
                self.told(rule).hidden = clock;
                None
            }
            None if composed.is_none() => {
                self.told(rule).fails_at = at;
                None
            }
            hit => hit,
        }
    }

    /// The match with its groups, which are not known of every match.
    pub(super) fn with_groups(&mut self, line: &str, rule: &'static Rule, hit: Hit) -> Hit {
        if hit.groups.1 > 0 {
            return hit;
        }
        let regex = rule.regex();
        let again = regex.and_then(|regex| self.match_here(regex, line, hit.start, rule));
        again.unwrap_or(hit)
    }

    /// A match that begins here.
    fn match_here(&mut self, regex: &Regex, line: &str, at: usize, rule: &Rule) -> Option<Hit> {
        matches_at(regex, line, at, &mut self.region)?;
        self.hit(rule)
    }

    /// Where a rule matches first in the rest of the line. No rule that pushes
    /// is found anew when the stack is full.
    pub(super) fn search(
        &mut self,
        line: &str,
        from: usize,
        rule: &'static Rule,
        captured: Option<&Captured>,
        full: bool,
    ) -> Option<Hit> {
        let clock = self.clock;
        let told = self.told(rule);
        match told.search {
            Search::Found(hit) if hit.start >= from => return Some(hit),
            Search::Nowhere => return None,
            Search::Found(_) | Search::Unknown => {}
        }
        if let Some(captured) = captured.filter(|_| rule.refers_back) {
            let texts = captured.as_ptr().addr();
            if let Some((at, of, hit)) = told.composed
                && (at, of) == (clock, texts)
            {
                return hit;
            }
            let regex = self.composed(rule, captured);
            let hit = regex.and_then(|regex| {
                let found = searched(&regex, line, from, &mut self.region);
                found.then(|| self.useful(rule, full)).flatten()
            });
            self.told(rule).composed = Some((clock, texts, hit));
            return hit;
        }
        if told.hidden == clock {
            return None;
        }
        if !searched(rule.regex()?, line, from, &mut self.region) {
            self.told(rule).search = Search::Nowhere;
            return None;
        }
        let hit = self.useful(rule, full);
        match hit {
            Some(hit) => self.told(rule).search = Search::Found(hit),
            None => self.told(rule).hidden = clock,
        }
        hit
    }

    /// The match that was just found, if it does anything.
    fn useful(&mut self, rule: &Rule, full: bool) -> Option<Hit> {
        let (start, end) = self.region.pos(0)?;
        let useless = match rule.act {
            Act::Nothing => start == end,
            Act::Push(_) => full,
            Act::Pop | Act::Set(_) => false,
        };
        if useless { None } else { self.hit(rule) }
    }

    fn told(&mut self, rule: &Rule) -> &mut Told {
        if rule.number >= self.told.len() {
            self.told.resize(rule.number + 1, Told::NOTHING);
        }
        let told = &mut self.told[rule.number];
        if told.line != self.line {
            *told = Told {
                line: self.line,
                ..Told::NOTHING
            };
        }
        told
    }

    fn sifting(&mut self, rule: &Rule) -> &mut Sifting {
        if rule.number >= self.sifting.len() {
            self.sifting
                .resize_with(rule.number + 1, || Sifting::NotYet(0));
        }
        &mut self.sifting[rule.number]
    }

    /// The match that was just found.
    fn hit(&mut self, rule: &Rule) -> Option<Hit> {
        let (start, end) = self.region.pos(0)?;
        let begin = self.groups.len();
        self.groups
            .extend((0..rule.groups).map(|group| self.region.pos(group)));
        Some(Hit {
            start,
            end,
            groups: (begin, rule.groups),
        })
    }

    /// The expression of a rule with what it refers back to.
    fn composed(&mut self, rule: &Rule, captured: &Captured) -> Option<Rc<Regex>> {
        let source = compose(rule.source(), captured);
        if let Some(regex) = self.composed.get(&source) {
            return regex.clone();
        }
        if self.composed.len() >= COMPOSED {
            self.composed.clear();
        }
        let regex = compiled(&source).map(Rc::new);
        self.composed.insert(source, regex.clone());
        regex
    }
}

/// Whether a word may begin or end here. Of characters beyond ASCII it is not
/// known whether they belong to words.
fn may_be_edge(bytes: &[u8], at: usize) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let before = bytes[at - 1];
    match bytes.get(at) {
        Some(here) if here.is_ascii() && before.is_ascii() => is_word(*here) != is_word(before),
        Some(_) => true,
        None => !before.is_ascii() || is_word(before),
    }
}

/// The end of a match that begins here. An expression that gives up does not
/// match.
fn matches_at(regex: &Regex, line: &str, at: usize, region: &mut Region) -> Option<usize> {
    let options = SearchOptions::SEARCH_OPTION_NONE;
    let length = regex.match_with_param(line, at, options, Some(region), MatchParam::default());
    Some(at + length.ok()??)
}

fn searched(regex: &Regex, line: &str, from: usize, region: &mut Region) -> bool {
    let options = SearchOptions::SEARCH_OPTION_NONE;
    let (to, param) = (line.len(), MatchParam::default());
    let found = regex.search_with_param(line, from, to, options, Some(region), param);
    matches!(found, Ok(Some(_)))
}

/// Puts captured text in the place of `\1` and the like.
fn compose(source: &str, captured: &Captured) -> String {
    let mut composed = String::with_capacity(source.len() + 16);
    let mut escaped = false;
    for character in source.chars() {
        if !escaped {
            escaped = character == '\\';
            if !escaped {
                composed.push(character);
            }
            continue;
        }
        escaped = false;
        match character.to_digit(10) {
            Some(digit) => {
                let text = captured.get(digit as usize).and_then(Option::as_deref);
                for character in text.unwrap_or("").chars() {
                    if r"\.+*?()|[]{}^$#&-~".contains(character) {
                        composed.push('\\');
                    }
                    composed.push(character);
                }
            }
            None => composed.extend(['\\', character]),
        }
    }
    if escaped {
        composed.push('\\');
    }
    composed
}
