//! I8: every refusal says which rule, what is missing, who could supply it, and when the next edge
//! is.

use app::change::Asked;
use domain::explanation::{Explanation, Outcome};
use domain::gate::Answer;
use serde_json::Value;

use super::{Found, ensure};
use crate::model::{Entry, Model};

/// Looks at the reasons that are recorded.
///
/// # Errors
/// There are none.
pub fn entry(_model: &Model, entry: &Entry) -> Found {
    if entry.kind != "gate_answered" || entry.text("/answer") == "allow" {
        return Ok(());
    }
    let reasons = entry.data.get("reasons").and_then(Value::as_array);
    ensure(reasons.is_some_and(|r| !r.is_empty()), || "refused without a reason".to_owned())?;
    ensure(!entry.text("/code").is_empty(), || "refused without a code".to_owned())
}

/// Looks at the tree that the caller got.
///
/// # Errors
/// Something is left open.
pub fn answer(asked: &Asked) -> Found {
    let verdict = &asked.verdict;
    // The root and other sums repeat the code of the node below that decided.
    let decides = |node: &&Explanation| {
        let repeated = node.children.iter().flat_map(Explanation::walk);
        node.code == "requirement_missing" && !repeated.into_iter().any(|n| n.code == node.code)
    };
    for node in verdict.explanation.walk().filter(decides) {
        let Some(missing) = &node.missing else {
            return Err(format!("I8: who is missing for {:?}?", node.requirement));
        };
        ensure(missing.count > 0 && missing.candidates >= missing.count, || {
            format!("I8: {} of {} could supply {node:?}", missing.candidates, missing.count)
        })?;
        ensure(!missing.people.is_empty() && node.rule.is_some(), || {
            format!("I8: nobody is named for {node:?}")
        })?;
    }
    let pending = verdict.answer == Answer::Pending && asked.change.is_some();
    let submitted = verdict.code != "not_submitted";
    ensure(!(pending && submitted) || verdict.explanation.next_edge().is_some(), || {
        format!("I8: pending without an end: {verdict:#?}")
    })?;
    ensure(
        verdict.explanation.outcome != Outcome::Satisfied || verdict.answer == Answer::Allow,
        || format!("I8: satisfied and not allowed: {verdict:#?}"),
    )
}
