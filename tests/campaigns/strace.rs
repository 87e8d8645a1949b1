//! strace: the system calls of a build, and faults put into them.
//!
//! strace counts the calls of each name by thread, and of these only the ones
//! that speak of the paths which it was told of. Builds are run with one
//! thread, so that a call has the same number in every run in the same folder.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use super::generate::NOW;
use super::model::Flags;
use super::runner::{Folders, Outcome, arguments, read};

/// Calls that change what is on disk.
pub const MUTATING: &[&str] = &[
    "openat",
    "write",
    "pwrite64",
    "writev",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "mkdir",
    "mkdirat",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "ftruncate",
    "truncate",
    "fallocate",
    "fsync",
    "fdatasync",
    "syncfs",
    "sync",
    "msync",
    "chmod",
    "fchmod",
    "fchmodat",
    "utimensat",
    "copy_file_range",
    "sendfile",
    "flock",
    "ioctl",
];

/// Calls that only read.
pub const READING: &[&str] = &[
    "openat",
    "read",
    "pread64",
    "getdents64",
    "lseek",
    "readlink",
    "mmap",
];

/// Calls that only look at a file's state.
pub const LOOKING: &[&str] = &[
    "statx",
    "newfstatat",
    "fstat",
    "lstat",
    "stat",
    "access",
    "faccessat2",
];

/// A call of a build that speaks of the site.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    pub name: String,
    /// The path that it speaks of last.
    pub path: String,
    /// Its number among the calls of its name and path in its thread, from 1.
    pub of_path: usize,
    /// Its number among the calls of its name that speak of the site.
    pub of_site: usize,
    /// The line that strace wrote.
    pub line: String,
}

/// Whether processes may be traced here, and strace is there. What is missing
/// is said once.
pub fn works() -> bool {
    static WORKS: OnceLock<bool> = OnceLock::new();
    *WORKS.get_or_init(|| {
        let trial = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=write:error=EIO:when=1000"])
            .arg("true")
            .output();
        match trial {
            Ok(output) if output.status.success() => true,
            Ok(output) => {
                eprintln!(
                    "SKIPPED: processes may not be traced here: {}",
                    String::from_utf8_lossy(&output.stderr)
                );
                false
            }
            Err(error) => {
                eprintln!("SKIPPED: strace cannot be run ({error}); install it with `apt-get install strace`");
                false
            }
        }
    })
}

fn flags() -> Flags {
    Flags {
        now: NOW.into(),
        base_url: None,
        drafts: false,
        future: false,
        strict: false,
    }
}

fn traced(folders: &Folders, options: &[String], log: &Path) -> Output {
    Command::new("strace")
        .args(["-f", "-qq", "-y", "-s", "0", "-o"])
        .arg(log)
        .args(options)
        .arg(env!("CARGO_BIN_EXE_guidepost"))
        .args(arguments(folders, &flags(), 1))
        .output()
        .expect("strace runs")
}

/// The calls of some names in a build that speak of the site's folder.
pub fn calls(folders: &Folders, names: &[&str], log: &Path) -> Vec<Call> {
    // Names that this machine's kernel does not have are left out.
    let set: Vec<String> = names.iter().map(|name| format!("?{name}")).collect();
    let options = ["-e".to_owned(), format!("trace={}", set.join(","))];
    let output = traced(folders, &options, log);
    assert!(
        output.status.success(),
        "a traced build: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = std::fs::read_to_string(log).expect("strace's log");
    let root = folders.root.display().to_string();
    let mut counts: BTreeMap<(String, String, String), usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in text.lines() {
        let Some((thread, rest)) = line.split_once(char::is_whitespace) else {
            continue;
        };
        let rest = rest.trim_start();
        let Some((name, _)) = rest
            .split_once('(')
            .filter(|(name, _)| names.contains(name))
        else {
            continue;
        };
        let paths = paths(rest, &root);
        let Some(path) = paths.last().cloned() else {
            continue;
        };
        let mut count = |path: &str| {
            let key = (thread.to_owned(), name.to_owned(), path.to_owned());
            let count = counts.entry(key).or_default();
            *count += 1;
            *count
        };
        let of_site = count("");
        let mut of_path = 0;
        for path in &paths {
            of_path = count(path);
        }
        calls.push(Call {
            name: name.to_owned(),
            path,
            of_path,
            of_site,
            line: rest.to_owned(),
        });
    }
    calls
}

/// The paths at or below the root that a line speaks of, each once.
fn paths(line: &str, root: &str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    // What a call returns is not known when it is begun.
    let line = line.rsplit_once(" = ").map_or(line, |(call, _)| call);
    for (at, _) in line.match_indices(root) {
        let rest = &line[at..];
        let end = rest.find(['"', '>', '<']).unwrap_or(rest.len());
        let path = rest[..end].to_owned();
        if !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// Whether a call changes anything: an `openat` may only read.
pub fn mutates(call: &Call) -> bool {
    MUTATING.contains(&call.name.as_str())
        && (call.name != "openat"
            || ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"]
                .iter()
                .any(|flag| call.line.contains(flag)))
}

/// What goes wrong at a call, and from where on.
#[derive(Clone, Copy, Debug)]
pub struct Fault<'a> {
    pub call: &'a Call,
    /// What strace takes: `signal=KILL`, `error=EIO`.
    pub what: &'a str,
    /// Whether it goes wrong at all later calls of the name, too, which then
    /// speak of one of these paths.
    pub from_here: Option<&'a [String]>,
}

/// Runs a build with a fault.
pub fn with_fault(folders: &Folders, fault: Fault<'_>, log: &Path) -> Outcome {
    let Fault {
        call,
        what,
        from_here,
    } = fault;
    let when = match from_here {
        Some(_) => format!("{}+", call.of_site),
        None => call.of_path.to_string(),
    };
    let mut options = vec![
        "-e".to_owned(),
        format!("trace={}", call.name),
        "-e".to_owned(),
        format!("inject={}:{what}:when={when}", call.name),
    ];
    for path in from_here.unwrap_or(std::slice::from_ref(&call.path)) {
        options.extend(["-P".to_owned(), path.clone()]);
    }
    let output = traced(folders, &options, log);
    read(folders, &output)
}
