//! The kinds of tokens, and which scope of a grammar is of which kind.
//!
//! The table is fixed: no theme and no configuration changes it, so that the
//! markup of a block depends on its language and its code alone. Grammars name
//! what they find by *scopes*, dotted names from the general to the special
//! (`string.quoted.double.json`). A scope has the kind of the longest name in
//! [`SCOPES`] that is a prefix of it; one without a kind of its own, such as
//! `meta.block`, leaves that of the scope around it.
//!
//! | class | kind | | class | kind |
//! |---|---|---|---|---|
//! | `c` | comment | | `g` | tag |
//! | `s` | string | | `a` | attribute |
//! | `e` | escape or placeholder in a string | | `x` | annotation, preprocessor |
//! | `r` | regular expression | | `h` | heading, section |
//! | `n` | number | | `b` | strong |
//! | `l` | constant | | `z` | emphasis |
//! | `k` | keyword | | `q` | quoted or raw text |
//! | `o` | operator | | `w` | link |
//! | `f` | function, command | | `i` | inserted |
//! | `t` | type | | `d` | deleted |
//! | `v` | variable, parameter, option | | `u` | changed |
//! | `y` | key, property | | `pt` | prompt of a session |
//!
//! Punctuation has no kind of its own: it looks like what it stands in. Spans
//! for it would nearly double the markup, and calm themes leave it uncoloured.
//!
//! Invalid code has no kind: a guide quotes fragments and placeholders, and a
//! grammar that calls them errors would only be a nuisance to readers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::OnceLock;

use syntect::parsing::Scope;

macro_rules! kinds {
    ($($kind:ident $class:literal $about:literal;)*) => {
        /// A kind of token.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Kind { $(#[doc = $about] $kind,)* }

        impl Kind {
            /// Every kind, in the order of the style sheet.
            pub const ALL: &'static [Kind] = &[$(Kind::$kind,)*];

            /// The class of its spans: one or two letters, never changed.
            pub fn class(self) -> &'static str {
                match self { $(Kind::$kind => $class,)* }
            }
        }
    };
}

kinds! {
    Comment "c" "A comment.";
    String "s" "A string.";
    Escape "e" "An escape, or a placeholder within a string.";
    Regex "r" "A regular expression.";
    Number "n" "A number.";
    Constant "l" "A constant of the language or a named one.";
    Keyword "k" "A keyword.";
    Operator "o" "An operator.";
    Function "f" "A function, method, macro or command.";
    Type "t" "A type, class or namespace.";
    Variable "v" "A variable, a parameter or an option of a command.";
    Key "y" "A key of a map or a property.";
    Tag "g" "A tag of a markup language.";
    Attribute "a" "An attribute of a tag.";
    Annotation "x" "An annotation or a line for the preprocessor.";
    Heading "h" "A heading or the name of a section.";
    Strong "b" "Strong text.";
    Emphasis "z" "Emphasised text.";
    Quote "q" "Quoted or raw text.";
    Link "w" "A link.";
    Inserted "i" "An inserted line.";
    Deleted "d" "A deleted line.";
    Changed "u" "A changed line.";
    Prompt "pt" "The prompt of a console session.";
}

/// What a scope says of the text that it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    /// Nothing: the text is what the scope around it says.
    Nothing,
    /// It is ordinary code, whatever stands around it.
    Code,
    /// It is of this kind.
    Kind(Kind),
    /// It is the key of a map: strings in it are keys.
    Key,
}

impl Own {
    /// A byte for each, none of them the last.
    pub(super) fn code(self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Code => 1,
            Self::Key => 2,
            Self::Kind(kind) => 3 + kind as u8,
        }
    }
}

/// Prefixes of scopes and what they say. Order does not matter.
const SCOPES: &[(&str, Own)] = {
    use Kind::{
        Annotation, Attribute, Changed, Comment, Constant, Deleted, Emphasis, Escape, Function,
        Heading, Inserted, Key, Keyword, Link, Number, Operator, Quote, Regex, String, Strong, Tag,
        Type, Variable,
    };
    use Own::Kind as Is;
    &[
        ("comment", Is(Comment)),
        ("punctuation.definition.comment", Is(Comment)),
        ("string", Is(String)),
        ("string.regexp", Is(Regex)),
        ("string.unquoted", Own::Code),
        ("string.unquoted.heredoc", Is(String)),
        ("string.unquoted.plain.out.yaml", Is(String)),
        ("string.unquoted.plain.in.yaml", Is(String)),
        ("string.unquoted.block", Is(String)),
        ("punctuation.definition.string", Is(String)),
        ("constant", Is(Constant)),
        ("constant.numeric", Is(Number)),
        ("constant.character", Is(Escape)),
        ("constant.other.placeholder", Is(Escape)),
        ("punctuation.section.interpolation", Is(Escape)),
        ("punctuation.section.embedded", Is(Escape)),
        ("meta.interpolation", Own::Code),
        ("meta.embedded", Own::Code),
        ("keyword", Is(Keyword)),
        ("keyword.operator", Is(Operator)),
        ("keyword.operator.word", Is(Keyword)),
        ("keyword.operator.logical.python", Is(Keyword)),
        ("keyword.other.unit", Is(Number)),
        ("storage", Is(Keyword)),
        ("storage.type.numeric", Is(Number)),
        ("storage.type.string", Is(String)),
        ("storage.type.c", Is(Type)),
        ("storage.type.primitive", Is(Type)),
        ("storage.type.built-in", Is(Type)),
        ("punctuation.definition.parameter", Is(Variable)),
        // Elsewhere the sign stands in the variable's own scope; the grammar of
        // nginx gives the name without a suffix to whole directives.
        ("punctuation.definition.variable.shell", Is(Variable)),
        ("punctuation.definition.variable.perl", Is(Variable)),
        ("punctuation.definition.variable.php", Is(Variable)),
        ("punctuation.definition.variable.ruby", Is(Variable)),
        ("punctuation.definition.annotation", Is(Annotation)),
        ("punctuation.definition.keyword", Is(Keyword)),
        ("punctuation.definition.heading", Is(Heading)),
        ("punctuation.definition.bold", Is(Strong)),
        ("punctuation.definition.italic", Is(Emphasis)),
        ("punctuation.definition.inserted", Is(Inserted)),
        ("punctuation.definition.deleted", Is(Deleted)),
        ("punctuation.definition.raw", Is(Quote)),
        ("entity.name", Is(Type)),
        ("entity.name.function", Is(Function)),
        ("entity.name.command", Is(Function)),
        ("entity.name.label", Is(Constant)),
        ("entity.name.constant", Is(Constant)),
        ("entity.name.tag", Is(Tag)),
        ("entity.name.tag.yaml", Is(Key)),
        ("entity.name.tag.toml", Is(Key)),
        ("entity.name.section", Is(Heading)),
        ("entity.name.table", Is(Heading)),
        ("punctuation.definition.table", Is(Heading)),
        ("punctuation.separator.table", Is(Heading)),
        ("meta.tag.section.ini", Is(Heading)),
        ("keyword.name.ini", Is(Key)),
        ("entity.other.attribute-name", Is(Attribute)),
        ("entity.other.inherited-class", Is(Type)),
        ("support.function", Is(Function)),
        ("support.macro", Is(Function)),
        ("support.command", Is(Function)),
        ("support.type", Is(Type)),
        ("support.type.property-name", Is(Key)),
        ("support.class", Is(Type)),
        ("support.constant", Is(Constant)),
        ("support.variable", Is(Variable)),
        ("variable", Is(Variable)),
        ("variable.function", Is(Function)),
        ("variable.annotation", Is(Annotation)),
        ("variable.other.readwrite.assignment", Is(Variable)),
        ("variable.language", Is(Constant)),
        ("variable.other.member", Is(Key)),
        ("variable.other.property", Is(Key)),
        ("meta.annotation", Is(Annotation)),
        ("meta.preprocessor", Is(Annotation)),
        ("meta.mapping.key", Own::Key),
        ("meta.structure.dictionary.key", Own::Key),
        ("markup.heading", Is(Heading)),
        ("markup.bold", Is(Strong)),
        ("markup.italic", Is(Emphasis)),
        ("markup.quote", Is(Quote)),
        ("markup.raw", Is(Quote)),
        ("markup.underline.link", Is(Link)),
        ("markup.inserted", Is(Inserted)),
        ("markup.deleted", Is(Deleted)),
        ("markup.changed", Is(Changed)),
        ("meta.diff.header", Is(Heading)),
        ("meta.diff.range", Is(Changed)),
    ]
};

/// What a scope says, looked up once for each scope and thread.
///
/// A grammar pushes tens of scopes a line out of a few hundred that it has, so
/// the table is walked rarely and the cache, one for each thread, needs no lock.
pub(super) fn of_scope(scope: Scope) -> Own {
    thread_local! {
        static KNOWN: RefCell<HashMap<Scope, Own>> = RefCell::new(HashMap::new());
    }
    KNOWN.with_borrow_mut(|known| *known.entry(scope).or_insert_with(|| classify(scope)))
}

fn classify(scope: Scope) -> Own {
    static TABLE: OnceLock<Vec<(Scope, Own)>> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            SCOPES
                .iter()
                .map(|(name, own)| (Scope::new(name).expect("at most eight atoms"), *own))
                .collect()
        })
        .iter()
        .filter(|(prefix, _)| prefix.is_prefix_of(scope))
        .max_by_key(|(prefix, _)| prefix.len())
        .map_or(Own::Nothing, |(_, own)| *own)
}

#[cfg(test)]
mod tests {
    use super::{Kind, Own, of_scope};
    use syntect::parsing::Scope;

    fn own(scope: &str) -> Own {
        of_scope(Scope::new(scope).unwrap())
    }

    #[test]
    fn the_longest_prefix_decides() {
        assert_eq!(own("keyword.control.rust"), Own::Kind(Kind::Keyword));
        assert_eq!(own("keyword.operator.rust"), Own::Kind(Kind::Operator));
        assert_eq!(own("entity.name.tag.yaml"), Own::Kind(Kind::Key));
        assert_eq!(own("entity.name.tag.html"), Own::Kind(Kind::Tag));
        assert_eq!(own("meta.block.rust"), Own::Nothing);
        assert_eq!(own("invalid.illegal.rust"), Own::Nothing);
    }

    #[test]
    fn classes_are_distinct_and_short() {
        let mut classes: Vec<_> = Kind::ALL.iter().map(|kind| kind.class()).collect();
        assert!(classes.iter().all(|class| matches!(class.len(), 1 | 2)));
        classes.sort_unstable();
        let count = classes.len();
        classes.dedup();
        assert_eq!(classes.len(), count);
    }
}
