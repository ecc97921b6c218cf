//! The columnar evaluator: one condition over a batch of rows.
//!
//! It knows `&&`, `||`, `!` and `?:`, and nothing else. Every other part of a condition is answered by
//! the row evaluator ([`super::eval`]), once for each value of the one slot it reads; the answer
//! is kept in a table by the value's code. A part that reads several slots is asked row by row. So
//! there is one meaning of every test, and this file can't have another.
//!
//! Order and strictness are those of the row evaluator: a part is asked only for rows whose answer
//! is still open, and an error in anything that was asked is `unknown`.

use super::columns::{BATCH, Column, Mask};
use super::error::EvalErrorKind;
use super::eval::Meter;
use super::ir::BoolExpr;
use super::slots::slots;
use super::value::{Row, Scope, Value};
use super::{Condition, DEFAULT_STEPS};

/// How a condition came out for each row of a batch; rows in neither mask are `false`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answers {
    pub(crate) yes: Mask,
    pub(crate) unknown: Mask,
}

/// The facts of up to [`BATCH`] changes, as rows and as columns.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    /// The rows, one after the other.
    pub(crate) values: &'a [Value<'a>],
    /// Slots of a row.
    pub(crate) width: usize,
    /// The columns by slot. Only those that some condition reads are filled.
    pub(crate) columns: &'a [Column],
}

impl<'a> Batch<'a> {
    fn row(&self, n: usize) -> Row<'a> {
        let from = n.saturating_mul(self.width);
        Row::new(self.values.get(from..from.saturating_add(self.width)).unwrap_or(&[]))
    }
}

/// A condition made ready for batches.
#[derive(Debug)]
pub(crate) struct Columnar {
    shape: Shape,
    whole: BoolExpr,
    /// Steps one test may take so that all together stay within the budget of a condition.
    steps: u32,
    slots: Vec<u16>,
}

#[derive(Debug)]
enum Shape {
    Const(bool),
    Test(Test),
    Not(Box<Shape>),
    And(Vec<Shape>),
    Or(Vec<Shape>),
    If(Box<[Shape; 3]>),
}

#[derive(Debug)]
struct Test {
    expr: BoolExpr,
    /// The one slot it reads, if it is only one.
    slot: Option<u16>,
    /// Answers by code.
    table: Vec<Known>,
    epoch: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Known {
    #[default]
    Open,
    No,
    Yes,
    Unknown,
    /// It takes many steps: whether the budget lasts, only the whole condition can say.
    Heavy,
}

/// One evaluation's rows that have an answer, and those the row evaluator has to answer.
struct Pass<'a> {
    batch: Batch<'a>,
    steps: u32,
    heavy: Mask,
}

impl Columnar {
    pub(crate) fn new(condition: &Condition) -> Self {
        let shape = Shape::new(&condition.program);
        let tests = u32::try_from(shape.tests()).unwrap_or(u32::MAX).max(1);
        Self {
            shape,
            whole: condition.program.clone(),
            steps: DEFAULT_STEPS / tests,
            slots: slots(&condition.program).into_iter().collect(),
        }
    }

    /// The slots it reads.
    pub(crate) fn slots(&self) -> impl Iterator<Item = u16> + '_ {
        self.slots.iter().copied()
    }

    /// Its answers for some rows of a batch.
    pub(crate) fn evaluate(&mut self, batch: Batch<'_>, among: Mask) -> Answers {
        let mut pass = Pass { batch, steps: self.steps, heavy: Mask::NONE };
        let mut answers = self.shape.evaluate(&mut pass, among);
        if !pass.heavy.is_empty() {
            answers.yes = answers.yes.without(pass.heavy);
            answers.unknown = answers.unknown.without(pass.heavy);
            for row in pass.heavy.rows() {
                let scope = Scope::root(batch.row(row));
                match self.whole.eval(&scope, &mut Meter::new(DEFAULT_STEPS)) {
                    Ok(true) => answers.yes.set(row),
                    Ok(false) => {}
                    Err(_) => answers.unknown.set(row),
                }
            }
        }
        answers
    }
}

impl Condition {
    /// The answers for many rows of one width, as the columnar evaluator gives them; `None` is an
    /// error. They are those of [`Condition::evaluate`] with [`DEFAULT_STEPS`].
    #[must_use]
    pub fn evaluate_many(&self, rows: &[Row<'_>]) -> Vec<Option<bool>> {
        let mut columnar = Columnar::new(self);
        let width = rows.iter().map(Row::width).max().unwrap_or(0);
        let mut columns: Vec<Column> =
            std::iter::repeat_with(Column::default).take(width).collect();
        let mut all = Vec::with_capacity(rows.len());
        for chunk in rows.chunks(BATCH) {
            let mut values = Vec::with_capacity(width * chunk.len());
            for row in chunk {
                values.extend((0..width).map(|slot| {
                    u16::try_from(slot).ok().and_then(|slot| row.get(slot)).unwrap_or(Value::Null)
                }));
            }
            fill(&mut columns, &columnar.slots, &values, width);
            let batch = Batch { values: &values, width, columns: &columns };
            let answers = columnar.evaluate(batch, Mask::first(chunk.len()));
            all.extend(
                (0..chunk.len())
                    .map(|row| (!answers.unknown.has(row)).then(|| answers.yes.has(row))),
            );
        }
        all
    }
}

/// Codes the values of some slots of a batch.
pub(crate) fn fill(columns: &mut [Column], slots: &[u16], values: &[Value<'_>], width: usize) {
    for slot in slots.iter().map(|slot| usize::from(*slot)) {
        if let Some(column) = columns.get_mut(slot) {
            column.begin();
            values.iter().skip(slot).step_by(width.max(1)).for_each(|value| column.push(*value));
        }
    }
}

impl Shape {
    fn new(expr: &BoolExpr) -> Self {
        let read = slots(expr);
        let test =
            |slot| Self::Test(Test { expr: expr.clone(), slot, table: Vec::new(), epoch: 0 });
        let all = |operands: &[BoolExpr]| operands.iter().map(Self::new).collect();
        match (read.len(), expr) {
            (_, BoolExpr::Const(value)) => Self::Const(*value),
            (1, _) => test(read.first().copied()),
            (_, BoolExpr::Not(inner)) => Self::Not(Box::new(Self::new(inner))),
            (_, BoolExpr::And(operands)) => Self::And(all(operands)),
            (_, BoolExpr::Or(operands)) => Self::Or(all(operands)),
            (_, BoolExpr::If(parts)) => {
                let [condition, then, otherwise] = [&parts.0, &parts.1, &parts.2].map(Self::new);
                Self::If(Box::new([condition, then, otherwise]))
            }
            _ => test(None),
        }
    }

    fn tests(&self) -> usize {
        match self {
            Self::Const(_) => 0,
            Self::Test(_) => 1,
            Self::Not(inner) => inner.tests(),
            Self::And(operands) | Self::Or(operands) => operands.iter().map(Self::tests).sum(),
            Self::If(parts) => parts.iter().map(Self::tests).sum(),
        }
    }

    fn evaluate(&mut self, pass: &mut Pass<'_>, among: Mask) -> Answers {
        match self {
            Self::Const(value) => {
                Answers { yes: if *value { among } else { Mask::NONE }, unknown: Mask::NONE }
            }
            Self::Test(test) => test.evaluate(pass, among),
            Self::Not(inner) => {
                let Answers { yes, unknown } = inner.evaluate(pass, among);
                Answers { yes: among.without(yes).without(unknown), unknown }
            }
            Self::And(operands) => {
                let mut answers = Answers { yes: among, unknown: Mask::NONE };
                for operand in operands {
                    let one = operand.evaluate(pass, answers.yes);
                    answers.yes = one.yes;
                    answers.unknown = answers.unknown.or(one.unknown);
                }
                answers
            }
            Self::Or(operands) => {
                let mut answers = Answers { yes: Mask::NONE, unknown: Mask::NONE };
                let mut open = among;
                for operand in operands {
                    let one = operand.evaluate(pass, open);
                    answers.yes = answers.yes.or(one.yes);
                    answers.unknown = answers.unknown.or(one.unknown);
                    open = open.without(one.yes).without(one.unknown);
                }
                answers
            }
            Self::If(parts) => {
                let [condition, then, otherwise] = parts.as_mut();
                let chosen = condition.evaluate(pass, among);
                let then = then.evaluate(pass, chosen.yes);
                let rest = among.without(chosen.yes).without(chosen.unknown);
                let otherwise = otherwise.evaluate(pass, rest);
                Answers {
                    yes: then.yes.or(otherwise.yes),
                    unknown: chosen.unknown.or(then.unknown).or(otherwise.unknown),
                }
            }
        }
    }
}

impl Test {
    fn evaluate(&mut self, pass: &mut Pass<'_>, among: Mask) -> Answers {
        let mut answers = Answers { yes: Mask::NONE, unknown: Mask::NONE };
        let column = self.slot.and_then(|slot| pass.batch.columns.get(usize::from(slot)));
        if let Some(column) = column.filter(|column| column.epoch() != self.epoch) {
            self.epoch = column.epoch();
            self.table.clear();
        }
        let codes = column.map_or(&[][..], Column::codes);
        for row in among.rows() {
            let known = match codes.get(row).and_then(|code| usize::try_from(*code).ok()) {
                Some(code) => match self.table.get(code) {
                    Some(known) if *known != Known::Open => *known,
                    _ => self.learn(code, pass.batch.row(row), pass.steps),
                },
                None => self.ask(pass.batch.row(row), pass.steps),
            };
            match known {
                Known::Yes => answers.yes.set(row),
                Known::Open | Known::No => {}
                Known::Unknown => answers.unknown.set(row),
                // Left out of the way of the parts that follow; the whole is asked afterwards.
                Known::Heavy => {
                    answers.unknown.set(row);
                    pass.heavy.set(row);
                }
            }
        }
        answers
    }

    #[cold]
    fn learn(&mut self, code: usize, row: Row<'_>, steps: u32) -> Known {
        let known = self.ask(row, steps);
        if self.table.len() <= code {
            self.table.resize(code.saturating_add(BATCH), Known::Open);
        }
        if let Some(place) = self.table.get_mut(code) {
            *place = known;
        }
        known
    }

    fn ask(&self, row: Row<'_>, steps: u32) -> Known {
        match self.expr.eval(&Scope::root(row), &mut Meter::new(steps)) {
            Ok(true) => Known::Yes,
            Ok(false) => Known::No,
            Err(error) if error.kind == EvalErrorKind::Budget => Known::Heavy,
            Err(_) => Known::Unknown,
        }
    }
}
