//! Why an expression gave no answer. Every one of these blocks; none is a yes or a no.

use crate::diagnostic::Span;

/// An evaluation that gave no answer, and the part of the expression it happened in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind}")]
pub struct EvalError {
    /// What happened.
    pub kind: EvalErrorKind,
    /// Bytes of the expression.
    pub span: Span,
}

/// What can go wrong while evaluating an expression that passed all checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvalErrorKind {
    /// A fact that is always there was not given.
    #[error("the value is missing")]
    Missing,
    /// A fact has another type, variant or range than the schema declares.
    #[error("the value is not of the declared type or range")]
    WrongValue,
    /// A result does not fit 64 bits or the representable time.
    #[error("the result is out of range")]
    Overflow,
    /// A division by zero that the load-time guard could not see coming.
    #[error("division by zero")]
    DivisionByZero,
    /// The step budget is used up.
    #[error("the step budget is used up")]
    Budget,
}

impl EvalErrorKind {
    /// Stable word for records and metrics.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing_value",
            Self::WrongValue => "wrong_value",
            Self::Overflow => "overflow",
            Self::DivisionByZero => "division_by_zero",
            Self::Budget => "step_budget",
        }
    }

    pub(crate) const fn at(self, span: Span) -> EvalError {
        EvalError { kind: self, span }
    }
}
