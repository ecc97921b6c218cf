//! Votes on one revision.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::material::Digest;
use super::rapid::wants_second;
use super::signed::{HandedSignature, VoteSignature};
use super::{Change, ChangeEvent, InBulk, Informed, State};
use crate::authentication::{Authentication, Lack, Shown, StepUp};
use crate::eligibility::{Capacity, Eligibility};
use crate::ids::{AccountId, DelegationId, PersonId, RoleName, VoteId};
use crate::organisation::{Directory, KnownDelegation};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::Requirement;

/// What a vote says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Yes.
    Approve,
    /// No. Ends the change.
    Reject,
    /// Not like this: blocks until this person votes again or there is a new revision.
    RequestChanges,
    /// Seen, and no opinion. Counts for nothing.
    Abstain,
}

impl Decision {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::RequestChanges => "request_changes",
            Self::Abstain => "abstain",
        }
    }
}

/// For whom a vote was given, and by which delegation. Both names stay on the record (M5.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnBehalfOf {
    /// The delegator.
    pub person: PersonId,
    /// The delegation.
    pub delegation: DelegationId,
}

impl OnBehalfOf {
    /// By this delegation.
    #[must_use]
    pub fn of(known: &KnownDelegation) -> Self {
        Self { person: known.given.delegator.clone(), delegation: known.given.id.clone() }
    }
}

/// A person's recorded decision on one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// The vote.
    pub id: VoteId,
    /// Who.
    pub person: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// For whom, when not in their own right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OnBehalfOf>,
    /// On which revision.
    pub revision: u32,
    /// The digest of that revision: what was decided, exactly.
    pub revision_digest: Digest,
    /// What it says.
    pub decision: Decision,
    /// Why.
    pub justification: Private<String>,
    /// What the voter confirmed by it, by role (the policy's words).
    pub meaning: Option<String>,
    /// Roles the voter held for this change when voting.
    pub roles: Vec<RoleName>,
    /// The policy bundle it was cast under.
    pub policy: String,
    /// How the voter had signed in (H14).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authentication: Option<Authentication>,
    /// What it rested on, when the voter had opened the briefing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub informed: Option<Informed>,
    /// The voter's signature over exactly this, when they gave one (H13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<VoteSignature>,
    /// The step it was cast in, when that was one for several changes (C17).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bulk: Option<InBulk>,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// What a person hands in.
#[derive(Debug, Clone)]
pub struct Ballot {
    /// Id for the vote, if it is recorded.
    pub id: VoteId,
    /// Who.
    pub person: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// Whose right it uses: a delegator, or the voter themself. Without it their own right, if they
    /// hold one that is asked for, else the first delegation that fits.
    pub on_behalf_of: Option<PersonId>,
    /// The revision the voter saw.
    pub expected_revision: u32,
    /// What it says.
    pub decision: Decision,
    /// Why.
    pub justification: String,
    /// The live policy bundle.
    pub policy: String,
    /// How the voter signed in; unknown when they came with a token.
    pub authentication: Option<Authentication>,
    /// What policy asks of that for an approval; all of it.
    pub step_up: Vec<StepUp>,
    /// Their signature, if they gave one.
    pub signature: Option<HandedSignature>,
    /// The step it is one of several in.
    pub bulk: Option<InBulk>,
}

/// Whether an approval that shows this much of who gave it would count.
fn check_step_up(asked: &[StepUp], shown: Shown<'_>, at: Timestamp) -> Result<(), Refusal> {
    match asked.iter().find_map(|asked| asked.lack(shown, at)) {
        None => Ok(()),
        Some(Lack::SignIn(why)) => Err(Refusal::StepUpRequired { why }),
        Some(Lack::Signature) => Err(Refusal::SignatureRequired),
    }
}

const JUSTIFICATION_MAX: usize = 4_000;

/// Whether a justification is short enough to be recorded.
///
/// # Errors
/// It is not.
pub fn check_justification(text: &str) -> Result<(), Refusal> {
    if text.len() > JUSTIFICATION_MAX {
        return Err(Refusal::field("justification", "shorten it to 4,000 bytes"));
    }
    Ok(())
}

impl Change {
    /// Decides on a ballot. A repeated ballot (same revision, person and decision) yields no event:
    /// it has been counted (C07).
    ///
    /// # Errors
    /// The state, the revision, the separation of duties or the voter's roles don't allow it.
    pub fn vote(
        &self,
        ballot: Ballot,
        requirements: &[Requirement],
        directory: &Directory,
        at: Timestamp,
    ) -> Result<Vec<ChangeEvent>, Refusal> {
        let (step_up, handed) = (ballot.step_up.clone(), ballot.signature.clone());
        let mut vote = self.drafted(ballot, requirements, directory, at)?;
        let negative = matches!(vote.decision, Decision::Reject | Decision::RequestChanges);
        if negative && vote.justification.text().trim().is_empty() {
            return Err(Refusal::field(
                "justification",
                "say why, so that the requester can act on it",
            ));
        }
        check_justification(vote.justification.text())?;
        let handed = handed.map(|h| self.take_signature(h, &vote, directory)).transpose()?;
        vote.signature = handed;
        let approves = vote.decision == Decision::Approve;
        if approves {
            let shows = |s: &VoteSignature| {
                let known = directory.signing_key(&s.key);
                known.map(|k| k.key.holder.shows(s.issued_at))
            };
            let signed = vote.signature.as_ref().and_then(shows);
            check_step_up(&step_up, vote.shows(signed.as_ref()), at)?;
        }
        // One that lacks the proof or the briefing that policy asks for by now does not count, and one
        // that was too fast needs another beside it; this one may do.
        let slower = vote.informed.as_ref().is_some_and(|informed| !informed.rapid);
        let stands = |v: &Vote| {
            if slower && requirements.iter().any(|r| wants_second(v, r)) {
                return false;
            }
            let Ok(signed) = self.signed(v, directory) else { return false };
            !approves
                || (check_step_up(&step_up, v.shows(signed.as_ref()), v.at).is_ok()
                    && self.uninformed(&vote.roles, requirements, v.informed.as_ref()).is_none())
        };
        let same = |v: &Vote| {
            v.decision == vote.decision
                && v.on_behalf_of == vote.on_behalf_of
                && (v.signature.is_some() || vote.signature.is_none())
        };
        let before = self.current_votes().find(|v| v.person == vote.person);
        if before.is_some_and(|v| same(v) && stands(v)) {
            return Ok(Vec::new());
        }
        if approves {
            self.check_informed(&vote, requirements)?;
        }
        let rejected = vote.decision == Decision::Reject;
        let by = vote.id.clone();
        let mut events = vec![ChangeEvent::VoteRecorded(Box::new(vote))];
        if rejected {
            events.push(ChangeEvent::ChangeRejected { vote: by });
        }
        Ok(events)
    }

    fn check_informed(&self, vote: &Vote, requirements: &[Requirement]) -> Result<(), Refusal> {
        if vote.bulk.is_some() {
            self.check_bulk(vote, requirements)?;
        }
        match self.uninformed(&vote.roles, requirements, vote.informed.as_ref()) {
            Some(lack) => Err(Refusal::NotInformed(lack)),
            None => Ok(()),
        }
    }

    /// The vote that a ballot would be, without a signature.
    pub(super) fn drafted(
        &self,
        ballot: Ballot,
        requirements: &[Requirement],
        directory: &Directory,
        at: Timestamp,
    ) -> Result<Vote, Refusal> {
        self.check_votable(&ballot, at)?;
        let capacities = self.may_vote(&ballot.person, requirements, directory, at)?;
        let Capacity { on_behalf_of, roles } = chosen(capacities, &ballot)?;
        let informed = self.informed(&ballot.person, at);
        let meaning = requirements
            .iter()
            .filter(|r| r.roles.iter().any(|role| roles.contains(role)))
            .find_map(|r| r.meaning.clone());
        Ok(Vote {
            id: ballot.id,
            person: ballot.person,
            account: ballot.account,
            on_behalf_of,
            revision: self.revision().number,
            revision_digest: self.revision().digest.clone(),
            decision: ballot.decision,
            justification: Private::new(ballot.justification),
            meaning,
            roles,
            policy: ballot.policy,
            authentication: ballot.authentication,
            informed,
            signature: None,
            bulk: ballot.bulk,
            at,
        })
    }

    fn check_votable(&self, ballot: &Ballot, at: Timestamp) -> Result<(), Refusal> {
        if ballot.expected_revision != self.revision().number {
            return Err(Refusal::StaleRevision {
                expected: ballot.expected_revision,
                current: self.revision().number,
            });
        }
        let open_until = match &self.state {
            State::AwaitingApproval { expires_at, .. } => *expires_at,
            State::Approved { valid_until, .. } => *valid_until,
            other => return Err(Refusal::IllegalState { action: "vote on", state: other.name() }),
        };
        if at >= open_until {
            return Err(Refusal::Expired { at: open_until });
        }
        Ok(())
    }

    /// As whom a person's vote would count and for which roles, or why they can't vote (shown before
    /// the click). Never empty; their own right comes first.
    ///
    /// # Errors
    /// They had a hand in the change, are not active, or hold no role it asks for.
    pub fn may_vote(
        &self,
        person: &PersonId,
        requirements: &[Requirement],
        directory: &Directory,
        at: Timestamp,
    ) -> Result<Vec<Capacity>, Refusal> {
        Eligibility::of(self, directory, at).capacities(person, requirements)
    }
}

/// The capacity a ballot is cast in: the one it names, else the first.
fn chosen(capacities: Vec<Capacity>, ballot: &Ballot) -> Result<Capacity, Refusal> {
    let Some(other) = &ballot.on_behalf_of else {
        let first = capacities.into_iter().next();
        return first.ok_or(Refusal::NoRole { person: ballot.person.clone(), wanted: Vec::new() });
    };
    let fits = |c: &Capacity| match &c.on_behalf_of {
        None => *other == ballot.person,
        Some(known) => known.person == *other,
    };
    capacities.into_iter().find(fits).ok_or_else(|| {
        let message = "no delegation in force lets you answer this change for them";
        Refusal::field("on_behalf_of", message)
    })
}
