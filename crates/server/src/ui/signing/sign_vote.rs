//! Signing a decision with a passkey: the page between choosing it and its record (E08).

use std::sync::Arc;

use app::change::VoteDraft;
use app::signing::SignatureDraft;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::sign_vote::{Fields, Page};
use console::view::Section;
use domain::ids::ChangeId;
use signing::{Proof, VoteStatement};

use super::super::changes::{resolve, vote};
use super::super::form::{Form, Posted};
use super::super::once::{Turns, once};
use super::super::visit::Visit;
use super::{answer, ceremony};
use crate::error::ApiError;

/// `POST /changes/{number}/votes/signed`
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
    let path = format!("/changes/{id}/votes/signed");
    let act = async || {
        let site = super::passkey::site(&visit)?;
        let (key, issued_at, proof) = answer(&visit, &site, &form)?;
        let proof = Proof::Passkey(Box::new(proof));
        let signature = Some(SignatureDraft { key, issued_at, proof });
        let draft = VoteDraft { signature, ..vote::draft(&form)? };
        vote::record(&visit, &id, &name, &draft).await
    };
    match once(&visit, &turns, &path, &form, act).await {
        Ok(response) => response,
        Err(error) if error.status().is_client_error() => match page(&visit, &id, &form).await {
            Ok(mut page) => {
                page.layout.flash.push(visit.refusal(&error));
                visit.page(error.status(), &page)
            }
            Err(_) => visit.problem(error).await,
        },
        Err(error) => visit.problem(error).await,
    }
}

/// The page instead of a refusal, when nothing but the signature is missing.
pub(in crate::ui) async fn instead(
    visit: &Visit,
    id: &ChangeId,
    form: &Form,
    error: &ApiError,
) -> Option<Response> {
    if error.problem().code != "signature_required" {
        return None;
    }
    let page = page(visit, id, form).await.ok()?;
    Some(visit.ok(&page))
}

async fn page(visit: &Visit, id: &ChangeId, form: &Form) -> Result<Page, ApiError> {
    let app = &visit.state.app;
    let draft = vote::draft(form)?;
    let unsigned = app.vote_statement(&visit.signed_in.principal, id, &draft).await?;
    let (change, _) = app.load_change(id).await?;
    let statement = unsigned.statement;
    let challenge = VoteStatement::challenge(&unsigned.bytes);
    let passkey = visit
        .site()
        .filter(|site| !visit.passkeys(site).is_empty())
        .map(|site| ceremony(visit, &site, &challenge, unsigned.issued_at));
    let number = change.number.to_string();
    let word = statement.decision.replace('_', "-");
    let other = draft.on_behalf_of.as_ref().filter(|p| **p != visit.person);
    let whose = other.map(|p| format!(" --on-behalf-of {p}")).unwrap_or_default();
    let command = format!(
        "countersign vote {word} {number} --revision {}{whose} --sign-with ~/.ssh/id_ed25519",
        statement.revision
    );
    Ok(Page {
        layout: visit.layout(&format!("Sign {number}"), Section::Changes).await,
        title: change.revision().material.title.text().to_owned(),
        decision: statement.decision.replace('_', " "),
        meaning: statement.meaning.unwrap_or_default(),
        on_behalf_of: other.map(|p| visit.live.directory.person_name(p)).unwrap_or_default(),
        statement: String::from_utf8_lossy(&unsigned.bytes).into_owned(),
        passkey,
        command,
        fields: Fields {
            decision: form.get("decision").to_owned(),
            expected_revision: form.get("expected_revision").to_owned(),
            on_behalf_of: form.get("on_behalf_of").to_owned(),
            justification: form.get("justification").to_owned(),
            idempotency_key: visit.new_key(),
        },
        number,
    })
}
