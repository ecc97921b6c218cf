//! Challenges that no node has to remember.
//!
//! A challenge is derived from the caller's credential, what it is for and when it was made. Only who
//! holds that credential can have been given it, and it says itself when it is too old.

use domain::refusal::Refusal;
use domain::time::to_millis;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use signing::webauthn::Expected;

use crate::principal::Principal;

/// How long a passkey may take to answer.
const LASTS: SignedDuration = SignedDuration::from_mins(5);

/// Where passkeys are for: our own site, as browsers see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// The host.
    pub relying_party: String,
    /// Scheme, host and port.
    pub origin: String,
}

impl Site {
    /// The site of the server's public URL; `None` when the URL has no host that passkeys work for.
    #[must_use]
    pub fn of(public_url: &str) -> Option<Self> {
        let (scheme, rest) = public_url.split_once("://")?;
        let authority = rest.split('/').next()?;
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        let name = host.chars().any(|c| c.is_ascii_alphabetic()) && !host.contains([':', '[']);
        let secure = scheme == "https" || host == "localhost";
        (name && secure).then(|| Self {
            relying_party: host.to_ascii_lowercase(),
            origin: format!("{scheme}://{}", authority.to_ascii_lowercase()),
        })
    }
}

/// What a passkey is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ceremony {
    /// To be registered.
    Register,
    /// To prove again who somebody is.
    StepUp,
}

impl Ceremony {
    const fn word(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::StepUp => "step-up",
        }
    }

    /// The challenge made for a caller at a time.
    ///
    /// # Errors
    /// Nothing is known of their credential.
    pub fn challenge(self, principal: &Principal, at: Timestamp) -> Result<[u8; 32], Refusal> {
        derive(self.word(), principal, at)
    }

    /// Checks that a ceremony ended in time, and hands what it must have answered to `check`.
    pub(crate) fn end<T>(
        self,
        principal: &Principal,
        site: &Site,
        (issued_at, now): (Timestamp, Timestamp),
        check: impl FnOnce(&Expected<'_>) -> Result<T, signing::SignatureError>,
    ) -> Result<T, Refusal> {
        let age = now.duration_since(issued_at);
        if age.is_negative() || age > LASTS {
            return Err(Refusal::field("passkey", "it took longer than five minutes: try again"));
        }
        let challenge = self.challenge(principal, issued_at)?;
        let Site { relying_party, origin } = site;
        let expected = Expected { challenge: &challenge, relying_party, origin };
        check(&expected).map_err(|error| {
            let message =
                format!("the passkey's answer does not hold (failed to {error}): try again");
            Refusal::field("passkey", &message)
        })
    }
}

/// The nonce of a statement made for a caller at a time, in hex.
pub(crate) fn nonce(principal: &Principal, at: Timestamp) -> Result<String, Refusal> {
    derive("vote", principal, at).map(|bytes| crate::text::hex(&bytes))
}

fn derive(label: &str, principal: &Principal, at: Timestamp) -> Result<[u8; 32], Refusal> {
    let credential = principal.credential.as_deref();
    let Some(credential) = credential.filter(|_| principal.actor.person().is_some()) else {
        return Err(Refusal::PeopleOnly { action: "sign" });
    };
    let at = to_millis(at).as_millisecond();
    Ok(Sha256::digest(format!("countersign/{label}/{at}/{credential}")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e08_passkeys_are_for_a_named_host_over_https_or_this_machine() {
        let site = |url: &str| Site::of(url).map(|s| (s.relying_party, s.origin));
        let good = ("cs.example.com".to_owned(), "https://cs.example.com:8443".to_owned());
        assert_eq!(site("https://CS.example.com:8443/"), Some(good));
        assert!(site("http://localhost:8080").is_some());
        for none in ["http://cs.example.com", "https://10.0.0.1", "https://[::1]:8080", "cs"] {
            assert_eq!(site(none), None, "{none}");
        }
    }
}
