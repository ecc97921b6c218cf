//! `cargo xtask bench`: the dispatch only; measuring is the `bench` package's work.

use anyhow::Result;

use crate::{command, workspace};

pub fn run(arguments: &[String]) -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args([
        "build",
        "--release",
        "--package",
        "countersign",
        "--package",
        "countersign-verify",
    ]);
    command::run(cargo)?;
    let mut cargo = workspace::cargo();
    cargo.args(["run", "--release", "--package", "bench", "--"]).args(arguments);
    command::run(cargo)
}
