//! Access: whose requests are answered.
//!
//! A server on the loopback interface can be reached by every page that is
//! open in the same browser. A foreign page must not read the site: not by a
//! name of its own that was made to point here (the `Host` would be foreign),
//! and not across origins (the `Origin` or the kind of fetch would be).
//! Invariant: every request that is answered names this server by a name that
//! it is known to have, and comes from one of its own pages or from no page.

use std::net::{IpAddr, SocketAddr};

use axum::http::request::Parts;
use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Why a request is not answered.
pub type Refusal = (StatusCode, &'static str);

/// The names by which a server may be asked.
#[derive(Clone, Debug)]
pub struct Names {
    port: u16,
    /// With the server's port.
    own: Vec<String>,
    /// With any port: who gave them knows what stands before the server.
    extra: Vec<String>,
    /// Whether any address that is a number will do: a name that a foreign
    /// page brings is none.
    any_number: bool,
}

impl Names {
    /// The names of a server that listens at `address`, was asked to listen at
    /// `host`, and may also be called `extra`.
    pub fn new(address: SocketAddr, host: Option<&str>, extra: &[String]) -> Self {
        let mut own = vec![
            "localhost".to_owned(),
            "127.0.0.1".to_owned(),
            "[::1]".to_owned(),
            match address.ip() {
                IpAddr::V4(ip) => ip.to_string(),
                IpAddr::V6(ip) => format!("[{ip}]"),
            },
        ];
        own.extend(host.map(str::to_ascii_lowercase));
        Self {
            port: address.port(),
            own,
            extra: extra.iter().map(|name| name.to_ascii_lowercase()).collect(),
            any_number: address.ip().is_unspecified(),
        }
    }

    /// Whether an authority, such as `localhost:1313`, is the server's.
    fn hold(&self, authority: &Authority) -> bool {
        if authority.as_str().contains('@') {
            return false;
        }
        let name = authority.host().to_ascii_lowercase();
        let port = match authority.port() {
            Some(port) => Some(port.as_u16()),
            // A colon with no port, or with one that is none, is not ours.
            None if authority.as_str().len() != authority.host().len() => None,
            None => Some(80),
        };
        let is_number = || {
            let bare = name.trim_start_matches('[').trim_end_matches(']');
            bare.parse::<IpAddr>().is_ok()
        };
        self.extra.contains(&name)
            || (port == Some(self.port)
                && (self.own.contains(&name) || (self.any_number && is_number())))
    }

    fn hold_text(&self, text: &[u8]) -> bool {
        Authority::try_from(text).is_ok_and(|authority| self.hold(&authority))
    }

    fn hold_origin(&self, origin: &[u8]) -> bool {
        let name = origin
            .strip_prefix(b"http://")
            .or_else(|| origin.strip_prefix(b"https://"));
        name.is_some_and(|name| self.hold_text(name))
    }
}

/// Whether a request may be answered. `from_own_page` asks for more: only a
/// page of this server may have made it.
///
/// # Errors
///
/// Why not.
pub fn check(names: &Names, request: &Parts, from_own_page: bool) -> Result<(), Refusal> {
    if request.method != Method::GET && request.method != Method::HEAD {
        return Err((
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET and HEAD are answered",
        ));
    }
    let foreign = (
        StatusCode::FORBIDDEN,
        "this server does not go by that name",
    );
    let uri = &request.uri;
    if let Some(authority) = uri.authority()
        && (uri.scheme() != Some(&Scheme::HTTP) || !names.hold(authority))
    {
        return Err(foreign);
    }
    let mut hosts = request.headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if names.hold_text(host.as_bytes()) => {}
        (Some(_), None) => return Err(foreign),
        _ => return Err((StatusCode::BAD_REQUEST, "there must be one Host header")),
    }
    let origins = request.headers.get_all(header::ORIGIN);
    if !origins
        .iter()
        .all(|origin| names.hold_origin(origin.as_bytes()))
    {
        return Err((
            StatusCode::FORBIDDEN,
            "requests from other sites are refused",
        ));
    }
    if !site_will_do(&request.headers, from_own_page) {
        return Err((
            StatusCode::FORBIDDEN,
            "requests from other sites are refused",
        ));
    }
    Ok(())
}

/// Whether the browser's own word for where a request comes from will do: a
/// link from elsewhere may lead here, but nothing here may be put into a page
/// from elsewhere.
fn site_will_do(headers: &HeaderMap, from_own_page: bool) -> bool {
    let navigates = headers
        .get(SEC_FETCH_MODE)
        .is_some_and(|mode| mode == "navigate");
    let own = |site: &[u8]| site == b"same-origin" || site == b"none";
    headers
        .get_all(SEC_FETCH_SITE)
        .iter()
        .all(|site| own(site.as_bytes()) || (navigates && !from_own_page))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        Names::new("127.0.0.1:1313".parse().unwrap(), None, &[])
    }

    fn holds(names: &Names, hosts: &[&str]) -> Vec<bool> {
        hosts
            .iter()
            .map(|host| names.hold_text(host.as_bytes()))
            .collect()
    }

    #[test]
    fn a_server_goes_by_its_own_names_and_its_own_port() {
        let ours = [
            "localhost:1313",
            "LOCALHOST:1313",
            "127.0.0.1:1313",
            "[::1]:1313",
        ];
        assert_eq!(holds(&names(), &ours), [true; 4]);
        let foreign = [
            "localhost",
            "localhost:80",
            "localhost:",
            "localhost:1314",
            "evil.example:1313",
            "localhost.evil.example:1313",
            "a@localhost:1313",
            "127.0.0.2:1313",
            "",
            "localhost:1313/",
        ];
        assert_eq!(holds(&names(), &foreign), [false; 10]);
    }

    #[test]
    fn listening_everywhere_lets_numbers_in_and_no_names() {
        let names = Names::new(
            "0.0.0.0:80".parse().unwrap(),
            None,
            &["Proxy.example".to_owned()],
        );
        let ours = [
            "192.168.1.5",
            "192.168.1.5:80",
            "[fe80::1]",
            "proxy.example:443",
        ];
        assert_eq!(holds(&names, &ours), [true; 4]);
        assert_eq!(
            holds(&names, &["rebound.example", "192.168.1.5:81"]),
            [false; 2]
        );
    }
}
