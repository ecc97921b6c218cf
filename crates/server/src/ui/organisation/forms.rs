//! What the forms of the organisation share: who sees them, how they act once, and how a refusal
//! leads back to them.

use axum::response::Response;
use console::Template;
use console::view::FormErrors;
use domain::refusal::Refusal;

use super::super::form::Form;
use super::super::once::{Done, Turns, once};
use super::super::visit::{Visit, refused_fields};
use crate::error::ApiError;

/// Refuses the page of a form to those whom the form would be refused.
pub(super) fn admins_only(visit: &Visit, action: &'static str) -> Result<(), ApiError> {
    if visit.is_admin() {
        return Ok(());
    }
    Err(Refusal::NotEntitled { action, who: "admins" }.into())
}

/// Acts once. A refusal of fields leads back to the form with what was typed, any other to a page of
/// its own.
pub(in crate::ui) async fn submit<P: Template>(
    visit: &Visit,
    turns: &Turns,
    (path, form): (&str, &Form),
    act: impl AsyncFnOnce() -> Result<Done, ApiError>,
    again: impl AsyncFnOnce(FormErrors) -> Result<P, ApiError>,
) -> Response {
    let error = match once(visit, turns, path, form, act).await {
        Ok(response) => return response,
        Err(error) => error,
    };
    let Some(errors) = errors(&error) else { return visit.problem(error).await };
    let page = again(errors).await;
    visit.answer(page.map(|page| visit.page(error.status(), &page))).await
}

/// Acts once, for a step that has no fields to correct.
pub(super) async fn step(
    visit: &Visit,
    turns: &Turns,
    (path, form): (&str, &Form),
    act: impl AsyncFnOnce() -> Result<Done, ApiError>,
) -> Response {
    let made = once(visit, turns, path, form, act).await;
    visit.answer(made).await
}

/// What a refusal says of fields, by the name of the field on the page.
fn errors(error: &ApiError) -> Option<FormErrors> {
    let mut errors = FormErrors::default();
    for (field, message) in refused_fields(error)? {
        let field = field.split(['[', '.']).next().unwrap_or_default();
        errors.add(if field == "members" { "member" } else { field }, message);
    }
    Some(errors)
}

/// The lines of a field, without space around them and without empty ones.
pub(in crate::ui) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The id in a path. What can't be one is not there.
pub(super) fn id<T: std::str::FromStr>(entity: &'static str, text: &str) -> Result<T, ApiError> {
    text.parse().map_err(|_| ApiError::not_found(entity, text))
}
