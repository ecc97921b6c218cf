//! Automatic approval on the wire.

use std::sync::Arc;

use api_types::automation as wire;
use app::Live;
use domain::change::{
    Arrival, AutomaticApproval, Change, LazyReview, Notice, ReviewTerms, ReviewTime, State,
};
use domain::detect::{RULE_SPAN, Record, RuleHistory, Tally};
use domain::ids::{ChangeId, PersonId};
use domain::organisation::{KnownStop, StopScope};
use jiff::SignedDuration;

use super::Names;
use super::explanation::rule;
use super::text::time;
use crate::error::ApiError;

impl Names<'_> {
    /// Rules, what they approved lately, and stops, as a person sees them.
    #[must_use]
    pub fn automation(
        &self,
        live: &Live,
        lately: &[(Arc<Change>, AutomaticApproval)],
        person: Option<&PersonId>,
    ) -> wire::Automation {
        let bundle = live.policy.live();
        let terms = bundle.and_then(policy::Bundle::automation_terms);
        let names = |roles: &[domain::ids::RoleName]| {
            roles.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let rules = bundle.map(policy::Bundle::automations).unwrap_or_default().iter();
        let may_stop = person.is_some_and(|p| live.may_stop(p, &StopScope::Everything).is_ok());
        wire::Automation {
            rules: rules.map(|of| self.automation_rule(of, lately)).collect(),
            stops: (self.directory.automation_stops().rev())
                .map(|known| self.automation_stop(known, live, person))
                .collect(),
            stop_roles: terms.map(|t| names(&t.stop)).unwrap_or_default(),
            resume_roles: terms.map(|t| names(&t.resume)).unwrap_or_default(),
            may_stop,
        }
    }

    fn automation_rule(
        &self,
        of: &policy::Automation,
        lately: &[(Arc<Change>, AutomaticApproval)],
    ) -> wire::AutomationRule {
        let stops = |known: &KnownStop| {
            known.resumed.is_none()
                && match &known.stop.scope {
                    StopScope::Everything => true,
                    StopScope::Rule(id) => *id == of.id,
                    StopScope::Service(_) | StopScope::Template(_) => false,
                }
        };
        let own = lately.iter().filter(|(_, approval)| approval.by.rule.id == of.id);
        let conditions = std::iter::once(&of.scope).chain(&of.when);
        wire::AutomationRule {
            id: of.id.clone(),
            title: of.title.clone(),
            rule: rule(&of.source),
            answers: of.answers.clone(),
            conditions: conditions.map(|condition| condition.source().to_owned()).collect(),
            evidence: of.evidence.iter().map(|need| need.kind.clone()).collect(),
            review: of.review.as_ref().map(review_terms),
            stopped: self.directory.automation_stops().any(stops),
            approved: own.map(|(change, approval)| recent(change, approval)).collect(),
        }
    }

    /// A stop, as a person sees it.
    #[must_use]
    pub fn automation_stop(
        &self,
        known: &KnownStop,
        live: &Live,
        person: Option<&PersonId>,
    ) -> wire::AutomationStop {
        let KnownStop { stop, resumed, .. } = known;
        let may = |p: &PersonId| live.may_resume(p, &stop.scope).is_ok();
        wire::AutomationStop {
            id: stop.id.to_string(),
            scope: scope_text(&stop.scope),
            by: self.principal(&stop.actor()),
            finding: stop.finding.as_ref().map(ToString::to_string),
            reason: stop.reason.get().cloned(),
            at: time(stop.at),
            resumed_by: resumed.as_ref().map(|r| self.person(&r.by)),
            resumed_because: resumed.as_ref().and_then(|r| r.reason.get().cloned()),
            resumed_at: resumed.as_ref().map(|r| time(r.at)),
            may_resume: resumed.is_none() && person.is_some_and(may),
        }
    }
}

impl Names<'_> {
    /// A rule, and what became of the changes it could answer for.
    #[must_use]
    pub fn rule_history(
        &self,
        of: &policy::Automation,
        lately: &[(Arc<Change>, AutomaticApproval)],
        history: &RuleHistory,
    ) -> wire::AutomationRuleHistory {
        let approved = |(_, record): &(ChangeId, Record)| {
            let at = record.approved_by(&of.id)?;
            let one = Tally::of(record, record.refused_since(at));
            Some(wire::RuleApproval {
                change: record.number.to_string(),
                service: record.service.to_string(),
                environment: record.environment.to_string(),
                at: time(at),
                refused: one.refused > 0,
                deployments: one.deployments,
                failed: one.failed,
            })
        };
        wire::AutomationRuleHistory {
            rule: self.automation_rule(of, lately),
            days: u32::try_from(RULE_SPAN.as_hours() / 24).unwrap_or(0),
            by_rule: tally(&history.by_rule),
            by_people: tally(&history.by_people),
            people_took_hours: history.people_took.map(hours),
            latest: history.latest.iter().filter_map(approved).collect(),
        }
    }
}

fn tally(from: &Tally) -> wire::RuleTally {
    let Tally { changes, refused, deployments, failed } = *from;
    wire::RuleTally { changes, refused, deployments, failed }
}

/// Hours, to a tenth.
fn hours(span: SignedDuration) -> f64 {
    (span.as_secs_f64() / 360.0).round() / 10.0
}

fn recent(change: &Change, approval: &AutomaticApproval) -> wire::RecentApproval {
    let material = &change.revision().material;
    wire::RecentApproval {
        change: change.number.to_string(),
        service: material.service.to_string(),
        environment: material.environment.to_string(),
        revision: approval.revision,
        at: time(approval.at),
    }
}

/// What a review asks for.
#[must_use]
pub fn review_terms(from: &ReviewTerms) -> wire::ReviewTerms {
    wire::ReviewTerms {
        window_minutes: from.window_minutes,
        remind_minutes: from.remind_minutes,
        tell: from.tell.iter().map(ToString::to_string).collect(),
    }
}

impl Names<'_> {
    /// Reviews of the current revision under way, while it waits for approval.
    #[must_use]
    pub fn reviews(&self, change: &Change) -> Vec<wire::Review> {
        let waits = matches!(change.state, State::AwaitingApproval { .. });
        change
            .lazy_reviews
            .iter()
            .filter(|_| waits)
            .map(|review| self.under_review(review))
            .collect()
    }

    fn under_review(&self, from: &LazyReview) -> wire::Review {
        let (ends_at, stands_because, left_seconds) = match &from.time {
            ReviewTime::Runs { ends_at, .. } => (Some(time(*ends_at)), None, None),
            ReviewTime::Waits { why, left_seconds, .. } => {
                (None, Some(why.clone()), Some(*left_seconds))
            }
        };
        wire::Review {
            rule: rule(&from.rule),
            terms: review_terms(&from.terms),
            began_at: time(from.began_at),
            told: self.told(&from.notices, &from.arrived),
            ends_at,
            stands_because,
            left_seconds,
        }
    }

    fn told(&self, notices: &[Notice], arrived: &[Arrival]) -> Vec<wire::ToldOfReview> {
        let of_notice = |notice: &Notice| {
            let of_role =
                notice.told.iter().flat_map(|told| told.people.iter().map(move |p| (told, p)));
            of_role
                .map(|(told, person)| {
                    let at = |a: &&Arrival| a.person == *person && a.at >= notice.at;
                    wire::ToldOfReview {
                        person: self.person(person),
                        role: told.role.to_string(),
                        sent_at: time(notice.at),
                        arrived_at: arrived.iter().find(at).map(|a| time(a.at)),
                    }
                })
                .collect::<Vec<_>>()
        };
        notices.iter().flat_map(of_notice).collect()
    }

    /// Everybody's no to what rules do by themselves.
    #[must_use]
    pub fn objections(&self, change: &Change) -> Vec<wire::Objection> {
        let objection = |from: &domain::change::Objection| wire::Objection {
            by: self.person(&from.by),
            revision: from.revision,
            reason: from.reason.as_ref().and_then(|r| r.get().cloned()),
            at: time(from.at),
        };
        change.objections.iter().map(objection).collect()
    }

    /// What a rule approved.
    #[must_use]
    pub fn automatic_approval(&self, from: &AutomaticApproval) -> wire::AutomaticApproval {
        let review = from.review.as_ref().map(|held| wire::HeldReview {
            terms: review_terms(&held.terms),
            began_at: time(held.began_at),
            told: self.told(&held.notices, &held.arrived),
        });
        wire::AutomaticApproval { review, ..approval(from) }
    }
}

fn approval(from: &AutomaticApproval) -> wire::AutomaticApproval {
    let value = |v: &domain::change::MatchedValue| wire::MatchedValue {
        fact: v.fact.clone(),
        value: v.value.clone(),
        from: v.from.clone(),
    };
    let condition = |c: &domain::change::MatchedCondition| wire::MatchedCondition {
        condition: c.condition.clone(),
        values: c.values.iter().map(value).collect(),
    };
    wire::AutomaticApproval {
        rule: rule(&from.by.rule),
        title: from.by.title.clone(),
        answers: from.by.answers.clone(),
        conditions: from.by.conditions.iter().map(condition).collect(),
        policy: from.policy.clone(),
        revision: from.revision,
        revision_digest: from.revision_digest.to_string(),
        review: None,
        at: time(from.at),
    }
}

/// What a stop is about, as it is written.
#[must_use]
pub fn scope_text(scope: &StopScope) -> String {
    match scope {
        StopScope::Everything => "everything".to_owned(),
        StopScope::Rule(id) => format!("rule:{id}"),
        StopScope::Service(name) => format!("service:{name}"),
        StopScope::Template(name) => format!("template:{name}"),
    }
}

/// What a stop is about, as it was written.
///
/// # Errors
/// It is none of the four forms.
pub fn scope(text: &str) -> Result<StopScope, ApiError> {
    let forms = "write `everything`, `rule:ID`, `template:NAME` or `service:NAME`";
    let refuse = || ApiError::field("scope", forms);
    match text.split_once(':') {
        None if text == "everything" => Ok(StopScope::Everything),
        Some(("rule", id)) if !id.is_empty() => Ok(StopScope::Rule(id.to_owned())),
        Some(("template", name)) => name.parse().map(StopScope::Template).map_err(|_| refuse()),
        Some(("service", name)) => name.parse().map(StopScope::Service).map_err(|_| refuse()),
        _ => Err(refuse()),
    }
}
