//! An authenticator and browser in software, for tests: makes credentials and assertions as real
//! ones do, and wrong ones on demand.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use p256::ecdsa::signature::Signer as _;
use sha2::{Digest as _, Sha256, Sha512};

use crate::encoding::base64url;
use crate::key::PublicKey;
use crate::proof::PasskeyProof;
use crate::sshsig::NAMESPACE;
use crate::webauthn::Registration;
use crate::wire::put_string;

/// Everything went as it should: user present and verified.
pub const VERIFIED: u8 = 0x05;
/// Touched, but nobody checked by whom.
pub const PRESENT: u8 = 0x01;

/// One passkey (ES256) on one site.
#[derive(Debug, Clone)]
pub struct Authenticator {
    key: p256::ecdsa::SigningKey,
    /// The credential's id.
    pub credential: Vec<u8>,
    /// The site's host.
    pub relying_party: String,
    /// The page's origin.
    pub origin: String,
    /// Flags it reports.
    pub flags: u8,
}

impl Authenticator {
    /// A passkey for a site; `seed` is its private key.
    ///
    /// # Panics
    /// The seed is no scalar of the curve.
    #[must_use]
    #[expect(clippy::expect_used, reason = "only tests build this")]
    pub fn new(seed: u8, origin: &str) -> Self {
        let key = p256::ecdsa::SigningKey::from_slice(&[seed; 32]).expect("a scalar");
        let host = origin.split_once("://").map_or(origin, |(_, host)| host);
        let host = host.split(':').next().unwrap_or(host);
        Self {
            key,
            credential: vec![seed; 16],
            relying_party: host.to_owned(),
            origin: origin.to_owned(),
            flags: VERIFIED,
        }
    }

    fn client_data(&self, kind: &str, challenge: &[u8]) -> Vec<u8> {
        let challenge = base64url(challenge);
        let data = serde_json::json!({
            "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false,
            "other_keys_can_be_added_here": "do not compare clientDataJSON against a template",
        });
        data.to_string().into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(&self.relying_party).to_vec();
        data.push(flags);
        data.extend_from_slice(&7_u32.to_be_bytes());
        data
    }

    /// What `navigator.credentials.create` gives.
    #[must_use]
    pub fn create(&self, challenge: &[u8]) -> Registration {
        let mut data = self.data(self.flags | 0x40);
        data.extend_from_slice(&[0; 16]);
        data.extend_from_slice(&[0, u8::try_from(self.credential.len()).unwrap_or(0)]);
        data.extend_from_slice(&self.credential);
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes().split_at(33);
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        data.extend_from_slice(&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend_from_slice(x.get(1..).unwrap_or_default());
        data.extend_from_slice(&[0x22, 0x58, 32]);
        data.extend_from_slice(y);
        // {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap_or(0));
        object.extend_from_slice(&data);
        Registration {
            client_data: base64url(&self.client_data("webauthn.create", challenge)),
            attestation: base64url(&object),
        }
    }

    /// What `navigator.credentials.get` gives.
    #[must_use]
    pub fn get(&self, challenge: &[u8]) -> PasskeyProof {
        let client = self.client_data("webauthn.get", challenge);
        let data = self.data(self.flags);
        let signed = [data.as_slice(), &Sha256::digest(&client)].concat();
        let signature: p256::ecdsa::Signature = self.key.sign(&signed);
        PasskeyProof {
            relying_party: self.relying_party.clone(),
            origin: self.origin.clone(),
            authenticator_data: base64url(&data),
            client_data: base64url(&client),
            signature: base64url(signature.to_der().as_bytes()),
        }
    }
}

/// An Ed25519 key as `ssh-keygen -Y sign` uses one.
#[derive(Debug, Clone)]
pub struct SshKey(ed25519_dalek::SigningKey);

impl SshKey {
    /// A key; `seed` is its private half.
    #[must_use]
    pub fn new(seed: u8) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(&[seed; 32]))
    }

    /// The public half, as in a `.pub` file.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    #[expect(clippy::expect_used, reason = "only tests build this")]
    pub fn public(&self) -> String {
        let key = PublicKey::ed25519(self.0.verifying_key().as_bytes());
        key.expect("a key that was just made").to_string()
    }

    /// An armoured signature over a text.
    #[must_use]
    pub fn sign(&self, text: &str) -> String {
        let key = PublicKey::ed25519(self.0.verifying_key().as_bytes());
        let blob = key.map(|k| k.blob()).unwrap_or_default();
        let hashed = Sha512::digest(text);
        let mut signed = b"SSHSIG".to_vec();
        for part in [NAMESPACE.as_bytes(), b"", b"sha512", &hashed] {
            put_string(&mut signed, part);
        }
        let mut signature = Vec::new();
        put_string(&mut signature, b"ssh-ed25519");
        put_string(&mut signature, &self.0.sign(&signed).to_bytes());
        let mut whole = b"SSHSIG\0\0\0\x01".to_vec();
        for part in [blob.as_slice(), NAMESPACE.as_bytes(), b"", b"sha512", &signature] {
            put_string(&mut whole, part);
        }
        let body = STANDARD.encode(whole);
        format!("-----BEGIN SSH SIGNATURE-----\n{body}\n-----END SSH SIGNATURE-----\n")
    }
}
