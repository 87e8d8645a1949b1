//! Publishing to a store: the order, what a broken publication leaves, faults,
//! races, guards and rollback. Targets that are real servers are in `run`.

mod command;
mod site;
mod store;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use guidepost::content::config::PublishOptions;
use guidepost::edge::publish::Remote;
use guidepost::edge::publish::plan::Action;
use guidepost::edge::publish::retry::{Attempts, Patience};
use guidepost::edge::publish::session::{Job, Report, Task, session};
use jiff::Timestamp;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore as _, ObjectStoreExt as _, PutPayload};

use site::{Site, crawl, read, standing};
use store::Store;

/// A publisher with a clock of its own.
struct Publisher {
    store: Store,
    options: PublishOptions,
    clock: Arc<AtomicI64>,
    adopt: bool,
    allow_deletes: Option<usize>,
    site: &'static str,
}

impl Publisher {
    fn at(store: Store) -> Self {
        Self {
            store,
            options: PublishOptions {
                keep_assets: 0,
                ..PublishOptions::default()
            },
            clock: Arc::new(AtomicI64::new(1_800_000_000)),
            adopt: false,
            allow_deletes: Some(1000),
            site: "a site",
        }
    }

    async fn run(&self, task: Task, site: &Site, dry_run: bool) -> Result<Report, String> {
        let patience = Patience {
            attempts: 6,
            first: Duration::from_micros(10),
            longest: Duration::from_micros(100),
            attempt: Duration::from_millis(10),
            budget: Duration::from_secs(5),
        };
        let remote = Remote {
            store: Arc::new(self.store.clone()),
            prefix: Path::default(),
            keeps_headers: true,
            is_folder: false,
            attempts: Arc::new(Attempts::new(patience)),
        };
        // Each run is a minute later than the one before it.
        let clock = Arc::clone(&self.clock);
        let tick = clock.fetch_add(60, Ordering::SeqCst);
        let job = Job {
            site: Some(self.site.to_owned()),
            task,
            entries: site.entries(&self.options),
            bytes: &|entry| Ok(site.0[entry.path.as_str()].clone()),
            options: &self.options,
            dry_run,
            adopt: self.adopt,
            allow_deletes: self.allow_deletes,
            now: Arc::new(move || Timestamp::from_second(clock.load(Ordering::SeqCst)).unwrap()),
            token: format!("publisher {tick}"),
        };
        session(&remote, job, &|_| {}).await
    }

    async fn publish(&self, site: &Site) -> Report {
        self.run(Task::Publish, site, false).await.unwrap()
    }

    /// Publishes, and it must succeed.
    async fn good(&self, site: &Site) -> Report {
        let report = self.publish(site).await;
        assert!(report.is_good(), "{report:?}");
        report
    }

    /// Lets the claim of a dead publisher expire.
    fn wait(&self) {
        self.clock.fetch_add(300, Ordering::SeqCst);
    }
}

fn names(report: &Report) -> Vec<&'static str> {
    report.refusals.iter().map(|refusal| refusal.name).collect()
}

fn before() -> Site {
    Site::new(0..60, "one")
}

/// All pictures and the style have other names; a third of the pages is gone,
/// and as many are new.
fn after() -> Site {
    Site::new(20..80, "two")
}

/// Paths of the site that were sent.
fn sent(writes: &[(&str, String)]) -> BTreeSet<String> {
    let own = |path: &&String| !path.starts_with(".guidepost/");
    let puts = writes.iter().filter(|(kind, _)| *kind == "put");
    puts.map(|(_, path)| path).filter(own).cloned().collect()
}

#[tokio::test]
async fn stopped_after_any_write_no_reader_stumbles_and_the_next_run_sends_the_rest_alone() {
    let first = Publisher::at(Store::over(InMemory::new()));
    first.good(&before()).await;
    let whole = Publisher::at(first.store.fork());
    whole.good(&after()).await;
    let all = whole.store.take_writes();
    assert!(all.len() > 250, "{} writes", all.len());
    let wanted = sent(&all);
    for stop in 0..all.len() {
        let publisher = Publisher::at(first.store.fork());
        publisher.store.dies_after(stop);
        let report = publisher.run(Task::Publish, &after(), false).await;
        assert!(!report.is_ok_and(|report| report.is_good()) || stop + 1 == all.len());
        assert_eq!(crawl(&publisher.store).await, [""; 0], "after {stop}");
        let once = sent(&publisher.store.take_writes());
        publisher.store.dies_after(usize::MAX);
        publisher.wait();
        publisher.good(&after()).await;
        let then = sent(&publisher.store.take_writes());
        assert!(once.is_disjoint(&then), "sent twice, after {stop}");
        assert_eq!(&once | &then, wanted, "after {stop}");
        assert_eq!(standing(&publisher.store).await, after(), "after {stop}");
        let kept = |store: &Store| {
            let store = store.clone();
            async move {
                use futures_util::TryStreamExt as _;
                let below = Path::from(".guidepost/objects");
                let listed = store.inner.list(Some(&below));
                let listed: Vec<_> = listed.try_collect().await.unwrap();
                listed
                    .into_iter()
                    .map(|meta| meta.location)
                    .collect::<BTreeSet<_>>()
            }
        };
        assert_eq!(kept(&publisher.store).await, kept(&whole.store).await);
        // Where only the claim's release was missing there is nothing to do, and
        // nothing is written: the claim has expired.
        let last = stop + 1 == all.len();
        for left in ["pending", "claim"]
            .into_iter()
            .take(if last { 1 } else { 2 })
        {
            let path = format!(".guidepost/{left}.json");
            assert_eq!(
                read(&publisher.store, &path).await,
                None,
                "{left}, after {stop}"
            );
        }
        // And it is not done a third time.
        publisher.good(&after()).await;
        assert_eq!(publisher.store.take_writes(), []);
    }
}

#[tokio::test]
async fn a_publication_that_was_broken_off_and_given_up_leaves_nothing_behind() {
    let first = Publisher::at(Store::over(InMemory::new()));
    first.good(&before()).await;
    let records = |store: &Store| {
        let store = store.clone();
        async move {
            use futures_util::TryStreamExt as _;
            let below = Path::from(".guidepost");
            let listed: Vec<_> = store.inner.list(Some(&below)).try_collect().await.unwrap();
            listed.len()
        }
    };
    for stop in (1..260).step_by(7) {
        let publisher = Publisher::at(first.store.fork());
        publisher.store.dies_after(stop);
        let _ = publisher.run(Task::Publish, &after(), false).await;
        publisher.store.dies_after(usize::MAX);
        publisher.wait();
        publisher.good(&before()).await;
        assert_eq!(standing(&publisher.store).await, before(), "after {stop}");
        assert_eq!(crawl(&publisher.store).await, [""; 0], "after {stop}");
        // What was published whole stays to be brought back.
        let listed = publisher.run(Task::List, &before(), false).await.unwrap();
        assert!(listed.earlier.len() <= 2);
        if listed.earlier.is_empty() {
            let most = records(&first.store).await + 1;
            assert!(records(&publisher.store).await <= most, "after {stop}");
        }
    }
}

#[tokio::test]
async fn faults_end_in_the_right_site_or_in_a_loud_failure_without_a_deletion() {
    let first = Publisher::at(Store::over(InMemory::new()));
    let (before, after) = (Site::new(0..12, "one"), Site::new(4..16, "two"));
    first.good(&before).await;
    let (mut right, mut loud) = (0, 0);
    for seed in 0..200_u64 {
        let publisher = Publisher::at(first.store.fork());
        publisher.store.fails(10 + seed * 290 / 199, seed);
        let result = publisher.run(Task::Publish, &after, false).await;
        assert_eq!(crawl(&publisher.store).await, [""; 0], "seed {seed}");
        let writes = publisher.store.take_writes();
        let deleted =
            |(kind, path): &&(&str, String)| *kind == "delete" && !path.starts_with(".guidepost/");
        match result {
            Ok(report) if report.is_good() => {
                right += 1;
                assert_eq!(standing(&publisher.store).await, after, "seed {seed}");
            }
            Ok(report) => {
                loud += 1;
                let told = report.outcome.as_ref().map_or(0, |one| one.failed.len());
                assert!(told + report.refusals.len() > 0, "seed {seed}: {report:?}");
                let new_site_is_whole = |standing: &Site| {
                    after
                        .0
                        .iter()
                        .all(|(path, bytes)| standing.0.get(path) == Some(bytes))
                };
                // A deletion that failed itself is told, and comes last.
                let standing = standing(&publisher.store).await;
                assert!(
                    writes.iter().find(deleted).is_none() || new_site_is_whole(&standing),
                    "seed {seed}"
                );
            }
            Err(words) => {
                loud += 1;
                assert!(!words.is_empty());
                assert_eq!(writes.iter().find(deleted), None, "seed {seed}");
            }
        }
        publisher.store.fails(0, 0);
        publisher.wait();
        publisher.good(&after).await;
        assert_eq!(standing(&publisher.store).await, after, "seed {seed}");
    }
    assert!(right > 100, "{right} right, {loud} loud");
}

#[tokio::test]
async fn nothing_new_writes_nothing_and_a_dry_run_is_what_is_done() {
    let publisher = Publisher::at(Store::over(InMemory::new()));
    let dry = publisher.run(Task::Publish, &before(), true).await.unwrap();
    assert_eq!(publisher.store.take_writes(), []);
    let done = publisher.good(&before()).await.outcome.unwrap().done;
    assert_eq!(dry.plan.actions().cloned().collect::<Vec<_>>(), done);
    publisher.store.take_writes();
    publisher.good(&before()).await;
    assert_eq!(publisher.store.take_writes(), []);
    let dry = publisher.run(Task::Publish, &after(), true).await.unwrap();
    assert_eq!(publisher.store.take_writes(), []);
    let done = publisher.good(&after()).await.outcome.unwrap().done;
    assert_eq!(dry.plan.actions().cloned().collect::<Vec<_>>(), done);
}

#[tokio::test]
async fn one_page_of_many_is_sent_with_what_lists_it_and_headers_are_sent_again() {
    let mut publisher = Publisher::at(Store::over(InMemory::new()));
    let mut site = Site::new(0..500, "one");
    publisher.good(&site).await;
    publisher.store.take_writes();
    site.set("p7/index.html", "<p>new</p>".into());
    site.set("sitemap.xml", "<new>".into());
    publisher.good(&site).await;
    let writes = publisher.store.take_writes();
    let expected = ["p7/index.html", "sitemap.xml"].map(str::to_owned);
    assert_eq!(sent(&writes), expected.into());
    // Two saved, the record remembered and written, the doubt, the claim.
    assert_eq!(writes.len(), 2 + 2 + 2 + 4, "{writes:?}");
    publisher.options.page_max_age = 0;
    publisher.good(&site).await;
    let again = sent(&publisher.store.take_writes());
    assert_eq!(again.len(), 502);
    let page = Path::from("p7/index.html");
    let got = publisher.store.inner.get(&page).await.unwrap();
    let cache = got
        .attributes
        .get(&object_store::Attribute::CacheControl)
        .unwrap();
    assert_eq!(cache.as_ref(), "no-cache");
}

#[tokio::test]
async fn compressed_text_says_so_and_is_the_same_for_readers() {
    let mut publisher = Publisher::at(Store::over(InMemory::new()));
    publisher.options.compress = true;
    let site = Site::new(0..100, "one");
    publisher.good(&site).await;
    let index = Path::from("index.html");
    let got = publisher.store.inner.get(&index).await.unwrap();
    let encoding = got
        .attributes
        .get(&object_store::Attribute::ContentEncoding)
        .unwrap();
    assert_eq!(encoding.as_ref(), "gzip");
    let bytes = got.bytes().await.unwrap();
    let mut text = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(&bytes[..]);
    std::io::Read::read_to_end(&mut decoder, &mut text).unwrap();
    assert_eq!(text, site.0["index.html"]);
    assert!(bytes.len() < text.len() / 2);
    publisher.store.take_writes();
    publisher.good(&site).await;
    assert_eq!(publisher.store.take_writes(), []);
}

#[tokio::test]
async fn of_publishers_at_once_one_wins_and_the_others_change_nothing() {
    for round in 0..30 {
        let first = Publisher::at(Store::over(InMemory::new()));
        if round % 2 == 0 {
            first.good(&before()).await;
        }
        first.store.take_writes();
        let (one, other) = (after(), Site::new(20..80, "three"));
        let (a, b) = tokio::join!(first.publish(&one), first.publish(&other));
        let good = [a.is_good(), b.is_good()];
        assert_eq!(good.iter().filter(|good| **good).count(), 1, "{a:?} {b:?}");
        let (loser, winner) = if good[0] { (&b, &one) } else { (&a, &other) };
        assert!(
            matches!(names(loser)[..], ["claimed" | "raced"]),
            "{loser:?}"
        );
        assert!(loser.outcome.is_none());
        assert_eq!(&standing(&first.store).await, winner);
    }
}

#[tokio::test]
async fn a_store_without_conditions_is_said_to_have_none() {
    let publisher = Publisher::at(Store::over(InMemory::new()));
    publisher
        .store
        .ways
        .ignores_conditions
        .store(true, Ordering::SeqCst);
    let report = publisher.good(&before()).await;
    assert_eq!(report.warnings.len(), 1, "{report:?}");
    assert_eq!(standing(&publisher.store).await, before());
}

#[tokio::test]
async fn somebody_elses_objects_are_never_touched_unasked() {
    let mut publisher = Publisher::at(Store::over(InMemory::new()));
    let put = |path: &'static str| {
        let store = Arc::clone(&publisher.store.inner);
        async move {
            store
                .put(&Path::from(path), PutPayload::from("theirs"))
                .await
                .unwrap();
        }
    };
    put("p7/index.html").await;
    put("theirs.txt").await;
    let refused = publisher.publish(&before()).await;
    assert_eq!(names(&refused), ["not-empty"]);
    assert_eq!(refused.refusals[0].paths, ["p7/index.html", "theirs.txt"]);
    assert_eq!(publisher.store.take_writes(), []);
    publisher.adopt = true;
    publisher.good(&before()).await;
    assert_eq!(
        read(&publisher.store, "theirs.txt").await.unwrap(),
        b"theirs"
    );
    assert_ne!(
        read(&publisher.store, "p7/index.html").await.unwrap(),
        b"theirs"
    );
    publisher.adopt = false;
    put("p77/index.html").await;
    put("p78/index.html").await;
    publisher.store.take_writes();
    let refused = publisher.publish(&after()).await;
    assert_eq!(names(&refused), ["foreign-objects"]);
    assert_eq!(
        refused.refusals[0].paths,
        ["p77/index.html", "p78/index.html"]
    );
    assert_eq!(publisher.store.take_writes(), []);
    publisher.adopt = true;
    publisher.good(&after()).await;
    assert_eq!(
        read(&publisher.store, "theirs.txt").await.unwrap(),
        b"theirs"
    );
    publisher.site = "another site";
    let refused = publisher.publish(&before()).await;
    assert_eq!(names(&refused), ["other-site"]);
}

#[tokio::test]
async fn too_many_deletions_are_refused_until_they_are_allowed() {
    let mut publisher = Publisher::at(Store::over(InMemory::new()));
    publisher.good(&before()).await;
    publisher.store.take_writes();
    publisher.allow_deletes = None;
    let few = Site::new(0..20, "one");
    let refused = publisher.publish(&few).await;
    assert_eq!(names(&refused), ["too-many-deletions"]);
    assert_eq!(publisher.store.take_writes(), []);
    publisher.allow_deletes = Some(refused.refusals[0].paths.len());
    publisher.good(&few).await;
    assert_eq!(standing(&publisher.store).await, few);
}

#[tokio::test]
async fn every_kept_publication_can_be_brought_back_and_no_other_is_paid_for() {
    let mut publisher = Publisher::at(Store::over(InMemory::new()));
    publisher.options.keep = 3;
    publisher.options.keep_assets = 2;
    let editions: Vec<Site> = (0..9_usize)
        .map(|n| Site::new(n..n + 8, &format!("edition {}", n / 2)))
        .collect();
    for edition in &editions {
        publisher.good(edition).await;
        assert_eq!(crawl(&publisher.store).await, [""; 0]);
    }
    let listed = publisher.run(Task::List, &before(), false).await.unwrap();
    assert_eq!(listed.earlier.len(), 3);
    for (back, earlier) in listed.earlier.iter().enumerate() {
        let target = Publisher {
            options: publisher.options.clone(),
            ..Publisher::at(publisher.store.fork())
        };
        let task = Task::Rollback(earlier.id.clone());
        let report = target.run(task, &Site::default(), false).await.unwrap();
        assert!(report.is_good(), "{report:?}");
        let wanted = &editions[editions.len() - 2 - back];
        let stands = standing(&target.store).await;
        for (path, bytes) in &wanted.0 {
            assert_eq!(stands.0.get(path), Some(bytes), "{path}");
        }
        assert_eq!(crawl(&target.store).await, [""; 0]);
        // And forth again, to what stood before.
        let task = Task::Rollback(listed.current.as_ref().unwrap().id.clone());
        let report = target.run(task, &Site::default(), false).await.unwrap();
        assert!(report.is_good(), "{report:?}");
        let stands = standing(&target.store).await;
        assert_eq!(stands.0["index.html"], editions[8].0["index.html"]);
    }
    let gone = Task::Rollback("20000101T000000Z-00000000".to_owned());
    let refused = publisher.run(gone, &Site::default(), false).await.unwrap();
    assert_eq!(names(&refused), ["no-publication"]);
    // Once nothing is kept, nothing is paid for.
    publisher.options.keep = 0;
    publisher.good(&before()).await;
    use futures_util::TryStreamExt as _;
    for folder in ["objects", "publications"] {
        let below = Path::from(format!(".guidepost/{folder}"));
        let left: Vec<_> = publisher
            .store
            .inner
            .list(Some(&below))
            .try_collect()
            .await
            .unwrap();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[tokio::test]
async fn replaced_fingerprinted_files_stay_for_as_many_publications_as_are_asked_for() {
    let mut publisher = Publisher::at(Store::over(InMemory::new()));
    publisher.options.keep_assets = 2;
    publisher.good(&Site::new(0..3, "one")).await;
    let style = Site::new(0..3, "one")
        .0
        .into_keys()
        .find(|path| path.ends_with("css"));
    let style = style.unwrap();
    for (edition, stays) in [("two", true), ("three", true), ("four", false)] {
        let report = publisher.good(&Site::new(0..3, edition)).await;
        assert_eq!(
            read(&publisher.store, &style).await.is_some(),
            stays,
            "{edition}"
        );
        let deleted = |action: &&Action| matches!(action, Action::Delete(_));
        assert_eq!(report.plan.actions().filter(deleted).count() > 0, !stays);
        assert!(report.plan.deletions.is_empty() || !stays);
    }
}
