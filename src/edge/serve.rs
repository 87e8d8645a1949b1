//! Serve: a built site on the loopback interface, as a static host would.
//!
//! Nothing is watched and nothing is rebuilt here, and pages go out as they
//! stand.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use super::dev_server::{Listen, Served, bind};

/// What to serve and where.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The built site.
    pub out: PathBuf,
    /// The path below which the site lives: `/` or `/docs/`.
    pub base_path: String,
    /// Where to listen.
    pub listen: Listen,
}

/// Serves until the process is interrupted. `ready` is told the address once
/// the port is had.
///
/// # Errors
///
/// No port could be had.
pub fn serve(options: &ServeOptions, ready: impl FnOnce(SocketAddr)) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let bound = bind(&options.listen).await?;
        ready(bound.address());
        let served = Served {
            out: options.out.clone(),
            base: options.base_path.clone(),
            live: None,
        };
        tokio::select! {
            () = bound.serve(Arc::new(served)) => {}
            // Without a handler the process ends at once, which serves too.
            _ = tokio::signal::ctrl_c() => {}
        }
        Ok(())
    })
}
