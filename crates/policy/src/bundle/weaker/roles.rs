//! Roles: where they are held, how far they can be delegated, and how their holders are informed.

use domain::change::RoleBriefing;
use domain::organisation::{Member, RoleBinding};

use super::order::{no_wider, only, states};
use super::{Pair, Reasons};
use crate::bundle::Role;

/// A role that is gone answers for nothing any more; one that is new is asked by rules, if at all. Whoever
/// holds a role approves by it and also stops, holds and objects by it, so that a group that is given one
/// and a group that loses one are both weaker.
pub(super) fn compare(pair: &Pair<'_>, found: &mut Reasons) {
    for before in &pair.before.roles {
        if let Some(after) = pair.after.roles.iter().find(|role| role.name == before.name) {
            role(after, before, found);
        }
    }
    let (after, before) = (&pair.after.mapping, &pair.before.mapping);
    for given in after.iter().filter(|given| !before.contains(given)) {
        found.add(format!("{} is held by {}", held(given), whom(given)));
    }
    for taken in before.iter().filter(|taken| !after.contains(taken)) {
        found.add(format!("{} is not held by {} any more", held(taken), whom(taken)));
    }
}

fn held(binding: &RoleBinding) -> String {
    format!("role `{}` on `{}`", binding.role, binding.scope)
}

fn whom(binding: &RoleBinding) -> String {
    match &binding.member {
        Member::Group(group) => format!("group `{group}`"),
        Member::Person(person) => format!("`{person}`"),
    }
}

fn role(after: &Role, before: &Role, found: &mut Reasons) {
    let Role {
        name,
        title: _,
        description: _,
        reach,
        meaning,
        delegation_minutes,
        competence,
        briefing,
    } = after;
    let mut say = |weaker: bool, words: &str| {
        found.when(weaker, || format!("role `{name}` {words}"));
    };
    say(!no_wider(*reach, before.reach), "counts where it did not");
    let other = !states(meaning.as_ref(), before.meaning.as_ref());
    say(other, "states something else by its approval");
    let longer = *delegation_minutes > before.delegation_minutes;
    say(longer, "may be delegated, or for longer");
    let anybody = |role: &Role| role.competence.is_empty();
    let more = !anybody(before) && (anybody(after) || !only(competence, &before.competence));
    say(more && delegation_minutes.is_some(), "may be delegated to others");
    let less = !informs(briefing.as_ref(), before.briefing.as_ref());
    say(less, "is informed by less before it decides");
}

fn informs(after: Option<&RoleBriefing>, before: Option<&RoleBriefing>) -> bool {
    let Some(before) = before else { return true };
    let Some(after) = after else { return false };
    let RoleBriefing {
        role: _,
        stakeholder: _,
        acknowledgement,
        required,
        dwell_seconds,
        second_if_rapid,
    } = after;
    states(acknowledgement.as_ref(), before.acknowledgement.as_ref())
        && (*required || !before.required)
        && *dwell_seconds >= before.dwell_seconds
        && (*second_if_rapid || !before.second_if_rapid)
}
