use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::{SynthError, guide, synthesize};
use crate::edge::build::{BuildOptions, build};
use crate::ground::digest::Digest;

/// Every file of a folder.
fn tree(top: &Path) -> BTreeMap<String, Vec<u8>> {
    walkdir::WalkDir::new(top)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(top).unwrap();
            let parts: Vec<&str> = path.iter().map(|part| part.to_str().unwrap()).collect();
            (parts.join("/"), fs::read(entry.path()).unwrap())
        })
        .collect()
}

fn corpus(guides: usize, seed: u64) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let written = synthesize(guides, seed, folder.path()).unwrap();
    let tree = tree(folder.path());
    assert_eq!(written.files, tree.len());
    assert_eq!(written.bytes, tree.values().map(Vec::len).sum::<usize>());
    tree
}

#[test]
fn equal_arguments_give_equal_bytes_and_others_do_not() {
    let first = corpus(60, 1);
    assert_eq!(first, corpus(60, 1));
    assert_ne!(first, corpus(60, 2));
}

#[test]
fn a_corpus_is_the_same_on_every_platform() {
    // The digest as it was on the platform on which this was written. A change
    // of words or templates moves it, and then measurements start anew.
    let parts: Vec<_> = corpus(40, 7)
        .into_iter()
        .map(|(path, bytes)| (path, Digest::of_bytes(&bytes)))
        .collect();
    assert_eq!(
        Digest::of(&parts).to_hex(),
        "eb2ff840cb120b7d26d337ffa3e48c1a"
    );
}

#[test]
fn a_larger_corpus_begins_with_the_smaller_one() {
    let (small, large) = (corpus(170, 1), corpus(400, 1));
    for (path, bytes) in &small {
        assert_eq!(large.get(path), Some(bytes), "{path}");
    }
    assert!(large.len() > small.len() + 229);
}

#[test]
fn code_blocks_are_distinct_and_in_many_languages() {
    let (mut blocks, mut languages) = (BTreeSet::new(), BTreeSet::new());
    for number in 1..=1_000 {
        let (_, text) = guide::guide(5, number);
        let mut own = BTreeSet::new();
        for block in text.split("\n```").skip(1).step_by(2) {
            let (language, code) = block.split_once('\n').unwrap();
            own.insert(language.to_owned());
            let lines = code.lines().count();
            assert!((8..=25).contains(&lines), "{number}: {lines} lines");
            assert!(blocks.insert(code.to_owned()), "{number}: a block again");
        }
        assert_eq!(own.len(), 3, "{number}");
        languages.extend(own);
    }
    assert_eq!(blocks.len(), 3_000);
    assert_eq!(languages.len(), 13);
}

#[test]
fn guides_are_about_six_kilobytes_and_have_no_gaps() {
    let texts: Vec<String> = (1..=500).map(|number| guide::guide(9, number).1).collect();
    for text in &texts {
        assert!(!text.contains(['‹', '›', '\r']), "{text}");
    }
    let mean = texts.iter().map(String::len).sum::<usize>() / texts.len();
    assert!((5_500..6_700).contains(&mean), "{mean}");
}

#[test]
fn a_folder_with_something_in_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.txt"), "mine").unwrap();
    let refused = synthesize(2, 1, folder.path());
    assert!(matches!(refused, Err(SynthError::NotEmpty(_))));
    assert_eq!(tree(folder.path()).len(), 1);
}

#[test]
fn a_corpus_builds_without_a_word() {
    let folder = tempfile::tempdir().unwrap();
    synthesize(180, 3, folder.path()).unwrap();
    let now = "2026-01-01T00:00:00Z".parse().unwrap();
    let mut options = BuildOptions::new(folder.path(), now);
    options.strict = true;
    let report = build(&options, &|_, _| {}).unwrap();
    assert!(report.diagnostics.is_empty(), "{:#?}", report.diagnostics);
    assert!(!report.failed);
    assert_eq!(report.guides, 180);
}
