//! Stops over automatic approval: people switch rules and templates off at once, and what fails its
//! bound is suspended by itself (G07). Only people switch anything on again (M4.4, I6).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Directory, access};
use crate::actor::Actor;
use crate::ids::{
    AccountId, AutomationStopId, FindingId, PersonId, RoleName, ServiceName, TemplateName,
};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::Scope;

const REASON_MAX: usize = 4_000;

/// What a stop is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "of", content = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum StopScope {
    /// All automatic approvals.
    Everything,
    /// Those for changes of one service.
    Service(ServiceName),
    /// Those by one rule.
    Rule(String),
    /// What a template lets through: its standard changes are assessed as normal ones (G07).
    Template(TemplateName),
}

impl StopScope {
    /// Whether a rule is stopped for a service.
    #[must_use]
    pub fn covers(&self, rule: &str, service: &ServiceName) -> bool {
        match self {
            Self::Everything => true,
            Self::Service(name) => name == service,
            Self::Rule(id) => id == rule,
            // A change without its template is another change; rules that answered the template see that.
            Self::Template(_) => false,
        }
    }

    /// In words.
    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::Everything => "all automatic approvals".to_owned(),
            Self::Service(name) => format!("automatic approvals for {name}"),
            Self::Rule(id) => format!("automatic approvals by the rule {id}"),
            Self::Template(name) => format!("standard changes by the template {name}"),
        }
    }
}

/// A stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomationStop {
    /// The stop.
    pub id: AutomationStopId,
    /// What it is about.
    pub scope: StopScope,
    /// Who; nobody when it was suspended by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    /// Through which account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// What it was suspended for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<FindingId>,
    /// Why.
    pub reason: Private<String>,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

impl AutomationStop {
    /// Who stopped it: a person, or the product itself.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match (&self.by, &self.account) {
            (Some(person), Some(account)) => {
                Actor::Person { person: person.clone(), account: account.clone() }
            }
            _ => Actor::System,
        }
    }
}

/// The end of a stop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomationResumption {
    /// The stop that ends.
    pub stop: AutomationStopId,
    /// Who.
    pub by: PersonId,
    /// Why.
    pub reason: Private<String>,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// A stop and whether it still stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownStop {
    /// The stop.
    pub stop: AutomationStop,
    /// Its end.
    pub resumed: Option<AutomationResumption>,
    /// How many entries of the organisation's stream came before it: its place, whatever clocks say.
    pub place: u64,
}

/// Who may stop automatic approval, and who may let it go on. Without terms there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AutomationTerms {
    /// Any of these roles stops; admins do as well.
    pub stop: Vec<RoleName>,
    /// Any of these roles lets it go on, held over all of what was stopped.
    pub resume: Vec<RoleName>,
}

fn check_reason(reason: &Private<String>, ask: &str) -> Result<(), Refusal> {
    let text = reason.text();
    if text.trim().is_empty() || text.len() > REASON_MAX {
        return Err(Refusal::field("reason", &format!("{ask}, in 1 to 4,000 bytes")));
    }
    Ok(())
}

impl Directory {
    pub(super) fn put_stop(&mut self, stop: &AutomationStop) {
        let known = KnownStop { stop: stop.clone(), resumed: None, place: self.version };
        self.automation_stops.insert(stop.id.clone(), known);
    }

    pub(super) fn put_resumption(&mut self, resumed: &AutomationResumption) {
        if let Some(known) = self.automation_stops.get_mut(&resumed.stop) {
            known.resumed.get_or_insert_with(|| resumed.clone());
        }
    }

    /// All stops there ever were, oldest first.
    pub fn automation_stops(&self) -> impl DoubleEndedIterator<Item = &KnownStop> {
        self.automation_stops.values()
    }

    /// The stop that keeps a rule from approving changes of a service now, if one does.
    #[must_use]
    pub fn automation_stop(&self, rule: &str, service: &ServiceName) -> Option<&AutomationStop> {
        let stands = |k: &&KnownStop| k.resumed.is_none() && k.stop.scope.covers(rule, service);
        self.automation_stops.values().find(stands).map(|k| &k.stop)
    }

    /// The stop that keeps a template from letting anything through now, if one does.
    #[must_use]
    pub fn template_stop(&self, template: &TemplateName) -> Option<&AutomationStop> {
        let scope = |known: &&KnownStop| matches!(&known.stop.scope, StopScope::Template(name) if name == template);
        let mut own = self.automation_stops.values().filter(scope);
        own.find(|known| known.resumed.is_none()).map(|known| &known.stop)
    }

    /// When somebody let exactly this go on for the last time: what came before is settled.
    #[must_use]
    pub fn automation_resumed_at(&self, scope: &StopScope) -> Option<Timestamp> {
        let own = self.automation_stops.values().filter(|known| known.stop.scope == *scope);
        own.filter_map(|known| known.resumed.as_ref().map(|resumed| resumed.at)).max()
    }

    /// Whether something may be suspended by itself: it is not stopped already.
    #[must_use]
    pub fn may_suspend(&self, scope: &StopScope) -> bool {
        let same = |known: &KnownStop| known.resumed.is_none() && known.stop.scope == *scope;
        !self.automation_stops.values().any(same)
    }

    /// The last stop of a rule for a service that came after what was decided on so many entries of the
    /// organisation's stream; without a number after anything. What was decided before a stop stays
    /// without effect after the stop is over: it has to be decided again. The place in the journal
    /// says which came first, since clocks of nodes differ.
    #[must_use]
    pub fn automation_stopped_since(
        &self,
        decided_on: Option<u64>,
        rule: &str,
        service: &ServiceName,
    ) -> Option<&AutomationStop> {
        let after = |k: &&KnownStop| {
            k.stop.scope.covers(rule, service) && decided_on.is_none_or(|on| on <= k.place)
        };
        self.automation_stops.values().filter(after).max_by_key(|k| k.place).map(|k| &k.stop)
    }

    /// Whether a person may stop automatic approval.
    ///
    /// # Errors
    /// Policy has no automatic approval, or they hold no role that stops.
    pub fn may_stop_automation(
        &self,
        person: &PersonId,
        scope: &StopScope,
        terms: Option<&AutomationTerms>,
    ) -> Result<(), Refusal> {
        let terms = terms.ok_or_else(no_automation)?;
        if self.is_active(person) && self.holds(person, access::ADMIN) {
            return Ok(());
        }
        // Stopping is the safe side, so a role held anywhere is enough.
        self.check_any(person, &terms.stop, scope, |_| true)
    }

    /// Whether a person may let automatic approval go on.
    ///
    /// # Errors
    /// Policy has no automatic approval, or they hold no role that lets it go on over all of it.
    pub fn may_resume_automation(
        &self,
        person: &PersonId,
        scope: &StopScope,
        terms: Option<&AutomationTerms>,
    ) -> Result<(), Refusal> {
        // Where policy names nobody, what was suspended by itself is for admins.
        let nobody_named = terms.is_none() && matches!(scope, StopScope::Template(_));
        if nobody_named && self.is_active(person) && self.holds(person, access::ADMIN) {
            return Ok(());
        }
        let terms = terms.ok_or_else(no_automation)?;
        self.check_any(person, &terms.resume, scope, |held| *held == Scope::Organisation)
    }

    /// Checks that a person holds one of some roles over what is stopped: over the service, or, where
    /// it is about more than one, in a scope that is `wide` enough.
    fn check_any(
        &self,
        person: &PersonId,
        roles: &[RoleName],
        scope: &StopScope,
        wide: impl Fn(&Scope) -> bool,
    ) -> Result<(), Refusal> {
        if !self.is_active(person) {
            return Err(Refusal::NotActive { person: person.clone() });
        }
        let held = |role| match scope {
            StopScope::Service(name) => self.holds_over_service(person, role, name),
            StopScope::Everything | StopScope::Rule(_) | StopScope::Template(_) => {
                self.scopes_of(person, role).any(&wide)
            }
        };
        if roles.iter().any(held) {
            return Ok(());
        }
        Err(Refusal::NoRole { person: person.clone(), wanted: roles.to_vec() })
    }

    /// Checks a stop before it is recorded.
    ///
    /// # Errors
    /// They may not, there is no such service, or no reason is given.
    pub fn check_stop(
        &self,
        stop: &AutomationStop,
        terms: Option<&AutomationTerms>,
    ) -> Result<(), Refusal> {
        let by =
            stop.by.as_ref().ok_or(Refusal::PeopleOnly { action: "stop automatic approval" })?;
        self.may_stop_automation(by, &stop.scope, terms)?;
        if let StopScope::Service(name) = &stop.scope
            && self.service(name).is_none()
        {
            return Err(Refusal::field("service", &format!("there is no service `{name}`")));
        }
        check_reason(&stop.reason, "say why it has to stop")
    }

    /// Checks the end of a stop before it is recorded.
    ///
    /// # Errors
    /// There is no such stop, it is over, they may not, or no reason is given.
    pub fn check_resumption(
        &self,
        resumed: &AutomationResumption,
        terms: Option<&AutomationTerms>,
    ) -> Result<(), Refusal> {
        let missing =
            || Refusal::NotFound { entity: "automation stop", id: resumed.stop.to_string() };
        let known = self.automation_stops.get(&resumed.stop).ok_or_else(missing)?;
        self.may_resume_automation(&resumed.by, &known.stop.scope, terms)?;
        if let Some(earlier) = &known.resumed {
            return Err(Refusal::Expired { at: earlier.at });
        }
        check_reason(&resumed.reason, "say why it may go on")
    }

    fn holds_over_service(&self, person: &PersonId, role: &RoleName, name: &ServiceName) -> bool {
        let domain = self.service(name).and_then(|s| s.domain.as_ref());
        self.scopes_of(person, role).any(|held| held.covers(name, domain))
    }
}

fn no_automation() -> Refusal {
    Refusal::Policy {
        code: "no_automation".to_owned(),
        reason: "policy has no automatic approval".to_owned(),
    }
}
