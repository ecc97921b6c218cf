//! Signing keys, statements and signatures on the wire.

use api_types::signing as wire;
use app::signing::{SignatureDraft, Unsigned};
use domain::change::{Change, Vote};
use domain::organisation::{Directory, KeyHolder, OrganisationEvent, SigningKey};
use signing::{NAMESPACE, Proof, PublicKey};

use super::request::{read, time as read_time};
use super::text::time;
use crate::error::ApiError;

const ARMOUR_MAX: usize = 4_000;

/// A key.
#[must_use]
pub fn key(key: &SigningKey) -> wire::SigningKey {
    let (kind, synced) = match key.holder {
        KeyHolder::Ssh => (wire::KeyKind::Ssh, false),
        KeyHolder::Passkey { synced, .. } => (wire::KeyKind::Passkey, synced),
    };
    wire::SigningKey {
        id: key.id.to_string(),
        kind,
        name: key.name.get().cloned(),
        public_key: key.public_key.to_string(),
        synced,
        added_at: time(key.added_at),
    }
}

/// A public key as somebody typed it.
///
/// # Errors
/// It can't be read, or is of a kind we don't take.
pub fn public_key(text: &str) -> Result<PublicKey, ApiError> {
    text.parse().map_err(|error| ApiError::field("public_key", &format!("failed to {error}")))
}

/// A statement.
#[must_use]
pub fn statement(unsigned: &Unsigned) -> wire::VoteStatement {
    wire::VoteStatement {
        statement: String::from_utf8_lossy(&unsigned.bytes).into_owned(),
        namespace: NAMESPACE.to_owned(),
        issued_at: time(unsigned.issued_at),
        keys: unsigned.keys.iter().map(key).collect(),
        required: unsigned.required,
    }
}

/// A signature that came with a vote.
///
/// # Errors
/// A field can't be read.
pub fn signature(asked: wire::SignatureRequest) -> Result<SignatureDraft, ApiError> {
    if asked.ssh.len() > ARMOUR_MAX || !signing::is_armored(&asked.ssh) {
        let message = "send what `ssh-keygen -Y sign` writes, from BEGIN to END";
        return Err(ApiError::field("signature.ssh", message));
    }
    Ok(SignatureDraft {
        key: read("signature.key", &asked.key)?,
        issued_at: read_time("signature.issued_at", &asked.issued_at)?,
        proof: Proof::Ssh { signature: asked.ssh },
    })
}

/// The signature under a vote.
#[must_use]
pub fn signed(change: &Change, vote: &Vote, directory: &Directory) -> Option<wire::VoteSignature> {
    let found = vote.signature.as_ref()?;
    let bytes = vote.statement(&change.id)?.bytes().ok()?;
    let (kind, ssh) = match &found.proof {
        Proof::Ssh { signature } => (wire::KeyKind::Ssh, Some(signature.clone())),
        Proof::Passkey(_) => (wire::KeyKind::Passkey, None),
    };
    Some(wire::VoteSignature {
        key: found.key.to_string(),
        kind,
        public_key: found.public_key.to_string(),
        holds: change.signed(vote, directory).is_ok(),
        statement: String::from_utf8_lossy(&bytes).into_owned(),
        ssh,
    })
}

/// What happened to keys in words, after the name of who did it; empty for other events.
#[must_use]
pub fn key_event(event: &OrganisationEvent, directory: &Directory) -> String {
    match event {
        OrganisationEvent::SigningKeyAdded(key) => {
            format!("added the {} “{}” for signing votes", key.holder.title(), key.name.text())
        }
        OrganisationEvent::SigningKeyRemoved { key, .. } => {
            let known = directory.signing_key(key);
            known.map_or_else(
                || format!("removed the signing key {key}"),
                |k| format!("removed the {} “{}”", k.key.holder.title(), k.key.name.text()),
            )
        }
        _ => String::new(),
    }
}
