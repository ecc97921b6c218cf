//! What a voter has to sign, made for them.

use domain::actor::Actor;
use domain::change::{Ballot, HandedSignature};
use domain::ids::{ChangeId, SigningKeyId, VoteId};
use domain::organisation::SigningKey;
use domain::refusal::Refusal;
use domain::time::to_millis;
use jiff::Timestamp;
use signing::{Proof, VoteStatement};

use super::ceremony::nonce;
use crate::change::VoteDraft;
use crate::principal::Principal;
use crate::{App, AppError, ChangeFacts};

/// A signature as it comes with a vote.
#[derive(Debug, Clone)]
pub struct SignatureDraft {
    /// By which key.
    pub key: SigningKeyId,
    /// When its statement was made.
    pub issued_at: Timestamp,
    /// The signature.
    pub proof: Proof,
}

/// A statement that waits for a signature.
#[derive(Debug, Clone)]
pub struct Unsigned {
    /// What it says.
    pub statement: VoteStatement,
    /// Exactly the bytes to sign.
    pub bytes: Vec<u8>,
    /// When it was made; comes back with the vote.
    pub issued_at: Timestamp,
    /// The keys that could sign it.
    pub keys: Vec<SigningKey>,
    /// Whether policy wants it signed.
    pub required: bool,
}

impl App {
    /// What the asking person has to sign for a vote. Nothing is recorded.
    ///
    /// # Errors
    /// They may not vote so, or a machine asks.
    pub async fn vote_statement(
        &self,
        principal: &Principal,
        id: &ChangeId,
        draft: &VoteDraft,
    ) -> Result<Unsigned, AppError> {
        let person = principal.acting_person("vote")?;
        let (change, version) = self.load_change(id).await?;
        let facts = self.facts(change, version).await?;
        let issued_at = to_millis(facts.now);
        let unsigned = VoteDraft { signature: None, ..draft.clone() };
        let ballot = self.ballot(principal, &unsigned, &facts)?;
        let made = (nonce(principal, issued_at)?, issued_at);
        let statement = facts.change.vote_statement(
            ballot,
            &facts.votable(),
            &facts.live.directory,
            (&made.0, made.1),
        )?;
        let bytes = statement.bytes().map_err(AppError::damaged)?;
        let keys = facts.live.directory.signing_keys_of(person).map(|k| k.key.clone()).collect();
        let required = facts.step_up().iter().any(|asked| asked.signature);
        Ok(Unsigned { statement, bytes, issued_at, keys, required })
    }

    /// The ballot of a draft, as of some facts.
    pub(crate) fn ballot(
        &self,
        principal: &Principal,
        draft: &VoteDraft,
        facts: &ChangeFacts,
    ) -> Result<Ballot, AppError> {
        let Actor::Person { person, account } = &principal.actor else {
            return Err(Refusal::PeopleOnly { action: "vote" }.into());
        };
        let handed = |s: &SignatureDraft| {
            Ok::<_, Refusal>(HandedSignature {
                key: s.key.clone(),
                nonce: nonce(principal, s.issued_at)?,
                issued_at: s.issued_at,
                proof: s.proof.clone(),
            })
        };
        Ok(Ballot {
            id: VoteId::new(self.ports.now(), self.ports.random()),
            person: person.clone(),
            account: account.clone(),
            on_behalf_of: draft.on_behalf_of.clone(),
            expected_revision: draft.expected_revision,
            decision: draft.decision,
            justification: draft.justification.clone(),
            policy: facts.policy_digest(),
            authentication: principal.authentication.clone(),
            step_up: facts.step_up(),
            signature: draft.signature.as_ref().map(handed).transpose()?,
            bulk: None,
        })
    }
}
