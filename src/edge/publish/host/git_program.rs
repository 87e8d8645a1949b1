//! The program `git`: what it is told, and how it gets in.
//!
//! It is asked for nothing that a person would have to answer, and whatever a
//! server is asked for is asked again where the connection may be to blame.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::Listing;
use super::child::{Call, Done, Programs};
use crate::ground::fs;

/// Where what was fetched is remembered.
pub(super) const FETCHED: &str = "refs/guidepost/fetched";
/// Times that a server is asked.
const ATTEMPTS: u32 = 4;
/// Settings of the site's own repository by which servers let somebody in; a CI
/// machine has them nowhere else.
const ACCESS: &str = "^(http|credential|url|core\\.sshcommand)";

/// The program, and the repository that it is run on.
pub(super) struct Git {
    pub(super) programs: Programs,
    pub(super) repository: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) url: String,
    pub(super) variables: Vec<(&'static str, String)>,
}

impl Git {
    /// Makes the repository if there is none.
    pub(super) fn prepare(&self) -> Result<(), String> {
        match fs::is_file(&self.repository.join("HEAD")) {
            true => Ok(()),
            false => self
                .out(&["init", "--quiet", "--bare", "--template="])
                .map(drop),
        }
    }

    pub(super) fn call<'a>(&'a self, arguments: &[&str]) -> Call<'a> {
        let mut call = Call::new("git", &self.folder).with(["--git-dir"]);
        call = call.with([&self.repository]).with(arguments);
        call.variables.clone_from(&self.variables);
        call
    }

    pub(super) fn run(&self, call: Call<'_>) -> Result<Done, String> {
        self.programs.run(call, &|_| {}, &mut || Ok(()))
    }

    /// The output of a command that must succeed.
    pub(super) fn out(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let done = self.run(self.call(arguments))?;
        match done.is_good() {
            true => Ok(done.out),
            false => Err(done.why()),
        }
    }

    /// A command that talks to the server, which may be away for a moment.
    pub(super) fn ask(&self, arguments: &[&str], may_stop: bool) -> Result<Done, String> {
        let mut wait = Duration::from_millis(300);
        for _ in 1..ATTEMPTS {
            let call = Call {
                may_stop,
                ..self.call(arguments)
            };
            let done = self.run(call)?;
            if done.is_good() || !may_pass(&done.words) || self.programs.attempts.is_stopped() {
                return Ok(done);
            }
            thread::sleep(wait);
            wait *= 3;
        }
        self.run(Call {
            may_stop,
            ..self.call(arguments)
        })
    }

    /// The commit of a branch on the server.
    pub(super) fn tip(&self, branch: &str) -> Result<Option<String>, String> {
        let name = format!("refs/heads/{branch}");
        let done = self.ask(&["ls-remote", "--", &self.url, &name], true)?;
        if !done.is_good() {
            return Err(done.why());
        }
        let out = String::from_utf8_lossy(&done.out);
        let tips = out.lines().filter_map(|line| line.split_once('\t'));
        let mut tips = tips.filter(|(_, known)| *known == name);
        Ok(tips.next().map(|(commit, _)| commit.to_owned()))
    }

    pub(super) fn fetch(&self, branch: &str, depth: u32) -> Result<(), String> {
        let from = format!("+refs/heads/{branch}:{FETCHED}");
        let depth = format!("--depth={depth}");
        let fetch = [
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-gc",
        ];
        let done = self.ask(
            &[&fetch[..], &[&depth, "--", &self.url, &from]].concat(),
            true,
        )?;
        match done.is_good() {
            true => Ok(()),
            false => Err(done.why()),
        }
    }

    /// The files of a commit with their blobs, and what else is in it.
    pub(super) fn tree(&self, commit: &str) -> Result<(BTreeMap<String, String>, Listing), String> {
        let out = self.out(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let (mut blobs, mut listing) = (BTreeMap::new(), Listing::default());
        for line in out.split(|byte| *byte == 0) {
            let line = String::from_utf8_lossy(line);
            let Some((about, path)) = line.split_once('\t') else {
                continue;
            };
            let mut about = about.split(' ');
            let (mode, blob) = (about.next().unwrap_or_default(), about.nth(1));
            match blob.filter(|_| mode.starts_with("100")) {
                Some(blob) => {
                    blobs.insert(path.to_owned(), blob.to_owned());
                    listing.files.insert(path.to_owned());
                }
                None => drop(listing.others.insert(path.to_owned())),
            }
        }
        Ok((blobs, listing))
    }
}

/// Whether what a server or a connection said may be different the next time.
fn may_pass(words: &str) -> bool {
    let words = words.to_ascii_lowercase();
    const PASSING: &[&str] = &[
        "could not resolve",
        "timed out",
        "timeout",
        "connection reset",
        "connection refused",
        "connection closed",
        "early eof",
        "hung up",
        "returned error: 429",
        "returned error: 5",
        "temporarily",
        "cannot lock ref",
    ];
    let denied = words.contains("permission denied") || words.contains("host key");
    !denied && PASSING.iter().any(|one| words.contains(one))
}

/// Variables with which git asks nobody anything, and gets in where the site's
/// own repository would.
pub(super) fn variables(
    programs: &mut Programs,
    folder: &Path,
) -> Result<Vec<(&'static str, String)>, String> {
    let asks = |arguments: &[&str]| {
        let call = Call::new("git", folder).with(arguments);
        let done = programs.run(call, &|_| {}, &mut || Ok(()))?;
        let good = if done.is_good() { done.out } else { Vec::new() };
        Ok::<_, String>(String::from_utf8_lossy(&good).into_owned())
    };
    let listed = asks(&[
        "config",
        "--local",
        "--includes",
        "-z",
        "--get-regexp",
        ACCESS,
    ])?;
    let mut variables = vec![
        ("GIT_TERMINAL_PROMPT", "0".to_owned()),
        ("GCM_INTERACTIVE", "never".to_owned()),
    ];
    let own = match programs.variable("GIT_SSH_COMMAND") {
        Some(own) => own.to_owned(),
        None => asks(&["config", "--get", "core.sshCommand"])?
            .trim()
            .to_owned(),
    };
    let quiet = "-oBatchMode=yes -oConnectTimeout=15 -oServerAliveInterval=15";
    if own == "ssh" || own.starts_with("ssh ") {
        variables.push(("GIT_SSH_COMMAND", format!("{own} {quiet}")));
    } else if own.is_empty() && programs.variable("GIT_SSH").is_none() {
        variables.push(("GIT_SSH_COMMAND", format!("ssh {quiet}")));
    }
    // Among the environment they are kept out of what is printed, too.
    let count = programs
        .variable("GIT_CONFIG_COUNT")
        .and_then(|count| count.parse().ok());
    let mut count: usize = count.unwrap_or(0);
    let mut add = |name: String, value: &str| programs.environment.push((name, value.to_owned()));
    for (key, value) in listed.split('\0').filter_map(|one| one.split_once('\n')) {
        add(format!("GIT_CONFIG_KEY_{count}"), key);
        add(format!("GIT_CONFIG_VALUE_{count}"), value);
        count += 1;
    }
    variables.push(("GIT_CONFIG_COUNT", count.to_string()));
    Ok(variables)
}

/// Who commits: the site's author, else git's own user, else Guidepost.
pub(super) fn identity(git: &Git, author: &str) -> Result<String, String> {
    let setting = |key: &str| {
        let call = Call::new("git", &git.folder).with(["config", "--get", key]);
        let done = git.run(call)?;
        Ok::<_, String>(String::from_utf8_lossy(&done.out).trim().to_owned())
    };
    let (name, address) = author.split_once('<').unwrap_or((author, ""));
    let plain = |text: &str| {
        let good = |c: &char| !c.is_control() && !matches!(c, '<' | '>');
        text.chars()
            .filter(good)
            .collect::<String>()
            .trim()
            .to_owned()
    };
    let or = |text: String, key: &str, variable: &str, other: &str| match text.is_empty() {
        false => Ok::<_, String>(text),
        true => {
            let own = git.programs.variable(variable).map(str::to_owned);
            let own = own.map_or_else(|| setting(key), Ok)?;
            Ok(if own.is_empty() {
                other.to_owned()
            } else {
                plain(&own)
            })
        }
    };
    let name = or(plain(name), "user.name", "GIT_AUTHOR_NAME", "guidepost")?;
    let address = or(
        plain(address),
        "user.email",
        "GIT_AUTHOR_EMAIL",
        "guidepost@invalid",
    )?;
    Ok(format!("{name} <{address}>"))
}
