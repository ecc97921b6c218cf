//! Packages from Python's registry, exactly as `tests/e2e/python/requirements.txt` names them.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result};

use crate::{command, workspace};

pub fn packages() -> Result<()> {
    let requirements = workspace::root().join("tests/e2e/python/requirements.txt");
    let venv = workspace::target().join("venv");
    let wanted =
        fs::read_to_string(&requirements).context("read tests/e2e/python/requirements.txt")?;
    // Written last, so that an interrupted installation is repeated.
    let done = venv.join("installed-requirements.txt");
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        println!("Python packages: up to date");
        return Ok(());
    }
    println!("Python packages: installing into target/venv");
    let mut python = Command::new("python3");
    python.args(["-m", "venv", "--clear"]).arg(&venv);
    command::run(python).context("by hand: `python3 -m venv target/venv`")?;
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"]);
    pip.arg(&requirements);
    command::run(pip).context("by hand: `target/venv/bin/pip install -r` that file")?;
    fs::write(&done, wanted).context("note the installed Python packages")
}
