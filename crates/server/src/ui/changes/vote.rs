//! A person's decision on the revision they saw.

use std::sync::Arc;

use app::change::VoteDraft;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::change::Ballot;
use console::view::FormErrors;
use domain::change::VoteDecision;
use domain::ids::ChangeId;

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns, once};
use super::super::signing::sign_vote;
use super::super::view::status;
use super::super::visit::{Visit, refused_fields};
use super::{resolve, show};
use crate::error::ApiError;
use crate::wire::request;

/// `POST /changes/{number}/votes`
pub(in crate::ui) async fn submit(
    Path(name): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let id = match resolve(&visit, &name).await {
        Ok(id) => id,
        Err(error) => return visit.problem(error).await,
    };
    let path = format!("/changes/{id}/votes");
    match once(&visit, &turns, &path, &form, async || vote(&visit, &id, &name, &form).await).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &id, &form, error).await,
    }
}

/// Votes as a form says.
pub(in crate::ui) async fn vote(
    visit: &Visit,
    id: &ChangeId,
    name: &str,
    form: &Form,
) -> Result<Done, ApiError> {
    record(visit, id, name, &draft(form)?).await
}

/// The vote of a form, unsigned.
pub(in crate::ui) fn draft(form: &Form) -> Result<VoteDraft, ApiError> {
    let decision = status::decision_sent(form.get("decision"))
        .ok_or_else(|| ApiError::field("decision", "choose what you decide"))?;
    let revision = form
        .get("expected_revision")
        .parse()
        .map_err(|_| ApiError::field("decision", "open the change again, then decide"))?;
    let other = Some(form.trimmed("on_behalf_of")).filter(|id| !id.is_empty());
    Ok(VoteDraft {
        expected_revision: revision,
        decision,
        justification: form.trimmed("justification").to_owned(),
        on_behalf_of: other.map(|id| request::read("on_behalf_of", id)).transpose()?,
        signature: None,
    })
}

/// Records a vote, and says so on the page of the change.
pub(in crate::ui) async fn record(
    visit: &Visit,
    id: &ChangeId,
    name: &str,
    draft: &VoteDraft,
) -> Result<Done, ApiError> {
    let principal = &visit.signed_in.principal;
    let done = visit.state.app.record_vote(principal, id, draft).await?;
    let said = match draft.decision {
        VoteDecision::Approve => "Your approval is recorded.",
        VoteDecision::Reject => "Your rejection is recorded; it ends the change.",
        VoteDecision::RequestChanges => "Your request for changes is recorded; it blocks the gate.",
        VoteDecision::Abstain => "Your abstention is recorded.",
    };
    let message = match &done.commit {
        Some(commit) => recorded(said, Some(commit)),
        None => recorded("You had decided the same before; it counts once.", None),
    };
    Ok(Done::new(format!("/changes/{name}"), message))
}

/// The change again, with what was chosen and typed, and why it was not recorded.
async fn refused(visit: &Visit, id: &ChangeId, form: &Form, error: ApiError) -> Response {
    if let Some(page) = sign_vote::instead(visit, id, form, &error).await {
        return page;
    }
    let mut page = match show::page(visit, id).await {
        Ok(page) => page,
        Err(other) => return visit.problem(other).await,
    };
    let fields = refused_fields(&error);
    if fields.is_none() || !matches!(page.ballot, Ballot::Open(_)) {
        page.layout.flash.push(visit.refusal(&error));
    }
    if let Ballot::Open(ballot) = &mut page.ballot {
        ballot.decision = status::decision_sent(form.get("decision")).map(status::decision);
        form.get("justification").clone_into(&mut ballot.justification);
        let mut errors = FormErrors::default();
        for (field, message) in fields.unwrap_or_default() {
            errors.add(field, message);
        }
        ballot.errors = errors;
    }
    visit.page(error.status(), &page)
}
