//! Absences from a calendar: looked at, then recorded.

use app::organisation::{CalendarDraft, CalendarImport};
use axum::response::Response;
use console::pages::absence::{AbsenceRow, ImportPage};
use console::view::Section;
use domain::ids::PersonId;

use super::super::answer::{recorded, redirect};
use super::super::form::{Form, Posted};
use super::super::visit::Visit;
use super::enter_absence::whose;
use super::show::refused;
use crate::error::ApiError;

/// `POST /absence/import`
pub(in crate::ui) async fn submit(posted: Posted) -> Response {
    let Posted { visit, form } = posted;
    let act = async {
        let draft = CalendarDraft {
            person: whose(&visit, form.trimmed("person"))?,
            calendar: file(&form)?,
            record: form.get("record") == "yes",
        };
        let import = visit.state.app.import_absences(&visit.signed_in.principal, &draft).await?;
        Ok::<_, ApiError>((draft, import))
    };
    match act.await {
        // Recording the same calendar again changes nothing: it needs no key.
        Ok((draft, _)) if draft.record => {
            let said = recorded("The absences of the calendar are recorded.", None);
            redirect("/absence", &said)
        }
        Ok((draft, import)) => {
            let page = page(&visit, &form, &draft, &import).await;
            visit.ok(&page)
        }
        Err(error) => refused(&visit, &form, error).await,
    }
}

/// The file that was chosen, or what was looked at before.
fn file(form: &Form) -> Result<String, ApiError> {
    let Some(file) = form.files("calendar").next() else {
        let text = form.get("calendar");
        return match text.is_empty() {
            true => Err(ApiError::field("calendar", "choose an iCalendar file")),
            false => Ok(text.to_owned()),
        };
    };
    let text = String::from_utf8(file.bytes.clone());
    text.map_err(|_| ApiError::field("calendar", "it is no text in UTF-8; export it as iCalendar"))
}

async fn page(
    visit: &Visit,
    form: &Form,
    draft: &CalendarDraft,
    import: &CalendarImport,
) -> ImportPage {
    let reader = visit.reader();
    let row = |from, until, reason: String| AbsenceRow {
        id: String::new(),
        from: reader.moment(from),
        until: reader.moment(until),
        reason,
    };
    let person: &PersonId = &draft.person;
    let skipped = import.skipped.iter().map(|(line, why)| format!("line {line}: {why}"));
    ImportPage {
        layout: visit.layout("What the calendar changes", Section::None).await,
        who: reader.person(person),
        entered: import.entered.iter().map(|(s, t)| row(s.from, s.until, t.clone())).collect(),
        cancelled: import.cancelled.iter().map(|a| row(a.from, a.until, String::new())).collect(),
        kept: import.kept,
        short: import.short,
        skipped: skipped.collect(),
        person: form.trimmed("person").to_owned(),
        calendar: draft.calendar.clone(),
    }
}
