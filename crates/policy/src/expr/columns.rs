//! Facts as columns: a code for each distinct value of a slot, and answers as bits.
//!
//! A code stands for a value only within its column. Must not know what a value means.

use std::collections::HashMap;

use super::value::Value;

/// Rows that are evaluated together.
pub(crate) const BATCH: usize = 1024;

/// One bit for each row of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mask([u64; BATCH / 64]);

impl Mask {
    pub(crate) const NONE: Self = Self([0; BATCH / 64]);

    /// The first so many rows.
    pub(crate) fn first(rows: usize) -> Self {
        let mut mask = Self::NONE;
        for (n, word) in mask.0.iter_mut().enumerate() {
            let left = rows.saturating_sub(n * 64);
            *word = if left >= 64 { u64::MAX } else { (1u64 << left) - 1 };
        }
        mask
    }

    pub(crate) fn set(&mut self, row: usize) {
        if let Some(word) = self.0.get_mut(row / 64) {
            *word |= 1 << (row % 64);
        }
    }

    pub(crate) fn has(&self, row: usize) -> bool {
        self.0.get(row / 64).is_some_and(|word| word & (1 << (row % 64)) != 0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// The rows of this one that the other has not.
    pub(crate) fn without(self, other: Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    fn zip(mut self, other: Self, of: impl Fn(u64, u64) -> u64) -> Self {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word = of(*word, other);
        }
        self
    }

    /// The rows, in order.
    pub(crate) fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(n, word)| Bits(*word).map(move |bit| n * 64 + bit))
    }
}

/// The positions of the bits of a word.
struct Bits(u64);

impl Iterator for Bits {
    type Item = usize;
    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros();
        self.0 &= self.0 - 1;
        usize::try_from(bit).ok()
    }
}

/// One slot of many rows: the different values it takes, and which of them each row has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Column<'a> {
    codes: &'a [u32],
    values: &'a [Value<'a>],
}

impl<'a> Column<'a> {
    /// `codes` are positions in `values`, a row each.
    pub(crate) const fn new(codes: &'a [u32], values: &'a [Value<'a>]) -> Self {
        Self { codes, values }
    }

    pub(crate) fn code(&self, row: usize) -> Option<u32> {
        self.codes.get(row).copied()
    }

    /// What a row has; absent where there is no such row.
    pub(crate) fn value(&self, row: usize) -> Value<'a> {
        let at = self.code(row).and_then(|code| usize::try_from(code).ok());
        at.and_then(|at| self.values.get(at)).copied().unwrap_or(Value::Null)
    }
}

/// The values of a slot that were seen so far, with a code for each.
#[derive(Debug, Default)]
pub(crate) struct Coding<'a> {
    known: HashMap<Box<[u8]>, u32>,
    codes: Vec<u32>,
    values: Vec<Value<'a>>,
}

impl<'a> Coding<'a> {
    /// Adds the value of the next row.
    pub(crate) fn push(&mut self, value: Value<'a>) {
        let mut key = Vec::new();
        write_key(value, &mut key);
        let next = u32::try_from(self.values.len()).unwrap_or(u32::MAX);
        let code = *self.known.entry(key.into()).or_insert(next);
        if code == next {
            self.values.push(value);
        }
        self.codes.push(code);
    }

    pub(crate) fn column(&self) -> Column<'_> {
        Column::new(&self.codes, &self.values)
    }
}

/// Bytes that differ whenever values differ: a tag, then lengths before whatever has one.
fn write_key(value: Value<'_>, key: &mut Vec<u8>) {
    let text = |key: &mut Vec<u8>, text: &str| {
        key.extend_from_slice(&text.len().to_le_bytes());
        key.extend_from_slice(text.as_bytes());
    };
    match value {
        Value::Null => key.push(0),
        Value::Bool(value) => key.extend_from_slice(&[1, u8::from(value)]),
        Value::Enum(index) => key.extend_from_slice(&[2, index]),
        Value::Int(value) => number(3, value, key),
        Value::Timestamp(value) => number(4, value, key),
        Value::Duration(value) => number(5, value, key),
        Value::Str(value) => {
            key.push(6);
            text(key, value);
        }
        Value::List(items) | Value::Record(items) => {
            key.push(if matches!(value, Value::List(_)) { 7 } else { 8 });
            key.extend_from_slice(&items.len().to_le_bytes());
            items.iter().for_each(|item| write_key(*item, key));
        }
        Value::Map(pairs) => {
            key.push(9);
            key.extend_from_slice(&pairs.len().to_le_bytes());
            for (name, value) in pairs {
                text(key, name);
                text(key, value);
            }
        }
    }
}

fn number(tag: u8, value: i64, key: &mut Vec<u8>) {
    key.push(tag);
    key.extend_from_slice(&value.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mask_names_exactly_the_rows_that_were_set() {
        let mut mask = Mask::NONE;
        [0, 63, 64, 700, 1023].into_iter().for_each(|row| mask.set(row));
        assert_eq!(mask.rows().collect::<Vec<_>>(), [0, 63, 64, 700, 1023]);
        assert_eq!(Mask::first(65).rows().count(), 65);
        assert_eq!(Mask::first(BATCH).without(mask).rows().count(), BATCH - 5);
    }

    #[test]
    fn different_values_have_different_codes_and_equal_ones_the_same() {
        let pairs = [("a", "b")];
        let list = [Value::Str("a"), Value::Str("b")];
        let other = [Value::Str("ab")];
        let values = [
            Value::Null,
            Value::Bool(false),
            Value::Bool(true),
            Value::Enum(0),
            Value::Enum(255),
            Value::Int(0),
            Value::Int(127),
            Value::Int(128),
            Value::Timestamp(128),
            Value::Duration(128),
            Value::Str("ab"),
            Value::Map(&pairs),
            Value::List(&list),
            Value::List(&other),
            Value::List(&[]),
            Value::Record(&list),
            Value::Map(&[]),
        ];
        let mut coding = Coding::default();
        values.iter().chain(&values).for_each(|value| coding.push(*value));
        let (first, again) = coding.codes.split_at(values.len());
        assert_eq!(first, again);
        let column = coding.column();
        assert!(values.iter().enumerate().all(|(row, value)| column.value(row) == *value));
        assert_eq!(column.value(2 * values.len()), Value::Null);
        let distinct: std::collections::BTreeSet<_> = first.iter().collect();
        assert_eq!(distinct.len(), values.len());
    }
}
