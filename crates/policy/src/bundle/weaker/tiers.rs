//! Environments, their tiers and what holds in them; and the risk that conditions look at.

use std::collections::BTreeSet;

use super::order::shows;
use super::vocabulary::may_fail;
use super::{Pair, Reasons};
use crate::bundle::{Bundle, Enforced, Factor, Level, Tier, Unclassified};
use crate::expr::Condition;

pub(super) fn compare(pair: &Pair<'_>, found: &mut Reasons) {
    for (after, before) in pair.after.tiers.iter().zip(&pair.before.tiers) {
        tier(after, before, found);
    }
    environments(pair, found);
    enforced(pair, found);
    risk(pair, found);
}

fn tier(after: &Tier, before: &Tier, found: &mut Reasons) {
    let Tier {
        number,
        title: _,
        enforce,
        pending_minutes,
        approval_minutes,
        expiry_clock,
        grant_minutes,
        reruns_after_failure,
        known_contributors,
        step_up,
    } = after;
    let mut say = |weaker: bool, words: &str| {
        found.when(weaker, || format!("T{number}: {words}"));
    };
    say(before.enforce && !enforce, "the gate only records and blocks nothing any more");
    say(*pending_minutes > before.pending_minutes, "undecided changes stay open for longer");
    say(*approval_minutes > before.approval_minutes, "approvals stand for longer");
    // The same span in working time is never shorter, and often longer.
    let working = before.expiry_clock.is_wall() && !expiry_clock.is_wall();
    say(working, "undecided changes and approvals last through nights and holidays");
    say(*grant_minutes > before.grant_minutes, "grants can be redeemed for longer");
    let more = *reruns_after_failure > before.reruns_after_failure;
    say(more, "a failed deployment may be run again more often");
    let strangers = before.known_contributors && !known_contributors;
    say(strangers, "contributors need not be known people any more");
    let less = !shows(step_up.as_ref(), before.step_up.as_ref());
    say(less, "an approval has to show less of how the voter signed in");
}

/// An entry that is there as it was lets the gate block where it did; any other may not.
fn enforced(pair: &Pair<'_>, found: &mut Reasons) {
    let kept = |entry: &&Enforced| pair.after.enforced.contains(*entry);
    let gone = pair.before.enforced.iter().filter(|entry| !kept(entry)).count();
    found.when(gone > 0, || {
        "where the gate blocks although its tier only records: an entry is gone or differs"
            .to_owned()
    });
}

fn environments(pair: &Pair<'_>, found: &mut Reasons) {
    let (after, before) = (pair.after, pair.before);
    let known = [after, before].into_iter().flat_map(|bundle| &bundle.environments);
    let names: BTreeSet<&str> = known.map(|environment| environment.name.as_str()).collect();
    for name in names {
        let tier = |bundle: &Bundle| bundle.tier_of(name).map(|tier| tier.number);
        match (tier(before), tier(after)) {
            (None, Some(to)) => found.add(format!("environment `{name}` is let in, as T{to}")),
            (Some(from), Some(to)) if from != to => {
                found.add(format!("environment `{name}` goes from T{from} to T{to}"));
            }
            (_, None) | (Some(_), Some(_)) => {}
        }
    }
    match (before.unclassified, after.unclassified) {
        (Unclassified::Refuse, Unclassified::Tier(to)) => {
            found.add(format!("environments nobody has classified are let in, as T{to}"));
        }
        (Unclassified::Tier(from), Unclassified::Tier(to)) if from != to => {
            found.add(format!("environments nobody has classified go from T{from} to T{to}"));
        }
        (_, Unclassified::Refuse) | (Unclassified::Tier(_), Unclassified::Tier(_)) => {}
    }
}

/// More risk is not always asked for more, so a risk that is reckoned in another way can't be compared;
/// where no condition looks at it and no factor may fail, it asks for nothing.
fn risk(pair: &Pair<'_>, found: &mut Reasons) {
    let looked_at = [pair.after, pair.before].into_iter().flat_map(conditions);
    let (after, before) = (pair.after, pair.before);
    let blocks = before.factors.iter().any(|factor| may_fail(&factor.when));
    if !blocks && !looked_at.flat_map(Condition::fields).any(|fact| fact.starts_with("risk.")) {
        return;
    }
    let levels = |bundle: &Bundle| -> Vec<(String, i64)> {
        let level = |level: &Level| (level.name.clone(), level.from);
        bundle.levels.iter().map(level).collect()
    };
    found.when(after.matrix != before.matrix, || {
        "the risk matrix gives other points, and rules look at the risk".to_owned()
    });
    found.when(levels(after) != levels(before), || {
        "the approval levels begin at other scores, and rules look at the risk".to_owned()
    });
    let same = |one: &Factor, other: &Factor| {
        let Factor { name: _, when, points, why: _, source: _ } = one;
        *points == other.points
            && pair.vocabulary.implies(when, &other.when)
            && pair.vocabulary.implies(&other.when, when)
    };
    let pairs = after.factors.iter().zip(&before.factors);
    for (factor, _) in pairs.filter(|(one, other)| !same(one, other)) {
        found.add(format!("risk factor `{}` differs, and rules may look at the risk", factor.name));
    }
    found.when(after.factors.len() != before.factors.len(), || {
        "there are other risk factors, and rules look at the risk".to_owned()
    });
}

/// All conditions by which something is asked for, or answered.
fn conditions(bundle: &Bundle) -> impl Iterator<Item = &Condition> {
    let rules = bundle.rules.iter().map(|rule| &rule.when);
    let plans = bundle.plans.iter().filter_map(|plan| plan.when.as_ref());
    let automations = bundle.automations.list.iter();
    rules.chain(plans).chain(automations.flat_map(|a| std::iter::once(&a.scope).chain(&a.when)))
}
