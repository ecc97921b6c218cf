//! The columnar evaluator: one condition over a batch of rows.
//!
//! It knows `&&`, `||`, `!` and `?:`, and nothing else. Every other part of a condition is answered by
//! the row evaluator ([`super::eval`]), once for each value of the one slot it reads; the answer
//! is kept in a table by the value's code. A part that reads several slots is asked row by row. So
//! there is one meaning of every test, and this file can't have another.
//!
//! Order and strictness are those of the row evaluator: a part is asked only for rows whose answer
//! is still open, and an error in anything that was asked is `unknown`.

use super::columns::{BATCH, Coding, Column, Mask};
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

/// Up to [`BATCH`] rows of some columns.
#[derive(Clone, Copy)]
pub(crate) struct Batch<'a> {
    /// The columns by slot; those that no condition reads may be empty.
    pub(crate) columns: &'a [Column<'a>],
    /// The first row.
    pub(crate) from: usize,
    /// Codes mean the same in batches of the same number.
    pub(crate) epoch: u32,
}

impl<'a> Batch<'a> {
    /// The values of some slots of a row; the others are absent.
    pub(crate) fn row(&self, n: usize, slots: &[u16]) -> Vec<Value<'a>> {
        let mut row = vec![Value::Null; self.columns.len()];
        for slot in slots.iter().map(|slot| usize::from(*slot)) {
            if let (Some(place), Some(column)) = (row.get_mut(slot), self.columns.get(slot)) {
                *place = column.value(self.from + n);
            }
        }
        row
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
    /// What it reads.
    slots: Vec<u16>,
    /// Answers by code, where it reads one slot.
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
                let values = batch.row(row, &self.slots);
                let scope = Scope::root(Row::new(&values));
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
        let mut codings: Vec<Coding<'_>> =
            std::iter::repeat_with(Coding::default).take(width).collect();
        for row in rows {
            for (slot, coding) in (0..).zip(&mut codings) {
                coding.push(row.get(slot).unwrap_or(Value::Null));
            }
        }
        let columns: Vec<Column<'_>> = codings.iter().map(Coding::column).collect();
        let mut all = Vec::with_capacity(rows.len());
        for (n, chunk) in rows.chunks(BATCH).enumerate() {
            let batch = Batch { columns: &columns, from: n * BATCH, epoch: 1 };
            let answers = columnar.evaluate(batch, Mask::first(chunk.len()));
            all.extend(
                (0..chunk.len())
                    .map(|row| (!answers.unknown.has(row)).then(|| answers.yes.has(row))),
            );
        }
        all
    }
}

impl Shape {
    fn new(expr: &BoolExpr) -> Self {
        let read: Vec<u16> = slots(expr).into_iter().collect();
        let test =
            |slots| Self::Test(Test { expr: expr.clone(), slots, table: Vec::new(), epoch: 0 });
        let all = |operands: &[BoolExpr]| operands.iter().map(Self::new).collect();
        match (read.len(), expr) {
            (_, BoolExpr::Const(value)) => Self::Const(*value),
            (1, _) => test(read),
            (_, BoolExpr::Not(inner)) => Self::Not(Box::new(Self::new(inner))),
            (_, BoolExpr::And(operands)) => Self::And(all(operands)),
            (_, BoolExpr::Or(operands)) => Self::Or(all(operands)),
            (_, BoolExpr::If(parts)) => {
                let [condition, then, otherwise] = [&parts.0, &parts.1, &parts.2].map(Self::new);
                Self::If(Box::new([condition, then, otherwise]))
            }
            _ => test(read),
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
        let batch = pass.batch;
        if batch.epoch != self.epoch {
            self.epoch = batch.epoch;
            self.table.clear();
        }
        let column = match self.slots.as_slice() {
            [slot] => batch.columns.get(usize::from(*slot)).copied(),
            _ => None,
        };
        let mut answers = Answers { yes: Mask::NONE, unknown: Mask::NONE };
        for row in among.rows() {
            let code = column.and_then(|column| column.code(batch.from + row));
            let known = match code.and_then(|code| usize::try_from(code).ok()) {
                Some(code) => match self.table.get(code) {
                    Some(known) if *known != Known::Open => *known,
                    _ => self.learn(code, batch, row, pass.steps),
                },
                None => self.ask(batch, row, pass.steps),
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
    fn learn(&mut self, code: usize, batch: Batch<'_>, row: usize, steps: u32) -> Known {
        let known = self.ask(batch, row, steps);
        if self.table.len() <= code {
            self.table.resize(code.saturating_add(BATCH), Known::Open);
        }
        if let Some(place) = self.table.get_mut(code) {
            *place = known;
        }
        known
    }

    fn ask(&self, batch: Batch<'_>, row: usize, steps: u32) -> Known {
        let values = batch.row(row, &self.slots);
        match self.expr.eval(&Scope::root(Row::new(&values)), &mut Meter::new(steps)) {
            Ok(true) => Known::Yes,
            Ok(false) => Known::No,
            Err(error) if error.kind == EvalErrorKind::Budget => Known::Heavy,
            Err(_) => Known::Unknown,
        }
    }
}
