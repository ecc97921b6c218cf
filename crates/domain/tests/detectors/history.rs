//! Made-up history of automatic decisions: seven months of ordinary use, and misuse planted in the
//! last of them. The same seed makes the same history.

use std::collections::BTreeSet;

use domain::detect::{Chance, Decided, Detector, Measured, Observed, Went};
use domain::ids::{ChangeId, ChangeNumber};
use jiff::{SignedDuration, Timestamp};

pub const NOW: &str = "2026-11-01T00:00:00Z";
pub const DAYS: i64 = 210;
pub const SCALING: &str = "small-scaling";
const PATCHES: &str = "patches";
pub const FLAGS: &str = "template:feature-flag";
const PEOPLE: [(&str, u64); 6] =
    [("ana", 30), ("bo", 22), ("cy", 18), ("di", 14), ("ed", 10), ("flo", 6)];
/// Works at night as often as by day: is on call.
const ON_CALL: &str = "cy";
const SERVICES: [&str; 5] = ["checkout", "search", "ledger", "mail", "catalogue"];

/// SplitMix64 (Steele, Lea & Flood 2014).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn percent(&mut self, p: u64) -> bool {
        self.below(100) < p
    }

    fn pick<T: Copy>(&mut self, weighted: &[(T, u64)]) -> T {
        let mut left = self.below(weighted.iter().map(|(_, w)| w).sum());
        for (one, weight) in weighted {
            if left < *weight {
                return *one;
            }
            left -= weight;
        }
        weighted[0].0
    }

    /// Poisson, by Knuth's multiplication; `hundredths` of one are expected.
    fn poisson(&mut self, hundredths: u64) -> u32 {
        let mut chance = (-(hundredths as f64) / 100.0).exp();
        let (mut n, mut left) = (0, self.below(1 << 30) as f64 / f64::from(1 << 30));
        while left > chance {
            left -= chance;
            n += 1;
            chance *= hundredths as f64 / 100.0 / f64::from(n);
            if chance < 1e-12 {
                break;
            }
        }
        n
    }
}

pub struct History {
    pub observed: Observed,
    /// Changes of planted misuse.
    pub planted: BTreeSet<ChangeNumber>,
    dice: Dice,
    next: u64,
}

pub fn now() -> Timestamp {
    NOW.parse().unwrap()
}

fn at(day: i64, minute: u64) -> Timestamp {
    let day = now() - SignedDuration::from_hours(24 * (DAYS - day));
    day + SignedDuration::from_mins(i64::try_from(minute).unwrap())
}

fn is_weekend(day: i64) -> bool {
    day % 7 >= 5
}

/// One decision before it has a number.
struct Wish<'a> {
    rule: &'a str,
    who: &'a str,
    service: &'a str,
    at: Timestamp,
    odd: bool,
    measured: Vec<Measured>,
}

fn measured(fact: &str, value: u64, limit: i64) -> Vec<Measured> {
    let value = i64::try_from(value).unwrap();
    vec![Measured { fact: fact.to_owned(), value, limit }]
}

impl History {
    /// Seven months in which nobody misuses anything.
    pub fn clean(seed: u64) -> Self {
        let mut history = Self {
            observed: Observed::default(),
            planted: BTreeSet::new(),
            dice: Dice::new(seed),
            next: 0,
        };
        let mut people = PEOPLE;
        for day in 0..DAYS {
            if day % 30 == 0 {
                // Months differ: people work on other things.
                let dice = &mut history.dice;
                people = PEOPLE.map(|(who, weight)| (who, weight * (60 + dice.below(90))));
            }
            for (rule, a_day) in [(SCALING, 300), (FLAGS, 200), (PATCHES, 60)] {
                history.day(day, rule, a_day, &people);
            }
        }
        history.sort();
        history
    }

    fn day(&mut self, day: i64, rule: &str, a_day: u64, people: &[(&'static str, u64)]) {
        let busy = 40 + self.dice.below(120);
        let calm = if is_weekend(day) { 12 } else { 100 };
        for _ in 0..self.dice.poisson(a_day * busy * calm / 10_000) {
            let who = self.dice.pick(people);
            let home = PEOPLE.iter().position(|(p, _)| *p == who).unwrap() % SERVICES.len();
            let away = self.dice.below(SERVICES.len() as u64) as usize;
            let service = SERVICES[if self.dice.percent(60) { home } else { away }];
            // A second one follows now and then: the first was not enough.
            let parts = 1 + u64::from(self.dice.percent(15));
            for part in 0..parts {
                let odd = self.dice.percent(if who == ON_CALL { 25 } else { 4 });
                let minute = if odd { self.dice.below(360) } else { 480 + self.dice.below(560) };
                let measured = self.measure(rule);
                let at = at(day, minute + 20 * part);
                self.decide(Wish { rule, who, service, at, odd, measured });
            }
            if rule != FLAGS && self.dice.percent(45) {
                self.left_to_people(rule, day);
            }
        }
    }

    fn measure(&mut self, rule: &str) -> Vec<Measured> {
        match rule {
            SCALING => {
                let value = self.dice.pick(&[(1, 35), (2, 30), (3, 22), (4, 13)]);
                measured("instances", value, 4)
            }
            PATCHES => measured("risk.score", self.dice.below(21), 20),
            _ => Vec::new(),
        }
    }

    fn decide(&mut self, wish: Wish<'_>) -> ChangeNumber {
        self.next += 1;
        let number = ChangeNumber(self.next);
        let mut bits = [0; 10];
        bits[2..].copy_from_slice(&self.next.to_be_bytes());
        let change = (ChangeId::new(wish.at, bits), number);
        let (service, environment) = (wish.service.parse().unwrap(), "production".parse().unwrap());
        if wish.rule != FLAGS {
            self.observed.chances.push(Chance {
                rule: wish.rule.to_owned(),
                at: wish.at,
                taken_at_once: true,
                change: change.clone(),
                service: wish.service.parse().unwrap(),
                environment: "production".parse().unwrap(),
            });
        }
        let prefix = if wish.rule == FLAGS { "" } else { "rule:" };
        self.observed.outcomes.push(Went {
            by: format!("{prefix}{}", wish.rule),
            change: change.clone(),
            service: wish.service.parse().unwrap(),
            environment: "production".parse().unwrap(),
            at: wish.at + SignedDuration::from_mins(12),
            failed: self.dice.percent(3),
        });
        self.observed.decisions.push(Decided {
            change,
            rule: wish.rule.to_owned(),
            service,
            environment,
            requester: wish.who.to_owned(),
            at: wish.at,
            in_working_hours: Some(!wish.odd),
            measured: wish.measured,
        });
        number
    }

    fn left_to_people(&mut self, rule: &str, day: i64) {
        self.next += 1;
        let at = at(day, 480 + self.dice.below(560));
        self.observed.chances.push(Chance {
            rule: rule.to_owned(),
            at,
            taken_at_once: false,
            change: (ChangeId::new(at, [9; 10]), ChangeNumber(self.next)),
            service: SERVICES[0].parse().unwrap(),
            environment: "production".parse().unwrap(),
        });
    }

    fn sort(&mut self) {
        self.observed.decisions.sort_by_key(|d| d.at);
        self.observed.chances.sort_by_key(|c| c.at);
        self.observed.outcomes.sort_by_key(|w| w.at);
    }

    /// A day of the last month, not at its edges.
    fn recent_day(&mut self) -> i64 {
        DAYS - 28 + i64::try_from(self.dice.below(26)).unwrap()
    }

    fn plant(&mut self, who: &str, service: &str, at: Timestamp, odd: bool, value: u64) {
        let measured = measured("instances", value, 4);
        let number = self.decide(Wish { rule: SCALING, who, service, at, odd, measured });
        self.planted.insert(number);
    }

    /// Seven months, and in the last of them what a detector looks for.
    pub fn with(detector: Detector, seed: u64) -> Self {
        let mut history = Self::clean(seed);
        let start = at(DAYS - 30, 0);
        match detector {
            Detector::Burst => {
                let day = history.recent_day();
                for n in 0..(22 + history.dice.below(20)) {
                    let who = history.dice.pick(&PEOPLE);
                    let service = SERVICES[n as usize % SERVICES.len()];
                    history.plant(who, service, at(day, 540 + 8 * n), false, 1 + n % 3);
                }
            }
            Detector::Share => {
                let who = history.dice.pick(&[("di", 1), ("ed", 1), ("flo", 1)]);
                for decision in &mut history.observed.decisions {
                    let recent = decision.rule == SCALING && decision.at >= start;
                    if recent && history.dice.percent(70) {
                        decision.requester = who.to_owned();
                        history.planted.insert(decision.change.1);
                    }
                }
            }
            Detector::Splitting => {
                let (who, day) = (history.dice.pick(&PEOPLE), history.recent_day());
                let service = SERVICES[history.dice.below(5) as usize];
                for n in 0..(8 + history.dice.below(6)) {
                    let value = 3 + history.dice.below(2);
                    history.plant(who, service, at(day, 600 + 25 * n), false, value);
                }
            }
            Detector::Drift => {
                for decision in &mut history.observed.decisions {
                    let recent = decision.rule == SCALING && decision.at >= start;
                    if recent && history.dice.percent(50) {
                        decision.measured = measured("instances", 4, 4);
                        history.planted.insert(decision.change.1);
                    }
                }
            }
            Detector::OddHours => {
                let who = history.dice.pick(&[("ana", 1), ("bo", 1), ("di", 1), ("ed", 1)]);
                for night in 0..(9 + i64::try_from(history.dice.below(6)).unwrap()) {
                    let service = SERVICES[night as usize % SERVICES.len()];
                    let at = at(DAYS - 29 + 2 * night, 120 + history.dice.below(180));
                    history.plant(who, service, at, true, 2);
                }
            }
            Detector::Unsorted => {
                let recent = |c: &Chance| c.rule == SCALING && c.at >= start;
                history.observed.chances.retain(|c| c.taken_at_once || !recent(c));
                let all = history.observed.chances.iter().filter(|c| recent(c));
                history.planted = all.map(|c| c.change.1).collect();
            }
        }
        history.sort();
        history
    }

    /// Three in ten of what the template let through failed in the last month.
    pub fn failing(seed: u64) -> Self {
        let mut history = Self::clean(seed);
        let start = at(DAYS - 30, 0);
        for went in &mut history.observed.outcomes {
            if went.by == FLAGS && went.at >= start {
                went.failed = history.dice.percent(40);
            }
        }
        history
    }
}
