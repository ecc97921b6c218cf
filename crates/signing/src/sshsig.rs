//! SSH signatures (OpenSSH's `PROTOCOL.sshsig`), as `ssh-keygen -Y sign` makes them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256, Sha512};

use crate::key::PublicKey;
use crate::proof::SignatureError;
use crate::wire::{Reader, put_string};

/// Namespace of a vote's signature, and the type of its statement. A signature made for anything
/// else (a commit, a file) is none of a vote.
pub const NAMESPACE: &str = "countersign-vote@v1";

const MAGIC: &[u8] = b"SSHSIG";
const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// Whether a text has the armour of an SSH signature.
#[must_use]
pub fn is_armored(text: &str) -> bool {
    body(text).is_some()
}

fn body(text: &str) -> Option<Vec<u8>> {
    let inner = text.trim().strip_prefix(BEGIN)?.strip_suffix(END)?;
    let encoded: String = inner.split_ascii_whitespace().collect();
    STANDARD.decode(encoded).ok()
}

struct Parts<'a> {
    key: PublicKey,
    reserved: &'a [u8],
    hash: &'a [u8],
    signature: &'a [u8],
}

fn parts(blob: &[u8]) -> Result<Parts<'_>, SignatureError> {
    let mut reader = Reader(blob);
    let malformed = || SignatureError::Form;
    if reader.take(MAGIC.len()) != Some(MAGIC) || reader.number() != Some(1) {
        return Err(malformed());
    }
    let key = PublicKey::of_blob(reader.string().ok_or_else(malformed)?);
    let namespace = reader.string().ok_or_else(malformed)?;
    let (reserved, hash) = (reader.string(), reader.string());
    let signature = reader.string();
    let (Some(reserved), Some(hash), Some(signature)) = (reserved, hash, signature) else {
        return Err(malformed());
    };
    if !reader.is_empty() {
        return Err(malformed());
    }
    if namespace != NAMESPACE.as_bytes() {
        return Err(SignatureError::Namespace);
    }
    Ok(Parts { key: key.map_err(|_| SignatureError::OtherKey)?, reserved, hash, signature })
}

/// Checks an armoured signature over `message` by exactly this key.
pub(crate) fn check(armored: &str, message: &[u8], key: &PublicKey) -> Result<(), SignatureError> {
    let blob = body(armored).ok_or(SignatureError::Form)?;
    let found = parts(&blob)?;
    if found.key != *key {
        return Err(SignatureError::OtherKey);
    }
    let hashed = match found.hash {
        b"sha512" => Sha512::digest(message).to_vec(),
        b"sha256" => Sha256::digest(message).to_vec(),
        _ => return Err(SignatureError::Form),
    };
    let mut signed = MAGIC.to_vec();
    for part in [NAMESPACE.as_bytes(), found.reserved, found.hash, &hashed] {
        put_string(&mut signed, part);
    }
    if key.fits_ssh(&signed, found.signature) { Ok(()) } else { Err(SignatureError::Mismatch) }
}
