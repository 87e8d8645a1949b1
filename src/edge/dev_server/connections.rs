//! Connections: how many there may be, and how slow and how large.
//!
//! Invariant: no client can make the server hold more than a bounded amount of
//! memory, or hold a connection that it does not use.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;

/// What clients may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at one time.
    pub connections: usize,
    /// Bytes of a request's head.
    pub head: usize,
    /// How long a client may take for a request's head.
    pub head_time: Duration,
    /// How long a client may take nothing of what is sent to it.
    pub stall: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head: 16 << 10,
            head_time: Duration::from_secs(10),
            stall: Duration::from_secs(30),
        }
    }
}

/// Headers of a request.
const MOST_HEADERS: usize = 64;

/// Accepts connections for ever.
pub(super) async fn accept(listener: TcpListener, router: Router, limits: Limits) {
    let room = Arc::new(Semaphore::new(limits.connections));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // Too many files are open, or the client is gone already.
            Err(_) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Ok(permit) = Arc::clone(&room).try_acquire_owned() else {
            continue;
        };
        let router = router.clone();
        tokio::spawn(async move {
            serve(stream, router, limits).await;
            drop(permit);
        });
    }
}

async fn serve(stream: TcpStream, router: Router, limits: Limits) {
    // Small answers go out at once.
    let _ = stream.set_nodelay(true);
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(limits.stall));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_headers(MOST_HEADERS)
        .max_buf_size(limits.head)
        .serve_connection(
            TokioIo::new(Box::pin(stream)),
            TowerToHyperService::new(router),
        );
    // What goes wrong on a connection concerns its client alone.
    let _ = connection.await;
}
