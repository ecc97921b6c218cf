//! Every outside crate that a manifest names has its reason in `docs/dependencies.md`, and every
//! reason there still has its crate in the workspace's manifest.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::workspace;

const DOCUMENT: &str = "docs/dependencies.md";

pub fn problems(metadata: &Value) -> Result<Vec<String>> {
    let read = |file: &str| {
        std::fs::read_to_string(workspace::root().join(file))
            .with_context(|| format!("read {file}"))
    };
    Ok(differences(&used(metadata), &explained(&read(DOCUMENT)?), &read("Cargo.toml")?))
}

fn differences(
    used: &BTreeSet<String>,
    explained: &BTreeSet<String>,
    manifest: &str,
) -> Vec<String> {
    let held = |name: &str| manifest.lines().any(|line| line.starts_with(&format!("{name} = ")));
    let missing = used.difference(explained).map(|name| format!("{DOCUMENT}: why `{name}`?"));
    let stale = explained.iter().filter(|name| !held(name));
    let stale = stale.map(|name| format!("{DOCUMENT}: `{name}` is gone from Cargo.toml"));
    missing.chain(stale).collect()
}

/// Names of the outside crates in our manifests, of every kind of dependency.
fn used(metadata: &Value) -> BTreeSet<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let dependencies = packages.flat_map(|package| package["dependencies"].as_array());
    let outside = dependencies.flatten().filter(|dependency| dependency["path"].is_null());
    outside.filter_map(|dependency| dependency["name"].as_str()).map(str::to_owned).collect()
}

/// Names in the first cells of the document's tables, when set as code.
fn explained(document: &str) -> BTreeSet<String> {
    let cells = document.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    cells.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dependency_without_a_reason_and_a_reason_without_a_dependency_are_named() {
        let used = BTreeSet::from(["serde".to_owned(), "tokio".to_owned()]);
        let explained = explained("| crate | why |\n| `serde` | x |\n| `lru` | y |\n");
        let manifest = "serde = \"1\"\ntokio = \"1\"\n";
        assert_eq!(
            differences(&used, &explained, manifest),
            [
                "docs/dependencies.md: why `tokio`?",
                "docs/dependencies.md: `lru` is gone from Cargo.toml"
            ]
        );
    }
}
