//! The organisation on the wire: people, roles, services, machine identities.

use api_types::calendar_feeds::CalendarFeed;
use api_types::people as wire;
use api_types::roles::{Binding, Deputy, Group, GroupRef, HeldRole, Member, Role};
use api_types::service_accounts::{ServiceAccount, Token, Verb};
use api_types::services::{Criticality, Domain, Service};
use domain::ids::{GroupId, PersonId, RoleName};
use domain::organisation as org;
use domain::organisation::access;
use policy::Bundle;

use super::Names;
use super::text::time;

/// Whether somebody or something is in use.
#[must_use]
pub const fn status(status: org::Status) -> wire::Status {
    match status {
        org::Status::Active => wire::Status::Active,
        org::Status::Inactive => wire::Status::Inactive,
    }
}

/// The same from the wire.
#[must_use]
pub const fn read_status(status: wire::Status) -> org::Status {
    match status {
        wire::Status::Active => org::Status::Active,
        wire::Status::Inactive => org::Status::Inactive,
    }
}

const fn criticality(criticality: org::Criticality) -> Criticality {
    match criticality {
        org::Criticality::Low => Criticality::Low,
        org::Criticality::Medium => Criticality::Medium,
        org::Criticality::High => Criticality::High,
        org::Criticality::Critical => Criticality::Critical,
    }
}

/// The same from the wire.
#[must_use]
pub const fn read_criticality(criticality: Criticality) -> org::Criticality {
    match criticality {
        Criticality::Low => org::Criticality::Low,
        Criticality::Medium => org::Criticality::Medium,
        Criticality::High => org::Criticality::High,
        Criticality::Critical => org::Criticality::Critical,
    }
}

const fn verb(verb: org::Verb) -> Verb {
    match verb {
        org::Verb::Read => Verb::Read,
        org::Verb::Request => Verb::Request,
        org::Verb::Gate => Verb::Gate,
        org::Verb::Act => Verb::Act,
        org::Verb::Provision => Verb::Provision,
    }
}

/// The same from the wire.
#[must_use]
pub const fn read_verb(verb: Verb) -> org::Verb {
    match verb {
        Verb::Read => org::Verb::Read,
        Verb::Request => org::Verb::Request,
        Verb::Gate => org::Verb::Gate,
        Verb::Act => org::Verb::Act,
        Verb::Provision => org::Verb::Provision,
    }
}

/// A token without its text.
#[must_use]
pub fn token(token: &org::Token) -> Token {
    Token {
        id: token.id.to_string(),
        label: token.label.clone(),
        verbs: token.verbs.iter().copied().map(verb).collect(),
        services: token.services.as_ref().map(|s| s.iter().map(ToString::to_string).collect()),
        environments: token
            .environments
            .as_ref()
            .map(|e| e.iter().map(ToString::to_string).collect()),
        expires_at: time(token.expires_at),
        revoked: token.revoked,
    }
}

/// A calendar feed without its link, if the token is the link of one.
#[must_use]
pub fn calendar_feed(token: &org::Token) -> Option<CalendarFeed> {
    Some(CalendarFeed {
        token_id: token.id.to_string(),
        label: token.label.clone(),
        about: token.feed.as_ref()?.to_string(),
        expires_at: time(token.expires_at),
        revoked: token.revoked,
    })
}

/// A domain.
#[must_use]
pub fn domain(name: &domain::ids::DomainName, title: &str) -> Domain {
    Domain { name: name.to_string(), title: title.to_owned() }
}

impl Names<'_> {
    /// A person with their accounts and roles.
    #[must_use]
    pub fn full_person(&self, person: &org::Person, now: jiff::Timestamp) -> wire::Person {
        let accounts = self.directory.accounts().filter(|a| a.person == person.id);
        wire::Person {
            id: person.id.to_string(),
            name: person.name.text().to_owned(),
            emails: person.emails.iter().filter_map(|e| e.get().cloned()).collect(),
            time_zone: person.time_zone.clone(),
            place: person.place.as_ref().map(ToString::to_string),
            away_until: self.directory.away_until(&person.id, now).map(time),
            status: status(person.status),
            accounts: accounts.map(account).collect(),
            roles: self.held_roles(&person.id),
        }
    }

    /// The roles a person holds now.
    #[must_use]
    pub fn held_roles(&self, person: &PersonId) -> Vec<HeldRole> {
        let reaches = |b: &&org::RoleBinding| {
            self.directory.is_active(person) && self.directory.is_member(&b.member, person)
        };
        let held = |b: &org::RoleBinding, by_policy| HeldRole {
            role: b.role.to_string(),
            scope: b.scope.to_string(),
            by_policy,
        };
        let bound = self.directory.bindings().filter(reaches).map(|b| held(b, None));
        let mapped = self.directory.mapped().filter(reaches);
        let group = |member: &org::Member| match member {
            org::Member::Group(id) => Some(self.group_ref(id)),
            org::Member::Person(_) => None,
        };
        let mapped = mapped.map(|b| held(b, group(&b.member)));
        let mut roles: Vec<HeldRole> = bound.chain(mapped).collect();
        roles.sort();
        roles.dedup();
        roles
    }

    /// A group with its members.
    #[must_use]
    pub fn group(&self, group: &org::Group) -> Group {
        Group {
            id: group.id.to_string(),
            name: group.name.clone(),
            members: group.members.iter().map(|m| self.person(m)).collect(),
            deputies: self.directory.deputies_of(&group.id).map(|d| self.deputy(d)).collect(),
        }
    }

    /// A deputy of a group.
    #[must_use]
    pub fn deputy(&self, deputy: &org::Deputy) -> Deputy {
        Deputy {
            id: deputy.id.to_string(),
            person: self.person(&deputy.person),
            role: deputy.role.to_string(),
            longest_minutes: deputy.longest_minutes,
            since: time(deputy.since),
            reason: deputy.reason.get().cloned(),
        }
    }

    /// A group by id and name; one that is gone by its id.
    #[must_use]
    pub fn group_ref(&self, id: &GroupId) -> GroupRef {
        let name = self.directory.group(id).map_or_else(|| id.to_string(), |g| g.name.clone());
        GroupRef { id: id.to_string(), name }
    }

    /// Every role that the product or policy knows, or somebody holds.
    #[must_use]
    pub fn roles(&self, bundle: Option<&Bundle>) -> Vec<Role> {
        let mut names: Vec<RoleName> =
            [access::ADMIN, access::AUDITOR, access::POLICY_AUTHOR, access::REQUESTER]
                .iter()
                .filter_map(|name| name.parse().ok())
                .collect();
        names.extend(bundle.iter().flat_map(|b| b.roles()).map(|r| r.name.clone()));
        let held = self.directory.bindings().chain(self.directory.mapped());
        names.extend(held.map(|b| b.role.clone()));
        names.sort();
        names.dedup();
        names.iter().map(|name| self.role(name, bundle)).collect()
    }

    fn role(&self, name: &RoleName, bundle: Option<&Bundle>) -> Role {
        let known = bundle.and_then(|b| b.roles().iter().find(|r| r.name == *name));
        let (title, description) = match (known, product_role(name.as_str())) {
            (Some(role), _) => (role.title.clone(), role.description.clone()),
            (None, Some((title, description))) => (title.to_owned(), description.to_owned()),
            (None, None) => (name.to_string(), "The live policy does not name it.".to_owned()),
        };
        let bound = self.directory.bindings().filter(|b| b.role == *name);
        let mapped = self.directory.mapped().filter(|b| b.role == *name);
        let mapped = mapped.map(|b| Binding { by_policy: true, ..self.binding(b) });
        Role {
            name: name.to_string(),
            title,
            description,
            bindings: bound.map(|b| self.binding(b)).chain(mapped).collect(),
        }
    }

    /// A role binding with the people it reaches now.
    #[must_use]
    pub fn binding(&self, binding: &org::RoleBinding) -> Binding {
        let (member, member_name, people) = match &binding.member {
            org::Member::Person(id) => {
                (Member::Person(id.to_string()), self.directory.person_name(id), vec![id.clone()])
            }
            org::Member::Group(id) => {
                let group = self.directory.group(id);
                let name = group.map_or_else(|| id.to_string(), |g| g.name.clone());
                let members =
                    group.map(|g| g.members.iter().cloned().collect()).unwrap_or_default();
                (Member::Group(id.to_string()), name, members)
            }
        };
        let active = people.iter().filter(|p| self.directory.is_active(p));
        Binding {
            role: binding.role.to_string(),
            scope: binding.scope.to_string(),
            member,
            member_name,
            people: active.map(|p| self.person(p)).collect(),
            by_policy: false,
        }
    }

    /// A service with its owners.
    #[must_use]
    pub fn service(&self, service: &org::Service) -> Service {
        let covers = |scope: &domain::requirement::Scope| {
            *scope != domain::requirement::Scope::Organisation
                && scope.covers(&service.name, service.domain.as_ref())
        };
        let owners = "service-owner"
            .parse()
            .map(|role| self.directory.holders(&role, covers))
            .unwrap_or_default();
        Service {
            name: service.name.to_string(),
            title: service.title.clone(),
            domain: service.domain.as_ref().map(ToString::to_string),
            criticality: criticality(service.criticality),
            labels: service.labels.clone(),
            depends_on: service.depends_on.iter().map(ToString::to_string).collect(),
            status: status(service.status),
            owners: owners.into_iter().map(|p| self.person(p)).collect(),
        }
    }

    /// A machine identity with its tokens.
    #[must_use]
    pub fn service_account(&self, account: &org::ServiceAccount) -> ServiceAccount {
        let owner = org::TokenOwner::ServiceAccount(account.id.clone());
        let tokens = self.directory.tokens().filter(|(o, _)| *o == owner);
        ServiceAccount {
            id: account.id.to_string(),
            name: account.name.clone(),
            purpose: account.purpose.clone(),
            owner: self.person(&account.owner),
            status: status(account.status),
            tokens: tokens.map(|(_, t)| token(t)).collect(),
        }
    }
}

/// An account, without its password.
#[must_use]
pub fn account(account: &org::Account) -> wire::Account {
    wire::Account {
        id: account.id.to_string(),
        issuer: account.issuer.clone(),
        subject: account.subject.clone(),
        status: status(account.status),
        has_password: account.password.is_some(),
    }
}

/// Title and description of the roles that give rights in the product itself.
fn product_role(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        access::ADMIN => Some(("Admin", "Changes people, roles, services and machine identities.")),
        access::POLICY_AUTHOR => {
            Some(("Policy author", "Proposes policy and decides on others' proposals."))
        }
        access::REQUESTER => Some(("Requester", "Asks for changes and asks the gate.")),
        access::AUDITOR => Some(("Auditor", "Reads everything and changes nothing.")),
        _ => None,
    }
}
