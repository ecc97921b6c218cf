//! Two bundles over the same changes: how what they say differs, added up.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use domain::change::ChangeType;
use domain::ids::ChangeNumber;
use jiff::Timestamp;

use super::difference::{Difference, Kind};
use super::evaluator::{Evaluator, Said};
use super::segment::Segment;
use super::totals::{EXAMPLES, Finished, Totals};
use crate::bundle::Bundle;

/// Differences between two answers that are remembered.
const MOST_PAIRS: usize = 1 << 13;
/// Changes from which on it pays to ask the two bundles on two threads.
const TWO_THREADS_FROM: usize = 1 << 12;

/// Two bundles, and what was found so far.
#[derive(Debug)]
pub(super) struct Compare {
    pub(super) base: Evaluator,
    pub(super) candidate: Evaluator,
    pairs: HashMap<(u32, u32, ChangeType), Arc<Difference>>,
    since: Option<Timestamp>,
    pub(super) totals: Totals,
}

/// Changes of a segment that differ in nothing that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Group {
    base: u32,
    candidate: u32,
    level_moves: bool,
    score_moves: bool,
    /// Code of the kind that was asked for.
    kind: u32,
    /// Code of the service.
    service: u32,
    failed: bool,
}

/// How many there are in a group, and the latest of them.
#[derive(Debug, Default)]
struct Members {
    changes: u64,
    latest: VecDeque<usize>,
}

impl Compare {
    /// Changes that policy was asked about before `since` are left out.
    pub(super) fn new(base: Arc<Bundle>, candidate: Arc<Bundle>, since: Option<Timestamp>) -> Self {
        Self {
            base: Evaluator::new(base),
            candidate: Evaluator::new(candidate),
            pairs: HashMap::new(),
            since,
            totals: Totals::default(),
        }
    }

    /// Adds the changes of a segment, all of which ended.
    pub(super) fn add(&mut self, segment: &Segment) {
        let mut groups: HashMap<Group, Members> = HashMap::new();
        for (row, group) in self.groups(segment) {
            let members = groups.entry(group).or_default();
            members.changes += 1;
            if members.latest.len() >= EXAMPLES {
                members.latest.pop_front();
            }
            members.latest.push_back(row);
        }
        let mut latest: Vec<(usize, Finished<'_>)> = Vec::new();
        for (group, members) in groups {
            let finished = self.finished(segment, group);
            self.totals.add(&finished, members.changes);
            if !finished.kinds.is_empty() {
                latest.extend(members.latest.into_iter().map(|row| (row, finished.clone())));
            }
        }
        // In their order, so that the examples of each kind are the latest of all groups.
        latest.sort_unstable_by_key(|(row, _)| *row);
        for (row, finished) in latest {
            self.totals.name(&Arc::new(finished.example(number(segment, row), at(segment, row))));
        }
        add_waits(&mut self.totals, segment, self.since);
    }

    /// The sums, with changes that are not over.
    pub(super) fn with_open(&mut self, open: &Segment) -> Totals {
        let groups = self.groups(open);
        let mut totals = self.totals.clone();
        add_waits(&mut totals, open, self.since);
        for (row, group) in groups {
            let finished = self.finished(open, group);
            totals.add(&finished, 1);
            let example = || Arc::new(finished.example(number(open, row), at(open, row)));
            totals.add_open((!finished.kinds.is_empty()).then(example));
        }
        totals
    }

    /// The changes that policy was asked about in the time that is looked at.
    fn groups(&mut self, segment: &Segment) -> Vec<(usize, Group)> {
        let (base, candidate) = self.both(segment);
        let rows = base.into_iter().zip(candidate).enumerate();
        let rows = rows.filter(|(row, _)| is_in_time(segment, *row, self.since));
        rows.map(|(row, (base, candidate))| {
            let decided = self.base.is_decided(base) && self.candidate.is_decided(candidate);
            let levels = || {
                let base = &self.base.bundle().level_of(base.score).name;
                *base != self.candidate.bundle().level_of(candidate.score).name
            };
            let group = Group {
                base: base.answer,
                candidate: candidate.answer,
                level_moves: decided && levels(),
                score_moves: decided && base.score != candidate.score,
                kind: segment.asked_kind.code(row),
                service: segment.service.code(row),
                failed: segment.failed.get(row).copied().unwrap_or_default(),
            };
            (row, group)
        })
        .collect()
    }

    /// What the two bundles say.
    fn both(&mut self, segment: &Segment) -> (Vec<Said>, Vec<Said>) {
        if self.base.is_full() || self.candidate.is_full() || self.pairs.len() >= MOST_PAIRS {
            self.base.forget();
            self.candidate.forget();
            self.pairs.clear();
        }
        let Self { base, candidate, .. } = self;
        if segment.len() < TWO_THREADS_FROM {
            return (base.evaluate(segment), candidate.evaluate(segment));
        }
        std::thread::scope(|scope| {
            let base = scope.spawn(|| base.evaluate(segment));
            let candidate = candidate.evaluate(segment);
            (base.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), candidate)
        })
    }

    fn finished<'s>(&mut self, segment: &'s Segment, group: Group) -> Finished<'s> {
        let kind = segment.asked_kind.value(group.kind).copied().unwrap_or(ChangeType::Normal);
        let pair = (group.base, group.candidate, kind);
        let (base, candidate) = (self.base.answer(pair.0), self.candidate.answer(pair.1));
        let between = || {
            let both = base.zip(candidate);
            Arc::new(both.map(|(b, c)| Difference::between(b, c, kind)).unwrap_or_default())
        };
        let difference = Arc::clone(self.pairs.entry(pair).or_insert_with(between));
        let mut kinds = difference.kinds.clone();
        kinds.extend(group.level_moves.then_some(Kind::RiskLevel));
        kinds.extend(group.score_moves.then_some(Kind::RiskScore));
        Finished {
            service: segment.service.value(group.service).map_or("", String::as_str),
            tier: base.and_then(|answer| answer.tier()),
            difference,
            kinds,
            failed: group.failed,
        }
    }
}

/// Adds how long answers took, whatever bundles say of it.
fn add_waits(totals: &mut Totals, segment: &Segment, since: Option<Timestamp>) {
    for wait in &segment.waits {
        let row = usize::try_from(wait.row).unwrap_or(usize::MAX);
        let roles = segment.waited_for.value(wait.roles);
        if let Some(roles) = roles.filter(|_| is_in_time(segment, row, since)) {
            totals.waited(roles, wait.ms);
        }
    }
}

fn is_in_time(segment: &Segment, row: usize, since: Option<Timestamp>) -> bool {
    since.is_none_or(|since| at(segment, row) >= since)
}

fn number(segment: &Segment, row: usize) -> ChangeNumber {
    ChangeNumber(segment.numbers.get(row).copied().unwrap_or_default())
}

/// When policy was asked.
fn at(segment: &Segment, row: usize) -> Timestamp {
    let ms = segment.now.get(row).copied().unwrap_or_default();
    Timestamp::from_millisecond(ms).unwrap_or_default()
}
