//! Stopping automatic approval and letting it go on, and what it approved lately.

use std::sync::Arc;

use domain::change::{AutomaticApproval, Change};
use domain::ids::{AutomationStopId, PersonId};
use domain::organisation::{
    AutomationResumption, AutomationStop, KnownStop, OrganisationEvent, StopScope,
};
use domain::private::Private;
use domain::refusal::Refusal;
use store::{ChangeFilter, Stream};

use crate::journal::OrganisationPlan;
use crate::principal::Principal;
use crate::{App, AppError, Live, Recorded};

/// So many of the newest changes are looked at for what rules approved lately.
pub const LATELY: usize = 200;

impl Live {
    /// Whether a person may stop automatic approval.
    ///
    /// # Errors
    /// Policy has none, or they hold no role that stops.
    pub fn may_stop(&self, person: &PersonId, scope: &StopScope) -> Result<(), Refusal> {
        self.directory.may_stop_automation(person, scope, self.automation_terms())
    }

    /// Whether a person may let automatic approval go on.
    ///
    /// # Errors
    /// Policy has none, or they hold no role that lets it go on over all of it.
    pub fn may_resume(&self, person: &PersonId, scope: &StopScope) -> Result<(), Refusal> {
        self.directory.may_resume_automation(person, scope, self.automation_terms())
    }

    fn automation_terms(&self) -> Option<&domain::organisation::AutomationTerms> {
        self.policy.live().and_then(policy::Bundle::automation_terms)
    }

    /// A stop over a rule or template is over one that policy has.
    fn check_rule(&self, scope: &StopScope) -> Result<(), Refusal> {
        let bundle = self.policy.live();
        let (is_known, what, name) = match scope {
            StopScope::Everything | StopScope::Service(_) => return Ok(()),
            StopScope::Rule(id) => {
                let rules = bundle.map(policy::Bundle::automations).unwrap_or_default();
                (rules.iter().any(|rule| rule.id == *id), "automation rule", id.as_str())
            }
            StopScope::Template(name) => {
                let templates = bundle.map(policy::Bundle::templates).unwrap_or_default();
                (templates.iter().any(|t| t.name == *name), "template", name.as_str())
            }
        };
        if is_known {
            return Ok(());
        }
        Err(Refusal::field("scope", &format!("there is no {what} `{name}`")))
    }
}

impl App {
    /// Stops automatic approval. From this moment nothing it covers counts, also what was approved
    /// and granted and not redeemed yet.
    ///
    /// # Errors
    /// They may not, there is no such rule or service, or no reason is given.
    pub async fn stop_automation(
        &self,
        principal: &Principal,
        scope: &StopScope,
        reason: &str,
    ) -> Result<Recorded<KnownStop>, AppError> {
        let person = principal.acting_person("stop automatic approval")?;
        let domain::actor::Actor::Person { account, .. } = &principal.actor else {
            return Err(Refusal::PeopleOnly { action: "stop automatic approval" }.into());
        };
        let id = AutomationStopId::new(self.ports.now(), self.ports.random());
        self.organisation_action(&principal.actor, |live, now| {
            let stop = AutomationStop {
                id: id.clone(),
                scope: scope.clone(),
                by: Some(person.clone()),
                account: Some(account.clone()),
                finding: None,
                reason: Private::from(reason),
                at: now,
            };
            live.directory.check_stop(&stop, live.automation_terms())?;
            live.check_rule(scope)?;
            let event = OrganisationEvent::AutomationStopped(Box::new(stop.clone()));
            let events = vec![(Stream::organisation(), event.into())];
            let place = live.organisation_version;
            let value = KnownStop { stop, resumed: None, place };
            Ok(OrganisationPlan { events, writes: Vec::new(), value })
        })
        .await
    }

    /// Lets automatic approval go on after a stop. What was approved before the stop has to be
    /// approved again.
    ///
    /// # Errors
    /// There is no such stop, it is over, they may not, or no reason is given.
    pub async fn resume_automation(
        &self,
        principal: &Principal,
        stop: &AutomationStopId,
        reason: &str,
    ) -> Result<Recorded<KnownStop>, AppError> {
        let person = principal.acting_person("let automatic approval go on")?;
        self.organisation_action(&principal.actor, |live, now| {
            let resumed = AutomationResumption {
                stop: stop.clone(),
                by: person.clone(),
                reason: Private::from(reason),
                at: now,
            };
            live.directory.check_resumption(&resumed, live.automation_terms())?;
            let missing = || Refusal::NotFound { entity: "automation stop", id: stop.to_string() };
            let known = live.directory.automation_stops().find(|k| k.stop.id == *stop);
            let mut value = known.ok_or_else(missing)?.clone();
            value.resumed = Some(resumed.clone());
            let event = OrganisationEvent::AutomationResumed(Box::new(resumed));
            let events = vec![(Stream::organisation(), event.into())];
            Ok(OrganisationPlan { events, writes: Vec::new(), value })
        })
        .await
    }

    /// What rules approved among the newest changes, newest change first.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn approved_lately(
        &self,
        principal: &Principal,
    ) -> Result<Vec<(Arc<Change>, AutomaticApproval)>, AppError> {
        let filter = ChangeFilter { limit: LATELY, ..ChangeFilter::default() };
        let mut found = Vec::new();
        for row in self.store.changes(&filter).await?.items {
            let (change, _) = self.recent_change(&row.id).await?;
            let material = &change.revision().material;
            if principal.reaches(&material.service, &material.environment) {
                let all = change.automatic_approvals.iter().rev();
                found.extend(all.map(|approval| (change.clone(), approval.clone())));
            }
        }
        Ok(found)
    }
}
