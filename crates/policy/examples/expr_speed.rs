//! Nanoseconds per rule: 20 rules over 10,000 records, on one thread.
//!
//! `cargo run --release -p policy --example expr_speed`

use std::hint::black_box;
use std::time::Instant;

use policy::expr::{
    Condition, DEFAULT_STEPS, EnumType, IntRange, RecordType, Row, Schema, SchemaError, Type,
    Value, compile_condition,
};

const RECORDS: usize = 10_000;
const PASSES: usize = 9;

const RULES: [&str; 20] = [
    "environment.tier >= 'T3'",
    "risk.score >= 60",
    "change.kind == 'emergency'",
    "change.service.criticality in ['high', 'critical'] && environment.tier >= 'T3'",
    "change.urgent && risk.score > 40",
    "change.paths.exists(p, p.startsWith('db/migrate/'))",
    "'pci' in change.tags",
    "'sox' in change.tags && change.kind != 'standard'",
    "change.lines > 500 || change.files > 50",
    "change.service.name in ['ledger', 'payments', 'checkout']",
    "change.team == 'platform' && risk.score < 20",
    "change.kind == 'standard' && change.tests_passed && risk.score < 30",
    "change.paths.all(p, p.endsWith('.md'))",
    "environment.name == 'production' && change.lines > 100",
    "has(change.ticket) && change.ticket.startsWith('OPS-')",
    "!has(change.ticket) && environment.tier >= 'T2'",
    "change.files > 0 && change.lines / change.files > 40",
    "change.title.contains('hotfix')",
    "risk.score >= 80 || (change.urgent && change.service.criticality == 'critical')",
    "change.tags.exists(t, t == 'gdpr' || t == 'hipaa')",
];

fn schema() -> Result<Schema, SchemaError> {
    let kind = EnumType::new("change_type", &["standard", "normal", "emergency"])?;
    let level = EnumType::ordered("criticality", &["low", "medium", "high", "critical"])?;
    let tier = EnumType::ordered("tier", &["T0", "T1", "T2", "T3", "T4"])?;
    let int = || Type::Int(IntRange::new(0, 1_000_000));
    let strings = || Type::List(Box::new(Type::String));
    let service = RecordType::new().field("name", Type::String, "")?.field(
        "criticality",
        Type::Enum(level),
        "",
    )?;
    let change = RecordType::new()
        .field("kind", Type::Enum(kind), "")?
        .field("title", Type::String, "")?
        .field("urgent", Type::Bool, "")?
        .field("tests_passed", Type::Bool, "")?
        .field("team", Type::String, "")?
        .field("paths", strings(), "")?
        .field("tags", strings(), "")?
        .field("lines", int(), "")?
        .field("files", int(), "")?
        .field("ticket", Type::Optional(Box::new(Type::String)), "")?
        .field("service", Type::Record(service.into()), "")?;
    let risk = RecordType::new().field("score", Type::Int(IntRange::new(0, 100)), "")?;
    let environment =
        RecordType::new().field("name", Type::String, "")?.field("tier", Type::Enum(tier), "")?;
    Ok(Schema::new(
        RecordType::new()
            .field("change", Type::Record(change.into()), "")?
            .field("risk", Type::Record(risk.into()), "")?
            .field("environment", Type::Record(environment.into()), "")?,
    ))
}

/// A small deterministic generator (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(usize::try_from(self.below(from.len() as u64)).unwrap_or(0)).copied()
    }

    fn text(&mut self, from: &[&'static str]) -> Value<'static> {
        Value::optional_str(self.pick(from))
    }

    fn int(&mut self, limit: u64) -> Value<'static> {
        Value::Int(i64::try_from(self.below(limit)).unwrap_or(0))
    }

    fn variant(&mut self, limit: u64) -> Value<'static> {
        Value::Enum(u8::try_from(self.below(limit)).unwrap_or(0))
    }
}

fn list(random: &mut Random, from: &[&'static str]) -> Vec<Value<'static>> {
    let count = random.below(5) + 1;
    (0..count).map(|_| random.text(from)).collect()
}

fn fill<'a>(
    schema: &Schema,
    random: &mut Random,
    lists: &'a (Vec<Value<'a>>, Vec<Value<'a>>),
) -> Vec<Value<'a>> {
    let titles = ["Raise limit", "hotfix: rounding", "Bump library", "Rename column"];
    let mut row = vec![Value::Null; schema.width()];
    let ticket = match random.below(2) {
        0 => Value::Null,
        _ => random.text(&["OPS-1", "PAY-7"]),
    };
    let values = [
        ("change.kind", random.variant(3)),
        ("change.title", random.text(&titles)),
        ("change.urgent", Value::Bool(random.below(8) == 0)),
        ("change.tests_passed", Value::Bool(random.below(4) > 0)),
        ("change.team", random.text(&["platform", "payments", "risk"])),
        ("change.paths", Value::List(&lists.0)),
        ("change.tags", Value::List(&lists.1)),
        ("change.lines", random.int(1_000)),
        ("change.files", random.int(60)),
        ("change.ticket", ticket),
        ("change.service.name", random.text(&["ledger", "checkout", "search", "mail"])),
        ("change.service.criticality", random.variant(4)),
        ("risk.score", random.int(101)),
        ("environment.name", random.text(&["production", "staging", "dev"])),
        ("environment.tier", random.variant(5)),
    ];
    for (path, value) in values {
        if let Some(slot) = schema.slot(path).and_then(|slot| row.get_mut(slot)) {
            *slot = value;
        }
    }
    row
}

fn main() -> Result<(), SchemaError> {
    let schema = schema()?;
    let compiling = Instant::now();
    let rules: Vec<Condition> =
        RULES.iter().filter_map(|rule| compile_condition(rule, &schema).program).collect();
    println!("compiled {} of {} rules in {:?}", rules.len(), RULES.len(), compiling.elapsed());

    let mut random = Random(7);
    let paths = ["src/main.rs", "db/migrate/7.sql", "README.md", "docs/a.md", "web/app.ts"];
    let tags = ["pci", "sox", "gdpr", "frontend", "batch", "mobile"];
    let lists: Vec<_> =
        (0..RECORDS).map(|_| (list(&mut random, &paths), list(&mut random, &tags))).collect();
    let rows: Vec<_> = lists.iter().map(|lists| fill(&schema, &mut random, lists)).collect();

    let evaluations = (rules.len() * rows.len()) as f64;
    let mut best = f64::MAX;
    let mut fired = 0usize;
    for _ in 0..PASSES {
        let started = Instant::now();
        fired = 0;
        for row in &rows {
            for rule in &rules {
                let answer = rule.evaluate(black_box(Row::new(row)), DEFAULT_STEPS);
                fired += usize::from(answer == Ok(true));
            }
        }
        best = best.min(started.elapsed().as_nanos() as f64 / evaluations);
    }
    println!("{best:.1} ns per rule, {:.0} ns per record; {fired} fired", best * 20.0);

    let started = Instant::now();
    let traced: usize = rows
        .iter()
        .take(200)
        .flat_map(|row| rules.iter().map(|rule| rule.trace(Row::new(row), DEFAULT_STEPS)))
        .map(|trace| trace.tests().len())
        .sum();
    let each = started.elapsed().as_nanos() as f64 / (200.0 * rules.len() as f64);
    println!("{each:.0} ns per explained rule ({traced} tests)");
    Ok(())
}
