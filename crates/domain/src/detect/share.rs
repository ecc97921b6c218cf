//! One requester's share: who has most of a rule's approvals, and did not have them before.
//!
//! The share that somebody had before is known only so well, and ordinary months differ, so what is
//! expected is a beta-binomial distribution around it, as wide as if it rested on at most
//! [`TRUST`] approvals.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Decided, Detector, Look, Span, Suspicion, Test, by, count, numbers, percent, share_of,
    statistics,
};

/// A rule approves so many in the period and before it, or there is too little to tell.
const LEAST: u32 = 20;
/// No baseline is trusted more than so many approvals.
const TRUST: f64 = 20.0;
/// Less of a rule than this is nobody's own.
const LARGE: f64 = 0.5;

pub(super) fn look(decisions: &[Decided], span: &Span) -> Look {
    let mut look = Look::default();
    for (rule, all) in by(decisions, |d| d.rule.clone()) {
        let people: BTreeSet<&str> = all.iter().map(|d| d.requester.as_str()).collect();
        let (before, recent) = span.part(all.iter().copied(), |d: &Decided| d.at);
        let (n, n_before) = (count(recent.len()), count(before.len()));
        if n < LEAST || n_before < LEAST {
            look.too_few.push(format!("{rule}: {n} approvals in the period, {n_before} before"));
            continue;
        }
        let mut earlier: BTreeMap<&str, u32> = BTreeMap::new();
        for decision in &before {
            *earlier.entry(decision.requester.as_str()).or_default() += 1;
        }
        for requester in &people {
            let own: Vec<_> =
                recent.iter().copied().filter(|d| d.requester == **requester).collect();
            let had = earlier.get(requester).copied().unwrap_or(0);
            let usual = Usual { n, n_before, had, people: count(people.len()) };
            look.tests.extend(test(&rule, requester, &own, &usual));
        }
    }
    look
}

/// What a requester had before.
struct Usual {
    n: u32,
    n_before: u32,
    had: u32,
    people: u32,
}

impl Usual {
    /// Their share before, as if everybody had one approval more (Laplace's rule): nobody's is 0.
    fn share(&self) -> f64 {
        f64::from(self.had + 1) / f64::from(self.n_before + self.people)
    }
}

fn test(rule: &str, requester: &str, own: &[&Decided], usual: &Usual) -> Option<Test> {
    let newest = own.last()?;
    let (seen, expected) = (count(own.len()), usual.share());
    let trust = f64::from(usual.n_before).min(TRUST);
    let (a, b) = (trust * expected, trust * (1.0 - expected));
    let share = share_of(seen, usual.n);
    let suspicion = Suspicion {
        detector: Detector::Share,
        about: format!("{}/{rule}/{requester}", Detector::Share.as_str()),
        rule: Some(rule.to_owned()),
        requester: Some(requester.to_owned()),
        change: newest.change.clone(),
        service: newest.service.clone(),
        environment: newest.environment.clone(),
        observed: format!("{seen} of {} approvals by {rule}, {}", usual.n, percent(share)),
        expected: format!("{} of them", percent(expected)),
        base_rate: format!("{} of {} before the period", usual.had, usual.n_before),
        p_value: statistics::beta_binomial_tail(seen, usual.n, a, b),
        statistic: "beta-binomial tail",
        changes: numbers(own),
    };
    Some(Test { suspicion, is_large: share >= LARGE && share >= 2.0 * expected })
}
