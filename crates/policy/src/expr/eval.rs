//! The row evaluator: walks a compiled program over one row.
//!
//! Strict on purpose. Operands run left to right; `&&`, `||`, `?:` and the list macros stop as
//! soon as the answer is known, and an error in anything that ran is the result. CEL would let
//! `error && false` be false; here nothing an author cannot see turns an error into an answer.
//! Every answer given here is the answer CEL gives. Nothing allocates unless text is built.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::ast::ArithmeticOp;
use super::error::{EvalError, EvalErrorKind};
use super::functions::Argument;
use super::ir::{
    Arithmetic, BoolExpr, Call, IntExpr, IntKind, IntSource, ListExpr, Place, Quantified,
    Quantifier, Scalar, Source, StrExpr, StrTest,
};
use super::value::{Scope, Value};
use crate::diagnostic::Span;

/// Steps left for one evaluation.
pub(crate) struct Meter {
    left: u32,
}

impl Meter {
    pub(crate) const fn new(steps: u32) -> Self {
        Self { left: steps }
    }

    fn charge(&mut self, steps: u32, span: Span) -> Result<(), EvalError> {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(EvalErrorKind::Budget.at(span)),
        }
    }

    /// Charges for reading so many bytes of text.
    fn charge_text(&mut self, bytes: usize, span: Span) -> Result<(), EvalError> {
        self.charge(u32::try_from(bytes / 16).unwrap_or(u32::MAX), span)
    }
}

#[inline]
fn read<'e>(source: &Source, scope: &Scope<'e>) -> Option<Value<'e>> {
    match source.place {
        Place::Row(slot) => scope.row.get(slot),
        Place::Item(levels) => scope.item(levels),
        Place::ItemField(levels, slot) => match scope.item(levels)? {
            Value::Record(slots) => slots.get(usize::from(slot)).copied(),
            _ => None,
        },
    }
}

#[cold]
fn unreadable(source: &Source, found: Option<Value<'_>>) -> EvalError {
    let kind = match found {
        Some(Value::Null) | None => EvalErrorKind::Missing,
        Some(_) => EvalErrorKind::WrongValue,
    };
    kind.at(source.span)
}

#[inline]
fn read_int(field: &IntSource, scope: &Scope<'_>) -> Result<i64, EvalError> {
    match (read(&field.source, scope), field.kind) {
        (Some(Value::Int(value)), IntKind::Int)
        | (Some(Value::Timestamp(value)), IntKind::Timestamp)
        | (Some(Value::Duration(value)), IntKind::Duration)
            if field.range.contains(value) =>
        {
            Ok(value)
        }
        (Some(Value::Enum(index)), IntKind::Enum) => Ok(i64::from(index)),
        (found, _) => Err(unreadable(&field.source, found)),
    }
}

#[inline]
fn read_str<'e>(source: &Source, scope: &Scope<'e>) -> Result<&'e str, EvalError> {
    match read(source, scope) {
        Some(Value::Str(text)) => Ok(text),
        found => Err(unreadable(source, found)),
    }
}

fn read_map<'e>(source: &Source, scope: &Scope<'e>) -> Result<&'e [(&'e str, &'e str)], EvalError> {
    match read(source, scope) {
        Some(Value::Map(pairs)) => Ok(pairs),
        found => Err(unreadable(source, found)),
    }
}

fn look_up<'e>(pairs: &'e [(&'e str, &'e str)], key: &str) -> Option<&'e str> {
    let at = pairs.binary_search_by(|(name, _)| (*name).cmp(key)).ok()?;
    pairs.get(at).map(|(_, value)| *value)
}

impl BoolExpr {
    pub(crate) fn eval(&self, scope: &Scope<'_>, meter: &mut Meter) -> Result<bool, EvalError> {
        match self {
            Self::Const(value) => Ok(*value),
            Self::IntTest { field, op, constant } => {
                Ok(op.holds(&read_int(field, scope)?, constant))
            }
            Self::EnumIn { field, mask, full } => match read(field, scope) {
                Some(Value::Enum(index)) => {
                    let bit = 1u64.checked_shl(u32::from(index)).unwrap_or(0);
                    if bit & full == 0 {
                        return Err(EvalErrorKind::WrongValue.at(field.span));
                    }
                    Ok(bit & mask != 0)
                }
                found => Err(unreadable(field, found)),
            },
            Self::StrIn { field, texts, negated } => {
                let text = read_str(field, scope)?;
                let found = match texts.as_ref() {
                    [only] => **only == *text,
                    many => many.binary_search_by(|known| (**known).cmp(text)).is_ok(),
                };
                Ok(found != *negated)
            }
            Self::And(operands) => {
                for operand in operands {
                    if !operand.eval(scope, meter)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Or(operands) => {
                for operand in operands {
                    if operand.eval(scope, meter)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Read(source) => match read(source, scope) {
                Some(Value::Bool(value)) => Ok(value),
                found => Err(unreadable(source, found)),
            },
            Self::Present(source) => match read(source, scope) {
                Some(value) => Ok(value != Value::Null),
                None => Err(unreadable(source, None)),
            },
            Self::Not(inner) => Ok(!inner.eval(scope, meter)?),
            other => other.eval_general(scope, meter),
        }
    }

    /// The shapes that are not on the hot path.
    fn eval_general(&self, scope: &Scope<'_>, meter: &mut Meter) -> Result<bool, EvalError> {
        match self {
            Self::If(parts) => {
                let (condition, then, otherwise) = parts.as_ref();
                let chosen = if condition.eval(scope, meter)? { then } else { otherwise };
                chosen.eval(scope, meter)
            }
            Self::CompareInt { op, sides } => {
                let left = sides.0.eval(scope, meter)?;
                Ok(op.holds(&left, &sides.1.eval(scope, meter)?))
            }
            Self::CompareStr { op, sides } => {
                let left = sides.0.eval(scope, meter)?;
                let right = sides.1.eval(scope, meter)?;
                Ok(op.holds(&left.as_ref(), &right.as_ref()))
            }
            Self::CompareBool { equal, sides } => {
                let left = sides.0.eval(scope, meter)?;
                Ok((left == sides.1.eval(scope, meter)?) == *equal)
            }
            Self::TestStr { test, sides } => {
                let subject = sides.0.eval(scope, meter)?;
                let wanted = sides.1.eval(scope, meter)?;
                Ok(match test {
                    StrTest::StartsWith => subject.starts_with(wanted.as_ref()),
                    StrTest::EndsWith => subject.ends_with(wanted.as_ref()),
                    StrTest::Contains => subject.contains(wanted.as_ref()),
                })
            }
            Self::Matches { subject, pattern, span } => {
                let subject = subject.eval(scope, meter)?;
                meter.charge_text(subject.len().saturating_mul(16), *span)?;
                Ok(pattern.is_match(&subject))
            }
            Self::InList { item, list, span } => is_in_list(item, list, *span, scope, meter),
            Self::HasKey { map, key } => {
                let key = key.eval(scope, meter)?;
                Ok(look_up(read_map(map, scope)?, &key).is_some())
            }
            Self::Quantified(quantified) => quantified.eval(scope, meter),
            Self::Call(call) => match call.eval(scope, meter)? {
                Argument::Bool(value) => Ok(value),
                _ => Err(EvalErrorKind::WrongValue.at(call.span)),
            },
            // The hot shapes are answered by `eval`; should one be forgotten there, it blocks.
            _ => Err(EvalErrorKind::WrongValue.at(Span::default())),
        }
    }
}

fn is_in_list(
    item: &Scalar,
    list: &ListExpr,
    span: Span,
    scope: &Scope<'_>,
    meter: &mut Meter,
) -> Result<bool, EvalError> {
    item.with_value(scope, meter, &mut |wanted, meter| {
        let flow = list.for_each(scope, meter, &mut |value, meter| {
            meter.charge(1, span)?;
            Ok(if value == wanted { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })?;
        Ok(flow.is_break())
    })
}

impl Quantified {
    fn eval(&self, scope: &Scope<'_>, meter: &mut Meter) -> Result<bool, EvalError> {
        let mut matches = 0u32;
        self.list
            .for_each(scope, meter, &mut |item, meter| {
                meter.charge(self.cost, self.span)?;
                let holds = self.body.eval(&scope.with_item(item), meter)?;
                matches = matches.saturating_add(u32::from(holds));
                let decided = match self.quantifier {
                    Quantifier::All => !holds,
                    Quantifier::Exists => holds,
                    Quantifier::ExistsOne => false,
                };
                Ok(if decided { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
            })
            .map(|flow| match self.quantifier {
                Quantifier::All => flow.is_continue(),
                Quantifier::Exists => flow.is_break(),
                Quantifier::ExistsOne => matches == 1,
            })
    }
}

impl IntExpr {
    pub(crate) fn eval(&self, scope: &Scope<'_>, meter: &mut Meter) -> Result<i64, EvalError> {
        match self {
            Self::Const(value) => Ok(*value),
            Self::Read(field) => read_int(field, scope),
            Self::Arithmetic(arithmetic) => arithmetic.eval(scope, meter),
            Self::If(parts) => {
                let (condition, then, otherwise) = parts.as_ref();
                let chosen = if condition.eval(scope, meter)? { then } else { otherwise };
                chosen.eval(scope, meter)
            }
            Self::SizeOfStr(text) => {
                let text = text.eval(scope, meter)?;
                Ok(i64::try_from(text.chars().count()).unwrap_or(i64::MAX))
            }
            Self::SizeOfList(list, span) => {
                if let ListExpr::Read(source) = list.as_ref() {
                    return Ok(i64::try_from(read_list(source, scope)?.len()).unwrap_or(i64::MAX));
                }
                let mut count = 0i64;
                let _: ControlFlow<()> = list.for_each(scope, meter, &mut |_, meter| {
                    meter.charge(1, *span)?;
                    count = count.saturating_add(1);
                    Ok(ControlFlow::Continue(()))
                })?;
                Ok(count)
            }
            Self::SizeOfMap(map) => {
                Ok(i64::try_from(read_map(map, scope)?.len()).unwrap_or(i64::MAX))
            }
            Self::ReadOr(parts) => match read(&parts.0.source, scope) {
                Some(Value::Null) => parts.1.eval(scope, meter),
                _ => read_int(&parts.0, scope),
            },
            Self::Call(call) => match call.eval(scope, meter)? {
                Argument::Int(value) => Ok(value),
                _ => Err(EvalErrorKind::WrongValue.at(call.span)),
            },
        }
    }
}

impl Arithmetic {
    fn eval(&self, scope: &Scope<'_>, meter: &mut Meter) -> Result<i64, EvalError> {
        let left = self.left.eval(scope, meter)?;
        let right = self.right.eval(scope, meter)?;
        let divides = matches!(self.op, ArithmeticOp::Divide | ArithmeticOp::Remainder);
        if divides && right == 0 {
            return Err(EvalErrorKind::DivisionByZero.at(self.span));
        }
        let result = match self.op {
            ArithmeticOp::Add => left.checked_add(right),
            ArithmeticOp::Subtract => left.checked_sub(right),
            ArithmeticOp::Multiply => left.checked_mul(right),
            ArithmeticOp::Divide => left.checked_div(right),
            ArithmeticOp::Remainder => left.checked_rem(right),
        };
        result
            .filter(|value| self.limits.contains(*value))
            .ok_or_else(|| EvalErrorKind::Overflow.at(self.span))
    }
}

impl StrExpr {
    pub(crate) fn eval<'e>(
        &'e self,
        scope: &Scope<'e>,
        meter: &mut Meter,
    ) -> Result<Cow<'e, str>, EvalError> {
        match self {
            Self::Const(text) => Ok(Cow::Borrowed(text)),
            Self::Read(source) => read_str(source, scope).map(Cow::Borrowed),
            Self::Concat(parts, span) => {
                let left = parts.0.eval(scope, meter)?;
                let right = parts.1.eval(scope, meter)?;
                meter.charge_text(left.len().saturating_add(right.len()), *span)?;
                Ok(left + right)
            }
            Self::Lower(text, span) => {
                let text = text.eval(scope, meter)?;
                meter.charge_text(text.len(), *span)?;
                if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    return Ok(Cow::Owned(text.to_ascii_lowercase()));
                }
                Ok(text)
            }
            Self::If(parts) => {
                let (condition, then, otherwise) = parts.as_ref();
                let chosen = if condition.eval(scope, meter)? { then } else { otherwise };
                chosen.eval(scope, meter)
            }
            Self::MapGet { map, key, default } => {
                let name = key.eval(scope, meter)?;
                match (look_up(read_map(map, scope)?, &name), default) {
                    (Some(value), _) => Ok(Cow::Borrowed(value)),
                    (None, Some(default)) => default.eval(scope, meter),
                    (None, None) => Err(EvalErrorKind::Missing.at(map.span)),
                }
            }
            Self::ReadOr(parts) => match read(&parts.0, scope) {
                Some(Value::Null) => parts.1.eval(scope, meter),
                _ => read_str(&parts.0, scope).map(Cow::Borrowed),
            },
        }
    }
}

fn read_list<'e>(source: &Source, scope: &Scope<'e>) -> Result<&'e [Value<'e>], EvalError> {
    match read(source, scope) {
        Some(Value::List(items)) => Ok(items),
        found => Err(unreadable(source, found)),
    }
}

/// What a list is walked with: stops early on `Break`.
pub(crate) type Visit<'v> =
    dyn FnMut(Value<'_>, &mut Meter) -> Result<ControlFlow<()>, EvalError> + 'v;

impl ListExpr {
    pub(crate) fn for_each(
        &self,
        scope: &Scope<'_>,
        meter: &mut Meter,
        visit: &mut Visit<'_>,
    ) -> Result<ControlFlow<()>, EvalError> {
        match self {
            Self::Read(source) => {
                for item in read_list(source, scope)? {
                    if visit(*item, meter)?.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Ok(ControlFlow::Continue(()))
            }
            Self::Items(items) => {
                for item in items {
                    let flow =
                        item.with_value(scope, meter, &mut |value, meter| visit(value, meter))?;
                    if flow.is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                Ok(ControlFlow::Continue(()))
            }
            Self::Filter(parts, cost, span) => {
                parts.0.for_each(scope, meter, &mut |item, meter| {
                    meter.charge(*cost, *span)?;
                    if parts.1.eval(&scope.with_item(item), meter)? {
                        return visit(item, meter);
                    }
                    Ok(ControlFlow::Continue(()))
                })
            }
            Self::Map(parts, cost, span) => parts.0.for_each(scope, meter, &mut |item, meter| {
                meter.charge(*cost, *span)?;
                let inner = scope.with_item(item);
                parts.1.with_value(&inner, meter, &mut |value, meter| visit(value, meter))
            }),
        }
    }
}

impl Scalar {
    /// Evaluates and hands the value to `then`; built text lives only that long.
    pub(crate) fn with_value<T>(
        &self,
        scope: &Scope<'_>,
        meter: &mut Meter,
        then: &mut dyn FnMut(Value<'_>, &mut Meter) -> Result<T, EvalError>,
    ) -> Result<T, EvalError> {
        match self {
            Self::Bool(test) => {
                let value = test.eval(scope, meter)?;
                then(Value::Bool(value), meter)
            }
            Self::Int(number, kind) => {
                let number = number.eval(scope, meter)?;
                let value = match kind {
                    IntKind::Int => Value::Int(number),
                    IntKind::Timestamp => Value::Timestamp(number),
                    IntKind::Duration => Value::Duration(number),
                    IntKind::Enum => Value::Enum(u8::try_from(number).unwrap_or(u8::MAX)),
                };
                then(value, meter)
            }
            Self::Str(text) => {
                let text = text.eval(scope, meter)?;
                then(Value::Str(&text), meter)
            }
        }
    }

    fn argument<'e>(
        &'e self,
        scope: &Scope<'e>,
        meter: &mut Meter,
    ) -> Result<Argument<'e>, EvalError> {
        match self {
            Self::Bool(test) => test.eval(scope, meter).map(Argument::Bool),
            Self::Int(number, _) => number.eval(scope, meter).map(Argument::Int),
            Self::Str(text) => text.eval(scope, meter).map(Argument::Str),
        }
    }
}

impl Call {
    fn eval<'e>(&'e self, scope: &Scope<'e>, meter: &mut Meter) -> Result<Argument<'e>, EvalError> {
        let mut args = [Argument::Bool(false), Argument::Bool(false), Argument::Bool(false)];
        for (place, arg) in args.iter_mut().zip(self.args.iter()) {
            *place = arg.argument(scope, meter)?;
            if let Argument::Str(text) = place {
                meter.charge_text(text.len(), self.span)?;
            }
        }
        self.native.call(&args).map_err(|kind| kind.at(self.span))
    }
}
