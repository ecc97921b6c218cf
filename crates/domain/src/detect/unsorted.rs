//! A rule that approves everything in seconds: it sorted out what people had to look at, and now it
//! sorts out nothing.
//!
//! Of the changes that a rule could have approved, those it approved at once are compared with the
//! baseline by Fisher's exact test. A rule that always approved all is what its authors made it.

use std::collections::BTreeMap;

use super::{
    CHANGES_MAX, Chance, Detector, Look, Span, Suspicion, Test, count, percent, share_of,
    statistics,
};

/// So many in the period and before it, or there is too little to tell.
const LEAST: u32 = 20;
/// From here on it is all, for whoever reads it.
const ALL: f64 = 0.95;
/// A rule that left less than a sixth to people never sorted out much.
const SORTED: f64 = 0.84;

pub(super) fn look(chances: &[Chance], span: &Span) -> Look {
    let mut look = Look::default();
    let mut rules: BTreeMap<&str, Vec<&Chance>> = BTreeMap::new();
    for chance in chances {
        rules.entry(&chance.rule).or_default().push(chance);
    }
    for (rule, all) in rules {
        let (before, recent) = span.part(all, |c| c.at);
        let (n, n_before) = (count(recent.len()), count(before.len()));
        if n < LEAST || n_before < LEAST {
            look.too_few.push(format!("{rule}: {n} changes in the period, {n_before} before"));
            continue;
        }
        look.tests.extend(test(rule, &before, &recent));
    }
    look
}

fn test(rule: &str, before: &[&Chance], recent: &[&Chance]) -> Option<Test> {
    let taken = |all: &[&Chance]| count(all.iter().filter(|c| c.taken_at_once).count());
    let newest = recent.last()?;
    let (n, n_before) = (count(recent.len()), count(before.len()));
    let (seen, had) = (taken(recent), taken(before));
    let (share, usual) = (share_of(seen, n), share_of(had, n_before));
    let last = recent.iter().skip(recent.len().saturating_sub(CHANGES_MAX));
    let suspicion = Suspicion {
        detector: Detector::Unsorted,
        about: format!("{}/{rule}", Detector::Unsorted.as_str()),
        rule: Some(rule.to_owned()),
        requester: None,
        change: newest.change.clone(),
        service: newest.service.clone(),
        environment: newest.environment.clone(),
        observed: format!("{rule} approved {seen} of {n} within a minute, {}", percent(share)),
        expected: format!("{} of them", percent(usual)),
        base_rate: format!("{had} of {n_before} before the period"),
        p_value: statistics::hypergeometric_tail(seen, n, seen + had, n + n_before),
        statistic: "Fisher's exact test, one-sided",
        changes: last.map(|chance| chance.change.1).collect(),
    };
    Some(Test { suspicion, is_large: share >= ALL && usual <= SORTED })
}
