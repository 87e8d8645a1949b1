//! Programs of the system: `git`, `ssh` and `rsync`, run to their end.
//!
//! They are never asked anything by a person, and what they say is cleaned of
//! credentials before anybody sees it. A program has a process group of its
//! own: a signal that is meant for Guidepost ends a program only where
//! Guidepost says so.

use std::ffi::{OsStr, OsString};
use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::edge::publish::retry::Attempts;
use crate::ground::fs;

/// How often a program that runs is looked after.
const LOOK: Duration = Duration::from_millis(10);
/// How much of what a program says is kept.
const MOST_WORDS: u64 = 64 << 10;

/// Gives a program its input.
pub(super) type Input<'a> = &'a (dyn Fn(&mut dyn Write) -> Result<(), String> + Sync);

/// A program and what it is given.
pub(super) struct Call<'a> {
    pub(super) program: &'static str,
    pub(super) arguments: Vec<OsString>,
    /// Variables beside those of the environment.
    pub(super) variables: Vec<(&'static str, String)>,
    pub(super) folder: &'a Path,
    pub(super) input: Option<Input<'a>>,
    /// Whether it may be ended before its time.
    pub(super) may_stop: bool,
}

impl<'a> Call<'a> {
    pub(super) fn new(program: &'static str, folder: &'a Path) -> Self {
        Self {
            program,
            arguments: Vec::new(),
            variables: Vec::new(),
            folder,
            input: None,
            may_stop: true,
        }
    }

    pub(super) fn with<T: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        let owned = |one: T| one.as_ref().to_owned();
        self.arguments.extend(arguments.into_iter().map(owned));
        self
    }
}

/// What came of a program.
#[derive(Debug, Default)]
pub(super) struct Done {
    /// Its exit code; none where a signal ended it.
    pub(super) code: Option<i32>,
    pub(super) out: Vec<u8>,
    /// What it said, cleaned.
    pub(super) words: String,
}

impl Done {
    pub(super) fn is_good(&self) -> bool {
        self.code == Some(0)
    }

    /// The last that it said, in one line.
    pub(super) fn why(&self) -> String {
        let last = |mark: &str| {
            let mut lines = self.words.lines().rev().map(str::trim);
            lines.find(|line| !line.is_empty() && line.starts_with(mark))
        };
        let line = last("fatal:")
            .or_else(|| last("error:"))
            .or_else(|| last(""));
        match (line, self.code) {
            (Some(line), _) => line.to_owned(),
            (None, Some(code)) => format!("it ended with code {code}"),
            (None, None) => "it was ended by a signal".to_owned(),
        }
    }
}

/// What all programs of a session share.
#[derive(Clone)]
pub(super) struct Programs {
    pub(super) environment: Vec<(String, String)>,
    pub(super) attempts: Arc<Attempts>,
}

/// Variables by which git is told of the repository that it is run in, as
/// within a hook; ours is another one.
const OF_ANOTHER: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_TRACE",
    "GIT_TRACE_CURL",
    "GIT_CURL_VERBOSE",
    // A window that asks for a password waits for ever where nobody sits.
    "SSH_ASKPASS",
];

impl Programs {
    /// The value of a variable.
    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        let own = |(known, _): &&(String, String)| known == name;
        self.environment
            .iter()
            .find(own)
            .map(|(_, value)| value.as_str())
    }

    /// Runs a program. `line` hears each line of its output, `tick` is called
    /// while it runs, and ends it by an error.
    ///
    /// # Errors
    ///
    /// It cannot be run, was ended, or its input could not be made.
    pub(super) fn run(
        &self,
        call: Call<'_>,
        line: &(dyn Fn(&[u8]) + Sync),
        tick: &mut dyn FnMut() -> Result<(), String>,
    ) -> Result<Done, String> {
        let environment = self.environment.iter();
        let mut command = Command::new(call.program);
        command
            .args(&call.arguments)
            .env_clear()
            .envs(
                environment
                    .filter(|(name, _)| !OF_ANOTHER.contains(&name.as_str()))
                    .cloned(),
            )
            .env("LC_ALL", "C")
            .envs(call.variables.iter().cloned())
            .current_dir(call.folder)
            .stdin(if call.input.is_some() {
                Stdio::piped()
            } else {
                Stdio::null()
            })
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => {
                format!(
                    "this target needs the program `{}`, which is not there",
                    call.program
                )
            }
            _ => format!("`{}` cannot be run: {}", call.program, fs::in_words(&error)),
        })?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        thread::scope(|scope| {
            let input = call.input.zip(stdin).map(|(input, mut stdin)| {
                scope.spawn(move || input(&mut stdin).and_then(|()| fully(stdin.flush())))
            });
            let out = scope.spawn(move || {
                let mut out = Vec::new();
                let mut reader = BufReader::new(stdout?);
                loop {
                    let before = out.len();
                    match reader.read_until(b'\n', &mut out) {
                        Ok(0) | Err(_) => return Some(out),
                        Ok(_) => line(out.get(before..).unwrap_or_default()),
                    }
                }
            });
            let words = scope.spawn(move || {
                let mut words = Vec::new();
                let mut stderr = BufReader::new(stderr?);
                let _ = stderr.by_ref().take(MOST_WORDS).read_to_end(&mut words);
                // The rest is let go, so that nobody waits for a reader.
                let _ = std::io::copy(&mut stderr, &mut std::io::sink());
                Some(words)
            });
            let ended = self.wait(&mut child, call.may_stop, tick);
            let input = input.map(|thread| thread.join().unwrap_or(Ok(())));
            let out = out.join().ok().flatten().unwrap_or_default();
            let words = words.join().ok().flatten().unwrap_or_default();
            let code = ended?;
            let done = Done {
                code,
                out,
                words: self.clean(&String::from_utf8_lossy(&words)),
            };
            match input {
                // A program that failed says more than its broken pipe.
                Some(Err(why)) if done.is_good() || why != PIPE => Err(why),
                _ => Ok(done),
            }
        })
    }

    fn wait(
        &self,
        child: &mut Child,
        may_stop: bool,
        tick: &mut dyn FnMut() -> Result<(), String>,
    ) -> Result<Option<i32>, String> {
        loop {
            match child.try_wait() {
                Ok(Some(status)) => return Ok(status.code()),
                Ok(None) => {}
                Err(error) => return Err(fs::in_words(&error)),
            }
            let why = match self.attempts.is_stopped() && may_stop {
                true => Err(STOPPED.to_owned()),
                false => tick(),
            };
            if let Err(why) = why {
                let _ = child.kill();
                let _ = child.wait();
                return Err(why);
            }
            thread::sleep(LOOK);
        }
    }

    /// What was said, without what is secret.
    pub(super) fn clean(&self, text: &str) -> String {
        let mut text = without_users(text);
        for (name, value) in &self.environment {
            let name = name.to_ascii_uppercase();
            let secret = SECRET.iter().any(|word| name.contains(word));
            // Of several lines, such as a key, each by itself.
            for part in value.lines().map(str::trim) {
                if secret && part.len() >= 6 {
                    text = text.replace(part, "***");
                }
            }
        }
        text
    }
}

/// What is said where somebody wanted an end.
pub(super) const STOPPED: &str = "it was stopped";
/// What is said where a program did not read on.
const PIPE: &str = "it did not take all of its input";
/// Parts of the names of variables whose values nobody should read.
const SECRET: &[&str] = &[
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "_KEY",
    "AUTHORIZATION",
    "_PAT",
    "GIT_CONFIG_VALUE",
];

/// The outcome of writing to a program.
pub(super) fn fully(result: std::io::Result<()>) -> Result<(), String> {
    result.map_err(|error| match error.kind() {
        std::io::ErrorKind::BrokenPipe => PIPE.to_owned(),
        _ => fs::in_words(&error),
    })
}

/// A text whose URLs have no user, password or query any more.
fn without_users(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        cleaned.push_str(before);
        let is_end = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '`');
        let (url, after) = after.split_at(after.find(is_end).unwrap_or(after.len()));
        let authority = url.split('/').next().unwrap_or_default();
        let url = match authority.rfind('@') {
            Some(user) => url.get(user + 1..).unwrap_or_default(),
            None => url,
        };
        cleaned.push_str(url.split_once('?').map_or(url, |(url, _)| url));
        rest = after;
    }
    cleaned + rest
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn programs(environment: &[(&str, &str)]) -> Programs {
        let path = std::env::var("PATH").unwrap();
        let path = [("PATH", path.as_str())];
        let all = environment.iter().chain(&path);
        Programs {
            environment: all
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
            attempts: Arc::default(),
        }
    }

    fn sh<'a>(script: &str) -> Call<'a> {
        Call::new("sh", Path::new("/")).with(["-c", script])
    }

    #[test]
    fn what_is_said_has_no_credentials_in_it() {
        let programs = programs(&[
            ("CI_JOB_TOKEN", "planted-1"),
            ("KEY", "no"),
            ("A_KEY", "a\nplanted-2\n"),
        ]);
        let said = "fatal: 'https://me:pw@example.org/a?t=x' planted-1 at ssh://u@h/ planted-2";
        assert_eq!(
            programs.clean(said),
            "fatal: 'https://example.org/a' *** at ssh://h/ ***"
        );
        assert_eq!(
            programs.clean("no user: http://example.org/@x"),
            "no user: http://example.org/@x"
        );
    }

    #[test]
    fn a_program_gets_its_input_and_is_told_from_one_that_failed() {
        let programs = programs(&[("GIT_DIR", "/x")]);
        let input: Input<'_> = &|to| fully(to.write_all(&[b'a'; 300_000]));
        let mut call = sh("cat; echo $GIT_DIR; echo why >&2; exit 3");
        call.input = Some(input);
        let done = programs.run(call, &|_| {}, &mut || Ok(())).unwrap();
        assert_eq!(
            (done.code, done.out.len(), done.why().as_str()),
            (Some(3), 300_001, "why")
        );
        let mut call = sh("exit 4");
        call.input = Some(input);
        assert_eq!(
            programs.run(call, &|_| {}, &mut || Ok(())).unwrap().code,
            Some(4)
        );
        let mut call = sh("cat");
        call.input = Some(&|_| Err("no input".to_owned()));
        let why = programs.run(call, &|_| {}, &mut || Ok(())).unwrap_err();
        assert_eq!(why, "no input");
        let none = Call::new("guidepost-has-no-such-program", Path::new("/"));
        let why = programs.run(none, &|_| {}, &mut || Ok(())).unwrap_err();
        assert!(why.contains("needs the program"), "{why}");
    }

    #[test]
    fn a_program_is_ended_when_somebody_stops_it_or_loses_patience() {
        let programs = programs(&[]);
        let ticked = programs.run(sh("exec sleep 60"), &|_| {}, &mut || {
            Err("enough".to_owned())
        });
        assert_eq!(ticked.unwrap_err(), "enough");
        programs
            .attempts
            .stop
            .store(true, std::sync::atomic::Ordering::Release);
        let stopped = programs.run(sh("exec sleep 60"), &|_| {}, &mut || Ok(()));
        assert_eq!(stopped.unwrap_err(), STOPPED);
        let mut call = sh("exit 0");
        call.may_stop = false;
        assert!(
            programs
                .run(call, &|_| {}, &mut || Ok(()))
                .unwrap()
                .is_good()
        );
    }
}
