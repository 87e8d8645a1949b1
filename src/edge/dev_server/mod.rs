//! A server for one site and its writer, on the writer's own machine.
//!
//! It answers as a static host would: types with encodings, ranges, addresses
//! without `index.html`, the site's own page for what is not there. Where a
//! watcher stands behind it, pages are live: they hear of changes and show
//! them. It builds nothing and writes nothing. Who may ask is decided in
//! `access`, what stands at an address in `address`.

mod access;
mod address;
mod connections;
mod live;
mod pages;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use tokio::net::TcpListener;

use access::Names;
pub use connections::Limits;
use live::Listener;
pub use live::{Live, Problem};

/// Ports tried behind the one that was asked for.
const PORTS_TRIED: u16 = 100;
/// The address of the event stream.
const EVENTS: &str = "/__guidepost/events";
/// How often a stream that has nothing to say says so.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Where to listen.
#[derive(Clone, Debug, Default)]
pub struct Listen {
    /// The name or number of the interface; the loopback interface by default.
    pub host: Option<String>,
    /// The first port to try.
    pub port: u16,
    /// Other names by which the server may be asked.
    pub names: Vec<String>,
    /// What clients may take.
    pub limits: Limits,
}

/// A site to be served.
#[derive(Debug)]
pub struct Served {
    /// The folder of the site.
    pub out: PathBuf,
    /// The path below which it lives, with a slash at both ends.
    pub base: String,
    /// The hub of its pages, where they are live; its base then counts.
    pub live: Option<Arc<Live>>,
}

impl Served {
    fn base(&self) -> String {
        match &self.live {
            Some(live) => live.base(),
            None => self.base.clone(),
        }
    }
}

/// A server that has its port and answers nobody yet.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    names: Names,
    limits: Limits,
}

/// Takes a port: the one that was asked for, or one of the next.
///
/// # Errors
///
/// The interface is not there, or none of the ports is free.
pub async fn bind(listen: &Listen) -> std::io::Result<Bound> {
    let first = listen.port;
    let mut last = std::io::Error::from(std::io::ErrorKind::AddrInUse);
    for port in first..=first.saturating_add(PORTS_TRIED) {
        let bound = match &listen.host {
            None => TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await,
            Some(host) => {
                let bare = host.trim_start_matches('[').trim_end_matches(']');
                TcpListener::bind((bare, port)).await
            }
        };
        match bound {
            Ok(listener) => {
                let address = listener.local_addr()?;
                return Ok(Bound {
                    names: Names::new(address, listen.host.as_deref(), &listen.names),
                    limits: listen.limits,
                    listener,
                    address,
                });
            }
            Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

impl Bound {
    /// The address that it listens at.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until the runtime ends.
    pub async fn serve(self, served: Arc<Served>) {
        let router = router(&served, Arc::new(self.names));
        connections::accept(self.listener, router, self.limits).await;
    }
}

/// The site, and what its live pages ask for.
fn router(served: &Arc<Served>, names: Arc<Names>) -> Router {
    let answer = {
        let served = Arc::clone(served);
        move |request: Request| pages::answer(Arc::clone(&served), request)
    };
    let mut router = Router::new().fallback(answer);
    if let Some(live) = &served.live {
        let live_routes = Router::new()
            .route(pages::SCRIPT, get(script))
            .route(EVENTS, get(events));
        router = router.merge(live_routes.with_state(Arc::clone(live)));
    }
    router.layer(from_fn_with_state(names, guard))
}

/// Refuses who may not ask, and says of every answer whose it is.
async fn guard(State(names): State<Arc<Names>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let from_own_page = parts.uri.path().starts_with("/__guidepost/");
    let mut response = match access::check(&names, &parts, from_own_page) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn script() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, include_str!("reload.js"))
}

/// Who asks for events: the page's path, and the state that it shows.
#[derive(Deserialize)]
struct Asking {
    #[serde(default)]
    page: String,
    #[serde(default)]
    at: String,
}

async fn events(State(live): State<Arc<Live>>, Query(asking): Query<Asking>) -> impl IntoResponse {
    let listener = Listener::new(&live, &asking.page, &asking.at);
    let stream = futures_util::stream::unfold(listener, |mut listener| async move {
        let (name, data) = listener.next().await?;
        let event = Event::default().event(name).data(data);
        Some((Ok::<_, std::convert::Infallible>(event), listener))
    });
    Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
}
