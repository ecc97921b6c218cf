//! A provider's keys, and which of them may have signed a token (B08).
//!
//! Keys come from the `jwks_uri` of the configured issuer only. A token chooses among them by `kid`;
//! what it says of other places (`jku`, `x5u`, `jwk`) is never looked at.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use serde_json::Value;

use crate::token::TokenError;

const KEYS_MAX: usize = 64;

/// The signing keys of a provider.
#[derive(Debug, Clone, Default)]
pub struct KeySet(Vec<Jwk>);

impl KeySet {
    /// Reads a JWK set. Keys of kinds we don't know, and those for encryption, are left out.
    #[must_use]
    pub fn read(document: &Value) -> Self {
        let keys = document["keys"].as_array().map(Vec::as_slice).unwrap_or_default();
        // One strange key must not spoil the set.
        let read = |key: &Value| serde_json::from_value::<Jwk>(key.clone()).ok();
        Self(keys.iter().take(KEYS_MAX).filter_map(read).filter(signs).collect())
    }

    /// Whether there is no key at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one key that may have signed a token with this header.
    ///
    /// # Errors
    /// The algorithm is not allowed, or no key fits, or more than one does.
    pub(crate) fn find(&self, header: &Header) -> Result<DecodingKey, TokenError> {
        let allowed = family(header.alg).is_some();
        if !allowed {
            return Err(TokenError::Algorithm(format!("{:?}", header.alg)));
        }
        let mut fitting = self.0.iter().filter(|jwk| {
            let named = header.kid.is_none() || jwk.common.key_id == header.kid;
            named && fits(jwk, header.alg)
        });
        let (Some(jwk), None) = (fitting.next(), fitting.next()) else {
            return Err(TokenError::UnknownKey);
        };
        DecodingKey::from_jwk(jwk).map_err(|_| TokenError::UnknownKey)
    }
}

fn signs(jwk: &Jwk) -> bool {
    matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature))
}

/// The kinds of key that an allowed algorithm goes with. There is no shared secret among them: a public
/// key never becomes one (B08).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Rsa,
    P256,
    P384,
    Ed25519,
}

fn family(algorithm: Algorithm) -> Option<Family> {
    use Algorithm as A;
    match algorithm {
        A::RS256 | A::RS384 | A::RS512 | A::PS256 | A::PS384 | A::PS512 => Some(Family::Rsa),
        A::ES256 => Some(Family::P256),
        A::ES384 => Some(Family::P384),
        A::EdDSA => Some(Family::Ed25519),
        _ => None,
    }
}

fn fits(jwk: &Jwk, algorithm: Algorithm) -> bool {
    let own = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => Some(Family::Rsa),
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => Some(Family::P256),
            EllipticCurve::P384 => Some(Family::P384),
            _ => None,
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            Some(Family::Ed25519)
        }
        _ => None,
    };
    let said = jwk.common.key_algorithm.map(|a| a.to_string());
    let agrees = said.is_none_or(|said| said == format!("{algorithm:?}"));
    own.is_some() && own == family(algorithm) && agrees
}
