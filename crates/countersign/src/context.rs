//! What every command gets: where to write, the settings, and a client when it needs one.

use std::time::Duration;

use anyhow::Result;
use client::{Client, Options, Retry};

use crate::cli::Global;
use crate::clock;
use crate::exit::Failure;
use crate::output::Out;
use crate::settings::{Paths, Settings};

const TIMEOUT: Duration = Duration::from_secs(30);

/// What every command gets.
pub struct Context {
    /// Where to write.
    pub out: Out,
    /// Flags, environment and files, resolved.
    pub settings: Settings,
    /// Where this user's files are.
    pub paths: Paths,
}

impl Context {
    /// Reads the settings.
    pub fn new(global: &Global, out: Out) -> Result<Self> {
        let environment = |name: &str| std::env::var(name).ok();
        let paths = Paths::of(&environment);
        let settings = Settings::load(global, &environment, &paths)?;
        Ok(Self { out, settings, paths })
    }

    /// A client for the configured server, with the token if there is one.
    pub fn client(&self) -> Result<Client> {
        self.client_with(self.settings.token.clone())
    }

    /// A client without a token, for what is public.
    pub fn anonymous(&self) -> Result<Client> {
        self.client_with(None)
    }

    /// A client that fails early, and says how to sign in, when there is no token.
    pub fn signed_in(&self) -> Result<Client> {
        if self.settings.token.is_none() {
            return Err(Failure::usage(format!("not signed in to {}", self.settings.server))
                .next("sign in: countersign login")
                .next("or set COUNTERSIGN_TOKEN (pipelines: a service account's token)")
                .into());
        }
        self.client()
    }

    fn client_with(&self, token: Option<String>) -> Result<Client> {
        Ok(Client::new(Options {
            server: self.settings.server.clone(),
            token,
            user_agent: concat!("countersign/", env!("CARGO_PKG_VERSION")).to_owned(),
            new_key: clock::random_key,
            retry: Retry::default(),
            timeout: TIMEOUT,
        })?)
    }
}
