//! Micro benchmarks of the steps that a build is made of: `cargo bench`.
//!
//! What is measured comes from a corpus of `guidepost synth`, so that the
//! figures are those of the guides that `benches/run` builds.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use divan::{Bencher, black_box, counter::BytesCount};
use guidepost::content::article::{Article, ParseArticle, ParseOptions};
use guidepost::content::code_block::Fence;
use guidepost::content::config::{Config, FILE_NAME};
use guidepost::content::config_reader;
use guidepost::content::highlight::{HighlightBlock, Highlighted, Plain, Spans};
use guidepost::content::markdown::surroundings::{
    Hook, ShortcodeAnswer, ShortcodeCall, TemplateFailure,
};
use guidepost::content::markdown::{Link, Surroundings, analyse, render};
use guidepost::content::permalink::Kind;
use guidepost::edge::synth::synthesize;
use guidepost::ground::digest::{Digest, Digested};
use guidepost::ground::paths::{OutPath, SrcPath};
use guidepost::ground::source::Source;
use guidepost::ground::step::Step;
use guidepost::site::Memory;
use guidepost::site::links::Files;
use guidepost::site::publication::Edition;
use guidepost::site::resolve::{resolve, resolve_again};
use guidepost::site::similar;
use jiff::tz::TimeZone;
use rayon::prelude::*;

/// Guides of the corpus.
const GUIDES: usize = 1_000;

/// As the command itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// A guide as it is read.
struct Guide {
    source: SrcPath,
    folder: String,
    text: String,
    digest: Digest,
}

static CORPUS: LazyLock<Vec<Guide>> = LazyLock::new(|| corpus(GUIDES));

fn corpus(guides: usize) -> Vec<Guide> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    synthesize(guides, 1, folder.path()).expect("a corpus");
    let content = folder.path().join("content");
    walkdir::WalkDir::new(&content)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("a readable corpus").into_path())
        .filter(|path| {
            path.extension().is_some_and(|extension| extension == "md")
                && !path.ends_with("_index.md")
        })
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a guide");
            let below = path.strip_prefix(&content).expect("below the content");
            let name = below.to_string_lossy().replace('\\', "/");
            Guide {
                folder: name
                    .rsplit_once('/')
                    .map_or("", |(folder, _)| folder)
                    .to_owned(),
                source: SrcPath::new(format!("content/{name}")),
                digest: Digest::of_bytes(text.as_bytes()),
                text,
            }
        })
        .collect()
}

static OPTIONS: LazyLock<Digested<ParseOptions>> =
    LazyLock::new(|| Digested::new(ParseOptions::of(&AROUND.0)));

fn step(guide: &Guide) -> ParseArticle<'_> {
    ParseArticle {
        source: &guide.source,
        text: &guide.text,
        digest: guide.digest,
        folder: &guide.folder,
        kind: Kind::Guide,
        options: &OPTIONS,
    }
}

fn parsed(guide: &Guide) -> Article {
    step(guide)
        .run()
        .unwrap_or_else(|found| panic!("{found:?}"))
}

/// Answers without a site, and without highlighting, which is measured apart.
struct Alone;

impl Surroundings for Alone {
    fn link(&self, target: &str) -> Link {
        Link::To {
            href: target.to_owned(),
            size: None,
        }
    }
    fn image(&self, target: &str) -> Link {
        self.link(target)
    }
    fn credit(&self, _: &str, _: &str) -> Option<String> {
        None
    }
    fn highlight(&self, _: &Fence, code: &str) -> Highlighted {
        Spans::plain(Plain::Asked).html(code)
    }
    fn has_hook(&self, _: &'static str) -> bool {
        false
    }
    fn hook(&self, _: &Hook<'_>) -> Result<String, TemplateFailure> {
        Ok(String::new())
    }
    fn shortcode(&self, _: &ShortcodeCall<'_>) -> ShortcodeAnswer {
        ShortcodeAnswer::Unknown(None)
    }
}

#[divan::bench]
fn parse_article(bencher: Bencher<'_, '_>) {
    let guide = &CORPUS[GUIDES / 2];
    bencher
        .counter(BytesCount::of_str(&guide.text))
        .bench(|| black_box(step(guide)).run());
}

#[divan::bench]
fn analyse_markdown(bencher: Bencher<'_, '_>) {
    let guide = &CORPUS[GUIDES / 2];
    let range = parsed(guide).own.text.get().body;
    let options = Config::default().markdown;
    bencher.counter(BytesCount::new(range.len())).bench(|| {
        let source = Source::new(guide.source.clone(), &guide.text);
        analyse(&source, range.clone(), Some("Title"), black_box(&options))
    });
}

#[divan::bench]
fn render_markdown(bencher: Bencher<'_, '_>) {
    let guide = &CORPUS[GUIDES / 2];
    let range = parsed(guide).own.text.get().body;
    let options = Config::default().markdown;
    bencher.counter(BytesCount::new(range.len())).bench(|| {
        let source = Source::new(guide.source.clone(), &guide.text);
        render(
            &source,
            range.clone(),
            Some("Title"),
            black_box(&options),
            &Alone,
        )
    });
}

/// Blocks of code by language.
static BLOCKS: LazyLock<BTreeMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut blocks: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for guide in CORPUS.iter() {
        for block in guide.text.split("\n```").skip(1).step_by(2) {
            if let Some((language, code)) = block.split_once('\n') {
                blocks.entry(language).or_default().push(code);
            }
        }
    }
    blocks
});

/// Ten blocks a turn: one alone says more about itself than about its language.
#[divan::bench(args = BLOCKS.keys().copied(), sample_count = 20)]
fn highlight_ten_blocks(bencher: Bencher<'_, '_>, language: &str) {
    let blocks: Vec<&str> = BLOCKS[language].iter().copied().take(10).collect();
    bencher
        .counter(BytesCount::new(
            blocks.iter().map(|code| code.len()).sum::<usize>(),
        ))
        .bench(|| {
            blocks
                .iter()
                .map(|code| {
                    HighlightBlock {
                        language,
                        code: black_box(code),
                    }
                    .run()
                    .html(code)
                    .html
                    .len()
                })
                .sum::<usize>()
        });
}

#[divan::bench]
fn key_of_block(bencher: Bencher<'_, '_>) {
    let code = BLOCKS["python"][0];
    let block = HighlightBlock {
        language: "python",
        code,
    };
    bencher
        .counter(BytesCount::of_str(code))
        .bench(|| black_box(&block).key());
}

#[divan::bench]
fn key_of_article(bencher: Bencher<'_, '_>) {
    let guide = &CORPUS[GUIDES / 2];
    bencher
        .counter(BytesCount::of_str(&guide.text))
        .bench(|| black_box(step(guide)).key());
}

#[divan::bench]
fn digest_of_front_matter(bencher: Bencher<'_, '_>) {
    let article = parsed(&CORPUS[GUIDES / 2]);
    bencher.bench(|| Digest::of(&**black_box(&article.front)));
}

#[divan::bench(args = [250, 500, 1_000], sample_count = 20)]
fn similar_guides(bencher: Bencher<'_, '_>, guides: usize) {
    let articles: Vec<Article> = CORPUS.iter().take(guides).map(parsed).collect();
    let guides: Vec<similar::Guide<'_>> = articles
        .iter()
        .map(|article| similar::Guide {
            name: article.source.as_str(),
            terms: &article.terms,
        })
        .collect();
    bencher
        .counter(divan::counter::ItemsCount::new(guides.len()))
        .bench(|| similar::similar(black_box(&guides), 5));
}

/// Guides of the whole site that is resolved.
const MANY: usize = 10_000;

static MANY_GUIDES: LazyLock<Vec<Guide>> = LazyLock::new(|| corpus(MANY));

static ARTICLES: LazyLock<Vec<Arc<Article>>> = LazyLock::new(|| {
    MANY_GUIDES
        .par_iter()
        .map(|guide| Arc::new(parsed(guide)))
        .collect()
});

fn edition() -> Edition {
    let now = "2026-06-15T12:00:00Z".parse().expect("an instant");
    Edition::new(now, &TimeZone::UTC, false, false)
}

/// The configuration of the corpus, and the files that its guides refer to.
static AROUND: LazyLock<(Config, Files)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    synthesize(1, 1, folder.path()).expect("a corpus");
    let text = std::fs::read_to_string(folder.path().join(FILE_NAME)).expect("a configuration");
    let source = Source::new(SrcPath::new(FILE_NAME), &text);
    let images = std::fs::read_dir(folder.path().join("static/images")).expect("pictures");
    let files = Files {
        content: "content".to_owned(),
        statics: images
            .map(|entry| entry.expect("a picture").file_name())
            .map(|name| format!("images/{}", name.to_string_lossy()))
            .map(|path| {
                let out = OutPath::new(&path).expect("a path");
                (out, SrcPath::new(format!("static/{path}")))
            })
            .collect(),
        ..Files::default()
    };
    (config_reader::read(&source).0, files)
});

/// A whole site from nothing, as a build has it: nobody else holds the articles.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn resolve_cold(bencher: Bencher<'_, '_>) {
    let ((config, files), edition) = (&*AROUND, edition());
    let copy = |article: &Arc<Article>| Arc::new((**article).clone());
    bencher
        .with_inputs(|| ARTICLES.iter().map(copy).collect::<Vec<_>>())
        .bench_values(|articles| resolve(articles, config, files, &edition));
}

/// What happens to a site that is watched.
#[derive(Clone, Copy, Debug)]
enum Edit {
    Nothing,
    Title,
    Tags,
    Link,
    Draft,
    Add,
    Remove,
}

const EDITS: [Edit; 7] = [
    Edit::Nothing,
    Edit::Title,
    Edit::Tags,
    Edit::Link,
    Edit::Draft,
    Edit::Add,
    Edit::Remove,
];

impl Edit {
    /// Edits the guide at `at`.
    fn apply(self, guides: &[Guide], articles: &mut Vec<Arc<Article>>, at: usize) {
        let guide = &guides[at];
        let place = articles.iter().position(|one| one.source == guide.source);
        let place = place.expect("each guide is edited once");
        let (from, to) = match self {
            Edit::Nothing => return,
            Edit::Remove => return drop(articles.remove(place)),
            Edit::Title => ("title = \"", "title = \"Latency again: "),
            Edit::Tags => ("tags = [", "tags = [\"containers\", "),
            Edit::Link => ("\n## ", "\n[See](../python-services/_index.md)\n\n## "),
            Edit::Draft => ("date = ", "draft = true\ndate = "),
            Edit::Add => ("", ""),
        };
        let source = match self {
            Edit::Add => SrcPath::new(guide.source.as_str().replace(".md", "-again.md")),
            _ => guide.source.clone(),
        };
        let text = guide.text.replacen(from, to, 1);
        let digest = Digest::of_bytes(text.as_bytes());
        let step = ParseArticle {
            source: &source,
            text: &text,
            digest,
            ..step(guide)
        };
        let article = Arc::new(step.run().unwrap_or_else(|found| panic!("{found:?}")));
        match self {
            Edit::Add => articles.push(article),
            _ => articles[place] = article,
        }
    }
}

/// A site that is watched: one edit after the other, each of another guide.
#[divan::bench(args = EDITS, sample_count = 100, sample_size = 1)]
fn resolve_after(bencher: Bencher<'_, '_>, edit: Edit) {
    let ((config, files), edition) = (&*AROUND, edition());
    let mut articles = ARTICLES.clone();
    let mut memory = Memory::default();
    resolve_again(&mut memory, articles.clone(), config, files, &edition);
    let mut turn = 0;
    bencher
        .with_inputs(|| {
            edit.apply(&MANY_GUIDES, &mut articles, (turn * 7_919 + 17) % MANY);
            turn += 1;
            articles.clone()
        })
        .bench_local_values(|articles| {
            resolve_again(&mut memory, articles, config, files, &edition)
        });
}
