//! `POST /v1/policy/explain`

use ::policy::{AssessmentFacts, Bundle};
use api_types::policy::{PolicyExplainRequest, PolicyExplanation};
use app::AppError;
use axum::Json;
use axum::extract::State;
use domain::change::Revision;
use domain::refusal::Refusal;

use crate::api::answer::Problems;
use crate::api::changes::read_material;
use crate::body::JsonBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::schedule::schedule;
use crate::wire::{Names, policy};

/// A dry run: what would policy ask for? Nothing is recorded.
#[utoipa::path(
    post, path = "/v1/policy/explain", operation_id = "explain_policy", tag = "policy",
    request_body = PolicyExplainRequest,
    responses((status = 200, description = "What policy would say", body = PolicyExplanation), Problems)
)]
pub(crate) async fn explain_policy(
    State(state): State<AppState>,
    caller: Caller,
    JsonBody(asked): JsonBody<PolicyExplainRequest>,
) -> Result<Json<PolicyExplanation>, ApiError> {
    caller.may_read("explain policy")?;
    let material = read_material(&state, asked.change)?;
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let now = state.app.ports().now();
    let Some(files) = asked.files else {
        let history = state.app.history(&material, live.policy.live(), now).await?;
        let said =
            state.app.explain_material(&caller.principal, material.clone(), history.as_ref())?;
        let start = state.app.schedule_material(&caller.principal, material, &said).await?;
        let schedule = start.as_ref().map(schedule);
        return Ok(Json(PolicyExplanation { schedule, ..names.dry_run(&said) }));
    };
    let loaded = Bundle::load(&policy::files(files))
        .map_err(|diagnostics| AppError::Bundle { diagnostics })?;
    material.check().map_err(Refusal::Fields)?;
    let requester = caller.principal.actor.clone();
    let revision = Revision::new(1, material, [0; 16], requester.clone(), now)
        .map_err(|e| AppError::Damaged { reason: e.to_string() })?;
    let history = state.app.history(&revision.material, Some(&loaded.bundle), now).await?;
    let said = loaded.bundle.assess(&AssessmentFacts {
        revision: &revision,
        requester: &requester,
        directory: &live.directory,
        now,
        history: history.as_ref(),
    });
    Ok(Json(names.dry_run(&said)))
}
