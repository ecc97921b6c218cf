//! `cargo xtask gen`: files that the product writes about itself, committed so that they can be
//! read without building it, and compared in `cargo xtask test` so that they stay true.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{Flags, command, workspace};

/// A committed file and the `countersign` arguments that print it.
const GENERATED: [(&str, &[&str]); 5] = [
    ("docs/openapi.json", &["openapi"]),
    ("docs/cli.md", &["help-all", "--markdown"]),
    ("docs/policy.schema.json", &["policy", "schema"]),
    ("docs/change.schema.json", &["change", "schema"]),
    ("docs/configuration.md", &["config", "reference"]),
];

pub fn run(flags: &Flags) -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args(["build", "--package", "countersign"]);
    command::run(cargo)?;
    if flags.has("--check") { check() } else { write() }
}

/// Compares every generated file with what the already built binary prints.
pub fn check() -> Result<()> {
    let mut problems = Vec::new();
    for (path, arguments) in GENERATED {
        match print(arguments) {
            Err(error) => problems.push(format!("{path}: {error:#}")),
            Ok(text) => {
                let committed = std::fs::read_to_string(workspace::root().join(path));
                problems.extend(difference(path, &committed.unwrap_or_default(), &text));
            }
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    bail!("generated files:\n  {}\nrun `cargo xtask gen`", problems.join("\n  "))
}

fn write() -> Result<()> {
    for (path, arguments) in GENERATED {
        let text = print(arguments)?;
        std::fs::write(workspace::root().join(path), text)
            .with_context(|| format!("write {path}"))?;
        println!("wrote {path}");
    }
    Ok(())
}

/// What the binary prints, free of colour and of the caller's own configuration.
fn print(arguments: &[&str]) -> Result<String> {
    let mut countersign = Command::new(workspace::target().join("debug/countersign"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("COUNTERSIGN_") {
            countersign.env_remove(name);
        }
    }
    countersign.args(arguments).env("NO_COLOR", "1").env("COLUMNS", "100");
    let mut text = command::read(countersign)?;
    if let Ok(value) = serde_json::from_str(&text) {
        text = serde_json::to_string_pretty(&sorted(value))?;
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text)
}

/// The same JSON with its keys in order: the order a binary prints them in depends on which other
/// packages were built with it (the feature `preserve_order` of serde_json).
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let members: BTreeMap<String, Value> =
                members.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            Value::Object(members.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

fn difference(path: &str, committed: &str, printed: &str) -> Option<String> {
    if committed == printed {
        return None;
    }
    let same = committed.lines().zip(printed.lines()).take_while(|(old, new)| old == new).count();
    let line = printed.lines().nth(same).unwrap_or("(it ends earlier)");
    Some(format!("{path}:{}: should be `{}`", same + 1, line.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stale_generated_file_names_its_first_wrong_line() {
        assert_eq!(difference("f", "a\nb\n", "a\nb\n"), None);
        assert_eq!(difference("f", "a\nb\n", "a\nc\n"), Some("f:2: should be `c`".to_owned()));
        assert_eq!(difference("f", "", "a\n"), Some("f:1: should be `a`".to_owned()));
    }
}
