//! Splitting: one change in many parts within a day, each below a limit that all of them together
//! break.
//!
//! The busiest 24 hours of one requester with one rule and one service are compared with how often
//! that comes, as a negative binomial distribution. Its mean is what they did before, drawn towards
//! what others do with the rule; its shape is as their own days vary, or 1, which is work that comes
//! in clumps, where there are few. Any of 24 hours could have
//! been the busiest, so the chance is multiplied by twice the days of the period (Bonferroni).

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{
    BASELINE_DAYS_LEAST, Decided, Detector, Look, PERIOD, Span, Suspicion, Test, by, count,
    numbers, statistics,
};

/// Fewer parts are no splitting.
const LEAST: u32 = 4;
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Work that comes in clumps.
const CLUMPS: f64 = 1.0;
/// No baseline is trusted to be more even than this.
const EVEN: f64 = 5.0;
/// So many approvals of their own say how their days vary.
const KNOWN: u32 = 30;

pub(super) fn look(decisions: &[Decided], span: &Span) -> Look {
    let mut look = Look::default();
    for (rule, all) in by(decisions, |d| d.rule.clone()) {
        if all.iter().all(|d| d.measured.is_empty()) {
            continue;
        }
        let (before, recent) = span.part(all, |d| d.at);
        let days = span.baseline_days(before.first().map(|d| d.at));
        if days < BASELINE_DAYS_LEAST {
            look.too_few.push(format!("{rule}: in use for {days} days before the period"));
            continue;
        }
        let had = pairs(&before);
        let each = f64::from(count(had.len()).max(1));
        let usual = f64::from(count(before.len())) / each / f64::from(days);
        for (pair, group) in pairs(&recent) {
            let own = had.get(&pair).map(Vec::as_slice).unwrap_or_default();
            let usual = Usual::of(own, usual, days, span);
            look.tests.extend(test(&rule, &busiest(&group), &usual));
        }
    }
    look
}

type Pairs<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Decided>>;

/// By requester and service.
fn pairs<'a>(decisions: &[&'a Decided]) -> Pairs<'a> {
    let mut pairs = Pairs::new();
    for decision in decisions {
        let pair = (decision.requester.as_str(), decision.service.as_str());
        pairs.entry(pair).or_default().push(decision);
    }
    pairs
}

/// How many within 24 hours are usual.
struct Usual {
    mean: f64,
    shape: f64,
    own: u32,
    days: u32,
}

impl Usual {
    fn of(own: &[&Decided], of_rule: f64, days: u32, span: &Span) -> Self {
        let n = count(own.len());
        // The rule's mean counts as much as one approval of their own.
        let mean = f64::from(n + 1) / (1.0 / of_rule.max(1e-6) + f64::from(days));
        let mut by_day: BTreeMap<i64, f64> = BTreeMap::new();
        for decision in own {
            *by_day.entry(span.day(decision.at)).or_default() += 1.0;
        }
        let squares = by_day.values().map(|n| n * n).sum::<f64>() / f64::from(days);
        let variance = mean.mul_add(-mean, squares);
        let varies = if variance > mean { mean * mean / (variance - mean) } else { EVEN };
        let shape = if n >= KNOWN { varies.clamp(CLUMPS, EVEN) } else { CLUMPS };
        Self { mean, shape, own: n, days }
    }
}

/// The 24 hours with the most.
fn busiest<'a>(group: &[&'a Decided]) -> Vec<&'a Decided> {
    let within = |first: &Decided| {
        let near = |d: &&&Decided| {
            let after = d.at.duration_since(first.at);
            !after.is_negative() && after < DAY
        };
        group.iter().filter(near).copied().collect::<Vec<_>>()
    };
    group.iter().map(|first| within(first)).max_by_key(Vec::len).unwrap_or_default()
}

/// The fact whose numbers together break its limit, with their sum and the limit.
fn broken(parts: &[&Decided]) -> Option<(String, i64, i64)> {
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for measured in parts.iter().flat_map(|d| &d.measured) {
        let (sum, limit) = sums.entry(&measured.fact).or_insert((0, measured.limit));
        *sum = sum.saturating_add(measured.value);
        *limit = (*limit).max(measured.limit);
    }
    let first = sums.into_iter().find(|(_, (sum, limit))| sum > limit);
    first.map(|(fact, (sum, limit))| (fact.to_owned(), sum, limit))
}

fn test(rule: &str, parts: &[&Decided], usual: &Usual) -> Option<Test> {
    let Usual { mean, shape, own, days } = usual;
    let newest = parts.last()?;
    let seen = count(parts.len());
    let Decided { requester, service, .. } = newest;
    let broken = broken(parts);
    let together = broken.as_ref().map_or_else(String::new, |(fact, sum, limit)| {
        format!("; {fact} adds up to {sum}, and one may have {limit}")
    });
    let windows = 2.0 * PERIOD.as_secs_f64() / DAY.as_secs_f64();
    let p = statistics::negative_binomial_tail(seen, *shape, *mean);
    let suspicion = Suspicion {
        detector: Detector::Splitting,
        about: format!("{}/{rule}/{requester}/{service}", Detector::Splitting.as_str()),
        rule: Some(rule.to_owned()),
        requester: Some(requester.clone()),
        change: newest.change.clone(),
        service: service.clone(),
        environment: newest.environment.clone(),
        observed: format!("{seen} approvals by {rule} for {service} within 24 hours{together}"),
        expected: format!("{mean:.2} in 24 hours"),
        base_rate: format!("{own} of theirs in the {days} days before the period"),
        p_value: (p * windows).min(1.0),
        statistic: "negative binomial tail over 24 hours, times the windows looked at",
        changes: numbers(parts),
    };
    Some(Test { suspicion, is_large: seen >= LEAST && broken.is_some() })
}
