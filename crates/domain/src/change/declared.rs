//! What whoever asks declares of a change beside what is deployed: its version, and the paths in the
//! source that it touches. Policy may go by it, so it has one way to be written.

use std::collections::BTreeSet;

use super::{Material, MaterialError};

const VERSION_MAX: usize = 100;
const PATHS_MAX: usize = 1_000;
const PATH_BYTES_MAX: usize = 20_000;

impl Material {
    /// What of it can't be accepted.
    pub(super) fn undeclarable(&self) -> Vec<MaterialError> {
        let error =
            |field: &str, message: String| MaterialError { field: field.to_owned(), message };
        let mut errors = Vec::new();
        if self.version.as_deref().is_some_and(|version| !is_version(version)) {
            let message = "write the version in 1 to 100 bytes without blanks, or leave it out";
            errors.push(error("version", message.to_owned()));
        }
        if let Some(path) = self.paths.iter().find(|path| !is_plain(path)) {
            errors.push(error(
                "paths",
                format!(
                    "`{path}` is no plain path: write it from the root of the source, with `/`, \
                     without `.`, `..` or empty parts"
                ),
            ));
        }
        if self.paths.len() > PATHS_MAX || bytes(&self.paths) > PATH_BYTES_MAX {
            let message = "a change can name 1,000 paths of 20,000 bytes together; leave them out, \
                           and policy takes them as unknown";
            errors.push(error("paths", message.to_owned()));
        }
        errors
    }
}

fn bytes(paths: &BTreeSet<String>) -> usize {
    paths.iter().map(String::len).sum()
}

fn is_version(text: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !c.is_control();
    (1..=VERSION_MAX).contains(&text.len()) && text.chars().all(plain)
}

/// Whether a path has only one way to be written, so that a condition on its beginning can't be led
/// astray by `docs/../src`.
fn is_plain(path: &str) -> bool {
    let part = |part: &str| !matches!(part, "" | "." | "..");
    path.split('/').all(part) && !path.contains(|c: char| c.is_control() || c == '\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Revision;
    use crate::fixture::{actor, at, material};

    fn fields(of: &Material) -> Vec<String> {
        of.undeclarable().into_iter().map(|error| error.field).collect()
    }

    fn with_paths(paths: &[&str]) -> Material {
        Material { paths: paths.iter().map(|p| (*p).to_owned()).collect(), ..material() }
    }

    #[test]
    fn m4_1_a_path_has_one_way_to_be_written() {
        assert_eq!(fields(&with_paths(&["docs/a b.md", "src/main.rs", "ä/…"])), [""; 0]);
        for path in ["", "/docs", "docs/", "docs//a", "docs/../src", "./docs", "docs\\a", "a\nb"] {
            assert_eq!(fields(&with_paths(&[path])), ["paths"], "{path:?}");
        }
    }

    #[test]
    fn m4_1_what_is_declared_is_bounded() {
        let many: Vec<String> = (0..=PATHS_MAX).map(|n| n.to_string()).collect();
        let many = Material { paths: many.into_iter().collect(), ..material() };
        assert_eq!(fields(&many), ["paths"]);
        assert_eq!(fields(&with_paths(&["x".repeat(PATH_BYTES_MAX + 1).as_str()])), ["paths"]);
        let version = |text: &str| Material { version: Some(text.to_owned()), ..material() };
        assert_eq!(fields(&version("v4.12.0+7")), [""; 0]);
        for bad in ["", "4.12 ", "4\n", &"1".repeat(VERSION_MAX + 1)] {
            assert_eq!(fields(&version(bad)), ["version"], "{bad:?}");
        }
    }

    #[test]
    fn m4_1_the_digest_covers_what_is_declared_and_old_digests_stay() {
        let digest =
            |m: Material| Revision::new(1, m, [1; 16], actor("ana"), at(0)).unwrap().digest;
        let plain = digest(material());
        let version = Material { version: Some("1.0.0".to_owned()), ..material() };
        assert_ne!(digest(version), plain);
        assert_ne!(digest(with_paths(&["docs/a.md"])), plain);
        let text = serde_json::to_string(&material()).unwrap();
        assert!(!text.contains("\"version\"") && !text.contains("\"paths\""), "{text}");
    }
}
