//! Mistakes that never load, and what is said about them.

use crate::support::{compile, findings};

/// (source, code, marked text, part of the help)
type Case = (&'static str, &'static str, &'static str, &'static str);

fn check_all(cases: &[Case]) {
    for (source, code, marked, help) in cases {
        let found = findings(source);
        assert!(compile(source).program.is_none(), "{source} compiled");
        assert!(
            found.iter().any(|(c, m, h)| c == code && m == marked && h.contains(help)),
            "{source}: {found:?}"
        );
    }
}

#[test]
fn d03_an_unknown_name_is_refused_with_a_suggestion() {
    check_all(&[
        ("risc.score > 3", "unknown_name", "risc", "`risk`"),
        ("score > 3", "unknown_name", "score", "`risk.score`"),
        (
            "change.service.critcality == 'low'",
            "unknown_field",
            "critcality",
            "`change.service.criticality`",
        ),
        ("change.zzz", "unknown_field", "zzz", "kind, title"),
        ("change.kind == 'emergncy'", "unknown_variant", "'emergncy'", "\"emergency\""),
        ("change.kind in ['standard', 'norml']", "unknown_variant", "'norml'", "\"normal\""),
        ("change.title.startWith('x')", "unknown_function", "startWith", "`startsWith`"),
        ("change.paths.exist(p, p == '')", "unknown_function", "exist", "`exists`"),
        ("now.getHours('Europe/Berln') > 3", "unknown_zone", "'Europe/Berln'", "Europe/Berlin"),
        ("requiredApproverCount == 2", "unknown_name", "requiredApproverCount", "known here"),
        ("change.labels.team == 'x'", "unknown_field", "team", "getOr(change.labels"),
    ]);
}

#[test]
fn d02_what_could_be_undefined_does_not_load() {
    check_all(&[
        ("change.ticket == 'x'", "unguarded", "change.ticket", "has(change.ticket) &&"),
        ("has(change.ticket) || change.ticket == 'x'", "unguarded", "change.ticket", ""),
        (
            "change.incident.severity > 1",
            "unguarded",
            "change.incident.severity",
            "has(change.incident)",
        ),
        ("change.labels['team'] == 'x'", "unguarded", "change.labels['team']", "getOr("),
        (
            "'team' in change.labels && change.labels['tem'] == ''",
            "unguarded",
            "change.labels['tem']",
            "",
        ),
        ("change.paths[0] == 'x'", "unguarded", "change.paths[0]", "exists"),
        (
            "change.total / change.batch > 1",
            "unchecked_division",
            "change.batch",
            "change.batch != 0 &&",
        ),
        ("change.total % (change.batch - 1) > 1", "unchecked_division", "(change.batch - 1)", ""),
        (
            "change.batch == 0 && change.total / change.batch > 1",
            "unchecked_division",
            "change.batch",
            "",
        ),
        ("1 / 0 == 1", "unchecked_division", "0", ""),
        ("9223372036854775807 + 1 > 0", "overflow", "9223372036854775807 + 1", ""),
        ("change.files.exists(f, f.note == 'x')", "unguarded", "f.note", "has(f.note)"),
        (
            "change.files.exists(f, has(f.note)) && change.files.all(f, f.note == '')",
            "unguarded",
            "f.note",
            "",
        ),
    ]);
}

#[test]
fn d03_mixed_types_do_not_load() {
    check_all(&[
        ("risk.score > '60'", "type_mismatch", "risk.score > '60'", "write 60 without quotes"),
        ("change.title == 3", "type_mismatch", "change.title == 3", "\"3\""),
        ("change.title", "type_mismatch", "change.title", "compare it"),
        ("risk.score && true", "type_mismatch", "risk.score", "> 0"),
        ("change.kind > 'normal'", "type_mismatch", "change.kind > 'normal'", "=="),
        ("change.kind == change.title", "type_mismatch", "change.kind == change.title", "literal"),
        (
            "change.kind == change.service.criticality",
            "type_mismatch",
            "change.kind == change.service.criticality",
            "",
        ),
        (
            "now > '2026-11-22T00:00:00Z'",
            "type_mismatch",
            "now > '2026-11-22T00:00:00Z'",
            "timestamp(",
        ),
        ("now + 5 > now", "type_mismatch", "now + 5", "duration("),
        ("3 in change.paths", "type_mismatch", "3 in change.paths", ""),
        (
            "'a' in change.title",
            "type_mismatch",
            "'a' in change.title",
            "change.title.contains('a')",
        ),
        ("change.paths.contains('x')", "type_mismatch", "change.paths", "'x' in change.paths"),
        ("change.paths == ['x']", "unsupported", "change.paths == ['x']", ""),
        ("[1, 'a'].exists(x, true)", "type_mismatch", "'a'", ""),
        ("change.service == 'x'", "type_mismatch", "change.service", "fields"),
        (
            "change.title.matches(change.service.name)",
            "literal_needed",
            "change.title.matches(change.service.name)",
            "",
        ),
        ("change.title.matches('(')", "bad_pattern", "'('", ""),
        ("now.getHours(change.title) == 1", "literal_needed", "change.title", ""),
        ("change.paths.exists(change, true)", "shadowed_name", "change", ""),
        ("duration('soon') == window", "bad_literal", "'soon'", "1h30m"),
        ("(true ? 1 : 'a') == 1", "type_mismatch", "(true ? 1 : 'a')", ""),
        ("size(risk.score) > 1", "type_mismatch", "risk.score", ""),
    ]);
}

#[test]
fn d03_syntax_of_other_languages_is_refused_with_what_to_write() {
    check_all(&[
        ("risk.score = 3", "syntax", "=", "=="),
        ("risk.score > 3 and true", "syntax", "and", "&&"),
        ("not change.urgent", "syntax", "not", "!"),
        ("change.urgent & true", "syntax", "&", "&&"),
        ("risk.score > 1.5", "unsupported", "1.5", "whole numbers"),
        ("risk.score <> 3", "syntax", "<>", "!="),
        ("change.ticket == null", "unsupported", "null", "has("),
        ("change.title == 'x", "syntax", "'x", ""),
        ("", "syntax", "", ""),
        ("risk.score >", "syntax", "", ""),
        ("(risk.score > 1", "syntax", "", ""),
        ("risk.score > 1)", "syntax", ")", ""),
        ("change.title == '\\q'", "syntax", "\\q", ""),
        ("risk.score > 99999999999999999999", "number_range", "99999999999999999999", ""),
    ]);
}

#[test]
fn conditions_with_one_answer_are_warned_about() {
    let cases = [
        ("risk.score > 100", "always_false", "risk.score > 100"),
        ("risk.score >= 0", "always_true", "risk.score >= 0"),
        (
            "risk.score > 80 && risk.score < 20",
            "always_false",
            "risk.score > 80 && risk.score < 20",
        ),
        ("risk.score > 20 || risk.score < 80", "always_true", "risk.score > 20 || risk.score < 80"),
        (
            "change.kind == 'normal' && change.kind == 'standard'",
            "always_false",
            "change.kind == 'normal' && change.kind == 'standard'",
        ),
        (
            "change.kind != 'normal' || change.kind != 'standard'",
            "always_true",
            "change.kind != 'normal' || change.kind != 'standard'",
        ),
        (
            "change.kind in ['standard', 'normal', 'emergency']",
            "always_true",
            "change.kind in ['standard', 'normal', 'emergency']",
        ),
        ("change.title in []", "always_false", "change.title in []"),
        ("1 > 2", "always_false", "1 > 2"),
        ("has(change.title)", "always_true", "has(change.title)"),
        ("change.urgent && !change.urgent", "always_false", "change.urgent && !change.urgent"),
    ];
    for (source, code, marked) in cases {
        let found = findings(source);
        assert!(compile(source).program.is_some(), "{source} is only worth a warning: {found:?}");
        let wanted = (code, marked.to_owned());
        let codes: Vec<_> = found.iter().map(|(c, m, _)| (*c, m.clone())).collect();
        assert_eq!(codes, [wanted], "{source}");
    }
    for source in ["true", "risk.score > 99", "change.kind == 'normal' || change.urgent"] {
        assert!(findings(source).is_empty(), "{source}: {:?}", findings(source));
    }
}

#[test]
fn every_wrong_operand_is_reported_at_once() {
    let found = findings("risc.score > 1 && change.kind == 'x' && change.title > 3");
    let codes: Vec<_> = found.iter().map(|(code, ..)| *code).collect();
    assert_eq!(codes, ["unknown_name", "unknown_variant", "type_mismatch"]);
}
