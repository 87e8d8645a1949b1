//! Languages by the names that people write in fences.
//!
//! A name is looked up without case in [`NAMES`] first, then among the names
//! and file extensions of the grammars themselves. Names of languages that we
//! know but have no grammar for are plain text without a complaint: the writer
//! made no mistake.

use std::collections::HashMap;
use std::sync::OnceLock;

use syntect::parsing::SyntaxReference;

use super::grammar;
use crate::ground::suggest::did_you_mean;

/// How a block is read.
#[derive(Clone, Copy)]
pub(super) enum Language {
    /// Not at all.
    Plain,
    /// With a grammar.
    Grammar(&'static SyntaxReference),
    /// As a script of the shell or, where it begins with a `$` prompt, as a session.
    Shell(&'static SyntaxReference),
    /// As a console session: prompts, commands and what they print.
    Session(&'static SyntaxReference),
    /// With our own reader for Prometheus' query language.
    PromQl,
}

const PLAIN: &str = "text";
const PROMQL: &str = "promql";
const SESSION: &str = "console";
const SHELL: &str = "Bourne Again Shell (bash)";

/// The grammar's name (or one of the three special readers), and the names
/// that people use for it, the usual one first.
const NAMES: &[(&str, &str)] = &[
    (
        PLAIN,
        "text txt plain plaintext none nohighlight no-highlight raw verbatim ascii ascii-art tree \
         output out stdout stderr log logs syslog journal traceback stacktrace diagram table csv tsv psv",
    ),
    // Languages without a grammar here.
    (
        PLAIN,
        "mermaid plantuml puml d2 math katex asciimath ebnf bnf abnf peg asn1 kusto kql splunk spl \
         cobol vb vba vbnet visual-basic vbscript apl wasm wat bicep cue dhall gherkin feature \
         cucumber prolog postscript stata sas abap apex haxe pug handlebars hbs mustache liquid \
         smalltalk scheme-repl caddyfile caddy haproxy varnish vcl squid iptables nftables cisco \
         ios junos gcode g-code structured-text ladder st iec61131 scl snmp mib edn-repl vega \
         rsyslog logrotate nagios zabbix pem certificate gpg hex hexdump gnuplot",
    ),
    (PROMQL, "promql prometheus metricsql logql"),
    (
        SESSION,
        "console shell-session shellsession sh-session bash-session terminal term session \
         console-session tty ssh-session zsh-session",
    ),
    (
        SHELL,
        "bash sh shell zsh ksh ash dash shellscript shell-script bashrc posix",
    ),
    ("AWK", "awk gawk"),
    ("Ada", "ada"),
    (
        "Apache Conf",
        "apache apacheconf apache-conf httpd htaccess",
    ),
    ("AppleScript", "applescript osascript"),
    ("ARM Assembly", "arm armasm"),
    ("AsciiDoc (Asciidoctor)", "asciidoc adoc asciidoctor"),
    ("Batch File", "batch bat cmd dos dosbatch winbatch"),
    ("BibTeX", "bibtex bib"),
    ("C", "c h"),
    ("C#", "csharp c# cs dotnet"),
    ("C++", "cpp c++ cc cxx hpp arduino ino"),
    ("CMake", "cmake"),
    ("CSS", "css"),
    ("Cabal", "cabal"),
    ("Clojure", "clojure clj cljs edn"),
    ("CoffeeScript", "coffeescript coffee"),
    ("Crontab", "crontab cron"),
    ("Crystal", "crystal cr"),
    ("D", "d dlang"),
    ("Dart", "dart"),
    ("Diff", "diff patch udiff git-diff"),
    ("Dockerfile (with bash)", "dockerfile docker containerfile"),
    ("DotENV", "dotenv env"),
    ("Elixir", "elixir ex exs iex"),
    ("Elm", "elm"),
    ("Email", "email eml"),
    ("Erlang", "erlang erl"),
    ("F#", "fsharp f# fs"),
    ("Fish", "fish"),
    ("Fortran (Modern)", "fortran f90 f95"),
    ("fstab", "fstab crypttab"),
    ("GDScript (Godot Engine)", "gdscript godot"),
    ("GLSL", "glsl"),
    ("Git Attributes", "gitattributes"),
    ("Git Config", "gitconfig git-config"),
    ("Git Ignore", "gitignore dockerignore ignore"),
    ("Git Rebase Todo", "git-rebase"),
    ("Go", "go golang"),
    ("Gomod", "gomod go-mod"),
    ("GraphQL", "graphql gql"),
    ("Graphviz (DOT)", "dot graphviz gv"),
    ("Groff/troff", "groff troff roff"),
    ("Groovy", "groovy gradle jenkinsfile jenkins"),
    ("HTML", "html htm xhtml html5"),
    ("HTML (Jinja2)", "html+jinja html-jinja django html+django"),
    ("HTML (Rails)", "erb rhtml html+erb"),
    ("HTML (Twig)", "twig html+twig"),
    ("HTTP Request and Response", "http https rest-client"),
    ("Haskell", "haskell hs"),
    ("Hosts File", "hosts etc-hosts"),
    (
        "INI",
        "ini inf reg registry cfg conf config cnf editorconfig desktop systemd service unit timer \
         socket-unit udev sysctl my.cnf supervisord",
    ),
    ("Idris", "idris"),
    ("JQ", "jq"),
    (
        "JSON",
        "json jsonc json-with-comments jsonl ndjson geojson jsonld json-ld webmanifest har",
    ),
    ("Java", "java"),
    ("Java Properties", "properties java-properties"),
    (
        "JavaScript",
        "javascript js node nodejs mjs cjs ecmascript json5 hjson",
    ),
    ("JavaScript (Babel)", "jsx javascriptreact"),
    ("Jinja2", "jinja jinja2 j2 nunjucks"),
    ("Julia", "julia jl"),
    ("Kotlin", "kotlin kt kts"),
    ("LLVM", "llvm"),
    ("LaTeX", "latex"),
    ("TeX", "tex"),
    ("Lean 4", "lean lean4"),
    ("Lisp", "lisp common-lisp elisp emacs-lisp scheme scm"),
    ("LiveScript", "livescript ls"),
    ("Lua", "lua luau"),
    ("MATLAB", "matlab octave"),
    ("Makefile", "makefile make mk gnumake"),
    ("Markdown", "markdown md mdx gfm commonmark"),
    ("MediaWiki", "mediawiki wikitext"),
    ("NSIS", "nsis"),
    ("nginx", "nginx nginxconf nginx-conf"),
    ("Nim", "nim"),
    ("Ninja", "ninja"),
    ("Nix", "nix"),
    ("OCaml", "ocaml ml reasonml"),
    ("Objective-C", "objective-c objectivec objc obj-c"),
    ("Objective-C++", "objective-c++ objectivec++ objc++"),
    ("Odin", "odin"),
    ("orgmode", "org orgmode org-mode"),
    ("PHP", "php"),
    ("Pascal", "pascal delphi"),
    ("Perl", "perl pl"),
    ("PowerShell", "powershell ps1 pwsh posh ps psm1"),
    ("Protocol Buffer", "protobuf proto proto3 grpc"),
    ("Protocol Buffer (TEXT)", "prototext textproto pbtxt"),
    ("Puppet", "puppet pp"),
    ("PureScript", "purescript"),
    (
        "Python",
        "python py python3 py3 pycon python-repl ipython starlark bazel bzl",
    ),
    ("QML", "qml"),
    ("R", "r rlang rscript"),
    ("Racket", "racket rkt"),
    ("Rego", "rego opa"),
    ("Regular Expression", "regex regexp re"),
    ("Requirements.txt", "requirements pip-requirements"),
    ("resolv", "resolv resolv.conf"),
    ("Robot Framework", "robot robotframework"),
    ("Ruby", "ruby rb irb gemfile rakefile vagrantfile podfile"),
    ("Rust", "rust rs"),
    ("SCSS", "scss less"),
    ("SML", "sml"),
    (
        "SQL",
        "sql mysql postgres postgresql psql pgsql plpgsql plsql sqlite tsql mssql mariadb \
         bigquery cql hql",
    ),
    ("SSH Config", "ssh-config sshconfig ssh_config"),
    ("SSHD Config", "sshd-config sshd_config"),
    ("Salt State (SLS)", "salt sls saltstack"),
    ("Sass", "sass"),
    ("Scala", "scala sbt"),
    ("Solidity", "solidity sol"),
    ("Strace", "strace"),
    ("Stylus", "stylus"),
    ("Svelte", "svelte"),
    ("Swift", "swift"),
    ("TOML", "toml"),
    ("Tcl", "tcl expect"),
    ("Terraform", "hcl terraform tf tfvars opentofu nomad packer"),
    ("Textile", "textile"),
    ("TypeScript", "typescript ts mts cts deno"),
    ("TypeScriptReact", "tsx typescriptreact"),
    ("Typst", "typst typ"),
    ("VHDL", "vhdl"),
    ("Verilog", "verilog systemverilog sv svh"),
    ("VimL", "vim viml vimscript vimrc"),
    ("Vue Component", "vue"),
    ("WGSL", "wgsl"),
    (
        "XML",
        "xml svg xsd xsl xslt rss atom plist pom maven wsdl soap",
    ),
    (
        "YAML",
        "yaml yml k8s kubernetes kubectl ansible helm cloudformation compose docker-compose \
         openapi swagger github-actions",
    ),
    ("Zig", "zig"),
    ("jsonnet", "jsonnet libsonnet"),
    ("reStructuredText", "rst restructuredtext"),
    ("x86_64 Assembly", "asm assembly nasm x86asm x86 gas"),
];

/// Grammars that can take seconds for one line of ordinary length; the
/// languages are read with their nearest relatives.
const SLOW: &[&str] = &["Less", "SystemVerilog", "gnuplot"];

/// Finds a language, or else the name that was probably meant.
pub(super) fn find(name: &str) -> Result<Language, Option<String>> {
    let name = name.trim().to_lowercase();
    // Ways of other tools to write the same thing.
    let name = name.trim_start_matches('.');
    let name = name
        .strip_prefix("language-")
        .or_else(|| name.strip_prefix("lang-"))
        .unwrap_or(name);
    if name.is_empty() {
        return Ok(Language::Plain);
    }
    match index().get(name) {
        Some(language) => Ok(*language),
        None => Err(did_you_mean(name, suggestions()).map(String::from)),
    }
}

fn suggestions() -> impl Iterator<Item = &'static str> {
    NAMES.iter().flat_map(|(_, names)| names.split_whitespace())
}

fn index() -> &'static HashMap<String, Language> {
    static INDEX: OnceLock<HashMap<String, Language>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = HashMap::new();
        for (target, names) in NAMES {
            if let Some(language) = target_language(target) {
                for name in names.split_whitespace() {
                    index.insert(name.to_owned(), language);
                }
            }
        }
        // The grammars' own names, then their extensions; what stands already stays.
        let grammars = || {
            let usable = |one: &&SyntaxReference| !one.hidden && !SLOW.contains(&&*one.name);
            grammar::set().syntaxes().iter().filter(usable)
        };
        for syntax in grammars() {
            let name = syntax.name.to_lowercase();
            index
                .entry(name.replace(' ', "-"))
                .or_insert_with(|| by_grammar(syntax));
        }
        for syntax in grammars() {
            for extension in &syntax.file_extensions {
                index
                    .entry(extension.to_lowercase())
                    .or_insert_with(|| by_grammar(syntax));
            }
        }
        index
    })
}

fn target_language(target: &str) -> Option<Language> {
    let grammar = |name| grammar::set().find_syntax_by_name(name);
    match target {
        PLAIN => Some(Language::Plain),
        PROMQL => Some(Language::PromQl),
        SESSION => grammar(SHELL).map(Language::Session),
        name => grammar(name).map(by_grammar),
    }
}

fn by_grammar(syntax: &'static SyntaxReference) -> Language {
    match syntax.name.as_str() {
        "Plain Text" => Language::Plain,
        SHELL => Language::Shell(syntax),
        _ => Language::Grammar(syntax),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Language, NAMES, find, target_language};

    fn reader(name: &str) -> String {
        match find(name) {
            Ok(Language::Plain) => "plain".into(),
            Ok(Language::Grammar(syntax)) => syntax.name.clone(),
            Ok(Language::Shell(_)) => "shell".into(),
            Ok(Language::Session(_)) => "session".into(),
            Ok(Language::PromQl) => "promql".into(),
            Err(meant) => format!("? {}", meant.unwrap_or_default()),
        }
    }

    #[test]
    fn every_grammar_of_the_table_exists_and_no_name_stands_twice() {
        let mut seen = HashSet::new();
        for (target, names) in NAMES {
            assert!(target_language(target).is_some(), "no grammar `{target}`");
            for name in names.split_whitespace() {
                assert!(seen.insert(name), "`{name}` stands twice");
                assert_eq!(name, name.to_lowercase());
            }
        }
    }

    #[test]
    fn names_are_found_as_people_write_them() {
        let expected = [
            ("sh", "shell"),
            ("Shell", "shell"),
            ("BASH", "shell"),
            ("console", "session"),
            ("shell-session", "session"),
            ("yml", "YAML"),
            ("js", "JavaScript"),
            ("jsx", "JavaScript (Babel)"),
            ("ts", "TypeScript"),
            ("tsx", "TypeScriptReact"),
            ("Dockerfile", "Dockerfile (with bash)"),
            ("golang", "Go"),
            ("py", "Python"),
            ("PowerShell", "PowerShell"),
            ("ps1", "PowerShell"),
            ("terraform", "Terraform"),
            ("jsonc", "JSON"),
            ("toml", "TOML"),
            ("nginx", "nginx"),
            ("c++", "C++"),
            ("language-rust", "Rust"),
            ("promql", "promql"),
            ("mermaid", "plain"),
            ("plaintext", "plain"),
            ("log", "plain"),
            ("", "plain"),
            // Only among the grammars' own extensions.
            ("pyi", "Python"),
            // Read by a relative.
            ("less", "SCSS"),
            ("svh", "Verilog"),
            ("java-server-page-(jsp)", "Java Server Page (JSP)"),
        ];
        for (name, language) in expected {
            assert_eq!(reader(name), language, "{name}");
        }
    }

    #[test]
    fn an_unknown_name_has_a_suggestion_where_one_is_near() {
        assert_eq!(reader("yamll"), "? yaml");
        assert_eq!(reader("pyhton"), "? python");
        assert_eq!(reader("javascirpt"), "? javascript");
        assert_eq!(reader("qqqqqqqq"), "? ");
    }
}
