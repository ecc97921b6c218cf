//! Calendars at addresses that people subscribe (RFC 5545), fetched under the rules of outgoing webhooks: HTTPS
//! to public hosts, no redirects, ten seconds. Their addresses are secrets and stand in no message.

use std::sync::Arc;

use app::notify::CalendarReader;
use async_trait::async_trait;
use reqwest::Client;
use reqwest::header::ACCEPT;

use crate::webhook::{Targets, client, said};

/// Largest calendar.
const MOST_BYTES: usize = 2 * 1024 * 1024;

/// Fetches calendars.
pub struct HttpCalendars {
    client: Client,
    targets: Arc<Targets>,
}

impl HttpCalendars {
    /// Fetches from public hosts over HTTPS, and `targets` beside.
    ///
    /// # Errors
    /// The TLS library can't be set up.
    pub fn new(targets: Targets) -> Result<Self, String> {
        let targets = Arc::new(targets);
        Ok(Self { client: client(&targets)?, targets })
    }
}

#[async_trait]
impl CalendarReader for HttpCalendars {
    fn check(&self, url: &str) -> Result<(), String> {
        self.targets.check(url).map(drop)
    }

    async fn read(&self, url: &str) -> Result<String, String> {
        let url = self.targets.check(url)?;
        let request = self.client.get(url).header(ACCEPT, "text/calendar");
        let mut answer = request.send().await.map_err(said)?;
        let status = answer.status();
        if status.is_redirection() {
            return Err(format!("answered {}: redirects are not followed", status.as_u16()));
        }
        if !status.is_success() {
            return Err(format!("answered {}", status.as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(said)? {
            if bytes.len() + chunk.len() > MOST_BYTES {
                return Err("it is larger than 2 MiB".to_owned());
            }
            bytes.extend_from_slice(&chunk);
        }
        String::from_utf8(bytes).map_err(|_| "it is no text in UTF-8".to_owned())
    }
}
