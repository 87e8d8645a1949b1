//! A watcher at work: who looks at a page is shown it first, and no save waits
//! for what is done for its own sake.
//!
//! Time is made by the tests: whoever hears how a build gets on can hold it up
//! at every page, and break it.

mod support;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use guidepost::edge::build::{BuildOptions, build};
use guidepost::edge::changes::{Changes, Touched};
use guidepost::edge::dev_server::Listen;
use guidepost::edge::onlookers::Onlookers;
use guidepost::edge::watch::warm::{Warm, own_options};
use guidepost::edge::watch::{Told, WatchOptions, watch};
use guidepost::ground::paths::{OutPath, SrcPath};
use jiff::Timestamp;
use support::{NOW, Site, tree};

const FOOTER: &str = "templates/partials/footer.html";
const PATIENCE: Duration = Duration::from_secs(60);

/// A site of so many guides and a footer of its own.
fn site(guides: usize) -> Site {
    let site = Site::new("--- file: guidepost.toml\ntitle = \"Workshop\"\n");
    for number in 0..guides {
        let guide = guide(number, "As it was.");
        site.write(&source(number), guide.as_bytes());
    }
    site.write(FOOTER, b"<p>first footer</p>\n");
    site
}

fn source(number: usize) -> String {
    format!("content/guides/part-{number:03}.md")
}

fn guide(number: usize, body: &str) -> String {
    format!(
        "+++\ntitle = \"Part {number}\"\ndate = 2026-01-02\ndescription = \"A part.\"\n+++\n{body}\n"
    )
}

fn output(number: usize) -> OutPath {
    OutPath::new(&format!("guides/part-{number:03}/index.html")).expect("a path")
}

fn only(path: &str) -> Changes {
    Changes::Only(Touched {
        files: [SrcPath::new(path)].into(),
        ..Touched::default()
    })
}

fn now() -> Timestamp {
    NOW.parse().expect("an instant")
}

/// The files of a clean build, as the watcher's options have it.
fn clean(site: &Site, now: Timestamp) -> std::collections::BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().expect("a folder");
    let options = BuildOptions {
        out: Some(folder.path().join("out")),
        cache: Some(folder.path().join("cache")),
        ..BuildOptions::new(site.root(), now)
    };
    let report = build(&options, &|_, _| {}).expect("a build");
    assert!(!report.failed, "{:#?}", report.diagnostics);
    tree(&folder.path().join("out"))
}

/// What stays in memory of a site that has been built.
fn warm(site: &Site) -> Warm {
    let own = own_options(&site.options()).expect("a site");
    let mut warm = Warm::open(own).expect("nobody else watches");
    let built = warm.rebuild(Changes::Unknown, now(), &|_, _| {}, &Onlookers::NONE);
    assert!(!built.expect("a build").expect("all of it").report.failed);
    warm
}

#[test]
fn the_open_page_stands_before_the_rest() {
    let site = site(40);
    let mut warm = warm(&site);
    let out = warm.out().to_owned();
    let read = |number| fs::read_to_string(output(number).under(&out)).expect("a page");
    site.write(FOOTER, b"<p>second footer</p>\n");
    let seen = Mutex::new(Vec::new());
    let onlookers = Onlookers {
        open: &[output(30), output(31)],
        ahead: &|outputs| {
            let new = outputs.iter().filter(|(_, is_new)| *is_new);
            let outputs: Vec<OutPath> = new.map(|(path, _)| path.clone()).collect();
            let has_new = |number: usize| read(number).contains("second footer");
            let others = (0..40).filter(|number| has_new(*number)).count();
            seen.lock()
                .expect("no panic")
                .push((outputs, has_new(30) && has_new(31), others));
        },
        given_up: &|| false,
    };
    let rebuilt = warm
        .rebuild(only(FOOTER), now(), &|_, _| {}, &onlookers)
        .expect("a build")
        .expect("all of it");
    let seen = seen.into_inner().expect("no panic");
    assert_eq!(seen, [(vec![output(30), output(31)], true, 2)]);
    let written = &rebuilt.report.written.written;
    assert!(written.contains(&output(30)) && written.contains(&output(0)));
    assert!(tree(&out) == clean(&site, now()));
    warm.close().expect("a clean end");
}

#[test]
fn what_was_shown_is_taken_back_where_the_rest_fails_or_is_given_up() {
    let site = site(40);
    let mut warm = warm(&site);
    let out = warm.out().to_owned();
    let before = tree(&out);
    let shown = AtomicBool::new(false);
    let ahead = |_: &[(OutPath, bool)]| shown.store(true, Ordering::SeqCst);
    // One page other than the open one cannot be made.
    let broken = "{% if page.title == \"Part 7\" %}{{ page.title / 2 }}{% endif %}<p>b</p>\n";
    site.write(FOOTER, broken.as_bytes());
    let onlookers = Onlookers {
        open: &[output(30)],
        ahead: &ahead,
        given_up: &|| false,
    };
    let rebuilt = warm
        .rebuild(only(FOOTER), now(), &|_, _| {}, &onlookers)
        .expect("a build")
        .expect("all of it");
    assert!(rebuilt.report.failed, "{:?}", rebuilt.report.written);
    assert!(shown.swap(false, Ordering::SeqCst));
    assert!(tree(&out) == before);
    site.write(FOOTER, b"<p>third footer</p>\n");
    let onlookers = Onlookers {
        given_up: &|| shown.load(Ordering::SeqCst),
        ..onlookers
    };
    let given_up = warm.rebuild(only(FOOTER), now(), &|_, _| {}, &onlookers);
    assert!(given_up.expect("no error").is_none() && shown.load(Ordering::SeqCst));
    assert!(tree(&out) == before);
    // The change is not forgotten.
    let rebuilt = warm.rebuild(Changes::none(), now(), &|_, _| {}, &Onlookers::NONE);
    assert!(!rebuilt.expect("a build").expect("all of it").report.failed);
    assert!(tree(&out) == clean(&site, now()));
    warm.close().expect("a clean end");
}

#[test]
fn what_was_parsed_before_a_build_was_given_up_is_not_parsed_again() {
    let site = site(60);
    let own = own_options(&site.options()).expect("a site");
    let mut warm = Warm::open(own).expect("nobody else watches");
    let asked = AtomicUsize::new(0);
    let onlookers = Onlookers {
        given_up: &|| asked.fetch_add(1, Ordering::SeqCst) > 30,
        ..Onlookers::NONE
    };
    let given_up = warm.rebuild(Changes::Unknown, now(), &|_, _| {}, &onlookers);
    assert!(given_up.expect("no error").is_none());
    let rebuilt = warm
        .rebuild(Changes::Unknown, now(), &|_, _| {}, &Onlookers::NONE)
        .expect("a build")
        .expect("all of it");
    let parsed = rebuilt.report.steps.parsed;
    assert!(parsed > 0 && parsed < 40, "{parsed} were parsed");
    assert!(tree(warm.out()) == clean(&site, now()));
    // The cache knows them all: a body edit parses its own page alone.
    site.write(&source(3), guide(3, "Another body.").as_bytes());
    let rebuilt = warm
        .rebuild(only(&source(3)), now(), &|_, _| {}, &Onlookers::NONE)
        .expect("a build")
        .expect("all of it");
    let steps = rebuilt.report.steps;
    assert_eq!((steps.parsed, steps.rendered), (1, 1));
    warm.close().expect("a clean end");
}

/// What a watcher told, and when: how many pages had been made until then.
#[derive(Debug)]
enum Heard {
    Ready(Option<SocketAddr>),
    Rebuilt { failed: bool, written: Vec<String> },
    Failed,
    Note(String),
    Settled,
}

/// The knobs of a watcher under test.
#[derive(Default)]
struct Knobs {
    /// Pages made or asked for so far.
    pages: AtomicUsize,
    /// Milliseconds that each takes.
    slow: AtomicU64,
    /// Whether the next breaks the build.
    breaks: AtomicBool,
    /// Seconds that the clock is ahead.
    late: AtomicI64,
}

/// A watcher under test. It ends with the process.
struct Watched {
    site: Site,
    knobs: Arc<Knobs>,
    heard: Receiver<Heard>,
}

impl Watched {
    fn new(site: Site, serves: bool, poll: bool) -> Self {
        let knobs = Arc::new(Knobs::default());
        let (sender, heard) = channel();
        let (root, of_thread) = (site.root().to_owned(), Arc::clone(&knobs));
        std::thread::spawn(move || {
            let knobs = of_thread;
            let clock = || {
                let late = knobs.late.load(Ordering::SeqCst);
                now() + jiff::SignedDuration::from_secs(late)
            };
            let options = WatchOptions {
                build: BuildOptions::new(&root, now()),
                listen: serves.then(Listen::default),
                navigate: false,
                poll,
                now: &clock,
                progress: &|_, _| {
                    knobs.pages.fetch_add(1, Ordering::SeqCst);
                    let slow = knobs.slow.load(Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(slow));
                    assert!(!knobs.breaks.swap(false, Ordering::SeqCst), "as wanted");
                },
            };
            let ended = watch(&options, &mut |told| {
                // The test may be over.
                let _ = sender.send(match told {
                    Told::Ready { address, .. } => Heard::Ready(address),
                    Told::Rebuilt(rebuilt) => Heard::Rebuilt {
                        failed: rebuilt.report.failed,
                        written: rebuilt
                            .report
                            .written
                            .written
                            .iter()
                            .map(OutPath::to_string)
                            .collect(),
                    },
                    Told::Failed(_) => Heard::Failed,
                    Told::Note(note) => Heard::Note(note.to_owned()),
                    Told::Settled => Heard::Settled,
                });
            });
            ended.expect("a watcher");
        });
        Self { site, knobs, heard }
    }

    /// Waits until something is heard of which `wanted` makes something.
    fn wait<T>(&self, wanted: impl Fn(&Heard) -> Option<T>) -> T {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let heard = self.heard.recv_timeout(left).expect("what is waited for");
            if let Some(found) = wanted(&heard) {
                return found;
            }
        }
    }

    fn settle(&self) {
        self.wait(|heard| matches!(heard, Heard::Settled).then_some(()));
    }

    /// Waits for a rebuild that did not fail, and says what it wrote.
    fn rebuilt(&self) -> Vec<String> {
        self.wait(|heard| match heard {
            Heard::Rebuilt { failed, written } => {
                assert!(!failed);
                Some(written.clone())
            }
            _ => None,
        })
    }

    fn pages(&self) -> usize {
        self.knobs.pages.load(Ordering::SeqCst)
    }

    fn tree(&self) -> PathBuf {
        self.site.root().join(".guidepost/watch/site")
    }
}

/// A site that was built by a watcher before, and is not in memory.
fn built_before(site: Site) -> Site {
    warm(&site).close().expect("a clean end");
    site
}

#[test]
fn a_save_does_not_wait_until_the_site_is_in_memory() {
    let watched = Watched::new(built_before(site(100)), false, false);
    watched.rebuilt();
    watched.knobs.slow.store(40, Ordering::SeqCst);
    let end = Instant::now() + PATIENCE;
    while watched.pages() == 0 {
        assert!(Instant::now() < end, "it is never brought into memory");
        std::thread::sleep(Duration::from_millis(5));
    }
    let before = watched.pages();
    // The same words: what other pages show of it is the same.
    let guide = guide(50, "As it *was*.");
    watched.site.write(&source(50), guide.as_bytes());
    let written = watched.rebuilt();
    assert_eq!(written, [output(50).to_string()]);
    let meanwhile = watched.pages() - before;
    assert!(meanwhile < 50, "it waited for {meanwhile} pages");
    watched.knobs.slow.store(0, Ordering::SeqCst);
    watched.settle();
    assert!(tree(&watched.tree()) == clean(&watched.site, now()));
}

#[test]
fn a_fault_while_the_site_is_brought_into_memory_ends_nothing() {
    let watched = Watched::new(built_before(site(10)), false, false);
    watched.rebuilt();
    watched.knobs.breaks.store(true, Ordering::SeqCst);
    watched.wait(|heard| match heard {
        Heard::Note(note) => note.contains("itself failed").then_some(()),
        _ => None,
    });
    watched
        .site
        .write(&source(5), guide(5, "Another body.").as_bytes());
    watched.rebuilt();
    watched.settle();
    assert!(tree(&watched.tree()) == clean(&watched.site, now()));
}

#[test]
fn what_time_changes_while_the_site_is_brought_into_memory_is_told() {
    let site = site(10);
    let guide = "+++\ntitle = \"Later\"\ndate = 2026-06-16\n+++\nText.\n";
    site.write("content/guides/later.md", guide.as_bytes());
    let watched = Watched::new(built_before(site), false, false);
    watched.rebuilt();
    watched.knobs.late.store(3 * 86_400, Ordering::SeqCst);
    let written = watched.rebuilt();
    let later = "guides/later/index.html".to_owned();
    assert!(written.contains(&later), "{written:?}");
    watched.settle();
    let then = now() + jiff::SignedDuration::from_hours(72);
    assert!(tree(&watched.tree()) == clean(&watched.site, then));
}

/// An open page: what its event stream says.
struct Page {
    stream: TcpStream,
    heard: String,
    address: SocketAddr,
    path: String,
}

impl Page {
    fn open(address: SocketAddr, number: usize) -> Self {
        let path = format!("/guides/part-{number:03}/");
        let page = get(address, &path);
        let at = page.split_once("data-guidepost-at=\"").expect("a state").1;
        let at = at.split_once('"').expect("a state").0;
        let mut stream = connect(address);
        let request = format!(
            "GET /__guidepost/events?page={path}&at={at} HTTP/1.1\r\nHost: {address}\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).expect("a request");
        let mut page = Self {
            stream,
            heard: String::new(),
            address,
            path,
        };
        page.wait("event: mended");
        page
    }

    /// Waits until words are heard; what was heard before is forgotten.
    fn wait(&mut self, words: &str) {
        // A stream that has nothing to say says so, so that no read times out.
        let end = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < end, "`{words}` is not in {}", self.heard);
            if let Some(at) = self.heard.find(words) {
                self.heard.drain(..at + words.len());
                return;
            }
            let mut bytes = [0; 4096];
            let length = self.stream.read(&mut bytes).expect("an event");
            assert!(length > 0, "`{words}` is not in {}", self.heard);
            let text = String::from_utf8_lossy(&bytes[..length]);
            self.heard.push_str(&text);
        }
    }

    /// Shows itself again whenever it is told to, until it shows these words.
    fn reload(&mut self, words: &str) -> String {
        loop {
            self.wait("\"page\":true");
            let page = get(self.address, &self.path);
            if page.contains(words) {
                return page;
            }
        }
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("a connection");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream
}

fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = connect(address);
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("a request");
    let mut text = String::new();
    stream.read_to_string(&mut text).expect("an answer");
    text
}

#[test]
fn the_open_page_is_told_first_and_the_rest_follows() {
    let watched = Watched::new(site(100), true, false);
    let address = watched
        .wait(|heard| match heard {
            Heard::Ready(address) => Some(*address),
            _ => None,
        })
        .expect("an address");
    watched.settle();
    let mut page = Page::open(address, 60);
    watched.knobs.slow.store(40, Ordering::SeqCst);
    let before = watched.pages();
    watched.site.write(FOOTER, b"<p>second footer</p>\n");
    page.reload("second footer");
    let meanwhile = watched.pages() - before;
    assert!(meanwhile < 20, "it waited for {meanwhile} pages");
    assert!(get(address, "/guides/part-061/").contains("first footer"));
    // Another save while the rest is being made.
    let guide = guide(60, "Another body.");
    watched.site.write(&source(60), guide.as_bytes());
    let text = page.reload("Another body");
    assert!(text.contains("second footer"));
    let meanwhile = watched.pages() - before;
    assert!(meanwhile < 90, "it waited for {meanwhile} pages");
    // And one that takes the first back.
    watched.site.write(FOOTER, b"<p>first footer</p>\n");
    page.reload("first footer");
    let meanwhile = watched.pages() - before;
    assert!(meanwhile < 90, "it waited for {meanwhile} pages");
    watched.knobs.slow.store(0, Ordering::SeqCst);
    watched.rebuilt();
    watched.settle();
    assert!(tree(&watched.tree()) == clean(&watched.site, now()));
    // A page that is shown first and then does not stand is told so.
    let broken = "{% if page.title == \"Part 7\" %}{{ page.title / 2 }}{% endif %}<p>b</p>\n";
    watched.knobs.slow.store(20, Ordering::SeqCst);
    watched.site.write(FOOTER, broken.as_bytes());
    page.reload("<p>b</p>");
    page.reload("first footer");
    page.wait("event: problem");
    page.wait("footer.html");
}

#[test]
fn without_events_saves_are_seen_by_looking() {
    let watched = Watched::new(site(10), false, true);
    watched.settle();
    watched
        .site
        .write(&source(3), guide(3, "Seen by looking.").as_bytes());
    let written = watched.rebuilt();
    assert!(written.contains(&output(3).to_string()), "{written:?}");
    watched.site.remove(&source(4));
    watched.rebuilt();
    watched
        .site
        .write("content/guides/new.md", guide(11, "New.").as_bytes());
    let written = watched.rebuilt();
    let new = "guides/new/index.html".to_owned();
    assert!(written.contains(&new), "{written:?}");
    assert!(tree(&watched.tree()) == clean(&watched.site, now()));
}

#[cfg(target_os = "linux")]
#[test]
fn looking_costs_little_where_nothing_happens() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};

    let site = site(30);
    let mut child = Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .arg("--root")
        .arg(site.root())
        .args(["watch", "--no-serve", "--poll", "--json", "--now", NOW])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary runs");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let settled = lines.any(|line| line.is_ok_and(|line| line.contains("\"settled\"")));
    let spent = || -> u64 {
        let path = format!("/proc/{}/stat", child.id());
        let text = fs::read_to_string(path).expect("a process");
        let fields = text.rsplit_once(')').expect("a name").1;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        fields[11].parse::<u64>().expect("ticks") + fields[12].parse::<u64>().expect("ticks")
    };
    let before = spent();
    std::thread::sleep(Duration::from_secs(4));
    let ticks = spent() - before;
    let _ = child.kill();
    let _ = child.wait();
    assert!(settled);
    // A hundred a second are all of a processor.
    assert!(ticks < 40, "{ticks} ticks in four seconds");
}

/// A folder that is moved away and back at once is the same folder, and yet the
/// system has let go of it.
#[test]
fn a_folder_that_was_moved_away_and_back_is_still_watched() {
    let watched = Watched::new(site(10), false, false);
    watched.settle();
    let content = watched.site.root().join("content");
    let away = watched.site.root().join("away");
    fs::rename(&content, &away).expect("a folder");
    fs::rename(&away, &content).expect("a folder");
    watched.settle();
    watched
        .site
        .write(&source(3), guide(3, "Seen all the same.").as_bytes());
    let page = output(3).to_string();
    watched.wait(|heard| match heard {
        Heard::Rebuilt { written, .. } => written.contains(&page).then_some(()),
        _ => None,
    });
}
