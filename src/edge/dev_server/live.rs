//! Live: what open pages are told of changes.
//!
//! Each open page holds an event stream and hears of what concerns it: its own
//! outputs, files that it may show, what went wrong. A page says which state of
//! the site it shows, so that one which was away (hidden, asleep, or there
//! before the server was) is told what it missed. Invariant: a page that is
//! connected and shows a state older than its newest output has been told so.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::broadcast;

use super::address::{address_of, candidates};
use crate::ground::digest::Digest;
use crate::ground::paths::OutPath;

/// Changes that a slow page may fall behind before it has to catch up.
const BACKLOG: usize = 64;
/// Files other than pages that a page is told of one by one.
const MOST_FILES: usize = 200;

/// Something that open pages are told.
#[derive(Clone, Debug)]
pub(super) enum News {
    /// The site changed.
    Site(Arc<SiteChange>),
    /// It could not be built; what stands is the last good one.
    Problem(Arc<str>),
    /// It can be built again.
    Mended,
}

/// A change of the site.
#[derive(Debug)]
pub(super) struct SiteChange {
    version: u64,
    /// Pages that were written or deleted.
    pages: HashSet<OutPath>,
    /// Addresses of other files.
    files: Vec<String>,
    navigate: Option<String>,
}

/// What is wrong with the site, for the page that shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// How much is wrong, in a few words.
    pub title: String,
    /// Each finding as the terminal shows it.
    pub findings: Vec<String>,
}

/// The hub between a watcher and the pages that are open.
#[derive(Debug)]
pub struct Live {
    session: String,
    sender: broadcast::Sender<News>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    base: String,
    version: u64,
    /// By output, the version in which it last changed.
    changed: HashMap<OutPath, u64>,
    problem: Option<Arc<str>>,
    next_page: u64,
    /// What stands at the address of each open page.
    open: BTreeMap<u64, Vec<OutPath>>,
}

impl Live {
    /// A hub for a site below `base`. `session` tells this server from an
    /// earlier one at the same address.
    pub fn new(base: &str, session: Digest) -> Self {
        Self {
            session: session.short(12),
            sender: broadcast::channel(BACKLOG).0,
            state: Mutex::new(State {
                base: base.to_owned(),
                ..State::default()
            }),
        }
    }

    /// The path below which the site lives.
    pub fn base(&self) -> String {
        self.lock().base.clone()
    }

    /// Sets the path below which the site lives.
    pub fn set_base(&self, base: &str) {
        let mut state = self.lock();
        if state.base != base {
            base.clone_into(&mut state.base);
        }
    }

    /// Tells pages that outputs were written or deleted. `navigate` is a page
    /// to go to.
    pub fn changed<'o>(
        &self,
        outputs: impl Iterator<Item = &'o OutPath>,
        navigate: Option<&OutPath>,
    ) {
        let mut state = self.lock();
        let version = state.version + 1;
        let mut change = SiteChange {
            version,
            pages: HashSet::new(),
            files: Vec::new(),
            navigate: navigate.map(|output| address_of(&state.base, output)),
        };
        for output in outputs {
            state.changed.insert(output.clone(), version);
            if output.as_str().ends_with(".html") {
                change.pages.insert(output.clone());
            } else {
                change.files.push(address_of(&state.base, output));
            }
        }
        if change.pages.is_empty() && change.files.is_empty() && change.navigate.is_none() {
            return;
        }
        // Too many to be asked for one by one: nearly all pages changed too.
        if change.files.len() > MOST_FILES {
            change.files.clear();
        }
        state.version = version;
        drop(state);
        self.send(News::Site(Arc::new(change)));
    }

    /// Tells pages what is wrong.
    pub fn problem(&self, problem: &Problem) {
        let text: Arc<str> = json(problem).into();
        self.lock().problem = Some(Arc::clone(&text));
        self.send(News::Problem(text));
    }

    /// Tells pages that nothing is wrong any more.
    pub fn mended(&self) {
        if self.lock().problem.take().is_some() {
            self.send(News::Mended);
        }
    }

    /// The outputs that open pages show, those opened last first.
    pub fn open_pages(&self) -> Vec<OutPath> {
        let state = self.lock();
        let mut seen = HashSet::new();
        let all = state.open.values().rev().flatten();
        all.filter(|output| seen.insert((*output).clone()))
            .cloned()
            .collect()
    }

    /// The state of the site at this moment, for a page that is about to be
    /// sent.
    pub(super) fn at(&self) -> String {
        self.stamp(self.lock().version)
    }

    fn stamp(&self, version: u64) -> String {
        format!("{}.{version}", self.session)
    }

    fn send(&self, news: News) {
        // Nobody may be listening.
        let _ = self.sender.send(news);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open page and what it is to be told.
#[derive(Debug)]
pub(super) struct Listener {
    live: Arc<Live>,
    id: u64,
    path: String,
    outputs: Vec<OutPath>,
    receiver: broadcast::Receiver<News>,
    /// What it has to be told before anything else.
    first: Vec<Told>,
}

/// An event for one page: its name and its data.
pub(super) type Told = (&'static str, String);

#[derive(Serialize)]
struct Change<'a> {
    at: String,
    /// Whether the page itself changed.
    page: bool,
    /// Other files that changed.
    files: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    navigate: Option<&'a str>,
}

impl Listener {
    /// A page at `path` that shows the state `at`.
    pub(super) fn new(live: &Arc<Live>, path: &str, at: &str) -> Self {
        // Listening begins first: what happens from now on is not missed.
        let receiver = live.sender.subscribe();
        let mut state = live.lock();
        let mut outputs = candidates(&state.base, path);
        outputs.extend(OutPath::new("404.html"));
        let id = state.next_page;
        state.next_page += 1;
        state.open.insert(id, outputs.clone());
        let problem = state.problem.clone();
        drop(state);
        let mut listener = Self {
            live: Arc::clone(live),
            id,
            path: path.to_owned(),
            outputs,
            receiver,
            first: Vec::new(),
        };
        listener.first = listener.catch_up(at, problem);
        listener
    }

    /// What a page that shows the state `at` does not know yet.
    fn catch_up(&self, at: &str, problem: Option<Arc<str>>) -> Vec<Told> {
        let state = self.live.lock();
        let known = at
            .rsplit_once('.')
            .filter(|(session, _)| *session == self.live.session)
            .and_then(|(_, version)| version.parse::<u64>().ok());
        let newest = self
            .outputs
            .iter()
            .filter_map(|output| state.changed.get(output))
            .max();
        // Nothing is known of what another server showed.
        let stale = known.is_none_or(|known| newest.is_some_and(|newest| *newest > known));
        let at = self.live.stamp(state.version);
        drop(state);
        let change = Change {
            at,
            page: stale,
            files: &[],
            navigate: None,
        };
        let mut told = vec![("change", json(&change))];
        told.push(match problem {
            Some(problem) => ("problem", problem.to_string()),
            None => ("mended", "{}".to_owned()),
        });
        told.reverse();
        told
    }

    /// The next thing that the page is to be told; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Told> {
        loop {
            if let Some(told) = self.first.pop() {
                return Some(told);
            }
            match self.receiver.recv().await {
                Ok(News::Problem(text)) => return Some(("problem", text.to_string())),
                Ok(News::Mended) => return Some(("mended", "{}".to_owned())),
                Ok(News::Site(change)) => {
                    if let Some(told) = self.of_change(&change) {
                        return Some(told);
                    }
                }
                // It fell behind: it has to look for itself.
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    let problem = self.live.lock().problem.clone();
                    self.first = self.catch_up("", problem);
                }
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    fn of_change(&self, change: &SiteChange) -> Option<Told> {
        let page = self
            .outputs
            .iter()
            .any(|output| change.pages.contains(output));
        let navigate = change
            .navigate
            .as_deref()
            .filter(|address| *address != self.path);
        (page || !change.files.is_empty() || navigate.is_some()).then(|| {
            let change = Change {
                at: self.live.stamp(change.version),
                page,
                files: &change.files,
                navigate,
            };
            ("change", json(&change))
        })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.live.lock().open.remove(&self.id);
    }
}

fn json(value: &impl Serialize) -> String {
    // Text, numbers and lists serialize without failing.
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(path: &str) -> OutPath {
        OutPath::new(path).unwrap()
    }

    fn drain(listener: &mut Listener) -> Vec<String> {
        let mut told = Vec::new();
        while let Some((name, data)) = listener.first.pop() {
            told.push(format!("{name} {data}"));
        }
        while let Ok(news) = listener.receiver.try_recv() {
            if let News::Site(change) = news {
                told.extend(listener.of_change(&change).map(|(_, data)| data));
            }
        }
        told
    }

    #[test]
    fn a_page_hears_of_itself_and_of_what_it_missed() {
        let live = Arc::new(Live::new("/", Digest::of_bytes(b"one")));
        let at = live.at();
        let mut a = Listener::new(&live, "/a/", &at);
        assert!(drain(&mut a)[0].contains("\"page\":false"));
        live.changed([out("b/index.html")].iter(), None);
        assert!(drain(&mut a).is_empty(), "another page");
        live.changed([out("a/index.html")].iter(), None);
        assert!(drain(&mut a)[0].contains("\"page\":true"));
        let mut late = Listener::new(&live, "/a/", &at);
        assert!(drain(&mut late)[0].contains("\"page\":true"));
        let mut fresh = Listener::new(&live, "/a/", &live.at());
        assert!(drain(&mut fresh)[0].contains("\"page\":false"));
        let mut old = Listener::new(&live, "/a/", "earlier.999");
        assert!(drain(&mut old)[0].contains("\"page\":true"));
    }

    #[test]
    fn open_pages_are_known_while_they_are_open() {
        let live = Arc::new(Live::new("/", Digest::of_bytes(b"one")));
        let a = Listener::new(&live, "/a/", "");
        let b = Listener::new(&live, "/b/", "");
        assert_eq!(live.open_pages().first(), Some(&out("b/index.html")));
        drop(b);
        assert_eq!(live.open_pages().first(), Some(&out("a/index.html")));
        drop(a);
        assert!(live.open_pages().is_empty());
    }
}
