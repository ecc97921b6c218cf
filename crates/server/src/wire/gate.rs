//! Verdicts and grants on the wire.

use api_types::gate::{Answer, VerdictAnswer, exit_code};
use api_types::grants::{Approval, Grant, GrantState, GrantWithReceipt};
use app::Recorded;
use app::change::Asked;
use domain::change::{Change, Grant as DomainGrant};
use jiff::Timestamp;

use super::Names;
use super::change::reference;
use super::explanation::edge;
use super::ledger::{base64, fresh_receipt};
use super::material::{artifact, plan, window};
use super::text::time;

impl Names<'_> {
    /// The answer to a question, with its grant and the grant's proof.
    #[must_use]
    pub fn verdict(&self, asked: &Recorded<Asked>) -> VerdictAnswer {
        let Asked { question, verdict, enforced, change, grant } = &asked.value;
        let answer = answer(verdict.answer);
        VerdictAnswer {
            question_id: question.id.to_string(),
            answer,
            code: verdict.code.clone(),
            summary: verdict.summary.clone(),
            approved: answer == Answer::Allow && verdict.override_id.is_none(),
            override_id: verdict.override_id.as_ref().map(ToString::to_string),
            exit_code: exit_code(answer, &verdict.code, *enforced),
            enforced: *enforced,
            change: change.as_deref().map(reference),
            explanation: self.explanation(&verdict.explanation),
            missing: self.all_missing(&verdict.explanation),
            next_edge: verdict.explanation.next_edge().map(edge),
            grant: grant.as_ref().and_then(|g| self.fresh_grant(asked, g)),
        }
    }

    /// A grant just given: it is the last entry that was recorded.
    fn fresh_grant(
        &self,
        asked: &Recorded<Asked>,
        grant: &DomainGrant,
    ) -> Option<GrantWithReceipt> {
        let n = asked.leaves.len().checked_sub(1)?;
        let change = asked.value.change.as_deref();
        Some(GrantWithReceipt {
            grant: self.grant(grant, change, grant.issued_at),
            leaf_base64: base64(asked.leaves.get(n)?),
            receipt: fresh_receipt(asked.commit.as_ref(), n)?,
            approvals: change.map(|c| self.approvals(c, grant.revision)).unwrap_or_default(),
        })
    }

    /// A grant, and where it stands at `now`.
    #[must_use]
    pub fn grant(&self, grant: &DomainGrant, change: Option<&Change>, now: Timestamp) -> Grant {
        let redeemed = change.is_some_and(|c| c.deployments.iter().any(|d| d.grant == grant.id));
        let state = match (redeemed, now >= grant.expires_at) {
            (true, _) => GrantState::Redeemed,
            (false, true) => GrantState::Expired,
            (false, false) => GrantState::Open,
        };
        Grant {
            id: grant.id.to_string(),
            change: grant.change.to_string(),
            revision: grant.revision,
            revision_digest: grant.revision_digest.to_string(),
            service: grant.service.to_string(),
            environment: grant.environment.to_string(),
            artifacts: grant.artifacts.iter().map(artifact).collect(),
            parameters: grant.parameters.clone(),
            plan: grant.plan.as_ref().map(plan),
            window: grant.window.as_ref().map(window),
            policy: grant.policy.clone(),
            question: grant.question.to_string(),
            asked_by: self.principal(&grant.asked_by),
            issued_at: time(grant.issued_at),
            expires_at: time(grant.expires_at),
            state,
            override_id: grant.override_id.as_ref().map(ToString::to_string),
        }
    }

    /// The approvals on a revision, for the deployment's own log (M2.5).
    #[must_use]
    pub fn approvals(&self, change: &Change, revision: u32) -> Vec<Approval> {
        let approve = domain::change::VoteDecision::Approve;
        change
            .current_votes()
            .filter(|v| v.revision == revision && v.decision == approve)
            .map(|v| Approval {
                vote: v.id.to_string(),
                person: self.person(&v.person),
                role: v.roles.first().map(ToString::to_string).unwrap_or_default(),
                at: time(v.at),
                justification: v.justification.get().cloned(),
            })
            .collect()
    }
}

const fn answer(answer: domain::gate::Answer) -> Answer {
    match answer {
        domain::gate::Answer::Allow => Answer::Allow,
        domain::gate::Answer::Pending => Answer::Pending,
        domain::gate::Answer::Deny => Answer::Deny,
        domain::gate::Answer::Unknown => Answer::Unknown,
    }
}
