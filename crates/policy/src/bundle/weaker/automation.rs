//! What approves by itself, who stops it, and overrides.

use domain::change::{OverrideTerms, ReviewTerms};
use domain::organisation::AutomationTerms;

use super::order::{no_wider, only, unproven};
use super::{Pair, Reasons};
use crate::bundle::{Automation, Automations};
use crate::expr::Condition;

pub(super) fn compare(pair: &Pair<'_>, found: &mut Reasons) {
    let Automations { list, terms } = &pair.after.automations;
    for after in list {
        match pair.before.automations.list.iter().find(|rule| rule.id == after.id) {
            Some(before) => rule(pair, after, before, found),
            None => found.add(format!("automation rule `{}` is new", after.id)),
        }
    }
    let stoppable = match (terms, &pair.before.automations.terms) {
        (Some(AutomationTerms { stop, resume }), Some(before)) => {
            only(&before.stop, stop) && only(resume, &before.resume)
        }
        // Without terms nothing approves by itself.
        (None, _) | (_, None) => true,
    };
    found.when(!stoppable, || {
        "fewer people stop automatic approval, or others let it go on".to_owned()
    });
    for (tier, after) in &pair.after.overrides {
        let before = pair.before.override_terms(*tier);
        found.when(!before.is_some_and(|before| overrides(after, before)), || {
            format!("T{tier}: approvals can be overridden by more people or on easier terms")
        });
    }
}

fn rule(pair: &Pair<'_>, after: &Automation, before: &Automation, found: &mut Reasons) {
    let Automation {
        id,
        title: _,
        scope,
        when,
        answers,
        evidence,
        review,
        success_percent,
        source: _,
    } = after;
    let implies = |narrow: &Condition, wide: &Condition| pair.vocabulary.implies(narrow, wide);
    let kept = implies(scope, &before.scope)
        && before.when.iter().all(|old| when.iter().any(|now| implies(now, old)));
    let mut say = |weaker: bool, words: &str| {
        found.when(weaker, || format!("automation rule `{id}` {words}"));
    };
    say(!kept, "may approve more changes");
    say(!only(answers, &before.answers), "answers in place of more rules");
    say(!unproven(evidence, &before.evidence).is_empty(), "rests on less evidence");
    let shorter = !reviews(review.as_ref(), before.review.as_ref());
    say(shorter, "approves after a shorter review, or before fewer people");
    let working_time = review.is_some() && pair.moves_working_time();
    say(working_time, "counts its review in another working time");
    let failing = *success_percent < before.success_percent;
    say(failing, "goes on though more of what it approves fails");
}

fn reviews(after: Option<&ReviewTerms>, before: Option<&ReviewTerms>) -> bool {
    let Some(before) = before else { return true };
    after.is_some_and(|ReviewTerms { window_minutes, remind_minutes, tell }| {
        *window_minutes >= before.window_minutes
            && *remind_minutes >= before.remind_minutes
            && only(&before.tell, tell)
    })
}

fn overrides(after: &OverrideTerms, before: &OverrideTerms) -> bool {
    let OverrideTerms {
        roles,
        reach,
        minutes,
        review_roles,
        review_reach,
        review_minutes,
        rule: _,
        sealed_minutes,
        after_minutes,
        not_by,
    } = after;
    only(roles, &before.roles)
        && no_wider(*reach, before.reach)
        && *minutes <= before.minutes
        && only(review_roles, &before.review_roles)
        && no_wider(*review_reach, before.review_reach)
        && *review_minutes <= before.review_minutes
        // Without terms none is issued, which is less than any.
        && *sealed_minutes <= before.sealed_minutes
        // Without a wait it is at once, which is sooner than any.
        && *after_minutes >= before.after_minutes
        && before.not_by.iter().all(|barred| not_by.contains(barred))
}
