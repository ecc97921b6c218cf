//! The audit of automatic decisions: is a rule used in a way it was not made for (M4.5), and does what
//! it lets through go well (M3.4, G07)?
//!
//! Each detector compares the last [`PERIOD`] with the [`BASELINE`] before it and hands over *tests*: a
//! p-value of a named statistic, and what was seen, expected and usual. [`audit`] corrects for all
//! places a detector looked at, and turns into suspicions only what is improbable and large enough to
//! matter. Where there is too little to tell, it says so: that is no alarm and no all-clear.

mod burst;
mod drift;
mod hours;
mod rapid;
mod record;
mod rule;
mod share;
mod splitting;
pub mod statistics;
mod success;
mod unsorted;

pub use rapid::{RapidBurst, rapid_bursts};
pub use record::{AT_ONCE, Approval, Ended, Record, Records};
pub use rule::{RULE_SPAN, RuleHistory, Tally, rule_history};
pub use success::{
    Bound, DEFAULT_SUCCESS_PERCENT, Failing, OUTCOMES_MOST, SUCCESS_SPAN, SuccessRate,
};

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::ids::{ChangeId, ChangeNumber, EnvironmentName, ServiceName};

/// What is looked at.
pub const PERIOD: SignedDuration = SignedDuration::from_hours(30 * 24);
/// What it is compared with: so long before.
pub const BASELINE: SignedDuration = SignedDuration::from_hours(180 * 24);
/// The share of one detector's suspicions that may be false, on average.
const FALSE_SHARE: f64 = 0.003;
/// A baseline shorter than this says nothing.
const BASELINE_DAYS_LEAST: u32 = 28;
const DAY_SECONDS: i64 = 24 * 60 * 60;
/// So many changes stand in the evidence.
const CHANGES_MAX: usize = 20;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Detector {
    /// Many more on one day than usual.
    Burst,
    /// One requester has most of a rule for themselves.
    Share,
    /// One change in many parts, each below a limit.
    Splitting,
    /// Matched values move towards a limit.
    Drift,
    /// At hours at which nobody works.
    OddHours,
    /// A rule sorts nothing out any more: it approves all it sees in seconds.
    Unsorted,
}

impl Detector {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Burst, Self::Share, Self::Splitting, Self::Drift, Self::OddHours, Self::Unsorted];

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Burst => "automation_burst",
            Self::Share => "automation_share",
            Self::Splitting => "automation_splitting",
            Self::Drift => "automation_drift",
            Self::OddHours => "automation_odd_hours",
            Self::Unsorted => "automation_unsorted",
        }
    }

    /// The words for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Burst => "many automatic approvals on one day",
            Self::Share => "one requester has most of a rule's approvals",
            Self::Splitting => "one change in many parts below a limit",
            Self::Drift => "values move towards the limit of a rule",
            Self::OddHours => "automatic approvals outside working hours",
            Self::Unsorted => "a rule approves all it sees in seconds",
        }
    }
}

/// A number that a rule looked at, and the most it lets through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// What it is, such as `instances`.
    pub fact: String,
    /// The number.
    pub value: i64,
    /// The most the rule or template lets through.
    pub limit: i64,
}

/// One automatic decision: by an automation rule, or by a template that asks nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The change, by id and number.
    pub change: (ChangeId, ChangeNumber),
    /// The rule's id, or `template:NAME`.
    pub rule: String,
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// Who asked for it: the id of a person or of a service account.
    pub requester: String,
    /// When.
    pub at: Timestamp,
    /// Whether its requester works at that time; nobody knows that of a machine.
    pub in_working_hours: Option<bool>,
    /// Numbers it looked at.
    pub measured: Vec<Measured>,
}

/// A change that a rule could have approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chance {
    /// The rule's id.
    pub rule: String,
    /// When the change was assessed.
    pub at: Timestamp,
    /// Whether the rule approved it, in seconds.
    pub taken_at_once: bool,
    /// The change, by id and number.
    pub change: (ChangeId, ChangeNumber),
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
}

/// How a deployment went whose change a rule or template let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Went {
    /// `rule:ID` or `template:NAME`.
    pub by: String,
    /// The change, by id and number.
    pub change: (ChangeId, ChangeNumber),
    /// The service.
    pub service: ServiceName,
    /// The environment.
    pub environment: EnvironmentName,
    /// When it ended.
    pub at: Timestamp,
    /// Whether it failed or was rolled back.
    pub failed: bool,
}

/// All that is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observed {
    /// Automatic decisions, oldest first.
    pub decisions: Vec<Decided>,
    /// What rules could have approved, oldest first.
    pub chances: Vec<Chance>,
    /// How deployments went, oldest first.
    pub outcomes: Vec<Went>,
}

/// Something that is hardly chance.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspicion {
    /// What found it.
    pub detector: Detector,
    /// What it is about, so that the same is not raised twice.
    pub about: String,
    /// The rule, if it is about one.
    pub rule: Option<String>,
    /// The requester, if it is about one.
    pub requester: Option<String>,
    /// The newest change of it.
    pub change: (ChangeId, ChangeNumber),
    /// The service of that change.
    pub service: ServiceName,
    /// The environment of that change.
    pub environment: EnvironmentName,
    /// What was seen.
    pub observed: String,
    /// What would have been ordinary.
    pub expected: String,
    /// What the expectation rests on.
    pub base_rate: String,
    /// How often chance alone would bring this or more.
    pub p_value: f64,
    /// The statistic.
    pub statistic: &'static str,
    /// The changes of it, the newest last.
    pub changes: Vec<ChangeNumber>,
}

/// What one detector did.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Which.
    pub detector: Detector,
    /// In how many places it looked.
    pub tested: u32,
    /// Where there was too little to tell.
    pub too_few: Vec<String>,
    /// What it found.
    pub suspicions: Vec<Suspicion>,
}

/// What an audit came to.
#[derive(Debug, Clone, PartialEq)]
pub struct Audit {
    /// One for each detector.
    pub checks: Vec<Check>,
    /// How what rules and templates let through went.
    pub success: Vec<SuccessRate>,
}

impl Audit {
    /// All suspicions.
    pub fn suspicions(&self) -> impl Iterator<Item = &Suspicion> {
        self.checks.iter().flat_map(|check| &check.suspicions)
    }
}

/// Looks for misuse and failure.
#[must_use]
pub fn audit(observed: &Observed, bounds: &BTreeMap<String, Bound>, now: Timestamp) -> Audit {
    let span = Span::ending(now);
    let check = |detector: Detector| {
        let look = detector.look(observed, &span);
        let tested = count(look.tests.len());
        let p_values: Vec<f64> = look.tests.iter().map(|test| test.suspicion.p_value).collect();
        let counts_up_to = statistics::benjamini_hochberg(&p_values, FALSE_SHARE);
        let hardly_chance = |test: &Test| test.is_large && test.suspicion.p_value <= counts_up_to;
        let found = look.tests.into_iter().filter(hardly_chance).map(|test| test.suspicion);
        Check { detector, tested, suspicions: found.collect(), too_few: look.too_few }
    };
    let checks = Detector::ALL.into_iter().map(check).collect();
    Audit { checks, success: success::rates(&observed.outcomes, bounds, now) }
}

impl Detector {
    fn look(self, observed: &Observed, span: &Span) -> Look {
        match self {
            Self::Burst => burst::look(&observed.decisions, span),
            Self::Share => share::look(&observed.decisions, span),
            Self::Splitting => splitting::look(&observed.decisions, span),
            Self::Drift => drift::look(&observed.decisions, span),
            Self::OddHours => hours::look(&observed.decisions, span),
            Self::Unsorted => unsorted::look(&observed.chances, span),
        }
    }
}

/// What a detector looked at before anybody corrected for the many places.
#[derive(Debug, Default)]
struct Look {
    tests: Vec<Test>,
    too_few: Vec<String>,
}

/// One place a detector looked at.
#[derive(Debug)]
struct Test {
    suspicion: Suspicion,
    /// Whether it is large enough to matter, however improbable.
    is_large: bool,
}

/// The period and the baseline before it.
#[derive(Debug, Clone, Copy)]
struct Span {
    baseline_from: Timestamp,
    from: Timestamp,
    until: Timestamp,
}

impl Span {
    fn ending(until: Timestamp) -> Self {
        let from = until.checked_sub(PERIOD).unwrap_or(Timestamp::MIN);
        let baseline_from = from.checked_sub(BASELINE).unwrap_or(Timestamp::MIN);
        Self { baseline_from, from, until }
    }

    /// Parts what happened into the baseline and the period; what is older or later is left out.
    fn part<'a, T>(
        &self,
        all: impl IntoIterator<Item = &'a T>,
        at: impl Fn(&T) -> Timestamp,
    ) -> (Vec<&'a T>, Vec<&'a T>) {
        let within = |one: &&T| (self.baseline_from..self.until).contains(&at(one));
        all.into_iter().filter(within).partition(|one| at(one) < self.from)
    }

    /// Whole days from the first of the baseline to the period.
    fn baseline_days(&self, first: Option<Timestamp>) -> u32 {
        first.map_or(0, |first| u32::try_from(self.day(first).unsigned_abs()).unwrap_or(0))
    }

    /// The day (UTC) something falls on, counted from that on which the period begins, which is day 0.
    fn day(&self, at: Timestamp) -> i64 {
        let day = |at: Timestamp| at.as_second().div_euclid(DAY_SECONDS);
        day(at) - day(self.from)
    }
}

/// Groups decisions by what `key` makes of them.
fn by<K: Ord>(decisions: &[Decided], key: impl Fn(&Decided) -> K) -> BTreeMap<K, Vec<&Decided>> {
    let mut groups: BTreeMap<K, Vec<&Decided>> = BTreeMap::new();
    for decision in decisions {
        groups.entry(key(decision)).or_default().push(decision);
    }
    groups
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// The last changes of some decisions, for the evidence.
fn numbers(decisions: &[&Decided]) -> Vec<ChangeNumber> {
    let from = decisions.len().saturating_sub(CHANGES_MAX);
    decisions.iter().skip(from).map(|decision| decision.change.1).collect()
}

/// `part` of `whole`, as a share; none of nothing.
fn share_of(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}

/// A share in words: `37%`.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// A p-value in words. Digits beyond the first are nobody's business.
#[must_use]
pub fn improbable(p: f64) -> String {
    match p {
        p if p < 1e-9 => "less than 1 in 1,000,000,000".to_owned(),
        p if p < 0.001 => format!("{p:.0e}"),
        p => format!("{p:.3}"),
    }
}
