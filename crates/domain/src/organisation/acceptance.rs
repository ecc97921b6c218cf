//! Risk acceptances: a senior role takes the risk of going off one rule, for one service, for a time
//! (M3.6). Never an approval.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Directory;
use crate::ids::{
    AccountId, DomainName, EnvironmentName, PersonId, RiskAcceptanceId, RoleName, ServiceName,
};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::{AcceptanceTerms, Reach};

const TEXT_MAX: usize = 4_000;
/// How long before its end an acceptance is brought to mind.
const REMIND: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A risk somebody accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskAcceptance {
    /// The acceptance.
    pub id: RiskAcceptanceId,
    /// The rule it deviates from.
    pub rule: String,
    /// For this service.
    pub service: ServiceName,
    /// In this environment.
    pub environment: EnvironmentName,
    /// Who accepted it.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// The role that lets them.
    pub role: RoleName,
    /// Why.
    pub reason: Private<String>,
    /// The policy bundle that allows it.
    pub policy: String,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub accepted_at: Timestamp,
    /// Until when.
    #[serde(with = "crate::time::ms")]
    pub expires_at: Timestamp,
    /// By when somebody else has to have looked at it again; after that it does not count.
    #[serde(with = "crate::time::ms")]
    pub review_at: Timestamp,
}

/// What a follow-up review says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcceptanceOutcome {
    /// It stands until it expires.
    Keep,
    /// It ends now.
    End,
}

impl AcceptanceOutcome {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::End => "end",
        }
    }
}

/// A follow-up review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptanceReview {
    /// Which acceptance.
    pub acceptance: RiskAcceptanceId,
    /// Who reviewed it.
    pub by: PersonId,
    /// What it says.
    pub outcome: AcceptanceOutcome,
    /// What was found.
    pub findings: Private<String>,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// An acceptance with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAcceptance {
    /// The acceptance.
    pub accepted: RiskAcceptance,
    /// Its reviews, oldest first.
    pub reviews: Vec<AcceptanceReview>,
    /// Whether its coming end was brought to mind.
    pub reminded: bool,
}

/// Where an acceptance stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AcceptanceState {
    /// It counts.
    Live,
    /// Its follow-up review is missing, so it does not count.
    ReviewOverdue,
    /// Its time is over.
    Expired,
    /// A review ended it.
    Ended,
}

impl AcceptanceState {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::ReviewOverdue => "review_overdue",
            Self::Expired => "expired",
            Self::Ended => "ended",
        }
    }
}

impl KnownAcceptance {
    /// Where it stands.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> AcceptanceState {
        let ended = self.reviews.iter().any(|r| r.outcome == AcceptanceOutcome::End);
        if ended {
            AcceptanceState::Ended
        } else if now >= self.accepted.expires_at {
            AcceptanceState::Expired
        } else if self.reviews.is_empty() && now >= self.accepted.review_at {
            AcceptanceState::ReviewOverdue
        } else {
            AcceptanceState::Live
        }
    }

    /// When something about it has to be brought to mind: its review or its end comes near.
    #[must_use]
    pub fn remind_at(&self) -> Timestamp {
        let first = if self.reviews.is_empty() {
            self.accepted.review_at.min(self.accepted.expires_at)
        } else {
            self.accepted.expires_at
        };
        // Never before it began: a short one is brought to mind halfway.
        let half = self.accepted.accepted_at.duration_until(first) / 2;
        let ahead = if half < REMIND { half } else { REMIND };
        first.checked_sub(ahead).unwrap_or(first)
    }
}

/// What a person hands in to accept a risk.
#[derive(Debug, Clone)]
pub struct AcceptanceClaim {
    /// Id for the acceptance, if it is recorded.
    pub id: RiskAcceptanceId,
    /// Who.
    pub person: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// The rule.
    pub rule: String,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// Why.
    pub reason: String,
    /// Until when.
    pub expires_at: Timestamp,
    /// By when it is reviewed.
    pub review_at: Timestamp,
    /// The live policy bundle.
    pub policy: String,
}

fn check_text(field: &str, text: &str, ask: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::field(field, ask));
    }
    if text.len() > TEXT_MAX {
        return Err(Refusal::field(field, "shorten it to 4,000 bytes"));
    }
    Ok(())
}

impl Directory {
    pub(super) fn put_acceptance(&mut self, accepted: &RiskAcceptance) {
        let known =
            KnownAcceptance { accepted: accepted.clone(), reviews: Vec::new(), reminded: false };
        self.acceptances.insert(accepted.id.clone(), known);
    }

    pub(super) fn put_acceptance_review(&mut self, review: &AcceptanceReview) {
        if let Some(known) = self.acceptances.get_mut(&review.acceptance) {
            known.reviews.push(review.clone());
            // Its end is brought to mind again.
            known.reminded = false;
        }
    }

    pub(super) fn put_reminded(&mut self, acceptance: &RiskAcceptanceId) {
        if let Some(known) = self.acceptances.get_mut(acceptance) {
            known.reminded = true;
        }
    }

    /// Accepts a risk.
    ///
    /// # Errors
    /// Policy has no terms for this rule here, the person holds none of the roles, or a field can't
    /// be accepted.
    pub fn accept_risk(
        &self,
        claim: AcceptanceClaim,
        terms: Option<&AcceptanceTerms>,
        now: Timestamp,
    ) -> Result<RiskAcceptance, Refusal> {
        let domain = self.service(&claim.service).map(|s| s.domain.clone()).ok_or_else(|| {
            Refusal::field("service", &format!("there is no service `{}`", claim.service))
        })?;
        let terms = terms.ok_or_else(|| Refusal::Policy {
            code: "risk_not_acceptable".to_owned(),
            reason: format!("policy lets nobody go off the rule `{}` here", claim.rule),
        })?;
        let role = self.role_over(&claim.person, terms, &claim.service, domain.as_ref())?;
        check_text("reason", &claim.reason, "say why the risk is worth taking")?;
        let longest = SignedDuration::from_mins(i64::from(terms.longest_minutes));
        let latest = now.checked_add(longest).unwrap_or(Timestamp::MAX);
        if claim.expires_at <= now || claim.expires_at > latest {
            let message = format!("choose a time until {latest:.0}: policy allows no longer");
            return Err(Refusal::field("expires_at", &message));
        }
        if claim.review_at <= now || claim.review_at > claim.expires_at {
            return Err(Refusal::field("review_at", "choose a time before it expires"));
        }
        Ok(RiskAcceptance {
            id: claim.id,
            rule: claim.rule,
            service: claim.service,
            environment: claim.environment,
            by: claim.person,
            account: claim.account,
            role,
            reason: Private::new(claim.reason),
            policy: claim.policy,
            accepted_at: now,
            expires_at: claim.expires_at,
            review_at: claim.review_at,
        })
    }

    /// Checks a follow-up review: somebody else in a role that could have accepted it. To end one is
    /// stricter, so whoever accepted it may as well.
    ///
    /// # Errors
    /// It is over, the person may not, or a field can't be accepted.
    pub fn review_acceptance(
        &self,
        review: &AcceptanceReview,
        terms: Option<&AcceptanceTerms>,
    ) -> Result<(), Refusal> {
        let missing =
            || Refusal::NotFound { entity: "risk acceptance", id: review.acceptance.to_string() };
        let known = self.acceptances.get(&review.acceptance).ok_or_else(missing)?;
        let state = known.state(review.at);
        if matches!(state, AcceptanceState::Ended | AcceptanceState::Expired) {
            let reason = "it is over already".to_owned();
            return Err(Refusal::Policy { code: "acceptance_over".to_owned(), reason });
        }
        let own = known.accepted.by == review.by;
        if own && review.outcome == AcceptanceOutcome::Keep {
            return Err(Refusal::NotEntitled {
                action: "keep a risk you accepted yourself",
                who: "other holders of a role that policy names for the rule",
            });
        }
        if !own {
            let service = &known.accepted.service;
            let domain = self.service(service).and_then(|s| s.domain.as_ref());
            let nobody = AcceptanceTerms {
                roles: vec![known.accepted.role.clone()],
                reach: Reach::Covering,
                longest_minutes: 0,
            };
            self.role_over(&review.by, terms.unwrap_or(&nobody), service, domain)?;
        }
        check_text("findings", review.findings.text(), "say what you found")
    }

    /// The role through which a person may accept a risk for a service.
    fn role_over(
        &self,
        person: &PersonId,
        terms: &AcceptanceTerms,
        service: &ServiceName,
        domain: Option<&DomainName>,
    ) -> Result<RoleName, Refusal> {
        if !self.is_active(person) {
            return Err(Refusal::NotActive { person: person.clone() });
        }
        let held = |role: &&RoleName| {
            self.scopes_of(person, role).any(|scope| terms.reach.admits(scope, service, domain))
        };
        let wanted = || terms.roles.clone();
        terms
            .roles
            .iter()
            .find(held)
            .cloned()
            .ok_or_else(|| Refusal::NoRole { person: person.clone(), wanted: wanted() })
    }

    /// All risk acceptances there ever were, oldest first.
    pub fn acceptances(&self) -> impl DoubleEndedIterator<Item = &KnownAcceptance> {
        self.acceptances.values()
    }

    /// An acceptance.
    #[must_use]
    pub fn acceptance(&self, id: &RiskAcceptanceId) -> Option<&KnownAcceptance> {
        self.acceptances.get(id)
    }

    /// Acceptances of a rule that count now for a service in an environment: live, and whoever
    /// accepted it still holds such a role there.
    pub fn live_acceptances<'d: 'a, 'a>(
        &'d self,
        rule: &'a str,
        terms: &'a AcceptanceTerms,
        service: &'a ServiceName,
        environment: &'a EnvironmentName,
        now: Timestamp,
    ) -> impl Iterator<Item = &'d RiskAcceptance> {
        let domain = self.service(service).and_then(|s| s.domain.as_ref());
        self.acceptances
            .values()
            .filter(move |k| k.state(now) == AcceptanceState::Live)
            .map(|k| &k.accepted)
            .filter(move |a| {
                a.rule == rule
                    && a.service == *service
                    && a.environment == *environment
                    && self.is_usable(&a.account)
                    && self.role_over(&a.by, terms, service, domain).is_ok()
            })
    }

    /// Acceptances whose coming end has to be brought to mind now.
    #[must_use]
    pub fn acceptances_to_remind(&self, now: Timestamp) -> Vec<RiskAcceptanceId> {
        let due = |k: &&KnownAcceptance| {
            !k.reminded && k.state(now) == AcceptanceState::Live && now >= k.remind_at()
        };
        self.acceptances.values().filter(due).map(|k| k.accepted.id.clone()).collect()
    }
}
