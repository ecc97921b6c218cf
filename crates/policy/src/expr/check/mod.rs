//! From the parsed tree to a typed program: names, types, guards and constants.
//!
//! Everything that can be known before a fact is seen is decided here and is an error here:
//! unknown names, mixed types, reads of what may be absent, divisions by what may be zero. Must
//! not evaluate against facts.

mod access;
mod arithmetic;
mod calls;
mod compare;
mod flow;
mod logic;
mod macros;
mod membership;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::flow::{Facts, Key, Spot};
use super::ast::{Expr, ExprKind};
use super::ir::{BoolExpr, IntExpr, IntKind, ListExpr, Place, Scalar, Source, StrExpr};
use super::trace::{Shown, TraceNode};
use super::types::{EnumType, IntRange, Schema, Type};
use crate::diagnostic::{Finding, Span};

/// Deepest nesting of list macros.
const MAX_MACROS: usize = 4;

/// The error is in [`Checker::findings`] already.
pub(crate) struct Reported;

pub(crate) type Check<T> = Result<T, Reported>;

/// A checked expression: its type, program and what its truth tells.
pub(crate) struct Checked {
    pub(crate) node: Node,
    pub(crate) span: Span,
    pub(crate) when_true: Facts,
    pub(crate) when_false: Facts,
    /// How to explain it; only for truth values.
    pub(crate) trace: Option<TraceNode>,
}

/// A program with its static type.
#[derive(Debug, Clone)]
pub(crate) enum Node {
    Bool(BoolExpr),
    Int(IntExpr, IntRange),
    Timestamp(IntExpr),
    Duration(IntExpr),
    Enum(IntExpr, Arc<EnumType>),
    Str(StrExpr),
    List(ListExpr, Type),
    Map(Source),
}

impl Node {
    fn type_name(&self) -> String {
        match self {
            Self::Bool(_) => "bool".to_owned(),
            Self::Int(..) => "int".to_owned(),
            Self::Timestamp(_) => "timestamp".to_owned(),
            Self::Duration(_) => "duration".to_owned(),
            Self::Enum(_, of) => of.name().to_owned(),
            Self::Str(_) => "string".to_owned(),
            Self::List(_, item) => format!("list({item})"),
            Self::Map(_) => "map(string, string)".to_owned(),
        }
    }

    fn is_constant(&self) -> bool {
        matches!(
            self,
            Self::Bool(BoolExpr::Const(_))
                | Self::Int(IntExpr::Const(_), _)
                | Self::Timestamp(IntExpr::Const(_))
                | Self::Duration(IntExpr::Const(_))
                | Self::Enum(IntExpr::Const(_), _)
                | Self::Str(StrExpr::Const(_))
                | Self::List(ListExpr::Items(_), _)
        )
    }

    fn into_scalar(self) -> Option<Scalar> {
        Some(match self {
            Self::Bool(test) => Scalar::Bool(test),
            Self::Int(number, _) => Scalar::Int(number, IntKind::Int),
            Self::Timestamp(number) => Scalar::Int(number, IntKind::Timestamp),
            Self::Duration(number) => Scalar::Int(number, IntKind::Duration),
            Self::Enum(number, _) => Scalar::Int(number, IntKind::Enum),
            Self::Str(text) => Scalar::Str(text),
            Self::List(..) | Self::Map(_) => return None,
        })
    }
}

impl Checked {
    fn new(node: Node, span: Span) -> Self {
        Self { node, span, when_true: Facts::new(), when_false: Facts::new(), trace: None }
    }

    /// A truth value that is explained as one test showing these operands.
    fn test(test: BoolExpr, span: Span, shown: Vec<Shown>) -> Self {
        let trace = TraceNode::test(span, test.clone(), shown);
        Self { trace: Some(trace), ..Self::new(Node::Bool(test), span) }
    }

    /// This operand as something worth showing; constants are visible in the text already.
    fn shown(&self) -> Option<Shown> {
        if self.node.is_constant() {
            return None;
        }
        Some(Shown { span: self.span, node: self.node.clone() })
    }
}

/// The variable of a list macro.
struct Local {
    name: String,
    item: Type,
}

/// The state of one check.
pub(crate) struct Checker<'s> {
    source: &'s str,
    schema: &'s Schema,
    locals: Vec<Local>,
    facts: Facts,
    /// Every schema field the expression reads: path and slot.
    pub(crate) fields: BTreeMap<String, u16>,
    pub(crate) findings: Vec<Finding>,
}

impl<'s> Checker<'s> {
    pub(crate) const fn new(source: &'s str, schema: &'s Schema) -> Self {
        Self {
            source,
            schema,
            locals: Vec::new(),
            facts: Facts::new(),
            fields: BTreeMap::new(),
            findings: Vec::new(),
        }
    }

    fn report<T>(&mut self, finding: Finding) -> Check<T> {
        self.findings.push(finding);
        Err(Reported)
    }

    fn text(&self, span: Span) -> &'s str {
        self.source.get(span.range()).unwrap_or_default()
    }

    /// The place of a spot, seen from the macros open right now.
    fn place(&self, spot: Spot) -> Place {
        if spot.level == 0 {
            return Place::Row(spot.slot.unwrap_or(0));
        }
        let outwards = self.locals.len().saturating_sub(usize::from(spot.level));
        let outwards = u8::try_from(outwards).unwrap_or(u8::MAX);
        match spot.slot {
            None => Place::Item(outwards),
            Some(slot) => Place::ItemField(outwards, slot),
        }
    }

    /// Checks an expression of any type.
    pub(crate) fn check(&mut self, expr: &Expr) -> Check<Checked> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Bool(value) => Ok(Checked::test(BoolExpr::Const(*value), span, Vec::new())),
            ExprKind::Int(value) => {
                let range = IntRange::new(*value, *value);
                Ok(Checked::new(Node::Int(IntExpr::Const(*value), range), span))
            }
            ExprKind::Str(text) => {
                Ok(Checked::new(Node::Str(StrExpr::Const(text.as_str().into())), span))
            }
            ExprKind::List(items) => self.check_list_literal(items, span),
            ExprKind::Name(_) | ExprKind::Select { .. } => self.check_path(expr),
            ExprKind::Index { base, index } => self.check_index(base, index, span),
            ExprKind::Call { .. } => self.check_call(expr),
            ExprKind::Not(inner) => self.check_not(inner, span),
            ExprKind::Negate(inner) => self.check_negate(inner, span),
            ExprKind::And(operands) => self.check_and(operands, span),
            ExprKind::Or(operands) => self.check_or(operands, span),
            ExprKind::Compare { op, left, right } => self.check_compare(*op, left, right, span),
            ExprKind::In { item, container } => self.check_in(item, container, span),
            ExprKind::Arithmetic { op, left, right } => {
                self.check_arithmetic(*op, left, right, span)
            }
            ExprKind::If { condition, then, otherwise } => {
                self.check_if(condition, then, otherwise, span)
            }
        }
    }

    /// Checks an expression that has to be a truth value.
    pub(crate) fn check_bool(&mut self, expr: &Expr) -> Check<(BoolExpr, Checked)> {
        let mut checked = self.check(expr)?;
        match &checked.node {
            Node::Bool(test) => {
                let test = test.clone();
                if checked.trace.is_none() {
                    checked.trace = Some(TraceNode::test(checked.span, test.clone(), Vec::new()));
                }
                Ok((test, checked))
            }
            other => {
                let found = other.type_name();
                let finding = Finding::error(
                    "type_mismatch",
                    expr.span,
                    format!("this is {found}, not a condition"),
                )
                .label(format!("has type {found}"));
                let finding = match other {
                    Node::Str(_) | Node::Enum(..) => {
                        finding.help("compare it with something: `… == \"…\"`")
                    }
                    Node::Int(..) => finding.help("compare it with a number: `… > 0`"),
                    Node::List(..) => {
                        finding.help("ask about its items: `….exists(x, …)` or `size(…) > 0`")
                    }
                    _ => finding,
                };
                self.report(finding)
            }
        }
    }

    /// Checks an expression that has to be text.
    fn check_str(&mut self, expr: &Expr) -> Check<StrExpr> {
        match self.check(expr)?.node {
            Node::Str(text) => Ok(text),
            other => {
                let found = other.type_name();
                self.report(
                    Finding::error(
                        "type_mismatch",
                        expr.span,
                        format!("this is {found}, not a string"),
                    )
                    .label(format!("has type {found}")),
                )
            }
        }
    }

    /// A key expression as something two places can agree on; `None` when it is computed.
    fn key_of(&mut self, expr: &Expr) -> Option<Key> {
        match &expr.kind {
            ExprKind::Str(text) => Some(Key::Text(text.clone())),
            ExprKind::Name(_) | ExprKind::Select { .. } => {
                self.resolve(expr).ok().map(|resolved| Key::Spot(resolved.spot))
            }
            _ => None,
        }
    }
}

/// How many nodes an expression has, as the price of running it once.
fn weight(expr: &Expr) -> u32 {
    let sum = |children: &[&Expr]| {
        children.iter().fold(1u32, |total, child| total.saturating_add(weight(child)))
    };
    match &expr.kind {
        ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Str(_) | ExprKind::Name(_) => 1,
        ExprKind::List(items) | ExprKind::And(items) | ExprKind::Or(items) => {
            sum(&items.iter().collect::<Vec<_>>())
        }
        ExprKind::Select { base: inner, .. } | ExprKind::Not(inner) | ExprKind::Negate(inner) => {
            sum(&[inner])
        }
        ExprKind::Index { base: left, index: right }
        | ExprKind::Compare { left, right, .. }
        | ExprKind::In { item: left, container: right }
        | ExprKind::Arithmetic { left, right, .. } => sum(&[left, right]),
        ExprKind::If { condition, then, otherwise } => sum(&[condition, then, otherwise]),
        ExprKind::Call { receiver, args, .. } => {
            sum(&args.iter().chain(receiver.as_deref()).collect::<Vec<_>>())
        }
    }
}
