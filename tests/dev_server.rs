//! The server of `watch` and `serve`: what it sends, and whom it refuses.
//!
//! Requests are written as bytes, because no client would send most of them.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use guidepost::edge::dev_server::{Limits, Listen, Live, Served, bind};
use guidepost::ground::digest::Digest;
use guidepost::ground::paths::OutPath;

/// A server under test, and the folder that it serves.
struct Server {
    address: SocketAddr,
    live: Arc<Live>,
    folder: tempfile::TempDir,
    _runtime: tokio::runtime::Runtime,
}

/// An answer: its status, its headers in lower case, its body.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

impl Server {
    fn new(base: &str, live: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let site = folder.path().join("site");
        for (path, text) in [
            ("site/index.html", "<html><body>home</body></html>"),
            ("site/guide/index.html", "<html><body>guide</body></html>"),
            ("site/guide/data.bin", "0123456789"),
            ("site/404.html", "<html><body>not here</body></html>"),
            ("site/style.css", "body {}"),
            ("site/atom.xml", "<feed/>"),
            ("site/code.js", "1;"),
            ("site/.guidepost-staging/x.html", "staged"),
            ("secret.txt", "secret"),
        ] {
            let file = folder.path().join(path);
            fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
            fs::write(file, text).expect("a file");
        }
        links(&site);
        let hub = Arc::new(Live::new(base, Digest::of_bytes(b"test")));
        let served = Served {
            out: site,
            base: base.to_owned(),
            live: live.then(|| Arc::clone(&hub)),
        };
        let limits = Limits {
            head_time: Duration::from_millis(300),
            connections: 20,
            ..Limits::default()
        };
        let runtime = tokio::runtime::Runtime::new().expect("threads");
        let listen = Listen {
            limits,
            ..Listen::default()
        };
        let bound = runtime.block_on(bind(&listen)).expect("a port");
        let address = bound.address();
        runtime.spawn(bound.serve(Arc::new(served)));
        Self {
            address,
            live: hub,
            folder,
            _runtime: runtime,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("a connection");
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .expect("a time-out");
        stream
    }

    /// Sends bytes and reads all that comes back until the connection closes.
    fn send(&self, request: &[u8]) -> Answer {
        let mut stream = self.connect();
        // It may be closed before all is sent.
        let _ = stream.write_all(request);
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        answer(&bytes)
    }

    fn host(&self) -> String {
        format!("127.0.0.1:{}", self.address.port())
    }

    fn get_with(&self, path: &str, headers: &str) -> Answer {
        let host = self.host();
        self.send(
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{headers}\r\n")
                .as_bytes(),
        )
    }

    fn get(&self, path: &str) -> Answer {
        self.get_with(path, "")
    }
}

#[cfg(unix)]
fn links(site: &Path) {
    let link = |from: &str, to: &str| {
        std::os::unix::fs::symlink(to, site.join(from)).expect("a link");
    };
    link("out.txt", "../secret.txt");
    link("up", "..");
    link("etc", "/etc");
    link("passwd.html", "/etc/passwd");
    link("twice.txt", "out.txt");
    link("guide/out", "../../secret.txt");
    link("guide/up", "../..");
    link("root", "/");
    link("proc", "/proc/self");
    link("folder", "../site/../");
    link("inside.css", "style.css");
}

#[cfg(not(unix))]
fn links(_: &Path) {}

fn answer(bytes: &[u8]) -> Answer {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let (line, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = line.split(' ').nth(1).and_then(|code| code.parse().ok());
    Answer {
        status: status.unwrap_or(0),
        head: headers.replace("\r\n", "\n"),
        body: body.to_owned(),
    }
}

#[test]
fn pages_and_files_go_out_with_their_types() {
    let server = Server::new("/", true);
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/guide/", "text/html; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/code.js", "text/javascript; charset=utf-8"),
        ("/atom.xml", "text/xml; charset=utf-8"),
        ("/guide/data.bin", "application/octet-stream"),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), Some(kind), "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), None);
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    let redirect = server.get("/guide?a=b");
    assert_eq!(redirect.status, 307);
    assert_eq!(redirect.header("location"), Some("/guide/?a=b"));
    let missing = server.get("/nothing/here/");
    assert_eq!(missing.status, 404);
    assert!(missing.body.contains("not here"));
    let head = server.send(
        format!(
            "HEAD / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            server.host()
        )
        .as_bytes(),
    );
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(server.get("/.guidepost-staging/x.html").status, 404);
    assert_eq!(server.get("/inside.css").status, 200);
}

#[test]
fn ranges_are_sent() {
    let server = Server::new("/", true);
    let part = server.get_with("/guide/data.bin", "Range: bytes=2-4\r\n");
    assert_eq!((part.status, part.body.as_str()), (206, "234"));
    assert_eq!(part.header("content-range"), Some("bytes 2-4/10"));
    let beyond = server.get_with("/guide/data.bin", "Range: bytes=50-60\r\n");
    assert_eq!(beyond.status, 416);
}

#[test]
fn a_base_with_a_path_is_where_the_site_lives() {
    let server = Server::new("/docs/", true);
    assert_eq!(server.get("/").header("location"), Some("/docs/"));
    assert_eq!(server.get("/docs").header("location"), Some("/docs/"));
    assert_eq!(server.get("/docs/guide/").status, 200);
    assert_eq!(server.get("/guide/").status, 404);
}

#[test]
fn the_script_is_in_served_pages_alone() {
    let server = Server::new("/", true);
    let page = server.get("/guide/");
    assert!(page.body.contains("/__guidepost/reload.js"));
    assert!(
        server
            .get("/nothing")
            .body
            .contains("/__guidepost/reload.js")
    );
    let file = fs::read_to_string(server.folder.path().join("site/guide/index.html"));
    assert!(!file.expect("a page").contains("__guidepost"));
    assert_eq!(server.get("/__guidepost/reload.js").status, 200);
    let plain = Server::new("/", false);
    assert!(!plain.get("/guide/").body.contains("__guidepost"));
    assert_eq!(plain.get("/__guidepost/reload.js").status, 404);
}

#[test]
fn what_changes_within_a_second_is_sent_again() {
    let server = Server::new("/", true);
    let first = server.get("/style.css");
    assert_eq!(first.header("last-modified"), None);
    let date = "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\n";
    assert_eq!(server.get_with("/style.css", date).status, 200);
    // A built site that nobody watches is served as a static host would.
    let plain = Server::new("/", false);
    assert!(plain.get("/style.css").header("last-modified").is_some());
    assert_eq!(plain.get_with("/style.css", date).status, 304);
}

#[test]
fn foreign_hosts_are_refused() {
    let server = Server::new("/", true);
    let port = server.address.port();
    let other = port.wrapping_add(1).max(1);
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("127.0.0.1:{other}"),
        "127.0.0.1".to_owned(),
        "localhost".to_owned(),
        format!("0.0.0.0:{port}"),
        format!("127.0.0.2:{port}"),
        format!("user@127.0.0.1:{port}"),
        format!("[::2]:{port}"),
        format!("127.0.0.1:{port}/"),
        format!("2130706433:{port}"),
        format!("localhost.:{port}"),
        String::new(),
    ] {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let answer = server.send(request.as_bytes());
        assert!([400, 403].contains(&answer.status), "{host}: {answer:?}");
        assert!(!answer.body.contains("home"), "{host}");
    }
    for headers in [
        String::new(),
        format!("Host: 127.0.0.1:{port}\r\nHost: evil.example\r\n"),
        format!("Host: evil.example\r\nHost: 127.0.0.1:{port}\r\n"),
    ] {
        let request = format!("GET / HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
        assert_eq!(server.send(request.as_bytes()).status, 400, "{headers}");
    }
    for host in ["localhost", "127.0.0.1", "[::1]", "LocalHost"] {
        let request = format!("GET / HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n");
        assert_eq!(server.send(request.as_bytes()).status, 200, "{host}");
    }
}

#[test]
fn foreign_origins_are_refused() {
    let server = Server::new("/", true);
    let port = server.address.port();
    for origin in [
        "http://evil.example".to_owned(),
        "https://evil.example".to_owned(),
        format!("http://evil.example:{port}"),
        "null".to_owned(),
        format!("http://localhost:{}", port.wrapping_add(1)),
        "http://localhost".to_owned(),
        "file://".to_owned(),
        format!("http://127.0.0.1.evil.example:{port}"),
        format!("http://evil.example@127.0.0.1:{port}"),
        format!("ftp://127.0.0.1:{port}"),
        "chrome-extension://abcdef".to_owned(),
        format!("127.0.0.1:{port}"),
    ] {
        for path in [
            "/",
            "/__guidepost/events",
            "/__guidepost/reload.js",
            "/style.css",
        ] {
            let answer = server.get_with(path, &format!("Origin: {origin}\r\n"));
            assert_eq!(answer.status, 403, "{origin} {path}");
            assert_eq!(answer.header("access-control-allow-origin"), None);
        }
    }
    let own = format!("Origin: http://localhost:{port}\r\n");
    assert_eq!(server.get_with("/", &own).status, 200);
}

#[test]
fn what_a_foreign_page_embeds_is_refused() {
    let server = Server::new("/", true);
    for mode in ["no-cors", "cors", "same-origin", "websocket"] {
        for site in ["cross-site", "same-site", "Cross-Site"] {
            let headers = format!("Sec-Fetch-Site: {site}\r\nSec-Fetch-Mode: {mode}\r\n");
            let answer = server.get_with("/code.js", &headers);
            assert_eq!(answer.status, 403, "{headers}");
        }
    }
    // Following a link from elsewhere is no reading across sites.
    let link = "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n";
    let answer = server.get_with("/guide/", link);
    assert_eq!(answer.status, 200);
    let policy = answer.header("cross-origin-resource-policy");
    assert_eq!(policy, Some("same-origin"));
}

#[test]
fn event_streams_of_foreign_pages_are_refused() {
    let server = Server::new("/", true);
    let port = server.address.port();
    for headers in [
        "Origin: http://evil.example\r\n".to_owned(),
        "Origin: null\r\n".to_owned(),
        format!("Origin: http://evil.example:{port}\r\n"),
        format!("Origin: http://localhost:{}\r\n", port.wrapping_add(1)),
        "Sec-Fetch-Site: cross-site\r\n".to_owned(),
        "Sec-Fetch-Site: same-site\r\n".to_owned(),
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n".to_owned(),
        "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\n".to_owned(),
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n".to_owned(),
        format!("Origin: http://127.0.0.1:{port}\r\nSec-Fetch-Site: cross-site\r\n"),
        format!("Origin: http://127.0.0.1:{port}\r\nOrigin: http://evil.example\r\n"),
        "Origin: http://evil.example\r\nSec-Fetch-Site: same-origin\r\n".to_owned(),
    ] {
        let answer = server.get_with("/__guidepost/events?page=/guide/", &headers);
        assert_eq!(answer.status, 403, "{headers}");
        assert!(!answer.body.contains("event:"), "{headers}");
    }
}

#[test]
fn absolute_addresses_of_others_are_refused() {
    let server = Server::new("/", true);
    let port = server.address.port();
    for target in [
        "http://evil.example/".to_owned(),
        "http://evil.example/guide/".to_owned(),
        format!("http://evil.example:{port}/"),
        "https://evil.example/".to_owned(),
        format!("https://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{}/", port.wrapping_add(1)),
        "http://127.0.0.1/".to_owned(),
        format!("http://evil.example@127.0.0.1:{port}/"),
        format!("ftp://127.0.0.1:{port}/"),
        "file:///etc/passwd".to_owned(),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        format!("//evil.example:{port}/"),
    ] {
        let answer = server.get(&target);
        assert!([400, 403].contains(&answer.status), "{target}: {answer:?}");
        assert!(!answer.body.contains("home"), "{target}");
    }
    for method in [
        "CONNECT evil.example:443",
        "POST /",
        "OPTIONS *",
        "DELETE /",
        "TRACE /",
    ] {
        let request = format!(
            "{method} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            server.host()
        );
        let answer = server.send(request.as_bytes());
        assert!(
            [400, 403, 405].contains(&answer.status),
            "{method}: {answer:?}"
        );
    }
    let own = server.get(&format!("http://127.0.0.1:{port}/guide/"));
    assert_eq!(own.status, 200);
}

/// Ways out of the folder, in every encoding.
const TRAVERSALS: [&str; 24] = [
    "/../secret.txt",
    "/guide/../../secret.txt",
    "/./../secret.txt",
    "/%2e%2e/secret.txt",
    "/%2E%2E/secret.txt",
    "/.%2e/secret.txt",
    "/%2e./secret.txt",
    "/%2e%2e%2fsecret.txt",
    "/..%2fsecret.txt",
    "/guide%2f..%2f..%2fsecret.txt",
    "/..%5csecret.txt",
    "/%2e%2e%5csecret.txt",
    "/%252e%252e/secret.txt",
    "/%252e%252e%252fsecret.txt",
    "/..%252fsecret.txt",
    "/guide/%252e%252e/%252e%252e/secret.txt",
    "/%25252e%25252e/secret.txt",
    "/%25252e%25252e%25252fsecret.txt",
    "/..%255csecret.txt",
    "/%252e%252e%255csecret.txt",
    "/guide/..%c0%afsecret.txt",
    "/%c0%ae%c0%ae/secret.txt",
    "/%00/../secret.txt",
    "//secret.txt",
];

#[test]
fn traversals_are_refused() {
    for base in ["/", "/docs/"] {
        let server = Server::new(base, true);
        for path in TRAVERSALS {
            for path in [
                path.to_owned(),
                format!("{}{path}", base.trim_end_matches('/')),
            ] {
                let answer = server.get(&path);
                assert_eq!(answer.status, 400, "{path}");
                assert!(!answer.body.contains("secret"), "{path}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn links_out_of_the_folder_are_refused() {
    let server = Server::new("/", true);
    for path in [
        "/out.txt",
        "/up/secret.txt",
        "/up/site/style.css/../../../secret.txt",
        "/etc/passwd",
        "/etc/hostname",
        "/passwd.html",
        "/passwd",
        "/twice.txt",
        "/guide/out",
        "/guide/up/secret.txt",
        "/root/etc/passwd",
        "/proc/environ",
        "/folder/secret.txt",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 400, "{path}");
        assert!(!answer.body.contains("secret") && !answer.body.contains("root:"));
    }
}

#[test]
fn oversized_heads_are_refused() {
    let server = Server::new("/", true);
    let host = server.host();
    let long = |length: usize| "a".repeat(length);
    let head =
        |rest: &str| format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{rest}\r\n");
    let many = |count: usize| -> String { (0..count).map(|n| format!("X-{n}: y\r\n")).collect() };
    let requests = [
        head(&format!("X: {}\r\n", long(20_000))),
        head(&format!("X: {}\r\n", long(100_000))),
        head(&format!("X: {}\r\n", long(2_000_000))),
        head(&format!("{}: x\r\n", long(30_000))),
        head(&format!("Cookie: {}\r\n", long(40_000))),
        head(&many(65)),
        head(&many(1_000)),
        head(&many(10_000)),
        format!("GET /{} HTTP/1.1\r\nHost: {host}\r\n\r\n", long(20_000)),
        format!("GET /{} HTTP/1.1\r\nHost: {host}\r\n\r\n", long(1_000_000)),
        format!("GET /?{} HTTP/1.1\r\nHost: {host}\r\n\r\n", long(70_000)),
        long(50_000),
    ];
    for request in requests {
        let started = Instant::now();
        let answer = server.send(request.as_bytes());
        // A connection that is cut without an answer is refused too.
        assert!(
            [0, 400, 414, 431].contains(&answer.status),
            "{}: {answer:?}",
            &request[..40]
        );
        assert!(started.elapsed() < Duration::from_secs(5));
    }
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn slow_clients_are_cut_off() {
    let server = Server::new("/", true);
    let host = server.host();
    let beginnings = [
        String::new(),
        "G".to_owned(),
        "GET".to_owned(),
        "GET / HTTP/1.1".to_owned(),
        "GET / HTTP/1.1\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: {host}"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: "),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: y\r\nX"),
        "POST / HTTP/1.1\r\nContent-Length: 100\r\n".to_owned(),
        "\r\n".to_owned(),
        "HEAD ".to_owned(),
    ];
    std::thread::scope(|scope| {
        for beginning in &beginnings {
            let server = &server;
            scope.spawn(move || {
                let mut stream = server.connect();
                stream.write_all(beginning.as_bytes()).expect("a beginning");
                // A byte now and then does not keep it open either.
                let started = Instant::now();
                let mut dripped = stream.try_clone().expect("the connection");
                let mut closed = false;
                while started.elapsed() < Duration::from_secs(5) && !closed {
                    std::thread::sleep(Duration::from_millis(60));
                    let still_open = dripped.write_all(b"x").is_ok();
                    stream
                        .set_read_timeout(Some(Duration::from_millis(10)))
                        .expect("a time-out");
                    let mut answer = [0; 1000];
                    closed = !still_open
                        || matches!(stream.read(&mut answer), Ok(0))
                        || answer.starts_with(b"HTTP/1.1 4");
                }
                assert!(closed, "{beginning:?} was kept open");
            });
        }
    });
    assert_eq!(server.get("/").status, 200);
}

#[test]
fn idle_connections_do_not_take_all_the_room_for_good() {
    let server = Server::new("/", true);
    let idle: Vec<TcpStream> = (0..40).map(|_| server.connect()).collect();
    std::thread::sleep(Duration::from_millis(900));
    assert_eq!(server.get("/").status, 200);
    drop(idle);
}

#[test]
fn an_open_page_hears_of_its_changes() {
    let server = Server::new("/", true);
    let mut stream = server.connect();
    let request = format!(
        "GET /__guidepost/events?page=/guide/&at=before HTTP/1.1\r\nHost: {}\r\n\r\n",
        server.host()
    );
    stream.write_all(request.as_bytes()).expect("a request");
    let mut heard = String::new();
    let mut wait_for = |words: &str| {
        let end = Instant::now() + Duration::from_secs(5);
        while !heard.contains(words) {
            assert!(Instant::now() < end, "`{words}` is not in {heard}");
            let mut bytes = [0; 4096];
            let length = stream.read(&mut bytes).expect("an event");
            heard.push_str(&String::from_utf8_lossy(&bytes[..length]));
        }
        std::mem::take(&mut heard)
    };
    let first = wait_for("mended");
    assert!(first.contains("text/event-stream") && first.contains("\"page\":true"));
    let out = |path: &str| OutPath::new(path).expect("a path");
    server.live.changed([out("other/index.html")].iter(), None);
    server.live.changed([out("guide/index.html")].iter(), None);
    let change = wait_for("\"page\":true");
    assert_eq!(change.matches("event: change").count(), 1, "{change}");
    server.live.problem(&guidepost::edge::dev_server::Problem {
        title: "1 error".to_owned(),
        findings: vec!["content/a.md:3:5: error".to_owned()],
    });
    wait_for("content/a.md:3:5");
    server.live.mended();
    wait_for("event: mended");
    assert_eq!(
        server.live.open_pages().first(),
        Some(&out("guide/index.html"))
    );
}
