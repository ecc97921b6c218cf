//! Outgoing webhooks in the form of Standard Webhooks, so that receivers need no code of ours.
//!
//! No redirects, no proxies, nothing read of an answer but its status, and no call into a network
//! that was not opened on purpose.

mod sign;
mod targets;

pub use sign::signature;
pub use targets::Targets;

use std::sync::Arc;
use std::time::Duration;

use app::notify::{DeliveryError, Poster, WebhookCall};
use async_trait::async_trait;
use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{Client, StatusCode, redirect};

/// For a whole call.
const WHOLE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);

/// Makes signed calls.
pub struct HttpPoster {
    client: Client,
    targets: Arc<Targets>,
}

impl HttpPoster {
    /// A poster that calls public hosts over HTTPS, and `targets` beside.
    ///
    /// # Errors
    /// The TLS library can't be set up.
    pub fn new(targets: Targets) -> Result<Self, String> {
        let targets = Arc::new(targets);
        Ok(Self { client: client(&targets)?, targets })
    }
}

/// A client that follows no redirect, uses no proxy, and connects only where calls may go.
pub(crate) fn client(targets: &Arc<Targets>) -> Result<Client, String> {
    let client = Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(WHOLE)
        .connect_timeout(CONNECT)
        .pool_idle_timeout(Duration::from_secs(30))
        .user_agent(concat!("Countersign/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(targets::Guarded(Arc::clone(targets)));
    client.build().map_err(|error| error.to_string())
}

#[async_trait]
impl Poster for HttpPoster {
    fn check(&self, url: &str) -> Result<(), String> {
        self.targets.check(url).map(drop)
    }

    async fn post(&self, call: &WebhookCall) -> Result<(), DeliveryError> {
        let url = call.url.reveal().unwrap_or_default();
        let url = self.targets.check(url).map_err(DeliveryError::passing)?;
        let timestamp = call.at.as_second();
        let signed = sign::signatures(&call.secrets, &call.id, timestamp, call.body.as_bytes());
        let signed = signed.map_err(DeliveryError::passing)?;
        let mut signed = HeaderValue::from_str(&signed)
            .map_err(|_| DeliveryError::lasting("the signature is no header"))?;
        signed.set_sensitive(true);
        let request = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &call.id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signed)
            .body(call.body.clone());
        let answer = request.send().await.map_err(|error| DeliveryError::passing(said(error)))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            StatusCode::GONE => Err(DeliveryError::lasting("answered 410: nothing wants it there")),
            status if status.is_redirection() => {
                let code = status.as_u16();
                Err(DeliveryError::passing(format!("answered {code}: redirects are not followed")))
            }
            status => Err(DeliveryError::passing(format!("answered {}", status.as_u16()))),
        }
    }
}

/// What went wrong, without the URL: it may hold a secret.
pub(crate) fn said(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
