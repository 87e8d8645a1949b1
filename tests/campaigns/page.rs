//! A page of a made-up site, and how it is written down.

use std::collections::BTreeMap;
use std::fmt::Write;

/// What a page is, by its file's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `name.md`
    Leaf,
    /// `name/index.md`
    Bundle,
    /// `_index.md`
    Section,
}

/// A page. Values are literals that TOML and YAML have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The folder below the content folder, empty at the top.
    pub folder: String,
    /// The file's stem, or the bundle's folder; nothing for sections.
    pub name: String,
    pub form: Form,
    /// Whether its front matter is YAML.
    pub yaml: bool,
    /// Lines of remarks above the keys of its front matter.
    pub remarks: usize,
    pub title: Option<String>,
    /// Other keys of the front matter.
    pub keys: BTreeMap<String, String>,
    pub tags: Vec<String>,
    pub aliases: Vec<String>,
    pub meta: BTreeMap<String, String>,
    pub review: BTreeMap<String, String>,
    /// Blocks of Markdown.
    pub body: Vec<String>,
}

impl Page {
    pub fn new(folder: &str, name: &str, form: Form) -> Self {
        Self {
            folder: folder.into(),
            name: name.into(),
            form,
            yaml: false,
            remarks: 0,
            title: None,
            keys: BTreeMap::new(),
            tags: Vec::new(),
            aliases: Vec::new(),
            meta: BTreeMap::new(),
            review: BTreeMap::new(),
            body: Vec::new(),
        }
    }

    /// The file below the content folder.
    pub fn path(&self) -> String {
        let file = match self.form {
            Form::Leaf => format!("{}.md", self.name),
            Form::Bundle => format!("{}/index.md", self.name),
            Form::Section => "_index.md".to_owned(),
        };
        join(&self.folder, &file)
    }

    /// The folder of a bundle's other files.
    pub fn bundle_folder(&self) -> Option<String> {
        (self.form == Form::Bundle).then(|| join(&self.folder, &self.name))
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let (fence, is) = if self.yaml {
            ("---", ": ")
        } else {
            ("+++", " = ")
        };
        let mut head = "# Looked through.\n".repeat(self.remarks);
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(head, "{key}{is}{value}");
        };
        if let Some(title) = &self.title {
            line("title", &quoted(title));
        }
        for (key, value) in &self.keys {
            line(key, value);
        }
        for (key, list) in [("tags", &self.tags), ("aliases", &self.aliases)] {
            if !list.is_empty() {
                let values: Vec<String> = list.iter().map(|value| quoted(value)).collect();
                line(key, &format!("[{}]", values.join(", ")));
            }
        }
        for (table, values) in [("meta", &self.meta), ("review", &self.review)] {
            if values.is_empty() {
                continue;
            }
            if self.yaml {
                let _ = writeln!(head, "{table}:");
            } else {
                let _ = writeln!(head, "[{table}]");
            }
            for (key, value) in values {
                let indent = if self.yaml { "  " } else { "" };
                let _ = writeln!(head, "{indent}{key}{is}{value}");
            }
        }
        let body = self.body.join("\n\n");
        if head.is_empty() {
            return format!("{body}\n");
        }
        format!("{fence}\n{head}{fence}\n\n{body}\n")
    }
}

/// A text as a literal.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A path in a folder.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
