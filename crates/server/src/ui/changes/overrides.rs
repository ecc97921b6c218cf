//! Overriding a change's approvals, reviewing that, and the list of all overrides.

use std::sync::Arc;

use app::change::OverrideDraft;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::change_overrides::OverridesPage;
use console::view::Section;
use domain::change::ReviewOutcome;
use domain::ids::{ChangeId, OverrideId, SealedOverrideId};

use super::super::answer::{recorded, redirect};
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns, once};
use super::super::view::overrides as view;
use super::super::visit::Visit;
use super::{resolve, show};
use crate::error::ApiError;

/// `GET /overrides`
pub(in crate::ui) async fn list(visit: Visit) -> Response {
    let page = page(&visit).await;
    visit.ok(&page)
}

async fn page(visit: &Visit) -> OverridesPage {
    let reader = visit.reader();
    let all = || reader.directory.overrides().rev();
    let sealed = reader.directory.sealed_overrides().rev();
    OverridesPage {
        overdue: all().filter(|o| o.is_overdue(visit.now)).count(),
        overrides: all().map(|o| view::row(&reader, o)).collect(),
        sealed: sealed.map(|known| view::sealed(&reader, known, &visit.person)).collect(),
        layout: visit.layout("Overrides", Section::Changes).await,
    }
}

/// `POST /overrides/sealed/{sealed}/revoke`. A second time finds it revoked, so no key is needed.
pub(in crate::ui) async fn revoke_sealed(Path(sealed): Path<String>, posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let act = async {
        let id: SealedOverrideId =
            sealed.parse().map_err(|_| ApiError::not_found("sealed override", &sealed))?;
        let principal = &visit.signed_in.principal;
        Ok::<_, ApiError>(
            visit.state.app.revoke_sealed(principal, &id, form.trimmed("reason")).await?,
        )
    };
    match act.await {
        Ok(done) => redirect("/overrides", &recorded("It opens no more.", done.commit.as_ref())),
        Err(error) if error.status().is_client_error() => {
            let mut page = page(&visit).await;
            page.layout.flash.push(visit.refusal(&error));
            visit.page(error.status(), &page)
        }
        Err(error) => visit.problem(error).await,
    }
}

/// `POST /changes/{number}/overrides`
pub(in crate::ui) async fn open(
    Path(name): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let id = match resolve(&visit, &name).await {
        Ok(id) => id,
        Err(error) => return visit.problem(error).await,
    };
    let path = format!("/changes/{id}/overrides");
    let act = async || {
        let draft = draft(&form)?;
        let principal = &visit.signed_in.principal;
        let opened = visit.state.app.open_override(principal, &id, &draft).await?;
        let message = "The gate opens once for exactly this. It is not approved, and it is to be \
                       reviewed.";
        let message = recorded(message, opened.commit.as_ref());
        Ok(Done::new(format!("/changes/{name}"), message))
    };
    match once(&visit, &turns, &path, &form, act).await {
        Ok(response) => response,
        Err(error) => show::refused(&visit, &id, error).await,
    }
}

fn draft(form: &Form) -> Result<OverrideDraft, ApiError> {
    let number = |name: &str| form.trimmed(name).parse::<u32>();
    let minutes = match form.trimmed("minutes") {
        "" => None,
        _ => Some(number("minutes").map_err(|_| ApiError::field("minutes", "use a number"))?),
    };
    let expected_revision = number("expected_revision")
        .map_err(|_| ApiError::field("expected_revision", "open the change again"))?;
    Ok(OverrideDraft { expected_revision, reason: form.trimmed("reason").to_owned(), minutes })
}

/// `POST /changes/{number}/overrides/{override}/review`. A second time finds it reviewed, so no key
/// is needed.
pub(in crate::ui) async fn review(
    Path((name, of)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let id = match resolve(&visit, &name).await {
        Ok(id) => id,
        Err(error) => return visit.problem(error).await,
    };
    match reviewed(&visit, &id, &of, &form).await {
        Ok(message) => redirect(&format!("/changes/{name}"), &message),
        Err(error) => show::refused(&visit, &id, error).await,
    }
}

async fn reviewed(
    visit: &Visit,
    id: &ChangeId,
    of: &str,
    form: &Form,
) -> Result<console::view::Flash, ApiError> {
    let of: OverrideId = of.parse().map_err(|_| ApiError::not_found("override", of))?;
    let outcome = match form.trimmed("outcome") {
        "justified" => ReviewOutcome::Justified,
        "not_justified" => ReviewOutcome::NotJustified,
        _ => return Err(ApiError::field("outcome", "say whether it should have happened")),
    };
    let principal = &visit.signed_in.principal;
    let findings = form.trimmed("findings");
    let done = visit.state.app.review_override(principal, id, &of, outcome, findings).await?;
    Ok(recorded("The review is on the record.", done.commit.as_ref()))
}
