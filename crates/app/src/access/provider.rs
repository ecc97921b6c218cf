//! The port to identity providers (OpenID Connect): what the use cases ask of one, and what they get.
//!
//! An adapter talks to the provider and verifies everything it says; who that is here, and whether
//! they may come in, is decided in [`super::provider_sign_in`].

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::authentication::Authentication;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::text::sha256_hex;

/// What the operator says of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Short name, part of its addresses here.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// Its issuer URL, exactly as its tokens carry it.
    pub issuer: String,
    /// Whether a subject nobody knows becomes a person, without any role.
    pub create_people: bool,
    /// Name of the service account whose directory brings people with this provider's subjects as
    /// `externalId` (SCIM). Then who it brought can come in without being linked one by one.
    pub provisioned_by: Option<String>,
    /// Minutes until a session must be begun again at the provider, so that whoever it does not let in
    /// any more is out here too (B12).
    pub session_minutes: u32,
}

/// Somebody the provider vouches for, verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The provider's id for them; unique and never reused within the issuer.
    pub subject: String,
    /// What to call them. For show only (B04).
    pub name: Option<String>,
    /// How they signed in.
    pub authentication: Authentication,
    /// The provider's session, if it names one.
    pub session: Option<String>,
}

/// Whose sessions a provider ended (OIDC Back-Channel Logout 1.0).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderLogout {
    /// Everything of this subject.
    pub subject: Option<String>,
    /// This session of the provider.
    pub session: Option<String>,
}

/// Why a provider's word is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// It does not answer, or not as it should.
    #[error("the identity provider does not answer: {0}")]
    Unreachable(String),
    /// It says no, or what it says does not hold.
    #[error("{0}")]
    Refused(String),
}

/// An identity provider. Everything it returns is verified: signature, issuer, audience, time, nonce.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// What the operator says of it.
    fn settings(&self) -> &ProviderSettings;

    /// Where to send the browser for this flow. `classes` are the `acr` values to ask for.
    async fn authorization_url(
        &self,
        flow: &Flow,
        classes: &[String],
        now: Timestamp,
    ) -> Result<String, ProviderError>;

    /// Who a code stands for. The code was asked for in this flow.
    async fn identify(
        &self,
        code: &str,
        flow: &Flow,
        now: Timestamp,
    ) -> Result<Identity, ProviderError>;

    /// Whose sessions a logout token ends.
    async fn read_logout(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<ProviderLogout, ProviderError>;
}

/// What a visit to the provider is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in.
    SignIn,
    /// To prove again who they are, in a session that goes on (B09).
    StepUp,
}

/// One visit to a provider. Its secret stays in the browser's cookie; `state`, `nonce` and the PKCE
/// verifier are derived from it, so that only this browser can end what it began, and no node needs to
/// remember anything.
#[derive(Clone)]
pub struct Flow {
    secret: String,
    /// What for.
    pub purpose: Purpose,
}

impl Flow {
    /// A flow around a secret of 32 random bytes in hex; `session` is the hash of the session that goes
    /// on, which thereby has to be the same at the end.
    #[must_use]
    pub fn new(secret: &str, purpose: Purpose, session: Option<&str>) -> Self {
        let secret = format!("{secret}/{purpose:?}/{}", session.unwrap_or_default());
        Self { secret, purpose }
    }

    fn derive(&self, label: &str) -> String {
        sha256_hex(&format!("{label}/{}", self.secret))
    }

    /// What the provider must send back.
    #[must_use]
    pub fn state(&self) -> String {
        self.derive("state")
    }

    /// What the ID token must carry.
    #[must_use]
    pub fn nonce(&self) -> String {
        self.derive("nonce")
    }

    /// What proves to the provider that the code comes back from who asked (RFC 7636).
    #[must_use]
    pub fn verifier(&self) -> String {
        self.derive("verifier")
    }

    /// The S256 challenge of the verifier.
    #[must_use]
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_gives_nothing_away_and_belongs_to_its_session_and_purpose() {
        let flow = Flow::new("s", Purpose::StepUp, Some("session"));
        let parts = [flow.state(), flow.nonce(), flow.verifier(), flow.challenge()];
        for (n, part) in parts.iter().enumerate() {
            assert!(parts.iter().skip(n + 1).all(|other| other != part));
            assert!((43..=128).contains(&part.len()), "RFC 7636 wants 43 to 128 characters");
        }
        for other in [
            Flow::new("t", Purpose::StepUp, Some("session")),
            Flow::new("s", Purpose::SignIn, Some("session")),
            Flow::new("s", Purpose::StepUp, Some("other")),
        ] {
            assert_ne!(other.state(), flow.state());
        }
    }
}
