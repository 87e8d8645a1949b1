//! `guidepost watch`.

mod events;
mod screen;

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;

use self::events::Events;
use self::screen::Screen;
use super::build::{Bar, parse_base_url};
use super::context::{Context, now, parse_now};
use super::listen::ListenArguments;
use crate::content::config::BaseUrl;
use crate::edge::build::{BuildError, BuildOptions};
use crate::edge::watch::{Told, WatchError, WatchOptions, watch};

#[derive(Args)]
pub(super) struct WatchArguments {
    #[command(flatten)]
    listen: ListenArguments,
    /// Build and watch, and serve nothing
    #[arg(long, conflicts_with_all = ["port", "host", "open", "allow_host"])]
    no_serve: bool,
    /// Build drafts too
    #[arg(long)]
    drafts: bool,
    /// Build guides with a date in the future too
    #[arg(long)]
    future: bool,
    /// Open pages go to the guide that was saved
    #[arg(long)]
    navigate: bool,
    /// Look at the files every second instead of waiting for events
    #[arg(long)]
    poll: bool,
    /// Where the site will live; replaces `base-url` of the configuration
    #[arg(long, value_name = "URL", value_parser = parse_base_url)]
    base_url: Option<BaseUrl>,
    /// The instant that counts as now, in RFC 3339 [default: SOURCE_DATE_EPOCH, else the clock]
    #[arg(long, value_name = "TIME", value_parser = parse_now)]
    now: Option<Timestamp>,
    /// Where Guidepost keeps what it remembers [default: .guidepost in the root]
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<std::path::PathBuf>,
    /// Print one JSON document a line on standard output for each event
    #[arg(long)]
    json: bool,
}

/// Whoever hears what a watcher tells.
trait Listener {
    fn ready(&mut self, url: Option<&str>, taken: Option<&str>, guides: usize);
    fn told(&mut self, told: &Told<'_>);
}

pub(super) fn run(context: &Context, arguments: &WatchArguments) -> ExitCode {
    let started = match now(arguments.now) {
        Ok(now) => now,
        Err(message) => return context.trouble(&message, None),
    };
    let given = arguments.now.is_some() || std::env::var_os("SOURCE_DATE_EPOCH").is_some();
    let clock = || if given { started } else { Timestamp::now() };
    let bar = Bar::new(context.quiet || arguments.json);
    let options = WatchOptions {
        build: BuildOptions {
            cache: arguments.cache_dir.clone(),
            base_url: arguments.base_url.clone(),
            drafts: arguments.drafts,
            future: arguments.future,
            ..BuildOptions::new(context.root(), started)
        },
        listen: (!arguments.no_serve).then(|| arguments.listen.listen()),
        navigate: arguments.navigate,
        poll: arguments.poll,
        now: &clock,
        progress: &|done, total| bar.show(done, total),
    };
    let mut listener: Box<dyn Listener> = match arguments.json {
        true => Box::new(Events::new(context)),
        false => Box::new(Screen::new(context)),
    };
    let ended = watch(&options, &mut |told| {
        bar.clear();
        if let Told::Ready {
            address,
            base,
            guides,
        } = told
        {
            let url = address.map(|address| arguments.listen.url(address, base));
            let taken = address.and_then(|address| port_taken(arguments, address));
            listener.ready(url.as_deref(), taken.as_deref(), guides);
            if let Some(url) = url {
                arguments.listen.open_browser(context, &url);
            }
        } else {
            listener.told(&told);
        }
    });
    drop(listener);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(WatchError::Serve(error)) => arguments.listen.trouble(context, &error),
        Err(WatchError::Build(BuildError::Busy(lock))) => context.trouble(
            "another watcher of this site is running",
            Some(&format!("end it first; it holds `{}`", lock.display())),
        ),
        Err(WatchError::Build(error)) => context.build_error(&error),
    }
}

fn port_taken(arguments: &WatchArguments, address: SocketAddr) -> Option<String> {
    arguments.listen.port_taken(address)
}
