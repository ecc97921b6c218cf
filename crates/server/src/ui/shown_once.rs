//! A form whose answer shows a secret once: the same form again must not make a second one, nor show the
//! first again.

use app::{AppError, Earlier, KeptAnswer, KeyTaken, RequestKey};
use axum::http::StatusCode;

use super::form::Form;
use super::visit::Visit;
use crate::error::ApiError;

/// Acts unless a form with this key was answered before.
pub(super) async fn shown_once<T>(
    visit: &Visit,
    form: &Form,
    path: &str,
    act: impl Future<Output = Result<T, AppError>>,
) -> Result<T, ApiError> {
    let app = &visit.state.app;
    let principal = &visit.signed_in.principal;
    let key = format!("page:{}", form.get("idempotency_key"));
    let asked = RequestKey::new(principal, &key, "POST", path, form.bytes());
    if !matches!(app.earlier_answer(&asked).await?, Earlier::None) {
        return Err(already_made());
    }
    let (made, taken) = app.keyed(&asked, act).await;
    if taken == KeyTaken::ByAnother {
        return Err(already_made());
    }
    let made = made?;
    let answer = KeptAnswer { status: 409, body: "shown once".to_owned() };
    if let Err(error) = app.keep_answer(&asked, answer).await {
        tracing::warn!(error = %error, "failed to keep the answer to a form");
    }
    Ok(made)
}

fn already_made() -> ApiError {
    let detail = "this form made its secret before, and a secret is shown once";
    ApiError::new(StatusCode::CONFLICT, "already_answered", detail)
        .next_action("if it is lost, revoke it and make a new one")
}
