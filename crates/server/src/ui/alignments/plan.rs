//! Another time for a session, and its cancellation.

use std::sync::Arc;

use app::organisation::AlignmentTime;
use axum::Extension;
use axum::extract::Path;
use axum::response::Response;
use console::pages::alignments::{AlignmentPage, PlanForm, PlanNote};
use domain::organisation::KnownAlignment;
use jiff::Timestamp;

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns};
use super::super::organisation::submit;
use super::super::visit::Visit;
use super::PAGE;
use super::open::time;
use super::session::{done, id_of, page};
use crate::error::ApiError;

/// What became of its time: each move, and why it is not held.
pub(super) fn notes(visit: &Visit, known: &KnownAlignment) -> Vec<PlanNote> {
    let reader = visit.reader();
    let moved = known.moves.iter().map(|moved| PlanNote {
        to: Some(reader.moment(moved.from)),
        by: reader.person(&moved.by),
        at: reader.moment(moved.at),
        reason: moved.reason.text().to_owned(),
    });
    let cancelled = known.cancelled.iter().map(|cancelled| PlanNote {
        to: None,
        by: reader.person(&cancelled.by),
        at: reader.moment(cancelled.at),
        reason: cancelled.reason.text().to_owned(),
    });
    moved.chain(cancelled).collect()
}

/// The forms, for who may move or cancel it.
pub(super) fn form(visit: &Visit, known: &KnownAlignment) -> Option<PlanForm> {
    let zone = visit.reader().zone;
    known.may_plan(&visit.person, visit.now).then(|| PlanForm {
        idempotency_key: visit.new_key(),
        from: zone.field(known.opened.from),
        until: zone.field(known.opened.until),
        zone: zone.name().to_owned(),
        ..PlanForm::default()
    })
}

/// `POST /alignments/{alignment}/moves`
pub(in crate::ui) async fn move_to(
    Path(alignment): Path<String>,
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let path = format!("{PAGE}/{alignment}");
    let act = async || {
        let (id, principal) = (id_of(&alignment)?, &visit.signed_in.principal);
        let known = visit.state.app.alignment(principal, &id)?;
        let to = AlignmentTime {
            from: typed(&visit, &form, ("from", known.opened.from))?,
            until: typed(&visit, &form, ("until", known.opened.until))?,
            time_zone: None,
            reason: form.trimmed("reason").to_owned(),
        };
        let done = visit.state.app.move_alignment(principal, &id, &to).await?;
        let message = recorded("The session is moved; all are told.", done.commit.as_ref());
        Ok(Done::new(path.clone(), message))
    };
    let again = async |errors| {
        let mut page: AlignmentPage = page(&visit, &alignment).await?;
        page.plan = page.plan.map(|plan| PlanForm {
            from: form.get("from").to_owned(),
            until: form.get("until").to_owned(),
            reason: form.get("reason").to_owned(),
            errors,
            ..plan
        });
        Ok(page)
    };
    submit(&visit, &turns, (&format!("{path}/moves"), &form), act, again).await
}

/// A time as it was typed. What was left as it stood is that time, also where a form can't hold all of it.
fn typed(
    visit: &Visit,
    form: &Form,
    (field, before): (&str, Timestamp),
) -> Result<Timestamp, ApiError> {
    if form.trimmed(field) == visit.reader().zone.field(before) {
        return Ok(before);
    }
    time(visit, form, field)
}

/// `POST /alignments/{alignment}/cancellation`. A second time finds it cancelled.
pub(in crate::ui) async fn cancel(
    Path(alignment): Path<String>,
    Posted { visit, form }: Posted,
) -> Response {
    let act = async {
        let (id, principal) = (id_of(&alignment)?, &visit.signed_in.principal);
        let done = visit.state.app.cancel_alignment(principal, &id, form.trimmed("reason")).await?;
        Ok(recorded("The session is cancelled; all are told.", done.commit.as_ref()))
    };
    done(&visit, &alignment, act.await).await
}
