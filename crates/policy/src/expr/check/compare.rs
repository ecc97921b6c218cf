//! `==`, `!=`, `<` and their kin. Both sides have one type; an enumeration is compared with its
//! own variants only.

use super::flow::{Fact, Facts};
use super::{Check, Checked, Checker, Node};
use crate::diagnostic::{Finding, Span};
use crate::expr::ast::{CompareOp, Expr, ExprKind};
use crate::expr::ir::{BoolExpr, IntExpr, StrExpr};
use crate::expr::suggest::closest;
use crate::expr::types::EnumType;

impl Checker<'_> {
    pub(super) fn check_compare(
        &mut self,
        op: CompareOp,
        left: &Expr,
        right: &Expr,
        span: Span,
    ) -> Check<Checked> {
        let facts = self.nonzero_facts(op, left, right);
        let (left, right) = (self.check(left), self.check(right));
        let (mut left, mut right) = (left?, right?);
        self.adopt_enum(&mut left, &mut right)?;
        let shown = [left.shown(), right.shown()].into_iter().flatten().collect();
        let (left_span, right_span) = (left.span, right.span);
        let test = match (left.node, right.node) {
            (Node::Int(a, _), Node::Int(b, _))
            | (Node::Timestamp(a), Node::Timestamp(b))
            | (Node::Duration(a), Node::Duration(b)) => compare_ints(op, a, b),
            (Node::Enum(a, of), Node::Enum(b, other)) if of == other => {
                if op.needs_order() && !of.is_ordered() {
                    return self.no_order(op, of.name(), span);
                }
                compare_enums(op, a, b, &of)
            }
            (Node::Str(a), Node::Str(b)) => compare_texts(op, a, b),
            (Node::Bool(a), Node::Bool(b)) => {
                if op.needs_order() {
                    return self.no_order(op, "bool", span);
                }
                compare_bools(op == CompareOp::Equal, a, b)
            }
            (a, b) => return self.mixed(op, (&a, left_span), (&b, right_span), span),
        };
        let (when_true, when_false) = facts;
        let checked = Checked { when_true, when_false, ..Checked::test(test, span, shown) };
        self.warn_if_decided(&checked, "this comparison");
        Ok(checked)
    }

    fn no_order<T>(&mut self, op: CompareOp, what: &str, span: Span) -> Check<T> {
        let finding = Finding::error(
            "type_mismatch",
            span,
            format!("values of type {what} have no order, so `{}` does not apply", op.symbol()),
        )
        .help("compare with `==`, or with `in [\"…\", \"…\"]`");
        self.report(finding)
    }

    fn mixed<T>(
        &mut self,
        op: CompareOp,
        (left, left_span): (&Node, Span),
        (right, right_span): (&Node, Span),
        span: Span,
    ) -> Check<T> {
        let (a, b) = (left.type_name(), right.type_name());
        if a == b {
            let finding = Finding::error(
                "unsupported",
                span,
                format!("two values of type {a} cannot be compared with `{}`", op.symbol()),
            )
            .help("compare their items or keys instead");
            return self.report(finding);
        }
        let finding = Finding::error(
            "type_mismatch",
            span,
            format!("`{}` compares {a} with {b}", op.symbol()),
        )
        .label(format!("{a} on the left, {b} on the right"));
        let number = |node: &Node, span: Span| match node {
            Node::Str(StrExpr::Const(text)) if text.parse::<i64>().is_ok() => {
                Some(format!("write {text} without quotes"))
            }
            Node::Str(StrExpr::Const(text)) if matches!(text.as_ref(), "true" | "false") => {
                Some(format!("write {text} without quotes"))
            }
            Node::Int(IntExpr::Const(_), _) => {
                Some(format!("write \"{}\" in quotes if text is meant", self.text(span)))
            }
            _ => None,
        };
        let help = match (left, right) {
            (Node::Enum(..), Node::Str(_)) | (Node::Str(_), Node::Enum(..)) => {
                Some("an enumeration is compared with a literal of its variants".to_owned())
            }
            (Node::Timestamp(_), Node::Str(StrExpr::Const(text))) => {
                Some(format!("write timestamp(\"{text}\")"))
            }
            (Node::Duration(_), Node::Str(StrExpr::Const(text))) => {
                Some(format!("write duration(\"{text}\")"))
            }
            _ => number(right, right_span).or_else(|| number(left, left_span)),
        };
        self.report(match help {
            Some(help) => finding.help(help),
            None => finding,
        })
    }

    /// Turns a string literal beside an enumeration into its variant.
    pub(super) fn adopt_enum(&mut self, left: &mut Checked, right: &mut Checked) -> Check<()> {
        let (of, literal) = match (&left.node, &right.node) {
            (Node::Enum(_, of), Node::Str(StrExpr::Const(_))) => (of.clone(), right),
            (Node::Str(StrExpr::Const(_)), Node::Enum(_, of)) => (of.clone(), left),
            _ => return Ok(()),
        };
        if let Node::Str(StrExpr::Const(text)) = &literal.node {
            let index = self.variant(&of, text, literal.span)?;
            literal.node = Node::Enum(IntExpr::Const(i64::from(index)), of);
        }
        Ok(())
    }

    /// The index of a variant, or an error that names the closest one.
    pub(super) fn variant(&mut self, of: &EnumType, text: &str, span: Span) -> Check<u8> {
        if let Some(index) = of.index_of(text) {
            return Ok(index);
        }
        let finding =
            Finding::error("unknown_variant", span, format!("{} has no value `{text}`", of.name()))
                .label("not one of its values");
        let variants = of.variants().iter().map(String::as_str);
        let help = match closest(text, variants.clone()) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("its values are {}", variants.collect::<Vec<_>>().join(", ")),
        };
        self.report(finding.help(help))
    }

    /// What a comparison of a field with a number says about that field being zero.
    fn nonzero_facts(&mut self, op: CompareOp, left: &Expr, right: &Expr) -> (Facts, Facts) {
        let nothing = (Facts::new(), Facts::new());
        let (path, op, constant) = match (&left.kind, &right.kind) {
            (_, ExprKind::Int(constant)) => (left, op, *constant),
            (ExprKind::Int(constant), _) => (right, op.mirrored(), *constant),
            _ => return nothing,
        };
        if !matches!(path.kind, ExprKind::Name(_) | ExprKind::Select { .. }) {
            return nothing;
        }
        // The path is checked, and its errors are reported, with the comparison itself.
        let reported = self.findings.len();
        let resolved = self.resolve(path);
        self.findings.truncate(reported);
        let Ok(resolved) = resolved else { return nothing };
        let fact = Facts::one(Fact::NonZero(resolved.spot));
        if op.holds(&0, &constant) { (Facts::new(), fact) } else { (fact, Facts::new()) }
    }
}

fn compare_ints(op: CompareOp, left: IntExpr, right: IntExpr) -> BoolExpr {
    match (left, right) {
        (IntExpr::Const(a), IntExpr::Const(b)) => BoolExpr::Const(op.holds(&a, &b)),
        (IntExpr::Read(field), IntExpr::Const(constant)) => {
            BoolExpr::IntTest { field, op, constant }
        }
        (IntExpr::Const(constant), IntExpr::Read(field)) => {
            BoolExpr::IntTest { field, op: op.mirrored(), constant }
        }
        (left, right) => BoolExpr::CompareInt { op, sides: Box::new((left, right)) },
    }
}

fn compare_enums(op: CompareOp, left: IntExpr, right: IntExpr, of: &EnumType) -> BoolExpr {
    let (field, op, constant) = match (&left, &right) {
        (IntExpr::Read(field), IntExpr::Const(constant)) => (field, op, constant),
        (IntExpr::Const(constant), IntExpr::Read(field)) => (field, op.mirrored(), constant),
        _ => return compare_ints(op, left, right),
    };
    let full = of.full_mask();
    let mask = (0..64u32)
        .filter(|index| op.holds(&i64::from(*index), constant))
        .fold(0u64, |mask, index| mask | (1 << index));
    BoolExpr::EnumIn { field: field.source, mask: mask & full, full }
}

fn compare_texts(op: CompareOp, left: StrExpr, right: StrExpr) -> BoolExpr {
    let negated = op == CompareOp::NotEqual;
    match (left, right) {
        (StrExpr::Const(a), StrExpr::Const(b)) => BoolExpr::Const(op.holds(&a, &b)),
        (StrExpr::Read(field), StrExpr::Const(text))
        | (StrExpr::Const(text), StrExpr::Read(field))
            if !op.needs_order() =>
        {
            BoolExpr::StrIn { field, texts: Box::new([text]), negated }
        }
        (left, right) => BoolExpr::CompareStr { op, sides: Box::new((left, right)) },
    }
}

fn compare_bools(equal: bool, left: BoolExpr, right: BoolExpr) -> BoolExpr {
    match (left, right) {
        (BoolExpr::Const(value), other) | (other, BoolExpr::Const(value)) => {
            if value == equal {
                other
            } else {
                other.negated()
            }
        }
        (left, right) => BoolExpr::CompareBool { equal, sides: Box::new((left, right)) },
    }
}
