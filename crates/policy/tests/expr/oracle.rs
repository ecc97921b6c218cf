//! Every answer given here is the answer the `cel` crate gives.
//!
//! Conditions and facts are made at random. Ours may err where CEL absorbs an error; it may never
//! answer differently.

use cel::{Context, Program, Value as CelValue};
use policy::expr::{DEFAULT_STEPS, Row, Schema, Value};
use proptest::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

use crate::support::{compile, row, schema};

const KINDS: [&str; 3] = ["standard", "normal", "emergency"];
const TIERS: [&str; 5] = ["T0", "T1", "T2", "T3", "T4"];

#[derive(Debug, Clone, Serialize)]
struct Incident {
    reference: String,
    severity: i64,
}

#[derive(Debug, Clone, Serialize)]
struct Change {
    kind: &'static str,
    title: String,
    urgent: bool,
    paths: Vec<String>,
    labels: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<Incident>,
    batch: i64,
    total: i64,
}

#[derive(Debug, Clone, Serialize)]
struct Risk {
    score: i64,
}

#[derive(Debug, Clone, Serialize)]
struct Environment {
    tier: &'static str,
}

#[derive(Debug, Clone)]
struct Facts {
    change: Change,
    score: i64,
    tier: &'static str,
}

fn facts() -> impl Strategy<Value = Facts> {
    let text = prop::sample::select(vec!["", "a", "db/x", "Raise", "é", "production"]);
    let number = prop_oneof![-3i64..12, Just(i64::MAX), Just(i64::MIN), Just(-1i64), Just(0i64),];
    let incident = (text.clone(), 1i64..=5)
        .prop_map(|(reference, severity)| Incident { reference: reference.to_owned(), severity });
    let change = (
        prop::sample::select(KINDS.to_vec()),
        text.clone(),
        any::<bool>(),
        prop::collection::vec(text.clone().prop_map(str::to_owned), 0..4),
        prop::collection::btree_map("[ab]", text.clone().prop_map(str::to_owned), 0..3),
        prop::option::of(text.prop_map(str::to_owned)),
        prop::option::of(incident),
        (number.clone(), number),
    );
    (change, 0i64..=100, prop::sample::select(TIERS.to_vec())).prop_map(|(change, score, tier)| {
        let (kind, title, urgent, paths, labels, ticket, incident, (batch, total)) = change;
        let title = title.to_owned();
        let change = Change { kind, title, urgent, paths, labels, ticket, incident, batch, total };
        Facts { change, score, tier }
    })
}

/// A condition in the language both sides share, up to `depth` levels of structure.
pub fn condition(depth: u32) -> impl Strategy<Value = String> {
    leaf().prop_recursive(depth, 24, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} && {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} || {b})")),
            inner.clone().prop_map(|a| format!("!({a})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            (number(), inner.clone(), number(), number())
                .prop_map(|(a, b, c, d)| format!("({b} ? {a} : {c}) >= {d}")),
            inner.clone().prop_map(|a| format!("change.paths.all(p, p == 'a' || {a})")),
            inner.prop_map(|a| format!("change.paths.exists(p, p != 'a' && {a})")),
        ]
    })
}

fn number() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("risk.score".to_owned()),
        Just("change.batch".to_owned()),
        Just("change.total".to_owned()),
        Just("size(change.paths)".to_owned()),
        Just("change.title.size()".to_owned()),
        Just("change.paths.filter(q, q != 'a').size()".to_owned()),
        (-5i64..120).prop_map(|n| n.to_string()),
    ];
    leaf.prop_recursive(2, 6, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} + {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} - {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} * {b})")),
            inner.clone().prop_map(|a| format!("({a} / 3)")),
            inner.clone().prop_map(|a| format!("({a} % -4)")),
            inner.prop_map(|a| format!("(change.batch != 0 ? {a} / change.batch : 1)")),
        ]
    })
}

fn leaf() -> impl Strategy<Value = String> {
    let op = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let equality = prop::sample::select(vec!["==", "!="]);
    let word = prop::sample::select(vec!["", "a", "db/", "Raise", "é", "production"]);
    let text = prop::sample::select(vec![
        "change.title",
        "change.ticket.orElse",
        "(change.title + 'a')",
        "(change.urgent ? change.title : 'db/x')",
    ])
    .prop_filter("is in both languages", |text| !text.contains("orElse"));
    let test = prop::sample::select(vec!["startsWith", "endsWith", "contains", "matches"]);
    prop_oneof![
        (number(), op.clone(), number()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
        (text.clone(), op.clone(), word.clone()).prop_map(|(t, op, w)| format!("{t} {op} '{w}'")),
        (text.clone(), test, word.clone()).prop_map(|(t, test, w)| format!("{t}.{test}('{w}')")),
        (equality.clone(), prop::sample::select(KINDS.to_vec()))
            .prop_map(|(op, kind)| format!("change.kind {op} '{kind}'")),
        (op.clone(), prop::sample::select(TIERS.to_vec()))
            .prop_map(|(op, tier)| format!("environment.tier {op} '{tier}'")),
        prop::sample::subsequence(KINDS.to_vec(), 0..=3)
            .prop_map(|kinds| format!("change.kind in {kinds:?}")),
        (text, word.clone(), word.clone()).prop_map(|(t, a, b)| format!("{t} in ['{a}', '{b}']")),
        word.clone().prop_map(|w| format!("'{w}' in change.paths")),
        word.clone().prop_map(|w| format!("'a' in change.labels && change.labels['a'] != '{w}'")),
        (equality, word.clone())
            .prop_map(|(op, w)| format!("has(change.ticket) && change.ticket {op} '{w}'")),
        (op, 0i64..6).prop_map(|(op, n)| format!(
            "!has(change.incident) || change.incident.severity {op} {n}"
        )),
        word.prop_map(|w| format!("change.paths.exists_one(p, p.contains('{w}'))")),
        Just("change.paths.map(p, p + '/').exists(q, q == 'a/')".to_owned()),
        Just("change.urgent".to_owned()),
        Just("true".to_owned()),
        Just("false".to_owned()),
    ]
}

/// Our answer, when the condition compiles and evaluates.
fn ours(source: &str, facts: &Facts, schema: &Schema) -> Option<bool> {
    let condition = compile(source).program?;
    with_row(facts, schema, &mut |row| condition.evaluate(row, DEFAULT_STEPS).ok())
}

/// Calls `then` with a row of these facts.
fn with_row<T>(facts: &Facts, schema: &Schema, then: &mut dyn FnMut(Row<'_>) -> T) -> T {
    let mut slots = row(schema);
    let paths: Vec<Value<'_>> = facts.change.paths.iter().map(|path| Value::Str(path)).collect();
    let labels: Vec<(&str, &str)> =
        facts.change.labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let kind = KINDS.iter().position(|kind| *kind == facts.change.kind).unwrap_or(0);
    let tier = TIERS.iter().position(|tier| *tier == facts.tier).unwrap_or(0);
    let incident = facts.change.incident.as_ref();
    let values = [
        ("change.kind", Value::Enum(u8::try_from(kind).unwrap())),
        ("change.title", Value::Str(&facts.change.title)),
        ("change.urgent", Value::Bool(facts.change.urgent)),
        ("change.paths", Value::List(&paths)),
        ("change.labels", Value::Map(&labels)),
        ("change.ticket", Value::optional_str(facts.change.ticket.as_deref())),
        ("change.incident", incident.map_or(Value::Null, |_| Value::Bool(true))),
        ("change.incident.reference", Value::optional_str(incident.map(|i| i.reference.as_str()))),
        ("change.incident.severity", Value::optional_int(incident.map(|i| i.severity))),
        ("change.batch", Value::Int(facts.change.batch)),
        ("change.total", Value::Int(facts.change.total)),
        ("risk.score", Value::Int(facts.score)),
        ("environment.tier", Value::Enum(u8::try_from(tier).unwrap())),
    ];
    for (path, value) in values {
        slots[schema.slot(path).unwrap()] = value;
    }
    then(Row::new(&slots))
}

/// Calls `then` with the rows of all these facts.
fn with_rows(
    facts: &[Facts],
    schema: &Schema,
    rows: &mut Vec<Row<'_>>,
    then: &mut dyn FnMut(&[Row<'_>]),
) {
    match facts.split_first() {
        None => then(rows),
        Some((first, rest)) => with_row(first, schema, &mut |row| {
            // The rows so far live longer than this one; all of them live until `then` returns.
            let mut longer: Vec<Row<'_>> = rows.clone();
            longer.push(row);
            with_rows(rest, schema, &mut longer, then);
        }),
    }
}

fn theirs(source: &str, facts: &Facts) -> Result<CelValue, String> {
    let program = Program::compile(source).map_err(|error| error.to_string())?;
    let mut context = Context::default();
    context.add_variable("change", &facts.change).map_err(|error| error.to_string())?;
    context.add_variable("risk", Risk { score: facts.score }).map_err(|error| error.to_string())?;
    context
        .add_variable("environment", Environment { tier: facts.tier })
        .map_err(|error| error.to_string())?;
    program.execute(&context).map_err(|error| error.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_answer_is_cels_answer(source in condition(4), facts in facts()) {
        let schema = schema();
        if let Some(answer) = ours(&source, &facts, &schema) {
            let cel = theirs(&source, &facts);
            prop_assert_eq!(cel, Ok(CelValue::Bool(answer)), "{}", source);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn m7_6_columns_give_the_answer_of_each_row_error_or_not(
        source in condition(4),
        facts in prop::collection::vec(facts(), 1..30),
    ) {
        let schema = schema();
        let Some(condition) = compile(&source).program else { return Ok(()) };
        let one_by_one: Vec<Option<bool>> =
            facts.iter().map(|facts| ours(&source, facts, &schema)).collect();
        let mut together = Vec::new();
        with_rows(&facts, &schema, &mut Vec::new(), &mut |rows| {
            together = condition.evaluate_many(rows);
        });
        prop_assert_eq!(together, one_by_one, "{}", source);
    }
}

#[test]
fn m7_6_columns_keep_to_the_step_budget_of_the_whole_condition() {
    let schema = schema();
    let half = "change.paths.all(p, change.paths.all(q, p != '' || q != ''))";
    let both = format!("({half}) && (change.urgent || change.title == 'x') && ({half})");
    let conditions = [half, &both].map(|source| compile(source).program.unwrap());
    let mut only_half = 0;
    for size in (20..400).step_by(20) {
        let facts = Facts {
            change: Change {
                kind: "normal",
                title: String::new(),
                urgent: true,
                paths: vec!["a".to_owned(); size],
                labels: BTreeMap::new(),
                ticket: None,
                incident: None,
                batch: 0,
                total: 0,
            },
            score: 0,
            tier: "T1",
        };
        with_row(&facts, &schema, &mut |row| {
            let alone = conditions.each_ref().map(|c| c.evaluate(row, DEFAULT_STEPS).ok());
            only_half += usize::from(alone == [Some(true), None]);
            for (condition, alone) in conditions.iter().zip(alone) {
                assert_eq!(condition.evaluate_many(&[row, row]), [alone, alone], "{size}");
            }
        });
    }
    assert!(only_half > 0, "no size is within the budget once and beyond it twice");
}

#[test]
fn most_random_conditions_compile_and_answer() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let schema = schema();
    let mut answered = 0;
    for _ in 0..500 {
        let source = condition(4).new_tree(&mut runner).unwrap().current();
        let facts = facts().new_tree(&mut runner).unwrap().current();
        answered += usize::from(ours(&source, &facts, &schema).is_some());
    }
    assert!(answered > 350, "only {answered} of 500 gave an answer; the oracle test is weak");
}
