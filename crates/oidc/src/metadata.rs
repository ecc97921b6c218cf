//! What a provider publishes about itself (OIDC Discovery 1.0).

use app::access::ProviderError;
use serde::Deserialize;

use crate::http;

/// The parts of the discovery document that we use.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Metadata {
    issuer: String,
    pub(crate) authorization_endpoint: String,
    pub(crate) token_endpoint: String,
    pub(crate) jwks_uri: String,
    #[serde(default)]
    pub(crate) userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
}

impl Metadata {
    /// Reads the document of an issuer.
    pub(crate) fn read(issuer: &str, document: &serde_json::Value) -> Result<Self, ProviderError> {
        let wrong = |what: String| ProviderError::Refused(format!("its discovery document {what}"));
        let read: Self = serde_json::from_value(document.clone())
            .map_err(|e| wrong(format!("can't be read: {e}")))?;
        if read.issuer != issuer {
            let found: String = read.issuer.chars().take(200).collect();
            return Err(wrong(format!("is of `{found}`, not of `{issuer}`")));
        }
        let places =
            [&read.authorization_endpoint, &read.token_endpoint, &read.jwks_uri].into_iter();
        for place in places.chain(&read.userinfo_endpoint) {
            http::check_place(place).map_err(|why| wrong(format!("names `{place}`: {why}")))?;
        }
        let methods = read.code_challenge_methods_supported.as_ref();
        if methods.is_some_and(|m| !m.iter().any(|m| m == "S256")) {
            return Err(wrong("offers no PKCE with S256".to_owned()));
        }
        Ok(read)
    }

    /// Whether the client secret goes into the form; else into the header, as is the default.
    pub(crate) fn secret_in_form(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_deref().unwrap_or_default();
        let has = |name: &str| methods.iter().any(|m| m == name);
        has("client_secret_post") && !has("client_secret_basic")
    }
}
