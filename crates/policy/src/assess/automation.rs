//! Which automation rules hold for a revision, with the values they saw, or why a person is asked.
//!
//! Anything but a plain yes to every condition is a no: also a fact that is missing, whatever the
//! condition makes of its absence.

use domain::change::{AutomaticRule, MatchedCondition, MatchedValue};
use domain::explanation::{Explanation, Outcome};
use domain::requirement::Requirement;

use super::evaluate::evidence;
use super::explain::described;
use crate::bundle::{Automation, Bundle};
use crate::expr::{Condition, DEFAULT_STEPS, Row, Subject, Value};

/// Where the facts come from, by the beginning of their names.
const ORIGINS: [(&str, &str); 13] = [
    ("change.version_step", "the version declared in the revision, and recorded deployments"),
    ("change.version", "declared in the revision by whoever asked"),
    ("change.paths", "declared in the revision by whoever asked"),
    ("change.", "the revision"),
    ("environment.", "environments.yaml"),
    ("service.", "the directory"),
    ("requester.", "the directory"),
    ("contributors.", "the revision and the directory"),
    ("history.exposure", "deployments let through, and the risk recorded of their changes"),
    ("history", "recorded deployments"),
    ("evidence", "evidence handed in with the revision"),
    ("risk.", "risk.yaml and the revision"),
    ("now", "the clock"),
];

impl Bundle {
    /// The rules that hold, and a node for each that could answer some of the requirements.
    pub(super) fn automatic(
        &self,
        requirements: &[Requirement],
        row: Row<'_>,
        nodes: &mut Vec<Explanation>,
    ) -> Vec<AutomaticRule> {
        let mut found = Vec::new();
        for rule in self.automations() {
            let answers = rule.answered(requirements);
            if answers.is_empty() {
                continue;
            }
            let (outcome, code, title) = match self.obstacle(rule, row) {
                None => {
                    let title = match &rule.review {
                        None => format!("{} may approve this: {}", rule.id, rule.title),
                        Some(terms) => format!(
                            "{} may approve this after a review of {}: {}",
                            rule.id,
                            domain::time::minutes_in_words(terms.window_minutes),
                            rule.title
                        ),
                    };
                    found.push(self.matched(rule, answers, row));
                    (Outcome::Info, "automation_matches", title)
                }
                Some(Obstacle::OutOfScope) => {
                    let title = format!("{} is not for this", rule.id);
                    (Outcome::NotApplicable, "automation_does_not_apply", title)
                }
                Some(Obstacle::Not(code, why)) => {
                    (Outcome::Info, code, format!("{} leaves this to people: {why}", rule.id))
                }
            };
            let all = std::iter::once(&rule.scope).chain(&rule.when);
            let detail: Vec<String> = all.map(|condition| described(condition, row)).collect();
            let node = Explanation::new(outcome, code, title).detail(detail.join("; "));
            nodes.push(node.rule(rule.source.clone()));
        }
        found
    }

    /// Why a rule does not hold, if it does not.
    fn obstacle(&self, rule: &Automation, row: Row<'_>) -> Option<Obstacle> {
        if rule.scope.evaluate(row, DEFAULT_STEPS) != Ok(true) {
            return Some(Obstacle::OutOfScope);
        }
        rule.when.iter().find_map(|condition| {
            if let Some(fact) = self.missing_fact(condition, row) {
                return Some(Obstacle::Not(
                    "automation_data_missing",
                    format!("{fact} is missing"),
                ));
            }
            match condition.evaluate(row, DEFAULT_STEPS) {
                Ok(true) => None,
                Ok(false) => {
                    let why = format!("`{}` does not hold", condition.source());
                    Some(Obstacle::Not("automation_does_not_match", why))
                }
                Err(error) => {
                    let why = format!("`{}` can't be decided: {error}", condition.source());
                    Some(Obstacle::Not("automation_error", why))
                }
            }
        })
    }

    /// Whether every fact that its conditions read is there.
    pub(crate) fn has_facts(&self, rule: &Automation, row: Row<'_>) -> bool {
        rule.when.iter().all(|condition| self.missing_fact(condition, row).is_none())
    }

    /// The first fact a condition reads that is not there.
    fn missing_fact(&self, condition: &Condition, row: Row<'_>) -> Option<String> {
        let rules = &self.schema().rules;
        let value = |path: &str| rules.slot(path).and_then(|s| row.get(u16::try_from(s).ok()?));
        let absent = |value: Option<Value<'_>>| match value {
            None | Some(Value::Null) => true,
            // Nothing that is known of the artifacts is no evidence of anything.
            Some(Value::List(items)) => items.is_empty(),
            Some(_) => false,
        };
        let empty_is_a_value = |path: &str| path == "requester.roles";
        let field = condition.fields().find(|path| !empty_is_a_value(path) && absent(value(path)));
        if let Some(field) = field {
            return Some(field.to_owned());
        }
        let keys = condition.atoms().tests.into_iter().filter_map(|(subject, _)| match subject {
            Subject::Key(slot, key) => Some((slot, key)),
            Subject::Slot(_) | Subject::Item(_) => None,
        });
        keys.into_iter().find_map(|(slot, key)| match row.get(slot) {
            Some(Value::Map(pairs)) if pairs.iter().any(|(known, _)| *known == key) => None,
            _ => Some(format!("the key `{key}`")),
        })
    }

    fn matched(&self, rule: &Automation, answers: Vec<String>, row: Row<'_>) -> AutomaticRule {
        let all = std::iter::once(&rule.scope).chain(&rule.when);
        AutomaticRule {
            rule: rule.source.clone(),
            title: rule.title.clone(),
            answers,
            conditions: all.map(|condition| seen(condition, row)).collect(),
            evidence: rule.evidence.iter().map(|need| evidence(need, &rule.source)).collect(),
            review: rule.review.clone(),
        }
    }
}

impl Automation {
    /// Keys of the requirements it answers, if it holds.
    pub(crate) fn answered(&self, requirements: &[Requirement]) -> Vec<String> {
        let concerns = |r: &&Requirement| self.answers.contains(&r.rule.id);
        requirements.iter().filter(concerns).map(|r| r.key.clone()).collect()
    }
}

enum Obstacle {
    OutOfScope,
    Not(&'static str, String),
}

/// A condition with every value its tests saw.
fn seen(condition: &Condition, row: Row<'_>) -> MatchedCondition {
    let trace = condition.trace(row, DEFAULT_STEPS);
    let tests = trace.tests().into_iter().filter(|test| test.counted);
    let values = tests.flat_map(|test| &test.values).map(|value| MatchedValue {
        fact: value.text.clone(),
        value: value.value.clone(),
        from: origin(&value.text, condition).to_owned(),
    });
    MatchedCondition { condition: condition.source().to_owned(), values: values.collect() }
}

fn origin(text: &str, condition: &Condition) -> &'static str {
    let of = |text: &str| ORIGINS.iter().find(|(name, _)| text.contains(name)).map(|(_, o)| *o);
    of(text).or_else(|| condition.fields().find_map(of)).unwrap_or("the revision")
}
