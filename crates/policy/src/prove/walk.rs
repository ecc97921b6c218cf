//! The walk over every region of changes that rules can tell apart.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use super::axes::{Space, Target};
use super::cursor::Cursor;
use super::outcome::Outcome;
use super::risk::{Reach, Risk};
use crate::assess::facts::FactSchema;
use crate::bundle::{Bundle, Template};
use crate::expr::{Condition, DEFAULT_STEPS, Row, Value};

/// Most rules whose conditions can't be split into cases.
pub(super) const MAX_FREE_RULES: usize = 6;

/// One region: changes for which every rule answers alike.
pub(super) struct Region<'w, 'b> {
    pub(super) target: Target<'b>,
    /// A flag for each rule, and after them one for each automation rule.
    pub(super) applied: &'w [bool],
    pub(super) outcome: &'w Outcome<'b>,
    pub(super) reach: &'w Reach,
    /// Rules whose condition was not looked at.
    pub(super) free: &'w [usize],
}

/// What to walk.
#[derive(Debug, Clone)]
pub(super) struct Plan<'b> {
    /// Axes that rules or guarantees look at.
    pub(super) axes: Vec<usize>,
    /// Rules whose conditions can't be split into cases.
    pub(super) free: Vec<usize>,
    /// Of each automation rule the conditions that can be split into cases.
    pub(super) automations: Vec<Vec<&'b Condition>>,
    /// Numbers that rules compare the score with.
    pub(super) score_cuts: BTreeSet<i64>,
    pub(super) slots: Slots,
}

/// A walk under way.
pub(super) struct Walk<'b, 's> {
    bundle: &'b Bundle,
    space: &'s Space<'b>,
    pub(super) plan: Plan<'b>,
    risk: Risk<'b>,
    outcomes: HashMap<(usize, Vec<bool>), Rc<Vec<Outcome<'b>>>>,
}

/// Slots that the walk reads or writes itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slots {
    pub(super) limits: LimitSlots,
    pub(super) score: u16,
    pub(super) level: u16,
}

/// The slots that a template's limits look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct LimitSlots {
    pub(super) service: u16,
    pub(super) labels: u16,
}

impl LimitSlots {
    pub(super) fn new(schema: &FactSchema) -> Self {
        let slot = |path: &str| schema.rules.slot(path).and_then(|slot| slot.try_into().ok());
        let find = |path: &str| slot(path).unwrap_or(u16::MAX);
        Self { service: find("service.name"), labels: find("service.labels") }
    }

    /// The name of a row's service, and its labels.
    pub(super) fn of<'v>(self, row: &[Value<'v>]) -> (&'v str, &'v [(&'v str, &'v str)]) {
        let service = match row.get(usize::from(self.service)) {
            Some(Value::Str(name)) => *name,
            _ => "",
        };
        let labels = match row.get(usize::from(self.labels)) {
            Some(Value::Map(pairs)) => *pairs,
            _ => &[],
        };
        (service, labels)
    }

    /// Whether a row's service, and its labels, are within the limits of a template.
    pub(super) fn within(self, template: &Template, row: &[Value<'_>]) -> [bool; 2] {
        let (service, labels) = self.of(row);
        let listed = |services: &Vec<domain::ids::ServiceName>| {
            services.iter().any(|known| known.as_str() == service)
        };
        let has =
            |(key, value): (&String, &String)| labels.contains(&(key.as_str(), value.as_str()));
        [template.services.as_ref().is_none_or(listed), template.labels.iter().all(has)]
    }
}

impl<'b, 's> Walk<'b, 's> {
    pub(super) fn new(
        bundle: &'b Bundle,
        space: &'s Space<'b>,
        plan: Plan<'b>,
        risk: Risk<'b>,
    ) -> Self {
        Self { bundle, space, plan, risk, outcomes: HashMap::new() }
    }

    /// Whether every risk score that is possible was looked at.
    pub(super) const fn saw_every_score(&self) -> bool {
        !self.risk.cut
    }

    /// Visits every region and returns their number.
    pub(super) fn run(
        &mut self,
        cursor: &mut Cursor<'s>,
        visit: &mut dyn FnMut(&Cursor<'s>, &Region<'_, 'b>),
    ) -> u64
    where
        'b: 's,
    {
        let axes = self.plan.axes.clone();
        let mut count = 0;
        self.descend(&axes, cursor, &mut |walk, cursor| count += walk.visit_all(cursor, visit));
        count
    }

    fn descend(
        &mut self,
        axes: &[usize],
        cursor: &mut Cursor<'s>,
        leaf: &mut dyn FnMut(&mut Self, &mut Cursor<'s>),
    ) {
        let Some((axis, rest)) = axes.split_first() else { return leaf(self, cursor) };
        for choice in 0..cursor.size(*axis) {
            cursor.set(*axis, choice);
            self.descend(rest, cursor, leaf);
        }
    }

    /// Visits the regions where the cursor stands: one for each class of risk and each way in which
    /// free rules can come out.
    pub(super) fn visit_all(
        &mut self,
        cursor: &mut Cursor<'s>,
        visit: &mut dyn FnMut(&Cursor<'s>, &Region<'_, 'b>),
    ) -> u64
    where
        'b: 's,
    {
        let at = cursor.choice(0);
        let Some(target) = self.space.targets.get(at).copied() else { return 0 };
        let within = |template: &Template| self.plan.slots.limits.within(template, cursor.row());
        if target.template.is_some_and(|template| within(template) != [true; 2]) {
            return 0;
        }
        let scores = self.risk.scores(cursor);
        let mut classes: BTreeMap<(u8, usize, bool), (i64, &Reach)> = BTreeMap::new();
        for (score, reach) in scores.iter() {
            let score = (*score).max(0);
            let cuts = self.plan.score_cuts.range(..score).count();
            let class = (self.level(score), cuts, self.plan.score_cuts.contains(&score));
            let simpler = |known: &(i64, &Reach)| {
                (reach.assumed.len(), reach.cost) < (known.1.assumed.len(), known.1.cost)
            };
            if classes.get(&class).is_none_or(simpler) {
                classes.insert(class, (score, reach));
            }
        }
        let mut count = 0;
        for ((level, ..), (score, reach)) in classes {
            cursor.put(self.plan.slots.score, Value::Int(score));
            cursor.put(self.plan.slots.level, self.level_value(level));
            count += self.visit_rules(cursor, (at, target), reach, visit);
        }
        count
    }

    fn visit_rules(
        &mut self,
        cursor: &Cursor<'s>,
        (at, target): (usize, Target<'b>),
        reach: &Reach,
        visit: &mut dyn FnMut(&Cursor<'s>, &Region<'_, 'b>),
    ) -> u64 {
        let row = Row::new(cursor.row());
        let answer = |rule: &crate::bundle::Rule| rule.when.evaluate(row, DEFAULT_STEPS);
        let answers: Vec<_> = self.bundle.rules().iter().map(answer).collect();
        let decided =
            |(n, answer): (usize, &Result<bool, _>)| answer.is_ok() || self.plan.free.contains(&n);
        if !answers.iter().enumerate().all(decided) {
            // A rule that errs blocks, so nothing passes here.
            return 1;
        }
        let mut applied: Vec<bool> = answers.into_iter().map(|a| a == Ok(true)).collect();
        let holds = |c: &&Condition| c.evaluate(row, DEFAULT_STEPS) == Ok(true);
        applied.extend(self.plan.automations.iter().map(|all| all.iter().all(holds)));
        let ways = 1usize << self.plan.free.len().min(MAX_FREE_RULES);
        for way in 0..ways {
            for (bit, rule) in self.plan.free.iter().enumerate() {
                if let Some(applies) = applied.get_mut(*rule) {
                    *applies = way & (1 << bit) != 0;
                }
            }
            let key = (at, applied.clone());
            let bundle = self.bundle;
            let outcomes = self
                .outcomes
                .entry(key)
                .or_insert_with(|| Rc::new(Outcome::all(bundle, target, &applied)))
                .clone();
            for outcome in outcomes.iter() {
                let (applied, free) = (applied.as_slice(), self.plan.free.as_slice());
                visit(cursor, &Region { target, applied, outcome, reach, free });
            }
        }
        u64::try_from(ways).unwrap_or(u64::MAX)
    }

    fn level(&self, score: i64) -> u8 {
        let above = self.bundle.levels().partition_point(|level| level.from <= score);
        u8::try_from(above.saturating_sub(1)).unwrap_or(u8::MAX)
    }

    fn level_value(&self, level: u8) -> Value<'s>
    where
        'b: 's,
    {
        let bundle: &'b Bundle = self.bundle;
        let found = bundle.levels().get(usize::from(level));
        found.map_or(Value::Null, |level| bundle.schema().level(&level.name))
    }
}
