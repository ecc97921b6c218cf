//! How good the detectors are: judged on made-up history with planted misuse and without, over many
//! seeds. `cargo nextest run -p domain --test detectors --no-capture` prints the table.
#![expect(clippy::unwrap_used, reason = "made-up history is what it says it is")]

mod history;
mod statistics;

use std::collections::{BTreeMap, BTreeSet};

use domain::detect::{Audit, Bound, DEFAULT_SUCCESS_PERCENT, Detector, Suspicion, audit};
use history::{FLAGS, History, now};
use jiff::SignedDuration;

const SEEDS: u64 = 60;

fn bounds() -> BTreeMap<String, Bound> {
    let bound = Bound { success_percent: DEFAULT_SUCCESS_PERCENT, settled_at: None };
    [FLAGS, "rule:small-scaling", "rule:patches"].map(|by| (by.to_owned(), bound)).into()
}

fn audited(history: &History) -> Audit {
    audit(&history.observed, &bounds(), now())
}

/// Whether most of what a suspicion names was planted.
fn is_right(suspicion: &Suspicion, history: &History) -> bool {
    let right = suspicion.changes.iter().filter(|n| history.planted.contains(n)).count();
    2 * right > suspicion.changes.len()
}

#[derive(Default)]
struct Score {
    months: u32,
    found: u32,
    right: u32,
    wrong: u32,
    wrong_in_clean: u32,
}

impl Score {
    fn recall(&self) -> f64 {
        f64::from(self.found) / f64::from(self.months)
    }

    fn precision(&self) -> f64 {
        let wrong = self.wrong + self.wrong_in_clean;
        f64::from(self.right) / f64::from((self.right + wrong).max(1))
    }
}

#[test]
fn m4_5_detectors_find_planted_misuse_and_keep_quiet_otherwise() {
    let mut scores: BTreeMap<Detector, Score> = BTreeMap::new();
    for seed in 0..SEEDS {
        for suspicion in audited(&History::clean(seed)).suspicions() {
            scores.entry(suspicion.detector).or_default().wrong_in_clean += 1;
        }
        for (n, detector) in (1..).zip(Detector::ALL) {
            let history = History::with(detector, seed + 10_000 * n);
            let found = audited(&history);
            let own = |s: &&Suspicion| s.detector == detector && is_right(s, &history);
            let hit = found.suspicions().any(|s| own(&s));
            let score = scores.entry(detector).or_default();
            score.months += 1;
            score.found += u32::from(hit);
            for suspicion in found.suspicions() {
                let score = scores.entry(suspicion.detector).or_default();
                if is_right(suspicion, &history) {
                    score.right += 1;
                } else {
                    score.wrong += 1;
                }
            }
        }
    }
    println!("{:<24} months  found  recall  raised  right  precision  in clean months", "detector");
    for (detector, score) in &scores {
        println!(
            "{:<24} {:>6} {:>6} {:>6.1}% {:>7} {:>6} {:>9.1}% {:>16}",
            detector.as_str(),
            score.months,
            score.found,
            score.recall() * 100.0,
            score.right + score.wrong + score.wrong_in_clean,
            score.right,
            score.precision() * 100.0,
            score.wrong_in_clean
        );
    }
    for (detector, score) in &scores {
        let name = detector.as_str();
        assert!(score.recall() >= 0.85, "{name} finds {} of {}", score.found, score.months);
        assert!(score.precision() >= 0.9, "{name} is right in {:.2}", score.precision());
    }
}

/// The job looks every day, so chance has thirty tries a month.
#[test]
fn m4_5_a_quiet_month_looked_at_every_day_stays_quiet() {
    let (mut loud, months) = (0, 25);
    for seed in 1_000..1_000 + months {
        let history = History::clean(seed);
        let mut raised = BTreeSet::new();
        for day in 0..30 {
            let day = now() - SignedDuration::from_hours(24 * day);
            let mut observed = history.observed.clone();
            observed.decisions.retain(|d| d.at < day);
            observed.chances.retain(|c| c.at < day);
            observed.outcomes.retain(|w| w.at < day);
            let found = audit(&observed, &bounds(), day);
            raised.extend(found.suspicions().map(|s| s.about.clone()));
            raised.extend(found.success.iter().filter(|s| s.fails.is_some()).map(|s| s.by.clone()));
        }
        println!("seed {seed}: {raised:?}");
        loud += u32::from(!raised.is_empty());
    }
    println!("{loud} of {months} quiet months raised anything in 30 daily looks");
    assert!(loud * 10 <= u32::try_from(months).unwrap(), "{loud} of {months} were loud");
}

#[test]
fn g07_a_template_that_fails_its_bound_is_found_and_one_that_keeps_it_is_not() {
    let (mut found, mut wrong) = (0, 0);
    for seed in 0..SEEDS {
        let fails = |history: &History| {
            let rates = audited(history).success;
            let failing = rates.into_iter().filter(|rate| rate.fails.is_some());
            failing.map(|rate| rate.by).collect::<Vec<_>>()
        };
        let of_failing = fails(&History::failing(seed));
        found += u64::from(of_failing.iter().any(|by| by == FLAGS));
        wrong += of_failing.iter().filter(|by| *by != FLAGS).count();
        wrong += fails(&History::clean(seed)).len();
    }
    println!("failing templates: {found} of {SEEDS} found, {wrong} others suspended");
    assert!(found * 10 >= SEEDS * 9 && wrong == 0, "{found} of {SEEDS} found, {wrong} wrong");
}

#[test]
fn g07_what_a_person_let_go_on_is_not_suspended_for_what_came_before() {
    let history = History::failing(1);
    let settled = |settled_at| {
        let bound = Bound { success_percent: 90, settled_at };
        audit(&history.observed, &[(FLAGS.to_owned(), bound)].into(), now()).success.remove(0)
    };
    assert!(settled(None).fails.is_some());
    let after = settled(Some(now()));
    assert!(after.fails.is_none() && !after.is_enough, "{after:?}");
}

#[test]
fn m4_5_too_little_to_tell_is_neither_an_alarm_nor_an_all_clear() {
    let mut history = History::clean(7);
    let lately = now() - SignedDuration::from_hours(24 * 10);
    history.observed.decisions.retain(|d| d.at >= lately);
    history.observed.chances.retain(|c| c.at >= lately);
    history.observed.outcomes.clear();
    let found = audited(&history);
    assert_eq!(found.suspicions().count(), 0);
    for check in &found.checks {
        let name = check.detector.as_str();
        assert!(check.tested == 0 && !check.too_few.is_empty(), "{name}: {check:?}");
    }
    assert!(found.success.iter().all(|rate| !rate.is_enough && rate.fails.is_none()));
}

#[test]
fn m4_5_the_same_history_gives_the_same_audit() {
    let history = History::with(Detector::Drift, 3);
    assert_eq!(audited(&history), audited(&history));
}
