//! A watcher under way: waits, builds, looks again, and says so.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use jiff::Timestamp;

use super::check::Looked;
use super::events::{Folders, Message, Mouth};
use super::rebuilding::MOST_GIVEN_UP;
use super::settle::{Inbox, Settled};
use super::warm::Warm;
use super::{Told, WatchError, WatchOptions};
use crate::edge::build::{BuildError, BuildOptions};
use crate::edge::changes::Changes;
use crate::edge::dev_server::{self, Live, Served};
use crate::edge::frame::read_config;
use crate::ground::digest::Digest;
use crate::ground::fs;
use crate::ground::paths::{OutPath, SrcPath};

/// How long all must be quiet before everything is looked at.
const REST: Duration = Duration::from_millis(400);
/// How long an event may be under way when a look finds what it tells of.
const LATE: Duration = Duration::from_millis(60);
/// Guides of a site that is brought into memory before an edit asks for it.
/// More would fill the memory of who edits nothing but bodies.
const SETTLED_IN: usize = 20_000;
/// How often is looked where there are no events.
const POLL: Duration = Duration::from_secs(1);

/// What tells this server from an earlier one at the same address.
fn session(now: Timestamp) -> Digest {
    Digest::of(&(now.as_nanosecond(), std::process::id()))
}

/// A watcher under way.
pub(super) struct Watch<'a, 't> {
    pub(super) options: &'a WatchOptions<'a>,
    pub(super) own: BuildOptions,
    pub(super) live: Arc<Live>,
    pub(super) mouth: Mouth,
    inbox: Inbox,
    folders: Option<Folders>,
    /// `None` only where it could not be opened again.
    pub(super) warm: Option<Warm>,
    /// Whether the last rebuild failed.
    pub(super) trouble: bool,
    /// How many rebuilds in a row were given up for what came in meanwhile.
    pub(super) given_up: usize,
    /// Outputs that were shown by a rebuild that was given up.
    pub(super) unsure: BTreeSet<OutPath>,
    /// Whether the site's folder was not there when it was last looked for.
    root_is_gone: bool,
    /// When the site will differ by itself.
    pub(super) next_change: Option<Timestamp>,
    pub(super) tell: &'t mut dyn FnMut(Told<'_>),
}

impl<'a, 't> Watch<'a, 't> {
    /// A watcher that listens to the site's folders and has built nothing yet.
    pub(super) fn new(
        options: &'a WatchOptions<'a>,
        (own, warm): (BuildOptions, Warm),
        (mouth, inbox): (Mouth, Inbox),
        tell: &'t mut dyn FnMut(Told<'_>),
    ) -> Self {
        let mut watch = Self {
            options,
            own,
            live: Arc::new(Live::new("/", session((options.now)()))),
            mouth,
            inbox,
            folders: None,
            warm: Some(warm),
            trouble: false,
            // Where nothing stands, the first build has to come to its end.
            given_up: MOST_GIVEN_UP,
            unsure: BTreeSet::new(),
            root_is_gone: false,
            next_change: None,
            tell,
        };
        watch.set_base();
        // What changes while the site is first built is heard of.
        watch.listen_to_folders();
        watch
    }

    /// Lets go of everything, as it should be found by the next watcher.
    pub(super) fn close(mut self) -> Result<(), BuildError> {
        self.warm.take().map_or(Ok(()), Warm::close)
    }

    /// Serves what stands, or builds first where nothing does.
    pub(super) fn begin(&mut self, runtime: &tokio::runtime::Runtime) -> Result<(), WatchError> {
        let stands = self.warm.as_ref().is_some_and(Warm::stands);
        if !stands {
            self.rebuild(Changes::Unknown);
        }
        let address = match &self.options.listen {
            None => None,
            Some(listen) => {
                let bound = runtime
                    .block_on(dev_server::bind(listen))
                    .map_err(WatchError::Serve)?;
                let address = bound.address();
                let served = Served {
                    out: self.own.out.clone().unwrap_or_default(),
                    base: String::new(),
                    live: Some(Arc::clone(&self.live)),
                };
                runtime.spawn(bound.serve(Arc::new(served)));
                Some(address)
            }
        };
        (self.tell)(Told::Ready {
            address,
            base: &self.live.base(),
            guides: self.warm.as_ref().map_or(0, Warm::guides),
        });
        if stands {
            self.given_up = 0;
            self.rebuild(Changes::Unknown);
        }
        self.follow_links();
        Ok(())
    }

    /// Waits and builds until the end.
    pub(super) fn go_on(&mut self) -> Result<(), WatchError> {
        // The state of the disk is known, and saved, up to here.
        let mut rested = false;
        loop {
            let wait = match rested {
                false => Some(REST),
                true => self.patience(),
            };
            match self.inbox.wait(wait) {
                Ok(Message::Stop) => return Ok(()),
                Ok(first) => {
                    let warm = &self.warm;
                    let lacks = |paths: &BTreeSet<PathBuf>| {
                        warm.as_ref()
                            .is_some_and(|warm| warm.lacks(&warm.changes_of(paths)))
                    };
                    let settled = self.inbox.settle(first, &lacks);
                    if settled.stop {
                        return Ok(());
                    }
                    self.take_in(settled);
                    rested = false;
                }
                Err(RecvTimeoutError::Timeout) if !rested => {
                    rested = self.rest();
                    if rested {
                        (self.tell)(Told::Settled);
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.look_again(),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
        }
    }

    /// How long to wait for an event: for ever, unless time itself will change
    /// the site, or there are no events.
    fn patience(&self) -> Option<Duration> {
        if self.folders.is_none() || !fs::is_folder(&self.own.root) {
            return Some(POLL);
        }
        let next = self.next_change?;
        let wait = next.duration_since((self.options.now)());
        Some(Duration::try_from(wait).unwrap_or_default() + Duration::from_millis(10))
    }

    /// Builds what a burst of events told of.
    fn take_in(&mut self, settled: Settled) {
        if let Some(why) = settled.trouble {
            self.without_events(&why);
        }
        let mut paths = match &mut self.folders {
            Some(folders) => {
                folders.doubt(&settled.paths);
                folders.with_other_names(settled.paths)
            }
            None => settled.paths,
        };
        let root = fs::absolute(&self.own.root);
        let at_top = |path: &PathBuf| *path == root || path.parent() == Some(&root);
        if paths.iter().any(at_top) {
            paths.extend(self.listen_to_folders());
        }
        let changes = match &self.warm {
            Some(warm) if !settled.lost => warm.changes_of(&paths),
            _ => Changes::Unknown,
        };
        if changes != Changes::none() || self.given_up > 0 {
            self.rebuild(changes);
            self.follow_links();
        }
    }

    /// Watches what links lead to, where there are other links than before.
    fn follow_links(&mut self) {
        let links = self.warm.as_ref().map_or(&[][..], Warm::links);
        if self
            .folders
            .as_ref()
            .is_none_or(|folders| folders.know(links))
        {
            return;
        }
        let new = self.listen_to_folders();
        if let Some(warm) = self.warm.as_ref().filter(|_| !new.is_empty()) {
            let changes = warm.changes_of(&new);
            self.rebuild(changes);
        }
    }

    /// Watches the site's folders as they are now, and says which are new.
    fn listen_to_folders(&mut self) -> BTreeSet<PathBuf> {
        if self.options.poll {
            return BTreeSet::new();
        }
        if self.folders.is_none() {
            match Folders::new(self.mouth.clone()) {
                Ok(folders) => self.folders = Some(folders),
                Err(why) => {
                    self.without_events(&why);
                    return BTreeSet::new();
                }
            }
        }
        let Ok(layout) = self.own.layout() else {
            return BTreeSet::new();
        };
        let ignored = read_config(&layout.root).map_or_else(|_| Vec::new(), |(c, _)| c.ignore);
        let new = match &mut self.folders {
            Some(folders) => {
                let links = self.warm.as_ref().map_or(&[][..], Warm::links);
                folders.update(&layout, &ignored, links)
            }
            None => Ok(BTreeSet::new()),
        };
        new.unwrap_or_else(|why| {
            self.without_events(&why);
            BTreeSet::new()
        })
    }

    /// Goes on without events, and says so.
    fn without_events(&mut self, why: &str) {
        self.folders = None;
        let every = POLL.as_secs();
        let note = format!("{why}. Until then the files are looked at every {every} s");
        (self.tell)(Told::Note(&note));
    }

    /// Looks at everything in the quiet after a rebuild. Says whether there is
    /// nothing more to do.
    fn rest(&mut self) -> bool {
        if self.given_up > 0 {
            // What it was given up for turned out to be nothing.
            self.rebuild(Changes::none());
            return false;
        }
        let (mouth, before) = (self.mouth.clone(), self.mouth.count());
        let disturbed = move || mouth.count() != before;
        let Some(warm) = &mut self.warm else {
            return true;
        };
        // Where the cache cannot be written, the next start takes longer.
        let _ = warm.save();
        match warm.look(&disturbed) {
            Ok(Looked::Missed { changes, outputs }) => {
                // What an event is about to tell of was not missed.
                std::thread::sleep(LATE);
                if self.mouth.count() == before {
                    self.mend(changes, outputs);
                }
                false
            }
            Ok(Looked::GivenUp) => false,
            Ok(Looked::Whole) => {
                let wanted = !warm.is_settled_in() && warm.guides() <= SETTLED_IN;
                self.trouble || !wanted || self.settle_in()
            }
            Err(_) => true,
        }
    }

    /// Builds what no event told of.
    fn mend(&mut self, changes: Changes, outputs: usize) {
        if self.folders.is_some() {
            let files = match &changes {
                Changes::Only(touched) => touched.files.iter().map(SrcPath::to_string).collect(),
                Changes::Unknown => Vec::new(),
            };
            let note = missed(&files, outputs);
            (self.tell)(Told::Note(&note));
        }
        self.rebuild(changes);
    }

    /// Looks where no events come, or where time has passed.
    fn look_again(&mut self) {
        let is_there = fs::is_folder(&self.own.root);
        if is_there == self.root_is_gone {
            self.root_is_gone = !is_there;
            self.listen_to_folders();
            self.rebuild(Changes::Unknown);
            return;
        }
        let now = (self.options.now)();
        if self.next_change.is_some_and(|next| next <= now) {
            self.rebuild(Changes::none());
            return;
        }
        let Some(warm) = &mut self.warm else {
            return;
        };
        if !warm.has_frame() {
            self.rebuild(Changes::Unknown);
            return;
        }
        let (mouth, before) = (self.mouth.clone(), self.mouth.count());
        let disturbed = move || mouth.count() != before;
        if let Ok(Looked::Missed { changes, outputs }) = warm.look(&disturbed) {
            self.mend(changes, outputs);
        }
    }
}

/// What to say of changes that no event told of.
fn missed(files: &[String], outputs: usize) -> String {
    let mut parts = Vec::new();
    match files {
        [] => {}
        [one] => parts.push(format!("`{one}` changed unnoticed")),
        [one, rest @ ..] => {
            parts.push(format!("`{one}` and {} more changed unnoticed", rest.len()))
        }
    }
    if outputs > 0 {
        parts.push(format!(
            "{outputs} files of the built site were touched by somebody else"
        ));
    }
    format!("{}; mended", parts.join(", and "))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::mpsc::channel;

    use super::*;
    use crate::edge::watch::warm::own_options;

    /// Runs what a test does with a watcher of a small site; gives what was
    /// told: notes, and the sources of rebuilds.
    fn told(poll: bool, act: impl FnOnce(&mut Watch<'_, '_>, &std::path::Path)) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("site");
        std::fs::create_dir_all(root.join("content/below")).unwrap();
        std::fs::write(root.join("content/a.md"), "+++\ntitle = \"A\"\n+++\nOne.\n").unwrap();
        let now = || Timestamp::UNIX_EPOCH;
        let options = WatchOptions {
            build: BuildOptions::new(&root, now()),
            listen: None,
            navigate: false,
            poll,
            now: &now,
            progress: &|_, _| {},
        };
        let own = own_options(&options.build).unwrap();
        let warm = Warm::open(own.clone()).unwrap();
        let (sender, receiver) = channel();
        let told = RefCell::new(Vec::new());
        let mut tell = |event: Told<'_>| match event {
            Told::Note(note) => told.borrow_mut().push(note.to_owned()),
            Told::Rebuilt(rebuilt) => {
                let changed = rebuilt.report.changed.iter();
                told.borrow_mut().extend(changed.map(SrcPath::to_string));
            }
            _ => {}
        };
        let inbox = (Mouth::new(sender), Inbox::new(receiver));
        let mut watch = Watch::new(&options, (own, warm), inbox, &mut tell);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        watch.begin(&runtime).unwrap();
        told.borrow_mut().clear();
        act(&mut watch, &root);
        watch.close().unwrap();
        told.into_inner()
    }

    fn save(root: &std::path::Path) {
        let text = "+++\ntitle = \"A\"\n+++\nTwo, and more than before.\n";
        std::fs::write(root.join("content/a.md"), text).unwrap();
    }

    #[test]
    fn a_queue_that_ran_over_leads_to_a_look_at_everything() {
        let heard = told(true, |watch, root| {
            save(root);
            watch.take_in(Settled {
                lost: true,
                ..Settled::default()
            });
        });
        assert_eq!(heard, ["content/a.md"]);
    }

    #[test]
    fn where_a_limit_is_reached_it_goes_on_by_looking() {
        let heard = told(false, |watch, root| {
            assert!(watch.folders.is_some());
            assert_eq!(watch.patience(), None);
            watch.take_in(Settled {
                trouble: Some("raise the limit".to_owned()),
                ..Settled::default()
            });
            assert!(watch.folders.is_none());
            assert_eq!(watch.patience(), Some(POLL));
            save(root);
            watch.look_again();
        });
        assert_eq!(
            heard,
            [
                "raise the limit. Until then the files are looked at every 1 s",
                "content/a.md"
            ]
        );
    }
}
