//! A segment as the conditions of one bundle read it: for each slot its values, and which of them every
//! change has.

use std::collections::{BTreeMap, BTreeSet};

use domain::organisation::Member;
use jiff::Timestamp;

use super::segment::{Attested, Coded, Held, Segment};
use crate::assess::facts::{EvidenceFact, PATHS, evidence_records};
use crate::bundle::Bundle;
use crate::expr::Value;
use crate::expr::columns::Column;

/// The values of a slot by code, of which 0 is none, and the codes of the changes.
#[derive(Default)]
pub(super) struct Slot<'s> {
    codes: &'s [u32],
    values: Vec<Value<'s>>,
}

impl<'s> Slot<'s> {
    fn of<T>(coded: &'s Coded<T>, value: impl Fn(&'s T) -> Value<'s>) -> Self {
        let values = std::iter::once(Value::Null).chain(coded.values().iter().map(value));
        Self { codes: coded.codes(), values: values.collect() }
    }

    fn texts(coded: &'s Coded<String>) -> Self {
        Self::of(coded, |text| Value::Str(text))
    }

    /// `lists` has an entry for each value.
    fn lists<T>(coded: &'s Coded<T>, lists: &'s [Vec<Value<'s>>]) -> Self {
        let values = lists.iter().map(|list| Value::List(list));
        Self { codes: coded.codes(), values: std::iter::once(Value::Null).chain(values).collect() }
    }

    /// `maps` has an entry for each value.
    fn maps<T>(coded: &'s Coded<T>, maps: &'s [Pairs<'s>]) -> Self {
        let values = maps.iter().map(|map| Value::Map(map));
        Self { codes: coded.codes(), values: std::iter::once(Value::Null).chain(values).collect() }
    }

    pub(super) fn column(&'s self) -> Column<'s> {
        Column::new(self.codes, &self.values)
    }
}

type Pairs<'s> = Vec<(&'s str, &'s str)>;

/// The evidence of each value of a segment; [`Records`] borrow it.
pub(super) fn evidence(segment: &Segment) -> Vec<Vec<EvidenceFact<'_>>> {
    let all = segment.evidence.values().iter();
    all.map(|attested| attested.iter().map(fact).collect()).collect()
}

fn fact(of: &Attested) -> EvidenceFact<'_> {
    EvidenceFact {
        kind: &of.kind,
        issuer: &of.issuer,
        passed: of.passed,
        issued_at: Timestamp::from_millisecond(of.issued_at).unwrap_or_default(),
    }
}

/// Evidence as records; [`Lists`] borrow them.
pub(super) struct Records<'s>(Vec<Vec<[Value<'s>; 4]>>);

impl<'s> Records<'s> {
    pub(super) fn of(evidence: &'s [Vec<EvidenceFact<'s>>]) -> Self {
        Self(evidence.iter().map(|evidence| evidence_records(evidence)).collect())
    }
}

/// Lists and maps, an entry for each value; the slots borrow them.
pub(super) struct Lists<'s> {
    parameters: Vec<Pairs<'s>>,
    attributes: Vec<Pairs<'s>>,
    labels: Vec<Pairs<'s>>,
    paths: Vec<Vec<Value<'s>>>,
    roles: Vec<Vec<Value<'s>>>,
    evidence: Vec<Vec<Value<'s>>>,
}

impl<'s> Lists<'s> {
    pub(super) fn of(segment: &'s Segment, bundle: &'s Bundle, records: &'s Records<'s>) -> Self {
        let texts = |paths: &'s Vec<String>| paths.iter().map(|path| Value::Str(path)).collect();
        let record = |records: &'s Vec<[Value<'s>; 4]>| {
            records.iter().map(|record| Value::Record(record)).collect()
        };
        Self {
            parameters: pairs(&segment.parameters),
            attributes: pairs(&segment.attributes),
            labels: pairs(&segment.labels),
            paths: segment.paths.values().iter().map(texts).collect(),
            roles: segment.held.values().iter().map(|held| roles(held, bundle)).collect(),
            evidence: records.0.iter().map(record).collect(),
        }
    }

    /// The slots that are wanted, by number; the others are empty.
    pub(super) fn slots(
        &'s self,
        segment: &'s Segment,
        bundle: &'s Bundle,
        wanted: &[u16],
    ) -> Vec<Slot<'s>> {
        let schema = bundle.schema();
        let mut slots: Vec<Slot<'s>> = Vec::new();
        slots.resize_with(usize::from(schema.fact_width()), Slot::default);
        for path in PATHS {
            let slot = schema.rules.slot(path);
            let is_wanted = |slot: &usize| wanted.iter().any(|one| usize::from(*one) == *slot);
            if let Some(place) = slot.filter(is_wanted).and_then(|slot| slots.get_mut(slot)) {
                *place = self.slot(path, segment, bundle).unwrap_or_default();
            }
        }
        slots
    }

    /// `None` for a fact that is not held: it is absent then, and what reads it can't be decided.
    fn slot(&'s self, path: &str, of: &'s Segment, bundle: &'s Bundle) -> Option<Slot<'s>> {
        let schema = bundle.schema();
        let number = |number: &u32| Value::Int(i64::from(*number));
        Some(match path {
            "change.kind" => Slot::of(&of.kind, |kind| Value::Enum(*kind as u8)),
            "change.impact" => Slot::of(&of.impact, |grade| Value::Enum(*grade as u8)),
            "change.urgency" => Slot::of(&of.urgency, |grade| Value::Enum(*grade as u8)),
            "change.complexity" => Slot::of(&of.complexity, |grade| Value::Enum(*grade as u8)),
            "change.template" => Slot::of(&of.template, |name| schema.template(name)),
            "change.artifact_count" => Slot::of(&of.artifact_count, |n| Value::Int(*n)),
            "change.has_plan" => Slot::of(&of.has_plan, |has| Value::Bool(*has)),
            "change.parameters" => Slot::maps(&of.parameters, &self.parameters),
            "change.attributes" => Slot::maps(&of.attributes, &self.attributes),
            "change.incident" => Slot::texts(&of.incident),
            "change.repository" => Slot::texts(&of.repository),
            "change.window" => Slot::of(&of.window, |_| Value::Bool(true)),
            "change.window.from" => Slot::of(&of.window, |(from, _)| Value::Timestamp(*from)),
            "change.window.until" => Slot::of(&of.window, |(_, until)| Value::Timestamp(*until)),
            "change.version" => Slot::texts(&of.version),
            "change.version_step" => Slot::of(&of.version_step, |step| Value::Enum(*step)),
            "change.paths" => Slot::lists(&of.paths, &self.paths),
            "service.name" => Slot::texts(&of.service),
            "service.domain" => Slot::texts(&of.domain),
            "service.criticality" => Slot::of(&of.criticality, |one| Value::Enum(*one as u8)),
            "service.labels" => Slot::maps(&of.labels, &self.labels),
            "environment.name" => Slot::of(&of.environment, |name| schema.environment(name)),
            "environment.tier" => Slot::of(&of.environment, |name| {
                bundle.tier_of(name).map_or(Value::Null, |tier| Value::Int(i64::from(tier.number)))
            }),
            "requester.machine" => Slot::of(&of.is_machine, |is| Value::Bool(*is)),
            "requester.roles" => Slot::lists(&of.held, &self.roles),
            "contributors.count" => Slot::of(&of.contributors, |n| Value::Int(*n)),
            "contributors.unknown" => Slot::of(&of.unknown_contributors, |n| Value::Int(*n)),
            "history" => Slot::of(&of.deployments, |_| Value::Bool(true)),
            "history.deployments" => Slot::of(&of.deployments, number),
            "history.failures" => Slot::of(&of.failures, number),
            "history.failure_rate" => Slot::of(&of.failure_rate, number),
            "history.last_failure" => Slot::of(&of.last_failure, |at| Value::Timestamp(*at)),
            "history.days_without_failure" => Slot::of(&of.days_without_failure, number),
            "history.version" => Slot::texts(&of.version_before),
            "history.exposure" => Slot::of(&of.exposure, |points| Value::Int(*points)),
            "evidence" => Slot::lists(&of.evidence, &self.evidence),
            "now" => Slot::of(&of.now, |at| Value::Timestamp(*at)),
            _ => return None,
        })
    }
}

fn pairs(coded: &Coded<BTreeMap<String, String>>) -> Vec<Pairs<'_>> {
    coded.values().iter().map(pairs_of).collect()
}

fn pairs_of(map: &BTreeMap<String, String>) -> Pairs<'_> {
    map.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

/// The roles somebody held, with those that the bundle gives to their groups. Roles that it does not
/// declare mean nothing to it.
fn roles<'s>(held: &'s Held, bundle: &'s Bundle) -> Vec<Value<'s>> {
    let in_group = |member: &Member| match member {
        Member::Group(group) => held.groups.contains(group),
        Member::Person(_) => false,
    };
    let given = bundle.mapping().iter().filter(|binding| in_group(&binding.member));
    let names: BTreeSet<&str> = held
        .roles
        .iter()
        .map(String::as_str)
        .chain(given.map(|binding| binding.role.as_str()))
        .collect();
    names.into_iter().filter_map(|name| bundle.schema().role(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_is_held() {
        let files = crate::starter::files("small-team").unwrap();
        let bundle = Bundle::load(&files).unwrap().bundle;
        let (segment, records) = (Segment::default(), Records::of(&[]));
        let lists = Lists::of(&segment, &bundle, &records);
        for path in PATHS {
            assert!(lists.slot(path, &segment, &bundle).is_some(), "{path}");
        }
        assert!(lists.slot("change.colour", &segment, &bundle).is_none());
    }
}
