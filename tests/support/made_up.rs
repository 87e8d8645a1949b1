//! Sites that are made up and edited at random: parsed articles
//! and lists of files in memory, nothing on disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use guidepost::content::article::{Article, ParseArticle, ParseOptions};
use guidepost::content::config::{Config, Taxonomy};
use guidepost::content::permalink::Kind;
use guidepost::ground::digest::{Digest, Digested};
use guidepost::ground::paths::{OutPath, SrcPath};
use guidepost::ground::step::Step;
use guidepost::site::links::Files;
use guidepost::site::publication::Edition;
use jiff::tz::TimeZone;

/// A small deterministic generator: the test needs variety, not quality.
pub struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) as usize % sides
    }

    fn one_in(&mut self, sides: usize) -> bool {
        self.roll(sides) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

const FOLDERS: [&str; 8] = [
    "",
    "fans",
    "fans/rotor",
    "fans/rotor/hub",
    "pumps",
    "pumps/seals",
    "My Tools",
    "db",
];
const WORDS: [&str; 24] = [
    "bearing", "rotor", "backup", "replica", "filter", "valve", "router", "cable", "sensor",
    "nginx", "postgres", "kernel", "disk", "raid", "memory", "queue", "cache", "token", "mirror",
    "switch", "pump", "seal", "grease", "torque",
];
const TAGS: [&str; 5] = ["Linux", "linux", "C++", "night shift", "Night Shift"];

/// A guide or a section's page, before it is written.
#[derive(Clone, Default)]
pub struct Draft {
    pub title: String,
    pub tags: Vec<&'static str>,
    pub category: Option<&'static str>,
    pub date: Option<String>,
    pub weight: Option<usize>,
    pub slug: Option<String>,
    pub aliases: Vec<String>,
    pub draft: bool,
    pub expires: Option<&'static str>,
    pub reviewed: Option<&'static str>,
    pub flagged: bool,
    pub description: Option<String>,
    pub headings: Vec<&'static str>,
    pub words: Vec<&'static str>,
    pub links: Vec<String>,
    pub images: Vec<String>,
}

impl Draft {
    fn random(dice: &mut Dice) -> Self {
        let mut draft = Self {
            title: title(dice),
            words: (0..dice.roll(9)).map(|_| dice.pick(&WORDS)).collect(),
            headings: (0..dice.roll(3)).map(|_| dice.pick(&WORDS)).collect(),
            ..Self::default()
        };
        // Crowded terms: two tags that most guides have.
        draft.tags.extend((!dice.one_in(4)).then_some("common"));
        draft.tags.extend((!dice.one_in(5)).then_some("usual"));
        for _ in 0..2 {
            let edit = dice.roll(12);
            draft.edit(edit, dice);
        }
        draft
    }

    fn edit(&mut self, what: usize, dice: &mut Dice) {
        match what {
            0 => self.title = title(dice),
            1 if self.tags.len() > 2 => drop(self.tags.remove(0)),
            1 => self.tags.push(dice.pick(&TAGS)),
            2 if self.words.len() > 6 => drop(self.words.pop()),
            2 => self.words.push(dice.pick(&WORDS)),
            3 => self.slug = dice.one_in(2).then(|| format!("s{}", dice.roll(40))),
            4 => {
                self.date = dice
                    .one_in(2)
                    .then(|| format!("2026-0{}-1{}", 1 + dice.roll(9), dice.roll(9)))
            }
            5 => {
                self.aliases = (0..dice.roll(3))
                    .map(|_| format!("old/{}", dice.roll(30)))
                    .collect()
            }
            6 => self.draft = !self.draft && dice.one_in(2),
            7 => self.weight = dice.one_in(2).then(|| dice.roll(5)),
            8 => self.headings = (0..dice.roll(4)).map(|_| dice.pick(&WORDS)).collect(),
            9 => self.links = (0..dice.roll(5)).map(|_| link(dice)).collect(),
            10 => self.images = (0..dice.roll(3)).map(|_| image(dice)).collect(),
            11 => self.description = dice.one_in(2).then(|| title(dice)),
            12 => {
                self.reviewed = dice
                    .one_in(2)
                    .then(|| dice.pick(&["2025-06-14", "2025-06-16"]))
            }
            13 => self.flagged = !self.flagged,
            14 => {
                self.category = dice
                    .one_in(2)
                    .then(|| dice.pick(&["Repair", "repair", "Check"]))
            }
            _ => {
                self.expires = dice
                    .one_in(3)
                    .then(|| dice.pick(&["2026-06-01", "2026-07-01"]))
            }
        }
    }

    fn text(&self) -> String {
        let mut text = format!("+++\ntitle = {:?}\ndraft = {}\n", self.title, self.draft);
        let mut key = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                text += &format!("{name} = {value}\n");
            }
        };
        key("tags", Some(format!("{:?}", self.tags)));
        key("categories", self.category.map(|one| format!("[{one:?}]")));
        key("date", self.date.clone());
        key("weight", self.weight.map(|weight| weight.to_string()));
        key("slug", self.slug.as_ref().map(|slug| format!("{slug:?}")));
        key("aliases", Some(format!("{:?}", self.aliases)));
        key("expires", self.expires.map(str::to_owned));
        key(
            "description",
            self.description.as_ref().map(|one| format!("{one:?}")),
        );
        if let Some(day) = self.reviewed {
            text += &format!("[review]\nlast_reviewed = {day}\ninterval = \"1 year\"\n");
        }
        text += &format!("[meta]\nflags = {{ hidden = {} }}\n+++\n", self.flagged);
        for heading in &self.headings {
            text += &format!("\n## {heading}\n");
        }
        text += &format!("\n{}\n", self.words.join(" and "));
        for link in &self.links {
            text += &format!("\n[see](<{link}>)\n");
        }
        for image in &self.images {
            text += &format!("\n![picture](<{image}>)\n");
        }
        text
    }
}

fn title(dice: &mut Dice) -> String {
    let words: Vec<&str> = (0..1 + dice.roll(3)).map(|_| dice.pick(&WORDS)).collect();
    match dice.roll(4) {
        0 => words.join(" ").to_uppercase(),
        _ => words.join(" "),
    }
}

fn link(dice: &mut Dice) -> String {
    let folder = dice.pick(&FOLDERS);
    let guide = format!("g{}", dice.roll(60));
    let suffix = match dice.roll(4) {
        0 => format!("#{}", dice.pick(&WORDS)),
        _ => String::new(),
    };
    match dice.roll(13) {
        0 => format!("{guide}.md{suffix}"),
        1 => format!("../{folder}/{guide}.md{suffix}"),
        2 => format!("@/{folder}/{guide}.md"),
        3 => format!("@/{folder}/{suffix}"),
        4 => format!("/{folder}/{guide}/{suffix}"),
        5 => format!("/old/{}/", dice.roll(30)),
        6 => format!("#{}", dice.pick(&WORDS)),
        7 => format!(
            "/tags/{}/",
            dice.pick(&["linux", "night-shift", "c-plus-plus"])
        ),
        8 => format!("../{folder}"),
        9 => format!("s{}{suffix}", dice.roll(40)),
        10 => format!("@/{folder}/{guide}{suffix}"),
        11 => "licence".to_owned(),
        _ => image(dice),
    }
}

fn image(dice: &mut Dice) -> String {
    let number = dice.roll(8);
    match dice.roll(4) {
        0 => format!("/images/{number}.png"),
        1 => format!("picture-{number}.svg"),
        2 => format!(
            "@/{}/g{}/picture-{number}.svg",
            dice.pick(&FOLDERS),
            dice.roll(60)
        ),
        _ => format!("@/{}/picture-{number}.svg", dice.pick(&FOLDERS)),
    }
}

/// A site as it lies in its folder, and what was parsed of it.
pub struct World {
    pub dice: Dice,
    pub drafts: BTreeMap<String, Draft>,
    pub articles: BTreeMap<String, Arc<Article>>,
    pub config: Config,
    pub files: Files,
    pub edition: Edition,
}

fn edition(now: &str, drafts: bool) -> Edition {
    Edition::new(
        now.parse().expect("an instant"),
        &TimeZone::UTC,
        drafts,
        false,
    )
}

impl World {
    pub fn new(seed: u64, guides: usize) -> Self {
        let taxonomy = |name: &str| Taxonomy {
            name: name.into(),
            title: name.into(),
            feed: false,
            paginate_by: 10,
        };
        let mut world = Self {
            dice: Dice(seed),
            drafts: BTreeMap::new(),
            articles: BTreeMap::new(),
            config: Config {
                taxonomies: vec![taxonomy("tags"), taxonomy("categories")],
                noindex: vec!["meta.flags.hidden".into()],
                ..Config::default()
            },
            files: Files {
                content: "content".into(),
                ..Files::default()
            },
            edition: edition("2026-06-15T12:00:00Z", false),
        };
        world.config.review.noindex_overdue = true;
        for _ in 0..guides {
            world.add();
        }
        for _ in 0..guides.min(30) {
            world.touch_files();
        }
        world
    }

    fn path(&mut self) -> String {
        let folder = self.dice.pick(&FOLDERS);
        let name = match self.dice.roll(12) {
            0 => "_index".to_owned(),
            1 => format!("g{}/index", self.dice.roll(60)),
            2 => (*self.dice.pick(&FOLDERS)).replace('/', "-"),
            _ => format!("g{}", self.dice.roll(60)),
        };
        let path = format!("content/{folder}/{name}.md");
        path.replace("//", "/").replace("/.md", "/g.md")
    }

    fn add(&mut self) {
        let path = self.path();
        let draft = Draft::random(&mut self.dice);
        self.write(&path, draft);
    }

    pub fn write(&mut self, path: &str, draft: Draft) {
        let text = draft.text();
        let below = path.strip_prefix("content/").unwrap_or(path);
        let (folder, name) = below.rsplit_once('/').unwrap_or(("", below));
        let kind = match (name, folder) {
            ("_index.md", "") => Kind::Home,
            ("_index.md", _) => Kind::Section,
            ("index.md", _) => Kind::Bundle,
            _ => Kind::Guide,
        };
        let options = Digested::new(ParseOptions::of(&self.config));
        let step = ParseArticle {
            source: &SrcPath::new(path),
            text: &text,
            digest: Digest::of_bytes(text.as_bytes()),
            folder,
            kind,
            options: &options,
        };
        let article = step
            .run()
            .unwrap_or_else(|found| panic!("{text}\n{found:?}"));
        self.articles.insert(path.into(), Arc::new(article));
        self.drafts.insert(path.into(), draft);
    }

    pub fn remove(&mut self, path: &str) {
        self.drafts.remove(path);
        self.articles.remove(path);
    }

    fn any(&mut self) -> String {
        let at = self.dice.roll(self.drafts.len());
        self.drafts.keys().nth(at).expect("a guide").clone()
    }

    fn touch_files(&mut self) {
        let number = self.dice.roll(8);
        if self.dice.one_in(3) {
            let out = OutPath::new(&format!("images/{number}.png")).expect("a path");
            if self.files.statics.remove(&out).is_none() {
                let source = SrcPath::new(format!("static/images/{number}.png"));
                self.files.statics.insert(out, source);
            }
        } else {
            let mut folder = format!("content/{}", self.dice.pick(&FOLDERS));
            if self.dice.one_in(3) {
                let path = self.any();
                folder = SrcPath::new(path).parent().to_owned();
            }
            let name = match self.dice.roll(5) {
                0 => "licence".to_owned(),
                _ => format!("picture-{number}.svg"),
            };
            let asset = SrcPath::new(format!("{folder}/{name}").replace("//", "/"));
            if !self.files.assets.remove(&asset) {
                self.files.assets.insert(asset);
            }
        }
    }

    /// Edits something, and says what.
    pub fn edit(&mut self) -> String {
        let what = self.dice.roll(28);
        let path = self.any();
        match what {
            0..16 => {
                let mut draft = self.drafts[&path].clone();
                draft.edit(what, &mut self.dice);
                self.write(&path, draft);
            }
            16..18 => self.add(),
            18..20 => self.remove(&path),
            20 => {
                let draft = self.drafts[&path].clone();
                self.remove(&path);
                let to = self.path();
                self.write(&to, draft);
            }
            21 => self.touch_files(),
            22 => {
                let drafts = self.dice.one_in(4);
                let day = 1 + self.dice.roll(28);
                self.edition = edition(&format!("2026-06-{day:02}T12:00:00Z"), drafts);
            }
            23 if self.dice.one_in(3) => self.config.similar.count = self.dice.roll(7),
            24 if self.dice.one_in(3) => self.config.title += "!",
            // Parsed again, to the same.
            25 => self.write(&path.clone(), self.drafts[&path].clone()),
            26 => {
                let many = 2 + self.dice.roll(6);
                return (0..many).map(|_| self.edit() + "; ").collect();
            }
            27 if self.dice.one_in(4) => {
                for _ in 0..self.dice.roll(self.drafts.len()) {
                    self.add();
                }
            }
            _ => {}
        }
        format!("{what} at {path}")
    }

    pub fn articles(&self) -> Vec<Arc<Article>> {
        self.articles.values().cloned().collect()
    }
}
