//! What whoever asks declares of a change: its version, and the paths in the source that it touches.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use api_types::changes::ChangeRequest;

use super::git;

/// What is declared. Policy may go by it; it is the word of whoever asks.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Declared {
    /// The version that would be in place, such as 4.12.0
    #[arg(long, value_name = "VERSION")]
    version: Option<String>,
    /// A path in the source that the change touches (repeat for several)
    #[arg(long = "path", value_name = "PATH")]
    paths: Vec<String>,
    /// Take the touched paths from a file, one a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    paths_from: Option<PathBuf>,
    /// Take the touched paths from these commits, such as v1.2..HEAD
    #[arg(long, value_name = "RANGE")]
    paths_from_git: Option<String>,
}

impl Declared {
    /// Puts what was given into a request; paths that are given take the place of all.
    pub fn put(&self, request: &mut ChangeRequest) -> Result<()> {
        if self.version.is_some() {
            request.version.clone_from(&self.version);
        }
        let mut paths: BTreeSet<String> = self.paths.iter().cloned().collect();
        if let Some(file) = &self.paths_from {
            paths.extend(lines(&read(file)?));
        }
        if let Some(range) = &self.paths_from_git {
            paths.extend(git::paths(range)?);
        }
        if !paths.is_empty() {
            request.paths = paths.into_iter().collect();
        }
        Ok(())
    }
}

fn read(file: &Path) -> Result<String> {
    if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("failed to read standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| format!("failed to read {}", file.display()))
}

fn lines(text: &str) -> impl Iterator<Item = String> + '_ {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m4_1_paths_are_named_once_and_take_the_place_of_all() {
        let declared = Declared {
            paths: vec!["b".to_owned(), "a".to_owned(), "b".to_owned()],
            ..Declared::default()
        };
        let mut request = ChangeRequest::new("t", "s", "e");
        request.paths = vec!["before".to_owned()];
        Declared::default().put(&mut request).unwrap();
        assert_eq!(
            (request.paths.as_slice(), &request.version),
            (&["before".to_owned()][..], &None)
        );
        declared.put(&mut request).unwrap();
        assert_eq!(request.paths, ["a", "b"]);
        assert_eq!(lines("a\r\n\nb c\n").collect::<Vec<_>>(), ["a", "b c"]);
    }
}
