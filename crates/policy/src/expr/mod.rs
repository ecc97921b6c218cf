//! The expression language of policy: CEL's surface, checked and compiled by us.
//!
//! An expression is text such as `risk.score >= 60 && change.service.criticality in ["high"]`. It
//! is compiled once against a [`Schema`]; every mistake that can be known then is a finding with a
//! byte span. Compiled, it yields `true`, `false` or an error, and an error blocks. Meaning is
//! CEL's with four differences, each towards the strict side:
//!
//! - errors are never absorbed: `error && false` is an error, where CEL says false;
//! - what may be absent or zero must be guarded (`has(x) && …`, `n != 0 && …`) or it does not load;
//! - enumerations compare with their own variants only, and have an order only when declared so;
//! - there are no doubles, bytes, unsigned integers, nulls or map literals, and names may not be
//!   shadowed.
//!
//! `has(a.b.c)` is false, not an error, when `b` is absent. Additions to CEL: `getOr(map, key,
//! default)`, `optional.orValue(default)`, `semver.*`, and units `d` and `w` in durations.
//!
//! This module must not know any fact of the product, do IO, or read a clock: the current time is
//! an ordinary field that the schema declares.

mod ast;
mod atoms;
mod check;
pub(crate) mod columnar;
pub(crate) mod columns;
mod domain;
mod error;
mod eval;
mod functions;
mod ir;
mod literal;
mod parse;
mod render;
pub(crate) mod semver;
mod slots;
mod suggest;
mod token;
mod trace;
mod types;
mod value;

use std::collections::BTreeMap;

pub(crate) use self::atoms::{Subject, Test};
pub use self::error::{EvalError, EvalErrorKind};
pub use self::functions::functions_reference;
pub use self::literal::duration as parse_duration;
pub use self::parse::{MAX_DEPTH, MAX_SOURCE_BYTES};
pub use self::suggest::closest;
pub use self::trace::{Outcome, SeenValue, Structure, Trace};
pub use self::types::{
    EnumType, Field, IntRange, MAX_VARIANTS, RecordType, Schema, SchemaError, Type,
};
pub use self::value::{Row, Value};

use self::check::{Checker, Node};
use self::eval::Meter;
use self::ir::{BoolExpr, IntExpr};
use self::trace::TraceNode;
use self::value::Scope;
use crate::diagnostic::{Diagnostic, Finding, Origin, Severity, Span};

/// Steps one evaluation may take unless the caller says otherwise; a step is about a node of the
/// expression, run once per item inside list macros, or 16 bytes of text built.
pub const DEFAULT_STEPS: u32 = 100_000;

/// A compiled expression that yields a truth value.
#[derive(Debug, Clone)]
pub struct Condition {
    source: String,
    program: BoolExpr,
    explain: TraceNode,
    fields: BTreeMap<String, u16>,
}

/// A compiled expression that yields an integer, such as a number of risk points.
#[derive(Debug, Clone)]
pub struct Formula {
    source: String,
    program: IntExpr,
    range: IntRange,
    fields: BTreeMap<String, u16>,
}

/// What compiling gave: the program when there was no error, and every finding.
#[derive(Debug, Clone)]
pub struct Compiled<T> {
    /// The program; `None` when a finding is an error.
    pub program: Option<T>,
    /// Errors and warnings in source order, with spans counted within the expression.
    pub findings: Vec<Finding>,
}

impl<T> Compiled<T> {
    /// The findings placed in their file.
    #[must_use]
    pub fn diagnostics(&self, origin: &Origin<'_>) -> Vec<Diagnostic> {
        self.findings.iter().map(|finding| finding.clone().at(origin)).collect()
    }

    fn new(program: Option<T>, mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| (finding.span, finding.severity));
        let failed = findings.iter().any(|finding| finding.severity == Severity::Error);
        // No program without a clean check, whatever the checker thought.
        let program = if failed { None } else { program };
        if program.is_none() && !failed {
            let message = "this expression could not be compiled";
            findings.push(Finding::error("internal", Span::default(), message));
        }
        Self { program, findings }
    }
}

/// Compiles a condition.
#[must_use]
pub fn compile_condition(source: &str, schema: &Schema) -> Compiled<Condition> {
    let expr = match parse::parse(source) {
        Ok(expr) => expr,
        Err(finding) => return Compiled::new(None, vec![finding]),
    };
    let mut checker = Checker::new(source, schema);
    let program = match checker.check_bool(&expr) {
        Ok((program, checked)) => checked.trace.map(|explain| Condition {
            source: source.to_owned(),
            program,
            explain,
            fields: std::mem::take(&mut checker.fields),
        }),
        Err(_) => None,
    };
    Compiled::new(program, checker.findings)
}

/// Compiles an integer formula.
#[must_use]
pub fn compile_formula(source: &str, schema: &Schema) -> Compiled<Formula> {
    let expr = match parse::parse(source) {
        Ok(expr) => expr,
        Err(finding) => return Compiled::new(None, vec![finding]),
    };
    let mut checker = Checker::new(source, schema);
    let program = match checker.check(&expr).map(|checked| checked.node) {
        Ok(Node::Int(program, range)) => Some(Formula {
            source: source.to_owned(),
            program,
            range,
            fields: std::mem::take(&mut checker.fields),
        }),
        Ok(_) => {
            let message = "this is not a whole number";
            checker.findings.push(Finding::error("type_mismatch", expr.span, message));
            None
        }
        Err(_) => None,
    };
    Compiled::new(program, checker.findings)
}

impl Condition {
    /// Whether the condition holds for these facts.
    ///
    /// # Errors
    /// When the facts do not fit the schema, a result is out of range, or `steps` are used up.
    #[inline]
    pub fn evaluate(&self, row: Row<'_>, steps: u32) -> Result<bool, EvalError> {
        self.program.eval(&Scope::root(row), &mut Meter::new(steps))
    }

    /// Evaluates and explains. Takes microseconds; meant for people, not for every request.
    #[must_use]
    pub fn trace(&self, row: Row<'_>, steps: u32) -> Trace {
        let answer = self.evaluate(row, steps);
        self.explain.run(&self.source, row, steps, answer)
    }

    /// Appends every test with the values it saw and how it came out, in one line for people:
    /// `risk.score >= 60 (72) ✓, change.urgent ✗`.
    pub fn describe(&self, row: Row<'_>, steps: u32, text: &mut String) {
        self.explain.describe(&self.source, row, steps, true, text);
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The schema fields it reads, by path.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }

    /// The one answer it has for all facts, if it has only one.
    #[must_use]
    pub fn constant(&self) -> Option<bool> {
        domain::decide(&self.program)
    }

    /// Whether all facts that satisfy this satisfy the other, compiled against the same schema. May miss
    /// it, never invents it.
    #[must_use]
    pub fn implies(&self, other: &Self) -> bool {
        domain::follows(&self.program, &other.program)
    }

    /// Whether no facts can satisfy both. May miss a contradiction, never invents one.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        let both = BoolExpr::And(Box::new([self.program.clone(), other.program.clone()]));
        domain::decide(&both) == Some(false)
    }
}

impl Formula {
    /// The number for these facts.
    ///
    /// # Errors
    /// As [`Condition::evaluate`].
    #[inline]
    pub fn evaluate(&self, row: Row<'_>, steps: u32) -> Result<i64, EvalError> {
        self.program.eval(&Scope::root(row), &mut Meter::new(steps))
    }

    /// The text it was compiled from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The smallest and largest number it can give.
    #[must_use]
    pub const fn range(&self) -> IntRange {
        self.range
    }

    /// The schema fields it reads, by path.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(String::as_str)
    }
}
