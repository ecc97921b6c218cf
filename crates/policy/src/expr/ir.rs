//! The typed program an expression compiles to.
//!
//! One enumeration per result type, so a program that exists cannot confuse types. Names are slot
//! numbers, enumeration literals are bit masks and patterns are compiled. A row evaluator walks
//! it ([`super::eval`]); a columnar one can, since nothing here holds run-time state.

use regex_lite::Regex;

use super::ast::{ArithmeticOp, CompareOp};
use super::functions::Native;
use super::types::IntRange;
use crate::diagnostic::Span;

/// Where a value is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// A slot of the row.
    Row(u16),
    /// The item of the list macro so many levels out.
    Item(u8),
    /// A slot of the record that is that item.
    ItemField(u8, u16),
}

/// A place and the source text that names it, for error messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source {
    pub(crate) place: Place,
    pub(crate) span: Span,
}

/// What the 64-bit integer of an [`IntExpr`] stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IntKind {
    Int,
    Timestamp,
    Duration,
    /// Index of a variant.
    Enum,
}

/// An integer field with what is known about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct IntSource {
    pub(crate) source: Source,
    pub(crate) kind: IntKind,
    pub(crate) range: IntRange,
}

/// A program that yields a truth value.
#[derive(Debug, Clone)]
pub(crate) enum BoolExpr {
    Const(bool),
    Read(Source),
    Present(Source),
    Not(Box<BoolExpr>),
    And(Box<[BoolExpr]>),
    Or(Box<[BoolExpr]>),
    If(Box<(BoolExpr, BoolExpr, BoolExpr)>),
    /// A field against a constant.
    IntTest {
        field: IntSource,
        op: CompareOp,
        constant: i64,
    },
    /// A field's variant is one of `mask`; `full` has a bit for every declared variant.
    EnumIn {
        field: Source,
        mask: u64,
        full: u64,
    },
    /// A field is (or is not) one of these texts, which are sorted.
    StrIn {
        field: Source,
        texts: Box<[Box<str>]>,
        negated: bool,
    },
    CompareInt {
        op: CompareOp,
        sides: Box<(IntExpr, IntExpr)>,
    },
    CompareStr {
        op: CompareOp,
        sides: Box<(StrExpr, StrExpr)>,
    },
    CompareBool {
        equal: bool,
        sides: Box<(BoolExpr, BoolExpr)>,
    },
    TestStr {
        test: StrTest,
        sides: Box<(StrExpr, StrExpr)>,
    },
    Matches {
        subject: Box<StrExpr>,
        pattern: Box<Regex>,
        span: Span,
    },
    InList {
        item: Box<Scalar>,
        list: Box<ListExpr>,
        span: Span,
    },
    HasKey {
        map: Source,
        key: Box<StrExpr>,
    },
    Quantified(Box<Quantified>),
    Call(Box<Call>),
}

/// A list macro that yields a truth value.
#[derive(Debug, Clone)]
pub(crate) struct Quantified {
    pub(crate) quantifier: Quantifier,
    pub(crate) list: ListExpr,
    pub(crate) body: BoolExpr,
    /// Steps charged per item.
    pub(crate) cost: u32,
    pub(crate) span: Span,
}

/// How many items have to satisfy the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantifier {
    All,
    Exists,
    ExistsOne,
}

/// Tests of one text against another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StrTest {
    StartsWith,
    EndsWith,
    Contains,
}

/// A program that yields an integer, a time, a duration or a variant index.
#[derive(Debug, Clone)]
pub(crate) enum IntExpr {
    Const(i64),
    Read(IntSource),
    Arithmetic(Box<Arithmetic>),
    If(Box<(BoolExpr, IntExpr, IntExpr)>),
    SizeOfStr(Box<StrExpr>),
    SizeOfList(Box<ListExpr>, Span),
    SizeOfMap(Source),
    /// The field, or the second program when the field is absent.
    ReadOr(Box<(IntSource, IntExpr)>),
    Call(Box<Call>),
}

/// A checked operation on two integers.
#[derive(Debug, Clone)]
pub(crate) struct Arithmetic {
    pub(crate) op: ArithmeticOp,
    pub(crate) left: IntExpr,
    pub(crate) right: IntExpr,
    /// The result has to lie in here: 64 bits, or the representable time.
    pub(crate) limits: IntRange,
    pub(crate) span: Span,
}

/// A program that yields text.
#[derive(Debug, Clone)]
pub(crate) enum StrExpr {
    Const(Box<str>),
    Read(Source),
    Concat(Box<(StrExpr, StrExpr)>, Span),
    Lower(Box<StrExpr>, Span),
    If(Box<(BoolExpr, StrExpr, StrExpr)>),
    /// The value of a key; the default when there is one, else an error when it is missing.
    MapGet {
        map: Source,
        key: Box<StrExpr>,
        default: Option<Box<StrExpr>>,
    },
    /// The field, or the second program when the field is absent.
    ReadOr(Box<(Source, StrExpr)>),
}

/// A program that yields a list, item by item and without storing it.
#[derive(Debug, Clone)]
pub(crate) enum ListExpr {
    Read(Source),
    Items(Box<[Scalar]>),
    Filter(Box<(ListExpr, BoolExpr)>, u32, Span),
    Map(Box<(ListExpr, Scalar)>, u32, Span),
}

/// A program that yields one scalar.
#[derive(Debug, Clone)]
pub(crate) enum Scalar {
    Bool(BoolExpr),
    Int(IntExpr, IntKind),
    Str(StrExpr),
}

/// A call of a function from the table.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) native: Native,
    pub(crate) args: Box<[Scalar]>,
    pub(crate) span: Span,
}

impl BoolExpr {
    /// The program that holds exactly when this one does not, and errs when it does.
    pub(crate) fn negated(self) -> Self {
        match self {
            Self::Const(value) => Self::Const(!value),
            Self::Not(inner) => *inner,
            Self::IntTest { field, op, constant } => {
                Self::IntTest { field, op: op.negated(), constant }
            }
            Self::EnumIn { field, mask, full } => Self::EnumIn { field, mask: full & !mask, full },
            Self::StrIn { field, texts, negated } => {
                Self::StrIn { field, texts, negated: !negated }
            }
            Self::CompareInt { op, sides } => Self::CompareInt { op: op.negated(), sides },
            Self::CompareStr { op, sides } => Self::CompareStr { op: op.negated(), sides },
            Self::CompareBool { equal, sides } => Self::CompareBool { equal: !equal, sides },
            other => Self::Not(Box::new(other)),
        }
    }
}
