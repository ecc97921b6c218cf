//! Deputies of groups: who answers for a member of a group while they are away (M5.2).
//!
//! A deputy is a delegation that stands: with every absence of a member it carries what that member holds
//! through the group, in one role, from the beginning of the absence on and for no longer than policy lets a
//! delegation of that role last. It is looked up anew whenever it is used, gives nothing of its own and goes
//! no further than one step.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Absence, Delegation, Directory, KnownDelegation, Member, OrganisationEvent};
use crate::change::OnBehalfOf;
use crate::ids::{AbsenceId, DelegationId, GroupId, PersonId, RoleName};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::Scope;

/// Deputies one group can have.
const DEPUTIES_MAX: usize = 20;
const REASON_MAX: usize = 500;

/// Somebody may answer for members of a group who are away, in one role the group holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deputy {
    /// The standing delegation; votes name it.
    pub id: DelegationId,
    /// The group.
    pub group: GroupId,
    /// Who answers.
    pub person: PersonId,
    /// The role.
    pub role: RoleName,
    /// How long they answer within one absence at most, as policy said when they were named.
    pub longest_minutes: u32,
    /// Since when.
    #[serde(with = "crate::time::ms")]
    pub since: Timestamp,
    /// Why.
    pub reason: Private<String>,
}

/// A deputy and when they were one no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownDeputy {
    /// What an admin said.
    pub named: Deputy,
    /// When they were removed. Votes they gave as one that were not used yet fall with it.
    pub removed_at: Option<Timestamp>,
    /// Absences of members by which they answer, and of which they were told.
    pub(super) told: BTreeSet<AbsenceId>,
}

/// All deputies ever.
pub(super) type Deputies = BTreeMap<DelegationId, KnownDeputy>;

impl Deputy {
    /// When the time of theirs within an absence is over.
    #[must_use]
    pub fn until(&self, absence: &Absence) -> Timestamp {
        let longest = SignedDuration::from_mins(i64::from(self.longest_minutes));
        let most = absence.from.checked_add(longest).unwrap_or(Timestamp::MAX);
        most.min(absence.until)
    }
}

impl KnownDeputy {
    /// What it is for one absence, where the group holds the role: a delegation by whoever is away.
    fn within(&self, absence: &Absence, scope: &Scope) -> KnownDelegation {
        let Deputy { id, group, person, role, since, reason, .. } = &self.named;
        let given = Delegation {
            id: id.clone(),
            delegator: absence.person.clone(),
            delegate: person.clone(),
            role: role.clone(),
            scope: scope.clone(),
            from: absence.from.max(*since),
            until: self.named.until(absence),
            reason: reason.clone(),
        };
        let through = Some(group.clone());
        KnownDelegation { given, through, ended_at: self.removed_at }
    }
}

impl Directory {
    /// Deputies of a group who were not removed, oldest first.
    pub fn deputies_of<'a>(&'a self, group: &'a GroupId) -> impl Iterator<Item = &'a Deputy> {
        let open = self.deputies.values().filter(|known| known.removed_at.is_none());
        open.map(|known| &known.named).filter(move |named| named.group == *group)
    }

    /// Everybody who ever was a deputy.
    pub fn deputies(&self) -> impl Iterator<Item = &Deputy> {
        self.deputies.values().map(|known| &known.named)
    }

    /// A deputy, removed or not.
    #[must_use]
    pub fn deputy(&self, id: &DelegationId) -> Option<&KnownDeputy> {
        self.deputies.get(id)
    }

    /// By what others may answer for a person, ever: what they let them, and as deputies while they are away.
    pub fn answered_for<'a>(
        &'a self,
        person: &'a PersonId,
    ) -> impl Iterator<Item = KnownDelegation> + 'a {
        let standing = self.deputies.values().flat_map(move |known| self.standing(known, person));
        self.delegations_from(person).cloned().chain(standing)
    }

    /// By what a person may answer for others, ever.
    pub fn answers_for<'a>(
        &'a self,
        person: &'a PersonId,
    ) -> impl Iterator<Item = KnownDelegation> + 'a {
        let own = self.deputies.values().filter(move |known| known.named.person == *person);
        let standing = own.flat_map(move |known| {
            let members = self.group(&known.named.group).into_iter().flat_map(|g| &g.members);
            members.flat_map(move |member| self.standing(known, member))
        });
        self.delegations_to(person).cloned().chain(standing)
    }

    /// By what somebody answers for another: a delegation, or as a deputy with each absence and scope.
    pub fn behalf<'a>(
        &'a self,
        other: &'a OnBehalfOf,
    ) -> impl Iterator<Item = KnownDelegation> + 'a {
        let standing = self.deputies.get(&other.delegation);
        let standing = standing.into_iter().flat_map(|known| self.standing(known, &other.person));
        self.delegation(&other.delegation).cloned().into_iter().chain(standing)
    }

    /// What a deputy of a group is for one of its members.
    fn standing<'a>(
        &'a self,
        known: &'a KnownDeputy,
        member: &'a PersonId,
    ) -> impl Iterator<Item = KnownDelegation> + 'a {
        let Deputy { group, person, role, .. } = &known.named;
        let members = self.group(group).map(|group| &group.members);
        let stands = *person != *member && members.is_some_and(|m| m.contains(member));
        let absences = self.absences_of(member).iter().filter(move |_| stands);
        absences.flat_map(move |absence| {
            self.scopes_of_group(group, role).map(move |scope| known.within(absence, scope))
        })
    }

    /// Deputies whom an absence makes answer for a member of their group at a time, and who were not told.
    #[must_use]
    pub fn deputies_to_tell(&self, now: Timestamp) -> Vec<(DelegationId, AbsenceId)> {
        let open = self.deputies.values().filter(|known| known.removed_at.is_none());
        let here = open.filter(|known| self.is_active(&known.named.person));
        here.flat_map(|known| {
            let Deputy { id, group, person, role, since, .. } = &known.named;
            let holds = self.scopes_of_group(group, role).next().is_some();
            let members = self.group(group).filter(|_| holds).into_iter().flat_map(|g| &g.members);
            let others = members.filter(move |m| *m != person && self.is_active(m));
            let absences = others.flat_map(|member| self.absences_of(member));
            let begun = absences.filter(move |absence| {
                absence.from.max(*since) <= now && now < known.named.until(absence)
            });
            let new = begun.filter(|absence| !known.told.contains(&absence.id));
            new.map(|absence| (id.clone(), absence.id.clone()))
        })
        .collect()
    }

    /// Where the members of a group hold a role through it.
    fn scopes_of_group<'a>(
        &'a self,
        group: &'a GroupId,
        role: &'a RoleName,
    ) -> impl Iterator<Item = &'a Scope> {
        let through = move |member: &Member| matches!(member, Member::Group(id) if id == group);
        self.of_role(role).filter(move |b| through(&b.member)).map(|b| &b.scope)
    }

    /// Names a deputy of a group in a role it holds. `longest_minutes` is how long policy lets that role be
    /// delegated, `None` is not at all; the deputy must hold one of the roles of `competence` wherever the
    /// group holds it, if it names any.
    ///
    /// # Errors
    /// There is no such group, it does not hold the role, policy does not let the role be delegated or not to
    /// them, or a field can't be accepted.
    pub fn name_deputy(
        &self,
        named: Deputy,
        longest_minutes: Option<u32>,
        competence: &[RoleName],
    ) -> Result<OrganisationEvent, Refusal> {
        if self.group(&named.group).is_none() {
            return Err(Refusal::NotFound { entity: "group", id: named.group.to_string() });
        }
        let scopes: Vec<&Scope> = self.scopes_of_group(&named.group, &named.role).collect();
        if scopes.is_empty() {
            let message = format!("the group doesn't hold {}; give it the role first", named.role);
            return Err(Refusal::field("role", &message));
        }
        let longest_minutes = super::delegation::longest(&named.role, longest_minutes)?;
        if !self.is_active(&named.person) {
            return Err(Refusal::field("person", "name an active person"));
        }
        for scope in scopes {
            self.check_competent(&named.person, (&named.role, scope), competence)?;
        }
        if named.reason.text().trim().is_empty() || named.reason.text().len() > REASON_MAX {
            return Err(Refusal::field("reason", "say why, in 1 to 500 bytes"));
        }
        let open = || self.deputies_of(&named.group);
        if let Some(known) = open().find(|d| d.person == named.person && d.role == named.role) {
            return Err(Refusal::Exists { entity: "deputy", id: known.id.to_string() });
        }
        if open().count() >= DEPUTIES_MAX {
            return Err(Refusal::field("person", "remove some of the group's 20 deputies first"));
        }
        Ok(OrganisationEvent::DeputyNamed(Deputy { longest_minutes, ..named }))
    }

    /// Removes a deputy of a group. What they answered as one and was not used yet falls with it.
    ///
    /// # Errors
    /// The group has no such deputy.
    pub fn remove_deputy(
        &self,
        group: &GroupId,
        id: &DelegationId,
        now: Timestamp,
    ) -> Result<OrganisationEvent, Refusal> {
        match self.deputies_of(group).any(|deputy| deputy.id == *id) {
            true => Ok(OrganisationEvent::DeputyRemoved { deputy: id.clone(), at: now }),
            false => Err(Refusal::NotFound { entity: "deputy", id: id.to_string() }),
        }
    }

    /// Removes a group, and its deputies with it.
    ///
    /// # Errors
    /// There is no such group.
    pub fn remove_group(
        &self,
        group: &GroupId,
        now: Timestamp,
    ) -> Result<Vec<OrganisationEvent>, Refusal> {
        if self.group(group).is_none() {
            return Err(Refusal::NotFound { entity: "group", id: group.to_string() });
        }
        let falls = |d: &Deputy| OrganisationEvent::DeputyRemoved { deputy: d.id.clone(), at: now };
        let mut events: Vec<_> = self.deputies_of(group).map(falls).collect();
        events.push(OrganisationEvent::GroupRemoved { group: group.clone() });
        Ok(events)
    }
}
