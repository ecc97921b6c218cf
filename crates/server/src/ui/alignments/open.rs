//! All alignment sessions, and the form that opens one.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::organisation::AlignmentDraft;
use axum::Extension;
use axum::extract::Query;
use axum::response::Response;
use console::pages::alignments::{AlignmentForm, AlignmentRow, AlignmentsPage, SessionState};
use console::view::{FormErrors, Link, Section};
use domain::ids::{ChangeId, ChangeNumber, PersonId};
use domain::organisation::{AGENDA_MAX, KnownAlignment};
use jiff::Timestamp;
use serde::Deserialize;

use super::super::answer::recorded;
use super::super::form::{Form, Posted};
use super::super::once::{Done, Turns};
use super::super::organisation::{lines, submit};
use super::super::visit::Visit;
use super::PAGE;
use crate::error::ApiError;

/// `GET /alignments`
pub(in crate::ui) async fn list(visit: Visit) -> Response {
    let mut all = visit.state.app.alignments(&visit.signed_in.principal);
    all.sort_by_key(|known| !known.is_open());
    let page = AlignmentsPage {
        sessions: all.iter().map(|known| row(&visit, known)).collect(),
        can_open: visit.live.directory.may_open_alignment(&visit.person),
        layout: visit.layout("Alignment sessions", Section::Changes).await,
    };
    visit.ok(&page)
}

/// Where a session stands.
pub(super) const fn state(known: &KnownAlignment) -> SessionState {
    match (&known.closed, &known.cancelled) {
        (Some(_), _) => SessionState::Closed,
        (None, Some(_)) => SessionState::Cancelled,
        (None, None) => SessionState::Open,
    }
}

fn row(visit: &Visit, known: &KnownAlignment) -> AlignmentRow {
    let reader = visit.reader();
    let opened = &known.opened;
    let change = |number: ChangeNumber| Link::new(number.to_string(), format!("/changes/{number}"));
    AlignmentRow {
        link: Link::new(opened.title.text(), format!("{PAGE}/{}", opened.id)),
        state: state(known),
        from: reader.moment(opened.from),
        chair: reader.person(&opened.chair),
        agenda: opened.agenda.iter().map(|item| change(item.number)).collect(),
        open_concerns: opened.agenda.iter().map(|item| known.open_concerns(&item.change)).sum(),
    }
}

/// What the form begins with: `?agenda=CHG-1042,CHG-1043`.
#[derive(Debug, Default, Deserialize)]
pub(in crate::ui) struct Asked {
    #[serde(default)]
    agenda: String,
}

/// `GET /alignments/new`
pub(in crate::ui) async fn new(visit: Visit, asked: Query<Asked>) -> Response {
    let form = page(&visit, &Form::default(), FormErrors::default()).await;
    let agenda = asked.agenda.split(',').map(str::trim).collect::<Vec<_>>().join("\n");
    visit.ok(&AlignmentForm { agenda, ..form })
}

/// `POST /alignments`
pub(in crate::ui) async fn open(
    Extension(turns): Extension<Arc<Turns>>,
    Posted { visit, form }: Posted,
) -> Response {
    let act = async || {
        let draft = draft(&visit, &form).await?;
        let principal = &visit.signed_in.principal;
        let done = visit.state.app.open_alignment(principal, &draft).await?;
        let message = recorded("The session is open; all are invited.", done.commit.as_ref());
        Ok(Done::new(format!("{PAGE}/{}", done.value.opened.id), message))
    };
    let again = async |errors| Ok(page(&visit, &form, errors).await);
    submit(&visit, &turns, (PAGE, &form), act, again).await
}

async fn draft(visit: &Visit, form: &Form) -> Result<AlignmentDraft, ApiError> {
    let mut participants = BTreeSet::new();
    for line in lines(form.get("participants")) {
        participants.insert(person(visit, "participants", &line)?);
    }
    let chair = match form.trimmed("chair") {
        "" => None,
        named => Some(person(visit, "chair", named)?),
    };
    let mut agenda = Vec::new();
    for line in lines(form.get("agenda")).iter().take(AGENDA_MAX + 1) {
        agenda.push(change(visit, "agenda", line).await?);
    }
    Ok(AlignmentDraft {
        title: form.trimmed("title").to_owned(),
        from: time(visit, form, "from")?,
        until: time(visit, form, "until")?,
        time_zone: visit.reader().zone.name().to_owned(),
        chair,
        participants,
        agenda,
    })
}

fn person(visit: &Visit, field: &str, text: &str) -> Result<PersonId, ApiError> {
    let found = domain::duties::resolve(text, &visit.live.directory);
    found.ok_or_else(|| {
        let message = format!("nobody is known by `{text}`; write an e-mail address");
        ApiError::field(field, &message)
    })
}

/// The change with a number, as a field of a form names it.
pub(super) async fn change(visit: &Visit, field: &str, text: &str) -> Result<ChangeId, ApiError> {
    let missing = || {
        ApiError::field(field, &format!("there is no change `{text}`; write it like `CHG-1042`"))
    };
    let number: ChangeNumber = text.parse().map_err(|_| missing())?;
    visit.state.app.store().change_by_number(number).await?.ok_or_else(missing)
}

pub(super) fn time(visit: &Visit, form: &Form, field: &str) -> Result<Timestamp, ApiError> {
    let read = visit.reader().zone.at(form.trimmed(field));
    read.ok_or_else(|| ApiError::field(field, "choose a day and a time"))
}

async fn page(visit: &Visit, form: &Form, errors: FormErrors) -> AlignmentForm {
    let field = |name| form.get(name).to_owned();
    AlignmentForm {
        layout: visit.layout("Open an alignment session", Section::Changes).await,
        idempotency_key: visit.new_key(),
        title: field("title"),
        from: field("from"),
        until: field("until"),
        zone: visit.reader().zone.name().to_owned(),
        chair: field("chair"),
        participants: field("participants"),
        agenda: field("agenda"),
        errors,
    }
}
