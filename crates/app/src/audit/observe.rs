//! What an audit looks at: the records of changes, with the limits of the live policy and the working
//! hours of people.

use std::collections::BTreeMap;

use calendar::Place;
use domain::asking::Places as _;
use domain::change::ChangeType;
use domain::detect::{Bound, Chance, Decided, Measured, Observed, Record, Records, Went};
use domain::ids::{ChangeId, PersonId};
use domain::organisation::StopScope;
use jiff::Timestamp;

use crate::Live;
use crate::asking::LivePlaces;

/// What the records come to under the live policy.
pub(super) fn observed(records: &Records, live: &Live) -> Observed {
    let mut hours = Hours { live, places: BTreeMap::new() };
    let mut limits = Limits { live, known: BTreeMap::new() };
    let mut observed = Observed::default();
    for (id, record) in records.iter() {
        let exempt = record.template.as_ref().zip(record.exempt_at);
        let exempt = exempt.map(|(template, at)| (format!("template:{template}"), at));
        for (rule, at) in record.automatic.iter().cloned().chain(exempt) {
            let in_working_hours = record.requester.person().and_then(|p| hours.works(p, at));
            let measured = limits.measured(&rule, record);
            observed.decisions.push(Decided {
                change: (id.clone(), record.number),
                rule,
                service: record.service.clone(),
                environment: record.environment.clone(),
                requester: record.requester.principal().to_owned(),
                at,
                in_working_hours,
                measured,
            });
        }
        observed.chances.extend(chances(id, record, live));
        observed.outcomes.extend(outcomes(id, record));
    }
    observed.decisions.sort_by_key(|decided| decided.at);
    observed.chances.sort_by_key(|chance| chance.at);
    observed.outcomes.sort_by_key(|went| went.at);
    observed
}

/// The bounds of the live policy for its rules and templates.
pub(super) fn bounds(live: &Live) -> BTreeMap<String, Bound> {
    let Some(bundle) = live.policy.live() else { return BTreeMap::new() };
    let bound = |scope: &StopScope, success_percent| {
        let resumed = [scope, &StopScope::Everything];
        let settled_at =
            resumed.into_iter().filter_map(|s| live.directory.automation_resumed_at(s)).max();
        Bound { success_percent, settled_at }
    };
    let rules = bundle.automations().iter().map(|rule| {
        let scope = StopScope::Rule(rule.id.clone());
        (format!("rule:{}", rule.id), bound(&scope, rule.success_percent))
    });
    let templates = bundle.templates().iter().map(|template| {
        let scope = StopScope::Template(template.name.clone());
        (format!("template:{}", template.name), bound(&scope, template.success_percent))
    });
    rules.chain(templates).collect()
}

/// Rules of the live policy that could have approved a change.
fn chances<'a>(
    id: &'a ChangeId,
    record: &'a Record,
    live: &'a Live,
) -> impl Iterator<Item = Chance> + 'a {
    let rules = live.policy.live().map(policy::Bundle::automations).unwrap_or_default();
    let people_only = record.kind == ChangeType::Emergency;
    let asked = move |rule: &&policy::Automation| {
        !people_only && rule.answers.iter().any(|answer| record.asked_by.contains(answer))
    };
    rules.iter().filter(asked).map(|rule| Chance {
        rule: rule.id.clone(),
        at: record.assessed_at,
        taken_at_once: record.taken_at_once(&rule.id),
        change: (id.clone(), record.number),
        service: record.service.clone(),
        environment: record.environment.clone(),
    })
}

/// How deployments went, for the template and for each rule that let the change through.
fn outcomes<'a>(id: &'a ChangeId, record: &'a Record) -> impl Iterator<Item = Went> + 'a {
    let template = record.template.iter().map(|name| format!("template:{name}"));
    let by: Vec<String> =
        template.chain(record.automatic.iter().map(|(rule, _)| format!("rule:{rule}"))).collect();
    record.ended.iter().flat_map(move |ended| {
        let went = |by: String| Went {
            by,
            change: (id.clone(), record.number),
            service: record.service.clone(),
            environment: record.environment.clone(),
            at: ended.at,
            failed: ended.failed,
        };
        by.clone().into_iter().map(went).collect::<Vec<_>>()
    })
}

/// When people work.
struct Hours<'a> {
    live: &'a Live,
    places: BTreeMap<PersonId, Option<Place>>,
}

impl Hours<'_> {
    /// Whether somebody works at a time; nothing where it is not known.
    fn works(&mut self, id: &PersonId, at: Timestamp) -> Option<bool> {
        let find = || self.live.directory.person(id).map(|p| LivePlaces(self.live).of(p));
        let place = self.places.entry(id.clone()).or_insert_with(find);
        place.as_ref()?.is_working(at).ok()
    }
}

/// The limits of rules and templates.
struct Limits<'a> {
    live: &'a Live,
    known: BTreeMap<String, BTreeMap<String, i64>>,
}

impl Limits<'_> {
    fn measured(&mut self, rule: &str, record: &Record) -> Vec<Measured> {
        let find = || self.live.policy.live().map(|b| b.measures(rule)).unwrap_or_default();
        let limits = self.known.entry(rule.to_owned()).or_insert_with(find);
        let value = |fact: &str| match fact {
            "risk.score" => Some(record.risk_score),
            key => record.parameters.get(key)?.parse().ok(),
        };
        let known = limits.iter().filter_map(|(fact, limit)| {
            Some(Measured { fact: fact.clone(), value: value(fact)?, limit: *limit })
        });
        known.collect()
    }
}
