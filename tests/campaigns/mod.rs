//! The campaigns and what they share.

mod chance;
mod concurrency;
mod crash;
mod damage;
mod disk;
mod edits;
mod generate;
mod model;
mod mount;
mod ownership;
mod page;
mod play;
mod power;
mod precision;
mod racy;
mod random_edits;
mod runner;
mod scene;
mod shrink;
mod small;
mod snapshot;
mod strace;
mod warm;
mod watch;
mod words;

use std::path::PathBuf;

/// A size of a campaign: an environment variable, or its default.
pub fn size(name: &str, default: usize) -> usize {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name} is `{text}`, which is not a number")),
        Err(_) => default,
    }
}

/// Whether the full campaigns are wanted.
pub fn full() -> bool {
    std::env::var_os("GUIDEPOST_FULL").is_some_and(|value| value != "0")
}

/// `small` where a small campaign is wanted, else `large`.
pub fn by_size(small: usize, large: usize) -> usize {
    if full() { large } else { small }
}

/// The folder in which campaigns make their sites: in memory where there is
/// such a folder, because they make and remove many files.
pub fn workplace() -> PathBuf {
    let in_memory = PathBuf::from("/dev/shm");
    match std::env::var_os("GUIDEPOST_CAMPAIGN_DIR") {
        Some(given) => PathBuf::from(given),
        None if in_memory.is_dir() => in_memory,
        None => std::env::temp_dir(),
    }
}

/// A folder of its own in the workplace, removed when dropped.
pub fn folder() -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix("guidepost-campaign-")
        .tempdir_in(workplace())
        .expect("a folder to work in")
}

/// Runs jobs on a few threads and collects what fails, in the order of the jobs.
pub fn each<T: Send + Sync>(
    jobs: &[T],
    threads: usize,
    run: impl Fn(&T) -> Result<(), String> + Sync,
) -> Vec<String> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let failures = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                    let Some(job) = jobs.get(at) else { return };
                    if let Err(why) = run(job) {
                        failures
                            .lock()
                            .expect("no panic while held")
                            .push((at, why));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("no panic while held");
    failures.sort();
    failures.into_iter().map(|(_, why)| why).collect()
}

/// Threads that the machine has.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(2, usize::from)
}
