//! Computes the build id: a digest of everything that decides what this
//! program makes of a site. A cache that another build id wrote is not
//! believed.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let mut files = Vec::new();
    for folder in ["src", "templates", "static"] {
        println!("cargo::rerun-if-changed={folder}");
        collect(Path::new(folder), &mut files);
    }
    for file in ["Cargo.lock", "Cargo.toml", "build.rs"] {
        println!("cargo::rerun-if-changed={file}");
        files.push(PathBuf::from(file));
    }
    files.sort();
    let mut hasher = blake3::Hasher::new();
    for file in files {
        let Ok(bytes) = fs::read(&file) else { continue };
        // Neither the separator of paths nor git's line breaks decide anything.
        let name = file.to_string_lossy().replace('\\', "/");
        let bytes: Vec<u8> = bytes.into_iter().filter(|byte| *byte != b'\r').collect();
        hasher.update(name.as_bytes());
        hasher.update(&[0]);
        hasher.update(blake3::hash(&bytes).as_bytes());
    }
    let mut features: Vec<String> = std::env::vars()
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("CARGO_FEATURE_"))
        .collect();
    features.sort();
    hasher.update(features.join(",").as_bytes());
    let id = hasher.finalize().to_hex();
    println!("cargo::rustc-env=GUIDEPOST_BUILD_ID={}", &id[..32]);
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
