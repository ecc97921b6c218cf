//! Changes drawn at random, for what is too large to walk.

use std::collections::BTreeSet;

use super::axes::is_risk;
use super::cursor::Cursor;
use super::walk::{Region, Walk};
use crate::bundle::Bundle;
use crate::expr::{Type, Value};

/// How many are drawn.
pub(super) const DRAWS: u64 = 20_000;
/// The same draws for the same bundle, so that a finding can be looked at again.
const SEED: u64 = 0x436f_756e_7465_7273;

/// Visits regions drawn at random and returns their number.
pub(super) fn run<'b: 's, 's>(
    walk: &mut Walk<'b, 's>,
    cursor: &mut Cursor<'s>,
    visit: &mut dyn FnMut(&Cursor<'s>, &Region<'_, 'b>),
) -> u64 {
    let mut draws = Draws::seeded();
    let axes = walk.plan.axes.clone();
    let mut count = 0;
    for _ in 0..DRAWS {
        for axis in axes.iter().copied() {
            cursor.set(axis, draws.below(cursor.size(axis)));
        }
        count += walk.visit_all(cursor, visit);
    }
    count
}

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(super) struct Draws(u64);

impl Draws {
    pub(super) const fn seeded() -> Self {
        Self(SEED)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, or 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % end).unwrap_or(0)
    }
}

/// Values for fields that no axis has, because nothing splits them into cases.
pub(super) struct Pools<'b> {
    roles: Vec<Value<'b>>,
    roles_slot: usize,
    evidence_slot: usize,
    paths_slot: Option<usize>,
    /// Whole numbers, and the record that has to be present for each.
    numbers: Vec<(usize, Option<usize>)>,
}

const PASSED: bool = true;
const FAILED: bool = false;
const RECORDS: [[Value<'static>; 4]; 6] = [
    record("tests", "ci", PASSED),
    record("scan", "ci", FAILED),
    record("tests", "another", FAILED),
    record("scan", "scanner", PASSED),
    record("tests", "ci", FAILED),
    record("provenance", "ci", PASSED),
];
static EVIDENCE: [Value<'static>; 6] = [
    Value::Record(&RECORDS[0]),
    Value::Record(&RECORDS[1]),
    Value::Record(&RECORDS[2]),
    Value::Record(&RECORDS[3]),
    Value::Record(&RECORDS[4]),
    Value::Record(&RECORDS[5]),
];

static PATHS: [Value<'static>; 4] = [
    Value::Str("docs/guide.md"),
    Value::Str("src/main.rs"),
    Value::Str("README.md"),
    Value::Str("db/migrations/0001.sql"),
];

const fn record(kind: &'static str, issuer: &'static str, passed: bool) -> [Value<'static>; 4] {
    [Value::Str(kind), Value::Str(issuer), Value::Bool(passed), Value::Timestamp(0)]
}

impl<'b> Pools<'b> {
    pub(super) fn new(bundle: &'b Bundle, taken: &BTreeSet<u16>) -> Self {
        let schema = bundle.schema();
        let leaves = schema.rules.leaves();
        let slot = |path: &str| schema.rules.slot(path).unwrap_or(usize::MAX);
        let free = |slot: usize| u16::try_from(slot).is_ok_and(|slot| !taken.contains(&slot));
        let number = |(path, slot_of, of): &(String, usize, Type)| {
            let whole = matches!(of, Type::Int(_)) && path != "environment.tier" && !is_risk(path);
            let record = path.rsplit_once('.').map(|(record, _)| record);
            let marker = record.filter(|r| leaves.iter().any(|(known, ..)| known == r)).map(slot);
            (whole && free(*slot_of)).then_some((*slot_of, marker))
        };
        Self {
            roles: bundle
                .roles()
                .iter()
                .filter_map(|role| schema.role(role.name.as_str()))
                .collect(),
            roles_slot: slot("requester.roles"),
            evidence_slot: slot("evidence"),
            paths_slot: Some(slot("change.paths")).filter(|slot| free(*slot)),
            numbers: leaves.iter().filter_map(number).collect(),
        }
    }

    /// Draws new values for these fields.
    pub(super) fn vary<'v>(&'v self, row: &mut [Value<'v>], draws: &mut Draws) {
        let mut put = |slot: usize, value: Value<'v>| {
            if let Some(place) = row.get_mut(slot) {
                *place = value;
            }
        };
        put(self.roles_slot, Value::List(some_of(&self.roles, draws)));
        put(self.evidence_slot, Value::List(some_of(&EVIDENCE, draws)));
        if let Some(paths) = self.paths_slot {
            let some = some_of(&PATHS, draws);
            put(paths, if some.is_empty() { Value::Null } else { Value::List(some) });
        }
        for (slot, marker) in &self.numbers {
            if let Some(marker) = marker {
                put(*marker, Value::Bool(true));
            }
            let magnitude = [2, 10, 100, 10_000].get(draws.below(4)).copied().unwrap_or(2);
            put(*slot, Value::Int(i64::try_from(draws.below(magnitude)).unwrap_or(0)));
        }
    }
}

/// A run of neighbours, perhaps none.
fn some_of<'v>(values: &'v [Value<'v>], draws: &mut Draws) -> &'v [Value<'v>] {
    let start = draws.below(values.len() + 1);
    let end = start + draws.below(values.len() - start + 1);
    values.get(start..end).unwrap_or_default()
}
