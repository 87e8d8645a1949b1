//! The style sheet of highlighted code, from a light and a dark theme.
//!
//! The sheet has custom properties for both schemes and one rule for each
//! [`Kind`] of token that either theme colours. Beside the tokens it gives
//! `--code-bg` and `--code-fg`, and the grounds of marked, added and removed
//! lines (`--code-mark`, `--code-add`, `--code-del`); every colour is readable
//! on all of these grounds (see [`super::contrast`]). Boxes, margins and
//! fonts are the theme's.

use std::fmt::Write as _;

use syntect::highlighting::{Color, FontStyle, Highlighter, Theme};
use syntect::parsing::Scope;
use two_face::theme::EmbeddedThemeName;

use super::super::config::HighlightOptions;
use super::contrast::{hex, mix, over, readable};
use super::kind::Kind;
use super::theme::theme;

/// The style rules for code, light and dark, for the configured themes.
///
/// The dark theme holds where the reader's system prefers dark, unless
/// `data-theme="light"` stands on the root element, and wherever
/// `data-theme="dark"` stands there; paper is always light. A theme name that
/// does not exist, which the configuration's reader reports, means the default.
/// Where highlighting is off, only the grounds and the text colour are given.
pub fn stylesheet(options: &HighlightOptions) -> String {
    let light = Palette::of(&theme(&options.light_theme, LIGHT));
    let dark = Palette::of(&theme(&options.dark_theme, DARK));
    let tokens: Vec<Rule> = if options.enabled {
        rules(&light, &dark)
    } else {
        Vec::new()
    };
    let light = properties(&light, &tokens, |rule| &rule.light);
    let dark = properties(&dark, &tokens, |rule| &rule.dark);
    let mut css = format!(
        ":root{{{light}}}\n\
         @media (prefers-color-scheme: dark){{:root:not([data-theme=\"light\"]){{{dark}}}}}\n\
         :root[data-theme=\"dark\"]{{{dark}}}\n\
         @media print{{:root:root{{{light}}}}}\n"
    );
    for rule in &tokens {
        let _ = writeln!(
            css,
            "pre .{}{{{}:var({})}}",
            rule.class, rule.property, rule.variable
        );
    }
    if options.enabled {
        let class = Kind::Prompt.class();
        let _ = writeln!(
            css,
            "pre .{class}{{-webkit-user-select:none;user-select:none}}"
        );
    }
    css
}

const LIGHT: EmbeddedThemeName = EmbeddedThemeName::OneHalfLight;
const DARK: EmbeddedThemeName = EmbeddedThemeName::OneHalfDark;

/// Scopes whose colours a kind takes, the first that the theme knows.
fn scopes(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Comment | Kind::Prompt => &["comment.line", "comment"],
        Kind::String => &["string.quoted.double", "string"],
        Kind::Escape => &[
            "constant.character.escape",
            "constant.character",
            "constant",
        ],
        Kind::Regex => &["string.regexp", "string"],
        Kind::Number => &["constant.numeric", "constant"],
        Kind::Constant => &["constant.language", "constant.other", "constant"],
        Kind::Keyword => &["keyword.control", "keyword", "storage"],
        Kind::Operator => &["keyword.operator"],
        Kind::Function => &[
            "entity.name.function",
            "support.function",
            "variable.function",
        ],
        Kind::Type => &[
            "entity.name.type",
            "entity.name.class",
            "support.type",
            "storage.type",
        ],
        Kind::Variable => &["variable.parameter", "variable.other", "variable"],
        Kind::Key => &[
            "support.type.property-name",
            "entity.name.tag.yaml",
            "entity.name.tag",
        ],
        Kind::Tag => &["entity.name.tag"],
        Kind::Attribute => &["entity.other.attribute-name"],
        Kind::Annotation => &[
            "meta.annotation",
            "variable.annotation",
            "meta.preprocessor",
        ],
        Kind::Heading => &["markup.heading", "entity.name.section", "entity.name"],
        Kind::Strong => &["markup.bold"],
        Kind::Emphasis => &["markup.italic"],
        Kind::Quote => &["markup.quote", "markup.raw"],
        Kind::Link => &["markup.underline.link", "string.other.link"],
        Kind::Inserted => &["markup.inserted", "string"],
        Kind::Deleted => &["markup.deleted", "entity.name.tag"],
        Kind::Changed => &["markup.changed", "constant"],
    }
}

/// What a theme makes of a page's code.
struct Palette {
    ground: Color,
    text: Color,
    mark: Color,
    add: Color,
    del: Color,
    /// In the order of [`Kind::ALL`].
    tokens: Vec<Token>,
}

#[derive(Default)]
struct Token {
    colour: Option<Color>,
    italic: bool,
    bold: bool,
}

impl Palette {
    fn of(theme: &Theme) -> Self {
        let settings = &theme.settings;
        let ground = settings
            .background
            .map_or(Color::WHITE, |ground| over(ground, Color::WHITE));
        let text = settings
            .foreground
            .map_or(Color::BLACK, |text| over(text, ground));
        let green = Color {
            r: 0x2e,
            g: 0xa0,
            b: 0x43,
            a: 255,
        };
        let red = Color {
            r: 0xd0,
            g: 0x3a,
            b: 0x3a,
            a: 255,
        };
        let (mark, add, del) = (
            mix(ground, text, 0.08),
            mix(ground, green, 0.13),
            mix(ground, red, 0.13),
        );
        let grounds = [ground, mark, add, del];
        let highlighter = Highlighter::new(theme);
        let tokens = Kind::ALL
            .iter()
            .map(|kind| token(&highlighter, *kind, settings.foreground))
            .map(|token| Token {
                colour: token
                    .colour
                    .map(|colour| readable(over(colour, ground), &grounds)),
                ..token
            })
            .collect();
        Self {
            ground,
            text: readable(text, &grounds),
            mark,
            add,
            del,
            tokens,
        }
    }
}

fn token(highlighter: &Highlighter<'_>, kind: Kind, text: Option<Color>) -> Token {
    for name in scopes(kind) {
        let Ok(scope) = Scope::new(name) else {
            continue;
        };
        let style = highlighter.style_mod_for_stack(&[scope]);
        let font = style.font_style.unwrap_or_default();
        let token = Token {
            colour: style.foreground.filter(|colour| Some(*colour) != text),
            italic: font.contains(FontStyle::ITALIC) && kind != Kind::Prompt,
            bold: font.contains(FontStyle::BOLD),
        };
        if token.colour.is_some() || token.italic || token.bold {
            return token;
        }
    }
    // Strong text is strong in every theme.
    Token {
        colour: None,
        italic: kind == Kind::Emphasis,
        bold: kind == Kind::Strong,
    }
}

/// One declaration for one class, and its value in both schemes.
struct Rule {
    class: &'static str,
    property: &'static str,
    variable: String,
    light: String,
    dark: String,
}

/// The declarations that at least one theme has a value for. In the other
/// theme `initial` takes the value back, and the property is inherited.
fn rules(light: &Palette, dark: &Palette) -> Vec<Rule> {
    let mut rules = Vec::new();
    let tokens = light.tokens.iter().zip(&dark.tokens);
    for (kind, (light, dark)) in Kind::ALL.iter().zip(tokens) {
        let class = kind.class();
        let mut add = |property, suffix, light: Option<String>, dark: Option<String>| {
            if light.is_some() || dark.is_some() {
                rules.push(Rule {
                    class,
                    property,
                    variable: format!("--code-{class}{suffix}"),
                    light: light.unwrap_or_else(|| "initial".into()),
                    dark: dark.unwrap_or_else(|| "initial".into()),
                });
            }
        };
        let italic = |token: &Token| token.italic.then(|| "italic".into());
        let bold = |token: &Token| token.bold.then(|| "bold".into());
        add("color", "", light.colour.map(hex), dark.colour.map(hex));
        add("font-style", "-style", italic(light), italic(dark));
        add("font-weight", "-weight", bold(light), bold(dark));
    }
    rules
}

fn properties(palette: &Palette, rules: &[Rule], value: impl Fn(&Rule) -> &String) -> String {
    let mut css = format!(
        "--code-bg:{};--code-fg:{};--code-mark:{};--code-add:{};--code-del:{}",
        hex(palette.ground),
        hex(palette.text),
        hex(palette.mark),
        hex(palette.add),
        hex(palette.del),
    );
    for rule in rules {
        let _ = write!(css, ";{}:{}", rule.variable, value(rule));
    }
    css
}

#[cfg(test)]
mod tests {
    use super::super::contrast::{ENOUGH, contrast};
    use super::super::theme_names;
    use super::{DARK, HighlightOptions, LIGHT, Palette, stylesheet, theme};

    fn readable(name: &str) {
        let palette = Palette::of(&theme(name, LIGHT));
        let colours = palette.tokens.iter().filter_map(|token| token.colour);
        for colour in colours.chain([palette.text]) {
            for ground in [palette.ground, palette.mark, palette.add, palette.del] {
                let ratio = contrast(colour, ground);
                assert!(
                    ratio >= ENOUGH,
                    "{name}: {colour:?} on {ground:?} is {ratio}"
                );
            }
        }
    }

    #[test]
    fn every_colour_of_every_theme_is_readable() {
        for name in theme_names() {
            readable(name);
        }
    }

    #[test]
    fn the_defaults_of_the_configuration_are_the_fallback_themes() {
        let options = HighlightOptions::default();
        assert_eq!(options.light_theme, LIGHT.as_name());
        assert_eq!(options.dark_theme, DARK.as_name());
        let unknown = HighlightOptions {
            light_theme: "nothing of the kind".into(),
            ..options.clone()
        };
        assert_eq!(stylesheet(&unknown), stylesheet(&options));
    }

    #[test]
    fn every_variable_that_is_used_is_set_in_both_schemes() {
        let css = stylesheet(&HighlightOptions::default());
        let mut used = 0;
        for rule in css.lines().filter(|line| line.starts_with("pre .")) {
            let Some((_, rest)) = rule.split_once("var(") else {
                continue;
            };
            let set = format!("{}:", rest.trim_end_matches(")}"));
            assert_eq!(css.matches(&set).count(), 4, "{rule}");
            used += 1;
        }
        assert!(used >= 15, "{css}");
    }

    #[test]
    fn without_highlighting_only_the_grounds_are_given() {
        let off = HighlightOptions {
            enabled: false,
            ..HighlightOptions::default()
        };
        let css = stylesheet(&off);
        assert!(css.contains("--code-bg:#"));
        assert!(!css.contains("pre ."));
    }
}
