//! `POST /v1/gate/grants/{grant}/redemption`

use api_types::deployments::Redemption;
use app::AppError;
use axum::extract::{Path, State};
use domain::ids::GrantId;
use domain::organisation::Verb;

use crate::api::answer::{Created, Problems};
use crate::body::EmptyBody;
use crate::error::ApiError;
use crate::session::Caller;
use crate::state::AppState;
use crate::wire::{Names, ledger};

/// Uses a grant and begins its deployment. It succeeds once, for whoever was given the grant, and
/// only if the gate still says yes.
#[utoipa::path(
    post, path = "/v1/gate/grants/{grant}/redemption", operation_id = "redeem_grant", tag = "gate",
    params(("grant" = String, Path, description = "Id of the grant")),
    responses((status = 201, description = "The deployment may begin", body = Redemption), Problems)
)]
pub(crate) async fn redeem_grant(
    State(state): State<AppState>,
    caller: Caller,
    Path(grant): Path<String>,
    _body: EmptyBody,
) -> Result<Created<Redemption>, ApiError> {
    let missing = || ApiError::not_found("grant", &grant);
    caller.principal.may(Verb::Gate, "redeem grants")?;
    let id: GrantId = grant.parse().map_err(|_| missing())?;
    let recorded = match state.app.redeem_grant(&caller.principal, &id).await {
        // What a token does not reach looks like what does not exist (E17).
        Err(AppError::OutOfScope { .. }) => return Err(missing()),
        other => other?,
    };
    let live = state.app.live();
    let names = Names::new(&live.directory);
    let redeemed = &recorded.value;
    let receipt = ledger::fresh_receipt(recorded.commit.as_ref(), 0).ok_or_else(missing)?;
    metrics::counter!("countersign_redemptions_total").increment(1);
    Ok(Created(Redemption {
        deployment: names.deployment(&redeemed.change, &redeemed.deployment),
        approvals: names.approvals(&redeemed.change, redeemed.change.revision().number),
        receipt,
    }))
}
