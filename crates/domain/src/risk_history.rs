//! What past deployments say of risk (M3.4): how often they fail, by service, domain, template and type
//! of change, and which should get a stricter or lighter look.
//!
//! Few deployments say little. So each rate starts from the organisation's own, as if [`PRIOR`]
//! deployments had gone that way, and only what a group shows by itself moves it (beta-binomial
//! shrinkage, Efron & Morris 1975). What comes out is a proposal with its evidence: people take it into
//! policy, or don't.

use std::collections::BTreeMap;

use crate::change::ChangeType;
use crate::detect::statistics::{beta_below, beta_quantile};
use crate::ids::{DomainName, ServiceName, TemplateName};

/// How many deployments the organisation's rate counts for in each group.
pub const PRIOR: f64 = 20.0;
/// A group, or the organisation, with fewer deployments says nothing.
pub const LEAST: u32 = 10;
/// How sure a proposal has to be.
const SURE: f64 = 0.95;
/// A group whose rate is so many times the organisation's is riskier.
const RISKIER: f64 = 1.5;
/// One whose rate is this part of it is safer.
const SAFER: f64 = 0.5;
/// From so many times on it is far riskier.
const FAR_RISKIER: f64 = 3.0;

/// What deployments are told apart by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// A service.
    Service(ServiceName),
    /// The services of a domain: those of one team.
    Domain(DomainName),
    /// Standard changes by a template.
    Template(TemplateName),
    /// A type of change.
    Kind(Kind),
}

/// A type of change, in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Standard.
    Standard,
    /// Normal.
    Normal,
    /// Emergency.
    Emergency,
}

impl From<ChangeType> for Kind {
    fn from(kind: ChangeType) -> Self {
        match kind {
            ChangeType::Standard => Self::Standard,
            ChangeType::Normal => Self::Normal,
            ChangeType::Emergency => Self::Emergency,
        }
    }
}

impl Kind {
    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Normal => "normal",
            Self::Emergency => "emergency",
        }
    }
}

impl Group {
    /// What is told apart: `service`, `domain`, `template`, `kind`.
    #[must_use]
    pub const fn by(&self) -> &'static str {
        match self {
            Self::Service(_) => "service",
            Self::Domain(_) => "domain",
            Self::Template(_) => "template",
            Self::Kind(_) => "kind",
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Service(name) => name.as_str(),
            Self::Domain(name) => name.as_str(),
            Self::Template(name) => name.as_str(),
            Self::Kind(kind) => kind.as_str(),
        }
    }

    /// The condition of a risk factor for it.
    #[must_use]
    pub fn condition(&self) -> String {
        let name = self.name();
        match self {
            Self::Service(_) => format!("service.name == \"{name}\""),
            Self::Domain(_) => format!("has(service.domain) && service.domain == \"{name}\""),
            Self::Template(_) => format!("has(change.template) && change.template == \"{name}\""),
            Self::Kind(_) => format!("change.kind == \"{name}\""),
        }
    }
}

/// Deployments and how many of them failed or were rolled back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// All.
    pub total: u32,
    /// Those that failed.
    pub failed: u32,
}

impl Tally {
    /// Counts one more.
    pub const fn add(&mut self, failed: bool) {
        self.total += 1;
        self.failed += failed as u32;
    }
}

/// What is proposed for a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// A factor with so many points more.
    Stricter {
        /// The points.
        points: i64,
    },
    /// A factor with so many points less.
    Lighter {
        /// The points, below zero.
        points: i64,
    },
    /// Nothing: it is much as all the rest.
    Keep,
    /// Nothing: there is too little to tell.
    TooFew,
}

impl Advice {
    /// The points that a factor would have.
    #[must_use]
    pub const fn points(self) -> Option<i64> {
        match self {
            Self::Stricter { points } | Self::Lighter { points } => Some(points),
            Self::Keep | Self::TooFew => None,
        }
    }

    /// The word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stricter { .. } => "stricter",
            Self::Lighter { .. } => "lighter",
            Self::Keep => "keep",
            Self::TooFew => "too_few",
        }
    }
}

/// How often deployments of a group fail.
#[derive(Debug, Clone, PartialEq)]
pub struct FailureRate {
    /// The group.
    pub group: Group,
    /// What was counted.
    pub tally: Tally,
    /// The rate, drawn towards the organisation's.
    pub rate: f64,
    /// It lies above this with 97.5% probability.
    pub low: f64,
    /// It lies below this with 97.5% probability.
    pub high: f64,
    /// What is proposed.
    pub advice: Advice,
}

/// What past deployments say.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskHistory {
    /// All deployments.
    pub overall: Tally,
    /// The organisation's own rate.
    pub rate: f64,
    /// By group: proposals first, the riskiest first.
    pub rates: Vec<FailureRate>,
}

impl FailureRate {
    fn of(group: Group, tally: Tally, overall: f64, is_enough: bool) -> Self {
        let succeeded = f64::from(tally.total - tally.failed);
        let a = PRIOR.mul_add(overall, f64::from(tally.failed));
        let b = PRIOR.mul_add(1.0 - overall, succeeded);
        let rate = a / (a + b);
        let points = if rate >= FAR_RISKIER * overall { 20 } else { 10 };
        let advice = if !is_enough || tally.total < LEAST {
            Advice::TooFew
        } else if 1.0 - beta_below(RISKIER * overall, a, b) >= SURE {
            Advice::Stricter { points }
        } else if beta_below(SAFER * overall, a, b) >= SURE {
            Advice::Lighter { points: -5 }
        } else {
            Advice::Keep
        };
        let (low, high) = (beta_quantile(0.025, a, b), beta_quantile(0.975, a, b));
        Self { group, tally, rate, low, high, advice }
    }

    /// The lines for `factors` of `risk.yaml` that take the proposal; nothing where there is none.
    #[must_use]
    pub fn factor(&self) -> Option<String> {
        let points = self.advice.points()?;
        let (by, name) = (self.group.by(), self.group.name());
        let Tally { total, failed } = self.tally;
        Some(format!(
            "  - name: history-{by}-{name}\n    when: {}\n    points: {points}\n    why: {failed} of \
             {total} deployments failed\n",
            self.group.condition()
        ))
    }
}

/// Adds up deployments, each in all its groups, and whether it failed.
#[must_use]
pub fn risk_history(deployments: impl IntoIterator<Item = (Vec<Group>, bool)>) -> RiskHistory {
    let mut overall = Tally::default();
    let mut tallies: BTreeMap<Group, Tally> = BTreeMap::new();
    for (groups, failed) in deployments {
        overall.add(failed);
        for group in groups {
            tallies.entry(group).or_default().add(failed);
        }
    }
    // As if one more had failed and one succeeded (Laplace's rule): no rate is 0 or 1.
    let rate = f64::from(overall.failed + 1) / f64::from(overall.total + 2);
    let is_enough = overall.total >= LEAST;
    let of = |(group, tally)| FailureRate::of(group, tally, rate, is_enough);
    let mut rates: Vec<FailureRate> = tallies.into_iter().map(of).collect();
    rates.sort_by(|a, b| {
        let proposes = |of: &FailureRate| of.advice.points().is_none();
        proposes(a).cmp(&proposes(b)).then(b.rate.total_cmp(&a.rate))
    });
    RiskHistory { overall, rate, rates }
}
