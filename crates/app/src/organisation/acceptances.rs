//! Accepting the risk of going off a rule, reviewing that, and bringing its end to mind.

use domain::actor::Actor;
use domain::ids::{EnvironmentName, RiskAcceptanceId, ServiceName};
use domain::organisation::{
    AcceptanceClaim, AcceptanceOutcome, AcceptanceReview, OrganisationEvent, RiskAcceptance,
};
use domain::private::Private;
use domain::requirement::AcceptanceTerms;
use jiff::Timestamp;
use store::Stream;

use crate::journal::OrganisationPlan;
use crate::principal::Principal;
use crate::{App, AppError, Live, Recorded};

/// A risk to accept, as it is handed in.
#[derive(Debug, Clone)]
pub struct AcceptanceDraft {
    /// The rule it deviates from.
    pub rule: String,
    /// For this service.
    pub service: ServiceName,
    /// In this environment.
    pub environment: EnvironmentName,
    /// Why.
    pub reason: String,
    /// Until when.
    pub expires_at: Timestamp,
    /// By when somebody else looks at it again.
    pub review_at: Timestamp,
}

impl Live {
    /// On which terms the live bundle lets the risk of going off a rule be accepted in an
    /// environment, if at all.
    #[must_use]
    pub fn acceptance_terms(
        &self,
        rule: &str,
        environment: &EnvironmentName,
    ) -> Option<&AcceptanceTerms> {
        let bundle = self.policy.live()?;
        let tier = bundle.tier_of(environment.as_str())?;
        bundle.acceptance_terms(rule, tier.number)
    }
}

fn plan<T>(event: OrganisationEvent, value: T) -> OrganisationPlan<T> {
    let events = vec![(Stream::organisation(), event.into())];
    OrganisationPlan { events, writes: Vec::new(), value }
}

impl App {
    /// Accepts the risk of going off one rule, for one service in one environment, for a time.
    ///
    /// # Errors
    /// See [`domain::organisation::Directory::accept_risk`]; or a machine asks.
    pub async fn accept_risk(
        &self,
        principal: &Principal,
        draft: &AcceptanceDraft,
    ) -> Result<Recorded<RiskAcceptance>, AppError> {
        let (person, account) = principal.acting_account("accept a risk")?;
        let id = RiskAcceptanceId::new(self.ports.now(), self.ports.random());
        self.organisation_action(&principal.actor, |live, now| {
            let claim = AcceptanceClaim {
                id: id.clone(),
                person: person.clone(),
                account: account.clone(),
                rule: draft.rule.clone(),
                service: draft.service.clone(),
                environment: draft.environment.clone(),
                reason: draft.reason.clone(),
                expires_at: draft.expires_at,
                review_at: draft.review_at,
                policy: live.policy.live().map_or("none", |b| b.digest()).to_owned(),
            };
            let terms = live.acceptance_terms(&draft.rule, &draft.environment);
            let accepted = live.directory.accept_risk(claim, terms, now)?;
            let event = OrganisationEvent::RiskAccepted(Box::new(accepted.clone()));
            Ok(plan(event, accepted))
        })
        .await
    }

    /// Records a follow-up review: the acceptance stands, or ends now.
    ///
    /// # Errors
    /// See [`domain::organisation::Directory::review_acceptance`]; or a machine asks.
    pub async fn review_acceptance(
        &self,
        principal: &Principal,
        id: &RiskAcceptanceId,
        outcome: AcceptanceOutcome,
        findings: &str,
    ) -> Result<Recorded<()>, AppError> {
        let person = principal.acting_person("review a risk acceptance")?;
        self.organisation_action(&principal.actor, |live, now| {
            let review = AcceptanceReview {
                acceptance: id.clone(),
                by: person.clone(),
                outcome,
                findings: Private::from(findings),
                at: now,
            };
            let known = live.directory.acceptance(id);
            let of = known.map(|k| (&k.accepted.rule, &k.accepted.environment));
            let terms = of.and_then(|(rule, place)| live.acceptance_terms(rule, place));
            live.directory.review_acceptance(&review, terms)?;
            Ok(plan(OrganisationEvent::RiskAcceptanceReviewed(Box::new(review)), ()))
        })
        .await
    }

    /// Brings acceptances to mind whose review or end comes near. Safe to run on every node: the
    /// guard lets one of them record it.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn remind_of_acceptances(&self) -> Result<(), AppError> {
        if self.live().directory.acceptances_to_remind(self.ports.now()).is_empty() {
            return Ok(());
        }
        self.organisation_action(&Actor::System, |live, now| {
            let due = live.directory.acceptances_to_remind(now).into_iter();
            let event = |acceptance| OrganisationEvent::RiskAcceptanceReminded { acceptance };
            let events = due.map(|id| (Stream::organisation(), event(id).into())).collect();
            Ok(OrganisationPlan { events, writes: Vec::new(), value: () })
        })
        .await
        .map(|_| ())
    }
}
