//! Errors for people: what went wrong, why, and what to do next.

use api_types::Problem;
use client::ClientError;

use super::tree::{self, Depth};
use super::{Line, Out};
use crate::clock;
use crate::exit::Failure;

/// Shows an error on standard error; with `--json`, a problem document on standard output.
pub fn show(out: &Out, error: &anyhow::Error) {
    let problem = error.downcast_ref::<ClientError>().and_then(ClientError::problem);
    if out.json {
        let document = problem.cloned().unwrap_or_else(|| local_problem(error));
        let _ = out.json(&document);
        return;
    }
    out.notes(&lines(error, problem));
}

/// An error of this side, in the same form as the server's.
fn local_problem(error: &anyhow::Error) -> Problem {
    let unknown = error.downcast_ref::<ClientError>().is_some_and(ClientError::is_unknown);
    let code = if unknown { "unreachable" } else { "client_error" };
    let mut problem = Problem::new(500, code, "The command failed", format!("{error:#}"));
    problem.next_actions = next(error);
    problem
}

fn next(error: &anyhow::Error) -> Vec<String> {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.next.clone();
    }
    match error.downcast_ref::<ClientError>() {
        Some(ClientError::Problem(problem)) => problem.next_actions.clone(),
        Some(ClientError::Unreachable { .. }) => vec![
            "this is not a no: whether it is approved is unknown".to_owned(),
            "check --server (or COUNTERSIGN_SERVER) and that the server runs".to_owned(),
        ],
        Some(ClientError::Protocol { .. }) => {
            vec!["check that --server is a Countersign server, and its version".to_owned()]
        }
        Some(ClientError::Sandbox { .. }) => vec![
            "ask the real server: --server URL".to_owned(),
            "or say that you mean to play in the sandbox: --sandbox".to_owned(),
        ],
        Some(ClientError::Server { .. }) | None => Vec::new(),
    }
}

fn lines(error: &anyhow::Error, problem: Option<&Problem>) -> Vec<Line> {
    // Errors of our crates are fragments that fit here; all others are whole.
    let fragment = problem.is_none() && error.downcast_ref::<ClientError>().is_some();
    let words = if fragment { "failed to " } else { "" };
    let message = format!("{words}{error:#}");
    let mut lines = vec![Line::new().bad("error: ").plain(message)];
    if let Some(problem) = problem {
        for field in &problem.fields {
            lines.push(Line::indented(2).bold(&field.field).plain(": ").plain(&field.message));
        }
        if let Some(reasons) = &problem.reasons {
            lines.extend(tree::parts(reasons, Depth::Relevant, clock::now()));
        }
    }
    lines.extend(next(error).iter().map(|action| Line::indented(2).info("→ ").plain(action)));
    if let Some(problem) = problem {
        let origin =
            format!("{} ({}, request {})", problem.code, problem.status, problem.request_id);
        lines.push(Line::indented(2).dim(origin));
    }
    lines
}
