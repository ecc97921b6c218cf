//! Declaring freezes at once, and ending them.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::change::{Change, Material};
use domain::conflict::planned_window;
use domain::freeze::{Freeze, FreezeTerms, reaches};
use domain::ids::{ChangeNumber, DomainName, EnvironmentName, FreezeId, PersonId};
use domain::maintenance::MaintenanceWindow;
use domain::organisation::{Directory, OrganisationEvent};
use domain::private::Private;
use domain::refusal::Refusal;
use domain::requirement::Scope;
use jiff::Timestamp;
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::notify::person_behind;
use crate::principal::Principal;
use crate::{App, AppError, Live, Recorded};

/// A freeze as it is handed in.
#[derive(Debug, Clone)]
pub struct FreezeDraft {
    /// What people call it.
    pub title: String,
    /// Why.
    pub reason: String,
    /// For which services.
    pub scope: Scope,
    /// In these environments; in all when empty.
    pub environments: Vec<EnvironmentName>,
    /// Of these tiers; of all when empty.
    pub tiers: Vec<u8>,
    /// Whether emergencies pass.
    pub lets_through: Vec<domain::change::ChangeType>,
    /// When it begins; at once when left out.
    pub from: Option<Timestamp>,
    /// When it ends.
    pub until: Timestamp,
}

impl Live {
    /// Freezes that last or lie ahead: those of policy, then those that were declared. Of those that
    /// come again, what lasts and what comes next.
    #[must_use]
    pub fn freezes_ahead(&self, now: Timestamp) -> Vec<Freeze> {
        let mut all = self.policy.live().map(|b| b.freezes_ahead(now)).unwrap_or_default();
        all.extend(self.directory.declared_freezes().filter(|f| now < f.until).cloned());
        all
    }

    /// Freezes that reach into a time, by when they begin.
    #[must_use]
    pub fn freezes_during(&self, span: calendar::Span) -> Vec<Freeze> {
        let mut all = self.policy.live().map(|b| b.freezes_during(span)).unwrap_or_default();
        let reaches = |f: &&Freeze| f.from < span.end && f.until > span.start;
        all.extend(self.directory.declared_freezes().filter(reaches).cloned());
        all.sort_by(|a, b| (a.from, &a.id).cmp(&(b.from, &b.id)));
        all
    }

    /// Openings of maintenance windows that reach into a time, by when they open.
    #[must_use]
    pub fn windows_during(&self, span: calendar::Span) -> Vec<MaintenanceWindow> {
        let mut all = self.policy.live().map(|b| b.windows_during(span)).unwrap_or_default();
        all.sort_by_key(|w| w.opening.map(|opening| opening.from));
        all
    }

    /// The domain that what a change is for belongs to, and the tier where it goes; the strictest where
    /// policy knows none.
    pub(crate) fn place_of(&self, material: &Material) -> (Option<&DomainName>, u8) {
        let service = self.directory.service(&material.service);
        let environment = material.environment.as_str();
        let tier = self.policy.live().and_then(|bundle| bundle.tier_of(environment));
        (service.and_then(|s| s.domain.as_ref()), tier.map_or(4, |tier| tier.number))
    }

    /// Whether a person may declare or end a freeze over a scope.
    ///
    /// # Errors
    /// Policy lets nobody, or they hold none of the roles over all of it.
    pub fn may_freeze(&self, person: &PersonId, over: &Scope) -> Result<&FreezeTerms, Refusal> {
        let terms = self.policy.live().and_then(policy::Bundle::freeze_terms);
        let terms = terms.ok_or_else(|| Refusal::Policy {
            code: "freeze_not_allowed".to_owned(),
            reason: "policy names nobody who may declare a freeze".to_owned(),
        })?;
        if holds_over(&self.directory, person, &terms.roles, over) {
            Ok(terms)
        } else {
            Err(Refusal::NoRole { person: person.clone(), wanted: terms.roles.clone() })
        }
    }
}

fn holds_over(
    directory: &Directory,
    person: &PersonId,
    roles: &[domain::ids::RoleName],
    over: &Scope,
) -> bool {
    let domain = match over {
        Scope::Service(name) => directory.service(name).and_then(|s| s.domain.as_ref()),
        Scope::Organisation | Scope::Domain(_) => None,
    };
    let held = |role| directory.scopes_of(person, role).any(|held| reaches(held, over, domain));
    roles.iter().any(held)
}

fn check_scope(directory: &Directory, scope: &Scope) -> Result<(), Refusal> {
    let known = match scope {
        Scope::Organisation => true,
        Scope::Domain(name) => directory.domains().any(|(known, _)| known == name),
        Scope::Service(name) => directory.service(name).is_some(),
    };
    if known { Ok(()) } else { Err(Refusal::field("scope", &format!("there is no {scope}"))) }
}

/// Who planned which of these changes in a freeze.
fn planned_in(
    live: &Live,
    freeze: &Freeze,
    planned: &[(Arc<Change>, u64)],
) -> BTreeMap<PersonId, Vec<ChangeNumber>> {
    let mut found: BTreeMap<PersonId, Vec<ChangeNumber>> = BTreeMap::new();
    for (change, _) in planned {
        let window = planned_window(change);
        let within = window.is_some_and(|w| w.from < freeze.until && w.until > freeze.from);
        let material = &change.revision().material;
        let (domain, tier) = live.place_of(material);
        if within && freeze.covers(material, domain, tier) {
            let person = person_behind(&change.requester, &live.directory);
            if let Some(person) = person.filter(|p| live.directory.is_active(p)) {
                found.entry(person).or_default().push(change.number);
            }
        }
    }
    found
}

impl App {
    /// Declares a freeze. It stops at the gate from its first moment, also what was approved.
    ///
    /// # Errors
    /// Policy names nobody who may, they hold none of the roles over all of it, or a field can't be
    /// accepted.
    pub async fn declare_freeze(
        &self,
        principal: &Principal,
        draft: &FreezeDraft,
    ) -> Result<Recorded<Freeze>, AppError> {
        let person = principal.acting_person("declare a freeze")?;
        let id = FreezeId::new(self.ports.now(), self.ports.random());
        let planned = self.planned_until(draft.until).await?;
        self.organisation_action(&principal.actor, |live, now| {
            let terms = live.may_freeze(person, &draft.scope)?;
            check_scope(&live.directory, &draft.scope)?;
            let freeze = Freeze {
                id: id.to_string(),
                title: Private::new(draft.title.clone()),
                reason: Private::new(draft.reason.clone()),
                scope: draft.scope.clone(),
                environments: draft.environments.clone(),
                tiers: draft.tiers.clone(),
                lets_through: draft.lets_through.clone(),
                from: draft.from.unwrap_or(now).max(now),
                until: draft.until,
                approvers: terms.approvers.clone(),
                reach: terms.reach,
                rule: terms.rule.clone(),
                by: Some(person.clone()),
            };
            terms.check(&freeze, now)?;
            let event = OrganisationEvent::FreezeDeclared(Box::new(freeze.clone()));
            let events = vec![(Stream::organisation(), event.into())];
            let mut asked_by = planned_in(live, &freeze, &planned);
            asked_by.retain(|asker, _| asker != person);
            let writes = self.tell_of_freeze(&freeze, asked_by, (&principal.actor, now));
            Ok(OrganisationPlan { events, writes, value: freeze })
        })
        .await
    }

    /// Ends a declared freeze before its time. Those of policy end by policy alone.
    ///
    /// # Errors
    /// There is none, it is over, no reason is given, or they may not.
    pub async fn end_freeze(
        &self,
        principal: &Principal,
        id: &str,
        reason: &str,
    ) -> Result<Recorded<Freeze>, AppError> {
        let person = principal.acting_person("end a freeze")?;
        self.organisation_action(&principal.actor, |live, now| {
            let missing = || Refusal::NotFound { entity: "declared freeze", id: id.to_owned() };
            let found = live.directory.declared_freezes().find(|f| f.id == id);
            let mut freeze = found.ok_or_else(missing)?.clone();
            live.may_freeze(person, &freeze.scope)?;
            if now >= freeze.until {
                return Err(Refusal::Expired { at: freeze.until }.into());
            }
            if reason.trim().is_empty() || reason.len() > 4_000 {
                return Err(Refusal::field("reason", "say in 1 to 4,000 bytes why it ends").into());
            }
            let event = OrganisationEvent::FreezeEnded {
                freeze: id.to_owned(),
                reason: Private::from(reason),
                at: now,
            };
            freeze.until = now;
            let events = vec![(Stream::organisation(), event.into())];
            Ok(OrganisationPlan { events, writes: Vec::new(), value: freeze })
        })
        .await
    }
}
