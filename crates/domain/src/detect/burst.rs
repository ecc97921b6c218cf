//! Bursts: a day on which a rule approved many more changes than it usually does.
//!
//! Work comes in clumps, so the days of the baseline say not only how many are usual but how much that
//! varies: a negative binomial distribution with their mean and variance (method of moments). Each day
//! of the period is a place of its own.

use std::collections::BTreeMap;

use super::{
    BASELINE_DAYS_LEAST, Decided, Detector, Look, Span, Suspicion, Test, by, count, numbers,
    statistics,
};

/// Fewer on a day are no burst, whatever is usual.
const LEAST: u32 = 6;
/// Nor is less than this many times the mean.
const TIMES: f64 = 3.0;
/// A shape at which the distribution is Poisson for all that matters here.
const NEVER_IN_CLUMPS: f64 = 1e4;

pub(super) fn look(decisions: &[Decided], span: &Span) -> Look {
    let mut look = Look::default();
    for (rule, all) in by(decisions, |d| d.rule.clone()) {
        let (before, recent) = span.part(all, |d| d.at);
        let days = span.baseline_days(before.first().map(|d| d.at));
        if days < BASELINE_DAYS_LEAST {
            look.too_few.push(format!("{rule}: in use for {days} days before the period"));
            continue;
        }
        let usual = Usual::of(&before, days, span);
        for (_, on_day) in by_day(&recent, span) {
            look.tests.extend(test(&rule, &on_day, &usual));
        }
    }
    look
}

fn by_day<'a>(decisions: &[&'a Decided], span: &Span) -> BTreeMap<i64, Vec<&'a Decided>> {
    let mut days: BTreeMap<i64, Vec<&Decided>> = BTreeMap::new();
    for decision in decisions {
        days.entry(span.day(decision.at)).or_default().push(decision);
    }
    days
}

/// How many a day are usual.
struct Usual {
    mean: f64,
    shape: f64,
    total: u32,
    days: u32,
}

impl Usual {
    fn of(before: &[&Decided], days: u32, span: &Span) -> Self {
        let total = count(before.len());
        let mean = f64::from(total) / f64::from(days);
        let squares = by_day(before, span).into_values().map(|on_day| {
            let n = f64::from(count(on_day.len()));
            n * n
        });
        let variance = mean.mul_add(-mean, squares.sum::<f64>() / f64::from(days));
        let shape = if variance > mean { mean * mean / (variance - mean) } else { NEVER_IN_CLUMPS };
        Self { mean, shape: shape.min(NEVER_IN_CLUMPS), total, days }
    }
}

fn test(rule: &str, on_day: &[&Decided], usual: &Usual) -> Option<Test> {
    let newest = on_day.last()?;
    let seen = count(on_day.len());
    let date = newest.at.strftime("%Y-%m-%d");
    let suspicion = Suspicion {
        detector: Detector::Burst,
        about: format!("{}/{rule}/{date}", Detector::Burst.as_str()),
        rule: Some(rule.to_owned()),
        requester: only_requester(on_day),
        change: newest.change.clone(),
        service: newest.service.clone(),
        environment: newest.environment.clone(),
        observed: format!("{seen} approvals by {rule} on {date}"),
        expected: format!("{:.1} a day", usual.mean),
        base_rate: format!("{} in the {} days before the period", usual.total, usual.days),
        p_value: statistics::negative_binomial_tail(seen, usual.shape, usual.mean),
        statistic: "negative binomial tail over days",
        changes: numbers(on_day),
    };
    let is_large = seen >= LEAST && f64::from(seen) >= TIMES * usual.mean;
    Some(Test { suspicion, is_large })
}

/// The requester, if it was one alone.
fn only_requester(decisions: &[&Decided]) -> Option<String> {
    let first = &decisions.first()?.requester;
    decisions.iter().all(|d| d.requester == *first).then(|| first.clone())
}
