//! The shared cache: what machines take from each other decides no byte.

#[path = "shared_cache/server.rs"]
mod server;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use guidepost::edge::build::{BuildOptions, BuildReport, build};
use guidepost::edge::shared_cache::Access;
use guidepost::edge::shared_cache::fill::{FillError, fill};
use guidepost::engine::seal::Secret;
use server::{Conduct, Server};
use support::{Site, tree};

const GUIDES: usize = 24;
const KEY: &str = "correct horse battery staple";

/// What a slow machine may need for what brings something.
const LONG: Duration = Duration::from_secs(60);

/// A site whose shared cache is at `remote`.
fn site(remote: &str) -> Site {
    let site = Site::new(&format!(
        "--- file: guidepost.toml\ntitle = \"Shared\"\n[cache]\nremote = \"{remote}\"\n"
    ));
    for guide in 0..GUIDES {
        let section = ["network", "power"][guide % 2];
        let text = format!(
            "+++\ntitle = \"Guide {guide}\"\ntags = [\"t{}\"]\n[meta]\nstack = [\"s{guide}\"]\n+++\n\
             Look at [another](guide-{}.md) and [nothing](none-{guide}.md).\n\n\
             ## Step\n\n```bash\nsystemctl restart unit-{guide} # again\n```\n\n```yaml\nkey: {}\n```\n",
            guide % 3,
            (guide + 2) % GUIDES,
            guide / 2,
        );
        site.write(
            &format!("content/{section}/guide-{guide}.md"),
            text.as_bytes(),
        );
    }
    site
}

fn access() -> Access {
    Access {
        secret: Some(Secret::new(KEY)),
        patience: LONG,
        ..Access::default()
    }
}

fn build_with(site: &Site, access: Access) -> BuildReport {
    let options = BuildOptions {
        shared: Some(access),
        ..site.options()
    };
    let report = build(&options, &|_, _| {}).expect("a build");
    assert!(!report.failed, "{:#?}", report.diagnostics);
    report
}

/// A clean local build: its files and findings.
fn clean() -> (BTreeMap<String, Vec<u8>>, Vec<String>) {
    let site = site("unused");
    let report = site.build_well();
    (site.tree(), support::findings(&report))
}

fn assert_is_clean(site: &Site, report: &BuildReport) {
    let (files, findings) = clean();
    assert_eq!(support::findings(report), findings);
    assert!(site.tree() == files, "a byte differs");
    assert!(findings.iter().any(|found| found.contains("broken-link")));
}

fn folder() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().join("shared").display().to_string();
    (folder, name)
}

/// The packs below a folder.
fn packs(remote: &str) -> Vec<PathBuf> {
    let mut packs: Vec<PathBuf> = walkdir::WalkDir::new(remote)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect();
    packs.sort();
    packs
}

/// Fills a folder from one clone.
fn filled() -> (tempfile::TempDir, String) {
    let (folder, remote) = folder();
    let first = site(&remote);
    let report = build_with(&first, access());
    assert_eq!(report.steps.parsed, GUIDES);
    let shared = report.shared.unwrap();
    // Each guide, its own block of shell, and a block that two guides share.
    assert_eq!(shared.given, 2 * GUIDES + GUIDES / 2);
    assert_eq!(shared.warning, None);
    (folder, remote)
}

#[test]
fn seven_more_clones_parse_and_highlight_nothing() {
    let (_folder, remote) = filled();
    let before = packs(&remote);
    for _ in 0..7 {
        let clone = site(&remote);
        let report = build_with(&clone, access());
        assert_eq!((report.steps.parsed, report.steps.highlighted), (0, 0));
        assert_is_clean(&clone, &report);
        let shared = report.shared.unwrap();
        assert_eq!((shared.given, shared.warning), (0, None));
        assert!(shared.fetched > 2 * GUIDES);
        // What came is remembered: the next build asks nobody.
        let again = build_with(&clone, access());
        assert_eq!((again.steps.parsed, again.shared), (0, None));
    }
    assert_eq!(packs(&remote), before);
}

#[test]
fn another_clone_takes_what_is_the_same_and_gives_what_is_not() {
    let (_folder, remote) = filled();
    let clone = site(&remote);
    clone.write(
        "content/power/guide-1.md",
        b"# Another\n\n```sh\necho new\n```\n",
    );
    let report = build_with(&clone, access());
    assert_eq!((report.steps.parsed, report.steps.highlighted), (1, 1));
    assert_eq!(report.shared.unwrap().given, 2);
    let next = site(&remote);
    next.write(
        "content/power/guide-1.md",
        b"# Another\n\n```sh\necho new\n```\n",
    );
    let report = build_with(&next, access());
    assert_eq!((report.steps.parsed, report.steps.highlighted), (0, 0));
    // Where the configuration differs, guides are parsed, blocks are known.
    let other = site(&remote);
    let config = fs::read_to_string(other.root().join("guidepost.toml")).unwrap();
    other.write(
        "guidepost.toml",
        format!("{config}[similar]\nwords = 1\n").as_bytes(),
    );
    let report = build_with(&other, access());
    assert_eq!((report.steps.parsed, report.steps.highlighted), (GUIDES, 0));
}

#[test]
fn eight_at_once_over_an_empty_one() {
    let (_folder, remote) = folder();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let clone = site(&remote);
                let report = build_with(&clone, access());
                assert_is_clean(&clone, &report);
                assert_eq!(report.shared.unwrap().warning, None);
            });
        }
    });
    let last = site(&remote);
    let report = build_with(&last, access());
    assert_eq!((report.steps.parsed, report.steps.highlighted), (0, 0));
    assert_is_clean(&last, &report);
}

#[test]
fn many_small_packs_are_merged_and_nothing_is_lost() {
    let (_folder, remote) = folder();
    let one = |guide: usize| {
        let site = Site::new(&format!(
            "--- file: guidepost.toml\n[cache]\nremote = \"{remote}\"\n"
        ));
        let text = format!("# Guide {guide}\n\n```sh\necho {guide}\n```\n");
        site.write(&format!("content/guide-{guide}.md"), text.as_bytes());
        site
    };
    let mut most = 0;
    for guide in 0..40 {
        build_with(&one(guide), access());
        most = most.max(packs(&remote).len());
    }
    assert!((10..=20).contains(&most), "{most}");
    for guide in 0..40 {
        let report = build_with(&one(guide), access());
        assert_eq!((report.steps.parsed, report.steps.highlighted), (0, 0));
    }
}

#[test]
fn who_may_only_read_gives_nothing() {
    let (_folder, remote) = folder();
    let read_only = || Access {
        read_only: true,
        ..access()
    };
    let report = build_with(&site(&remote), read_only());
    assert_eq!(report.shared.unwrap().given, 0);
    assert!(!Path::new(&remote).exists());
    let configured = site(&remote);
    let config = fs::read_to_string(configured.root().join("guidepost.toml")).unwrap();
    configured.write(
        "guidepost.toml",
        format!("{config}remote-read-only = true\n").as_bytes(),
    );
    build_with(&configured, access());
    assert!(!Path::new(&remote).exists());
    let refused = fill(
        &BuildOptions {
            shared: Some(access()),
            ..configured.options()
        },
        &[],
    );
    assert!(matches!(refused, Err(FillError::ReadOnly)));
    build_with(&site(&remote), access());
    let before = packs(&remote);
    assert!(!before.is_empty());
    let reader = site(&remote);
    reader.write("content/new.md", b"# New\n");
    let report = build_with(&reader, read_only());
    assert_eq!(report.steps.parsed, 1);
    assert_eq!(packs(&remote), before);
}

#[test]
fn a_build_without_a_cache_uses_none() {
    let (_folder, remote) = filled();
    let clone = site(&remote);
    let options = BuildOptions {
        shared: Some(access()),
        no_cache: true,
        ..clone.options()
    };
    let report = build(&options, &|_, _| {}).unwrap();
    assert_eq!((report.steps.parsed, report.shared), (GUIDES, None));
}

#[test]
fn what_bears_another_mark_is_not_believed() {
    let (_folder, remote) = filled();
    for secret in [None, Some(Secret::new("incorrect horse battery staple"))] {
        let clone = site(&remote);
        let report = build_with(
            &clone,
            Access {
                secret,
                read_only: true,
                ..access()
            },
        );
        assert_eq!(report.steps.parsed, GUIDES);
        assert_is_clean(&clone, &report);
        let warning = report.shared.unwrap().warning.unwrap();
        assert!(warning.contains("not believed"), "{warning}");
    }
}

/// Damages every pack, builds and compares.
fn damaged(damage: impl Fn(&mut Vec<u8>)) {
    let (_folder, remote) = filled();
    for pack in packs(&remote) {
        let mut bytes = fs::read(&pack).unwrap();
        damage(&mut bytes);
        fs::write(&pack, bytes).unwrap();
    }
    let clone = site(&remote);
    let report = build_with(&clone, access());
    assert!(report.steps.parsed + report.steps.highlighted > 0);
    assert_is_clean(&clone, &report);
    assert!(report.shared.unwrap().warning.is_some());
}

#[test]
fn flipped_bits_are_misses() {
    for part in 0..8 {
        damaged(|bytes| {
            let at = bytes.len() * part / 8;
            bytes[at] ^= 1;
        });
    }
    damaged(|bytes| bytes.iter_mut().for_each(|byte| *byte ^= 0x80));
}

#[test]
fn packs_cut_short_are_misses() {
    for part in [0, 1, 4, 7] {
        damaged(|bytes| bytes.truncate(bytes.len() * part / 8));
    }
}

#[test]
fn packs_of_another_site_are_no_use_and_no_harm() {
    let (_folder, remote) = folder();
    let other = Site::new(&format!(
        "--- file: guidepost.toml\n[cache]\nremote = \"{remote}\"\n--- file: content/power/guide-1.md\n# Else\n"
    ));
    build_with(&other, access());
    let clone = site(&remote);
    let report = build_with(&clone, access());
    assert_eq!(report.steps.parsed, GUIDES);
    assert_is_clean(&clone, &report);
    assert_eq!(report.shared.unwrap().warning, None);
}

#[test]
fn sections_are_filled_apart_and_built_together() {
    let (_folder, remote) = folder();
    let mut parsed = 0;
    for section in ["network", "power"] {
        let machine = site(&remote);
        let options = BuildOptions {
            shared: Some(access()),
            ..machine.options()
        };
        let folder = machine.root().join("content").join(section);
        let filled = fill(&options, &[folder]).unwrap();
        assert_eq!((filled.guides, filled.parsed), (GUIDES / 2, GUIDES / 2));
        assert_eq!(filled.exchanged.warning, None);
        assert_eq!(filled.exchanged.given, filled.parsed + filled.highlighted);
        parsed += filled.parsed;
        assert!(!machine.out().exists());
        let again = fill(&options, &[]).unwrap();
        assert_eq!(again.parsed, GUIDES - parsed, "nothing is parsed twice");
        if parsed < GUIDES {
            fs::remove_dir_all(&remote).unwrap();
            fill(&options, &[machine.root().join("content").join(section)]).unwrap();
        }
    }
    let whole = site(&remote);
    let report = build_with(&whole, access());
    assert_eq!((report.steps.parsed, report.steps.highlighted), (0, 0));
    assert_is_clean(&whole, &report);
}

/// Access to a bucket behind an address of this machine.
fn bucket(port: u16, patience: Duration) -> Access {
    let environment = [
        ("AWS_ENDPOINT", format!("http://127.0.0.1:{port}")),
        ("AWS_ALLOW_HTTP", "true".to_owned()),
        ("AWS_ACCESS_KEY_ID", "planted-id".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "planted-secret".to_owned()),
    ];
    Access {
        environment: environment
            .map(|(name, value)| (name.to_owned(), value))
            .to_vec(),
        patience,
        ..access()
    }
}

#[test]
fn a_bucket_serves_as_a_folder_does() {
    let server = Server::start(Conduct::Well);
    let access = || bucket(server.port(), LONG);
    let first = build_with(&site("s3://bucket/some/where"), access());
    let shared = first.shared.unwrap();
    assert_eq!(shared.warning, None);
    assert!(shared.given > GUIDES);
    let clone = site("s3://bucket/some/where");
    let report = build_with(&clone, access());
    assert_eq!((report.steps.parsed, report.steps.highlighted), (0, 0));
    assert_is_clean(&clone, &report);
}

/// Builds with a remote that is no good: one warning, one second, no byte.
fn no_good(port: u16) {
    let began = Instant::now();
    let local = site("unused");
    local.build_well();
    let alone = began.elapsed();
    let clone = site("s3://bucket/x");
    let began = Instant::now();
    let report = build_with(&clone, bucket(port, Duration::from_secs(1)));
    let took = began.elapsed();
    // Twice the time alone: others build on this machine, too.
    let most = alone * 3 + Duration::from_millis(1900);
    assert!(took < most, "{took:?}, and {alone:?} alone");
    assert_is_clean(&clone, &report);
    assert!(report.shared.unwrap().warning.is_some());
}

#[test]
fn an_address_where_nobody_is_costs_a_warning() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    no_good(port);
}

#[test]
fn servers_that_misbehave_cost_a_second() {
    for conduct in [
        Conduct::Silent,
        Conduct::Drip,
        Conduct::Garbage,
        Conduct::Error(500),
        Conduct::Error(403),
    ] {
        no_good(Server::start(conduct).port());
    }
}

#[test]
fn a_server_that_tires_costs_a_second() {
    let server = Server::start(Conduct::Well);
    build_with(&site("s3://bucket/x"), bucket(server.port(), LONG));
    for conduct in [
        Conduct::DripBodies,
        Conduct::CutBodies,
        Conduct::SilentBodies,
        Conduct::WrongBodies,
        Conduct::NoBodies,
    ] {
        server.conduct(conduct);
        let clone = site("s3://bucket/x");
        let began = Instant::now();
        let report = build_with(
            &clone,
            Access {
                read_only: true,
                ..bucket(server.port(), Duration::from_secs(1))
            },
        );
        assert!(began.elapsed() < Duration::from_secs(8), "{conduct:?}");
        assert_is_clean(&clone, &report);
        let warned = report.shared.unwrap().warning.is_some();
        assert_eq!(warned, conduct != Conduct::NoBodies, "{conduct:?}");
    }
}

#[test]
fn a_server_that_takes_nothing_holds_up_no_build() {
    let server = Server::start(Conduct::SilentPuts);
    no_good(server.port());
}

fn guidepost(site: &Site, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_guidepost"))
        .args(arguments)
        .arg("--root")
        .arg(site.root())
        .current_dir(site.root())
        .envs(variables.iter().copied())
        .output()
        .expect("the program runs")
}

#[test]
fn no_secret_is_printed_or_kept() {
    let (folder, remote) = folder();
    let server = Server::start(Conduct::Error(403));
    let endpoint = format!("http://127.0.0.1:{}", server.port());
    let planted = "planted-0123456789-secret";
    let variables = [
        ("GUIDEPOST_CACHE_KEY", planted),
        ("AWS_ENDPOINT", &endpoint),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_ACCESS_KEY_ID", planted),
        ("AWS_SECRET_ACCESS_KEY", planted),
        ("AWS_SESSION_TOKEN", planted),
    ];
    let hidden = |bytes: &[u8], what: &str| {
        let found = bytes
            .windows(planted.len())
            .any(|window| window == planted.as_bytes());
        assert!(!found, "{what} holds the secret");
    };
    for remote in [remote.as_str(), "s3://bucket/x"] {
        for arguments in [
            &["build", "--verbose"][..],
            &["build", "--json", "--out", "other"],
            &["cache", "fill"],
            &["cache", "fill", "--json"],
        ] {
            let site = site(remote);
            let output = guidepost(&site, arguments, &variables);
            let what = format!("{arguments:?}");
            hidden(&output.stdout, &what);
            hidden(&output.stderr, &what);
            for (path, bytes) in tree(site.root()) {
                hidden(&bytes, &path);
            }
        }
    }
    let kept = tree(folder.path());
    assert!(!kept.is_empty());
    for (path, bytes) in kept {
        hidden(&bytes, &path);
    }
}

#[test]
fn the_program_says_what_was_exchanged() {
    let (_folder, remote) = folder();
    let key = [("GUIDEPOST_CACHE_KEY", KEY)];
    let text = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let first = guidepost(&site(&remote), &["build"], &key);
    assert!(
        text(&first).contains("shared cache: 0 entries fetched"),
        "{}",
        text(&first)
    );
    let second = guidepost(&site(&remote), &["build", "--json"], &key);
    let document: serde_json::Value = serde_json::from_slice(&second.stdout).unwrap();
    assert_eq!(document["steps"]["parsed"], 0);
    assert_eq!(document["shared"]["given"], 0);
    assert!(document["shared"]["fetched"].as_u64().unwrap() > GUIDES as u64);
    let before = packs(&remote);
    let reader = site(&remote);
    reader.write("content/new.md", b"# New\n");
    let read_only = [
        ("GUIDEPOST_CACHE_KEY", KEY),
        ("GUIDEPOST_CACHE_READ_ONLY", "1"),
    ];
    assert!(guidepost(&reader, &["build"], &read_only).status.success());
    assert_eq!(packs(&remote), before);
    let short = guidepost(
        &site(&remote),
        &["build"],
        &[("GUIDEPOST_CACHE_KEY", "short")],
    );
    assert_eq!(short.status.code(), Some(2));
    assert!(!text(&short).contains("`short`"), "{}", text(&short));
}
