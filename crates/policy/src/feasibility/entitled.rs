//! Who may answer a need of a service: its holders, whoever answers for one of them for a time, and of
//! both only people with a key where policy wants every approval signed.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{PersonId, RoleName, ServiceName};
use domain::organisation::{Directory, KnownDelegation, Service};
use domain::requirement::{Reach, Requirement, Scope};

use super::presence::{Hours, Presence};

/// Whom a need asks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    roles: Vec<RoleName>,
    delegable: Vec<RoleName>,
    competence: BTreeMap<RoleName, Vec<RoleName>>,
    reach: Reach,
    service: Option<ServiceName>,
    signed: bool,
}

impl Asked {
    pub(super) fn of(requirement: &Requirement, service: Option<&Service>, signed: bool) -> Self {
        Self {
            roles: requirement.roles.clone(),
            delegable: requirement.delegable.clone(),
            competence: requirement.competence.clone(),
            reach: requirement.reach,
            service: service.map(|service| service.name.clone()),
            signed,
        }
    }
}

/// Those who may answer, as they are numbered in [`Presence`].
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entitled {
    /// In their own right.
    pub(super) own: Vec<usize>,
    /// For one of them, each with the hours in which a delegation holds. None of `own`.
    pub(super) delegates: Vec<(usize, Hours)>,
    /// How many hold a role and could answer if they had a key to sign with.
    pub(super) without_key: usize,
}

impl Entitled {
    pub(super) fn of(
        (directory, presence): (&Directory, &Presence<'_>),
        asked: &Asked,
        service: Option<&Service>,
    ) -> Self {
        let admits = |scope: &Scope| match service {
            Some(service) => asked.reach.admits(scope, &service.name, service.domain.as_ref()),
            None => *scope == Scope::Organisation,
        };
        let holders: BTreeSet<&PersonId> =
            asked.roles.iter().flat_map(|role| directory.holders(role, admits)).collect();
        let signs =
            |person: &PersonId| !asked.signed || directory.signing_keys_of(person).next().is_some();
        let number = |person: &&PersonId| presence.number(person);
        let own = holders.iter().filter(|person| signs(person));
        let own: Vec<usize> = own.filter_map(number).collect();
        let here = holders.iter().filter_map(number).count();
        let mut found = Self { without_key: here - own.len(), own, delegates: Vec::new() };
        let Some(service) = service else { return found };
        let given = holders.iter().flat_map(|person| directory.answered_for(person));
        let holds = |known: &KnownDelegation, role: &RoleName| {
            let mut scopes = directory.scopes_of(&known.given.delegate, role);
            scopes.any(|scope| scope.covers(&service.name, service.domain.as_ref()))
        };
        let competent = |known: &KnownDelegation| {
            let wanted = asked.competence.get(&known.given.role);
            wanted.is_none_or(|roles| roles.iter().any(|role| holds(known, role)))
        };
        let carried = given.filter(|known| {
            known.ended_at.is_none()
                && asked.delegable.contains(&known.given.role)
                && asked.roles.contains(&known.given.role)
                && signs(&known.given.delegate)
                && competent(known)
                && directory.carries(known, asked.reach, &service.name, service.domain.as_ref())
        });
        for known in carried {
            if let Some(number) = presence.number(&known.given.delegate) {
                found.add(number, presence.hours_between(known.given.from, known.given.until));
            }
        }
        found.delegates.sort();
        found
    }

    /// Adds the hours of a delegation. Whoever answers in their own right is counted already.
    fn add(&mut self, number: usize, hours: Hours) {
        if self.own.contains(&number) || hours.iter().all(|word| *word == 0) {
            return;
        }
        match self.delegates.iter_mut().find(|(known, _)| *known == number) {
            Some((_, known)) => known.iter_mut().zip(hours).for_each(|(one, more)| *one |= more),
            None => self.delegates.push((number, hours)),
        }
    }
}
