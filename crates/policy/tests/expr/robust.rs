//! No input makes the language panic, hang or answer without a clean check.

use policy::diagnostic::Origin;
use policy::expr::{DEFAULT_STEPS, MAX_SOURCE_BYTES, Row};
use proptest::prelude::*;

use crate::oracle::condition;
use crate::support::{compile, row, schema};

/// Compiles, renders every finding, and evaluates and explains what compiled.
fn exercise(source: &str) {
    let compiled = compile(source);
    for found in compiled.diagnostics(&Origin::whole_file("p.yaml", source)) {
        assert!(found.render(source).starts_with("p.yaml:"));
    }
    if let Some(condition) = compiled.program {
        let schema = schema();
        let slots = row(&schema);
        let _ = condition.evaluate(Row::new(&slots), DEFAULT_STEPS);
        let _ = condition.trace(Row::new(&slots), DEFAULT_STEPS);
        let _ = condition.evaluate(Row::new(&slots[..3]), 10);
    } else {
        assert!(!compiled.findings.is_empty(), "{source:?} was refused without a reason");
    }
}

#[test]
fn d02_deep_and_long_input_is_refused_without_exhausting_the_stack() {
    let cases = [
        "(".repeat(4_000),
        format!("{}true{}", "(".repeat(3_000), ")".repeat(3_000)),
        format!("{}true", "!".repeat(8_000)),
        format!("{}1 > 0", "-".repeat(8_000)),
        format!("1{} > 0", "+1".repeat(4_000)),
        format!("{}1", "true ? 1 : ".repeat(700)),
        format!("a{}", ".a".repeat(4_000)),
        format!("x{}", "[0]".repeat(2_500)),
        format!("{}1{}", "[".repeat(4_000), "]".repeat(4_000)),
        format!("change.title{} == ''", ".lowerAscii()".repeat(600)),
        "1 < ".repeat(2_000) + "1",
    ];
    for source in cases {
        let compiled = compile(&source);
        assert!(compiled.program.is_none());
        let codes: Vec<_> = compiled.findings.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["too_deep"], "{}", &source[..20]);
    }
    let long = format!("true{}", " ".repeat(MAX_SOURCE_BYTES));
    assert_eq!(compile(&long).findings[0].code, "too_long");
    // Long but flat is fine.
    let wide = vec!["risk.score > 1"; 400].join(" && ");
    assert!(compile(&wide).program.is_some());
}

/// Pieces that together make almost valid input.
const PIECES: [&str; 40] = [
    "risk",
    ".",
    "score",
    ">",
    ">=",
    "==",
    "!=",
    "60",
    "&&",
    "||",
    "!",
    "(",
    ")",
    "[",
    "]",
    "?",
    ":",
    "change",
    "kind",
    "'normal'",
    "\"x\"",
    "in",
    "has",
    "title",
    "paths",
    "exists",
    ",",
    "p",
    "+",
    "-",
    "/",
    "%",
    "labels",
    "getOr",
    "now",
    "getHours",
    "'Europe/Berlin'",
    "incident",
    "duration",
    "r'\\d'",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_text_never_panics(source in "\\PC{0,60}") {
        exercise(&source);
    }

    #[test]
    fn random_pieces_never_panic(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24), spaced: bool) {
        exercise(&pieces.join(if spaced { " " } else { "" }));
    }

    #[test]
    fn mutated_valid_input_never_panics(
        source in condition(4),
        cut in any::<prop::sample::Index>(),
        length in 0usize..6,
        insert in "[\\PC]{0,3}",
    ) {
        let chars: Vec<char> = source.chars().collect();
        let at = cut.index(chars.len() + 1);
        let after = (at + length).min(chars.len());
        let mutated: String = chars[..at].iter().copied().chain(insert.chars()).chain(chars[after..].iter().copied()).collect();
        exercise(&mutated);
    }
}
