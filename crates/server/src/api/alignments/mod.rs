//! `/v1/alignments` and `/v1/cab`

mod answer_concern;
mod cancel_alignment;
mod close_alignment;
mod conclude_alignment;
mod get_alignment;
mod get_cab;
mod list_alignments;
mod move_alignment;
mod open_alignment;
mod raise_concern;

use api_types::Time;
use api_types::alignments::Alignment;
use domain::ids::{AlignmentId, PersonId};
use domain::organisation::KnownAlignment;
use jiff::Timestamp;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::Names;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_alignments::list_alignments, open_alignment::open_alignment))
        .routes(routes!(get_alignment::get_alignment))
        .routes(routes!(move_alignment::move_alignment))
        .routes(routes!(cancel_alignment::cancel_alignment))
        .routes(routes!(raise_concern::raise_concern))
        .routes(routes!(answer_concern::answer_concern))
        .routes(routes!(conclude_alignment::conclude_alignment))
        .routes(routes!(close_alignment::close_alignment))
        .routes(routes!(get_cab::get_cab))
}

fn id_of(text: &str) -> Result<AlignmentId, ApiError> {
    text.parse().map_err(|_| ApiError::not_found("alignment session", text))
}

fn person_of(field: &str, text: &str) -> Result<PersonId, ApiError> {
    text.parse().map_err(|_| ApiError::field(field, "name a person by their id, `prs_…`"))
}

fn at(field: &str, time: &Time) -> Result<Timestamp, ApiError> {
    let read = time.as_str().parse::<Timestamp>().map(domain::time::to_millis);
    read.map_err(|_| ApiError::field(field, "write an RFC 3339 time"))
}

fn seen(state: &AppState, caller: &Caller, known: &KnownAlignment) -> Alignment {
    let live = state.app.live();
    let reader = (caller.principal.actor.person(), state.app.ports().now());
    Names::new(&live.directory).alignment(known, reader)
}
