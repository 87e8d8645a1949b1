//! Events: what the operating system says of a site's folders.
//!
//! Nothing is decided here but which folders are watched and which events can
//! matter at all. Where no events can be had, whoever listens is told why, and
//! has to look for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;

use notify::event::{AccessKind, AccessMode, ModifyKind};
use notify::{Config, ErrorKind, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::places::top_folders;
use crate::edge::scan::{FollowedLink, Layout};
use crate::ground::fs;

/// What a watcher waits for.
#[derive(Debug)]
pub(super) enum Message {
    /// Something happened to these paths.
    Touched(Vec<PathBuf>),
    /// Events were lost: anything may have happened.
    Lost,
    /// No more events can be had for some folder.
    Trouble(String),
    /// The end.
    Stop,
}

/// Where messages go, and how many there were.
#[derive(Clone, Debug)]
pub(super) struct Mouth {
    sender: Sender<Message>,
    count: Arc<AtomicU64>,
}

impl Mouth {
    pub(super) fn new(sender: Sender<Message>) -> Self {
        Self {
            sender,
            count: Arc::default(),
        }
    }

    /// Sends a message; nobody listens any more at the very end.
    pub(super) fn say(&self, message: Message) {
        self.count.fetch_add(1, Ordering::AcqRel);
        let _ = self.sender.send(message);
    }

    /// How many messages there were.
    pub(super) fn count(&self) -> u64 {
        self.count.load(Ordering::Acquire)
    }
}

/// How one folder is watched.
#[derive(Debug, PartialEq, Eq)]
struct Watched {
    with_all_below: bool,
    /// Which folder stood there.
    identity: Option<(u64, u64)>,
}

/// The folders that are watched.
#[derive(Debug)]
pub(super) struct Folders {
    watcher: RecommendedWatcher,
    watched: BTreeMap<PathBuf, Watched>,
    links: Vec<FollowedLink>,
}

impl Folders {
    /// Watches nothing yet; what happens will be said to `mouth`.
    ///
    /// # Errors
    ///
    /// In words, why there can be no events.
    pub(super) fn new(mouth: Mouth) -> Result<Self, String> {
        let handler = move |event| {
            if let Some(message) = message(event) {
                mouth.say(message);
            }
        };
        Ok(Self {
            watcher: RecommendedWatcher::new(handler, Config::default())
                .map_err(|error| in_words(&error))?,
            watched: BTreeMap::new(),
            links: Vec::new(),
        })
    }

    /// Adds to what something happened to all other paths that lead there by a
    /// link: the system names one of them only.
    pub(super) fn with_other_names(&self, paths: BTreeSet<PathBuf>) -> BTreeSet<PathBuf> {
        let mut all = paths;
        if self.links.is_empty() {
            return all;
        }
        let real: Vec<PathBuf> = all
            .iter()
            .map(|path| match (path.parent(), path.file_name()) {
                (Some(folder), Some(name)) => fs::absolute(folder).join(name),
                _ => path.clone(),
            })
            .collect();
        for link in &self.links {
            let below = |path: &PathBuf| {
                let rest = path.strip_prefix(&link.real).ok()?;
                Some(match rest.as_os_str().is_empty() {
                    true => link.path.clone(),
                    false => link.path.join(rest),
                })
            };
            all.extend(real.iter().filter_map(below));
        }
        all.extend(real);
        all
    }

    /// Lets go of the folders to which something happened themselves, so that
    /// they are watched anew: one that was moved away and back is the same, and
    /// yet the system watches it no more.
    pub(super) fn doubt(&mut self, paths: &BTreeSet<PathBuf>) {
        for path in paths {
            if self.watched.get(path).is_some_and(|how| how.with_all_below) {
                self.watched.remove(path);
                // It may have gone by itself.
                let _ = self.watcher.unwatch(path);
            }
        }
    }

    /// Whether these are the links whose targets are watched.
    pub(super) fn know(&self, links: &[FollowedLink]) -> bool {
        self.links == links
    }

    /// Watches the folders of a site as they are now: the root for what appears
    /// in it, each of its folders with all that lies below, and what links
    /// lead to. Says which folders were not watched before; what happened in them until now was
    /// not heard of.
    ///
    /// # Errors
    ///
    /// In words, why a folder cannot be watched.
    pub(super) fn update(
        &mut self,
        layout: &Layout,
        ignored: &[String],
        links: &[FollowedLink],
    ) -> Result<BTreeSet<PathBuf>, String> {
        links.clone_into(&mut self.links);
        let mut wanted = BTreeMap::new();
        let watched = |path: &Path, with_all_below| Watched {
            with_all_below,
            identity: fs::identity(path),
        };
        if fs::is_folder(&layout.root) {
            wanted.insert(layout.root.clone(), watched(&layout.root, false));
        }
        for folder in top_folders(layout, ignored) {
            let how = watched(&folder, true);
            wanted.insert(folder, how);
        }
        for link in links {
            if fs::is_folder(&link.real) {
                wanted.insert(link.path.clone(), watched(&link.path, true));
            } else if let Some(folder) = link.real.parent() {
                let is_below = wanted
                    .iter()
                    .any(|(path, how)| how.with_all_below && folder.starts_with(path));
                if !is_below {
                    let how = watched(folder, false);
                    wanted.entry(folder.to_owned()).or_insert(how);
                }
            }
        }
        let gone: Vec<PathBuf> = self
            .watched
            .iter()
            .filter(|(path, how)| wanted.get(*path) != Some(how))
            .map(|(path, _)| path.clone())
            .collect();
        for path in gone {
            self.watched.remove(&path);
            // It may have gone by itself.
            let _ = self.watcher.unwatch(&path);
        }
        let mut new = BTreeSet::new();
        for (path, how) in wanted {
            if self.watched.contains_key(&path) {
                continue;
            }
            let mode = match how.with_all_below {
                true => RecursiveMode::Recursive,
                false => RecursiveMode::NonRecursive,
            };
            match self.watcher.watch(&path, mode) {
                Ok(()) => {
                    self.watched.insert(path.clone(), how);
                    new.insert(path);
                }
                // It went while it was looked at; that is an event too.
                Err(error) if matches!(error.kind, ErrorKind::PathNotFound) => {}
                Err(error) => return Err(in_words(&error)),
            }
        }
        Ok(new)
    }
}

/// What an event tells, if it tells anything.
fn message(event: notify::Result<notify::Event>) -> Option<Message> {
    match event {
        Ok(event) if event.need_rescan() => Some(Message::Lost),
        Ok(event) if matters(&event.kind) => Some(Message::Touched(event.paths)),
        Ok(_) => None,
        Err(error) => Some(Message::Trouble(in_words(&error))),
    }
}

/// Whether an event can tell of other bytes or another list of files.
fn matters(kind: &EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        // Both halves of a rename are said one by one.
        EventKind::Modify(ModifyKind::Name(notify::event::RenameMode::Both)) => false,
        _ => true,
    }
}

/// Why folders cannot be watched, and what to do.
fn in_words(error: &notify::Error) -> String {
    let of = error
        .paths
        .first()
        .map_or_else(String::new, |path| format!(" `{}`", path.display()));
    match &error.kind {
        ErrorKind::MaxFilesWatch => format!(
            "the system lets no more folders be watched{}; raise the limit with \
             `sysctl fs.inotify.max_user_watches=524288`, and for good in /etc/sysctl.conf",
            match of.is_empty() {
                true => String::new(),
                false => format!(" (at{of})"),
            }
        ),
        ErrorKind::Io(io) if is_instance_limit(io) => {
            "the system lets no more programs watch folders; raise the limit with \
             `sysctl fs.inotify.max_user_instances=512`"
                .to_owned()
        }
        ErrorKind::Io(io) => format!("cannot watch{of}: {}", fs::in_words(io)),
        _ => format!("cannot watch{of}: {error}"),
    }
}

/// Whether there are too many watchers, which Linux calls too many open files.
fn is_instance_limit(error: &std::io::Error) -> bool {
    cfg!(target_os = "linux") && error.raw_os_error() == Some(24)
}

#[cfg(test)]
mod tests {
    use notify::event::{Event, Flag};

    use super::*;

    #[test]
    fn a_queue_that_ran_over_is_no_list_of_paths() {
        let event = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert!(matches!(message(Ok(event)), Some(Message::Lost)));
    }

    #[test]
    fn a_limit_is_said_with_the_setting_that_raises_it() {
        let folder = PathBuf::from("/site/content");
        let full = notify::Error::new(ErrorKind::MaxFilesWatch).add_path(folder);
        let Some(Message::Trouble(why)) = message(Err(full)) else {
            panic!("no trouble");
        };
        assert!(why.contains("fs.inotify.max_user_watches=524288"), "{why}");
        assert!(why.contains("/site/content"), "{why}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn too_many_watchers_are_told_from_too_many_folders() {
        let full = notify::Error::io(std::io::Error::from_raw_os_error(24));
        let why = in_words(&full);
        assert!(why.contains("fs.inotify.max_user_instances"), "{why}");
    }
}
