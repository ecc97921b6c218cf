//! Following a calendar at an address, and ending it.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use domain::ids::PersonId;

use super::super::answer::{recorded, redirect};
use super::super::form::Posted;
use super::super::once::{Done, Turns, once};
use super::enter_absence::whose;
use super::show::refused;
use crate::wire::request;

/// `POST /absence/feed`
pub(in crate::ui) async fn subscribe(
    Extension(turns): Extension<Arc<Turns>>,
    posted: Posted,
) -> Response {
    let Posted { visit, form } = posted;
    let act = async || {
        let person = whose(&visit, form.trimmed("person"))?;
        let reader = visit.state.calendars()?;
        let (app, principal) = (&visit.state.app, &visit.signed_in.principal);
        let of = (&person, form.trimmed("url"));
        let import = app.subscribe_absences(principal, of, reader.as_ref()).await?;
        let entered = import.entered.len();
        let said = format!("The calendar is followed: {entered} absences of it are entered.");
        Ok(Done::new("/absence", recorded(&said, None)))
    };
    match once(&visit, &turns, "/absence/feed", &form, act).await {
        Ok(response) => response,
        Err(error) => refused(&visit, &form, error).await,
    }
}

/// `POST /absence/feed/end`
pub(in crate::ui) async fn unsubscribe(posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let act = async {
        let person: PersonId = request::read("person", form.trimmed("person"))?;
        visit.state.app.unsubscribe_absences(&visit.signed_in.principal, &person).await?;
        Ok(())
    };
    match act.await {
        Ok(()) => redirect("/absence", &recorded("The calendar is not followed any more.", None)),
        Err(error) => refused(&visit, &form, error).await,
    }
}
