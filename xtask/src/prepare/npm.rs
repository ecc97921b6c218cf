//! Packages from npm's registry, exactly as `tests/e2e/npm/package-lock.json` names them.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{command, workspace};

pub fn packages() -> Result<()> {
    let wanted = workspace::root().join("tests/e2e/npm");
    let folder = workspace::target().join("npm");
    let lock = fs::read_to_string(wanted.join("package-lock.json"))
        .context("read tests/e2e/npm/package-lock.json")?;
    // Written last, so that an interrupted installation is repeated.
    let done = folder.join("installed-package-lock.json");
    if fs::read_to_string(&done).is_ok_and(|installed| installed == lock) {
        println!("npm packages: up to date");
        return Ok(());
    }
    println!("npm packages: installing into target/npm");
    fs::create_dir_all(&folder).context("make target/npm")?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(wanted.join(file), folder.join(file)).with_context(|| format!("copy {file}"))?;
    }
    let mut npm = Command::new("npm");
    npm.current_dir(&folder);
    npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
    command::run(npm).context("by hand: `npm ci` in a copy of tests/e2e/npm at target/npm")?;
    fs::write(&done, lock).context("note the installed npm packages")
}
