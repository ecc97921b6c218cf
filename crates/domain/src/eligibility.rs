//! Who may answer a requirement of a change: in their own right, for somebody who let them, or as deputy
//! of a group for a member who is away.
//!
//! Everything is looked up in the directory as it is now (M1.2). A vote by delegation is judged by
//! the delegation as it was when it was cast, and by the delegator's right as it is now.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::change::{Change, OnBehalfOf, Vote};
use crate::duties::Duties;
use crate::ids::{DomainName, PersonId, RoleName, ServiceName};
use crate::organisation::{Directory, KnownDelegation};
use crate::refusal::Refusal;
use crate::requirement::{Reach, Requirement, Scope};

/// As whom a person can answer, and the roles that counts for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capacity {
    /// For whom; `None` is in their own right.
    pub on_behalf_of: Option<OnBehalfOf>,
    /// The roles, sorted. Never empty.
    pub roles: Vec<RoleName>,
}

/// One change as it stands to the people who may answer it, at one time.
#[derive(Debug, Clone)]
pub struct Eligibility<'a> {
    change: &'a Change,
    directory: &'a Directory,
    duties: Duties,
    service: &'a ServiceName,
    domain: Option<&'a DomainName>,
    now: Timestamp,
}

impl<'a> Eligibility<'a> {
    /// Resolves the change's service and everybody with a hand in it.
    #[must_use]
    pub fn of(change: &'a Change, directory: &'a Directory, now: Timestamp) -> Self {
        let service = &change.revision().material.service;
        let domain = directory.service(service).and_then(|s| s.domain.as_ref());
        let duties = Duties::of(change, directory);
        Self { change, directory, duties, service, domain, now }
    }

    /// The change.
    #[must_use]
    pub const fn change(&self) -> &'a Change {
        self.change
    }

    /// The service it is for.
    #[must_use]
    pub const fn service(&self) -> &'a ServiceName {
        self.service
    }

    /// The domain that service belongs to.
    #[must_use]
    pub const fn domain(&self) -> Option<&'a DomainName> {
        self.domain
    }

    /// The directory.
    #[must_use]
    pub const fn directory(&self) -> &'a Directory {
        self.directory
    }

    /// Everybody with a hand in the change.
    #[must_use]
    pub const fn duties(&self) -> &Duties {
        &self.duties
    }

    fn routes_of<'r>(
        &'r self,
        requirements: &'r [Requirement],
    ) -> impl Iterator<Item = (&'r RoleName, Reach)> {
        requirements.iter().flat_map(|r| self.change.routes(r))
    }

    /// Who is on call in a role for this service.
    #[must_use]
    pub fn on_call(&self, role: &RoleName, at: Timestamp) -> BTreeSet<&'a PersonId> {
        self.directory.on_call(role, self.service, self.domain, at)
    }

    /// When somebody else is on call in a role for this service; `None` when nobody ever is.
    #[must_use]
    pub fn next_turn(&self, role: &RoleName, after: Timestamp) -> Option<Timestamp> {
        self.directory.next_turn(role, self.service, self.domain, after)
    }

    /// The role through which a person may answer in their own right.
    fn own_role<'r>(
        &'r self,
        person: &PersonId,
        requirement: &'r Requirement,
        counts: impl Fn(&RoleName) -> bool,
    ) -> Option<&'r RoleName> {
        let fits =
            |(role, reach): &(&RoleName, Reach)| counts(role) && self.holds(person, role, *reach);
        self.change.routes(requirement).find(fits).map(|(role, _)| role)
    }

    fn holds(&self, person: &PersonId, role: &RoleName, reach: Reach) -> bool {
        let admits = |scope| reach.admits(scope, self.service, self.domain);
        self.directory.scopes_of(person, role).any(admits)
    }

    /// The role through which a delegation answers, if its delegator could and policy lets them.
    fn delegated_role<'r>(
        &'r self,
        known: &KnownDelegation,
        requirement: &'r Requirement,
    ) -> Option<&'r RoleName> {
        let carries = |(role, reach): &(&RoleName, Reach)| {
            **role == known.given.role
                && requirement.delegable.contains(role)
                && self.is_competent(&known.given.delegate, requirement.competence.get(role))
                && self.directory.carries(known, *reach, self.service, self.domain)
        };
        self.change.routes(requirement).find(carries).map(|(role, _)| role)
    }

    /// Whether a delegate holds what policy wants of one, at a scope that reaches the service.
    fn is_competent(&self, delegate: &PersonId, any_of: Option<&Vec<RoleName>>) -> bool {
        let reaches = |scope: &Scope| scope.covers(self.service, self.domain);
        let holds = |role| self.directory.scopes_of(delegate, role).any(reaches);
        any_of.is_none_or(|roles| roles.iter().any(holds))
    }

    /// The role through which a vote answers a requirement now, as informed as policy wants (M5.4).
    #[must_use]
    pub fn role_of<'r>(
        &'r self,
        vote: &Vote,
        requirement: &'r Requirement,
    ) -> Option<&'r RoleName> {
        let informed = |role: &RoleName| {
            let briefing = requirement.briefing(role);
            briefing.is_none_or(|b| b.lacks(vote.informed.as_ref()).is_none())
        };
        self.role_by(vote, requirement, informed)
    }

    /// The role in which a voter has the right to answer a requirement now, informed or not.
    #[must_use]
    pub fn right_of<'r>(
        &'r self,
        vote: &Vote,
        requirement: &'r Requirement,
    ) -> Option<&'r RoleName> {
        self.role_by(vote, requirement, |_| true)
    }

    fn role_by<'r>(
        &'r self,
        vote: &Vote,
        requirement: &'r Requirement,
        counts: impl Fn(&RoleName) -> bool,
    ) -> Option<&'r RoleName> {
        let Some(other) = &vote.on_behalf_of else {
            return self.own_role(&vote.person, requirement, counts);
        };
        let was_given = |known: &KnownDelegation| {
            known.given.delegate == vote.person && known.given.delegator == other.person
        };
        // Ending it early is a revocation: what was not used yet falls with it (I6).
        let stands = |known: &KnownDelegation| known.ended_at.is_none() && known.is_open(vote.at);
        let known = self.directory.behalf(other).filter(|known| was_given(known) && stands(known));
        known.filter_map(|known| self.delegated_role(&known, requirement)).find(|role| counts(role))
    }

    /// Who holds a role that answers a requirement themself and had no hand in the change.
    #[must_use]
    pub fn holders(&self, requirement: &Requirement) -> BTreeSet<&'a PersonId> {
        self.change
            .routes(requirement)
            .flat_map(|(role, reach)| self.holders_of(role, reach))
            .collect()
    }

    /// Who holds one role themself and had no hand in the change.
    #[must_use]
    pub fn holders_of(&self, role: &RoleName, reach: Reach) -> BTreeSet<&'a PersonId> {
        let admits = |scope: &_| reach.admits(scope, self.service, self.domain);
        let mut found = self.directory.holders(role, admits);
        found.retain(|person| self.duties.hands_of(person, self.now).is_empty());
        found
    }

    /// Everybody whose vote could count for a requirement now: its holders and their delegates.
    #[must_use]
    pub fn eligible(&self, requirement: &Requirement) -> BTreeSet<&'a PersonId> {
        let mut found = self.holders(requirement);
        let given = found.iter().flat_map(|p| self.directory.answered_for(p));
        let delegates: Vec<&PersonId> = given
            .filter(|d| d.is_open(self.now) && self.delegated_role(d, requirement).is_some())
            .filter_map(|d| self.directory.person(&d.given.delegate))
            .map(|person| &person.id)
            .filter(|d| self.duties.hands_of(d, self.now).is_empty())
            .collect();
        found.extend(delegates);
        found
    }

    /// As whom a person can answer any of some requirements: in their own right first, then for
    /// those who let them. Said before they try.
    ///
    /// # Errors
    /// They had a hand in the change, are not active, or hold no role it asks for.
    pub fn capacities(
        &self,
        person: &PersonId,
        requirements: &[Requirement],
    ) -> Result<Vec<Capacity>, Refusal> {
        if !self.directory.is_active(person) {
            return Err(Refusal::NotActive { person: person.clone() });
        }
        let hands = self.duties.hands_of(person, self.now);
        if !hands.is_empty() {
            return Err(Refusal::SeparationOfDuties { person: person.clone(), hands });
        }
        let own =
            self.routes_of(requirements).filter(|(role, reach)| self.holds(person, role, *reach));
        let own = sorted(own.map(|(role, _)| role));
        let mut found: Vec<Capacity> = (!own.is_empty())
            .then_some(Capacity { on_behalf_of: None, roles: own })
            .into_iter()
            .collect();
        for known in self.directory.answers_for(person).filter(|d| d.is_open(self.now)) {
            // Whoever acts for somebody with a hand in it is refused above, by `hands_of`.
            let roles = sorted(requirements.iter().filter_map(|r| self.delegated_role(&known, r)));
            let capacity = Capacity { on_behalf_of: Some(OnBehalfOf::of(&known)), roles };
            if !capacity.roles.is_empty() && !found.contains(&capacity) {
                found.push(capacity);
            }
        }
        if found.is_empty() {
            let wanted = sorted(self.routes_of(requirements).map(|(role, _)| role));
            return Err(Refusal::NoRole { person: person.clone(), wanted });
        }
        Ok(found)
    }
}

fn sorted<'r>(roles: impl Iterator<Item = &'r RoleName>) -> Vec<RoleName> {
    roles.cloned().collect::<BTreeSet<_>>().into_iter().collect()
}
