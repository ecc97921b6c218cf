//! Looks at every region and keeps the smallest example of each finding.

use std::collections::BTreeMap;

use domain::requirement::RuleRef;

use super::cursor::Cursor;
use super::example::Example;
use super::sample::{DRAWS, Draws, Pools};
use super::walk::Region;
use super::{Contradiction, Gap, GuaranteeResult, Prepared, Proof, Standing};
use crate::bundle::{Bundle, Guarantee, Rule};
use crate::expr::{Condition, DEFAULT_STEPS, Row, Value};

/// How one guarantee has fared so far.
struct Trial<'b> {
    guarantee: &'b Guarantee,
    /// Parts of its own conditions that can't be split into cases.
    unsplit: Vec<String>,
    broken: Option<Example>,
    /// Changes drawn at random for it.
    tried: u64,
}

pub(super) struct Judge<'b, 'p> {
    bundle: &'b Bundle,
    prepared: &'p Prepared<'b>,
    pools: &'p Pools<'b>,
    draws: Draws,
    /// Draws for each region, for guarantees that can't be split into cases.
    draws_each: u64,
    reached: Vec<bool>,
    gaps: BTreeMap<&'static str, Example>,
    contradictions: BTreeMap<(usize, usize), Example>,
    trials: Vec<Trial<'b>>,
}

impl<'b, 'p> Judge<'b, 'p> {
    pub(super) fn new(
        bundle: &'b Bundle,
        prepared: &'p Prepared<'b>,
        pools: &'p Pools<'b>,
        regions: usize,
    ) -> Self {
        let trial = |guarantee: &'b Guarantee| {
            let parts = [&guarantee.when, &guarantee.holds];
            let unsplit = parts.into_iter().flat_map(|c| prepared.unsplit_in(bundle, c)).collect();
            Trial { guarantee, unsplit, broken: None, tried: 0 }
        };
        Self {
            bundle,
            prepared,
            pools,
            draws: Draws::seeded(),
            draws_each: DRAWS.div_ceil(u64::try_from(regions).unwrap_or(DRAWS).max(1)),
            reached: vec![false; bundle.rules().len()],
            gaps: BTreeMap::new(),
            contradictions: BTreeMap::new(),
            trials: bundle.guarantees().iter().map(trial).collect(),
        }
    }

    pub(super) fn look(&mut self, cursor: &Cursor<'_>, region: &Region<'_, 'b>) {
        for (reached, applies) in self.reached.iter_mut().zip(region.applied) {
            *reached |= applies;
        }
        let (bundle, prepared) = (self.bundle, self.prepared);
        let example = || example(bundle, prepared, cursor, region);
        if let Some(code) = region.outcome.undecided {
            keep(self.gaps.get(code), &example, region)
                .map(|smaller| self.gaps.insert(code, smaller));
            return;
        }
        if let Some(pair) = contradiction(bundle, region) {
            keep(self.contradictions.get(&pair), &example, region)
                .map(|smaller| self.contradictions.insert(pair, smaller));
        }
        if self.trials.is_empty() {
            return;
        }
        let mut row = bundle.schema().guarantee_row(cursor.row());
        let service = prepared.plan.slots.limits.of(cursor.row());
        bundle.schema().fill_asks(&region.outcome.asks(bundle, region.target, service), &mut row);
        for trial in &mut self.trials {
            let mut broken = trial.guarantee.is_broken(&row);
            let draws = if trial.unsplit.is_empty() { 0 } else { self.draws_each };
            for _ in 0..draws {
                let mut varied = row.clone();
                self.pools.vary(&mut varied, &mut self.draws);
                trial.tried += 1;
                broken |= trial.guarantee.is_broken(&varied);
            }
            if broken && let Some(smaller) = keep(trial.broken.as_ref(), &example, region) {
                trial.broken = Some(smaller);
            }
        }
    }

    pub(super) fn conclude(self, regions: u64, exhaustive: bool) -> Proof {
        let rules = self.bundle.rules();
        let source = |n: usize| rules.get(n).map(|rule| rule.source.clone());
        // What was drawn at random shows no rule to be out of reach.
        let missed =
            self.reached.iter().enumerate().filter(|(_, reached)| exhaustive && !**reached);
        let between = |((exempts, asks), example): ((usize, usize), Example)| {
            Some(Contradiction { exempts: source(exempts)?, asks: source(asks)?, example })
        };
        let why = (!exhaustive).then(|| {
            format!(
                "there are too many kinds of changes to try all; {regions} were drawn at random"
            )
        });
        let result = |trial: Trial<'b>| trial.conclude(why.as_ref(), regions);
        Proof {
            regions,
            exhaustive,
            unsplit: self.prepared.unsplit(self.bundle),
            unreachable: missed.filter_map(|(n, _)| source(n)).collect(),
            gaps: (self.gaps.into_iter())
                .map(|(code, example)| Gap { code: code.to_owned(), example })
                .collect(),
            contradictions: self.contradictions.into_iter().filter_map(between).collect(),
            guarantees: self.trials.into_iter().map(result).collect(),
        }
    }
}

impl Trial<'_> {
    fn conclude(self, sampled: Option<&String>, regions: u64) -> GuaranteeResult {
        let standing = match self.broken {
            // What it took to break it was there: the guarantee's own conditions were evaluated.
            Some(mut example) if example.assuming.is_empty() => {
                example.assuming = self.unsplit;
                Standing::Refuted { example }
            }
            broken => {
                let drawn = if sampled.is_some() { regions } else { 0 };
                let tried = self.tried.max(drawn);
                let because: Vec<String> =
                    self.unsplit.into_iter().chain(sampled.cloned()).collect();
                match broken {
                    None if because.is_empty() => Standing::Proven,
                    broken => Standing::Unproven { because, tried, suspect: broken },
                }
            }
        };
        GuaranteeResult {
            id: self.guarantee.id.clone(),
            title: self.guarantee.title.clone(),
            source: self.guarantee.source.clone(),
            standing,
        }
    }
}

impl Guarantee {
    /// Whether it speaks about this row and does not hold, or can't be told.
    fn is_broken(&self, row: &[Value<'_>]) -> bool {
        let holds = |condition: &Condition| condition.evaluate(Row::new(row), DEFAULT_STEPS);
        match holds(&self.when) {
            Ok(false) => false,
            Ok(true) => holds(&self.holds) != Ok(true),
            Err(_) => true,
        }
    }
}

/// The new example, if it is smaller than the known one.
fn keep(
    known: Option<&Example>,
    example: &dyn Fn() -> Example,
    region: &Region<'_, '_>,
) -> Option<Example> {
    // An example names its environment at least.
    let least = (region.reach.assumed.len() + region.free.len(), 1);
    if known.is_some_and(|known| known.size() <= least) {
        return None;
    }
    let new = example();
    known.is_none_or(|known| new.size() < known.size()).then_some(new)
}

/// An exempting rule and an asking one that both apply.
fn contradiction(bundle: &Bundle, region: &Region<'_, '_>) -> Option<(usize, usize)> {
    let counts = |rule: &Rule| {
        region.target.template.is_none_or(|template| !template.replaces.contains(&rule.id))
    };
    let applying = || {
        let all = bundle.rules().iter().enumerate().zip(region.applied);
        all.filter(|((_, rule), applies)| **applies && counts(rule)).map(|(rule, _)| rule)
    };
    let exempts = applying().find(|(_, rule)| rule.nobody)?;
    let asks = applying().find(|(_, rule)| !rule.needs.is_empty())?;
    Some((exempts.0, asks.0))
}

fn example(
    bundle: &Bundle,
    prepared: &Prepared<'_>,
    cursor: &Cursor<'_>,
    region: &Region<'_, '_>,
) -> Example {
    let walked = prepared.plan.axes.iter().map(|axis| (*axis, cursor.choice(*axis)));
    let chosen = walked.chain(region.reach.choices.iter().copied());
    let shown = |(axis, choice): (usize, usize)| {
        prepared.space.axes.get(axis).and_then(|axis| axis.choices.get(choice))
    };
    let factor = |n: &usize| {
        bundle.factors().get(*n).map(|f| format!("factor `{}`: {}", f.name, f.when.source()))
    };
    let rule = |n: &usize| bundle.rules().get(*n).map(|r| assumption(&r.source, &r.when));
    Example {
        given: chosen.filter_map(shown).flat_map(|choice| choice.shown.clone()).collect(),
        assuming: (region.reach.assumed.iter().filter_map(factor))
            .chain(region.free.iter().filter_map(rule))
            .collect(),
        accepting: region.outcome.accepted.clone(),
        automatic: region.outcome.automatic.clone(),
        requires: region.outcome.requires.clone(),
    }
}

fn assumption(rule: &RuleRef, when: &Condition) -> String {
    format!("rule `{}`: {}", rule.id, when.source())
}
