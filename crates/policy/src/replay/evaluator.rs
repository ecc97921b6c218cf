//! One bundle over batches of changes: the outcome of each, without its explanation.
//!
//! Conditions go through the columnar evaluator; what applying rules ask for is made by the code
//! that enforces it, once for each set of rules that apply together. A property test holds the whole
//! to [`Bundle::assess`].

use std::collections::HashMap;
use std::sync::Arc;

use domain::organisation::{Directory, RoleBinding};

use super::Asking;
use super::outcome::{Answer, Asks, Outcome, Risk, Terms, by_rules};

use crate::assess::facts::{Facts, Lists, evidence_records};
use crate::assess::{AssessmentFacts, follow, no_answer};
use crate::bundle::{Automation, Bundle, Template, Unclassified};
use crate::expr::columnar::{Batch, Columnar, fill};
use crate::expr::columns::{Column, Mask};
use crate::expr::{Condition, Row, Value};

pub(super) use crate::expr::columns::BATCH;

/// Sets of applying rules whose answers are remembered.
const MOST_ANSWERS: usize = 1 << 13;

/// The facts of one change.
pub(super) struct Asked<'a> {
    /// `None` when its service is not there, or retired.
    facts: Option<Facts<'a>>,
    template_version: Option<u32>,
}

impl<'a> Asked<'a> {
    /// As a bundle that gives groups these roles sees them.
    pub(super) fn of(facts: &AssessmentFacts<'a>, mapping: &'a [RoleBinding]) -> Self {
        let material = &facts.revision.material;
        let service = facts.directory.service(&material.service);
        let active = service.filter(|s| s.status == domain::organisation::Status::Active);
        Self {
            facts: active.map(|service| Facts::of(facts, service, mapping)),
            template_version: material.template.as_ref().map(|template| template.version),
        }
    }

    pub(super) fn all(
        asked: &'a [Asking],
        directory: &'a Directory,
        mapping: &'a [RoleBinding],
    ) -> Vec<Self> {
        asked.iter().map(|asking| Self::of(&asking.facts(directory), mapping)).collect()
    }
}

/// An outcome; equal numbers are equal answers of one evaluator.
#[derive(Debug, Clone)]
pub(super) struct Numbered {
    pub(super) outcome: Outcome,
    pub(super) number: Option<u64>,
}

/// A bundle made ready for batches.
#[derive(Debug)]
pub(super) struct Evaluator {
    bundle: Arc<Bundle>,
    factors: Vec<Columnar>,
    rules: Vec<Columnar>,
    /// Conditions of response plans, the first one first; a plan without one always applies.
    plans: Vec<Option<Columnar>>,
    /// Scope and conditions of the automation rules.
    automations: Vec<Vec<Columnar>>,
    columns: Vec<Column>,
    fact_slots: Vec<u16>,
    risk_slots: Vec<u16>,
    levels: HashMap<String, Arc<str>>,
    answers: HashMap<Box<[u64]>, (u64, Arc<Answer>)>,
    next: u64,
}

/// Where one change of a batch stands.
struct Standing<'b> {
    tier: u8,
    template: Option<(usize, &'b Template)>,
    score: i64,
    /// Whether the gate blocks.
    enforce: bool,
    /// The response plan that applies.
    plan: Option<usize>,
    /// The answer, as soon as there is one.
    fixed: Option<Answer>,
}

impl Evaluator {
    pub(super) fn new(bundle: Arc<Bundle>) -> Self {
        let factors: Vec<_> = bundle.factors().iter().map(|f| Columnar::new(&f.when)).collect();
        let rules: Vec<_> = bundle.rules().iter().map(|r| Columnar::new(&r.when)).collect();
        let plans = bundle.plans().iter().map(|p| p.when.as_ref().map(Columnar::new));
        let plans: Vec<Option<Columnar>> = plans.collect();
        let automations: Vec<Vec<Columnar>> = bundle
            .automations()
            .iter()
            .map(|a| conditions_of(a).map(Columnar::new).collect())
            .collect();
        let conditions = factors.iter().chain(&rules).chain(plans.iter().flatten());
        let conditions = conditions.chain(automations.iter().flatten());
        let mut slots: Vec<u16> = conditions.flat_map(Columnar::slots).collect();
        slots.sort_unstable();
        slots.dedup();
        let risk = bundle.schema().risk_slots();
        let (risk_slots, fact_slots) = slots.into_iter().partition(|slot| risk.contains(slot));
        let width = usize::from(bundle.schema().fact_width());
        let levels = bundle.levels().iter();
        Self {
            factors,
            rules,
            plans,
            automations,
            columns: std::iter::repeat_with(Column::default).take(width).collect(),
            fact_slots,
            risk_slots,
            levels: levels.map(|level| (level.name.clone(), level.name.as_str().into())).collect(),
            answers: HashMap::new(),
            next: 0,
            bundle,
        }
    }

    /// The outcome of each change, in order. A batch holds at most [`BATCH`] changes.
    pub(super) fn evaluate(&mut self, batch: &[Asked<'_>]) -> Vec<Numbered> {
        let bundle = Arc::clone(&self.bundle);
        let mut standing: Vec<Standing<'_>> =
            batch.iter().map(|asked| classify(&bundle, asked)).collect();
        let records: Vec<_> = batch
            .iter()
            .map(|asked| asked.facts.as_ref().map(evidence_records).unwrap_or_default())
            .collect();
        let schema = bundle.schema();
        let lists: Vec<_> = batch
            .iter()
            .zip(&records)
            .map(|(asked, records)| asked.facts.as_ref().map(|f| Lists::new(schema, f, records)))
            .collect();
        let width = usize::from(schema.fact_width());
        let mut values = vec![Value::Null; width * batch.len()];
        let rows = values.chunks_mut(width.max(1));
        for (row, ((asked, lists), standing)) in rows.zip(batch.iter().zip(&lists).zip(&standing)) {
            if let (Some(facts), Some(lists)) = (&asked.facts, lists) {
                schema.fill(facts, standing.tier, lists, row);
            }
        }
        let mut open = Mask::NONE;
        for (n, _) in standing.iter().enumerate().filter(|(_, s)| s.fixed.is_none()) {
            open.set(n);
        }
        fill(&mut self.columns, &self.fact_slots, &values, width);
        let failed = self.scores(&values, open, &mut standing);
        open = open.without(failed);
        for (row, standing) in values.chunks_mut(width.max(1)).zip(&standing) {
            let level = &bundle.level_of(standing.score).name;
            schema.fill_risk(standing.score, level, row);
        }
        fill(&mut self.columns, &self.risk_slots, &values, width);
        let (mut applied, failed) = self.applied(&values, open);
        self.automated(&values, open.without(failed), &mut applied);
        for row in failed.or(self.planned(&values, open, &mut standing)).rows() {
            fix(&mut standing, row, || undecided("rule_error"));
        }
        let rows = standing.into_iter().zip(applied.chunks(self.words()));
        rows.map(|(standing, applied)| self.conclude(&bundle, standing, applied)).collect()
    }

    /// Adds the factors that apply. Says for which rows one can't be decided.
    fn scores(&mut self, values: &[Value<'_>], open: Mask, standing: &mut [Standing<'_>]) -> Mask {
        let width = self.columns.len();
        let batch = Batch { values, width, columns: &self.columns };
        let mut failed = Mask::NONE;
        for (columnar, factor) in self.factors.iter_mut().zip(self.bundle.factors()) {
            let answers = columnar.evaluate(batch, open);
            failed = failed.or(answers.unknown);
            for row in answers.yes.rows() {
                if let Some(standing) = standing.get_mut(row) {
                    standing.score = standing.score.saturating_add(factor.points);
                }
            }
        }
        for standing in standing.iter_mut() {
            standing.score = standing.score.max(0);
        }
        for row in failed.rows() {
            fix(standing, row, || undecided("factor_error"));
        }
        failed
    }

    /// For each row the rules that apply, one bit a rule behind the word for tier and template, with
    /// room for the automation rules behind them; and the rows for which some rule can't be decided.
    fn applied(&mut self, values: &[Value<'_>], open: Mask) -> (Vec<u64>, Mask) {
        let width = self.columns.len();
        let batch = Batch { values, width, columns: &self.columns };
        let words = self.words();
        let mut applied = vec![0u64; words * values.len().checked_div(width).unwrap_or(0)];
        let mut failed = Mask::NONE;
        for (n, columnar) in self.rules.iter_mut().enumerate() {
            let answers = columnar.evaluate(batch, open);
            failed = failed.or(answers.unknown);
            for row in answers.yes.rows() {
                mark(&mut applied, row * words, n);
            }
        }
        (applied, failed)
    }

    /// Marks the automation rules that hold: every condition a plain yes, and every fact it reads there.
    fn automated(&mut self, values: &[Value<'_>], open: Mask, applied: &mut [u64]) {
        let (width, words, behind) = (self.columns.len(), self.words(), self.rules.len());
        let batch = Batch { values, width, columns: &self.columns };
        let both = self.automations.iter_mut().zip(self.bundle.automations());
        for (n, (conditions, automation)) in both.enumerate() {
            let mut holds = open;
            for condition in conditions {
                holds = condition.evaluate(batch, holds).yes;
            }
            for row in holds.rows() {
                let facts = values.get(row * width..(row + 1) * width).map(Row::new);
                if facts.is_some_and(|facts| self.bundle.has_facts(automation, facts)) {
                    mark(applied, row * words, behind + n);
                }
            }
        }
    }

    /// Finds the first response plan that applies to each row. Says for which rows that can't be
    /// decided.
    fn planned(&mut self, values: &[Value<'_>], open: Mask, standing: &mut [Standing<'_>]) -> Mask {
        let width = self.columns.len();
        let batch = Batch { values, width, columns: &self.columns };
        let (mut left, mut failed) = (open, Mask::NONE);
        for (n, columnar) in self.plans.iter_mut().enumerate() {
            let mut yes = left;
            if let Some(columnar) = columnar {
                let answers = columnar.evaluate(batch, left);
                failed = failed.or(answers.unknown);
                yes = answers.yes;
            }
            for row in yes.rows() {
                if let Some(standing) = standing.get_mut(row) {
                    standing.plan = Some(n);
                }
            }
            left = left.without(yes).without(failed);
        }
        failed
    }

    /// Words a row of answers takes.
    fn words(&self) -> usize {
        1 + (self.rules.len() + self.automations.len()).div_ceil(64)
    }

    fn conclude(&mut self, bundle: &Bundle, standing: Standing<'_>, applied: &[u64]) -> Numbered {
        if let Some(answer) = standing.fixed {
            let outcome = Outcome { answer: Arc::new(answer), risk: None };
            return Numbered { outcome, number: None };
        }
        let (number, answer) = self.answer(bundle, &standing, applied);
        let decided = matches!(*answer, Answer::Asks(_));
        let risk = decided.then(|| {
            let name = &bundle.level_of(standing.score).name;
            let level = self.levels.get(name).cloned().unwrap_or_else(|| name.as_str().into());
            Risk { score: standing.score, level }
        });
        Numbered { outcome: Outcome { answer, risk }, number: Some(number) }
    }

    fn answer(
        &mut self,
        bundle: &Bundle,
        standing: &Standing<'_>,
        applied: &[u64],
    ) -> (u64, Arc<Answer>) {
        let template = standing.template.map_or(0, |(n, _)| n as u64 + 1);
        let mut key: Vec<u64> = applied.to_vec();
        if let Some(head) = key.first_mut() {
            let plan = standing.plan.map_or(0, |n| n as u64 + 1);
            let enforce = u64::from(standing.enforce);
            *head = (template << 32) | (plan << 8) | (enforce << 7) | u64::from(standing.tier);
        }
        if let Some((number, answer)) = self.answers.get(key.as_slice()) {
            return (*number, Arc::clone(answer));
        }
        let flag =
            |n: usize| applied.get(1 + n / 64).is_some_and(|word| word & (1 << (n % 64)) != 0);
        let mut flags: Vec<bool> =
            (0..self.rules.len() + self.automations.len()).map(flag).collect();
        let automated = flags.split_off(self.rules.len());
        let answer = Arc::new(answer(bundle, standing, &flags, &automated));
        if self.answers.len() >= MOST_ANSWERS {
            self.answers.clear();
        }
        self.next += 1;
        self.answers.insert(key.into(), (self.next, Arc::clone(&answer)));
        (self.next, answer)
    }
}

/// Tier and template of a change and the points of the matrix, or why it is refused.
fn classify<'b>(bundle: &'b Bundle, asked: &Asked<'_>) -> Standing<'b> {
    let refused = |fields: Vec<String>| Standing {
        tier: 0,
        template: None,
        score: 0,
        enforce: true,
        plan: None,
        fixed: Some(Answer::Refused { fields }),
    };
    let Some(facts) = &asked.facts else { return refused(vec!["service".to_owned()]) };
    let tier = match (bundle.environment(facts.environment), bundle.unclassified()) {
        (Some(environment), _) => environment.tier,
        (None, Unclassified::Tier(tier)) => tier,
        (None, Unclassified::Refuse) => return refused(vec!["environment".to_owned()]),
    };
    match bundle.check_template(facts, asked.template_version, tier) {
        Ok(template) => Standing {
            tier,
            template: template.and_then(|template| {
                let at = bundle.templates().iter().position(|known| known.name == template.name);
                at.map(|at| (at, template))
            }),
            score: bundle.matrix().points(facts.impact, facts.urgency, facts.complexity),
            enforce: bundle.enforces((facts.environment, tier), facts.service, facts.labels),
            plan: None,
            fixed: None,
        },
        Err(errors) => refused(errors.into_iter().map(|error| error.field).collect()),
    }
}

/// Everything that has to hold for an automation rule.
fn conditions_of(automation: &Automation) -> impl Iterator<Item = &Condition> {
    std::iter::once(&automation.scope).chain(&automation.when)
}

/// Sets the bit of a rule in the words of a row, which begin at `from`.
fn mark(applied: &mut [u64], from: usize, rule: usize) {
    if let Some(word) = applied.get_mut(from + 1 + rule / 64) {
        *word |= 1 << (rule % 64);
    }
}

fn fix(standing: &mut [Standing<'_>], row: usize, answer: impl FnOnce() -> Answer) {
    if let Some(standing) = standing.get_mut(row) {
        standing.fixed = Some(answer());
    }
}

fn undecided(code: &str) -> Answer {
    Answer::Undecided { code: code.to_owned() }
}

/// What the rules that apply ask for together, and what of it the automation rules that hold may answer.
fn answer(
    bundle: &Bundle,
    standing: &Standing<'_>,
    applied: &[bool],
    automated: &[bool],
) -> Answer {
    let mut demands = bundle.demanded(standing.template.map(|(_, template)| template), applied);
    bundle.mark_acceptable(&mut demands, standing.tier);
    if let Some(plan) = standing.plan.and_then(|n| bundle.plans().get(n)) {
        demands.requirements.iter_mut().for_each(|requirement| follow(requirement, plan));
    }
    let nobody = demands.requirements.is_empty();
    if nobody && let Some((code, _)) = no_answer(demands.exempt.as_ref(), standing.tier) {
        return undecided(code);
    }
    let holding = bundle.automations().iter().zip(automated).filter(|(_, holds)| **holds);
    let answers: Vec<_> =
        holding.map(|(automation, _)| automation.answered(&demands.requirements)).collect();
    Answer::Asks(Box::new(Asks {
        tier: standing.tier,
        by_rules: by_rules(answers.iter().map(Vec::as_slice)),
        requirements: demands.requirements,
        evidence: demands.evidence,
        alignment: !demands.alignment.is_empty(),
        exempt: demands.exempt,
        terms: Terms::of_tier(bundle.tier(standing.tier), standing.enforce),
    }))
}
