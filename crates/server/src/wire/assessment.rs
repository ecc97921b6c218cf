//! What policy asked for, on the wire.

use api_types::assessment;
use domain::change::Assessment;

use super::explanation::{reach, rule};
use super::text::time;

/// What policy asked for.
#[must_use]
pub fn assessed(a: &Assessment) -> assessment::Assessment {
    assessment::Assessment {
        revision: a.revision,
        policy: a.policy.clone(),
        tier: a.tier,
        risk: assessment::RiskSummary {
            score: a.risk.score,
            level: a.risk.level.clone(),
            matrix_points: a.risk.matrix_points,
            factors: a
                .risk
                .factors
                .iter()
                .map(|f| assessment::RiskFactor {
                    name: f.name.clone(),
                    points: f.points,
                    why: f.why.clone(),
                    source: rule(&f.source),
                })
                .collect(),
        },
        level: a.level.clone(),
        requirements: a.requirements.iter().map(requirement).collect(),
        evidence: a
            .evidence
            .iter()
            .map(|e| assessment::EvidenceRequirement {
                key: e.key.clone(),
                rule: rule(&e.rule),
                kind: e.kind.clone(),
                issuers: e.issuers.clone(),
                max_age_minutes: e.max_age_minutes,
                why: e.why.clone(),
            })
            .collect(),
        alignment: a.alignment.iter().map(rule).collect(),
        exempt: a.exempt.as_ref().map(rule),
        pending_minutes: a.pending_minutes,
        validity_minutes: a.validity_minutes,
        expires_in_working_time: !a.expiry_clock.is_wall(),
        grant_minutes: a.grant_minutes,
        reruns_after_failure: a.reruns_after_failure,
        known_contributors: a.known_contributors,
        step_up: a.step_up.as_ref().map(|s| assessment::StepUp {
            max_age_minutes: s.max_age_minutes,
            acr: s.acr.clone(),
            amr: s.amr.clone(),
            signature: s.signature,
        }),
        enforce: a.enforce,
    }
}

/// What a bundle added to a revision.
#[must_use]
pub fn added(added: &domain::change::Added) -> assessment::AddedRequirements {
    assessment::AddedRequirements {
        at: time(added.at),
        policy: added.assessment.policy.clone(),
        requirements: added.assessment.requirements.iter().map(requirement).collect(),
    }
}

fn requirement(r: &domain::requirement::Requirement) -> assessment::Requirement {
    assessment::Requirement {
        key: r.key.clone(),
        rule: rule(&r.rule),
        roles: r.roles.iter().map(ToString::to_string).collect(),
        reach: reach(r.reach),
        count: r.count,
        why: r.why.clone(),
        meaning: r.meaning.clone(),
        due_minutes: r.due_minutes,
        due_in_working_time: !r.due_clock.is_wall(),
        response_plan: r.response.as_ref().map(|plan| rule(&plan.plan)),
        controls: r.controls.clone(),
    }
}
