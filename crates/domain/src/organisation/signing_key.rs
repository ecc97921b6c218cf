//! Keys that people sign their votes with: passkeys and SSH keys.
//!
//! A key is registered and removed on the record. Removing it ends its use at once; what it signed
//! before stays what it was.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use signing::PublicKey;

use super::{Directory, OrganisationEvent};
use crate::authentication::{Authentication, StepUp};
use crate::ids::{AccountId, PersonId, SigningKeyId};
use crate::private::Private;
use crate::refusal::Refusal;

/// A key opens what an account alone does not, so who adds one has proved who they are so recently.
const PROOF_MINUTES: u32 = 10;
const NAME_MAX: usize = 80;
const KEYS_MAX: usize = 20;

/// A key somebody signs their votes with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningKey {
    /// The key.
    pub id: SigningKeyId,
    /// Whose it is.
    pub person: PersonId,
    /// What they call it.
    pub name: Private<String>,
    /// What holds it.
    pub holder: KeyHolder,
    /// Its public half.
    pub public_key: PublicKey,
    /// Through which account it was added.
    pub added_by: AccountId,
    /// How they had signed in when they added it (H14).
    pub authentication: Authentication,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub added_at: Timestamp,
}

/// What holds the private half.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum KeyHolder {
    /// SSH: a file, or an agent.
    Ssh,
    /// An authenticator (`WebAuthn`).
    Passkey {
        /// Id of the credential, base64url.
        credential: String,
        /// The host it is for.
        relying_party: String,
        /// Whether it may be copied to other devices of its owner.
        synced: bool,
    },
}

impl KeyHolder {
    /// What it is called.
    #[must_use]
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Ssh => "SSH key",
            Self::Passkey { .. } => "passkey",
        }
    }

    /// How a signature by it, made at `at`, shows who signed. An SSH key says nothing of its holder.
    #[must_use]
    pub fn shows(&self, at: Timestamp) -> Authentication {
        match self {
            Self::Ssh => Authentication::ssh(),
            Self::Passkey { synced, .. } => Authentication::passkey(at, *synced),
        }
    }
}

/// A key with its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// As registered.
    pub key: SigningKey,
    /// From when on it signs nothing any more.
    pub removed_at: Option<Timestamp>,
}

impl KnownKey {
    /// Whether what it signed at this time stands: it was registered and not removed before. Both ends
    /// count, since several things can happen at one time.
    #[must_use]
    pub fn stood(&self, at: Timestamp) -> bool {
        self.key.added_at <= at && self.removed_at.is_none_or(|end| at <= end)
    }
}

impl Directory {
    pub(super) fn apply_signing_key(&mut self, event: &OrganisationEvent) {
        match event {
            OrganisationEvent::SigningKeyAdded(key) => {
                let known = KnownKey { key: (**key).clone(), removed_at: None };
                self.signing_keys.insert(key.id.clone(), known);
            }
            OrganisationEvent::SigningKeyRemoved { key, at } => {
                if let Some(known) = self.signing_keys.get_mut(key) {
                    known.removed_at = Some(*at);
                }
            }
            _ => {}
        }
    }

    /// A key, also a removed one.
    #[must_use]
    pub fn signing_key(&self, id: &SigningKeyId) -> Option<&KnownKey> {
        self.signing_keys.get(id)
    }

    /// The keys a person can sign with now, oldest first.
    pub fn signing_keys_of<'a>(
        &'a self,
        person: &'a PersonId,
    ) -> impl Iterator<Item = &'a KnownKey> {
        self.signing_keys
            .values()
            .filter(move |k| k.key.person == *person && k.removed_at.is_none())
    }

    /// Registers a key of whoever asks.
    ///
    /// # Errors
    /// They did not prove lately who they are, the name is none, or the key is known.
    pub fn add_signing_key(
        &self,
        key: SigningKey,
        at: Timestamp,
    ) -> Result<OrganisationEvent, Refusal> {
        check_recent(Some(&key.authentication), at)?;
        let length = key.name.text().trim().chars().count();
        if length == 0 || length > NAME_MAX {
            return Err(Refusal::field("name", "give it a name of 1 to 80 characters"));
        }
        // A removed key stays removed: whoever removed it may have lost it.
        if self.signing_keys.values().any(|k| k.key.public_key == key.public_key) {
            let message = "this key is registered, or was removed: make a new one";
            return Err(Refusal::field("public_key", message));
        }
        if self.signing_keys_of(&key.person).count() >= KEYS_MAX {
            return Err(Refusal::field("name", "you have 20 keys: remove one first"));
        }
        Ok(OrganisationEvent::SigningKeyAdded(Box::new(key)))
    }

    /// Removes a key: its owner's, or by an admin anybody's.
    ///
    /// # Errors
    /// There is no such key that still signs, or it is another's.
    pub fn remove_signing_key(
        &self,
        id: &SigningKeyId,
        by: &PersonId,
        at: Timestamp,
    ) -> Result<OrganisationEvent, Refusal> {
        let known = self.signing_key(id).filter(|k| k.removed_at.is_none());
        let theirs = |k: &&KnownKey| k.key.person == *by || self.holds(by, super::access::ADMIN);
        match known.filter(theirs) {
            Some(_) => Ok(OrganisationEvent::SigningKeyRemoved { key: id.clone(), at }),
            None => Err(Refusal::NotFound { entity: "signing key", id: id.to_string() }),
        }
    }
}

/// Whether somebody proved lately enough who they are for adding a key.
///
/// # Errors
/// They did not.
pub fn check_recent(authentication: Option<&Authentication>, at: Timestamp) -> Result<(), Refusal> {
    let recent = StepUp { max_age_minutes: Some(PROOF_MINUTES), ..StepUp::default() };
    recent.check(authentication, at).map_err(|why| Refusal::StepUpRequired { why })
}

/// How long a statement can be signed after it was made.
pub const STATEMENT_LASTS: SignedDuration = SignedDuration::from_mins(10);
