//! Cargo's own companions: the test runner and the dependency checker.

use anyhow::{Result, bail};

use crate::{command, workspace};

/// What runs the tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runner {
    Nextest,
    Cargo,
}

impl Runner {
    /// Nextest where it is installed; plain cargo knows no time limit and no test groups.
    pub fn available() -> Self {
        if has("nextest") { Self::Nextest } else { Self::Cargo }
    }
}

/// Whether `cargo deny` can be used.
pub fn has_deny() -> bool {
    has("deny")
}

/// Installs what is missing. Neither is worth stopping for: there is a lesser way without each.
pub fn all() {
    install("nextest", "0.9.143", "plain `cargo test` will run the tests");
    install("deny", "0.20.2", "`cargo xtask tidy` still checks licences and wrappers");
}

/// Installs the mutation tester, which only one command needs.
pub fn mutants() -> Result<()> {
    install("mutants", "27.1.0", "`cargo xtask mutants` can't run");
    if has("mutants") { Ok(()) } else { bail!("cargo-mutants is missing and can't be installed") }
}

fn install(tool: &str, version: &str, otherwise: &str) {
    if has(tool) {
        return;
    }
    let package = format!("cargo-{tool}");
    println!("{package}: missing; installing version {version}");
    let mut cargo = workspace::cargo();
    cargo.args(["install", &package, "--locked", "--version", version]);
    if let Err(error) = command::run(cargo) {
        println!("{package}: not installed ({error:#}); {otherwise}");
    }
}

fn has(tool: &str) -> bool {
    command::works("cargo", &[tool, "--version"])
}
