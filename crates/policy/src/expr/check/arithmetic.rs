//! `+ - * / %` over integers, times and text, with ranges known at load.

use super::flow::Fact;
use super::{Check, Checked, Checker, Node};
use crate::diagnostic::{Finding, Span};
use crate::expr::ast::{ArithmeticOp, Expr, ExprKind};
use crate::expr::ir::{Arithmetic, IntExpr, StrExpr};
use crate::expr::literal::TIME_LIMITS;
use crate::expr::types::IntRange;

impl Checker<'_> {
    pub(super) fn check_negate(&mut self, inner: &Expr, span: Span) -> Check<Checked> {
        let checked = self.check(inner)?;
        let zero = Node::Int(IntExpr::Const(0), IntRange::new(0, 0));
        match checked.node {
            Node::Int(number, range) => {
                self.combine(ArithmeticOp::Subtract, zero, Node::Int(number, range), span)
            }
            other => {
                let found = other.type_name();
                self.report(Finding::error(
                    "type_mismatch",
                    span,
                    format!("`-` does not apply to {found}"),
                ))
            }
        }
    }

    pub(super) fn check_arithmetic(
        &mut self,
        op: ArithmeticOp,
        left: &Expr,
        right: &Expr,
        span: Span,
    ) -> Check<Checked> {
        let (a, b) = (self.check(left), self.check(right));
        let (a, b) = (a?, b?);
        if matches!(op, ArithmeticOp::Divide | ArithmeticOp::Remainder) {
            self.require_nonzero(&b.node, right)?;
        }
        self.combine(op, a.node, b.node, span)
    }

    /// Refuses a division whose divisor may be zero.
    fn require_nonzero(&mut self, divisor: &Node, expr: &Expr) -> Check<()> {
        let Node::Int(_, range) = divisor else { return Ok(()) };
        if !range.contains(0) {
            return Ok(());
        }
        if matches!(expr.kind, ExprKind::Name(_) | ExprKind::Select { .. }) {
            let spot = self.resolve(expr)?.spot;
            if self.facts.contains(&Fact::NonZero(spot)) {
                return Ok(());
            }
        }
        let text = self.text(expr.span);
        let finding =
            Finding::error("unchecked_division", expr.span, format!("`{text}` may be zero"))
                .label("may be zero")
                .help(format!("guard it: `{text} != 0 && …`"));
        self.report(finding)
    }

    fn combine(&mut self, op: ArithmeticOp, left: Node, right: Node, span: Span) -> Check<Checked> {
        use ArithmeticOp::{Add, Subtract};
        let node = match (op, left, right) {
            (_, Node::Int(a, left), Node::Int(b, right)) => {
                let range = range_of(op, left, right);
                Node::Int(self.operation(op, (a, b), IntRange::FULL, span)?, range)
            }
            (Subtract, Node::Timestamp(a), Node::Timestamp(b))
            | (Add | Subtract, Node::Duration(a), Node::Duration(b)) => {
                Node::Duration(self.operation(op, (a, b), IntRange::FULL, span)?)
            }
            (Add | Subtract, Node::Timestamp(a), Node::Duration(b))
            | (Add, Node::Duration(a), Node::Timestamp(b)) => {
                Node::Timestamp(self.operation(op, (a, b), TIME_LIMITS, span)?)
            }
            (Add, Node::Str(a), Node::Str(b)) => Node::Str(StrExpr::Concat(Box::new((a, b)), span)),
            (_, left, right) => {
                let (a, b) = (left.type_name(), right.type_name());
                let finding = Finding::error(
                    "type_mismatch",
                    span,
                    format!("`{}` does not apply to {a} and {b}", op.symbol()),
                );
                let finding = match (&left, &right) {
                    (Node::Timestamp(_) | Node::Duration(_), Node::Int(..)) => {
                        finding.help("write a span of time as duration(\"30m\")")
                    }
                    _ => finding,
                };
                return self.report(finding);
            }
        };
        Ok(Checked::new(node, span))
    }

    /// The program of one operation; constants are computed now.
    fn operation(
        &mut self,
        op: ArithmeticOp,
        (left, right): (IntExpr, IntExpr),
        limits: IntRange,
        span: Span,
    ) -> Check<IntExpr> {
        if let (IntExpr::Const(a), IntExpr::Const(b)) = (&left, &right) {
            let result = match op {
                ArithmeticOp::Add => a.checked_add(*b),
                ArithmeticOp::Subtract => a.checked_sub(*b),
                ArithmeticOp::Multiply => a.checked_mul(*b),
                ArithmeticOp::Divide => a.checked_div(*b),
                ArithmeticOp::Remainder => a.checked_rem(*b),
            };
            return match result.filter(|value| limits.contains(*value)) {
                Some(value) => Ok(IntExpr::Const(value)),
                None => {
                    self.report(Finding::error("overflow", span, "this result is out of range"))
                }
            };
        }
        Ok(IntExpr::Arithmetic(Box::new(Arithmetic { op, left, right, limits, span })))
    }
}

/// The range of a result; results outside 64 bits are errors, so the range is cut there.
fn range_of(op: ArithmeticOp, left: IntRange, right: IntRange) -> IntRange {
    let (a, b) = (i128::from(left.min), i128::from(left.max));
    let (c, d) = (i128::from(right.min), i128::from(right.max));
    let largest = a.abs().max(b.abs());
    let (min, max) = match op {
        ArithmeticOp::Add => (a + c, b + d),
        ArithmeticOp::Subtract => (a - d, b - c),
        ArithmeticOp::Multiply => {
            let corners = [a * c, a * d, b * c, b * d];
            let min = corners.iter().copied().min().unwrap_or(i128::MIN);
            (min, corners.iter().copied().max().unwrap_or(i128::MAX))
        }
        ArithmeticOp::Divide if a >= 0 && c > 0 => (a / d, b / c),
        ArithmeticOp::Divide => (-largest, largest),
        ArithmeticOp::Remainder => {
            let bound = (c.abs().max(d.abs()) - 1).clamp(0, largest);
            (if a >= 0 { 0 } else { -bound }, if b <= 0 { 0 } else { bound })
        }
    };
    let cut = |value: i128| {
        let clamped = value.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        i64::try_from(clamped).unwrap_or(i64::MAX)
    };
    IntRange::new(cut(min), cut(max))
}
