//! Risk acceptances on the wire.

use api_types::acceptances as wire;
use app::organisation::AcceptanceDraft;
use domain::ids::IdError;
use domain::organisation::{AcceptanceOutcome, AcceptanceReview, KnownAcceptance};
use jiff::Timestamp;

use super::Names;
use super::text::time;
use crate::error::ApiError;

impl Names<'_> {
    /// An acceptance and where it stands.
    #[must_use]
    pub fn acceptance(&self, from: &KnownAcceptance, now: Timestamp) -> wire::RiskAcceptance {
        let accepted = &from.accepted;
        wire::RiskAcceptance {
            id: accepted.id.to_string(),
            rule: accepted.rule.clone(),
            service: accepted.service.to_string(),
            environment: accepted.environment.to_string(),
            by: self.person(&accepted.by),
            role: accepted.role.to_string(),
            reason: accepted.reason.get().cloned(),
            accepted_at: time(accepted.accepted_at),
            expires_at: time(accepted.expires_at),
            review_at: time(accepted.review_at),
            state: from.state(now).as_str().to_owned(),
            reviews: from.reviews.iter().map(|r| self.acceptance_review(r)).collect(),
        }
    }

    fn acceptance_review(&self, from: &AcceptanceReview) -> wire::AcceptanceReview {
        wire::AcceptanceReview {
            by: self.person(&from.by),
            outcome: match from.outcome {
                AcceptanceOutcome::Keep => wire::AcceptanceOutcome::Keep,
                AcceptanceOutcome::End => wire::AcceptanceOutcome::End,
            },
            findings: from.findings.get().cloned(),
            at: time(from.at),
        }
    }
}

/// The outcome of a review as the domain has it.
#[must_use]
pub const fn outcome(from: wire::AcceptanceOutcome) -> AcceptanceOutcome {
    match from {
        wire::AcceptanceOutcome::Keep => AcceptanceOutcome::Keep,
        wire::AcceptanceOutcome::End => AcceptanceOutcome::End,
    }
}

/// A risk to accept that was handed in.
///
/// # Errors
/// A field is not what it must be.
pub fn draft(asked: &wire::AcceptanceRequest) -> Result<AcceptanceDraft, ApiError> {
    let at = |field, text: &str| {
        let read = text.parse::<Timestamp>().map(domain::time::to_millis);
        read.map_err(|_| ApiError::field(field, "write an RFC 3339 time"))
    };
    let name = |field: &'static str| move |e: IdError| ApiError::field(field, &e.to_string());
    Ok(AcceptanceDraft {
        rule: asked.rule.clone(),
        service: asked.service.parse().map_err(name("service"))?,
        environment: asked.environment.parse().map_err(name("environment"))?,
        reason: asked.reason.clone(),
        expires_at: at("expires_at", asked.expires_at.as_str())?,
        review_at: at("review_at", asked.review_at.as_str())?,
    })
}
