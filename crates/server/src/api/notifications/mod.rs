//! `/v1/notifications`

mod get_preferences;
mod list_dead_letters;
mod list_notifications;
mod read_notifications;
mod replay_dead_letters;
mod set_preferences;
mod test_notification;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::AppState;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_notifications::list_notifications))
        .routes(routes!(read_notifications::read_notifications))
        .routes(routes!(get_preferences::get_preferences, set_preferences::set_preferences))
        .routes(routes!(test_notification::test_notification))
        .routes(routes!(list_dead_letters::list_dead_letters))
        .routes(routes!(replay_dead_letters::replay_dead_letters))
}
