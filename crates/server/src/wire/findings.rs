//! Findings on the wire.

use api_types::findings as wire;
use domain::ids::PersonId;
use domain::organisation::KnownFinding;
use jiff::Timestamp;

use super::Names;
use super::text::time;

impl Names<'_> {
    /// A finding as a person sees it, or a machine.
    #[must_use]
    pub fn finding(
        &self,
        known: &KnownFinding,
        person: Option<&PersonId>,
        now: Timestamp,
    ) -> wire::Finding {
        let KnownFinding { finding, acknowledged, resolved } = known;
        let fact = |from: &domain::organisation::FindingFact| wire::FindingFact {
            fact: from.fact.clone(),
            value: from.value.clone(),
        };
        let may = |p: &PersonId| self.directory.may_deal_with(p, finding);
        wire::Finding {
            id: finding.id.to_string(),
            kind: finding.kind.as_str().to_owned(),
            state: known.state().as_str().to_owned(),
            overdue: known.is_overdue(now),
            service: finding.service.to_string(),
            environment: finding.environment.to_string(),
            change: finding.change.1.to_string(),
            code: finding.code.clone(),
            evidence: finding.evidence.iter().map(fact).collect(),
            owner: finding.owner.as_ref().map(|p| self.person(p)),
            raised_at: time(finding.raised_at),
            due_at: time(finding.due_at),
            acknowledged_by: acknowledged.as_ref().map(|a| self.person(&a.by)),
            acknowledged_at: acknowledged.as_ref().map(|a| time(a.at)),
            resolved_by: resolved.as_ref().map(|r| self.person(&r.by)),
            resolved_at: resolved.as_ref().map(|r| time(r.at)),
            resolution: resolved.as_ref().and_then(|r| r.reason.get().cloned()),
            may_resolve: resolved.is_none() && person.is_some_and(may),
        }
    }
}

/// What would have been stopped in one place.
#[must_use]
pub fn let_through(from: &domain::organisation::LetThrough) -> wire::LetThrough {
    wire::LetThrough {
        service: from.service.to_string(),
        environment: from.environment.to_string(),
        total: from.total,
        open: from.open,
        reasons: from.reasons.clone(),
    }
}
