//! One provider: what it published, kept for a while, and the three conversations with it.

use std::collections::BTreeSet;

use app::access::{
    Flow, Identity, IdentityProvider, ProviderError, ProviderLogout, ProviderSettings, Purpose,
};
use async_trait::async_trait;
use domain::authentication::Authentication;
use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::http;
use crate::keys::KeySet;
use crate::metadata::Metadata;
use crate::token::{Expected, IdClaims, TokenError, id_token, logout_token};

/// What was published is read again after this long …
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// … and when a key is missing, but not more often than this: tokens with made-up keys must not become
/// requests to the provider.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(10);
/// RFC 8176 knows short words; a token with thousands is none of ours.
const AMR_MAX: usize = 20;
const TEXT_MAX: usize = 200;

/// How we are known to a provider.
#[derive(Clone)]
pub struct ClientSettings {
    /// Our client id.
    pub client_id: String,
    /// Our secret; `None` for a public client, which PKCE alone protects.
    pub client_secret: Option<String>,
    /// Where it sends browsers back to, exactly as registered there.
    pub redirect_uri: String,
    /// Scopes beside `openid`.
    pub scopes: Vec<String>,
}

/// An OpenID Connect provider.
pub struct Provider {
    settings: ProviderSettings,
    client: ClientSettings,
    http: Client,
    known: Mutex<Option<Published>>,
}

/// What a provider published, and when it was read.
#[derive(Clone)]
struct Published {
    metadata: Metadata,
    keys: KeySet,
    read_at: Timestamp,
}

impl Provider {
    /// A provider. Nothing is asked of it yet, so that we start without it.
    ///
    /// # Errors
    /// The issuer is neither HTTPS nor on this machine.
    pub fn new(settings: ProviderSettings, client: ClientSettings) -> Result<Self, ProviderError> {
        http::check_place(&settings.issuer).map_err(|why| {
            ProviderError::Refused(format!("the issuer `{}`: {why}", settings.issuer))
        })?;
        Ok(Self { settings, client, http: http::client()?, known: Mutex::new(None) })
    }

    /// What the provider published, not older than `age`.
    async fn published(
        &self,
        now: Timestamp,
        age: SignedDuration,
    ) -> Result<Published, ProviderError> {
        let mut known = self.known.lock().await;
        let young = |p: &&Published| now.duration_since(p.read_at).abs() < age;
        if let Some(published) = known.as_ref().filter(young) {
            return Ok(published.clone());
        }
        let issuer = self.settings.issuer.as_str();
        let place = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let metadata = Metadata::read(issuer, &http::json(self.http.get(place)).await?)?;
        let keys = KeySet::read(&http::json(self.http.get(&metadata.jwks_uri)).await?);
        if keys.is_empty() {
            return Err(ProviderError::Refused("it publishes no key that signs".to_owned()));
        }
        let published = Published { metadata, keys, read_at: now };
        *known = Some(published.clone());
        Ok(published)
    }

    /// Reads a token, with the keys read again if none fits: providers rotate them.
    async fn with_keys<T>(
        &self,
        now: Timestamp,
        read: impl Fn(&KeySet, Expected<'_>) -> Result<T, TokenError> + Send + Sync,
    ) -> Result<T, ProviderError> {
        let issuer = self.settings.issuer.as_str();
        let expected = Expected { issuer, client: &self.client.client_id, now };
        let refused = |e: TokenError| ProviderError::Refused(e.to_string());
        match read(&self.published(now, KEPT).await?.keys, expected) {
            Err(TokenError::UnknownKey) => {
                let fresh = self.published(now, AGAIN_AFTER).await?;
                read(&fresh.keys, expected).map_err(refused)
            }
            other => other.map_err(refused),
        }
    }

    /// Exchanges a code for tokens.
    async fn exchange(
        &self,
        metadata: &Metadata,
        code: &str,
        flow: &Flow,
    ) -> Result<Value, ProviderError> {
        let verifier = flow.verifier();
        let client = &self.client;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &client.redirect_uri),
            ("code_verifier", &verifier),
        ];
        let mut request = self
            .http
            .post(&metadata.token_endpoint)
            .header("content-type", "application/x-www-form-urlencoded");
        match client.client_secret.as_deref() {
            None => fields.push(("client_id", &client.client_id)),
            Some(secret) if metadata.secret_in_form() => {
                fields.push(("client_id", &client.client_id));
                fields.push(("client_secret", secret));
            }
            // RFC 6749 2.3.1: both are form-encoded before they become a header.
            Some(secret) => {
                let encoded =
                    |text: &str| http::form(&[(text, "")]).trim_end_matches('=').to_owned();
                request = request.basic_auth(encoded(&client.client_id), Some(encoded(secret)));
            }
        }
        let (status, body) = http::send(request.body(http::form(&fields))).await?;
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status.is_success() {
            return Ok(answer);
        }
        if status.is_server_error() {
            return Err(ProviderError::Unreachable(format!("it answers {status}")));
        }
        let code = answer["error"].as_str().unwrap_or("no reason");
        let code: String = code.chars().filter(char::is_ascii_graphic).take(60).collect();
        Err(ProviderError::Refused(format!("it does not take the code: `{code}`")))
    }

    /// What to call somebody, when the ID token does not say: for show only, so nothing fails by it.
    async fn name(&self, metadata: &Metadata, tokens: &Value, claims: &IdClaims) -> Option<String> {
        let said = claims.name.clone().or_else(|| claims.preferred_username.clone());
        if said.is_some() {
            return said;
        }
        let token = tokens["access_token"].as_str()?;
        let place = metadata.userinfo_endpoint.as_ref()?;
        let info = http::json(self.http.get(place).bearer_auth(token)).await.ok()?;
        if info["sub"].as_str() != Some(&claims.sub) {
            return None;
        }
        let text = |field: &str| info[field].as_str().map(str::to_owned);
        text("name").or_else(|| text("preferred_username"))
    }
}

#[async_trait]
impl IdentityProvider for Provider {
    fn settings(&self) -> &ProviderSettings {
        &self.settings
    }

    async fn authorization_url(
        &self,
        flow: &Flow,
        classes: &[String],
        now: Timestamp,
    ) -> Result<String, ProviderError> {
        let metadata = self.published(now, KEPT).await?.metadata;
        let place = http::check_place(&metadata.authorization_endpoint);
        let mut url = place.map_err(|why| ProviderError::Refused(why.to_owned()))?;
        let scopes = self.client.scopes.iter().map(String::as_str);
        let scope: Vec<&str> = std::iter::once("openid").chain(scopes).collect();
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.client.client_id)
            .append_pair("redirect_uri", &self.client.redirect_uri)
            .append_pair("scope", &scope.join(" "))
            .append_pair("state", &flow.state())
            .append_pair("nonce", &flow.nonce())
            .append_pair("code_challenge", &flow.challenge())
            .append_pair("code_challenge_method", "S256");
        if flow.purpose == Purpose::StepUp {
            // `max_age` obliges the provider to say when they signed in; we check it ourselves (B09).
            query.append_pair("prompt", "login").append_pair("max_age", "0");
            if !classes.is_empty() {
                query.append_pair("acr_values", &classes.join(" "));
            }
        }
        drop(query);
        Ok(url.into())
    }

    async fn identify(
        &self,
        code: &str,
        flow: &Flow,
        now: Timestamp,
    ) -> Result<Identity, ProviderError> {
        let metadata = self.published(now, KEPT).await?.metadata;
        let tokens = self.exchange(&metadata, code, flow).await?;
        let Some(token) = tokens["id_token"].as_str() else {
            return Err(ProviderError::Refused("it sends no ID token".to_owned()));
        };
        let nonce = flow.nonce();
        let claims = self.with_keys(now, |keys, who| id_token(token, keys, who, &nonce)).await?;
        let name = self.name(&metadata, &tokens, &claims).await;
        let short = |text: &String| text.len() <= TEXT_MAX;
        Ok(Identity {
            subject: claims.sub,
            name,
            authentication: Authentication {
                at: claims.auth_time.and_then(|at| Timestamp::from_second(at).ok()),
                acr: claims.acr.filter(short),
                amr: claims.amr.into_iter().filter(short).take(AMR_MAX).collect::<BTreeSet<_>>(),
            },
            session: claims.sid.filter(short),
        })
    }

    async fn read_logout(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<ProviderLogout, ProviderError> {
        let claims = self.with_keys(now, |keys, who| logout_token(token, keys, who)).await?;
        Ok(ProviderLogout { subject: claims.sub, session: claims.sid })
    }
}
