//! The facts of many changes as columns, whatever bundle looks at them.
//!
//! A column holds each value once, and for every change which of them it has; so a bundle tries a test
//! once for each value, and a change costs a few numbers. What hangs on a bundle is not in it: tiers,
//! risk, and the roles that a bundle gives to groups.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use domain::change::{ChangeType, Level as Grade};
use domain::ids::{ChangeNumber, GroupId};
use domain::organisation::Criticality;
use jiff::Timestamp;

use crate::assess::facts::Facts;
use crate::assess::template::AskedTemplate;

type Texts = BTreeMap<String, String>;

/// Values that repeat. Code 0 is none.
#[derive(Debug, Clone)]
pub(super) struct Coded<T> {
    values: Vec<T>,
    codes: Vec<u32>,
    known: HashMap<T, u32>,
}

impl<T> Default for Coded<T> {
    fn default() -> Self {
        Self { values: Vec::new(), codes: Vec::new(), known: HashMap::new() }
    }
}

impl<T: Hash + Eq> Coded<T> {
    /// Adds what the next change has.
    fn push<Q>(&mut self, value: Option<&Q>)
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = T> + ?Sized,
    {
        let code = value.map_or(0, |value| self.code_of(value));
        self.codes.push(code);
    }

    fn code_of<Q>(&mut self, value: &Q) -> u32
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = T> + ?Sized,
    {
        if let Some(code) = self.known.get(value) {
            return *code;
        }
        self.values.push(value.to_owned());
        let code = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        self.known.insert(value.to_owned(), code);
        code
    }
}

impl<T> Coded<T> {
    /// The values, each once; the first one has code 1.
    pub(super) fn values(&self) -> &[T] {
        &self.values
    }

    /// The code of each change.
    pub(super) fn codes(&self) -> &[u32] {
        &self.codes
    }

    pub(super) fn code(&self, row: usize) -> u32 {
        self.codes.get(row).copied().unwrap_or(0)
    }

    /// What a change has.
    pub(super) fn get(&self, row: usize) -> Option<&T> {
        self.value(self.code(row))
    }

    /// What a code stands for.
    pub(super) fn value(&self, code: u32) -> Option<&T> {
        self.values.get(usize::try_from(code).ok()?.checked_sub(1)?)
    }
}

/// Evidence about one of the artifacts; times in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Attested {
    pub(super) kind: String,
    pub(super) issuer: String,
    pub(super) passed: bool,
    pub(super) issued_at: i64,
}

/// What the requester held when policy was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Held {
    /// Roles, but for those that a bundle gives to groups.
    pub(super) roles: BTreeSet<String>,
    /// The groups they were in.
    pub(super) groups: BTreeSet<GroupId>,
}

/// One change, as of when policy was last asked about it.
pub(super) struct Asked<'a> {
    pub(super) number: ChangeNumber,
    /// The kind that was asked for, which a suspended template changes.
    pub(super) kind: ChangeType,
    pub(super) template_version: Option<u32>,
    /// Whether its service was there, and not retired.
    pub(super) is_active: bool,
    /// With the roles that no bundle gives.
    pub(super) facts: Facts<'a>,
    pub(super) groups: &'a BTreeSet<GroupId>,
    /// Whether a deployment of it failed.
    pub(super) failed: bool,
    /// How long answers took, by roles, in milliseconds.
    pub(super) waits: &'a [(String, u64)],
}

/// How long an answer took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wait {
    pub(super) row: u32,
    /// Code of the roles.
    pub(super) roles: u32,
    pub(super) ms: u64,
}

/// Many changes. Times are milliseconds.
#[derive(Debug, Clone, Default)]
pub struct Segment {
    pub(super) numbers: Vec<u64>,
    pub(super) failed: Vec<bool>,
    pub(super) waits: Vec<Wait>,
    pub(super) waited_for: Coded<String>,
    pub(super) asked_kind: Coded<ChangeType>,
    pub(super) template_version: Coded<u32>,
    pub(super) is_active: Coded<bool>,
    pub(super) kind: Coded<ChangeType>,
    pub(super) impact: Coded<Grade>,
    pub(super) urgency: Coded<Grade>,
    pub(super) complexity: Coded<Grade>,
    pub(super) template: Coded<String>,
    pub(super) artifact_count: Coded<i64>,
    pub(super) has_plan: Coded<bool>,
    pub(super) parameters: Coded<Texts>,
    pub(super) attributes: Coded<Texts>,
    pub(super) incident: Coded<String>,
    pub(super) repository: Coded<String>,
    pub(super) window: Coded<(i64, i64)>,
    pub(super) version: Coded<String>,
    pub(super) version_step: Coded<u8>,
    pub(super) paths: Coded<Vec<String>>,
    pub(super) service: Coded<String>,
    pub(super) domain: Coded<String>,
    pub(super) criticality: Coded<Criticality>,
    pub(super) labels: Coded<Texts>,
    pub(super) environment: Coded<String>,
    pub(super) is_machine: Coded<bool>,
    pub(super) held: Coded<Held>,
    pub(super) contributors: Coded<i64>,
    pub(super) unknown_contributors: Coded<i64>,
    pub(super) deployments: Coded<u32>,
    pub(super) failures: Coded<u32>,
    pub(super) failure_rate: Coded<u32>,
    pub(super) last_failure: Coded<i64>,
    pub(super) days_without_failure: Coded<u32>,
    pub(super) version_before: Coded<String>,
    pub(super) exposure: Coded<i64>,
    pub(super) evidence: Coded<Vec<Attested>>,
    pub(super) now: Coded<i64>,
}

impl Segment {
    /// How many changes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// The template a change names, and what its limits look at.
    pub(super) fn asked_template(&self, row: usize) -> AskedTemplate<'_> {
        static NONE: Texts = Texts::new();
        AskedTemplate {
            kind: self.kind.get(row).copied().unwrap_or(ChangeType::Normal),
            name: self.template.get(row).map(String::as_str),
            version: self.template_version.get(row).copied(),
            service: self.service.get(row).map_or("", String::as_str),
            labels: self.labels.get(row).unwrap_or(&NONE),
            environment: self.environment.get(row).map_or("", String::as_str),
            parameters: self.parameters.get(row).unwrap_or(&NONE),
        }
    }

    pub(super) fn push(&mut self, asked: &Asked<'_>) {
        let row = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        self.numbers.push(asked.number.0);
        self.failed.push(asked.failed);
        for (roles, ms) in asked.waits {
            let roles = self.waited_for.code_of(roles.as_str());
            self.waits.push(Wait { row, roles, ms: *ms });
        }
        self.asked_kind.push(Some(&asked.kind));
        self.template_version.push(asked.template_version.as_ref());
        self.is_active.push(Some(&asked.is_active));
        let facts = &asked.facts;
        self.push_change(facts);
        self.service.push(Some(facts.service));
        self.domain.push(facts.domain);
        self.criticality.push(Some(&facts.criticality));
        self.labels.push(Some(facts.labels));
        self.environment.push(Some(facts.environment));
        self.is_machine.push(Some(&facts.requester_is_machine));
        let roles = facts.requester_roles.iter().map(|role| (*role).to_owned()).collect();
        self.held.push(Some(&Held { roles, groups: asked.groups.clone() }));
        self.contributors.push(Some(&facts.contributors));
        self.unknown_contributors.push(Some(&facts.unknown_contributors));
        self.push_history(facts);
        let attested = facts.evidence.iter().map(|evidence| Attested {
            kind: evidence.kind.to_owned(),
            issuer: evidence.issuer.to_owned(),
            passed: evidence.passed,
            issued_at: evidence.issued_at.as_millisecond(),
        });
        self.evidence.push(Some(&attested.collect::<Vec<_>>()));
        self.now.push(Some(&facts.now.as_millisecond()));
    }

    fn push_change(&mut self, facts: &Facts<'_>) {
        self.kind.push(Some(&facts.kind));
        self.impact.push(Some(&facts.impact));
        self.urgency.push(Some(&facts.urgency));
        self.complexity.push(Some(&facts.complexity));
        self.template.push(facts.template);
        self.artifact_count.push(Some(&facts.artifact_count));
        self.has_plan.push(Some(&facts.has_plan));
        self.parameters.push(Some(facts.parameters));
        self.attributes.push(Some(facts.attributes));
        self.incident.push(facts.incident);
        self.repository.push(facts.repository);
        let window = facts.window.map(|(from, to)| (from.as_millisecond(), to.as_millisecond()));
        self.window.push(window.as_ref());
        self.version.push(facts.version);
        self.version_step.push(facts.version_step.as_ref());
        let paths: Vec<String> = facts.paths.iter().map(|path| (*path).to_owned()).collect();
        self.paths.push((!paths.is_empty()).then_some(&paths));
    }

    fn push_history(&mut self, facts: &Facts<'_>) {
        let history = facts.history.as_ref();
        self.deployments.push(history.map(|h| &h.deployments));
        self.failures.push(history.map(|h| &h.failures));
        self.failure_rate.push(history.and_then(|h| h.failure_rate.as_ref()));
        let last = history.and_then(|h| h.last_failure).map(Timestamp::as_millisecond);
        self.last_failure.push(last.as_ref());
        self.days_without_failure.push(history.map(|h| &h.days_without_failure));
        self.version_before.push(history.and_then(|h| h.version));
        self.exposure.push(history.and_then(|h| h.exposure.as_ref()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_held_once_and_none_is_a_code_of_its_own() {
        let mut coded: Coded<String> = Coded::default();
        for value in [Some("a"), None, Some("b"), Some("a")] {
            coded.push(value);
        }
        assert_eq!(coded.codes(), [1, 0, 2, 1]);
        assert_eq!(coded.values(), ["a", "b"]);
        let all: Vec<Option<&str>> = (0..5).map(|row| coded.get(row).map(String::as_str)).collect();
        assert_eq!(all, [Some("a"), None, Some("b"), Some("a"), None]);
    }
}
