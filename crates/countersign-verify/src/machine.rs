//! The result as JSON.

use ledger::cosignature::rfc3339;
use ledger::export_dir::{KeySource, Problem, VerifyReport};
use serde_json::{Value, json};

use crate::Outcome;

pub fn render(outcome: &Outcome) -> String {
    let (report, problems, unlisted) = match &outcome.result {
        Ok(report) => (report, Vec::new(), 0),
        Err(failure) => {
            (&failure.report, failure.problems.iter().map(problem).collect(), failure.unlisted)
        }
    };
    let mut result = summary(report);
    if let Value::Object(members) = &mut result {
        members.insert("verified".to_owned(), outcome.result.is_ok().into());
        members.insert("problems".to_owned(), Value::Array(problems));
        members.insert("unlisted_problems".to_owned(), unlisted.into());
        let elapsed_ms = u64::try_from(outcome.elapsed.as_millis()).unwrap_or(u64::MAX);
        members.insert("elapsed_ms".to_owned(), elapsed_ms.into());
    }
    format!("{result:#}\n")
}

fn summary(report: &VerifyReport) -> Value {
    let key_source = report.key_source.map(|source| match source {
        KeySource::Pinned => "pinned",
        KeySource::Export => "export",
    });
    let checkpoint = report.checkpoint.as_ref().map(|checkpoint| {
        json!({"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root})
    });
    json!({
        "checkpoint": checkpoint,
        "checkpoint_note": report.checkpoint_note,
        "key": report.key.as_ref().map(ToString::to_string),
        "key_source": key_source,
        "key_rotations": report.rotations,
        "kept_checkpoints_continued": report.known_continued,
        "time_bound": report.bound.as_ref().map(|bound| json!({
            "entries_below": bound.size, "existed_before": rfc3339(bound.time),
            "witnesses": bound.witnesses,
        })),
        "entries": report.entries,
        "entry_bytes": report.entry_bytes,
        "first_time": report.first_time,
        "last_time": report.last_time,
        "kinds": report.kinds,
        "disclosed": report.disclosed,
        "withheld": report.withheld,
        "signed_votes": report.signed_votes.len(),
        "parsed_every_entry": report.full,
        "exported_at": report.exported_at,
        "tool": report.tool,
        "warnings": report.warnings,
    })
}

fn problem(problem: &Problem) -> Value {
    json!({
        "code": problem.fault.code(),
        "text": problem.to_string(),
        "file": problem.file,
        "first_entry": problem.entries.map(|entries| entries.first),
        "last_entry": problem.entries.map(|entries| entries.last),
        "kind": problem.described.kind,
        "stream": problem.described.stream,
        "time": problem.described.time,
    })
}
