//! `in`, and list literals.

use super::flow::{Fact, Facts};
use super::{Check, Checked, Checker, Node};
use crate::diagnostic::{Finding, Span};
use crate::expr::ast::{Expr, ExprKind};
use crate::expr::ir::{BoolExpr, IntExpr, ListExpr, Scalar, StrExpr};
use crate::expr::types::{EnumType, IntRange, Type};

impl Checker<'_> {
    /// A list of scalars of one type.
    pub(super) fn check_list_literal(&mut self, items: &[Expr], span: Span) -> Check<Checked> {
        let mut scalars = Vec::with_capacity(items.len());
        let mut item_type: Option<Type> = None;
        for item in items {
            let node = self.check(item)?.node;
            let found = scalar_type(&node);
            let Some(found) = found else {
                let name = node.type_name();
                return self.report(Finding::error(
                    "unsupported",
                    item.span,
                    format!("a list cannot hold {name}"),
                ));
            };
            if let Some(expected) = &item_type
                && *expected != found
            {
                return self.report(Finding::error(
                    "type_mismatch",
                    item.span,
                    format!("this is {found} in a list of {expected}"),
                ));
            }
            item_type = Some(found);
            scalars.extend(node.into_scalar());
        }
        let item_type = item_type.unwrap_or(Type::String);
        Ok(Checked::new(Node::List(ListExpr::Items(scalars.into()), item_type), span))
    }

    pub(super) fn check_in(&mut self, item: &Expr, container: &Expr, span: Span) -> Check<Checked> {
        let left = self.check(item)?;
        if let (ExprKind::List(items), Node::Enum(..)) = (&container.kind, &left.node) {
            return self.check_in_variants(left, items, span);
        }
        let right = self.check(container)?;
        let shown = [left.shown(), right.shown()].into_iter().flatten().collect();
        let mut facts = Facts::new();
        let test = match (left.node, right.node) {
            (node, Node::List(list, of)) => self.in_list(node, item.span, (list, of), span)?,
            (Node::Str(key), Node::Map(map)) => {
                if let Some(known) = self.key_of(item) {
                    let spot = self.resolve(container)?.spot;
                    facts = Facts::one(Fact::HasKey(spot, known));
                }
                BoolExpr::HasKey { map, key: Box::new(key) }
            }
            (_, Node::Str(_)) => {
                let (item, text) = (self.text(item.span), self.text(container.span));
                let finding = Finding::error(
                    "type_mismatch",
                    span,
                    "`in` asks about lists and maps, not about strings",
                )
                .help(format!("write `{text}.contains({item})`"));
                return self.report(finding);
            }
            (left, right) => {
                let (a, b) = (left.type_name(), right.type_name());
                return self.report(Finding::error(
                    "type_mismatch",
                    span,
                    format!("`in` does not apply to {a} and {b}"),
                ));
            }
        };
        let checked = Checked { when_true: facts, ..Checked::test(test, span, shown) };
        self.warn_if_decided(&checked, "this comparison");
        Ok(checked)
    }

    /// `field in ["a", "b"]` for an enumeration: one mask.
    fn check_in_variants(&mut self, left: Checked, items: &[Expr], span: Span) -> Check<Checked> {
        let shown = left.shown().into_iter().collect();
        let Node::Enum(number, of) = left.node else { return Err(super::Reported) };
        let mut indexes = Vec::with_capacity(items.len());
        for item in items {
            match &item.kind {
                ExprKind::Str(text) => indexes.push(self.variant(&of, text, item.span)),
                _ => {
                    let finding = Finding::error(
                        "unsupported",
                        item.span,
                        "list the values of an enumeration as literals",
                    );
                    return self.report(finding);
                }
            }
        }
        let indexes = indexes.into_iter().collect::<Check<Vec<u8>>>()?;
        let checked = Checked::test(variants_test(number, &of, &indexes, span), span, shown);
        self.warn_if_decided(&checked, "this comparison");
        Ok(checked)
    }

    fn in_list(
        &mut self,
        item: Node,
        item_span: Span,
        (list, of): (ListExpr, Type),
        span: Span,
    ) -> Check<BoolExpr> {
        let item = match (item, &of) {
            (Node::Str(StrExpr::Const(text)), Type::Enum(of)) => {
                let index = self.variant(of, &text, item_span)?;
                Node::Enum(IntExpr::Const(i64::from(index)), of.clone())
            }
            (item, _) => item,
        };
        // An empty literal has no type of its own.
        if matches!(&list, ListExpr::Items(items) if items.is_empty()) {
            return Ok(BoolExpr::Const(false));
        }
        let fits = scalar_type(&item).is_some_and(|found| found == of.clone().without_range());
        if !fits {
            let found = item.type_name();
            let finding = Finding::error(
                "type_mismatch",
                span,
                format!("`in` looks for {found} in a list of {of}"),
            )
            .label(format!("{found} in list({of})"));
            return self.report(finding);
        }
        match (&item, constant_texts(&list)) {
            (Node::Str(StrExpr::Read(field)), Some(texts)) => {
                return Ok(BoolExpr::StrIn { field: *field, texts, negated: false });
            }
            (Node::Str(StrExpr::Const(text)), Some(texts)) => {
                return Ok(BoolExpr::Const(texts.contains(text)));
            }
            _ => {}
        }
        match item.into_scalar() {
            Some(item) => Ok(BoolExpr::InList { item: Box::new(item), list: Box::new(list), span }),
            None => Err(super::Reported),
        }
    }
}

fn variants_test(number: IntExpr, of: &EnumType, indexes: &[u8], span: Span) -> BoolExpr {
    let mask = indexes
        .iter()
        .fold(0u64, |mask, index| mask | 1u64.checked_shl(u32::from(*index)).unwrap_or(0));
    match number {
        IntExpr::Read(field) => {
            BoolExpr::EnumIn { field: field.source, mask, full: of.full_mask() }
        }
        other => {
            let kind = crate::expr::ir::IntKind::Enum;
            let item = |index: &u8| Scalar::Int(IntExpr::Const(i64::from(*index)), kind);
            let list = ListExpr::Items(indexes.iter().map(item).collect());
            let item = Box::new(Scalar::Int(other, kind));
            BoolExpr::InList { item, list: Box::new(list), span }
        }
    }
}

/// The sorted texts of a list literal that holds nothing else.
fn constant_texts(list: &ListExpr) -> Option<Box<[Box<str>]>> {
    let ListExpr::Items(items) = list else { return None };
    let mut texts = items
        .iter()
        .map(|item| match item {
            Scalar::Str(StrExpr::Const(text)) => Some(text.clone()),
            _ => None,
        })
        .collect::<Option<Vec<_>>>()?;
    texts.sort();
    texts.dedup();
    Some(texts.into())
}

/// The type of a scalar, integers without their range.
pub(super) fn scalar_type(node: &Node) -> Option<Type> {
    Some(match node {
        Node::Bool(_) => Type::Bool,
        Node::Int(..) => Type::Int(IntRange::FULL),
        Node::Timestamp(_) => Type::Timestamp,
        Node::Duration(_) => Type::Duration,
        Node::Enum(_, of) => Type::Enum(of.clone()),
        Node::Str(_) => Type::String,
        Node::List(..) | Node::Map(_) => return None,
    })
}

impl Type {
    fn without_range(self) -> Self {
        match self {
            Self::Int(_) => Self::Int(IntRange::FULL),
            other => other,
        }
    }
}
