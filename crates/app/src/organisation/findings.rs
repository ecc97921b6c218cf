//! Findings: raising what a record-only gate let through, and dealing with them (M2.3).

use domain::explanation::Outcome;
use domain::gate::{Question, Verdict};
use domain::ids::FindingId;
use domain::organisation::{
    FINDING_DUE, Finding, FindingAcknowledgement, FindingFact, FindingKind, FindingResolution,
    KnownFinding, OrganisationEvent,
};
use domain::private::Private;
use domain::refusal::Refusal;
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::principal::Principal;
use crate::{App, AppError, ChangeFacts, Recorded};

/// So many reasons and artifacts stand in the evidence of a finding.
const EVIDENCE_MAX: usize = 20;

impl ChangeFacts {
    /// The finding that follows when a gate that only records lets something pass, unless the same is
    /// open already.
    pub(crate) fn let_through(
        &self,
        id: FindingId,
        question: &Question,
        verdict: &Verdict,
    ) -> Option<Finding> {
        let (change, directory) = (&self.change, &self.live.directory);
        let revision = change.revision();
        let about = format!("{}/{}/{}", change.id, revision.number, question.environment);
        if directory.has_finding(FindingKind::LetThrough, &about) {
            return None;
        }
        let fact = |fact: &str, value: &str| FindingFact {
            fact: fact.to_owned(),
            value: value.to_owned(),
        };
        let mut evidence = vec![
            fact("answer", verdict.answer.as_str()),
            fact("revision", &revision.digest.to_string()),
            fact("policy", &self.policy_digest()),
            fact("asked_by", question.asked_by.principal()),
        ];
        let failed = [Outcome::Missing, Outcome::Denied, Outcome::Unknown];
        let reasons = verdict.explanation.walk();
        let mut reasons: Vec<&str> = reasons
            .filter(|n| n.children.is_empty() && failed.contains(&n.outcome))
            .map(|n| n.code.as_str())
            .collect();
        reasons.sort_unstable();
        reasons.dedup();
        evidence.extend(reasons.into_iter().take(EVIDENCE_MAX).map(|code| fact("reason", code)));
        let artifacts = question.artifacts.iter().take(EVIDENCE_MAX);
        evidence.extend(artifacts.map(|digest| fact("artifact", digest.as_str())));
        Some(Finding {
            id,
            kind: FindingKind::LetThrough,
            about,
            service: question.service.clone(),
            environment: question.environment.clone(),
            change: (change.id.clone(), change.number),
            code: verdict.code.clone(),
            evidence,
            subject: None,
            owner: directory.finding_owner(&question.service),
            raised_at: self.now,
            due_at: self.now.checked_add(FINDING_DUE).unwrap_or(self.now),
        })
    }
}

fn plan(event: OrganisationEvent, value: KnownFinding) -> OrganisationPlan<KnownFinding> {
    let events = vec![(Stream::organisation(), event.into())];
    OrganisationPlan { events, writes: Vec::new(), value }
}

impl App {
    /// Says that somebody deals with a finding. If somebody does already, nothing is recorded.
    ///
    /// # Errors
    /// There is no such finding, it is resolved, or they may not.
    pub async fn acknowledge_finding(
        &self,
        principal: &Principal,
        finding: &FindingId,
    ) -> Result<Recorded<KnownFinding>, AppError> {
        let (by, account) = principal.acting_account("deal with a finding")?;
        self.organisation_action(&principal.actor, |live, now| {
            let seen = FindingAcknowledgement {
                finding: finding.clone(),
                by: by.clone(),
                account: account.clone(),
                at: now,
            };
            let is_new = live.directory.check_acknowledgement(&seen)?;
            let mut value = known(live, finding)?;
            if !is_new {
                return Ok(OrganisationPlan { events: Vec::new(), writes: Vec::new(), value });
            }
            value.acknowledged = Some(seen.clone());
            Ok(plan(OrganisationEvent::FindingAcknowledged(Box::new(seen)), value))
        })
        .await
    }

    /// Resolves a finding with what was done about it.
    ///
    /// # Errors
    /// There is no such finding, it is resolved, no reason is given, or they may not.
    pub async fn resolve_finding(
        &self,
        principal: &Principal,
        finding: &FindingId,
        reason: &str,
    ) -> Result<Recorded<KnownFinding>, AppError> {
        let (by, account) = principal.acting_account("resolve a finding")?;
        self.organisation_action(&principal.actor, |live, now| {
            let resolved = FindingResolution {
                finding: finding.clone(),
                by: by.clone(),
                account: account.clone(),
                reason: Private::from(reason),
                at: now,
            };
            live.directory.check_finding_resolution(&resolved)?;
            let mut value = known(live, finding)?;
            value.resolved = Some(resolved.clone());
            Ok(plan(OrganisationEvent::FindingResolved(Box::new(resolved)), value))
        })
        .await
    }
}

fn known(live: &crate::Live, finding: &FindingId) -> Result<KnownFinding, AppError> {
    let missing = || Refusal::NotFound { entity: "finding", id: finding.to_string() };
    Ok(live.directory.finding(finding).ok_or_else(missing)?.clone())
}
