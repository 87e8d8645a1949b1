//! `[publish.NAME]`: targets, and no credentials.
//!
//! Invariant: no finding about a target repeats what was written there, in
//! its words or as the line of the source: it may hold what nobody should
//! read.

use std::collections::BTreeMap;

use super::super::config::{History, PublishOptions};
use super::super::node::{Entry, Node};
use super::super::publish_address::{self, BadAddress, HostAddress};
use super::super::reader::Reader;
use super::{keys, set, values};
use crate::ground::rule::Rule;

/// What a target's URL may begin with.
const SCHEMES: &[&str] = &["s3", "s3a", "gs", "az", "abfs", "abfss", "azure", "https"];

/// Hosts that `https` may name: those by which a bucket is known.
const HOSTS: &[&str] = &[
    ".amazonaws.com",
    ".r2.cloudflarestorage.com",
    ".blob.core.windows.net",
    ".dfs.core.windows.net",
];

/// Seconds in a cache, at most: ten years.
const LONGEST: u32 = 315_360_000;

/// All targets.
pub(super) fn targets(
    reader: &mut Reader<'_, '_>,
    node: &Node,
) -> BTreeMap<String, PublishOptions> {
    let before = reader.diagnostics.len();
    let mut targets = BTreeMap::new();
    for entry in reader.table("publish", node).unwrap_or_default() {
        if let Some(options) = target(reader, entry) {
            targets.insert(entry.key.clone(), options);
        }
    }
    for found in &mut reader.diagnostics[before..] {
        if let Some(place) = &mut found.place {
            place.excerpt.clear();
            place.cut = 0;
        }
    }
    targets
}

fn target(reader: &mut Reader<'_, '_>, entry: &Entry) -> Option<PublishOptions> {
    let name = &entry.key;
    let table = format!("publish.{name}");
    let mut options = PublishOptions::default();
    let entries = reader.table(&table, &entry.value)?;
    for entry in entries {
        let (path, node) = (format!("{table}.{}", entry.key), &entry.value);
        match entry.key.as_str() {
            "to" => set(&mut options.to, address(reader, &path, node)),
            "endpoint" => options.endpoint = endpoint(reader, &path, node),
            "region" => options.region = values::words(reader, &path, node, "\"eu-west-1\""),
            "max-deletes" => set(
                &mut options.max_deletes,
                reader.count(&path, node, 100, "25"),
            ),
            "keep" => set(&mut options.keep, reader.count(&path, node, 100, "5")),
            "keep-assets" => set(
                &mut options.keep_assets,
                reader.count(&path, node, 100, "3"),
            ),
            "compress" => set(&mut options.compress, reader.boolean(&path, node)),
            "page-max-age" => set(
                &mut options.page_max_age,
                reader.count(&path, node, LONGEST, "60"),
            ),
            "asset-max-age" => set(
                &mut options.asset_max_age,
                reader.count(&path, node, LONGEST, "3600"),
            ),
            "fingerprinted-max-age" => set(
                &mut options.fingerprinted_max_age,
                reader.count(&path, node, LONGEST, "31536000"),
            ),
            "headers-file" => set(&mut options.headers_file, reader.boolean(&path, node)),
            "redirects-file" => set(&mut options.redirects_file, reader.boolean(&path, node)),
            "history" => set(&mut options.history, history(reader, &path, node)),
            "cname" => options.cname = cname(reader, &path, node),
            _ => keys::unknown(reader, "publish", entry),
        }
    }
    let git = matches!(
        publish_address::read(&options.to),
        Some(Ok(HostAddress::Git(_)))
    );
    for entry in entries.iter().filter(|_| !git && !options.to.is_empty()) {
        if matches!(entry.key.as_str(), "history" | "cname") {
            let message = format!(
                "`{table}.{}` is for a target that is a git branch",
                entry.key
            );
            values::invalid(reader, &entry.value, message);
        }
    }
    if !entries.iter().any(|entry| entry.key == "to") {
        let message = format!("`publish.{name}` does not say where `to`");
        reader
            .report(Rule::InvalidConfig, entry.key_span.clone(), message)
            .help = Some("add `to = \"s3://bucket/prefix\"`, or the path of a folder".into());
    }
    Some(options)
}

/// A folder, or a URL that names a bucket.
fn address(reader: &mut Reader<'_, '_>, path: &str, node: &Node) -> Option<String> {
    let text = values::words(reader, path, node, "\"s3://bucket/prefix\"")?;
    match publish_address::read(&text) {
        Some(Ok(_)) => return Some(text),
        Some(Err(BadAddress::Credentials)) => {
            with_credentials(reader, path, node);
            return None;
        }
        Some(Err(BadAddress::Form(form))) => {
            let message = format!("`{path}` cannot be used as an address");
            values::invalid(reader, node, message).help = Some(form.into());
            return None;
        }
        None => {}
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Some(text);
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let azure = scheme.starts_with('a');
    let secret = rest.contains(['?', '#'])
        || match authority.rsplit_once('@') {
            // On Azure this is the container.
            Some((user, _)) => !azure || user.contains([':', '%']),
            None => false,
        };
    if secret {
        with_credentials(reader, path, node);
        return None;
    }
    let host = authority.rsplit('@').next().unwrap_or_default();
    let known = SCHEMES.contains(&scheme)
        && !authority.is_empty()
        && (scheme != "https" || HOSTS.iter().any(|end| host.ends_with(end)));
    if !known {
        let message = format!("`{path}` names no kind of target that there is");
        values::invalid(reader, node, message).help = Some(
            "write the path of a folder, `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, \
             `abfss://CONTAINER@ACCOUNT.dfs.core.windows.net/PREFIX`, a bucket's `https` \
             address, `git+URL#BRANCH` or `ssh://USER@HOST/PATH`; `endpoint` says where another service for S3 is"
                .into(),
        );
        return None;
    }
    Some(text)
}

fn history(reader: &mut Reader<'_, '_>, path: &str, node: &Node) -> Option<History> {
    match values::words(reader, path, node, "\"keep\"")?.as_str() {
        "keep" => Some(History::Keep),
        "one-commit" => Some(History::OneCommit),
        _ => {
            let message = format!("`{path}` must be `\"keep\"` or `\"one-commit\"`");
            values::invalid(reader, node, message);
            None
        }
    }
}

/// The domain of a site on GitHub Pages.
fn cname(reader: &mut Reader<'_, '_>, path: &str, node: &Node) -> Option<String> {
    let text = values::words(reader, path, node, "\"guides.example.org\"")?;
    let label = |label: &str| {
        let good = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(good)
    };
    if text.contains('.') && text.split('.').all(label) {
        return Some(text);
    }
    let message = format!("`{path}` must be a domain such as `guides.example.org`");
    values::invalid(reader, node, message);
    None
}

fn endpoint(reader: &mut Reader<'_, '_>, path: &str, node: &Node) -> Option<String> {
    let text = values::words(reader, path, node, "\"https://s3.example.org\"")?;
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(rest) if rest.contains(['@', '?', '#']) => {
            with_credentials(reader, path, node);
            None
        }
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') => Some(text),
        _ => {
            let message = format!("`{path}` must be an `https` or `http` address");
            values::invalid(reader, node, message);
            None
        }
    }
}

fn with_credentials(reader: &mut Reader<'_, '_>, path: &str, node: &Node) {
    let message = format!("`{path}` has a user, a password or a query in it");
    values::invalid(reader, node, message).help = Some(
        "take it out, and consider what stood there known to everybody who can read the file: \
         credentials come from the environment (`AWS_ACCESS_KEY_ID` and its like)"
            .into(),
    );
}
