//! What taking something away will do, in sentences.

use app::organisation::Impact;
use domain::ids::{GroupId, PersonId, ServiceAccountId};
use domain::organisation::{
    Account, Deputy, Member, OrganisationEvent, RoleBinding, Service, Status, TokenOwner,
};
use store::ChangeFilter;

use super::super::view::reader::{counted, joined, scope};
use super::super::visit::Visit;
use crate::error::ApiError;

const NAMED: usize = 5;

/// Deactivating a person.
pub(super) async fn of_person(visit: &Visit, person: &PersonId) -> Result<Vec<String>, ApiError> {
    let directory = &visit.live.directory;
    let accounts = directory.accounts().filter(|a| a.person == *person).count();
    let roles: Vec<String> = directory
        .roles_of(person)
        .map(|(role, at)| format!("{role} of the {}", scope(at)))
        .collect();
    let machines: Vec<&str> = directory
        .service_accounts()
        .filter(|a| a.owner == *person && a.status == Status::Active)
        .map(|a| a.name.as_str())
        .collect();
    let signed_out = match accounts {
        0 => "They have no account to sign in with; that stays so.".to_owned(),
        1 => "Their account and their tokens stop working at once.".to_owned(),
        many => format!("Their {many} accounts and their tokens stop working at once."),
    };
    let mut effects = vec![signed_out];
    if !roles.is_empty() {
        effects.push(format!("They hold no role any more: {}.", listed(&roles)));
    }
    if !machines.is_empty() {
        let names: Vec<String> = machines.into_iter().map(str::to_owned).collect();
        effects.push(format!("They answer for {}: its tokens stop working too.", listed(&names)));
    }
    effects.push(
        "What they decided before stays on the record; open approvals of theirs no longer count."
            .to_owned(),
    );
    let gone =
        OrganisationEvent::PersonStatusSet { person: person.clone(), status: Status::Inactive };
    effects.extend(waiting(&visit.state.app.impact(&[gone]).await?));
    Ok(effects)
}

/// Disabling one account of a person.
pub(super) fn of_account(visit: &Visit, account: &Account) -> Vec<String> {
    let directory = &visit.live.directory;
    let others = directory
        .accounts()
        .filter(|a| a.person == account.person && a.id != account.id && a.status == Status::Active)
        .count();
    let rest = if others == 0 {
        "It is their only account: they can't sign in any more. They keep their roles.".to_owned()
    } else {
        format!("They keep their roles and {}.", counted(others, "other account", "other accounts"))
    };
    vec!["It is signed out everywhere, and its tokens stop working at once.".to_owned(), rest]
}

/// Retiring a service.
pub(super) async fn of_service(visit: &Visit, service: &Service) -> Result<Vec<String>, ApiError> {
    let open = ChangeFilter {
        states: ["draft", "assessing", "awaiting_approval", "approved", "implementing"]
            .map(str::to_owned)
            .to_vec(),
        service: Some(service.name.to_string()),
        limit: 200,
        ..ChangeFilter::default()
    };
    let found = visit.state.app.store().changes(&open).await?;
    let numbers: Vec<String> = found.items.iter().map(|c| c.number.to_string()).collect();
    let waiting = if numbers.is_empty() {
        "No open change is for it.".to_owned()
    } else {
        let more = if found.more { " at least" } else { "" };
        let many = counted(numbers.len(), "open change is", "open changes are");
        format!("{many}{more} for it and can't be deployed any more: {}.", listed(&numbers))
    };
    Ok(vec![
        "No new change can be asked for it, and the gate denies what asks for it.".to_owned(),
        waiting,
    ])
}

/// Disabling a machine identity.
pub(super) fn of_machine(visit: &Visit, machine: &ServiceAccountId) -> Vec<String> {
    let working = visit
        .live
        .directory
        .tokens()
        .filter(|(owner, token)| {
            matches!(owner, TokenOwner::ServiceAccount(id) if id == machine)
                && !token.revoked
                && token.expires_at > visit.now
        })
        .count();
    let tokens = match working {
        0 => "It has no working token; new ones won't work.".to_owned(),
        1 => "Its working token stops at once: pipelines that use it get no grant.".to_owned(),
        many => {
            format!("Its {many} working tokens stop at once: pipelines that use them get no grant.")
        }
    };
    vec![tokens, "Evidence it gave before stays on the record.".to_owned()]
}

/// Removing a group.
pub(super) async fn of_group(visit: &Visit, group: &GroupId) -> Result<Vec<String>, ApiError> {
    let directory = &visit.live.directory;
    let member = Member::Group(group.clone());
    let carried: Vec<String> = directory
        .bindings()
        .chain(directory.mapped())
        .filter(|b| b.member == member)
        .map(|b| format!("{} of the {}", b.role, scope(&b.scope)))
        .collect();
    let members = directory.group(group).map_or(0, |g| g.members.len());
    let roles = if carried.is_empty() {
        "It carries no role, so nobody loses one.".to_owned()
    } else {
        let who = counted(members, "member no longer holds", "members no longer hold");
        format!("Its {who} through it: {}.", listed(&carried))
    };
    let gone = OrganisationEvent::GroupRemoved { group: group.clone() };
    let deputy = |d: &Deputy| format!("{} as {}", directory.person_name(&d.person), d.role);
    let deputies: Vec<String> = directory.deputies_of(group).map(deputy).collect();
    let mut effects = vec![roles];
    if !deputies.is_empty() {
        effects.push(format!(
            "Its deputies fall with it, and what they answered for members and was not used yet: {}.",
            listed(&deputies)
        ));
    }
    effects.extend(waiting(&visit.state.app.impact(&[gone]).await?));
    Ok(effects)
}

/// Taking a role.
pub(super) async fn of_binding(
    visit: &Visit,
    binding: &RoleBinding,
) -> Result<Vec<String>, ApiError> {
    let who = match &binding.member {
        Member::Person(id) => visit.live.directory.person_name(id),
        Member::Group(id) => format!("Whoever is in {}", visit.reader().group(id)),
    };
    let at = scope(&binding.scope);
    let first = format!("{who} no longer holds {} of the {at} by this.", binding.role);
    let mut effects =
        vec![first, "Their approvals that counted by it stop counting, also for changes that are approved already.".to_owned()];
    let gone = OrganisationEvent::RoleUnbound(binding.clone());
    effects.extend(waiting(&visit.state.app.impact(&[gone]).await?));
    Ok(effects)
}

/// What would wait for nobody.
fn waiting(impact: &Impact) -> Vec<String> {
    if impact.waiting.is_empty() {
        return vec!["No open change waits for it.".to_owned()];
    }
    let numbers =
        |set: &std::collections::BTreeSet<String>| -> Vec<String> { set.iter().cloned().collect() };
    let many = counted(impact.waiting.len(), "open change waits", "open changes wait");
    let mut effects = vec![format!("{many} for it now: {}.", listed(&numbers(&impact.waiting)))];
    effects.push(if impact.stuck.is_empty() {
        "Others can answer all of them.".to_owned()
    } else {
        let stuck = counted(impact.stuck.len(), "of them is", "of them are");
        format!(
            "{stuck} left without enough people who could answer: {}. Give somebody the role first.",
            listed(&numbers(&impact.stuck))
        )
    });
    effects
}

/// The first few, and how many more.
fn listed(words: &[String]) -> String {
    let mut shown: Vec<&str> = words.iter().take(NAMED).map(String::as_str).collect();
    let more = format!("{} more", words.len().saturating_sub(NAMED));
    if words.len() > NAMED {
        shown.push(&more);
    }
    joined(&shown)
}
