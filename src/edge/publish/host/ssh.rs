//! A folder on a host, through the system's `ssh` and `rsync`.
//!
//! Files go by `rsync`, which puts each in its place by renaming it; everything
//! else by the scripts of [`super::scripts`]. Nobody is ever asked for a
//! password.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::child::{Call, Done, Programs, fully};
use super::scripts::{self, LIST, MARK, NO_FOLDER, READ, command};
use super::{Carried, Host, Listing, Work};
use crate::content::publish_address::SshAddress;
use crate::edge::publish::entry::Entry;
use crate::edge::publish::plan::Plan;
use crate::edge::publish::publication::{object_path, publication_path};
use crate::ground::digest::Digest;
use crate::ground::fs;
use crate::ground::paths::OutPath;

/// Times that something is tried.
const ATTEMPTS: u32 = 4;
/// What `ssh` is always told: ask nobody, and do not wait for ever.
const OPTIONS: &[&str] = &[
    "-oBatchMode=yes",
    "-oConnectTimeout=15",
    "-oServerAliveInterval=15",
    "-oServerAliveCountMax=4",
];
/// Exit codes of `rsync` that speak of the connection.
const PASSING: &[i32] = &[10, 12, 30, 35];
/// What a shell says that has no `rsync`.
const NO_RSYNC: &str = "rsync: command not found";
/// `ssh` itself failed.
const NO_CONNECTION: i32 = 255;

/// A host that is in use.
pub(super) struct Machine<'a> {
    pub(super) programs: Programs,
    address: &'a SshAddress,
    /// Where files are prepared.
    pub(super) stage: PathBuf,
    out: &'a Path,
}

/// What is called while a program runs.
pub(super) type Tick<'a> = &'a mut dyn FnMut() -> Result<(), String>;

impl<'a> Machine<'a> {
    /// A host, and the folders that it takes files from.
    pub(super) fn new(
        programs: Programs,
        address: &'a SshAddress,
        folder: &Path,
        out: &'a Path,
    ) -> Result<Self, String> {
        let stage = folder.join("stage");
        fs::remove_tree(&stage).map_err(|error| error.to_string())?;
        fs::create_folder(&stage).map_err(|error| error.to_string())?;
        Ok(Self {
            programs,
            address,
            stage,
            out,
        })
    }

    /// How `ssh` gets to the host, but for its name.
    fn way(&self) -> Vec<String> {
        let mut way: Vec<String> = OPTIONS.iter().map(|one| (*one).to_owned()).collect();
        way.extend(self.address.port.map(|port| format!("-p{port}")));
        way.extend(self.address.user.as_ref().map(|user| format!("-l{user}")));
        way
    }

    /// Runs a script in the target's folder; `input` goes to it.
    pub(super) fn tell(
        &self,
        script: &str,
        arguments: &[&str],
        input: Option<&[u8]>,
    ) -> Result<Done, String> {
        let all = [&[self.address.folder.as_str()], arguments].concat();
        let command = command(script, &all)
            .ok_or("the host's answer has signs in it that it should not have")?;
        self.persist(&mut || {
            let mut call = Call::new("ssh", &self.stage).with(self.way());
            call = call.with(["--", &self.address.host, &command]);
            let write =
                |to: &mut dyn std::io::Write| fully(to.write_all(input.unwrap_or_default()));
            call.input = input.is_some().then_some(&write);
            self.programs.run(call, &|_| {}, &mut || Ok(()))
        })
    }

    /// The same, and it must succeed.
    pub(super) fn told(
        &self,
        script: &str,
        arguments: &[&str],
        input: Option<&[u8]>,
    ) -> Result<Done, String> {
        let done = self.tell(script, arguments, input)?;
        match done.is_good() {
            true => Ok(done),
            false => Err(done.why()),
        }
    }

    /// The target's folder, as `rsync` takes it.
    fn place(&self) -> String {
        let host = match self.address.host.contains(':') {
            true => format!("[{}]", self.address.host),
            false => self.address.host.clone(),
        };
        format!("{host}:{}/", self.address.folder)
    }

    /// Runs `rsync` over files that are named to it.
    fn sync(
        &self,
        options: &[OsString],
        paths: &[String],
        (from, to): (OsString, OsString),
        line: &(dyn Fn(&[u8]) + Sync),
        tick: Tick<'_>,
    ) -> Result<(), String> {
        let list = zero_ended(paths.iter().map(String::as_str));
        let write = |to: &mut dyn std::io::Write| fully(to.write_all(&list));
        let shell = format!("--rsh=ssh {}", self.way().join(" "));
        let done = self.persist(&mut || {
            let mut call = Call::new("rsync", &self.stage)
                .with(["--checksum", "-s", "--timeout=60", "--from0"])
                .with(["--files-from=-", &shell])
                .with(options)
                .with([OsString::from("--"), from.clone(), to.clone()]);
            call.input = Some(&write);
            self.programs.run(call, line, tick)
        })?;
        match done.is_good() {
            true => Ok(()),
            false if done.words.contains(NO_RSYNC) => Err(
                "the host has no program `rsync`, which this target needs there, too".to_owned(),
            ),
            false => Err(done.why()),
        }
    }

    /// Sends files that were prepared; each takes its place by being renamed.
    pub(super) fn send(
        &self,
        paths: &[String],
        line: &(dyn Fn(&[u8]) + Sync),
        tick: Tick<'_>,
    ) -> Result<(), String> {
        let mut from = self.stage.clone().into_os_string();
        from.push("/");
        let options = [
            "--chmod=D755,F644",
            "--perms",
            "--temp-dir=.guidepost/tmp",
            "--out-format=%l",
        ];
        let options: Vec<OsString> = options.iter().map(OsString::from).collect();
        self.sync(&options, paths, (from, self.place().into()), line, tick)
    }

    fn persist(&self, what: &mut dyn FnMut() -> Result<Done, String>) -> Result<Done, String> {
        let mut wait = Duration::from_millis(300);
        for _ in 1..ATTEMPTS {
            let done = what()?;
            let denied = [
                "Permission denied",
                "ost key",
                "HOST IDENTIFICATION",
                "resolve hostname",
            ];
            let passes = match done.code {
                Some(NO_CONNECTION) => !denied.iter().any(|words| done.words.contains(words)),
                Some(code) => PASSING.contains(&code) && !done.words.contains(NO_RSYNC),
                None => false,
            };
            if !passes || self.programs.attempts.is_stopped() {
                return Ok(done);
            }
            thread::sleep(wait);
            wait *= 3;
        }
        what()
    }
}

/// Paths, each ended by a zero byte.
pub(super) fn zero_ended<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut list = Vec::new();
    for path in paths {
        list.extend_from_slice(path.as_bytes());
        list.push(0);
    }
    list
}

impl Host for Machine<'_> {
    fn read(&mut self, paths: &[&str]) -> Result<Vec<Option<Vec<u8>>>, String> {
        let done = self.tell(READ, paths, None)?;
        if done.code == Some(NO_FOLDER) {
            return Ok(vec![None; paths.len()]);
        }
        if !done.is_good() {
            return Err(done.why());
        }
        let mut rest = &done.out[..];
        let documents = paths.iter().map(|_| {
            let (document, after) = document(rest)?;
            rest = after;
            Some(document.map(<[u8]>::to_vec))
        });
        let documents: Option<Vec<_>> = documents.collect();
        documents.ok_or_else(|| "the host's records changed while they were read".to_owned())
    }

    fn list(&mut self) -> Result<Listing, String> {
        let done = self.tell(LIST, &[], None)?;
        match done.code {
            Some(0) => {}
            Some(NO_FOLDER) => return Ok(Listing::default()),
            _ => return Err(done.why()),
        }
        let (mut listing, mut marked) = (Listing::default(), false);
        for path in done.out.split(|byte| *byte == 0) {
            if path == MARK {
                marked = true;
                continue;
            }
            let path = String::from_utf8_lossy(path);
            let Some(path) = path.strip_prefix("./") else {
                continue;
            };
            let all = if marked {
                &mut listing.others
            } else {
                &mut listing.files
            };
            all.insert(path.to_owned());
        }
        match marked {
            true => Ok(listing),
            false => Err("the host did not list its files to the end".to_owned()),
        }
    }

    fn knows_all(&self) -> bool {
        false
    }

    /// Fetches what is not the same as in the output folder, and looks at it
    /// here: hosts have no digest in common.
    fn look(&mut self, paths: &[OutPath]) -> Result<BTreeMap<OutPath, Digest>, String> {
        if paths.is_empty() {
            return Ok(BTreeMap::new());
        }
        let folder = self.stage.join(".seen");
        fs::create_folder(&folder).map_err(|error| error.to_string())?;
        let mut same = OsString::from("--copy-dest=");
        same.push(self.out);
        let names: Vec<String> = paths.iter().map(|path| format!("./{path}")).collect();
        let mut to = folder.clone().into_os_string();
        to.push("/");
        self.sync(
            &[same],
            &names,
            (self.place().into(), to),
            &|_| {},
            &mut || Ok(()),
        )?;
        let mut digests = BTreeMap::new();
        for path in paths {
            let bytes =
                fs::read_if_there(&path.under(&folder)).map_err(|error| error.to_string())?;
            if let Some(bytes) = bytes {
                digests.insert(path.clone(), Digest::of_bytes(&bytes));
            }
        }
        fs::remove_tree(&folder).map_err(|error| error.to_string())?;
        Ok(digests)
    }

    fn earlier(&mut self, id: &str) -> Result<Option<Vec<u8>>, String> {
        let path = publication_path(id);
        if OutPath::new(&path).is_err() {
            return Ok(None);
        }
        Ok(self.read(&[&path])?.pop().flatten())
    }

    fn lost(&mut self, entries: &[&Entry]) -> Result<Vec<String>, String> {
        let listing = self.list()?;
        let gone = entries
            .iter()
            .filter(|entry| !listing.files.contains(&object_path(entry.key())));
        Ok(gone.map(|entry| entry.path.to_string()).collect())
    }

    fn amend(&self, _: &mut Plan, _: &std::collections::BTreeSet<String>) {}

    fn carry_out(&mut self, work: &Work<'_>) -> Result<Carried, String> {
        super::ssh_run::carry_out(self, work)
    }
}

/// One document of [`READ`], and the rest.
fn document(out: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    let end = out.iter().position(|byte| *byte == b'\n')?;
    let (head, rest) = (out.get(..end)?, out.get(end + 1..)?);
    let head = std::str::from_utf8(head).ok()?.trim();
    if head == "-" {
        return Some((None, rest));
    }
    let size = head.parse().ok()?;
    Some((Some(rest.get(..size)?), rest.get(size..)?))
}

/// Whether a script ended with a code.
pub(super) fn is(done: &Done, code: i32) -> bool {
    done.code == Some(code)
}

/// Whether somebody else has the claim.
pub(super) fn is_held(done: &Done) -> bool {
    is(done, scripts::HELD)
}
