//! Freezes: times in which nothing is deployed somewhere, whatever was approved (F05).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::asking::ResponseClock;
use crate::change::{ChangeType, Material};
use crate::explanation::Edge;
use crate::ids::{DomainName, EnvironmentName, PersonId, RoleName, ServiceName};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::{Reach, Requirement, RuleRef, Scope};

const TEXT_MAX: usize = 1_000;

/// A freeze, from policy or declared by a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// The name policy gives it, or its `frz_…` id.
    pub id: String,
    /// What people call it.
    pub title: Private<String>,
    /// Why.
    pub reason: Private<String>,
    /// For which services.
    pub scope: Scope,
    /// In these environments; in all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<EnvironmentName>,
    /// In environments of these tiers; of all when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<u8>,
    /// Types of changes it does not stop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lets_through: Vec<ChangeType>,
    /// When it begins.
    #[serde(with = "crate::time::ms")]
    pub from: Timestamp,
    /// When it ends.
    #[serde(with = "crate::time::ms")]
    pub until: Timestamp,
    /// Any of these roles may make an exception.
    pub approvers: Vec<RoleName>,
    /// Where that role must be held.
    pub reach: Reach,
    /// Where policy says so.
    pub rule: RuleRef,
    /// Who declared it; `None` for one that stands in policy.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
}

impl Freeze {
    /// Whether it concerns a change, at whatever time.
    #[must_use]
    pub fn covers(&self, material: &Material, domain: Option<&DomainName>, tier: u8) -> bool {
        self.is_about(&material.service, domain)
            && (self.environments.is_empty() || self.environments.contains(&material.environment))
            && (self.tiers.is_empty() || self.tiers.contains(&tier))
            && !self.lets_through.contains(&material.kind)
    }

    /// Whether it concerns a service.
    #[must_use]
    pub fn is_about(&self, service: &ServiceName, domain: Option<&DomainName>) -> bool {
        self.scope.covers(service, domain)
    }

    /// Whether it is in force.
    #[must_use]
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }

    /// When it ends, as an edge.
    #[must_use]
    pub fn end(&self) -> Edge {
        Edge { at: self.until, what: format!("the freeze `{}` ends", self.title.text()) }
    }

    /// What an exception from it needs: a vote of its own, by somebody else than all other votes.
    #[must_use]
    pub fn requirement(&self) -> Requirement {
        Requirement {
            key: format!("freeze/{}", self.id),
            rule: self.rule.clone(),
            roles: self.approvers.clone(),
            delegable: Vec::new(),
            competence: std::collections::BTreeMap::new(),
            response: None,
            reach: self.reach,
            count: 1,
            why: format!("an exception from the freeze “{}”", self.title.text()),
            meaning: None,
            due_minutes: None,
            due_clock: ResponseClock::Wall,
            controls: Vec::new(),
            acceptable: None,
            briefings: Vec::new(),
        }
    }
}

/// Who may declare freezes, and who may make exceptions from those. Without terms nobody may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreezeTerms {
    /// Any of these roles, held over all the freeze is about.
    pub roles: Vec<RoleName>,
    /// Any of these roles makes exceptions.
    pub approvers: Vec<RoleName>,
    /// Where that role must be held.
    pub reach: Reach,
    /// How long one may last, at most.
    pub longest_minutes: u32,
    /// Where policy says so.
    pub rule: RuleRef,
}

impl FreezeTerms {
    /// Checks a freeze a person declares now.
    ///
    /// # Errors
    /// A field can't be accepted, or it lasts too long.
    pub fn check(&self, freeze: &Freeze, now: Timestamp) -> Result<(), Refusal> {
        for (field, text) in [("title", &freeze.title), ("reason", &freeze.reason)] {
            if text.text().trim().is_empty() || text.text().len() > TEXT_MAX {
                return Err(Refusal::field(field, "say it in 1 to 1,000 bytes"));
            }
        }
        if freeze.until <= now || freeze.until <= freeze.from {
            return Err(Refusal::field("until", "choose a time after now and after its begin"));
        }
        let longest = jiff::SignedDuration::from_mins(i64::from(self.longest_minutes));
        if freeze.from.duration_until(freeze.until) > longest {
            let message = format!(
                "policy lets a freeze last {} hours; longer ones stand in freezes.yaml",
                longest.as_hours()
            );
            return Err(Refusal::field("until", &message));
        }
        Ok(())
    }
}

/// Whether authority held at `held` reaches all that `over` is about.
#[must_use]
pub fn reaches(held: &Scope, over: &Scope, domain_of: Option<&DomainName>) -> bool {
    match (held, over) {
        (Scope::Organisation, _) => true,
        (Scope::Domain(held), Scope::Service(_)) => Some(held) == domain_of,
        (held, over) => held == over,
    }
}
