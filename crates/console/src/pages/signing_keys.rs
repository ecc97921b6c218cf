//! The keys one signs votes with. SSH keys go to `/signing-keys`, passkeys to `/signing-keys/passkeys`.

use askama::Template;

use crate::filters;
use crate::view::{FormErrors, Layout, Moment, NextStep};

/// The page, at `/signing-keys`.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/signing_keys.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// The reader's keys.
    pub keys: Vec<KeyRow>,
    /// What they have to do before they can add one: prove again who they are.
    pub step_up: Option<NextStep>,
    /// What a new passkey is made from; without it, why there is none.
    pub passkey: Option<Ceremony>,
    /// Who the passkey is for: id, user name, name.
    pub user: [String; 3],
    /// Field `name`, as typed.
    pub name: String,
    /// Field `public_key`, as typed.
    pub public_key: String,
    /// Sent as `idempotency_key`.
    pub idempotency_key: String,
    /// What was wrong with the fields.
    pub errors: FormErrors,
}

/// One key.
#[derive(Debug, Clone, Default)]
pub struct KeyRow {
    /// Its id.
    pub id: String,
    /// What its owner calls it.
    pub name: String,
    /// "passkey" or "SSH key".
    pub kind: String,
    /// Its public half in short.
    pub fingerprint: String,
    /// Since when.
    pub added: Moment,
}

/// What a passkey answers.
#[derive(Debug, Clone, Default)]
pub struct Ceremony {
    /// Base64url.
    pub challenge: String,
    /// When it was made; comes back as `issued_at`.
    pub issued_at: String,
    /// The host it is for.
    pub relying_party: String,
    /// Credential ids, base64url, with a space between.
    pub credentials: String,
}
