//! The rules: everything that Guidepost can complain of, by name.
//!
//! Invariant: this table is the only list of rules. The manual's table, the
//! `allow` key and the `[rules]` table of the configuration are checked
//! against it, and a test fails for a rule without a snapshot fixture.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something that was guessed; nothing is wrong.
    Note,
    /// The site is built, but a reader will stumble.
    Warning,
    /// The site cannot be built from this.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        })
    }
}

macro_rules! rules {
    ($($variant:ident $name:literal $level:ident $about:literal;)*) => {
        /// A rule. Its name is what users write in `allow` and `[rules]`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Rule {
            $(#[doc = $about] #[serde(rename = $name)] $variant,)*
        }

        impl Rule {
            /// Every rule, in the order of the manual's table.
            pub const ALL: &'static [Rule] = &[$(Rule::$variant,)*];

            /// The rule's name, such as `broken-link`.
            pub fn name(self) -> &'static str {
                match self { $(Rule::$variant => $name,)* }
            }

            /// The level that the rule has unless the site says otherwise.
            pub fn level(self) -> Level {
                match self { $(Rule::$variant => Level::$level,)* }
            }

            /// One sentence for the manual.
            pub fn about(self) -> &'static str {
                match self { $(Rule::$variant => $about,)* }
            }
        }
    };
}

rules! {
    UnreadableSource "unreadable-source" Error "A source cannot be read: no permission, not UTF-8, a link that loops, a pipe or device.";
    InvalidConfig "invalid-config" Error "`guidepost.toml` is not valid TOML, or a key has a value of the wrong kind.";
    UnknownConfigKey "unknown-config-key" Error "`guidepost.toml` has a key that does not exist.";
    InvalidFrontMatter "invalid-front-matter" Error "The front matter is not valid TOML or YAML, or its closing line is missing.";
    FrontMatterType "front-matter-type" Error "A front matter key has a value of the wrong kind.";
    DuplicateKey "duplicate-key" Error "A key stands twice in the same table.";
    ImpossibleDate "impossible-date" Error "`date`, `updated` or `expires` is not a date of the calendar.";
    UnsafePath "unsafe-path" Error "A `slug`, `path` or alias would leave the output folder or cannot be a file name.";
    PermalinkClash "permalink-clash" Error "Two sources claim the same address.";
    UnknownTemplate "unknown-template" Error "The `template` that a page names does not exist.";
    Template "template" Error "A template cannot be parsed, names a value that does not exist, or fails while it renders a page.";
    Shortcode "shortcode" Error "A shortcode is called with wrong arguments, is not closed, or its component fails.";
    DataFile "data-file" Error "A file in `data/` cannot be parsed, or two files claim one name.";
    ForeignOutput "foreign-output" Error "The output folder has a file that Guidepost did not write where it would write one.";
    BrokenLink "broken-link" Warning "An internal link leads to a page or file that does not exist.";
    BrokenAnchor "broken-anchor" Warning "An internal link names a heading or anchor that its page does not have.";
    BrokenImage "broken-image" Warning "An image does not exist.";
    UnknownLanguage "unknown-language" Warning "A code block names a language that the highlighter does not know.";
    FenceAttribute "fence-attribute" Warning "A code block has an attribute that cannot be understood.";
    ImpossibleReviewDate "impossible-review-date" Warning "`review.last_reviewed` is not a date of the calendar, or `review.interval` is not a length of time.";
    DeclaredReadingTime "declared-reading-time" Warning "`meta.reading_time` declares other minutes than were counted.";
    DeclaredHash "declared-hash" Warning "`meta.hash` declares another digest than the text has.";
    MisspeltKey "misspelt-key" Warning "An unknown front matter key is nearly a known one.";
    MisplacedKey "misplaced-key" Warning "A known front matter key stands at the wrong level.";
    UnknownShortcode "unknown-shortcode" Warning "A shortcode calls a component that does not exist; its text is kept.";
    UnknownAdmonition "unknown-admonition" Warning "An alert such as `[!WARNNG]` has a kind that does not exist; it stays a quotation.";
    UnknownRule "unknown-rule" Warning "`allow` names a rule that does not exist.";
    CaseClash "case-clash" Warning "Two outputs differ only in case: on some filesystems one overwrites the other.";
    UnknownKey "unknown-key" Note "An unknown front matter key was kept under `extra`.";
    TitleFromHeading "title-from-heading" Note "No `title`: the first heading serves as one.";
    TitleFromFileName "title-from-file-name" Note "No `title` and no heading: the file's name serves as one.";
    CodeNotHighlighted "code-not-highlighted" Note "A code block is too long or too slow to highlight and stays plain.";
    NoBaseUrl "no-base-url" Note "Without `base-url` there are no feeds and no sitemap.";
    UnplannedOutput "unplanned-output" Note "The output folder has a file that Guidepost does not know; it was left alone.";
}

impl Rule {
    /// The rule of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|rule| rule.name() == name)
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_is_found_by_its_name_and_names_are_unique() {
        for rule in Rule::ALL {
            assert_eq!(Rule::by_name(rule.name()), Some(*rule));
        }
    }
}
