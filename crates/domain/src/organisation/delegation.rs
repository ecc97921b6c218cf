//! Delegation of approval rights: by role, scope and time, never further than one step (M5.2).
//!
//! A delegation gives nothing of its own. Whenever it is used, the delegator's own right is looked
//! up again, so it ends by itself with their role, their departure or its time.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::absence::check_span;
use super::{Directory, OrganisationEvent, access};
use crate::ids::{DelegationId, DomainName, GroupId, PersonId, RoleName, ServiceName};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::{Reach, Scope};

/// Open delegations one person can have made.
const OPEN_MAX: usize = 50;
const REASON_MAX: usize = 500;

/// One person lets another answer for them, in one role, at one scope, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// The delegation.
    pub id: DelegationId,
    /// Whose right it is.
    pub delegator: PersonId,
    /// Who may answer for them.
    pub delegate: PersonId,
    /// The role.
    pub role: RoleName,
    /// Where.
    pub scope: Scope,
    /// From when.
    #[serde(with = "crate::time::ms")]
    pub from: Timestamp,
    /// Until when.
    #[serde(with = "crate::time::ms")]
    pub until: Timestamp,
    /// Why.
    pub reason: Private<String>,
}

/// A delegation and whether either side ended it early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDelegation {
    /// What was agreed.
    pub given: Delegation,
    /// The group as whose deputy the delegate answers, and whose right it is then; `None` where the
    /// delegator gave it themself.
    pub through: Option<GroupId>,
    /// When it was ended early. Votes given by it that were not used yet fall with it.
    pub ended_at: Option<Timestamp>,
}

impl KnownDelegation {
    /// Whether it was in force at a time.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let until = self.ended_at.map_or(self.given.until, |ended| ended.min(self.given.until));
        self.given.from <= at && at < until
    }

    /// Whether it is in force or will be.
    #[must_use]
    pub fn is_to_come(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.given.until
    }

    /// Whether it is about a service.
    #[must_use]
    pub fn covers(&self, service: &ServiceName, domain: Option<&DomainName>) -> bool {
        self.given.scope.covers(service, domain)
    }
}

/// How long a role can be delegated at most, in minutes.
pub(super) fn longest(role: &RoleName, minutes: Option<u32>) -> Result<u32, Refusal> {
    minutes.ok_or_else(|| Refusal::Policy {
        code: "not_delegable".to_owned(),
        reason: format!("the role {role} can't be delegated"),
    })
}

/// All delegations ever, by who may answer and by whose right it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Delegations {
    by_id: BTreeMap<DelegationId, KnownDelegation>,
    to: BTreeMap<PersonId, Vec<DelegationId>>,
    from: BTreeMap<PersonId, Vec<DelegationId>>,
}

impl Delegations {
    pub(super) fn make(&mut self, given: &Delegation) {
        self.to.entry(given.delegate.clone()).or_default().push(given.id.clone());
        self.from.entry(given.delegator.clone()).or_default().push(given.id.clone());
        let known = KnownDelegation { given: given.clone(), through: None, ended_at: None };
        self.by_id.insert(given.id.clone(), known);
    }

    pub(super) fn end(&mut self, id: &DelegationId, at: Timestamp) {
        if let Some(known) = self.by_id.get_mut(id) {
            known.ended_at.get_or_insert(at);
        }
    }

    fn list<'a>(
        &'a self,
        ids: Option<&'a Vec<DelegationId>>,
    ) -> impl Iterator<Item = &'a KnownDelegation> {
        ids.into_iter().flatten().filter_map(|id| self.by_id.get(id))
    }
}

impl Directory {
    /// All delegations ever, oldest first.
    pub fn delegations(&self) -> impl Iterator<Item = &KnownDelegation> {
        self.delegations.by_id.values()
    }

    /// A delegation.
    #[must_use]
    pub fn delegation(&self, id: &DelegationId) -> Option<&KnownDelegation> {
        self.delegations.by_id.get(id)
    }

    /// What others let a person answer for them, ever.
    pub fn delegations_to(&self, person: &PersonId) -> impl Iterator<Item = &KnownDelegation> {
        self.delegations.list(self.delegations.to.get(person))
    }

    /// What a person lets others answer for them, ever.
    pub fn delegations_from(&self, person: &PersonId) -> impl Iterator<Item = &KnownDelegation> {
        self.delegations.list(self.delegations.from.get(person))
    }

    /// Whether a delegation carries a right over a service now: both are here, it is about the
    /// service, and its delegator holds the role themself where the requirement wants it held; through
    /// the group, where a deputy of it answers.
    #[must_use]
    pub fn carries(
        &self,
        known: &KnownDelegation,
        reach: Reach,
        service: &ServiceName,
        domain: Option<&DomainName>,
    ) -> bool {
        let given = &known.given;
        let admits = |scope: &Scope| reach.admits(scope, service, domain);
        let held = match known.through {
            None => self.scopes_of(&given.delegator, &given.role).any(admits),
            Some(_) => self.is_active(&given.delegator) && admits(&given.scope),
        };
        self.is_active(&given.delegate) && known.covers(service, domain) && held
    }

    /// Delegates a right. `longest_minutes` is what policy allows for the role; `None` is not at all.
    /// The delegate must hold one of the roles of `competence` there, if it names any.
    ///
    /// # Errors
    /// Policy does not let this role be delegated, not for so long, or not to them; the right is not
    /// the delegator's own; or a field can't be accepted.
    pub fn delegate(
        &self,
        given: Delegation,
        longest_minutes: Option<u32>,
        competence: &[RoleName],
        now: Timestamp,
    ) -> Result<OrganisationEvent, Refusal> {
        self.check_own_right(&given, now)?;
        let longest = longest(&given.role, longest_minutes)?;
        check_span(given.from, given.until, now)?;
        if given.from < now {
            return Err(Refusal::field("from", "it can't begin in the past"));
        }
        let span = SignedDuration::from_mins(i64::from(longest));
        if given.from.duration_until(given.until) > span {
            return Err(Refusal::Policy {
                code: "delegation_too_long".to_owned(),
                reason: format!(
                    "{} can be delegated for at most {}",
                    given.role,
                    crate::time::minutes_in_words(longest)
                ),
            });
        }
        if given.delegate == given.delegator {
            return Err(Refusal::field("delegate", "name somebody else"));
        }
        if !self.is_active(&given.delegate) {
            return Err(Refusal::field("delegate", "name an active person"));
        }
        self.check_competent(&given.delegate, (&given.role, &given.scope), competence)?;
        if given.reason.text().trim().is_empty() || given.reason.text().len() > REASON_MAX {
            return Err(Refusal::field("reason", "say why, in 1 to 500 bytes"));
        }
        let open = || self.delegations_from(&given.delegator).filter(|d| d.is_to_come(now));
        if open().count() >= OPEN_MAX {
            return Err(Refusal::field("delegate", "end some of your 50 open delegations first"));
        }
        let same = |d: &KnownDelegation| {
            d.given.delegate == given.delegate
                && d.given.role == given.role
                && d.given.scope == given.scope
                && d.given.from < given.until
                && given.from < d.given.until
        };
        if let Some(known) = open().find(|d| same(d)) {
            return Err(Refusal::Exists { entity: "delegation", id: known.given.id.to_string() });
        }
        Ok(OrganisationEvent::DelegationMade(given))
    }

    /// Refuses a delegate who holds none of the roles that policy wants of one, all over a scope.
    pub(super) fn check_competent(
        &self,
        delegate: &PersonId,
        (role, scope): (&RoleName, &Scope),
        competence: &[RoleName],
    ) -> Result<(), Refusal> {
        let holds = |role| self.scopes_of(delegate, role).any(|at| self.includes(at, scope));
        if competence.is_empty() || competence.iter().any(holds) {
            return Ok(());
        }
        let names: Vec<&str> = competence.iter().map(RoleName::as_str).collect();
        Err(Refusal::Policy {
            code: "delegate_not_competent".to_owned(),
            reason: format!(
                "whoever answers as {role} must hold {} at {scope} themself; name somebody who does",
                names.join(" or ")
            ),
        })
    }

    /// Whether a scope is all of another, or more.
    fn includes(&self, scope: &Scope, other: &Scope) -> bool {
        match other {
            Scope::Organisation => *scope == Scope::Organisation,
            Scope::Domain(_) => *scope == Scope::Organisation || scope == other,
            Scope::Service(name) => {
                scope.covers(name, self.service(name).and_then(|s| s.domain.as_ref()))
            }
        }
    }

    /// A right that was delegated can't be delegated on: only what somebody holds themself.
    fn check_own_right(&self, given: &Delegation, now: Timestamp) -> Result<(), Refusal> {
        if !self.is_active(&given.delegator) {
            return Err(Refusal::NotActive { person: given.delegator.clone() });
        }
        let within = |scope: &Scope| self.includes(scope, &given.scope);
        if self.scopes_of(&given.delegator, &given.role).any(within) {
            return Ok(());
        }
        let borrowed = self
            .delegations_to(&given.delegator)
            .any(|d| d.is_open(now) && d.given.role == given.role);
        if borrowed {
            return Err(Refusal::Policy {
                code: "redelegation".to_owned(),
                reason: "a delegated right can't be delegated on; only its holder can".to_owned(),
            });
        }
        let message = format!("you don't hold {} at {} yourself", given.role, given.scope);
        Err(Refusal::field("role", &message))
    }

    /// Ends a delegation before its time: by either side, or by an admin.
    ///
    /// # Errors
    /// There is none that is open or to come, or they are neither side.
    pub fn end_delegation(
        &self,
        id: &DelegationId,
        by: &PersonId,
        now: Timestamp,
    ) -> Result<OrganisationEvent, Refusal> {
        let known = self
            .delegation(id)
            .filter(|d| d.is_to_come(now))
            .ok_or_else(|| Refusal::NotFound { entity: "open delegation", id: id.to_string() })?;
        let own = [&known.given.delegator, &known.given.delegate].contains(&by);
        if !own && !self.holds(by, access::ADMIN) {
            return Err(Refusal::NotEntitled {
                action: "end this delegation",
                who: "its delegator, its delegate, and admins",
            });
        }
        Ok(OrganisationEvent::DelegationEnded { delegation: id.clone(), at: now })
    }
}
