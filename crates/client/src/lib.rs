//! The typed HTTP client: one method per operation of the API.
//!
//! Blocking, because its users wait for each answer anyway. Every POST carries an
//! `Idempotency-Key`, so that a retry can never do a thing twice. Redirects are not followed: a
//! token goes to the server it is for and nowhere else.
//!
//! Must not print, read configuration, or make randomness: keys are made by the caller's function.
#![warn(missing_docs)]

mod absences;
mod alignments;
mod automation;
mod calendar_feeds;
mod change_sets;
mod changes;
mod error;
mod findings;
mod freezes;
mod gate;
mod ledger;
mod notifications;
mod organisation;
mod overrides;
mod policy;
mod retry;
mod sandbox;
mod sealed;
mod sessions;
mod signing;
mod transport;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod tests;

pub use error::ClientError;
pub use reqwest::Url;
pub use retry::Retry;
pub use sessions::SignedIn;

use std::time::Duration;

/// How to reach a server and as whom.
#[derive(Debug, Clone)]
pub struct Options {
    /// Base URL, such as `https://countersign.example.com`.
    pub server: String,
    /// Bearer token, when there is one.
    pub token: Option<String>,
    /// Sent as `User-Agent`.
    pub user_agent: String,
    /// Makes a fresh idempotency key: at least 128 random bits as text.
    pub new_key: fn() -> String,
    /// How often and how soon to try again.
    pub retry: Retry,
    /// How long a request may take, apart from the time the server was asked to wait.
    pub timeout: Duration,
}

/// A connection to one server as one principal. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::blocking::Client,
    base: Url,
    token: Option<String>,
    new_key: fn() -> String,
    retry: Retry,
    timeout: Duration,
    tell_sandbox: Option<fn(&str)>,
    refuses_sandbox: bool,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

impl Client {
    /// A client. Connects with the first request.
    ///
    /// # Errors
    /// The server is no `http` or `https` URL, or TLS can't be set up.
    pub fn new(options: Options) -> Result<Self, ClientError> {
        let not_a_server =
            |reason: String| ClientError::Server { server: options.server.clone(), reason };
        let base: Url = options.server.parse().map_err(|e| not_a_server(format!("{e}")))?;
        if !matches!(base.scheme(), "http" | "https") || base.host_str().is_none() {
            return Err(not_a_server("it must begin with http:// or https://".to_owned()));
        }
        let http = reqwest::blocking::Client::builder()
            .user_agent(&options.user_agent)
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|e| not_a_server(error::chain(&e)))?;
        Ok(Self {
            http,
            base,
            token: options.token,
            new_key: options.new_key,
            retry: options.retry,
            timeout: options.timeout,
            tell_sandbox: None,
            refuses_sandbox: false,
        })
    }

    /// The same, which tells of every answer that a sandbox gives, with the log it is a copy of.
    #[must_use]
    pub fn telling_sandbox(self, tell: fn(&str)) -> Self {
        Self { tell_sandbox: Some(tell), ..self }
    }

    /// The same, which takes no answer of a sandbox: its yes opens nothing real.
    #[must_use]
    pub fn refusing_sandbox(self) -> Self {
        Self { refuses_sandbox: true, ..self }
    }

    /// The server, as given.
    #[must_use]
    pub fn server(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }
}
