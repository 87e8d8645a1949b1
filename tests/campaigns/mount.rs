//! Filesystems of our own, on loop devices, where that is permitted.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A mounted ext4 image; unmounted when dropped.
pub struct Mount {
    pub image: PathBuf,
    pub place: PathBuf,
    options: String,
}

fn run(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Err(format!("{}: {error}", command.get_program().display())),
    }
}

/// Makes an ext4 image of so many MiB.
pub fn make(image: &Path, megabytes: u64, options: &[&str]) -> Result<(), String> {
    std::fs::File::create(image)
        .and_then(|file| file.set_len(megabytes << 20))
        .map_err(|error| error.to_string())?;
    // An administrator's tools are not in everybody's path.
    let path = format!(
        "{}:/usr/sbin:/sbin",
        std::env::var("PATH").unwrap_or_default()
    );
    run(Command::new("mkfs.ext4")
        .env("PATH", path)
        .arg("-q")
        .arg("-F")
        .args(options)
        .arg(image))
}

impl Mount {
    /// Mounts an image. A journal is played back, as after a power cut.
    pub fn new(image: &Path, place: &Path, options: &str) -> Result<Self, String> {
        std::fs::create_dir_all(place).map_err(|error| error.to_string())?;
        let mount = Self {
            image: image.to_owned(),
            place: place.to_owned(),
            options: options.to_owned(),
        };
        mount.attach()?;
        Ok(mount)
    }

    fn attach(&self) -> Result<(), String> {
        run(Command::new("mount")
            .args(["-t", "ext4", "-o"])
            .arg(format!("loop,{}", self.options))
            .arg(&self.image)
            .arg(&self.place))
    }

    fn detach(&self) {
        for _ in 0..50 {
            if run(Command::new("umount").arg(&self.place)).is_ok() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        // Nothing may be left mounted, even where a process still looks.
        let _ = run(Command::new("umount").arg("-l").arg(&self.place));
    }

    /// Turns a bit of a file on the disk behind the filesystem's back, so that
    /// its size and times stay as they are. The file is found by its first
    /// bytes, which begin a block. Says whether it was found.
    pub fn turn_a_bit(&self, file: &Path) -> Result<bool, String> {
        let told = |error: std::io::Error| error.to_string();
        let mut head = std::fs::read(file).map_err(told)?;
        head.truncate(BLOCK);
        self.detach();
        let mut bytes = std::fs::read(&self.image).map_err(told)?;
        let blocks = bytes.chunks_mut(BLOCK);
        let held: Vec<&mut [u8]> = blocks.filter(|block| block.starts_with(&head)).collect();
        let found = !held.is_empty() && !head.is_empty();
        for block in held {
            block[head.len() / 2] ^= 1;
        }
        if found {
            std::fs::write(&self.image, bytes).map_err(told)?;
        }
        self.attach().map(|()| found)
    }
}

/// The size of the blocks into which small images are cut.
const BLOCK: usize = 1024;

impl Drop for Mount {
    fn drop(&mut self) {
        self.detach();
    }
}
