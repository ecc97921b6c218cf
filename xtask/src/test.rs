//! `cargo xtask test`: prepare, check, test. The test runner's summary is the last thing printed
//! when all is well.

use std::process::Command;

use anyhow::{Result, bail};
use test_postgres::{Cluster, URL_VARIABLE};

use crate::prepare::Runner;
use crate::{Flags, check, command, dogfood, prepare, workspace};

pub fn run(flags: &Flags) -> Result<()> {
    let quick = flags.has("--quick");
    println!("== preparation");
    if quick {
        prepare::for_quick()?;
    } else {
        prepare::everything()?;
    }
    let mut failed = check::all();
    if !quick && let Err(error) = dogfood::build_both() {
        println!("error: {error:#}");
        failed.push("builds for dogfood");
    }
    if !failed.is_empty() {
        println!("\nfailed so far: {}", failed.join(", "));
    }
    println!("\n== tests");
    if let Err(error) = tests(quick) {
        println!("error: {error:#}");
        failed.push("tests");
    }
    if failed.is_empty() {
        return Ok(());
    }
    bail!("failed: {}", failed.join(", "))
}

fn tests(quick: bool) -> Result<()> {
    let mut runner = runner(quick);
    if std::env::var_os(URL_VARIABLE).is_some() {
        println!("PostgreSQL: the server named by {URL_VARIABLE}");
        return command::run(runner);
    }
    let folder = workspace::target().join(format!("pg/run-{}", std::process::id()));
    let cluster = Cluster::start(&folder)?;
    println!("PostgreSQL: a server of this run's own");
    runner.env(URL_VARIABLE, cluster.url());
    command::run(runner)
}

fn runner(quick: bool) -> Command {
    let mut cargo = workspace::cargo();
    match Runner::available() {
        Runner::Nextest => cargo.args(["nextest", "run", "--workspace"]),
        Runner::Cargo => cargo.args(["test", "--workspace", "--lib", "--bins", "--tests"]),
    };
    if quick {
        cargo.args(["--exclude", "e2e"]);
    }
    // An error's chain says where it comes from; frames of every layer below bury it.
    cargo.env("RUST_LIB_BACKTRACE", "0");
    cargo
}
