//! Guards: what must hold before a target is touched.
//!
//! Pure, each a function from what is known to a refusal that says what to do.
//! A refusal is no finding about a source: it has no place, and no site can
//! make less of it.

use super::plan::Plan;
use super::publication::Pending;
use crate::content::config::BaseUrl;

/// Why nothing is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A name for programs.
    pub name: &'static str,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The paths that it is about.
    pub paths: Vec<String>,
}

impl Refusal {
    /// A refusal without paths.
    pub fn new(name: &'static str, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            name,
            message: message.into(),
            help: help.into(),
            paths: Vec::new(),
        }
    }

    /// The same about these paths.
    #[must_use]
    pub fn about(mut self, paths: Vec<String>) -> Self {
        self.paths = paths;
        self
    }
}

/// What to do about most builds.
const BUILD: &str = "run `guidepost build`, and publish what it made";

/// What is known of the build that is to be published.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// Whether anything is remembered of it.
    pub remembered: bool,
    /// Whether it was interrupted while it wrote.
    pub interrupted: bool,
    /// Guides in it.
    pub guides: usize,
    /// Pages in it.
    pub pages: usize,
    /// Where the site says that it lives.
    pub base_url: Option<BaseUrl>,
    /// Whether drafts are in it.
    pub drafts: bool,
    /// Whether guides of the future are in it.
    pub future: bool,
    /// What has changed since: sources by path, or words in brackets.
    pub stale: Vec<String>,
    /// Outputs that are not what the build wrote.
    pub changed_by_hand: Vec<String>,
}

/// Refuses a build that is not the site that its sources make.
pub fn built(built: &Built) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if !built.remembered {
        let message = "nothing is remembered of a build into this folder by this version";
        return vec![Refusal::new(
            "no-build",
            message,
            format!("{BUILD}; one with `--no-cache` leaves no record that could be trusted"),
        )];
    }
    if built.interrupted {
        refusals.push(Refusal::new(
            "interrupted-build",
            "the last build was interrupted while it wrote",
            BUILD,
        ));
    }
    if !built.stale.is_empty() {
        refusals.push(
            Refusal::new(
                "stale-build",
                "the build is older than its sources, or the last one failed",
                BUILD,
            )
            .about(built.stale.clone()),
        );
    }
    if !built.changed_by_hand.is_empty() {
        refusals.push(
            Refusal::new(
                "changed-output",
                "files in the output folder are not what the build wrote",
                BUILD,
            )
            .about(built.changed_by_hand.clone()),
        );
    }
    if built.guides == 0 || built.pages == 0 {
        refusals.push(Refusal::new(
            "empty-build",
            "the build has no guides",
            "look at `--root` and at what is a draft; an empty site is never published",
        ));
    }
    for (made, option) in [(built.drafts, "--drafts"), (built.future, "--future")] {
        if made {
            refusals.push(Refusal::new(
                "preview-build",
                format!("the build was made with `{option}`"),
                format!("build without `{option}`: what readers get has no previews in it"),
            ));
        }
    }
    if let Some(url) = &built.base_url
        && is_loopback(url)
    {
        refusals.push(Refusal::new(
            "loopback-base-url",
            format!("the build was made for `{}`", url.as_str()),
            "set `base-url` to the address that readers have, and build again",
        ));
    }
    refusals
}

/// Whether a URL leads to the machine that asks.
fn is_loopback(url: &BaseUrl) -> bool {
    let rest = url.as_str().split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    }
    .trim_end_matches('.')
    .to_ascii_lowercase();
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| {
            let address = address.to_canonical();
            address.is_loopback() || address.is_unspecified()
        })
}

/// Refuses another site's target.
pub fn site(own: &str, recorded: Option<&str>, pending: Option<&Pending>) -> Option<Refusal> {
    let other = recorded.or(pending.map(|pending| pending.site.as_str()))?;
    (other != own).then(|| {
        Refusal::new(
            "other-site",
            "another site is published there",
            "publish to a folder or prefix of its own; if it is this site under an old base URL, \
             set `site-id` to what it had: see the manual",
        )
    })
}

/// Refuses a first publication among objects of somebody else.
pub fn first(foreign: Vec<String>, adopt: bool) -> Option<Refusal> {
    (!foreign.is_empty() && !adopt).then(|| {
        Refusal::new(
            "not-empty",
            "the target is not empty, and nothing was published there before",
            "look at it; with `--adopt` what stands where the site needs a place is taken over, \
             and everything else is left alone",
        )
        .about(foreign)
    })
}

/// Refuses to write where somebody else's objects are.
pub fn foreign(paths: Vec<String>, adopt: bool) -> Option<Refusal> {
    (!paths.is_empty() && !adopt).then(|| {
        Refusal::new(
            "foreign-objects",
            "somebody else's objects stand where the site would write",
            "move them away, or take them over with `--adopt`",
        )
        .about(paths)
    })
}

/// Deletions that are never too many.
const FEW: usize = 20;

/// Refuses more deletions than an edit explains.
pub fn deletions(
    plan: &Plan,
    before: usize,
    most_percent: u32,
    allowed: Option<usize>,
) -> Option<Refusal> {
    let count = plan.deletions.len();
    let limit = (before * most_percent as usize / 100).max(FEW);
    let limit = allowed.unwrap_or(limit);
    (count > limit).then(|| {
        Refusal::new(
            "too-many-deletions",
            format!("{count} of {before} files would be deleted, more than {limit}"),
            format!(
                "look at them with `--dry-run`; if they should go, say `--allow-deletes {count}`"
            ),
        )
        .about(plan.deletions.iter().map(ToString::to_string).collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::paths::OutPath;

    fn good() -> Built {
        Built {
            remembered: true,
            guides: 3,
            pages: 9,
            base_url: BaseUrl::new("https://example.org").ok(),
            ..Built::default()
        }
    }

    fn names(given: &Built) -> Vec<&'static str> {
        built(given).iter().map(|refusal| refusal.name).collect()
    }

    #[test]
    fn a_build_is_refused_for_each_thing_that_is_wrong_with_it_and_all_are_told() {
        assert!(names(&good()).is_empty());
        assert_eq!(names(&Built::default()), ["no-build"]);
        let all = Built {
            interrupted: true,
            stale: vec!["a.md".into()],
            changed_by_hand: vec!["index.html".into()],
            guides: 0,
            drafts: true,
            future: true,
            base_url: BaseUrl::new("http://localhost:1313").ok(),
            ..good()
        };
        assert_eq!(
            names(&all),
            [
                "interrupted-build",
                "stale-build",
                "changed-output",
                "empty-build",
                "preview-build",
                "preview-build",
                "loopback-base-url"
            ]
        );
    }

    #[test]
    fn every_way_to_name_the_own_machine_is_known() {
        for (url, loopback) in [
            ("http://localhost", true),
            ("http://LOCALHOST:80/x", true),
            ("http://a.localhost./", true),
            ("http://127.0.0.1:1313", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:1313", true),
            ("http://[::ffff:127.0.0.1]", true),
            ("http://0.0.0.0:1313", true),
            ("https://example.org/localhost/", false),
            ("https://localhost.example.org", false),
            ("http://192.168.1.7", false),
        ] {
            assert_eq!(is_loopback(&BaseUrl::new(url).unwrap()), loopback, "{url}");
        }
    }

    #[test]
    fn few_deletions_pass_many_do_not_and_a_number_allows_that_many() {
        let plan = |count: usize| Plan {
            deletions: (0..count)
                .map(|n| OutPath::new(&format!("p{n}")).unwrap())
                .collect(),
            ..Plan::default()
        };
        assert!(deletions(&plan(20), 30, 25, None).is_none());
        assert!(deletions(&plan(21), 30, 25, None).is_some());
        assert!(deletions(&plan(100), 400, 25, None).is_none());
        assert!(deletions(&plan(101), 400, 25, None).is_some());
        assert!(deletions(&plan(101), 400, 25, Some(101)).is_none());
        assert!(deletions(&plan(102), 400, 25, Some(101)).is_some());
        assert!(deletions(&plan(1), 400, 25, Some(0)).is_some());
    }

    #[test]
    fn only_the_same_site_is_published_over() {
        assert!(site("a", None, None).is_none());
        assert!(site("a", Some("a"), None).is_none());
        assert!(site("a", Some("b"), None).is_some());
        let pending = Pending::new("b", "id", vec![]);
        assert!(site("a", None, Some(&pending)).is_some());
    }
}
