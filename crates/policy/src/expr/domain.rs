//! What a condition can still be, from the declared variants and ranges alone.
//!
//! Finds conditions that always or never hold. Looks only at tests of one field against
//! constants, so it may miss a contradiction but never reports a false one.

use super::ast::CompareOp;
use super::ir::{BoolExpr, Place};
use super::types::IntRange;

/// Whether the condition can only have one answer (when it has one), and which.
pub(crate) fn decide(test: &BoolExpr) -> Option<bool> {
    match test {
        BoolExpr::Const(value) => Some(*value),
        BoolExpr::Not(inner) => decide(inner).map(|value| !value),
        BoolExpr::And(operands) => decide_all(operands, true),
        BoolExpr::Or(operands) => {
            let negated: Vec<BoolExpr> =
                operands.iter().map(|operand| operand.clone().negated()).collect();
            decide_all(&negated, true).map(|value| !value)
        }
        leaf => decide_all(std::slice::from_ref(leaf), false),
    }
}

/// Whether what satisfies one condition satisfies another: of a conjunction, each part.
pub(crate) fn follows(from: &BoolExpr, to: &BoolExpr) -> bool {
    if let BoolExpr::And(parts) = to {
        return parts.iter().all(|part| follows(from, part));
    }
    decide(&BoolExpr::And(Box::new([from.clone(), to.clone().negated()]))) == Some(false)
}

/// Decides a conjunction. `nested` looks into operands that are not tests of one field.
fn decide_all(operands: &[BoolExpr], nested: bool) -> Option<bool> {
    if nested {
        let decided: Vec<Option<bool>> = operands.iter().map(decide).collect();
        if decided.contains(&Some(false)) {
            return Some(false);
        }
        if decided.iter().all(|value| *value == Some(true)) {
            return Some(true);
        }
    }
    if is_impossible(operands) {
        return Some(false);
    }
    match operands {
        [only] if is_impossible(&[only.clone().negated()]) => Some(true),
        _ => None,
    }
}

/// What is left of one field's values.
enum Left<'p> {
    Ints(IntRange),
    Variants(u64),
    /// The texts that satisfy all tests so far; `None` is every text.
    Texts {
        among: Option<Vec<&'p str>>,
        without: Vec<&'p str>,
    },
    Truth(bool),
}

/// Whether no value of some field satisfies all of these tests together.
fn is_impossible(operands: &[BoolExpr]) -> bool {
    let mut fields: Vec<(Place, Left<'_>)> = Vec::new();
    operands.iter().any(|operand| narrow(&mut fields, operand))
}

/// Applies one test; true when nothing is left of its field.
fn narrow<'p>(fields: &mut Vec<(Place, Left<'p>)>, test: &'p BoolExpr) -> bool {
    match test {
        BoolExpr::Const(value) => !value,
        BoolExpr::And(operands) => operands.iter().any(|operand| narrow(fields, operand)),
        BoolExpr::IntTest { field, op, constant } => {
            let left = entry(fields, field.source.place, || Left::Ints(field.range));
            match left {
                Left::Ints(range) => narrow_ints(range, *op, *constant),
                _ => false,
            }
        }
        BoolExpr::EnumIn { field, mask, full } => {
            let left = entry(fields, field.place, || Left::Variants(*full));
            match left {
                Left::Variants(variants) => {
                    *variants &= mask;
                    *variants == 0
                }
                _ => false,
            }
        }
        BoolExpr::StrIn { field, texts, negated } => {
            let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
            let left =
                entry(fields, field.place, || Left::Texts { among: None, without: Vec::new() });
            match left {
                Left::Texts { among, without } => narrow_texts(among, without, texts, *negated),
                _ => false,
            }
        }
        BoolExpr::Read(field) => narrow_truth(fields, field.place, true),
        BoolExpr::Not(inner) => match inner.as_ref() {
            BoolExpr::Read(field) => narrow_truth(fields, field.place, false),
            _ => false,
        },
        _ => false,
    }
}

fn entry<'f, 'p>(
    fields: &'f mut Vec<(Place, Left<'p>)>,
    place: Place,
    everything: impl FnOnce() -> Left<'p>,
) -> &'f mut Left<'p> {
    let at = fields.iter().position(|(known, _)| *known == place).unwrap_or(fields.len());
    if at == fields.len() {
        fields.push((place, everything()));
    }
    // INVARIANT: `at` is the index of an entry that exists.
    #[expect(clippy::indexing_slicing, reason = "the entry was found or pushed just above")]
    &mut fields[at].1
}

fn narrow_truth(fields: &mut Vec<(Place, Left<'_>)>, place: Place, value: bool) -> bool {
    matches!(entry(fields, place, || Left::Truth(value)), Left::Truth(known) if *known != value)
}

fn narrow_ints(range: &mut IntRange, op: CompareOp, constant: i64) -> bool {
    let below = constant.checked_sub(1);
    let above = constant.checked_add(1);
    let keep = match op {
        CompareOp::Equal => Some(IntRange::new(constant, constant)),
        CompareOp::Less => below.map(|max| IntRange::new(i64::MIN, max)),
        CompareOp::LessEqual => Some(IntRange::new(i64::MIN, constant)),
        CompareOp::Greater => above.map(|min| IntRange::new(min, i64::MAX)),
        CompareOp::GreaterEqual => Some(IntRange::new(constant, i64::MAX)),
        CompareOp::NotEqual => {
            if range.min == constant && range.max == constant {
                return true;
            }
            if range.min == constant {
                range.min = above.unwrap_or(constant);
            } else if range.max == constant {
                range.max = below.unwrap_or(constant);
            }
            return false;
        }
    };
    let Some(keep) = keep else { return true };
    range.min = range.min.max(keep.min);
    range.max = range.max.min(keep.max);
    range.min > range.max
}

fn narrow_texts<'p>(
    among: &mut Option<Vec<&'p str>>,
    without: &mut Vec<&'p str>,
    texts: Vec<&'p str>,
    negated: bool,
) -> bool {
    if negated {
        without.extend(texts);
    } else {
        match among {
            Some(known) => known.retain(|text| texts.contains(text)),
            None => *among = Some(texts),
        }
    }
    match among {
        Some(known) => {
            known.retain(|text| !without.contains(text));
            known.is_empty()
        }
        None => false,
    }
}
