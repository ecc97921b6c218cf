//! Odd hours: somebody's automatic approvals come when they don't work.
//!
//! People on call work at night, so everybody is measured by their own baseline, drawn towards that of
//! all. What is expected is a beta-binomial distribution around it. Whose working hours nobody knows,
//! as of machines, is left out.

use super::{
    Decided, Detector, Look, Span, Suspicion, Test, by, count, numbers, percent, share_of,
    statistics,
};

/// So many in the period, or there is too little to tell.
const LEAST: u32 = 5;
/// So many of all before it, or nobody knows what is usual.
const LEAST_BEFORE: u32 = 40;
/// How many approvals the share of all counts for.
const PRIOR: f64 = 10.0;
/// No baseline of one person is trusted more than so many approvals.
const TRUST: f64 = 100.0;
/// Less than this of somebody's approvals is not odd.
const LARGE: f64 = 0.15;

pub(super) fn look(decisions: &[Decided], span: &Span) -> Look {
    let mut look = Look::default();
    let known: Vec<&Decided> = decisions.iter().filter(|d| d.in_working_hours.is_some()).collect();
    let (before, _) = span.part(known.iter().copied(), |d| d.at);
    let (all, odd) = (count(before.len()), count(odd(&before).len()));
    if all < LEAST_BEFORE {
        look.too_few.push(format!("{all} approvals of people before the period"));
        return look;
    }
    // As if one of two more had been odd: no share is 0.
    let usual = (f64::from(odd) + 1.0) / (f64::from(all) + 2.0);
    let mut seldom = 0;
    for (requester, own) in by(decisions, |d| d.requester.clone()) {
        let own = own.into_iter().filter(|d| d.in_working_hours.is_some());
        let (before, recent) = span.part(own, |d| d.at);
        if recent.is_empty() {
            continue;
        }
        let n = count(recent.len());
        if n < LEAST {
            seldom += 1;
            continue;
        }
        look.tests.extend(test(&requester, &before, &recent, usual));
    }
    if seldom > 0 {
        look.too_few.push(format!("{seldom} requesters with fewer than {LEAST} approvals"));
    }
    look
}

fn odd<'a>(decisions: &[&'a Decided]) -> Vec<&'a Decided> {
    decisions.iter().copied().filter(|d| d.in_working_hours == Some(false)).collect()
}

fn test(who: &str, before: &[&Decided], recent: &[&Decided], usual: f64) -> Option<Test> {
    let found = odd(recent);
    let newest = found.last().or(recent.last())?;
    let (seen, n) = (count(found.len()), count(recent.len()));
    let (had, n_before) = (count(odd(before).len()), count(before.len()));
    let own = f64::from(n_before);
    let trust = (own + PRIOR).min(TRUST);
    let expected = PRIOR.mul_add(usual, f64::from(had)) / (own + PRIOR);
    let share = share_of(seen, n);
    let suspicion = Suspicion {
        detector: Detector::OddHours,
        about: format!("{}/{who}", Detector::OddHours.as_str()),
        rule: None,
        requester: Some(who.to_owned()),
        change: newest.change.clone(),
        service: newest.service.clone(),
        environment: newest.environment.clone(),
        observed: format!("{seen} of {n} approvals outside working hours, {}", percent(share)),
        expected: format!("{} of them", percent(expected)),
        base_rate: format!(
            "{had} of their {n_before} before the period, {} of everybody's",
            percent(usual)
        ),
        p_value: statistics::beta_binomial_tail(
            seen,
            n,
            trust * expected,
            trust * (1.0 - expected),
        ),
        statistic: "beta-binomial tail",
        changes: numbers(&found),
    };
    Some(Test { suspicion, is_large: share >= LARGE && seen >= 3 })
}
