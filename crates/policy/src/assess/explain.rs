//! The words of an assessment: one node per thing looked at, each a sentence.

use domain::change::Level as Grade;
use domain::explanation::{Explanation, Outcome};

use super::declared::STEPS;
use super::facts::Facts;
use crate::bundle::{Bundle, Need, Rule, Template, Tier};
use crate::expr::{Condition, DEFAULT_STEPS, EvalError, Row};

/// "1 service-owner, 2 of security or compliance".
pub(super) fn needs_in_words(needs: &[Need]) -> String {
    let mut words = String::new();
    for need in needs {
        if !words.is_empty() {
            words.push_str(", ");
        }
        words.push_str(&need.count.to_string());
        words.push_str(if need.roles.len() > 1 { " of " } else { " " });
        for (index, role) in need.roles.iter().enumerate() {
            words.push_str(if index > 0 { " or " } else { "" });
            words.push_str(role.as_str());
        }
    }
    words
}

/// The condition with the values it saw.
pub(super) fn described(condition: &Condition, row: Row<'_>) -> String {
    let mut text = String::with_capacity(condition.source().len() + 64);
    condition.describe(row, DEFAULT_STEPS, &mut text);
    text
}

pub(super) fn tier_node(bundle: &Bundle, facts: &Facts<'_>, tier: &Tier) -> Explanation {
    let (name, number, title) = (facts.environment, tier.number, &tier.title);
    if bundle.environment(name).is_some() {
        let title = format!("{name} is an environment of tier T{number} ({title})");
        Explanation::new(Outcome::Info, "tier", title)
    } else {
        let title = format!("{name} is not classified and treated as tier T{number} ({title})");
        Explanation::new(Outcome::Info, "tier_unclassified", title)
            .detail("add it to environments.yaml to give it a tier of its own")
    }
}

/// From which version to which, where one is declared.
pub(super) fn version_node(facts: &Facts<'_>) -> Option<Explanation> {
    let to = facts.version?;
    let from = facts.history.as_ref().and_then(|history| history.version);
    let step = facts.version_step.and_then(|step| STEPS.get(usize::from(step)));
    let title = match (from, step) {
        (Some(from), Some(step)) => format!("version {from} to {to}: {step}"),
        (Some(from), None) => format!("version {from} to {to}: the step is not known"),
        (None, _) => format!("version {to}; which one is in place is not known"),
    };
    Some(Explanation::new(Outcome::Info, "version_step", title))
}

pub(super) fn template_node(template: &Template) -> Explanation {
    let title =
        format!("within the limits of template {} version {}", template.name, template.version);
    let node = Explanation::new(Outcome::Info, "template", title).rule(template.source.clone());
    if template.replaces.is_empty() {
        return node;
    }
    node.detail(format!("it takes the place of: {}", template.replaces.join(", ")))
}

pub(super) fn matrix_node(facts: &Facts<'_>, points: i64) -> Explanation {
    let grade = |grade: Grade| grade.as_str();
    let (impact, urgency, complexity) =
        (grade(facts.impact), grade(facts.urgency), grade(facts.complexity));
    let title = format!("{points:+} impact {impact}, urgency {urgency}, complexity {complexity}");
    Explanation::new(Outcome::Info, "matrix", title)
}

/// A rule that was evaluated, and what it asks for.
pub(super) fn rule_node(
    rule: &Rule,
    applies: Result<bool, EvalError>,
    replaced_by: Option<&Template>,
    row: Row<'_>,
) -> Explanation {
    let (outcome, code) = match (applies, replaced_by) {
        (Ok(true), Some(_)) => (Outcome::NotApplicable, "replaced_by_template"),
        (Ok(true), None) => (Outcome::Info, "rule_applies"),
        (Ok(false), _) => (Outcome::NotApplicable, "rule_does_not_apply"),
        (Err(_), _) => (Outcome::Unknown, "rule_error"),
    };
    let mut title = String::with_capacity(rule.title.len() + 48);
    title.push_str(&rule.title);
    match applies {
        Ok(true) if rule.nobody => title.push_str(": nobody has to approve"),
        Ok(true) if rule.alignment || !rule.needs.is_empty() => {
            title.push_str(": ");
            title.push_str(&needs_in_words(&rule.needs));
            if rule.alignment {
                title.push_str(if rule.needs.is_empty() { "" } else { ", " });
                title.push_str("an alignment session before it is handed in");
            }
        }
        Ok(_) => {}
        Err(error) => {
            title.push_str(" can't be decided: ");
            title.push_str(&error.to_string());
        }
    }
    // Built in one piece: there is one for every rule, and a node is large to move.
    Explanation {
        outcome,
        code: code.to_owned(),
        title,
        detail: Some(described(&rule.when, row)),
        rule: Some(rule.source.clone()),
        requirement: None,
        counted: Vec::new(),
        dead: Vec::new(),
        missing: None,
        next: None,
        children: Vec::new(),
    }
}
