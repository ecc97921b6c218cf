//! Overrides as the organisation remembers them: who still owes a review (G04).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Directory;
use crate::change::Digest;
use crate::ids::{
    ChangeId, ChangeNumber, EnvironmentName, OverrideId, PersonId, RoleName, SealedOverrideId,
    ServiceName,
};
use crate::refusal::Refusal;
use crate::requirement::Reach;

/// One override, as far as it concerns others than its change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredOverride {
    /// The override.
    pub id: OverrideId,
    /// The change it opened.
    pub change: ChangeId,
    /// Its number.
    pub number: ChangeNumber,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// Who opened it.
    pub by: PersonId,
    /// The incident it answers.
    pub incident: String,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub opened_at: Timestamp,
    /// By when somebody else has to have reviewed it.
    #[serde(with = "crate::time::ms")]
    pub review_due_at: Timestamp,
    /// Whether it was reviewed.
    #[serde(default)]
    pub reviewed: bool,
    /// The sealed override that it was a use of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<RegisteredUse>,
}

/// A use of a sealed override, as the organisation remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredUse {
    /// The sealed override, also one that nobody knows.
    pub sealed: SealedOverrideId,
    /// SHA-256 of the line of the local record that tells of it: told twice, it is recorded once.
    pub record: Digest,
    /// The second holder, who owes the review as well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with: Option<PersonId>,
}

impl RegisteredOverride {
    /// Whether its review is overdue.
    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        !self.reviewed && now >= self.review_due_at
    }

    /// Whether a person opened it, alone or as one of two holders.
    #[must_use]
    pub fn is_by(&self, person: &PersonId) -> bool {
        let with = self.sealed.as_ref().and_then(|told| told.with.as_ref());
        self.by == *person || with == Some(person)
    }
}

impl Directory {
    /// All overrides there ever were, oldest first.
    pub fn overrides(&self) -> impl DoubleEndedIterator<Item = &RegisteredOverride> {
        self.overrides.values()
    }

    /// An override of this person whose review is overdue: until it is made, they open no other.
    #[must_use]
    pub fn overdue_override(
        &self,
        person: &PersonId,
        now: Timestamp,
    ) -> Option<&RegisteredOverride> {
        self.overrides.values().find(|o| o.is_by(person) && o.is_overdue(now))
    }

    /// That a person owes no review of an earlier override.
    ///
    /// # Errors
    /// They do.
    pub fn owes_no_review(
        &self,
        person: &PersonId,
        roles: &[RoleName],
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(owed) = self.overdue_override(person, now) else { return Ok(()) };
        let roles: Vec<&str> = roles.iter().map(RoleName::as_str).collect();
        let reason = format!(
            "your override of {} has not been reviewed; until it is, another holder of {} has to \
             open this one",
            owed.number,
            roles.join(" or ")
        );
        Err(Refusal::Policy { code: "override_review_overdue".to_owned(), reason })
    }

    /// The first of some roles that a person holds over a service, where it counts.
    ///
    /// # Errors
    /// They are not active, or hold none of them there.
    pub fn role_at<'r>(
        &self,
        person: &PersonId,
        (roles, reach): (&'r [RoleName], Reach),
        service: &ServiceName,
    ) -> Result<&'r RoleName, Refusal> {
        if !self.is_active(person) {
            return Err(Refusal::NotActive { person: person.clone() });
        }
        let domain = self.service(service).and_then(|s| s.domain.as_ref());
        let held = |role: &&RoleName| {
            self.scopes_of(person, role).any(|s| reach.admits(s, service, domain))
        };
        roles
            .iter()
            .find(held)
            .ok_or_else(|| Refusal::NoRole { person: person.clone(), wanted: roles.to_vec() })
    }
}
