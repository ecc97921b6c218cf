//! What is no weaker than what, for the values that parts are made of.

use domain::authentication::StepUp;
use domain::ids::RoleName;
use domain::requirement::Reach;

use crate::bundle::{EvidenceNeed, Need};

/// Whether all of these were there before: an alternative that is gone makes nothing easier.
pub(super) fn only<T: PartialEq>(after: &[T], before: &[T]) -> bool {
    after.iter().all(|one| before.contains(one))
}

/// Whether whoever counts now counted before.
pub(super) fn no_wider(after: Reach, before: Reach) -> bool {
    after == before
        || before == Reach::Covering
        || (after == Reach::Service && before == Reach::Domain)
}

/// Whether a bound still stands and lets no more through; `None` is no bound.
pub(super) fn bounded(after: Option<u32>, before: Option<u32>) -> bool {
    before.is_none_or(|before| after.is_some_and(|after| after <= before))
}

/// Whether a choice of some is no wider; an empty one is no restriction.
pub(super) fn no_more_choice<T: PartialEq>(after: &[T], before: &[T]) -> bool {
    before.is_empty() || (!after.is_empty() && only(after, before))
}

/// Whether a sentence that was stated is stated still.
pub(super) fn states<T: PartialEq>(after: Option<&T>, before: Option<&T>) -> bool {
    before.is_none() || after == before
}

/// Whether a vote that shows enough now showed enough before.
pub(super) fn shows(after: Option<&StepUp>, before: Option<&StepUp>) -> bool {
    let Some(before) = before else { return true };
    let Some(StepUp { max_age_minutes, acr, amr, signature }) = after else { return false };
    bounded(*max_age_minutes, before.max_age_minutes)
        && no_more_choice(acr, &before.acr)
        && no_more_choice(amr, &before.amr)
        && (*signature || !before.signature)
}

/// Whether whoever meets the need now met it before.
pub(super) fn covers(after: &Need, before: &Need) -> bool {
    let Need {
        key: _,
        roles,
        delegable,
        count,
        why: _,
        meaning,
        due_minutes: _,
        due_clock: _,
        reach,
    } = after;
    only(roles, &before.roles)
        && only(delegable, &before.delegable)
        && *count >= before.count
        && states(meaning.as_ref(), before.meaning.as_ref())
        && no_wider(*reach, before.reach)
}

/// The needs that no other of now stands for. Each stands for one: people are counted once.
pub(super) fn uncovered<'n>(after: &[Need], before: &'n [Need]) -> Vec<&'n Need> {
    let mut left: Vec<&Need> = after.iter().collect();
    let mut missing = Vec::new();
    for need in before {
        match left.iter().position(|now| covers(now, need)) {
            Some(at) => {
                left.swap_remove(at);
            }
            None => missing.push(need),
        }
    }
    missing
}

/// Evidence that is not asked for any more, or not as strictly.
pub(super) fn unproven<'n>(
    after: &[EvidenceNeed],
    before: &'n [EvidenceNeed],
) -> Vec<&'n EvidenceNeed> {
    let proves = |now: &EvidenceNeed, need: &EvidenceNeed| {
        let EvidenceNeed { key: _, kind, issuers, max_age_minutes, why: _ } = now;
        *kind == need.kind
            && no_more_choice(issuers, &need.issuers)
            && bounded(*max_age_minutes, need.max_age_minutes)
    };
    before.iter().filter(|need| !after.iter().any(|now| proves(now, need))).collect()
}

/// What a need that is gone asked for, beside what its like asks for now.
pub(super) fn need_in_words(after: &[Need], before: &Need) -> String {
    let roles = in_words(&before.roles);
    match after.iter().find(|now| now.key == before.key) {
        None => format!("no longer asks for {} of {roles}", before.count),
        Some(now) if now.count < before.count => {
            format!("asks for {} of {roles} instead of {}", now.count, before.count)
        }
        Some(_) => format!("lets other people answer for {roles}, or in another way"),
    }
}

pub(super) fn in_words(roles: &[RoleName]) -> String {
    roles.iter().map(RoleName::as_str).collect::<Vec<_>>().join(" or ")
}
