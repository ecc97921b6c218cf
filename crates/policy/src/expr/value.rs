//! Values at evaluation: small, borrowed, copied freely.
//!
//! A row is a slice of values in the slot order of its [`Schema`](super::Schema). Filling a row
//! borrows every string and list from the caller's facts. Must not allocate.

use jiff::Timestamp;

/// One value in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// Absent. In a slot that is not optional this is an error when read.
    Null,
    /// A truth value; also marks an optional record as present.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// Text.
    Str(&'a str),
    /// A variant, by its index in the [`EnumType`](super::EnumType).
    Enum(u8),
    /// Milliseconds since 1970-01-01T00:00:00Z.
    Timestamp(i64),
    /// Milliseconds.
    Duration(i64),
    /// The items of a list; each is a scalar or a [`Value::Record`].
    List(&'a [Value<'a>]),
    /// The slots of one record inside a list.
    Record(&'a [Value<'a>]),
    /// The pairs of a map, sorted by key.
    Map(&'a [(&'a str, &'a str)]),
}

impl Value<'_> {
    /// A point in time, cut to the millisecond.
    #[must_use]
    pub fn timestamp(at: Timestamp) -> Self {
        Self::Timestamp(at.as_millisecond())
    }

    /// A variant by index, or absent.
    #[must_use]
    pub fn optional_enum(index: Option<u8>) -> Self {
        index.map_or(Self::Null, Self::Enum)
    }

    /// An integer, or absent.
    #[must_use]
    pub fn optional_int(value: Option<i64>) -> Self {
        value.map_or(Self::Null, Self::Int)
    }
}

impl<'a> Value<'a> {
    /// Text, or absent.
    #[must_use]
    pub fn optional_str(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Str)
    }
}

/// The facts one evaluation sees: one value per slot of the schema.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    slots: &'a [Value<'a>],
}

impl<'a> Row<'a> {
    /// A row over `slots`. A slot that is missing or of another type than the schema says is an
    /// evaluation error when an expression reads it, never a default.
    #[must_use]
    pub const fn new(slots: &'a [Value<'a>]) -> Self {
        Self { slots }
    }

    pub(crate) const fn width(&self) -> usize {
        self.slots.len()
    }

    #[inline]
    pub(crate) fn get(self, slot: u16) -> Option<Value<'a>> {
        self.slots.get(usize::from(slot)).copied()
    }
}

/// What is visible while evaluating: the row, and the items of enclosing list macros.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'e> {
    pub(crate) row: Row<'e>,
    pub(crate) item: Value<'e>,
    pub(crate) outer: Option<&'e Scope<'e>>,
}

impl<'e> Scope<'e> {
    pub(crate) const fn root(row: Row<'e>) -> Self {
        Self { row, item: Value::Null, outer: None }
    }

    /// A scope in which `item` is the variable of a list macro.
    pub(crate) const fn with_item(&'e self, item: Value<'e>) -> Self {
        Self { row: self.row, item, outer: Some(self) }
    }

    /// The item `levels` macros out; 0 is the innermost.
    pub(crate) fn item(&self, levels: u8) -> Option<Value<'e>> {
        let mut scope = self;
        for _ in 0..levels {
            scope = scope.outer?;
        }
        Some(scope.item)
    }
}
