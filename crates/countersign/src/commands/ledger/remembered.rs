//! The last checkpoint this machine has seen of each log: what its next head must continue.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::system::write_private;

/// Where the checkpoint of a log is kept.
pub fn path(state: &Path, origin: &str) -> PathBuf {
    let name: String = origin
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '_' })
        .collect();
    state.join("checkpoints").join(format!("{name}.note"))
}

/// The checkpoint that was seen last, if there is one.
pub fn read(path: &Path) -> Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(note) => Ok(Some(note)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e).with_context(|| format!("failed to read {}", path.display())),
    }
}

/// Keeps a checkpoint.
pub fn write(path: &Path, note: &str) -> Result<()> {
    write_private(path, note).with_context(|| format!("failed to write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_can_not_leave_the_folder() {
        let path = path(Path::new("/state"), "../../etc/passwd");
        assert_eq!(path, Path::new("/state/checkpoints/.._.._etc_passwd.note"));
        let folder = tempfile::tempdir().unwrap();
        let path = super::path(folder.path(), "log.example.com");
        assert_eq!(read(&path).unwrap(), None);
        write(&path, "note").unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("note"));
    }
}
