//! Witnesses of the log over HTTP (C2SP tlog-witness `add-checkpoint`).
//!
//! What is sent is public and what comes back is verified by its signature, so plain HTTP changes
//! nothing. No redirects, no proxies, and no host but the one that the settings name.

use std::time::Duration;

use app::ledger::{WitnessAnswerError, WitnessPort};
use async_trait::async_trait;
use reqwest::{Client, Response, StatusCode, Url, redirect};

use crate::webhook::{Targets, said};

const WHOLE: Duration = Duration::from_secs(10);
const CONNECT: Duration = Duration::from_secs(5);
/// An answer is a few lines.
const MAX_ANSWER_BYTES: usize = 16 << 10;

/// A witness at a URL.
pub struct HttpWitness {
    client: Client,
    url: Url,
}

impl HttpWitness {
    /// The witness whose submission prefix is `prefix`.
    ///
    /// # Errors
    /// It is no URL that can be called.
    pub fn new(prefix: &str) -> Result<Self, String> {
        let named = Url::parse(prefix).map_err(|_| "write a URL like `https://host/path`")?;
        // An operator names the host: that opens it.
        let targets =
            Targets::opening(named.host_str().map(|h| h.trim_matches(['[', ']']).to_owned()));
        let whole = format!("{}/add-checkpoint", prefix.trim_end_matches('/'));
        let url = targets.check(&whole)?;
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(WHOLE)
            .connect_timeout(CONNECT)
            .user_agent(concat!("Countersign/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Self { client, url })
    }
}

#[async_trait]
impl WitnessPort for HttpWitness {
    async fn add_checkpoint(&self, body: String) -> Result<String, WitnessAnswerError> {
        let unreachable = |error| WitnessAnswerError::Unreachable(said(error));
        let sent = self.client.post(self.url.clone()).body(body).send().await;
        let answer = sent.map_err(unreachable)?;
        let status = answer.status();
        let text = text(answer).await?;
        match status {
            StatusCode::OK => Ok(text),
            StatusCode::CONFLICT => match text.trim_end_matches('\n').parse() {
                Ok(size) => Err(WitnessAnswerError::Conflict { size }),
                Err(_) => {
                    Err(WitnessAnswerError::Refused("409: it has seen another history".to_owned()))
                }
            },
            status if status.is_client_error() => {
                Err(WitnessAnswerError::Refused(words(status.as_u16()).to_owned()))
            }
            status => {
                let why = format!("answered {}", status.as_u16());
                Err(WitnessAnswerError::Unreachable(why))
            }
        }
    }
}

/// What a refusal means, by the standard.
const fn words(status: u16) -> &'static str {
    match status {
        400 => "400: the request is malformed to it",
        403 => "403: it does not trust the key that signed the checkpoint; give it the log's key",
        404 => "404: it does not know this log; register the log with it",
        422 => "422: the log does not continue what it has cosigned",
        429 => "429: asked too often",
        _ => "it answered with an error",
    }
}

/// The body, if it is short and text.
async fn text(mut answer: Response) -> Result<String, WitnessAnswerError> {
    let unreachable = |why: &str| WitnessAnswerError::Unreachable(why.to_owned());
    let mut bytes = Vec::new();
    while let Some(chunk) =
        answer.chunk().await.map_err(|error| WitnessAnswerError::Unreachable(said(error)))?
    {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MAX_ANSWER_BYTES {
            return Err(unreachable("its answer is too long"));
        }
    }
    String::from_utf8(bytes).map_err(|_| unreachable("its answer is not text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_urls_that_can_be_called_are_taken() {
        for good in ["https://witness.example/w", "http://127.0.0.1:8080", "http://[::1]:1/x/"] {
            assert!(HttpWitness::new(good).is_ok(), "{good}");
        }
        for bad in ["", "witness.example", "ftp://witness.example", "https://u:p@witness.example"] {
            assert!(HttpWitness::new(bad).is_err(), "{bad}");
        }
    }
}
