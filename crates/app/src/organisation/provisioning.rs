//! Keeping people and groups as a customer's directory has them (SCIM 2.0).
//!
//! A directory comes as a machine identity whose token may do nothing else. It sees and changes only
//! what it brought itself; roles are given here, to groups by their id (B14).

use std::collections::BTreeSet;

use domain::actor::Actor;
use domain::ids::{GroupId, PersonId, ServiceAccountId};
use domain::organisation::{
    Directory, Group, OrganisationEvent, Person, ProvisionedGroup, ProvisionedPerson, Status, Verb,
    access,
};
use domain::private::Private;
use domain::refusal::Refusal;
use store::{Stream, Write};

use super::roles::last_admin;
use crate::journal::OrganisationPlan;
use crate::principal::Principal;
use crate::{App, AppError, Live};

/// What a directory says of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryPerson {
    /// `userName`.
    pub user_name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// What to call them.
    pub name: String,
    /// Addresses; commits are matched by them.
    pub emails: Vec<String>,
    /// IANA time zone, if it says one.
    pub time_zone: Option<String>,
    /// Whether they are here.
    pub active: bool,
}

/// What a directory says of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryGroup {
    /// `displayName`.
    pub name: String,
    /// `externalId`.
    pub external_id: Option<String>,
    /// Who is in it.
    pub members: BTreeSet<PersonId>,
}

/// The machine identity that a directory comes as.
///
/// # Errors
/// The token is for something else.
pub fn provisioner(principal: &Principal) -> Result<&ServiceAccountId, AppError> {
    let action = "keep people and groups up to date";
    let Actor::ServiceAccount { service_account } = &principal.actor else {
        return Err(AppError::OutOfScope { action });
    };
    principal.may(Verb::Provision, action)?;
    Ok(service_account)
}

type Decided<T> = Result<(Vec<OrganisationEvent>, Vec<Write>, T), AppError>;

impl App {
    async fn provision<T>(
        &self,
        principal: &Principal,
        decide: impl Fn(&Live, &ServiceAccountId) -> Decided<T> + Send + Sync,
    ) -> Result<T, AppError> {
        let recorded = self.organisation_action(&principal.actor, |live, _| {
            let (events, writes, value) = decide(live, provisioner(principal)?)?;
            keep_an_admin(&live.directory, &events)?;
            let events = events.into_iter().map(|e| (Stream::organisation(), e.into())).collect();
            Ok(OrganisationPlan { events, writes, value })
        });
        Ok(recorded.await?.value)
    }

    /// Adds a person, or changes the one with this id. `say` gets the person as they stand, and answers
    /// what they shall be; it may be asked again when somebody else was faster.
    ///
    /// A directory that removed somebody and brings the same `externalId` again means the same human
    /// being, so they stay kept from deciding on what they had a hand in.
    ///
    /// # Errors
    /// The directory did not bring them, what it says collides with others, or `say` refuses.
    pub async fn provision_person(
        &self,
        principal: &Principal,
        id: Option<&PersonId>,
        say: impl Fn(&Directory, Option<&ProvisionedPerson>) -> Result<DirectoryPerson, AppError>
        + Send
        + Sync,
    ) -> Result<PersonId, AppError> {
        let new = PersonId::new(self.ports().now(), self.ports().random());
        self.provision(principal, |live, by| {
            let directory = &live.directory;
            let known = match id {
                Some(id) => Some(own_person(directory, by, id)?),
                None => None,
            };
            let said = say(directory, known)?;
            let external = said.external_id.as_deref();
            let returned = external.and_then(|e| directory.provisioned_by_external_id(by, e));
            let known = known.or(returned.filter(|r| r.removed));
            let id = known.map_or(&new, |k| &k.person);
            check_person(directory, by, id, &said)?;
            let (events, writes) = put_person(directory, by, id, known, &said);
            Ok((events, writes, id.clone()))
        })
        .await
    }

    /// Removes a person from what the directory keeps: they are gone here, and their sessions end.
    ///
    /// # Errors
    /// The directory did not bring them, or they are the last admin.
    pub async fn unprovision_person(
        &self,
        principal: &Principal,
        id: &PersonId,
    ) -> Result<(), AppError> {
        self.provision(principal, |live, by| {
            let known = own_person(&live.directory, by, id)?;
            let record = ProvisionedPerson { active: false, removed: true, ..known.clone() };
            let (mut events, writes) = follow(&live.directory, Some(known), &record);
            events.push(OrganisationEvent::PersonProvisioned(Box::new(record)));
            Ok((events, writes, ()))
        })
        .await
    }

    /// Adds a group, or changes the one with this id, as [`App::provision_person`] does a person.
    ///
    /// # Errors
    /// The directory did not bring it or its members, what it says collides, or `say` refuses.
    pub async fn provision_group(
        &self,
        principal: &Principal,
        id: Option<&GroupId>,
        say: impl Fn(&Directory, Option<&Group>) -> Result<DirectoryGroup, AppError> + Send + Sync,
    ) -> Result<GroupId, AppError> {
        let new = GroupId::new(self.ports().now(), self.ports().random());
        self.provision(principal, |live, by| {
            let directory = &live.directory;
            let known = match id {
                Some(id) => Some(own_group(directory, by, id)?),
                None => None,
            };
            let said = say(directory, known.map(|(group, _)| group))?;
            let id = id.unwrap_or(&new);
            check_group(directory, by, id, &said)?;
            let group = Group { id: id.clone(), name: said.name, members: said.members };
            let record = ProvisionedGroup {
                group: id.clone(),
                by: by.clone(),
                external_id: said.external_id,
                removed: false,
            };
            let mut events = Vec::new();
            if known.is_none_or(|(before, _)| *before != group) {
                events.push(OrganisationEvent::GroupPut(group));
            }
            if known.is_none_or(|(_, before)| *before != record) {
                events.push(OrganisationEvent::GroupProvisioned(record));
            }
            Ok((events, Vec::new(), id.clone()))
        })
        .await
    }

    /// Removes a group. Roles it held are held by nobody through it any more, also when a new group
    /// gets its name (B14).
    ///
    /// # Errors
    /// The directory did not bring it, or the last admin was in it.
    pub async fn unprovision_group(
        &self,
        principal: &Principal,
        id: &GroupId,
    ) -> Result<(), AppError> {
        let now = domain::time::to_millis(self.ports().now());
        self.provision(principal, |live, by| {
            let (_, record) = own_group(&live.directory, by, id)?;
            let record = ProvisionedGroup { removed: true, ..record.clone() };
            let mut events = live.directory.remove_group(id, now)?;
            events.push(OrganisationEvent::GroupProvisioned(record));
            Ok((events, Vec::new(), ()))
        })
        .await
    }
}

fn own_person<'d>(
    directory: &'d Directory,
    by: &ServiceAccountId,
    id: &PersonId,
) -> Result<&'d ProvisionedPerson, AppError> {
    let found = directory.provisioned_person(id).filter(|p| p.by == *by && !p.removed);
    Ok(found.ok_or_else(|| Refusal::NotFound { entity: "user", id: id.to_string() })?)
}

fn own_group<'d>(
    directory: &'d Directory,
    by: &ServiceAccountId,
    id: &GroupId,
) -> Result<(&'d Group, &'d ProvisionedGroup), AppError> {
    let record = directory.provisioned_group(id).filter(|g| g.by == *by && !g.removed);
    let found = directory.group(id).zip(record);
    Ok(found.ok_or_else(|| Refusal::NotFound { entity: "group", id: id.to_string() })?)
}

fn check_person(
    directory: &Directory,
    by: &ServiceAccountId,
    id: &PersonId,
    said: &DirectoryPerson,
) -> Result<(), AppError> {
    let taken = |entity, id: &str| Err(Refusal::Exists { entity, id: id.to_owned() }.into());
    let mine = |p: &ProvisionedPerson| p.person == *id;
    if said.user_name.trim().is_empty() || said.user_name.len() > 254 {
        return Err(Refusal::field("userName", "give 1 to 254 bytes").into());
    }
    if directory.provisioned_by_user_name(by, &said.user_name).is_some_and(|p| !mine(p)) {
        return taken("userName", &said.user_name);
    }
    // A user name that is somebody else's address would be taken for them (B06).
    if directory.person_by_email(&said.user_name).is_some_and(|p| p.id != *id) {
        return taken("e-mail address", &said.user_name);
    }
    if let Some(external) = &said.external_id
        && directory.provisioned_by_external_id(by, external).is_some_and(|p| !mine(p))
    {
        return taken("externalId", external);
    }
    let draft = super::PersonDraft {
        name: said.name.clone(),
        emails: said.emails.clone(),
        time_zone: said.time_zone.clone().unwrap_or_else(|| "UTC".to_owned()),
        place: None,
    };
    draft.check(directory, Some(id))
}

fn put_person(
    directory: &Directory,
    by: &ServiceAccountId,
    id: &PersonId,
    known: Option<&ProvisionedPerson>,
    said: &DirectoryPerson,
) -> (Vec<OrganisationEvent>, Vec<Write>) {
    let before = directory.person(id);
    let mut person = before.cloned().unwrap_or_else(|| Person {
        id: id.clone(),
        name: Private::default(),
        emails: Vec::new(),
        time_zone: "UTC".to_owned(),
        place: None,
        status: if said.active { Status::Active } else { Status::Inactive },
    });
    person.name = Private::new(said.name.clone());
    person.emails = said.emails.iter().cloned().map(Private::new).collect();
    if let Some(zone) = &said.time_zone {
        person.time_zone.clone_from(zone);
    }
    let record = ProvisionedPerson {
        person: id.clone(),
        by: by.clone(),
        user_name: Private::new(said.user_name.clone()),
        external_id: said.external_id.clone().map(Private::new),
        active: said.active,
        removed: false,
    };
    let mut events = Vec::new();
    if before != Some(&person) {
        events.push(OrganisationEvent::PersonPut(person));
    }
    let (more, writes) = follow(directory, known, &record);
    events.extend(more);
    if known != Some(&record) {
        events.push(OrganisationEvent::PersonProvisioned(Box::new(record)));
    }
    (events, writes)
}

/// The status that follows when the directory changes its mind; leaving ends sessions at once (B12).
fn follow(
    directory: &Directory,
    known: Option<&ProvisionedPerson>,
    record: &ProvisionedPerson,
) -> (Vec<OrganisationEvent>, Vec<Write>) {
    let Some(known) = known.filter(|k| k.active != record.active) else {
        return (Vec::new(), Vec::new());
    };
    let status = if record.active { Status::Active } else { Status::Inactive };
    let person = known.person.clone();
    let accounts = directory.accounts().filter(|a| a.person == person && !record.active);
    let ended = accounts.map(|a| Write::EndSessions { account: a.id.to_string() }).collect();
    (vec![OrganisationEvent::PersonStatusSet { person, status }], ended)
}

fn check_group(
    directory: &Directory,
    by: &ServiceAccountId,
    id: &GroupId,
    said: &DirectoryGroup,
) -> Result<(), AppError> {
    if said.name.trim().is_empty() || said.name.len() > 100 {
        return Err(Refusal::field("displayName", "give 1 to 100 bytes").into());
    }
    let others = || directory.provisioned_groups(by).filter(|g| g.group != *id);
    let named = |g: &ProvisionedGroup| {
        directory.group(&g.group).is_some_and(|g| g.name.eq_ignore_ascii_case(&said.name))
    };
    // Names are no ids; but a request sent twice must not make two groups.
    if others().any(named) {
        return Err(Refusal::Exists { entity: "displayName", id: said.name.clone() }.into());
    }
    if said.external_id.is_some() && others().any(|g| g.external_id == said.external_id) {
        let id = said.external_id.clone().unwrap_or_default();
        return Err(Refusal::Exists { entity: "externalId", id }.into());
    }
    let stranger = said.members.iter().find(|m| own_person(directory, by, m).is_err());
    if let Some(stranger) = stranger {
        let message = format!("`{stranger}` is none of this directory's users");
        return Err(Refusal::field("members", &message).into());
    }
    Ok(())
}

/// A directory can't leave the organisation without anybody to administer it.
fn keep_an_admin(directory: &Directory, events: &[OrganisationEvent]) -> Result<(), AppError> {
    let takes = |event: &OrganisationEvent| {
        matches!(
            event,
            OrganisationEvent::PersonStatusSet { status: Status::Inactive, .. }
                | OrganisationEvent::GroupPut(_)
                | OrganisationEvent::GroupRemoved { .. }
        )
    };
    let admin = access::ADMIN.parse().map_err(AppError::damaged)?;
    if !events.iter().any(takes) || directory.holders(&admin, |_| true).is_empty() {
        return Ok(());
    }
    let mut after = directory.clone();
    events.iter().for_each(|event| after.apply(event));
    if after.holders(&admin, |_| true).is_empty() { Err(last_admin()) } else { Ok(()) }
}
