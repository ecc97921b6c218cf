//! Rules, guarantees, and the fallbacks of response plans.

use domain::asking::{EscalationStep, ResponseClock};
use domain::requirement::AcceptanceTerms;

use super::order::{need_in_words, no_wider, only, uncovered, unproven};
use super::vocabulary::may_fail;
use super::{Pair, Reasons};
use crate::bundle::{Bundle, Guarantee, Plan, Rule};

pub(super) fn compare(pair: &Pair<'_>, found: &mut Reasons) {
    for before in &pair.before.rules {
        match pair.after.rules.iter().find(|rule| rule.id == before.id) {
            Some(after) => rule(pair, after, before, found),
            None => found.when(matters(before), || format!("rule `{}` is gone", before.id)),
        }
    }
    for after in &pair.after.rules {
        let before = pair.before.rules.iter().find(|rule| rule.id == after.id);
        // An exemption counts only where nobody is asked, but nobody can say here where that is.
        let known =
            before.is_some_and(|b| b.nobody && pair.vocabulary.implies(&after.when, &b.when));
        found.when(after.nobody && !known, || {
            format!("rule `{}` exempts changes that it did not", after.id)
        });
    }
    stand_ins(pair, found);
    guarantees(pair, found);
    plans(pair, found);
}

const fn asks(rule: &Rule) -> bool {
    !rule.needs.is_empty() || !rule.evidence.is_empty() || rule.alignment
}

/// Whether it asks for something, or blocks changes for which it can't be decided.
fn matters(rule: &Rule) -> bool {
    asks(rule) || may_fail(&rule.when)
}

fn rule(pair: &Pair<'_>, after: &Rule, before: &Rule, found: &mut Reasons) {
    let Rule {
        id,
        title: _,
        when,
        needs,
        evidence,
        alignment,
        nobody: _,
        controls: _,
        acceptable,
        source: _,
    } = after;
    let mut say = |weaker: bool, words: &str| {
        found.when(weaker, || format!("rule `{id}` {words}"));
    };
    let fewer = matters(before) && !pair.vocabulary.implies(&before.when, when);
    say(fewer, "may apply to fewer changes");
    for need in uncovered(needs, &before.needs) {
        say(true, &need_in_words(needs, need));
    }
    for need in unproven(evidence, &before.evidence) {
        say(true, &format!("no longer asks for evidence `{}`, or not as strictly", need.kind));
    }
    say(before.alignment && !alignment, "no longer asks for an alignment session first");
    let eased = !accepts_no_more(acceptable.as_ref(), before.acceptable.as_ref());
    say(eased, "can be gone off by more people, in more tiers or for longer");
}

type Acceptable = (u8, AcceptanceTerms);

fn accepts_no_more(after: Option<&Acceptable>, before: Option<&Acceptable>) -> bool {
    let Some((up_to, AcceptanceTerms { roles, reach, longest_minutes })) = after else {
        return true;
    };
    before.is_some_and(|(tier, terms)| {
        up_to <= tier
            && only(roles, &terms.roles)
            && no_wider(*reach, terms.reach)
            && *longest_minutes <= terms.longest_minutes
    })
}

/// Rules that ask somebody where they did not.
fn newly_asking<'b>(pair: &Pair<'b>) -> Vec<&'b Rule> {
    let asked = |id: &str| pair.before.rules.iter().find(|r| r.id == id && !r.needs.is_empty());
    let is_new = |after: &&Rule| {
        let implies = |before: &Rule| pair.vocabulary.implies(&after.when, &before.when);
        !after.needs.is_empty() && !asked(&after.id).is_some_and(implies)
    };
    pair.after.rules.iter().filter(is_new).collect()
}

/// Where the risks of going off all rules are accepted, somebody of one of them is asked still, and a
/// rule that is new may be that one.
fn stand_ins(pair: &Pair<'_>, found: &mut Reasons) {
    let new = newly_asking(pair);
    let acceptable = |rule: &&Rule| rule.acceptable.is_some() && !rule.needs.is_empty();
    for old in pair.after.rules.iter().filter(acceptable) {
        let known = pair.before.rules.iter().any(|r| r.id == old.id && !r.needs.is_empty());
        found.when(known && new.iter().any(|new| new.id != old.id), || {
            format!(
                "a rule is new that may stay where the risk of going off `{}` is accepted",
                old.id
            )
        });
    }
}

/// Where policy has no answer nothing can be approved, so a rule that newly asks somebody there opens a
/// way. Takes up to seconds.
pub(super) fn gaps(pair: &Pair<'_>, found: &mut Reasons) {
    if let Some(new) = newly_asking(pair).first() {
        found.when(!has_answers(pair.before), || {
            format!(
                "rule `{}` asks where policy may have had no answer, so nothing could pass",
                new.id
            )
        });
    }
}

/// Whether policy was shown to have an answer for every change.
fn has_answers(bundle: &Bundle) -> bool {
    let always = |rule: &Rule| rule.when.constant() == Some(true) && !rule.needs.is_empty();
    if bundle.templates.is_empty() && bundle.rules.iter().any(always) {
        return true;
    }
    let proof = bundle.prove();
    proof.exhaustive && proof.gaps.is_empty()
}

fn guarantees(pair: &Pair<'_>, found: &mut Reasons) {
    for before in &pair.before.guarantees {
        let stands = |after: &Guarantee| {
            let Guarantee { id, title: _, when, holds, source: _ } = after;
            *id == before.id
                && when.source().trim() == before.when.source().trim()
                && holds.source().trim() == before.holds.source().trim()
        };
        found.when(!pair.after.guarantees.iter().any(stands), || {
            format!("guarantee `{}` is not given any more, or in other words", before.id)
        });
    }
}

/// Steps that bring other roles let these answer, so they may come neither sooner nor for more changes.
fn plans(pair: &Pair<'_>, found: &mut Reasons) {
    let blocks = |plan: &Plan| plan.when.as_ref().is_some_and(may_fail);
    if !pair.after.plans.iter().any(opens) && !pair.before.plans.iter().any(blocks) {
        return;
    }
    let same = pair.after.plans.len() == pair.before.plans.len()
        && pair.after.plans.iter().zip(&pair.before.plans).all(|(a, b)| plan(pair, a, b));
    found.when(!same, || {
        "response plans may let others answer sooner, or for more changes".to_owned()
    });
    let working = |plan: &Plan| opens(plan) && plan.response.clock != ResponseClock::Wall;
    found.when(pair.moves_working_time() && pair.after.plans.iter().any(working), || {
        "working time differs, by which response plans let others answer".to_owned()
    });
}

fn opens(plan: &Plan) -> bool {
    plan.response.steps.iter().any(|step| !step.to.opens().0.is_empty())
}

fn plan(pair: &Pair<'_>, after: &Plan, before: &Plan) -> bool {
    let Plan { id: _, title: _, when, response, delegable, competence: _, source: _ } = after;
    let same_when = match (when, &before.when) {
        (None, None) => true,
        (Some(one), Some(other)) => {
            pair.vocabulary.implies(one, other) && pair.vocabulary.implies(other, one)
        }
        _ => false,
    };
    let steps = |of: &Plan| -> Vec<EscalationStep> {
        let opening = of.response.steps.iter().filter(|step| !step.to.opens().0.is_empty());
        opening.cloned().collect()
    };
    let (now, then) = (steps(after), steps(before));
    let later = now.len() <= then.len()
        && now.iter().zip(&then).all(|(now, then)| {
            let ((roles, reach), (known, known_reach)) = (now.to.opens(), then.to.opens());
            now.after_minutes >= then.after_minutes
                && only(roles, known)
                && no_wider(reach, known_reach)
        });
    same_when
        && response.clock == before.response.clock
        && only(delegable, &before.delegable)
        && later
}
