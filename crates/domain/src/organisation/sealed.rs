//! Sealed overrides: issued while all is well, for an emergency in which neither the identity provider
//! nor this server answers (G03). Two holders keep half a code each; what opens is both halves, once.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Directory;
use crate::change::{Digest, OverrideTerms};
use crate::ids::{
    AccountId, EnvironmentName, OverrideId, PersonId, RoleName, SealedOverrideId, ServiceName,
};
use crate::private::Private;
use crate::refusal::Refusal;
use crate::requirement::{Reach, RuleRef};

const REASON_MAX: usize = 4_000;

/// Somebody who keeps one half of the code of a sealed override.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Who.
    pub person: PersonId,
    /// SHA-256 of the proof that whoever has their half can give; see [`crate::sealed::proof`].
    pub commitment: Digest,
}

/// An override of one service in one environment that can be opened once without the server. The log
/// entry that records it, with its receipt, is the sealed document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedOverride {
    /// The sealed override.
    pub id: SealedOverrideId,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// Who issued it.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// The role that let them.
    pub role: RoleName,
    /// Who holds the halves, in order.
    pub holders: [Holder; 2],
    /// The policy bundle that allows it.
    pub policy: String,
    /// Where that policy says so.
    pub rule: RuleRef,
    /// When it was issued.
    #[serde(with = "crate::time::ms")]
    pub issued_at: Timestamp,
    /// Until when it opens.
    #[serde(with = "crate::time::ms")]
    pub valid_until: Timestamp,
    /// Any of these roles reviews a use.
    pub review_roles: Vec<RoleName>,
    /// Where that role must be held.
    pub review_reach: Reach,
    /// Minutes within which a use must be reviewed, once it is told.
    pub review_minutes: u32,
}

/// The end of a sealed override before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedRevocation {
    /// Which.
    pub sealed: SealedOverrideId,
    /// Who.
    pub by: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// Why.
    pub reason: Private<String>,
    /// When.
    #[serde(with = "crate::time::ms")]
    pub at: Timestamp,
}

/// Where a sealed override stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealedState {
    /// It opens.
    Issued,
    /// A use of it was told.
    Used,
    /// It was revoked.
    Revoked,
    /// Its time is over.
    Expired,
}

/// A sealed override with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownSealed {
    /// As it was issued.
    pub issued: SealedOverride,
    /// Its revocation.
    pub revoked: Option<SealedRevocation>,
    /// The uses that were told: more than one is a finding.
    pub uses: Vec<OverrideId>,
}

impl KnownSealed {
    /// Where it stands. Of a used one its use counts, whatever came before or after.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> SealedState {
        if !self.uses.is_empty() {
            SealedState::Used
        } else if self.revoked.is_some() {
            SealedState::Revoked
        } else if now >= self.issued.valid_until {
            SealedState::Expired
        } else {
            SealedState::Issued
        }
    }
}

/// What a person hands in to issue one.
#[derive(Debug, Clone)]
pub struct SealedClaim {
    /// Id for it.
    pub id: SealedOverrideId,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// Who.
    pub person: PersonId,
    /// Through which account.
    pub account: AccountId,
    /// Who gets a half each, and what it is known by.
    pub holders: [Holder; 2],
    /// For how long; as long as policy allows when left out.
    pub minutes: Option<u32>,
    /// The live policy bundle.
    pub policy: String,
}

fn refuse(code: &str, reason: impl Into<String>) -> Refusal {
    Refusal::Policy { code: code.to_owned(), reason: reason.into() }
}

impl Directory {
    /// Decides whether a sealed override is issued. It takes who may override there now; its holders
    /// are two others, so that no one person knows and keeps all of it.
    ///
    /// # Errors
    /// Policy allows none there, the person may not override, or a field can't be accepted.
    pub fn issue_sealed(
        &self,
        claim: SealedClaim,
        terms: Option<&OverrideTerms>,
        now: Timestamp,
    ) -> Result<SealedOverride, Refusal> {
        let (terms, most) = sealed_terms(terms)?;
        if self.service(&claim.service).is_none() {
            return Err(Refusal::field("service", &format!("there is no `{}`", claim.service)));
        }
        let role =
            self.role_at(&claim.person, (&terms.roles, terms.reach), &claim.service)?.clone();
        self.owes_no_review(&claim.person, &terms.roles, now)?;
        let [first, second] = &claim.holders;
        if first.person == second.person {
            return Err(Refusal::field("holders", "name two different people"));
        }
        for holder in &claim.holders {
            if holder.person == claim.person {
                let ask = "name two others: who issues it has seen both halves";
                return Err(Refusal::field("holders", ask));
            }
            if !self.is_active(&holder.person) {
                let ask = format!("{} is nobody who is here", holder.person);
                return Err(Refusal::field("holders", &ask));
            }
        }
        let minutes = claim.minutes.unwrap_or(most);
        if minutes == 0 || minutes > most {
            let most = crate::time::minutes_in_words(most);
            return Err(Refusal::field("valid_minutes", &format!("policy allows up to {most}")));
        }
        let span = SignedDuration::from_mins(i64::from(minutes));
        Ok(SealedOverride {
            id: claim.id,
            service: claim.service,
            environment: claim.environment,
            by: claim.person,
            account: claim.account,
            role,
            holders: claim.holders,
            policy: claim.policy,
            rule: terms.rule.clone(),
            issued_at: now,
            valid_until: now.checked_add(span).unwrap_or(Timestamp::MAX),
            review_roles: terms.review_roles.clone(),
            review_reach: terms.review_reach,
            review_minutes: terms.review_minutes,
        })
    }

    /// Checks a revocation before it is recorded. `false` when it was revoked before.
    ///
    /// # Errors
    /// There is no such sealed override, no reason is given, or they may not: who issued it, its
    /// holders, the owners of its service and admins may.
    pub fn check_sealed_revocation(&self, revocation: &SealedRevocation) -> Result<bool, Refusal> {
        let id = &revocation.sealed;
        let missing = || Refusal::NotFound { entity: "sealed override", id: id.to_string() };
        let known = self.sealed_override(id).ok_or_else(missing)?;
        if !self.may_revoke_sealed(&revocation.by, &known.issued) {
            return Err(Refusal::NotEntitled {
                action: "revoke this sealed override",
                who: "who issued it, its holders, the owners of its service, and admins",
            });
        }
        let reason = revocation.reason.text();
        if reason.trim().is_empty() || reason.len() > REASON_MAX {
            return Err(Refusal::field("reason", "say in 1 to 4,000 bytes why"));
        }
        Ok(known.revoked.is_none())
    }

    /// Whether a person may end a sealed override. Ending one only takes away.
    #[must_use]
    pub fn may_revoke_sealed(&self, person: &PersonId, issued: &SealedOverride) -> bool {
        let involved = issued.by == *person || issued.holders.iter().any(|h| h.person == *person);
        self.is_active(person)
            && (involved
                || self.holds(person, super::access::ADMIN)
                || self.owners_of(&issued.service).contains(person))
    }

    /// All sealed overrides there ever were, oldest first.
    pub fn sealed_overrides(&self) -> impl DoubleEndedIterator<Item = &KnownSealed> {
        self.sealed_overrides.values()
    }

    /// A sealed override.
    #[must_use]
    pub fn sealed_override(&self, id: &SealedOverrideId) -> Option<&KnownSealed> {
        self.sealed_overrides.get(id)
    }

    /// The use of a sealed override that was told with this line of a local record.
    #[must_use]
    pub fn sealed_use(&self, record: &Digest) -> Option<&super::RegisteredOverride> {
        self.overrides().find(|o| o.sealed.as_ref().is_some_and(|s| s.record == *record))
    }

    pub(super) fn put_sealed(&mut self, issued: &SealedOverride) {
        let known = KnownSealed { issued: issued.clone(), revoked: None, uses: Vec::new() };
        self.sealed_overrides.insert(issued.id.clone(), known);
    }

    pub(super) fn put_sealed_revocation(&mut self, revocation: &SealedRevocation) {
        if let Some(known) = self.sealed_overrides.get_mut(&revocation.sealed) {
            known.revoked.get_or_insert_with(|| revocation.clone());
        }
    }

    pub(super) fn put_sealed_use(&mut self, sealed: &SealedOverrideId, id: &OverrideId) {
        if let Some(known) = self.sealed_overrides.get_mut(sealed) {
            known.uses.push(id.clone());
        }
    }
}

/// The terms under which a sealed override may be issued, and for how many minutes at most.
fn sealed_terms(terms: Option<&OverrideTerms>) -> Result<(&OverrideTerms, u32), Refusal> {
    terms.and_then(|terms| Some((terms, terms.sealed_minutes?))).ok_or_else(|| {
        let reason = "policy lets nobody issue a sealed override here; `sealed` in override.yaml \
                      does";
        refuse("sealed_not_allowed", reason)
    })
}
