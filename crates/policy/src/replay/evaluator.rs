//! One bundle over segments: the outcome of each change, without its explanation.
//!
//! Conditions go through the columnar evaluator; what applying rules ask for is made by the code
//! that enforces it, once for each set of rules that apply together. A property test holds the whole
//! to [`Bundle::assess`].

use std::collections::HashMap;
use std::sync::Arc;

use domain::change::{ChangeType, Level as Grade};

use super::outcome::{Answer, Asks, Outcome, Risk, Terms, by_rules};
use super::segment::Segment;
use super::view::{Lists, Records, Slot, evidence};
use crate::assess::{follow, no_answer};
use crate::bundle::{Automation, Bundle};
use crate::expr::columnar::{Batch, Columnar};
use crate::expr::columns::{BATCH, Column, Mask};
use crate::expr::{Condition, Row, Value};

/// Answers that are remembered from one segment to the next.
const MOST_ANSWERS: usize = 1 << 13;

/// What came out for one change of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Said {
    /// Which answer, of [`Evaluator::answer`].
    pub(super) answer: u32,
    /// The points, where there is an assessment.
    pub(super) score: i64,
}

/// A bundle made ready for segments.
#[derive(Debug)]
pub(super) struct Evaluator {
    bundle: Arc<Bundle>,
    factors: Vec<Columnar>,
    rules: Vec<Columnar>,
    /// Conditions of response plans, the first one first; a plan without one always applies.
    plans: Vec<Option<Columnar>>,
    /// Scope and conditions of the automation rules, and the slots of every fact that has to be there.
    automations: Vec<(Vec<Columnar>, Vec<u16>)>,
    fact_slots: Vec<u16>,
    answers: Vec<Arc<Answer>>,
    /// Answers by the rules that apply, behind a word for tier, template, plan and gate.
    by_applied: HashMap<Box<[u64]>, u32>,
    /// Numbers of the answers that hang on no rule.
    fixed: Vec<u32>,
    epoch: u32,
}

/// Where one change stands.
#[derive(Debug, Clone, Copy, Default)]
struct Standing {
    tier: u8,
    /// Whether the gate blocks.
    enforce: bool,
    /// The template, counted from 1; 0 is none.
    template: u32,
    /// The response plan that applies, counted from 1; 0 is none.
    plan: u32,
    score: i64,
    /// The answer, as soon as there is one.
    fixed: Option<u32>,
}

impl Evaluator {
    pub(super) fn new(bundle: Arc<Bundle>) -> Self {
        let factors: Vec<_> = bundle.factors().iter().map(|f| Columnar::new(&f.when)).collect();
        let rules: Vec<_> = bundle.rules().iter().map(|r| Columnar::new(&r.when)).collect();
        let plans = bundle.plans().iter().map(|p| p.when.as_ref().map(Columnar::new));
        let plans: Vec<Option<Columnar>> = plans.collect();
        let automations: Vec<(Vec<Columnar>, Vec<u16>)> =
            bundle.automations().iter().map(|a| prepared(&bundle, a)).collect();
        let conditions = factors.iter().chain(&rules).chain(plans.iter().flatten());
        let conditions = conditions.chain(automations.iter().flat_map(|(all, _)| all));
        let mut fact_slots: Vec<u16> = conditions.flat_map(Columnar::slots).collect();
        fact_slots.extend(automations.iter().flat_map(|(_, read)| read));
        fact_slots.sort_unstable();
        fact_slots.dedup();
        Self {
            factors,
            rules,
            plans,
            automations,
            fact_slots,
            answers: Vec::new(),
            by_applied: HashMap::new(),
            fixed: Vec::new(),
            epoch: 0,
            bundle,
        }
    }

    pub(super) const fn bundle(&self) -> &Arc<Bundle> {
        &self.bundle
    }

    /// Whether so many answers are remembered that they are better forgotten.
    pub(super) const fn is_full(&self) -> bool {
        self.answers.len() >= MOST_ANSWERS
    }

    /// Forgets the answers: numbers given so far mean nothing any more.
    pub(super) fn forget(&mut self) {
        self.answers.clear();
        self.by_applied.clear();
        self.fixed.clear();
    }

    /// An answer by its number.
    pub(super) fn answer(&self, number: u32) -> Option<&Arc<Answer>> {
        self.answers.get(usize::try_from(number).ok()?)
    }

    /// Whether it says what is needed.
    pub(super) fn is_decided(&self, said: Said) -> bool {
        self.answer(said.answer).is_some_and(|answer| matches!(**answer, Answer::Asks(_)))
    }

    /// The whole outcome.
    pub(super) fn outcome(&self, said: Said) -> Option<Outcome> {
        let answer = Arc::clone(self.answer(said.answer)?);
        let risk = matches!(*answer, Answer::Asks(_)).then(|| Risk {
            score: said.score,
            level: self.bundle.level_of(said.score).name.as_str().into(),
        });
        Some(Outcome { answer, risk })
    }

    /// What the bundle says of each change of a segment, in order.
    pub(super) fn evaluate(&mut self, segment: &Segment) -> Vec<Said> {
        self.epoch = self.epoch.wrapping_add(1);
        let bundle = Arc::clone(&self.bundle);
        let mut standing = self.classify(&bundle, segment);
        let evidence = evidence(segment);
        let records = Records::of(&evidence);
        let lists = Lists::of(segment, &bundle, &records);
        let slots = lists.slots(segment, &bundle, &self.fact_slots);
        let mut columns: Vec<Column<'_>> = slots.iter().map(Slot::column).collect();
        for (n, rows) in standing.chunks_mut(BATCH).enumerate() {
            let batch = Batch { columns: &columns, from: n * BATCH, epoch: self.epoch };
            self.scores(batch, rows);
        }
        let risks = Risks::of(&bundle, &standing);
        let (scores, levels) = risks.columns();
        for (path, column) in [("risk.score", scores), ("risk.level", levels)] {
            let slot = bundle.schema().rules.slot(path);
            if let Some(place) = slot.and_then(|slot| columns.get_mut(slot)) {
                *place = column;
            }
        }
        let mut said = Vec::with_capacity(standing.len());
        for (n, rows) in standing.chunks_mut(BATCH).enumerate() {
            let batch = Batch { columns: &columns, from: n * BATCH, epoch: self.epoch };
            let (mut applied, failed) = self.applied(batch, rows);
            let open = open(rows);
            self.automated(batch, open.without(failed), &mut applied);
            let unplanned = self.planned(batch, open, rows);
            for row in failed.or(unplanned).rows() {
                self.fix(rows, row, "rule_error");
            }
            let words = self.words();
            for (standing, applied) in rows.iter().zip(applied.chunks_mut(words)) {
                said.push(self.conclude(&bundle, standing, applied));
            }
        }
        said
    }

    /// Tier and template of each change and the points of the matrix, or why it is refused.
    fn classify(&mut self, bundle: &Bundle, segment: &Segment) -> Vec<Standing> {
        let mut classes = Classes::default();
        (0..segment.len())
            .map(|row| {
                classes.classify(bundle, segment, row).unwrap_or_else(|fields| Standing {
                    enforce: true,
                    fixed: Some(self.fixed(Answer::Refused { fields })),
                    ..Standing::default()
                })
            })
            .collect()
    }

    /// Adds the factors that apply, and fixes the answer where one can't be decided.
    fn scores(&mut self, batch: Batch<'_>, rows: &mut [Standing]) {
        let among = open(rows);
        let mut failed = Mask::NONE;
        for (columnar, factor) in self.factors.iter_mut().zip(self.bundle.factors()) {
            let answers = columnar.evaluate(batch, among);
            failed = failed.or(answers.unknown);
            for row in answers.yes.rows() {
                if let Some(standing) = rows.get_mut(row) {
                    standing.score = standing.score.saturating_add(factor.points);
                }
            }
        }
        for standing in rows.iter_mut() {
            standing.score = standing.score.max(0);
        }
        for row in failed.rows() {
            self.fix(rows, row, "factor_error");
        }
    }

    /// For each row the rules that apply, one bit a rule behind a word that [`Self::conclude`] fills, with
    /// room for the automation rules behind them; and the rows for which some rule can't be decided.
    fn applied(&mut self, batch: Batch<'_>, rows: &[Standing]) -> (Vec<u64>, Mask) {
        let (among, words) = (open(rows), self.words());
        let mut applied = vec![0u64; words * rows.len()];
        let mut failed = Mask::NONE;
        for (n, columnar) in self.rules.iter_mut().enumerate() {
            let answers = columnar.evaluate(batch, among);
            failed = failed.or(answers.unknown);
            for row in answers.yes.rows() {
                mark(&mut applied, row * words, n);
            }
        }
        (applied, failed)
    }

    /// Marks the automation rules that hold: every condition a plain yes, and every fact it reads there.
    fn automated(&mut self, batch: Batch<'_>, open: Mask, applied: &mut [u64]) {
        let (words, behind) = (self.words(), self.rules.len());
        let both = self.automations.iter_mut().zip(self.bundle.automations());
        for (n, ((conditions, read), automation)) in both.enumerate() {
            let mut holds = open;
            for condition in conditions {
                holds = condition.evaluate(batch, holds).yes;
            }
            for row in holds.rows() {
                let facts = batch.row(row, read);
                if self.bundle.has_facts(automation, Row::new(&facts)) {
                    mark(applied, row * words, behind + n);
                }
            }
        }
    }

    /// Finds the first response plan that applies to each row. Says for which rows that can't be
    /// decided.
    fn planned(&mut self, batch: Batch<'_>, open: Mask, rows: &mut [Standing]) -> Mask {
        let (mut left, mut failed) = (open, Mask::NONE);
        for (n, columnar) in (1..).zip(&mut self.plans) {
            let mut yes = left;
            if let Some(columnar) = columnar {
                let answers = columnar.evaluate(batch, left);
                failed = failed.or(answers.unknown);
                yes = answers.yes;
            }
            for row in yes.rows() {
                if let Some(standing) = rows.get_mut(row) {
                    standing.plan = n;
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

    fn conclude(&mut self, bundle: &Bundle, standing: &Standing, applied: &mut [u64]) -> Said {
        let answer = match standing.fixed {
            Some(answer) => answer,
            None => {
                if let Some(head) = applied.first_mut() {
                    *head = (u64::from(standing.template) << 32)
                        | (u64::from(standing.plan) << 8)
                        | (u64::from(standing.enforce) << 7)
                        | u64::from(standing.tier);
                }
                match self.by_applied.get(&*applied) {
                    Some(known) => *known,
                    None => self.learn(bundle, standing, applied),
                }
            }
        };
        Said { answer, score: standing.score }
    }

    #[cold]
    fn learn(&mut self, bundle: &Bundle, standing: &Standing, applied: &[u64]) -> u32 {
        let flag =
            |n: usize| applied.get(1 + n / 64).is_some_and(|word| word & (1 << (n % 64)) != 0);
        let mut flags: Vec<bool> =
            (0..self.rules.len() + self.automations.len()).map(flag).collect();
        let automated = flags.split_off(self.rules.len());
        let number = self.remember(answer(bundle, standing, &flags, &automated));
        self.by_applied.insert(applied.into(), number);
        number
    }

    fn remember(&mut self, answer: Answer) -> u32 {
        let number = u32::try_from(self.answers.len()).unwrap_or(u32::MAX);
        self.answers.push(Arc::new(answer));
        number
    }

    /// The number of an answer that hangs on no rule; there are few of them.
    fn fixed(&mut self, answer: Answer) -> u32 {
        let same = |number: &&u32| self.answer(**number).is_some_and(|known| **known == answer);
        if let Some(known) = self.fixed.iter().find(same) {
            return *known;
        }
        let number = self.remember(answer);
        self.fixed.push(number);
        number
    }

    fn fix(&mut self, rows: &mut [Standing], row: usize, code: &str) {
        let number = self.fixed(undecided(code));
        if let Some(standing) = rows.get_mut(row) {
            standing.fixed = Some(number);
        }
    }
}

/// What was found out about changes of a segment that have the same codes.
#[derive(Default)]
struct Classes {
    enforce: HashMap<[u32; 3], bool>,
    templates: HashMap<[u32; 7], Result<u32, Vec<String>>>,
}

impl Classes {
    /// How a change stands before any rule is asked, or the fields for which it is refused.
    fn classify(
        &mut self,
        bundle: &Bundle,
        segment: &Segment,
        row: usize,
    ) -> Result<Standing, Vec<String>> {
        let named = |field: &str| vec![field.to_owned()];
        if segment.is_active.get(row) != Some(&true) {
            return Err(named("service"));
        }
        let environment = segment.environment.get(row).map_or("", String::as_str);
        let Some(tier) = bundle.tier_of(environment) else { return Err(named("environment")) };
        let tier = tier.number;
        let template = self.template(bundle, segment, row, tier)?;
        let grade = |grade: Option<&Grade>| grade.copied().unwrap_or_default();
        let place =
            [segment.environment.code(row), segment.service.code(row), segment.labels.code(row)];
        let enforce = *self.enforce.entry(place).or_insert_with(|| {
            let asked = segment.asked_template(row);
            bundle.enforces((environment, tier), asked.service, asked.labels)
        });
        Ok(Standing {
            tier,
            enforce,
            template,
            score: bundle.matrix().points(
                grade(segment.impact.get(row)),
                grade(segment.urgency.get(row)),
                grade(segment.complexity.get(row)),
            ),
            ..Standing::default()
        })
    }

    /// The template that pre-authorises a change, counted from 1; 0 is none.
    fn template(
        &mut self,
        bundle: &Bundle,
        segment: &Segment,
        row: usize,
        tier: u8,
    ) -> Result<u32, Vec<String>> {
        let asked = segment.asked_template(row);
        if asked.name.is_none() && asked.kind != ChangeType::Standard {
            return Ok(0);
        }
        let codes = [
            segment.kind.code(row),
            segment.template.code(row),
            segment.template_version.code(row),
            segment.service.code(row),
            segment.labels.code(row),
            segment.environment.code(row),
            segment.parameters.code(row),
        ];
        let check = || match bundle.check_template(&asked, tier) {
            Ok(found) => {
                let at = found.and_then(|found| {
                    bundle.templates().iter().position(|template| template.name == found.name)
                });
                Ok(at.and_then(|at| u32::try_from(at + 1).ok()).unwrap_or(0))
            }
            Err(errors) => Err(errors.into_iter().map(|error| error.field).collect()),
        };
        self.templates.entry(codes).or_insert_with(check).clone()
    }
}

/// The rows that have no answer yet.
fn open(rows: &[Standing]) -> Mask {
    let mut open = Mask::NONE;
    for (n, _) in rows.iter().enumerate().filter(|(_, standing)| standing.fixed.is_none()) {
        open.set(n);
    }
    open
}

/// The risk of each change as columns.
struct Risks<'b> {
    codes: Vec<u32>,
    scores: Vec<Value<'b>>,
    levels: Vec<Value<'b>>,
}

impl<'b> Risks<'b> {
    fn of(bundle: &'b Bundle, standing: &[Standing]) -> Self {
        let mut known: HashMap<i64, u32> = HashMap::new();
        let (mut scores, mut levels) = (Vec::new(), Vec::new());
        let codes = standing.iter().map(|standing| {
            *known.entry(standing.score).or_insert_with(|| {
                scores.push(Value::Int(standing.score));
                levels.push(bundle.schema().level(&bundle.level_of(standing.score).name));
                u32::try_from(scores.len() - 1).unwrap_or(u32::MAX)
            })
        });
        let codes = codes.collect();
        Self { codes, scores, levels }
    }

    fn columns(&self) -> (Column<'_>, Column<'_>) {
        (Column::new(&self.codes, &self.scores), Column::new(&self.codes, &self.levels))
    }
}

/// Everything that has to hold for an automation rule.
fn conditions_of(automation: &Automation) -> impl Iterator<Item = &Condition> {
    std::iter::once(&automation.scope).chain(&automation.when)
}

/// An automation rule's scope and conditions, and the slots of every fact that they read or name.
fn prepared(bundle: &Bundle, automation: &Automation) -> (Vec<Columnar>, Vec<u16>) {
    let rules = &bundle.schema().rules;
    let conditions: Vec<Columnar> = conditions_of(automation).map(Columnar::new).collect();
    let named = automation.when.iter().flat_map(Condition::fields);
    let named = named.filter_map(|path| u16::try_from(rules.slot(path)?).ok());
    let read = conditions.iter().flat_map(Columnar::slots).chain(named).collect();
    (conditions, read)
}

/// Sets the bit of a rule in the words of a row, which begin at `from`.
fn mark(applied: &mut [u64], from: usize, rule: usize) {
    if let Some(word) = applied.get_mut(from + 1 + rule / 64) {
        *word |= 1 << (rule % 64);
    }
}

fn undecided(code: &str) -> Answer {
    Answer::Undecided { code: code.to_owned() }
}

/// What the rules that apply ask for together, and what of it the automation rules that hold may answer.
fn answer(bundle: &Bundle, standing: &Standing, applied: &[bool], automated: &[bool]) -> Answer {
    let mut demands = bundle.demanded(nth(bundle.templates(), standing.template), applied);
    bundle.mark_acceptable(&mut demands, standing.tier);
    if let Some(plan) = nth(bundle.plans(), standing.plan) {
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

/// What is counted from 1, where 0 is none.
fn nth<T>(all: &[T], number: u32) -> Option<&T> {
    all.get(usize::try_from(number).ok()?.checked_sub(1)?)
}
