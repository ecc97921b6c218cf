//! `!`, `&&`, `||` and `?:`, and what each tells about the parts that run after it.

use super::{Check, Checked, Checker, Node, Reported};
use crate::diagnostic::{Finding, Span};
use crate::expr::ast::Expr;
use crate::expr::domain;
use crate::expr::ir::{BoolExpr, IntExpr, StrExpr};
use crate::expr::trace::TraceNode;
use crate::expr::types::IntRange;

impl Checker<'_> {
    pub(super) fn check_not(&mut self, inner: &Expr, span: Span) -> Check<Checked> {
        let (test, checked) = self.check_bool(inner)?;
        Ok(Checked {
            when_true: checked.when_false,
            when_false: checked.when_true,
            trace: checked.trace.map(|trace| TraceNode::not(span, trace)),
            ..Checked::new(Node::Bool(test.negated()), span)
        })
    }

    pub(super) fn check_and(&mut self, operands: &[Expr], span: Span) -> Check<Checked> {
        let (tests, parts) = self.check_operands(operands, |part| &part.when_true)?;
        let mut checked = Checked::new(Node::Bool(BoolExpr::And(tests.into())), span);
        for part in &parts {
            checked.when_true.extend(&part.when_true);
        }
        checked.trace = Some(TraceNode::all(span, traces(parts)));
        self.warn_if_decided(&checked, "these conditions");
        Ok(checked)
    }

    pub(super) fn check_or(&mut self, operands: &[Expr], span: Span) -> Check<Checked> {
        let (tests, parts) = self.check_operands(operands, |part| &part.when_false)?;
        let mut checked = Checked::new(Node::Bool(BoolExpr::Or(tests.into())), span);
        for part in &parts {
            checked.when_false.extend(&part.when_false);
        }
        checked.trace = Some(TraceNode::any(span, traces(parts)));
        self.warn_if_decided(&checked, "these conditions");
        Ok(checked)
    }

    /// Checks operands left to right, each knowing what the ones before it tell. Reports the
    /// errors of all of them, not only of the first.
    fn check_operands(
        &mut self,
        operands: &[Expr],
        tells: fn(&Checked) -> &super::Facts,
    ) -> Check<(Vec<BoolExpr>, Vec<Checked>)> {
        let known = self.facts.len();
        let mut tests = Vec::with_capacity(operands.len());
        let mut parts = Vec::with_capacity(operands.len());
        for operand in operands {
            if let Ok((test, checked)) = self.check_bool(operand) {
                self.facts.extend(tells(&checked));
                tests.push(test);
                parts.push(checked);
            }
        }
        self.facts.truncate(known);
        if tests.len() == operands.len() { Ok((tests, parts)) } else { Err(Reported) }
    }

    pub(super) fn check_if(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: &Expr,
        span: Span,
    ) -> Check<Checked> {
        let (test, condition) = self.check_bool(condition)?;
        let known = self.facts.len();
        self.facts.extend(&condition.when_true);
        let when_true = self.check(then);
        self.facts.truncate(known);
        self.facts.extend(&condition.when_false);
        let when_false = self.check(otherwise);
        self.facts.truncate(known);
        let (mut when_true, mut when_false) = (when_true?, when_false?);
        self.adopt_enum(&mut when_true, &mut when_false)?;
        let traces = (condition.trace, when_true.trace, when_false.trace);
        let node = match (when_true.node, when_false.node) {
            (Node::Bool(a), Node::Bool(b)) => {
                let checked = Checked::new(Node::Bool(BoolExpr::If(Box::new((test, a, b)))), span);
                let trace = match traces {
                    (Some(test), Some(a), Some(b)) => Some(TraceNode::choice(span, [test, a, b])),
                    _ => None,
                };
                return Ok(Checked { trace, ..checked });
            }
            (Node::Int(a, left), Node::Int(b, right)) => {
                let range = IntRange::new(left.min.min(right.min), left.max.max(right.max));
                Node::Int(either(test, a, b), range)
            }
            (Node::Timestamp(a), Node::Timestamp(b)) => Node::Timestamp(either(test, a, b)),
            (Node::Duration(a), Node::Duration(b)) => Node::Duration(either(test, a, b)),
            (Node::Enum(a, of), Node::Enum(b, other)) if of == other => {
                Node::Enum(either(test, a, b), of)
            }
            (Node::Str(a), Node::Str(b)) => Node::Str(StrExpr::If(Box::new((test, a, b)))),
            (a, b) => {
                let (a, b) = (a.type_name(), b.type_name());
                let finding = if a == b {
                    Finding::error(
                        "unsupported",
                        span,
                        format!("`? :` cannot choose between values of type {a}"),
                    )
                } else {
                    Finding::error(
                        "type_mismatch",
                        span,
                        format!("one side of `:` is {a}, the other is {b}"),
                    )
                };
                return self.report(finding);
            }
        };
        Ok(Checked::new(node, span))
    }

    /// Warns about a condition that has one answer for every possible change.
    pub(super) fn warn_if_decided(&mut self, checked: &Checked, what: &str) {
        let Node::Bool(test) = &checked.node else { return };
        let Some(value) = domain::decide(test) else { return };
        let inside = |finding: &Finding| {
            matches!(finding.code, "always_true" | "always_false")
                && checked.span.start <= finding.span.start
                && finding.span.end <= checked.span.end
        };
        // The innermost place is the useful one.
        if self.findings.iter().any(inside) {
            return;
        }
        let finding = if value {
            Finding::warning(
                "always_true",
                checked.span,
                format!("{what} always hold, whatever the facts are"),
            )
        } else {
            Finding::warning(
                "always_false",
                checked.span,
                format!("{what} can never hold, whatever the facts are"),
            )
        };
        self.findings.push(finding);
    }
}

fn either(test: BoolExpr, then: IntExpr, otherwise: IntExpr) -> IntExpr {
    IntExpr::If(Box::new((test, then, otherwise)))
}

fn traces(parts: Vec<Checked>) -> Vec<TraceNode> {
    parts.into_iter().filter_map(|part| part.trace).collect()
}
