//! Overrides: a person in a role that policy names opens the gate once for one emergency, without
//! its approvals. What was missing stays missing, and somebody with clean hands reviews it (G02–G05).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::apply::Inconsistent;
use super::material::Digest;
use super::{Change, ChangeEvent, ChangeType, DeploymentOutcome, State, VoteDecision};
use crate::duties::{Duties, Hand};
use crate::ids::{AccountId, DeploymentId, OverrideId, PersonId, RoleName, SealedOverrideId};
use crate::organisation::Directory;
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::{Reach, RuleRef};

const TEXT_MAX: usize = 4_000;
/// Hours after the due time at which a missing review escalates.
const ESCALATES_AFTER_HOURS: [i64; 3] = [0, 24, 72];

/// On which terms policy lets an override happen in a tier. Without terms there is none (I7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideTerms {
    /// Any of these roles may.
    pub roles: Vec<RoleName>,
    /// Where the role must be held.
    pub reach: Reach,
    /// How long it opens the gate, at most.
    pub minutes: u32,
    /// Any of these roles reviews it.
    pub review_roles: Vec<RoleName>,
    /// Where that role must be held.
    pub review_reach: Reach,
    /// Minutes within which it must be reviewed.
    pub review_minutes: u32,
    /// Where policy says so.
    pub rule: RuleRef,
    /// For how many minutes a sealed override may be issued; without it none is (G03).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed_minutes: Option<u32>,
    /// Minutes after its approvers were first asked before it may be overridden; without it at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_minutes: Option<u32>,
    /// Who may not, whatever role they hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_by: Vec<NotBy>,
}

/// People who may not override a change of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotBy {
    /// Whoever asked for it; of a machine, whoever answers for it.
    Requester,
    /// Whoever made one of its revisions, or is named as having contributed.
    Contributors,
}

impl NotBy {
    const fn bars(self, hand: &Hand) -> bool {
        match self {
            Self::Requester => matches!(hand, Hand::Requester | Hand::MachineOwner),
            Self::Contributors => matches!(hand, Hand::Editor | Hand::Contributor(_)),
        }
    }
}

/// An override of one revision. It is bound to that revision's digest, and so to exactly its
/// service, environment, artifacts and parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The override.
    pub id: OverrideId,
    /// Who opened it.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// The role that lets them.
    pub role: RoleName,
    /// The revision.
    pub revision: u32,
    /// The digest of that revision.
    pub revision_digest: Digest,
    /// The incident it answers.
    pub incident: String,
    /// Why it could not wait.
    pub reason: Private<String>,
    /// The policy bundle that allows it.
    pub policy: String,
    /// Where that policy says so.
    pub rule: RuleRef,
    /// Since when it opens the gate.
    #[serde(with = "crate::time::ms")]
    pub opened_at: Timestamp,
    /// Until when, unused.
    #[serde(with = "crate::time::ms")]
    pub valid_until: Timestamp,
    /// By when it must be reviewed.
    #[serde(with = "crate::time::ms")]
    pub review_due_at: Timestamp,
    /// Any of these roles reviews it.
    pub review_roles: Vec<RoleName>,
    /// Where that role must be held.
    pub review_reach: Reach,
    /// The one deployment it let through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub used_by: Option<DeploymentId>,
    /// How often the missing review escalated.
    #[serde(default)]
    pub escalated: u32,
    /// What the review found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<OverrideReview>,
    /// When it was opened with both halves of a sealed code while no server answered. Then `opened_at`
    /// is when it was told, and it opens nothing more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Box<SealedUse>>,
}

/// What a machine's local record says of a use of a sealed override: the word of whoever handed it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedUse {
    /// The sealed override, also one that nobody knows.
    pub sealed: SealedOverrideId,
    /// Whose halves opened it. Empty when the seal is not known.
    pub holders: Vec<PersonId>,
    /// Who issued it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued_by: Option<PersonId>,
    /// When it was used, by the clock of that machine.
    #[serde(with = "crate::time::ms")]
    pub used_at: Timestamp,
    /// When the command ended.
    #[serde(default, with = "crate::time::ms::option")]
    pub ended_at: Option<Timestamp>,
    /// The account of the machine that ran it, and the name of the machine.
    pub ran_by: Private<String>,
    /// How it ended; unknown when that was not recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<DeploymentOutcome>,
    /// Exit code of the command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<i32>,
    /// SHA-256 of the line of the record.
    pub record: Digest,
    /// What is wrong with it, as codes; see [`crate::sealed::problems`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<String>,
}

/// Whether an override should have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewOutcome {
    /// It could not have waited.
    Justified,
    /// It should not have happened.
    NotJustified,
}

impl ReviewOutcome {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Justified => "justified",
            Self::NotJustified => "not_justified",
        }
    }
}

/// What an independent review found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OverrideReview {
    /// Who reviewed it.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// Whether it should have happened.
    pub outcome: ReviewOutcome,
    /// What was found, and what follows from it.
    pub findings: Private<String>,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// What a person hands in to override.
#[derive(Debug, Clone)]
pub struct OverrideClaim {
    /// Id for the override, if it is recorded.
    pub id: OverrideId,
    /// Who.
    pub person: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// The revision they saw.
    pub expected_revision: u32,
    /// Why it can't wait.
    pub reason: String,
    /// For how long; as long as policy allows when left out.
    pub minutes: Option<u32>,
    /// The live policy bundle.
    pub policy: String,
}

/// What a person hands in to review an override.
#[derive(Debug, Clone)]
pub struct ReviewClaim {
    /// Which override.
    pub id: OverrideId,
    /// Who.
    pub person: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// Whether it should have happened.
    pub outcome: ReviewOutcome,
    /// What was found.
    pub findings: String,
}

fn refuse(code: &str, reason: impl Into<String>) -> Refusal {
    Refusal::Policy { code: code.to_owned(), reason: reason.into() }
}

fn after(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.checked_add(span).unwrap_or(Timestamp::MAX)
}

fn minutes(minutes: u32) -> SignedDuration {
    SignedDuration::from_mins(i64::from(minutes))
}

impl Change {
    /// Opens the gate once for this revision, for as long as policy allows.
    ///
    /// # Errors
    /// See [`Self::may_override`]; or a field can't be accepted.
    pub fn open_override(
        &self,
        claim: OverrideClaim,
        terms: Option<&OverrideTerms>,
        directory: &Directory,
        now: Timestamp,
    ) -> Result<ChangeEvent, Refusal> {
        self.check_overridable(claim.expected_revision, now)?;
        let (terms, role) = self.may_override(&claim.person, terms, directory, now)?;
        check_text("reason", &claim.reason, "say why it can't wait for approval")?;
        let wanted = claim.minutes.unwrap_or(terms.minutes);
        if wanted == 0 || wanted > terms.minutes {
            let message = format!("ask for 1 to {} minutes", terms.minutes);
            return Err(Refusal::field("minutes", &message));
        }
        let revision = self.revision();
        Ok(ChangeEvent::OverrideOpened(Box::new(Override {
            id: claim.id,
            by: claim.person,
            account: claim.account,
            role,
            revision: revision.number,
            revision_digest: revision.digest.clone(),
            incident: revision.material.incident.clone().unwrap_or_default(),
            reason: Private::new(claim.reason),
            policy: claim.policy,
            rule: terms.rule.clone(),
            opened_at: now,
            valid_until: after(now, minutes(wanted)),
            review_due_at: after(now, minutes(terms.review_minutes)),
            review_roles: terms.review_roles.clone(),
            review_reach: terms.review_reach,
            used_by: None,
            escalated: 0,
            review: None,
            sealed: None,
        })))
    }

    /// Whether anything but missing approvals is in the way. Hold, objection, rejection and expiry
    /// win (I6).
    ///
    /// # Errors
    /// Something is.
    pub fn check_overridable(&self, expected: u32, now: Timestamp) -> Result<(), Refusal> {
        let current = self.revision().number;
        if expected != current {
            return Err(Refusal::StaleRevision { expected, current });
        }
        match &self.state {
            State::AwaitingApproval { expires_at, .. } if now >= *expires_at => {
                return Err(Refusal::Expired { at: *expires_at });
            }
            State::AwaitingApproval { .. }
            | State::Completed {
                outcome: DeploymentOutcome::Failed | DeploymentOutcome::RolledBack,
                ..
            } if self.assessment.is_some() => {}
            other => return Err(Refusal::IllegalState { action: "override", state: other.name() }),
        }
        if self.revision().material.kind != ChangeType::Emergency {
            let reason = "only an emergency change that names its incident can be overridden; make \
                          it one with a new revision";
            return Err(refuse("not_an_emergency", reason));
        }
        if self.is_held() {
            return Err(refuse("held", "it is on hold, and no override beats a hold"));
        }
        let objects =
            |decision| matches!(decision, VoteDecision::Reject | VoteDecision::RequestChanges);
        if self.current_votes().any(|v| objects(v.decision)) {
            let reason = "somebody entitled said no to this revision, and no override beats that";
            return Err(refuse("objected", reason));
        }
        // Also one that a clock ahead of this one opened: it opens the gate as soon as this one is there.
        if let Some(open) = self.unused_overrides(now).next() {
            return Err(Refusal::Exists { entity: "override", id: open.id.to_string() });
        }
        Ok(())
    }

    /// On which terms and in which role a person may override this change now.
    ///
    /// # Errors
    /// Something but missing approvals is in the way, policy has no terms for its tier, the person may
    /// not, or its approvers still have time to answer: then the refusal says until when.
    pub fn may_override<'t>(
        &self,
        person: &PersonId,
        terms: Option<&'t OverrideTerms>,
        directory: &Directory,
        now: Timestamp,
    ) -> Result<(&'t OverrideTerms, RoleName), Refusal> {
        self.check_overridable(self.revision().number, now)?;
        let terms = terms.ok_or_else(|| {
            refuse("override_not_allowed", "nobody may override approvals in this tier")
        })?;
        let role = self.role_to_override(person, terms, directory, now)?;
        match self.overridable_from(terms) {
            Some(from) if now < from => {
                let reason =
                    format!("its approvers are asked first; it can be overridden from {from:.0}");
                Err(refuse("override_too_early", reason))
            }
            _ => Ok((terms, role)),
        }
    }

    /// From when on a change that waits may be overridden: so long after its approvers were first
    /// asked, or began to be waited for when nobody could be.
    fn overridable_from(&self, terms: &OverrideTerms) -> Option<Timestamp> {
        let State::AwaitingApproval { since, .. } = self.state else { return None };
        let asked = self.asking.iter().filter_map(|asking| asking.began_at).min();
        Some(after(asked.unwrap_or(since), minutes(terms.after_minutes?)))
    }

    /// The role through which a person may override this change.
    ///
    /// # Errors
    /// They are not active, hold none of the roles, have a hand in it that policy bars, or owe the
    /// review of an earlier override.
    pub fn role_to_override(
        &self,
        person: &PersonId,
        terms: &OverrideTerms,
        directory: &Directory,
        now: Timestamp,
    ) -> Result<RoleName, Refusal> {
        let role = self.role_of(person, &terms.roles, terms.reach, directory)?;
        let mut hands = Duties::of(self, directory).hands_of(person, now);
        hands.retain(|hand| terms.not_by.iter().any(|not_by| not_by.bars(hand)));
        if !hands.is_empty() {
            return Err(Refusal::SeparationOfDuties { person: person.clone(), hands });
        }
        directory.owes_no_review(person, &terms.roles, now)?;
        Ok(role)
    }

    /// Records the independent review of an override.
    ///
    /// # Errors
    /// There is no such override, it was reviewed, the person had a hand in the change or lacks the
    /// role, or a field can't be accepted.
    pub fn review_override(
        &self,
        claim: ReviewClaim,
        directory: &Directory,
        now: Timestamp,
    ) -> Result<ChangeEvent, Refusal> {
        let Some(found) = self.overrides.iter().find(|o| o.id == claim.id) else {
            return Err(Refusal::NotFound { entity: "override", id: claim.id.to_string() });
        };
        if found.review.is_some() {
            return Err(Refusal::Exists { entity: "review of override", id: claim.id.to_string() });
        }
        self.may_review(found, &claim.person, directory, now)?;
        check_text("findings", &claim.findings, "say what you found, and what follows from it")?;
        let review = OverrideReview {
            by: claim.person,
            account: claim.account,
            outcome: claim.outcome,
            findings: Private::new(claim.findings),
            at: now,
        };
        Ok(ChangeEvent::OverrideReviewed { id: claim.id, review: Box::new(review) })
    }

    /// Whether a person may review an override of this change: clean hands and the role.
    ///
    /// # Errors
    /// They may not, and why.
    pub fn may_review(
        &self,
        of: &Override,
        person: &PersonId,
        directory: &Directory,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let hands = Duties::of(self, directory).hands_of(person, at);
        if !hands.is_empty() {
            return Err(Refusal::SeparationOfDuties { person: person.clone(), hands });
        }
        self.role_of(person, &of.review_roles, of.review_reach, directory).map(|_| ())
    }

    fn role_of(
        &self,
        person: &PersonId,
        roles: &[RoleName],
        reach: Reach,
        directory: &Directory,
    ) -> Result<RoleName, Refusal> {
        let service = &self.revision().material.service;
        directory.role_at(person, (roles, reach), service).cloned()
    }

    /// The override that opens the gate for the current revision now, if there is one: unused, in
    /// its time, and for exactly this content.
    #[must_use]
    pub fn live_override(&self, now: Timestamp) -> Option<&Override> {
        self.unused_overrides(now).find(|o| o.opened_at <= now)
    }

    /// Overrides for exactly the current content whose time is not over, the latest first.
    fn unused_overrides(&self, now: Timestamp) -> impl Iterator<Item = &Override> {
        let digest = &self.revision().digest;
        let unused = move |o: &&Override| {
            o.used_by.is_none() && now < o.valid_until && o.revision_digest == *digest
        };
        self.overrides.iter().rev().filter(unused)
    }

    /// When the next missing review escalates.
    #[must_use]
    pub fn override_edge(&self) -> Option<Timestamp> {
        self.overrides.iter().filter_map(Override::next_escalation).min()
    }

    /// What has to be said about reviews that are overdue by now.
    #[must_use]
    pub fn escalate_overrides(&self, now: Timestamp) -> Vec<ChangeEvent> {
        let due = |o: &&Override| o.next_escalation().is_some_and(|at| now >= at);
        let say = |o: &Override| ChangeEvent::OverrideReviewEscalated {
            id: o.id.clone(),
            step: o.escalated + 1,
        };
        self.overrides.iter().filter(due).map(say).collect()
    }

    /// One that was used while no server answered is the end of a change that tells of it.
    pub(super) fn override_opened(&mut self, opened: &Override, at: Timestamp) {
        if let Some(told) = &opened.sealed {
            // What is not known did not go well.
            let outcome = told.outcome.unwrap_or(DeploymentOutcome::Failed);
            self.state = State::Completed { outcome, at, valid_until: opened.valid_until };
        }
        self.overrides.push(opened.clone());
    }

    pub(super) fn override_used(
        &mut self,
        id: &OverrideId,
        deployment: &DeploymentId,
    ) -> Result<Timestamp, Inconsistent> {
        let found = self.find_override(id, "grant_redeemed")?;
        found.used_by = Some(deployment.clone());
        Ok(found.valid_until)
    }

    pub(super) fn override_reviewed(
        &mut self,
        id: &OverrideId,
        review: &OverrideReview,
    ) -> Result<(), Inconsistent> {
        self.find_override(id, "override_reviewed")?.review = Some(review.clone());
        Ok(())
    }

    pub(super) fn override_escalated(
        &mut self,
        id: &OverrideId,
        step: u32,
    ) -> Result<(), Inconsistent> {
        self.find_override(id, "override_review_escalated")?.escalated = step;
        Ok(())
    }

    fn find_override(
        &mut self,
        id: &OverrideId,
        event: &'static str,
    ) -> Result<&mut Override, Inconsistent> {
        let error = self.inconsistent(event);
        self.overrides.iter_mut().find(|o| o.id == *id).ok_or(error)
    }
}

impl Override {
    fn next_escalation(&self) -> Option<Timestamp> {
        if self.review.is_some() {
            return None;
        }
        let hours = ESCALATES_AFTER_HOURS.get(self.escalated as usize)?;
        Some(after(self.review_due_at, SignedDuration::from_hours(*hours)))
    }

    /// Whether its review is overdue.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.review.is_none() && now >= self.review_due_at
    }
}

fn check_text(field: &str, text: &str, ask: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::field(field, ask));
    }
    if text.len() > TEXT_MAX {
        return Err(Refusal::field(field, "shorten it to 4,000 bytes"));
    }
    Ok(())
}
