//! The checks that come before the tests. They all run even when one fails, so that one run tells
//! everything that is wrong.

use std::time::Instant;

use anyhow::Result;

use crate::{command, generate, prepare, tidy, workspace};

/// A named check.
type Check = (&'static str, fn() -> Result<()>);

const CHECKS: [Check; 7] = [
    ("formatting", || cargo(&["fmt", "--all", "--check"])),
    ("tidy", tidy::check),
    ("lints", || cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])),
    ("dependencies", dependencies),
    ("build", || cargo(&["build", "--workspace", "--bins", "--tests"])),
    ("generated files", generate::check),
    ("examples in the documentation", documentation_examples),
];

/// Runs every check and returns the names of those that failed.
pub fn all() -> Vec<&'static str> {
    CHECKS.iter().filter(|(name, check)| !passes(name, *check)).map(|(name, _)| *name).collect()
}

/// Runs one check under a heading; its failure is printed here.
fn passes(name: &str, check: fn() -> Result<()>) -> bool {
    println!("\n== {name}");
    let started = Instant::now();
    let outcome = check();
    let seconds = started.elapsed().as_secs_f32();
    match outcome {
        Ok(()) => println!("== {name}: ok ({seconds:.1} s)"),
        Err(ref error) => println!("error: {error:#}\n== {name}: FAILED ({seconds:.1} s)"),
    }
    outcome.is_ok()
}

fn cargo(arguments: &[&str]) -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args(arguments);
    command::run(cargo)
}

/// Licences, wrappers and sources. The advisory database is on a host that no package registry
/// mirrors, so `cargo deny check advisories` is for a machine that reaches it; the version floors
/// that past advisories set are bans in `deny.toml`.
fn dependencies() -> Result<()> {
    if !prepare::has_deny() {
        println!("cargo-deny is not installed: only the part in `cargo xtask tidy` was checked");
        return Ok(());
    }
    cargo(&["deny", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"])
}

/// The test runner doesn't run these; only the libraries of rings 0 to 2 document by example.
fn documentation_examples() -> Result<()> {
    let libraries = ["domain", "ledger", "policy", "store", "app"];
    let packages = libraries.map(|library| format!("--package={library}"));
    let mut cargo = workspace::cargo();
    cargo.args(["test", "--quiet", "--doc"]).args(packages);
    command::run(cargo)
}
