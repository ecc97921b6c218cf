//! Makes the demo in a place of its own and moves it into the data folder when it is whole: what was
//! interrupted leaves nothing behind. In memory where the system offers that, because thousands of
//! commits in a row wait for a disk.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Files in memory on Linux.
const MEMORY: &str = "/dev/shm";
/// What an open database keeps beside it and nobody needs afterwards.
const LEFT_BEHIND: [&str; 2] = ["countersign.lock", "countersign.db-shm"];

/// A folder that is removed when this is dropped.
pub struct Staging {
    folder: PathBuf,
}

impl Staging {
    /// Folders to try, the fastest first.
    #[must_use]
    pub fn candidates(data: &Path) -> Vec<PathBuf> {
        let name = format!("countersign-demo-{}", std::process::id());
        let memory = Path::new(MEMORY);
        let in_memory = memory.is_dir().then(|| memory.join(name));
        let mut beside = data.file_name().unwrap_or(OsStr::new("demo")).to_owned();
        beside.push(".unfinished");
        in_memory.into_iter().chain([data.with_file_name(beside)]).collect()
    }

    /// Makes an empty folder that only its owner can look into.
    ///
    /// # Errors
    /// It can't be made.
    pub fn new(folder: PathBuf) -> Result<Self> {
        let failed = || format!("failed to make the folder `{}`", folder.display());
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(failed);
            }
            _ => {}
        }
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt as _;
            builder.mode(0o700);
        }
        builder.create(&folder).with_context(failed)?;
        Ok(Self { folder })
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Copies everything into the data folder, `last` at the end, each file on disk before the next.
    ///
    /// # Errors
    /// A file can't be read or written.
    pub fn move_to(self, data: &Path, last: &Path) -> Result<()> {
        let mut files = Vec::new();
        list(&self.folder, Path::new(""), &mut files)?;
        files.retain(|f| !LEFT_BEHIND.iter().any(|name| f.as_os_str() == *name));
        files.sort_by_key(|file| file == last);
        for file in &files {
            let (from, to) = (self.folder.join(file), data.join(file));
            copy(&from, &to).with_context(|| format!("failed to write `{}`", to.display()))?;
        }
        Ok(())
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Nothing in it is needed any more, and there is nobody left to tell.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn list(root: &Path, within: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let folder = root.join(within);
    let failed = || format!("failed to read `{}`", folder.display());
    for entry in fs::read_dir(&folder).with_context(failed)? {
        let entry = entry.with_context(failed)?;
        let path = within.join(entry.file_name());
        if entry.file_type().with_context(failed)?.is_dir() {
            list(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to)?;
    File::open(to)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_finished_moves_and_what_is_not_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (at, data) = (dir.path().join("staging"), dir.path().join("data"));
        let staging = Staging::new(at.clone()).unwrap();
        fs::create_dir(staging.folder().join("sample")).unwrap();
        for file in ["countersign.db", "countersign.lock", "sample/app.bin", "last.json"] {
            fs::write(staging.folder().join(file), file).unwrap();
        }
        staging.move_to(&data, Path::new("last.json")).unwrap();
        assert!(!at.exists());
        for file in ["countersign.db", "sample/app.bin", "last.json"] {
            assert_eq!(fs::read_to_string(data.join(file)).unwrap(), file);
        }
        assert!(!data.join("countersign.lock").exists());

        drop(Staging::new(at.clone()).unwrap());
        assert!(!at.exists());
    }
}
