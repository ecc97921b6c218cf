//! The files of a bundle, from a folder.

use std::path::Path;

use anyhow::{Context as _, Result};
use domain::event::PolicyFile;

use crate::exit::Failure;

/// Deeper folders are not bundles.
const DEPTH: usize = 8;

/// All YAML, iCalendar and Markdown files below a folder, by path.
pub fn read(folder: &Path) -> Result<Vec<PolicyFile>> {
    if let Some(address) = address(folder) {
        return Err(Failure::usage(format!(
            "{address} is an address, and a bundle is never fetched"
        ))
        .next("take it from where it is reviewed, read it, and name its folder here")
        .into());
    }
    if !folder.is_dir() {
        return Err(Failure::usage(format!("{} is not a folder", folder.display()))
            .next("a bundle is a folder of YAML files: countersign policy new small-team")
            .into());
    }
    let mut files = Vec::new();
    walk(folder, "", DEPTH, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// What looks like something to fetch: policy from the network would be whatever answers there.
fn address(folder: &Path) -> Option<&str> {
    let text = folder.to_str()?;
    let scheme = text.split_once(":/").map(|(scheme, _)| scheme);
    let fetched = scheme
        .is_some_and(|s| s.len() > 1 && s.chars().all(|c| c.is_ascii_alphanumeric() || c == '+'));
    (fetched || text.starts_with("git@")).then_some(text)
}

fn walk(folder: &Path, prefix: &str, depth: usize, files: &mut Vec<PolicyFile>) -> Result<()> {
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("failed to read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}{name}");
        let kind = entry.file_type()?;
        if kind.is_dir() && depth > 0 {
            walk(&entry.path(), &format!("{path}/"), depth - 1, files)?;
        } else if kind.is_file() && is_policy(&name) {
            let text = std::fs::read_to_string(entry.path())
                .with_context(|| format!("failed to read {}", entry.path().display()))?;
            files.push(PolicyFile { path, text });
        }
    }
    Ok(())
}

fn is_policy(name: &str) -> bool {
    let extension = Path::new(name).extension().and_then(|e| e.to_str());
    matches!(extension, Some("yaml" | "yml" | "ics" | "md"))
}

/// The same files for the wire.
pub fn wire(files: Vec<PolicyFile>) -> Vec<api_types::policy::PolicyFile> {
    files
        .into_iter()
        .map(|f| api_types::policy::PolicyFile { path: f.path, text: f.text })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_read_by_path_and_hidden_files_are_left_out() {
        let folder = tempfile::tempdir().unwrap();
        let put = |path: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        };
        [
            "bundle.yaml",
            "rules/b.yaml",
            "rules/a.yml",
            ".git/config.yaml",
            "app.bin",
            "holidays/nz.ics",
        ]
        .into_iter()
        .for_each(put);
        let paths: Vec<_> = read(folder.path()).unwrap().into_iter().map(|f| f.path).collect();
        assert_eq!(paths, ["bundle.yaml", "holidays/nz.ics", "rules/a.yml", "rules/b.yaml"]);
    }
    #[test]
    fn d10_a_bundle_is_not_fetched_from_an_address_whatever_the_scheme() {
        for address in [
            "https://policy.test/bundle",
            "http://policy.test/bundle.tar.gz",
            "git+ssh://git@forge.test/policy",
            "file:///etc/policy",
            "oci://registry.test/policy:latest",
            "https:/policy.test",
            "git@forge.test:policy.git",
        ] {
            let refused = read(Path::new(address)).unwrap_err();
            assert!(refused.to_string().contains("never fetched"), "{address}: {refused}");
            let failure = refused.downcast_ref::<Failure>().unwrap();
            assert!(format!("{failure:?}").contains("name its folder"), "{failure:?}");
        }
        let missing = read(Path::new("nowhere/here")).unwrap_err();
        assert!(missing.to_string().contains("is not a folder"), "{missing}");
    }
}
