//! `cargo xtask simulate`: the dispatch only; simulating is the `sim` package's work.

use anyhow::Result;

use crate::{command, workspace};

pub fn run(arguments: &[String]) -> Result<()> {
    let mut cargo = workspace::cargo();
    cargo.args(["run", "--release", "--package", "sim", "--"]).args(arguments);
    command::run(cargo)
}
