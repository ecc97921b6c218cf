//! What expressions mean, as tables.

use policy::expr::{DEFAULT_STEPS, EvalErrorKind, Row, Value, compile_formula};

use crate::support::{answer, compile, row, schema};

#[test]
fn expressions_mean_what_cel_says() {
    let cases = [
        ("risk.score >= 60", true),
        ("60 <= risk.score && risk.score < 72", false),
        ("!(risk.score == 72)", false),
        ("change.kind == 'normal' || change.urgent", true),
        ("change.kind in [\"standard\", \"emergency\"]", false),
        ("!(change.kind in [\"standard\", \"emergency\"])", true),
        ("change.service.criticality >= \"high\"", true),
        ("\"critical\" > change.service.criticality", true),
        ("environment.tier == 'T3' ? risk.score > 70 : risk.score > 90", true),
        ("change.title.startsWith('Raise') && change.title.endsWith(\"Limit\")", true),
        ("change.title.contains('the')", true),
        ("change.title.lowerAscii() == 'raise the limit'", true),
        ("change.title.matches('^Raise .* L')", true),
        ("change.title.size() == 15 && size(change.paths) == 3", true),
        ("'src/main.rs' in change.paths", true),
        ("change.service.name in ['checkout', 'ledger']", true),
        ("change.service.name in change.paths", false),
        ("'team' in change.labels && change.labels['team'] == 'payments'", true),
        ("getOr(change.labels, 'owner', 'nobody') == 'nobody'", true),
        ("change.labels.getOr('pci', 'no') == 'yes'", true),
        ("size(change.labels) == 2", true),
        ("change.paths.exists(p, p.startsWith('db/'))", true),
        ("change.paths.all(p, p.contains('.'))", true),
        ("change.paths.exists_one(p, p.endsWith('.md'))", true),
        ("change.paths.filter(p, p.contains('/')).size() == 2", true),
        ("change.paths.map(p, p.lowerAscii()).exists(p, p == 'readme.md')", true),
        ("'readme.md' in change.paths.map(p, p.lowerAscii())", true),
        ("change.files.exists(f, f.lines > 300 && f.path in change.paths)", true),
        ("change.files.exists(f, has(f.note) && f.note.contains('column'))", true),
        ("change.files.all(f, f.note.orValue('') != 'x')", true),
        ("change.files.map(f, f.lines).exists(n, n % 100 == 10)", true),
        ("change.files.exists(f, change.paths.exists(p, p == f.path))", true),
        ("has(change.ticket) && change.ticket.matches(r'^OPS-\\d+$')", true),
        ("has(change.incident) && change.incident.severity == 1", false),
        ("!has(change.incident) || change.incident.severity > 1", true),
        ("has(change.incident.reference)", false),
        ("change.ticket.orValue('none') == 'OPS-7'", true),
        ("change.batch != 0 && change.total / change.batch == 2", true),
        ("change.batch == 0 || change.total % change.batch == 2", true),
        ("-7 / 2 == -3 && -7 % 2 == -1", true),
        ("2 + 3 * 4 - 1 == 13 && (2 + 3) * 4 == 0x14", true),
        ("change.title + '!' == \"Raise the Limit!\"", true),
        ("now - opened == duration('1h30m')", true),
        ("opened + window < now", true),
        ("now > timestamp('2026-11-23T07:00:00Z')", true),
        ("now.getHours('Europe/Berlin') == 8 && now.getHours() == 7", true),
        ("now.getDayOfWeek('Europe/Berlin') in [1, 2, 3, 4, 5]", true),
        ("now.getDayOfWeek('Pacific/Auckland') == 1", true),
        ("now.getFullYear() == 2026 && now.getMonth() == 10 && now.getDate() == 23", true),
        ("window.getMinutes() == 60", true),
        ("semver.step(change.from_version, change.to_version) == 'patch'", true),
        ("semver.step(change.from_version, change.to_version) <= 'minor'", true),
        ("semver.isStable(change.to_version)", true),
        ("deadline.orValue(now) == now", true),
        ("risk.score > 5 // a comment\n && true", true),
        ("'é'.size() == 1 && '\\u00e9' == 'é'", true),
        ("change.urgent == false", true),
        ("(change.urgent ? 1 : 2) == 2", true),
        ("change.paths.exists(p, p == 'x') || [1, 2].exists(n, n * 2 == 4)", true),
    ];
    for (source, expected) in cases {
        assert_eq!(answer(source), Ok(expected), "{source}");
    }
}

#[test]
fn d02_an_error_is_never_an_answer() {
    use EvalErrorKind::{Missing, Overflow, WrongValue};
    let cases = [
        ("change.batch + 9223372036854775807 > 0", Overflow),
        ("change.batch * 9223372036854775807 > 0 || true", Overflow),
        ("!(change.batch - -9223372036854775807 > 0)", Overflow),
        ("opened + duration('9999999d') > now", Overflow),
        ("semver.compare(change.title, '1.0.0') > 0", WrongValue),
    ];
    for (source, expected) in cases {
        assert_eq!(answer(source), Err(expected), "{source}");
    }
    // What ran and failed is not absorbed by a later operand that would settle the matter.
    assert_eq!(answer("change.batch + 9223372036854775807 > 0 && false"), Err(Overflow));
    // What did not need to run cannot fail.
    assert_eq!(answer("change.urgent && change.batch + 9223372036854775807 > 0"), Ok(false));

    let schema = schema();
    let condition = compile("risk.score > 50 || change.urgent").program.unwrap();
    let mut slots = row(&schema);
    let score = schema.slot("risk.score").unwrap();
    for (value, expected) in [
        (Value::Null, Missing),
        (Value::Str("72"), WrongValue),
        (Value::Duration(72), WrongValue),
        (Value::Int(101), WrongValue),
    ] {
        slots[score] = value;
        let result = condition.evaluate(Row::new(&slots), DEFAULT_STEPS);
        assert_eq!(result.map_err(|error| error.kind), Err(expected), "{value:?}");
    }
    let result = condition.evaluate(Row::new(&[]), DEFAULT_STEPS);
    assert_eq!(result.map_err(|error| error.kind), Err(Missing));
}

#[test]
fn d02_a_variant_the_schema_does_not_know_is_an_error() {
    let schema = schema();
    let mut slots = row(&schema);
    slots[schema.slot("change.kind").unwrap()] = Value::Enum(7);
    for source in ["change.kind == 'normal'", "change.kind != 'normal'"] {
        let condition = compile(source).program.unwrap();
        let result = condition.evaluate(Row::new(&slots), DEFAULT_STEPS);
        assert_eq!(result.map_err(|error| error.kind), Err(EvalErrorKind::WrongValue), "{source}");
    }
}

#[test]
fn d02_the_step_budget_ends_every_evaluation() {
    let schema = schema();
    let mut slots = row(&schema);
    let many = vec![Value::Str("abc"); 1_000];
    slots[schema.slot("change.paths").unwrap()] = Value::List(&many);
    let cubic = "change.paths.all(a, change.paths.all(b, change.paths.all(c, a != 'x')))";
    let condition = compile(cubic).program.unwrap();
    let result = condition.evaluate(Row::new(&slots), DEFAULT_STEPS);
    assert_eq!(result.map_err(|error| error.kind), Err(EvalErrorKind::Budget));
    let linear = compile("change.paths.all(a, a != 'x')").program.unwrap();
    assert_eq!(linear.evaluate(Row::new(&slots), DEFAULT_STEPS), Ok(true));
    let text = "a".repeat(4_000_000);
    slots[schema.slot("change.title").unwrap()] = Value::Str(&text);
    let pattern = compile("change.title.matches('(a+)+b')").program.unwrap();
    let result = pattern.evaluate(Row::new(&slots), DEFAULT_STEPS);
    assert_eq!(result.map_err(|error| error.kind), Err(EvalErrorKind::Budget));
}

#[test]
fn a_formula_knows_its_range() {
    let schema = schema();
    let slots = row(&schema);
    let compiled = compile_formula("size(change.paths) * 5 + risk.score / 10", &schema);
    let formula = compiled.program.expect("a formula");
    assert_eq!(formula.evaluate(Row::new(&slots), DEFAULT_STEPS), Ok(22));
    assert_eq!(formula.range().min, 0);
    let bounded = compile_formula("risk.score / 10 - 3", &schema).program.unwrap();
    assert_eq!((bounded.range().min, bounded.range().max), (-3, 7));
    assert!(compile_formula("change.urgent", &schema).program.is_none());
}

#[test]
fn a_condition_names_the_fields_it_reads() {
    let condition = compile("has(change.ticket) && change.files.exists(f, f.lines > risk.score)")
        .program
        .unwrap();
    let fields: Vec<&str> = condition.fields().collect();
    assert_eq!(fields, ["change.files", "change.ticket", "risk.score"]);
}

#[test]
fn two_conditions_that_exclude_each_other_are_known_to() {
    let pairs = [
        ("risk.score > 80", "risk.score < 20", true),
        ("risk.score > 80", "risk.score < 90", false),
        ("change.kind == 'normal'", "change.kind in ['standard', 'emergency']", true),
        ("environment.name == 'production'", "environment.name == 'staging'", true),
        ("environment.name == 'production'", "environment.name != 'production'", true),
        ("change.urgent", "!change.urgent", true),
        ("change.urgent", "risk.score > 1", false),
    ];
    for (left, right, expected) in pairs {
        let (a, b) = (compile(left).program.unwrap(), compile(right).program.unwrap());
        assert_eq!(a.contradicts(&b), expected, "{left} / {right}");
    }
}
