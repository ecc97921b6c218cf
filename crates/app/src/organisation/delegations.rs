//! Letting somebody answer for one, and ending it.

use domain::ids::{DelegationId, PersonId, RoleName};
use domain::organisation::Delegation;
use domain::private::Private;
use domain::requirement::Scope;
use jiff::Timestamp;

use crate::principal::Principal;
use crate::{App, AppError};

/// A delegation to make. Its delegator is whoever asks for it: nobody gives away another's right.
#[derive(Debug, Clone)]
pub struct DelegationDraft {
    /// Who may answer.
    pub delegate: PersonId,
    /// In which role.
    pub role: RoleName,
    /// Where.
    pub scope: Scope,
    /// From when; now when left out.
    pub from: Option<Timestamp>,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    pub reason: String,
}

impl App {
    /// Lets somebody answer for the acting person, within the limits of the live policy (M5.2).
    ///
    /// # Errors
    /// Policy or the rules of delegation don't allow it, or no policy is live.
    pub async fn delegate(
        &self,
        principal: &Principal,
        draft: DelegationDraft,
    ) -> Result<DelegationId, AppError> {
        let delegator = principal.acting_person("delegate")?;
        let id = DelegationId::new(self.ports().now(), self.ports().random());
        self.person_action(principal, |live, now| {
            let bundle = live.policy.live().ok_or(AppError::NoPolicy)?;
            let role = bundle.role(&draft.role);
            let longest = role.and_then(|role| role.delegation_minutes);
            let competence = role.map(|role| role.competence.as_slice()).unwrap_or_default();
            let given = Delegation {
                id: id.clone(),
                delegator: delegator.clone(),
                delegate: draft.delegate.clone(),
                role: draft.role.clone(),
                scope: draft.scope.clone(),
                from: domain::time::to_millis(draft.from.unwrap_or(now)),
                until: domain::time::to_millis(draft.until),
                reason: Private::from(draft.reason.as_str()),
            };
            Ok(live.directory.delegate(given, longest, competence, now)?)
        })
        .await?;
        Ok(id)
    }

    /// Ends a delegation before its time. Votes given by it that were not used yet fall with it.
    ///
    /// # Errors
    /// There is none that is open or to come, or they are neither side.
    pub async fn end_delegation(
        &self,
        principal: &Principal,
        id: &DelegationId,
    ) -> Result<(), AppError> {
        let by = principal.acting_person("end a delegation")?;
        self.person_action(principal, |live, now| Ok(live.directory.end_delegation(id, by, now)?))
            .await
    }
}
