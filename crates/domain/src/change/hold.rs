//! Holds: anybody entitled stops a change; only somebody entitled lets it go on (I6).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Change, ChangeEvent};
use crate::actor::Actor;
use crate::ids::{HoldId, PersonId};
use crate::organisation::{Directory, access};
use crate::private::Private;
use crate::refusal::Refusal;

/// A stop sign over any state. While one stands, the gate denies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// The hold.
    pub id: HoldId,
    /// Who placed it.
    pub by: Actor,
    /// Why.
    pub reason: Private<String>,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

impl Change {
    /// Places a hold.
    ///
    /// # Errors
    /// The change is over, no reason is given, or the actor may not hold it.
    pub fn hold(&self, hold: Hold, directory: &Directory) -> Result<Vec<ChangeEvent>, Refusal> {
        if self.state.is_final() {
            return Err(Refusal::IllegalState { action: "hold", state: self.state.name() });
        }
        if hold.reason.text().trim().is_empty() {
            return Err(Refusal::field("reason", "say why it must wait"));
        }
        let Some(person) = hold.by.person() else {
            return Err(Refusal::PeopleOnly { action: "hold a change" });
        };
        if !self.may_hold(person, directory) {
            return Err(Refusal::NotEntitled {
                action: "hold this change",
                who: "its requester, holders of any role over its service, and admins",
            });
        }
        Ok(vec![ChangeEvent::HoldPlaced(hold)])
    }

    /// Lifts a hold.
    ///
    /// # Errors
    /// There is no such hold, no reason is given, or the actor may not lift it.
    pub fn release(
        &self,
        hold: &HoldId,
        by: &Actor,
        reason: String,
        directory: &Directory,
        at: Timestamp,
    ) -> Result<Vec<ChangeEvent>, Refusal> {
        let Some(found) = self.holds.iter().find(|h| h.id == *hold) else {
            return Err(Refusal::NotFound { entity: "hold", id: hold.to_string() });
        };
        if reason.trim().is_empty() {
            return Err(Refusal::field("reason", "say why it may go on"));
        }
        let Some(person) = by.person() else {
            return Err(Refusal::PeopleOnly { action: "lift a hold" });
        };
        if !self.may_release(found, person, directory, at) {
            return Err(Refusal::NotEntitled {
                action: "lift this hold",
                who: "whoever placed it, and people without a hand in the change who hold one of \
                      its approving roles",
            });
        }
        Ok(vec![ChangeEvent::HoldReleased { hold: hold.clone(), reason: Private::new(reason) }])
    }

    /// Whether a person may hold this change.
    #[must_use]
    pub fn may_hold(&self, person: &PersonId, directory: &Directory) -> bool {
        let material = &self.revision().material;
        let domain = directory.service(&material.service).and_then(|s| s.domain.as_ref());
        let any_role = directory.roles_of(person).any(|(role, scope)| {
            role.as_str() != access::AUDITOR && scope.covers(&material.service, domain)
        });
        directory.is_active(person) && (self.requester.person() == Some(person) || any_role)
    }

    /// Whether a person may lift a hold: who placed it, or an approver with clean hands.
    #[must_use]
    pub fn may_release(
        &self,
        hold: &Hold,
        person: &PersonId,
        directory: &Directory,
        at: Timestamp,
    ) -> bool {
        if !directory.is_active(person) {
            return false;
        }
        let requirements = self.requirements();
        // Approval rights are what is delegated; lifting a stop sign is not among them.
        let own = || {
            let found = self.may_vote(person, &requirements, directory, at);
            found.is_ok_and(|all| all.iter().any(|c| c.on_behalf_of.is_none()))
        };
        hold.by.person() == Some(person) || own()
    }
}
