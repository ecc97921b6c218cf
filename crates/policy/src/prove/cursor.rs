//! One change at a time: the row that conditions read, and which choice of each axis made it.

use super::axes::{Axis, Parts, Stored};
use crate::expr::Value;

/// What every value of every choice of an axis holds.
type PartsOfAxis<'s> = Vec<Vec<Parts<'s>>>;

/// What maps and lists hold, which has to live as long as the rows that show them.
pub(super) struct Held<'s>(Vec<PartsOfAxis<'s>>);

impl<'s> Held<'s> {
    pub(super) fn new(axes: &'s [Axis]) -> Self {
        let of_axis = |axis: &'s Axis| {
            let of_choice = |values: &'s Vec<(u16, Stored)>| {
                values.iter().map(|(_, value)| value.parts()).collect()
            };
            axis.choices.iter().map(|choice| of_choice(&choice.values)).collect()
        };
        Self(axes.iter().map(of_axis).collect())
    }
}

/// What one choice puts where.
type Placed<'s> = Vec<(usize, Value<'s>)>;

/// A change, and the choices it is made of.
pub(super) struct Cursor<'s> {
    placed: Vec<Vec<Placed<'s>>>,
    chosen: Vec<usize>,
    row: Vec<Value<'s>>,
}

impl<'s> Cursor<'s> {
    /// Begins with the plain choice of every axis on top of `plain`.
    pub(super) fn new(axes: &'s [Axis], held: &'s Held<'s>, plain: Vec<Value<'s>>) -> Self {
        let of_axis = |(axis, parts): (&'s Axis, &'s PartsOfAxis<'s>)| {
            let choices = axis.choices.iter().zip(parts);
            choices
                .map(|(choice, parts)| {
                    let values = choice.values.iter().zip(parts);
                    values.map(|((slot, v), parts)| (usize::from(*slot), v.value(parts))).collect()
                })
                .collect()
        };
        let placed: Vec<Vec<Placed<'s>>> = axes.iter().zip(&held.0).map(of_axis).collect();
        let mut cursor = Self { chosen: vec![0; placed.len()], placed, row: plain };
        for axis in 0..cursor.chosen.len() {
            cursor.set(axis, 0);
        }
        cursor
    }

    /// Takes a choice of an axis.
    pub(super) fn set(&mut self, axis: usize, choice: usize) {
        let Some(values) = self.placed.get(axis).and_then(|choices| choices.get(choice)) else {
            return;
        };
        for (slot, value) in values {
            if let Some(place) = self.row.get_mut(*slot) {
                *place = *value;
            }
        }
        if let Some(chosen) = self.chosen.get_mut(axis) {
            *chosen = choice;
        }
    }

    /// Puts a value into a slot that no axis has.
    pub(super) fn put(&mut self, slot: u16, value: Value<'s>) {
        if let Some(place) = self.row.get_mut(usize::from(slot)) {
            *place = value;
        }
    }

    pub(super) fn choice(&self, axis: usize) -> usize {
        self.chosen.get(axis).copied().unwrap_or(0)
    }

    pub(super) fn size(&self, axis: usize) -> usize {
        self.placed.get(axis).map_or(0, Vec::len)
    }

    pub(super) fn row(&self) -> &[Value<'s>] {
        &self.row
    }
}
