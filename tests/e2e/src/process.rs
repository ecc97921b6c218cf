//! The product as a running server process.

use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::wait::{PATIENCE, until};
use crate::{Home, countersign};

/// A `countersign serve` or `demo` that answers `/readyz`. Dropping it kills the process.
#[derive(Debug)]
pub struct Server {
    child: Child,
    url: String,
    log: Log,
}

/// What the process printed so far, both streams.
#[derive(Debug, Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Log {
    fn add(&self, line: &str) {
        let mut text = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        text.push_str(line);
        text.push('\n');
    }

    fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Server {
    /// `countersign serve` on the home's database, on a free loopback port.
    pub async fn serve(home: &Home) -> Result<Self> {
        Self::with_subcommand("serve", home).await
    }

    /// `countersign demo`: the same with a believable organisation in it.
    pub async fn demo(home: &Home) -> Result<Self> {
        Self::with_subcommand("demo", home).await
    }

    async fn with_subcommand(subcommand: &str, home: &Home) -> Result<Self> {
        let mut command = countersign(home.folder())?;
        // Some tests ask for far more than anybody does.
        command.env("COUNTERSIGN_REQUESTS_PER_HOUR", "0");
        command.arg(subcommand).args(["--listen", "127.0.0.1:0"]).args(home.arguments());
        Self::start(command).await
    }

    /// Starts any prepared command that prints its `http://127.0.0.1:PORT` address, and waits
    /// until it is ready.
    pub async fn start(mut command: Command) -> Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("start {:?}", command.as_std()))?;
        let log = Log::default();
        let (address, found) = watch::channel(None);
        tokio::spawn(follow(child.stdout.take(), log.clone(), address.clone()));
        tokio::spawn(follow(child.stderr.take(), log.clone(), address));
        let mut server = Self { child, url: String::new(), log };
        server.url = server.wait_for_address(found).await?;
        server.wait_until_ready().await?;
        Ok(server)
    }

    /// Base URL, without a closing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the process printed so far, both streams.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Process id.
    pub fn id(&self) -> Result<u32> {
        self.child.id().context("the server has already ended")
    }

    /// Ends the process as a power cut would, and waits until it is gone.
    pub async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("kill the server")
    }

    /// Asks the process to stop (SIGTERM) and returns how it ended.
    pub async fn stop(mut self) -> Result<ExitStatus> {
        let id = self.id()?.to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await;
        if !asked.context("run `kill`")?.success() {
            bail!("`kill -TERM {id}` was refused");
        }
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        let ended = ended.with_context(|| format!("the server goes on\n{}", self.log()))?;
        ended.context("wait for the server's end")
    }

    async fn wait_for_address(
        &mut self,
        mut found: watch::Receiver<Option<String>>,
    ) -> Result<String> {
        tokio::select! {
            address = found.wait_for(Option::is_some) => {
                if let Ok(Some(address)) = address.as_deref() {
                    return Ok(address.clone());
                }
            }
            _ = self.child.wait() => {}
            () = tokio::time::sleep(PATIENCE) => {}
        }
        bail!("the server printed no address\n{}", self.log())
    }

    async fn wait_until_ready(&mut self) -> Result<()> {
        let url = format!("{}/readyz", self.url);
        let ready = until("the server is ready", async || {
            let answer = reqwest::get(&url).await.ok()?;
            answer.status().is_success().then_some(())
        });
        ready.await.with_context(|| self.log())
    }
}

/// Copies one stream into the log and tells the first address seen in it.
async fn follow<R>(stream: Option<R>, log: Log, address: watch::Sender<Option<String>>)
where
    R: AsyncRead + Unpin,
{
    let Some(stream) = stream else { return };
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        log.add(&line);
        if let Some(found) = address_in(&line) {
            address.send_if_modified(|known| {
                let new = known.is_none();
                known.get_or_insert(found);
                new
            });
        }
    }
}

fn address_in(line: &str) -> Option<String> {
    const SCHEME: &str = "http://127.0.0.1:";
    let rest = line.get(line.find(SCHEME)? + SCHEME.len()..)?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    (!port.is_empty()).then(|| format!("{SCHEME}{port}"))
}
