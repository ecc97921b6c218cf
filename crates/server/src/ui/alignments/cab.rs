//! What a Change Advisory Board looks at next.

use axum::response::Response;
use console::pages::alignments::{CabPage, CabRow};
use console::view::{Link, Section};
use domain::cab::CabReason;
use domain::change::Change;
use domain::organisation::AGENDA_MAX;

use super::super::visit::Visit;
use crate::error::ApiError;
use crate::wire::Names;

/// `GET /cab`
pub(in crate::ui) async fn show(visit: Visit) -> Response {
    match page(&visit).await {
        Ok(page) => visit.ok(&page),
        Err(error) => visit.problem(error).await,
    }
}

async fn page(visit: &Visit) -> Result<CabPage, ApiError> {
    let cab = visit.state.app.cab(&visit.signed_in.principal).await?;
    let talked: Vec<String> =
        cab.agenda.iter().take(AGENDA_MAX).map(|(c, _)| c.number.to_string()).collect();
    let session = Link::new(
        "Open a session with this agenda",
        format!("{}/new?agenda={}", super::PAGE, talked.join(",")),
    );
    let talked_over = cab.agenda.iter().map(|(change, reasons)| row(visit, change, reasons));
    Ok(CabPage {
        agenda: talked_over.collect(),
        told: cab.told.iter().map(|change| row(visit, change, &[])).collect(),
        session: (!talked.is_empty()).then_some(session),
        meeting: cab.meeting.map(|at| visit.reader().moment(at)),
        level: cab.level,
        layout: visit.layout("Change Advisory Board", Section::Changes).await,
    })
}

fn row(visit: &Visit, change: &Change, reasons: &[CabReason]) -> CabRow {
    let reader = visit.reader();
    let names = Names::new(&visit.live.directory);
    let material = &change.revision().material;
    CabRow {
        change: Link::new(change.number.to_string(), format!("/changes/{}", change.number)),
        title: material.title.text().to_owned(),
        place: format!("{} in {}", material.service, material.environment),
        window: material.window.as_ref().map(|window| reader.moment(window.from)),
        reasons: reasons.iter().map(|reason| names.cab_words(reason)).collect(),
    }
}
