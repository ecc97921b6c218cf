//! Who had a hand in a range of commits, as git tells it. They can't approve the change (B03: a
//! name in git frees nobody, it only adds).

use std::collections::BTreeSet;
use std::process::Command;

use anyhow::{Context as _, Result};
use api_types::material::{Contribution, Contributor, Source};

use crate::exit::Failure;

const FORMAT: &str =
    "--format=%aE%x1f%cE%x1f%(trailers:key=Co-authored-by,valueonly,separator=%x1e)%x00";

/// Authors, co-authors and committers of a range of commits.
pub fn contributors(range: &str) -> Result<Vec<Contributor>> {
    let log = git(&["log", FORMAT, "--end-of-options", range, "--"])?;
    let found = parse(&log);
    if found.is_empty() {
        return Err(Failure::usage(format!("the range `{range}` has no commits")).into());
    }
    Ok(found)
}

/// The newest commit of a range, and the repository it is in.
pub fn source(range: &str) -> Result<Source> {
    let commit = git(&["rev-list", "-1", "--end-of-options", range, "--"])?;
    let repository = git(&["config", "--get", "remote.origin.url"])
        .or_else(|_| git(&["rev-parse", "--show-toplevel"]))?;
    Ok(Source {
        repository: without_credentials(repository.trim()),
        commit: commit.trim().to_owned(),
    })
}

/// Every path that the commits of a range touch, also one that a later commit puts back.
pub fn paths(range: &str) -> Result<BTreeSet<String>> {
    let log = ["log", "-z", "-c", "--no-renames", "--name-only", "--format=", "--end-of-options"];
    let found = git(&[&log[..], &[range, "--"]].concat())?;
    let names = found.split('\0').map(|name| name.trim_start_matches('\n'));
    Ok(names.filter(|name| !name.is_empty()).map(str::to_owned).collect())
}

fn git(args: &[&str]) -> Result<String> {
    let output = Command::new("git").args(args).output().context("failed to run git")?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Failure::usage(format!("git {}: {words}", args.first().unwrap_or(&""))).into());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn parse(log: &str) -> Vec<Contributor> {
    let mut found = BTreeSet::new();
    let mut add = |contribution, identity: &str| {
        let identity = identity.trim();
        if !identity.is_empty() {
            found.insert(Contributor { contribution, identity: identity.to_owned() });
        }
    };
    for commit in log.split('\0') {
        let mut fields = commit.trim_start_matches('\n').split('\u{1f}');
        add(Contribution::Author, fields.next().unwrap_or_default());
        add(Contribution::Committer, fields.next().unwrap_or_default());
        for author in fields.next().unwrap_or_default().split('\u{1e}') {
            add(Contribution::Author, author);
        }
    }
    found.into_iter().collect()
}

/// A repository URL without user name and password.
fn without_credentials(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b03_authors_co_authors_and_committers_are_all_found_once() {
        let log = "ada@x\u{1f}bob@x\u{1f}Cy <cy@x>\u{1e}Di <di@x>\0\nada@x\u{1f}ada@x\u{1f}\0\n";
        let found: Vec<_> = parse(log).into_iter().map(|c| (c.contribution, c.identity)).collect();
        assert_eq!(
            found,
            [
                (Contribution::Author, "Cy <cy@x>".to_owned()),
                (Contribution::Author, "Di <di@x>".to_owned()),
                (Contribution::Author, "ada@x".to_owned()),
                (Contribution::Committer, "ada@x".to_owned()),
                (Contribution::Committer, "bob@x".to_owned()),
            ]
        );
    }

    #[test]
    fn d13_credentials_in_a_remote_url_are_left_out() {
        for (url, clean) in [
            ("https://user:token@example.com/a/b.git", "https://example.com/a/b.git"),
            ("https://example.com/a@b", "https://example.com/a@b"),
            ("git@example.com:a/b.git", "git@example.com:a/b.git"),
        ] {
            assert_eq!(without_credentials(url), clean);
        }
    }
}
