//! What one is about to sign, between choosing a decision and its record. Posts to
//! `/changes/{number}/votes/signed`.

use askama::Template;

use super::signing_keys::Ceremony;
use crate::filters;
use crate::view::Layout;

/// The page.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "pages/sign_vote.html")]
pub struct Page {
    /// The frame.
    pub layout: Layout,
    /// Number of the change.
    pub number: String,
    /// Its title.
    pub title: String,
    /// What is decided, e.g. "approve".
    pub decision: String,
    /// What the decision means, in policy's words; empty if it says nothing.
    pub meaning: String,
    /// For whom, when not in their own right.
    pub on_behalf_of: String,
    /// The text that is signed.
    pub statement: String,
    /// What the passkeys of the reader answer; `None` if they have none here.
    pub passkey: Option<Ceremony>,
    /// The command that does the same with an SSH key.
    pub command: String,
    /// The fields of the vote, as chosen before.
    pub fields: Fields,
}

/// The hidden fields.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    /// Field `decision`.
    pub decision: String,
    /// Field `expected_revision`.
    pub expected_revision: String,
    /// Field `on_behalf_of`.
    pub on_behalf_of: String,
    /// Field `justification`.
    pub justification: String,
    /// Field `idempotency_key`.
    pub idempotency_key: String,
}
