//! The workspace's files, read once and sorted by what they are.

use std::path::Path;

use anyhow::Result;

use crate::workspace;

/// One text file of the repository.
pub struct Source {
    /// Relative to the root, with `/`.
    pub path: String,
    pub text: String,
    pub kind: Kind,
}

/// What a file is to the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Rust that is part of the product, and the crate it is in.
    Shipped { package: String },
    /// Rust that tests, measures or builds the product.
    Development,
    /// Any other text.
    Other,
}

impl Source {
    pub fn rust(&self) -> bool {
        self.kind != Kind::Other
    }

    /// The crate it ships with, if it ships.
    pub fn shipped_in(&self) -> Option<&str> {
        match &self.kind {
            Kind::Shipped { package } => Some(package),
            Kind::Development | Kind::Other => None,
        }
    }

    /// Number of lines.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

/// Every text file; what isn't UTF-8 is left out.
pub fn load() -> Result<Vec<Source>> {
    let root = workspace::root();
    let files = workspace::files()?;
    let read = |file: &Path| {
        let text = std::fs::read_to_string(root.join(file)).ok()?;
        let path = file.to_string_lossy().replace('\\', "/");
        let kind = kind(&path);
        Some(Source { path, text, kind })
    };
    Ok(files.iter().filter_map(|file| read(file)).collect())
}

fn kind(path: &str) -> Kind {
    if !path.ends_with(".rs") {
        return Kind::Other;
    }
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["crates", "testkit", ..] => Kind::Development,
        ["crates", package, "src", inside @ ..] if !inside.iter().any(|part| of_tests(part)) => {
            Kind::Shipped { package: (*package).to_owned() }
        }
        _ => Kind::Development,
    }
}

/// A test module's file or folder inside `src`, or the stores' contract suite.
fn of_tests(part: &str) -> bool {
    matches!(part, "tests" | "tests.rs" | "contract" | "contract.rs") || part.ends_with("_tests.rs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_product_code_counts_as_shipped() {
        let shipped = |package: &str| Kind::Shipped { package: package.to_owned() };
        assert_eq!(kind("crates/app/src/vote.rs"), shipped("app"));
        assert_eq!(kind("crates/server/src/api/change/open.rs"), shipped("server"));
        assert_eq!(kind("crates/app/src/vote/tests.rs"), Kind::Development);
        assert_eq!(kind("crates/app/tests/vote.rs"), Kind::Development);
        assert_eq!(kind("crates/testkit/src/lib.rs"), Kind::Development);
        assert_eq!(kind("xtask/src/main.rs"), Kind::Development);
        assert_eq!(kind("README.md"), Kind::Other);
    }
}
