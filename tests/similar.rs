//! Similar guides, on real runbooks and at size.
//!
//! Two measurements are run by hand. The lists of a corpus of Markdown files,
//! and how far their first five agree with plain BM25 over the same text:
//! `GUIDEPOST_CORPORA=path cargo test --test similar bm25 -- --ignored --nocapture`
//! and the time for 10,000 and 100,000 guides:
//! `cargo test --release --test similar time -- --ignored --nocapture`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Instant;

use guidepost::content::config::SimilarOptions;
use guidepost::content::front_matter::FrontMatter;
use guidepost::content::markdown::{Body, Heading};
use guidepost::content::terms::{Term, Terms, terms};
use guidepost::site::similar::{self, Similar};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The lists of guides that are named by their places, which nothing moves.
fn similar(guides: &[&Terms], count: usize) -> Vec<Vec<Similar>> {
    let names: Vec<String> = (0..guides.len()).map(|place| place.to_string()).collect();
    let guides: Vec<similar::Guide<'_>> = names
        .iter()
        .zip(guides)
        .map(|(name, terms)| similar::Guide { name, terms })
        .collect();
    similar::similar(&guides, count)
}

/// A guide of a corpus: its title and its body's plain text.
struct Guide {
    title: String,
    body: Body,
}

fn guide(markdown: &str) -> Guide {
    let mut body = Body::default();
    let mut title = String::new();
    let mut heading: Option<(u8, String)> = None;
    let mut in_code = false;
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some((level as u8, String::new()))
            }
            Event::End(TagEnd::Heading(_)) => {
                let (level, text) = heading.take().expect("a heading began");
                if level == 1 && title.is_empty() {
                    title = text;
                } else {
                    let id = String::new();
                    body.headings.push(Heading { level, id, text });
                }
            }
            Event::Text(text) | Event::Code(text) if !in_code => match &mut heading {
                Some((_, heading)) => heading.push_str(&text),
                None => body.text.push_str(&text),
            },
            Event::SoftBreak | Event::HardBreak | Event::End(_) => body.text.push('\n'),
            _ => {}
        }
    }
    Guide { title, body }
}

fn corpus(folder: &Path) -> Vec<(String, Guide)> {
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("the corpus can be read").into_path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("the file can be read");
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let mut guide = guide(&text);
            if guide.title.is_empty() {
                guide.title = stem.to_string();
            }
            (stem.to_string(), guide)
        })
        .collect()
}

fn terms_of(guide: &Guide) -> Terms {
    let options = SimilarOptions::default();
    terms(&guide.title, &FrontMatter::default(), &guide.body, &options)
}

/// The best `count` others of each guide by BM25 (k1 1.2, b 0.75) over all
/// words of title, headings and text, without stemming or stop words.
fn bm25(guides: &[&Guide], count: usize) -> Vec<Vec<usize>> {
    let documents: Vec<BTreeMap<String, f64>> = guides
        .iter()
        .map(|guide| {
            let headings = guide
                .body
                .headings
                .iter()
                .map(|heading| heading.text.as_str());
            let mut counts = BTreeMap::new();
            for text in headings.chain([guide.title.as_str(), guide.body.text.as_str()]) {
                for word in text.split(|one: char| !one.is_alphanumeric()) {
                    if !word.is_empty() {
                        *counts.entry(word.to_lowercase()).or_insert(0.0) += 1.0;
                    }
                }
            }
            counts
        })
        .collect();
    let total = documents.len() as f64;
    let lengths: Vec<f64> = documents.iter().map(|words| words.values().sum()).collect();
    let mean = lengths.iter().sum::<f64>() / total;
    let mut having: HashMap<&str, f64> = HashMap::new();
    for word in documents.iter().flat_map(BTreeMap::keys) {
        *having.entry(word).or_insert(0.0) += 1.0;
    }
    documents
        .iter()
        .enumerate()
        .map(|(query, words)| {
            let mut scores: Vec<(f64, usize)> = documents
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != query)
                .map(|(other, theirs)| {
                    let score = words
                        .keys()
                        .filter_map(|word| {
                            let often = theirs.get(word)?;
                            let having = having[word.as_str()];
                            let rarity = ((total - having + 0.5) / (having + 0.5)).ln_1p();
                            let length = 0.25 + 0.75 * lengths[other] / mean;
                            Some(rarity * often * 2.2 / (often + 1.2 * length))
                        })
                        .sum();
                    (score, other)
                })
                .collect();
            scores.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
            scores
                .into_iter()
                .take(count)
                .map(|(_, other)| other)
                .collect()
        })
        .collect()
}

#[test]
#[ignore = "needs a corpus: GUIDEPOST_CORPORA=path"]
fn agreement_with_bm25() {
    let path = std::env::var("GUIDEPOST_CORPORA").expect("GUIDEPOST_CORPORA names a folder");
    let corpus = corpus(Path::new(&path));
    let terms: Vec<Terms> = corpus.iter().map(|(_, guide)| terms_of(guide)).collect();
    let lists = similar(&terms.iter().collect::<Vec<_>>(), 5);
    let guides: Vec<&Guide> = corpus.iter().map(|(_, guide)| guide).collect();
    let reference = bm25(&guides, 5);
    let (mut shared, mut listed, mut first) = (0, 0, 0);
    for (guide, list) in lists.iter().enumerate() {
        println!("{}", corpus[guide].0);
        for one in list {
            let mark = if reference[guide].contains(&one.guide) {
                '*'
            } else {
                ' '
            };
            println!(
                "  {mark} {}: {}",
                corpus[one.guide].0,
                one.shared.join(", ")
            );
            shared += usize::from(mark == '*');
        }
        first += usize::from(
            list.first()
                .is_some_and(|one| reference[guide].contains(&one.guide)),
        );
        listed += list.len();
    }
    println!(
        "{} guides, {listed} listed; of BM25's first five {:.1} % are listed; {first} first places are among BM25's five",
        lists.len(),
        100.0 * shared as f64 / (5 * lists.len()) as f64,
    );
}

fn load(folder: &str) -> Vec<(String, Terms)> {
    corpus(Path::new(folder))
        .iter()
        .map(|(name, guide)| (name.clone(), terms_of(guide)))
        .collect()
}

/// The lists by name: guide, then the guides listed.
fn by_name(guides: &[(String, Terms)], count: usize) -> BTreeMap<String, Vec<String>> {
    let terms: Vec<&Terms> = guides.iter().map(|(_, terms)| terms).collect();
    let lists = similar(&terms, count).into_iter().zip(guides);
    let name = |one: Similar| guides[one.guide].0.clone();
    lists
        .map(|(list, (guide, _))| (guide.clone(), list.into_iter().map(name).collect()))
        .collect()
}

#[test]
fn real_runbooks_list_their_relatives() {
    let guides = load("tests/corpora");
    let lists = by_name(&guides, 3);
    assert_eq!(lists["NodeRAIDDegraded"][0], "NodeRAIDDiskFailure");
    assert_eq!(lists["NodeRAIDDiskFailure"][0], "NodeRAIDDegraded");
    assert_eq!(lists["CephOSDFlapping"][0], "CephClusterErrorState");
    let terms: Vec<&Terms> = guides.iter().map(|(_, terms)| terms).collect();
    let at = guides
        .iter()
        .position(|(name, _)| name == "NodeRAIDDegraded")
        .expect("the runbook is there");
    let shared = &similar(&terms, 3)[at][0].shared;
    let raid = |label: &String| label.contains("RAID");
    assert!(shared.iter().any(raid), "{shared:?}");
}

/// A small deterministic generator: the test needs variety, not quality.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % sides
    }

    /// Small numbers are likelier, as common words are.
    fn word(&mut self, words: u64) -> u64 {
        let widest = self.roll(words) + 1;
        self.roll(widest)
    }
}

/// Guides of at most 4 tags, 6 meta values and 22 words each. Every guide is
/// about one of many subjects, from which it takes half of its terms.
fn synthetic(count: usize) -> Vec<Terms> {
    let mut dice = Dice(7);
    let subjects = (count as u64 / 25).max(1);
    let kinds = [
        ("tag", 4, 300, 6),
        ("meta", 6, 5_000, 5),
        ("word", 22, 40_000, 0),
    ];
    (0..count)
        .map(|_| {
            let subject = dice.word(subjects);
            let mut terms = BTreeMap::new();
            for (kind, number, words, weight) in kinds {
                for turn in 0..number {
                    let word = match turn % 2 {
                        0 => dice.word(words),
                        _ => (subject * 31 + dice.roll(number)) % words,
                    };
                    let key = format!("{kind}:{word}");
                    let random = u8::try_from(dice.roll(8)).expect("less than 8") + 1;
                    let weight = if weight == 0 { random } else { weight };
                    let label = key.clone();
                    terms.insert(key.clone(), Term { key, label, weight });
                }
            }
            terms.into_values().collect::<Terms>()
        })
        .collect()
}

#[test]
fn the_lists_are_the_same_for_any_number_of_threads() {
    let guides = synthetic(600);
    let guides: Vec<&Terms> = guides.iter().collect();
    let with = |threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads can be had")
            .install(|| similar(&guides, 5))
    };
    let lists = with(1);
    assert!(lists.iter().filter(|list| list.len() == 5).count() > 300);
    assert_eq!(lists, with(4));
}

#[test]
fn one_new_guide_disturbs_few_lists() {
    let guides = synthetic(2_000);
    let all: Vec<&Terms> = guides.iter().collect();
    let before = similar(&all[..1_999], 5);
    let listed: usize = before.iter().map(Vec::len).sum();
    assert!(listed > 5_000, "only {listed} entries to disturb");
    let after = similar(&all, 5);
    let disturbed = before
        .iter()
        .zip(&after)
        .filter(|(before, after)| before != after)
        .count();
    assert!(disturbed <= 40, "{disturbed} of 2,000 lists changed");
}

#[test]
fn guides_that_share_nothing_of_note_list_nobody() {
    let guide = |words: &str| Guide {
        title: words.into(),
        body: Body::default(),
    };
    let guides = [
        terms_of(&guide("Drain the hydraulic press")),
        terms_of(&guide("Rotate database credentials")),
        terms_of(&guide("Rotate database backups")),
    ];
    let lists = similar(&guides.iter().collect::<Vec<_>>(), 5);
    assert_eq!(lists[0], []);
    assert_eq!(lists[1].len(), 1);
    assert_eq!(lists[1][0].guide, 2);
    assert_eq!(lists[1][0].shared, ["rotate database"]);
    let none = similar(&guides.iter().collect::<Vec<_>>(), 0);
    assert_eq!(none, [[], [], []]);
}

#[test]
#[ignore = "a measurement, for a release build"]
fn time_for_many_guides() {
    for count in [10_000, 100_000] {
        let guides = synthetic(count);
        let guides: Vec<&Terms> = guides.iter().collect();
        let started = Instant::now();
        let lists = similar(&guides, 5);
        let listed: usize = lists.iter().map(Vec::len).sum();
        println!("{count} guides, {listed} listed: {:?}", started.elapsed());
    }
}
