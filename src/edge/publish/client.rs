//! The HTTP client of buckets: what `object_store` asks its transport for.
//!
//! HTTP/1.1 over TLS with the certificates that the system trusts. It neither
//! retries nor follows redirects; that is for whoever asks. Invariant: an
//! error names no address, because addresses can hold what is secret.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as Tcp;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use object_store::ClientOptions;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody,
    HttpResponse, HttpResponseBody, HttpService,
};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection is kept that nobody uses; servers close theirs, too.
const IDLE: Duration = Duration::from_secs(15);

/// Makes clients that share their connections.
#[derive(Clone, Debug)]
pub struct Connector(HttpClient);

impl Connector {
    /// A connector with the certificates that the system trusts.
    ///
    /// # Errors
    ///
    /// Says in words that there are none.
    pub fn new() -> Result<Self, String> {
        let mut tcp = Tcp::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT));
        let connector = HttpsConnectorBuilder::new()
            .with_native_roots()
            .map_err(|error| format!("the system's certificates cannot be read: {error}"))?
            .https_or_http()
            .enable_http1()
            .wrap_connector(tcp);
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE)
            .build(connector);
        Ok(Self(HttpClient::new(Service(Arc::new(client)))))
    }
}

impl HttpConnector for Connector {
    fn connect(&self, _options: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(self.0.clone())
    }
}

#[derive(Debug)]
struct Service(Arc<Client<HttpsConnector<Tcp>, HttpRequestBody>>);

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let response = self.0.request(request).await.map_err(|error| {
            let kind = match error.is_connect() {
                true => HttpErrorKind::Connect,
                false => HttpErrorKind::Interrupted,
            };
            HttpError::new(kind, error)
        })?;
        let body = |error| HttpError::new(HttpErrorKind::Interrupted, error);
        Ok(response.map(|incoming| HttpResponseBody::new(incoming.map_err(body))))
    }
}
