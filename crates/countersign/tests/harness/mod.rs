//! A server on a port, a folder to work in, and the binary.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use client::{Client, Options, Retry};
use serde_json::Value;
use tempfile::TempDir;
use testkit::{Actor, Actors, TestServer};

/// A server that answers in the background, and a folder to work in.
pub struct Site {
    pub who: Actors,
    runtime: tokio::runtime::Runtime,
    server: Option<TestServer>,
    address: SocketAddr,
    folder: TempDir,
}

/// A command that has ended.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A command that runs.
pub struct Running(Child);

impl Done {
    /// The same, if it ended with this code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n{}\n{}", self.out, self.err);
        self
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap()
    }
}

impl Running {
    pub fn wait(self) -> Done {
        let output = self.0.wait_with_output().unwrap();
        Done {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Site {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let (server, address) = runtime.block_on(async {
            let server = TestServer::sqlite().await;
            let address = server.listen().await;
            (server, address)
        });
        let who = server.who.clone();
        Self { who, runtime, server: Some(server), address, folder: tempfile::tempdir().unwrap() }
    }

    fn command(&self, token: Option<&str>, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.folder.path().join("home"))
            .env("COUNTERSIGN_SERVER", format!("http://{}", self.address))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(token) = token {
            command.env("COUNTERSIGN_TOKEN", token);
        }
        command
    }

    /// Runs a command of somebody to its end.
    pub fn run(&self, who: &Actor, args: &[&str]) -> Done {
        self.spawn(who, args).wait()
    }

    /// Starts a command of somebody.
    pub fn spawn(&self, who: &Actor, args: &[&str]) -> Running {
        Running(self.command(Some(&who.token), args).stdin(Stdio::null()).spawn().unwrap())
    }

    /// Runs a command with this input.
    pub fn run_as(&self, who: Option<&Actor>, args: &[&str], input: &str) -> Done {
        let mut child = self.command(who.map(|w| w.token.as_str()), args).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A command that reads no input has closed it.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        Running(child).wait()
    }

    pub fn write(&self, path: &str, text: &str) {
        std::fs::write(self.folder.path().join(path), text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap()
    }

    pub fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn client(&self) -> Client {
        Client::new(Options {
            server: format!("http://{}", self.address),
            token: Some(self.who.auditor.token.clone()),
            user_agent: "test".to_owned(),
            new_key: || "unused".to_owned(),
            retry: Retry::default(),
            timeout: Duration::from_secs(30),
        })
        .unwrap()
    }

    /// The pinned key of the log.
    pub fn key(&self) -> String {
        self.client().ledger_head().unwrap().key
    }

    /// The number of the first change, as soon as there is one.
    pub fn wait_for_change(&self) -> String {
        let client = self.client();
        let began = Instant::now();
        loop {
            assert!(began.elapsed() < Duration::from_secs(60), "nobody asked for a change");
            let page = client.list_changes(&api_types::changes::ChangesQuery::default()).unwrap();
            match page.items.first() {
                Some(change) => return change.number.clone(),
                None => std::thread::yield_now(),
            }
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Everything stored must agree with everything else, unless the test failed before.
        if let Some(server) = self.server.take().filter(|_| !std::thread::panicking()) {
            self.runtime.block_on(server.finish());
        }
    }
}
