//! A change record for people, and changes in a table.

use api_types::changes::{Change, ChangeSummary, State};
use api_types::explanation::Missing;
use jiff::Timestamp;

use super::line::{Line, Style};
use super::time::{moment, relative};
use super::tree::{self, Depth};

const fn state_style(state: State) -> Style {
    match state {
        State::Approved | State::Completed | State::Closed => Style::Good,
        State::Draft | State::Assessing | State::AwaitingApproval | State::Implementing => {
            Style::Warn
        }
        State::Rejected | State::Cancelled | State::Expired | State::Superseded => Style::Bad,
    }
}

/// `1 more of cab: Ada or Bob; 1 more of peer: Cy`.
pub fn missing_words(missing: &[Missing]) -> String {
    missing.iter().map(tree::needs).collect::<Vec<_>>().join("; ")
}

/// A whole change.
pub fn lines(change: &Change, depth: Depth, now: Timestamp) -> Vec<Line> {
    let mut lines = header(change, now);
    deploys(change, now, &mut lines);
    if let Some(assessment) = &change.assessment {
        lines.push(heading("risk"));
        let risk = &assessment.risk;
        lines.push(Line::indented(2).plain(format!(
            "{} ({} points, {} of them from the matrix), approval level {}",
            risk.level, risk.score, risk.matrix_points, assessment.level
        )));
        for factor in risk.factors.iter().filter(|f| f.points != 0) {
            lines.push(
                Line::indented(2)
                    .plain(format!("{:+} {}", factor.points, factor.name))
                    .dim(format!("  {}", factor.why)),
            );
        }
    }
    if let Some(schedule) = &change.schedule {
        lines.extend(super::schedule::lines(schedule, now));
    }
    lines.push(heading("approval"));
    for line in tree::parts(&change.explanation, depth, now) {
        lines.push(Line::indented(2).append(line));
    }
    votes(change, now, &mut lines);
    history(change, now, &mut lines);
    you(change, &mut lines);
    lines
}

fn heading(words: &str) -> Line {
    Line::new().dim(words)
}

fn header(change: &Change, now: Timestamp) -> Vec<Line> {
    let revision = &change.revision;
    let tier = change.assessment.as_ref().map(|a| format!(" (T{})", a.tier)).unwrap_or_default();
    let mut first = Line::new()
        .info(&change.number)
        .plain("  ")
        .bold(&revision.title)
        .plain("  ")
        .push(state_style(change.state), change.state.title());
    if change.held {
        first = first.plain("  ").bad("on hold");
    }
    let target = format!(
        "{} → {}{tier} · {} · revision {}",
        revision.service,
        revision.environment,
        revision.kind.as_str(),
        revision.number
    );
    let asked =
        format!("asked by {}, {}", change.requester.name, relative(&change.created_at, now));
    let mut lines = vec![first, Line::of(target), Line::new().dim(asked)];
    for hold in &change.holds {
        let reason = hold.reason.as_deref().unwrap_or("[erased]");
        lines.push(
            Line::new()
                .bad("held ")
                .plain(format!("by {}, {}: {reason}", hold.by.name, relative(&hold.at, now)))
                .dim(format!("  {}", hold.id)),
        );
    }
    for approval in &change.automatic_approvals {
        let what = format!("revision {} by the rule {}", approval.revision, approval.rule.id);
        let line = Line::new().info("automatic ").plain("approval of ").plain(what);
        lines.push(line.dim(format!("  {}: nobody's vote", relative(&approval.at, now))));
    }
    for review in &change.reviews {
        lines.push(under_review(review, now));
    }
    for objection in &change.objections {
        let why = objection.reason.as_deref().map(|r| format!(": {r}")).unwrap_or_default();
        let what = format!("by {} to revision {}{why}", objection.by.name, objection.revision);
        lines.push(Line::new().bad("objection ").plain(what));
    }
    for opened in &change.overrides {
        lines.push(super::overrides::line(opened, now));
    }
    for (label, text) in [("what", &revision.description), ("why", &revision.reason)] {
        for (n, part) in text.lines().enumerate() {
            let label = if n == 0 { label } else { "" };
            lines.push(Line::new().dim(format!("{label:<5}")).plain(part));
        }
    }
    lines
}

fn under_review(review: &api_types::automation::Review, now: Timestamp) -> Line {
    let line = Line::new().info("review ").plain(format!("for the rule {}: ", review.rule.id));
    match (&review.ends_at, &review.stands_because) {
        (Some(at), _) => {
            line.plain(format!("approves {} unless somebody objects", relative(at, now)))
        }
        (None, why) => {
            let why = why.as_deref().unwrap_or("nobody knows why");
            line.plain(format!("its time does not run: {why}"))
        }
    }
}

fn deploys(change: &Change, now: Timestamp, lines: &mut Vec<Line>) {
    let revision = &change.revision;
    lines.push(heading("will deploy"));
    for artifact in &revision.artifacts {
        let line = Line::indented(2).plain(&artifact.name).dim(format!("  {}", artifact.digest));
        lines.push(line);
    }
    if let Some(plan) = &revision.plan {
        lines.push(Line::indented(2).plain("plan").dim(format!("  {}", plan.hash)));
    }
    for (name, value) in &revision.parameters {
        lines.push(Line::indented(2).plain(format!("{name} = {value}")));
    }
    if let Some(window) = &revision.window {
        let (from, until) = (moment(&window.from, now), moment(&window.until, now));
        lines.push(Line::indented(2).plain(format!("between {from} and {until}")));
    }
}

fn votes(change: &Change, now: Timestamp, lines: &mut Vec<Line>) {
    if change.votes.is_empty() {
        return;
    }
    lines.push(heading("votes"));
    for vote in &change.votes {
        let word = vote.decision.as_str().replace('_', " ");
        let mut line = Line::indented(2)
            .plain(&vote.person.name)
            .plain(format!(": {word} "))
            .dim(format!("(revision {}, {})", vote.revision, relative(&vote.at, now)));
        if let Some(why) = &vote.why_not {
            line = line.warn(format!("  does not count: {}", why.detail));
        }
        lines.push(line);
        if let Some(text) = vote.justification.as_deref().filter(|t| !t.is_empty()) {
            lines.push(Line::indented(4).dim(text));
        }
    }
}

fn history(change: &Change, now: Timestamp, lines: &mut Vec<Line>) {
    let moved: Vec<_> = change.revisions.iter().filter(|r| !r.moved.is_empty()).collect();
    if !moved.is_empty() {
        lines.push(heading("revisions"));
    }
    for revision in moved {
        let fields: Vec<_> = revision.moved.iter().map(|m| m.field.as_str()).collect();
        lines.push(Line::indented(2).plain(format!(
            "{} by {}, {}: {} moved",
            revision.number,
            revision.by.name,
            relative(&revision.at, now),
            fields.join(", ")
        )));
    }
    if !change.deployments.is_empty() {
        lines.push(heading("deployments"));
    }
    for deployment in &change.deployments {
        let (style, outcome) = match deployment.outcome {
            None => (Style::Warn, "running".to_owned()),
            Some(o) if o == api_types::deployments::DeploymentOutcome::Successful => {
                (Style::Good, o.as_str().to_owned())
            }
            Some(o) => (Style::Bad, o.as_str().replace('_', " ")),
        };
        lines.push(
            Line::indented(2)
                .push(style, outcome)
                .plain(format!(
                    " by {}, {}",
                    deployment.by.name,
                    relative(&deployment.began_at, now)
                ))
                .dim(format!("  {}", deployment.id)),
        );
    }
}

fn you(change: &Change, lines: &mut Vec<Line>) {
    if !matches!(change.state, State::AwaitingApproval | State::Approved) {
        return;
    }
    let you = &change.you;
    if you.may_vote {
        let roles = you.counts_for.join(", ");
        lines.push(Line::new().good("you can vote").plain(format!(", as {roles}")));
        for other in &you.acting_for {
            let words = format!("for {}, as {}", other.person.name, other.counts_for.join(", "));
            let line = Line::indented(2).plain(words);
            lines.push(line.dim(format!("  --on-behalf-of {}", other.person.id)));
        }
        if let Some(meaning) = &you.meaning {
            lines.push(Line::indented(2).dim(format!("an approval states: {meaning}")));
        }
        let command = format!("countersign vote approve {}", change.number);
        lines.push(
            Line::indented(2)
                .info("→ ")
                .plain(format!("{command} --revision {}", change.revision.number)),
        );
    } else if let Some(why) = &you.why_not {
        lines.push(Line::new().dim(format!("you can't vote: {}; {}", why.detail, why.next)));
    }
    if let Some(minutes) = you.may_override {
        let command = format!("countersign override open {}", change.number);
        let line = Line::new().warn("you can override").plain(", which is no approval: ");
        lines.push(line.plain(command).dim(format!("  for at most {minutes} minutes")));
    } else if let Some(why) = you.why_not_override.as_ref().filter(|why| why.code != "no_role") {
        lines.push(Line::new().dim(format!("you can't override: {}", why.detail)));
    }
}

/// Headings of [`row`].
pub const HEADINGS: [&str; 7] =
    ["change", "state", "service", "environment", "risk", "title", "waits"];

/// A change as a row of a table.
pub fn row(change: &ChangeSummary, now: Timestamp) -> Vec<String> {
    let state = match change.held {
        true => format!("{}, held", change.state.title()),
        false => change.state.title().to_owned(),
    };
    let waits = match (&change.due_at, change.missing) {
        (_, 0) => String::new(),
        (None, n) => format!("for {n}"),
        (Some(due), n) => format!("for {n}, due {}", relative(due, now)),
    };
    vec![
        change.number.clone(),
        state,
        change.service.clone(),
        format!("{} (T{})", change.environment, change.tier),
        change.risk_level.clone().unwrap_or_default(),
        change.title.clone(),
        waits,
    ]
}
