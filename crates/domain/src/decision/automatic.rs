//! Which requirements an automation rule answers now, and why a rule that could answers none.
//!
//! An automatic approval is no vote. It counts while everything that let the rule give it still
//! holds, and no person has said otherwise.

use std::borrow::Cow;

use crate::change::{Assessment, AutomaticApproval, AutomaticRule, Change, ChangeType, State};
use crate::decision::{Witnessed, check_evidence};
use crate::eligibility::Eligibility;
use crate::explanation::{Explanation, Outcome};
use crate::organisation::Directory;
use crate::requirement::Requirement;

/// The strictest tier, where only people approve.
const PEOPLE_ONLY_TIER: u8 = 4;

/// Requirements that votes have to answer, and nodes for the others and for what stopped a rule.
pub(super) struct Answered<'a> {
    pub(super) by_votes: Cow<'a, [Requirement]>,
    pub(super) nodes: Vec<Explanation>,
    /// Keys of the requirements answered, each with the rule.
    pub(super) answered: Vec<(String, String)>,
}

/// Takes out what recorded automatic approvals answer. Where an accepted risk stands in for
/// something already, somebody has to decide the rest.
pub(super) fn sort_out<'a>(
    facts: &Eligibility<'_>,
    asked: Cow<'a, [Requirement]>,
    assessment: &Assessment,
    risk_accepted: bool,
    witnessed: Witnessed<'_>,
) -> Answered<'a> {
    let mut nodes = Vec::new();
    let mut answered: Vec<(String, String)> = Vec::new();
    for rule in &assessment.automatic {
        let obstacle = obstacle(facts, assessment, rule, witnessed)
            .or_else(|| risk_accepted.then(with_accepted_risk))
            .or_else(|| not_recorded(facts, rule));
        if let Some((code, why)) = obstacle {
            let title = format!("{} approves nothing here: {why}", rule.rule.id);
            let node = Explanation::new(Outcome::Info, code, title).rule(rule.rule.clone());
            nodes.push(node.detail("so people are asked"));
            continue;
        }
        for requirement in asked.iter().filter(|r| rule.answers.contains(&r.key)) {
            if answered.iter().all(|(key, _)| *key != requirement.key) {
                answered.push((requirement.key.clone(), rule.rule.id.clone()));
                nodes.push(node(facts.change(), rule, &requirement.key));
            }
        }
    }
    if answered.is_empty() {
        return Answered { by_votes: asked, nodes, answered };
    }
    let rest = asked.iter().filter(|r| answered.iter().all(|(key, _)| *key != r.key));
    Answered { by_votes: Cow::Owned(rest.cloned().collect()), nodes, answered }
}

/// What rules approve now and have not approved yet: those that every assessment in force has.
/// Nothing while somebody holds the change, or when nobody waits.
#[must_use]
pub fn automatic_approvals(
    change: &Change,
    assessments: &[&Assessment],
    directory: &Directory,
    witnessed: Witnessed<'_>,
) -> Vec<AutomaticApproval> {
    let waits = matches!(&change.state, State::AwaitingApproval { expires_at, .. }
        if witnessed.now < *expires_at);
    let Some((newest, others)) = assessments.split_last() else { return Vec::new() };
    if !waits || change.is_held() || newest.automatic.is_empty() {
        return Vec::new();
    }
    let facts = Eligibility::of(change, directory, witnessed.now);
    let free = |assessment: &Assessment, id: &str| {
        let found = assessment.automatic.iter().find(|r| r.rule.id == id);
        found.is_some_and(|r| obstacle(&facts, assessment, r, witnessed).is_none())
    };
    let id = |rule: &&AutomaticRule| rule.rule.id.clone();
    let approves = |rule: &&AutomaticRule| {
        free(newest, &id(rule))
            && others.iter().all(|a| free(a, &id(rule)))
            && not_recorded(&facts, rule).is_some()
    };
    let approval = |rule: &AutomaticRule| AutomaticApproval {
        by: rule.clone(),
        policy: newest.policy.clone(),
        revision: change.revision().number,
        revision_digest: change.revision().digest.clone(),
        decided_on: Some(directory.version()),
        at: witnessed.now,
    };
    newest.automatic.iter().filter(approves).map(approval).collect()
}

/// Why a rule whose conditions hold approves nothing all the same.
fn obstacle(
    facts: &Eligibility<'_>,
    assessment: &Assessment,
    rule: &AutomaticRule,
    witnessed: Witnessed<'_>,
) -> Option<(&'static str, String)> {
    let change = facts.change();
    let kind = change.revision().material.kind;
    if assessment.tier >= PEOPLE_ONLY_TIER || kind == ChangeType::Emergency {
        let why = "in T4 and for emergencies only people approve";
        return Some(("automation_excluded", why.to_owned()));
    }
    if let Some(person) = change.objector() {
        let who = facts.directory().person_name(person);
        return Some(("automation_objected", format!("{who} said no to this change")));
    }
    if let Some(stop) = facts.directory().automation_stop(&rule.rule.id, facts.service()) {
        let who = facts.directory().person_name(&stop.by);
        let why = format!("{who} stopped {}: {}", stop.scope.title(), stop.reason.text());
        return Some(("automation_stopped", why));
    }
    if !facts.duties().unknown().is_empty() {
        return Some(("automation_unknown_contributor", "a contributor is nobody we know".into()));
    }
    let lacking = rule.evidence.iter().map(|r| check_evidence(change, r, witnessed));
    let lacking = lacking.into_iter().find(|node| node.outcome != Outcome::Satisfied)?;
    let why = lacking.detail.unwrap_or(lacking.title);
    Some(("automation_evidence", why))
}

/// Whether the rule's approval of this revision is missing, or from before the rule was stopped.
fn not_recorded(facts: &Eligibility<'_>, rule: &AutomaticRule) -> Option<(&'static str, String)> {
    let Some(approval) = facts.change().automatic_approval(&rule.rule.id) else {
        return Some(("automation_not_recorded", "it has not approved this revision".to_owned()));
    };
    let directory = facts.directory();
    let (id, service) = (&rule.rule.id, facts.service());
    let stop = directory.automation_stopped_since(approval.decided_on, id, service)?;
    let why = format!("its approval is from before the stop at {:.0}", stop.at);
    Some(("automation_before_stop", why))
}

fn with_accepted_risk() -> (&'static str, String) {
    let why = "where a risk is accepted somebody has to decide the rest";
    ("automation_with_accepted_risk", why.to_owned())
}

fn node(change: &Change, rule: &AutomaticRule, key: &str) -> Explanation {
    let title = format!("approved by the rule {}, by nobody in person", rule.rule.id);
    let approval = change.automatic_approval(&rule.rule.id);
    let policy = approval.map_or_else(String::new, |a| format!("; policy {}", a.policy));
    let mut node = Explanation::new(Outcome::Satisfied, "automatic_approval", title)
        .detail(format!("{}: {}{policy}", rule.title, rule.in_words()))
        .rule(rule.rule.clone());
    node.requirement = Some(key.to_owned());
    node
}

impl AutomaticRule {
    /// Its conditions with the values that matched, in one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        let condition = |c: &crate::change::MatchedCondition| {
            let values = c.values.iter().map(|v| format!("{} = {} ({})", v.fact, v.value, v.from));
            format!("{} [{}]", c.condition, values.collect::<Vec<_>>().join(", "))
        };
        self.conditions.iter().map(condition).collect::<Vec<_>>().join("; ")
    }
}
