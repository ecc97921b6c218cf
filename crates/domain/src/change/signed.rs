//! Votes that their voters signed (H13): the statement they sign, and whether it holds.
//!
//! A signature is verified when its vote is folded in, from the vote alone. Whose key it was is looked
//! up in the directory whenever votes are counted.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signing::{Proof, PublicKey, VoteStatement};

use super::vote::{Ballot, Vote};
use super::{Change, OnBehalfOf};
use crate::authentication::{Authentication, Shown};
use crate::ids::{ChangeId, SigningKeyId};
use crate::organisation::{Directory, KeyHolder, KnownKey, STATEMENT_LASTS};
use crate::refusal::Refusal;
use crate::requirement::Requirement;
use crate::time::to_millis;

/// The signature under a vote, with the key as it was recorded then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoteSignature {
    /// The registered key.
    pub key: SigningKeyId,
    /// Its public half.
    pub public_key: PublicKey,
    /// The nonce of the statement.
    pub nonce: String,
    /// When the statement was made.
    #[serde(with = "crate::time::ms")]
    pub issued_at: Timestamp,
    /// The signature.
    pub proof: Proof,
}

/// A signature that came with a ballot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedSignature {
    /// By which key.
    pub key: SigningKeyId,
    /// The nonce of the statement; that it is ours was checked.
    pub nonce: String,
    /// When the statement was made.
    pub issued_at: Timestamp,
    /// The signature.
    pub proof: Proof,
}

impl Vote {
    /// What its voter signed, if they did.
    #[must_use]
    pub fn statement(&self, change: &ChangeId) -> Option<VoteStatement> {
        let signature = self.signature.as_ref()?;
        Some(self.statement_of(change, &signature.nonce, signature.issued_at))
    }

    /// What shows that it is its voter's, given what its signature shows.
    pub(crate) fn shows<'v>(&'v self, signed: Option<&'v Authentication>) -> Shown<'v> {
        Shown { signed_in: self.authentication.as_ref(), signed }
    }

    fn statement_of(&self, change: &ChangeId, nonce: &str, issued_at: Timestamp) -> VoteStatement {
        let other = |o: &OnBehalfOf| o.person.to_string();
        VoteStatement {
            change: change.to_string(),
            revision: self.revision,
            revision_digest: self.revision_digest.to_string(),
            decision: self.decision.as_str().to_owned(),
            meaning: self.meaning.clone(),
            person: self.person.to_string(),
            on_behalf_of: self.on_behalf_of.as_ref().map(other),
            shown: self.informed.as_ref().map(|i| i.shown.to_string()),
            nonce: nonce.to_owned(),
            issued_at: format!("{:.3}", to_millis(issued_at)),
        }
    }
}

impl Change {
    /// Folds a vote in. Only a signature that verifies is ever believed.
    pub(super) fn voted(&mut self, vote: &Vote) {
        if self.verifies(vote) {
            self.verified.insert(vote.id.clone());
        }
        self.votes.push(vote.clone());
    }

    /// Verifies every signature again: of a change that was read from a snapshot, which anybody who can
    /// write the store can write (H13).
    pub fn verify_signatures(&mut self) {
        let verified = self.votes.iter().filter(|vote| self.verifies(vote));
        self.verified = verified.map(|vote| vote.id.clone()).collect();
    }

    fn verifies(&self, vote: &Vote) -> bool {
        let (Some(signature), Some(statement)) = (&vote.signature, vote.statement(&self.id)) else {
            return false;
        };
        let bytes = statement.bytes();
        bytes.is_ok_and(|b| signature.proof.check(&b, &signature.public_key).is_ok())
    }

    /// What the signature under a vote shows: nothing when there is none.
    ///
    /// # Errors
    /// There is one, and it does not hold; why, in words.
    pub fn signed(
        &self,
        vote: &Vote,
        directory: &Directory,
    ) -> Result<Option<Authentication>, &'static str> {
        let Some(signature) = &vote.signature else { return Ok(None) };
        if !self.verified.contains(&vote.id) {
            return Err("its signature does not verify");
        }
        let known = directory.signing_key(&signature.key);
        let theirs = |k: &&KnownKey| {
            k.key.person == vote.person
                && k.key.public_key == signature.public_key
                && fits(&k.key.holder, &signature.proof)
        };
        let Some(known) = known.filter(theirs) else {
            return Err("the key that signed it is not registered for the voter");
        };
        if !known.stood(vote.at) {
            return Err("the key that signed it had been removed, or was not registered yet");
        }
        Ok(Some(known.key.holder.shows(signature.issued_at)))
    }

    /// What a ballot's voter has to sign, with this nonce, made now.
    ///
    /// # Errors
    /// They may not vote so.
    pub fn vote_statement(
        &self,
        ballot: Ballot,
        requirements: &[Requirement],
        directory: &Directory,
        (nonce, at): (&str, Timestamp),
    ) -> Result<VoteStatement, Refusal> {
        let vote = self.drafted(ballot, requirements, directory, at)?;
        Ok(vote.statement_of(&self.id, nonce, at))
    }

    /// Takes the signature that came with a ballot, if it is one over exactly this vote.
    pub(super) fn take_signature(
        &self,
        handed: HandedSignature,
        vote: &Vote,
        directory: &Directory,
    ) -> Result<VoteSignature, Refusal> {
        let refuse = |why| Err(Refusal::SignatureRefused { why });
        let known = directory.signing_key(&handed.key).filter(|k| k.key.person == vote.person);
        let Some(known) = known.filter(|k| k.removed_at.is_none()) else {
            return refuse("the key is not one of yours, or was removed");
        };
        if !fits(&known.key.holder, &handed.proof) {
            return refuse("it is of another kind, or for another site, than the key");
        }
        let used = |v: &Vote| v.signature.as_ref().is_some_and(|s| s.nonce == handed.nonce);
        if self.votes.iter().any(used) {
            return refuse("the statement was used for a vote already");
        }
        let age = vote.at.duration_since(handed.issued_at);
        if age.is_negative() || age > STATEMENT_LASTS {
            return refuse("the statement is older than ten minutes");
        }
        let signature = VoteSignature {
            key: handed.key,
            public_key: known.key.public_key.clone(),
            nonce: handed.nonce,
            issued_at: to_millis(handed.issued_at),
            proof: handed.proof,
        };
        let statement = vote.statement_of(&self.id, &signature.nonce, signature.issued_at);
        let bytes = statement.bytes();
        let holds = bytes.is_ok_and(|b| signature.proof.check(&b, &signature.public_key).is_ok());
        if holds {
            Ok(signature)
        } else {
            refuse("it is not by this key over this vote as it stands now")
        }
    }
}

/// Whether a signature is of the kind, and for the site, that a key is for.
fn fits(holder: &KeyHolder, proof: &Proof) -> bool {
    match (holder, proof) {
        (KeyHolder::Ssh, Proof::Ssh { .. }) => true,
        (KeyHolder::Passkey { relying_party, .. }, Proof::Passkey(proof)) => {
            proof.relying_party == *relying_party
        }
        _ => false,
    }
}
