//! `GET /v1/inbox`

use api_types::inbox::{Inbox, InboxHeld, InboxTask, InboxWaiting};
use axum::Json;
use axum::extract::State;
use domain::change::{Change, VoteDecision};
use domain::ids::PersonId;
use domain::refusal::Refusal;
use policy::Bundle;

use super::answer::Problems;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, text::time};

/// What waits for the caller, what they hold up, and whom they wait for.
#[utoipa::path(
    get, path = "/v1/inbox", operation_id = "inbox", tag = "changes",
    responses((status = 200, description = "The inbox", body = Inbox), Problems)
)]
pub(crate) async fn inbox(
    State(state): State<AppState>,
    caller: Caller,
) -> Result<Json<Inbox>, ApiError> {
    let person = caller.principal.actor.person();
    let person = person.ok_or(Refusal::PeopleOnly { action: "have an inbox" })?;
    caller.may_read_organisation("read the inbox")?;
    let found = state.app.inbox(&caller.principal).await?;
    let live = state.app.live();
    let plans = state.app.plan_troubles();
    let waiting: Vec<_> = found.waiting_for_you.iter().map(|i| i.facts.change.id.clone()).collect();
    let same = state.app.duplicates_among(&waiting).await?;
    let names = Names::new(&live.directory).with_plans(&plans).with_duplicates(&same);
    let bundle = live.policy.live();
    let mut inbox = Inbox::default();
    for item in &found.waiting_for_you {
        let missing = names.all_missing(&item.facts.own_verdict().explanation).len();
        let mut change = names.summary_of(&item.facts.change, item.due_at, bundle);
        change.missing = u32::try_from(missing).unwrap_or(u32::MAX);
        let other = item.capacity.on_behalf_of.as_ref();
        inbox.waiting_for_you.push(InboxTask {
            change,
            requirement: item.requirement.key.clone(),
            role: item.capacity.roles.first().map(ToString::to_string).unwrap_or_default(),
            on_behalf_of: other.map(|o| names.person(&o.person)),
            why: item.requirement.why.clone(),
            due_at: item.due_at.map(time),
            revision: item.facts.change.revision().number,
            bulk: item.bulk.as_ref().map(|template| template.name.to_string()),
        });
    }
    inbox.held_by_you =
        found.blocked_by_you.iter().filter_map(|c| held(&names, c, person, bundle)).collect();
    for (row, facts) in &found.you_wait {
        let missing = names.all_missing(&facts.own_verdict().explanation);
        inbox.you_wait.push(InboxWaiting { change: names.change_summary(row, bundle), missing });
    }
    Ok(Json(inbox))
}

fn held(
    names: &Names<'_>,
    change: &Change,
    person: &PersonId,
    bundle: Option<&Bundle>,
) -> Option<InboxHeld> {
    let summary = names.summary_of(change, None, bundle);
    if let Some(hold) = change.holds.iter().find(|h| h.by.person() == Some(person)) {
        return Some(InboxHeld {
            change: summary,
            how: "held".to_owned(),
            reason: hold.reason.get().cloned(),
            since: time(hold.at),
        });
    }
    let asked = |v: &&domain::change::Vote| {
        v.person == *person && v.decision == VoteDecision::RequestChanges
    };
    let vote = change.current_votes().find(asked)?;
    Some(InboxHeld {
        change: summary,
        how: "changes_requested".to_owned(),
        reason: vote.justification.get().cloned(),
        since: time(vote.at),
    })
}
