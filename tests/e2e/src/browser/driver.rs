//! The ChromeDriver process between a test and its browser.

use std::process::Stdio;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::wait::PATIENCE;

/// How often a driver is started before it is given up.
const STARTS: usize = 8;

/// A running driver on a port of its own; dropping it kills the process.
#[derive(Debug)]
pub(super) struct Driver {
    child: Child,
    port: u16,
    greeting: String,
    // Kept open: a driver whose output is closed ends with its next message.
    _output: tokio::io::Lines<BufReader<ChildStdout>>,
}

impl Driver {
    /// Starts a driver. It takes a free port for IPv6 and wants the same for IPv4, which another
    /// process may hold: then it ends, and is started again.
    pub async fn start() -> Result<Self> {
        let mut last = None;
        for _ in 0..STARTS {
            match Self::start_once().await {
                Ok(driver) => return Ok(driver),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| anyhow::anyhow!("chromedriver was not started")))
    }

    async fn start_once() -> Result<Self> {
        let mut child = Command::new("chromedriver")
            .args(["--port=0", "--log-level=WARNING"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("start `chromedriver`; `cargo xtask prepare` installs it")?;
        let output = child.stdout.take().context("chromedriver has no output")?;
        let mut lines = BufReader::new(output).lines();
        let (port, greeting) = tokio::time::timeout(PATIENCE, port(&mut lines))
            .await
            .context("chromedriver names no port")??;
        Ok(Self { child, port, greeting, _output: lines })
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it said when it started: its version, for error messages.
    pub fn log(&self) -> &str {
        &self.greeting
    }

    pub async fn stop(mut self) -> Result<()> {
        self.child.kill().await.context("end chromedriver")
    }
}

/// The port in "ChromeDriver was started successfully on port 12345."
async fn port(lines: &mut tokio::io::Lines<BufReader<ChildStdout>>) -> Result<(u16, String)> {
    let mut said = String::new();
    while let Some(line) = lines.next_line().await.context("read chromedriver's output")? {
        said.push_str(&line);
        said.push('\n');
        let number =
            line.rsplit_once("successfully on port ").map(|(_, rest)| rest.trim_end_matches('.'));
        if let Some(port) = number.and_then(|number| number.parse().ok()) {
            return Ok((port, said));
        }
    }
    bail!("chromedriver ended: {said}")
}
