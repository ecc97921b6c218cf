//! `/v1/automation`: rules that approve by themselves, and stops over them.

mod audit_automation;
mod get_automation;
pub(crate) mod get_automation_rule;
mod resume_automation;
mod stop_automation;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(get_automation::get_automation))
        .routes(routes!(get_automation_rule::get_automation_rule))
        .routes(routes!(audit_automation::audit_automation))
        .routes(routes!(stop_automation::stop_automation))
        .routes(routes!(resume_automation::resume_automation))
}
