//! Public keys: Ed25519 and P-256, from SSH or from a passkey, in one written form.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Verifier as _;
use serde::{Deserialize, Serialize};

use crate::wire::{Reader, put_string};

const ED25519: &str = "ssh-ed25519";
const P256: &str = "ecdsa-sha2-nistp256";
const CURVE: &[u8] = b"nistp256";

/// A public key. Written as OpenSSH writes it, type and base64, whoever made it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(Inner);

#[derive(Clone, PartialEq, Eq)]
enum Inner {
    Ed25519(ed25519_dalek::VerifyingKey),
    P256(p256::ecdsa::VerifyingKey),
}

/// Why a text or bytes are no key we take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is not `TYPE BASE64 [COMMENT]`.
    #[error("read a public key: it is `TYPE BASE64`, as in a file that ends in .pub")]
    Form,
    /// Something else than Ed25519 and P-256.
    #[error("use this kind of key: ssh-ed25519 and ecdsa-sha2-nistp256 are taken")]
    Kind,
    /// No point of the curve, or a weak one.
    #[error("use this key: it is not a valid point of its curve")]
    Point,
}

impl PublicKey {
    /// An Ed25519 key.
    ///
    /// # Errors
    /// The bytes are no key, or one that any signature fits.
    pub fn ed25519(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = bytes.try_into().map_err(|_| KeyError::Point)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| KeyError::Point)?;
        if key.is_weak() { Err(KeyError::Point) } else { Ok(Self(Inner::Ed25519(key))) }
    }

    /// A P-256 key as a point (SEC 1).
    ///
    /// # Errors
    /// The bytes are no point of the curve.
    pub fn p256(point: &[u8]) -> Result<Self, KeyError> {
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point);
        key.map(|key| Self(Inner::P256(key))).map_err(|_| KeyError::Point)
    }

    /// A key as SSH sends it (RFC 4253 section 6.6).
    ///
    /// # Errors
    /// It is of another kind, or malformed.
    pub fn of_blob(blob: &[u8]) -> Result<Self, KeyError> {
        let mut reader = Reader(blob);
        let kind = reader.string().ok_or(KeyError::Form)?;
        let key = if kind == ED25519.as_bytes() {
            Self::ed25519(reader.string().ok_or(KeyError::Form)?)?
        } else if kind == P256.as_bytes() {
            if reader.string() != Some(CURVE) {
                return Err(KeyError::Kind);
            }
            Self::p256(reader.string().ok_or(KeyError::Form)?)?
        } else {
            return Err(KeyError::Kind);
        };
        if reader.is_empty() { Ok(key) } else { Err(KeyError::Form) }
    }

    /// The key as SSH sends it.
    #[must_use]
    pub fn blob(&self) -> Vec<u8> {
        let mut blob = Vec::new();
        put_string(&mut blob, self.kind().as_bytes());
        match &self.0 {
            Inner::Ed25519(key) => put_string(&mut blob, key.as_bytes()),
            Inner::P256(key) => {
                put_string(&mut blob, CURVE);
                put_string(&mut blob, key.to_sec1_point(false).as_bytes());
            }
        }
        blob
    }

    /// The name of its kind, as SSH has it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match &self.0 {
            Inner::Ed25519(_) => ED25519,
            Inner::P256(_) => P256,
        }
    }

    /// Whether an SSH signature of this key fits; its algorithm has the name of the key's kind.
    pub(crate) fn fits_ssh(&self, signed: &[u8], signature: &[u8]) -> bool {
        let mut reader = Reader(signature);
        let (kind, inner) = (reader.string(), reader.string());
        let Some(inner) = inner.filter(|_| kind == Some(self.kind().as_bytes())) else {
            return false;
        };
        if !reader.is_empty() {
            return false;
        }
        match &self.0 {
            Inner::Ed25519(_) => self.fits_raw(signed, inner),
            Inner::P256(key) => {
                let mut reader = Reader(inner);
                let (Some(r), Some(s)) = (reader.scalar(), reader.scalar()) else { return false };
                let signature = p256::ecdsa::Signature::from_scalars(r, s);
                reader.is_empty() && signature.is_ok_and(|s| key.verify(signed, &s).is_ok())
            }
        }
    }

    /// Whether a signature as `WebAuthn` writes it fits: 64 bytes for Ed25519, DER for P-256.
    pub(crate) fn fits_raw(&self, signed: &[u8], signature: &[u8]) -> bool {
        match &self.0 {
            Inner::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_slice(signature);
                signature.is_ok_and(|s| key.verify_strict(signed, &s).is_ok())
            }
            Inner::P256(key) => {
                let signature = p256::ecdsa::Signature::from_der(signature);
                signature.is_ok_and(|s| key.verify(signed, &s).is_ok())
            }
        }
    }
}

impl FromStr for PublicKey {
    type Err = KeyError;

    /// Reads `TYPE BASE64`; a comment after it is left out.
    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut parts = text.split_ascii_whitespace();
        let (Some(kind), Some(encoded)) = (parts.next(), parts.next()) else {
            return Err(KeyError::Form);
        };
        if kind != ED25519 && kind != P256 {
            return Err(KeyError::Kind);
        }
        let blob = STANDARD.decode(encoded).map_err(|_| KeyError::Form)?;
        let key = Self::of_blob(&blob)?;
        if key.kind() == kind { Ok(key) } else { Err(KeyError::Form) }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), STANDARD.encode(self.blob()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({self})")
    }
}

impl TryFrom<String> for PublicKey {
    type Error = KeyError;

    fn try_from(text: String) -> Result<Self, KeyError> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}
