//! Which requirements an automation rule answers now, and why a rule that could answers none.
//!
//! An automatic approval is no vote. It counts while everything that let the rule give it still
//! holds, and no person has said otherwise.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::change::{
    Assessment, AutomaticApproval, AutomaticRule, Change, ChangeType, ReviewTime, State,
};
use crate::decision::{Witnessed, check_evidence};
use crate::eligibility::Eligibility;
use crate::explanation::{Edge, Explanation, Outcome};
use crate::ids::{PersonId, RoleName};
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
            .or_else(|| risk_accepted.then(with_accepted_risk));
        if obstacle.is_none()
            && let Some(node) = under_review(facts, rule)
        {
            nodes.push(node);
            continue;
        }
        let obstacle = obstacle.or_else(|| not_recorded(facts, rule));
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
    nodes.extend(outlived(facts.change(), assessment));
    if answered.is_empty() {
        return Answered { by_votes: asked, nodes, answered };
    }
    let rest = asked.iter().filter(|r| answered.iter().all(|(key, _)| *key != r.key));
    Answered { by_votes: Cow::Owned(rest.cloned().collect()), nodes, answered }
}

/// Recorded approvals of this revision by rules that would not give them any more.
fn outlived<'a>(
    change: &'a Change,
    assessment: &'a Assessment,
) -> impl Iterator<Item = Explanation> + 'a {
    let holds = |id: &str| assessment.automatic.iter().any(|rule| rule.rule.id == id);
    let over = change.current_automatic_approvals().filter(move |a| !holds(&a.by.rule.id));
    let mut seen = BTreeSet::new();
    let once = over.filter(move |approval| seen.insert(&approval.by.rule.id));
    once.map(|approval| {
        let rule = &approval.by.rule;
        let title = format!("{} approved this, and its conditions do not hold any more", rule.id);
        let node = Explanation::new(Outcome::Info, "automation_outlived", title);
        node.rule(rule.clone()).detail("so people are asked")
    })
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
    let Some(newest) = assessments.last() else { return Vec::new() };
    if !waits || change.is_held() || newest.automatic.is_empty() {
        return Vec::new();
    }
    let approval = |rule: &AutomaticRule| AutomaticApproval {
        by: rule.clone(),
        policy: newest.policy.clone(),
        revision: change.revision().number,
        revision_digest: change.revision().digest.clone(),
        decided_on: Some(directory.version()),
        review: None,
        at: witnessed.now,
    };
    let free = free_rules(change, assessments, directory, witnessed).into_iter();
    free.filter(|rule| rule.review.is_none()).map(approval).collect()
}

/// Rules of the newest assessment that every other in force has on the same terms, that nothing keeps
/// from approving, and whose approval is not recorded.
pub(crate) fn free_rules<'a>(
    change: &Change,
    assessments: &[&'a Assessment],
    directory: &Directory,
    witnessed: Witnessed<'_>,
) -> Vec<&'a AutomaticRule> {
    let Some((newest, others)) = assessments.split_last() else { return Vec::new() };
    let facts = Eligibility::of(change, directory, witnessed.now);
    let free = |assessment: &Assessment, rule: &AutomaticRule| {
        let found = assessment.automatic.iter().find(|r| r.rule.id == rule.rule.id);
        found.is_some_and(|r| {
            r.review == rule.review && obstacle(&facts, assessment, r, witnessed).is_none()
        })
    };
    let approves = |rule: &&AutomaticRule| {
        free(newest, rule)
            && others.iter().all(|a| free(a, rule))
            && not_recorded(&facts, rule).is_some()
    };
    newest.automatic.iter().filter(approves).collect()
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
    if let Some(objection) = change.objection() {
        let who = facts.directory().person_name(&objection.by);
        return Some(("automation_objected", format!("{who} objected to this revision")));
    }
    if let Some(stop) = facts.directory().automation_stop(&rule.rule.id, facts.service()) {
        let (what, why) = (stop.scope.title(), stop.reason.text());
        let why = match &stop.by {
            Some(by) => format!("{} stopped {what}: {why}", facts.directory().person_name(by)),
            None => format!("suspended by itself, {what}: {why}"),
        };
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
    if approval.review.as_ref().map(|held| &held.terms) != rule.review.as_ref() {
        let why = "its approval rests on another review than policy asks for";
        return Some(("automation_not_reviewed", why.to_owned()));
    }
    let directory = facts.directory();
    let (id, service) = (&rule.rule.id, facts.service());
    let stop = directory.automation_stopped_since(approval.decided_on, id, service)?;
    let why = format!("its approval is from before the stop at {:.0}", stop.at);
    Some(("automation_before_stop", why))
}

/// A rule that waits for its review: when it approves, or why its time does not run, and who can say
/// no.
fn under_review(facts: &Eligibility<'_>, rule: &AutomaticRule) -> Option<Explanation> {
    let (id, terms) = (&rule.rule.id, rule.review.as_ref()?);
    not_recorded(facts, rule)?;
    let review = facts.change().lazy_review(id).filter(|review| review.terms == *terms)?;
    let (code, title, next) = match &review.time {
        ReviewTime::Runs { ends_at, .. } => {
            let what = format!("{id} approves it if nobody objects");
            let title = format!("{id} approves this at {ends_at:.0} if nobody objects");
            ("lazy_review_runs", title, Some(Edge { at: *ends_at, what }))
        }
        ReviewTime::Waits { why, .. } => {
            let title =
                format!("{id} would approve this after a review, and its time stands: {why}");
            ("lazy_review_waits", title, None)
        }
    };
    let roles: Vec<&str> = terms.tell.iter().map(RoleName::as_str).collect();
    let told: BTreeSet<&PersonId> =
        review.notices.iter().flat_map(|n| &n.told).flat_map(|t| &t.people).collect();
    let names = told.into_iter().map(|p| facts.directory().person_name(p)).collect::<Vec<_>>();
    let detail = format!(
        "the window is {} of working time; told as {}: {}; its requester and everybody with a role \
         over {} can object or hold it",
        crate::time::minutes_in_words(terms.window_minutes),
        roles.join(" and "),
        if names.is_empty() { "nobody".to_owned() } else { names.join(", ") },
        facts.service()
    );
    let mut node = Explanation::new(Outcome::Info, code, title).detail(detail);
    node = node.rule(rule.rule.clone());
    node.next = next;
    Some(node)
}

fn with_accepted_risk() -> (&'static str, String) {
    let why = "where a risk is accepted somebody has to decide the rest";
    ("automation_with_accepted_risk", why.to_owned())
}

fn node(change: &Change, rule: &AutomaticRule, key: &str) -> Explanation {
    let approval = change.automatic_approval(&rule.rule.id);
    let reviewed = approval.and_then(|a| a.review.as_ref()).map(|held| {
        let window = crate::time::minutes_in_words(held.terms.window_minutes);
        format!(" after a review of {window} in which nobody objected")
    });
    let title = format!(
        "approved by the rule {}, by nobody in person{}",
        rule.rule.id,
        reviewed.unwrap_or_default()
    );
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
