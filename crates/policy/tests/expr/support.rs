//! One schema and one row that the tests share.

use policy::expr::{
    Compiled, Condition, DEFAULT_STEPS, EnumType, EvalError, EvalErrorKind, IntRange, RecordType,
    Row, Schema, Type, Value, compile_condition,
};

pub const FULL: Type = Type::Int(IntRange::FULL);

pub fn record(fields: &[(&str, Type)]) -> RecordType {
    fields.iter().fold(RecordType::new(), |record, (name, of)| {
        record.field(name, of.clone(), "").expect("a legal field")
    })
}

fn nested(fields: &[(&str, Type)]) -> Type {
    Type::Record(record(fields).into())
}

fn optional(of: Type) -> Type {
    Type::Optional(Box::new(of))
}

pub fn schema() -> Schema {
    let kind = EnumType::new("change_type", &["standard", "normal", "emergency"]).unwrap();
    let level = EnumType::ordered("criticality", &["low", "medium", "high", "critical"]).unwrap();
    let tier = EnumType::ordered("tier", &["T0", "T1", "T2", "T3", "T4"]).unwrap();
    let strings = Type::List(Box::new(Type::String));
    let file = nested(&[("path", Type::String), ("lines", FULL), ("note", optional(Type::String))]);
    let incident =
        nested(&[("reference", Type::String), ("severity", Type::Int(IntRange::new(1, 5)))]);
    Schema::new(record(&[
        (
            "change",
            nested(&[
                ("kind", Type::Enum(kind)),
                ("title", Type::String),
                ("urgent", Type::Bool),
                ("paths", strings),
                ("labels", Type::Map),
                ("ticket", optional(Type::String)),
                ("incident", optional(incident)),
                ("files", Type::List(Box::new(file))),
                ("service", nested(&[("name", Type::String), ("criticality", Type::Enum(level))])),
                ("batch", FULL),
                ("total", FULL),
                ("from_version", Type::String),
                ("to_version", Type::String),
            ]),
        ),
        ("risk", nested(&[("score", Type::Int(IntRange::new(0, 100)))])),
        ("environment", nested(&[("name", Type::String), ("tier", Type::Enum(tier))])),
        ("now", Type::Timestamp),
        ("opened", Type::Timestamp),
        ("window", Type::Duration),
        ("deadline", optional(Type::Timestamp)),
    ]))
}

const PATHS: [Value<'static>; 3] =
    [Value::Str("db/migrate/7.sql"), Value::Str("src/main.rs"), Value::Str("README.md")];
const FILE_A: [Value<'static>; 3] = [Value::Str("src/main.rs"), Value::Int(12), Value::Null];
const FILE_B: [Value<'static>; 3] =
    [Value::Str("db/migrate/7.sql"), Value::Int(310), Value::Str("drops a column")];
const FILES: [Value<'static>; 2] = [Value::Record(&FILE_A), Value::Record(&FILE_B)];

/// Monday 2026-11-23 at 08:30 in Berlin.
pub const NOW_MS: i64 = 1_795_419_000_000;

pub fn row(schema: &Schema) -> Vec<Value<'static>> {
    let mut slots = vec![Value::Null; schema.width()];
    let values = [
        ("change.kind", Value::Enum(1)),
        ("change.title", Value::Str("Raise the Limit")),
        ("change.urgent", Value::Bool(false)),
        ("change.paths", Value::List(&PATHS)),
        ("change.labels", Value::Map(&[("pci", "yes"), ("team", "payments")])),
        ("change.ticket", Value::Str("OPS-7")),
        ("change.files", Value::List(&FILES)),
        ("change.service.name", Value::Str("checkout")),
        ("change.service.criticality", Value::Enum(2)),
        ("change.batch", Value::Int(4)),
        ("change.total", Value::Int(10)),
        ("change.from_version", Value::Str("1.4.2")),
        ("change.to_version", Value::Str("1.4.3")),
        ("risk.score", Value::Int(72)),
        ("environment.name", Value::Str("production")),
        ("environment.tier", Value::Enum(3)),
        ("now", Value::Timestamp(NOW_MS)),
        ("opened", Value::Timestamp(NOW_MS - 5_400_000)),
        ("window", Value::Duration(3_600_000)),
    ];
    for (path, value) in values {
        slots[schema.slot(path).expect("a path of the schema")] = value;
    }
    slots
}

pub fn compile(source: &str) -> Compiled<Condition> {
    compile_condition(source, &schema())
}

/// Compiles and evaluates against the shared row.
pub fn answer(source: &str) -> Result<bool, EvalErrorKind> {
    let compiled = compile(source);
    let Some(condition) = compiled.program else {
        panic!("{source} does not compile: {:?}", compiled.findings);
    };
    let schema = schema();
    let row = row(&schema);
    condition.evaluate(Row::new(&row), DEFAULT_STEPS).map_err(|error: EvalError| error.kind)
}

/// The code, marked text and help of every finding.
pub fn findings(source: &str) -> Vec<(&'static str, String, String)> {
    let found = compile(source).findings;
    found
        .into_iter()
        .map(|finding| {
            let marked = source.get(finding.span.range()).unwrap_or("<outside>").to_owned();
            (finding.code, marked, finding.help.unwrap_or_default())
        })
        .collect()
}
