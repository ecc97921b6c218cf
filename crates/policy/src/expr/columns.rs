//! Facts as columns: a code for each distinct value of a slot, and answers as bits.
//!
//! A code stands for a value only within its column and only until the column is begun again, which
//! happens when a column has seen too many different values. So memory stays flat however long the
//! history is. Must not know what a value means.

use std::collections::HashMap;

use super::value::Value;

/// Rows that are evaluated together.
pub(crate) const BATCH: usize = 1024;

/// Different values of one slot that are remembered.
const MOST_VALUES: usize = 1 << 15;

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

/// The values of one slot in a batch, as codes.
#[derive(Debug, Default)]
pub(crate) struct Column {
    codes: Vec<u32>,
    known: HashMap<Box<[u8]>, u32>,
    /// Grows when codes lose their meaning.
    epoch: u32,
    key: Vec<u8>,
}

impl Column {
    /// The codes of the rows.
    pub(crate) fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// Tables made under another number are void.
    pub(crate) const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Begins the next batch.
    pub(crate) fn begin(&mut self) {
        self.codes.clear();
        if self.known.len() >= MOST_VALUES {
            self.known.clear();
            self.epoch = self.epoch.wrapping_add(1);
        }
    }

    /// Adds the value of the next row.
    pub(crate) fn push(&mut self, value: Value<'_>) {
        // Small values are their own codes; the others are counted from `OTHERS` on.
        const OTHERS: u32 = 512;
        let code = match value {
            Value::Null => 0,
            Value::Bool(value) => 1 + u32::from(value),
            Value::Enum(index) => 16 + u32::from(index),
            Value::Int(value @ 0..=127) => 384 + u32::try_from(value).unwrap_or(0),
            other => {
                self.key.clear();
                write_key(other, &mut self.key);
                match self.known.get(self.key.as_slice()) {
                    Some(code) => *code,
                    None => {
                        let next = u32::try_from(self.known.len()).unwrap_or(u32::MAX);
                        let next = next.saturating_add(OTHERS);
                        self.known.insert(self.key.as_slice().into(), next);
                        next
                    }
                }
            }
        };
        self.codes.push(code);
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
        let mut column = Column::default();
        column.begin();
        values.iter().chain(&values).for_each(|value| column.push(*value));
        let (first, again) = column.codes().split_at(values.len());
        assert_eq!(first, again);
        let distinct: std::collections::BTreeSet<_> = first.iter().collect();
        assert_eq!(distinct.len(), values.len());
    }

    #[test]
    fn too_many_values_begin_the_column_again() {
        let mut column = Column::default();
        let mut next = 1_000;
        for _ in 0..=MOST_VALUES / BATCH {
            column.begin();
            for _ in 0..BATCH {
                column.push(Value::Int(next));
                next += 1;
            }
        }
        assert_eq!(column.epoch(), 1);
        assert!(column.known.len() <= MOST_VALUES);
    }
}
