//! The change record on the wire.

use api_types::changes as wire;
use api_types::{deployments, material as parts};
use app::change::Explained;
use domain::change::{Change, Deployment, Revision, State};
use policy::Bundle;

use super::Names;
use super::assessment::{added, assessed};
use super::explanation::edge;
use super::material::{
    artifact, contributor, decision, evidence, kind, kind_by_word, level, moved, outcome_word,
    plan, state, state_by_word, window,
};
use super::overrides::why_not_override;
use super::text::time;
use super::vote::refusal;

/// The page of a change in the console.
#[must_use]
pub fn url(number: domain::ids::ChangeNumber) -> String {
    format!("/changes/{number}")
}

/// A change by id, number and page.
#[must_use]
pub fn reference(change: &Change) -> wire::ChangeRef {
    wire::ChangeRef {
        id: change.id.to_string(),
        number: change.number.to_string(),
        url: url(change.number),
    }
}

impl Names<'_> {
    /// The whole record, as explained to `principal`, with its grants.
    #[must_use]
    pub fn change(
        &self,
        explained: &Explained,
        principal: &app::principal::Principal,
        grants: Vec<api_types::grants::Grant>,
    ) -> wire::Change {
        let change = &explained.facts.change;
        let explanation = self.explanation(&explained.verdict.explanation);
        wire::Change {
            id: change.id.to_string(),
            number: change.number.to_string(),
            url: url(change.number),
            requester: self.principal(&change.requester),
            created_at: time(change.created_at),
            updated_at: time(change.updated_at),
            state: state(change.state.name()),
            expires_at: expires_at(change).map(time),
            valid_until: change.state.valid_until().map(time),
            outcome: match &change.state {
                State::Completed { outcome, .. } => Some(outcome_word(*outcome)),
                State::Closed { .. } => {
                    change.deployments.last().and_then(|d| d.outcome).map(outcome_word)
                }
                _ => None,
            },
            superseded_by: match &change.state {
                State::Superseded { by, .. } => Some(by.to_string()),
                _ => None,
            },
            held: change.is_held(),
            revision: self.revision(change.revision()),
            revisions: self.revisions(change),
            assessment: change.assessment.as_ref().map(assessed),
            added: change.added.iter().map(added).collect(),
            votes: self.votes(change, explained.decisions()),
            holds: change.holds.iter().map(|h| self.hold(h)).collect(),
            freezes: self.freezes_of(explained, principal),
            schedule: explained.schedule.as_ref().map(super::schedule::schedule),
            // Looked up by who asks for the record, since it takes other changes.
            conflicts: Vec::new(),
            exceptions: self.exceptions(change),
            automatic_approvals: (change.automatic_approvals.iter())
                .map(|approval| self.automatic_approval(approval))
                .collect(),
            reviews: self.reviews(change),
            objections: self.objections(change),
            overrides: self.overrides(change, explained.facts.now),
            grants,
            deployments: change.deployments.iter().map(|d| self.deployment(change, d)).collect(),
            missing: self.all_missing(&explained.verdict.explanation),
            next_edge: explained.verdict.explanation.next_edge().map(edge),
            explanation,
            set: change.set.as_deref().map(super::change_set::reference),
            you: self.you(explained, principal),
        }
    }

    /// A row of a list. Before it is assessed, its tier is what `bundle` says of its environment.
    #[must_use]
    pub fn change_summary(
        &self,
        row: &store::ChangeSummary,
        bundle: Option<&Bundle>,
    ) -> wire::ChangeSummary {
        let assessed = row.risk_score.is_some().then_some(row.tier);
        wire::ChangeSummary {
            id: row.id.to_string(),
            number: row.number.to_string(),
            url: url(row.number),
            title: row.title.clone(),
            service: row.service.clone(),
            domain: row.domain.clone(),
            environment: row.environment.clone(),
            tier: tier(assessed, &row.environment, bundle),
            kind: kind_by_word(&row.kind),
            state: state_by_word(&row.state),
            held: row.held,
            risk_score: row.risk_score,
            risk_level: row.risk_level.clone(),
            requester: self.principal_by_id(&row.requester),
            missing: row.missing,
            created_at: time(row.created_at),
            updated_at: time(row.updated_at),
            due_at: row.due_at.map(time),
            plan_problem: self.plan_problem(&row.id),
            duplicates: self.duplicates(&row.id),
        }
    }

    /// The same row from the change itself.
    #[must_use]
    pub fn summary_of(
        &self,
        change: &Change,
        due_at: Option<jiff::Timestamp>,
        bundle: Option<&Bundle>,
    ) -> wire::ChangeSummary {
        let assessed = change.assessment.as_ref().map(|a| a.tier);
        let material = &change.revision().material;
        let service = self.directory.service(&material.service);
        let risk = change.assessment.as_ref().map(|a| &a.risk);
        wire::ChangeSummary {
            id: change.id.to_string(),
            number: change.number.to_string(),
            url: url(change.number),
            title: material.title.text().to_owned(),
            service: material.service.to_string(),
            domain: service.and_then(|s| s.domain.as_ref()).map(ToString::to_string),
            environment: material.environment.to_string(),
            tier: tier(assessed, material.environment.as_str(), bundle),
            kind: kind(material.kind),
            state: state(change.state.name()),
            held: change.is_held(),
            risk_score: risk.map(|r| r.score),
            risk_level: risk.map(|r| r.level.clone()),
            requester: self.principal(&change.requester),
            missing: 0,
            created_at: time(change.created_at),
            updated_at: time(change.updated_at),
            due_at: due_at.or_else(|| change.next_edge()).map(time),
            plan_problem: self.plan_problem(&change.id),
            duplicates: self.duplicates(&change.id),
        }
    }

    fn revision(&self, revision: &Revision) -> wire::Revision {
        let m = &revision.material;
        wire::Revision {
            number: revision.number,
            digest: revision.digest.to_string(),
            by: self.principal(&revision.by),
            at: time(revision.at),
            title: m.title.text().to_owned(),
            description: m.description.text().to_owned(),
            reason: m.reason.text().to_owned(),
            plain_summary: m.plain_summary.as_ref().and_then(|text| text.get().cloned()),
            kind: kind(m.kind),
            template: m
                .template
                .as_ref()
                .map(|t| parts::TemplateRef { name: t.name.to_string(), version: t.version }),
            service: m.service.to_string(),
            environment: m.environment.to_string(),
            artifacts: m.artifacts.iter().map(artifact).collect(),
            parameters: m.parameters.clone(),
            plan: m.plan.as_ref().map(plan),
            evidence: m.evidence.iter().map(evidence).collect(),
            window: m.window.as_ref().map(window),
            contributors: m.contributors.iter().map(contributor).collect(),
            source: m.source.as_ref().map(|s| parts::Source {
                repository: s.repository.clone(),
                commit: s.commit.clone(),
            }),
            impact: level(m.impact),
            urgency: level(m.urgency),
            complexity: level(m.complexity),
            incident: m.incident.clone(),
            attributes: m.attributes.clone(),
            version: m.version.clone(),
            paths: m.paths.iter().cloned().collect(),
        }
    }

    fn revisions(&self, change: &Change) -> Vec<wire::RevisionSummary> {
        let all = change.revisions();
        let earlier = std::iter::once(None).chain(all.iter().map(Some));
        all.iter()
            .zip(earlier)
            .map(|(revision, earlier)| wire::RevisionSummary {
                number: revision.number,
                digest: revision.digest.to_string(),
                by: self.principal(&revision.by),
                at: time(revision.at),
                moved: earlier
                    .map(|e| revision.moved_since(e))
                    .unwrap_or_default()
                    .into_iter()
                    .map(moved)
                    .collect(),
            })
            .collect()
    }

    fn hold(&self, hold: &domain::change::Hold) -> wire::Hold {
        wire::Hold {
            id: hold.id.to_string(),
            by: self.principal(&hold.by),
            at: time(hold.at),
            reason: hold.reason.get().cloned(),
        }
    }

    /// A deployment of a change.
    #[must_use]
    pub fn deployment(&self, change: &Change, d: &Deployment) -> deployments::Deployment {
        deployments::Deployment {
            id: d.id.to_string(),
            change: change.id.to_string(),
            change_number: change.number.to_string(),
            grant: d.grant.to_string(),
            by: self.principal(&d.by),
            began_at: time(d.began_at),
            ended_at: d.ended_at.map(time),
            outcome: d.outcome.map(outcome_word),
            exit_code: d.exit_code,
            note: d.note.as_ref().and_then(|n| n.get().cloned()),
            override_id: d.override_id.as_ref().map(ToString::to_string),
        }
    }

    pub(super) fn you(
        &self,
        explained: &Explained,
        principal: &app::principal::Principal,
    ) -> wire::You {
        let change = &explained.facts.change;
        let state = &change.state;
        let person = principal.actor.person();
        let owns = explained.you.owns;
        let edited = change.revisions().iter().any(|r| r.by.principal() == principal.id());
        let vote = &explained.you.vote;
        let capacities = vote.as_deref().unwrap_or_default();
        let counts_for: Vec<String> =
            capacities.iter().take(1).flat_map(|c| &c.roles).map(ToString::to_string).collect();
        let meaning = explained
            .facts
            .votable()
            .iter()
            .filter(|r| r.roles.iter().any(|role| counts_for.iter().any(|c| c == role.as_str())))
            .find_map(|r| r.meaning.clone());
        let may_release = |h: &&domain::change::Hold| {
            person.is_some_and(|p| change.may_release(h, p, self.directory, explained.facts.now))
        };
        let runs = matches!(state, State::Implementing { .. } | State::Completed { .. });
        wire::You {
            may_vote: vote.is_ok(),
            counts_for,
            acting_for: self.acting_for(capacities),
            meaning,
            why_not: vote.as_ref().err().map(refusal),
            voted: change
                .current_votes()
                .find(|v| Some(&v.person) == person)
                .map(|v| decision(v.decision)),
            may_hold: explained.you.may_hold && !state.is_final(),
            may_object: explained.may_object(),
            may_release: change
                .holds
                .iter()
                .filter(may_release)
                .map(|h| h.id.to_string())
                .collect(),
            may_withdraw: owns && !state.is_final() && !runs,
            may_revise: (owns || edited)
                && !runs
                && (!state.is_final() || matches!(state, State::Expired { .. })),
            may_submit: owns && matches!(state, State::Draft | State::Assessing),
            may_close: explained.you.may_hold && matches!(state, State::Completed { .. }),
            may_override: explained.you.may_override.as_ref().ok().copied(),
            why_not_override: why_not_override(explained),
            may_review: self.may_review(change, person, explained.facts.now),
        }
    }
}

/// The tier on record; before there is one, what the live bundle says, and the strictest without it.
fn tier(assessed: Option<u8>, environment: &str, bundle: Option<&Bundle>) -> u8 {
    let live = || bundle?.tier_of(environment).map(|tier| tier.number);
    assessed.or_else(live).unwrap_or(4)
}

fn expires_at(change: &Change) -> Option<jiff::Timestamp> {
    match &change.state {
        State::AwaitingApproval { expires_at, .. } => Some(*expires_at),
        _ => None,
    }
}
