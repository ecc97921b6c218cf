//! What past deployments say of risk: a proposal where they say enough, and none where they don't.
#![expect(clippy::unwrap_used, reason = "names of tests are names")]

use domain::risk_history::{Advice, FailureRate, Group, RiskHistory, risk_history};

fn service(name: &str) -> Group {
    Group::Service(name.parse().unwrap())
}

/// So many deployments of a service, of which so many failed.
fn went(name: &str, total: usize, failed: usize) -> Vec<(Vec<Group>, bool)> {
    (0..total).map(|n| (vec![service(name)], n < failed)).collect()
}

fn rate<'a>(history: &'a RiskHistory, name: &str) -> &'a FailureRate {
    history.rates.iter().find(|rate| rate.group == service(name)).unwrap()
}

#[test]
fn m3_4_what_fails_often_is_proposed_stricter_and_what_is_proven_lighter() {
    let all = [went("old", 40, 18), went("mail", 60, 6), went("search", 400, 3)].concat();
    let history = risk_history(all);
    let old = rate(&history, "old");
    assert!(matches!(old.advice, Advice::Stricter { points: 10 | 20 }), "{old:?}");
    assert_eq!(rate(&history, "search").advice, Advice::Lighter { points: -5 });
    assert_eq!(rate(&history, "mail").advice, Advice::Keep);
    assert_eq!(history.rates[0].group, service("old"), "the riskiest proposal comes first");
    let factor = old.factor().unwrap();
    assert!(factor.contains("when: service.name == \"old\""), "{factor}");
    assert!(factor.contains("18 of 40 deployments failed"), "{factor}");
    assert_eq!(rate(&history, "mail").factor(), None);
}

#[test]
fn m3_4_few_deployments_are_drawn_towards_the_organisations_rate_and_propose_nothing() {
    let history = risk_history([went("new", 3, 3), went("mail", 300, 15)].concat());
    let new = rate(&history, "new");
    assert_eq!(new.advice, Advice::TooFew);
    assert!(new.rate < 0.3, "3 of 3 is no certainty: {new:?}");
    assert!(new.low < history.rate * 2.0 && new.high > new.rate, "{new:?}");
}

#[test]
fn m3_4_an_organisation_without_history_proposes_nothing() {
    let history = risk_history(went("new", 9, 9));
    assert!(history.rates.iter().all(|rate| rate.advice == Advice::TooFew));
    assert!(risk_history([]).rates.is_empty());
}

#[test]
fn m3_4_more_deployments_make_the_interval_narrower() {
    let width = |n: usize| {
        let history = risk_history(went("mail", n, n / 10));
        let mail = rate(&history, "mail").clone();
        assert!(mail.low < mail.rate && mail.rate < mail.high, "{mail:?}");
        mail.high - mail.low
    };
    assert!(width(1_000) < width(100) && width(100) < width(20));
}

/// Chance alone proposes next to nothing: all services fail alike.
#[test]
fn m3_4_services_that_fail_alike_are_left_alike() {
    let (mut proposed, mut services) = (0, 0);
    for seed in 0..40_u64 {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut fails = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % 100 < 8
        };
        let all = (0..1_000).map(|n| (vec![service(&format!("s{}", n % 20))], fails()));
        let history = risk_history(all.collect::<Vec<_>>());
        services += history.rates.len();
        proposed += history.rates.iter().filter(|rate| rate.advice.points().is_some()).count();
    }
    println!("{proposed} of {services} services that fail alike got a proposal");
    assert!(proposed * 100 <= services * 2, "{proposed} of {services}");
}
