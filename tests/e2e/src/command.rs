//! Commands that run to their end.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::process::Command;

use crate::paths::binary;
use crate::wait::PATIENCE;

/// A command's exit code and what it printed.
#[derive(Debug, Clone)]
pub struct Finished {
    /// Exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Finished {
    /// Itself, if it ended with `code`; else an error that shows what it printed.
    pub fn expect_code(self, code: i32) -> Result<Self> {
        if self.code != code {
            bail!(
                "ended with {} instead of {code}\n--- stdout\n{}\n--- stderr\n{}",
                self.code,
                self.stdout,
                self.stderr
            );
        }
        Ok(self)
    }

    /// Standard output as one JSON document.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.stdout).with_context(|| format!("no JSON: {}", self.stdout))
    }
}

/// `countersign`, with an empty home folder in `home` and nothing of the caller's configuration.
pub fn countersign(home: &Path) -> Result<Command> {
    isolated("countersign", home)
}

/// `countersign-verify`, isolated in the same way.
pub fn countersign_verify(home: &Path) -> Result<Command> {
    isolated("countersign-verify", home)
}

/// Runs a command without input to its end.
pub async fn run(mut command: Command) -> Result<Finished> {
    let running = command.stdin(Stdio::null()).kill_on_drop(true).output();
    let output = tokio::time::timeout(PATIENCE, running)
        .await
        .with_context(|| format!("{:?} takes too long", command.as_std()))?
        .with_context(|| format!("start {:?}", command.as_std()))?;
    Ok(Finished {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

fn isolated(name: &str, home: &Path) -> Result<Command> {
    let mut command = Command::new(binary(name)?);
    for (variable, _) in std::env::vars_os() {
        let ours = variable.to_string_lossy().starts_with("COUNTERSIGN_");
        if ours || variable.to_string_lossy().starts_with("XDG_") {
            command.env_remove(variable);
        }
    }
    command.env("HOME", home).env("NO_COLOR", "1").current_dir(home);
    Ok(command)
}
