//! Drift: more of what a rule approves lies close to its limit than did before.
//!
//! Close is the last fifth before the limit. The period and the baseline are compared by Fisher's
//! exact test, which asks nothing of how the values are spread.

use std::collections::BTreeSet;

use super::{
    Decided, Detector, Look, Span, Suspicion, Test, by, count, numbers, percent, share_of,
    statistics,
};

/// So many in the period, and twice as many before, or there is too little to tell.
const LEAST: u32 = 10;
/// Fewer than this close to the limit are no drift.
const LARGE: f64 = 0.4;

pub(super) fn look(decisions: &[Decided], span: &Span) -> Look {
    let mut look = Look::default();
    for (rule, all) in by(decisions, |d| d.rule.clone()) {
        let measured = all.iter().flat_map(|d| &d.measured);
        let facts: BTreeSet<&str> = measured.map(|m| m.fact.as_str()).collect();
        for fact in facts {
            let with_fact = all.iter().copied().filter(|d| is_close(d, fact).is_some());
            let (before, recent) = span.part(with_fact, |d| d.at);
            let (n, n_before) = (count(recent.len()), count(before.len()));
            if n < LEAST || n_before < 2 * LEAST {
                look.too_few.push(format!(
                    "{fact} of {rule}: {n} approvals in the period, {n_before} before"
                ));
                continue;
            }
            look.tests.extend(test(&rule, fact, &before, &recent));
        }
    }
    look
}

/// Whether a number lies in the last fifth before its limit; nothing if there is no such number.
fn is_close(decision: &Decided, fact: &str) -> Option<bool> {
    let found = decision.measured.iter().find(|m| m.fact == fact && m.limit > 0)?;
    Some(found.value.saturating_mul(5) >= found.limit.saturating_mul(4))
}

fn test(rule: &str, fact: &str, before: &[&Decided], recent: &[&Decided]) -> Option<Test> {
    let close =
        |all: &[&Decided]| count(all.iter().filter(|d| is_close(d, fact) == Some(true)).count());
    let near: Vec<_> = recent.iter().copied().filter(|d| is_close(d, fact) == Some(true)).collect();
    let newest = near.last().or(recent.last())?;
    let (n, n_before) = (count(recent.len()), count(before.len()));
    let (seen, had) = (count(near.len()), close(before));
    let limit = newest.measured.iter().find(|m| m.fact == fact)?.limit;
    let (share, usual) = (share_of(seen, n), share_of(had, n_before));
    let suspicion = Suspicion {
        detector: Detector::Drift,
        about: format!("{}/{rule}/{fact}", Detector::Drift.as_str()),
        rule: Some(rule.to_owned()),
        requester: None,
        change: newest.change.clone(),
        service: newest.service.clone(),
        environment: newest.environment.clone(),
        observed: format!(
            "{fact} close to the limit {limit} of {rule} in {seen} of {n} approvals, {}",
            percent(share)
        ),
        expected: format!("{} of them", percent(usual)),
        base_rate: format!("{had} of {n_before} before the period"),
        p_value: statistics::hypergeometric_tail(seen, n, seen + had, n + n_before),
        statistic: "Fisher's exact test, one-sided",
        changes: numbers(&near),
    };
    Some(Test { suspicion, is_large: share >= LARGE && share >= 2.0 * usual })
}
