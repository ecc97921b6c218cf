//! Explanations: what each test saw.

use policy::expr::{DEFAULT_STEPS, Outcome, Row, Trace};
use proptest::prelude::*;

use crate::oracle::condition;
use crate::support::{compile, row, schema};

fn trace(source: &str) -> Trace {
    let schema = schema();
    let row = row(&schema);
    compile(source).program.expect(source).trace(Row::new(&row), DEFAULT_STEPS)
}

/// One line per test: text, what it saw, and the outcome.
fn lines(source: &str) -> Vec<String> {
    let trace = trace(source);
    let line = |test: &&Trace| {
        let seen: Vec<String> =
            test.values.iter().map(|seen| format!("{} is {}", seen.text, seen.value)).collect();
        let mark = match &test.outcome {
            Outcome::Holds => "✓".to_owned(),
            Outcome::Fails => "✗".to_owned(),
            Outcome::Error(error) => format!("! {error}"),
            Outcome::NotReached => "·".to_owned(),
        };
        let counted = if test.counted { "" } else { " (not needed)" };
        format!("{} ({}) {mark}{counted}", test.text, seen.join(", "))
    };
    trace.tests().iter().map(line).collect()
}

#[test]
fn m4_2_each_test_shows_the_values_that_matched() {
    assert_eq!(lines("risk.score >= 60"), ["risk.score >= 60 (risk.score is 72) ✓"]);
    assert_eq!(
        lines("change.kind == 'emergency' || environment.tier in ['T3', 'T4']"),
        [
            "change.kind == 'emergency' (change.kind is \"normal\") ✗",
            "environment.tier in ['T3', 'T4'] (environment.tier is \"T3\") ✓",
        ]
    );
    assert_eq!(
        lines("change.paths.exists(p, p.startsWith('db/'))"),
        ["change.paths.exists(p, p.startsWith('db/')) (matching item is \"db/migrate/7.sql\") ✓"]
    );
    assert_eq!(
        lines("change.files.all(f, f.lines < 100)"),
        [
            "change.files.all(f, f.lines < 100) (item that does not match is {path: \"db/migrate/7.sql\", lines: 310, note: \"drops a column\"}) ✗"
        ]
    );
    assert_eq!(
        lines("now - opened > window"),
        ["now - opened > window (now - opened is 1h30m, window is 1h) ✓"]
    );
}

#[test]
fn a_part_that_was_not_needed_is_shown_and_marked() {
    assert_eq!(
        lines("risk.score > 90 && change.batch > 3"),
        [
            "risk.score > 90 (risk.score is 72) ✗",
            "change.batch > 3 (change.batch is 4) ✓ (not needed)",
        ]
    );
    assert_eq!(
        lines("has(change.incident) && change.incident.severity > 2"),
        ["has(change.incident) () ✗", "change.incident.severity > 2 () · (not needed)"]
    );
}

#[test]
fn d02_an_error_is_shown_where_it_happened() {
    assert_eq!(
        lines("change.batch + 9223372036854775807 > 0 && change.urgent"),
        [
            "change.batch + 9223372036854775807 > 0 () ! the result is out of range",
            "change.urgent () ✗ (not needed)",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn an_explanation_agrees_with_the_answer(source in condition(4)) {
        let schema = schema();
        let slots = row(&schema);
        if let Some(condition) = compile(&source).program {
            let answer = condition.evaluate(Row::new(&slots), DEFAULT_STEPS);
            let trace = condition.trace(Row::new(&slots), DEFAULT_STEPS);
            let computed = recompute(&trace);
            let expected = match answer {
                Ok(true) => Some(true),
                Ok(false) => Some(false),
                Err(_) => None,
            };
            prop_assert_eq!(computed, expected, "{}", source);
        }
    }
}

/// The outcome from the outcomes of the single tests alone, as a reader would work it out.
fn recompute(trace: &Trace) -> Option<bool> {
    use policy::expr::Structure::{All, Any, Choice, Not, Test};
    match trace.structure {
        Test => match trace.outcome {
            Outcome::Holds => Some(true),
            Outcome::Fails => Some(false),
            Outcome::Error(_) | Outcome::NotReached => None,
        },
        All => trace
            .parts
            .iter()
            .find(|part| recompute(part) != Some(true))
            .map_or(Some(true), recompute),
        Any => trace
            .parts
            .iter()
            .find(|part| recompute(part) != Some(false))
            .map_or(Some(false), recompute),
        Not => recompute(&trace.parts[0]).map(|value| !value),
        Choice => match recompute(&trace.parts[0]) {
            Some(true) => recompute(&trace.parts[1]),
            Some(false) => recompute(&trace.parts[2]),
            None => None,
        },
    }
}
