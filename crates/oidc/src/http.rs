//! Requests to a provider: few, short, without redirects, and to where the operator said.

use std::time::Duration;

use app::access::ProviderError;
use reqwest::{Client, RequestBuilder, Url, redirect};
use serde_json::Value;

const WITHIN: Duration = Duration::from_secs(10);
const BODY_MAX: usize = 512 * 1024;

pub(crate) fn client() -> Result<Client, ProviderError> {
    // A redirect would lead a code or a secret to a place nobody configured.
    let built = Client::builder().timeout(WITHIN).redirect(redirect::Policy::none()).build();
    built.map_err(|e| ProviderError::Unreachable(e.to_string()))
}

/// Whether a place may be asked: HTTPS, or this machine.
pub(crate) fn check_place(place: &str) -> Result<Url, &'static str> {
    let url = Url::parse(place).map_err(|_| "it is no URL")?;
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "https" || (url.scheme() == "http" && local) {
        Ok(url)
    } else {
        Err("use https")
    }
}

/// Sends a request and reads the JSON object that comes back with success.
pub(crate) async fn json(request: RequestBuilder) -> Result<Value, ProviderError> {
    let (status, body) = send(request).await?;
    if !status.is_success() {
        return Err(ProviderError::Unreachable(format!("it answers {status}")));
    }
    serde_json::from_slice(&body)
        .map_err(|_| ProviderError::Unreachable("its answer is not JSON".to_owned()))
}

/// Sends a request and reads the body, whatever the status.
pub(crate) async fn send(
    request: RequestBuilder,
) -> Result<(reqwest::StatusCode, Vec<u8>), ProviderError> {
    // The error's own text could hold the URL and with it a code.
    let failed = |e: reqwest::Error| ProviderError::Unreachable(e.without_url().to_string());
    let mut response = request.header("accept", "application/json").send().await.map_err(failed)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        body.extend_from_slice(&chunk);
        if body.len() > BODY_MAX {
            return Err(ProviderError::Unreachable("its answer is too long".to_owned()));
        }
    }
    Ok((response.status(), body))
}

/// Text as `application/x-www-form-urlencoded`.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let Ok(mut url) = Url::parse("http://form") else { return String::new() };
    url.query_pairs_mut().extend_pairs(fields);
    url.query().unwrap_or_default().to_owned()
}
