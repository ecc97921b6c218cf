//! Why a condition held or did not: every test of its boolean structure, with the values it saw.
//!
//! Prepared when an expression is compiled, run only when somebody asks. Must give the same answer
//! as the evaluator; a test compares them.

use std::ops::ControlFlow;

use serde::Serialize;

use super::check::Node;
use super::error::EvalError;
use super::eval::Meter;
use super::ir::{BoolExpr, ListExpr, Quantified, Quantifier};
use super::render::{render, render_list};
use super::types::Type;
use super::value::{Row, Scope};
use crate::diagnostic::Span;

/// The result of one condition or of a part of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Holds,
    /// It does not hold.
    Fails,
    /// It gave no answer, which blocks; the text says why.
    Error(String),
    /// It did not need to run, and shows nothing because it could not have run.
    NotReached,
}

/// How the parts of a condition make up its outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Structure {
    /// A single test.
    Test,
    /// All parts have to hold (`&&`).
    All,
    /// One part has to hold (`||`).
    Any,
    /// The part must not hold (`!`).
    Not,
    /// If the first part holds the second counts, else the third (`?:`).
    Choice,
}

/// A value that a test saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeenValue {
    /// The source text it belongs to, such as `risk.score`.
    pub text: String,
    /// The value, rendered: numbers plain, text in quotes, lists in brackets.
    pub value: String,
}

/// An explained condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// The source text of this part.
    pub text: String,
    /// Its place in the expression.
    pub span: Span,
    /// How its parts combine.
    pub structure: Structure,
    /// What came out.
    pub outcome: Outcome,
    /// Whether the outcome of the whole condition took it into account. A part after one that
    /// settled the matter is shown with its values but was not needed.
    pub counted: bool,
    /// What the test saw.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<SeenValue>,
    /// The parts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Trace>,
}

impl Trace {
    /// The single tests, in source order.
    #[must_use]
    pub fn tests(&self) -> Vec<&Self> {
        if self.structure == Structure::Test {
            return vec![self];
        }
        self.parts.iter().flat_map(Self::tests).collect()
    }
}

/// How to explain a part of a condition; made while checking.
#[derive(Debug, Clone)]
pub(crate) struct TraceNode {
    span: Span,
    structure: Structure,
    test: BoolExpr,
    shown: Vec<Shown>,
    parts: Vec<TraceNode>,
    /// Type of the items, when the test is a list macro.
    pub(crate) item: Option<Type>,
}

/// An operand worth showing.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) span: Span,
    pub(crate) node: Node,
}

impl TraceNode {
    pub(crate) const fn test(span: Span, test: BoolExpr, shown: Vec<Shown>) -> Self {
        Self { span, structure: Structure::Test, test, shown, parts: Vec::new(), item: None }
    }

    fn group(span: Span, structure: Structure, parts: Vec<Self>) -> Self {
        let test = BoolExpr::Const(false);
        Self { span, structure, test, shown: Vec::new(), parts, item: None }
    }

    pub(crate) fn all(span: Span, parts: Vec<Self>) -> Self {
        Self::group(span, Structure::All, parts)
    }

    pub(crate) fn any(span: Span, parts: Vec<Self>) -> Self {
        Self::group(span, Structure::Any, parts)
    }

    pub(crate) fn not(span: Span, part: Self) -> Self {
        Self::group(span, Structure::Not, vec![part])
    }

    pub(crate) fn choice(span: Span, parts: [Self; 3]) -> Self {
        Self::group(span, Structure::Choice, parts.into())
    }

    /// Runs every test, also those the evaluator would not need, each with its own step budget.
    /// The outcome of the whole is the evaluator's `answer`.
    pub(crate) fn run(
        &self,
        source: &str,
        row: Row<'_>,
        steps: u32,
        answer: Result<bool, EvalError>,
    ) -> Trace {
        let mut trace = self.explain(source, &Scope::root(row), steps);
        trace.settle(true);
        trace.outcome = outcome_of(answer);
        trace
    }

    /// Appends every test in one line, without building a tree. A part that could not have run is
    /// left out. Returns the outcome; `None` is an error.
    pub(crate) fn describe(
        &self,
        source: &str,
        row: Row<'_>,
        steps: u32,
        reached: bool,
        text: &mut String,
    ) -> Option<bool> {
        let mut part = |index: usize, reached: bool| {
            let part = self.parts.get(index)?;
            part.describe(source, row, steps, reached, text)
        };
        let stops_at = match self.structure {
            Structure::Test => return self.describe_test(source, row, steps, reached, text),
            Structure::Not => return part(0, reached).map(|holds| !holds),
            Structure::Choice => {
                let test = part(0, reached);
                let then = part(1, reached && test == Some(true));
                let otherwise = part(2, reached && test == Some(false));
                return if test? { then } else { otherwise };
            }
            Structure::All => false,
            Structure::Any => true,
        };
        let mut outcome = Some(!stops_at);
        for index in 0..self.parts.len() {
            let open = outcome == Some(!stops_at);
            let holds = part(index, reached && open);
            if open {
                outcome = holds;
            }
        }
        outcome
    }

    fn describe_test(
        &self,
        source: &str,
        row: Row<'_>,
        steps: u32,
        reached: bool,
        text: &mut String,
    ) -> Option<bool> {
        let scope = Scope::root(row);
        let meter = &mut Meter::new(steps);
        let outcome = self.test.eval(&scope, meter);
        if outcome.is_err() && !reached {
            return None;
        }
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(source.get(self.span.range()).unwrap_or_default());
        if let Err(error) = &outcome {
            text.push_str(" (");
            text.push_str(&error.to_string());
            text.push_str(") ?");
            return None;
        }
        let opened = text.len();
        text.push_str(" (");
        let first = text.len();
        for shown in &self.shown {
            let before = text.len();
            if before > first {
                text.push_str(", ");
            }
            if shown.node.write(&scope, meter, text).is_err() {
                text.truncate(before);
            }
        }
        if let Some(seen) = self.witness(&scope, meter) {
            text.push_str(if text.len() > first { ", " } else { "" });
            text.push_str(&seen.value);
        }
        if text.len() > first {
            text.push(')');
        } else {
            text.truncate(opened);
        }
        text.push_str(if outcome == Ok(true) { " ✓" } else { " ✗" });
        outcome.ok()
    }

    fn explain(&self, source: &str, scope: &Scope<'_>, steps: u32) -> Trace {
        let text = source.get(self.span.range()).unwrap_or_default().to_owned();
        let parts: Vec<Trace> =
            self.parts.iter().map(|part| part.explain(source, scope, steps)).collect();
        let (outcome, values) = match self.structure {
            Structure::Test => {
                let meter = &mut Meter::new(steps);
                let outcome = outcome_of(self.test.eval(scope, meter));
                let values = match outcome {
                    Outcome::Error(_) => Vec::new(),
                    _ => self.values(source, scope, meter),
                };
                (outcome, values)
            }
            Structure::All => (first_not(&parts, &Outcome::Holds), Vec::new()),
            Structure::Any => (first_not(&parts, &Outcome::Fails), Vec::new()),
            Structure::Not => (negate(parts.first()), Vec::new()),
            Structure::Choice => (choose(&parts), Vec::new()),
        };
        Trace {
            text,
            span: self.span,
            structure: self.structure,
            outcome,
            counted: true,
            values,
            parts,
        }
    }

    fn values(&self, source: &str, scope: &Scope<'_>, meter: &mut Meter) -> Vec<SeenValue> {
        let mut values: Vec<SeenValue> = self
            .shown
            .iter()
            .filter_map(|shown| {
                let text = source.get(shown.span.range()).unwrap_or_default().to_owned();
                let mut value = String::new();
                shown.node.write(scope, meter, &mut value).ok()?;
                Some(SeenValue { text, value })
            })
            .collect();
        let seen = self.witness(scope, meter).or_else(|| self.whole_list(source, scope, meter));
        values.extend(seen);
        values
    }

    /// The list of a list macro that no single item settled.
    fn whole_list(&self, source: &str, scope: &Scope<'_>, meter: &mut Meter) -> Option<SeenValue> {
        let (BoolExpr::Quantified(quantified), Some(item)) = (&self.test, &self.item) else {
            return None;
        };
        let ListExpr::Read(read) = &quantified.list else { return None };
        let mut value = String::new();
        render_list(&quantified.list, item, scope, meter, &mut value).ok()?;
        let text = source.get(read.span.range())?.to_owned();
        Some(SeenValue { text, value })
    }

    fn witness(&self, scope: &Scope<'_>, meter: &mut Meter) -> Option<SeenValue> {
        match (&self.test, &self.item) {
            (BoolExpr::Quantified(quantified), Some(item)) => {
                witness(quantified, item, scope, meter)
            }
            _ => None,
        }
    }
}

/// The outcome of the first part that is not `wanted`, else `wanted`.
fn first_not(parts: &[Trace], wanted: &Outcome) -> Outcome {
    parts
        .iter()
        .map(|part| &part.outcome)
        .find(|outcome| *outcome != wanted)
        .unwrap_or(wanted)
        .clone()
}

fn negate(part: Option<&Trace>) -> Outcome {
    match part.map(|part| &part.outcome) {
        Some(Outcome::Holds) => Outcome::Fails,
        Some(Outcome::Fails) => Outcome::Holds,
        Some(other) => other.clone(),
        None => Outcome::NotReached,
    }
}

fn choose(parts: &[Trace]) -> Outcome {
    match parts {
        [test, then, otherwise] => match &test.outcome {
            Outcome::Holds => then.outcome.clone(),
            Outcome::Fails => otherwise.outcome.clone(),
            other => other.clone(),
        },
        _ => Outcome::NotReached,
    }
}

fn outcome_of(result: Result<bool, EvalError>) -> Outcome {
    match result {
        Ok(true) => Outcome::Holds,
        Ok(false) => Outcome::Fails,
        Err(error) => Outcome::Error(error.to_string()),
    }
}

impl Trace {
    /// Marks what the outcome rests on, and clears errors of parts that were never needed.
    fn settle(&mut self, counted: bool) {
        self.counted = counted;
        if !counted && matches!(self.outcome, Outcome::Error(_)) {
            self.outcome = Outcome::NotReached;
        }
        let stops = match self.structure {
            Structure::All => Some(Outcome::Holds),
            Structure::Any => Some(Outcome::Fails),
            Structure::Choice => return self.settle_choice(counted),
            Structure::Test | Structure::Not => None,
        };
        let mut open = counted;
        for part in &mut self.parts {
            let goes_on = stops.as_ref().is_none_or(|wanted| part.outcome == *wanted);
            part.settle(open);
            open = open && goes_on;
        }
    }

    fn settle_choice(&mut self, counted: bool) {
        if let [test, then, otherwise] = self.parts.as_mut_slice() {
            let (first, second) = (test.outcome == Outcome::Holds, test.outcome == Outcome::Fails);
            test.settle(counted);
            then.settle(counted && first);
            otherwise.settle(counted && second);
        }
    }
}

/// The first item that settled a list macro: the one that matched, or the one that did not.
fn witness(
    quantified: &Quantified,
    item_type: &Type,
    scope: &Scope<'_>,
    meter: &mut Meter,
) -> Option<SeenValue> {
    let wanted = quantified.quantifier != Quantifier::All;
    let mut found = None;
    let walked = quantified.list.for_each(scope, meter, &mut |item, meter| {
        if quantified.body.eval(&scope.with_item(item), meter)? == wanted {
            let mut value = String::new();
            render(item, item_type, &mut value);
            found = Some(value);
            return Ok(ControlFlow::Break(()));
        }
        Ok(ControlFlow::Continue(()))
    });
    if walked.is_err() {
        return None;
    }
    let text = if wanted { "matching item" } else { "item that does not match" };
    found.map(|value| SeenValue { text: text.to_owned(), value })
}
