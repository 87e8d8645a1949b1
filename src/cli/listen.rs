//! Options of commands that serve: where to listen, and what is said of it.

use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Args;

use super::context::Context;
use crate::edge::dev_server::{Limits, Listen};
use crate::ground::fs;

#[derive(Args, Clone)]
pub(super) struct ListenArguments {
    /// The first port to try
    #[arg(long, value_name = "N", default_value_t = 1313)]
    pub(super) port: u16,
    /// The interface to listen on, by name or number [default: 127.0.0.1]
    #[arg(long, value_name = "ADDR")]
    host: Option<String>,
    /// Another name by which the server may be asked, behind a proxy
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// Open the site in the browser
    #[arg(long)]
    pub(super) open: bool,
}

impl ListenArguments {
    pub(super) fn listen(&self) -> Listen {
        Listen {
            host: self.host.clone(),
            port: self.port,
            names: self.allow_host.clone(),
            limits: Limits::default(),
        }
    }

    /// What to say where another port had to be taken.
    pub(super) fn port_taken(&self, address: SocketAddr) -> Option<String> {
        (self.port != 0 && address.port() != self.port)
            .then(|| format!("Port {} is taken; using {}", self.port, address.port()))
    }

    /// The site's address for a browser on this machine.
    pub(super) fn url(&self, address: SocketAddr, base: &str) -> String {
        let port = address.port();
        match &self.host {
            Some(host) if !address.ip().is_unspecified() && host.parse::<u8>().is_err() => {
                let host = match address.is_ipv6() && !host.starts_with('[') {
                    true => address.ip().to_string(),
                    false => host.clone(),
                };
                let host = match host.contains(':') && !host.starts_with('[') {
                    true => format!("[{host}]"),
                    false => host,
                };
                format!("http://{host}:{port}{base}")
            }
            _ if address.is_ipv6() => format!("http://[::1]:{port}{base}"),
            _ => format!("http://127.0.0.1:{port}{base}"),
        }
    }

    /// Opens an address in the browser, if that was asked for.
    pub(super) fn open_browser(&self, context: &Context, url: &str) {
        if self.open
            && let Err(error) = open::that_detached(url)
        {
            context.say(&format!(
                "{}: the browser could not be opened: {}",
                context.paint("1;33", "warning"),
                fs::in_words(&error)
            ));
        }
    }

    /// Why there is no server.
    pub(super) fn trouble(&self, context: &Context, error: &std::io::Error) -> ExitCode {
        let host = self.host.as_deref().unwrap_or("127.0.0.1");
        context.trouble(
            &format!(
                "cannot serve on {host}, port {}: {}",
                self.port,
                fs::in_words(error)
            ),
            Some("give another port with `--port`, or another interface with `--host`"),
        )
    }
}
