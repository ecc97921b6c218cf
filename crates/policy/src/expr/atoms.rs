//! What a condition tests: every field it compares with constants, and what else it looks at.
//!
//! The constants split a field's values into classes; within one class the condition has one
//! answer. What can't be split this way (arithmetic over two fields, lists of facts, patterns) is
//! reported as opaque, never left out.

use super::ast::CompareOp;
use super::eval::Meter;
use super::ir::{
    BoolExpr, IntExpr, ListExpr, Place, Quantified, Quantifier, Scalar, Source, StrExpr, StrTest,
};
use super::value::{Row, Scope};
use super::{Condition, EvalError};
use crate::diagnostic::Span;

/// A field, or one key of a map field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Subject {
    /// The field in this slot.
    Slot(u16),
    /// The value of this key of the map in this slot.
    Key(u16, String),
    /// Any item of the list of texts in this slot.
    Item(u16),
}

impl Subject {
    /// The slot it is in.
    pub(crate) const fn slot(&self) -> u16 {
        match self {
            Self::Slot(slot) | Self::Key(slot, _) | Self::Item(slot) => *slot,
        }
    }
}

/// A test of one subject against a constant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Test {
    /// Whether it is there, or which variant or truth value it has.
    Value,
    /// A list as a whole: its size, or a member.
    Whole,
    /// Compared with this number.
    Number(i64),
    /// Compared with this text.
    Text(String),
    /// Whether it begins with this text.
    Prefix(String),
    /// Whether it ends with this text.
    Suffix(String),
    /// Whether it contains this text.
    Part(String),
}

/// Everything a condition looks at.
#[derive(Debug, Default)]
pub(crate) struct Atoms {
    /// Its tests of one subject against a constant.
    pub(crate) tests: Vec<(Subject, Test)>,
    /// Parts that depend on more than that.
    pub(crate) opaque: Vec<Span>,
}

impl Condition {
    /// What it tests.
    pub(crate) fn atoms(&self) -> Atoms {
        let mut walk = Walk { atoms: Atoms::default(), items: Vec::new() };
        walk.test(&self.program);
        walk.atoms
    }

    /// The source of one of its parts, for people.
    pub(crate) fn part(&self, span: Span) -> &str {
        self.source.get(span.range()).filter(|part| !part.is_empty()).unwrap_or(&self.source)
    }
}

/// A part of a condition that looks at some fields only.
pub(crate) struct Part<'p>(&'p BoolExpr);

impl Part<'_> {
    /// Its answer for a row.
    pub(crate) fn evaluate(&self, row: Row<'_>) -> Result<bool, EvalError> {
        self.0.eval(&Scope::root(row), &mut Meter::new(super::DEFAULT_STEPS))
    }
}

impl Condition {
    /// The largest parts that look at slots `inside` and at nothing else. `None` when something
    /// looks at these and at others together, so that no part of it can stand alone.
    pub(crate) fn parts_within(&self, inside: &dyn Fn(u16) -> bool) -> Option<Vec<Part<'_>>> {
        let mut parts = Vec::new();
        parts_within(&self.program, inside, &mut parts).then_some(parts)
    }
}

fn parts_within<'p>(
    test: &'p BoolExpr,
    inside: &dyn Fn(u16) -> bool,
    parts: &mut Vec<Part<'p>>,
) -> bool {
    let mut walk = Walk { atoms: Atoms::default(), items: Vec::new() };
    walk.test(test);
    let within = |(subject, _): &(Subject, Test)| inside(subject.slot());
    let Atoms { tests, opaque } = walk.atoms;
    if !tests.iter().any(within) {
        return true;
    }
    if opaque.is_empty() && tests.iter().all(within) {
        parts.push(Part(test));
        return true;
    }
    match test {
        BoolExpr::Not(inner) => parts_within(inner, inside, parts),
        BoolExpr::And(operands) | BoolExpr::Or(operands) => {
            operands.iter().all(|operand| parts_within(operand, inside, parts))
        }
        BoolExpr::If(three) => {
            [&three.0, &three.1, &three.2].into_iter().all(|part| parts_within(part, inside, parts))
        }
        BoolExpr::CompareBool { sides, .. } => {
            parts_within(&sides.0, inside, parts) && parts_within(&sides.1, inside, parts)
        }
        _ => false,
    }
}

/// A walk through a program, with the items of the list macros around.
struct Walk<'p> {
    atoms: Atoms,
    items: Vec<Item<'p>>,
}

/// What the variable of a list macro stands for.
#[derive(Clone, Copy)]
enum Item<'p> {
    Constant(&'p Scalar),
    /// Any item of the list in this slot.
    Of(u16),
}

impl<'p> Walk<'p> {
    fn test(&mut self, test: &'p BoolExpr) {
        match test {
            BoolExpr::Const(_) => {}
            BoolExpr::Read(source) | BoolExpr::Present(source) => self.value(source),
            BoolExpr::EnumIn { field, .. } => self.value(field),
            BoolExpr::Not(inner) => self.test(inner),
            BoolExpr::And(operands) | BoolExpr::Or(operands) => {
                operands.iter().for_each(|operand| self.test(operand));
            }
            BoolExpr::If(parts) => {
                self.test(&parts.0);
                self.test(&parts.1);
                self.test(&parts.2);
            }
            BoolExpr::CompareBool { sides, .. } => {
                self.test(&sides.0);
                self.test(&sides.1);
            }
            BoolExpr::IntTest { field, constant, .. } => {
                self.slot(&field.source, Test::Number(*constant));
            }
            BoolExpr::StrIn { field, texts, .. } => {
                texts.iter().for_each(|text| self.slot(field, Test::Text(text.to_string())));
            }
            BoolExpr::CompareInt { sides, .. } => self.compare_numbers(&sides.0, &sides.1),
            BoolExpr::CompareStr { op, sides } => self.compare_texts(*op, &sides.0, &sides.1),
            BoolExpr::TestStr { test, sides } => self.test_text(*test, &sides.0, &sides.1),
            BoolExpr::HasKey { map, key } => match (map.place, self.constant(key)) {
                (Place::Row(slot), Some(key)) => {
                    self.push(Subject::Key(slot, key.to_owned()), Test::Value);
                }
                _ => self.opaque(map.span),
            },
            BoolExpr::InList { item, list, span } => self.in_list(item, list, *span),
            BoolExpr::Quantified(quantified) => self.quantified(quantified),
            BoolExpr::Matches { span, .. } => self.opaque(*span),
            BoolExpr::Call(call) => self.opaque(call.span),
        }
    }

    fn push(&mut self, subject: Subject, test: Test) {
        self.atoms.tests.push((subject, test));
    }

    fn opaque(&mut self, span: Span) {
        self.atoms.opaque.push(span);
    }

    fn slot(&mut self, source: &Source, test: Test) {
        match source.place {
            Place::Row(slot) => self.push(Subject::Slot(slot), test),
            Place::Item(levels) => match self.item(levels) {
                Some(Item::Of(slot)) => self.push(Subject::Item(slot), test),
                _ => self.opaque(source.span),
            },
            Place::ItemField(..) => self.opaque(source.span),
        }
    }

    fn value(&mut self, source: &Source) {
        self.slot(source, Test::Value);
    }

    fn compare_numbers(&mut self, left: &'p IntExpr, right: &'p IntExpr) {
        let (side, constant) = match (left, right) {
            (side, IntExpr::Const(constant)) | (IntExpr::Const(constant), side) => {
                (side, *constant)
            }
            _ => return self.opaque(Span::default()),
        };
        match side {
            IntExpr::Const(_) => {}
            IntExpr::Read(field) => self.slot(&field.source, Test::Number(constant)),
            // An absent field is a class of its own, so a constant default splits nothing more.
            IntExpr::ReadOr(parts) if matches!(parts.1, IntExpr::Const(_)) => {
                self.slot(&parts.0.source, Test::Number(constant));
            }
            IntExpr::Arithmetic(arithmetic) => self.opaque(arithmetic.span),
            IntExpr::SizeOfList(list, span) => self.whole_list(list, *span),
            IntExpr::Call(call) => self.opaque(call.span),
            IntExpr::If(_) | IntExpr::SizeOfStr(_) | IntExpr::SizeOfMap(_) | IntExpr::ReadOr(_) => {
                self.opaque(Span::default());
            }
        }
    }

    fn compare_texts(&mut self, op: CompareOp, left: &'p StrExpr, right: &'p StrExpr) {
        let (subject, constant) = match (self.constant(left), self.constant(right)) {
            (Some(_), Some(_)) => return,
            (None, Some(constant)) => (self.subject(left), constant),
            (Some(constant), None) => (self.subject(right), constant),
            (None, None) => {
                self.opaque(Span::default());
                return;
            }
        };
        match subject {
            Some(subject) if !op.needs_order() => {
                self.push(subject, Test::Text(constant.to_owned()));
            }
            _ => self.opaque(Span::default()),
        }
    }

    fn test_text(&mut self, test: StrTest, text: &'p StrExpr, wanted: &'p StrExpr) {
        match (self.subject(text), self.constant(wanted)) {
            (Some(subject), Some(wanted)) => {
                let wanted = wanted.to_owned();
                let test = match test {
                    StrTest::StartsWith => Test::Prefix(wanted),
                    StrTest::EndsWith => Test::Suffix(wanted),
                    StrTest::Contains => Test::Part(wanted),
                };
                self.push(subject, test);
            }
            (None, Some(_)) if self.constant(text).is_some() => {}
            _ => self.opaque(Span::default()),
        }
    }

    fn in_list(&mut self, item: &'p Scalar, list: &'p ListExpr, span: Span) {
        let ListExpr::Items(items) = list else {
            return match item {
                Scalar::Str(StrExpr::Const(_)) | Scalar::Int(IntExpr::Const(_), _) => {
                    self.whole_list(list, span);
                }
                _ => self.opaque(span),
            };
        };
        let subject = if let Scalar::Str(text) = item { self.subject(text) } else { None };
        let Some(subject) = subject else { return self.opaque(span) };
        for item in items {
            match item {
                Scalar::Str(StrExpr::Const(text)) => {
                    self.push(subject.clone(), Test::Text(text.to_string()));
                }
                _ => return self.opaque(span),
            }
        }
    }

    /// A test of a list as a whole, such as its size or a member.
    fn whole_list(&mut self, list: &'p ListExpr, span: Span) {
        match list {
            ListExpr::Read(source) => self.slot(source, Test::Whole),
            _ => self.opaque(span),
        }
    }

    /// A macro over constants is looked at once for each of them. One over a list of texts hangs on
    /// which kinds of text are in it.
    fn quantified(&mut self, quantified: &'p Quantified) {
        match &quantified.list {
            ListExpr::Items(items) => {
                for item in items {
                    self.body(Item::Constant(item), quantified);
                }
            }
            ListExpr::Read(Source { place: Place::Row(slot), .. })
                if quantified.quantifier != Quantifier::ExistsOne =>
            {
                let (tests, opaque) = (self.atoms.tests.len(), self.atoms.opaque.len());
                self.body(Item::Of(*slot), quantified);
                if self.atoms.opaque.len() > opaque {
                    self.atoms.tests.truncate(tests);
                    self.atoms.opaque.truncate(opaque);
                    self.opaque(quantified.span);
                }
            }
            _ => self.opaque(quantified.span),
        }
    }

    fn body(&mut self, item: Item<'p>, quantified: &'p Quantified) {
        self.items.push(item);
        self.test(&quantified.body);
        self.items.pop();
    }

    fn item(&self, levels: u8) -> Option<Item<'p>> {
        let at = self.items.len().checked_sub(usize::from(levels) + 1)?;
        self.items.get(at).copied()
    }

    /// The subject a text is read from; a constant default splits nothing more.
    fn subject(&self, text: &StrExpr) -> Option<Subject> {
        match text {
            StrExpr::Read(Source { place: Place::Row(slot), .. }) => Some(Subject::Slot(*slot)),
            StrExpr::Read(Source { place: Place::Item(levels), .. }) => match self.item(*levels)? {
                Item::Of(slot) => Some(Subject::Item(slot)),
                Item::Constant(_) => None,
            },
            StrExpr::ReadOr(parts) => match (&parts.0.place, &parts.1) {
                (Place::Row(slot), StrExpr::Const(_)) => Some(Subject::Slot(*slot)),
                _ => None,
            },
            StrExpr::MapGet { map: Source { place: Place::Row(slot), .. }, key, default } => {
                let fixed = default.as_ref().is_none_or(|d| matches!(**d, StrExpr::Const(_)));
                let key = self.constant(key).filter(|_| fixed)?;
                Some(Subject::Key(*slot, key.to_owned()))
            }
            _ => None,
        }
    }

    fn constant<'s>(&self, text: &'s StrExpr) -> Option<&'s str>
    where
        'p: 's,
    {
        match text {
            StrExpr::Const(text) => Some(text),
            StrExpr::Read(Source { place: Place::Item(levels), .. }) => {
                match self.item(*levels)? {
                    Item::Constant(Scalar::Str(StrExpr::Const(text))) => Some(text),
                    Item::Constant(_) | Item::Of(_) => None,
                }
            }
            _ => None,
        }
    }
}
