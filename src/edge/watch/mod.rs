//! Watch: from a saved file to the site on the screen.
//!
//! Events are gathered until they are quiet, and what they name is built again
//! over what is kept in memory. When all is quiet, everything is looked at
//! once, and nothing may be found that no event told of. Between those, nothing
//! runs. Nothing is printed here: whoever watches is told. Invariant: the last
//! good site stays up, whatever is saved.

mod check;
mod events;
mod places;
mod problem;
mod rebuilding;
mod running;
mod settle;
pub mod warm;

use std::net::SocketAddr;
use std::sync::mpsc::channel;
use std::time::Duration;

use jiff::Timestamp;

use self::events::{Message, Mouth};
use self::running::Watch;
use self::settle::Inbox;
use self::warm::{Rebuilt, Warm};
use super::build::{BuildError, BuildOptions, Progress};
use super::dev_server::Listen;
use crate::ground::fs;

/// What to watch and how.
pub struct WatchOptions<'a> {
    /// How the site is built, as `build` would.
    pub build: BuildOptions,
    /// Where to serve it, if at all.
    pub listen: Option<Listen>,
    /// Whether open pages go to the guide that was saved.
    pub navigate: bool,
    /// Look again and again instead of waiting for events.
    pub poll: bool,
    /// What time it is.
    pub now: &'a dyn Fn() -> Timestamp,
    /// Hears how long builds get on.
    pub progress: Progress<'a>,
}

/// What whoever watches is told.
pub enum Told<'a> {
    /// The site is served, and watched.
    Ready {
        /// Where it is served.
        address: Option<SocketAddr>,
        /// The path below which it lives.
        base: &'a str,
        /// Guides in it.
        guides: usize,
    },
    /// It was built again.
    Rebuilt(&'a Rebuilt),
    /// It could not be built.
    Failed(&'a BuildError),
    /// What to know of how it is watched.
    Note(&'a str),
    /// It has been quiet, everything was looked at, and all is as it should be.
    Settled,
}

/// Why there is nothing to watch.
#[derive(Debug)]
pub enum WatchError {
    /// There can be no build.
    Build(BuildError),
    /// There can be no server.
    Serve(std::io::Error),
}

impl From<BuildError> for WatchError {
    fn from(error: BuildError) -> Self {
        Self::Build(error)
    }
}

impl From<fs::FsError> for WatchError {
    fn from(error: fs::FsError) -> Self {
        Self::Build(BuildError::Io(error))
    }
}

/// Watches a site until it is interrupted.
///
/// # Errors
///
/// It could not begin, or not end cleanly.
pub fn watch(options: &WatchOptions<'_>, tell: &mut dyn FnMut(Told<'_>)) -> Result<(), WatchError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(WatchError::Serve)?;
    let (sender, receiver) = channel();
    let mouth = Mouth::new(sender);
    runtime.spawn(interruptions(mouth.clone()));
    let own = warm::own_options(&options.build)?;
    let warm = Warm::open(own.clone())?;
    let inbox = Inbox::new(receiver);
    let mut watch = Watch::new(options, (own, warm), (mouth, inbox), tell);
    let result = watch.begin(&runtime).and_then(|()| watch.go_on());
    let closed = watch.close();
    // Open connections end with the runtime.
    runtime.shutdown_timeout(Duration::from_millis(100));
    result?;
    Ok(closed?)
}

/// Says when the process is to end; the second time it ends at once.
async fn interruptions(mouth: Mouth) {
    interruption().await;
    mouth.say(Message::Stop);
    interruption().await;
    std::process::exit(130);
}

#[cfg(unix)]
async fn interruption() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn interruption() {
    let _ = tokio::signal::ctrl_c().await;
}
