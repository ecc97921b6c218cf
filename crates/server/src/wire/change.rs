//! The change record on the wire.

use api_types::changes as wire;
use api_types::votes::{Vote, WhyNot};
use api_types::{assessment, deployments, material};
use app::change::Explained;
use domain::change::{
    Assessment, Change, ChangeType, Contribution, Deployment, DeploymentOutcome, Level, Revision,
    State, StateName, Vote as DomainVote, VoteDecision,
};
use domain::decision::Decision;
use domain::refusal::Refusal;

use super::Names;
use super::explanation::{edge, reach, rule};
use super::text::time;

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
            votes: self.votes(change, explained.decisions()),
            holds: change.holds.iter().map(|h| self.hold(h)).collect(),
            grants,
            deployments: change.deployments.iter().map(|d| self.deployment(change, d)).collect(),
            missing: self.all_missing(&explained.verdict.explanation),
            next_edge: explained.verdict.explanation.next_edge().map(edge),
            explanation,
            you: self.you(explained, principal),
        }
    }

    /// A row of a list.
    #[must_use]
    pub fn change_summary(&self, row: &store::ChangeSummary) -> wire::ChangeSummary {
        wire::ChangeSummary {
            id: row.id.to_string(),
            number: row.number.to_string(),
            url: url(row.number),
            title: row.title.clone(),
            service: row.service.clone(),
            domain: row.domain.clone(),
            environment: row.environment.clone(),
            tier: row.tier,
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
        }
    }

    /// The same row from the change itself.
    #[must_use]
    pub fn summary_of(
        &self,
        change: &Change,
        due_at: Option<jiff::Timestamp>,
    ) -> wire::ChangeSummary {
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
            tier: change.assessment.as_ref().map_or(4, |a| a.tier),
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
            kind: kind(m.kind),
            template: m
                .template
                .as_ref()
                .map(|t| material::TemplateRef { name: t.name.to_string(), version: t.version }),
            service: m.service.to_string(),
            environment: m.environment.to_string(),
            artifacts: m.artifacts.iter().map(artifact).collect(),
            parameters: m.parameters.clone(),
            plan: m.plan.as_ref().map(plan),
            evidence: m.evidence.iter().map(evidence).collect(),
            window: m.window.as_ref().map(window),
            contributors: m.contributors.iter().map(contributor).collect(),
            source: m.source.as_ref().map(|s| material::Source {
                repository: s.repository.clone(),
                commit: s.commit.clone(),
            }),
            impact: level(m.impact),
            urgency: level(m.urgency),
            complexity: level(m.complexity),
            incident: m.incident.clone(),
            attributes: m.attributes.clone(),
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

    fn votes(&self, change: &Change, decisions: &[Decision]) -> Vec<Vote> {
        change.votes.iter().map(|v| self.vote(change, v, decisions)).collect()
    }

    /// A vote, and whether it counts now.
    #[must_use]
    pub fn vote(&self, change: &Change, vote: &DomainVote, decisions: &[Decision]) -> Vote {
        let counts_for: Vec<String> = decisions
            .iter()
            .take(1)
            .flat_map(|d| &d.counted)
            .filter(|c| c.votes.iter().any(|v| v.vote == vote.id))
            .map(|c| c.requirement.clone())
            .collect();
        let counts = !counts_for.is_empty();
        let why_not = if counts { None } else { why_not(change, vote, decisions) };
        Vote {
            id: vote.id.to_string(),
            person: self.person(&vote.person),
            revision: vote.revision,
            revision_digest: vote.revision_digest.to_string(),
            decision: decision(vote.decision),
            justification: vote.justification.get().cloned(),
            meaning: vote.meaning.clone(),
            roles: vote.roles.iter().map(ToString::to_string).collect(),
            policy: vote.policy.clone(),
            at: time(vote.at),
            counts,
            counts_for,
            why_not,
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
        }
    }

    fn you(&self, explained: &Explained, principal: &app::principal::Principal) -> wire::You {
        let change = &explained.facts.change;
        let state = &change.state;
        let person = principal.actor.person();
        let owns = explained.you.owns;
        let edited = change.revisions().iter().any(|r| r.by.principal() == principal.id());
        let vote = &explained.you.vote;
        let counts_for: Vec<String> = vote.iter().flatten().map(ToString::to_string).collect();
        let meaning = explained
            .facts
            .votable()
            .iter()
            .filter(|r| r.roles.iter().any(|role| counts_for.iter().any(|c| c == role.as_str())))
            .find_map(|r| r.meaning.clone());
        let may_release = |h: &&domain::change::Hold| {
            person.is_some_and(|p| change.may_release(h, p, self.directory))
        };
        let runs = matches!(state, State::Implementing { .. } | State::Completed { .. });
        wire::You {
            may_vote: vote.is_ok(),
            counts_for,
            meaning,
            why_not: vote.as_ref().err().map(refusal),
            voted: change
                .current_votes()
                .find(|v| Some(&v.person) == person)
                .map(|v| decision(v.decision)),
            may_hold: explained.you.may_hold && !state.is_final(),
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
        }
    }
}

fn expires_at(change: &Change) -> Option<jiff::Timestamp> {
    match &change.state {
        State::AwaitingApproval { expires_at, .. } => Some(*expires_at),
        _ => None,
    }
}

/// A refusal as a reason why not.
#[must_use]
pub fn refusal(refusal: &Refusal) -> WhyNot {
    WhyNot {
        code: refusal.code().to_owned(),
        detail: refusal.to_string(),
        next: refusal.next_action().to_owned(),
    }
}

/// Why a vote does not count: it died, says something else than yes, or is not needed.
fn why_not(change: &Change, vote: &DomainVote, decisions: &[Decision]) -> Option<WhyNot> {
    let why = |code: &str, detail: &str, next: &str| {
        Some(WhyNot { code: code.to_owned(), detail: detail.to_owned(), next: next.to_owned() })
    };
    let dead = decisions.iter().flat_map(|d| &d.explanation.dead).find(|d| d.vote == vote.id);
    if let Some(dead) = dead {
        return why(&dead.code, &dead.why, "somebody else must answer, or they must vote again");
    }
    if vote.revision != change.revision().number {
        return why(
            "older_revision",
            "it was given for an older revision",
            "vote on the current one",
        );
    }
    if !change.current_votes().any(|v| v.id == vote.id) {
        return why(
            "replaced",
            "the same person voted again later",
            "nothing: the later vote stands",
        );
    }
    match vote.decision {
        VoteDecision::Approve => why(
            "not_needed",
            "enough others count for every requirement it could answer",
            "nothing: it counts as soon as it is needed",
        ),
        VoteDecision::Abstain => why("abstained", "it has no opinion", "vote again to decide"),
        VoteDecision::Reject | VoteDecision::RequestChanges => None,
    }
}

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
        exempt: a.exempt.as_ref().map(rule),
        pending_minutes: a.pending_minutes,
        validity_minutes: a.validity_minutes,
        grant_minutes: a.grant_minutes,
        reruns_after_failure: a.reruns_after_failure,
        known_contributors: a.known_contributors,
        enforce: a.enforce,
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
        controls: r.controls.clone(),
    }
}

fn moved(moved: domain::change::Moved) -> wire::Moved {
    wire::Moved { field: moved.field, from: moved.from, to: moved.to }
}

pub(super) fn artifact(a: &domain::change::Artifact) -> material::Artifact {
    material::Artifact {
        name: a.name.clone(),
        digest: a.digest.to_string(),
        reference: a.reference.clone(),
    }
}

pub(super) fn plan(p: &domain::change::Plan) -> material::Plan {
    material::Plan { hash: p.hash.to_string(), state_serial: p.state_serial.clone() }
}

pub(super) fn window(w: &domain::change::Window) -> material::Window {
    material::Window { from: time(w.from), until: time(w.until) }
}

fn evidence(e: &domain::change::Evidence) -> material::Evidence {
    material::Evidence {
        kind: e.kind.clone(),
        issuer: e.issuer.clone(),
        subject: e.subject.to_string(),
        issued_at: time(e.issued_at),
        passed: e.passed,
        digest: e.digest.as_ref().map(ToString::to_string),
        url: e.url.clone(),
    }
}

fn contributor(c: &domain::change::Contributor) -> material::Contributor {
    let contribution = match c.contribution {
        Contribution::Author => material::Contribution::Author,
        Contribution::Committer => material::Contribution::Committer,
        Contribution::Merger => material::Contribution::Merger,
        Contribution::Builder => material::Contribution::Builder,
        Contribution::Implementer => material::Contribution::Implementer,
        Contribution::OnBehalfOf => material::Contribution::OnBehalfOf,
    };
    material::Contributor { contribution, identity: c.identity.text().to_owned() }
}

const fn kind(kind: ChangeType) -> material::ChangeKind {
    match kind {
        ChangeType::Standard => material::ChangeKind::Standard,
        ChangeType::Normal => material::ChangeKind::Normal,
        ChangeType::Emergency => material::ChangeKind::Emergency,
    }
}

fn kind_by_word(word: &str) -> material::ChangeKind {
    match word {
        "standard" => material::ChangeKind::Standard,
        "emergency" => material::ChangeKind::Emergency,
        _ => material::ChangeKind::Normal,
    }
}

const fn level(level: Level) -> material::Level {
    match level {
        Level::Low => material::Level::Low,
        Level::Medium => material::Level::Medium,
        Level::High => material::Level::High,
    }
}

/// A vote's decision.
#[must_use]
pub const fn decision(decision: VoteDecision) -> api_types::votes::Decision {
    use api_types::votes::Decision as W;
    match decision {
        VoteDecision::Approve => W::Approve,
        VoteDecision::Reject => W::Reject,
        VoteDecision::RequestChanges => W::RequestChanges,
        VoteDecision::Abstain => W::Abstain,
    }
}

/// How a deployment ended.
#[must_use]
pub const fn outcome_word(outcome: DeploymentOutcome) -> deployments::DeploymentOutcome {
    use deployments::DeploymentOutcome as W;
    match outcome {
        DeploymentOutcome::Successful => W::Successful,
        DeploymentOutcome::WithIssues => W::WithIssues,
        DeploymentOutcome::Failed => W::Failed,
        DeploymentOutcome::RolledBack => W::RolledBack,
    }
}

const fn state(state: StateName) -> wire::State {
    match state {
        StateName::Draft => wire::State::Draft,
        StateName::Assessing => wire::State::Assessing,
        StateName::AwaitingApproval => wire::State::AwaitingApproval,
        StateName::Approved => wire::State::Approved,
        StateName::Implementing => wire::State::Implementing,
        StateName::Completed => wire::State::Completed,
        StateName::Closed => wire::State::Closed,
        StateName::Rejected => wire::State::Rejected,
        StateName::Cancelled => wire::State::Cancelled,
        StateName::Expired => wire::State::Expired,
        StateName::Superseded => wire::State::Superseded,
    }
}

fn state_by_word(word: &str) -> wire::State {
    let known = StateName::ALL.into_iter().find(|s| s.as_str() == word);
    known.map_or(wire::State::Draft, state)
}
