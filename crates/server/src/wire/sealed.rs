//! Sealed overrides on the wire.

use api_types::sealed as wire;
use app::Recorded;
use app::change::{IssuedSealed, Reconciled, SealedDraft};
use domain::change::SealedUse;
use domain::ids::PersonId;
use domain::organisation::{Directory, KnownSealed, SealedState};
use domain::refusal::Refusal;
use jiff::Timestamp;

use super::ledger::{base64, fresh_receipt};
use super::text::time;
use super::{Names, request};
use crate::error::ApiError;

impl Names<'_> {
    /// A sealed override as a person sees it, or a machine.
    #[must_use]
    pub fn sealed_override(
        &self,
        known: &KnownSealed,
        you: Option<&PersonId>,
        now: Timestamp,
    ) -> wire::SealedOverride {
        let KnownSealed { issued, revoked, uses } = known;
        let state = state(known.state(now));
        let may = |person| self.directory.may_revoke_sealed(person, issued);
        wire::SealedOverride {
            id: issued.id.to_string(),
            service: issued.service.to_string(),
            environment: issued.environment.to_string(),
            by: self.person(&issued.by),
            holders: issued.holders.iter().map(|h| self.person(&h.person)).collect(),
            issued_at: time(issued.issued_at),
            valid_until: time(issued.valid_until),
            state,
            uses: uses.iter().map(ToString::to_string).collect(),
            revoked_by: revoked.as_ref().map(|r| self.person(&r.by)),
            revoked_at: revoked.as_ref().map(|r| time(r.at)),
            may_revoke: state == wire::SealedState::Issued && you.is_some_and(may),
        }
    }

    /// What was just issued, with its proof and both halves.
    #[must_use]
    pub fn issued_sealed(
        &self,
        recorded: &Recorded<IssuedSealed>,
        you: Option<&PersonId>,
        now: Timestamp,
    ) -> Option<wire::IssuedSealedOverride> {
        let IssuedSealed { sealed, halves } = &recorded.value;
        let known = KnownSealed { issued: sealed.clone(), revoked: None, uses: Vec::new() };
        let document = wire::SealedDocument {
            sealed_override: self.sealed_override(&known, you, now),
            leaf_base64: base64(recorded.leaves.first()?),
            receipt: fresh_receipt(recorded.commit.as_ref(), 0)?,
        };
        let half = |(holder, half): (&domain::organisation::Holder, &String)| wire::SealedHalf {
            holder: self.person(&holder.person),
            half: half.clone(),
        };
        let halves = sealed.holders.iter().zip(halves).map(half).collect();
        Some(wire::IssuedSealedOverride { document, halves })
    }

    /// One use that was told.
    #[must_use]
    pub fn reconciled(&self, told: &Reconciled, now: Timestamp) -> wire::ReconciledUse {
        wire::ReconciledUse {
            summary: self.override_summary(&told.registered, now),
            problems: told.problems.clone(),
            known: told.known,
        }
    }

    pub(super) fn sealed_use(&self, told: &SealedUse) -> wire::SealedUse {
        wire::SealedUse {
            sealed_override: told.sealed.to_string(),
            holders: told.holders.iter().map(|p| self.person(p)).collect(),
            issued_by: told.issued_by.as_ref().map(|p| self.person(p)),
            used_at: time(told.used_at),
            ended_at: told.ended_at.map(time),
            ran_by: told.ran_by.get().cloned(),
            outcome: told.outcome.map(super::material::outcome_word),
            exit_code: told.exit_code,
            problems: told.problems.clone(),
        }
    }
}

const fn state(from: SealedState) -> wire::SealedState {
    match from {
        SealedState::Issued => wire::SealedState::Issued,
        SealedState::Used => wire::SealedState::Used,
        SealedState::Revoked => wire::SealedState::Revoked,
        SealedState::Expired => wire::SealedState::Expired,
    }
}

/// What is asked for.
///
/// # Errors
/// A name can't be read, or there are not two holders whom we know.
pub fn draft(
    asked: &wire::SealedOverrideRequest,
    directory: &Directory,
) -> Result<SealedDraft, ApiError> {
    let [first, second] = asked.holders.as_slice() else {
        return Err(Refusal::field("holders", "name two people").into());
    };
    let known = |n: usize, who: &str| {
        let ask = format!("`{who}` is nobody here; name an e-mail, a user name or an id");
        domain::duties::resolve(who, directory)
            .ok_or_else(|| ApiError::from(Refusal::field(&format!("holders[{n}]"), &ask)))
    };
    Ok(SealedDraft {
        service: request::read("service", &asked.service)?,
        environment: request::read("environment", &asked.environment)?,
        holders: [known(0, first)?, known(1, second)?],
        minutes: asked.valid_minutes,
    })
}
