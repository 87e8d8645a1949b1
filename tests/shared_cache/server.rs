//! As much of a bucket as the shared cache asks for, and ways to misbehave.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    Well,
    /// Accepts and says nothing.
    Silent,
    /// Sends a byte a second.
    Drip,
    /// Sends what is no HTTP.
    Garbage,
    /// Answers everything with a status.
    Error(u16),
    /// Sends indexes as it should, and bodies a byte a second.
    DripBodies,
    /// Bodies end early.
    CutBodies,
    /// Bodies never begin.
    SilentBodies,
    /// Bodies have a bit flipped in every 64 bytes.
    WrongBodies,
    /// Bodies are gone.
    NoBodies,
    /// Takes what is put, and never says so.
    SilentPuts,
}

type Objects = BTreeMap<String, Vec<u8>>;

/// A server on this machine. Its threads end with the process.
pub struct Server {
    port: u16,
    conduct: Arc<Mutex<Conduct>>,
}

impl Server {
    pub fn start(conduct: Conduct) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let conduct = Arc::new(Mutex::new(conduct));
        let objects = Arc::new(Mutex::new(Objects::new()));
        let shared = Arc::clone(&conduct);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (conduct, objects) = (Arc::clone(&shared), Arc::clone(&objects));
                thread::spawn(move || {
                    // Clients hang up when they have lost patience.
                    let _ = answer(&stream, &conduct, &objects);
                });
            }
        });
        Self { port, conduct }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn conduct(&self, conduct: Conduct) {
        *self.conduct.lock().unwrap() = conduct;
    }
}

fn answer(
    mut stream: &TcpStream,
    conduct: &Mutex<Conduct>,
    objects: &Mutex<Objects>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    loop {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if line.trim().is_empty() {
                break;
            }
            head.push(line.trim().to_owned());
        }
        let header = |name: &str| {
            head.iter().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                key.eq_ignore_ascii_case(name)
                    .then(|| value.trim().to_owned())
            })
        };
        let length: usize = header("content-length").map_or(0, |text| text.parse().unwrap());
        let mut sent = vec![0; length];
        reader.read_exact(&mut sent)?;
        let request: Vec<&str> = head[0].split(' ').collect();
        let (path, query) = request[1].split_once('?').unwrap_or((request[1], ""));
        let conduct = *conduct.lock().unwrap();
        match conduct {
            Conduct::Silent => thread::sleep(Duration::from_secs(30)),
            Conduct::Drip => drip(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")?,
            Conduct::Garbage => return stream.write_all(b"\0\xffnothing like it\n\n\n"),
            Conduct::Error(status) => {
                reply(stream, &format!("{status} No"), "", b"planted-answer")?;
                continue;
            }
            _ => {}
        }
        if request[0] == "PUT" {
            if conduct == Conduct::SilentPuts {
                thread::sleep(Duration::from_secs(30));
            }
            objects.lock().unwrap().insert(path.to_owned(), sent);
            reply(stream, "200 OK", "ETag: \"1\"\r\n", b"")?;
        } else if request[0] == "DELETE" || request[0] == "POST" {
            objects.lock().unwrap().remove(path);
            reply(stream, "204 No Content", "", b"")?;
        } else if query.contains("list-type=2") {
            let listed = list(&objects.lock().unwrap());
            reply(stream, "200 OK", "", listed.as_bytes())?;
        } else {
            let found = objects.lock().unwrap().get(path).cloned();
            let Some(whole) = found else {
                reply(stream, "404 Not Found", "", b"")?;
                continue;
            };
            let range = header("range").expect("parts are asked for");
            get(stream, conduct, &whole, &range)?;
        }
    }
}

fn list(objects: &Objects) -> String {
    let mut xml = String::from("<ListBucketResult><IsTruncated>false</IsTruncated>");
    for (path, bytes) in objects {
        let key = path.trim_start_matches("/bucket/");
        xml += &format!(
            "<Contents><Key>{key}</Key><Size>{}</Size>\
             <LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>\"1\"</ETag></Contents>",
            bytes.len()
        );
    }
    xml + "</ListBucketResult>"
}

fn get(mut stream: &TcpStream, conduct: Conduct, whole: &[u8], range: &str) -> std::io::Result<()> {
    let (start, end) = range.trim_start_matches("bytes=").split_once('-').unwrap();
    let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
    let mut bytes = whole[start..=end].to_vec();
    // An index is what ends where its pack does.
    let is_body = end + 1 < whole.len();
    let head = format!(
        "HTTP/1.1 206 Partial Content\r\nContent-Length: {}\r\nContent-Range: bytes {start}-{end}/{}\r\n\
         ETag: \"1\"\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\n\r\n",
        bytes.len(),
        whole.len()
    );
    match conduct {
        Conduct::NoBodies if is_body => return reply(stream, "404 Not Found", "", b""),
        Conduct::SilentBodies if is_body => thread::sleep(Duration::from_secs(30)),
        Conduct::WrongBodies if is_body => {
            bytes.chunks_mut(64).for_each(|chunk| chunk[0] ^= 1);
        }
        _ => {}
    }
    stream.write_all(head.as_bytes())?;
    match conduct {
        Conduct::DripBodies if is_body => drip(stream, &bytes),
        Conduct::CutBodies if is_body => {
            stream.write_all(&bytes[..bytes.len() / 2])?;
            stream.shutdown(std::net::Shutdown::Both)
        }
        _ => stream.write_all(&bytes),
    }
}

fn drip(mut stream: &TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    for byte in bytes {
        stream.write_all(&[*byte])?;
        thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}

fn reply(mut stream: &TcpStream, status: &str, headers: &str, body: &[u8]) -> std::io::Result<()> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}\r\n",
        body.len()
    );
    stream.write_all(&[head.as_bytes(), body].concat())
}
