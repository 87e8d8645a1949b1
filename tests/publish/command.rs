//! The command, over a folder: what it refuses, says and leaves.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            folder: TempDir::new().unwrap(),
        };
        place.write(
            "guidepost.toml",
            "base-url = \"https://example.org/\"\n[publish.live]\nto = \"../target\"\n",
        );
        for n in 0..4 {
            place.write(&format!("g{n}.md"), &format!("# Guide {n}\n\nText.\n"));
        }
        place.build(&[]);
        place
    }

    fn site(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    fn write(&self, name: &str, text: &str) {
        fs::create_dir_all(self.site()).unwrap();
        fs::write(self.site().join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_guidepost"))
            .current_dir(self.site())
            .env_remove("SOURCE_DATE_EPOCH")
            .env("AWS_SECRET_ACCESS_KEY", "planted-secret")
            .env("AWS_SESSION_TOKEN", "planted-token")
            .args(arguments)
            .output()
            .unwrap()
    }

    fn build(&self, options: &[&str]) {
        let output = self.run(&[&["build"], options].concat());
        assert!(output.status.success(), "{}", said(&output));
    }

    fn publish(&self, options: &[&str]) -> Output {
        let output = self.run(&[&["publish", "live"], options].concat());
        let all = [
            said(&output),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        ];
        assert!(!all.concat().contains("planted-"), "{all:?}");
        output
    }

    fn good(&self, options: &[&str]) -> String {
        let output = self.publish(options);
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    }

    /// Publishes, is refused by this name, and has touched nothing.
    fn refused(&self, options: &[&str], name: &str) {
        let before = tree(&self.folder.path().join("target"));
        let output = self.publish(&[options, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let names: Vec<&str> = document["refusals"]
            .as_array()
            .unwrap()
            .iter()
            .map(|refusal| refusal["name"].as_str().unwrap())
            .collect();
        assert!(names.contains(&name), "{names:?}");
        assert_eq!(tree(&self.folder.path().join("target")), before);
    }

    /// Whether readers get what was built and nothing else.
    fn is_live(&self) -> bool {
        let mut live = tree(&self.folder.path().join("target"));
        live.retain(|(path, _)| !path.starts_with(".guidepost"));
        live == tree(&self.site().join("public"))
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn tree(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder)
        .into_iter()
        .filter_map(Result::ok)
    {
        if entry.file_type().is_file() {
            let path = entry.path().strip_prefix(folder).unwrap().to_owned();
            files.push((path, fs::read(entry.path()).unwrap()));
        }
    }
    files.sort();
    files
}

#[test]
fn a_folder_is_published_changed_and_brought_back() {
    let place = Place::new();
    assert!(place.good(&[]).starts_with("Published "));
    assert!(place.is_live());
    assert!(place.good(&[]).starts_with("Nothing to do"));
    let first = tree(&place.site().join("public"));
    place.write("g1.md", "# Another\n\nOther text.\n");
    fs::remove_file(place.site().join("g2.md")).unwrap();
    place.build(&[]);
    let dry = place.publish(&["--dry-run"]);
    let dry = String::from_utf8_lossy(&dry.stdout).into_owned();
    assert!(dry.contains("delete   g2/index.html"), "{dry}");
    place.good(&[]);
    assert!(place.is_live());
    let listed = place.publish(&["--list"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let ids: Vec<&str> = listed
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(ids.len(), 2, "{listed}");
    place.good(&["--rollback", ids[1]]);
    let mut live = tree(&place.folder.path().join("target"));
    live.retain(|(path, _)| !path.starts_with(".guidepost"));
    assert_eq!(live, first);
    place.good(&[]);
    assert!(place.is_live());
    // Records hold nothing of this machine.
    for (path, bytes) in tree(&place.folder.path().join("target/.guidepost")) {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let private = place.folder.path().to_str().unwrap();
        assert!(!text.contains(private), "{}", path.display());
    }
}

#[test]
fn a_build_that_is_not_the_site_is_refused() {
    let place = Place::new();
    place.good(&[]);
    place.write("g1.md", "# Changed since\n");
    place.refused(&[], "stale-build");
    place.write("g1.md", "+++\ntitle = 1 1\n+++\n");
    assert_eq!(place.run(&["build"]).status.code(), Some(1));
    place.refused(&[], "stale-build");
    place.write("g1.md", "# Guide\n");
    place.write("new.md", "# New\n");
    place.refused(&[], "stale-build");
    place.build(&["--drafts"]);
    place.refused(&[], "preview-build");
    place.build(&["--future"]);
    place.refused(&[], "preview-build");
    place.build(&["--base-url", "http://127.0.0.1:8000/"]);
    place.refused(&[], "loopback-base-url");
    place.build(&["--base-url", "https://other.example.org/"]);
    place.refused(&[], "other-site");
    place.build(&[]);
    fs::write(place.site().join("public/g0/index.html"), "by hand").unwrap();
    place.refused(&[], "changed-output");
    place.build(&[]);
    place.good(&[]);
    for n in 0..4 {
        fs::remove_file(place.site().join(format!("g{n}.md"))).unwrap();
    }
    fs::remove_file(place.site().join("new.md")).unwrap();
    place.build(&[]);
    place.refused(&[], "empty-build");
}

#[test]
fn a_target_that_is_not_empty_or_not_apart_is_refused() {
    let place = Place::new();
    let target = place.folder.path().join("target");
    fs::create_dir_all(target.join("g0")).unwrap();
    fs::write(target.join("g0/index.html"), "theirs").unwrap();
    fs::write(target.join("theirs.txt"), "theirs").unwrap();
    place.refused(&[], "not-empty");
    place.good(&["--adopt"]);
    assert_eq!(fs::read(target.join("theirs.txt")).unwrap(), b"theirs");
    fs::remove_file(target.join("theirs.txt")).unwrap();
    assert!(place.is_live());
    for to in ["public", "public/below", ".", ".."] {
        place.write(
            "guidepost.toml",
            &format!("base-url = \"https://example.org/\"\n[publish.live]\nto = \"{to}\"\n"),
        );
        place.build(&[]);
        place.refused(&[], "target-is-source");
    }
    let unknown = place.run(&["publish", "life"]);
    assert!(
        said(&unknown).contains("did you mean `live`?"),
        "{}",
        said(&unknown)
    );
}
