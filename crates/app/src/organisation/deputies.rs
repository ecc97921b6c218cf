//! Deputies of groups, who answer for members who are away.

use domain::actor::Actor;
use domain::ids::{DelegationId, GroupId, PersonId, RoleName};
use domain::organisation::{Deputy, OrganisationEvent};
use domain::private::Private;
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::principal::Principal;
use crate::{App, AppError};

const ACTION: &str = "change groups";
/// Deputies told in one go; the next look tells those that are left.
const TOLD_AT_ONCE: usize = 100;

/// A deputy to name.
#[derive(Debug, Clone)]
pub struct DeputyDraft {
    /// Of which group.
    pub group: GroupId,
    /// Who.
    pub person: PersonId,
    /// In which role.
    pub role: RoleName,
    /// Why.
    pub reason: String,
}

impl App {
    /// Names a deputy of a group, within the limits that the live policy has for delegations (M5.2).
    ///
    /// # Errors
    /// They are no admin, no policy is live, or it or the rules of deputies don't allow it.
    pub async fn name_deputy(
        &self,
        principal: &Principal,
        draft: DeputyDraft,
    ) -> Result<DelegationId, AppError> {
        let now = domain::time::to_millis(self.ports().now());
        let id = DelegationId::new(now, self.ports().random());
        self.admin_action(principal, ACTION, |live| {
            let bundle = live.policy.live().ok_or(AppError::NoPolicy)?;
            let role = bundle.role(&draft.role);
            let longest = role.and_then(|role| role.delegation_minutes);
            let competence = role.map(|role| role.competence.as_slice()).unwrap_or_default();
            let named = Deputy {
                id: id.clone(),
                group: draft.group.clone(),
                person: draft.person.clone(),
                role: draft.role.clone(),
                longest_minutes: longest.unwrap_or_default(),
                since: now,
                reason: Private::from(draft.reason.as_str()),
            };
            let event = live.directory.name_deputy(named, longest, competence)?;
            Ok((vec![event], Vec::new(), id.clone()))
        })
        .await
    }

    /// Removes a deputy of a group. What they answered as one and was not used yet falls with it.
    ///
    /// # Errors
    /// They are no admin, or the group has no such deputy.
    pub async fn remove_deputy(
        &self,
        principal: &Principal,
        group: &GroupId,
        id: &DelegationId,
    ) -> Result<(), AppError> {
        let now = domain::time::to_millis(self.ports().now());
        self.admin_action(principal, ACTION, |live| {
            Ok((vec![live.directory.remove_deputy(group, id, now)?], Vec::new(), ()))
        })
        .await
    }

    /// Tells deputies that an absence has begun by which they answer, once for each absence. Safe to run
    /// on every node: the guard lets one of them record it.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn tell_deputies(&self) -> Result<(), AppError> {
        if self.live().directory.deputies_to_tell(self.ports.now()).is_empty() {
            return Ok(());
        }
        self.organisation_action(&Actor::System, |live, now| {
            let due = live.directory.deputies_to_tell(now).into_iter().take(TOLD_AT_ONCE);
            let told = due.map(|(deputy, absence)| {
                let event = OrganisationEvent::DeputyTold { deputy, absence };
                (Stream::organisation(), event.into())
            });
            Ok(OrganisationPlan { events: told.collect(), writes: Vec::new(), value: () })
        })
        .await
        .map(|_| ())
    }
}
