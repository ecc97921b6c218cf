//! What every command gets: where to write, the settings, and a client when it needs one.

use std::sync::Once;
use std::time::Duration;

use anyhow::Result;
use client::{Client, Options, Retry};

use crate::cli::Global;
use crate::clock;
use crate::exit::Failure;
use crate::output::{Line, Out, text};
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

    /// The same for what opens the way to a deployment: a sandbox's answer is only taken when asked for.
    pub fn for_deployment(&self, in_sandbox: bool) -> Result<Client> {
        let client = self.signed_in()?;
        Ok(if in_sandbox { client } else { client.refusing_sandbox() })
    }

    fn client_with(&self, token: Option<String>) -> Result<Client> {
        if token.is_some() && is_open(&self.settings.server) {
            let words = "the connection is not encrypted: others on the network can read the token";
            self.out.note(&Line::new().warn("warning: ").plain(words));
        }
        Ok(Client::new(Options {
            server: self.settings.server.clone(),
            token,
            user_agent: concat!("countersign/", env!("CARGO_PKG_VERSION")).to_owned(),
            new_key: clock::random_key,
            retry: Retry::default(),
            timeout: TIMEOUT,
        })?
        .telling_sandbox(tell_sandbox))
    }
}

/// Says once that a sandbox answers.
fn tell_sandbox(of: &str) {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        eprintln!("sandbox: a copy of {}; nothing here is real", text::line(of));
    });
}

/// Whether what is sent to a server can be read on the way: plain HTTP to another machine.
fn is_open(server: &str) -> bool {
    let Some(rest) = server.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let local = host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    !local && host != "localhost"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_to_another_machine_is_open() {
        for (server, open) in [
            ("http://127.0.0.1:8460", false),
            ("http://localhost:8460", false),
            ("http://[::1]:8460/base", false),
            ("https://example.com", false),
            ("http://example.com", true),
            ("http://localhost@example.com", true),
            ("http://10.0.0.7:8460", true),
        ] {
            assert_eq!(is_open(server), open, "{server}");
        }
    }
}
