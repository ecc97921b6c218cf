//! Freezes on the wire.

use api_types::freezes as wire;
use app::Live;
use app::change::Explained;
use app::organisation::FreezeDraft;
use app::principal::Principal;
use domain::change::Change;
use domain::freeze::Freeze;
use domain::ids::PersonId;
use jiff::Timestamp;

use super::Names;
use super::material::kind;
use super::request::kind_from_wire;
use super::text::time;
use crate::error::ApiError;

impl Names<'_> {
    /// A freeze, as a person sees it.
    #[must_use]
    pub fn freeze(
        &self,
        from: &Freeze,
        live: &Live,
        person: Option<&PersonId>,
        now: Timestamp,
    ) -> wire::Freeze {
        let may_end = from.by.is_some() && now < from.until;
        wire::Freeze {
            id: from.id.clone(),
            title: from.title.get().cloned(),
            reason: from.reason.get().cloned(),
            scope: from.scope.to_string(),
            environments: from.environments.iter().map(ToString::to_string).collect(),
            tiers: from.tiers.clone(),
            lets_through: from.lets_through.iter().map(|k| kind(*k)).collect(),
            from: time(from.from),
            until: time(from.until),
            in_force: from.is_in_force(now),
            exception_roles: from.approvers.iter().map(ToString::to_string).collect(),
            declared_by: from.by.as_ref().map(|p| self.person(p)),
            may_end: may_end && person.is_some_and(|p| live.may_freeze(p, &from.scope).is_ok()),
        }
    }

    /// Freezes that concern a change, as a principal sees them.
    pub(super) fn freezes_of(
        &self,
        explained: &Explained,
        principal: &Principal,
    ) -> Vec<wire::Freeze> {
        let (live, now) = (&explained.facts.live, explained.facts.now);
        let person = principal.actor.person();
        let all = explained.facts.freezes().into_iter();
        all.map(|f| self.freeze(&f, live, person, now)).collect()
    }

    /// Exceptions asked for on the current revision.
    pub(super) fn exceptions(&self, change: &Change) -> Vec<wire::FreezeException> {
        let one = |from: &domain::change::FreezeException| wire::FreezeException {
            freeze: from.freeze.clone(),
            revision: from.revision,
            by: self.principal(&from.by),
            reason: from.reason.get().cloned(),
            at: time(from.at),
        };
        change.exceptions().map(one).collect()
    }
}

/// A freeze that was handed in.
///
/// # Errors
/// A field is not what it must be.
pub fn draft(asked: &wire::FreezeRequest) -> Result<FreezeDraft, ApiError> {
    let at = |field, text: &str| {
        let read = text.parse::<Timestamp>().map(domain::time::to_millis);
        read.map_err(|_| ApiError::field(field, "write an RFC 3339 time"))
    };
    let environment = |name: &String| {
        let read = name.parse::<domain::ids::EnvironmentName>();
        read.map_err(|e| ApiError::field("environments", &e.to_string()))
    };
    if asked.tiers.iter().any(|t| *t > 4) {
        return Err(ApiError::field("tiers", "the tiers are 0 to 4"));
    }
    Ok(FreezeDraft {
        title: asked.title.clone(),
        reason: asked.reason.clone(),
        scope: asked.scope.parse().map_err(|e: domain::requirement::ScopeError| {
            ApiError::field("scope", &e.to_string())
        })?,
        environments: asked.environments.iter().map(environment).collect::<Result<_, _>>()?,
        tiers: asked.tiers.clone(),
        lets_through: asked.lets_through.iter().map(|k| kind_from_wire(*k)).collect(),
        from: asked.from.as_ref().map(|t| at("from", t.as_str())).transpose()?,
        until: at("until", asked.until.as_str())?,
    })
}
