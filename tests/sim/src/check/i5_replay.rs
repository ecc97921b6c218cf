//! I5: a verdict is a pure function of journal, policy, directory and time. A node that has just
//! started says the same, byte for byte, as one that has run for long; and the past says again what
//! it said then.

use std::collections::BTreeSet;

use anyhow::Result;
use app::change::QuestionDraft;
use app::replay::ReplayWish;
use domain::event::{Envelope, GateEvent};
use domain::ids::ChangeId;

use super::Found;
use crate::cast::Cast;
use crate::model::Entry;
use crate::world::{Process, World};

/// Compares what two nodes of this process and a fresh one say of a change.
///
/// # Errors
/// The store does not answer.
pub async fn nodes_agree(
    world: &World,
    process: &Process,
    cast: &Cast,
    change: &str,
) -> Result<Found> {
    let id: ChangeId = change.parse()?;
    let fresh = world.node(&process.store).await?;
    // Either may have recorded what the other has not looked at yet.
    process.app.refresh().await?;
    process.other.refresh().await?;
    let mut said = BTreeSet::new();
    for app in [&process.app, &process.other, &fresh] {
        let explained = app.explain_change(&cast.admin.principal, &id).await?;
        said.insert(serde_json::to_string(&explained.verdict)?);
    }
    Ok(match said.len() {
        1 => Ok(()),
        _ => Err(format!("I5: nodes disagree about {change}: {said:#?}")),
    })
}

/// Asks a question of the past again, in a copy of the journal up to it.
///
/// # Errors
/// The journal can't be read.
pub async fn past_agrees(world: &World, process: &Process, index: u64) -> Result<Found> {
    let Some(stored) = process.store.entry(index).await? else {
        return Ok(Err(format!("I5: entry {index} is missing")));
    };
    let leaf = ledger::unseal(&stored.leaf, &stored.disclosures)?;
    let then: Envelope<GateEvent> = serde_json::from_value(leaf)?;
    let GateEvent::GateAnswered { question, answer, code, reasons, policy, .. } = then.event;
    // Whatever the verdict settled stands right before it, in the same append.
    let mut settled = index;
    while settled > 0 {
        let before = process.store.entry(settled - 1).await?;
        let Some(before) = before.map(|e| Entry::open(&e)).transpose()? else { break };
        let by_itself = matches!(
            before.kind.as_str(),
            "change_approved"
                | "approval_lapsed"
                | "requirements_added"
                | "approvers_asked"
                | "requirement_escalated"
                | "finding_raised"
        );
        if !by_itself || before.at != then.time.as_millisecond() {
            break;
        }
        settled -= 1;
    }
    let (_folder, app) = world.past(process.store.as_ref(), settled, then.time).await?;
    let draft = QuestionDraft {
        change: question.change.clone(),
        service: question.service.clone(),
        environment: question.environment.clone(),
        artifacts: question.artifacts.clone(),
        parameters: question.parameters.clone(),
        plan: question.plan.clone(),
        state_serial: question.state_serial.clone(),
    };
    let principal = app::principal::Principal {
        actor: question.asked_by,
        token: None,
        authentication: None,
        credential: None,
    };
    let again = app.ask_gate(&principal, &draft).await?;
    let envelope: Envelope<GateEvent> = match again.leaves.last() {
        Some(leaf) => serde_json::from_slice(leaf)?,
        None => return Ok(Err(format!("I5: entry {index}: the past records nothing"))),
    };
    let GateEvent::GateAnswered { answer: a, code: c, reasons: r, policy: p, .. } = envelope.event;
    Ok(if (answer, &code, &reasons, &policy) == (a, &c, &r, &p) {
        Ok(())
    } else {
        Err(format!(
            "I5: entry {index} said {answer:?} {code} {reasons:?}, and now {a:?} {c} {r:?}"
        ))
    })
}

/// Replays the whole journal under the live bundle: nothing moves, and every assessment that was ever
/// recorded comes out again, under the bundle that was live then.
///
/// # Errors
/// The journal can't be read.
pub async fn history_agrees(process: &Process, cast: &Cast) -> Result<Found> {
    // The other node may have made another bundle live.
    process.app.refresh().await?;
    let live = process.app.live();
    let Some(live) = live.policy.live_bundle() else { return Ok(Ok(())) };
    let wish = ReplayWish { candidate: live.bundle.clone(), since: None, slice: u64::MAX };
    let report = process.app.replay_policy(&cast.admin.principal, wish).await?.report;
    let counts = report.counts;
    Ok(if report.reproduced.different > 0 {
        Err(format!("I5: assessments did not come out again: {:#?}", report.reproduced))
    } else if counts.same != counts.changes {
        Err(format!("I5: a bundle differs from itself: {:#?}", report.kinds))
    } else if report.reproduced.identical < counts.changes {
        Err(format!("I5: {} changes, and {:?}", counts.changes, report.reproduced))
    } else {
        Ok(())
    })
}
