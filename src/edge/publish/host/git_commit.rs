//! A publication as a commit: what `git fast-import` is told.
//!
//! Pure, but for the bytes that it asks for. Invariant: a stream that could not
//! be written to its end makes no commit, because its last word is missing.

use std::io::Write;

use super::Work;
use super::child::fully;
use crate::edge::publish::entry::Entry;
use crate::edge::publish::plan::Action;
use crate::edge::publish::publication::{self, CURRENT, Publication};
use crate::edge::publish::session::Task;

/// What a commit is made from.
pub(super) struct Sources<'a> {
    /// Name and address of who commits.
    pub(super) author: &'a str,
    /// The reference that is to hold it.
    pub(super) name: &'a str,
    /// What it is put upon.
    pub(super) base: Option<Base>,
    /// The blob of the record that stands.
    pub(super) current: Option<&'a str>,
    /// The blob of a file that stands.
    pub(super) blob: &'a (dyn Fn(&str) -> Option<&'a str> + Sync),
    /// The blob from which an object is brought back.
    pub(super) source: &'a (dyn Fn(&Entry) -> Option<&'a str> + Sync),
}

/// What stands.
pub(super) enum Base {
    /// A commit, which becomes the one before.
    Commit(String),
    /// A tree, whose files stay without their history.
    Tree(String),
}

/// What could not be written, where that is known, and why.
type Failure = (Option<String>, String);

/// Writes the commit of a publication.
pub(super) fn commit(
    to: &mut dyn Write,
    work: &Work<'_>,
    sources: &Sources<'_>,
) -> Result<(), Failure> {
    let whole = |result| fully(result).map_err(|why| (None, why));
    let message = match &work.job.task {
        Task::Rollback(id) => format!("Bring back {id} as {}\n", work.id),
        Task::Publish | Task::List => format!("Publish {}\n", work.id),
    };
    let seconds = (work.job.now)().as_second();
    whole(write!(
        to,
        "commit {}\ncommitter {} {seconds} +0000\ndata {}\n{message}\n",
        sources.name,
        sources.author,
        message.len()
    ))?;
    whole(match &sources.base {
        Some(Base::Commit(commit)) => writeln!(to, "from {commit}"),
        Some(Base::Tree(tree)) => writeln!(to, "M 040000 {tree} \"\""),
        None => Ok(()),
    })?;
    let mut progress = work.progress();
    for action in work.plan.actions() {
        let at = |why: &str| (Some(action.path()), why.to_owned());
        let gone = || at("it is not there any more");
        match action {
            Action::Put(entry, _) => {
                let bytes = (work.job.bytes)(entry).map_err(|why| at(&why))?;
                whole(file(to, entry.path.as_str(), &bytes))?;
            }
            Action::Restore(entry, _) => {
                let blob = (sources.source)(entry).ok_or_else(gone)?;
                whole(link(to, entry.path.as_str(), blob))?;
            }
            Action::Save(path, _) => {
                let blob = (sources.blob)(path.as_str()).ok_or_else(gone)?;
                whole(link(to, &action.path(), blob))?;
            }
            Action::Remember(_) => {
                whole(link(to, &action.path(), sources.current.ok_or_else(gone)?))?;
            }
            Action::Manifest => {
                let publication = work.plan.publication.as_ref();
                let bytes = publication.map_or_else(Vec::new, |publication| {
                    publication::print(&Publication {
                        conditional: true,
                        ..publication.clone()
                    })
                });
                whole(file(to, CURRENT, &bytes))?;
            }
            Action::Delete(_) | Action::Collect(_) | Action::Forget(_) => {
                whole(writeln!(to, "D {}", quoted(&action.path())))?;
            }
        }
        progress.done += 1;
        progress.bytes += action.bytes();
        (work.hear)(progress);
    }
    whole(to.write_all(b"\ndone\n"))
}

fn file(to: &mut dyn Write, path: &str, bytes: &[u8]) -> std::io::Result<()> {
    writeln!(to, "M 100644 inline {}\ndata {}", quoted(path), bytes.len())?;
    to.write_all(bytes)?;
    to.write_all(b"\n")
}

fn link(to: &mut dyn Write, path: &str, blob: &str) -> std::io::Result<()> {
    writeln!(to, "M 100644 {blob} {}", quoted(path))
}

/// A path as `fast-import` reads it whatever is in it.
fn quoted(path: &str) -> String {
    let mut quoted = String::with_capacity(path.len() + 2);
    quoted.push('"');
    for c in path.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_ends_before_its_end() {
        assert_eq!(quoted("a b\"c\\\nd"), "\"a b\\\"c\\\\\\nd\"");
        assert_eq!(quoted("é/index.html"), "\"é/index.html\"");
    }
}
