//! Pages: what is sent for an address.
//!
//! Files go out with their type and in ranges. Where pages are live, those in
//! HTML go out with one element more, the reload script: it is put in on the
//! way and stands in no file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use tower_http::services::ServeFile;

use super::Served;
use super::address::{Place, place};
use crate::ground::fs;

/// The reload script's address.
pub(super) const SCRIPT: &str = "/__guidepost/reload.js";

const HTML: &str = "text/html; charset=utf-8";

/// Answers a request for a page or file.
pub(super) async fn answer(served: Arc<Served>, request: Request) -> Response {
    let base = served.base();
    match place(&served.out, &base, request.uri().path()) {
        Place::File(file) if is_html(&file) => page(&served, file, StatusCode::OK).await,
        Place::File(file) => send(&served, file, request).await,
        Place::Redirect(address) => {
            let query = request.uri().query();
            let query = query.map_or_else(String::new, |query| format!("?{query}"));
            Redirect::temporary(&format!("{address}{query}")).into_response()
        }
        Place::Missing => missing(&served).await,
        Place::Refused => (StatusCode::BAD_REQUEST, "a site has no such address").into_response(),
    }
}

/// The site's own page for what does not exist.
async fn missing(served: &Arc<Served>) -> Response {
    let file = served.out.join("404.html");
    if fs::is_file(&file) {
        return page(served, file, StatusCode::NOT_FOUND).await;
    }
    let (status, title, text) = match &served.live {
        Some(_) if !fs::is_file(&served.out.join("index.html")) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Not built yet",
            "The site has not been built yet. This page will show it as soon as it is.",
        ),
        _ => (
            StatusCode::NOT_FOUND,
            "Page not found",
            "There is no such page.",
        ),
    };
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         </head><body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
    );
    html_response(status, with_script(served, html.into_bytes()))
}

/// A page in HTML.
async fn page(served: &Arc<Served>, file: PathBuf, status: StatusCode) -> Response {
    // Asked for before the page is read: what is written meanwhile is newer.
    let at = served.live.as_ref().map(|live| live.at());
    let bytes = tokio::task::spawn_blocking(move || fs::read(&file)).await;
    match bytes {
        Ok(Ok(bytes)) => html_response(
            status,
            match at {
                Some(at) => injected(bytes, &at),
                None => bytes,
            },
        ),
        // It was deleted since it was found.
        _ => (StatusCode::NOT_FOUND, "Page not found").into_response(),
    }
}

fn html_response(status: StatusCode, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HTML),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (status, headers, bytes).into_response()
}

fn with_script(served: &Served, bytes: Vec<u8>) -> Vec<u8> {
    match &served.live {
        Some(live) => injected(bytes, &live.at()),
        None => bytes,
    }
}

/// A page with the reload script as the last element of its body.
fn injected(page: Vec<u8>, at: &str) -> Vec<u8> {
    let element = format!("<script src=\"{SCRIPT}\" data-guidepost-at=\"{at}\"></script>");
    const END: &[u8] = b"</body";
    let end = page
        .windows(END.len())
        .rposition(|window| window.eq_ignore_ascii_case(END))
        .unwrap_or(page.len());
    let mut with = Vec::with_capacity(page.len() + element.len());
    with.extend_from_slice(&page[..end]);
    with.extend_from_slice(element.as_bytes());
    with.extend_from_slice(&page[end..]);
    with
}

/// Any other file.
async fn send(served: &Served, file: PathBuf, mut request: Request) -> Response {
    if served.live.is_some() {
        // Times of files are kept in seconds, and a writer is faster.
        for condition in [
            header::IF_MODIFIED_SINCE,
            header::IF_UNMODIFIED_SINCE,
            header::IF_NONE_MATCH,
            header::IF_RANGE,
        ] {
            request.headers_mut().remove(condition);
        }
    }
    let Ok(sent) = ServeFile::new(&file).try_call(request).await else {
        return (StatusCode::NOT_FOUND, "File not found").into_response();
    };
    let mut response = sent.map(Body::new);
    let headers = response.headers_mut();
    if served.live.is_some() {
        headers.remove(header::LAST_MODIFIED);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Some(kind) = headers.get(header::CONTENT_TYPE)
        && let Some(kind) = with_charset(kind)
    {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    response
}

/// The type of a text with its encoding; `None` for what is no text, or says
/// it already.
fn with_charset(kind: &HeaderValue) -> Option<HeaderValue> {
    let kind = kind.to_str().ok()?;
    let is_text = kind.starts_with("text/")
        || kind.ends_with("+xml")
        || kind.ends_with("/xml")
        || kind.ends_with("json")
        || kind.ends_with("javascript");
    (is_text && !kind.contains("charset"))
        .then(|| HeaderValue::from_str(&format!("{kind}; charset=utf-8")).ok())
        .flatten()
}

fn is_html(file: &Path) -> bool {
    file.extension().is_some_and(|extension| {
        extension.eq_ignore_ascii_case("html") || extension.eq_ignore_ascii_case("htm")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_the_last_element_of_the_body() {
        let at = "s.1";
        let element = "<script src=\"/__guidepost/reload.js\" data-guidepost-at=\"s.1\"></script>";
        let inject = |page: &str| String::from_utf8(injected(page.into(), at)).unwrap();
        assert_eq!(
            inject("<body>a</body>\n</html>"),
            format!("<body>a{element}</body>\n</html>")
        );
        assert_eq!(
            inject("<pre>&lt;/body></pre></BODY >"),
            format!("<pre>&lt;/body></pre>{element}</BODY >")
        );
        assert_eq!(inject("no body"), format!("no body{element}"));
    }
}
