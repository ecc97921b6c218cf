//! Raising what an audit found, and suspending what fails its bound.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::actor::Actor;
use domain::change::Change;
use domain::detect::{Audit, Failing, PERIOD, SuccessRate, Suspicion, improbable};
use domain::ids::{
    AutomationStopId, ChangeId, ChangeNumber, FindingId, PersonId, ServiceAccountId,
};
use domain::organisation::{
    AutomationStop, Directory, FINDING_DUE, Finding, FindingFact, FindingKind, OrganisationEvent,
    StopScope,
};
use domain::private::Private;
use jiff::Timestamp;
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::{App, AppError, Live};

/// What an audit changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Raised {
    /// Findings raised.
    pub findings: usize,
    /// Rules and templates suspended.
    pub suspended: usize,
}

impl App {
    /// Audits automatic decisions, raises each suspicion that is not raised yet in this period, and
    /// suspends the rules and templates that fail their bound. Whoever answers for it is told.
    ///
    /// # Errors
    /// The store does not answer; the same is found again next time.
    pub async fn raise_suspicions(&self) -> Result<Raised, AppError> {
        let audit = self.audit_automation().await?;
        let failing = audit.success.iter().filter_map(|rate| rate.fails.as_ref());
        let failing = failing.map(|fails| &fails.change.0);
        let ids = audit.suspicions().map(|s| &s.change.0).chain(failing);
        let mut changes = BTreeMap::new();
        for id in ids {
            changes.insert(id.clone(), self.recent_change(id).await?.0);
        }
        let plan = |live: &Live, now| Ok(self.plan_to_raise(&audit, &changes, (live, now)));
        Ok(self.organisation_action(&Actor::System, plan).await?.value)
    }

    fn plan_to_raise(
        &self,
        audit: &Audit,
        changes: &BTreeMap<ChangeId, Arc<Change>>,
        (live, now): (&Live, Timestamp),
    ) -> OrganisationPlan<Raised> {
        let directory = &live.directory;
        let id = || FindingId::new(now, self.ports.random());
        let since = now.checked_sub(PERIOD).unwrap_or(Timestamp::MIN);
        let is_new =
            |s: &&Suspicion| !directory.has_finding_since(s.detector.into(), &s.about, since);
        let mut findings: Vec<Finding> =
            audit.suspicions().filter(is_new).map(|s| suspected(s, id(), directory, now)).collect();
        let mut stops = Vec::new();
        for (rate, fails) in audit.success.iter().filter_map(|r| Some((r, r.fails.as_ref()?))) {
            let scope = scope(&rate.by).filter(|scope| directory.may_suspend(scope));
            let Some(scope) = scope else { continue };
            let finding = failing(rate, fails, id(), directory, now);
            stops.push(AutomationStop {
                id: AutomationStopId::new(now, self.ports.random()),
                scope,
                by: None,
                account: None,
                finding: Some(finding.id.clone()),
                reason: Private::from(reason(rate).as_str()),
                at: now,
            });
            findings.push(finding);
        }
        let value = Raised { findings: findings.len(), suspended: stops.len() };
        let told = findings.iter().filter_map(|f| Some((f, changes.get(&f.change.0)?)));
        let told = told.flat_map(|(f, change)| self.tell_of_finding(f, change, &Actor::System));
        let writes = told.collect();
        let stops = stops.into_iter().map(|s| OrganisationEvent::AutomationStopped(Box::new(s)));
        let raised = findings.into_iter().map(|f| OrganisationEvent::FindingRaised(Box::new(f)));
        let events = stops.chain(raised).map(|event| (Stream::organisation(), event.into()));
        OrganisationPlan { events: events.collect(), writes, value }
    }
}

/// What is stopped when `by` fails.
fn scope(by: &str) -> Option<StopScope> {
    match by.split_once(':')? {
        ("rule", id) => Some(StopScope::Rule(id.to_owned())),
        ("template", name) => name.parse().ok().map(StopScope::Template),
        _ => None,
    }
}

fn reason(rate: &SuccessRate) -> String {
    format!(
        "{} of its last {} deployments failed, and policy has {} of 100 succeed",
        rate.failed, rate.total, rate.bound_percent
    )
}

fn suspected(s: &Suspicion, id: FindingId, directory: &Directory, now: Timestamp) -> Finding {
    let subject = s.requester.as_ref().and_then(|requester| person_behind(requester, directory));
    let mut evidence = vec![
        fact("observed", &s.observed),
        fact("expected", &s.expected),
        fact("base_rate", &s.base_rate),
        fact("chance_alone", &improbable(s.p_value)),
        fact("statistic", s.statistic),
        fact("period", &format!("the 30 days to {}", now.strftime("%Y-%m-%d"))),
    ];
    evidence.extend(s.rule.iter().map(|rule| fact("rule", rule)));
    evidence.extend(s.requester.iter().map(|requester| fact("requester", requester)));
    evidence.push(fact("changes", &listed(&s.changes)));
    let owner = directory.finding_owner_but(&s.service, subject.as_ref());
    Finding {
        id,
        kind: s.detector.into(),
        about: s.about.clone(),
        service: s.service.clone(),
        environment: s.environment.clone(),
        change: s.change.clone(),
        code: s.detector.as_str().to_owned(),
        evidence,
        subject,
        owner,
        raised_at: now,
        due_at: now.checked_add(FINDING_DUE).unwrap_or(now),
    }
}

fn failing(
    rate: &SuccessRate,
    fails: &Failing,
    id: FindingId,
    directory: &Directory,
    now: Timestamp,
) -> Finding {
    let kind = FindingKind::AutomationFailing;
    let bound = rate.bound_percent;
    Finding {
        id,
        kind,
        about: rate.by.clone(),
        service: fails.service.clone(),
        environment: fails.environment.clone(),
        change: fails.change.clone(),
        code: kind.as_str().to_owned(),
        evidence: vec![
            fact("suspended", &rate.by),
            fact("observed", &format!("{} of the last {} failed", rate.failed, rate.total)),
            fact("expected", &format!("{bound} of 100 succeed")),
            fact("chance_alone", &improbable(rate.p_value)),
            fact("statistic", "exact binomial test, one-sided"),
            fact("changes", &listed(&fails.changes)),
        ],
        subject: None,
        owner: directory.finding_owner(&fails.service),
        raised_at: now,
        due_at: now.checked_add(FINDING_DUE).unwrap_or(now),
    }
}

/// The person whose doing it is: the requester, or who owns the machine that asked.
fn person_behind(requester: &str, directory: &Directory) -> Option<PersonId> {
    let machine = || {
        let id: ServiceAccountId = requester.parse().ok()?;
        Some(directory.service_account(&id)?.owner.clone())
    };
    requester.parse().ok().or_else(machine)
}

pub(super) fn fact(fact: &str, value: &str) -> FindingFact {
    FindingFact { fact: fact.to_owned(), value: value.to_owned() }
}

pub(super) fn listed(changes: &[ChangeNumber]) -> String {
    changes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
