//! Choices of an axis that no condition tells apart become one.

use std::collections::BTreeSet;

use super::axes::{Axis, Space};
use super::cursor::{Cursor, Held};
use crate::bundle::Bundle;
use crate::expr::{Condition, EvalError, Row, Value};

/// How everything that looks at one axis alone answers for one choice.
type Answers = (Vec<Result<bool, EvalError>>, Vec<bool>);

/// Keeps the first choice of every class. Axes in `whole` are read by more than conditions.
pub(super) fn merge(
    space: &mut Space<'_>,
    bundle: &Bundle,
    conditions: &[&Condition],
    whole: &BTreeSet<usize>,
) {
    for (n, axis) in space.axes.iter_mut().enumerate() {
        if whole.contains(&n) {
            continue;
        }
        if let Some(classes) = classes(axis, bundle, conditions) {
            let mut seen = BTreeSet::new();
            let mut class = classes.into_iter();
            axis.choices.retain(|_| class.next().is_none_or(|class| seen.insert(class)));
        }
    }
}

/// A number for each choice, equal where nothing tells two of them apart.
fn classes(axis: &Axis, bundle: &Bundle, conditions: &[&Condition]) -> Option<Vec<usize>> {
    let slots: BTreeSet<u16> = axis.slots().collect();
    let inside = |slot: u16| slots.contains(&slot);
    let parts = conditions.iter().map(|condition| condition.parts_within(&inside));
    let parts: Vec<_> = parts.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
    let axes = std::slice::from_ref(axis);
    let held = Held::new(axes);
    let mut cursor = Cursor::new(axes, &held, bundle.schema().plain_row());
    let mut known: Vec<Answers> = Vec::new();
    let mut classes = Vec::with_capacity(axis.choices.len());
    for choice in 0..axis.choices.len() {
        cursor.set(0, choice);
        let row = Row::new(cursor.row());
        let answers = parts.iter().map(|part| part.evaluate(row)).collect();
        let answers: Answers = (answers, limits(bundle, cursor.row()));
        let at = known.iter().position(|other| *other == answers).unwrap_or(known.len());
        if at == known.len() {
            known.push(answers);
        }
        classes.push(at);
    }
    Some(classes)
}

/// Whether each template's limits on services and labels admit the row, and where the gate blocks.
fn limits(bundle: &Bundle, row: &[Value<'_>]) -> Vec<bool> {
    let slots = super::walk::LimitSlots::new(bundle.schema());
    let (service, labels) = slots.of(row);
    let label = |key: &str| labels.iter().find(|(known, _)| *known == key).map(|(_, value)| *value);
    let admitted = bundle.templates().iter().flat_map(|template| slots.within(template, row));
    let blocked = bundle.enforced().iter().flat_map(|entry| entry.covers_service(service, &label));
    admitted.chain(blocked).collect()
}
