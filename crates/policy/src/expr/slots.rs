//! Which slots of the row a program reads.

use std::collections::BTreeSet;

use super::ir::{BoolExpr, Call, IntExpr, ListExpr, Place, Scalar, Source, StrExpr};

/// The slots a test reads, whatever its answer hangs on.
pub(crate) fn slots(test: &BoolExpr) -> BTreeSet<u16> {
    let mut found = BTreeSet::new();
    truth(test, &mut found);
    found
}

fn place(source: &Source, found: &mut BTreeSet<u16>) {
    if let Place::Row(slot) = source.place {
        found.insert(slot);
    }
}

fn truth(test: &BoolExpr, found: &mut BTreeSet<u16>) {
    match test {
        BoolExpr::Const(_) => {}
        BoolExpr::Read(source) | BoolExpr::Present(source) => place(source, found),
        BoolExpr::EnumIn { field, .. } | BoolExpr::StrIn { field, .. } => place(field, found),
        BoolExpr::IntTest { field, .. } => place(&field.source, found),
        BoolExpr::Not(inner) => truth(inner, found),
        BoolExpr::And(operands) | BoolExpr::Or(operands) => {
            operands.iter().for_each(|operand| truth(operand, found));
        }
        BoolExpr::If(parts) => {
            [&parts.0, &parts.1, &parts.2].into_iter().for_each(|part| truth(part, found));
        }
        BoolExpr::CompareInt { sides, .. } => {
            number(&sides.0, found);
            number(&sides.1, found);
        }
        BoolExpr::CompareStr { sides, .. } | BoolExpr::TestStr { sides, .. } => {
            text(&sides.0, found);
            text(&sides.1, found);
        }
        BoolExpr::CompareBool { sides, .. } => {
            truth(&sides.0, found);
            truth(&sides.1, found);
        }
        BoolExpr::Matches { subject, .. } => text(subject, found),
        BoolExpr::InList { item, list: of, .. } => {
            scalar(item, found);
            list(of, found);
        }
        BoolExpr::HasKey { map, key } => {
            place(map, found);
            text(key, found);
        }
        BoolExpr::Quantified(quantified) => {
            list(&quantified.list, found);
            truth(&quantified.body, found);
        }
        BoolExpr::Call(of) => call(of, found),
    }
}

fn number(of: &IntExpr, found: &mut BTreeSet<u16>) {
    match of {
        IntExpr::Const(_) => {}
        IntExpr::Read(field) => place(&field.source, found),
        IntExpr::Arithmetic(arithmetic) => {
            number(&arithmetic.left, found);
            number(&arithmetic.right, found);
        }
        IntExpr::If(parts) => {
            truth(&parts.0, found);
            number(&parts.1, found);
            number(&parts.2, found);
        }
        IntExpr::SizeOfStr(of) => text(of, found),
        IntExpr::SizeOfList(of, _) => list(of, found),
        IntExpr::SizeOfMap(map) => place(map, found),
        IntExpr::ReadOr(parts) => {
            place(&parts.0.source, found);
            number(&parts.1, found);
        }
        IntExpr::Call(of) => call(of, found),
    }
}

fn text(of: &StrExpr, found: &mut BTreeSet<u16>) {
    match of {
        StrExpr::Const(_) => {}
        StrExpr::Read(source) => place(source, found),
        StrExpr::Concat(parts, _) => {
            text(&parts.0, found);
            text(&parts.1, found);
        }
        StrExpr::Lower(inner, _) => text(inner, found),
        StrExpr::If(parts) => {
            truth(&parts.0, found);
            text(&parts.1, found);
            text(&parts.2, found);
        }
        StrExpr::MapGet { map, key, default } => {
            place(map, found);
            text(key, found);
            default.iter().for_each(|default| text(default, found));
        }
        StrExpr::ReadOr(parts) => {
            place(&parts.0, found);
            text(&parts.1, found);
        }
    }
}

fn list(of: &ListExpr, found: &mut BTreeSet<u16>) {
    match of {
        ListExpr::Read(source) => place(source, found),
        ListExpr::Items(items) => items.iter().for_each(|item| scalar(item, found)),
        ListExpr::Filter(parts, ..) => {
            list(&parts.0, found);
            truth(&parts.1, found);
        }
        ListExpr::Map(parts, ..) => {
            list(&parts.0, found);
            scalar(&parts.1, found);
        }
    }
}

fn scalar(of: &Scalar, found: &mut BTreeSet<u16>) {
    match of {
        Scalar::Bool(of) => truth(of, found),
        Scalar::Int(of, _) => number(of, found),
        Scalar::Str(of) => text(of, found),
    }
}

fn call(of: &Call, found: &mut BTreeSet<u16>) {
    of.args.iter().for_each(|argument| scalar(argument, found));
}
