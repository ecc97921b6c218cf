//! Static types of the expression language and the schema an expression is checked against.
//!
//! A schema is a tree of records laid out flat: every leaf has one slot number, fixed when the
//! schema is built, so evaluation never looks a name up. This module must not know any concrete
//! fact of the product; callers describe those.

use std::fmt;
use std::sync::Arc;

/// Most variants an enumeration may have; sets of variants are then one machine word.
pub const MAX_VARIANTS: usize = 64;

/// The static type of a value or field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    /// `true` or `false`.
    Bool,
    /// A 64-bit signed integer, optionally known to lie in a range (inclusive).
    Int(IntRange),
    /// Unicode text.
    String,
    /// One of a declared set of names.
    Enum(Arc<EnumType>),
    /// A sequence of scalars or of records.
    List(Box<Type>),
    /// A map from text to text, as labels and parameters are.
    Map,
    /// A point in time, to the millisecond.
    Timestamp,
    /// A span of time, in milliseconds.
    Duration,
    /// Named fields.
    Record(Arc<RecordType>),
    /// A value that may be absent; reading it needs a `has(…)` guard.
    Optional(Box<Type>),
}

/// The smallest and the largest value an integer can take (both inclusive).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntRange {
    /// Smallest value.
    pub min: i64,
    /// Largest value.
    pub max: i64,
}

impl IntRange {
    /// Every 64-bit integer.
    pub const FULL: Self = Self { min: i64::MIN, max: i64::MAX };

    /// A range from `min` to `max`, both inclusive.
    #[must_use]
    pub const fn new(min: i64, max: i64) -> Self {
        Self { min, max }
    }

    /// Whether `value` lies inside.
    #[must_use]
    pub const fn contains(self, value: i64) -> bool {
        self.min <= value && value <= self.max
    }
}

/// A named set of variants, in declaration order.
#[derive(Debug, PartialEq, Eq)]
pub struct EnumType {
    name: String,
    variants: Vec<String>,
    ordered: bool,
}

impl EnumType {
    /// An enumeration without an order: only `==`, `!=` and `in` apply.
    ///
    /// # Errors
    /// When there is no variant, more than [`MAX_VARIANTS`], or one appears twice.
    pub fn new(name: &str, variants: &[&str]) -> Result<Arc<Self>, SchemaError> {
        Self::build(name, variants, false)
    }

    /// An enumeration whose variants are declared from least to greatest, so `<` and `>=` apply.
    ///
    /// # Errors
    /// As [`EnumType::new`].
    pub fn ordered(name: &str, variants: &[&str]) -> Result<Arc<Self>, SchemaError> {
        Self::build(name, variants, true)
    }

    fn build(name: &str, variants: &[&str], ordered: bool) -> Result<Arc<Self>, SchemaError> {
        if variants.is_empty() || variants.len() > MAX_VARIANTS {
            return Err(SchemaError::VariantCount { name: name.to_owned(), count: variants.len() });
        }
        for (index, variant) in variants.iter().enumerate() {
            if variants.iter().take(index).any(|earlier| earlier == variant) {
                return Err(SchemaError::Duplicate { name: format!("{name}.{variant}") });
            }
        }
        let variants = variants.iter().map(|variant| (*variant).to_owned()).collect();
        Ok(Arc::new(Self { name: name.to_owned(), variants, ordered }))
    }

    /// The name shown in messages.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The variants in declaration order.
    #[must_use]
    pub fn variants(&self) -> &[String] {
        &self.variants
    }

    /// Whether `<` and its kin compare by declaration order.
    #[must_use]
    pub const fn is_ordered(&self) -> bool {
        self.ordered
    }

    /// The index of a variant, as stored in [`Value::Enum`](super::Value::Enum).
    #[must_use]
    pub fn index_of(&self, variant: &str) -> Option<u8> {
        let index = self.variants.iter().position(|known| known == variant)?;
        u8::try_from(index).ok()
    }

    /// A bit per variant, all set.
    pub(crate) fn full_mask(&self) -> u64 {
        u64::MAX >> (MAX_VARIANTS.saturating_sub(self.variants.len()).min(63))
    }
}

/// One field of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Name as written after the dot.
    pub name: String,
    /// Type of the field.
    pub field_type: Type,
    /// One sentence for documentation and editor completion.
    pub doc: String,
    /// First slot, relative to the record that holds the field.
    pub(crate) offset: u16,
}

/// A record: named fields laid out in consecutive slots.
///
/// A nested record takes the slots of its leaves. An optional nested record takes one more slot
/// in front, which holds `true` when the record is present.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordType {
    fields: Vec<Field>,
    width: u16,
}

impl RecordType {
    /// A record without fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field with its one-sentence documentation.
    ///
    /// # Errors
    /// When the name is taken, is not an identifier, or the type cannot be a field.
    pub fn field(mut self, name: &str, field_type: Type, doc: &str) -> Result<Self, SchemaError> {
        if !is_identifier(name) {
            return Err(SchemaError::Name { name: name.to_owned() });
        }
        if self.fields.iter().any(|field| field.name == name) {
            return Err(SchemaError::Duplicate { name: name.to_owned() });
        }
        let width = width_of(&field_type).ok_or_else(|| SchemaError::Nesting {
            name: name.to_owned(),
            found: field_type.to_string(),
        })?;
        let offset = self.width;
        self.width = offset.checked_add(width).ok_or(SchemaError::TooWide)?;
        self.fields.push(Field { name: name.to_owned(), field_type, doc: doc.to_owned(), offset });
        Ok(self)
    }

    /// The fields in declaration order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Slots taken by one value of this record.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// How many slots a field of this type takes; `None` when it cannot be a field.
fn width_of(field_type: &Type) -> Option<u16> {
    match field_type {
        Type::Record(record) => Some(record.width()),
        Type::Optional(inner) => match inner.as_ref() {
            Type::Record(record) => record.width().checked_add(1),
            Type::Optional(_) => None,
            _ => width_of(inner),
        },
        Type::List(item) => match item.as_ref() {
            Type::List(_) | Type::Map | Type::Optional(_) => None,
            _ => Some(1),
        },
        _ => Some(1),
    }
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Everything an expression may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    root: Arc<RecordType>,
}

impl Schema {
    /// A schema whose top-level names are the fields of `root`.
    #[must_use]
    pub fn new(root: RecordType) -> Self {
        Self { root: Arc::new(root) }
    }

    /// The record of top-level names.
    #[must_use]
    pub fn root(&self) -> &Arc<RecordType> {
        &self.root
    }

    /// How many slots a [`Row`](super::Row) of this schema has.
    #[must_use]
    pub fn width(&self) -> usize {
        usize::from(self.root.width())
    }

    /// The slot of a dotted path such as `change.service.criticality`, for filling rows.
    ///
    /// For an optional record this is the slot that says whether it is present.
    #[must_use]
    pub fn slot(&self, path: &str) -> Option<usize> {
        self.root.slot(path)
    }

    /// Every leaf as (path, slot, type), in slot order.
    #[must_use]
    pub fn leaves(&self) -> Vec<(String, usize, Type)> {
        let mut leaves = Vec::new();
        collect_leaves(&self.root, "", 0, &mut leaves);
        leaves
    }
}

impl RecordType {
    /// The slot of a dotted path, relative to this record.
    #[must_use]
    pub fn slot(&self, path: &str) -> Option<usize> {
        let mut record = self;
        let mut offset = 0usize;
        let mut names = path.split('.').peekable();
        while let Some(name) = names.next() {
            let field = record.get(name)?;
            offset = offset.checked_add(usize::from(field.offset))?;
            if names.peek().is_none() {
                return Some(offset);
            }
            match &field.field_type {
                Type::Record(inner) => record = inner,
                Type::Optional(inner) => match inner.as_ref() {
                    Type::Record(inner) => {
                        record = inner;
                        offset = offset.checked_add(1)?;
                    }
                    _ => return None,
                },
                _ => return None,
            }
        }
        None
    }
}

fn collect_leaves(
    record: &RecordType,
    prefix: &str,
    base: usize,
    leaves: &mut Vec<(String, usize, Type)>,
) {
    for field in record.fields() {
        let path =
            if prefix.is_empty() { field.name.clone() } else { format!("{prefix}.{}", field.name) };
        let slot = base.saturating_add(usize::from(field.offset));
        match &field.field_type {
            Type::Record(inner) => collect_leaves(inner, &path, slot, leaves),
            Type::Optional(inner) if matches!(inner.as_ref(), Type::Record(_)) => {
                leaves.push((path.clone(), slot, field.field_type.clone()));
                if let Type::Record(inner) = inner.as_ref() {
                    collect_leaves(inner, &path, slot.saturating_add(1), leaves);
                }
            }
            other => leaves.push((path, slot, other.clone())),
        }
    }
}

/// Why a schema could not be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// A name was declared twice.
    #[error("declare `{name}` twice")]
    Duplicate {
        /// The repeated name.
        name: String,
    },
    /// A field name is not an identifier.
    #[error("use `{name}` as a field name")]
    Name {
        /// The refused name.
        name: String,
    },
    /// An enumeration is empty or too large.
    #[error("declare enumeration `{name}` with {count} variants (1 to 64 are possible)")]
    VariantCount {
        /// Name of the enumeration.
        name: String,
        /// Number of variants given.
        count: usize,
    },
    /// A type that cannot be the type of a field, such as a list of lists.
    #[error("give field `{name}` the type {found}")]
    Nesting {
        /// Name of the field.
        name: String,
        /// The refused type.
        found: String,
    },
    /// More than 65535 slots.
    #[error("lay out a record wider than 65535 slots")]
    TooWide,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Int(_) => f.write_str("int"),
            Self::String => f.write_str("string"),
            Self::Enum(of) => f.write_str(of.name()),
            Self::List(item) => write!(f, "list({item})"),
            Self::Map => f.write_str("map(string, string)"),
            Self::Timestamp => f.write_str("timestamp"),
            Self::Duration => f.write_str("duration"),
            Self::Record(_) => f.write_str("record"),
            Self::Optional(inner) => write!(f, "optional({inner})"),
        }
    }
}
