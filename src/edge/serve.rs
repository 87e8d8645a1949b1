//! Serve: a built site on the loopback interface, as a static host would.
//!
//! Nothing is watched and nothing is rebuilt here.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

use crate::ground::fs;

/// Ports tried behind the one that was asked for.
const PORTS_TRIED: u16 = 20;

/// What to serve and where.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// The built site.
    pub out: PathBuf,
    /// The path below which the site lives: `/` or `/docs/`.
    pub base_path: String,
    /// The first port to try.
    pub port: u16,
}

/// Serves until the process is interrupted. `ready` is told the address once
/// the server answers there.
///
/// # Errors
///
/// No port could be had, or the server failed.
pub fn serve(options: &ServeOptions, ready: impl FnOnce(SocketAddr)) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = bind(options.port).await?;
        ready(listener.local_addr()?);
        axum::serve(listener, router(options))
            .with_graceful_shutdown(async {
                // Without a handler the process ends at once, which serves too.
                let _ = tokio::signal::ctrl_c().await;
            })
            .await
    })
}

async fn bind(port: u16) -> std::io::Result<TcpListener> {
    let mut last = None;
    for port in port..=port.saturating_add(PORTS_TRIED) {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) => last = Some(error),
        }
    }
    Err(last.unwrap_or_else(|| std::io::Error::from(std::io::ErrorKind::AddrInUse)))
}

/// The routes of a built site: its files below the base path, the site's own
/// 404 for everything else, and a redirect from the root to the base path.
pub fn router(options: &ServeOptions) -> Router {
    let out = options.out.clone();
    let missing = get(move || {
        let page = out.join("404.html");
        async move { not_found(&page) }
    });
    let files = ServeDir::new(&options.out)
        .call_fallback_on_method_not_allowed(true)
        .fallback(missing.clone());
    let base = options.base_path.trim_end_matches('/').to_owned();
    if base.is_empty() {
        return Router::new().fallback_service(files);
    }
    let home = format!("{base}/");
    Router::new()
        .nest_service(&base, files)
        .route("/", get(move || async move { Redirect::temporary(&home) }))
        .fallback(missing)
}

fn not_found(page: &std::path::Path) -> Response {
    match fs::read(page) {
        Ok(bytes) => (
            StatusCode::NOT_FOUND,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            bytes,
        )
            .into_response(),
        Err(_) => (StatusCode::NOT_FOUND, "Page not found").into_response(),
    }
}
