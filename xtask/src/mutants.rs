//! `cargo xtask mutants`: whether the tests of what decides would notice if it decided otherwise.
//!
//! cargo-mutants changes one thing at a time in `domain` and `policy` and runs the tests of that crate.
//! All of it takes a night; `--share K/N` takes every N-th of them from the K-th on, as a sample.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::prepare::cargo_tools;
use crate::workspace;

/// The crates whose tests are judged.
const JUDGED: [&str; 2] = ["domain", "policy"];
/// Of the mutants that build, the share that a test must notice.
const GOAL_PERCENT: f64 = 90.0;
/// One survivor a line, with the reason why no test can or need notice it.
const REASONS: &str = "docs/mutants.txt";

pub fn run(arguments: &[String]) -> Result<()> {
    let share = match arguments {
        [] => None,
        [flag, share] if flag == "--share" => Some(share.as_str()),
        _ => bail!("usage: cargo xtask mutants [--share K/N], for example --share 0/40"),
    };
    cargo_tools::mutants()?;
    let folder = workspace::target().join("mutants");
    std::fs::create_dir_all(&folder)?;
    let mut cargo = workspace::cargo();
    cargo.args(["mutants", "--test-tool=nextest", "--cargo-arg=--profile=mutants"]);
    cargo.args(["--no-shuffle", "--output"]).arg(&folder);
    cargo.args(JUDGED.iter().flat_map(|package| ["--package", package]));
    if let Some(share) = share {
        cargo.args(["--shard", share, "--sharding=round-robin"]);
    }
    // It ends with an error when a mutant survives; what that is worth is said below.
    let status = cargo.stdin(Stdio::null()).status().context("start `cargo mutants`")?;
    let outcomes = std::fs::read_to_string(folder.join("mutants.out/outcomes.json"))
        .with_context(|| format!("no outcomes; `cargo mutants` ended with {status}"))?;
    let score = Score::read(&outcomes)?;
    let reasons = std::fs::read_to_string(workspace::root().join(REASONS)).unwrap_or_default();
    score.print(&reasons);
    if score.percent() < GOAL_PERCENT {
        bail!("{:.1} % is below the goal of {GOAL_PERCENT} %", score.percent());
    }
    Ok(())
}

/// What became of the mutants that were built and tested.
#[derive(Debug, PartialEq)]
struct Score {
    noticed: u32,
    /// Nobody noticed: what was changed, and how often the same change survived in that file.
    survived: BTreeMap<String, u32>,
    unviable: u32,
}

impl Score {
    /// Reads `outcomes.json` of cargo-mutants.
    fn read(json: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(json).context("outcomes.json")?;
        let mut score = Self { noticed: 0, survived: BTreeMap::new(), unviable: 0 };
        for outcome in value["outcomes"].as_array().into_iter().flatten() {
            let Some(mutant) = outcome["scenario"].get("Mutant") else {
                if outcome["summary"] != "Success" {
                    bail!("the tests fail without any mutant: {}", outcome["summary"]);
                }
                continue;
            };
            match outcome["summary"].as_str() {
                // A test that never ends is noticed as well.
                Some("CaughtMutant" | "Timeout") => score.noticed += 1,
                Some("MissedMutant") => *score.survived.entry(name_of(mutant)?).or_default() += 1,
                Some("Unviable") => score.unviable += 1,
                other => bail!("unknown outcome {other:?}"),
            }
        }
        Ok(score)
    }

    fn tested(&self) -> u32 {
        self.noticed + self.survived.values().sum::<u32>()
    }

    /// The noticed share of all that were tested; nothing tested is nothing noticed.
    fn percent(&self) -> f64 {
        100.0 * f64::from(self.noticed) / f64::from(self.tested().max(1))
    }

    fn print(&self, reasons: &str) {
        println!(
            "{} mutants tested, {} noticed: {:.1} %",
            self.tested(),
            self.noticed,
            self.percent()
        );
        println!("{} more did not build", self.unviable);
        for (name, times) in &self.survived {
            let reason = reason_for(reasons, name).unwrap_or("no reason given");
            let times = if *times > 1 { format!(" ({times} times)") } else { String::new() };
            println!("survived: {name}{times}: {reason}");
        }
    }
}

/// File and change, without the line that moves with every edit.
fn name_of(mutant: &Value) -> Result<String> {
    let (file, name) = (mutant["file"].as_str(), mutant["name"].as_str());
    let (file, name) = (file.context("a mutant without file")?, name.context("… without name")?);
    let change = name.split_once(": ").map_or(name, |(_, change)| change);
    Ok(format!("{} {change}", Path::new(file).display()))
}

fn reason_for<'a>(reasons: &'a str, name: &str) -> Option<&'a str> {
    reasons.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTCOMES: &str = r#"{"outcomes": [
        {"scenario": "Baseline", "summary": "Success"},
        {"scenario": {"Mutant": {"file": "a.rs", "name": "a.rs:1:2: replace f with ()"}}, "summary": "CaughtMutant"},
        {"scenario": {"Mutant": {"file": "a.rs", "name": "a.rs:7:2: replace < with <="}}, "summary": "MissedMutant"},
        {"scenario": {"Mutant": {"file": "a.rs", "name": "a.rs:9:2: replace < with <="}}, "summary": "MissedMutant"},
        {"scenario": {"Mutant": {"file": "a.rs", "name": "a.rs:8:2: delete !"}}, "summary": "Timeout"},
        {"scenario": {"Mutant": {"file": "a.rs", "name": "a.rs:9:2: replace g"}}, "summary": "Unviable"}]}"#;

    #[test]
    fn the_score_counts_what_was_built_and_tested() {
        let score = Score::read(OUTCOMES).unwrap();
        assert_eq!((score.noticed, score.tested(), score.unviable), (2, 4, 1));
        assert!((score.percent() - 50.0).abs() < 1e-9);
        assert_eq!(score.survived.get("a.rs replace < with <="), Some(&2));
    }

    #[test]
    fn tests_that_fail_without_a_mutant_give_no_score() {
        let failed = r#"{"outcomes": [{"scenario": "Baseline", "summary": "Failure"}]}"#;
        assert!(Score::read(failed).is_err());
        assert!(Score::read(r#"{"outcomes": []}"#).unwrap().percent() < 1.0);
    }

    #[test]
    fn a_reason_is_found_by_file_and_change() {
        let reasons = "a.rs replace < with <=: equal times can't happen\n";
        assert_eq!(reason_for(reasons, "a.rs replace < with <="), Some("equal times can't happen"));
        assert_eq!(reason_for(reasons, "a.rs replace < with"), None);
    }
}
