//! Which risk scores a change can have, given the fields that rules look at.
//!
//! Fields that only factors read are no part of the walk over all changes: each group of factors
//! that share such fields is tried on its own, and the sums are combined.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use domain::change::Level as Grade;

use super::cursor::Cursor;
use crate::bundle::Bundle;
use crate::expr::{DEFAULT_STEPS, Row, Value};

/// Most combinations of fields that one group of factors is tried with.
const MAX_COMBINATIONS: usize = 50_000;

/// Most different scores that are kept apart.
const MAX_SCORES: usize = 10_000;

/// The simplest way to reach a score.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reach {
    /// Choices that are not plain.
    pub(super) cost: usize,
    /// Axes outside the walk, and the choice of each.
    pub(super) choices: Vec<(usize, usize)>,
    /// Factors that were taken to apply (or not) without looking.
    pub(super) assumed: BTreeSet<usize>,
}

/// Scores and the simplest way to each.
pub(super) type Scores = BTreeMap<i64, Reach>;

/// Factors that share fields only they read; `None` stands for the matrix.
#[derive(Debug, Default)]
struct Group {
    members: Vec<Option<usize>>,
    /// Axes to try every choice of.
    own: BTreeSet<usize>,
    /// Axes of the walk that it reads.
    given: BTreeSet<usize>,
    /// Its factors count or not, whatever the fields.
    free: bool,
}

/// What makes up the risk, and which axes each part of it reads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reads<'r> {
    /// A factor that can't be split into cases has none.
    pub(super) factors: &'r [Option<BTreeSet<usize>>],
    pub(super) matrix: &'r BTreeSet<usize>,
    /// Slots of impact, urgency and complexity.
    pub(super) grades: [u16; 3],
}

/// All scores, remembered by the choices they depend on.
pub(super) struct Risk<'b> {
    bundle: &'b Bundle,
    groups: Vec<Group>,
    given: Vec<usize>,
    grades: [u16; 3],
    known: HashMap<Vec<usize>, Rc<Scores>>,
    /// Whether there were too many scores to keep all of them.
    pub(super) cut: bool,
}

impl<'b> Risk<'b> {
    /// `walked` are the axes that rules look at, `sizes` the number of choices of each axis.
    pub(super) fn new(
        bundle: &'b Bundle,
        reads: Reads<'_>,
        walked: &BTreeSet<usize>,
        sizes: &[usize],
    ) -> Self {
        let Reads { factors, matrix, grades } = reads;
        let mut groups: Vec<Group> = Vec::new();
        let factors = factors.iter().enumerate().map(|(n, axes)| (Some(n), axes.as_ref()));
        for (member, axes) in factors.chain([(None, Some(matrix))]) {
            let Some(axes) = axes else {
                groups.push(Group { members: vec![member], free: true, ..Group::default() });
                continue;
            };
            let own: BTreeSet<usize> = axes.difference(walked).copied().collect();
            let given = axes.intersection(walked).copied().collect();
            let mut merged = Group { members: vec![member], own, given, free: false };
            let (touching, apart): (Vec<Group>, Vec<Group>) =
                groups.into_iter().partition(|group| !group.own.is_disjoint(&merged.own));
            for group in touching {
                merged.members.extend(group.members);
                merged.own.extend(group.own);
                merged.given.extend(group.given);
            }
            groups = apart;
            groups.push(merged);
        }
        for group in &mut groups {
            let size = |axis: &usize| sizes.get(*axis).copied().unwrap_or(1);
            let combinations = group.own.iter().map(size).fold(1usize, usize::saturating_mul);
            group.free |= combinations > MAX_COMBINATIONS;
        }
        let given: BTreeSet<usize> = groups.iter().flat_map(|g| g.given.iter().copied()).collect();
        let given = given.into_iter().collect();
        Self { bundle, groups, given, grades, known: HashMap::new(), cut: false }
    }

    /// The scores that are possible where the cursor stands.
    pub(super) fn scores(&mut self, cursor: &mut Cursor<'_>) -> Rc<Scores> {
        let key: Vec<usize> = self.given.iter().map(|axis| cursor.choice(*axis)).collect();
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let mut sums = Scores::from([(0, Reach::default())]);
        for group in &self.groups {
            sums = combine(&sums, &self.group_scores(group, cursor));
            while sums.len() > MAX_SCORES {
                self.cut |= sums.pop_last().is_some();
            }
        }
        self.confirm(&mut sums, cursor);
        let sums = Rc::new(sums);
        self.known.insert(key, sums.clone());
        sums
    }

    /// Assumptions that come true for the very change that is shown are none.
    fn confirm(&self, scores: &mut Scores, cursor: &mut Cursor<'_>) {
        let everything = Group {
            members: (0..self.bundle.factors().len()).map(Some).chain([None]).collect(),
            ..Group::default()
        };
        for (score, reach) in scores.iter_mut().filter(|(_, reach)| !reach.assumed.is_empty()) {
            for (axis, choice) in &reach.choices {
                cursor.set(*axis, *choice);
            }
            if self.sum(&everything, cursor.row()) == Some(*score) {
                reach.assumed.clear();
            }
            for (axis, _) in &reach.choices {
                cursor.set(*axis, 0);
            }
        }
    }

    fn group_scores(&self, group: &Group, cursor: &mut Cursor<'_>) -> Scores {
        if group.free {
            return self.free_scores(group);
        }
        let own: Vec<usize> = group.own.iter().copied().collect();
        let mut scores = Scores::new();
        let mut chosen = vec![0usize; own.len()];
        loop {
            for (axis, choice) in own.iter().zip(&chosen) {
                cursor.set(*axis, *choice);
            }
            if let Some(score) = self.sum(group, cursor.row()) {
                let choices: Vec<(usize, usize)> =
                    own.iter().copied().zip(chosen.iter().copied()).collect();
                let cost = choices.iter().filter(|(_, choice)| *choice != 0).count();
                keep(&mut scores, score, Reach { cost, choices, ..Reach::default() });
            }
            if !advance(&mut chosen, &own, cursor) {
                break;
            }
        }
        for axis in own {
            cursor.set(axis, 0);
        }
        scores
    }

    /// The points of a group, `None` when a factor can't be decided: then nothing is approved.
    fn sum(&self, group: &Group, row: &[Value<'_>]) -> Option<i64> {
        let mut sum = 0i64;
        for member in &group.members {
            let points = match member {
                None => self.matrix(row)?,
                Some(n) => {
                    let factor = self.bundle.factors().get(*n)?;
                    let applies = factor.when.evaluate(Row::new(row), DEFAULT_STEPS).ok()?;
                    if applies { factor.points } else { 0 }
                }
            };
            sum = sum.saturating_add(points);
        }
        Some(sum)
    }

    fn matrix(&self, row: &[Value<'_>]) -> Option<i64> {
        let grade = |slot: u16| match row.get(usize::from(slot))? {
            Value::Enum(0) => Some(Grade::Low),
            Value::Enum(1) => Some(Grade::Medium),
            Value::Enum(2) => Some(Grade::High),
            _ => None,
        };
        let [impact, urgency, complexity] = self.grades;
        Some(self.bundle.matrix().points(grade(impact)?, grade(urgency)?, grade(complexity)?))
    }

    fn free_scores(&self, group: &Group) -> Scores {
        let mut sums = Scores::from([(0, Reach::default())]);
        for n in group.members.iter().flatten() {
            let points = self.bundle.factors().get(*n).map_or(0, |factor| factor.points);
            let assumed = Reach { cost: 1, assumed: BTreeSet::from([*n]), ..Reach::default() };
            let either =
                Scores::from([(0, Reach { cost: 0, ..assumed.clone() }), (points, assumed)]);
            sums = combine(&sums, &either);
        }
        if group.members.contains(&None) {
            let cells = self.bundle.matrix().points.into_iter().flatten().flatten();
            sums = combine(&sums, &cells.map(|points| (points, Reach::default())).collect());
        }
        sums
    }
}

/// Moves to the next combination; false after the last.
fn advance(chosen: &mut [usize], axes: &[usize], cursor: &Cursor<'_>) -> bool {
    for (choice, axis) in chosen.iter_mut().zip(axes) {
        *choice += 1;
        if *choice < cursor.size(*axis) {
            return true;
        }
        *choice = 0;
    }
    false
}

fn keep(scores: &mut Scores, score: i64, reach: Reach) {
    let better =
        |known: &Reach| (reach.assumed.len(), reach.cost) < (known.assumed.len(), known.cost);
    if scores.get(&score).is_none_or(better) {
        scores.insert(score, reach);
    }
}

fn combine(left: &Scores, right: &Scores) -> Scores {
    let mut sums = Scores::new();
    for (a, one) in left {
        for (b, other) in right {
            let reach = Reach {
                cost: one.cost + other.cost,
                choices: one.choices.iter().chain(&other.choices).copied().collect(),
                assumed: one.assumed.union(&other.assumed).copied().collect(),
            };
            keep(&mut sums, a.saturating_add(*b), reach);
        }
    }
    sums
}
