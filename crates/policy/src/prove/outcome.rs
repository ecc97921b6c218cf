//! What a set of applying rules asks for together, as guarantees see it.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::RoleName;
use domain::requirement::{Requirement, RuleRef};

use super::axes::Target;
use crate::assess::facts::Asks;
use crate::assess::no_answer;
use crate::bundle::{Automation, Bundle};
use crate::expr::Value;

/// Most roles among which the fewest different ones are looked for.
const MAX_ROLES: usize = 16;

/// What policy asks for in one region.
#[derive(Debug)]
pub(super) struct Outcome<'b> {
    /// Why there is no answer, and so no approval.
    pub(super) undecided: Option<&'static str>,
    /// Distinct people who have to approve.
    pub(super) people: i64,
    /// The fewest different roles these people can come from.
    pub(super) roles: i64,
    /// Roles without which there is no approval, as the list `asks.from`.
    pub(super) from: Vec<Value<'b>>,
    /// Kinds of evidence, as the list `asks.evidence`.
    pub(super) evidence: Vec<Value<'b>>,
    /// Requirements in the form of a test case: roles and how many people.
    pub(super) requires: BTreeMap<String, u32>,
    /// Automation rules that answer in place of people.
    pub(super) automatic: Vec<String>,
    /// Rules whose risk has to be accepted for this.
    pub(super) accepted: Vec<String>,
}

/// Rules that accepted risks stand in for (M3.6).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Waived {
    /// Rules whose people nobody asks.
    people: BTreeSet<String>,
    /// Rules whose evidence nobody asks for.
    evidence: BTreeSet<String>,
}

impl<'b> Outcome<'b> {
    /// What the applying rules ask for, and after it what is left of that where risks are accepted as
    /// far as policy lets them be, or where automation rules answer. Accepted risks alone approve
    /// nothing, so somebody stays; and where one is accepted no automation rule answers.
    pub(super) fn all(bundle: &'b Bundle, target: Target<'b>, applied: &[bool]) -> Vec<Self> {
        let demands = bundle.demanded(target.template, applied);
        let acceptable = |rule: &RuleRef| bundle.acceptance_terms(&rule.id, target.tier).is_some();
        let needs = || demands.requirements.iter().map(|requirement| &requirement.rule);
        let people: BTreeSet<String> =
            needs().filter(|rule| acceptable(rule)).map(|rule| rule.id.clone()).collect();
        let evidence = demands.evidence.iter().map(|wanted| &wanted.rule);
        let evidence: BTreeSet<String> =
            evidence.filter(|rule| acceptable(rule)).map(|rule| rule.id.clone()).collect();
        let mut all = vec![Waived::default()];
        if !people.is_empty() && needs().all(acceptable) {
            all.push(Waived { people: BTreeSet::new(), evidence: evidence.clone() });
            all.extend(people.iter().map(|stays| {
                let without = |rules: &BTreeSet<String>| {
                    rules.iter().filter(|rule| *rule != stays).cloned().collect()
                };
                Waived { people: without(&people), evidence: without(&evidence) }
            }));
        } else if !people.is_empty() || !evidence.is_empty() {
            all.push(Waived { people, evidence });
        }
        all.dedup();
        let none = Waived::default();
        let waived = all.iter().map(|waived| Self::new(bundle, (target, applied), waived, &[]));
        let automatic = automatic_sets(bundle, applied, &demands.requirements);
        let automatic =
            automatic.iter().map(|set| Self::new(bundle, (target, applied), &none, set));
        waived.chain(automatic).collect()
    }

    fn new(
        bundle: &'b Bundle,
        (target, applied): (Target<'b>, &[bool]),
        waived: &Waived,
        automatic: &[&'b Automation],
    ) -> Self {
        let mut demands = bundle.demanded(target.template, applied);
        demands.requirements.retain(|r| !waived.people.contains(&r.rule.id));
        demands.evidence.retain(|e| !waived.evidence.contains(&e.rule.id));
        let undecided = (demands.requirements.is_empty())
            .then(|| no_answer(demands.exempt.as_ref(), target.tier))
            .flatten()
            .map(|(code, _)| code);
        let answered = |rule: &RuleRef| automatic.iter().any(|a| a.answers.contains(&rule.id));
        demands.requirements.retain(|r| !answered(&r.rule));
        let alone =
            |role: &RoleName| demands.requirements.iter().any(|r| r.roles == [role.clone()]);
        let declared = bundle.roles().iter().map(|role| &role.name);
        let from = declared
            .filter(|role| alone(role))
            .filter_map(|role| bundle.schema().role(role.as_str()));
        let wanted: BTreeSet<&str> = demands.evidence.iter().map(|e| e.key.as_str()).collect();
        let needs = bundle.rules().iter().flat_map(|rule| &rule.evidence);
        let of_automatic =
            automatic.iter().flat_map(|a| &a.evidence).map(|need| need.kind.as_str());
        let kinds: BTreeSet<&str> = needs
            .filter(|need| wanted.contains(need.key.as_str()))
            .map(|need| need.kind.as_str())
            .chain(of_automatic)
            .collect();
        Self {
            undecided,
            people: demands.requirements.iter().map(|r| i64::from(r.count)).sum(),
            roles: fewest_roles(&demands.requirements),
            from: from.collect(),
            evidence: kinds.into_iter().map(Value::Str).collect(),
            requires: crate::bundle::requirements_by_role(&demands.requirements),
            automatic: automatic.iter().map(|a| a.id.clone()).collect(),
            accepted: waived.people.union(&waived.evidence).cloned().collect(),
        }
    }
}

impl Outcome<'_> {
    pub(super) fn asks<'o>(
        &'o self,
        bundle: &Bundle,
        target: Target<'_>,
        (service, labels): (&str, &[(&str, &str)]),
    ) -> Asks<'o> {
        let label =
            |key: &str| labels.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
        Asks {
            people: self.people,
            roles: self.roles,
            from: &self.from,
            evidence: &self.evidence,
            enforced: bundle.enforces_with((target.environment, target.tier), service, &label),
        }
    }
}

/// The sets of automation rules that may answer some of the requirements: each alone, and all.
fn automatic_sets<'b>(
    bundle: &'b Bundle,
    applied: &[bool],
    requirements: &[Requirement],
) -> Vec<Vec<&'b Automation>> {
    let holds = applied.iter().skip(bundle.rules().len());
    let concerns = |a: &Automation| requirements.iter().any(|r| a.answers.contains(&r.rule.id));
    let all: Vec<&Automation> = bundle
        .automations()
        .iter()
        .zip(holds)
        .filter(|(automation, holds)| **holds && concerns(automation))
        .map(|(automation, _)| automation)
        .collect();
    let mut sets: Vec<Vec<&Automation>> = all.iter().map(|one| vec![*one]).collect();
    if all.len() > 1 {
        sets.push(all);
    }
    sets
}

/// The fewest different roles that can answer all requirements; a lower bound when there are very
/// many roles.
fn fewest_roles(requirements: &[Requirement]) -> i64 {
    if requirements.is_empty() {
        return 0;
    }
    let roles: BTreeSet<&RoleName> = requirements.iter().flat_map(|r| &r.roles).collect();
    if roles.len() > MAX_ROLES {
        return 1;
    }
    let roles: Vec<&RoleName> = roles.into_iter().collect();
    let answers = |chosen: u32| {
        requirements.iter().all(|requirement| {
            let picked = roles.iter().enumerate().filter(|(n, _)| chosen & (1 << n) != 0);
            picked.into_iter().any(|(_, role)| requirement.roles.contains(role))
        })
    };
    let sets = (1..1u32 << roles.len()).filter(|chosen| answers(*chosen));
    sets.map(u32::count_ones).min().map_or(1, i64::from)
}
