//! Values as people read them in explanations, appended to a text without intermediate strings.
//!
//! Long texts and lists are shortened. Must not decide what is shown.

use std::fmt::Write as _;
use std::ops::ControlFlow;

use jiff::Timestamp;

use super::check::Node;
use super::error::EvalError;
use super::eval::Meter;
use super::ir::ListExpr;
use super::literal::render_duration;
use super::types::{EnumType, RecordType, Type};
use super::value::{Scope, Value};

/// Most items of a list shown.
const MAX_ITEMS: usize = 8;
/// Most characters of a text shown.
const MAX_TEXT: usize = 120;

impl Node {
    /// Appends the value.
    pub(super) fn write(
        &self,
        scope: &Scope<'_>,
        meter: &mut Meter,
        text: &mut String,
    ) -> Result<(), EvalError> {
        match self {
            Self::Bool(test) => {
                text.push_str(if test.eval(scope, meter)? { "true" } else { "false" });
            }
            Self::Int(number, _) => push(text, number.eval(scope, meter)?),
            Self::Timestamp(number) => render_time(number.eval(scope, meter)?, text),
            Self::Duration(number) => text.push_str(&render_duration(number.eval(scope, meter)?)),
            Self::Enum(number, of) => render_variant(number.eval(scope, meter)?, of, text),
            Self::Str(string) => quote(&string.eval(scope, meter)?, text),
            Self::List(list, item) => render_list(list, item, scope, meter, text)?,
            Self::Map(_) => text.push_str("a map"),
        }
        Ok(())
    }
}

fn push(text: &mut String, value: impl std::fmt::Display) {
    // Writing to a string can't fail.
    let _ = write!(text, "{value}");
}

pub(super) fn render_list(
    list: &ListExpr,
    item_type: &Type,
    scope: &Scope<'_>,
    meter: &mut Meter,
    text: &mut String,
) -> Result<(), EvalError> {
    let mut count = 0usize;
    text.push('[');
    let _: ControlFlow<()> = list.for_each(scope, meter, &mut |item, _| {
        if count < MAX_ITEMS {
            text.push_str(if count > 0 { ", " } else { "" });
            render(item, item_type, text);
        }
        count += 1;
        Ok(ControlFlow::Continue(()))
    })?;
    if count > MAX_ITEMS {
        push(text, format_args!(", and {} more", count - MAX_ITEMS));
    }
    text.push(']');
    Ok(())
}

/// Appends a value of a known type.
pub(super) fn render(value: Value<'_>, of: &Type, text: &mut String) {
    match (value, of) {
        (Value::Bool(value), _) => push(text, value),
        (Value::Int(value), _) => push(text, value),
        (Value::Str(string), _) => quote(string, text),
        (Value::Enum(index), Type::Enum(of)) => render_variant(i64::from(index), of, text),
        (Value::Enum(index), _) => push(text, index),
        (Value::Timestamp(at), _) => render_time(at, text),
        (Value::Duration(ms), _) => text.push_str(&render_duration(ms)),
        (Value::Record(slots), Type::Record(record)) => render_record(slots, record, text),
        (Value::Null, _) => text.push_str("absent"),
        (Value::List(_), _) => text.push_str("a list"),
        (Value::Map(_), _) => text.push_str("a map"),
        (Value::Record(_), _) => text.push_str("a record"),
    }
}

fn render_record(slots: &[Value<'_>], record: &RecordType, text: &mut String) {
    let mut before = "{";
    for field in record.fields().iter().take(MAX_ITEMS) {
        let value = slots.get(usize::from(field.offset)).copied().unwrap_or(Value::Null);
        let of = match &field.field_type {
            Type::Optional(inner) => inner.as_ref(),
            other => other,
        };
        if value != Value::Null && !matches!(of, Type::Record(_)) {
            text.push_str(before);
            push(text, format_args!("{}: ", field.name));
            render(value, of, text);
            before = ", ";
        }
    }
    text.push_str(if before == "{" { "{}" } else { "}" });
}

fn render_time(ms: i64, text: &mut String) {
    match Timestamp::from_millisecond(ms) {
        Ok(at) => push(text, at),
        Err(_) => push(text, ms),
    }
}

fn render_variant(index: i64, of: &EnumType, text: &mut String) {
    let name = usize::try_from(index).ok().and_then(|index| of.variants().get(index));
    match name {
        Some(name) => quote(name, text),
        None => push(text, index),
    }
}

/// Appends text in quotes, shortened and on one line.
fn quote(string: &str, text: &mut String) {
    let end = string.char_indices().nth(MAX_TEXT).map_or(string.len(), |(at, _)| at);
    let short = string.get(..end).unwrap_or_default();
    text.push('"');
    if short.contains(['"', '\\', '\n']) {
        for c in short.chars() {
            match c {
                '"' => text.push_str("\\\""),
                '\\' => text.push_str("\\\\"),
                '\n' => text.push_str("\\n"),
                other => text.push(other),
            }
        }
    } else {
        text.push_str(short);
    }
    text.push_str(if end < string.len() { "…\"" } else { "\"" });
}
