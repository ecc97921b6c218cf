//! Exhaustive check: what holds for every change that could ever be asked for.
//!
//! Each typed condition is split at its constants, so that all changes fall into finitely many
//! regions in which every rule answers alike; all of them are walked, with the conditions evaluated
//! by the code that enforces them. A condition that can't be split (arithmetic over two fields,
//! lists of facts, patterns) is taken to come out either way: what is proven then still holds, and
//! what is not is tried with changes drawn at random and said to be unproven.

mod axes;
mod cursor;
mod example;
mod findings;
mod merge;
mod outcome;
mod report;
mod risk;
mod sample;
mod values;
mod walk;

use std::collections::BTreeSet;

use domain::requirement::RuleRef;
use serde::Serialize;

pub use self::example::Example;

use self::axes::{Space, Tests, collect, is_risk};
use self::cursor::{Cursor, Held};
use self::report::Judge;
use self::risk::{Reads, Risk};
use self::sample::Pools;
use self::walk::{LimitSlots, MAX_FREE_RULES, Plan, Slots, Walk};
use crate::bundle::{Automation, Bundle};
use crate::expr::{Condition, Subject, Test};

/// Most regions that are walked; above, changes are drawn at random.
const MAX_REGIONS: usize = 500_000;

/// How one guarantee stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// It holds for every change.
    Proven,
    /// This change passes without it.
    Refuted {
        /// The smallest such change.
        example: Example,
    },
    /// Nothing certain against it was found, which is no proof.
    Unproven {
        /// What stands in the way of a proof.
        because: Vec<String>,
        /// Changes that were drawn at random.
        tried: u64,
        /// A change that breaks it, if what it assumes can come true.
        suspect: Option<Example>,
    },
}

/// A guarantee and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GuaranteeResult {
    /// Its id.
    pub id: String,
    /// What it says.
    pub title: String,
    /// Where it stands in the bundle.
    pub source: RuleRef,
    /// How it stands.
    #[serde(flatten)]
    pub standing: Standing,
}

/// Changes for which policy gives no answer, so that they can't be approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// `no_rule` or `exempt_above_tier`.
    pub code: String,
    /// The smallest such change.
    pub example: Example,
}

/// A rule that exempts and one that asks, both applying to some change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contradiction {
    /// The rule that says `nobody`.
    pub exempts: RuleRef,
    /// The rule that needs somebody.
    pub asks: RuleRef,
    /// The smallest such change.
    pub example: Example,
}

/// What the exhaustive check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Proof {
    /// Regions that were walked.
    pub regions: u64,
    /// Whether these are all there are.
    pub exhaustive: bool,
    /// Conditions and fields that can't be split into cases.
    pub unsplit: Vec<String>,
    /// The guarantees, in the order of the bundle.
    pub guarantees: Vec<GuaranteeResult>,
    /// Changes nobody could ever approve.
    pub gaps: Vec<Gap>,
    /// Rules that apply to no change at all.
    pub unreachable: Vec<RuleRef>,
    /// Rules that contradict each other.
    pub contradictions: Vec<Contradiction>,
}

impl Bundle {
    /// Walks all changes that this bundle can tell apart. Takes up to seconds.
    #[must_use]
    pub fn prove(&self) -> Proof {
        let prepared = Prepared::new(self);
        let held = Held::new(&prepared.space.axes);
        let mut cursor = Cursor::new(&prepared.space.axes, &held, self.schema().plain_row());
        let sizes: Vec<usize> = (0..prepared.space.axes.len()).map(|n| cursor.size(n)).collect();
        let taken = prepared.space.axes.iter().flat_map(axes::Axis::slots).collect();
        let pools = Pools::new(self, &taken);
        let regions = prepared.regions(&sizes);
        let ways = 1usize << prepared.plan.free.len().min(MAX_FREE_RULES);
        let mut judge = Judge::new(self, &prepared, &pools, regions);
        let exhaustive = regions.saturating_mul(ways) <= MAX_REGIONS
            && prepared.plan.free.len() <= MAX_FREE_RULES;
        let mut walk = prepared.walk(self, &sizes);
        let walked = if exhaustive {
            walk.run(&mut cursor, &mut |cursor, region| judge.look(cursor, region))
        } else {
            sample::run(&mut walk, &mut cursor, &mut |cursor, region| judge.look(cursor, region))
        };
        judge.conclude(walked, exhaustive && walk.saw_every_score())
    }
}

/// What is known before the walk.
struct Prepared<'b> {
    space: Space<'b>,
    /// Axes of each factor, `None` when it can't be split.
    factors: Vec<Option<BTreeSet<usize>>>,
    matrix: BTreeSet<usize>,
    grades: [u16; 3],
    plan: Plan<'b>,
}

impl<'b> Prepared<'b> {
    fn new(bundle: &'b Bundle) -> Self {
        let schema = bundle.schema();
        let width = schema.fact_width();
        let rules = || bundle.rules().iter().map(|rule| &rule.when);
        let guarantees = || bundle.guarantees().iter().flat_map(|g| [&g.when, &g.holds]);
        let factors = || bundle.factors().iter().map(|factor| &factor.when);
        let automations = || bundle.automations().iter();
        let all: Vec<&Condition> = (rules().chain(guarantees()).chain(factors()))
            .chain(automations().flat_map(automation_conditions))
            .collect();
        let mut tests = Tests::new();
        for condition in &all {
            collect(condition, width, &mut tests);
        }
        let slot = |path: &str| {
            schema.rules.slot(path).and_then(|slot| u16::try_from(slot).ok()).unwrap_or(u16::MAX)
        };
        let score = slot("risk.score");
        let numbers = tests.get(&Subject::Slot(score)).into_iter().flatten();
        let score_cuts = numbers
            .filter_map(|test| if let Test::Number(n) = test { Some(*n) } else { None })
            .collect();
        let mut space = Space::new(bundle, tests);
        let grades = ["change.impact", "change.urgency", "change.complexity"].map(slot);
        let matrix = axes_with(&space, &grades);
        // The target means more than its fields, and the matrix reads the grades themselves.
        merge::merge(&mut space, bundle, &all, &matrix.iter().copied().chain([0]).collect());
        let axes_of = |condition: &Condition| axes_of(condition, &space, width, schema);
        let mut walked = BTreeSet::from([0]);
        for condition in
            rules().chain(guarantees()).chain(automations().flat_map(automation_conditions))
        {
            walked.extend(axes_of(condition).unwrap_or_default());
        }
        let limits =
            bundle.templates().iter().any(|t| !t.labels.is_empty() || t.services.is_some());
        let limits = limits || !bundle.enforced().is_empty();
        let limit_slots = LimitSlots::new(schema);
        if limits {
            walked.extend(axes_with(&space, &[limit_slots.service, limit_slots.labels]));
        }
        // What can't be split is taken to hold: whoever asks can bring it about.
        let decidable = |automation: &'b Automation| -> Vec<&'b Condition> {
            automation_conditions(automation).filter(|c| axes_of(c).is_some()).collect()
        };
        let free = rules().enumerate().filter(|(_, when)| axes_of(when).is_none()).map(|(n, _)| n);
        Self {
            factors: factors().map(axes_of).collect(),
            matrix,
            grades,
            plan: Plan {
                axes: walked.into_iter().collect(),
                free: free.collect(),
                automations: automations().map(decidable).collect(),
                score_cuts,
                slots: Slots { limits: limit_slots, score, level: slot("risk.level") },
            },
            space,
        }
    }

    /// Parts of a condition that can't be split into cases.
    fn unsplit_in(&self, bundle: &Bundle, condition: &Condition) -> Vec<String> {
        let schema = bundle.schema();
        if axes_of(condition, &self.space, schema.fact_width(), schema).is_some() {
            return Vec::new();
        }
        let opaque = condition.atoms().opaque;
        if opaque.is_empty() {
            return vec![condition.source().to_owned()];
        }
        opaque.into_iter().map(|span| condition.part(span).to_owned()).collect()
    }

    /// Everything in rules and factors that can't be split, with where it stands.
    fn unsplit(&self, bundle: &Bundle) -> Vec<String> {
        let rules = bundle.rules().iter().map(|rule| (&rule.source, &rule.when));
        let factors = bundle.factors().iter().map(|factor| (&factor.source, &factor.when));
        let place = |(source, when): (&RuleRef, &Condition)| {
            let parts = self.unsplit_in(bundle, when);
            let place = format!("{}:{}", source.file, source.line);
            parts.into_iter().map(move |part| format!("{place}: {part}")).collect::<Vec<_>>()
        };
        rules.chain(factors).flat_map(place).collect()
    }

    /// The number of combinations the walk would go through.
    fn regions(&self, sizes: &[usize]) -> usize {
        let size = |axis: &usize| sizes.get(*axis).copied().unwrap_or(1);
        self.plan.axes.iter().map(size).fold(1usize, usize::saturating_mul)
    }

    fn walk<'s>(&'s self, bundle: &'b Bundle, sizes: &[usize]) -> Walk<'b, 's> {
        let walked = self.plan.axes.iter().copied().collect();
        let reads = Reads { factors: &self.factors, matrix: &self.matrix, grades: self.grades };
        let risk = Risk::new(bundle, reads, &walked, sizes);
        Walk::new(bundle, &self.space, self.plan.clone(), risk)
    }
}

/// Everything that has to hold for an automation rule.
fn automation_conditions(automation: &Automation) -> impl Iterator<Item = &Condition> {
    std::iter::once(&automation.scope).chain(&automation.when)
}

/// The axes a condition looks at; `None` when it can't be split into cases.
fn axes_of(
    condition: &Condition,
    space: &Space<'_>,
    width: u16,
    schema: &crate::assess::facts::FactSchema,
) -> Option<BTreeSet<usize>> {
    let atoms = condition.atoms();
    let unsplit = |path: &str| {
        space.unsplit.iter().any(|field| field == path || field.starts_with(&format!("{path}.")))
    };
    if !atoms.opaque.is_empty() || condition.fields().any(unsplit) {
        return None;
    }
    let slots = atoms.tests.into_iter().map(|(subject, _)| subject.slot());
    let slots: Vec<u16> = slots.filter(|slot| *slot < width).collect();
    let leaves = schema.rules.leaves();
    let risk = |slot: &u16| leaves.iter().any(|(p, s, _)| *s == usize::from(*slot) && is_risk(p));
    Some(axes_with(space, &slots.into_iter().filter(|slot| !risk(slot)).collect::<Vec<_>>()))
}

fn axes_with(space: &Space<'_>, slots: &[u16]) -> BTreeSet<usize> {
    let has = |axis: &axes::Axis| axis.slots().any(|slot| slots.contains(&slot));
    space.axes.iter().enumerate().filter(|(_, axis)| has(axis)).map(|(n, _)| n).collect()
}
