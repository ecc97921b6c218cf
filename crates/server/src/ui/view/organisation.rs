//! People, roles, groups, services and environments, as the directory and the live bundle know them.

use std::collections::BTreeMap;

use console::pages::organisation::{
    AccountRow, EnvironmentRow, GroupRow, PersonRow, RoleBinding, RoleRow, RotaRow, ServiceRow,
};
use console::view::{Link, Who};
use domain::ids::{PersonId, RoleName};
use domain::organisation::{
    Account, Group, Handover, Member, Person, RoleBinding as Binding, Rota, Service, access,
};
use domain::requirement::Scope;
use jiff::Timestamp;
use policy::Bundle;

use super::super::organisation::bindings::written;
use super::reader::{Reader, scope};
use super::status;

/// The role by which a person owns a service.
const OWNER: &str = "service-owner";

/// Roles of a person with how they come to them.
pub(crate) fn roles_of(reader: &Reader<'_>, person: &PersonId, may_take: bool) -> Vec<RoleBinding> {
    let reaches = |b: &&Binding| reader.directory.is_member(&b.member, person);
    let bound = reader.directory.bindings().filter(reaches);
    let mapped = reader
        .directory
        .mapped()
        .filter(reaches)
        .map(|b| RoleBinding { via: by_policy(reader, b), ..binding(reader, b, false) });
    bound.map(|b| binding(reader, b, may_take)).chain(mapped).collect()
}

/// How somebody comes to a role that the live policy gives to a group.
fn by_policy(reader: &Reader<'_>, from: &Binding) -> String {
    let group = match &from.member {
        Member::Person(id) => reader.directory.person_name(id),
        Member::Group(id) => format!("group {}", reader.group(id)),
    };
    format!("by policy through {group}")
}

fn binding(reader: &Reader<'_>, from: &Binding, may_take: bool) -> RoleBinding {
    let direct = matches!(from.member, Member::Person(_));
    RoleBinding {
        role: from.role.to_string(),
        scope: scope(&from.scope),
        via: match &from.member {
            Member::Person(_) => String::new(),
            Member::Group(id) => format!("through group {}", reader.group(id)),
        },
        take_href: (may_take && direct).then(|| take_href(from)),
    }
}

/// The page that asks before a role is taken.
fn take_href(from: &Binding) -> String {
    let member = written(&from.member);
    format!("/organisation/roles/take?role={}&scope={}&member={member}", from.role, from.scope)
}

/// Names of the groups a person is in.
pub(crate) fn groups_of(reader: &Reader<'_>, person: &PersonId) -> Vec<String> {
    let groups = reader.directory.groups().filter(|g| g.members.contains(person));
    groups.map(|g| g.name.clone()).collect()
}

/// A person in the list.
pub(crate) fn person_row(reader: &Reader<'_>, person: &Person) -> PersonRow {
    let accounts = reader.directory.accounts().filter(|a| a.person == person.id);
    PersonRow {
        who: reader.person(&person.id),
        accounts: accounts.map(|a| a.subject.clone()).collect(),
        roles: roles_of(reader, &person.id, false),
        groups: groups_of(reader, &person.id),
        time_zone: person.time_zone.clone(),
        status: status::active(person.status),
    }
}

/// Whether all words are in a row's texts.
pub(crate) fn matches(row: &PersonRow, query: &str) -> bool {
    let mut text = format!("{} {} ", row.who.name, row.accounts.join(" "));
    text.push_str(&row.groups.join(" "));
    for role in &row.roles {
        text.push_str(&format!(" {} {}", role.role, role.scope));
    }
    let text = text.to_lowercase();
    query.to_lowercase().split_whitespace().all(|word| text.contains(word))
}

/// An account, to be read only.
pub(crate) fn account(from: &Account) -> AccountRow {
    AccountRow {
        id: from.id.to_string(),
        user_name: from.subject.clone(),
        provider: from.issuer.clone(),
        status: status::active(from.status),
        ..AccountRow::default()
    }
}

/// Links to the services a person owns.
pub(crate) fn owned(reader: &Reader<'_>, person: &PersonId) -> Vec<Link> {
    let Ok(owner) = OWNER.parse::<RoleName>() else { return Vec::new() };
    let scopes: Vec<&Scope> = reader.directory.scopes_of(person, &owner).collect();
    let covers = |s: &&Service| {
        scopes
            .iter()
            .any(|scope| **scope != Scope::Organisation && scope.covers(&s.name, s.domain.as_ref()))
    };
    let services = reader.directory.services().filter(covers);
    services.map(|s| Link::new(s.name.as_str(), service_href(s))).collect()
}

fn service_href(service: &Service) -> String {
    format!("/organisation/services#service-{}", service.name)
}

/// When the turns of a rota change, in words.
pub(crate) fn handover(rota: &Rota) -> String {
    let often = match &rota.handover {
        Handover::Rule(rule) => format!("by {rule}"),
        Handover::Days(1) => "every day".to_owned(),
        Handover::Days(days) => format!("every {days} days"),
    };
    format!("{often} at {}, {}", rota.first.strftime("%H:%M"), rota.time_zone)
}

/// Who is on call, by the rotas there are.
pub(crate) fn rotas(reader: &Reader<'_>, now: Timestamp) -> Vec<RotaRow> {
    let row = |rota: &Rota| RotaRow {
        name: rota.name.clone(),
        role: rota.role.to_string(),
        scope: scope(&rota.scope),
        on_call: rota.on_call(now).map(|person| reader.person(person)),
        handover: handover(rota),
        turns: rota.people.iter().map(|person| reader.person(person)).collect(),
    };
    reader.directory.rotas().map(row).collect()
}

/// Every role in every scope where it is bound, and roles that policy names and nobody holds.
pub(crate) fn roles(reader: &Reader<'_>, bundle: Option<&Bundle>, may_take: bool) -> Vec<RoleRow> {
    let known: BTreeMap<&str, &str> = bundle
        .map(|b| b.roles().iter().map(|r| (r.name.as_str(), r.description.as_str())).collect())
        .unwrap_or_default();
    let mut bound: BTreeMap<(RoleName, Scope), Held<'_>> = BTreeMap::new();
    for b in reader.directory.bindings() {
        bound.entry((b.role.clone(), b.scope.clone())).or_default().bound.push(b);
    }
    for b in reader.directory.mapped() {
        bound.entry((b.role.clone(), b.scope.clone())).or_default().mapped.push(b);
    }
    let mut rows: Vec<RoleRow> = bound
        .into_iter()
        .map(|((role, at), held)| {
            let holders = held.people(reader);
            let take = held.bound.iter().filter(|_| may_take).map(|b| take_link(reader, b));
            RoleRow {
                description: describe(role.as_str(), &known),
                scope: scope(&at),
                warning: holders.is_empty().then(|| {
                    "Nobody active holds it: what it must approve can't go on.".to_owned()
                }),
                members: holders,
                name: role.to_string(),
                take: take.collect(),
            }
        })
        .collect();
    for (role, description) in &known {
        if !rows.iter().any(|row| row.name == *role) {
            rows.push(RoleRow {
                name: (*role).to_owned(),
                description: (*description).to_owned(),
                scope: "nowhere".to_owned(),
                members: Vec::new(),
                warning: Some("Policy names this role and nobody holds it.".to_owned()),
                take: Vec::new(),
            });
        }
    }
    rows.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.scope.cmp(&b.scope)));
    rows
}

/// What a role is held by in one scope: what admins gave, and what the live policy gives.
#[derive(Default)]
struct Held<'d> {
    bound: Vec<&'d Binding>,
    mapped: Vec<&'d Binding>,
}

impl Held<'_> {
    /// Active people, with how they come to it.
    fn people(&self, reader: &Reader<'_>) -> Vec<Who> {
        let bound = self.bound.iter().flat_map(|b| holders(reader, &b.member));
        let mapped = self.mapped.iter().flat_map(|b| {
            let note = by_policy(reader, b);
            let people = holders(reader, &b.member).into_iter();
            people.map(move |who| Who { note: note.clone(), ..who })
        });
        bound.chain(mapped).collect()
    }
}

fn take_link(reader: &Reader<'_>, from: &Binding) -> Link {
    let who = match &from.member {
        Member::Person(id) => reader.directory.person_name(id),
        Member::Group(id) => format!("group {}", reader.group(id)),
    };
    Link::new(format!("Take from {who}…"), take_href(from))
}

fn describe(role: &str, known: &BTreeMap<&str, &str>) -> String {
    let built_in = match role {
        access::ADMIN => "May change people, roles, services and machine identities.",
        access::POLICY_AUTHOR => "May propose policy.",
        access::REQUESTER => "May ask for changes.",
        access::AUDITOR => "May read everything and export, and do nothing else.",
        _ => "",
    };
    match known.get(role) {
        Some(text) if !text.is_empty() => (*text).to_owned(),
        _ => built_in.to_owned(),
    }
}

/// Active people behind a binding, with how they come to it.
fn holders(reader: &Reader<'_>, member: &Member) -> Vec<Who> {
    match member {
        Member::Person(id) if reader.directory.is_active(id) => vec![reader.person(id)],
        Member::Person(_) => Vec::new(),
        Member::Group(id) => {
            let members = reader.directory.group(id).map(|g| &g.members).into_iter().flatten();
            members
                .filter(|p| reader.directory.is_active(p))
                .map(|p| Who { note: format!("through {}", reader.group(id)), ..reader.person(p) })
                .collect()
        }
    }
}

/// A group.
pub(crate) fn group_row(reader: &Reader<'_>, group: &Group) -> GroupRow {
    let carries = |b: &&Binding| b.member == Member::Group(group.id.clone());
    let role = |b: &Binding, via: &str| RoleBinding {
        role: b.role.to_string(),
        scope: scope(&b.scope),
        via: via.to_owned(),
        take_href: None,
    };
    let bound = reader.directory.bindings().filter(carries).map(|b| role(b, ""));
    let mapped = reader.directory.mapped().filter(carries).map(|b| role(b, "by policy"));
    GroupRow {
        id: group.id.to_string(),
        name: group.name.clone(),
        members: group.members.iter().map(|p| reader.person(p)).collect(),
        deputies: reader
            .directory
            .deputies_of(&group.id)
            .map(|d| reader.person(&d.person))
            .collect(),
        roles: bound.chain(mapped).collect(),
    }
}

/// A service.
pub(crate) fn service_row(
    reader: &Reader<'_>,
    service: &Service,
    bundle: Option<&Bundle>,
) -> ServiceRow {
    let label = |(name, value): (&String, &String)| {
        if value == "true" { name.clone() } else { format!("{name}: {value}") }
    };
    let environments = bundle.map(Bundle::environments).unwrap_or_default();
    ServiceRow {
        name: service.name.to_string(),
        description: service.title.clone(),
        owners: owners(reader, service),
        criticality: status::criticality(service.criticality),
        domain: service.domain.as_ref().map(ToString::to_string).unwrap_or_default(),
        labels: service.labels.iter().map(label).collect(),
        environments: environments.iter().map(|e| e.name.to_string()).collect(),
        changes_href: format!("/changes?service={}", service.name),
    }
}

/// Who owns a service: by a role on it or on its domain.
pub(crate) fn owners(reader: &Reader<'_>, service: &Service) -> Vec<Who> {
    let Ok(owner) = OWNER.parse::<RoleName>() else { return Vec::new() };
    let covers = |scope: &Scope| {
        *scope != Scope::Organisation && scope.covers(&service.name, service.domain.as_ref())
    };
    let holders = reader.directory.holders(&owner, covers);
    holders.into_iter().map(|p| reader.person(p)).collect()
}

/// The environments of the live bundle.
pub(crate) fn environments(bundle: &Bundle, services: u32) -> Vec<EnvironmentRow> {
    let row = |e: &policy::bundle::Environment| {
        let tier = bundle.tier(e.tier);
        EnvironmentRow {
            name: e.name.to_string(),
            description: String::new(),
            tier: format!("T{}", tier.number),
            tier_title: tier.title.clone(),
            gate_mode: status::gate_mode(tier.enforce),
            services,
        }
    };
    bundle.environments().iter().map(row).collect()
}
